//! Text in packets: lines, the numbers and addresses in them, and names in any encoding.

use std::borrow::Cow;
use std::fmt::Write;
use std::str::FromStr;

/// The lines of text that end in a packet, without their line ends (LF, or CR LF).
#[derive(Debug, Default)]
pub struct Lines<'a> {
    /// The first line, if it began in an earlier packet.
    carried: Option<Vec<u8>>,
    /// The lines after the first one, with LF between them.
    rest: Option<&'a [u8]>,
}

impl<'a> Lines<'a> {
    /// Splits a datagram into lines: text after its last LF is a line, too.
    pub fn of_datagram(payload: &'a [u8]) -> Self {
        Self { carried: None, rest: Some(payload) }
    }

    /// Creates lines from `carried`, a line that began in an earlier packet, and the lines of `rest`.
    pub fn new(carried: Option<Vec<u8>>, rest: Option<&'a [u8]>) -> Self {
        Self { carried, rest }
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = Cow<'a, [u8]>;

    fn next(&mut self) -> Option<Cow<'a, [u8]>> {
        if let Some(mut line) = self.carried.take() {
            line.truncate(without_return(&line).len());
            return Some(Cow::Owned(line));
        }
        let (line, rest) = split_line(self.rest.take()?);
        self.rest = rest;
        Some(Cow::Borrowed(without_return(line)))
    }
}

/// The text before the first LF, and the text after that LF, if there is one.
pub(super) fn split_line(text: &[u8]) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|byte| *byte == b'\n') {
        Some(end) => (&text[..end], Some(&text[end + 1..])),
        None => (text, None),
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Parses a number or an address that fills `text`. `None` if it is not UTF-8 or cannot be parsed.
pub(super) fn parse<T: FromStr>(text: &[u8]) -> Option<T> {
    str::from_utf8(text).ok()?.parse().ok()
}

/// Appends the bytes of a name to a text: UTF-8 unchanged; in anything else, each byte other than an ASCII letter, digit, `-`,
/// `_` or `.` as `\DDD`, decimal, as in DNS (RFC 1035 section 5.1). Each character of `special` is escaped by a backslash.
pub(super) fn push_name(text: &mut String, bytes: &[u8], special: &[char]) {
    match str::from_utf8(bytes) {
        // The case of nearly all names. Copying in one piece is faster, and captures full of DNS have millions of names.
        Ok(valid) if !valid.contains(special) => text.push_str(valid),
        Ok(valid) => valid.chars().for_each(|c| push_char(text, c, special)),
        Err(_) => bytes.iter().for_each(|&byte| push_byte(text, byte, special)),
    }
}

fn push_char(text: &mut String, c: char, special: &[char]) {
    if special.contains(&c) {
        text.push('\\');
    }
    text.push(c);
}

fn push_byte(text: &mut String, byte: u8, special: &[char]) {
    if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
        push_char(text, char::from(byte), special);
    } else {
        // Writing to a string does not fail.
        let _ = write!(text, "\\{byte:03}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_a_datagram_need_no_line_end() {
        let lines: Vec<_> = Lines::of_datagram(b"a\r\n\nb\rc").collect();
        assert_eq!(lines, [&b"a"[..], b"", b"b\rc"]);
    }

    #[test]
    fn names_that_are_not_utf8_are_escaped() {
        for (bytes, special, expected) in [
            (&b"B\xc3\xbcro 1"[..], &[][..], "Büro 1"),
            (b"B\xfcro 1", &[], "B\\252ro\\0321"),
            (b"a.b\\", &['.', '\\'], "a\\.b\\\\"),
            (b"a.\xff.b\\", &['.', '\\'], "a\\.\\255\\.b\\092"),
        ] {
            let mut text = String::new();
            push_name(&mut text, bytes, special);
            assert_eq!(text, expected);
        }
    }
}
