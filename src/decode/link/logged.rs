//! Packets that a firewall or a system logged, after a record of its own: NFLOG, PFLOG, PKTAP.

use std::ops::ControlFlow::{Break, Continue};

use super::cooked::by_family;
use super::{be16, bytes_at, host32, le16, le32, own_frame, skip, skip_to, without_trailer};
use crate::capture::LinkType;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkAddress, LinkProtocol};

/// Linux netfilter log (LINKTYPE_NFLOG): address family, version, resource; then fields of length and type in the byte order of
/// the capturing machine, each padded to a multiple of four bytes. One of them is the packet.
pub fn nflog(walk: &mut Walk<'_>) -> Next {
    const PACKET_HEADER: u16 = 1;
    const SENDER: u16 = 8;
    const PAYLOAD: u16 = 9;
    let Some(&[family, _version, _, _]) = walk.rest.first_chunk::<4>() else { return walk.too_short() };
    skip(walk, 4)?;
    let mut ether_type = 0;
    loop {
        let Some((length, kind)) = nflog_field(walk) else { return walk.too_short() };
        match kind {
            PAYLOAD => {
                walk.limit(length);
                skip(walk, 4)?;
                return nflog_payload(family, ether_type);
            }
            PACKET_HEADER => ether_type = be16(walk.rest, 4).unwrap_or(0),
            SENDER => {
                let address_len = usize::from(be16(walk.rest, 4).unwrap_or(0)).min(8);
                walk.link_addresses[0] = walk.rest.get(8..8 + address_len).and_then(LinkAddress::known);
            }
            _ => {}
        }
        // The last field need not be padded.
        let filled = length.next_multiple_of(4).min(walk.rest.len().max(length));
        skip(walk, filled)?;
    }
}

/// The length of the next field, its own four bytes included, and its type. In the wrong byte order, a length is too small or far
/// too large.
fn nflog_field(walk: &Walk<'_>) -> Option<(usize, u16)> {
    /// The type's upper bits show how the value is stored.
    const TYPE: u16 = 0x3fff;
    let (little, big) = (le16(walk.rest, 0)?, be16(walk.rest, 0)?);
    let fits = |length: u16| length >= 4 && usize::from(length) <= walk.wire_rest;
    if fits(little) {
        Some((usize::from(little), le16(walk.rest, 2)? & TYPE))
    } else if fits(big) {
        Some((usize::from(big), be16(walk.rest, 2)? & TYPE))
    } else {
        None
    }
}

/// The packet of an NFLOG record: by the record's family, or by its EtherType where the family is not IP's.
fn nflog_payload(family: u8, ether_type: u16) -> Next {
    match (family, ether_type) {
        (2 | 10, _) => by_family(u32::from(family)),
        (_, 1..) => Continue(Layer::EtherType(ether_type)),
        _ => Break(Decoded::NonIp(LinkProtocol::AddressFamily(u32::from(family)))),
    }
}

/// OpenBSD firewall log (LINKTYPE_PFLOG): the header's length without its padding, address family, and the firewall's decision.
pub fn pflog(walk: &mut Walk<'_>) -> Next {
    let Some(&[length, family]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    let length = usize::from(length).next_multiple_of(4);
    // Up to the rule's number, which all versions have.
    if length < 48 {
        return Break(Decoded::Malformed);
    }
    skip(walk, length)?;
    by_family(u32::from(family))
}

/// OpenBSD firewall log before OpenBSD 3.4: address family, interface, rule, reason, action, direction.
pub fn old_pflog(walk: &mut Walk<'_>) -> Next {
    let Some(family) = host32(walk.rest, 0) else { return walk.too_short() };
    skip(walk, 28)?;
    by_family(family)
}

/// Apple PKTAP (LINKTYPE_PKTAP, `struct pktap_header`): length of the header, kind of record, link type of the packet, interface,
/// flags, protocol family, and the lengths of the packet's own link header and trailer. Apple's systems first wrote PKTAP under a
/// number for private use, which counts as PKTAP only if the packet looks like it.
pub fn pktap(walk: &mut Walk<'_>, link_type: LinkType) -> Next {
    const MIN_LENGTH: u32 = 48;
    const PACKET: u32 = 1;
    let (Some(length), Some(kind), Some(inner)) = (host32(walk.rest, 0), host32(walk.rest, 4), bytes_at::<4>(walk.rest, 8))
    else {
        return if link_type == LinkType::PKTAP { walk.too_short() } else { Break(Decoded::UnsupportedLink(link_type)) };
    };
    let plausible = (MIN_LENGTH..=1024).contains(&length) && kind <= PACKET;
    match (plausible, link_type) {
        (false, LinkType::PKTAP) => return Break(Decoded::Malformed),
        (false, other) => return Break(Decoded::UnsupportedLink(other)),
        (true, _) if kind != PACKET => return own_frame(LinkType::PKTAP),
        (true, _) => {}
    }
    // The length's byte order is that of all fields.
    let little = le32(walk.rest, 0) == Some(length);
    let inner = if little { u32::from_le_bytes(inner) } else { u32::from_be_bytes(inner) };
    let trailer = host32(walk.rest, 48).filter(|&trailer| trailer < 256).unwrap_or(0);
    let next = Layer::Link(LinkType(inner));
    if length > MIN_LENGTH {
        without_trailer(walk, trailer as usize);
    }
    skip_to(walk, length as usize, next)
}
