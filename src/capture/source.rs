//! A source of packets: one saved capture, opened, recognised and read record by record.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::IpAddr;
use std::ops::Range;

use super::buffer::{Buffer, Reader};
use super::digest::HashingReader;
use super::duplicates::Duplicates;
use super::foreign;
use super::format::{Fault, PacketRecord, Step};
use super::input::{Compression, Input, InputName, Position};
use super::interrupt::Interrupt;
use super::packet::{Interface, Packet};
use super::pcap::{self, Pcap};
use super::pcapng::{self, Pcapng};
use super::read_problem::{ReadProblem, ReadReason};
use super::snoop::{self, Snoop};
use crate::error::{CompressionProblem, Error, NotACapture};
use crate::unit::Time;

/// Problems of one input that are reported one by one; more are only counted.
pub const MAX_REPORTED_PROBLEMS: usize = 10;

/// Bytes of an input in which its first packet is looked for before it is read: far more than what usually comes before one, and
/// little enough that hostile files cost no more than a moment.
const MOST_LOOKED_AT: u64 = 16 << 20;

/// The parser that fits the file.
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

    /// The interface of a packet that the parser has given.
    #[inline(always)]
    fn interface(&self, index: usize) -> &Interface {
        match self {
            // A pcap file has one, which the compiler can see here.
            Format::Pcap(pcap) => pcap.interface(),
            _ => &self.interfaces()[index],
        }
    }
}

/// Whether all of an input could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// All of it.
    Yes,
    /// It ends inside a record.
    CutOff,
    /// Something in it contradicts the format, or could not be read.
    Damaged,
    /// Its reading was [interrupted](Interrupt).
    Interrupted {
        /// Where: byte offset, counted from 0, in the input after decompression. The packets before it are read.
        offset: u64,
    },
}

impl Completeness {
    /// Its name, as the `capture` table shows it.
    pub fn name(self) -> &'static str {
        match self {
            Completeness::Yes => "yes",
            Completeness::CutOff => "cut off",
            Completeness::Damaged => "damaged",
            Completeness::Interrupted { .. } => "interrupted",
        }
    }
}

/// A packet as it was seen among those before it.
pub struct Seen<'a> {
    /// The packet.
    pub packet: Packet<'a>,
    /// The interface that it was captured on.
    pub interface: &'a Interface,
    /// True if it is a suspected duplicate: it has the same bytes as one of the [`WINDOW`](super::WINDOW) packets before it, at
    /// most [`MOST_APART`](super::MOST_APART) nanoseconds away.
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
    /// What is being passed over: where it begins and how long it is, in bytes. It may take several readings.
    passing: Option<(u64, u64)>,
    /// True if the reader may have nothing for now without being at its end.
    may_wait: bool,
    /// True if the last reading found nothing, and there may be more later.
    waiting: bool,
}

impl Source {
    /// Opens an input and recognises its format by its first bytes.
    pub fn open(name: &InputName) -> Result<Source, Error> {
        Source::open_interruptible(name, &Interrupt::default())
    }

    /// The same for an input that is read no further once the interrupt is raised.
    ///
    /// # Errors
    ///
    /// [`Error::Interrupted`] if that is so before the file header was read.
    pub fn open_interruptible(name: &InputName, interrupt: &Interrupt) -> Result<Source, Error> {
        Source::from_input(name, Input::open(name, interrupt)?)
    }

    /// The same, and [hashes](Source::hashing) what is read of the input.
    pub fn open_hashing(name: &InputName, interrupt: &Interrupt) -> Result<Source, Error> {
        Source::from_input(name, Input::open_hashing(name, interrupt)?)
    }

    /// The same for bytes from anywhere; `name` is what messages call them. Unless they are compressed, the reader may have
    /// nothing for now once it has given the file header, and says so by [`std::io::ErrorKind::WouldBlock`].
    pub fn from_reader(name: &InputName, reader: Box<dyn Read + Send>) -> Result<Source, Error> {
        let source = Source::from_input(name, Input::from_bytes(name, reader)?)?;
        // A decompressor that was interrupted cannot go on.
        let may_wait = source.compression() == Compression::None;
        Ok(Source { may_wait, ..source })
    }

