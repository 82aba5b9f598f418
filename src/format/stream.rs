//! Large tables as text, row by row: the threads of a table share the work, the text is in order, and is never held as a whole.

use std::io;
use std::ops::Range;

use crate::report::{Table, Value};
use crate::support::parallel;

/// Writes all rows as text, then the total. `append_row` appends the text of a row; `write` receives the text of several rows at
/// a time, in order.
pub fn write_rows(
    table: &Table<'_>,
    append_row: impl Fn(&[Value<'_>], &mut Vec<u8>) -> io::Result<()> + Sync,
    write: impl FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let append_rows = |numbers: Range<usize>, text: &mut Vec<u8>| {
        let mut result = Ok(());
        table.visit_with_words(numbers, |row| {
            if result.is_ok() {
                result = append_row(row, text);
            }
        });
        result
    };
    let len = table.len() + usize::from(table.has_total());
    parallel::in_order((len, table.cost_of(table.len())), table.threads, append_rows, write)
}
