//! `services`: what the traffic was for, one row per service and transport.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::names;
use super::table::{Cell, Column, Row, Table, outcome_cells, traffic_cells};
use crate::analysis::Analysis;
use crate::service::{Service, Transport};
use crate::tally::flows::{ServiceSum, Services, Sum};

const COLUMNS: &[Column] = &[
    Column::with_room("category", 2),
    Column::always("service"),
    Column::always("transport"),
    Column::always("ports"),
    Column::with_room("flows", 1).adding_up(),
    Column::always("packets").adding_up(),
    Column::with_room("packets_pct", 3).adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::with_room("wire_bytes_pct", 6).adding_up(),
    Column::in_data("ip_bytes").adding_up(),
    Column::in_data("payload_bytes").adding_up(),
    Column::in_data("packets_c2s").adding_up(),
    Column::in_data("packets_s2c").adding_up(),
    Column::in_data("wire_bytes_c2s").adding_up(),
    Column::in_data("wire_bytes_s2c").adding_up(),
    Column::with_room("clients", 5),
    Column::with_room("servers", 4),
    Column::with_room("attempted", 10).adding_up(),
    Column::with_room("established", 7).adding_up(),
    Column::with_room("refused", 8).adding_up(),
    Column::with_room("reset", 11).adding_up(),
    Column::with_room("midstream", 9).adding_up(),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
];

pub fn table(analysis: &Analysis) -> Table<'_> {
    let registry = &analysis.registry;
    // Several entries of the book can stand for one service: a row is what has one name.
    let mut sums: BTreeMap<(&str, &str, Transport), (Service, ServiceSum)> = BTreeMap::new();
    for ((service, transport), sum) in analysis.sum::<Services>().0 {
        let name = (names::service(registry, service), names::category(registry, service), transport);
        match sums.entry(name) {
            Entry::Vacant(place) => {
                place.insert((service, sum));
            }
            Entry::Occupied(mine) => mine.into_mut().1.merge(&sum),
        }
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (_, sum))| Reverse(sum.traffic().packets));
    let rows = sums.iter().map(|((.., transport), (service, sum))| row(analysis, *service, *transport, sum)).collect();
    Table::stored("services", COLUMNS, rows)
}

fn row<'a>(analysis: &'a Analysis, service: Service, transport: Transport, sum: &ServiceSum) -> Row<'a> {
    let registry = &analysis.registry;
    let mut row = vec![
        Cell::text(names::category(registry, service)),
        Cell::text(names::service(registry, service)),
        Cell::text(transport.name()),
        names::ports(&sum.ports),
        Cell::Count(sum.flows),
    ];
    row.extend(traffic_cells(sum.traffic(), analysis.total()));
    row.extend([
        Cell::Bytes(sum.ip_bytes),
        Cell::Bytes(sum.payload_bytes),
        Cell::Count(sum.from_clients.packets),
        Cell::Count(sum.from_servers.packets),
        Cell::Bytes(sum.from_clients.wire_bytes),
        Cell::Bytes(sum.from_servers.wire_bytes),
        Cell::Count(sum.clients.len() as u64),
        Cell::Count(sum.servers.len() as u64),
    ]);
    row.extend(outcome_cells(sum.outcomes));
    row.extend([Cell::time(sum.span.first), Cell::time(sum.span.last)]);
    row
}
