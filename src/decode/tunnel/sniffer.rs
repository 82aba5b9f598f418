//! Frames that another machine has captured and sends to a sniffer over UDP: TZSP, PEEKREMOTE, Aruba's remote mirroring.
//!
//! Other programs use their ports, too, and some of their headers say little, so all lengths in them have to be those of the
//! datagram, and the frame has to look like one. A check sequence at a frame's end is left there: not all senders have one, and
//! IP knows where its packet ends.

use super::enter_if_plausible;
use crate::capture::LinkType;
use crate::decode::encapsulation::Encapsulation;
use crate::decode::link::{is_readable_data, tzsp_header_len, tzsp_inside};
use crate::decode::walk::{Layer, Next, Walk};

/// TZSP over UDP: version 1, a frame that was received (0) or is to be sent (1). Keep-alives carry none.
pub fn tzsp(walk: &mut Walk<'_>) -> Option<Next> {
    let &[1, 0 | 1, high, low] = walk.rest.first_chunk::<4>()? else { return None };
    let inner = Layer::Link(tzsp_inside(u16::from_be_bytes([high, low]))?);
    let size = tzsp_header_len(walk.rest)?;
    match inner {
        Layer::ETHERNET | Layer::IEEE_802_11 => enter_if_plausible(walk, size, Encapsulation::Tzsp, inner),
        // Prism and AVS headers have checks of their own.
        _ => Some(super::enter(walk, size, Encapsulation::Tzsp, inner)),
    }
}

/// PEEKREMOTE, in which access points of Cisco and Aruba send radio frames to OmniPeek.
pub fn peekremote(walk: &mut Walk<'_>) -> Option<Next> {
    let size = peek_header(walk)?;
    enter_if_plausible(walk, size, Encapsulation::Peekremote, Layer::IEEE_802_11)
}

/// Bytes of a Peek header. (The layouts are those of Wireshark's `packet-peekremote.c`, all in network order.)
fn peek_header(walk: &Walk<'_>) -> Option<usize> {
    const MAGIC: [u8; 4] = [0x00, 0xff, 0xab, 0xcd];
    if walk.rest.starts_with(&MAGIC) { newer_peek_header(walk) } else { older_peek_header(walk) }
}

/// The newer header: magic number, version, size of the header from the magic number on; in version 2 the lengths of the frame
/// and of its captured part, after the measurements.
fn newer_peek_header(walk: &Walk<'_>) -> Option<usize> {
    const MIN_SIZE: usize = 9;
    const VERSION_2: u8 = 2;
    const SIZE_2: usize = 55;
    let size = usize::try_from(be32(walk, 5)?).ok().filter(|size| (MIN_SIZE..walk.wire_rest).contains(size))?;
    if walk.rest.get(4) == Some(&VERSION_2) && size == SIZE_2 && !holds(walk, size, be16(walk, 41)?, be16(walk, 43)?) {
        return None;
    }
    Some(size)
}

/// The older header, of 20 bytes: signal and noise, length of the frame and of its captured part, flags and status with bits that
/// must be zeros, time, and further measurements.
fn older_peek_header(walk: &Walk<'_>) -> Option<usize> {
    const SIZE: usize = 20;
    const RESERVED_FLAGS: u8 = 0xf8;
    const RESERVED_STATUS: u8 = 0xb3;
    let (flags, status) = (*walk.rest.get(6)?, *walk.rest.get(7)?);
    let fits = flags & RESERVED_FLAGS == 0 && status & RESERVED_STATUS == 0 && holds(walk, SIZE, be16(walk, 2)?, be16(walk, 4)?);
    fits.then_some(SIZE)
}

/// True if a datagram with a header of `size` bytes holds the `kept` captured bytes of a frame of `length` bytes: all of them, if
/// `kept` is 0.
fn holds(walk: &Walk<'_>, size: usize, length: u16, kept: u16) -> bool {
    let here = walk.wire_rest.checked_sub(size);
    let kept = if kept == 0 { length } else { kept };
    kept > 0 && kept <= length && here == Some(usize::from(kept))
}

/// Aruba's remote mirroring, in the formats that an administrator can choose (numbers and layouts as in Wireshark's
/// `packet-aruba-erm.c`): a record header of pcap (0), Peek (1, 5), a record header with four bytes of radio (3), PPI (4),
/// radiotap (6).
pub fn aruba_erm(walk: &mut Walk<'_>) -> Option<Next> {
    let (size, inner) = record_header(walk)
        .or_else(|| peek_header(walk))
        .map(|size| (size, Layer::IEEE_802_11))
        .or_else(|| self_describing(walk).map(|link_type| (0, Layer::Link(link_type))))?;
    match inner {
        Layer::IEEE_802_11 => enter_if_plausible(walk, size, Encapsulation::ArubaErm, inner),
        _ => Some(super::enter(walk, size, Encapsulation::ArubaErm, inner)),
    }
}

/// Bytes of a pcap record header in network order (seconds, microseconds, stored length, length on the wire), with the four bytes
/// of radio measurements that some senders put after it: rate, channel, signal.
fn record_header(walk: &Walk<'_>) -> Option<usize> {
    const HEADER: usize = 16;
    const RADIO: usize = 4;
    const MICROSECONDS: u32 = 1_000_000;
    let (stored, on_the_wire) = (usize::try_from(be32(walk, 8)?).ok()?, usize::try_from(be32(walk, 12)?).ok()?);
    let here = walk.wire_rest.checked_sub(HEADER)?;
    if be32(walk, 4)? >= MICROSECONDS || stored == 0 || stored > on_the_wire {
        return None;
    }
    let with_radio = HEADER + RADIO;
    // Only the frame shows whether the stored length counts the radio's bytes.
    let shows_radio = walk.rest.get(with_radio..).is_some_and(is_readable_data) && !is_readable_data(&walk.rest[HEADER..]);
    if stored.checked_add(RADIO) == Some(here) || stored == here && shows_radio {
        Some(with_radio)
    } else {
        (stored == here).then_some(HEADER)
    }
}

/// PPI and radiotap: both begin with a version of 0, a byte, and their little-endian length. PPI then names the link type of the
/// frame; radiotap has bits for its fields there, and a link type read as such bits makes no sense.
fn self_describing(walk: &Walk<'_>) -> Option<LinkType> {
    const MIN_SIZE: usize = 8;
    let &[0, flags, low, high, a, b, c, d] = walk.rest.first_chunk::<8>()? else { return None };
    let length = usize::from(u16::from_le_bytes([low, high]));
    let frame = walk.rest.get(length..).filter(|_| length >= MIN_SIZE)?;
    let is_wifi = super::plausible::fits(Layer::IEEE_802_11, frame);
    match (flags, LinkType(u32::from_le_bytes([a, b, c, d]))) {
        (0 | 1, LinkType::IEEE802_11) if is_wifi => Some(LinkType::PPI),
        (0, _) if is_wifi => Some(LinkType::IEEE802_11_RADIOTAP),
        _ => None,
    }
}

fn be16(walk: &Walk<'_>, at: usize) -> Option<u16> {
    walk.rest.get(at..)?.first_chunk().copied().map(u16::from_be_bytes)
}

fn be32(walk: &Walk<'_>, at: usize) -> Option<u32> {
    walk.rest.get(at..)?.first_chunk().copied().map(u32::from_be_bytes)
}
