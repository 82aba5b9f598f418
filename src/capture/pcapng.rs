//! pcapng files: draft-ietf-opsawg-pcapng.
//!
//! A file is a sequence of blocks: type, length, body, length again. A Section Header Block sets the byte order and begins a new
//! list of interfaces; Interface Description Blocks may come anywhere before the first packet that names them. Packets come in
//! Enhanced, Simple and the obsolete Packet Blocks. Every other block is skipped by its length.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::format::{ByteOrder, MAX_PACKET, PacketRecord, ParseProblem, Step};
use super::packet::{Interface, Resolution};
use crate::error::{FormatProblem, NotACapture, SectionProblem};
use crate::link_type::LinkType;
use crate::time::Time;

/// The type of a Section Header Block, which reads the same in both byte orders.
pub const SECTION_HEADER: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// Bytes of a Section Header Block needed to decide whether it can be read.
pub const SECTION_HEADER_START: usize = 24;

pub(super) const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const NAME_RESOLUTION: u32 = 4;
pub(super) const INTERFACE_STATISTICS: u32 = 5;
pub(super) const ENHANCED_PACKET: u32 = 6;

/// Bytes before a block's body (type and length), and bytes around it (those and the length after it).
const BLOCK_HEAD: usize = 8;
const BLOCK_FRAME: usize = 12;
/// Maximum number of interfaces that all sections of a file together may describe.
pub const MAX_INTERFACES: usize = 1 << 16;
/// Size limit of a description block (interface, statistics), in bytes; longer ones are damage.
const MAX_DESCRIPTION: usize = 16 << 20;
/// Maximum number of host names from a file's name resolution blocks; further ones are ignored.
pub const MAX_NAMES: usize = 1 << 16;
/// Length limit of the name of a host or an interface, in bytes: that of the Domain Name System (RFC 1035 section 2.3.4). Names
/// of interfaces are shorter: 15 bytes on Linux, a GUID with a prefix on Windows.
pub const MAX_NAME: usize = 255;

pub(super) const OPTION_END: u16 = 0;
pub(super) const IF_NAME: u16 = 2;
pub(super) const IF_TSRESOL: u16 = 9;
const IF_FCSLEN: u16 = 13;
const IF_TSOFFSET: u16 = 14;
pub(super) const ISB_IFDROP: u16 = 5;
pub(super) const ISB_OSDROP: u16 = 7;

/// The parser of one pcapng file.
#[derive(Debug)]
pub struct Pcapng {
    order: ByteOrder,
    /// The interfaces of all sections so far.
    interfaces: Vec<Interface>,
    /// Index of the current section's first interface.
    section_base: usize,
    /// Host names from name resolution blocks.
    names: BTreeMap<IpAddr, String>,
}

impl Pcapng {
    /// Checks the beginning of the first section.
    ///
    /// # Errors
    ///
    /// The reason why this is not a capture that can be read.
    pub fn open(start: &[u8; SECTION_HEADER_START]) -> Result<Pcapng, NotACapture> {
        let mut pcapng = Pcapng::new();
        pcapng.section(start).map(|_| pcapng).map_err(NotACapture::Section)
    }

    /// A parser whose first step must be the section header.
    pub(super) fn new() -> Pcapng {
        Pcapng { order: ByteOrder::Little, interfaces: Vec::new(), section_base: 0, names: BTreeMap::new() }
    }

    /// The interfaces of all sections so far.
    pub fn interfaces(&self) -> &[Interface] {
        &self.interfaces
    }

    /// Host names from the file's name resolution blocks: the first name of each address. Text from outside.
    pub fn names(&self) -> &BTreeMap<IpAddr, String> {
        &self.names
    }

