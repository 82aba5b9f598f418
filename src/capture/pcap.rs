//! Classic pcap files: draft-ietf-opsawg-pcap, with the variants that libpcap also reads.
//!
//! A file header of 24 bytes, then records: seconds, fraction of a second, stored length, length on the wire, data. Supported are
//! both byte orders, microseconds and nanoseconds, the "modified" format of some old Linux systems whose record headers are 8
//! bytes longer, files of versions below 2.3, which hold the two lengths in reverse order, and files of AIX.

use std::ops::Range;

use super::format::{ByteOrder, MAX_PACKET, PacketRecord, ParseProblem, Step};
use super::packet::{Interface, Resolution};
use crate::error::{FormatProblem, NotACapture};
use crate::link_type::LinkType;
use crate::time::Time;

/// The usual magic number: times in microseconds.
const MAGIC_MICROSECONDS: u32 = 0xa1b2_c3d4;

/// Size of the file header.
pub const FILE_HEADER: usize = 24;
/// Size of a record header, and of one in the modified format.
const RECORD_HEADER: usize = 16;
const MODIFIED_RECORD_HEADER: usize = 24;

/// Bits of the link-type word: the type itself, "FCS length present", and the FCS length in units of two bytes.
const LINK_TYPE_MASK: u32 = 0x0000_ffff;
const RESERVED_MASK: u32 = 0x03ff_0000;
const FCS_PRESENT: u32 = 0x0400_0000;
const FCS_SHIFT: u32 = 28;

/// The order of the stored length and the length on the wire in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lengths {
    /// Stored length first: every version since 2.4.
    StoredFirst,
    /// Wire length first: versions below 2.3, and version 543.0 of an old DG/UX.
    WireFirst,
    /// Either, in version 2.3 and on AIX: the smaller one is the stored length.
    ChoiceError,
}

/// The parser of one classic pcap file.
#[derive(Debug)]
pub struct Pcap {
    order: ByteOrder,
    lengths: Lengths,
    record_header: usize,
    /// Nanoseconds in one unit of the fraction field.
    fraction_unit: i64,
    interface: [Interface; 1],
    name: &'static str,
}

/// The variant of the format that a magic number stands for.
struct Variant {
    order: ByteOrder,
    resolution: Resolution,
    modified: bool,
}

fn variant(magic: [u8; 4]) -> Option<Variant> {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let (resolution, modified) = match order.u32(&magic, 0) {
            MAGIC_MICROSECONDS => (Resolution::MICROSECONDS, false),
            0xa1b2_3c4d => (Resolution::NANOSECONDS, false),
            0xa1b2_cd34 => (Resolution::MICROSECONDS, true),
            _ => continue,
        };
        return Some(Variant { order, resolution, modified });
    }
    None
}

/// True if a file that begins with `magic` is a classic pcap file.
pub fn recognises(magic: [u8; 4]) -> bool {
    variant(magic).is_some()
}

/// The link type of a file of AIX's own tcpdump; `None` for every other file.
///
/// AIX writes version 2.2, big-endian, with the interface type of RFC 1573 (`ifType`) in place of the link type; the fraction of
/// a second counts nanoseconds. (Source: the description of the format in Wireshark's `wiretap/libpcap.c`.) A file that another
/// big-endian machine wrote in version 2.2 with link type 6 (Token Ring) or 9 (PPP) would be mistaken for one of AIX's; nothing
/// in the file distinguishes the two.
fn aix_link_type(order: ByteOrder, magic: u32, version: (u16, u16), word: u32) -> Option<LinkType> {
    const ETHERNET_CSMACD: u32 = 6;
    const TOKEN_RING: u32 = 9;
    const FDDI: u32 = 15;
    const SOFTWARE_LOOPBACK: u32 = 24;
    if (order, magic, version) != (ByteOrder::Big, MAGIC_MICROSECONDS, (2, 2)) {
        return None;
    }
    match word {
        ETHERNET_CSMACD => Some(LinkType::ETHERNET),
        TOKEN_RING => Some(LinkType::TOKEN_RING),
        FDDI => Some(LinkType::FDDI),
        SOFTWARE_LOOPBACK => Some(LinkType::NULL),
        _ => None,
    }
}

