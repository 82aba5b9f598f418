//! `ports`: the doors that were used, by number, with the range each lies in.

use std::cmp::Reverse;

use super::names;
use super::table::{Cell, Column, Table, outcome_cells};
use crate::analysis::Decided;
use crate::service::book::PortRange;
use crate::tally::flows::{Ports, in_order};

const COLUMNS: &[Column] = &[
    Column::always("transport"),
    Column::always("port"),
    Column::with_room("range", 1),
    Column::always("service"),
    Column::with_room("category", 2),
    Column::always("packets").adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::always("flows_as_server").adding_up(),
    Column::always("flows_as_client").adding_up(),
    Column::with_room("attempted", 4).adding_up(),
    Column::with_room("established", 5).adding_up(),
    Column::with_room("refused", 3).adding_up(),
    Column::with_room("reset", 6).adding_up(),
    Column::with_room("midstream", 7).adding_up(),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let registry = &analysis.registry;
    let ports = analysis.sum::<Ports>();
    let mut rows = in_order(&ports.0);
    rows.sort_by_key(|(_, sum)| (Reverse(sum.as_server), Reverse(sum.traffic.packets)));
    let rows = rows.into_iter().map(|((transport, port), sum)| {
        let service = names::of_port(registry, transport, port);
        let mut row = vec![
            Cell::text(transport.name()),
            Cell::Number(u64::from(port)),
            Cell::text(PortRange::from_port(port).name()),
            Cell::text(names::service(registry, service)),
            Cell::text(names::category(registry, service)),
            Cell::Count(sum.traffic.packets),
            Cell::Bytes(sum.traffic.wire_bytes),
            Cell::Count(sum.as_server),
            Cell::Count(sum.as_client),
        ];
        row.extend(outcome_cells(sum.outcomes));
        row
    });
    Table::stored("ports", COLUMNS, rows.collect())
}