    /// Parses the next block.
    #[inline]
    pub fn step(&mut self, bytes: &[u8]) -> Step {
        if bytes.len() < BLOCK_FRAME {
            return Step::Need(BLOCK_FRAME);
        }
        if bytes[..4] == SECTION_HEADER {
            return self.section_step(bytes);
        }
        let (kind, length) = (self.order.u32(bytes, 0), self.order.u32(bytes, 4));
        // The length should be a multiple of four; any other length is rounded up, as in libpcap.
        let size = (u64::from(length) + 3) & !3;
        if size < BLOCK_FRAME as u64 {
            return ParseProblem::fatal(FormatProblem::BlockTooShort { block_type: kind, length });
        }
        let limit = match kind {
            ENHANCED_PACKET | SIMPLE_PACKET | OBSOLETE_PACKET => MAX_PACKET + 64 * 1024,
            INTERFACE | INTERFACE_STATISTICS => MAX_DESCRIPTION,
            NAME_RESOLUTION if size <= MAX_DESCRIPTION as u64 => MAX_DESCRIPTION,
            _ => return Step::Skip(size),
        };
        if size > limit as u64 {
            return ParseProblem::fatal(FormatProblem::BlockTooLong { block_type: kind, length, limit });
        }
        let size = size as usize;
        if bytes.len() < size {
            return Step::Need(size);
        }
        let block = &bytes[..size];
        let second = self.order.u32(block, size - 4);
        if second != length {
            return ParseProblem::passing(
                FormatProblem::BlockLengthsDiffer { block_type: kind, first: length, second },
                size as u64,
            );
        }
        let body = &block[BLOCK_HEAD..size - 4];
        match kind {
            ENHANCED_PACKET => self.timed_packet(body, size, self.enhanced_interface(body)),
            OBSOLETE_PACKET => self.timed_packet(body, size, self.obsolete_interface(body)),
            SIMPLE_PACKET => self.simple_packet(body, size),
            INTERFACE => self.add_interface(body, size),
            NAME_RESOLUTION => {
                self.add_names(body);
                Step::Skip(size as u64)
            }
            _ => {
                self.statistics(body);
                Step::Skip(size as u64)
            }
        }
    }

    fn section_step(&mut self, bytes: &[u8]) -> Step {
        match bytes.first_chunk() {
            None => Step::Need(SECTION_HEADER_START),
            Some(start) => match self.section(start) {
                Ok(size) => Step::Skip(size),
                Err(problem) => ParseProblem::fatal(FormatProblem::Section(problem)),
            },
        }
    }

    /// Begins a section, and returns the size of its block.
    fn section(&mut self, start: &[u8; SECTION_HEADER_START]) -> Result<u64, SectionProblem> {
        self.order = match start[8..12] {
            [0x1a, 0x2b, 0x3c, 0x4d] => ByteOrder::Big,
            [0x4d, 0x3c, 0x2b, 0x1a] => ByteOrder::Little,
            _ => return Err(SectionProblem::ByteOrder),
        };
        let (major, minor) = (self.order.u16(start, 12), self.order.u16(start, 14));
        // Version 1.2 was written by mistake and is the same as 1.0.
        if !matches!((major, minor), (1, 0 | 2)) {
            return Err(SectionProblem::Version { major, minor });
        }
        let length = self.order.u32(start, 4);
        if length < 28 || !length.is_multiple_of(4) {
            return Err(SectionProblem::Length { length });
        }
        self.section_base = self.interfaces.len();
        Ok(u64::from(length))
    }

    fn enhanced_interface(&self, body: &[u8]) -> u32 {
        if body.len() < 4 { 0 } else { self.order.u32(body, 0) }
    }

    fn obsolete_interface(&self, body: &[u8]) -> u32 {
        if body.len() < 4 { 0 } else { u32::from(self.order.u16(body, 0)) }
    }

    /// An Enhanced or an obsolete Packet Block: both hold time, stored length and length on the wire at the same places.
    #[inline]
    fn timed_packet(&self, body: &[u8], size: usize, number: u32) -> Step {
        const HEAD: usize = 20;
        if body.len() < HEAD {
            return ParseProblem::passing(FormatProblem::PacketBlockTooShort, size as u64);
        }
        let Some((index, interface)) = self.interface(number) else {
            return self.no_interface(number, size);
        };
        let units = u64::from(self.order.u32(body, 4)) << 32 | u64::from(self.order.u32(body, 8));
        let (stored, wire_len) = (self.order.u32(body, 12) as usize, self.order.u32(body, 16));
        if stored > body.len() - HEAD {
            let room = body.len() - HEAD;
            return ParseProblem::passing(FormatProblem::PacketTooLong { stored, room }, size as u64);
        }
        let record = PacketRecord { time: interface.resolution.time(units, interface.time_offset), wire_len, interface: index };
        Step::Packet { record, data: BLOCK_HEAD + HEAD..BLOCK_HEAD + HEAD + stored, size }
    }

