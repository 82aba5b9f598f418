//! Tags of a frame, which switches, taps and redundant networks put between its addresses and its type, under an EtherType of
//! their own. After a tag comes the EtherType that was there before, or a whole frame.
//!
//! A tag is entered if its header checks out and the bytes after it do not contradict it; otherwise the frame counts by the tag's
//! EtherType.

use std::ops::ControlFlow::Continue;

use super::plausible::{self, Fit};
use super::{attempt, enter};
use crate::decode::encapsulation::Encapsulation;
use crate::decode::link::type_or_length;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};

/// Enters a tag of a frame, if its header checks out.
pub fn by_ether_type(walk: &mut Walk<'_>, value: u16) -> Option<Next> {
    if is_in_front(value) {
        attempt(walk, |walk| through(walk, value))
    } else {
        attempt(walk, |walk| {
            let (size, step) = around(value, walk.rest)?;
            let fits = plausible::frame(walk.rest.get(size..)?) != Fit::Not;
            fits.then(|| enter(walk, size, step, Layer::ETHERNET))
        })
    }
}

/// Enters a tag that precedes an EtherType.
fn through(walk: &mut Walk<'_>, value: u16) -> Option<Next> {
    let (size, step, next) = in_front(value, walk.rest)?;
    if plausible::behind_ether_type(next, &walk.rest[size..]) == Fit::Not {
        return None;
    }
    // The receivers of the frame stay the same.
    let broadcast = walk.broadcast;
    Some(match enter(walk, size, step, Layer::EtherType(next)) {
        Continue(_) => {
            walk.broadcast = broadcast;
            type_or_length(walk, next)
        }
        stopped => stopped,
    })
}

/// True for the EtherType of a tag that precedes another EtherType.
pub fn is_in_front(value: u16) -> bool {
    use ether::{ARISTA, CISCO_METADATA, CISCO_TIMESTAMP, E_TAG, HSR, R_TAG};
    matches!(value, CISCO_METADATA | CISCO_TIMESTAMP | E_TAG | ARISTA | R_TAG | HSR)
}

/// The tag of that EtherType, if it precedes another: its size with the EtherType after it, and that EtherType, which may also be
/// the length of a frame. `None` if the bytes are no such tag.
pub fn in_front(value: u16, bytes: &[u8]) -> Option<(usize, Encapsulation, u16)> {
    let (size, step) = match value {
        // Version 1, number of options, options of four bytes, of which one is the security group (the layout in Wireshark's
        // `packet-cisco-metadata.c`).
        ether::CISCO_METADATA => match *bytes.first_chunk::<2>()? {
            [1, options @ 1..=255] => (2 + usize::from(options) * 4, Encapsulation::CiscoMetadata),
            _ => return None,
        },
        // Six bytes of time.
        ether::CISCO_TIMESTAMP => (6, Encapsulation::CiscoTimestamp),
        // Priority and port of entry, group and port of exit, the upper bits of both ports (IEEE 802.1BR clause 7.5).
        ether::E_TAG => (6, Encapsulation::ETag),
        ether::ARISTA => (arista_timestamp(bytes)?, Encapsulation::AristaTimestamp),
        // Reserved, sequence number (IEEE 802.1CB clause 7.8).
        ether::R_TAG => (4, Encapsulation::RTag),
        // Path and size, sequence number (IEC 62439-3 clause 5.7).
        ether::HSR => (4, Encapsulation::Hsr),
        _ => return None,
    };
    let &[high, low] = bytes.get(size..)?.first_chunk::<2>()?;
    Some((size + 2, step, u16::from_be_bytes([high, low])))
}

/// Bytes of Arista's timestamp ("Overview of Arista Timestamps", tcpdump's `print-arista.c`): sub-type 1, time scale, format in
/// the upper half of a byte (1: 64 bits, 2: 48 bits) and hardware in the lower one, then the time.
fn arista_timestamp(bytes: &[u8]) -> Option<usize> {
    match *bytes.first_chunk::<4>()? {
        [0, 1, 0 | 1, 0x10..=0x1f] => Some(4 + 8),
        [0, 1, 0 | 1, 0x20..=0x2f] => Some(4 + 6),
        _ => None,
    }
}

/// The header of that EtherType, if it precedes a whole frame: its size. `None` if the bytes are no such header.
pub fn around(value: u16, bytes: &[u8]) -> Option<(usize, Encapsulation)> {
    const TRILL_VERSION: u16 = 0xc000;
    match value {
        // Version 0, two reserved bits that are ignored, one for groups, number of words of options, hop count, nicknames of
        // both ends, options (RFC 6325 section 3).
        ether::TRILL => {
            let flags = u16::from_be_bytes(*bytes.first_chunk::<2>()?);
            let options = usize::from(flags >> 6 & 0x1f) * 4;
            (flags & TRILL_VERSION == 0).then_some((6 + options, Encapsulation::Trill))
        }
        // Forwarding tag of ten bits, time to live of six.
        ether::FABRIC_PATH => Some((2, Encapsulation::FabricPath)),
        ether::BATMAN_ADV => batman_adv(bytes).map(|size| (size, Encapsulation::BatmanAdv)),
        _ => None,
    }
}

/// True for the EtherType of a header that precedes a whole frame.
pub fn is_around(value: u16) -> bool {
    matches!(value, ether::TRILL | ether::FABRIC_PATH | ether::BATMAN_ADV)
}

/// Bytes of batman-adv's header (Linux's `linux/batadv_packet.h`, compatibility version 15) before a frame for all (type 0x01),
/// for one node (0x40), or for one with the sender's address (0x42). Other types, fragments among them, carry no frame.
fn batman_adv(bytes: &[u8]) -> Option<usize> {
    match *bytes.first_chunk::<2>()? {
        [0x01, 15] => Some(14),
        [0x40, 15] => Some(10),
        [0x42, 15] => Some(18),
        _ => None,
    }
}
