//! `book`: pages of the book of ports, as `portolan services` shows them.

use super::table::{Cell, Column, Row, Table};
use crate::service::Category;
use crate::service::book::{Page, PortRange};

const COLUMNS: &[Column] = &[
    Column::always("transport"),
    Column::always("port"),
    Column::with_room("range", 4),
    Column::always("service"),
    Column::with_room("iana_name", 3),
    Column::with_room("name_source", 2),
    Column::always("category"),
    Column::with_room("rank", 5),
    Column::with_room("host", 1),
    Column::always("description").with_enough(50),
    Column::in_data("document"),
];

/// The table of these pages.
pub fn book<'a>(pages: &[Page<'a>]) -> Table<'a> {
    Table::stored("book", COLUMNS, pages.iter().map(row).collect())
}

fn row<'a>(page: &Page<'a>) -> Row<'a> {
    let (first, last) = (*page.ports.start(), *page.ports.end());
    let port = if first == last { Cell::Number(u64::from(first)) } else { Cell::text(format!("{first}-{last}")) };
    vec![
        Cell::text(page.transport.name()),
        port,
        Cell::text(PortRange::from_port(first).name()),
        Cell::text(page.entry.map_or(Category::Unassigned.name(), |entry| &entry.name)),
        Cell::text_or_empty(page.iana.map_or("", |iana| iana.name)),
        Cell::text(page.entry.map_or("none", |entry| entry.source.name())),
        Cell::text(page.entry.map_or(Category::Unassigned, |entry| entry.category).name()),
        Cell::Decimal { value: i128::from(page.rank), digits: 0 },
        page.network().map_or(Cell::Empty, Cell::text),
        Cell::text_or_empty(page.sentence()),
        Cell::text_or_empty(page.document()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Registry;
    use crate::service::book::{Book, PortQuery};

    #[test]
    fn a_port_that_nobody_knows_is_a_row_that_says_so() {
        let registry = Registry::shared();
        let pages = Book::open(&registry).answer(&PortQuery::parse("tcp/60999").unwrap());
        let table = book(&pages);
        let row = table.rows().next().unwrap().into_owned();
        let texts = ["tcp", "unassigned", "none", "unassigned"].map(Cell::text);
        assert_eq!([row[0].clone(), row[3].clone(), row[5].clone(), row[6].clone()], texts);
        assert_eq!((row[1].clone(), row[7].clone()), (Cell::Number(60999), Cell::Decimal { value: -1, digits: 0 }));
        assert_eq!([row[4].clone(), row[8].clone(), row[9].clone()], [Cell::Empty, Cell::Empty, Cell::Empty]);
    }
}
