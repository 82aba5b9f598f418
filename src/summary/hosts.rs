//! `hosts`: what each address sent and received, what it serves and what it uses.

use std::cmp::Reverse;

use super::names;
use super::table::{Cell, Column, Table};
use crate::analysis::Analysis;
use crate::tally::flows::{Hosts, in_order};

const COLUMNS: &[Column] = &[
    Column::always("address"),
    Column::with_room("name", 6),
    Column::always("packets_sent").adding_up(),
    Column::always("packets_received").adding_up(),
    Column::with_room("wire_bytes_sent", 4).adding_up(),
    Column::with_room("wire_bytes_received", 5).adding_up(),
    Column::with_room("peers", 3),
    Column::with_room("serves", 1),
    Column::with_room("uses", 2),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
];

pub fn table(analysis: &Analysis) -> Table<'_> {
    let registry = &analysis.registry;
    let hosts = analysis.sum::<Hosts>();
    let mut rows = in_order(&hosts.each);
    rows.sort_by_key(|(_, sum)| Reverse(sum.sent.packets + sum.received.packets));
    let each = rows.into_iter().map(|(host, sum)| (Some(host.version.ip_addr(host.address)), sum));
    let rows = each.chain(hosts.others.as_ref().map(|sum| (None, sum))).map(|(address, sum)| {
        let name = address.and_then(|address| analysis.names.get(&address));
        vec![
            address.map_or(Cell::text(names::OTHERS), Cell::Address),
            name.map_or(Cell::Empty, |name| Cell::Outside(name.into())),
            Cell::Count(sum.sent.packets),
            Cell::Count(sum.received.packets),
            Cell::Bytes(sum.sent.wire_bytes),
            Cell::Bytes(sum.received.wire_bytes),
            Cell::Count(sum.peers.len() as u64),
            names::services(registry, sum.serves.iter().copied()),
            names::services(registry, sum.uses.iter().copied()),
            Cell::time(sum.span.first),
            Cell::time(sum.span.last),
        ]
    });
    Table::stored("hosts", COLUMNS, rows.collect())
}
