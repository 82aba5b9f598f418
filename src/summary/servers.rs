//! `servers`: which machine serves what. One address can run many servers; one service can run on several machines.

use super::names;
use super::table::{Cell, Column, Table};
use crate::analysis::Analysis;
use crate::tally::flows::{Servers, in_order};

const COLUMNS: &[Column] = &[
    Column::always("server_ip"),
    Column::always("transport"),
    Column::always("server_port"),
    Column::always("service"),
    Column::with_room("category", 3),
    Column::with_room("clients", 1),
    Column::with_room("flows", 2).adding_up(),
    Column::always("packets").adding_up(),
    Column::with_room("wire_bytes", 5).adding_up(),
    Column::with_room("evidence", 4),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
];

pub fn table(analysis: &Analysis) -> Table<'_> {
    let registry = &analysis.registry;
    let servers = analysis.sum::<Servers>();
    // By address, then port: what one machine runs stands together.
    let mut rows = in_order(&servers.each);
    rows.sort_by_key(|(key, _)| (key.host, key.port, key.transport));
    let others = servers.others.as_ref().map(|sum| (None, sum));
    let rows = rows.into_iter().map(|(key, sum)| (Some(key), sum)).chain(others).map(|(key, sum)| {
        vec![
            key.map_or(Cell::text(names::OTHERS), |key| Cell::Address(key.host.version.ip_addr(key.host.address))),
            key.map_or(Cell::Empty, |key| Cell::text(key.transport.name())),
            key.map_or(Cell::Empty, |key| Cell::Number(u64::from(key.port))),
            key.map_or(Cell::Empty, |_| Cell::text(names::service(registry, sum.service))),
            key.map_or(Cell::Empty, |_| Cell::text(names::category(registry, sum.service))),
            Cell::Count(sum.clients.len() as u64),
            Cell::Count(sum.flows),
            Cell::Count(sum.traffic.packets),
            Cell::Bytes(sum.traffic.wire_bytes),
            Cell::Evidence(sum.evidence),
            Cell::time(sum.span.first),
            Cell::time(sum.span.last),
        ]
    });
    Table::stored("servers", COLUMNS, rows.collect())
}
