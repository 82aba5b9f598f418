//! Saves a stream of pcapng blocks as it passes: to one file, or to a series of files of limited size or time.
//!
//! A pcapng file gets the bytes of the stream unchanged, written in runs as long as the rotation allows; a pcap file gets each
//! packet in a record of its own. No bytes wait for the next call: a process that is killed leaves whole files, and the last one
//! can be read up to its last whole record.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::format::{PacketRecord, Step};
use super::output_file::{OutputFile, check_folder, rotated_path};
use super::pcap_write::{self, RECORD_HEADER};
use super::pcapng::{Pcapng, SECTION_HEADER};
use crate::error::{Action, Error, SaveProblem};
use crate::time::{NANOSECONDS, Time};

/// Size limit of the section header and interface descriptions that are kept, to be repeated in each new file, in bytes: those of
/// [`MAX_INTERFACES`](super::pcapng::MAX_INTERFACES) with 1 KiB each.
const MAX_PREAMBLE: usize = 64 << 20;

/// Nanoseconds by which a packet must be earlier than another to show that the clock was set back. Packets of several interfaces,
/// or from a queue, can be out of order for seconds.
const CLOCK_SET_BACK: i64 = 60 * NANOSECONDS;

/// The destination of saved packets, and its limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveTarget {
    /// The file; `-` is standard output. A name that ends in `.pcap` selects a pcap file with nanoseconds, any other one pcapng.
    /// An existing file is overwritten.
    pub path: PathBuf,
    /// Maximum size of a file in bytes. A packet that would exceed it begins a new file.
    pub rotate_size: Option<u64>,
    /// Maximum time span of a file in seconds. A packet that is this much or more later than the first one of the file, by the
    /// times of the packets, begins a new file. So does a packet that is as much earlier, and at least a minute: the clock was
    /// set back.
    pub rotate_seconds: Option<u64>,
    /// Maximum number of files to keep. Beyond it, the oldest of this series are removed.
    pub keep: Option<usize>,
}

impl SaveTarget {
    /// One file, without rotation.
    pub fn file(path: impl Into<PathBuf>) -> SaveTarget {
        SaveTarget { path: path.into(), ..SaveTarget::default() }
    }

    fn rotates(&self) -> bool {
        self.rotate_size.is_some() || self.rotate_seconds.is_some()
    }

    fn is_stdout(&self) -> bool {
        self.path == Path::new("-")
    }

    fn format(&self) -> Format {
        match self.path.extension() {
            Some(extension) if extension.eq_ignore_ascii_case("pcap") => Format::Pcap,
            _ => Format::Pcapng,
        }
    }

    /// Refuses settings that contradict each other.
    fn check(&self) -> Result<(), Error> {
        let is_folder = !self.is_stdout() && (self.path.is_dir() || self.path.file_name().is_none());
        let zero = self.rotate_size == Some(0) || self.rotate_seconds == Some(0) || self.keep == Some(0);
        let reason = if is_folder {
            SaveProblem::Folder
        } else if self.is_stdout() && self.rotates() {
            SaveProblem::RotatedStandardOutput
        } else if self.keep.is_some() && !self.rotates() {
            SaveProblem::KeptWithoutRotation
        } else if zero {
            SaveProblem::ZeroLimit
        } else {
            return Ok(());
        };
        Err(self.refused(reason))
    }

    fn refused(&self, reason: SaveProblem) -> Error {
        let output = if self.is_stdout() { "standard output".into() } else { self.path.display().to_string() };
        Error::Save { output, reason }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Pcap,
    Pcapng,
}

/// The counts of saved packets, bytes and files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WriteStats {
    /// Packets that the operating system has accepted whole, including those of removed files.
    pub packets: u64,
    /// Bytes that the operating system has accepted, including headers and descriptions.
    pub bytes: u64,
    /// Files that were created.
    pub files: u64,
    /// Old files that were removed.
    pub removed: u64,
    /// Old files that could not be removed.
    pub not_removed: u64,
}

