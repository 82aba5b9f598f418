//! Documents.

use super::English;
use super::numbers::{grouped, number_of};
use crate::messages::DocumentMessages;

impl DocumentMessages for English {
    fn captures_title(&self, captures: usize) -> String {
        number_of(captures as u64, "capture", "captures")
    }

    fn comparison_title(&self) -> &'static str {
        "Captures compared"
    }

    fn rows_of_table(&self, shown: usize, all: usize, left_out_columns: usize) -> String {
        let rows = match all - shown {
            0 => format!("{} in all", number_of(all as u64, "row", "rows")),
            _ => format!(
                "{} of {}; the rest is summed up in one row (-n 0 shows all)",
                grouped(shown as u64),
                number_of(all as u64, "row", "rows")
            ),
        };
        match left_out_columns {
            0 => rows,
            columns => {
                let are = if columns == 1 { "is" } else { "are" };
                format!("{rows}; {} {are} left out (--wide shows all)", number_of(columns as u64, "column", "columns"))
            }
        }
    }

    fn rows_without_room(&self, rows: u64) -> String {
        format!("{} left out: the sheet has no more room", number_of(rows, "row is", "rows are"))
    }

    fn rows_left_out(&self, table: &str, rows: u64, most: usize) -> String {
        let are = if rows == 1 { "is" } else { "are" };
        format!(
            "{} of the table {table} {are} left out of the workbook, because a sheet has room for at most {} rows; CSV and JSON have all",
            number_of(rows, "row", "rows"),
            grouped(most as u64)
        )
    }

    fn texts_cut_short(&self, table: &str, texts: u64, most: usize) -> String {
        let are = if texts == 1 { "is" } else { "are" };
        format!(
            "{} in the table {table} of the workbook {are} cut short, because a cell has room for at most {} characters; CSV and JSON \
             have all",
            number_of(texts, "text", "texts"),
            grouped(most as u64)
        )
    }

    fn workbook_notes(&self) -> &'static [&'static str] {
        &[
            "Times are in UTC. A spreadsheet keeps them to about a microsecond and shows milliseconds; CSV and JSON have nanoseconds.",
            "Whole numbers above 9,007,199,254,740,992 are text, because a spreadsheet would round them, and so are times before March 1900.",
            "portolan explain COLUMN says what a column means.",
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_says_how_much_of_it_is_shown() {
        assert_eq!(English.rows_of_table(1, 1, 0), "1 row in all");
        assert_eq!(
            English.rows_of_table(50, 1327, 1),
            "50 of 1,327 rows; the rest is summed up in one row (-n 0 shows all); 1 column is left out (--wide shows all)"
        );
    }

    #[test]
    fn what_has_no_room_is_counted() {
        assert_eq!(English.rows_without_room(1), "1 row is left out: the sheet has no more room");
        assert_eq!(
            English.rows_left_out("flows", 2000, 1_048_576),
            "2,000 rows of the table flows are left out of the workbook, because a sheet has room for at most 1,048,576 rows; CSV and \
             JSON have all"
        );
    }
}
