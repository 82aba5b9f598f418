//! A comparison for people: what is different in a sentence, the sides, and the tables.

use std::io::{self, Write};

use super::terminal::{self, View};
use super::wrap::write_hanging;
use crate::compare::Comparison;
use crate::report::Table;

/// Writes a comparison: all rows, or only those that are worth showing. A table without such rows is left out.
pub fn write(comparison: &Comparison, shows_all: bool, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let paragraph = |text: &str, output: &mut _| write_hanging("", 0, text, view.width, output);
    paragraph(&view.messages.comparison(&comparison.summary()), output)?;
    writeln!(output)?;
    terminal::write(&comparison.sides_table(), View { top: Some(0), ..view }, output)?;
    let tables: Vec<Table<'_>> = comparison.tables_for_people(shows_all).collect();
    tables.iter().filter(|table| !table.is_empty()).try_for_each(|table| terminal::write(table, view, output))?;
    let hidden = comparison.tables.iter().zip(&tables).map(|(all, shown)| (all.name(), all.rows().len() - shown.len()));
    let hidden: Vec<_> = hidden.filter(|(_, rows)| *rows > 0).collect();
    if hidden.is_empty() {
        return Ok(());
    }
    paragraph(&view.messages.unchanged_rows(&hidden, comparison.threshold), output)
}