/// The current file. Everything that precedes its first packet has been written to it.
struct CurrentFile {
    file: OutputFile,
    /// Its size, including the pending run.
    size: u64,
    /// The time of its first packet that has one.
    begin: Time,
}

/// The part of the current blocks that belongs to the open file and has not been written yet.
#[derive(Default)]
struct Run {
    /// Its range in the blocks, which have been parsed up to its end.
    blocks: Range<usize>,
    /// Its packets as records of a pcap file; empty for a pcapng file.
    records: Vec<u8>,
    /// The end of each of its packets, counted from the start of the run in the file.
    packets: Vec<usize>,
}

impl Run {
    /// Begins a new run at `at`, and keeps the memory.
    fn restart(&mut self, at: usize) {
        self.blocks = at..at;
        self.records.clear();
        self.packets.clear();
    }
}

/// A writer of a stream of pcapng blocks.
pub struct PacketWriter {
    target: SaveTarget,
    format: Format,
    stream: Pcapng,
    /// The current section's header and interface descriptions, as received.
    preamble: Vec<u8>,
    /// A file without rotation, until something is written to it.
    empty_file: Option<OutputFile>,
    open: Option<CurrentFile>,
    run: Run,
    /// The files of a rotation that keeps only some of them, the oldest first.
    kept: VecDeque<PathBuf>,
    not_removed: Option<Error>,
    over: bool,
    stats: WriteStats,
}

impl PacketWriter {
    /// Creates the file or, with rotation, checks that its folder exists: the first file is then created with the first packet,
    /// whose time is part of the name.
    ///
    /// # Errors
    ///
    /// [`Error::Save`] if the settings contradict each other; otherwise a failure to create the file, or to find its folder.
    pub fn create(target: SaveTarget) -> Result<PacketWriter, Error> {
        target.check()?;
        if target.is_stdout() {
            return Ok(PacketWriter::new(target, Some(OutputFile::stdout())));
        }
        if target.rotates() {
            check_folder(&target.path)?;
            return Ok(PacketWriter::new(target, None));
        }
        let file =
            OutputFile::create(&target.path).map_err(|source| Error::writing(target.path.display().to_string(), source))?;
        Ok(PacketWriter::new(target, Some(file)))
    }

    fn new(target: SaveTarget, empty_file: Option<OutputFile>) -> PacketWriter {
        PacketWriter {
            format: target.format(),
            stats: WriteStats { files: u64::from(empty_file.is_some()), ..WriteStats::default() },
            target,
            stream: Pcapng::new(),
            preamble: Vec::new(),
            empty_file,
            open: None,
            run: Run::default(),
            kept: VecDeque::new(),
            not_removed: None,
            over: false,
        }
    }

    /// Writes the next blocks of the stream. The blocks must be whole; the stream begins with a section header and the
    /// descriptions of its interfaces.
    ///
    /// With rotation, only a packet begins a file. Other blocks go to the open file, even if they make it larger than its limit:
    /// the last count of dropped packets must not be lost. Before the first packet there is no file for them, and they are left
    /// out. A pcap file holds only packets.
    ///
    /// # Errors
    ///
    /// If the blocks are not valid, cannot be written, or do not fit the file format: saving [is over](PacketWriter::is_over) then, and
    /// further calls do nothing. Also if an old file could not be removed: all blocks are saved then.
    pub fn write_blocks(&mut self, blocks: &[u8]) -> Result<(), Error> {
        if self.over {
            return Ok(());
        }
        self.run.restart(0);
        let taken = self.take(blocks);
        // Whatever the error, the blocks before it are saved.
        let written = self.write_run(blocks);
        if let Err(error) = taken.and(written) {
            self.end();
            return Err(error);
        }
        self.not_removed.take().map_or(Ok(()), Err)
    }

    /// True if an error has ended saving early.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The counts of saved packets, bytes and files.
    pub fn stats(&self) -> WriteStats {
        self.stats
    }

    /// Releases files and memory, which are no longer needed.
    fn end(&mut self) {
        self.over = true;
        (self.open, self.empty_file) = (None, None);
        (self.preamble, self.run, self.kept) = (Vec::new(), Run::default(), VecDeque::new());
    }

