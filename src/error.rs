//! The one error type: trouble outside the packets.
//!
//! A strange packet is data and is counted under its reason; an [`Error`] is something that a person has to hear about:
//! an input that cannot be opened or is no capture, an output that cannot be written, a port table with a wrong line.
//! Every variant names the thing it happened to.

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use unicode_width::UnicodeWidthStr;

use crate::text;

/// What keeps Portolan from reading an input, writing an output or using a table.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input could not be opened.
    #[error("cannot open {input}: {}", plain(.source))]
    Open {
        /// The input as the user named it.
        input: String,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such input.
    #[error("cannot open {input}: there is no such file or folder{}", text::usage::perhaps_meant(.near))]
    Missing {
        /// The input as the user named it.
        input: String,
        /// Names like it that exist.
        near: Vec<String>,
    },
    /// The input failed before its file header was read.
    #[error("cannot read {input}: {}", plain(.source))]
    Read {
        /// The input as the user named it.
        input: String,
        /// What the system said.
        source: io::Error,
    },
    /// The reading was interrupted before the input's file header was read.
    #[error("{}", text::interruption::before_file_header(.input))]
    Interrupted {
        /// The input as the user named it.
        input: String,
    },
    /// The input is a folder.
    #[error("{input} is a folder, not a capture file; name the files in it, for example {input}/*.pcap")]
    Folder {
        /// The input as the user named it.
        input: String,
    },
    /// The input is a folder, and no capture is in it.
    #[error("{input} is a folder without a capture file: {why}")]
    NoCaptures {
        /// The input as the user named it.
        input: String,
        /// What is in it instead.
        why: String,
    },
    /// Two inputs are the same file.
    #[error("{}", text::inputs::same_file(.input, .again))]
    SameFile {
        /// The file as it was named first.
        input: String,
        /// The file as it was named again.
        again: String,
    },
    /// The input holds no bytes at all.
    #[error("{input} is empty: it does not even hold a capture file's header")]
    Empty {
        /// The input as the user named it.
        input: String,
    },
    /// The input is not a capture that Portolan can read.
    #[error("{input} is not a capture file that can be read: {why}")]
    NotACapture {
        /// The input as the user named it.
        input: String,
        /// What was found instead.
        why: String,
    },
    /// An output could not be written.
    #[error("cannot write {output}: {}", plain_writing(.source))]
    Write {
        /// The output as the user named it.
        output: String,
        /// What the system said.
        source: io::Error,
    },
    /// An output could not be written whole, because its reader has gone away: of a pipe that data were written to.
    #[error("cannot write {output}: {}", text::outputs::READER_GONE)]
    ReaderGone {
        /// The output as the user named it.
        output: String,
    },
    /// The outputs cannot be written as they were asked for, so nothing was read.
    #[error("{why}")]
    Outputs {
        /// What stands against it, and what to do.
        why: String,
    },
    /// A filter expression is wrong.
    #[error("the filter is wrong: {why}")]
    Filter {
        /// The expression.
        expression: String,
        /// What is wrong with it, mostly in libpcap's words.
        why: String,
        /// The bytes of it that are wrong, where that is certain; behind its last one, if something is missing there.
        place: Option<Range<usize>>,
    },
    /// There is nothing that filters.
    #[error("cannot filter: {why}")]
    NoFilter {
        /// Why, and what to do.
        why: String,
    },
    /// There is nothing that captures.
    #[error("cannot capture: {why}")]
    NoLive {
        /// Why, and what to do.
        why: String,
    },
    /// No interface was named.
    #[error("name an interface to capture on; {}", text::known_interfaces(.known))]
    NoInterface {
        /// Those that there are.
        known: Vec<String>,
    },
    /// There is no interface of that name.
    #[error("there is no interface {name}; {}", text::known_interfaces(.known))]
    NoSuchInterface {
        /// The name.
        name: String,
        /// Those that there are.
        known: Vec<String>,
    },
    /// The interface is switched off.
    #[error("the interface {name} is down, and nothing comes through it; switch it on, for example with: ip link set {name} up")]
    InterfaceDown {
        /// Its name.
        name: String,
    },
    /// This user may not capture.
    #[error("the right to capture on {name} is missing ({why}); portolan doctor says how to get it")]
    NoRightToCapture {
        /// The interface.
        name: String,
        /// What libpcap says.
        why: String,
    },
    /// The filter is right and cannot be used for packets of this interface.
    #[error("the filter cannot be used on {name}: {why}")]
    FilterOnInterface {
        /// The interface.
        name: String,
        /// What libpcap says.
        why: String,
    },
    /// The interface cannot be captured on for another reason.
    #[error("cannot capture on {name}: {why}")]
    Interface {
        /// Its name.
        name: String,
        /// What libpcap says.
        why: String,
    },
    /// Packets cannot be saved to such a file, or not in such a way.
    #[error("cannot save to {output}: {why}")]
    Save {
        /// The output as the user named it.
        output: String,
        /// What stands against it, and what would be right.
        why: String,
    },
    /// The saving of packets has ended early, because a file could not be made or written.
    #[error("cannot write {output}: {}; {}", plain_writing(.source), text::saving_ended(*.packets))]
    SavingEnded {
        /// The file that was to be written.
        output: String,
        /// What the system said.
        source: io::Error,
        /// Packets that had been saved before.
        packets: u64,
    },
    /// An old file of a row of saved ones could not be removed.
    #[error("cannot remove {}: {}; it stays, and the saving goes on", .path.display(), plain(.source))]
    Remove {
        /// The old file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The rights that capturing takes could not be given up, or not be seen to be gone.
    #[error("cannot give up the rights that capturing takes, so nothing is captured: {why}")]
    Rights {
        /// What went wrong, and what to do about it.
        why: String,
    },
    /// The file that was named as the user's port table is none.
    #[error("{} cannot be read as a port table: {why}", .path.display())]
    NoPortTable {
        /// Its path.
        path: PathBuf,
        /// The reason, and the remedy.
        why: String,
    },
    /// A line of the user's port table could not be understood.
    #[error("{} line {line}: {why}", .path.display())]
    PortTable {
        /// The port table.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it, and what would be right.
        why: String,
    },
}

impl Error {
    /// Where the trouble is, for the eye: a line of what the user typed, and one with marks below the place. Text from outside,
    /// cleaned for the terminal.
    pub fn picture(&self) -> Option<[String; 2]> {
        let Error::Filter { expression, place: Some(place), .. } = self else { return None };
        let (before, at) = (text::clean(expression.get(..place.start)?), text::clean(expression.get(place.clone())?));
        let marks = "^".repeat(at.width().max(1));
        Some([text::clean(expression).into_owned(), format!("{}{marks}", " ".repeat(before.width()))])
    }

    /// The error of data that could not be written to an output. If their reader went away, it lacks some of them.
    pub fn writing(output: String, source: io::Error) -> Error {
        match source.kind() {
            io::ErrorKind::BrokenPipe => Error::ReaderGone { output },
            _ => Error::Write { output, source },
        }
    }

    /// True when the reader of what people read or of saved packets has gone away (`portolan ... | head`), which is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        matches!(self, Error::Write { source, .. } | Error::SavingEnded { source, .. } if source.kind() == io::ErrorKind::BrokenPipe)
    }
}

/// The system's message in plain words, without its error number.
fn plain(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file or folder".into(),
        io::ErrorKind::PermissionDenied => "permission denied; ask its owner for the right to it, or use sudo".into(),
        io::ErrorKind::StorageFull => "the disk is full".into(),
        _ => error.to_string(),
    }
}

/// The same where a file was to be made: what is missing then is its folder.
fn plain_writing(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the folder it should be in does not exist".into(),
        _ => plain(error),
    }
}
