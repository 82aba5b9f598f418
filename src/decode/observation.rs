//! The result of the walk over a packet: a small record with everything that a flow needs to know of it.

use std::hint::select_unpredictable;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bitflags::bitflags;

use super::encapsulation::EncapsulationId;
use super::protocol::ip;
use crate::time::Time;

/// One of a flow's two endpoints: the first or the second of its key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Side {
    /// The first endpoint of the key.
    A = 0,
    /// The second endpoint of the key.
    B = 1,
}

impl Side {
    /// The opposite endpoint.
    #[inline]
    pub const fn other(self) -> Side {
        match self {
            Side::A => Side::B,
            Side::B => Side::A,
        }
    }

    /// The index of the side in arrays with a place for each.
    #[inline]
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// An IP address of either version in one shape: an IPv4 address fills the first four bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Default)]
pub struct Address(pub [u8; 16]);

impl std::hash::Hash for Address {
    /// Hashes the address as one number, which costs less than as bytes of any length.
    #[inline]
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        state.write_u128(u128::from_ne_bytes(self.0));
    }
}

impl Address {
    /// An address of the four bytes of IPv4.
    #[inline]
    pub const fn v4(bytes: [u8; 4]) -> Address {
        // Built as one number, because the processor waits if bytes are written singly and read as a whole right afterwards.
        Address((u32::from_le_bytes(bytes) as u128).to_le_bytes())
    }

    /// An IPv4 address as opaque bits: good for equality and hashing, in no byte order.
    #[inline]
    pub const fn v4_number(self) -> u32 {
        u128::from_le_bytes(self.0) as u32
    }

    /// An IPv4 address and a port as one number, which orders as they do.
    #[inline]
    const fn v4_endpoint(self, port: u16) -> u64 {
        (self.v4_number().swap_bytes() as u64) << 16 | port as u64
    }

    #[inline]
    fn as_number(self) -> u128 {
        u128::from_be_bytes(self.0)
    }

    /// Selects one of two addresses without a branch.
    #[inline]
    fn select(second: bool, one: Address, other: Address) -> Address {
        let [one, other] = [one, other].map(|address| u128::from_ne_bytes(address.0));
        Address(select_unpredictable(second, other, one).to_ne_bytes())
    }
}

/// The version of IP.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum IpVersion {
    /// RFC 791.
    V4 = 4,
    /// RFC 8200.
    V6 = 6,
}

impl IpVersion {
    /// Converts `address` to the standard library's type.
    pub fn ip_addr(self, address: Address) -> IpAddr {
        match self {
            IpVersion::V4 => IpAddr::V4(Ipv4Addr::new(address.0[0], address.0[1], address.0[2], address.0[3])),
            IpVersion::V6 => IpAddr::V6(Ipv6Addr::from(address.0)),
        }
    }

    /// True for a multicast address, or IPv4's limited broadcast address: neither is the address of one machine.
    #[inline]
    pub fn is_group(self, address: Address) -> bool {
        match self {
            IpVersion::V4 => address.0[0] & 0xf0 == 0xe0 || address.0[..4] == [255; 4],
            // Of the number: access to a single byte would make the compiler take the whole address apart.
            IpVersion::V6 => address.as_number() >> 120 == 0xff,
        }
    }
}

/// The identity of a flow: two endpoints, transport protocol and encapsulation. The key has no direction: the smaller endpoint
/// comes first, whichever side sent.
///
/// For protocols without ports, the two numbers distinguish flows and are the same for both directions: ICMP queries and replies
/// have the query's type and the identifier, other ICMP messages have type and code, and all else has zeros.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct FlowKey {
    /// The addresses of sides A and B.
    pub addresses: [Address; 2],
    /// The ports of sides A and B.
    pub ports: [u16; 2],
    /// The encapsulations within which the addresses are unique.
    pub encapsulation: EncapsulationId,
    /// IP protocol number.
    pub protocol: u8,
    /// Version of both addresses.
    pub version: IpVersion,
}

impl FlowKey {
    /// The key of a packet with ports, and the side that sent the packet.
    #[inline]
    pub fn with_ports(
        version: IpVersion,
        protocol: u8,
        encapsulation: EncapsulationId,
        from: (Address, u16),
        to: (Address, u16),
    ) -> (FlowKey, Side) {
        // Without a branch, because the sender of the next packet cannot be predicted.
        let turned = match version {
            IpVersion::V4 => from.0.v4_endpoint(from.1) > to.0.v4_endpoint(to.1),
            IpVersion::V6 => {
                let (sender, receiver) = (from.0.as_number(), to.0.as_number());
                (sender > receiver) | ((sender == receiver) & (from.1 > to.1))
            }
        };
        let addresses = [Address::select(turned, from.0, to.0), Address::select(turned, to.0, from.0)];
        let ports = [select_unpredictable(turned, to.1, from.1), select_unpredictable(turned, from.1, to.1)];
        (FlowKey { addresses, ports, encapsulation, protocol, version }, if turned { Side::B } else { Side::A })
    }

    /// The key of a packet without ports, and the side that sent the packet.
    pub fn without_ports(
        version: IpVersion,
        protocol: u8,
        encapsulation: EncapsulationId,
        from: Address,
        to: Address,
        numbers: [u16; 2],
    ) -> (FlowKey, Side) {
        let (addresses, side) = if from <= to { ([from, to], Side::A) } else { ([to, from], Side::B) };
        (FlowKey { addresses, ports: numbers, encapsulation, protocol, version }, side)
    }

