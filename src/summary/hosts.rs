//! `hosts`: what each address sent and received, what it serves and what it uses.

use super::names;
use super::table::{Cell, Column, Row, Table};
use crate::analysis::Decided;
use crate::tally::HostFlows;
use crate::tally::flows::{Host, HostSum, Role};

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

pub fn table<'a>(analysis: &'a Decided<'a>) -> Table<'a> {
    let decided = analysis.decided();
    let hosts = HostFlows::of(decided);
    let others = decided.ended.and_then(|ended| ended.hosts.others.as_ref());
    let (len, work) = (hosts.len() + usize::from(others.is_some()), hosts.members());
    let show_row = move |number: usize, show: &mut dyn FnMut(&Cell<'a>)| {
        let cells = match (hosts.sum(number, decided), others) {
            (Some((host, sum)), _) => row(analysis, Some(host), &sum),
            (None, Some(sum)) => row(analysis, None, sum),
            (None, None) => return,
        };
        cells.iter().for_each(show);
    };
    Table::made("hosts", COLUMNS, len, show_row).with_work(work).with_sum(move || {
        let [sent, received] = HostFlows::whole(decided);
        [
            ("packets_sent", Cell::Count(sent.packets)),
            ("packets_received", Cell::Count(received.packets)),
            ("wire_bytes_sent", Cell::Bytes(sent.wire_bytes)),
            ("wire_bytes_received", Cell::Bytes(received.wire_bytes)),
        ]
    })
}

/// The row of a host, or of all that have none of their own.
fn row<'a>(analysis: &'a Decided<'a>, host: Option<Host>, sum: &HostSum) -> Row<'a> {
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