impl Pcap {
    /// Reads the file header.
    ///
    /// # Errors
    ///
    /// The reason why this is not a capture that can be read.
    pub fn open(header: &[u8; FILE_HEADER]) -> Result<Pcap, NotACapture> {
        let magic = [header[0], header[1], header[2], header[3]];
        let Variant { order, resolution, modified } = variant(magic).ok_or(NotACapture::NoPcapMagic)?;
        let (major, minor) = (order.u16(header, 4), order.u16(header, 6));
        let word = order.u32(header, 20);
        let aix = aix_link_type(order, order.u32(header, 0), (major, minor), word);
        let lengths = match (major, minor) {
            _ if aix.is_some() => Lengths::ChoiceError,
            (2, 0..=2) | (543, 0) => Lengths::WireFirst,
            (2, 3) => Lengths::ChoiceError,
            (2, _) => Lengths::StoredFirst,
            _ => return Err(NotACapture::PcapVersion { major, minor }),
        };
        if word & RESERVED_MASK != 0 {
            return Err(NotACapture::PcapLinkType { field: word });
        }
        let resolution = if aix.is_some() { Resolution::NANOSECONDS } else { resolution };
        let fcs_len = if word & FCS_PRESENT != 0 { (word >> FCS_SHIFT) as u8 * 2 } else { 0 };
        Ok(Pcap {
            order,
            lengths,
            record_header: if modified { MODIFIED_RECORD_HEADER } else { RECORD_HEADER },
            fraction_unit: if resolution == Resolution::NANOSECONDS { 1 } else { 1_000 },
            name: match (aix, modified, resolution) {
                (Some(_), ..) => "pcap (AIX)",
                (None, true, _) => "pcap (modified)",
                (None, false, Resolution::NANOSECONDS) => "pcap (nanoseconds)",
                (None, false, _) => "pcap",
            },
            interface: [Interface {
                fcs_len,
                snaplen: order.u32(header, 16),
                resolution,
                ..Interface::new(aix.unwrap_or(LinkType(word & LINK_TYPE_MASK)))
            }],
        })
    }

