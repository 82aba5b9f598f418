//! `services`: the purpose of the traffic, one row per service and transport. Unanswered attempts of scans are no service: each
//! scan has one row.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::column::{Column, Kind, Record};
use super::rows::Rows;
use super::value::{TrafficShare, Value};
use super::{FromDecided, TableId, TableName, names, scans};
use crate::analysis::Decided;
use crate::flow::Flow;
use crate::service::{Category, NamedBy, Reply, Transport, Verdict};
use crate::stats::flows::{Outcomes, ServiceSum, Services, Sum};
use crate::time::Span;
use crate::traffic::Traffic;

/// The flows of one service over one transport, or the unanswered part of one scan.
#[derive(Clone, Debug)]
pub struct ServiceRow<'a> {
    /// The category of the service.
    pub category: &'a str,
    /// The name of the service, or a description of the scan.
    pub service: Cow<'a, str>,
    /// The transport.
    pub transport: Transport,
    /// The servers' ports, including those that never answered.
    pub ports: BTreeSet<u16>,
    /// The number of flows.
    pub flows: u64,
    /// Packets and bytes of both directions, and of the whole capture.
    pub traffic: TrafficShare,
    /// Bytes of IP packets.
    pub ip_bytes: u64,
    /// Bytes of payload.
    pub payload_bytes: u64,
    /// Packets and bytes that clients sent.
    pub from_clients: Traffic,
    /// Packets and bytes that servers sent.
    pub from_servers: Traffic,
    /// The number of different clients.
    pub clients: u64,
    /// The number of different servers.
    pub servers: u64,
    /// The outcomes of the connections.
    pub outcomes: Outcomes,
    /// First and last packet.
    pub span: Span,
    /// The best reply that any of the flows had.
    pub outcome: Option<Reply>,
    /// The worth of the name, the best first; several, if the row stands for several ports of different worth.
    pub named_by: Vec<NamedBy>,
}

impl Record for ServiceRow<'static> {
    type Row<'a> = ServiceRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Services);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("category", Kind::Text, |row| row.category.into()),
        Column::key("service", Kind::Text, |row| (&row.service).into()),
        Column::key("transport", Kind::Text, |row| row.transport.name().into()),
        Column::attribute("ports", Kind::List(&Kind::PortRange), |row| Value::List(&row.ports)),
        Column::measure("flows", Kind::Count, |row| row.flows.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.part.packets.into()),
        Column::measure("packets_pct", Kind::Share, |row| row.traffic.packets().into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.part.wire_bytes.into()),
        Column::measure("wire_bytes_pct", Kind::Share, |row| row.traffic.wire_bytes().into()),
        Column::measure("ip_bytes", Kind::Bytes, |row| row.ip_bytes.into()),
        Column::measure("payload_bytes", Kind::Bytes, |row| row.payload_bytes.into()),
        Column::measure("packets_c2s", Kind::Count, |row| row.from_clients.packets.into()),
        Column::measure("packets_s2c", Kind::Count, |row| row.from_servers.packets.into()),
        Column::measure("wire_bytes_c2s", Kind::Bytes, |row| row.from_clients.wire_bytes.into()),
        Column::measure("wire_bytes_s2c", Kind::Bytes, |row| row.from_servers.wire_bytes.into()),
        Column::attribute("clients", Kind::Count, |row| row.clients.into()),
        Column::attribute("servers", Kind::Count, |row| row.servers.into()),
        Column::measure("attempted", Kind::Count, |row| row.outcomes.attempted.into()),
        Column::measure("established", Kind::Count, |row| row.outcomes.established.into()),
        Column::measure("refused", Kind::Count, |row| row.outcomes.refused.into()),
        Column::measure("reset", Kind::Count, |row| row.outcomes.reset.into()),
        Column::measure("midstream", Kind::Count, |row| row.outcomes.midstream.into()),
        Column::attribute("first_seen", Kind::Time, |row| row.span.first.into()),
        Column::attribute("last_seen", Kind::Time, |row| row.span.last.into()),
        Column::attribute("outcome", Kind::Text, |row| row.outcome.map(Reply::name).into()),
        Column::attribute("named_by", Kind::List(&Kind::Text), |row| Value::List(&row.named_by)),
    ];

    /// True for a service with a name. A scan is named by what it tried, and the other verdicts stand for whatever has no name.
    fn is_lasting(row: &ServiceRow<'_>) -> bool {
        Category::VERDICTS.iter().all(|verdict| verdict.name() != row.category)
    }
}

impl FromDecided for ServiceRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        Rows::stored(rows_of(decided, sum(decided)))
    }
}

/// Sums flows by service, without the unanswered parts of scans.
pub(super) fn sum(decided: &Decided<'_>) -> Services {
    let is_of_service = |flow: &Flow, verdict: &Verdict| !decided.is_closed_to_scan(flow, verdict);
    // Most captures contain no scan, so that no flow has to be tested.
    if decided.scans.is_empty() { decided.sum() } else { decided.sum_where(is_of_service) }
}

/// The rows of [the services](sum) and of the scans.
pub(super) fn rows_of<'a>(decided: &'a Decided<'_>, services: Services) -> Vec<ServiceRow<'a>> {
    let registry = &decided.collected.registry;
    // Several entries of the port table can have one name: a row stands for a name.
    let mut sums: BTreeMap<Name<'_>, NamedSum> = BTreeMap::new();
    for ((service, transport), sum) in services.0 {
        let name = (names::service(registry, service).into(), names::category(registry, service), transport);
        add(&mut sums, name, sum, names::named_by(registry, service));
    }
    for (scanner, name, sum) in scans::named(decided) {
        add(&mut sums, (name.into(), Category::Scan.name(), scanner.transport), sum.closed, None);
    }
    let mut sums: Vec<_> = sums.into_iter().collect();
    sums.sort_by_key(|(_, (sum, _))| Reverse(sum.traffic().packets));
    let whole = decided.collected.total();
    sums.into_iter().map(|(name, sum)| row(name, sum, whole)).collect()
}

/// The key of a row: the name of a service or scan, its category, and the transport.
type Name<'a> = (Cow<'a, str>, &'a str, Transport);

/// The sum of a row, with the worths of its name.
type NamedSum = (ServiceSum, BTreeSet<NamedBy>);

fn add<'a>(sums: &mut BTreeMap<Name<'a>, NamedSum>, name: Name<'a>, sum: ServiceSum, named_by: Option<NamedBy>) {
    match sums.entry(name) {
        Entry::Vacant(place) => {
            place.insert((sum, named_by.into_iter().collect()));
        }
        Entry::Occupied(mine) => {
            let (mine, worths) = mine.into_mut();
            mine.merge(&sum);
            worths.extend(named_by);
        }
    }
}

fn row<'a>((service, category, transport): Name<'a>, (sum, named_by): NamedSum, whole: Traffic) -> ServiceRow<'a> {
    ServiceRow {
        category,
        service,
        transport,
        flows: sum.flows,
        traffic: TrafficShare { part: sum.traffic(), whole },
        ip_bytes: sum.ip_bytes,
        payload_bytes: sum.payload_bytes,
        from_clients: sum.from_clients,
        from_servers: sum.from_servers,
        clients: sum.clients.len() as u64,
        servers: sum.servers.len() as u64,
        outcomes: sum.outcomes,
        span: sum.span,
        outcome: sum.reply,
        ports: sum.ports,
        named_by: named_by.into_iter().collect(),
    }
}
