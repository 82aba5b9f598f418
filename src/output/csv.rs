//! A table as CSV: RFC 4180, UTF-8, a header row of keys.

use std::io::{self, Write};

use super::data::append;
use crate::summary::{Cell, Table};
use crate::text;

/// Writes one table. Lines end in a line feed alone: what reads RFC 4180 takes that, and so does all that reads lines.
pub fn write(table: &Table<'_>, mut output: impl Write) -> io::Result<()> {
    let keys: Vec<&str> = table.columns.iter().map(|column| column.key).collect();
    writeln!(output, "{}", keys.join(","))?;
    let append_next = |column: usize, cell: &Cell<'_>, text: &mut Vec<u8>| {
        if column > 0 {
            text.push(b',');
        }
        append_cell(cell, text)
    };
    table.write(append_next, "\n", |rows| output.write_all(rows))?;
    output.flush()
}

/// Appends a cell. What a spreadsheet would take for a formula is guarded.
#[inline(always)]
fn append_cell(cell: &Cell<'_>, text: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Text(field) | Cell::Outside(field) => append_field(field, text),
        Cell::Compared([more, _]) if *more < 0 => {
            text.push(GUARD as u8);
            append(cell, text);
            Ok(())
        }
        // Numbers, times and addresses have nothing in them that would have to be quoted.
        _ => {
            append(cell, text);
            Ok(())
        }
    }
}

/// Appends a text, guarded, with escapes and between quotation marks if it has to be.
#[inline]
fn append_field(field: &str, text: &mut Vec<u8>) -> io::Result<()> {
    // All of it is looked at, whatever comes: most fields are short, and hold nothing of it.
    let is_special = field.bytes().fold(false, |found, byte| found | IS_SPECIAL[usize::from(byte)]);
    if is_special || matches!(field.as_bytes().first(), Some(b' ' | b'=' | b'+' | b'-' | b'@')) {
        return append_special(field, text);
    }
    text.extend_from_slice(field.as_bytes());
    Ok(())
}

#[cold]
fn append_special(field: &str, text: &mut Vec<u8>) -> io::Result<()> {
    let guard = looks_like_a_formula(field).then_some(GUARD);
    let field: String = guard.into_iter().chain(text::clean(field).chars()).collect();
    if !field.contains(NEEDS_QUOTES) {
        text.extend_from_slice(field.as_bytes());
        return Ok(());
    }
    let mut record = Vec::new();
    csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(&mut record).write_record([field])?;
    text.extend_from_slice(record.strip_suffix(b"\n").unwrap_or(&record));
    Ok(())
}

/// Stands in front of a text that a spreadsheet must not run.
const GUARD: char = '\'';

/// The characters for which a field has to stand between quotation marks: those of RFC 4180 section 2 that are no line breaks, which
/// are escaped, and what separates columns for readers that have other settings.
const NEEDS_QUOTES: [char; 4] = ['"', ',', ';', '|'];

/// The bytes for which a field is looked at closely: those of [`NEEDS_QUOTES`], and all that may belong to a character that cannot be
/// seen or begins a formula.
const IS_SPECIAL: [bool; 256] = {
    let mut is_special = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        is_special[byte] = byte < b' ' as usize || byte >= 0x7f;
        byte += 1;
    }
    let mut number = 0;
    while number < NEEDS_QUOTES.len() {
        is_special[NEEDS_QUOTES[number] as usize] = true;
        number += 1;
    }
    is_special
};

/// What a spreadsheet may run as a formula: text with one of the signs that begin one in front, also in their full-width forms and
/// behind characters that are blank or cannot be seen; and text that begins with a control character that programs remove on import
/// (<https://owasp.org/www-community/attacks/CSV_Injection>, OWASP ASVS 5.0 requirement 1.2.10).
fn looks_like_a_formula(text: &str) -> bool {
    let is_blank = |c: char| c.is_whitespace() || text::is_dangerous(c);
    text.starts_with(['\t', '\r', '\n', '\0'])
        || text.trim_start_matches(is_blank).starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
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
    fn text_is_quoted_where_a_separator_would_split_it() {
        let texts = ["a b", "a,b", "a \"b\"", "a;b", "a|b", "日本", ""].map(|text| csv(Cell::text(text)));
        assert_eq!(texts, ["a b", "\"a,b\"", "\"a \"\"b\"\"\"", "\"a;b\"", "\"a|b\"", "日本", ""]);
    }

    #[test]
    fn what_cannot_be_seen_is_written_as_an_escape() {
        let texts = ["a\tb", "a\r\nb", "\u{1b}[31m", "\u{7f}\u{9b}", "\u{202e}gpj.exe", "a\u{200b}\u{feff}b"];
        let escaped = texts.map(|text| csv(Cell::Outside(text.into())));
        assert_eq!(
            escaped,
            [r"a\u{9}b", r"a\u{d}\u{a}b", r"\u{1b}[31m", r"\u{7f}\u{9b}", r"\u{202e}gpj.exe", r"a\u{200b}\u{feff}b"]
        );
    }

    #[test]
    fn formulas_are_guarded_wherever_they_come_from() {
        let signs = ["=", "+", "-", "@", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}"];
        let blanks = ["", " ", "   ", "\u{a0}", "\u{3000}", "\t", "\r", "\n", "\0", "\u{200b}", "\u{feff} "];
        for (sign, blank) in signs.iter().flat_map(|sign| blanks.map(|blank| (sign, blank))) {
            let text = format!("{blank}{sign}1");
            for cell in [Cell::text(text.as_str()), Cell::Outside(text.as_str().into())] {
                assert!(csv(cell).starts_with('\''), "{text:?}");
            }
        }
        for begin in ["\t", "\r", "\n", "\0"] {
            assert!(csv(Cell::Outside(format!("{begin}1").into())).starts_with('\''), "{begin:?}");
        }
        assert_eq!(csv(Cell::Outside("=1,2".into())), "\"'=1,2\"");
        assert_eq!(csv(Cell::Outside("\n=1".into())), r"'\u{a}=1");
        assert_eq!([Cell::Compared([-1, -2]), Cell::Compared([6, -1])].map(csv), ["'-1>-2", "6>-1"]);
        let harmless = ["eth0", " eth0", "a=1", "a-b", "1", "日"];
        assert_eq!(harmless.map(|text| csv(Cell::Outside(text.into()))), harmless);
        assert_eq!(csv(Cell::Decimal { value: -1, digits: 0 }), "-1");
    }
}
