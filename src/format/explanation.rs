//! An explanation, wrapped to the width of the page.

use std::io::{self, Write};

use super::terminal::{View, emphasised};
use super::wrap::{padded, write_hanging};
use crate::explain::Block;
use crate::untrusted::clean;

/// Columns in front of a paragraph.
const INDENT: usize = 2;
/// Columns of the key of a rung, and of what the rung did.
const RUNG_COLUMNS: [usize; 2] = [14, 9];
/// Columns in front of the sentence of a rung.
const RUNG_INDENT: usize = 28;
/// Columns in front of the meaning of a flag.
const FLAG_INDENT: usize = 21;

/// Writes it. All headings but the first have an empty line above.
pub fn write(items: &[Block], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    for (index, item) in items.iter().enumerate() {
        match item {
            Block::Heading(text) => {
                if index > 0 {
                    writeln!(output)?;
                }
                writeln!(output, "{}", emphasised(&clean(text), view))?;
            }
            Block::Paragraph(text) => write_hanging("", INDENT, &clean(text), view.width, output)?,
            Block::Rung { code, state, sentence } => {
                let [code_columns, state_columns] = RUNG_COLUMNS;
                let head = format!("  {} {}", padded(code, code_columns), padded(state, state_columns));
                write_hanging(&head, RUNG_INDENT, &clean(sentence), view.width, output)?;
            }
            Block::Flag { code, meaning } => {
                write_hanging(&format!("  {code}"), FLAG_INDENT, meaning, view.width, output)?;
            }
        }
    }
    Ok(())
}
