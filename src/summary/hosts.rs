//! `hosts`: what each address sent and received, what it serves and what it uses.

use std::cmp::Reverse;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::names;
use super::table::{Cell, Column, Row, Table};
use crate::analysis::Analysis;
use crate::parallel;
use crate::tally::flows::{Host, HostSum, Hosts};

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
    let mut rows = sums(analysis);
    rows.sort_unstable_by_key(|(host, sum)| (Reverse(sum.sent.packets + sum.received.packets), *host));
    Table::made("hosts", COLUMNS, rows.len(), move |number| row(analysis, &rows[number]))
}

/// The sum of each host, in any order. Threads share the hosts and not the flows: nearly every host has flows everywhere,
/// and putting its sums together would take longer than to look at all flows once more.
fn sums(analysis: &Analysis) -> Vec<(Host, HostSum)> {
    let state = RandomState::default();
    let shares = parallel::shares(analysis.flows.len(), analysis.threads, |share, of| {
        let mut hosts = Hosts::default();
        for (flow, verdict) in analysis.flows.iter().zip(&analysis.verdicts) {
            hosts.add_to(|host| state.hash_one(host) as usize % of == share, flow, verdict);
        }
        hosts.0
    });
    shares.into_iter().flatten().collect()
}

fn row<'a>(analysis: &'a Analysis, (host, sum): &(Host, HostSum)) -> Row<'a> {
    let address = host.version.ip_addr(host.address);
    vec![
        Cell::Address(address),
        analysis.names.get(&address).map_or(Cell::Empty, |name| Cell::Outside(name.into())),
        Cell::Count(sum.sent.packets),
        Cell::Count(sum.received.packets),
        Cell::Bytes(sum.sent.wire_bytes),
        Cell::Bytes(sum.received.wire_bytes),
        Cell::Count(sum.peers.len() as u64),
        names::services(&analysis.registry, sum.serves.iter().copied()),
        names::services(&analysis.registry, sum.uses.iter().copied()),
        Cell::time(sum.span.first),
        Cell::time(sum.span.last),
    ]
}
