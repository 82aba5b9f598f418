//! Everything as one JSON document (RFC 8259), with the keys of the tables' columns.

use std::cell::RefCell;
use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, SerializeSeq, Serializer};

use super::data::Value;
use crate::summary::{Cell, Column, Table};

/// Raised when a key changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// What the document says about itself.
#[derive(Serialize)]
pub struct Heading<'a> {
    /// The program.
    pub portolan: Program<'a>,
    /// The inputs as the user named them.
    pub input: Vec<String>,
    /// The options that shape the tables.
    pub options: Settings,
}

/// What made the document.
#[derive(Serialize)]
pub struct Program<'a> {
    /// Its version.
    pub version: &'a str,
    /// The port table that it names services by.
    pub services_table: String,
}

/// The options that shape the tables; `null` where one does not apply.
#[derive(Serialize, Default)]
pub struct Settings {
    /// Seconds of silence after which a flow ends; `null` = never.
    pub idle_timeout: Option<f64>,
    /// The user's own port table.
    pub services: Option<String>,
    /// Seconds of a bucket of the timeline; `null` = as it fits.
    pub interval: Option<f64>,
    /// The most flows that are told apart.
    pub max_flows: Option<usize>,
    /// The filter that packets have passed; `null` = all were looked at.
    pub filter: Option<String>,
}

/// Writes the document and a line break behind it.
pub fn write<'a>(heading: &Heading<'_>, tables: impl Iterator<Item = Table<'a>>, mut output: impl Write) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::new(&mut output);
    let mut document = serializer.serialize_map(None)?;
    document.serialize_entry("schema_version", &SCHEMA_VERSION)?;
    document.serialize_entry("portolan", &heading.portolan)?;
    document.serialize_entry("input", &heading.input)?;
    document.serialize_entry("options", &heading.options)?;
    document.serialize_entry("tables", &Tables(RefCell::new(Some(tables))))?;
    SerializeMap::end(document)?;
    output.write_all(b"\n")?;
    output.flush()
}

/// The tables by name, each built when its turn comes and dropped behind it.
struct Tables<I>(RefCell<Option<I>>);

impl<'a, I: Iterator<Item = Table<'a>>> Serialize for Tables<I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for table in self.0.take().into_iter().flatten() {
            map.serialize_entry(table.name, &Rows(&table))?;
        }
        map.end()
    }
}

struct Rows<'t, 'a>(&'t Table<'a>);

impl Serialize for Rows<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut rows = serializer.serialize_seq(Some(self.0.len()))?;
        for row in self.0.rows() {
            rows.serialize_element(&Row(self.0.columns, &row))?;
        }
        rows.end()
    }
}

struct Row<'r, 'a>(&'static [Column], &'r [Cell<'a>]);

impl Serialize for Row<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|column| column.key).zip(self.1.iter().map(Value)))
    }
}
