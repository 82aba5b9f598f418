//! Suspected duplicates: packets that a capture holds twice, because a bridge, Linux's `any` device or a mirror port that copies
//! both directions delivered them twice.
//!
//! A packet is a suspected duplicate if it has the same length and the same bytes as one of the [`WINDOW`] packets before it in
//! its input, on whichever interface, and was captured at most [`MAX_INTERVAL`] before or after that one. A Linux cooked header is
//! not compared: it names the interface, and so it differs between copies.
//!
//! Every packet is checked, so the check must cost next to nothing: a key made of a few of the packet's bytes is compared with
//! the keys of the packets before it. Only if one is equal are all bytes compared, in the reader's buffer; before the buffer is
//! filled again, the last packets are hashed, and the hashes replace their bytes.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::buffer::Buffer;
use super::format::PacketRecord;
use crate::link_type::LinkType;
use crate::time::Time;

/// Number of earlier packets that a packet is compared with: as many as in `editcap -d`, whose window of five includes the packet
/// itself.
pub const WINDOW: usize = 4;

/// Maximum time between two copies of a packet, in nanoseconds.
///
/// A bridge, a mirror port or a second interface adds microseconds, and milliseconds where queues are full. Deliberate
/// repetitions come later: TCP waits at least 200 ms (Linux's `TCP_RTO_MIN`; a second in RFC 6298), ARP, DHCP and mDNS a second,
/// spanning tree hellos come every two seconds.
pub const MAX_INTERVAL: i64 = 100_000_000;

/// Number of packets after which comparison ends, if none of them is a suspected duplicate: a source of duplicates shows from the
/// beginning, and comparing costs a twentieth of the time of reading a capture.
pub const FIRST_LOOKED_AT: usize = 100_000;

/// Size of the header of a Linux cooked capture in bytes, and that of its second version, which is longer.
const COOKED: usize = 16;
const COOKED_2: usize = 20;

/// The last packets of an input.
pub struct Duplicates {
    /// The keys of the last packets.
    keys: [u64; WINDOW],
    earlier: [Earlier; WINDOW],
    /// The remains of those whose bytes are no longer in the buffer, at the same indices.
    remains: [Remains; WINDOW],
    /// Number of packets so far, which determines each packet's index.
    packets: usize,
    /// True once a duplicate was found.
    has_found: bool,
    /// Packets before this offset of the input are known by their remains, later ones by their bytes.
    gone_to: u64,
    hasher: RandomState,
}

/// A packet that was read before.
#[derive(Clone, Copy)]
struct Earlier {
    /// The offset of its bytes in the input.
    begin: u64,
    time: Time,
    /// Bytes that were stored.
    stored: u32,
    wire_len: u32,
}

/// A substitute for a packet's bytes.
#[derive(Clone, Copy, Default)]
struct Remains {
    /// The first bytes, of which some may be a cooked header.
    start: [u8; COOKED_2],
    /// The hash of all bytes after them.
    hash: u64,
}

impl Duplicates {
    /// The state before the first packet.
    pub fn new() -> Duplicates {
        // No packet is close to an unknown time.
        let none = Earlier { begin: 0, time: Time::UNKNOWN, stored: 0, wire_len: 0 };
        Duplicates {
            keys: [0; WINDOW],
            earlier: [none; WINDOW],
            remains: Default::default(),
            packets: 0,
            has_found: false,
            gone_to: 0,
            hasher: RandomState::default(),
        }
    }

    /// Number of further packets to compare before asking again: 0 if there was no duplicate among the first.
    pub fn to_look_at(&self) -> u64 {
        if self.has_found { u64::MAX } else { FIRST_LOOKED_AT.saturating_sub(self.packets) as u64 }
    }

    /// Adds the next packet, whose `data` has just been passed over in `buffer` and starts at offset `begin`. True if it is a
    /// suspected duplicate.
    #[inline(always)]
    pub fn add(&mut self, record: &PacketRecord, link_type: LinkType, data: &[u8], begin: u64, buffer: &Buffer) -> bool {
        let key = key(data);
        // One by one: comparing all at once would have to wait until the latest one has been written.
        let [first, second, third, fourth] = self.keys;
        let may_be = first == key || second == key || third == key || fourth == key;
        let is_duplicate = may_be && self.confirm(record, link_type, data, buffer);
        self.has_found |= is_duplicate;
        let place = self.packets % WINDOW;
        self.keys[place] = key;
        self.earlier[place] = Earlier { begin, time: record.time, stored: data.len() as u32, wire_len: record.wire_len };
        self.packets = self.packets.wrapping_add(1);
        is_duplicate
    }

