//! Ethernet II and IEEE 802.3, VLAN tags, Cisco ISL, and the layers that EtherTypes announce.

use std::ops::ControlFlow::{Break, Continue};

use etherparse::{Ethernet2HeaderSlice, SingleVlanHeaderSlice};

use super::{be16, own_frame, skip_to};
use crate::capture::LinkType;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkAddress, LinkProtocol};

/// EtherTypes that only link layers need (IEEE).
pub const IPX: u16 = 0x8137;
pub const APPLETALK: u16 = 0x809b;
/// PPP, as GRE interfaces carry it.
const PPP: u16 = 0x880b;
/// LLC in a frame too long for a length field (draft-ietf-isis-ext-eth).
const JUMBO_LLC: u16 = 0x8870;

/// Ethernet II, or IEEE 802.3 where the type field is a length.
#[inline]
pub fn ethernet(walk: &mut Walk<'_>) -> Next {
    let Ok(header) = Ethernet2HeaderSlice::from_slice(walk.rest) else { return walk.too_short() };
    let (destination, source) = (header.destination(), header.source());
    let value = header.ether_type().0;
    if value < ether::MIN && is_isl(destination) {
        return isl(walk);
    }
    walk.broadcast = destination == [0xff; 6];
    walk.link_addresses = [Some(LinkAddress::from_bytes(&source)), Some(LinkAddress::from_bytes(&destination))];
    walk.advance(header.slice().len());
    type_or_length(walk, value)
}

/// Records the two addresses of a frame that has Ethernet's, without moving on.
pub fn addresses(walk: &mut Walk<'_>, destination: [u8; 6], source: [u8; 6]) {
    walk.broadcast = destination == [0xff; 6];
    walk.link_addresses = [Some(LinkAddress::from_bytes(&source)), Some(LinkAddress::from_bytes(&destination))];
}

/// The field after the addresses: from 0x0600 on an EtherType, below it the length of an LLC frame.
#[inline]
pub fn type_or_length(walk: &mut Walk<'_>, value: u16) -> Next {
    if value >= ether::MIN {
        return Continue(Layer::EtherType(value));
    }
    walk.limit(usize::from(value));
    Continue(Layer::Llc)
}

/// The layer that an EtherType announces, if it is not a tunnel.
#[inline]
pub fn ether_type(walk: &mut Walk<'_>, value: u16) -> Next {
    match value {
        ether::IPV4 => Continue(Layer::Ipv4),
        ether::IPV6 => Continue(Layer::Ipv6),
        value if ether::is_vlan(value) => vlan(walk),
        ether::MPLS | ether::MPLS_MULTICAST => Continue(Layer::Mpls),
        ether::ARP | ether::RARP => {
            // Hardware type, protocol type, two address lengths, then the operation (RFC 826).
            let opcode = be16(walk.rest, 6);
            Break(Decoded::NonIp(LinkProtocol::Arp { ether_type: value, opcode }))
        }
        JUMBO_LLC => Continue(Layer::Llc),
        ether::TRANSPARENT_ETHERNET => Continue(Layer::ETHERNET),
        PPP => Continue(Layer::Link(LinkType::PPP)),
        other => Break(Decoded::NonIp(LinkProtocol::EtherType(other))),
    }
}

/// An IEEE 802.1Q tag: priority and VLAN identifier, then the type or length that the tag was put before.
fn vlan(walk: &mut Walk<'_>) -> Next {
    let Ok(header) = SingleVlanHeaderSlice::from_slice(walk.rest) else { return walk.too_short() };
    walk.enter_vlan(header.vlan_identifier().value())?;
    walk.advance(header.slice().len());
    type_or_length(walk, header.ether_type().0)
}

/// True for the group that Cisco's Inter-Switch Link frames are sent to: the first 40 bits of the destination; the last eight
/// hold type and priority.
#[inline]
fn is_isl(destination: [u8; 6]) -> bool {
    matches!(destination, [0x01 | 0x03, 0x00, 0x0c, 0x00, 0x00, _])
}

/// Cisco ISL ("Inter-Switch Link and IEEE 802.1Q Frame Format"): destination (5 bytes), type and priority, source, length,
/// aa-aa-03, organisation of the source, VLAN in 15 bits and the BPDU bit, index, reserved; then a whole frame with its
/// own check sequence, and a second one.
fn isl(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 26;
    /// The end of the length field, from which the length counts.
    const LENGTH_END: usize = 14;
    const ETHERNET: u8 = 0;
    const TOKEN_RING: u8 = 1;
    const FDDI: u8 = 2;
    let Some(header) = walk.rest.first_chunk::<HEADER>() else { return walk.too_short() };
    walk.limit(LENGTH_END + usize::from(u16::from_be_bytes([header[12], header[13]])));
    walk.enter_vlan((u16::from_be_bytes([header[20], header[21]]) >> 1) & 0x0fff)?;
    let inner = match header[5] >> 4 {
        ETHERNET => Layer::ETHERNET,
        TOKEN_RING => Layer::Link(LinkType::TOKEN_RING),
        FDDI => Layer::Link(LinkType::FDDI),
        _ => return own_frame(LinkType::ETHERNET),
    };
    skip_to(walk, HEADER, inner)
}
