//! The transport protocols that have ports.

use super::keyed_enum::keyed_enum;
use crate::decode::protocol::ip;

keyed_enum! {
    /// A transport protocol with ports. TCP 80 and UDP 80 are unrelated.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
    #[repr(u8)]
    #[non_exhaustive]
    pub enum Transport by name {
        /// RFC 9293.
        Tcp = "tcp",
        /// RFC 768.
        Udp = "udp",
        /// RFC 9260.
        Sctp = "sctp",
        /// RFC 4340.
        Dccp = "dccp",
        /// RFC 3828.
        UdpLite = "udp-lite",
    }
}

impl Transport {
    /// The transport with the IP protocol number `protocol`, if it has ports.
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

    /// The transport with the key `name`.
    pub fn from_name(name: &str) -> Option<Transport> {
        Transport::ALL.into_iter().find(|transport| transport.name() == name)
    }

    /// True if the transport has connections that are opened and closed.
    pub const fn has_connections(self) -> bool {
        matches!(self, Transport::Tcp | Transport::Sctp | Transport::Dccp)
    }
}
