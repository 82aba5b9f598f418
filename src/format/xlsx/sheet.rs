//! A table as a sheet: a row of keys that stays in view, then the rows.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::super::data::append;
use super::super::wrap::width_of;
use super::cell::{CellPlace, append_attribute, append_text, append_value, letters};
use super::package::{DECLARATION, MAIN, Package};
use super::{Room, about, styles};
use crate::glossary::Term;
use crate::messages::{DocumentMessages, English, GlossaryMessages, TableMessages};
use crate::report::{Field, Table, TableId};
use crate::support::parallel;

/// The most columns of a sheet.
const MAX_COLUMNS: usize = 16_384;
/// Rows whose texts decide about the widths of columns.
const MEASURED: usize = 200;
/// The narrowest and the widest column, in characters.
const WIDTHS: [usize; 2] = [7, 60];
/// Characters beside the title of a column, for the button of the filter.
const BUTTON: usize = 3;
/// The longest name of a sheet, in characters.
const MAX_NAME: usize = 31;
/// The longest title and the longest text beside a cell, in characters.
const MAX_HINT: [usize; 2] = [32, 255];

/// The facts about a sheet that other parts of the workbook tell.
#[derive(Clone, Debug)]
pub struct SheetFacts {
    /// The table.
    pub table: TableId,
    /// The name of the sheet.
    pub name: String,
    /// The number of rows on it, with the total.
    pub rows: u64,
    /// The number of rows without room.
    pub left_out: u64,
    /// The number of texts that were cut short.
    pub cut: u64,
    /// The range of the filter: the titles and all rows but the total.
    pub filter: String,
}

/// The name of a table's sheet: its key, unless that cannot be the name of a sheet or is taken.
pub fn name(key: &str, sheets: &[SheetFacts]) -> String {
    let is_allowed = |c: &char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && !c.is_control();
    let name: String = key.chars().filter(is_allowed).take(MAX_NAME).collect();
    let is_free = |name: &str| {
        let same = |other: &str| other.to_lowercase() == name.to_lowercase();
        !name.is_empty() && !same(about::NAME) && !sheets.iter().any(|sheet| same(&sheet.name))
    };
    if is_free(&name) { name } else { format!("sheet {}", sheets.len() + 2) }
}

/// Writes a table as the current part of the package.
pub fn write(table: &Table<'_>, name: String, limit: Room, package: &mut Package<'_>) -> io::Result<SheetFacts> {
    let fields = &table.fields[..table.fields.len().min(MAX_COLUMNS)];
    let columns: Vec<String> = (0..fields.len()).map(letters).collect();
    package.write(head(table, fields, &columns).as_bytes())?;
    let mut titles = Vec::from(&b"<row r=\"1\">"[..]);
    for (column, field) in columns.iter().zip(fields) {
        append_text(CellPlace { column, row: 1 }, styles::TITLE, field.key, &mut titles);
    }
    titles.extend_from_slice(b"</row>");
    package.write(&titles)?;

    let has_total = usize::from(table.has_total());
    let all = table.len() + has_total;
    // A row is kept for the notice about those without room.
    let room = if all < limit.rows { all } else { limit.rows - 2 };
    let shown = table.len().min(room - has_total);
    let cut = AtomicU64::new(0);
    let append_rows = |numbers: Range<usize>, text: &mut Vec<u8>| {
        let mut row = numbers.start + 2;
        let mut append = |range: Range<usize>, text: &mut Vec<u8>| {
            table.visit_with_words(range, |values| {
                text.extend_from_slice(b"<row r=\"");
                text.extend_from_slice(itoa::Buffer::new().format(row).as_bytes());
                text.extend_from_slice(b"\">");
                for ((column, field), value) in columns.iter().zip(fields).zip(values) {
                    if append_value(CellPlace { column, row }, *value, field.kind, text) {
                        cut.fetch_add(1, Ordering::Relaxed);
                    }
                }
                text.extend_from_slice(ROW_END);
                row += 1;
            });
        };
        append(numbers.start.min(shown)..numbers.end.min(shown), text);
        if has_total > 0 && numbers.contains(&shown) {
            append(table.len()..table.len() + 1, text);
        }
        Ok(())
    };
    let (mut bytes, mut beyond) = (0, 0);
    parallel::in_order((shown + has_total, table.cost_of(shown)), table.threads, append_rows, |rows| {
        bytes += rows.len();
        // Later rows are left out together with the first ones without room.
        if bytes > limit.bytes {
            beyond += count_rows(rows);
            return Ok(());
        }
        package.write(rows)
    })?;
    let written = shown + has_total - beyond;
    let left_out = all - written;
    if left_out > 0 {
        package.write(&notice(written + 2, English.rows_without_room(left_out as u64).as_str()))?;
    }
    let end = shown.min(written) + 1;
    let last = columns.last().map_or("A", String::as_str);
    package.write(tail(table, fields, &format!("A1:{last}{end}")).as_bytes())?;
    let filter = format!("$A$1:${last}${end}");
    Ok(SheetFacts { table: table.id, name, rows: written as u64, left_out: left_out as u64, cut: cut.into_inner(), filter })
}

