//! `ports`: traffic by port number, with the range of each port.

use std::cmp::Reverse;

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::{FromDecided, TableId, TableName, names};
use crate::analysis::Decided;
use crate::service::book::PortRange;
use crate::service::{NamedBy, Transport};
use crate::stats::flows::{PortSum, Ports, in_order};

/// The flows from or to one port.
#[derive(Clone, Copy, Debug)]
pub struct PortRow<'a> {
    /// The transport.
    pub transport: Transport,
    /// The port.
    pub port: u16,
    /// The name of the port.
    pub service: &'a str,
    /// The category of the name.
    pub category: &'a str,
    /// The sum over the flows.
    pub sum: PortSum,
    /// The worth of the name.
    pub named_by: Option<NamedBy>,
}

impl Record for PortRow<'static> {
    type Row<'a> = PortRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Ports);
    const COMPARABILITY: Comparability = Comparability::Parts;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("transport", Kind::Text, |row| row.transport.name().into()),
        Column::key("port", Kind::Number, |row| row.port.into()),
        Column::attribute("range", Kind::Text, |row| PortRange::from_port(row.port).name().into()),
        Column::attribute("service", Kind::Text, |row| row.service.into()),
        Column::attribute("category", Kind::Text, |row| row.category.into()),
        Column::measure("packets", Kind::Count, |row| row.sum.traffic.packets.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.sum.traffic.wire_bytes.into()),
        Column::measure("flows_as_server", Kind::Count, |row| row.sum.as_server.into()),
        Column::measure("flows_as_client", Kind::Count, |row| row.sum.as_client.into()),
        Column::measure("attempted", Kind::Count, |row| row.sum.outcomes.attempted.into()),
        Column::measure("established", Kind::Count, |row| row.sum.outcomes.established.into()),
        Column::measure("refused", Kind::Count, |row| row.sum.outcomes.refused.into()),
        Column::measure("reset", Kind::Count, |row| row.sum.outcomes.reset.into()),
        Column::measure("midstream", Kind::Count, |row| row.sum.outcomes.midstream.into()),
        Column::attribute("named_by", Kind::Text, |row| row.named_by.map(NamedBy::name).into()),
    ];
}

impl FromDecided for PortRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let registry = &decided.collected.registry;
        let ports = decided.sum::<Ports>();
        let mut sums = in_order(&ports.0);
        sums.sort_by_key(|(_, sum)| (Reverse(sum.as_server), Reverse(sum.traffic.packets)));
        let row = |((transport, port), sum): ((Transport, u16), &PortSum)| {
            let named = names::of_port(registry, transport, port);
            let (service, category) = (names::service(registry, named), names::category(registry, named));
            PortRow { transport, port, service, category, sum: *sum, named_by: names::named_by(registry, named) }
        };
        Rows::stored(sums.into_iter().map(row).collect())
    }
}
