//! Text from outside, made harmless before anybody sees it.

use std::borrow::Cow;

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
}
