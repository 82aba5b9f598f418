//! `flows`: every flow, in the order of their first packets.

use std::borrow::Cow;

use super::community_id::CommunityId;
use super::table::{Cell, Column, Table};
use super::{initiator, names};
use crate::analysis::Decided;
use crate::decode::Path;
use crate::decode::protocol::ip;
use crate::flow::{Flow, roles};
use crate::parallel;
use crate::service::{Transport, Verdict, protocols};
use crate::tally::flows::client_side;
use crate::unit::Time;

const COLUMNS: &[Column] = &[
    Column::with_room("flow_id", 4),
    Column::always("transport"),
    Column::in_data("ip_protocol"),
    Column::always("client_ip"),
    Column::with_room("client_port", 1),
    Column::always("server_ip"),
    Column::always("server_port"),
    Column::with_room("vlan", 2),
    Column::with_room("tunnel", 6),
    Column::with_room("category", 10),
    Column::always("service"),
    Column::in_data("name_source"),
    Column::with_room("initiator", 12),
    Column::with_room("evidence", 3),
    Column::with_room("confidence", 9),
    Column::in_data("alternatives"),
    Column::with_room("flags", 8),
    Column::with_room("tcp_state", 7),
    Column::in_data("start_time"),
    Column::in_data("end_time"),
    Column::with_room("duration_s", 11),
    Column::with_room("packets_c2s", 5).adding_up(),
    Column::with_room("packets_s2c", 5).adding_up(),
    Column::with_room("wire_bytes_c2s", 0).adding_up(),
    Column::with_room("wire_bytes_s2c", 0).adding_up(),
    Column::in_data("payload_bytes_c2s").adding_up(),
    Column::in_data("payload_bytes_s2c").adding_up(),
    Column::in_data("fragments").adding_up(),
    Column::in_data("icmp_errors").adding_up(),
    Column::in_data("community_id"),
    Column::with_room("control_flow", 13),
    Column::with_room("evidence_detail", 14),
];

pub fn table<'a>(analysis: &'a Decided<'a>) -> Table<'a> {
    let start = analysis.span().first;
    let show_row = move |number: usize, show: &mut dyn FnMut(&Cell<'a>)| show_row(analysis, number, start, show);
    Table::made("flows", COLUMNS, analysis.flows.len(), show_row).with_sum(move || sum(analysis))
}

/// What all flows hold in the columns that add up.
fn sum<'a>(analysis: &Decided<'_>) -> [(&'static str, Cell<'a>); 8] {
    // Packets, bytes on the wire, bytes of payload: the client's, then the server's.
    let parts = parallel::parts(analysis.flows.len(), analysis.threads, |part| {
        let mut sums = [0; 6];
        for number in part {
            let flow = analysis.flows.get(number);
            let client = client_side(flow, &analysis.verdicts[number]);
            let counts = [flow.packets, flow.wire_bytes, flow.payload_bytes];
            let sent = counts.iter().flat_map(|counts| [client, client.other()].map(|side| counts[side.index()]));
            sums.iter_mut().zip(sent).for_each(|(sum, sent)| *sum += sent);
        }
        sums
    });
    let [packets_c2s, packets_s2c, wire_c2s, wire_s2c, payload_c2s, payload_s2c] =
        parts.into_iter().fold([0u64; 6], |sums, part| std::array::from_fn(|place| sums[place] + part[place]));
    let (mut fragments, mut icmp_errors) = (0, 0);
    for (_, rare) in analysis.flows.all_rare() {
        fragments += rare.fragments;
        icmp_errors += rare.icmp_errors;
    }
    [
        ("packets_c2s", Cell::Count(packets_c2s)),
        ("packets_s2c", Cell::Count(packets_s2c)),
        ("wire_bytes_c2s", Cell::Bytes(wire_c2s)),
        ("wire_bytes_s2c", Cell::Bytes(wire_s2c)),
        ("payload_bytes_c2s", Cell::Bytes(payload_c2s)),
        ("payload_bytes_s2c", Cell::Bytes(payload_s2c)),
        ("fragments", Cell::Count(fragments)),
        ("icmp_errors", Cell::Count(icmp_errors)),
    ]
}

fn show_row<'a>(analysis: &'a Decided<'a>, number: usize, start: Time, show: &mut dyn FnMut(&Cell<'a>)) {
    let (flow, verdict, rare) = (analysis.flows.get(number), &analysis.verdicts[number], analysis.flows.rare(number));
    let registry = &analysis.registry;
    let paths = analysis.paths(flow);
    let client = client_side(flow, verdict);
    let server = client.other();
    let transport = Transport::from_protocol(flow.key.protocol);
    let has_ends = !flow.is_overflow();
    let has_ports = transport.is_some() && has_ends;
    let port = |side| if has_ports { Cell::Number(u64::from(flow.key.port(side))) } else { Cell::Empty };
    let address = |side| if has_ends { Cell::Address(flow.key.ip_addr(side)) } else { Cell::Empty };
    let sent = |counts: [u64; 2]| [counts[client.index()], counts[server.index()]];
    let [packets_c2s, packets_s2c] = sent(flow.packets).map(Cell::Count);
    let [wire_c2s, wire_s2c] = sent(flow.wire_bytes).map(Cell::Bytes);
    let [payload_c2s, payload_s2c] = sent(flow.payload_bytes).map(Cell::Bytes);
    let mut show = |cell: Cell<'a>| show(&cell);
    show(Cell::Number(analysis.flows.id(number)));
    show(
        transport.map_or_else(|| Cell::text(protocols::ip_protocol(flow.key.protocol)), |transport| Cell::text(transport.name())),
    );
    show(Cell::Number(u64::from(flow.key.protocol)));
    show(address(client));
    show(port(client));
    show(address(server));
    show(port(server));
    show(names::vlan(&paths));
    show(names::tunnel(&paths));
    show(Cell::text_or_empty(names::category(registry, verdict.service)));
    show(Cell::text_or_empty(names::service(registry, verdict.service)));
    show(Cell::text_or_empty(names::source(registry, verdict.service)));
    show(Cell::text(initiator(flow, verdict, roles::is_start_observed(flow, start))));
    show(Cell::text(verdict.evidence.code()));
    show(Cell::text(verdict.confidence.name()));
    show(names::alternatives(registry, verdict.alternatives));
    show(names::words(flags(flow, verdict, &paths), " "));
    show(if flow.key.protocol == ip::TCP { Cell::text(flow.conn_state()) } else { Cell::Empty });
    show(Cell::time(flow.span.first));
    show(Cell::time(flow.span.last));
    show(Cell::seconds(flow.span.duration()));
    show(packets_c2s);
    show(packets_s2c);
    show(wire_c2s);
    show(wire_s2c);
    show(payload_c2s);
    show(payload_s2c);
    show(Cell::Count(rare.fragments));
    show(Cell::Count(rare.icmp_errors));
    show(if has_ends { Cell::CommunityId(CommunityId::of(flow)) } else { Cell::Empty });
    show(analysis.relations.of(number).control.map_or(Cell::Empty, |control| Cell::Number(analysis.flows.id(control))));
    show(Cell::compared(verdict.evidence.compared()));
}

/// What is out of the ordinary with a flow.
pub(crate) fn flags(flow: &Flow, verdict: &Verdict, paths: &[Path]) -> impl Iterator<Item = Cow<'static, str>> {
    flow.flags(verdict, paths).codes().map(Cow::Borrowed)
}