    /// True if one of the last packets is equal.
    #[cold]
    #[inline(never)]
    fn confirm(&self, record: &PacketRecord, link_type: LinkType, data: &[u8], buffer: &Buffer) -> bool {
        let header = match link_type {
            LinkType::LINUX_SLL => COOKED,
            LinkType::LINUX_SLL2 => COOKED_2,
            _ => 0,
        };
        let mut remains = None;
        // Where nothing was stored, nothing is known to be equal.
        data.len() > header
            && (0..WINDOW).any(|place| {
                let earlier = &self.earlier[place];
                let apart = record.time.since(earlier.time).map(i64::unsigned_abs);
                if (earlier.stored as usize, earlier.wire_len) != (data.len(), record.wire_len)
                    || apart.is_none_or(|apart| apart > MAX_INTERVAL.unsigned_abs())
                {
                    return false;
                }
                if earlier.begin >= self.gone_to {
                    return buffer.earlier(earlier.begin, data.len()).is_some_and(|bytes| bytes[header..] == data[header..]);
                }
                let remains = remains.get_or_insert_with(|| self.remains_of(data));
                let left = &self.remains[place];
                left.hash == remains.hash && left.start[header..] == remains.start[header..]
            })
    }

    /// Hashes the packets whose bytes are still in the buffer. Must be called before the buffer is filled.
    pub fn let_go_of_bytes(&mut self, buffer: &Buffer) {
        for place in 0..WINDOW {
            let Earlier { begin, stored, .. } = self.earlier[place];
            if begin >= self.gone_to
                && let Some(bytes) = buffer.earlier(begin, stored as usize)
            {
                self.remains[place] = self.remains_of(bytes);
            }
        }
        self.gone_to = buffer.offset();
    }

    fn remains_of(&self, bytes: &[u8]) -> Remains {
        let (first, rest) = bytes.split_at(bytes.len().min(COOKED_2));
        let mut start = [0; COOKED_2];
        start[..first.len()].copy_from_slice(first);
        Remains { start, hash: self.hasher.hash_one(rest) }
    }
}

/// A number that is seldom equal for different packets, made of words outside any cooked header. After an Ethernet header they
/// are IPv4's checksum, which differs with the identification, TCP's sequence and acknowledgement numbers in IPv4, and the last
/// bytes.
#[inline(always)]
fn key(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<46>() {
        Some(start) => word(start, 20).wrapping_add(word(start, 38)).wrapping_add(last_word(bytes)),
        None => key_of_short(bytes),
    }
}

/// The key of a packet that is shorter than most.
#[inline(never)]
fn key_of_short(bytes: &[u8]) -> u64 {
    let after_headers = bytes.get(COOKED_2..).unwrap_or_default();
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    after_headers.rchunks(8).fold(0, |key: u64, bytes| key.rotate_left(11) ^ number(bytes))
}

#[inline(always)]
fn word<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
}

