//! Ethernet with the additions of capture devices: preambles, check sequences, records.

use std::ops::ControlFlow::{Break, Continue};

use super::{be16, own_frame, skip, skip_to, without_trailer};
use crate::capture::LinkType;
use crate::decode::Decoded;
use crate::decode::walk::{Layer, Next, Walk};

/// Bytes of preamble and start frame delimiter (IEEE Std 802.3 clause 3.2).
pub const PREAMBLE: usize = 8;
/// Bytes of the frame check sequence.
const FCS: usize = 4;

/// Hilscher netANALYZER (LINKTYPE_NETANALYZER and _TRANSPARENT): four bytes of its own, a preamble with the latter, the frame,
/// its check sequence.
pub fn netanalyzer(walk: &mut Walk<'_>, preamble: usize) -> Next {
    without_trailer(walk, FCS);
    skip_to(walk, 4 + preamble, Layer::ETHERNET)
}

/// Ethernet with preemption (LINKTYPE_ETHERNET_MPACKET, IEEE Std 802.3br clause 99.3): a preamble of up to seven bytes, a
/// delimiter that distinguishes whole frames and first fragments from all else, the frame, a check sequence.
pub fn mpacket(walk: &mut Walk<'_>) -> Next {
    const PREAMBLE_BYTE: u8 = 0x55;
    let preamble = walk.rest.iter().take(PREAMBLE).take_while(|&&byte| byte == PREAMBLE_BYTE).count();
    let Some(&delimiter) = walk.rest.get(preamble) else { return walk.too_short() };
    skip(walk, preamble + 1)?;
    match delimiter {
        // Express, then the four first fragments.
        0xd5 | 0xe6 | 0x4c | 0x7f | 0xb3 => {
            without_trailer(walk, FCS);
            Continue(Layer::ETHERNET)
        }
        _ => own_frame(LinkType::ETHERNET_MPACKET),
    }
}

/// Endace ERF records (LINKTYPE_ERF, Endace "ERF Types Reference Guide"): timestamp, type, flags, length of the record, drop
/// counter, length on the wire; extension headers of eight bytes while the highest bit of the type is set.
pub fn erf(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 16;
    const MORE: u8 = 0x80;
    let (Some(&kind), Some(wire_len)) = (walk.rest.get(8), be16(walk.rest, 14)) else { return walk.too_short() };
    skip(walk, HEADER)?;
    let mut more = kind & MORE != 0;
    while more {
        let Some(&next) = walk.rest.first() else { return walk.too_short() };
        skip(walk, 8)?;
        more = next & MORE != 0;
    }
    match kind & !MORE {
        // Packet over SONET: PPP or Cisco HDLC.
        1 | 10 | 15 | 17 | 19 => {
            walk.limit(usize::from(wire_len));
            Continue(Layer::Link(LinkType::PPP_HDLC))
        }
        // Ethernet, after two bytes that align it.
        2 | 11 | 16 | 20 => {
            skip(walk, 2)?;
            walk.limit(usize::from(wire_len));
            Continue(Layer::ETHERNET)
        }
        22 => Continue(Layer::Ipv4),
        23 => Continue(Layer::Ipv6),
        // Counters, metadata and padding carry no packet; ATM cells and InfiniBand are not followed.
        13 | 14 | 27 | 48 => own_frame(LinkType::ERF),
        _ => Break(Decoded::UnsupportedLink(LinkType::ERF)),
    }
}
