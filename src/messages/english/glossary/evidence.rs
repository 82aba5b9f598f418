//! The meanings of the evidence that a side is the server.

use crate::messages::Definition;
use crate::service::{AnnouncementKind, Evidence};

/// The meaning of an evidence.
pub fn definition(evidence: Evidence) -> Definition {
    match evidence {
        Evidence::User => Definition::new("Your own port table (--services) has a rule for this machine and port.")
            .more("It takes precedence over all other evidence."),
        Evidence::Announced(kind) => announced(kind),
        Evidence::Handshake => Definition::new("One side opened the connection, and the other one, the server, accepted it.")
            .more("In TCP that is a SYN and the SYN-ACK that acknowledges it, in SCTP INIT and INIT ACK, in DCCP Request and Response.")
            .source("RFC 9293 section 3.5; RFC 9260 section 5.1; RFC 4340 section 8.1"),
        Evidence::SynAckAck => Definition::new("The server sent a SYN-ACK, and the client went on; the SYN is not in the capture.")
            .source("RFC 9293 section 3.5"),
        Evidence::Syn => Definition::new("The connection was asked for, and the capture has no answer; the server is the side that was asked.")
            .more("Either nobody answered, or the answer was not captured.")
            .source("RFC 9293 section 3.5"),
        Evidence::SynAckOnly => Definition::new("The capture has a SYN-ACK and nothing else of the connection; its sender is the server.")
            .more("Perhaps it answers packets that somebody forged, or a scan.")
            .source("RFC 9293 section 3.5"),
        Evidence::SourcePort20 => Definition::new("The connection was opened from port 20, as an FTP server opens data connections in active mode.")
            .more("So the side that opened it is the server.")
            .source("RFC 959 section 3.2"),
        Evidence::PairDhcp => Definition::new("The two ports are those of DHCP (server 67, client 68) or DHCPv6 (server 547, client 546).")
            .source("RFC 2131 section 4.1; RFC 8415 section 7.2"),
        Evidence::PairEqual => Definition::new("Both sides use the same port, and it has a name, as in NTP or routing protocols.")
            .more("So the service is known; the server is the side that the first packet went to, if that packet is in the capture."),
        Evidence::Group => Definition::new("One side is a group address (multicast or broadcast).")
            .more("Whoever sends to a group wants the service on that port, so the group stands for the servers.")
            .source("RFC 1112; RFC 4291 section 2.7"),
        Evidence::KnownServer(_) => Definition::new("Other flows of the capture show this end to be a server.")
            .more("They do so by a handshake, an announcement or your own rule."),
        Evidence::Rank(..) => Definition::new("The server's port has a higher rank: it is more likely to be a server's than the other one.")
            .more(
                "Ranks go from 6, a widely used service below 1024, to -1, the dynamic range; -2 is port 0. If they differ by 3 or more, the \
                 confidence is strong, by 2 moderate, by 1 weak. evidence_detail has both ranks, and portolan services PORT shows that of a \
                 port. Without a handshake there is often nothing better, as in UDP.",
            ),
        Evidence::PortDiversity(..) => Definition::new("The server was met by many more different ports than the client.")
            .more(
                "A server sees a new port with every connection. The peers of one end used at least 3 different ports, and 3 times as many as \
                 the peers of the other.",
            ),
        Evidence::FirstPacket => Definition::new("The client is the side that sent the first packet.")
            .more("It is used neither for TCP nor within 2 seconds of the capture's start, where earlier packets may be missing."),
        Evidence::None => Definition::new("No evidence: it cannot be told which side is the server, and Portolan does not guess.")
            .more("The lower port would be the server's in less than half of these flows."),
    }
}

/// The meaning of the rung of announcements.
pub fn announcements() -> Definition {
    Definition::new("A control channel in the capture announced the flow before it began.")
        .more(
            "The kind of announcement follows the colon, as in expect:ftp-pasv. Such a flow has its name from the announcement, whatever its \
             ports are assigned to. docs/content.md lists all control channels.",
        )
}

fn announced(kind: AnnouncementKind) -> Definition {
    match kind {
        AnnouncementKind::FtpPort => Definition::new("An FTP client asked the server to connect to this endpoint (PORT).")
            .more("The server opens the connection, which carries files or listings.")
            .source("RFC 959 section 4.1.2"),
        AnnouncementKind::FtpEprt => {
            Definition::new("An FTP client asked the server to connect to this endpoint (EPRT), over IPv4 or IPv6.")
                .source("RFC 2428 section 2")
        }
        AnnouncementKind::FtpPasv => {
            Definition::new("An FTP server said that it listens for data on this endpoint (reply 227 to PASV).")
                .source("RFC 959 section 4.1.2")
        }
        AnnouncementKind::FtpEpsv => {
            Definition::new("An FTP server said that it listens for data on this port (reply 229 to EPSV).")
                .source("RFC 2428 section 3")
        }
        AnnouncementKind::Tftp => {
            Definition::new("A TFTP request was sent, and its answer comes from a port that the server chooses.")
                .source("RFC 1350 section 4")
        }
        AnnouncementKind::GroupReply => {
            Definition::new("A query was sent to a group of machines, and this one answered from a port of its own.")
                .more("The queries are those of SSDP, Web Services Discovery, mDNS and LLMNR.")
        }
        AnnouncementKind::Sdp => {
            Definition::new("A session description in SIP or MGCP announced the stream: the audio or video of a call.")
                .more("The two sides are peers, so no side is the server.")
                .source("RFC 8866")
        }
        AnnouncementKind::Rtsp => Definition::new("An RTSP server and its client agreed on the ports of the stream.")
            .source("RFC 7826 section 18.54; RFC 2326 section 12.39"),
        AnnouncementKind::DccOffer => Definition::new("An IRC user offered a direct connection (DCC) for a file or a chat."),
        AnnouncementKind::RpcBinding => {
            Definition::new("A portmapper or rpcbind told that a Sun RPC program, such as NFS, listens on this port.")
                .source("RFC 1833")
        }
        AnnouncementKind::EpmBinding => {
            Definition::new("A DCE endpoint mapper told that an RPC interface of Windows, such as samr, listens on this port.")
                .source("DCE 1.1: RPC (C706)")
        }
    }
}
