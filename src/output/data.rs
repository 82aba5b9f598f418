//! How a cell is written in CSV and JSON: exact numbers, a decimal point, RFC 3339 times, nothing for what is not known.

use serde::ser::{Serialize, Serializer};

use crate::summary::{Cell, hundredths};

/// A cell as the data formats write it.
pub struct Value<'c, 'a>(pub &'c Cell<'a>, pub Format);

/// Where the two data formats differ.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text from outside that a spreadsheet would take for a formula is prefixed.
    Csv,
    /// Text is text.
    Json,
}

impl Serialize for Value<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Cell::Empty => serializer.serialize_none(),
            Cell::Count(number) | Cell::Number(number) | Cell::Bytes(number) => serializer.serialize_u64(*number),
            Cell::Share { part, whole } => decimal(serializer, i128::from(hundredths(*part, *whole)), 2, self.1),
            Cell::Decimal { value, digits } => decimal(serializer, *value, *digits, self.1),
            Cell::Time(time) => serializer.collect_str(time),
            Cell::Address(address) => serializer.collect_str(address),
            Cell::Text(text) => serializer.serialize_str(text),
            Cell::Outside(text) if self.1 == Format::Csv && looks_like_a_formula(text) => {
                serializer.serialize_str(&format!("'{text}"))
            }
            Cell::Outside(text) => serializer.serialize_str(text),
        }
    }
}

/// A decimal number with exactly so many digits behind the point. JSON has no type for it but its own notation of
/// numbers, which is what is written.
fn decimal<S: Serializer>(serializer: S, value: i128, digits: u8, format: Format) -> Result<S::Ok, S::Error> {
    let text = decimal_text(value, digits);
    match format {
        Format::Csv => serializer.serialize_str(&text),
        Format::Json => serde_json::value::RawValue::from_string(text).map_err(serde::ser::Error::custom)?.serialize(serializer),
    }
}

/// `value` divided by 10 to the power of `digits`, in full.
pub fn decimal_text(value: i128, digits: u8) -> String {
    let (sign, magnitude) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    let unit = 10u128.pow(u32::from(digits));
    match digits {
        0 => format!("{sign}{magnitude}"),
        _ => format!("{sign}{}.{:0width$}", magnitude / unit, magnitude % unit, width = usize::from(digits)),
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
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.serialize((Value(&cell, Format::Csv), 1)).unwrap();
        String::from_utf8(writer.into_inner().unwrap()).unwrap()
    }

    fn json(cell: Cell<'_>) -> String {
        serde_json::to_string(&Value(&cell, Format::Json)).unwrap()
    }

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(decimal_text(-1_500_000_000, 9), "-1.500000000");
        assert_eq!(json(Cell::Decimal { value: 5, digits: 3 }), "0.005");
        assert_eq!(csv(Cell::Share { part: 1, whole: 3 }), "33.33,1\n");
    }

    #[test]
    fn formulas_from_outside_are_guarded_in_csv_only() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            let text = format!("{start}1");
            assert!(csv(Cell::Outside(text.clone().into())).trim_start_matches('"').starts_with('\''), "{text:?}");
            assert!(!json(Cell::Outside(text.into())).contains('\''));
        }
        assert_eq!(csv(Cell::Outside("eth0".into())), "eth0,1\n");
    }

    #[test]
    fn what_is_not_known_is_empty_or_null() {
        assert_eq!((csv(Cell::Empty), json(Cell::Empty)), (",1\n".into(), "null".into()));
    }
}
