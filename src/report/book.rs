//! `book`: pages of the port table, as `portolan services` shows them.

use std::ops::RangeInclusive;

use super::column::{Column, Kind, Record};
use super::names::non_empty;
use super::rows::Rows;
use super::table::Table;
use super::table_id::TableId;
use super::value::{PortFact, Value};
use crate::service::book::{Document, Page, PortDescription, PortRange};
use crate::service::{Category, NameSource, Rank, Transport};

/// The entry of the port table for a port of a transport.
#[derive(Clone, Debug)]
pub struct BookRow<'a> {
    /// The transport.
    pub transport: Transport,
    /// The port, or several if the user has a rule for single machines.
    pub ports: RangeInclusive<u16>,
    /// The name of the service and its category; `None` if the port has no name.
    pub service: Option<(&'a str, &'a str)>,
    /// The name under which IANA has assigned the port.
    pub iana_name: Option<&'static str>,
    /// The source of the name.
    pub name_source: Option<NameSource>,
    /// The likelihood that the port is a server's.
    pub rank: Rank,
    /// The machine or network to which the page applies; all, if `None`.
    pub host: Option<String>,
    /// The purpose of the port.
    pub description: Option<PortDescription>,
    /// The document that is the source of the name.
    pub document: Option<Document>,
}

impl Record for BookRow<'static> {
    type Row<'a> = BookRow<'a>;
    const ID: TableId = TableId::Book;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("transport", Kind::Text, |row| row.transport.name().into()),
        Column::key("port", Kind::PortRange, |row| Value::PortRange(*row.ports.start(), *row.ports.end())),
        Column::attribute("range", Kind::Text, |row| PortRange::from_port(*row.ports.start()).name().into()),
        Column::attribute("service", Kind::Text, |row| row.service.map_or(Category::Unassigned.name(), |(name, _)| name).into()),
        Column::attribute("iana_name", Kind::Text, |row| row.iana_name.into()),
        Column::attribute("name_source", Kind::Text, |row| row.name_source.map_or("none", NameSource::name).into()),
        Column::attribute("category", Kind::Text, |row| {
            row.service.map_or(Category::Unassigned.name(), |(_, category)| category).into()
        }),
        Column::attribute("rank", Kind::Decimal(0), |row| Value::Decimal { value: row.rank.into(), digits: 0 }),
        Column::key("host", Kind::Text, |row| row.host.as_ref().into()),
        Column::attribute("description", Kind::PortFact, |row| row.description.as_ref().map(PortFact::Description).into()),
        Column::attribute("document", Kind::PortFact, |row| row.document.map(PortFact::Document).into()),
    ];
}

/// Creates the table of these pages.
pub fn book<'a>(pages: &[Page<'a>]) -> Table<'a> {
    Rows::<BookRow<'static>>::stored(pages.iter().map(row).collect()).into()
}

fn row<'a>(page: &Page<'a>) -> BookRow<'a> {
    BookRow {
        transport: page.transport,
        ports: page.ports.clone(),
        service: page.entry.map(|entry| &*entry.name).zip(page.category),
        iana_name: page.iana.and_then(|iana| non_empty(iana.name)),
        name_source: page.entry.map(|entry| entry.source),
        rank: page.rank,
        host: page.network(),
        description: page.description(),
        document: page.document(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::Registry;
    use crate::service::book::{Book, PortQuery};

    #[test]
    fn facts_are_not_put_into_words() {
        let registry = Registry::shared();
        let pages = Book::open(&registry).answer(&PortQuery::parse("tcp/443").unwrap());
        let description = pages[0].description().unwrap();
        book(&pages).visit(0..1, |row| {
            assert_eq!(row[9], Value::PortFact(PortFact::Description(&description)));
            assert!(matches!(row[10], Value::PortFact(PortFact::Document(_))));
        });
    }

    #[test]
    fn an_unknown_port_is_a_row_without_a_name() {
        let registry = Registry::shared();
        let pages = Book::open(&registry).answer(&PortQuery::parse("tcp/60999").unwrap());
        book(&pages).visit(0..1, |row| {
            assert_eq!([row[0], row[3], row[5], row[6]], ["tcp", "unassigned", "none", "unassigned"].map(Value::Text));
            assert_eq!((row[1], row[7]), (Value::PortRange(60999, 60999), Value::Decimal { value: -1, digits: 0 }));
            assert_eq!([row[4], row[8], row[9]], [Value::Null; 3]);
        });
    }
}