    fn from_input(name: &InputName, mut input: Input) -> Result<Source, Error> {
        let mut buffer = Buffer::new();
        let whole =
            buffer.fill(&mut input.reader, pcap::FILE_HEADER).map_err(|source| Input::read_error(&input.gate, name, source))?;
        if buffer.unread().is_empty() {
            return Err(Error::Empty { input: name.to_string() });
        }
        let (format, header) =
            recognise(buffer.unread(), whole).map_err(|reason| Error::NotACapture { input: name.to_string(), reason })?;
        buffer.pass(header);
        Ok(Source {
            name: name.clone(),
            input,
            buffer,
            duplicates: Duplicates::new(),
            format,
            completeness: Completeness::Yes,
            problems: Vec::new(),
            problem_count: 0,
            ended: false,
            passing: None,
            may_wait: false,
            waiting: false,
        })
    }

    /// The next packet and the interface it was seen on; `None` at the end, be it the input's own or a place that cannot
    /// be read past. If the [reader](Source::from_reader) has nothing for now, that is `None`, too; then the source [is
    /// waiting](Source::is_waiting), and can be asked again.
    #[inline(always)]
    pub fn next_packet(&mut self) -> Option<(Packet<'_>, &Interface)> {
        let (record, data, size) = self.next_record()?;
        let PacketRecord { time, wire_len, interface } = record;
        let packet = Packet { time, wire_len, interface, data: self.buffer.passed(size, data) };
        Some((packet, self.format.interface(interface)))
    }

