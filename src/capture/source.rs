//! A source of packets: one saved capture, opened, recognised and read record by record.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::IpAddr;
use std::ops::Range;

use super::buffer::{Buffer, Reader};
use super::digest::HashingReader;
use super::duplicates::Duplicates;
use super::foreign;
use super::format::{PacketRecord, ParseProblem, Step};
use super::input::{Compression, Input, InputName, Position};
use super::interrupt::Interrupt;
use super::packet::{Interface, Packet};
use super::pcap::{self, Pcap};
use super::pcapng::{self, Pcapng};
use super::read_problem::{ReadProblem, ReadReason};
use super::snoop::{self, Snoop};
use crate::error::{CompressionProblem, Error, NotACapture};
use crate::time::Time;

/// Maximum number of problems of an input that are reported one by one; further ones are only counted.
pub const MAX_REPORTED_PROBLEMS: usize = 10;

/// Bytes of an input in which a first look searches for the first packet: far more than usually precede it, and so few that a
/// hostile file costs no more than a moment.
const MAX_CHECKED: u64 = 16 << 20;

/// The parser for the file's format.
#[derive(Debug)]
enum Format {
    Pcap(Pcap),
    Pcapng(Pcapng),
    Snoop(Snoop),
}

impl Format {
    #[inline]
    fn step(&mut self, bytes: &[u8]) -> Step {
        match self {
            Format::Pcap(pcap) => pcap.step(bytes),
            Format::Pcapng(pcapng) => pcapng.step(bytes),
            Format::Snoop(snoop) => snoop.step(bytes),
        }
    }

    fn interfaces(&self) -> &[Interface] {
        match self {
            Format::Pcap(pcap) => pcap.interfaces(),
            Format::Pcapng(pcapng) => pcapng.interfaces(),
            Format::Snoop(snoop) => snoop.interfaces(),
        }
    }

    /// The interface of a packet that the parser has returned.
    #[inline(always)]
    fn interface(&self, index: usize) -> &Interface {
        match self {
            // A pcap file has one interface, which the compiler can see here.
            Format::Pcap(pcap) => pcap.interface(),
            _ => &self.interfaces()[index],
        }
    }
}

/// The extent to which an input could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All of the input was read.
    Complete,
    /// The input ends inside a record.
    CutOff,
    /// Some of the input contradicts the format, or could not be read.
    Damaged,
    /// Reading was [interrupted](Interrupt).
    Interrupted {
        /// Byte offset of the interruption, counted from 0, in the input after decompression. The packets before it are read.
        offset: u64,
    },
}

impl Completeness {
    /// The name shown in the `capture` table.
    pub fn name(self) -> &'static str {
        match self {
            Completeness::Complete => "yes",
            Completeness::CutOff => "cut off",
            Completeness::Damaged => "damaged",
            Completeness::Interrupted { .. } => "interrupted",
        }
    }
}

/// A packet, compared with those before it.
pub struct CheckedPacket<'a> {
    /// The packet.
    pub packet: Packet<'a>,
    /// The interface that it was captured on.
    pub interface: &'a Interface,
    /// True if it is a suspected duplicate: it has the same bytes as one of the [`WINDOW`](super::WINDOW) packets before it, at
    /// most [`MAX_INTERVAL`](super::MAX_INTERVAL) nanoseconds away.
    pub is_duplicate: bool,
}

/// A saved capture, being read.
pub struct Source {
    name: InputName,
    input: Input,
    buffer: Buffer,
    duplicates: Duplicates,
    format: Format,
    completeness: Completeness,
    problems: Vec<ReadProblem>,
    problem_count: u64,
    ended: bool,
    /// The block being skipped: its offset and its length, in bytes. Skipping may take several reads.
    passing: Option<(u64, u64)>,
    /// True if the reader may have no data for now without being at its end.
    may_wait: bool,
    /// True if the last read found no data, and more may come later.
    waiting: bool,
}

impl Source {
    /// Opens an input and recognises its format by its first bytes.
    ///
    /// # Errors
    ///
    /// If the input cannot be opened or read, is empty, or is not a capture in a known format.
    pub fn open(name: &InputName) -> Result<Source, Error> {
        Source::open_interruptible(name, &Interrupt::default())
    }

    /// Opens an input that is read no further once the interrupt is raised.
    ///
    /// # Errors
    ///
    /// Those of [`open`](Source::open), and [`Error::Interrupted`] if the interrupt is raised before the file header has been
    /// read.
    pub fn open_interruptible(name: &InputName, interrupt: &Interrupt) -> Result<Source, Error> {
        Source::from_input(name, Input::open(name, interrupt)?)
    }

