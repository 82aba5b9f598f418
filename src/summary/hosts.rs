//! `hosts`: what each address sent and received, what it serves and what it uses.

use std::cmp::Reverse;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use super::names;
use super::table::{Cell, Column, Row, Table};
use crate::analysis::Analysis;
use crate::parallel;
use crate::tally::Room;
use crate::tally::flows::{Host, HostSum, Hosts, Role};

const COLUMNS: &[Column] = &[
    Column::always("address"),
    Column::with_room("name", 0),
    Column::always("packets_sent").adding_up(),
    Column::always("packets_received").adding_up(),
    Column::with_room("wire_bytes_sent", 3).adding_up(),
    Column::with_room("wire_bytes_received", 3).adding_up(),
    Column::with_room("peers", 4),
    Column::with_room("serves", 2),
    Column::with_room("uses", 5),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
    Column::with_room("role", 6),
];

pub fn table(analysis: &Analysis) -> Table<'_> {
    let mut rows: Vec<(Option<Host>, HostSum)> = sums(analysis).into_iter().map(|(host, sum)| (Some(host), sum)).collect();
    rows.sort_unstable_by_key(|(host, sum)| (Reverse(sum.sent.packets + sum.received.packets), *host));
    let others = analysis.ended.as_ref().and_then(|ended| ended.sums.hosts.others.clone());
    rows.extend(others.map(|sum| (None, sum)));
    Table::made("hosts", COLUMNS, rows.len(), move |number, show| row(analysis, &rows[number]).iter().for_each(show))
}

/// The sum of each host, in any order. Threads share the hosts and not the flows: nearly every host has flows everywhere,
/// and putting its sums together would take longer than to look at all flows once more.
fn sums(analysis: &Analysis) -> Vec<(Host, HostSum)> {
    let state = RandomState::default();
    let shares = parallel::shares(analysis.flows.len(), analysis.threads, |share, of| {
        let is_wanted = |host: &Host| state.hash_one(host) as usize % of == share;
        let mut hosts = Hosts::default();
        if let Some(ended) = &analysis.ended {
            let wanted = ended.sums.hosts.each.iter().filter(|(host, _)| is_wanted(host));
            hosts.each.extend(wanted.map(|(host, sum)| (*host, sum.clone())));
        }
        for (flow, verdict) in analysis.flows.iter().zip(analysis.verdicts.iter()) {
            hosts.add_to(is_wanted, flow, verdict, &mut Room::unlimited());
        }
        hosts.each
    });
    shares.into_iter().flatten().collect()
}

/// The row of a host, or of all that have none of their own.
fn row<'a>(analysis: &'a Analysis, (host, sum): &(Option<Host>, HostSum)) -> Row<'a> {
    let address = host.map(|host| host.version.ip_addr(host.address));
    let role = host.map(|host| Role::of(host, sum.addressed_as_group, sum.sent.packets > 0));
    // What is no machine has no name, whatever a name server says.
    let name = address.filter(|_| role != Some(Role::Group)).and_then(|address| analysis.names.get(&address));
    vec![
        address.map_or(Cell::text(names::OTHERS), Cell::Address),
        name.map_or(Cell::Empty, |name| Cell::Outside(name.into())),
        Cell::Count(sum.sent.packets),
        Cell::Count(sum.received.packets),
        Cell::Bytes(sum.sent.wire_bytes),
        Cell::Bytes(sum.received.wire_bytes),
        Cell::Count(sum.peers.len() as u64),
        names::services(&analysis.registry, sum.serves.iter().copied()),
        names::services(&analysis.registry, sum.uses.iter().copied()),
        Cell::time(sum.span.first),
        Cell::time(sum.span.last),
        role.map_or(Cell::Empty, |role| Cell::text(role.name())),
    ]
}
