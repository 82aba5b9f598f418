//! Text that stays text in Markdown, whatever it looks like.
//!
//! A backslash before a punctuation character takes its meaning away (CommonMark 0.31, section 2.4; pandoc's `all_symbols_escapable`).
//! A backslash does not help against programs that look for links, mentions and emoji in the finished text, as GitHub does: it finds
//! `user@example.org`, `www.example.org`, `#12` and `:a:` there. Only in code spans it finds nothing, so that words with such parts
//! become code. IPv6 addresses are among them: `fe80::a:b` has the name of an emoji in it.

/// Characters with a meaning anywhere in a line, for GitHub or pandoc.
const WITH_MEANING: &str = "\\`*_{}[]<>|#~^$&!\"'@";

/// Text as Markdown that shows the same text. The text is clean: it has no line break and no control character.
pub fn escaped(text: &str) -> String {
    let trimmed = text.trim();
    let (before, after) = (text.len() - text.trim_start().len(), text.trim_end().len());
    let (before, after) = if trimmed.is_empty() { (text, "") } else { (&text[..before], &text[after..]) };
    let mut markdown = String::with_capacity(text.len() + 8);
    // A cell loses the blanks at its ends, and emphasis does not begin before one.
    let append_blanks = |blanks: &str, markdown: &mut String| {
        blanks.chars().for_each(|blank| markdown.push_str(&format!("&#{};", u32::from(blank))));
    };
    append_blanks(before, &mut markdown);
    for (number, word) in trimmed.split(' ').enumerate() {
        if number > 0 {
            markdown.push(' ');
        }
        append_word(word, &mut markdown);
    }
    append_blanks(after, &mut markdown);
    markdown
}

fn append_word(word: &str, markdown: &mut String) {
    if !may_become_a_link(word) {
        return append_escaped(word, markdown);
    }
    if !word.contains(['`', '\\', '|']) {
        markdown.push('`');
        markdown.push_str(word);
        return markdown.push('`');
    }
    // A code span cannot hold these characters everywhere. It is enough that no link can begin: each run of the characters that may
    // begin one is code of its own.
    let is_trigger = |c: char| matches!(c, '@' | ':' | '.' | '#' | '-');
    let mut rest = word;
    while let Some(start) = rest.find(is_trigger) {
        let (plain, triggers) = rest.split_at(start);
        let end = triggers.find(|c| !is_trigger(c)).unwrap_or(triggers.len());
        append_escaped(plain, markdown);
        markdown.push('`');
        markdown.push_str(&triggers[..end]);
        markdown.push('`');
        rest = &triggers[end..];
    }
    append_escaped(rest, markdown);
}

fn append_escaped(word: &str, markdown: &mut String) {
    let mut before = None;
    let mut characters = word.chars().peekable();
    while let Some(c) = characters.next() {
        // pandoc makes a dash of two hyphens, and an ellipsis of three full stops.
        let is_run = matches!(c, '-' | '.') && (before == Some(c) || characters.peek() == Some(&c));
        if WITH_MEANING.contains(c) || is_run {
            markdown.push('\\');
        }
        markdown.push(c);
        before = Some(c);
    }
}

/// True if GitHub may find a link, a mention, a reference or an emoji in the word.
fn may_become_a_link(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    word.contains('@')
        || lower.contains("://")
        || lower.contains("www.")
        || ["mailto:", "xmpp:", "gh-"].iter().any(|prefix| lower.contains(prefix))
        || followed_by_digit(word, '#')
        || has_emoji_name(word)
        || is_commit(&lower)
}

fn followed_by_digit(word: &str, mark: char) -> bool {
    word.split(mark).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// True if the word has a name between two colons. Times of day have two digits there, which is no emoji.
fn has_emoji_name(word: &str) -> bool {
    let is_name =
        |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '-'));
    let is_time = |part: &str| part.len() == 2 && part.chars().all(|c| c.is_ascii_digit());
    let parts: Vec<&str> = word.split(':').collect();
    parts.len() > 2 && parts[1..parts.len() - 1].iter().any(|part| is_name(part) && !is_time(part))
}

