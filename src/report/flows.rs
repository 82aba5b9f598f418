//! `flows`: all flows, in the order of their first packets.

use std::borrow::Cow;
use std::net::IpAddr;

use super::column::{Column, Comparability, Kind, Record};
use super::community_id::CommunityId;
use super::rows::Rows;
use super::value::Value;
use super::{FromDecided, TableId, TableName, names};
use crate::analysis::Decided;
use crate::decide::roles;
use crate::decode::protocol::ip;
use crate::decode::{Encapsulation, EncapsulationId};
use crate::flow::{FlowId, Initiator};
use crate::service::{Confidence, Evidence, FlowFlags, Transport};
use crate::stats::flows::{client_side, sent_by};
use crate::support::parallel;
use crate::time::{Span, Time};
use crate::traffic::Traffic;

/// A flow. If it stands for many flows, fields that differ between them are `None`.
///
/// If no side is the server, the client is the side that sent the first packet.
#[derive(Clone, Debug, Default)]
pub struct FlowRow<'a> {
    /// The number of the flow, counted from 1.
    pub flow_id: Option<FlowId>,
    /// The key of the transport, or of the IP protocol if it has no ports.
    pub transport: Cow<'a, str>,
    /// The number of the IP protocol.
    pub ip_protocol: u8,
    /// The address of the client.
    pub client_ip: Option<IpAddr>,
    /// The client's port.
    pub client_port: Option<u16>,
    /// The address of the server.
    pub server_ip: Option<IpAddr>,
    /// The server's port.
    pub server_port: Option<u16>,
    /// The VLAN identifiers on the path, outermost first; for both directions, if they differ.
    pub vlan: Vec<Vec<u16>>,
    /// The other encapsulations on the path, in the same form.
    pub tunnel: Vec<Vec<Encapsulation>>,
    /// The category of the service.
    pub category: Option<&'a str>,
    /// The name of the service.
    pub service: Option<&'a str>,
    /// The source of the name.
    pub name_source: Option<&'static str>,
    /// The side that opened the flow: `client`, `server` or `unknown`.
    pub initiator: Initiator,
    /// The rule that decided which side is the server.
    pub evidence: Option<Evidence>,
    /// The confidence in that decision.
    pub confidence: Option<Confidence>,
    /// The names that the flow could have had, in order.
    pub alternatives: [Option<&'a str>; 2],
    /// The unusual properties of the flow.
    pub flags: FlowFlags,
    /// The state of a TCP connection, by the codes of Zeek's `conn_state`.
    pub tcp_state: Option<&'static str>,
    /// First and last packet.
    pub span: Span,
    /// Packets and bytes on the wire that the client sent.
    pub from_client: Traffic,
    /// Packets and bytes on the wire that the server sent.
    pub from_server: Traffic,
    /// Bytes of payload that the client sent.
    pub payload_from_client: u64,
    /// Bytes of payload that the server sent.
    pub payload_from_server: u64,
    /// The number of fragments.
    pub fragments: u64,
    /// The number of ICMP errors about the flow.
    pub icmp_errors: u64,
    /// The Community ID.
    pub community_id: Option<CommunityId<'a>>,
    /// The number of the control connection that announced the flow.
    pub control_flow: Option<FlowId>,
    /// The name that the capture gives the client. Untrusted text.
    pub client_name: Option<&'a str>,
    /// The name that the capture gives the server. Untrusted text.
    pub server_name: Option<&'a str>,
}

impl Record for FlowRow<'static> {
    type Row<'a> = FlowRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Flows);
    const COMPARABILITY: Comparability = Comparability::OneCapture;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("flow_id", Kind::Number, |row| row.flow_id.into()),
        Column::attribute("transport", Kind::Text, |row| (&row.transport).into()),
        Column::attribute("ip_protocol", Kind::Number, |row| row.ip_protocol.into()),
        Column::attribute("client_ip", Kind::Address, |row| row.client_ip.into()),
        Column::attribute("client_port", Kind::Number, |row| row.client_port.into()),
        Column::attribute("server_ip", Kind::Address, |row| row.server_ip.into()),
        Column::attribute("server_port", Kind::Number, |row| row.server_port.into()),
        Column::attribute("vlan", Kind::List(&Kind::List(&Kind::Number)), |row| Value::List(&row.vlan)),
        Column::attribute("tunnel", Kind::List(&Kind::List(&Kind::Text)), |row| Value::List(&row.tunnel)),
        Column::attribute("category", Kind::Text, |row| row.category.into()),
        Column::attribute("service", Kind::Text, |row| row.service.into()),
        Column::attribute("name_source", Kind::Text, |row| row.name_source.into()),
        Column::attribute("initiator", Kind::Text, |row| row.initiator.name().into()),
        Column::attribute("evidence", Kind::Text, |row| row.evidence.map(Evidence::code).into()),
        Column::attribute("confidence", Kind::Text, |row| row.confidence.map(Confidence::name).into()),
        Column::attribute("alternatives", Kind::List(&Kind::Text), |row| Value::List(&row.alternatives)),
        Column::attribute("flags", Kind::List(&Kind::Text), |row| Value::List(&row.flags)),
        Column::attribute("tcp_state", Kind::Text, |row| row.tcp_state.into()),
        Column::attribute("start_time", Kind::Time, |row| row.span.first.into()),
        Column::attribute("end_time", Kind::Time, |row| row.span.last.into()),
        Column::attribute("duration_s", Kind::Seconds(9), |row| Value::seconds(row.span.duration())),
        Column::measure("packets_c2s", Kind::Count, |row| row.from_client.packets.into()),
        Column::measure("packets_s2c", Kind::Count, |row| row.from_server.packets.into()),
        Column::measure("wire_bytes_c2s", Kind::Bytes, |row| row.from_client.wire_bytes.into()),
        Column::measure("wire_bytes_s2c", Kind::Bytes, |row| row.from_server.wire_bytes.into()),
        Column::measure("payload_bytes_c2s", Kind::Bytes, |row| row.payload_from_client.into()),
        Column::measure("payload_bytes_s2c", Kind::Bytes, |row| row.payload_from_server.into()),
        Column::measure("fragments", Kind::Count, |row| row.fragments.into()),
        Column::measure("icmp_errors", Kind::Count, |row| row.icmp_errors.into()),
        Column::attribute("community_id", Kind::CommunityId, |row| row.community_id.into()),
        Column::attribute("control_flow", Kind::Number, |row| row.control_flow.into()),
        Column::attribute("evidence_detail", Kind::Compared, |row| row.evidence.and_then(Evidence::compared).into()),
        Column::attribute("client_name", Kind::Untrusted, |row| Value::untrusted(row.client_name)),
        Column::attribute("server_name", Kind::Untrusted, |row| Value::untrusted(row.server_name)),
    ];
}