    /// Opens an input as [`open_interruptible`](Source::open_interruptible) does, and [hashes](Source::hashing) the bytes read
    /// from it.
    ///
    /// # Errors
    ///
    /// Those of [`open_interruptible`](Source::open_interruptible).
    pub fn open_hashing(name: &InputName, interrupt: &Interrupt) -> Result<Source, Error> {
        Source::from_input(name, Input::open_hashing(name, interrupt)?)
    }

    /// Reads a capture from any reader; messages call it `name`. Once it has given the file header, the reader may have no data
    /// for now, which it reports by [`std::io::ErrorKind::WouldBlock`], unless the data is compressed.
    ///
    /// # Errors
    ///
    /// If the data cannot be read, is empty, or is not a capture in a known format.
    pub fn from_reader(name: &InputName, reader: Box<dyn Read + Send>) -> Result<Source, Error> {
        let source = Source::from_input(name, Input::from_bytes(name, reader)?)?;
        // A decompressor that was interrupted cannot continue.
        let may_wait = source.compression() == Compression::None;
        Ok(Source { may_wait, ..source })
    }

    fn from_input(name: &InputName, mut input: Input) -> Result<Source, Error> {
        let mut buffer = Buffer::new();
        let whole = buffer
            .fill(&mut input.reader, pcap::FILE_HEADER)
            .map_err(|source| Input::read_error(&input.interrupt, name, source))?;
        if buffer.unread().is_empty() {
            return Err(Error::Empty { input: name.to_string() });
        }
        let (format, header) =
            recognise(buffer.unread(), whole).map_err(|reason| Error::NotACapture { input: name.to_string(), reason })?;
        buffer.consume(header);
        Ok(Source {
            name: name.clone(),
            input,
            buffer,
            duplicates: Duplicates::new(),
            format,
            completeness: Completeness::Complete,
            problems: Vec::new(),
            problem_count: 0,
            ended: false,
            passing: None,
            may_wait: false,
            waiting: false,
        })
    }

    /// Reads the next packet, and the interface it was seen on. `None` at the end of the input, at a place that cannot be read
    /// past, or if the [reader](Source::from_reader) has no data for now: then the source [is waiting](Source::is_waiting), and
    /// can be asked again.
    #[inline(always)]
    pub fn next_packet(&mut self) -> Option<(Packet<'_>, &Interface)> {
        let (record, data, size) = self.next_record()?;
        let PacketRecord { time, wire_len, interface } = record;
        let packet = Packet { time, wire_len, interface, data: self.buffer.passed(size, data) };
        Some((packet, self.format.interface(interface)))
    }