    /// A Simple Packet Block: no time, the section's first interface, stored length by that interface's limit.
    fn simple_packet(&self, body: &[u8], size: usize) -> Step {
        const HEAD: usize = 4;
        if body.len() < HEAD {
            return ParseProblem::passing(FormatProblem::SimplePacketBlockTooShort, size as u64);
        }
        let Some((index, interface)) = self.interface(0) else {
            return self.no_interface(0, size);
        };
        let wire_len = self.order.u32(body, 0);
        let limit = if interface.snaplen == 0 { u32::MAX } else { interface.snaplen };
        let stored = (wire_len.min(limit) as usize).min(body.len() - HEAD);
        let record = PacketRecord { time: Time::UNKNOWN, wire_len, interface: index };
        Step::Packet { record, data: BLOCK_HEAD + HEAD..BLOCK_HEAD + HEAD + stored, size }
    }

    /// The current section's interface `number`, with its index among all.
    #[inline]
    fn interface(&self, number: u32) -> Option<(usize, &Interface)> {
        let index = self.section_base.checked_add(number as usize)?;
        self.interfaces.get(index).map(|interface| (index, interface))
    }

    fn no_interface(&self, number: u32, size: usize) -> Step {
        let described = self.interfaces.len() - self.section_base;
        ParseProblem::passing(FormatProblem::UnknownInterface { interface: number, described }, size as u64)
    }

    /// An Interface Description Block.
    fn add_interface(&mut self, body: &[u8], size: usize) -> Step {
        if body.len() < 8 {
            return ParseProblem::passing(FormatProblem::InterfaceTooShort, size as u64);
        }
        if self.interfaces.len() == MAX_INTERFACES {
            return ParseProblem::fatal(FormatProblem::TooManyInterfaces { limit: MAX_INTERFACES });
        }
        let order = self.order;
        let mut interface = Interface { snaplen: order.u32(body, 4), ..Interface::new(LinkType(u32::from(order.u16(body, 0)))) };
        for (code, value) in options(order, &body[8..]) {
            match (code, value) {
                (IF_NAME, name) => interface.name = Some(beginning(name)),
                (IF_TSRESOL, [exponent, ..]) if exponent & 0x80 != 0 => {
                    interface.resolution = Resolution::Binary(exponent & 0x7f)
                }
                (IF_TSRESOL, [exponent, ..]) => interface.resolution = Resolution::Decimal(*exponent),
                (IF_FCSLEN, [length, ..]) => interface.fcs_len = *length,
                (IF_TSOFFSET, offset) if offset.len() >= 8 => interface.time_offset = order.u64(offset, 0) as i64,
                _ => {}
            }
        }
        self.interfaces.push(interface);
        Step::Skip(size as u64)
    }

    /// A Name Resolution Block: records of type, length and value, an address and its names, each ended by a zero.
    fn add_names(&mut self, body: &[u8]) {
        // Records have the form of options, and the same end mark.
        for (kind, value) in options(self.order, body) {
            let (address, names) = match (kind, value) {
                (1, &[a, b, c, d, ref names @ ..]) => (IpAddr::from([a, b, c, d]), names),
                (2, value) if value.len() >= 16 => match value.split_first_chunk::<16>() {
                    Some((address, names)) => (IpAddr::from(*address), names),
                    None => continue,
                },
                _ => continue,
            };
            let name = names.split(|byte| *byte == 0).next().unwrap_or_default();
            // A name that was cut might be the name of another host.
            if !name.is_empty() && name.len() <= MAX_NAME && self.names.len() < MAX_NAMES {
                self.names.entry(address).or_insert_with(|| beginning(name));
            }
        }
    }

    /// An Interface Statistics Block: the drops. A later one replaces an earlier one, because both count from the start.
    fn statistics(&mut self, body: &[u8]) {
        if body.len() < 12 {
            return;
        }
        let order = self.order;
        let index = self.section_base.saturating_add(order.u32(body, 0) as usize);
        let Some(interface) = self.interfaces.get_mut(index) else { return };
        for (code, value) in options(order, &body[12..]) {
            match code {
                ISB_IFDROP if value.len() >= 8 => interface.dropped_interface = Some(order.u64(value, 0)),
                ISB_OSDROP if value.len() >= 8 => interface.dropped_kernel = Some(order.u64(value, 0)),
                _ => {}
            }
        }
    }
}

