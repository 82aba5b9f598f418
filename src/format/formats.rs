//! The data formats. A format is a file beside this one, and an arm in each function here.

use std::io::{self, Write};

use super::json::Heading;
use super::{csv, json, jsonl};
use crate::report::Table;

/// A format for data, as opposed to text for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Comma-separated values (RFC 4180).
    Csv,
    /// One JSON document (RFC 8259).
    Json,
    /// JSON lines (<https://jsonlines.org>).
    JsonLines,
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

impl Format {
    /// All formats, in the order in which options list them and files are written.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Json, Format::JsonLines];

    /// The name of the format: the extension of its files, and the name of its option.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::JsonLines => "jsonl",
        }
    }

    /// The option that selects the format.
    pub const fn option(self) -> &'static str {
        match self {
            Format::Csv => "--csv",
            Format::Json => "--json",
            Format::JsonLines => "--jsonl",
        }
    }

    /// The division of the tables into documents, with the function that writes them.
    pub const fn layout(self) -> Layout {
        match self {
            Format::Csv => Layout::EachTable(|table, output| csv::write(table, output)),
            Format::Json => Layout::OneDocument(|heading, tables, output| json::write(heading, tables, output)),
            Format::JsonLines => Layout::EachTable(|table, output| jsonl::write(table, output)),
        }
    }
}
