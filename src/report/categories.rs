//! `categories`: the purpose of the traffic in a few words, one row per category, and one for traffic without ports. Packets and bytes
//! add up to those of `services` and `portless`.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashSet;

use super::column::{Column, Kind, Record};
use super::rows::Rows;
use super::value::{TrafficShare, Value};
use super::{FromDecided, PortlessRow, TableId, TableName, scans, services};
use crate::analysis::{Decided, PORTLESS};
use crate::service::{Category, CategoryId};
use crate::stats::HostSet;
use crate::stats::flows::Services;
use crate::traffic::Traffic;

/// The flows of one category, or the traffic without ports.
#[derive(Clone, Debug)]
pub struct CategoryRow<'a> {
    /// The key of the category, or `portless`.
    pub category: &'a str,
    /// The names of its services and scans, or of the protocols without ports, the one with the most packets first.
    pub services: Vec<Cow<'a, str>>,
    /// The number of flows; `None` for traffic without ports, which is not all flows.
    pub flows: Option<u64>,
    /// Packets and bytes of both directions, and of the whole capture.
    pub traffic: TrafficShare,
    /// The number of different clients, servers that showed themselves, and machines that were scanned; `None` for traffic without
    /// ports, whose addresses are those of different layers.
    pub hosts: Option<u64>,
}

impl Record for CategoryRow<'static> {
    type Row<'a> = CategoryRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Categories);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("category", Kind::Text, |row| row.category.into()),
        Column::attribute("services", Kind::List(&Kind::Text), |row| Value::List(&row.services)),
        Column::measure("flows", Kind::Count, |row| row.flows.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.part.packets.into()),
        Column::measure("packets_pct", Kind::Share, |row| row.traffic.packets().into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.part.wire_bytes.into()),
        Column::measure("wire_bytes_pct", Kind::Share, |row| row.traffic.wire_bytes().into()),
        Column::attribute("hosts", Kind::Count, |row| row.hosts.into()),
    ];
}

impl FromDecided for CategoryRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let whole = decided.collected.total();
        let sums = services::sum(decided);
        let hosts = hosts(decided, &sums);
        let mut rows: Vec<CategoryRow<'a>> = Vec::new();
        // A service can run over two transports, and a protocol can have several types of messages.
        let mut known: HashSet<(&'a str, Cow<'a, str>)> = HashSet::new();
        let mut is_new = |category: &'a str, name: &Cow<'a, str>| known.insert((category, name.clone()));
        for service in services::rows_of(decided, sums) {
            let row = row_of(&mut rows, service.category, whole);
            row.flows = Some(row.flows.unwrap_or(0) + service.flows);
            row.traffic.part.merge(service.traffic.part);
            row.services.extend(Some(service.service).filter(|name| is_new(service.category, name)));
        }
        rows.iter_mut().for_each(|row| row.hosts = Some(0));
        for (category, hosts) in hosts {
            row_of(&mut rows, decided.collected.registry.category_name(category), whole).hosts = Some(hosts.len() as u64);
        }
        for protocol in PortlessRow::rows(decided) {
            let name = protocol.protocol.map_or(super::names::OTHERS.into(), Cow::Owned);
            let row = row_of(&mut rows, PORTLESS, whole);
            row.traffic.part.merge(protocol.traffic.part);
            row.services.extend(Some(name).filter(|name| is_new(PORTLESS, name)));
        }
        rows.sort_by_key(|row| (Reverse(row.traffic.part.packets), row.category));
        Rows::stored(rows)
    }
}

/// The row of a category, which is created if there is none yet.
fn row_of<'r, 'a>(rows: &'r mut Vec<CategoryRow<'a>>, category: &'a str, whole: Traffic) -> &'r mut CategoryRow<'a> {
    let place = rows.iter().position(|row| row.category == category).unwrap_or_else(|| {
        let traffic = TrafficShare { part: Traffic::default(), whole };
        rows.push(CategoryRow { category, services: Vec::new(), flows: None, traffic, hosts: None });
        rows.len() - 1
    });
    &mut rows[place]
}

/// The different machines of each category that has flows.
fn hosts(decided: &Decided<'_>, services: &Services) -> Vec<(CategoryId, HostSet)> {
    let registry = &decided.collected.registry;
    let mut hosts: Vec<(CategoryId, HostSet)> = Vec::new();
    let mut add = |category: CategoryId, more: &HostSet| match hosts.iter_mut().find(|(known, _)| *known == category) {
        Some((_, mine)) => mine.extend(more),
        None => hosts.push((category, more.clone())),
    };
    for ((service, _), sum) in &services.0 {
        let Some(category) = registry.category(*service) else { continue };
        add(category, &sum.clients);
        add(category, &sum.servers);
    }
    for (_, _, sum) in scans::named(decided).filter(|(_, _, sum)| sum.closed.flows > 0) {
        add(Category::Scan.into(), &sum.closed.clients);
        add(Category::Scan.into(), &sum.hosts);
    }
    hosts
}
