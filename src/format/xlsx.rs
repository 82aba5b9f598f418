//! All tables as one workbook (Office Open XML, ECMA-376 part 1): a sheet for each table, and a first one about the capture.
//!
//! Cells are typed: numbers are numbers, times are dates in UTC, and text is text, also if it looks like a formula. Whatever a workbook
//! cannot hold as such is text with all its digits: whole numbers above 2^53, and times before March 1900. A spreadsheet keeps numbers as
//! double-precision values: of a time it knows about the microsecond, and shows the millisecond.
//!
//! Rows are written as they are computed; neither the workbook nor a sheet is ever held as a whole, and there are no temporary files.

mod about;
mod cell;
mod package;
mod sheet;
mod styles;

use std::io::{self, Write};

use self::about::About;
use self::package::Package;
use self::sheet::SheetFacts;
use super::formats::{Format, Layout, Omission};
use super::json::Heading;
use crate::report::Table;

/// The format.
pub const FORMAT: Format = Format {
    name: "xlsx",
    option: "--xlsx",
    title: "an Excel workbook",
    layout: Layout::OneDocument(|heading, tables, output| write(heading, tables, output)),
    is_binary: true,
};

/// The most rows of a sheet, those of titles and notices included.
pub const MAX_ROWS: usize = 1_048_576;
/// The most characters of a text, in units of UTF-16.
pub const MAX_TEXT: usize = 32_767;

/// The room for a sheet.
#[derive(Clone, Copy, Debug)]
struct Room {
    /// Rows, those of titles and notices included.
    rows: usize,
    /// Bytes before compression.
    bytes: usize,
}

/// The room that every spreadsheet has. Larger parts would need a later form of the archive, which not all programs read.
const ROOM: Room = Room { rows: MAX_ROWS, bytes: 4_000_000_000 };

/// Writes the workbook. Each table is built when its turn comes, and dropped once written. Returns what has no room.
///
/// # Errors
///
/// If the output cannot be written.
pub fn write<'a>(
    heading: &Heading<'_>,
    tables: impl Iterator<Item = Table<'a>>,
    output: impl Write,
) -> io::Result<Vec<Omission>> {
    write_into(ROOM, heading, tables, output)
}

fn write_into<'a>(
    room: Room,
    heading: &Heading<'_>,
    tables: impl Iterator<Item = Table<'a>>,
    mut output: impl Write,
) -> io::Result<Vec<Omission>> {
    let mut package = Package::new(&mut output);
    package::write_root(&mut package)?;
    styles::write(&mut package)?;
    let mut sheets: Vec<SheetFacts> = Vec::new();
    for table in tables {
        let name = sheet::name(table.id.key(), &sheets);
        package.begin(&package::sheet_path(sheets.len() + 2))?;
        sheets.push(sheet::write(&table, name, room, &mut package)?);
    }
    package.begin(&package::sheet_path(1))?;
    About::new(heading, &sheets)?.write(&mut package)?;
    package::write_structure(&mut package, &sheets)?;
    package.finish()?;
    output.flush()?;
    let omission = |sheet: &SheetFacts| Omission { table: sheet.table, rows: sheet.left_out, texts: sheet.cut };
    Ok(sheets.iter().filter(|sheet| sheet.left_out + sheet.cut > 0).map(omission).collect())
}

#[cfg(test)]
mod tests;