/// True if the word may be the number of a commit: 7 to 40 hexadecimal digits, both letters and digits.
fn is_commit(lower: &str) -> bool {
    (7..=40).contains(&lower.len())
        && lower.chars().all(|c| c.is_ascii_hexdigit())
        && lower.contains(|c: char| c.is_ascii_digit())
        && lower.contains(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use comrak::nodes::NodeValue;
    use comrak::{Arena, Options, parse_document};
    use proptest::prelude::*;

    use super::*;

    /// The text of each heading, paragraph and cell, as a reader sees it. Every form of Markdown that GitHub or pandoc knows is on, and
    /// anything but text and code is an error.
    fn texts(markdown: &str) -> Vec<String> {
        let mut options = Options::default();
        let extension = &mut options.extension;
        extension.strikethrough = true;
        extension.table = true;
        extension.autolink = true;
        extension.tasklist = true;
        extension.superscript = true;
        extension.subscript = true;
        extension.footnotes = true;
        extension.inline_footnotes = true;
        extension.description_lists = true;
        extension.math_dollars = true;
        extension.math_code = true;
        extension.wikilinks_title_after_pipe = true;
        extension.alerts = true;
        options.parse.relaxed_autolinks = true;
        options.parse.smart = true;
        let arena = Arena::new();
        let mut texts: Vec<String> = Vec::new();
        for node in parse_document(&arena, markdown, &options).descendants() {
            match &node.data().value {
                NodeValue::Document | NodeValue::Table(_) | NodeValue::TableRow(_) => {}
                NodeValue::Heading(_) | NodeValue::Paragraph | NodeValue::TableCell => texts.push(String::new()),
                NodeValue::Strong => {}
                NodeValue::Text(text) => texts.last_mut().unwrap().push_str(text),
                NodeValue::Code(code) => texts.last_mut().unwrap().push_str(&code.literal),
                other => panic!("{other:?} in {markdown}"),
            }
        }
        texts
    }

    /// Asserts that a text is the same in a heading, in a paragraph and in a cell between two others.
    fn stays(text: &str) {
        let escaped = escaped(text);
        let found = texts(&format!("# {escaped}\n\n**{escaped}: 1**\n\n| a | b | c |\n| - | -: | - |\n| 1 | {escaped} | 3 |\n"));
        assert_eq!(found, [text, &format!("{text}: 1"), "a", "b", "c", "1", text, "3"], "{escaped}");
    }

    #[test]
    fn hostile_text_stays_text() {
        for text in [
            "a|b",
            r"a\|b",
            r"\",
            r"\\|",
            "`",
            "``a`b",
            "*a* _b_ __c__ **d**",
            "~~a~~ ~b~",
            "# a",
            "a #",
            "a_b_c",
            "<script>",
            "</td><b>",
            "<!-- a -->",
            "[a](javascript:alert(1))",
            "![a](b)",
            "](javascript:",
            "[a]: b",
            "[^1]",
            "[[a|b]]",
            "&lt;",
            "&#x41;",
            "&",
            "@mention",
            "a@b.example",
            "http://a.example/b?c=d_e_f",
            "https://x",
            "ftp://a",
            "www.example.org",
            "a|www.example.org",
            "`@a`|@b",
            "#12",
            "a#1",
            "GH-7",
            "mailto:a@b.example",
            "fe80::a:b",
            "2001:db8::1",
            ":smile:",
            "12:34:56",
            "0123abc",
            "$a$ b$",
            "x^2^ H~2~O",
            "\"a\" 'b'",
            "a -- b --- c",
            "wait...",
            "---",
            "- a",
            "+ a",
            "1. a",
            "a. b",
            "> a",
            "{#id .class}",
            "%a",
            ": a",
            "===",
            "| a |",
            "  blanks ",
            "日本 ５|＃",
            r"a\u{a}b",
            "\u{a0}a\u{a0}",
            "",
            "[ ] a",
            "- [x] a",
            "\\@\\`|a@b",
        ] {
            stays(text);
        }
    }

    #[test]
    fn plain_text_stays_as_it_is() {
        for text in [
            "office.pcapng",
            "10.20.0.1",
            "1,234",
            "26.68",
            "1.2 MB",
            "2026-11-23 21:07:16",
            "netbios-ns",
            "tcp/443",
            "time (UTC)",
        ] {
            assert_eq!(escaped(text), text);
        }
        assert_eq!(escaped("a fe80::1:2 b"), "a `fe80::1:2` b");
    }

    /// Pieces that mean something to some reader of Markdown, and any characters.
    fn any_text() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "|", "\\", "`", "``", "*", "_", "~", "#", "@", "<", ">", "[", "]", "(", ")", "!", "&", "&lt;", "$", "^", "{", "}",
            ":", "-", "--", "...", " ", "  ", "www.", "http://", "a@b.c", ":a:", "#1", "\"", "'", "=", "+", "1.", "a", "B2",
            "日", "//", "GH-1", "%", "/",
        ];
        let piece = prop_oneof![4 => proptest::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC".prop_map(|c| c)];
        proptest::collection::vec(piece, 0..12).prop_map(|pieces| crate::untrusted::clean(&pieces.concat()).into_owned())
    }

    proptest! {
        #[test]
        fn any_text_stays_text(text in any_text()) {
            stays(&text);
        }
    }
}
