//! `services`: what the traffic was for, one row per service and transport. What scans tried in vain is no service: each scan has
//! one row.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::table::{Cell, Column, Row, Table, outcome_cells, traffic_cells};
use super::{names, scans};
use crate::analysis::Decided;
use crate::flow::Flow;
use crate::service::{Category, Transport, Verdict};
use crate::tally::flows::{ServiceSum, Services, Sum};

const COLUMNS: &[Column] = &[
    Column::with_room("category", 2),
    // Room for a scan, which is told in words.
    Column::always("service").with_enough(40),
    Column::always("transport"),
    Column::always("ports"),
    Column::with_room("flows", 1).adding_up(),
    Column::always("packets").adding_up(),
    Column::with_room("packets_pct", 3).adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::with_room("wire_bytes_pct", 7).adding_up(),
    Column::in_data("ip_bytes").adding_up(),
    Column::in_data("payload_bytes").adding_up(),
    Column::in_data("packets_c2s").adding_up(),
    Column::in_data("packets_s2c").adding_up(),
    Column::in_data("wire_bytes_c2s").adding_up(),
    Column::in_data("wire_bytes_s2c").adding_up(),
    Column::with_room("clients", 6),
    Column::with_room("servers", 5),
    Column::with_room("attempted", 11).adding_up(),
    Column::with_room("established", 8).adding_up(),
    Column::with_room("refused", 9).adding_up(),
    Column::with_room("reset", 12).adding_up(),
    Column::with_room("midstream", 10).adding_up(),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
    Column::with_room("outcome", 4),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let registry = &analysis.registry;
    // Several entries of the book can stand for one service: a row is what has one name.
    let mut sums: BTreeMap<Name<'_>, ServiceSum> = BTreeMap::new();
    let is_of_service = |flow: &Flow, verdict: &Verdict| !analysis.is_closed_to_scan(flow, verdict);
    // Without scans, which is mostly so, nobody has to be asked.
    let services = if analysis.scans.is_empty() { analysis.sum() } else { analysis.sum_where::<Services>(is_of_service) };
    for ((service, transport), sum) in services.0 {
        let name = (names::service(registry, service).into(), names::category(registry, service), transport);
        add(&mut sums, name, sum);
    }
    for (scanner, name, sum) in scans::named(analysis) {
        add(&mut sums, (name.into(), Category::Scan.name(), scanner.transport), sum.closed);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, sum)| Reverse(sum.traffic().packets));
    Table::stored("services", COLUMNS, sums.into_iter().map(|(name, sum)| row(analysis, name, &sum)).collect())
}

/// What a row is about: the name of a service or scan, its category, and the transport.
type Name<'a> = (Cow<'a, str>, &'static str, Transport);

fn add<'a>(sums: &mut BTreeMap<Name<'a>, ServiceSum>, name: Name<'a>, sum: ServiceSum) {
    match sums.entry(name) {
        Entry::Vacant(place) => {
            place.insert(sum);
        }
        Entry::Occupied(mine) => mine.into_mut().merge(&sum),
    }
}

fn row<'a>(analysis: &'a Decided<'a>, (name, category, transport): Name<'a>, sum: &ServiceSum) -> Row<'a> {
    let mut row = vec![
        Cell::text(category),
        Cell::text(name),
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
    row.push(sum.reply.map_or(Cell::Empty, |reply| Cell::text(reply.name())));
    row
}
