//! A table as JSON lines (<https://jsonlines.org>): each row is a JSON object on a line of its own, with the keys of the columns.

use std::io::{self, Write};

use super::json::append_member;
use crate::summary::{Cell, Table};

/// Writes one table, and its total as the last line if it has one. A table without rows is no line.
pub fn write(table: &Table<'_>, mut output: impl Write) -> io::Result<()> {
    let append = |column: usize, cell: &Cell<'_>, text: &mut Vec<u8>| {
        text.push(if column == 0 { b'{' } else { b',' });
        append_member(table.columns[column].key, cell, text)
    };
    table.write(append, "}\n", |rows| output.write_all(rows))?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::summary::Column;

    #[test]
    fn each_row_and_the_total_is_an_object_on_a_line() {
        const COLUMNS: &[Column] = &[Column::always("name"), Column::always("packets")];
        let row = |name: &'static str, packets| vec![Cell::Outside(name.into()), Cell::Count(packets)];
        let total = Some(vec![Cell::Empty, Cell::Count(3)]);
        let table = Table::stored("t", COLUMNS, vec![row("a\n\"", 1), row("b", 2)]).with_total(total);
        let mut lines = Vec::new();
        write(&table, &mut lines).unwrap();
        let expected = "{\"name\":\"a\\n\\\"\",\"packets\":1}\n{\"name\":\"b\",\"packets\":2}\n{\"name\":null,\"packets\":3}\n";
        assert_eq!(String::from_utf8(lines).unwrap(), expected);
    }
}
