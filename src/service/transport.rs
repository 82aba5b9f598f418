//! The transport protocols that have ports.

use crate::decode::protocol::ip;

/// A transport protocol with ports. TCP 80 and UDP 80 are two doors.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Transport {
    /// RFC 9293.
    Tcp,
    /// RFC 768.
    Udp,
    /// RFC 9260.
    Sctp,
    /// RFC 4340.
    Dccp,
    /// RFC 3828.
    UdpLite,
}

impl Transport {
    /// All of them, in the order of the ledger.
    pub const ALL: [Transport; 5] = [Transport::Tcp, Transport::Udp, Transport::Sctp, Transport::Dccp, Transport::UdpLite];

    /// The transport with that IP protocol number, if it has ports.
    #[inline]
    pub const fn from_protocol(protocol: u8) -> Option<Transport> {
        match protocol {
            ip::TCP => Some(Transport::Tcp),
            ip::UDP => Some(Transport::Udp),
            ip::SCTP => Some(Transport::Sctp),
            ip::DCCP => Some(Transport::Dccp),
            ip::UDP_LITE => Some(Transport::UdpLite),
            _ => None,
        }
    }

    /// Its key.
    pub const fn name(self) -> &'static str {
        match self {
            Transport::Tcp => "tcp",
            Transport::Udp => "udp",
            Transport::Sctp => "sctp",
            Transport::Dccp => "dccp",
            Transport::UdpLite => "udp-lite",
        }
    }

    /// The transport with that key.
    pub fn from_name(name: &str) -> Option<Transport> {
        Transport::ALL.into_iter().find(|transport| transport.name() == name)
    }

    /// True if it has connections that are opened and closed.
    pub const fn has_connections(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Sctp | Transport::Dccp)
    }
}
