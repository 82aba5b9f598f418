//! Values as cells.

use std::borrow::Cow;

use super::super::data::{append, append_decimal};
use super::MAX_TEXT;
use super::styles;
use crate::report::{Kind, Value};
use crate::time::Time;
use crate::untrusted;

/// The largest number up to which a double-precision value tells all whole numbers from each other.
const MAX_EXACT: u64 = 1 << 53;
/// The number of 1970-01-01 among the days of spreadsheets.
const EPOCH_DAY: i128 = 25_569;
/// The number of 1900-03-01. Spreadsheets count a day too many before it (ECMA-376 part 1, section 18.17.4.1).
const FIRST_DAY: i128 = 61;
/// Nanoseconds of a day.
const DAY: i128 = 86_400 * 1_000_000_000;
/// Digits after the decimal point of a day: as many as a double-precision value tells from each other.
const DAY_DIGITS: u8 = 12;
/// The end of a text that was cut short.
const CUT: char = '…';

/// The letters of a column, by its number from 0: `A` to `Z`, `AA` and so on.
pub fn letters(column: usize) -> String {
    let (mut letters, mut rest) = (Vec::new(), column + 1);
    while rest > 0 {
        letters.push(b'A' + ((rest - 1) % 26) as u8);
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// The place of a cell.
#[derive(Clone, Copy)]
pub struct CellPlace<'p> {
    /// The letters of the column.
    pub column: &'p str,
    /// The number of the row, from 1.
    pub row: usize,
}

impl CellPlace<'_> {
    fn append(self, text: &mut Vec<u8>) {
        text.extend_from_slice(b"<c r=\"");
        text.extend_from_slice(self.column.as_bytes());
        text.extend_from_slice(itoa::Buffer::new().format(self.row).as_bytes());
        text.push(b'"');
    }
}

/// Appends a value as a cell; nothing for an unknown value. Returns whether its text was cut short.
pub fn append_value(place: CellPlace<'_>, value: Value<'_>, kind: Kind, text: &mut Vec<u8>) -> bool {
    let number = |text: &mut Vec<u8>, append: &dyn Fn(&mut Vec<u8>)| {
        append_number(place, styles::of(value, kind), append, text);
        false
    };
    match value {
        Value::Null => false,
        Value::Integer(0..=MAX_EXACT) | Value::Share(_) | Value::Decimal { .. } => number(text, &|text| append(value, text)),
        Value::PortRange(first, last) if first == last => number(text, &|text| append(value, text)),
        Value::Time(time) => match day(time) {
            Some(day) => number(text, &|text| append_decimal(day, DAY_DIGITS, text)),
            None => append_own(place, value, text),
        },
        Value::Boolean(is_so) => {
            place.append(text);
            text.extend_from_slice(if is_so { b" t=\"b\"><v>1</v></c>" } else { b" t=\"b\"><v>0</v></c>" });
            false
        }
        _ => append_own(place, value, text),
    }
}

/// Appends a number as a cell; `append` appends its digits.
pub fn append_number(place: CellPlace<'_>, style: usize, append: &dyn Fn(&mut Vec<u8>), text: &mut Vec<u8>) {
    place.append(text);
    if style != styles::PLAIN {
        text.extend_from_slice(b" s=\"");
        text.extend_from_slice(itoa::Buffer::new().format(style).as_bytes());
        text.push(b'"');
    }
    text.extend_from_slice(b"><v>");
    append(text);
    text.extend_from_slice(b"</v></c>");
}

/// The days since the spreadsheet's first one, multiplied by 10 to the power of [`DAY_DIGITS`]; `None` for a time that
/// spreadsheets do not know.
fn day(time: Time) -> Option<i128> {
    let unit = 10_i128.pow(DAY_DIGITS.into());
    let nanoseconds = i128::from(time.nanoseconds()?) + EPOCH_DAY * DAY;
    (nanoseconds >= FIRST_DAY * DAY).then(|| (nanoseconds * unit * 2 + DAY) / (DAY * 2))
}