    /// The name of the format, as the `capture` table shows it.
    pub fn format_name(&self) -> &'static str {
        self.name
    }

    /// The one interface of the file.
    #[inline]
    pub fn interface(&self) -> &Interface {
        &self.interface[0]
    }

    /// The one interface of the file, as a list.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interface
    }

    /// Parses the next record.
    #[inline]
    pub fn step(&self, bytes: &[u8]) -> Step {
        match self.packet(bytes) {
            Ok((record, data, size)) => Step::Packet { record, data, size },
            Err(size) if size > self.record_header + MAX_PACKET => {
                ParseProblem::fatal(FormatProblem::PcapRecordTooLong { stored: size - self.record_header })
            }
            Err(size) => Step::Need(size),
        }
    }

    /// Parses the next record: its header, the range of its data, and its size.
    ///
    /// # Errors
    ///
    /// The size needed, if `bytes` is shorter or the packet is longer than [`MAX_PACKET`].
    #[inline]
    pub fn packet(&self, bytes: &[u8]) -> Result<(PacketRecord, Range<usize>, usize), usize> {
        let header_len = self.record_header;
        let Some(header) = bytes.get(..header_len).and_then(|header| header.first_chunk::<RECORD_HEADER>()) else {
            return Err(header_len);
        };
        let order = self.order;
        let (first, second) = (order.u32(header, 8), order.u32(header, 12));
        let (stored, wire_len) = match self.lengths {
            Lengths::StoredFirst => (first, second),
            Lengths::WireFirst => (second, first),
            Lengths::ChoiceError => (first.min(second), first.max(second)),
        };
        let size = header_len + stored as usize;
        if bytes.len().min(header_len + MAX_PACKET) < size {
            return Err(size);
        }
        // At most 2^32 seconds and 2^32 microseconds: far from the end of the range. Fractions of more than a second are added.
        let nanoseconds = i64::from(order.u32(header, 0)) * 1_000_000_000 + i64::from(order.u32(header, 4)) * self.fraction_unit;
        let record = PacketRecord { time: Time::from_nanoseconds(nanoseconds), wire_len, interface: 0 };
        Ok((record, header_len..size, size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(magic: u32, version: [u16; 2], link: u32) -> [u8; FILE_HEADER] {
        let mut header = [0; FILE_HEADER];
        header[..4].copy_from_slice(&magic.to_be_bytes());
        header[4..6].copy_from_slice(&version[0].to_be_bytes());
        header[6..8].copy_from_slice(&version[1].to_be_bytes());
        header[16..20].copy_from_slice(&96u32.to_be_bytes());
        header[20..].copy_from_slice(&link.to_be_bytes());
        header
    }

    fn record(words: [u32; 4], rest: &[u8]) -> Vec<u8> {
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        bytes.extend_from_slice(rest);
        bytes
    }

    fn packet(step: Step) -> (i64, u32, Range<usize>, usize) {
        match step {
            Step::Packet { record, data, size } => (record.time.nanoseconds().unwrap(), record.wire_len, data, size),
            other => panic!("no packet: {other:?}"),
        }
    }
    use std::ops::Range;

    #[test]
    fn a_record_is_read_in_both_byte_orders_and_both_units() {
        let big = Pcap::open(&header(0xa1b2_c3d4, [2, 4], 1)).unwrap();
        assert_eq!(packet(big.step(&record([1, 5, 3, 60], b"abc"))), (1_000_005_000, 60, 16..19, 19));
        let nano = Pcap::open(&header(0xa1b2_3c4d, [2, 4], 1)).unwrap();
        assert_eq!(packet(nano.step(&record([1, 5, 3, 60], b"abc"))), (1_000_000_005, 60, 16..19, 19));

        let mut little = header(0xa1b2_c3d4, [2, 4], 1);
        for range in [0..4, 4..6, 6..8, 16..20, 20..24] {
            little[range].reverse();
        }
        let little = Pcap::open(&little).unwrap();
        let bytes: Vec<u8> = [1u32, 5, 3, 60].iter().flat_map(|word| word.to_le_bytes()).chain(*b"abc").collect();
        assert_eq!(packet(little.step(&bytes)), (1_000_005_000, 60, 16..19, 19));
        assert_eq!(little.interfaces()[0].snaplen, 96);
    }

    #[test]
    fn the_modified_format_has_eight_more_header_bytes() {
        let pcap = Pcap::open(&header(0xa1b2_cd34, [2, 4], 1)).unwrap();
        assert_eq!(packet(pcap.step(&record([1, 0, 3, 60], b"12345678abc"))), (1_000_000_000, 60, 24..27, 27));
        assert_eq!(pcap.step(&record([1, 0, 3, 60], b"1234567")), Step::Need(24));
    }

    #[test]
    fn versions_below_2_3_hold_the_lengths_in_reverse_order() {
        let old = Pcap::open(&header(0xa1b2_c3d4, [2, 2], 1)).unwrap();
        assert_eq!(packet(old.step(&record([0, 0, 60, 3], b"abc"))).1, 60);
        let unclear = Pcap::open(&header(0xa1b2_c3d4, [2, 3], 1)).unwrap();
        assert_eq!(packet(unclear.step(&record([0, 0, 60, 3], b"abc"))).1, 60);
        assert_eq!(packet(unclear.step(&record([0, 0, 3, 60], b"abc"))).1, 60);
    }

    #[test]
    fn a_file_of_aix_has_interface_types_and_nanoseconds() {
        for (interface_type, link_type) in
            [(6, LinkType::ETHERNET), (9, LinkType::TOKEN_RING), (15, LinkType::FDDI), (24, LinkType::NULL)]
        {
            let aix = Pcap::open(&header(0xa1b2_c3d4, [2, 2], interface_type)).unwrap();
            assert_eq!((aix.format_name(), aix.interface().link_type), ("pcap (AIX)", link_type));
            for lengths in [[3, 60], [60, 3]] {
                let bytes = record([1, 5, lengths[0], lengths[1]], b"abc");
                assert_eq!(packet(aix.step(&bytes)), (1_000_000_005, 60, 16..19, 19));
            }
        }
        // Version 2.2 of other systems, and AIX's numbers in a current version.
        let mut little = header(0xa1b2_c3d4, [2, 2], 6);
        [0..4, 4..6, 6..8, 16..20, 20..24].into_iter().for_each(|range| little[range].reverse());
        for other in [header(0xa1b2_c3d4, [2, 2], 1), header(0xa1b2_c3d4, [2, 4], 6), little] {
            let pcap = Pcap::open(&other).unwrap();
            assert_eq!((pcap.format_name(), pcap.fraction_unit), ("pcap", 1_000));
        }
        assert_eq!(Pcap::open(&little).unwrap().interface().link_type, LinkType::TOKEN_RING);
    }

    #[test]
    fn link_type_word_with_fcs_bits_and_with_nonsense() {
        let pcap = Pcap::open(&header(0xa1b2_c3d4, [2, 4], 0x2400_0001)).unwrap();
        assert_eq!((pcap.interfaces()[0].link_type, pcap.interfaces()[0].fcs_len), (LinkType::ETHERNET, 4));
        let unknown = Pcap::open(&header(0xa1b2_c3d4, [2, 4], 0x0030_0000)).unwrap_err();
        assert_eq!(unknown, NotACapture::PcapLinkType { field: 0x0030_0000 });
        let old = Pcap::open(&header(0xa1b2_c3d4, [1, 4], 1)).unwrap_err();
        assert_eq!(old, NotACapture::PcapVersion { major: 1, minor: 4 });
    }

    #[test]
    fn a_short_record_asks_for_more_and_a_huge_one_is_damage() {
        let pcap = Pcap::open(&header(0xa1b2_c3d4, [2, 4], 1)).unwrap();
        assert_eq!(pcap.step(&[]), Step::Need(16));
        assert_eq!(pcap.step(&record([0, 0, 3, 3], b"ab")), Step::Need(19));
        assert!(matches!(pcap.step(&record([0, 0, u32::MAX, 3], b"ab")), Step::Problem(ParseProblem { resume: None, .. })));
    }

    #[test]
    fn more_than_a_second_of_microseconds_is_added_up() {
        let pcap = Pcap::open(&header(0xa1b2_c3d4, [2, 4], 1)).unwrap();
        assert_eq!(packet(pcap.step(&record([1, 2_000_000, 0, 0], b""))).0, 3_000_000_000);
    }
}
