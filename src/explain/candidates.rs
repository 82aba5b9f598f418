//! The flows that could be meant, as a table: enough of each to tell it from the others.

use crate::analysis::Decided;
use crate::service::Transport;
use crate::service::protocols;
use crate::summary::{Cell, Column, Table, names};
use crate::tally::flows::client_side;

/// The most candidates that are shown one by one.
pub const MOST_CANDIDATES: usize = 20;

const COLUMNS: &[Column] = &[
    Column::always("flow_id"),
    Column::always("start_s"),
    Column::always("transport"),
    Column::always("client_ip"),
    Column::always("client_port"),
    Column::always("server_ip"),
    Column::always("server_port"),
    Column::with_room("vlan", 1),
    Column::with_room("tunnel", 2),
    Column::always("service"),
    Column::always("packets").adding_up(),
];

/// The table of the flows with these numbers, from 0.
pub fn candidates<'a>(analysis: &'a Decided<'a>, numbers: &'a [usize]) -> Table<'a> {
    let (flows, start) = (&analysis.flows, analysis.span().first);
    let mut table = Table::made("candidates", COLUMNS, numbers.len(), move |place, show| {
        let number = numbers[place];
        let (flow, verdict) = (flows.get(number), &analysis.verdicts[number]);
        let paths = analysis.paths(flow);
        let transport = Transport::from_protocol(flow.key.protocol);
        let client = client_side(flow, verdict);
        let has_ends = !flow.is_overflow();
        let port = |side| match transport {
            Some(_) if has_ends => Cell::Number(u64::from(flow.key.port(side))),
            _ => Cell::Empty,
        };
        let address = |side| if has_ends { Cell::Address(flow.key.ip_addr(side)) } else { Cell::Empty };
        let mut show = |cell: Cell<'a>| show(&cell);
        show(Cell::Number(flows.id(number)));
        show(flow.span.first.since(start).map_or(Cell::Empty, milliseconds));
        show(match transport {
            Some(transport) => Cell::text(transport.name()),
            None => Cell::text(protocols::ip_protocol(flow.key.protocol)),
        });
        show(address(client));
        show(port(client));
        show(address(client.other()));
        show(port(client.other()));
        show(names::vlan(&paths));
        show(names::tunnel(&paths));
        show(Cell::text_or_empty(names::service(&analysis.registry, verdict.service)));
        show(Cell::Count(flow.packets.iter().sum()));
    });
    table.usual_rows = MOST_CANDIDATES;
    table
}

/// A time in nanoseconds as seconds, rounded as in the sentences of an explanation.
fn milliseconds<'a>(nanoseconds: i64) -> Cell<'a> {
    Cell::Decimal { value: (i128::from(nanoseconds) + 500_000).div_euclid(1_000_000), digits: 3 }
}
