//! Strings in JSON documents without characters that steer a terminal, turn the writing direction or are invisible.

use std::io;

use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use crate::untrusted;

/// Writes a value. In every string that [`untrusted::clean`] would change, those characters are escaped; a JSON parser restores
/// them.
pub fn to_json(output: impl io::Write, value: &(impl Serialize + ?Sized)) -> serde_json::Result<()> {
    value.serialize(&mut Serializer::with_formatter(output, Escaping))
}

/// The compact form of JSON with more escapes than RFC 8259 section 7 requires.
struct Escaping;

impl Formatter for Escaping {
    /// Writes a part of a string that has no control character below U+0020, no quotation mark and no backslash.
    fn write_string_fragment<W: io::Write + ?Sized>(&mut self, output: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(untrusted::is_dangerous) {
            let (plain, behind) = rest.split_at(at);
            output.write_all(plain.as_bytes())?;
            let mut characters = behind.chars();
            if let Some(dangerous) = characters.next() {
                dangerous.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(output, "\\u{unit:04x}"))?;
            }
            rest = characters.as_str();
        }
        output.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_the_same_to_a_parser_and_harmless_to_a_terminal() {
        let hostile = "é\u{1b}[31m\u{7f}\u{9b}\"\\\u{200b}\u{202e}\u{2066}\u{feff}\u{e0041}日";
        let mut written = Vec::new();
        to_json(&mut written, hostile).unwrap();
        let written = String::from_utf8(written).unwrap();
        assert_eq!(written, r#""é\u001b[31m\u007f\u009b\"\\\u200b\u202e\u2066\ufeff\udb40\udc41日""#);
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), hostile);
    }
}
