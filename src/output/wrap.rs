//! Text that is wider than its place: in lines between words, or shortened in the middle.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Stands for what is left out of a text; one place wide.
const ELLIPSIS: char = '…';

/// Places of the terminal that a text takes.
pub fn width_of(text: &str) -> usize {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain { text.len() } else { text.width() }
}

/// The text in lines of at most `width` places, broken between words only; a word that is wider is shortened.
pub fn wrapped(text: &str, width: usize) -> Vec<Cow<'_, str>> {
    if width_of(text) <= width {
        return vec![text.into()];
    }
    let mut lines: Vec<Cow<'_, str>> = Vec::new();
    let mut used = 0;
    for word in text.split(' ') {
        let word = shortened(word, width);
        let needed = width_of(&word);
        match lines.last_mut() {
            Some(line) if used + 1 + needed <= width => {
                let line = line.to_mut();
                line.push(' ');
                line.push_str(&word);
                used += 1 + needed;
            }
            _ => {
                lines.push(word);
                used = needed;
            }
        }
    }
    lines
}

/// The text in at most `width` places, but at least one, with an ellipsis in place of what is left out in its middle. The last part of
/// a path stays whole if there is room for it.
pub fn shortened(text: &str, width: usize) -> Cow<'_, str> {
    if width_of(text) <= width {
        return text.into();
    }
    let places = width.saturating_sub(1);
    let last_part = text.rfind(['/', '\\']).map(|at| &text[at..]).filter(|part| width_of(part) <= places);
    let tail = match last_part {
        Some(part) if part.len() < text.len() => part,
        _ => tail(text, places / 2),
    };
    let head = head(&text[..text.len() - tail.len()], places - width_of(tail));
    format!("{head}{ELLIPSIS}{tail}").into()
}

/// The beginning of a text, as much as there is room for.
fn head(text: &str, places: usize) -> &str {
    let end = text.grapheme_indices(true).map(|(at, grapheme)| (at + grapheme.len(), grapheme));
    fitting(end, places).map_or("", |end| &text[..end])
}

/// The end of a text, as much as there is room for.
fn tail(text: &str, places: usize) -> &str {
    fitting(text.grapheme_indices(true).rev(), places).map_or("", |start| &text[start..])
}

/// The boundary behind which a text goes on that there is no room for.
fn fitting<'t>(mut graphemes: impl Iterator<Item = (usize, &'t str)>, places: usize) -> Option<usize> {
    let (mut used, mut boundary) = (0, None);
    while let Some((at, grapheme)) = graphemes.next().filter(|(_, grapheme)| used + width_of(grapheme) <= places) {
        used += width_of(grapheme);
        boundary = Some(at);
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_long_words_are_shortened() {
        assert_eq!(wrapped("one two three four", 9), ["one two", "three", "four"]);
        assert_eq!(wrapped("2001:db8::12 and more", 12), ["2001:db8::12", "and more"]);
        assert_eq!(wrapped("a longestword", 8), ["a", "long…ord"]);
        assert_eq!(wrapped("one  two", 9), ["one  two"]);
        assert_eq!(wrapped(" b", 2), [" b"]);
        assert_eq!(wrapped("", 0), [""]);
    }

    #[test]
    fn the_middle_of_a_name_is_left_out_and_the_name_of_a_file_stays() {
        assert_eq!(shortened("e-0014.e-msedge.example.net", 12), "e-0014…e.net");
        assert_eq!(shortened("/very/long/path/name.pcap", 18), "/very/l…/name.pcap");
        assert_eq!(shortened("/very/long/path/name.pcap", 25), "/very/long/path/name.pcap");
        assert_eq!(shortened("/very/long/path/name.pcap", 11), "…/name.pcap");
        assert_eq!(shortened("/very/long/path/name.pcap", 8), "/ver…cap");
        assert_eq!(["name", "/"].map(|text| shortened(text, 0)), ["…", "…"]);
    }

    #[test]
    fn wide_characters_take_two_places_and_marks_stay_with_their_letter() {
        assert_eq!(width_of("日本語"), 6);
        assert_eq!(shortened("日本語日本語", 6), "日…語");
        assert_eq!(shortened("aaae\u{301}bbbe\u{301}", 4), "aa…e\u{301}");
    }
}
