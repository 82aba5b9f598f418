//! Saves a stream of pcapng blocks while it passes: to one file, or to a row of files of limited size or time.
//!
//! A pcapng file gets the very bytes of the stream, written in runs as long as the rotation allows; a pcap file gets each
//! packet in a record of its own. No bytes wait for the next call: a process that is killed leaves whole files behind it,
//! and the last one can be read up to its last whole record.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::format::{PacketRecord, Step};
use super::pcap_write::{self, RECORD_HEADER};
use super::pcapng::{Pcapng, SECTION_HEADER};
use super::saved_file::{SavedFile, check_folder, numbered};
use crate::error::{Action, Error, SaveProblem};
use crate::unit::{NANOSECONDS, Time};

/// The most bytes of section header and interface descriptions that are kept, to be repeated in each new file: those of
/// [`MAX_INTERFACES`](super::pcapng::MAX_INTERFACES) with 1 KiB each.
const MAX_PREAMBLE: usize = 64 << 20;

/// Packets of several interfaces, and of a place where they wait, can be out of order for seconds. Those that are earlier than others
/// by more nanoseconds than this have another reason: the clock was set back.
const CLOCK_SET_BACK: i64 = 60 * NANOSECONDS;

/// Where packets are saved to, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaveTarget {
    /// The file; `-` is standard output. A name that ends in `.pcap` asks for a pcap file with nanoseconds, every other one
    /// for pcapng. A file that is already there is overwritten.
    pub path: PathBuf,
    /// A new file is begun before a packet that would make this one larger than so many bytes.
    pub rotate_size: Option<u64>,
    /// A new file is begun before a packet that is so many seconds or more later than the first one of this file, by the times of
    /// the packets. So it is before one that is as much earlier, and at least a minute: the clock was set back.
    pub rotate_seconds: Option<u64>,
    /// Of the files of this saving, the oldest are removed when there are more than so many.
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

    /// Says what cannot be meant.
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

/// What has been saved so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Saved {
    /// Packets that the operating system has taken whole, those of removed files among them.
    pub packets: u64,
    /// Bytes that it has taken, headers and descriptions among them.
    pub bytes: u64,
    /// Files that were made.
    pub files: u64,
    /// Old files that were removed.
    pub removed: u64,
    /// Old files that could not be removed.
    pub not_removed: u64,
}

/// The file that packets go to at present. It has been given everything that stands before its first packet.
struct Open {
    file: SavedFile,
    /// Its size with the run that waits.
    size: u64,
    /// The time of its first packet that has one.
    begin: Time,
}

/// What of the blocks at hand goes to the open file and is not written yet.
#[derive(Default)]
struct Run {
    /// Its place in the blocks. The end is how far they have been looked at.
    blocks: Range<usize>,
    /// The same as records of a pcap file; empty for a pcapng file.
    records: Vec<u8>,
    /// Where each packet of it ends, counted from its start in the file.
    packets: Vec<usize>,
}

impl Run {
    /// Begins a new one here, without losing memory.
    fn restart(&mut self, at: usize) {
        self.blocks = at..at;
        self.records.clear();
        self.packets.clear();
    }
}

/// A stream of pcapng blocks being saved.
pub struct Saving {
    target: SaveTarget,
    format: Format,
    stream: Pcapng,
    /// The current section's header and interface descriptions, as they came.
    preamble: Vec<u8>,
    /// A file without rotation, until something is written to it.
    unbegun: Option<SavedFile>,
    open: Option<Open>,
    run: Run,
    /// The files of a rotation of which only some are kept, the oldest first.
    kept: VecDeque<PathBuf>,
    not_removed: Option<Error>,
    over: bool,
    saved: Saved,
}

impl Saving {
    /// Makes the file, or with rotation sees that its folder is there: then the first file is made with the first packet,
    /// whose time it is named after.
    pub fn create(target: SaveTarget) -> Result<Saving, Error> {
        target.check()?;
        if target.is_stdout() {
            return Ok(Saving::new(target, Some(SavedFile::stdout())));
        }
        if target.rotates() {
            check_folder(&target.path)?;
            return Ok(Saving::new(target, None));
        }
        let file = SavedFile::create(&target.path).map_err(|source| Error::writing(target.path.display().to_string(), source))?;
        Ok(Saving::new(target, Some(file)))
    }

    fn new(target: SaveTarget, unbegun: Option<SavedFile>) -> Saving {
        Saving {
            format: target.format(),
            saved: Saved { files: u64::from(unbegun.is_some()), ..Saved::default() },
            target,
            stream: Pcapng::new(),
            preamble: Vec::new(),
            unbegun,
            open: None,
            run: Run::default(),
            kept: VecDeque::new(),
            not_removed: None,
            over: false,
        }
    }

