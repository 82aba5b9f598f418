//! All tables as one JSON document (RFC 8259), with the keys of the tables' columns.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::data::append_json;
use super::escape;
use super::formats::{Format, Layout};
use super::stream::write_rows;
use crate::report::{Field, Table, Value};

/// The version of the document's schema, raised when a key changes its meaning.
///
/// Changed from 1 to 2:
///
/// - `attempted`, in all tables that have it, also counts datagrams without an answer, and not only openings of connections;
/// - `evidence` in `flows` and `servers` is only the word that the table `evidence` has: `rank`, not `rank:6>-1`; the
///   compared numbers are in `evidence_detail`: `6>-1`;
/// - the number of ports in `ranges` is called `port_count`; in every table, a column `ports` is a list.
pub const SCHEMA_VERSION: u32 = 2;

/// The format.
pub const FORMAT: Format = Format {
    name: "json",
    option: "--json",
    title: "one JSON document",
    layout: Layout::OneDocument(|heading, tables, output| write(heading, tables, output).map(|()| Vec::new())),
    is_binary: false,
};

/// The heading of the document: its producer, inputs and options.
#[derive(Serialize)]
pub struct Heading<'a> {
    /// The program.
    pub portolan: Producer<'a>,
    /// The inputs as the user named them.
    pub input: Vec<String>,
    /// The options that shape the tables.
    pub options: Settings,
}

/// The program that made the document.
#[derive(Serialize)]
pub struct Producer<'a> {
    /// The program's version.
    pub version: &'a str,
    /// The port table that names the services.
    pub services_table: String,
}

/// The options that shape the tables; `null` where one does not apply.
#[derive(Serialize, Default, Clone)]
pub struct Settings {
    /// Seconds of silence after which a flow ends; `null` = never.
    pub idle_timeout: Option<f64>,
    /// The user's own port table.
    pub services: Option<String>,
    /// Seconds of a bucket of the timeline; `null` = automatic.
    pub interval: Option<f64>,
    /// The most flows that are counted separately.
    pub max_flows: Option<usize>,
    /// The filter that packets must pass; `null` = all pass.
    pub filter: Option<String>,
    /// `true` if `servers` also has rows for ports that refused or never answered.
    pub closed_ports: Option<bool>,
    /// `true` if the inputs were read in the order given; `false` = in the order of their first packets.
    pub keep_order: Option<bool>,
    /// `true` if suspected duplicates were dropped.
    pub dedup: Option<bool>,
    /// The flows that the tables are about: the values of each option that selects; `null` = all flows.
    pub selection: Option<BTreeMap<String, Vec<String>>>,
    /// The time of the first packets that were analysed; `null` = no limit.
    pub from: Option<String>,
    /// The time before which packets were analysed; `null` = no limit.
    pub to: Option<String>,
}

/// Writes the document and a line break after it. Each table is built when its turn comes, and dropped once written.
pub fn write<'a>(heading: &Heading<'_>, tables: impl Iterator<Item = Table<'a>>, mut output: impl Write) -> io::Result<()> {
    write!(output, r#"{{"schema_version":{SCHEMA_VERSION},"portolan":"#)?;
    escape::to_json(&mut output, &heading.portolan)?;
    output.write_all(br#","input":"#)?;
    escape::to_json(&mut output, &heading.input)?;
    output.write_all(br#","options":"#)?;
    escape::to_json(&mut output, &heading.options)?;
    output.write_all(br#","tables":{"#)?;
    for (number, table) in tables.enumerate() {
        let comma = if number > 0 { "," } else { "" };
        write!(output, r#"{comma}"{}":["#, table.id.key())?;
        write_table(&table, &mut output)?;
        output.write_all(b"]")?;
    }
    output.write_all(b"}}\n")?;
    output.flush()
}

/// Appends a row as an object.
#[inline]
pub(super) fn append_object(fields: &[Field], row: &[Value<'_>], text: &mut Vec<u8>) -> io::Result<()> {
    for (number, (field, value)) in fields.iter().zip(row).enumerate() {
        text.extend_from_slice(if number == 0 { b"{\"" } else { b",\"" });
        text.extend_from_slice(field.key.as_bytes());
        text.extend_from_slice(b"\":");
        append_json(*value, text)?;
    }
    text.push(b'}');
    Ok(())
}

fn write_table(table: &Table<'_>, output: &mut impl Write) -> io::Result<()> {
    let mut is_first = true;
    // Each row begins with a comma; that of the first row is removed.
    let append_row = |row: &[Value<'_>], text: &mut Vec<u8>| {
        text.push(b',');
        append_object(&table.fields, row, text)
    };
    write_rows(table, append_row, |rows| {
        let rows = if is_first { &rows[1..] } else { rows };
        is_first = false;
        output.write_all(rows)
    })
}
