//! How a cell is written in CSV and JSON: exact numbers, a decimal point, RFC 3339 times, nothing for what is not known.

use std::fmt::Write;
use std::net::{IpAddr, Ipv4Addr};

use crate::summary::{Cell, hundredths};

/// Appends a cell as JSON writes it. Numbers with more digits than a type has are numbers in JSON all the same.
pub fn append_json(cell: &Cell<'_>, text: &mut String) -> serde_json::Result<()> {
    match cell {
        Cell::Empty => text.push_str("null"),
        Cell::Text(own) | Cell::Outside(own) => append_string(own, text)?,
        Cell::Time(_) | Cell::Address(_) | Cell::CommunityId(_) => {
            text.push('"');
            append(cell, text);
            text.push('"');
        }
        Cell::Count(_) | Cell::Number(_) | Cell::Bytes(_) | Cell::Share { .. } | Cell::Decimal { .. } => append(cell, text),
    }
    Ok(())
}

/// Appends a string between quotation marks.
fn append_string(string: &str, text: &mut String) -> serde_json::Result<()> {
    if string.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..b' ')) {
        text.push_str(&serde_json::to_string(string)?);
        return Ok(());
    }
    text.push('"');
    text.push_str(string);
    text.push('"');
    Ok(())
}

/// Appends a cell's text.
pub fn append(cell: &Cell<'_>, text: &mut String) {
    match cell {
        Cell::Empty => {}
        Cell::Count(number) | Cell::Number(number) | Cell::Bytes(number) => {
            text.push_str(itoa::Buffer::new().format(*number));
        }
        Cell::Share { part, whole } => append_decimal(i128::from(hundredths(*part, *whole)), 2, text),
        Cell::Decimal { value, digits } => append_decimal(*value, *digits, text),
        Cell::Time(time) => append_shown(time, text),
        Cell::Address(IpAddr::V4(address)) => append_ipv4(*address, text),
        Cell::Address(address) => append_shown(address, text),
        Cell::CommunityId(id) => append_shown(id, text),
        Cell::Text(own) | Cell::Outside(own) => text.push_str(own),
    }
}

fn append_shown(shown: impl std::fmt::Display, text: &mut String) {
    // A string takes everything.
    let _ = write!(text, "{shown}");
}

/// The same text as everywhere, in a third of the time: large tables consist of addresses for the most part.
fn append_ipv4(address: Ipv4Addr, text: &mut String) {
    for (number, octet) in address.octets().into_iter().enumerate() {
        if number > 0 {
            text.push('.');
        }
        text.push_str(itoa::Buffer::new().format(octet));
    }
}

/// Appends `value` divided by 10 to the power of `digits`, in full.
pub fn append_decimal(value: i128, digits: u8, text: &mut String) {
    if value < 0 {
        text.push('-');
    }
    let mut buffer = itoa::Buffer::new();
    let all = buffer.format(value.unsigned_abs());
    let (before, behind) = all.split_at(all.len().saturating_sub(usize::from(digits)));
    text.push_str(if before.is_empty() { "0" } else { before });
    if digits > 0 {
        text.push('.');
        text.extend(std::iter::repeat_n('0', usize::from(digits) - behind.len()));
        text.push_str(behind);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(cell: Cell<'_>) -> String {
        let mut text = String::new();
        append(&cell, &mut text);
        text
    }

    fn json(cell: Cell<'_>) -> String {
        let mut text = String::new();
        append_json(&cell, &mut text).unwrap();
        text
    }

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(text(Cell::Decimal { value: -1_500_000_000, digits: 9 }), "-1.500000000");
        assert_eq!(json(Cell::Decimal { value: 5, digits: 3 }), "0.005");
        assert_eq!(text(Cell::Share { part: 1, whole: 3 }), "33.33");
    }

    #[test]
    fn strings_are_escaped_in_json() {
        assert_eq!(json(Cell::Outside("=1".into())), "\"=1\"");
        assert_eq!(json(Cell::Outside("a\"\\\u{1b}é".into())), "\"a\\\"\\\\\\u001bé\"");
    }

    #[test]
    fn addresses_are_written_as_everywhere() {
        for address in ["0.0.0.0", "192.168.1.255", "2001:db8::1", "::ffff:10.0.0.1"] {
            assert_eq!(text(Cell::Address(address.parse().unwrap())), address);
        }
    }

    #[test]
    fn what_is_not_known_is_empty_or_null() {
        assert_eq!((text(Cell::Empty), json(Cell::Empty)), (String::new(), "null".into()));
    }
}