#[inline(always)]
fn last_word(bytes: &[u8]) -> u64 {
    bytes.last_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::super::input::InputName;
    use super::super::source::{CheckedPacket, Source};
    use super::*;

    /// A record of a capture: milliseconds, length on the wire, and what was stored.
    type Stored = (u32, u32, Vec<u8>);

    /// For each packet of a capture, whether it is a suspected duplicate.
    fn duplicates(link_type: u32, packets: &[Stored]) -> Vec<bool> {
        duplicates_among(link_type, packets, true)
    }

    fn duplicates_among(link_type: u32, packets: &[Stored], looks_at_all: bool) -> Vec<bool> {
        let mut file: Vec<u8> =
            [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 0, link_type].into_iter().flat_map(u32::to_le_bytes).collect();
        for (milliseconds, wire_len, data) in packets {
            let words = [1 + milliseconds / 1000, milliseconds % 1000 * 1000, data.len() as u32, *wire_len];
            file.extend(words.into_iter().flat_map(u32::to_le_bytes));
            file.extend(data);
        }
        let mut source = Source::from_reader(&InputName::Stdin, Box::new(std::io::Cursor::new(file))).unwrap();
        let mut found = Vec::new();
        while looks_at_all || source.packets_to_look_at() > 0 {
            let Some(CheckedPacket { is_duplicate, .. }) = source.next_seen::<true>() else { break };
            found.push(is_duplicate);
        }
        found
    }

    /// A packet of `length` bytes; `byte` makes it different from others.
    fn packet(length: usize, byte: u8) -> Vec<u8> {
        (0..length).map(|place| byte ^ (place as u8).wrapping_mul(37)).collect()
    }

    fn at(milliseconds: u32, data: Vec<u8>) -> Stored {
        (milliseconds, data.len() as u32, data)
    }

    /// True if the last of `packets` is a suspected duplicate.
    fn last_is_duplicate(link_type: u32, packets: &[Stored]) -> bool {
        *duplicates(link_type, packets).last().unwrap()
    }

    #[test]
    fn without_a_duplicate_among_the_first_packets_later_ones_are_compared_only_on_request() {
        let numbered = |number: usize| at(number as u32, (number as u32).to_be_bytes().repeat(6));
        let mut packets: Vec<Stored> = (0..FIRST_LOOKED_AT).map(numbered).collect();
        packets.extend([numbered(7_000_000), numbered(7_000_000)]);
        let found = |packets: &[Stored], all| duplicates_among(1, packets, all).into_iter().filter(|is| *is).count();
        assert_eq!((found(&packets, false), found(&packets, true)), (0, 1));
        packets.insert(5, numbered(4));
        assert_eq!(found(&packets, false), 2);
    }

    #[test]
    fn a_packet_is_compared_with_the_four_before_it() {
        for length in [1, 20, 27, 28, 42, 45, 46, 60, 1500] {
            let numbers = [0, 0, 1, 2, 3, 0, 4, 5, 6, 7, 0, 0, 0];
            let packets: Vec<Stored> = numbers.iter().map(|number| at(0, packet(length, *number))).collect();
            let expected = [false, true, false, false, false, true, false, false, false, false, false, true, true];
            assert_eq!(duplicates(1, &packets), expected, "{length} bytes");
        }
    }

    #[test]
    fn a_packet_repeated_later_is_not_a_duplicate() {
        let apart = |first, second| last_is_duplicate(1, &[at(first, packet(60, 0)), at(second, packet(60, 0))]);
        assert!(apart(500, 600) && apart(600, 500) && apart(999, 1000));
        assert!(!apart(500, 601) && !apart(601, 500) && !apart(0, 2000));
    }

    #[test]
    fn a_difference_in_any_byte_or_in_the_length_on_the_wire_is_one() {
        for length in [1, 30, 60, 200] {
            for place in 0..length {
                let mut other = packet(length, 0);
                other[place] ^= 0x10;
                assert!(!last_is_duplicate(1, &[at(0, packet(length, 0)), at(0, other)]), "byte {place} of {length}");
            }
        }
        assert!(!last_is_duplicate(1, &[at(0, packet(60, 0)), (0, 61, packet(60, 0))]));
        assert!(!last_is_duplicate(1, &[(0, 60, Vec::new()), (0, 60, Vec::new())]), "nothing was stored");
    }

    #[test]
    fn a_cooked_header_is_not_compared() {
        for (link_type, header) in [(113, COOKED), (276, COOKED_2)] {
            for length in [22, 44, 80, 1500] {
                for place in 0..length {
                    let mut other = packet(length, 0);
                    other[place] ^= 0x10;
                    let found = last_is_duplicate(link_type, &[at(0, packet(length, 0)), at(0, other)]);
                    assert_eq!(found, place < header, "link type {link_type}, byte {place} of {length}");
                }
            }
        }
        assert!(!last_is_duplicate(113, &[at(0, vec![0; COOKED]), at(0, vec![0; COOKED])]), "nothing was stored behind it");
    }

    #[test]
    fn refilling_the_buffer_changes_nothing() {
        // Each of these packets is longer than a block, so that the one before it is gone when it comes.
        let (length, other) = (300_000, |place: usize| {
            let mut other = packet(300_000, 0);
            other[place] ^= 0x10;
            other
        });
        let same = at(0, packet(length, 0));
        assert_eq!(duplicates(1, &[same.clone(), at(0, packet(length, 1)), same.clone()]), [false, false, true]);
        for (place, cooked) in [(0, true), (15, true), (16, false), (19, false), (100_000, false), (299_999, false)] {
            assert!(!last_is_duplicate(1, &[same.clone(), at(0, other(place))]));
            assert_eq!(last_is_duplicate(113, &[same.clone(), at(0, other(place))]), cooked, "byte {place}");
        }
        // Small packets, some of which cross the end of a block.
        let pairs: Vec<Stored> = (0..8000u32).flat_map(|number| [0, 1].map(|_| at(0, number.to_le_bytes().repeat(20)))).collect();
        let expected: Vec<bool> = (0..16_000).map(|number| number % 2 == 1).collect();
        assert!(duplicates(1, &pairs) == expected);
    }
}
