//! States of TCP connections.

use super::keyed_enum::keyed_enum;

keyed_enum! {
    /// The state of a TCP connection at the end of the capture, by the codes of Zeek's `conn_state`
    /// (<https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html>).
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum ConnState by code {
        /// Opened by a SYN; no answer.
        S0 = "S0",
        /// Opened and accepted, not closed.
        S1 = "S1",
        /// Opened and accepted; only the client closed.
        S2 = "S2",
        /// Opened and accepted; only the server closed.
        S3 = "S3",
        /// Opened, accepted, and closed by both sides.
        Sf = "SF",
        /// Refused by a reset.
        Rej = "REJ",
        /// Opened and accepted; reset by the client.
        Rsto = "RSTO",
        /// Opened and accepted; reset by the server.
        Rstr = "RSTR",
        /// Opened and reset by the client; no answer.
        Rstos0 = "RSTOS0",
        /// A SYN-ACK and a reset by the server; the SYN is not in the capture.
        Rstrh = "RSTRH",
        /// Opened and closed by the client; no answer.
        Sh = "SH",
        /// A SYN-ACK and a close by the server; the SYN is not in the capture.
        Shr = "SHR",
        /// None of the others: no opening in the capture, or both sides opened.
        Oth = "OTH",
    }
}
