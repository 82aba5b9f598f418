//! A comparison for people: what is different in a sentence, the sides, and the tables.

use std::io::{self, Write};

use super::terminal::{self, View};
use super::wrap::write_hanging;
use crate::compare::Comparison;
use crate::messages::Messages;
use crate::report::Arrangement;

/// Writes a comparison, its tables arranged: all rows, or only those that are worth showing. A table without such rows is left out, and
/// so is one without any of the chosen columns. The table of the sides stays as it is.
pub fn write(
    comparison: &Comparison,
    shows_all: bool,
    arrangement: &Arrangement,
    view: View,
    output: &mut (impl Write + ?Sized),
) -> io::Result<()> {
    let paragraph = |text: &str, output: &mut _| write_hanging("", 0, text, view.width, output);
    paragraph(&view.messages.comparison(&comparison.summary()), output)?;
    writeln!(output)?;
    terminal::write(&comparison.sides_table(), View { top: Some(0), ..view }, output)?;
    let mut tables =
        comparison.tables_for_people(shows_all, arrangement).filter(|table| !table.fields.is_empty() && !table.is_empty());
    tables.try_for_each(|table| terminal::write(&table, view, output))?;
    match unchanged_rows(comparison, shows_all, arrangement, view.messages) {
        Some(sentence) => paragraph(&sentence, output),
        None => Ok(()),
    }
}

/// The sentence about the rows that are not worth showing; `None` if there are none.
pub fn unchanged_rows(
    comparison: &Comparison,
    shows_all: bool,
    arrangement: &Arrangement,
    messages: &dyn Messages,
) -> Option<String> {
    let tables = comparison.tables.iter().zip(comparison.tables_for_people(shows_all, arrangement));
    let hidden =
        tables.filter(|(_, table)| !table.fields.is_empty()).map(|(all, shown)| (all.name(), all.rows().len() - shown.len()));
    let hidden: Vec<_> = hidden.filter(|(_, rows)| *rows > 0).collect();
    (!hidden.is_empty()).then(|| messages.unchanged_rows(&hidden, comparison.threshold))
}
