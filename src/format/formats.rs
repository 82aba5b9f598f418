//! A format of documents as a value: its name, its option, and the function that writes it.

use std::fmt;
use std::io::{self, Write};

use super::json::Heading;
use super::markdown::HandOut;
use super::terminal::View;
use crate::report::{Table, TableId};

/// A format of documents, as opposed to text for the terminal. Its own file declares it.
#[derive(Clone, Copy)]
pub struct Format {
    /// The name of the format: the extension of its files.
    pub name: &'static str,
    /// The option that selects the format: `--` and the name.
    pub option: &'static str,
    /// The format as a user would call it, such as `one JSON document`.
    pub title: &'static str,
    /// The division of the tables into documents, with the function that writes them.
    pub layout: Layout,
    /// True if a document is no text, so that a terminal cannot show it.
    pub is_binary: bool,
}

/// Writes one table as a separate document.
pub type WriteTable = fn(&Table<'_>, &mut dyn Write) -> io::Result<()>;
/// Writes several tables as one document with a heading. Returns what the format has no room for.
pub type WriteDocument =
    for<'t> fn(&Heading<'_>, &mut dyn Iterator<Item = Table<'t>>, &mut dyn Write) -> io::Result<Vec<Omission>>;
/// Writes several tables as one page for people.
pub type WriteHandOut = for<'t> fn(&HandOut, &mut dyn Iterator<Item = Table<'t>>, View, &mut dyn Write) -> io::Result<()>;

/// The division of several tables into documents.
#[derive(Clone, Copy)]
pub enum Layout {
    /// One document of data for each table.
    EachTable(WriteTable),
    /// One document of data for all tables.
    OneDocument(WriteDocument),
    /// One page for people, with the tables that people want and as many of their rows.
    HandOut(WriteHandOut),
}

/// The parts of a table that a format has no room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Omission {
    /// The table.
    pub table: TableId,
    /// The number of rows that are left out.
    pub rows: u64,
    /// The number of texts that are cut short.
    pub texts: u64,
}

/// Two formats are the same if they have the same name.
impl PartialEq for Format {
    fn eq(&self, other: &Format) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl fmt::Debug for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
