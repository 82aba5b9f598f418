//! Text that is wider than its place: broken into lines, or shortened in the middle.

use std::borrow::Cow;
use std::io::{self, Write};

use textwrap::core::Word;
use textwrap::{Options, WordSeparator, WordSplitter, WrapAlgorithm};
use unicode_linebreak::linebreaks;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Stands for what is left out of a text; one place wide.
const ELLIPSIS: char = '…';

/// Places of the terminal that a text takes.
pub fn width_of(text: &str) -> usize {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if is_plain { text.len() } else { text.width() }
}

/// The text, filled up with spaces to a number of places.
pub fn padded(text: &str, places: usize) -> String {
    format!("{text}{}", " ".repeat(places.saturating_sub(width_of(text))))
}

/// The text in lines of at most `width` places, broken between words only; a word that is wider is shortened.
pub fn wrapped(text: &str, width: usize) -> Vec<String> {
    if width_of(text) <= width {
        return vec![text.into()];
    }
    let words = words(text).map(|word| format!("{}{}", shortened(&word, width), word.whitespace));
    lines(&words.collect::<String>(), Options::new(width))
}

/// A paragraph in lines of at most `width` places. The first line begins with `head`, the text stands `indent` places from the left.
/// A word that is too wide stays whole.
pub fn hanging(head: &str, indent: usize, text: &str, width: usize) -> Vec<String> {
    let (head, below) = (padded(head, indent), " ".repeat(indent));
    lines(text, Options::new(width).initial_indent(&head).subsequent_indent(&below))
}

/// Writes a [hanging] paragraph.
pub fn write_hanging(head: &str, indent: usize, text: &str, width: usize, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    hanging(head, indent, text, width).iter().try_for_each(|line| writeln!(output, "{line}"))
}

fn lines(text: &str, options: Options<'_>) -> Vec<String> {
    let options = options
        .break_words(false)
        .word_separator(WordSeparator::Custom(|line| Box::new(words(line))))
        .word_splitter(WordSplitter::NoHyphenation)
        .wrap_algorithm(WrapAlgorithm::FirstFit);
    textwrap::wrap(text, options).into_iter().map(Cow::into_owned).collect()
}

/// The parts of a text between which a line may end: at blanks, and in scripts that are written without blanks where Unicode allows it
/// (Unicode Standard Annex 14). Latin text has more such places, as after a hyphen or a slash, but names and addresses stay whole.
fn words(text: &str) -> impl Iterator<Item = Word<'_>> {
    WordSeparator::AsciiSpace.find_words(text).flat_map(|word| {
        let mut parts: Vec<Word<'_>> = parts(word.word).map(Word::from).collect();
        if let Some(last) = parts.last_mut() {
            last.whitespace = word.whitespace;
        }
        // A blank at the beginning of the text is a word of its own, without a part.
        if parts.is_empty() { vec![word] } else { parts }
    })
}

/// The parts of a word without blanks: there may be several where it has wide characters.
fn parts(word: &str) -> impl Iterator<Item = &str> {
    let is_wide = |c: Option<char>| c.and_then(UnicodeWidthChar::width) == Some(2);
    let may_break =
        move |at: usize| at == word.len() || is_wide(word[..at].chars().next_back()) || is_wide(word[at..].chars().next());
    let mut start = 0;
    linebreaks(word)
        .map(|(at, _)| at)
        .filter(move |at| may_break(*at))
        .map(move |end| &word[std::mem::replace(&mut start, end)..end])
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
    fn a_paragraph_goes_on_below_its_own_beginning() {
        assert_eq!(hanging("  key", 7, "one two three", 14), ["  key  one two", "       three"]);
        assert_eq!(hanging("  key", 7, "one two three", 1000), ["  key  one two three"]);
        assert_eq!(hanging("", 2, "averyverylongword it", 8), ["  averyverylongword", "  it"]);
        assert_eq!(hanging("  longer key", 7, "one two", 8), ["  longer keyone", "       two"]);
    }

    #[test]
    fn text_without_blanks_is_broken_within_the_width_but_not_before_a_full_stop() {
        let sentence = "クライアント 10.0.0.5:51544 が最初のパケットで接続要求を送信し、サーバーがそれに応答しました。";
        // The address, which stays whole, takes 14 places.
        for width in 20..60 {
            let lines = hanging("  鍵", 6, sentence, width);
            assert!(lines.iter().all(|line| width_of(line) <= width), "{width}: {lines:?}");
            assert!(lines[0].starts_with("  鍵  ク") && lines[1..].iter().all(|line| line.starts_with("      ")));
            assert!(lines.iter().all(|line| !line.trim_start().starts_with('。')), "{width}: {lines:?}");
            let text: String = lines.iter().map(|line| &line[line.char_indices().map(|(at, _)| at).nth(5).unwrap()..]).collect();
            assert_eq!(text.replace(' ', ""), sentence.replace(' ', ""));
        }
    }

    #[test]
    fn addresses_and_names_are_broken_at_blanks_only() {
        let text = "10.0.0.5:51544-192.0.2.80:443 to /var/lib/x-y?z";
        assert_eq!(hanging("", 0, text, 8), ["10.0.0.5:51544-192.0.2.80:443", "to", "/var/lib/x-y?z"]);
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
