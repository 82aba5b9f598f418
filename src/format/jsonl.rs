//! A table as JSON lines (<https://jsonlines.org>): each row is a JSON object on a line of its own, with the keys of the columns.

use std::io::{self, Write};

use super::formats::{Format, Layout};
use super::json::append_object;
use super::stream::write_rows;
use crate::report::{Table, Value};

/// The format.
pub const FORMAT: Format = Format {
    name: "jsonl",
    option: "--jsonl",
    title: "JSON lines (one object per row)",
    layout: Layout::EachTable(|table, output| write(table, output)),
    is_binary: false,
};

/// Writes one table, and its total as the last line if there is one. A table without rows is empty output.
pub fn write(table: &Table<'_>, mut output: impl Write) -> io::Result<()> {
    let append_row = |row: &[Value<'_>], text: &mut Vec<u8>| {
        append_object(&table.fields, row, text)?;
        text.push(b'\n');
        Ok(())
    };
    write_rows(table, append_row, |rows| output.write_all(rows))?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Column, Kind, Record, Rows, TableId};

    struct Sent(Option<&'static str>, u64);

    impl Record for Sent {
        type Row<'a> = Sent;
        const ID: TableId = TableId::Other("sent");
        const COLUMNS: &'static [Column<Self>] = &[
            Column::<Self>::key("name", Kind::Untrusted, |row| Value::untrusted(row.0)).or_word("total"),
            Column::measure("packets", Kind::Count, |row| row.1.into()),
        ];
    }

    #[test]
    fn each_row_and_the_total_is_an_object_on_a_line() {
        let rows = vec![Sent(Some("a\n\""), 1), Sent(Some("b"), 2)];
        let table = Rows::<Sent>::stored(rows).with_total(Some(Sent(None, 3))).into();
        let mut lines = Vec::new();
        write(&table, &mut lines).unwrap();
        let expected =
            "{\"name\":\"a\\n\\\"\",\"packets\":1}\n{\"name\":\"b\",\"packets\":2}\n{\"name\":\"total\",\"packets\":3}\n";
        assert_eq!(String::from_utf8(lines).unwrap(), expected);
    }
}