    /// Puts each block where it belongs.
    fn take(&mut self, blocks: &[u8]) -> Result<(), Error> {
        while self.run.blocks.end < blocks.len() {
            let rest = &blocks[self.run.blocks.end..];
            let described = self.stream.interfaces().len();
            match self.stream.step(rest) {
                Step::Packet { record, data, size } => self.take_packet(blocks, record, &rest[data], size)?,
                Step::Skip(size) => {
                    let size = usize::try_from(size).unwrap_or(usize::MAX);
                    let Some(block) = rest.get(..size) else { return Err(self.target.refused(SaveProblem::NotWholeBlocks)) };
                    let is_section = block.starts_with(&SECTION_HEADER);
                    self.take_other(block, is_section, self.stream.interfaces().len() > described)?;
                }
                Step::Need(_) => return Err(self.target.refused(SaveProblem::NotWholeBlocks)),
                Step::Problem(fault) => return Err(self.target.refused(SaveProblem::Format(fault.problem))),
            }
        }
        // Without rotation, the file is valid even before its first packet.
        if !self.target.rotates() && !self.stream.interfaces().is_empty() && self.open.is_none() {
            self.begin(Time::UNKNOWN)?;
        }
        Ok(())
    }

    #[inline]
    fn take_packet(&mut self, blocks: &[u8], record: PacketRecord, data: &[u8], size: usize) -> Result<(), Error> {
        let length = match self.format {
            Format::Pcapng => size,
            Format::Pcap => RECORD_HEADER + data.len(),
        };
        if self.open.as_ref().is_some_and(|open| self.is_full(open, record.time, length as u64)) {
            self.write_run(blocks)?;
            self.open = None;
        }
        if self.open.is_none() {
            self.begin(record.time)?;
        }
        self.run.blocks.end += size;
        match self.format {
            Format::Pcapng => self.run.packets.push(self.run.blocks.len()),
            Format::Pcap => {
                pcap_write::packet(&mut self.run.records, record.time, record.wire_len, data);
                self.run.packets.push(self.run.records.len());
            }
        }
        if let Some(open) = &mut self.open {
            open.size += length as u64;
            if !open.begin.is_known() {
                open.begin = record.time;
            }
        }
        Ok(())
    }

    /// Takes a block that is not a packet.
    fn take_other(&mut self, block: &[u8], is_section: bool, is_interface: bool) -> Result<(), Error> {
        if is_section {
            self.preamble.clear();
        }
        if is_section || is_interface {
            self.check_description(block)?;
            self.preamble.extend_from_slice(block);
        } else if self.open.is_none() && !self.target.rotates() && self.format == Format::Pcapng {
            self.begin(Time::UNKNOWN)?;
        }
        self.run.blocks.end += block.len();
        // With no file open, the block is part of the preamble or left out.
        if let (Format::Pcapng, Some(open)) = (self.format, &mut self.open) {
            open.size += block.len() as u64;
        }
        Ok(())
    }

    fn check_description(&self, block: &[u8]) -> Result<(), Error> {
        if self.preamble.is_empty() && !block.starts_with(&SECTION_HEADER) {
            return Err(self.target.refused(SaveProblem::NotWholeBlocks));
        }
        if self.preamble.len() + block.len() > MAX_PREAMBLE {
            return Err(self.target.refused(SaveProblem::TooMuchDescribed));
        }
        match self.stream.interfaces() {
            [first, .., last] if self.format == Format::Pcap && first.link_type != last.link_type => {
                Err(self.target.refused(SaveProblem::TwoLinkTypes { first: first.link_type.0, other: last.link_type.0 }))
            }
            _ => Ok(()),
        }
    }

    /// True if a packet that takes `length` bytes belongs to the next file.
    #[inline]
    fn is_full(&self, open: &CurrentFile, time: Time, length: u64) -> bool {
        self.target.rotate_size.is_some_and(|limit| open.size + length > limit)
            || self.target.rotate_seconds.is_some_and(|limit| is_of_another_file(time, open.begin, limit))
    }

