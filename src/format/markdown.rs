//! A page for people as Markdown: sentences and tables for a hand-out, an issue tracker or a notebook.
//!
//! The page is that of GitHub Flavored Markdown (<https://github.github.com/gfm/>), which pandoc reads, too: headings, paragraphs, lists
//! and tables, without HTML. Cells have the texts of the terminal.

mod escape;

use std::io::{self, Write};
use std::ops::Range;

pub use self::escape::escaped;
use super::formats::{Format, Layout};
use super::shown_rows::{FittingColumns, Shown, ShownRows, title};
use super::terminal::View;
use crate::report::{Table, TableId};
use crate::support::parallel;
use crate::untrusted::clean;

/// The format.
pub const FORMAT: Format = Format {
    name: "markdown",
    option: "--markdown",
    title: "Markdown",
    layout: Layout::HandOut(|hand_out, tables, view, output| write(hand_out, tables, view, output)),
    is_binary: false,
};

/// The places of a page for the columns of a table: about as many as GitHub shows without a scroll bar.
pub const PAGE_WIDTH: usize = 110;
/// The most dashes below the title of a column. pandoc divides the width of a page by them.
const MAX_DASHES: usize = 60;
/// The fewest dashes: pandoc needs three.
const MIN_DASHES: usize = 3;

/// The text around the tables of a page. It may have characters from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandOut {
    /// The heading of the page. Without one, the title of its only table is the heading.
    pub title: Option<String>,
    /// The paragraphs above the tables.
    pub above: Vec<Paragraph>,
    /// The paragraphs below the tables.
    pub below: Vec<Paragraph>,
}

/// A paragraph of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Paragraph {
    /// A sentence that stands out.
    Strong(String),
    /// A sentence with a label before it.
    Labelled(&'static str, String),
    /// A sentence that begins with a word.
    Plain(String),
}

/// Writes a page. The view's width is that for the columns of a table.
pub fn write<'a>(
    hand_out: &HandOut,
    tables: impl Iterator<Item = Table<'a>>,
    view: View,
    mut output: impl Write,
) -> io::Result<()> {
    if let Some(title) = &hand_out.title {
        writeln!(output, "# {}\n", text(title))?;
    }
    hand_out.above.iter().try_for_each(|paragraph| write_paragraph(paragraph, &mut output))?;
    let level = if hand_out.title.is_some() { "##" } else { "#" };
    for table in tables {
        writeln!(output, "{level} {}\n", text(view.messages.table_title(table.id)))?;
        // The captures that are compared are few, and every letter in the other tables stands for one of them.
        let top = if table.id == TableId::Sides { Some(0) } else { view.top };
        write_table(&table, View { top, ..view }, &mut output)?;
    }
    hand_out.below.iter().try_for_each(|paragraph| write_paragraph(paragraph, &mut output))?;
    output.flush()
}

/// Text of any origin.
fn text(text: &str) -> String {
    escaped(&clean(text))
}

fn write_paragraph(paragraph: &Paragraph, output: &mut impl Write) -> io::Result<()> {
    match paragraph {
        Paragraph::Strong(sentence) => writeln!(output, "**{}**\n", text(sentence)),
        Paragraph::Labelled(label, sentence) => writeln!(output, "**{}:** {}\n", text(label), text(sentence)),
        Paragraph::Plain(sentence) => writeln!(output, "{}\n", text(sentence)),
    }
}

fn write_table(table: &Table<'_>, view: View, output: &mut impl Write) -> io::Result<()> {
    if table.is_empty() {
        return writeln!(output, "{}\n", text(view.messages.empty_table(table.id)));
    }
    let rows = ShownRows::new(table, view);
    let width = if view.wide { usize::MAX / 2 } else { view.width };
    let FittingColumns { columns, wishes, left_out } = rows.fitting_columns(width, view);
    let mut head = String::new();
    append_line(columns.iter().map(|&index| escaped(&title(table.id, &table.fields[index], view))), &mut head);
    append_line(
        columns.iter().map(|&index| {
            let dashes = "-".repeat(wishes[index].wanted().clamp(MIN_DASHES, MAX_DASHES));
            if table.fields[index].kind.is_numeric() { format!("{dashes}:") } else { dashes }
        }),
        &mut head,
    );
    output.write_all(head.as_bytes())?;
    let append = |numbers: Range<usize>, block: &mut Vec<u8>| {
        let mut lines = String::new();
        rows.each(numbers, &columns, |cells: &[Shown]| {
            append_line(columns.iter().map(|&index| escaped(&cells[index].text)), &mut lines);
        });
        block.extend_from_slice(lines.as_bytes());
        Ok(())
    };
    parallel::in_order((rows.len(), rows.cost()), table.threads, append, |lines| output.write_all(lines))?;
    let note = view.messages.rows_of_table(rows.shown, table.len(), left_out);
    writeln!(output, "\n{}\n", text(&note))?;
    if !view.legend {
        return Ok(());
    }
    let entries = rows.legend(&columns, view);
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(output, "**{}**\n", text(view.messages.legend_title()))?;
    entries.iter().try_for_each(|(head, meaning)| writeln!(output, "- **{}**: {}", text(head), text(meaning)))?;
    writeln!(output)
}

/// Appends a line of a table.
fn append_line(cells: impl Iterator<Item = String>, lines: &mut String) {
    lines.push('|');
    for cell in cells {
        lines.push(' ');
        lines.push_str(&cell);
        lines.push_str(if cell.is_empty() { "|" } else { " |" });
    }
    lines.push('\n');
}