    /// True if the key's numbers are ports.
    #[inline]
    pub fn has_ports(&self) -> bool {
        ip::has_ports(self.protocol)
    }

    /// The address of one side.
    pub fn ip_addr(&self, side: Side) -> IpAddr {
        self.version.ip_addr(self.addresses[side.index()])
    }

    /// The port of one side, or that side's number for protocols without ports.
    #[inline]
    pub fn port(&self, side: Side) -> u16 {
        self.ports[side.index()]
    }
}

/// The part of a datagram that a packet carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fragment {
    /// The whole datagram.
    Whole,
    /// The first fragment of a datagram with this identification.
    First(u32),
    /// A later fragment: it has no ports, and its key's numbers are zeros until the first fragment is known.
    Later(u32),
}

/// Type and code of an ICMP or ICMPv6 message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct IcmpMessage {
    /// ICMP type.
    pub kind: u8,
    /// ICMP code, within its type.
    pub code: u8,
}

bitflags! {
    /// Flags of a transport header that show who opened a connection and how it went. Their values are those of TCP's control
    /// bits (RFC 9293 section 3.1); SCTP, DCCP, and the queries of ICMP have counterparts.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct ConnectionFlags: u8 {
        /// TCP FIN, SCTP SHUTDOWN, DCCP Close.
        const FIN = 0x01;
        /// TCP SYN, SCTP INIT and INIT ACK, DCCP Request and Response, queries and replies of ICMP.
        const SYN = 0x02;
        /// TCP RST, SCTP ABORT, DCCP Reset.
        const RST = 0x04;
        /// TCP ACK, and every answer in SCTP, DCCP and ICMP.
        const ACK = 0x10;
    }
}

/// The content of one packet as far as it concerns its flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Observation {
    /// The flow.
    pub key: FlowKey,
    /// The endpoint that sent the packet.
    pub side: Side,
    /// True if this is not a packet of the flow but the original datagram in an ICMP error (RFC 792, RFC 4884): it marks the flow
    /// and counts nothing.
    pub is_icmp_original: bool,
    /// True if the packet went to a group of machines: multicast or broadcast.
    pub to_group: bool,
    /// The time of capture.
    pub time: Time,
    /// Bytes on the wire.
    pub wire_len: u32,
    /// Bytes of the innermost IP packet, by its own header.
    pub ip_len: u32,
    /// Bytes of the transport's payload, by the IP length.
    pub payload_len: u32,
    /// Handshake and close bits.
    pub flags: ConnectionFlags,
    /// Initial sequence number of the sender, when `flags` has SYN (SCTP: initiate tag; DCCP: sequence number).
    pub sequence: u32,
    /// The sequence number that the sender expects next, when `flags` has ACK.
    pub acknowledgment: u32,
    /// The part of its datagram that the packet carries.
    pub fragment: Fragment,
    /// Type and code, for ICMP and ICMPv6.
    pub message: Option<IcmpMessage>,
}

impl Observation {
    /// An empty observation, for places in which nothing was observed yet.
    pub const BLANK: Observation = Observation {
        key: FlowKey {
            addresses: [Address([0; 16]); 2],
            ports: [0; 2],
            encapsulation: EncapsulationId::NONE,
            protocol: 0,
            version: IpVersion::V4,
        },
        side: Side::A,
        is_icmp_original: false,
        to_group: false,
        time: Time::UNKNOWN,
        wire_len: 0,
        ip_len: 0,
        payload_len: 0,
        flags: ConnectionFlags::empty(),
        sequence: 0,
        acknowledgment: 0,
        fragment: Fragment::Whole,
        message: None,
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    const C: (Address, u16) = (Address::v4([10, 0, 0, 5]), 51544);
    const S: (Address, u16) = (Address::v4([192, 0, 2, 80]), 443);

    #[test]
    fn both_directions_have_one_key_and_opposite_sides() {
        let (there, from_client) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, C, S);
        let (back, from_server) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, S, C);
        assert_eq!((there, from_client), (back, from_server.other()));
        assert_eq!((there.ip_addr(from_client), there.port(from_client)), ("10.0.0.5".parse().unwrap(), 51544));
    }

    #[test]
    fn ports_distinguish_the_sides_of_a_machine_that_talks_to_itself() {
        let (there, client) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, (C.0, 9), (C.0, 7));
        assert_eq!((there.port(client), there.port(client.other())), (9, 7));
    }

    #[test]
    fn a_key_is_forty_bytes() {
        assert_eq!(size_of::<FlowKey>(), 40);
    }

    #[test]
    fn groups_are_multicast_and_limited_broadcast() {
        assert!(IpVersion::V4.is_group(Address::v4([239, 255, 255, 250])));
        assert!(IpVersion::V4.is_group(Address::v4([255, 255, 255, 255])));
        assert!(!IpVersion::V4.is_group(Address::v4([255, 255, 255, 254])));
        let mut all_nodes = Address::default();
        (all_nodes.0[0], all_nodes.0[1], all_nodes.0[15]) = (0xff, 2, 1);
        assert!(IpVersion::V6.is_group(all_nodes));
    }
}
