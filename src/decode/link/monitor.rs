//! Headers that monitoring drivers and remote sniffers put before a frame: radiotap, Prism, AVS, PPI, TZSP.

use std::ops::ControlFlow::{Break, Continue};

use super::{be16, host32, ieee802_11, le16, le32, own_frame, skip, skip_to, without_trailer};
use crate::capture::LinkType;
use crate::decode::Decoded;
use crate::decode::walk::{Layer, Next, Walk};

/// Bytes of the check sequence at the end of a Wi-Fi frame.
const FCS: usize = 4;

/// Radiotap (<https://www.radiotap.org>): version, padding, length, a chain of words whose bits name the fields after them. All
/// is little-endian; each field is aligned to its own size, counted from the header's start.
pub fn radiotap(walk: &mut Walk<'_>) -> Next {
    const FCS_AT_END: u8 = 0x10;
    const DATA_PAD: u8 = 0x20;
    let Some(length) = le16(walk.rest, 2).map(usize::from) else { return walk.too_short() };
    if length < 8 {
        return Break(Decoded::Malformed);
    }
    let Some(header) = walk.rest.get(..length) else { return walk.too_short() };
    let flags = radiotap_flags(header).unwrap_or(0);
    skip(walk, length)?;
    if flags & FCS_AT_END != 0 {
        without_trailer(walk, FCS);
    }
    ieee802_11::frame(walk, flags & DATA_PAD != 0)
}

/// The field "Flags", which only the 8-byte timer can precede.
fn radiotap_flags(header: &[u8]) -> Option<u8> {
    const TIMER: u32 = 1;
    const FLAGS: u32 = 1 << 1;
    const ANOTHER_WORD: u32 = 1 << 31;
    let present = le32(header, 4)?;
    if present & FLAGS == 0 {
        return None;
    }
    let mut at = 4;
    while le32(header, at)? & ANOTHER_WORD != 0 {
        at += 4;
    }
    at += 4;
    if present & TIMER != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    header.get(at).copied()
}

/// Prism (LINKTYPE_IEEE802_11_PRISM): message code, length of the whole header, device name, measurements; in the byte
/// order of the capturing machine. Some drivers write an AVS header under this number, known by its version.
pub fn prism(walk: &mut Walk<'_>) -> Next {
    const AVS_MARK: [u8; 3] = [0x80, 0x21, 0x10];
    if walk.rest.starts_with(&AVS_MARK) {
        return avs(walk);
    }
    let Some(length) = host32(walk.rest, 4) else { return walk.too_short() };
    header_of(walk, length, 24)
}

/// AVS (LINKTYPE_IEEE802_11_AVS): version and length of the whole header in network order, then measurements.
pub fn avs(walk: &mut Walk<'_>) -> Next {
    let Some(length) = host32(walk.rest, 4) else { return walk.too_short() };
    header_of(walk, length, 8)
}

/// Skips a header of a stated length, to the Wi-Fi frame.
fn header_of(walk: &mut Walk<'_>, length: u32, least: u32) -> Next {
    if length < least {
        return Break(Decoded::Malformed);
    }
    skip_to(walk, length as usize, Layer::Link(LinkType::IEEE802_11))
}

/// PPI (CACE Technologies, "Per-Packet Information Header Specification" 1.0.10): version, flags, length, link type of the
/// frame, then typed fields; all little-endian.
pub fn ppi(walk: &mut Walk<'_>) -> Next {
    let (Some(length), Some(inner)) = (le16(walk.rest, 2).map(usize::from), le32(walk.rest, 4)) else { return walk.too_short() };
    if length < 8 {
        return Break(Decoded::Malformed);
    }
    let Some(header) = walk.rest.get(..length) else { return walk.too_short() };
    let with_fcs = ppi_says_fcs(header);
    skip(walk, length)?;
    if with_fcs && inner == LinkType::IEEE802_11.0 {
        without_trailer(walk, FCS);
    }
    Continue(Layer::Link(LinkType(inner)))
}

/// The first flag of the field "802.11-Common": true if the frame ends with its check sequence.
fn ppi_says_fcs(header: &[u8]) -> bool {
    const COMMON: u16 = 2;
    /// Flag of the header: each field is padded to a multiple of four bytes.
    const ALIGNED: u8 = 0x01;
    let aligned = header.get(1).is_some_and(|flags| flags & ALIGNED != 0);
    let mut at = 8;
    while let (Some(kind), Some(size)) = (le16(header, at), le16(header, at + 2)) {
        if kind == COMMON {
            // After the timer of eight bytes.
            return le16(header, at + 4 + 8).is_some_and(|flags| flags & 1 != 0);
        }
        at += 4 + usize::from(size);
        if aligned {
            at = at.next_multiple_of(4);
        }
    }
    false
}

/// TZSP (Tazmen Sniffer Protocol): version, type, encapsulated protocol, then tagged fields up to the end tag.
pub fn tzsp(walk: &mut Walk<'_>) -> Next {
    const KEEP_ALIVE: u8 = 4;
    const PORT_OPENER: u8 = 5;
    let (Some(&kind), Some(protocol)) = (walk.rest.get(1), be16(walk.rest, 2)) else { return walk.too_short() };
    match (kind, tzsp_inside(protocol)) {
        (KEEP_ALIVE | PORT_OPENER, _) | (_, None) => own_frame(LinkType::TZSP),
        (_, Some(inner)) => match tzsp_header_len(walk.rest) {
            Some(size) => skip_to(walk, size, Layer::Link(inner)),
            None => walk.too_short(),
        },
    }
}

/// The link type of the frame that TZSP carries, by its number for it.
pub fn tzsp_inside(protocol: u16) -> Option<LinkType> {
    match protocol {
        0x01 => Some(LinkType::ETHERNET),
        0x12 => Some(LinkType::IEEE802_11),
        0x77 => Some(LinkType::IEEE802_11_PRISM),
        0x7f => Some(LinkType::IEEE802_11_AVS),
        _ => None,
    }
}

/// Bytes of a TZSP header with its tagged fields; `None` if they do not end.
pub fn tzsp_header_len(header: &[u8]) -> Option<usize> {
    const PADDING: u8 = 0;
    const END: u8 = 1;
    let mut at = 4;
    // Each field is at least a byte, so the packet's length bounds the loop.
    loop {
        at += match *header.get(at..)? {
            [END, ..] => return Some(at + 1),
            [PADDING, ..] => 1,
            [_, size, ..] => 2 + usize::from(size),
            _ => return None,
        };
    }
}
