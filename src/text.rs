//! Numbers for people, and the cleaning of untrusted text; beside them the sentences of explanations and of ports, which are not part
//! of the module `messages` yet.

mod count;
mod explain;
mod services;

use std::borrow::Cow;
use std::fmt::Write;

pub use count::*;
pub use explain::*;
pub use services::*;

/// Text from outside, made harmless for a terminal: what would move the cursor, change colours or turn the writing
/// direction is shown as an escape, and no line is longer than its cell.
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| !is_dangerous(c)) {
        return Cow::Borrowed(text);
    }
    let escape = |c: char| if is_dangerous(c) { c.escape_unicode().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escape).collect())
}

/// Control characters (C0, DEL, C1), line and paragraph separators, and characters that override the writing direction or
/// cannot be seen (Unicode Technical Report 36 section 2).
pub fn is_dangerous(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A number with its thousands set apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let mut text = String::new();
    append_grouped(number, &mut text);
    text
}

/// Appends a number with its thousands set apart.
pub fn append_grouped(number: u64, text: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number);
    let (first, mut rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    text.push_str(first);
    while let Some((group, behind)) = rest.split_at_checked(3) {
        text.push(',');
        text.push_str(group);
        rest = behind;
    }
}

/// A number of bytes for people: three digits and a decimal unit (kB = 1000 bytes).
pub fn bytes(number: u64) -> String {
    let mut text = String::new();
    append_bytes(number, &mut text);
    text
}

/// Appends a number of bytes for people.
pub fn append_bytes(number: u64, text: &mut String) {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (number as f64, 0);
    // 999.95 would be shown as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    // A string takes everything.
    let _ = if unit == 0 { write!(text, "{number} B") } else { write!(text, "{value:.1} {}", UNITS[unit]) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_shown_and_not_obeyed() {
        assert_eq!(clean("printer-2.office.example"), "printer-2.office.example");
        assert_eq!(clean("a\u{1b}[31mred\nb"), "a\\u{1b}[31mred\\u{a}b");
        assert_eq!(clean("\u{202e}gpj.exe\u{9b}"), "\\u{202e}gpj.exe\\u{9b}");
        assert_eq!(clean("日本語"), "日本語");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1000, 999_949, 999_950].map(bytes), ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB"]);
        assert_eq!(bytes(u64::MAX), "18.4 EB");
    }
}