    /// Reads the next packet like [`next_packet`](Source::next_packet), and compares it with those before it if `LOOKS` is true.
    /// After a packet that was not compared, later ones cannot be compared.
    #[inline(always)]
    pub fn next_seen<const LOOKS: bool>(&mut self) -> Option<CheckedPacket<'_>> {
        let (record, data, size) = self.next_record()?;
        let PacketRecord { time, wire_len, interface } = record;
        let from_begin = size - data.start;
        let packet = Packet { time, wire_len, interface, data: self.buffer.passed(size, data) };
        let interface = self.format.interface(interface);
        let is_duplicate = LOOKS && {
            let begin = self.buffer.offset() - from_begin as u64;
            self.duplicates.add(&record, interface.link_type, packet.data, begin, &self.buffer)
        };
        Some(CheckedPacket { packet, interface, is_duplicate })
    }

    #[inline(always)]
    fn next_record(&mut self) -> Option<(PacketRecord, Range<usize>, usize)> {
        // Fast path for a whole record of a pcap file, without the checks that other cases need.
        if let Format::Pcap(pcap) = &self.format
            && let Ok(found) = pcap.packet(self.buffer.unread())
        {
            self.buffer.consume(found.2);
            return Some(found);
        }
        self.next_record_of_any()
    }

    fn next_record_of_any(&mut self) -> Option<(PacketRecord, Range<usize>, usize)> {
        self.waiting = false;
        self.pass_on();
        while !self.ended && !self.waiting {
            match self.format.step(self.buffer.unread()) {
                Step::Packet { record, data, size } => {
                    self.buffer.consume(size);
                    return Some((record, data, size));
                }
                Step::Skip(size) => self.skip(size),
                Step::Need(need) => self.need(need),
                Step::Problem(fault) => self.fault(fault),
            }
        }
        None
    }

    /// Reads more bytes, or ends: cleanly between two records, cut off inside one.
    fn need(&mut self, need: usize) {
        self.duplicates.let_go_of_bytes(&self.buffer);
        let filled = self.buffer.fill(&mut self.input.reader, need);
        let here = self.buffer.unread().len();
        match filled {
            Ok(true) => {}
            Ok(false) if here == 0 => self.ended = true,
            Ok(false) => {
                let reason = ReadReason::EndsInRecord { needed: need, available: here };
                self.end(Completeness::CutOff, self.buffer.offset(), reason);
            }
            Err(error) => self.read_failed(&error),
        }
    }

    fn skip(&mut self, size: u64) {
        self.passing = Some((self.buffer.offset(), size));
        self.pass_on();
    }

    /// Continues to skip the current block.
    fn pass_on(&mut self) {
        let Some((begin, size)) = self.passing else { return };
        self.duplicates.let_go_of_bytes(&self.buffer);
        let left = size - (self.buffer.offset() - begin);
        match self.buffer.skip(&mut self.input.reader, left) {
            Ok(true) => self.passing = None,
            Ok(false) => {
                let here = self.buffer.offset() - begin;
                self.end(Completeness::CutOff, begin, ReadReason::EndsInBlock { needed: size, available: here });
            }
            Err(error) => self.read_failed(&error),
        }
    }

    fn fault(&mut self, ParseProblem { problem, resume }: ParseProblem) {
        let reason = ReadReason::Format(problem);
        let offset = self.buffer.offset();
        match resume {
            Some(size) => {
                self.completeness = Completeness::Damaged;
                self.report(offset, reason, true);
                self.skip(size);
            }
            None => self.end(Completeness::Damaged, offset, reason),
        }
    }

    /// Handles a failure of the system or a decompressor. All whole records in the buffer have been read by now.
    fn read_failed(&mut self, error: &std::io::Error) {
        if self.may_wait && error.kind() == std::io::ErrorKind::WouldBlock {
            self.waiting = true;
            return;
        }
        if self.input.interrupt.has_refused() {
            self.ended = true;
            self.completeness = Completeness::Interrupted { offset: self.buffer.offset() };
            return;
        }
        let offset = self.buffer.offset() + self.buffer.unread().len() as u64;
        let compression = self.input.compression;
        let (completeness, reason) = match CompressionProblem::from_io(error) {
            _ if compression == Compression::None => (Completeness::Damaged, ReadReason::System(error.to_string())),
            _ if error.kind() == std::io::ErrorKind::UnexpectedEof => {
                (Completeness::CutOff, ReadReason::CompressedDataCutOff(compression))
            }
            Some(problem) => (Completeness::Damaged, ReadReason::CompressedData(compression, problem)),
            None => (Completeness::Damaged, ReadReason::Decompressor(compression, error.to_string())),
        };
        self.end(completeness, offset, reason);
    }

    fn end(&mut self, completeness: Completeness, offset: u64, reason: ReadReason) {
        self.ended = true;
        self.completeness = completeness;
        self.report(offset, reason, false);
    }

    fn report(&mut self, offset: u64, reason: ReadReason, is_resumed: bool) {
        self.problem_count += 1;
        if self.problems.len() < MAX_REPORTED_PROBLEMS {
            let is_compressed = self.input.compression != Compression::None;
            self.problems.push(ReadProblem { offset, reason, is_compressed, is_resumed });
        }
    }

    /// Number of further packets to compare before asking again: 0 if there was no duplicate among the
    /// [first](super::FIRST_LOOKED_AT).
    pub fn packets_to_look_at(&self) -> u64 {
        self.duplicates.to_look_at()
    }

    /// True if there is no packet for now, but one may come later.
    pub fn is_waiting(&self) -> bool {
        self.waiting
    }

    /// The input as the user named it.
    pub fn name(&self) -> &InputName {
        &self.name
    }

    /// The interfaces described so far; packets name them by index.
    #[inline]
    pub fn interfaces(&self) -> &[Interface] {
        self.format.interfaces()
    }

    /// Host names stored in the capture, by address. Text from outside.
    pub fn names(&self) -> BTreeMap<IpAddr, String> {
        match &self.format {
            Format::Pcapng(pcapng) => pcapng.names().clone(),
            Format::Pcap(_) | Format::Snoop(_) => BTreeMap::new(),
        }
    }

    /// The name of the file format, as the `capture` table shows it.
    pub fn format_name(&self) -> &'static str {
        match &self.format {
            Format::Pcap(pcap) => pcap.format_name(),
            Format::Pcapng(_) => "pcapng",
            Format::Snoop(_) => "snoop",
        }
    }

    /// The compression of the input.
    pub fn compression(&self) -> Compression {
        self.input.compression
    }

    /// True if a separate thread reads the input.
    pub fn reads_ahead(&self) -> bool {
        matches!(self.input.reader, Reader::Ahead(_))
    }

    /// The source of the digest of the input as stored, if it was [opened](Source::open_hashing) for that. It outlives this
    /// value.
    pub fn hashing(&self) -> Option<HashingReader> {
        self.input.hashing.clone()
    }

    /// The progress of reading the input.
    pub fn position(&self) -> &Position {
        &self.input.position
    }

    /// The extent to which the input could be read; final once `next_packet` has returned `None`.
    pub fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// The first [`MAX_REPORTED_PROBLEMS`] places that could not be read.
    pub fn problems(&self) -> &[ReadProblem] {
        &self.problems
    }

    /// Number of places that could not be read.
    pub fn problem_count(&self) -> u64 {
        self.problem_count
    }
}