    /// Saves the next blocks of the stream. They must be whole; the stream begins with a section header and the
    /// descriptions of its interfaces.
    ///
    /// With rotation a packet begins a file, and what is no packet goes to the file that is open, even where it makes it
    /// larger than it should be: the last count of dropped packets must not be lost. Before the first packet there is no
    /// file for it, and it is left out. A pcap file has packets alone.
    ///
    /// After an error the saving [is over](Saving::is_over), unless an old file could not be removed: then all blocks are
    /// saved. Once it is over, nothing is done.
    pub fn save(&mut self, blocks: &[u8]) -> Result<(), Error> {
        if self.over {
            return Ok(());
        }
        self.run.restart(0);
        let taken = self.take(blocks);
        // Whatever was wrong, what stood before it is saved.
        let written = self.write_run(blocks);
        if let Err(error) = taken.and(written) {
            self.end();
            return Err(error);
        }
        self.not_removed.take().map_or(Ok(()), Err)
    }

    /// True if an error has ended the saving early.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What has been saved so far.
    pub fn saved(&self) -> Saved {
        self.saved
    }

    /// Closes the file. All that came has been written before.
    pub fn finish(self) -> Saved {
        self.saved
    }

    /// Gives back files and memory, which nothing will be asked of again.
    fn end(&mut self) {
        self.over = true;
        (self.open, self.unbegun) = (None, None);
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
                Step::Fault(fault) => return Err(self.target.refused(SaveProblem::Format(fault.problem))),
            }
        }
        // Without rotation a file is a whole one before its first packet.
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

    /// Takes a block that is no packet.
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
        // With no file open it comes with the preamble, or has no place.
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
    fn is_full(&self, open: &Open, time: Time, length: u64) -> bool {
        self.target.rotate_size.is_some_and(|limit| open.size + length > limit)
            || self.target.rotate_seconds.is_some_and(|limit| is_of_another_file(time, open.begin, limit))
    }

    /// Begins the next file, or the only one, with what stands before its first packet.
    fn begin(&mut self, time: Time) -> Result<(), Error> {
        self.run.restart(self.run.blocks.end);
        let file = match self.unbegun.take() {
            Some(file) => file,
            None => self.next_file(time)?,
        };
        let open = self.open.insert(Open { file, size: 0, begin: time });
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
        count_written(&mut self.saved, preamble.len(), &written);
        written.map_err(|(_, source)| ended(open.file.name(), source, &self.saved))
    }

    /// Makes the next file of the rotation and removes those that are too many by it.
    fn next_file(&mut self, time: Time) -> Result<SavedFile, Error> {
        let path = numbered(&self.target.path, self.saved.files + 1, time);
        let file = SavedFile::create(&path).map_err(|source| ended(&path.display().to_string(), source, &self.saved))?;
        self.saved.files += 1;
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
            Ok(()) => self.saved.removed += 1,
            // Somebody has taken it away.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                self.saved.not_removed += 1;
                let name = path.display().to_string();
                self.not_removed.get_or_insert(Error::Io { action: Action::RemoveOldest, name, source });
            }
        }
    }

    /// Writes the run and begins a new one behind it.
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
        let arrived = count_written(&mut self.saved, bytes.len(), &written);
        let whole = self.run.packets.partition_point(|end| *end <= arrived);
        self.saved.packets += whole as u64;
        let excess = (arrived - whole.checked_sub(1).map_or(0, |last| self.run.packets[last])) as u64;
        if written.is_err() && open.file.take_back(excess) {
            self.saved.bytes -= excess;
        }
        self.run.restart(self.run.blocks.end);
        written.map_err(|(_, source)| ended(open.file.name(), source, &self.saved))
    }
}

/// True if a packet comes so many seconds after the first one of a file, or before it because the clock was set back.
fn is_of_another_file(time: Time, begin: Time, seconds: u64) -> bool {
    let limit = i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(NANOSECONDS);
    time.since(begin).is_some_and(|since| since >= limit || since <= -limit.max(CLOCK_SET_BACK))
}

/// Counts what a write of `size` bytes has brought to the file.
fn count_written(saved: &mut Saved, size: usize, written: &Result<(), (usize, io::Error)>) -> usize {
    let arrived = written.as_ref().map_or_else(|(arrived, _)| *arrived, |()| size);
    saved.bytes += arrived as u64;
    arrived
}

fn ended(output: &str, source: io::Error, saved: &Saved) -> Error {
    Error::Io { action: Action::SavePackets { saved: saved.packets }, name: output.to_owned(), source }
}

#[cfg(test)]
mod tests;