const ROW_END: &[u8] = b"</row>";

/// The number of rows in a block of them. Text of cells has no such characters.
fn count_rows(rows: &[u8]) -> usize {
    let mut count = 0;
    let mut rest = rows;
    while let Some(at) = rest.iter().position(|byte| *byte == b'/') {
        count += usize::from(rest[at + 1..].starts_with(&ROW_END[2..]));
        rest = &rest[at + 1..];
    }
    count
}

/// A row with a sentence.
fn notice(row: usize, sentence: &str) -> Vec<u8> {
    let mut text = format!("<row r=\"{row}\">").into_bytes();
    append_text(CellPlace { column: "A", row }, styles::TITLE, sentence, &mut text);
    text.extend_from_slice(ROW_END);
    text
}

/// The beginning of a sheet, up to its rows.
fn head(table: &Table<'_>, fields: &[Field], columns: &[String]) -> String {
    let widths = widths(table, fields);
    let width =
        |(number, width): (usize, &usize)| format!(r#"<col min="{0}" max="{0}" width="{width}" customWidth="1"/>"#, number + 1);
    let cols: String = widths.iter().enumerate().map(width).collect();
    let cols = if columns.is_empty() { cols } else { format!("<cols>{cols}</cols>") };
    format!(
        r#"{DECLARATION}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>{cols}<sheetData>"#
    )
}

/// The widths of the columns, by their keys and the texts of the first rows.
fn widths(table: &Table<'_>, fields: &[Field]) -> Vec<usize> {
    let mut widths: Vec<usize> = fields.iter().map(|field| width_of(field.key) + BUTTON).collect();
    let mut text = Vec::new();
    table.visit_with_words(0..table.len().min(MEASURED), |values| {
        for (width, value) in widths.iter_mut().zip(values) {
            text.clear();
            append(*value, &mut text);
            // Groups of digits, and a margin.
            let grouped = text.len() / 3 * usize::from(text.iter().all(u8::is_ascii_digit));
            *width = (*width).max(width_of(&String::from_utf8_lossy(&text)) + grouped + 1);
        }
    });
    widths.iter().map(|width| (*width).clamp(WIDTHS[0], WIDTHS[1])).collect()
}

/// The end of a sheet: the filter, the meanings of the columns beside their titles, and the form of a printed page.
fn tail(table: &Table<'_>, fields: &[Field], filter: &str) -> String {
    let mut tail = format!(r#"</sheetData><autoFilter ref="{filter}"/>"#);
    let (mut hints, mut count) = (String::new(), 0);
    for (number, field) in fields.iter().enumerate() {
        let Some(definition) = English.definition(Term::Column(table.id, *field)) else { continue };
        let [title, meaning] = [English.column_title(table.id, field.key), definition.meaning];
        hints.push_str(r#"<dataValidation allowBlank="1" showInputMessage="1" promptTitle=""#);
        append_attribute(&title.chars().take(MAX_HINT[0]).collect::<String>(), &mut hints);
        hints.push_str(r#"" prompt=""#);
        append_attribute(&meaning.chars().take(MAX_HINT[1]).collect::<String>(), &mut hints);
        hints.push_str(&format!(r#"" sqref="{}1"/>"#, letters(number)));
        count += 1;
    }
    if count > 0 {
        tail.push_str(&format!(r#"<dataValidations count="{count}">{hints}</dataValidations>"#));
    }
    tail.push_str(r#"<pageSetup orientation="landscape" fitToHeight="0"/></worksheet>"#);
    tail
}