/// Appends a value as the text that CSV has for it, without a guard.
fn append_own(place: CellPlace<'_>, value: Value<'_>, text: &mut Vec<u8>) -> bool {
    match value {
        Value::Text(content) | Value::Untrusted(content) => append_text(place, styles::PLAIN, content, text),
        // Short text of harmless characters, and most of a large table.
        Value::Address(_) | Value::PortRange(..) | Value::CommunityId(_) => {
            place.append(text);
            text.extend_from_slice(b" t=\"inlineStr\"><is><t>");
            append(value, text);
            text.extend_from_slice(b"</t></is></c>");
            false
        }
        value => {
            let mut own = Vec::new();
            append(value, &mut own);
            // All bytes are UTF-8.
            append_text(place, styles::PLAIN, &String::from_utf8(own).unwrap_or_default(), text)
        }
    }
}

/// Appends a text as a cell; nothing for an empty one. Returns whether the text was cut short.
pub fn append_text(place: CellPlace<'_>, style: usize, content: &str, text: &mut Vec<u8>) -> bool {
    if content.is_empty() {
        return false;
    }
    let content = printable(content);
    let (content, is_cut) = cut(&content);
    place.append(text);
    if style != styles::PLAIN {
        text.extend_from_slice(format!(" s=\"{style}\"").as_bytes());
    }
    text.extend_from_slice(b" t=\"inlineStr\"><is><t");
    if content.starts_with(char::is_whitespace) || content.ends_with(char::is_whitespace) {
        text.extend_from_slice(b" xml:space=\"preserve\"");
    }
    text.push(b'>');
    append_content(content, text);
    if is_cut {
        text.extend_from_slice(CUT.encode_utf8(&mut [0; 4]).as_bytes());
    }
    text.extend_from_slice(b"</t></is></c>");
    is_cut
}

/// The text without characters that XML cannot hold or that cannot be seen, as in the other formats.
fn printable(content: &str) -> Cow<'_, str> {
    let clean = untrusted::clean(content);
    // No characters of XML 1.0 (section 2.2). All others that are none are control characters.
    if !clean.contains(['\u{fffe}', '\u{ffff}']) {
        return clean;
    }
    Cow::Owned(clean.replace('\u{fffe}', "\\u{fffe}").replace('\u{ffff}', "\\u{ffff}"))
}

/// The text, or as much of it as a cell holds together with the mark of a cut.
fn cut(content: &str) -> (&str, bool) {
    // No character has more units of UTF-16 than bytes of UTF-8.
    if content.len() <= MAX_TEXT || content.encode_utf16().count() <= MAX_TEXT {
        return (content, false);
    }
    let mut units = CUT.len_utf16();
    let end = content.char_indices().find(|(_, c)| {
        units += c.len_utf16();
        units > MAX_TEXT
    });
    (&content[..end.map_or(content.len(), |(end, _)| end)], true)
}

/// Appends the characters of an element.
fn append_content(content: &str, text: &mut Vec<u8>) {
    for (at, byte) in content.bytes().enumerate() {
        match byte {
            b'&' => text.extend_from_slice(b"&amp;"),
            b'<' => text.extend_from_slice(b"&lt;"),
            b'>' => text.extend_from_slice(b"&gt;"),
            // What looks like the escape of a character is one to spreadsheets (ECMA-376 part 1, section 22.9.2.19).
            b'_' if is_escape(&content.as_bytes()[at..]) => text.extend_from_slice(b"_x005F_"),
            _ => text.push(byte),
        }
    }
}

/// True if text begins with an underscore, an x, four hexadecimal digits and an underscore.
fn is_escape(text: &[u8]) -> bool {
    matches!(text, [b'_', b'x' | b'X', digits @ .., ] if digits.len() > 4 && digits[..4].iter().all(u8::is_ascii_hexdigit) && digits[4] == b'_')
}

/// Appends a text as the value of an attribute, or as characters of an element without escapes of its own.
pub fn append_attribute(content: &str, text: &mut String) {
    for c in printable(content).chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            c => text.push(c),
        }
    }
}
