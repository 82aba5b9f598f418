//! Juniper's private formats, as far as their layout is public (Wireshark's and tcpdump's documentation of them): a header
//! with extensions, a cookie for some interface cards, then the frame.

use std::ops::ControlFlow::{Break, Continue};

use super::llc::{Bridged, is_llc, nlpid};
use super::{atm, be16, le16, le32, own_frame, skip, skip_to};
use crate::capture::LinkType;
use crate::decode::Decoded;
use crate::decode::walk::{Layer, Next, Walk};

/// The first bytes of each header.
const MAGIC: [u8; 3] = *b"MGC";
/// Flags of the header: received; no link header, a protocol number instead; extensions follow.
const RECEIVED: u8 = 0x01;
const NO_LINK_HEADER: u8 = 0x02;
const EXTENSIONS: u8 = 0x80;

/// Reads the header, and the layers that the link type has after it.
pub fn juniper(walk: &mut Walk<'_>, link_type: LinkType) -> Next {
    let Some(&[a, b, c, flags]) = walk.rest.first_chunk::<4>() else { return walk.too_short() };
    if [a, b, c] != MAGIC {
        // Old systems wrote none, and then nothing shows what follows.
        return Break(Decoded::UnsupportedLink(link_type));
    }
    skip(walk, 4)?;
    if flags & EXTENSIONS != 0 {
        let Some(length) = be16(walk.rest, 0) else { return walk.too_short() };
        skip(walk, 2 + usize::from(length))?;
    }
    if flags & NO_LINK_HEADER != 0 {
        let Some(protocol) = le32(walk.rest, 0) else { return walk.too_short() };
        skip(walk, 4)?;
        return by_protocol(protocol, link_type);
    }
    match link_type {
        LinkType::JUNIPER_ETHER | LinkType::JUNIPER_PPPOE => Continue(Layer::ETHERNET),
        LinkType::JUNIPER_PPP => Continue(Layer::Link(LinkType::PPP)),
        LinkType::JUNIPER_FRELAY => Continue(Layer::Link(LinkType::FRELAY)),
        LinkType::JUNIPER_CHDLC => Continue(Layer::Link(LinkType::C_HDLC)),
        LinkType::JUNIPER_PPPOE_ATM => match be16(walk.rest, 0) {
            Some(ether_type) => skip_to(walk, 2, Layer::EtherType(ether_type)),
            None => walk.too_short(),
        },
        // A cookie whose first byte marks cells of operation and maintenance.
        LinkType::JUNIPER_ATM1 => atm_frame(walk, link_type, 4, |cookie| cookie[0] == 0x80),
        LinkType::JUNIPER_ATM2 => atm_frame(walk, link_type, 8, |cookie| cookie[7] & 0x70 != 0),
        // Protocol number and VLAN.
        LinkType::JUNIPER_GGSN => match le16(walk.rest, 0) {
            Some(protocol) => {
                skip(walk, 4)?;
                by_protocol(u32::from(protocol), link_type)
            }
            None => walk.too_short(),
        },
        LinkType::JUNIPER_SERVICES => skip_to(walk, if flags & RECEIVED != 0 { 16 } else { 12 }, Layer::Ip),
        LinkType::JUNIPER_VP => skip_to(walk, 18, Layer::Ip),
        other => Break(Decoded::UnsupportedLink(other)),
    }
}

/// A frame of an ATM card after its cookie: LLC, NLPID in Cisco's manner, PPP or IP; only its first bytes show which.
fn atm_frame(walk: &mut Walk<'_>, link_type: LinkType, size: usize, is_maintenance: impl Fn(&[u8]) -> bool) -> Next {
    let Some(cookie) = walk.rest.get(..size) else { return walk.too_short() };
    if is_maintenance(cookie) {
        return own_frame(link_type);
    }
    skip(walk, size)?;
    if is_llc(walk.rest) {
        return atm::rfc1483(walk);
    }
    match *walk.rest {
        [0x03, ..] => {
            skip(walk, 1)?;
            nlpid(walk, Bridged::Never)
        }
        // PPP's IPv4, IPv6, MPLS, and the control protocols (RFC 2364).
        [0x00, 0x21 | 0x57, ..] | [0x02, 0x81 | 0x83, ..] | [0x80 | 0xc0, 0x21 | 0x57 | 0x23, ..] => Continue(Layer::Ppp),
        [first, ..] if matches!(first >> 4, 4 | 6) => Continue(Layer::Ip),
        [] => walk.too_short(),
        _ => own_frame(link_type),
    }
}

/// The layers of Juniper's own protocol numbers. Below 200 a number names the incoming and the outgoing protocol, and the packet
/// has the first.
fn by_protocol(protocol: u32, link_type: LinkType) -> Next {
    Continue(match protocol {
        2 | 3 | 6 | 7 => Layer::Ip,
        4 | 5 | 8 | 32 => Layer::Mpls,
        200 => Layer::Link(LinkType::PPP),
        202 | 203 => Layer::Llc,
        204 => Layer::ETHERNET,
        207 => Layer::Link(LinkType::FRELAY),
        208 => Layer::Link(LinkType::C_HDLC),
        _ => return own_frame(link_type),
    })
}
