//! `ranges`: flows by the range of the server's port, and the outcomes of the connections. A port scan shows here as many ports,
//! attempted or refused.

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::TrafficShare;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::service::book::PortRange;
use crate::service::{Category, Transport};
use crate::stats::flows::{Outcomes, RangeSum, Ranges, in_order};

/// The flows whose server's port is in one range.
#[derive(Clone, Copy, Debug)]
pub struct RangeRow {
    /// The transport.
    pub transport: Transport,
    /// The range; `None` for flows without a server side.
    pub range: Option<PortRange>,
    /// The number of different servers' ports.
    pub port_count: u64,
    /// The number of flows.
    pub flows: u64,
    /// Packets and bytes of both directions, and of the whole capture.
    pub traffic: TrafficShare,
    /// The outcomes of the connections.
    pub outcomes: Outcomes,
}

impl Record for RangeRow {
    type Row<'a> = RangeRow;
    const ID: TableId = TableId::Analysis(TableName::Ranges);
    const COMPARABILITY: Comparability = Comparability::Parts;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("transport", Kind::Text, |row| row.transport.name().into()),
        Column::key("range", Kind::Text, |row| row.range.map_or(Category::Undetermined.name(), PortRange::name).into()),
        Column::attribute("port_count", Kind::Count, |row| row.port_count.into()),
        Column::measure("flows", Kind::Count, |row| row.flows.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.part.packets.into()),
        Column::measure("packets_pct", Kind::Share, |row| row.traffic.packets().into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.part.wire_bytes.into()),
        Column::measure("wire_bytes_pct", Kind::Share, |row| row.traffic.wire_bytes().into()),
        Column::measure("attempted", Kind::Count, |row| row.outcomes.attempted.into()),
        Column::measure("established", Kind::Count, |row| row.outcomes.established.into()),
        Column::measure("refused", Kind::Count, |row| row.outcomes.refused.into()),
        Column::measure("reset", Kind::Count, |row| row.outcomes.reset.into()),
        Column::measure("midstream", Kind::Count, |row| row.outcomes.midstream.into()),
    ];
}

impl FromDecided for RangeRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let ranges = decided.sum::<Ranges>();
        let mut sums = in_order(&ranges.0);
        // Flows without a server come last.
        sums.sort_by_key(|((transport, range), _)| (*transport, range.is_none(), *range));
        let whole = decided.collected.total();
        let row = |((transport, range), sum): ((Transport, Option<PortRange>), &RangeSum)| RangeRow {
            transport,
            range,
            port_count: sum.ports.len() as u64,
            flows: sum.flows,
            traffic: TrafficShare { part: sum.traffic, whole },
            outcomes: sum.outcomes,
        };
        Rows::stored(sums.into_iter().map(row).collect())
    }
}
