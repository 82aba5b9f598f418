//! Text for people in titles, paragraphs and entries, wrapped to the width of the terminal.

use std::io::{self, Write};

use super::terminal::{View, emphasised};
use super::wrap::write_hanging;
use crate::untrusted::clean;

/// Columns in front of a paragraph.
const INDENT: usize = 2;

/// An output for prose, with the view that it is written for. Text is cleaned of control characters.
pub struct Prose<'o, W: ?Sized> {
    pub view: View,
    output: &'o mut W,
}

impl<'o, W: Write + ?Sized> Prose<'o, W> {
    pub fn new(view: View, output: &'o mut W) -> Prose<'o, W> {
        Prose { view, output }
    }

    /// Writes a line that stands out.
    pub fn title(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.output, "{}", emphasised(&clean(text), self.view))
    }

    /// Writes an empty line and a title.
    pub fn heading(&mut self, text: &str) -> io::Result<()> {
        self.empty_line()?;
        self.title(text)
    }

    pub fn empty_line(&mut self) -> io::Result<()> {
        writeln!(self.output)
    }

    pub fn paragraph(&mut self, text: &str) -> io::Result<()> {
        self.entry("", INDENT, text)
    }

    pub fn paragraphs(&mut self, texts: impl IntoIterator<Item = String>) -> io::Result<()> {
        texts.into_iter().try_for_each(|text| self.paragraph(&text))
    }

    /// Writes a paragraph that stands `indent` places from the left, with `head` before its first line.
    pub fn entry(&mut self, head: &str, indent: usize, text: &str) -> io::Result<()> {
        write_hanging(head, indent, &clean(text), self.view.width, self.output)
    }

    /// Writes a line for copying, which is never broken.
    #[cfg(feature = "live")]
    pub fn verbatim(&mut self, indent: usize, text: &str) -> io::Result<()> {
        writeln!(self.output, "{}{}", " ".repeat(indent), clean(text))
    }
}
