//! `servers`: which machine serves what. One address can run many servers; one service can run on several machines. A port that
//! refused everybody or never answered is no server, and has a row only if it was asked for.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::names;
use super::table::{Cell, Column, Table};
use crate::analysis::Analysis;
use crate::parallel;
use crate::service::Reply;
use crate::tally::flows::{Role, ServerKey, ServerSum, Servers, in_order};

const COLUMNS: &[Column] = &[
    Column::always("server_ip"),
    Column::always("transport"),
    Column::always("server_port"),
    Column::always("service"),
    Column::with_room("category", 5),
    Column::with_room("clients", 1),
    Column::with_room("flows", 3).adding_up(),
    Column::always("packets").adding_up(),
    Column::with_room("wire_bytes", 2).adding_up(),
    Column::with_room("evidence", 4),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
    Column::with_room("role", 7),
    Column::with_room("outcome", 6),
    Column::with_room("evidence_detail", 8),
];

pub fn table(analysis: &Analysis) -> Table<'_> {
    let registry = &analysis.registry;
    let servers = sums(analysis);
    // By address, then port: what one machine runs stands together.
    let mut rows = in_order(&servers.each);
    rows.retain(|(_, sum)| sum.shows_server || analysis.closed_ports);
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
            Cell::text(sum.evidence.code()),
            Cell::time(sum.span.first),
            Cell::time(sum.span.last),
            key.map_or(Cell::Empty, |key| Cell::text(role(&key, sum).name())),
            sum.reply.filter(|_| key.is_some()).map_or(Cell::Empty, |reply| Cell::text(reply.name())),
            Cell::compared(sum.evidence.compared()),
        ]
    });
    Table::stored("servers", COLUMNS, rows.collect())
}

fn role(key: &ServerKey, sum: &ServerSum) -> Role {
    Role::of(key.host, sum.addressed_as_group, sum.reply == Some(Reply::Answered))
}

/// The sum of each server. Those that show themselves in no flow are left out from the beginning: a scan has more closed doors
/// than there is memory for.
fn sums(analysis: &Analysis) -> Servers {
    if analysis.closed_ports {
        return analysis.sum();
    }
    let shown = |number: usize| {
        let (flow, verdict) = (analysis.flows.get(number), &analysis.verdicts[number]);
        ServerKey::of(flow, verdict).filter(|_| verdict.shows_server())
    };
    let parts = parallel::parts(analysis.flows.len(), analysis.threads, |part| part.filter_map(shown).collect::<Vec<_>>());
    let of_ended = analysis.ended.iter().flat_map(|ended| &ended.sums.servers.each).filter(|(_, sum)| sum.shows_server);
    let open: HashSet<ServerKey, RandomState> = parts.into_iter().flatten().chain(of_ended.map(|(key, _)| *key)).collect();
    analysis.sum_where(|flow, verdict| ServerKey::of(flow, verdict).is_some_and(|key| open.contains(&key)))
}
