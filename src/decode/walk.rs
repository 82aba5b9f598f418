//! The state of the walk over one packet: the rest of the packet, and the facts from the layers so far.

use std::ops::ControlFlow;

use super::encapsulation::{Encapsulation, EncapsulationStack};
use super::observation::{Address, IpVersion, Observation};
use super::{Decoded, LinkAddress};
use crate::capture::{LinkType, Packet};

/// The next layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A link layer.
    Link(LinkType),
    /// The layer that an EtherType announces.
    EtherType(u16),
    /// An LLC header (IEEE 802.2).
    Llc,
    /// IP of the version in its first four bits.
    Ip,
    /// PPP, from its protocol field on.
    Ppp,
    /// An MPLS label stack.
    Mpls,
    /// An IPv4 header.
    Ipv4,
    /// An IPv6 header.
    Ipv6,
    /// The layer that an IP protocol number announces, after all IP headers.
    Transport(u8),
    /// The payload of a transport whose header is gone, but whose ports are known.
    Payload {
        /// IP protocol number.
        protocol: u8,
        /// The ports of sender and receiver.
        ports: (u16, u16),
    },
}

impl Layer {
    /// An Ethernet header.
    pub const ETHERNET: Layer = Layer::Link(LinkType::ETHERNET);
    /// An IEEE 802.11 header.
    pub const IEEE_802_11: Layer = Layer::Link(LinkType(105));
}

/// One step of the walk: to the next layer, or to the end.
pub type Next = ControlFlow<Decoded, Layer>;

/// The facts from the innermost IP header.
#[derive(Clone, Copy, Debug)]
pub struct IpFacts {
    pub version: IpVersion,
    pub source: Address,
    pub destination: Address,
    /// Length of the IP packet by its own header.
    pub length: u32,
    /// The fragment that the packet is, if its datagram was cut into several.
    pub fragment: super::Fragment,
}

/// The walk over one packet.
#[derive(Debug)]
pub struct Walk<'a> {
    /// Captured bytes from the current layer on, up to the layer's end.
    pub rest: &'a [u8],
    /// Bytes of the current layer on the wire: as many as in `rest`, or more if the capture cut the layer.
    pub wire_rest: usize,
    /// True if the capture kept only part of the packet.
    pub cut: bool,
    /// True if the link layer sent the packet to all stations.
    pub broadcast: bool,
    /// Sender and receiver on the link.
    pub link_addresses: [Option<LinkAddress>; 2],
    /// VLAN tags and tunnels so far.
    pub stack: EncapsulationStack,
    /// The innermost IP header so far.
    pub ip: Option<IpFacts>,
    /// The observation that counts if nothing inside the innermost tunnel is a flow.
    pub outside: Option<Observation>,
    /// The captured bytes after the innermost transport header, once the walk has reached it.
    pub payload: &'a [u8],
}

impl<'a> Walk<'a> {
    #[inline]
    pub fn new(packet: &Packet<'a>, fcs_len: u8) -> Walk<'a> {
        let wire_len = (packet.wire_len as usize).max(packet.data.len());
        // The frame check sequence belongs to no layer; a cut packet has lost it already.
        let wire_rest = wire_len.saturating_sub(usize::from(fcs_len));
        Walk {
            rest: &packet.data[..packet.data.len().min(wire_rest)],
            wire_rest,
            cut: packet.data.len() < wire_len,
            broadcast: false,
            link_addresses: [None; 2],
            stack: EncapsulationStack::default(),
            ip: None,
            outside: None,
            payload: &[],
        }
    }

    /// Skips a header of `size` captured bytes.
    #[inline]
    pub fn advance(&mut self, size: usize) {
        self.rest = &self.rest[size..];
        self.wire_rest -= size;
    }

    /// Ends the current layer after `size` bytes on the wire; the bytes after that are padding or a trailer.
    #[inline]
    pub fn limit(&mut self, size: usize) {
        if size < self.wire_rest {
            self.wire_rest = size;
            self.rest = &self.rest[..self.rest.len().min(size)];
        }
    }

    /// Ends the walk at an incomplete header: the capture cut it, or the packet contradicts itself.
    pub fn too_short(&self) -> Next {
        ControlFlow::Break(if self.cut && self.wire_rest > self.rest.len() { Decoded::Truncated } else { Decoded::Malformed })
    }

    /// Ends the current layer after `size` bytes on the wire because its own header says so, even if that is more than the
    /// layer around it has room for.
    #[inline]
    pub fn believe(&mut self, size: usize) {
        self.wire_rest = size;
        self.rest = &self.rest[..self.rest.len().min(size)];
    }

    /// Records an encapsulation; ends the walk if there are too many.
    #[inline]
    pub fn enter(&mut self, step: Encapsulation) -> ControlFlow<Decoded> {
        if self.stack.push(step) { ControlFlow::Continue(()) } else { ControlFlow::Break(Decoded::Malformed) }
    }

    /// Records the VLAN that a tag names. Identifier 0 is none: such a tag gives a priority and no VLAN (IEEE 802.1Q clause 9.6),
    /// and a switch may put it before the frames of one direction only.
    #[inline]
    pub fn enter_vlan(&mut self, id: u16) -> ControlFlow<Decoded> {
        if id == 0 { ControlFlow::Continue(()) } else { self.enter(Encapsulation::Vlan(id)) }
    }
}