/// At most the first [`MAX_NAME`] bytes of a name, in whole UTF-8 characters. Bytes that are not UTF-8 take more room.
fn beginning(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(&name[..name.len().min(MAX_NAME)]);
    // A character that was cut has become a replacement character, which is removed.
    let text = if name.len() > MAX_NAME { text.trim_end_matches(char::REPLACEMENT_CHARACTER) } else { &text };
    let ends = text.char_indices().map(|(at, c)| at + c.len_utf8());
    let end = ends.take_while(|end| *end <= MAX_NAME).last().unwrap_or_default();
    text[..end].to_owned()
}

/// The options of a block: code and value, up to the end mark, the end of the bytes, or a length that does not fit.
fn options(order: ByteOrder, mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        if rest.len() < 4 {
            return None;
        }
        let (code, length) = (order.u16(rest, 0), usize::from(order.u16(rest, 2)));
        let value = rest.get(4..4 + length)?;
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
        (code != OPTION_END).then_some((code, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A block in big-endian order, with padding and both lengths.
    fn block(kind: u32, body: &[u8]) -> Vec<u8> {
        let padded = body.len().next_multiple_of(4);
        let length = (padded + 12) as u32;
        let mut bytes = [kind.to_be_bytes(), length.to_be_bytes()].concat();
        bytes.extend_from_slice(body);
        bytes.resize(8 + padded, 0);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes
    }

    fn section() -> Vec<u8> {
        block(u32::from_be_bytes(SECTION_HEADER), &[&[0x1a, 0x2b, 0x3c, 0x4d, 0, 1, 0, 0][..], &[0xff; 8]].concat())
    }

    fn interface(link: u16, snaplen: u32, options: &[u8]) -> Vec<u8> {
        block(INTERFACE, &[&link.to_be_bytes()[..], &[0, 0], &snaplen.to_be_bytes(), options].concat())
    }

    fn enhanced(number: u32, units: u64, wire_len: u32, data: &[u8]) -> Vec<u8> {
        let words = [number, (units >> 32) as u32, units as u32, data.len() as u32, wire_len];
        block(ENHANCED_PACKET, &[&words.map(u32::to_be_bytes).concat()[..], data].concat())
    }

    /// Everything a file holds: packets as (interface, time, wire length, data), then faults.
    #[allow(clippy::type_complexity)]
    fn read(file: &[u8]) -> (Vec<(usize, Option<i64>, u32, Vec<u8>)>, Vec<FormatProblem>, Vec<Interface>) {
        let mut pcapng = Pcapng::open(file.first_chunk().unwrap()).unwrap();
        let (mut at, mut packets, mut faults) = (0, Vec::new(), Vec::new());
        while at < file.len() {
            match pcapng.step(&file[at..]) {
                Step::Packet { record, data, size } => {
                    let bytes = file[at..][data].to_vec();
                    packets.push((record.interface, record.time.nanoseconds(), record.wire_len, bytes));
                    at += size;
                }
                Step::Skip(size) => at += size as usize,
                Step::Problem(ParseProblem { problem, resume }) => {
                    faults.push(problem);
                    match resume {
                        Some(size) => at += size as usize,
                        None => break,
                    }
                }
                Step::Need(_) => break,
            }
        }
        (packets, faults, pcapng.interfaces().to_vec())
    }

    #[test]
    fn each_interface_has_its_own_link_type_and_clock() {
        let nano = [0, 9, 0, 1, 9, 0, 0, 0, 0, 0, 0, 0];
        let half = [0, 9, 0, 1, 0x81, 0, 0, 0];
        let file = [
            section(),
            interface(1, 0, &nano),
            interface(101, 0, &half),
            enhanced(0, 1_000_000_007, 60, b"abc"),
            enhanced(1, 3, 4, b"abcd"),
        ]
        .concat();
        let (packets, faults, interfaces) = read(&file);
        assert_eq!(packets, [(0, Some(1_000_000_007), 60, b"abc".to_vec()), (1, Some(1_500_000_000), 4, b"abcd".to_vec())]);
        assert!(faults.is_empty());
        assert_eq!(interfaces.iter().map(|interface| interface.link_type.0).collect::<Vec<_>>(), [1, 101]);
    }

    #[test]
    fn a_new_section_begins_a_new_list_of_interfaces() {
        let one = [section(), interface(1, 0, &[]), enhanced(0, 0, 1, b"a")].concat();
        let (packets, faults, interfaces) = read(&[one.clone(), one].concat());
        assert_eq!(packets.iter().map(|packet| packet.0).collect::<Vec<_>>(), [0, 1]);
        assert_eq!((faults.len(), interfaces.len()), (0, 2));
    }

    #[test]
    fn a_simple_packet_has_no_time_and_the_first_interface() {
        let simple = block(SIMPLE_PACKET, &[&9u32.to_be_bytes()[..], b"abcd"].concat());
        let (packets, ..) = read(&[section(), interface(1, 4, &[]), simple].concat());
        assert_eq!(packets, [(0, None, 9, b"abcd".to_vec())]);
    }

    #[test]
    fn an_obsolete_packet_block_counts_its_drops_elsewhere() {
        let body = [&[0, 0, 0, 5][..], &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9], b"ab"].concat();
        let (packets, ..) = read(&[section(), interface(1, 0, &[]), block(OBSOLETE_PACKET, &body)].concat());
        assert_eq!(packets, [(0, Some(1_000), 9, b"ab".to_vec())]);
    }

    #[test]
    fn a_packet_without_interface_is_a_fault_and_the_next_one_is_read() {
        let file = [section(), enhanced(0, 0, 1, b"a"), interface(1, 0, &[]), enhanced(0, 0, 1, b"b")].concat();
        let (packets, faults, _) = read(&file);
        assert_eq!(packets, [(0, Some(0), 1, b"b".to_vec())]);
        assert_eq!(faults, [FormatProblem::UnknownInterface { interface: 0, described: 0 }]);
    }

    #[test]
    fn a_wrong_trailer_costs_one_block_and_a_length_below_twelve_ends_the_reading() {
        let mut bad = enhanced(0, 0, 1, b"a");
        let end = bad.len();
        bad[end - 1] ^= 4;
        let mut nonsense = enhanced(0, 0, 1, b"a");
        nonsense[4..8].copy_from_slice(&8u32.to_be_bytes());
        let file = [section(), interface(1, 0, &[]), bad, enhanced(0, 0, 1, b"b"), nonsense, enhanced(0, 0, 1, b"c")].concat();
        let (packets, faults, _) = read(&file);
        assert_eq!(packets, [(0, Some(0), 1, b"b".to_vec())]);
        assert_eq!(faults.len(), 2);
    }

    #[test]
    fn statistics_give_the_drops_and_unknown_blocks_are_passed_over() {
        let drops = [&[0, 0, 0, 0][..], &[0; 8], &[0, 5, 0, 8], &7u64.to_be_bytes(), &[0, 7, 0, 8], &8u64.to_be_bytes()].concat();
        let file = [
            section(),
            interface(1, 0, &[0, 2, 0, 3, b'e', b't', b'h', 0]),
            block(INTERFACE_STATISTICS, &drops),
            block(0x4242, b"abc"),
        ];
        let (_, faults, interfaces) = read(&file.concat());
        assert!(faults.is_empty());
        assert_eq!(interfaces[0].name.as_deref(), Some("eth"));
        assert_eq!((interfaces[0].dropped_interface, interfaces[0].dropped_kernel), (Some(7), Some(8)));
    }

    #[test]
    fn name_resolution_gives_the_first_name_of_each_address() {
        let v4 = [&[0, 1, 0, 12][..], &[10, 0, 0, 5], b"www\0web\0"].concat();
        let v6 = [&[0, 2, 0, 20][..], &[0; 15], &[1], b"me\0\0"].concat();
        let twice = [&[0, 1, 0, 8][..], &[10, 0, 0, 5], b"ftp\0"].concat();
        let file = [section(), block(NAME_RESOLUTION, &[&v4[..], &v6, &twice, &[0, 0, 0, 0]].concat())].concat();
        let mut pcapng = Pcapng::open(file.first_chunk().unwrap()).unwrap();
        let Step::Skip(size) = pcapng.step(&file) else { panic!() };
        assert!(matches!(pcapng.step(&file[size as usize..]), Step::Skip(_)));
        let names: Vec<(String, &str)> =
            pcapng.names().iter().map(|(address, name)| (address.to_string(), name.as_str())).collect();
        assert_eq!(names, [("10.0.0.5".to_owned(), "www"), ("::1".to_owned(), "me")]);
    }

    #[test]
    fn the_name_of_an_interface_is_cut_and_a_long_name_of_a_host_is_passed_over() {
        let named = |name: &[u8]| {
            let option =
                [&[0, 2][..], &(name.len() as u16).to_be_bytes(), name, &vec![0; name.len().next_multiple_of(4) - name.len()]];
            read(&[section(), interface(1, 0, &option.concat())].concat()).2.remove(0).name.unwrap()
        };
        assert_eq!(named(&[b'a'; MAX_NAME]), "a".repeat(MAX_NAME));
        assert_eq!(named(&[b'a'; 65_000]), "a".repeat(MAX_NAME));
        assert_eq!(named("é".repeat(200).as_bytes()), "é".repeat(127));
        assert_eq!(named(&[0xff; 300]).len(), 0);
        assert_eq!(named(&[0xff; 200]), "\u{fffd}".repeat(85));

        let host = |name: &[u8]| [&[0, 1][..], &(name.len() as u16 + 4).to_be_bytes(), &[10, 0, 0, 5], name].concat();
        for (name, known) in [([b'a'; 252].to_vec(), 1), ([b'a'; 256].to_vec(), 0), ([0xff; 252].to_vec(), 1)] {
            let file = [section(), block(NAME_RESOLUTION, &host(&name))].concat();
            let mut pcapng = Pcapng::open(file.first_chunk().unwrap()).unwrap();
            pcapng.step(&file);
            pcapng.step(&file[section().len()..]);
            assert_eq!(pcapng.names().len(), known);
            assert!(pcapng.names().values().all(|name| name.len() <= MAX_NAME));
        }
    }

    #[test]
    fn a_description_is_not_waited_for_when_it_claims_more_than_16_mebibytes() {
        let mut pcapng = Pcapng::open(section().first_chunk().unwrap()).unwrap();
        let mut step = |kind: u32, length: usize| {
            pcapng.step(&[&kind.to_be_bytes()[..], &(length as u32).to_be_bytes(), &[0; 100]].concat())
        };
        for kind in [INTERFACE, INTERFACE_STATISTICS] {
            assert_eq!(step(kind, MAX_DESCRIPTION), Step::Need(MAX_DESCRIPTION));
            let too_long = FormatProblem::BlockTooLong { block_type: kind, length: 16_777_220, limit: 16_777_216 };
            assert_eq!(step(kind, MAX_DESCRIPTION + 4), ParseProblem::fatal(too_long));
        }
        assert_eq!(step(NAME_RESOLUTION, MAX_DESCRIPTION + 4), Step::Skip(MAX_DESCRIPTION as u64 + 4));
    }

    #[test]
    fn interfaces_of_all_sections_together_have_a_limit() {
        let sections = [section(), interface(1, 0, &[])].concat().repeat(MAX_INTERFACES);
        let (_, faults, interfaces) = read(&[sections, section(), interface(1, 0, &[]), enhanced(0, 0, 1, b"a")].concat());
        assert_eq!(interfaces.len(), MAX_INTERFACES);
        assert_eq!(faults, [FormatProblem::TooManyInterfaces { limit: 65_536 }]);
    }

    #[test]
    fn options_without_an_end_or_with_a_length_too_long_stop_quietly() {
        let collected =
            |bytes: &'static [u8]| options(ByteOrder::Big, bytes).map(|(code, value)| (code, value.len())).collect::<Vec<_>>();
        assert_eq!(collected(&[0, 2, 0, 1, b'x', 0, 0, 0]), [(2, 1)]);
        assert_eq!(collected(&[0, 2, 0, 1, b'x']), [(2, 1)]);
        assert_eq!(collected(&[0, 2, 0, 9, b'x']), []);
    }

    #[test]
    fn a_version_that_does_not_exist_is_refused() {
        let mut file = section();
        file[13] = 0;
        let problem = SectionProblem::Version { major: 0, minor: 0 };
        assert_eq!(Pcapng::open(file.first_chunk().unwrap()).unwrap_err(), NotACapture::Section(problem));
    }
}