    /// Begins the next file, or the only one, with everything that precedes its first packet.
    fn begin(&mut self, time: Time) -> Result<(), Error> {
        self.run.restart(self.run.blocks.end);
        let file = match self.empty_file.take() {
            Some(file) => file,
            None => self.next_file(time)?,
        };
        let open = self.open.insert(CurrentFile { file, size: 0, begin: time });
        let mut header = Vec::new();
        let preamble = match (self.format, self.stream.interfaces()) {
            (Format::Pcap, interfaces @ [first, ..]) => {
                let snaplen = interfaces.iter().map(|interface| interface.snaplen).max().unwrap_or(0);
                pcap_write::file_header(&mut header, first.link_type, snaplen);
                &header
            }
            (Format::Pcap, []) => &header,
            (Format::Pcapng, _) => &self.preamble,
        };
        open.size = preamble.len() as u64;
        let written = open.file.write(preamble);
        count_written(&mut self.stats, preamble.len(), &written);
        written.map_err(|(_, source)| ended(open.file.name(), source, &self.stats))
    }

    /// Creates the next file of the rotation, and removes those that exceed the limit.
    fn next_file(&mut self, time: Time) -> Result<OutputFile, Error> {
        let path = rotated_path(&self.target.path, self.stats.files + 1, time);
        let file = OutputFile::create(&path).map_err(|source| ended(&path.display().to_string(), source, &self.stats))?;
        self.stats.files += 1;
        if let Some(keep) = self.target.keep {
            self.kept.push_back(path);
            while self.kept.len() > keep {
                self.remove_oldest();
            }
        }
        Ok(file)
    }

    fn remove_oldest(&mut self) {
        let Some(path) = self.kept.pop_front() else { return };
        match fs::remove_file(&path) {
            Ok(()) => self.stats.removed += 1,
            // Someone else has removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                self.stats.not_removed += 1;
                let name = path.display().to_string();
                self.not_removed.get_or_insert(Error::Io { action: Action::RemoveOldest, name, source });
            }
        }
    }

    /// Writes the run, and begins a new one after it.
    fn write_run(&mut self, blocks: &[u8]) -> Result<(), Error> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let bytes = match self.format {
            Format::Pcapng => &blocks[self.run.blocks.clone()],
            Format::Pcap => &self.run.records,
        };
        if bytes.is_empty() {
            return Ok(());
        }
        let written = open.file.write(bytes);
        let arrived = count_written(&mut self.stats, bytes.len(), &written);
        let whole = self.run.packets.partition_point(|end| *end <= arrived);
        self.stats.packets += whole as u64;
        let excess = (arrived - whole.checked_sub(1).map_or(0, |last| self.run.packets[last])) as u64;
        if written.is_err() && open.file.truncate_end(excess) {
            self.stats.bytes -= excess;
        }
        self.run.restart(self.run.blocks.end);
        written.map_err(|(_, source)| ended(open.file.name(), source, &self.stats))
    }
}

/// True if a packet at `time` comes `seconds` or more after the first one of a file, or before it because the clock was set back.
fn is_of_another_file(time: Time, begin: Time, seconds: u64) -> bool {
    let limit = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(NANOSECONDS);
    time.since(begin).is_some_and(|since| since >= limit || since <= -limit.max(CLOCK_SET_BACK))
}

/// Counts the bytes that a write of `size` bytes has brought to the file, and returns their number.
fn count_written(stats: &mut WriteStats, size: usize, written: &Result<(), (usize, io::Error)>) -> usize {
    let arrived = written.as_ref().map_or_else(|(arrived, _)| *arrived, |()| size);
    stats.bytes += arrived as u64;
    arrived
}

fn ended(output: &str, source: io::Error, stats: &WriteStats) -> Error {
    Error::Io { action: Action::SavePackets { saved: stats.packets }, name: output.to_owned(), source }
}

#[cfg(test)]
mod tests;
