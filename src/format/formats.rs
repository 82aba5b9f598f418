//! A data format as a value: its name, its option, and the function that writes it.

use std::fmt;
use std::io::{self, Write};

use super::json::Heading;
use crate::report::Table;

/// A format for data, as opposed to text for people. Its own file declares it.
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
}

/// Writes one table as a separate document.
pub type WriteTable = fn(&Table<'_>, &mut dyn Write) -> io::Result<()>;
/// Writes several tables as one document with a heading.
pub type WriteDocument = for<'t> fn(&Heading<'_>, &mut dyn Iterator<Item = Table<'t>>, &mut dyn Write) -> io::Result<()>;

/// The division of several tables into documents.
#[derive(Clone, Copy)]
pub enum Layout {
    /// One document for each table.
    EachTable(WriteTable),
    /// One document for all tables.
    OneDocument(WriteDocument),
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
