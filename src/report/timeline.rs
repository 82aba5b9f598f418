//! `timeline`: packets and bytes by category over time, in buckets that have traffic. Per category it adds up to `services` and
//! `portless`.

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::{FromDecided, TableId, TableName, names};
use crate::analysis::Decided;
use crate::time::Time;
use crate::traffic::Traffic;

/// The traffic of one category in one bucket of time.
#[derive(Clone, Copy, Debug)]
pub struct TimelineRow<'a> {
    /// The beginning of the bucket.
    pub start: Time,
    /// The category of the flows, or `portless`.
    pub category: &'a str,
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
}

impl Record for TimelineRow<'static> {
    type Row<'a> = TimelineRow<'a>;
    const ID: TableId = TableId::Analysis(TableName::Timeline);
    const COMPARABILITY: Comparability = Comparability::OneCapture;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("start_time", Kind::Time, |row| row.start.into()),
        Column::key("category", Kind::Text, |row| row.category.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.packets.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.wire_bytes.into()),
    ];
}

impl FromDecided for TimelineRow<'static> {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let registry = &decided.collected.registry;
        let by_time = decided.by_time(|category| names::counted_category(registry, category));
        let Some((width, sums)) = by_time else { return Rows::stored(Vec::new()) };
        let rows = sums.into_iter().map(|((start, category), traffic)| TimelineRow { start, category, traffic });
        Rows::stored(rows.collect()).with_time_step(Some(width))
    }
}