/// The result of a first look at a file, before it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileProbe {
    /// A capture, with the time of its first packet, if that is known and within the first [`MAX_CHECKED`] bytes.
    Capture(Time),
    /// Not a capture, by its first bytes.
    Other,
    /// A file that cannot be opened or read, or that begins like a capture and is refused. Opening it reports the reason.
    Refused,
}

impl FileProbe {
    /// Looks at an input that can be opened more than once.
    pub fn new(name: &InputName) -> FileProbe {
        let Ok(mut input) = Input::open(name, &Interrupt::default()) else { return FileProbe::Refused };
        let mut buffer = Buffer::small();
        let Ok(whole) = buffer.fill(&mut input.reader, pcap::FILE_HEADER) else { return FileProbe::Refused };
        if !has_known_magic(buffer.unread()) {
            return FileProbe::Other;
        }
        let Ok((format, header)) = recognise(buffer.unread(), whole) else { return FileProbe::Refused };
        buffer.consume(header);
        FileProbe::Capture(first_time(format, &mut buffer, &mut input))
    }
}

/// The time of the first packet; unknown if the packet has none or is not found.
fn first_time(mut format: Format, buffer: &mut Buffer, input: &mut Input) -> Time {
    loop {
        let left = MAX_CHECKED.saturating_sub(buffer.offset());
        let goes_on = match format.step(buffer.unread()) {
            Step::Packet { record, .. } => return record.time,
            Step::Skip(size) | Step::Problem(ParseProblem { resume: Some(size), .. }) if size <= left => {
                buffer.skip(&mut input.reader, size)
            }
            Step::Need(need) if need as u64 <= left => buffer.fill(&mut input.reader, need),
            _ => return Time::UNKNOWN,
        };
        if !goes_on.unwrap_or(false) {
            return Time::UNKNOWN;
        }
    }
}

/// True if a file that begins with `start` is a capture, readable or not.
fn has_known_magic(start: &[u8]) -> bool {
    let by_first_word = |magic: &[u8; 4]| pcap::recognises(*magic) || *magic == pcapng::SECTION_HEADER;
    start.first_chunk().is_some_and(by_first_word) || start.starts_with(&snoop::MAGIC)
}

/// Chooses the parser for a file that begins with `start`, and the number of header bytes to skip; the error is the reason why no
/// parser fits. `whole` is false if the file ends with these bytes.
fn recognise(start: &[u8], whole: bool) -> Result<(Format, usize), NotACapture> {
    let Some(&magic) = start.first_chunk::<4>() else { return Err(unknown_format(start)) };
    let is_snoop = start.starts_with(&snoop::MAGIC);
    let known = has_known_magic(start);
    match start.first_chunk::<{ pcap::FILE_HEADER }>() {
        Some(header) if pcap::recognises(magic) => Pcap::open(header).map(|pcap| (Format::Pcap(pcap), pcap::FILE_HEADER)),
        // The section header is a block like the others, and the parser reads it again as one.
        Some(header) if magic == pcapng::SECTION_HEADER => Pcapng::open(header).map(|pcapng| (Format::Pcapng(pcapng), 0)),
        _ => match start.first_chunk::<{ snoop::FILE_HEADER }>() {
            Some(header) if is_snoop => Snoop::open(header).map(|snoop| (Format::Snoop(snoop), snoop::FILE_HEADER)),
            _ if known && !whole => Err(NotACapture::HeaderCutOff { len: start.len() }),
            _ => Err(unknown_format(start)),
        },
    }
}

/// The reason why a file cannot be read, as far as its first bytes show its format.
fn unknown_format(start: &[u8]) -> NotACapture {
    if let Some(format) = foreign::recognise(start) {
        return NotACapture::Foreign(format);
    }
    let mut bytes = [0; 4];
    let len = start.len().min(bytes.len());
    bytes[..len].copy_from_slice(&start[..len]);
    NotACapture::Unknown { bytes, len }
}
