//! Sentences of documents: hand-outs and workbooks.

/// Sentences in documents, and about what has no room in them.
pub trait DocumentMessages {
    /// The title of a page about several captures.
    fn captures_title(&self, captures: usize) -> String;

    /// The title of a page about compared captures.
    fn comparison_title(&self) -> &'static str;

    /// Below a table: `shown` of `all` rows, and the number of columns without room.
    fn rows_of_table(&self, shown: usize, all: usize, left_out_columns: usize) -> String;

    /// The last line of a sheet on which `rows` further rows have no room.
    fn rows_without_room(&self, rows: u64) -> String;

    /// A table of which `rows` rows have no room on a sheet of at most `most`.
    fn rows_left_out(&self, table: &str, rows: u64, most: usize) -> String;

    /// A table of which `texts` texts are longer than a cell, which has at most `most` characters.
    fn texts_cut_short(&self, table: &str, texts: u64, most: usize) -> String;

    /// Notes on the values in a workbook.
    fn workbook_notes(&self) -> &'static [&'static str];
}
