//! `servers`: the services of each machine. One address can run many servers; one service can run on several machines. A port
//! that refused everybody or never answered is no server, and has a row only on request.

use std::net::IpAddr;
use std::sync::Arc;

use super::column::{Column, Kind, Record};
use super::rows::Rows;
use super::value::Value;
use super::{FromDecided, TableId, TableName, names};
use crate::analysis::Decided;
use crate::service::book::PortRange;
use crate::service::{Evidence, NamedBy, Reply, Transport};
use crate::stats::ServerFlows;
use crate::stats::flows::{Role, ServerKey, ServerSum};
use crate::time::Span;
use crate::traffic::Traffic;

/// The flows to one port of one machine. In the row for all servers without a row of their own, fields that differ between them
/// are `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct ServerRow<'a> {
    /// The address of the machine.
    pub server_ip: Option<IpAddr>,
    /// The transport.
    pub transport: Option<Transport>,
    /// The port.
    pub server_port: Option<u16>,
    /// The name of the service.
    pub service: Option<&'a str>,
    /// The category of the service.
    pub category: Option<&'a str>,
    /// The number of different clients.
    pub clients: u64,
    /// The number of flows.
    pub flows: u64,
    /// Packets and bytes of both directions.
    pub traffic: Traffic,
    /// The best evidence that the port is a server's.
    pub evidence: Option<Evidence>,
    /// First and last packet.
    pub span: Span,
    /// The role of the address.
    pub role: Option<Role>,
    /// The best reply that any of the flows had.
    pub outcome: Option<Reply>,
    /// The worth of the name.
    pub named_by: Option<NamedBy>,
    /// The name that the capture gives the machine. Untrusted text.
    pub server_name: Option<&'a str>,
}

impl Record for ServerRow<'static> {
    type Row<'a> = ServerRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Servers);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::key("server_ip", Kind::Address, |row| row.server_ip.into()).or_word(names::OTHERS),
        Column::key("transport", Kind::Text, |row| row.transport.map(Transport::name).into()),
        Column::key("server_port", Kind::Number, |row| row.server_port.into()),
        Column::attribute("service", Kind::Text, |row| row.service.into()),
        Column::attribute("category", Kind::Text, |row| row.category.into()),
        Column::attribute("clients", Kind::Count, |row| row.clients.into()),
        Column::measure("flows", Kind::Count, |row| row.flows.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.packets.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.wire_bytes.into()),
        Column::attribute("evidence", Kind::Text, |row| row.evidence.map(Evidence::code).into()),
        Column::attribute("first_seen", Kind::Time, |row| row.span.first.into()),
        Column::attribute("last_seen", Kind::Time, |row| row.span.last.into()),
        Column::attribute("role", Kind::Text, |row| row.role.map(Role::name).into()),
        Column::attribute("outcome", Kind::Text, |row| row.outcome.map(Reply::name).into()),
        Column::attribute("evidence_detail", Kind::Compared, |row| row.evidence.and_then(Evidence::compared).into()),
        Column::attribute("named_by", Kind::Text, |row| row.named_by.map(NamedBy::name).into()),
        Column::attribute("server_name", Kind::Untrusted, |row| Value::untrusted(row.server_name)),
    ];

    /// True unless the port was chosen for a single connection: it was announced, or it is in the dynamic range (RFC 6335 section 6).
    fn is_lasting(row: &ServerRow<'_>) -> bool {
        let is_announced = matches!(row.evidence, Some(Evidence::Announced(_)));
        !is_announced && row.server_port.is_some_and(|port| PortRange::from_port(port) != PortRange::Dynamic)
    }
}

impl FromDecided for ServerRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let decided_flows = decided.decided_flows();
        let servers = Arc::new(ServerFlows::new(decided_flows, decided.collected.closed_ports));
        let others = decided_flows.closed.and_then(|closed| closed.servers.others.as_ref());
        let (len, cost) = (servers.len() + usize::from(others.is_some()), servers.members());
        let all = Arc::clone(&servers);
        let row = move |number| match servers.sum(number, decided_flows) {
            Some((key, sum)) => row(decided, key, &sum),
            None => others.map(sums).unwrap_or_default(),
        };
        Rows::computed(len, row).with_cost(cost).with_sum(move || {
            let (flows, traffic) = all.whole(decided_flows);
            ServerRow { flows, traffic, ..ServerRow::default() }
        })
    }
}

fn row<'a>(decided: &'a Decided<'_>, key: ServerKey, sum: &ServerSum) -> ServerRow<'a> {
    let registry = &decided.collected.registry;
    let address = key.host.version.ip_addr(key.host.address);
    let role = Role::new(key.host, sum.addressed_as_group, sum.reply == Some(Reply::Answered));
    ServerRow {
        server_ip: Some(address),
        transport: Some(key.transport),
        server_port: Some(key.port),
        service: Some(names::service(registry, sum.service)),
        category: Some(names::category(registry, sum.service)),
        role: Some(role),
        outcome: sum.reply,
        named_by: names::named_by(registry, sum.service),
        server_name: if role == Role::Group { None } else { decided.collected.names.get(&address) },
        ..sums(sum)
    }
}

/// Creates a row with the sums of one server, or of several.
fn sums<'a>(sum: &ServerSum) -> ServerRow<'a> {
    ServerRow {
        clients: sum.clients.len() as u64,
        flows: sum.flows,
        traffic: sum.traffic,
        evidence: Some(sum.evidence),
        span: sum.span,
        ..ServerRow::default()
    }
}
