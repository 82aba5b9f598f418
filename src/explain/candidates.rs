//! The flows that could be meant, as a table: enough of each to tell it from the others.

use std::borrow::Cow;
use std::net::IpAddr;

use crate::analysis::Decided;
use crate::decode::Encapsulation;
use crate::report::{Column, Kind, Record, Rows, Table, Value, names};
use crate::service::Transport;
use crate::stats::flows::client_side;
use crate::unit::Time;

/// The most candidates that are shown one by one.
pub const MAX_CANDIDATES: usize = 20;

/// A flow that could be meant.
#[derive(Clone, Debug)]
pub struct CandidateRow<'a> {
    /// The number of the flow, counted from 1.
    pub flow_id: u64,
    /// Nanoseconds from the beginning of the capture to the first packet.
    pub start: Option<i64>,
    /// The key of the transport, or of the IP protocol if it has no ports.
    pub transport: Cow<'a, str>,
    /// The address of the client.
    pub client_ip: Option<IpAddr>,
    /// The client's port.
    pub client_port: Option<u16>,
    /// The address of the server.
    pub server_ip: Option<IpAddr>,
    /// The server's port.
    pub server_port: Option<u16>,
    /// The VLAN identifiers on the path, outermost first; of both directions, where they differ.
    pub vlan: Vec<Vec<u16>>,
    /// The other encapsulations on the path, in the same form.
    pub tunnel: Vec<Vec<Encapsulation>>,
    /// The name of the service.
    pub service: Option<&'a str>,
    /// The packets of both directions.
    pub packets: u64,
}

impl Record for CandidateRow<'static> {
    type Row<'a> = CandidateRow<'a>;
    const NAME: &'static str = "candidates";
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("flow_id", Kind::Number, |row| row.flow_id.into()),
        Column::attribute("start_s", Kind::Seconds(3), |row| row.start.map_or(Value::Null, milliseconds)),
        Column::attribute("transport", Kind::Text, |row| (&row.transport).into()),
        Column::attribute("client_ip", Kind::Address, |row| row.client_ip.into()),
        Column::attribute("client_port", Kind::Number, |row| row.client_port.into()),
        Column::attribute("server_ip", Kind::Address, |row| row.server_ip.into()),
        Column::attribute("server_port", Kind::Number, |row| row.server_port.into()),
        Column::attribute("vlan", Kind::List(&Kind::List(&Kind::Number)), |row| Value::List(&row.vlan)),
        Column::attribute("tunnel", Kind::List(&Kind::List(&Kind::Text)), |row| Value::List(&row.tunnel)),
        Column::attribute("service", Kind::Text, |row| row.service.into()),
        Column::measure("packets", Kind::Count, |row| row.packets.into()),
    ];
}

/// The table of the flows with these numbers, counted from 0.
pub fn candidates<'a>(analysis: &'a Decided<'_>, numbers: &'a [usize]) -> Table<'a> {
    let start = analysis.span().first;
    Rows::<CandidateRow<'static>>::computed(numbers.len(), move |place| row(analysis, numbers[place], start)).into()
}

fn row<'a>(analysis: &'a Decided<'_>, number: usize, start: Time) -> CandidateRow<'a> {
    let (flow, verdict) = (analysis.flows.get(number), &analysis.verdicts[number]);
    let paths = analysis.paths(flow);
    let client = client_side(flow, verdict);
    let has_ports = Transport::from_protocol(flow.key.protocol).is_some() && !flow.is_overflow();
    let address = |side| (!flow.is_overflow()).then(|| flow.key.ip_addr(side));
    let port = |side| has_ports.then(|| flow.key.port(side));
    CandidateRow {
        flow_id: analysis.flows.id(number),
        start: flow.span.first.since(start),
        transport: names::transport(flow.key.protocol),
        client_ip: address(client),
        client_port: port(client),
        server_ip: address(client.other()),
        server_port: port(client.other()),
        vlan: names::vlan(&paths),
        tunnel: names::tunnel(&paths),
        service: names::non_empty(names::service(&analysis.registry, verdict.service)),
        packets: flow.packets.iter().sum(),
    }
}

/// A time in nanoseconds as seconds, rounded as in the sentences of an explanation.
fn milliseconds<'a>(nanoseconds: i64) -> Value<'a> {
    Value::Decimal { value: (i128::from(nanoseconds) + 500_000).div_euclid(1_000_000), digits: 3 }
}
