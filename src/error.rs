//! The one error type: trouble outside the packets, as data.
//!
//! A strange packet is data and is counted under its reason; an [`Error`] is a problem that a person has to know about: an input
//! that cannot be opened or is no capture, an output that cannot be written, a port table with a wrong line. Every variant names
//! its subject, and none contains a sentence: all sentences are in the module `messages`, and [`Display`](std::fmt::Display)
//! gives the English one.

mod columns;
mod foreign;
mod format;
mod live;
mod outputs;
mod port_table;

use std::io;
use std::ops::Range;
use std::path::PathBuf;

use unicode_width::UnicodeWidthStr;

use crate::untrusted;

pub use columns::UnknownColumn;
pub use foreign::ForeignFormat;
pub use format::{CompressionProblem, FormatProblem, NotACapture, SectionProblem};
pub use live::{CaptureProblem, EscapedCall, LiveUnavailable, PrivilegeProblem, PrivilegeStep, RemainingPrivilege, SaveProblem};
pub use outputs::{NamedOutput, OutputConflict, UsedFile};
pub use port_table::{NotAPortTable, RuleProblem};

/// A problem that keeps Portolan from reading an input, writing an output or using a table.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The system refused something.
    Io {
        /// The refused action.
        action: Action,
        /// The input, output or file as the user named it.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// There is no such input.
    Missing {
        /// The input as the user named it.
        input: String,
        /// Names like it that exist.
        near: Vec<String>,
    },
    /// The reading was interrupted before the input's file header was read.
    Interrupted {
        /// The input as the user named it.
        input: String,
    },
    /// The input is a folder.
    Folder {
        /// The input as the user named it.
        input: String,
    },
    /// The input is a folder without any capture.
    NoCaptures {
        /// The input as the user named it.
        input: String,
        /// Everything that the folder contains instead.
        passed_over: SkippedFiles,
    },
    /// Two inputs are the same file.
    SameFile {
        /// The file as it was named first.
        input: String,
        /// The file as it was named again.
        again: String,
    },
    /// The input holds no bytes at all.
    Empty {
        /// The input as the user named it.
        input: String,
    },
    /// The input is not a capture that Portolan can read.
    NotACapture {
        /// The input as the user named it.
        input: String,
        /// The reason.
        reason: NotACapture,
    },
    /// An output could not be written whole, because its reader has gone away: the reader of a pipe to which data was written.
    ReaderGone {
        /// The output as the user named it.
        output: String,
    },
    /// The outputs cannot be written as they were asked for, so nothing was read.
    Outputs(OutputConflict),
    /// A column was named that no table in question has, so nothing was read.
    UnknownColumn(UnknownColumn),
    /// A filter expression is invalid.
    Filter {
        /// The expression.
        expression: String,
        /// The reason.
        problem: FilterProblem,
        /// The bytes of the expression that are wrong, where that is certain; after its last byte, if something is missing there.
        span: Option<Range<usize>>,
    },
    /// Nothing can filter.
    NoFilter(LiveUnavailable),
    /// Nothing can capture.
    NoLive(LiveUnavailable),
    /// No interface was named.
    NoInterface {
        /// The interfaces that there are.
        known: Vec<String>,
    },
    /// An interface cannot be captured on.
    Capture {
        /// The interface's name.
        interface: String,
        /// The reason.
        reason: CaptureProblem,
    },
    /// Packets cannot be saved to the output, or not in the way that was asked for.
    Save {
        /// The output as the user named it.
        output: String,
        /// The reason.
        reason: SaveProblem,
    },
    /// The privileges that capturing needs could not be dropped, or their absence could not be verified.
    Privileges(PrivilegeProblem),
    /// The file that was named as the user's port table is not one.
    NotAPortTable {
        /// The path of the file.
        path: PathBuf,
        /// The reason.
        reason: NotAPortTable,
    },
    /// A line of the user's port table could not be understood.
    PortTable {
        /// The port table.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The reason.
        problem: RuleProblem,
    },
}

/// An action that the system can refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// To open an input.
    Open,
    /// To read an input as far as its file header.
    Read,
    /// To write an output.
    Write,
    /// To write another file of captured packets, or more of one; nothing more is saved.
    SavePackets {
        /// Packets that had been saved before.
        saved: u64,
    },
    /// To remove the oldest of the files of captured packets; it stays, and saving goes on.
    RemoveOldest,
}

/// Files and folders that are not read, although they are in a folder that is an input.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SkippedFiles {
    /// Files that do not begin like a capture, empty ones among them.
    pub other_files: u64,
    /// Folders, which are not entered.
    pub folders: u64,
    /// FIFOs, sockets and devices, which are never opened, and links that lead nowhere.
    pub special: u64,
    /// Further names of captures that are read already.
    pub repeated: u64,
}

impl SkippedFiles {
    /// Adds the files and folders that were passed over elsewhere.
    pub fn merge(&mut self, other: SkippedFiles) {
        self.other_files += other.other_files;
        self.folders += other.folders;
        self.special += other.special;
        self.repeated += other.repeated;
    }
}

/// The reason why a filter expression is invalid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterProblem {
    /// The reason in libpcap's words, which are English.
    Libpcap(String),
    /// A host or network is named, which libpcap would look up.
    HostName(String),
    /// The expression is valid, and no packet can match it.
    RejectsAll,
}

impl Error {
    /// The part of the user's input that is wrong: a line of the expression, and a line with marks below the place. Untrusted
    /// text, cleaned for the terminal.
    pub fn source_excerpt(&self) -> Option<[String; 2]> {
        let Error::Filter { expression, span: Some(span), .. } = self else { return None };
        let (before, at) = (untrusted::clean(expression.get(..span.start)?), untrusted::clean(expression.get(span.clone())?));
        let marks = "^".repeat(at.width().max(1));
        Some([untrusted::clean(expression).into_owned(), format!("{}{marks}", " ".repeat(before.width()))])
    }

    /// The error of an input that could not be opened.
    pub fn opening(input: String, source: io::Error) -> Error {
        Error::Io { action: Action::Open, name: input, source }
    }

    /// The error of an output that could not be written. If its reader went away, that is [no failure](Error::is_closed_pipe) for
    /// output to people, but one [for data](Error::of_data).
    pub fn writing(output: String, source: io::Error) -> Error {
        Error::Io { action: Action::Write, name: output, source }
    }

    /// Turns the error of a closed pipe into [`Error::ReaderGone`]: for outputs of data, whose reader lacks some of the data.
    pub fn of_data(self) -> Error {
        match self {
            Error::Io { action: Action::Write, name: output, source } if source.kind() == io::ErrorKind::BrokenPipe => {
                Error::ReaderGone { output }
            }
            other => other,
        }
    }

    /// True if the reader of output to people or of saved packets has gone away (`portolan ... | head`), which is no failure.
    pub fn is_closed_pipe(&self) -> bool {
        let Error::Io { action: Action::Write | Action::SavePackets { .. }, source, .. } = self else { return false };
        source.kind() == io::ErrorKind::BrokenPipe
    }
}
