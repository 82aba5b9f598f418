//! Wi-Fi frames (IEEE Std 802.11-2020, clause 9). Data frames carry LLC; all others, and encrypted ones, count as the link
//! layer's own.

use std::ops::ControlFlow::Continue;

use super::{be16, bytes_at, own_frame, skip};
use crate::capture::LinkType;
use crate::decode::walk::{Layer, Next, Walk};

/// Bits of the frame control field's first byte (clause 9.2.4.1): protocol version and type in the lower four, subtype above.
const VERSION_AND_TYPE: u8 = 0x0f;
const VERSION: u8 = 0x03;
const TYPE: u8 = 0x0c;
const MANAGEMENT: u8 = 0x00;
const EXTENSION: u8 = 0x0c;
const DATA: u8 = 0x08;
/// Subtype bits of data frames (table 9-1): no data at all; quality of service.
const WITHOUT_DATA: u8 = 0x40;
const QOS: u8 = 0x80;

/// Bits of the frame control field's second byte.
const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const PROTECTED: u8 = 0x40;
/// In QoS frames: an HT Control field follows (clause 9.2.4.1.10).
const ORDER: u8 = 0x80;

/// Bits of the QoS control field (clause 9.2.4.5): several MSDUs in the frame; a mesh control field is there.
const A_MSDU: u8 = 0x80;
const MESH_CONTROL: u8 = 0x01;

/// Reads a frame's header. `padded`: the driver padded the header to a multiple of four bytes, as radiotap says.
pub fn frame(walk: &mut Walk<'_>, padded: bool) -> Next {
    let Some(&[kind, flags]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    frame_of(walk, [kind, flags], padded)
}

/// Reads the header of a frame whose two bytes of frame control are swapped.
pub fn swapped_frame(walk: &mut Walk<'_>) -> Next {
    let Some(&[flags, kind]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    frame_of(walk, [kind, flags], false)
}

/// The order of the two bytes of a frame's frame control field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ControlOrder {
    /// The order of the standard: version, type and subtype first.
    Standard,
    /// The flags first.
    Swapped,
}

/// The order of a frame's frame control; `None` if neither order makes it a frame.
///
/// In most frames only one order gives version 0 and a known type: a data frame to or from the distribution system that is read
/// the wrong way has version 1, 2 or 3. Where both fit, LLC after the header decides.
pub fn control_order(frame: &[u8]) -> Option<ControlOrder> {
    let &[first, second] = frame.first_chunk::<2>()?;
    let may_be = |kind: u8| kind & VERSION == 0 && kind & TYPE != EXTENSION;
    match (may_be(first), may_be(second)) {
        (true, true) if !is_data_with_llc(frame, [first, second]) && is_data_with_llc(frame, [second, first]) => {
            Some(ControlOrder::Swapped)
        }
        (true, _) => Some(ControlOrder::Standard),
        (false, true) => Some(ControlOrder::Swapped),
        (false, false) => None,
    }
}

/// True if the bytes look like a data frame with readable contents: LLC after the header.
pub fn is_readable_data(frame: &[u8]) -> bool {
    frame.first_chunk::<2>().is_some_and(|control| is_data_with_llc(frame, *control))
}

fn is_data_with_llc(frame: &[u8], [kind, flags]: [u8; 2]) -> bool {
    let size = header_size(kind, flags);
    kind & VERSION_AND_TYPE == DATA && frame.get(size..).is_some_and(super::llc::is_llc)
}

/// Bytes of a data frame's header, up to the quality of service and HT control fields.
fn header_size(kind: u8, flags: u8) -> usize {
    let addresses = if flags & (TO_DS | FROM_DS) == TO_DS | FROM_DS { 30 } else { 24 };
    match (kind & QOS != 0, flags & ORDER != 0) {
        (false, _) => addresses,
        (true, false) => addresses + 2,
        (true, true) => addresses + 6,
    }
}

fn frame_of(walk: &mut Walk<'_>, [kind, flags]: [u8; 2], padded: bool) -> Next {
    if kind & VERSION_AND_TYPE != DATA {
        if kind & VERSION_AND_TYPE == MANAGEMENT
            && let (Some(receiver), Some(sender)) = (bytes_at(walk.rest, 4), bytes_at(walk.rest, 10))
        {
            super::ethernet::addresses(walk, receiver, sender);
        }
        return own_frame(LinkType::IEEE802_11);
    }
    let Some(header) = walk.rest.first_chunk::<24>() else { return walk.too_short() };
    let address = |at: usize| bytes_at::<6>(walk.rest, at);
    // The places of receiver and sender depend on who relays the frame (table 9-30).
    let (destination, source) = match flags & (TO_DS | FROM_DS) {
        0 => (address(4), address(10)),
        TO_DS => (address(16), address(10)),
        FROM_DS => (address(4), address(16)),
        _ => (address(16), address(24)),
    };
    let (Some(destination), Some(source)) = (destination, source) else { return walk.too_short() };
    let later_fragment = header[22] & 0x0f != 0;
    super::ethernet::addresses(walk, destination, source);
    if kind & WITHOUT_DATA != 0 || flags & PROTECTED != 0 || later_fragment {
        return own_frame(LinkType::IEEE802_11);
    }
    let size = header_size(kind, flags);
    let mut control = [0, 0];
    if kind & QOS != 0 {
        let Some(field) = bytes_at(walk.rest, header_size(kind & !QOS, flags)) else { return walk.too_short() };
        control = field;
    }
    skip(walk, if padded { size.next_multiple_of(4) } else { size })?;
    if control[1] & MESH_CONTROL != 0 {
        mesh_control(walk)?;
    }
    if control[0] & A_MSDU != 0 {
        return first_subframe(walk);
    }
    Continue(Layer::Llc)
}

/// A mesh control field (clause 9.2.4.7.3): flags, time to live, sequence number, up to two further addresses. Outside a mesh its
/// bit in the QoS field means something else, so the field is skipped only if a SNAP header follows.
fn mesh_control(walk: &mut Walk<'_>) -> std::ops::ControlFlow<crate::decode::Decoded> {
    let Some(&flags) = walk.rest.first() else { return Continue(()) };
    let size = 6 + 6 * usize::from(flags & 3).min(2);
    let is_snap = |at: usize| bytes_at(walk.rest, at) == Some([0xaa, 0xaa, 0x03]);
    if !is_snap(0) && is_snap(size) { skip(walk, size) } else { Continue(()) }
}

/// The first of several MSDUs in one frame (clause 9.3.2.2): its two addresses, its length, its LLC. One packet is one
/// observation, so the others are ignored.
fn first_subframe(walk: &mut Walk<'_>) -> Next {
    let (Some(destination), Some(source), Some(length)) = (bytes_at(walk.rest, 0), bytes_at(walk.rest, 6), be16(walk.rest, 12))
    else {
        return walk.too_short();
    };
    super::ethernet::addresses(walk, destination, source);
    skip(walk, 14)?;
    walk.limit(usize::from(length));
    Continue(Layer::Llc)
}
