//! Sentences for people, a line each, wrapped to the width of the page.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::terminal::{View, emphasised};
use crate::explain::Line;
use crate::text;

/// Writes lines; those with no indent are headings.
pub fn write(lines: &[Line], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    for Line { text, indent } in lines {
        let text = text::clean(text);
        if *indent == 0 {
            writeln!(output, "{}", emphasised(&text, view))?;
        } else {
            wrapped(&text, *indent, view.width).iter().try_for_each(|line| writeln!(output, "{line}"))?;
        }
    }
    Ok(())
}

/// The text in lines of at most `width` columns, all but the first one indented. A word that is too long stays whole, and so
/// does all that stands in front of the indent.
pub fn wrapped(text: &str, indent: usize, width: usize) -> Vec<String> {
    let (head, rest) = text.split_at_checked(indent).unwrap_or(("", text));
    let mut lines = vec![head.to_owned()];
    let mut is_empty = true;
    for word in rest.split(' ') {
        let line = lines.last_mut().map_or("", |line| line.as_str());
        if !is_empty && line.width() + 1 + word.width() > width {
            lines.push(" ".repeat(indent));
            is_empty = true;
        }
        if let Some(line) = lines.last_mut() {
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
        }
        is_empty = false;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_sentences_go_on_below_their_own_beginning() {
        assert_eq!(wrapped("  key  one two three", 7, 14), ["  key  one two", "       three"]);
        assert_eq!(wrapped("  key  one two three", 7, 1000), ["  key  one two three"]);
        assert_eq!(wrapped("  averyverylongword it", 2, 8), ["  averyverylongword", "  it"]);
    }
}
