//! Titles of tables and columns, and texts in place of rows and columns.

use crate::report::TableId;

/// Words of tables on the terminal.
pub trait TableMessages {
    /// A table's heading: its key, if it is a [table of a user of the library](TableId::Other).
    fn table_title(&self, table: TableId) -> &'static str;

    /// The line in place of a table without rows.
    fn empty_table(&self, table: TableId) -> &'static str;

    /// A column's title: its key, where that is a good title already.
    fn column_title(&self, table: TableId, key: &'static str) -> &'static str;

    /// Appends a number of things as people read it.
    fn append_count(&self, number: u64, text: &mut String);

    /// Appends a number of bytes as people read it, rounded to a unit.
    fn append_bytes(&self, number: u64, text: &mut String);

    /// The row that stands for the rows not shown.
    fn others(&self, number: usize) -> String;

    /// The note after a table's title that counts the columns without room and names the option that shows them.
    fn left_out_columns(&self, number: usize) -> String;
}