impl FromDecided for FlowRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let start = decided.collected.span().first;
        Rows::computed(decided.collected.flows.len(), move |number| FlowRow::new(decided, number, start))
            .with_sum(move || sum(decided))
    }
}

/// Creates a row with the sums of all flows.
fn sum<'a>(decided: &Decided<'_>) -> FlowRow<'a> {
    let parts = parallel::parts(decided.collected.flows.len(), decided.collected.threads, |part| {
        let mut sum = FlowRow::default();
        for number in part {
            let (flow, verdict) = decided.flow(number);
            let client = client_side(flow, verdict);
            sum.from_client.merge(sent_by(flow, client));
            sum.from_server.merge(sent_by(flow, client.other()));
            sum.payload_from_client += flow.payload_bytes[client.index()];
            sum.payload_from_server += flow.payload_bytes[client.other().index()];
        }
        sum
    });
    let mut sum = FlowRow::default();
    for part in parts {
        sum.from_client.merge(part.from_client);
        sum.from_server.merge(part.from_server);
        sum.payload_from_client += part.payload_from_client;
        sum.payload_from_server += part.payload_from_server;
    }
    for (_, rare) in decided.collected.flows.all_rare() {
        sum.fragments += rare.fragments;
        sum.icmp_errors += rare.icmp_errors;
    }
    sum
}

impl<'a> FlowRow<'a> {
    /// Creates the row of flow `number`, counted from 0, in a capture that begins at `start`.
    pub(crate) fn new(decided: &'a Decided<'_>, number: usize, start: Time) -> FlowRow<'a> {
        let ((flow, verdict), rare) = (decided.flow(number), decided.collected.flows.rare(number));
        let registry = &decided.collected.registry;
        let client = client_side(flow, verdict);
        let server = client.other();
        let transport = Transport::from_protocol(flow.key.protocol);
        let is_one = !flow.is_overflow();
        let address = |side| is_one.then(|| flow.key.ip_addr(side));
        // Most captures name no host, and a group has no name.
        let name = |side| {
            let is_named = is_one && !decided.collected.names.is_empty() && flow.group_side() != Some(side);
            if is_named { decided.collected.names.get(&flow.key.ip_addr(side)) } else { None }
        };
        let port = |side| (is_one && transport.is_some()).then(|| flow.key.port(side));
        // Nearly all flows have no encapsulation.
        let has_none = flow.key.encapsulation == EncapsulationId::NONE && flow.other_encapsulation().is_none();
        let stacks = if has_none { None } else { Some(decided.collected.stacks(flow)) };
        let stacks = stacks.as_ref().map_or(&[][..], |stacks| &stacks[..]);
        FlowRow {
            flow_id: Some(decided.collected.flows.id(number)),
            transport: names::transport(flow.key.protocol),
            ip_protocol: flow.key.protocol,
            client_ip: address(client),
            client_port: port(client),
            server_ip: address(server),
            server_port: port(server),
            vlan: names::vlan(stacks),
            tunnel: names::tunnel(stacks),
            category: names::non_empty(names::category(registry, verdict.service)),
            service: names::non_empty(names::service(registry, verdict.service)),
            name_source: names::non_empty(names::source(registry, verdict.service)),
            initiator: flow.initiator(verdict, roles::is_start_observed(flow, start)),
            evidence: Some(verdict.evidence),
            confidence: Some(verdict.confidence),
            alternatives: names::alternatives(registry, verdict.alternatives),
            flags: flow.flags(verdict, stacks),
            tcp_state: (flow.key.protocol == ip::TCP).then(|| flow.conn_state().code()),
            span: flow.span,
            from_client: sent_by(flow, client),
            from_server: sent_by(flow, server),
            payload_from_client: flow.payload_bytes[client.index()],
            payload_from_server: flow.payload_bytes[server.index()],
            fragments: rare.fragments,
            icmp_errors: rare.icmp_errors,
            community_id: is_one.then(|| CommunityId::new(flow)),
            control_flow: decided.control_flow(number),
            client_name: name(client),
            server_name: name(server),
        }
    }
}
