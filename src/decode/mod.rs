//! The walk over a packet's layers, from its link header to its ports.
//!
//! [`Decoder::decode`] goes as far as it can and never fails: where it cannot follow a packet, a [`Decoded`] value says why it
//! stopped, and every value has its place in the ledger. For ordinary packets, [`decode_fast`] gives the same result without the
//! walk. One loop takes the walk from layer to layer; each layer is one arm and one function that reads its header and names the
//! next layer.

mod encapsulation;
mod fast_path;
mod icmp_original;
mod ip;
mod link;
mod mpls;
mod observation;
mod ppp;
pub mod protocol;
#[cfg(test)]
mod tests;
mod transport;
mod tunnel;
mod walk;

use std::ops::ControlFlow;

use crate::capture::{Interface, LinkType, Packet};
pub use encapsulation::{
    Encapsulation, EncapsulationId, EncapsulationIds, EncapsulationStack, Encapsulations, MAX_DEPTH, MAX_ENCAPSULATIONS,
};
pub use fast_path::decode_fast;
pub use observation::{Address, ConnectionFlags, FlowKey, Fragment, IcmpMessage, IpVersion, Observation, Side};
pub use transport::is_port_unreachable;
pub use tunnel::{TunnelPorts, UdpTunnel};
use walk::{Layer, Walk};

/// The end of the walk over a packet.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Decoded {
    /// The walk reached the innermost flow.
    Observed(Observation),
    /// The walk reached a protocol that is not IP.
    NonIp(LinkProtocol),
    /// The walk ended where the capture cut the packet, before the ports or the IP protocol.
    Truncated,
    /// The walk ended where the packet contradicts itself.
    Malformed,
    /// The walk did not begin: this link type cannot be decoded.
    UnsupportedLink(LinkType),
}

/// A protocol directly above the link layer that is not IP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LinkProtocol {
    /// ARP or RARP, with its operation if the packet has it.
    Arp {
        /// The EtherType: 0x0806 or 0x8035.
        ether_type: u16,
        /// The operation.
        opcode: Option<u16>,
    },
    /// A protocol by EtherType.
    EtherType(u16),
    /// A protocol by IEEE 802.2 service access point.
    Llc {
        /// The destination SAP.
        sap: u8,
    },
    /// A protocol by SNAP organisation and that organisation's number.
    Snap {
        /// IEEE organisation identifier.
        organisation: [u8; 3],
        /// The organisation's own protocol number.
        number: u16,
    },
    /// A protocol by PPP protocol number.
    Ppp(u16),
    /// A control channel of the MPLS network itself (RFC 5586).
    MplsChannel,
    /// A payload under an MPLS label stack that does not show its protocol.
    MplsPayload,
    /// A protocol by ISO network layer protocol identifier.
    Nlpid(u8),
    /// A protocol by Cisco HDLC's own protocol numbers.
    CiscoHdlc(u16),
    /// A frame for the link layer of that type alone: management, control, encrypted, a later fragment.
    Link(LinkType),
    /// An IEEE 802.15.4 frame.
    Ieee802154,
    /// A protocol by address family of a loopback interface.
    AddressFamily(u32),
    /// A raw IP packet whose version is neither 4 nor 6.
    IpVersion(u8),
}

/// An address of the link layer, up to 8 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkAddress {
    bytes: [u8; 8],
    len: u8,
}

impl LinkAddress {
    /// An address of these bytes, of which there are at most eight.
    #[inline]
    pub fn from_bytes(address: &[u8]) -> LinkAddress {
        let mut bytes = [0; 8];
        bytes[..address.len()].copy_from_slice(address);
        LinkAddress { bytes, len: address.len() as u8 }
    }

    /// An address of these bytes; `None` if there are none.
    fn known(address: &[u8]) -> Option<LinkAddress> {
        (!address.is_empty()).then(|| LinkAddress::from_bytes(address))
    }

    /// True for the address of a group of stations: the lowest bit of the first byte is set (IEEE 802).
    pub fn is_group(self) -> bool {
        self.bytes[0] & 1 != 0
    }
}

