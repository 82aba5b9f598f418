//! `servers`: which machine serves what. One address can run many servers; one service can run on several machines. A port that
//! refused everybody or never answered is no server, and has a row only if it was asked for.

use std::sync::Arc;

use super::names;
use super::table::{Cell, Column, Row, Table};
use crate::analysis::Decided;
use crate::service::Reply;
use crate::tally::ServerFlows;
use crate::tally::flows::{Role, ServerKey, ServerSum};

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

pub fn table<'a>(analysis: &'a Decided<'a>) -> Table<'a> {
    let registry = &analysis.registry;
    let decided = analysis.decided();
    let servers = Arc::new(ServerFlows::of(decided, analysis.closed_ports));
    let others = decided.ended.and_then(|ended| ended.servers.others.as_ref());
    let row = move |key: Option<ServerKey>, sum: &ServerSum| {
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
    };
    let (len, work) = (servers.len() + usize::from(others.is_some()), servers.members());
    let all = Arc::clone(&servers);
    let show_row = move |number: usize, show: &mut dyn FnMut(&Cell<'a>)| {
        let cells: Row<'a> = match (servers.sum(number, decided), others) {
            (Some((key, sum)), _) => row(Some(key), &sum),
            (None, Some(sum)) => row(None, sum),
            (None, None) => return,
        };
        cells.iter().for_each(show);
    };
    Table::made("servers", COLUMNS, len, show_row).with_work(work).with_sum(move || {
        let (flows, traffic) = all.whole(decided);
        [
            ("flows", Cell::Count(flows)),
            ("packets", Cell::Count(traffic.packets)),
            ("wire_bytes", Cell::Bytes(traffic.wire_bytes)),
        ]
    })
}

fn role(key: &ServerKey, sum: &ServerSum) -> Role {
    Role::of(key.host, sum.addressed_as_group, sum.reply == Some(Reply::Answered))
}
