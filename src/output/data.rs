//! How a cell is written in CSV and JSON: exact numbers, a decimal point, RFC 3339 times, nothing for what is not known.

use std::fmt::Write;

use crate::summary::{Cell, hundredths};

/// Appends a cell as JSON writes it. Numbers with more digits than a type has are numbers in JSON all the same.
pub fn append_json(cell: &Cell<'_>, text: &mut String) -> serde_json::Result<()> {
    match cell {
        Cell::Empty => text.push_str("null"),
        Cell::Text(own) | Cell::Outside(own) => text.push_str(&serde_json::to_string(own)?),
        Cell::Time(_) | Cell::Address(_) | Cell::CommunityId(_) => {
            text.push('"');
            append(cell, text);
            text.push('"');
        }
        Cell::Count(_) | Cell::Number(_) | Cell::Bytes(_) | Cell::Share { .. } | Cell::Decimal { .. } => append(cell, text),
    }
    Ok(())
}

/// Appends a cell as CSV writes it, but for quotation marks. Text from outside that a spreadsheet would take for a formula
/// is prefixed.
pub fn append_guarded(cell: &Cell<'_>, text: &mut String) {
    if matches!(cell, Cell::Outside(outside) if looks_like_a_formula(outside)) {
        text.push('\'');
    }
    append(cell, text);
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
        Cell::Address(address) => append_shown(address, text),
        Cell::CommunityId(id) => append_shown(id, text),
        Cell::Text(own) | Cell::Outside(own) => text.push_str(own),
    }
}

fn append_shown(shown: impl std::fmt::Display, text: &mut String) {
    // A string takes everything.
    let _ = write!(text, "{shown}");
}

/// Appends `value` divided by 10 to the power of `digits`, in full.
pub fn append_decimal(value: i128, digits: u8, text: &mut String) {
    let (unit, magnitude) = (10u128.pow(u32::from(digits)), value.unsigned_abs());
    if value < 0 {
        text.push('-');
    }
    text.push_str(itoa::Buffer::new().format(magnitude / unit));
    if digits > 0 {
        text.push('.');
        let mut buffer = itoa::Buffer::new();
        let behind = buffer.format(magnitude % unit);
        (behind.len()..usize::from(digits)).for_each(|_| text.push('0'));
        text.push_str(behind);
    }
}

/// What a spreadsheet would run as a formula (<https://owasp.org/www-community/attacks/CSV_Injection>).
fn looks_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn csv(cell: Cell<'_>) -> String {
        let mut text = String::new();
        append_guarded(&cell, &mut text);
        text
    }

    fn json(cell: Cell<'_>) -> String {
        let mut text = String::new();
        append_json(&cell, &mut text).unwrap();
        text
    }

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(csv(Cell::Decimal { value: -1_500_000_000, digits: 9 }), "-1.500000000");
        assert_eq!(json(Cell::Decimal { value: 5, digits: 3 }), "0.005");
        assert_eq!(csv(Cell::Share { part: 1, whole: 3 }), "33.33");
    }

    #[test]
    fn formulas_from_outside_are_guarded_in_csv_only() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let text = format!("{start}1");
            assert!(csv(Cell::Outside(text.clone().into())).starts_with('\''), "{text:?}");
            assert!(!json(Cell::Outside(text.into())).contains('\''));
        }
        assert_eq!(csv(Cell::Outside("eth0".into())), "eth0");
    }

    #[test]
    fn what_is_not_known_is_empty_or_null() {
        assert_eq!((csv(Cell::Empty), json(Cell::Empty)), (String::new(), "null".into()));
    }
}