/// One packet after the walk.
#[derive(Clone, Copy, Debug)]
pub struct DecodedPacket<'a> {
    /// The end of the walk.
    pub decoded: Decoded,
    /// The encapsulations that the walk went through.
    pub encapsulation: EncapsulationId,
    /// Sender and receiver on the link, where the link header names them.
    pub link_addresses: [Option<LinkAddress>; 2],
    /// The original datagram that the packet carries, if it is an ICMP error.
    pub icmp_original: Option<Observation>,
    /// The captured part of the transport's payload; empty where there are no ports.
    pub payload: &'a [u8],
}

/// A walker over packets, which numbers the encapsulations that it meets.
#[derive(Debug, Default)]
pub struct Decoder {
    encapsulations: Encapsulations,
    tunnels: TunnelPorts,
}

impl Decoder {
    /// A decoder that has seen no packet.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// The encapsulations that were met so far.
    pub fn encapsulations(&self) -> &Encapsulations {
        &self.encapsulations
    }

    /// A decoder for a capture in which tunnels also use these ports.
    pub fn with_tunnel_ports(tunnels: TunnelPorts) -> Decoder {
        Decoder { tunnels, ..Decoder::default() }
    }

    /// The ports that tunnels use besides the assigned ones.
    #[inline(always)]
    pub fn tunnel_ports(&self) -> &TunnelPorts {
        &self.tunnels
    }

    /// Returns all encapsulations that were met.
    pub fn finish(self) -> Encapsulations {
        self.encapsulations
    }

    /// Walks over one packet that was seen on `interface`.
    #[inline]
    pub fn decode<'a>(&mut self, packet: &Packet<'a>, interface: &Interface) -> DecodedPacket<'a> {
        let mut walk = Walk::new(packet, interface.fcs_len);
        let mut layer = Layer::Link(interface.link_type);
        let mut decoded = loop {
            let next = match layer {
                Layer::Link(link_type) => link::link(&mut walk, link_type),
                Layer::EtherType(value) => match tunnel::by_ether_type(&mut walk, value) {
                    Some(next) => next,
                    None => link::ether_type(&mut walk, value),
                },
                Layer::Llc => link::llc(&mut walk),
                Layer::Ppp => ppp::ppp(&mut walk),
                Layer::Mpls => mpls::mpls(&mut walk),
                Layer::Ip => ip::by_version(&mut walk),
                Layer::Ipv4 => ip::ipv4(&mut walk),
                Layer::Ipv6 => ip::ipv6(&mut walk),
                Layer::Transport(protocol) => {
                    let encapsulation = self.encapsulations.number(&walk.stack);
                    transport::transport(&mut walk, protocol, encapsulation, &self.tunnels)
                }
                Layer::Payload { protocol, ports } => {
                    let encapsulation = self.encapsulations.number(&walk.stack);
                    transport::payload(&mut walk, protocol, ports, encapsulation)
                }
            };
            match next {
                ControlFlow::Continue(next) => layer = next,
                ControlFlow::Break(decoded) => break decoded,
            }
        };
        let encapsulation = self.encapsulations.number(&walk.stack);
        if let Some(outside) = walk.outside
            && !matches!(decoded, Decoded::Observed(_))
        {
            // Nothing inside the tunnel is a flow: the packet belongs to the flow of the tunnel itself.
            decoded = Decoded::Observed(outside);
        }
        let mut icmp_original = None;
        if let Decoded::Observed(observation) = &mut decoded {
            observation.time = packet.time;
            observation.wire_len = packet.wire_len;
            if let Some(message) = observation.message
                && transport::is_error(observation.key.protocol, message)
            {
                icmp_original = icmp_original::icmp_original(
                    walk.rest,
                    observation.key.version,
                    observation.key.encapsulation,
                    message,
                    packet.time,
                );
            }
        }
        DecodedPacket { decoded, encapsulation, link_addresses: walk.link_addresses, icmp_original, payload: walk.payload }
    }
}
