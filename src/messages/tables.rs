//! Titles of tables and columns, and texts in place of rows and columns.

use crate::report::TableName;

/// A table with a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TitledTable {
    /// A table of an analysis.
    Analysis(TableName),
    /// The interfaces of this computer.
    Interfaces,
    /// The book of ports.
    Book,
    /// The flows that a user may have meant.
    Candidates,
}

impl TitledTable {
    /// The table with that key.
    pub fn from_key(key: &str) -> Option<TitledTable> {
        match key {
            "interfaces" => Some(TitledTable::Interfaces),
            "book" => Some(TitledTable::Book),
            "candidates" => Some(TitledTable::Candidates),
            key => TableName::from_key(key).map(TitledTable::Analysis),
        }
    }
}

/// Words of tables on the terminal.
pub trait TableMessages {
    /// A table's heading.
    fn table_title(&self, table: TitledTable) -> &'static str;

    /// The line in place of a table without rows.
    fn empty_table(&self, table: TitledTable) -> &'static str;

    /// A column's title: its key, where that is a good title already.
    fn column_title(&self, table: TitledTable, key: &'static str) -> &'static str;

    /// Appends a number of things as people read it.
    fn append_count(&self, number: u64, text: &mut String);

    /// Appends a number of bytes as people read it, rounded to a unit.
    fn append_bytes(&self, number: u64, text: &mut String);

    /// The row that stands for the rows not shown.
    fn others(&self, number: usize) -> String;

    /// The note after a table's title that counts the columns without room and names the option that shows them.
    fn left_out_columns(&self, number: usize) -> String;
}
