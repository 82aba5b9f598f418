//! Text that stays text in Markdown, whatever it looks like.
//!
//! A backslash before a punctuation character takes its meaning away (CommonMark 0.31, section 2.4; pandoc's `all_symbols_escapable`).
//! That does not help against programs that look for links, mentions and emoji in the finished text, as GitHub does: it finds
//! `user@example.org`, `www.example.org`, `#12` and `:a:` there. Only in code spans it finds nothing, so that words with such parts
//! become code. IPv6 addresses are among them: `fe80::a:b` has the name of an emoji in it.

/// Characters with a meaning anywhere in a line, for GitHub or pandoc.
const WITH_MEANING: &str = "\\`*_{}[]<>|#~^$&!\"'@";

/// Text as Markdown that shows the same text. The text is clean: it has no line break and no control character.
pub fn escaped(text: &str) -> String {
    let blanks = |text: &str| text.len() - text.trim_start_matches(' ').len();
    let (before, trimmed) = (blanks(text), text.trim_matches(' '));
    let after = text.len() - before - trimmed.len();
    let mut markdown = String::with_capacity(text.len() + 8);
    // A cell loses the blanks at its ends, and a line those at its start.
    markdown.extend(std::iter::repeat_n("&#32;", before));
    for (number, word) in trimmed.split(' ').enumerate() {
        if number > 0 {
            markdown.push(' ');
        }
        append_word(word, &mut markdown);
    }
    markdown.extend(std::iter::repeat_n("&#32;", after));
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