    /// The next packet as [`next_packet`](Source::next_packet) gives it, compared with those before it if `LOOKS` is true. Once a
    /// packet was read without that, further ones cannot be compared.
    #[inline(always)]
    pub fn next_seen<const LOOKS: bool>(&mut self) -> Option<Seen<'_>> {
        let (record, data, size) = self.next_record()?;
        let PacketRecord { time, wire_len, interface } = record;
        let from_begin = size - data.start;
        let packet = Packet { time, wire_len, interface, data: self.buffer.passed(size, data) };
        let interface = self.format.interface(interface);
        let is_duplicate = LOOKS && {
            let begin = self.buffer.offset() - from_begin as u64;
            self.duplicates.take_in(&record, interface.link_type, packet.data, begin, &self.buffer)
        };
        Some(Seen { packet, interface, is_duplicate })
    }

    #[inline(always)]
    fn next_record(&mut self) -> Option<(PacketRecord, Range<usize>, usize)> {
        // The usual case, a whole record of a pcap file, without the questions that other cases need.
        if let Format::Pcap(pcap) = &self.format
            && let Ok(found) = pcap.packet(self.buffer.unread())
        {
            self.buffer.pass(found.2);
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
                    self.buffer.pass(size);
                    return Some((record, data, size));
                }
                Step::Skip(size) => self.skip(size),
                Step::Need(need) => self.need(need),
                Step::Fault(fault) => self.fault(fault),
            }
        }
        None
    }

    /// Reads on, or ends: cleanly between two records, cut off inside one.
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

    /// Goes on to pass over what is being passed over.
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

    fn fault(&mut self, Fault { problem, resume }: Fault) {
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

    /// The system or a decompressor has failed. Records that are whole in the buffer have all been read by now.
    fn read_failed(&mut self, error: &std::io::Error) {
        if self.may_wait && error.kind() == std::io::ErrorKind::WouldBlock {
            self.waiting = true;
            return;
        }
        if self.input.gate.has_refused() {
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

    /// How many further packets are to be looked at for duplicates before this is asked again: none, if there was no duplicate
    /// among the [first](super::FIRST_LOOKED_AT).
    pub fn packets_to_look_at(&self) -> u64 {
        self.duplicates.to_look_at()
    }

    /// True if there was no packet for now, but may be later.
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

    /// What the capture itself calls hosts, as far as it says. Text from outside.
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

    /// How the input is compressed.
    pub fn compression(&self) -> Compression {
        self.input.compression
    }

    /// True if a thread of its own reads the input.
    pub fn reads_ahead(&self) -> bool {
        matches!(self.input.reader, Reader::Ahead(_))
    }

    /// Tells the digest of the input as stored, if it was opened for that. It outlives the source.
    pub fn hashing(&self) -> Option<HashingReader> {
        self.input.hashing.clone()
    }

    /// How far the reading has come.
    pub fn position(&self) -> &Position {
        &self.input.position
    }

    /// Whether all of the input could be read; settled once `next_packet` has given `None`.
    pub fn completeness(&self) -> Completeness {
        self.completeness
    }

    /// The first [`MAX_REPORTED_PROBLEMS`] places that could not be read.
    pub fn problems(&self) -> &[ReadProblem] {
        &self.problems
    }

    /// How many places could not be read.
    pub fn problem_count(&self) -> u64 {
        self.problem_count
    }
}

/// What a first look at a file gives, before it is read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// It is a capture: the time of its first packet, if that is known and not further than [`MOST_LOOKED_AT`] into it.
    Capture(Time),
    /// It begins like no capture.
    Other,
    /// It cannot be opened or read, or begins like a capture and is refused. Whoever opens it hears why.
    Refused,
}

impl Look {
    /// Looks at an input that can be opened more than once.
    pub fn at(name: &InputName) -> Look {
        let Ok(mut input) = Input::open(name, &Interrupt::default()) else { return Look::Refused };
        let mut buffer = Buffer::small();
        let Ok(whole) = buffer.fill(&mut input.reader, pcap::FILE_HEADER) else { return Look::Refused };
        if !has_known_magic(buffer.unread()) {
            return Look::Other;
        }
        let Ok((format, header)) = recognise(buffer.unread(), whole) else { return Look::Refused };
        buffer.pass(header);
        Look::Capture(first_time(format, &mut buffer, &mut input))
    }
}

/// The time of the first packet. It is unknown if it has none, or if it is not found.
fn first_time(mut format: Format, buffer: &mut Buffer, input: &mut Input) -> Time {
    loop {
        let left = MOST_LOOKED_AT.saturating_sub(buffer.offset());
        let goes_on = match format.step(buffer.unread()) {
            Step::Packet { record, .. } => return record.time,
            Step::Skip(size) | Step::Fault(Fault { resume: Some(size), .. }) if size <= left => {
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

/// True if a file with such a beginning is a capture, whether it can be read or not.
fn has_known_magic(start: &[u8]) -> bool {
    let by_first_word = |magic: &[u8; 4]| pcap::recognises(*magic) || *magic == pcapng::SECTION_HEADER;
    start.first_chunk().is_some_and(by_first_word) || start.starts_with(&snoop::MAGIC)
}

/// The parser that fits a file with such a beginning, and the bytes of its header that need not be looked at again; or why
/// none does. `whole` is false if the file ends with these bytes.
fn recognise(start: &[u8], whole: bool) -> Result<(Format, usize), NotACapture> {
    let Some(&magic) = start.first_chunk::<4>() else { return Err(unknown_format(start)) };
    let is_snoop = start.starts_with(&snoop::MAGIC);
    let known = has_known_magic(start);
    match start.first_chunk::<{ pcap::FILE_HEADER }>() {
        Some(header) if pcap::recognises(magic) => Pcap::open(header).map(|pcap| (Format::Pcap(pcap), pcap::FILE_HEADER)),
        // The section header is a block like the others, and is read once more as such.
        Some(header) if magic == pcapng::SECTION_HEADER => Pcapng::open(header).map(|pcapng| (Format::Pcapng(pcapng), 0)),
        _ => match start.first_chunk::<{ snoop::FILE_HEADER }>() {
            Some(header) if is_snoop => Snoop::open(header).map(|snoop| (Format::Snoop(snoop), snoop::FILE_HEADER)),
            _ if known && !whole => Err(NotACapture::HeaderCutOff { len: start.len() }),
            _ => Err(unknown_format(start)),
        },
    }
}

/// The format of a file that cannot be read, as far as its first bytes tell.
fn unknown_format(start: &[u8]) -> NotACapture {
    if let Some(format) = foreign::recognise(start) {
        return NotACapture::Foreign(format);
    }
    let mut bytes = [0; 4];
    let len = start.len().min(bytes.len());
    bytes[..len].copy_from_slice(&start[..len]);
    NotACapture::Unknown { bytes, len }
}
