//! The state of the walk over one packet: what is left of it, and what the layers so far have said.

use std::ops::ControlFlow;

use super::observation::{Address, IpVersion, Observation};
use super::scope::{Encapsulation, Path};
use super::{Decoded, LinkAddress};
use crate::capture::{LinkType, Packet};

/// The layer that comes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// A link layer.
    Link(LinkType),
    /// What an EtherType announces.
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
    /// What an IP protocol number announces, behind all IP headers.
    Transport(u8),
    /// The payload of a transport whose header is gone, but whose ports are known.
    Payload {
        /// IP protocol number.
        protocol: u8,
        /// From and to.
        ports: (u16, u16),
    },
}

impl Layer {
    /// An Ethernet header.
    pub const ETHERNET: Layer = Layer::Link(LinkType::ETHERNET);
    /// An IEEE 802.11 header.
    pub const IEEE_802_11: Layer = Layer::Link(LinkType(105));
}

/// One step of the walk: on to a layer, or done.
pub type Next = ControlFlow<Decoded, Layer>;

/// What the innermost IP header says.
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
    /// Captured bytes from the current layer on, without what lies behind the layer's end.
    pub rest: &'a [u8],
    /// How many bytes the current layer has on the wire: at least `rest`, more if the capture cut it.
    pub wire_rest: usize,
    /// True if the capture kept less of the packet than there was.
    pub cut: bool,
    /// True if the link layer sent it to all.
    pub broadcast: bool,
    /// Who sent it on the link, and to whom.
    pub link_addresses: [Option<LinkAddress>; 2],
    /// VLAN tags and tunnels so far.
    pub path: Path,
    /// The innermost IP header so far.
    pub ip: Option<IpFacts>,
    /// What the packet is if nothing inside the innermost tunnel is a flow.
    pub outside: Option<Observation>,
    /// The captured bytes behind the innermost transport header, once the walk has come there.
    pub payload: &'a [u8],
}

impl<'a> Walk<'a> {
    #[inline]
    pub fn new(packet: &Packet<'a>, fcs_len: u8) -> Walk<'a> {
        let wire_len = (packet.wire_len as usize).max(packet.data.len());
        // The frame check sequence is no part of any layer; a cut packet has lost it already.
        let wire_rest = wire_len.saturating_sub(usize::from(fcs_len));
        Walk {
            rest: &packet.data[..packet.data.len().min(wire_rest)],
            wire_rest,
            cut: packet.data.len() < wire_len,
            broadcast: false,
            link_addresses: [None; 2],
            path: Path::default(),
            ip: None,
            outside: None,
            payload: &[],
        }
    }

    /// Moves behind a header of `size` captured bytes.
    #[inline]
    pub fn advance(&mut self, size: usize) {
        self.rest = &self.rest[size..];
        self.wire_rest -= size;
    }

    /// Ends the current layer after `size` bytes on the wire; what follows is padding or a trailer.
    #[inline]
    pub fn limit(&mut self, size: usize) {
        if size < self.wire_rest {
            self.wire_rest = size;
            self.rest = &self.rest[..self.rest.len().min(size)];
        }
    }

    /// The end of the walk at a header that is not all there: the capture cut it, or the packet contradicts itself.
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
        if self.path.push(step) { ControlFlow::Continue(()) } else { ControlFlow::Break(Decoded::Malformed) }
    }

    /// Records the VLAN that a tag names. Identifier 0 is none: such a tag tells a priority and no VLAN (IEEE 802.1Q clause
    /// 9.6), and a switch may put it in front of the frames of one direction only.
    #[inline]
    pub fn enter_vlan(&mut self, id: u16) -> ControlFlow<Decoded> {
        if id == 0 { ControlFlow::Continue(()) } else { self.enter(Encapsulation::Vlan(id)) }
    }
}
