//! The packet loop that all readers of a source share.

use crate::capture::{CheckedPacket, Interface, Packet, Source};

/// A receiver of packets.
pub trait PacketSink {
    /// Takes a packet that was seen on `interface`.
    fn push(&mut self, packet: &Packet<'_>, interface: &Interface, is_duplicate: bool);
}

/// Passes at most `max_packets` of a source to `sink`. Checks all of them for duplicates if `checks_all` is true; otherwise only
/// while there is [reason to](Source::packets_to_look_at).
///
/// False if there are no more packets: none at all, or none [yet](Source::is_waiting).
#[inline(always)]
pub fn pass_packets(source: &mut Source, sink: &mut impl PacketSink, max_packets: u64, checks_all: bool) -> bool {
    let mut left = max_packets;
    while left > 0 {
        let to_check = if checks_all { u64::MAX } else { source.packets_to_look_at() };
        let part = if to_check == 0 { left } else { left.min(to_check) };
        // Each case has a loop of its own, which saves a twentieth of the time.
        let passed = if to_check == 0 { pass::<false>(source, sink, part) } else { pass::<true>(source, sink, part) };
        left -= passed;
        if passed < part {
            break;
        }
    }
    left == 0
}

/// Passes at most `max_packets` to `sink`, checked for duplicates if `CHECKS` is true, and returns their number.
#[inline(always)]
fn pass<const CHECKS: bool>(source: &mut Source, sink: &mut impl PacketSink, max_packets: u64) -> u64 {
    let mut left = max_packets;
    while left > 0
        && let Some(CheckedPacket { packet, interface, is_duplicate }) = source.next_seen::<CHECKS>()
    {
        left -= 1;
        sink.push(&packet, interface, is_duplicate);
    }
    max_packets - left
}
