//! Suspected duplicates: packets that a capture holds twice, because a bridge, Linux's `any` device or a mirror port that copies both
//! directions showed them twice.
//!
//! A packet is a suspected duplicate if it has the same length and the same bytes as one of the [`WINDOW`] packets before it
//! in its input, on whichever interface, and was captured at most [`MOST_APART`] before or after that one. A Linux cooked header
//! is not compared: it names the interface, and so it differs between copies.
//!
//! Every packet is checked, so it must cost next to nothing: a key of some of its bytes is compared with the keys of those
//! before it. Only where one is equal are the bytes compared, all of them, in the reader's buffer; before that is filled
//! again, the last packets are hashed, and the hashes stand in for their bytes.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::buffer::Buffer;
use super::format::Record;
use super::packet::LinkType;
use crate::unit::Time;

/// The packets before it that a packet is compared with: as many as `editcap -d` compares, whose window of five holds the packet itself.
pub const WINDOW: usize = 4;

/// Nanoseconds that two copies of a packet are apart at most.
///
/// A bridge, a mirror port or a second interface adds microseconds, and milliseconds where queues are full. What is sent
/// again on purpose comes later than this: TCP waits at least 200 ms (Linux's `TCP_RTO_MIN`; a second in RFC 6298), ARP, DHCP and
/// mDNS a second, spanning tree hellos come every two seconds.
pub const MOST_APART: i64 = 100_000_000;

/// Bytes of the header of a Linux cooked capture, and of its second version.
const COOKED: usize = 16;
const COOKED_2: usize = 20;

/// The last packets of an input.
pub struct Duplicates {
    keys: [u32; WINDOW],
    earlier: [Earlier; WINDOW],
    /// The place of the oldest packet, where the next one goes.
    oldest: usize,
    /// Packets before this offset of the input are known by their hashes, later ones by their bytes.
    hashed_to: u64,
    hasher: RandomState,
}

/// A packet that was read before.
#[derive(Clone, Copy)]
struct Earlier {
    /// The offset in the input of the bytes that are compared.
    begin: u64,
    /// How many there are.
    length: u32,
    wire_len: u32,
    time: Time,
    /// Their hash, once it has been made.
    hash: u64,
}

impl Duplicates {
    /// No packet has been read.
    pub fn new() -> Duplicates {
        // Nothing is a short time apart from an unknown time.
        let none = Earlier { begin: 0, length: 0, wire_len: 0, time: Time::UNKNOWN, hash: 0 };
        Duplicates { keys: [0; WINDOW], earlier: [none; WINDOW], oldest: 0, hashed_to: 0, hasher: RandomState::default() }
    }

    /// Takes in the next packet, whose `data` has just been passed over in `buffer` and began at that offset. True if it is a
    /// suspected duplicate.
    #[inline(always)]
    pub fn take_in(&mut self, record: &Record, link_type: LinkType, data: &[u8], begin: u64, buffer: &Buffer) -> bool {
        let header = match link_type {
            LinkType::LINUX_SLL => COOKED,
            LinkType::LINUX_SLL2 => COOKED_2,
            _ => 0,
        };
        let compared = data.get(header..).unwrap_or_default();
        let key = key(compared) ^ record.wire_len;
        let begin = begin + header as u64;
        let packet = Earlier { begin, length: compared.len() as u32, wire_len: record.wire_len, time: record.time, hash: 0 };
        let may_be = self.keys.iter().fold(false, |found, earlier| found | (*earlier == key));
        let is_duplicate = may_be && self.confirm(key, &packet, compared, buffer);
        self.keys[self.oldest] = key;
        self.earlier[self.oldest] = packet;
        self.oldest = (self.oldest + 1) % WINDOW;
        is_duplicate
    }

    /// True if one of the packets before is the same.
    #[cold]
    fn confirm(&self, key: u32, packet: &Earlier, compared: &[u8], buffer: &Buffer) -> bool {
        let mut hash = None;
        let has_same_bytes = |earlier: &Earlier| {
            if earlier.begin < self.hashed_to {
                earlier.hash == *hash.get_or_insert_with(|| self.hasher.hash_one(compared))
            } else {
                buffer.earlier(earlier.begin, compared.len()) == Some(compared)
            }
        };
        let is_alike = |(earlier_key, earlier): &(&u32, &Earlier)| {
            let lengths = (earlier.length, earlier.wire_len) == (packet.length, packet.wire_len);
            let apart = packet.time.since(earlier.time).map(i64::unsigned_abs);
            **earlier_key == key && lengths && apart.is_some_and(|apart| apart <= MOST_APART.unsigned_abs())
        };
        // Where nothing was stored, nothing is known to be equal.
        !compared.is_empty()
            && self.keys.iter().zip(&self.earlier).filter(is_alike).map(|(_, earlier)| earlier).any(has_same_bytes)
    }

    /// Hashes the packets whose bytes are still in the buffer. It must be called before the buffer is filled.
    pub fn let_go_of_bytes(&mut self, buffer: &Buffer) {
        for earlier in self.earlier.iter_mut().filter(|earlier| earlier.begin >= self.hashed_to) {
            if let Some(bytes) = buffer.earlier(earlier.begin, earlier.length as usize) {
                earlier.hash = self.hasher.hash_one(bytes);
            }
        }
        self.hashed_to = buffer.offset();
    }
}

/// A number that is seldom equal for different packets, of words that differ between packets of one flow: IPv4's identification and
/// checksum, sequence numbers in IPv4 and IPv6, UDP's checksum and the beginning of what it carries, and the last bytes.
/// The places are those behind an Ethernet header; elsewhere they are as good as any.
#[inline(always)]
fn key(bytes: &[u8]) -> u32 {
    let mixed = match bytes.first_chunk::<66>() {
        Some(start) => word(start, 18) ^ word(start, 38).rotate_left(13) ^ word(start, 58).rotate_left(29) ^ last_word(bytes),
        None => key_of_short(bytes),
    };
    (mixed ^ mixed >> 32) as u32
}

/// The same for what is shorter than most packets with a payload.
#[inline(always)]
fn key_of_short(bytes: &[u8]) -> u64 {
    match bytes.first_chunk::<46>() {
        Some(start) => word(start, 18) ^ word(start, 38).rotate_left(13) ^ last_word(bytes).rotate_left(29),
        None => bytes.rchunks(8).fold(0, |sum: u64, word| {
            let word = word.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            sum.rotate_left(13) ^ word
        }),
    }
}

#[inline(always)]
fn word<const N: usize>(bytes: &[u8; N], at: usize) -> u64 {
    bytes[at..].first_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
}

#[inline(always)]
fn last_word(bytes: &[u8]) -> u64 {
    bytes.last_chunk().map_or(0, |word| u64::from_ne_bytes(*word))
}
