//! `portless`: what has no ports, one row per protocol, ICMP by type and code, ARP by operation.

use std::cmp::Reverse;

use super::table::{Cell, Column, Row, Table, traffic_cells};
use crate::analysis::Decided;
use crate::decode::LinkProtocol;
use crate::service::protocols;
use crate::tally::{PortlessKind, PortlessRow};

const COLUMNS: &[Column] = &[
    Column::with_room("layer", 3),
    Column::always("protocol"),
    Column::with_room("number", 4),
    Column::with_room("type", 2),
    Column::with_room("code", 2),
    Column::always("name"),
    Column::always("packets").adding_up(),
    Column::with_room("packets_pct", 5).adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::in_data("wire_bytes_pct").adding_up(),
    Column::with_room("hosts", 1),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let mut rows: Vec<(PortlessKind, PortlessRow)> = analysis.tally.portless.rows().collect();
    rows.sort_unstable_by_key(|(kind, row)| (Reverse(row.traffic.packets), *kind));
    let rows = rows.into_iter().map(|(kind, row)| cells(analysis, kind, &row)).collect();
    Table::stored("portless", COLUMNS, rows)
}

fn cells<'a>(analysis: &'a Decided<'a>, kind: PortlessKind, row: &PortlessRow) -> Row<'a> {
    let mut cells = naming(kind);
    cells.extend(traffic_cells(row.traffic, analysis.total()));
    cells.extend([Cell::Count(row.hosts), Cell::time(row.span.first), Cell::time(row.span.last)]);
    cells
}

/// Layer, protocol, number, type, code, name.
fn naming<'a>(kind: PortlessKind) -> Row<'a> {
    match kind {
        PortlessKind::Ip(number, message) => {
            let name = message.map_or("", |message| protocols::icmp_message(number, message));
            vec![
                Cell::text("ip"),
                Cell::text(protocols::ip_protocol(number)),
                Cell::Number(u64::from(number)),
                message.map_or(Cell::Empty, |message| Cell::Number(u64::from(message.kind))),
                message.map_or(Cell::Empty, |message| Cell::Number(u64::from(message.code))),
                Cell::text_or_empty(name),
            ]
        }
        PortlessKind::Link(protocol) => {
            let (key, number, name) = protocols::link_protocol(protocol);
            let kind = match protocol {
                LinkProtocol::Arp { opcode: Some(opcode), .. } => Cell::Number(u64::from(opcode)),
                _ => Cell::Empty,
            };
            vec![
                Cell::text("link"),
                Cell::text(key),
                Cell::Number(u64::from(number)),
                kind,
                Cell::Empty,
                Cell::text_or_empty(name),
            ]
        }
        PortlessKind::Others => {
            vec![Cell::Empty, Cell::text("others"), Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]
        }
    }
}
