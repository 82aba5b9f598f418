//! A table as CSV: RFC 4180, UTF-8, a header row of keys.

use std::io::{self, Write};

use super::data::append;
use super::formats::{Format, Layout};
use super::stream::write_rows;
use crate::report::{Table, Value};
use crate::untrusted;

/// The format.
pub const FORMAT: Format = Format {
    name: "csv",
    option: "--csv",
    title: "CSV",
    layout: Layout::EachTable(|table, output| write(table, output)),
    is_binary: false,
};

/// Writes one table. Lines end in a line feed alone, which readers of RFC 4180 and of plain lines accept.
pub fn write(table: &Table<'_>, mut output: impl Write) -> io::Result<()> {
    let keys: Vec<&str> = table.fields.iter().map(|field| field.key).collect();
    writeln!(output, "{}", keys.join(","))?;
    let append_row = |row: &[Value<'_>], text: &mut Vec<u8>| {
        for (column, value) in row.iter().enumerate() {
            if column > 0 {
                text.push(b',');
            }
            append_field(*value, text)?;
        }
        text.push(b'\n');
        Ok(())
    };
    write_rows(table, append_row, |rows| output.write_all(rows))?;
    output.flush()
}

/// Appends a value, in quotation marks if necessary. Text that a spreadsheet would take for a formula is guarded.
#[inline(always)]
fn append_field(value: Value<'_>, text: &mut Vec<u8>) -> io::Result<()> {
    match value {
        Value::Text(_) | Value::PortFact(_) | Value::Untrusted(_) | Value::List(_) => {
            let start = text.len();
            append(value, text);
            if is_special(&text[start..]) { escape_from(start, text) } else { Ok(()) }
        }
        Value::Compared([more, _]) => {
            if more < 0 {
                text.push(GUARD as u8);
            }
            append(value, text);
            Ok(())
        }
        // Numbers, times and addresses contain no character that needs quotation marks.
        _ => {
            append(value, text);
            Ok(())
        }
    }
}

/// True if text may need a guard, escapes or quotation marks.
#[inline]
fn is_special(field: &[u8]) -> bool {
    // The loop has no early exit: most fields are short and have no special byte.
    let is_special = field.iter().fold(false, |found, byte| found | IS_SPECIAL[usize::from(*byte)]);
    is_special || matches!(field.first(), Some(b' ' | b'=' | b'+' | b'-' | b'@'))
}

/// Guards, escapes and quotes the text that begins at `start`.
#[cold]
fn escape_from(start: usize, text: &mut Vec<u8>) -> io::Result<()> {
    let field = String::from_utf8(text.split_off(start)).unwrap_or_default();
    append_special(&field, text)
}

fn append_special(field: &str, text: &mut Vec<u8>) -> io::Result<()> {
    let guard = looks_like_a_formula(field).then_some(GUARD);
    let field: String = guard.into_iter().chain(untrusted::clean(field).chars()).collect();
    if !field.contains(NEEDS_QUOTES) {
        text.extend_from_slice(field.as_bytes());
        return Ok(());
    }
    let mut record = Vec::new();
    csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(&mut record).write_record([field])?;
    text.extend_from_slice(record.strip_suffix(b"\n").unwrap_or(&record));
    Ok(())
}

/// The character before a text that a spreadsheet must not run.
const GUARD: char = '\'';

/// The characters that require quotation marks: those of RFC 4180 section 2 except line breaks, which are escaped, and those that
/// separate columns for readers with other settings.
const NEEDS_QUOTES: [char; 4] = ['"', ',', ';', '|'];

/// The bytes that require a closer check of a field: those of [`NEEDS_QUOTES`], and all that may belong to a character that is
/// invisible or begins a formula.
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

/// Reports whether a spreadsheet may run a text as a formula: it begins with one of the signs that begin a formula (also
/// full-width, and after characters that are blank or invisible), or with a control character that programs remove on import
/// (<https://owasp.org/www-community/attacks/CSV_Injection>, OWASP ASVS 5.0 requirement 1.2.10).
fn looks_like_a_formula(text: &str) -> bool {
    let is_blank = |c: char| c.is_whitespace() || untrusted::is_dangerous(c);
    text.starts_with(['\t', '\r', '\n', '\0'])
        || text.trim_start_matches(is_blank).starts_with(['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(value: Value<'_>) -> String {
        let mut text = Vec::new();
        append_field(value, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn text_with_a_separator_is_quoted() {
        let texts = ["a b", "a,b", "a \"b\"", "a;b", "a|b", "日本", ""].map(|text| csv(Value::Text(text)));
        assert_eq!(texts, ["a b", "\"a,b\"", "\"a \"\"b\"\"\"", "\"a;b\"", "\"a|b\"", "日本", ""]);
    }

    #[test]
    fn invisible_characters_are_escaped() {
        let texts = ["a\tb", "a\r\nb", "\u{1b}[31m", "\u{7f}\u{9b}", "\u{202e}gpj.exe", "a\u{200b}\u{feff}b"];
        let escaped = texts.map(|text| csv(Value::Untrusted(text)));
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
            for value in [Value::Text(&text), Value::Untrusted(&text)] {
                assert!(csv(value).starts_with('\''), "{text:?}");
            }
        }
        for begin in ["\t", "\r", "\n", "\0"] {
            assert!(csv(Value::Untrusted(&format!("{begin}1"))).starts_with('\''), "{begin:?}");
        }
        assert_eq!(csv(Value::Untrusted("=1,2")), "\"'=1,2\"");
        assert_eq!(csv(Value::Untrusted("\n=1")), r"'\u{a}=1");
        assert_eq!([Value::Compared([-1, -2]), Value::Compared([6, -1])].map(csv), ["'-1>-2", "6>-1"]);
        let lists = [vec!["-a", "b"], vec!["a", "-b"], vec!["a,", "b"]];
        assert_eq!(lists.map(|list| csv(Value::List(&list))), ["'-a b", "a -b", "\"a, b\""]);
        let harmless = ["eth0", " eth0", "a=1", "a-b", "1", "日"];
        assert_eq!(harmless.map(|text| csv(Value::Untrusted(text))), harmless);
        assert_eq!(csv(Value::Decimal { value: -1, digits: 0 }), "-1");
    }
}
