//! A table as CSV: RFC 4180, UTF-8, a header row of keys.

use std::io::{self, Write};

use super::data::append;
use crate::summary::{Cell, Table};

/// Writes one table.
pub fn write(table: &Table<'_>, mut output: impl Write) -> io::Result<()> {
    let keys: Vec<&str> = table.columns.iter().map(|column| column.key).collect();
    write!(output, "{}\r\n", keys.join(","))?;
    let append_next = |column: usize, cell: &Cell<'_>, text: &mut Vec<u8>| {
        if column > 0 {
            text.push(b',');
        }
        append_cell(cell, text)
    };
    table.write(append_next, "\r\n", |rows| output.write_all(rows))?;
    output.flush()
}

/// Appends a cell. Text from outside that a spreadsheet would take for a formula is prefixed.
#[inline(always)]
fn append_cell(cell: &Cell<'_>, text: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Outside(outside) if looks_like_a_formula(outside) => append_field(&format!("'{outside}"), text),
        Cell::Text(own) | Cell::Outside(own) => append_field(own, text),
        // Numbers, times and addresses have nothing in them that would have to be quoted.
        _ => {
            append(cell, text);
            Ok(())
        }
    }
}

/// Appends a text, between quotation marks if it has to be.
#[inline]
fn append_field(field: &str, text: &mut Vec<u8>) -> io::Result<()> {
    // All of it is looked at, whatever comes: most fields are short, and hold nothing of it.
    if field.bytes().fold(false, |found, byte| found | IS_SPECIAL[usize::from(byte)]) {
        return append_quoted(field, text);
    }
    text.extend_from_slice(field.as_bytes());
    Ok(())
}

#[cold]
fn append_quoted(field: &str, text: &mut Vec<u8>) -> io::Result<()> {
    let mut record = Vec::new();
    csv::Writer::from_writer(&mut record).write_record([field])?;
    text.extend_from_slice(record.strip_suffix(b"\n").unwrap_or(&record));
    Ok(())
}

/// The bytes for which a field has to stand between quotation marks (RFC 4180 section 2).
const IS_SPECIAL: [bool; 256] = {
    let mut is_special = [false; 256];
    is_special[b'"' as usize] = true;
    is_special[b',' as usize] = true;
    is_special[b'\r' as usize] = true;
    is_special[b'\n' as usize] = true;
    is_special
};

/// What a spreadsheet would run as a formula (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn looks_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(cell: Cell<'_>) -> String {
        let mut text = Vec::new();
        append_cell(&cell, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn text_is_quoted_where_it_has_to_be() {
        let texts = ["a b", "a,b", "a \"b\"", "a\rb", "a\nb", "a\r\nb\n"].map(|text| csv(Cell::text(text)));
        assert_eq!(texts, ["a b", "\"a,b\"", "\"a \"\"b\"\"\"", "\"a\rb\"", "\"a\nb\"", "\"a\r\nb\n\""]);
    }

    #[test]
    fn formulas_from_outside_are_guarded() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let text = format!("{start}1");
            assert!(csv(Cell::Outside(text.clone().into())).trim_start_matches('"').starts_with('\''), "{text:?}");
        }
        assert_eq!(csv(Cell::Outside("=1,2".into())), "\"'=1,2\"");
        assert_eq!(csv(Cell::Outside("eth0".into())), "eth0");
    }
}
