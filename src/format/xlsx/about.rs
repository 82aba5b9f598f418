//! The first sheet: the program, the inputs and the options, as the heading of JSON has them, and a list of the sheets.

use std::io;

use serde_json::Value as Json;

use super::super::json::Heading;
use super::cell::{CellPlace, append_number, append_text, append_value};
use super::package::{DECLARATION, MAIN, Package};
use super::sheet::SheetFacts;
use super::styles::{PLAIN, TITLE};
use crate::messages::{DocumentMessages, English, TableMessages};
use crate::report::{Kind, Value};

/// The name of the sheet.
pub const NAME: &str = "about";
/// The widths of its columns, in characters.
const WIDTHS: [usize; 5] = [28, 70, 12, 12, 12];
const COLUMNS: [&str; 5] = ["A", "B", "C", "D", "E"];

/// The sheet while it is written.
pub struct About {
    rows: Vec<u8>,
    row: usize,
}

impl About {
    /// Lays out the sheet.
    ///
    /// # Errors
    ///
    /// If the heading has a value that JSON cannot hold.
    pub fn new(heading: &Heading<'_>, sheets: &[SheetFacts]) -> io::Result<About> {
        let mut about = About { rows: Vec::new(), row: 0 };
        about.titles(&["fact", "value"]);
        about.facts("portolan", &serde_json::to_value(&heading.portolan)?);
        about.facts("input", &serde_json::to_value(&heading.input)?);
        about.facts("options", &serde_json::to_value(&heading.options)?);
        for note in English.workbook_notes() {
            about.cells(|place, text| match place.column {
                "A" => put(place, PLAIN, "note", text),
                "B" => put(place, PLAIN, note, text),
                _ => {}
            });
        }
        about.row += 1;
        about.titles(&["sheet", "table", "rows", "left_out", "cut_texts"]);
        for sheet in sheets {
            about.cells(|place, text| match place.column {
                "A" => put(place, PLAIN, &sheet.name, text),
                "B" => put(place, PLAIN, English.table_title(sheet.table), text),
                column => {
                    let number = [sheet.rows, sheet.left_out, sheet.cut][usize::from(column.as_bytes()[0] - b'C')];
                    append_value(place, Value::Integer(number), Kind::Count, text);
                }
            });
        }
        Ok(about)
    }

    /// Appends a row.
    fn cells(&mut self, append: impl Fn(CellPlace<'_>, &mut Vec<u8>)) {
        self.row += 1;
        self.rows.extend_from_slice(format!("<row r=\"{}\">", self.row).as_bytes());
        COLUMNS.iter().for_each(|column| append(CellPlace { column, row: self.row }, &mut self.rows));
        self.rows.extend_from_slice(b"</row>");
    }

    fn titles(&mut self, titles: &[&str]) {
        self.cells(|place, text| {
            let title = COLUMNS.iter().zip(titles).find(|(column, _)| **column == place.column);
            title.iter().for_each(|(_, title)| put(place, TITLE, title, text));
        });
    }

    /// Appends the facts in a value of JSON: a row for each member of an object and each item of a list.
    fn facts(&mut self, key: &str, value: &Json) {
        match value {
            Json::Object(members) => members.iter().for_each(|(name, value)| self.facts(&format!("{key}.{name}"), value)),
            Json::Array(items) => items.iter().for_each(|value| self.facts(key, value)),
            value => self.cells(|place, text| match (place.column, value) {
                ("A", _) => put(place, PLAIN, key, text),
                ("B", Json::String(string)) => put(place, PLAIN, string, text),
                ("B", Json::Bool(is_so)) => {
                    append_value(place, Value::Boolean(*is_so), Kind::Boolean, text);
                }
                ("B", Json::Number(number)) => {
                    append_number(place, PLAIN, &|text| text.extend_from_slice(number.to_string().as_bytes()), text);
                }
                _ => {}
            }),
        }
    }

    /// Writes the sheet as the current part of the package.
    pub fn write(&self, package: &mut Package<'_>) -> io::Result<()> {
        let width = |(number, width): (usize, &usize)| {
            format!(r#"<col min="{0}" max="{0}" width="{width}" customWidth="1"/>"#, number + 1)
        };
        let cols: String = WIDTHS.iter().enumerate().map(width).collect();
        let head = format!(
            r#"{DECLARATION}<worksheet xmlns="{MAIN}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{cols}</cols><sheetData>"#
        );
        package.write(head.as_bytes())?;
        package.write(&self.rows)?;
        package.write(br#"</sheetData><pageSetup orientation="landscape" fitToHeight="0"/></worksheet>"#)
    }
}

/// Appends a text, which may be cut short.
fn put(place: CellPlace<'_>, style: usize, content: &str, text: &mut Vec<u8>) {
    append_text(place, style, content, text);
}
