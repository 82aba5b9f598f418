//! `sizes`: packets by length on the wire.

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::TrafficShare;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::stats::sizes::CLASSES;

/// The packets of one class of length.
#[derive(Clone, Copy, Debug)]
pub struct SizeRow {
    /// The lengths of the class in bytes, from the shortest to the longest: `64-127`.
    pub class: &'static str,
    /// The packets and bytes of the class, and of all packets.
    pub traffic: TrafficShare,
}

impl Record for SizeRow {
    type Row<'a> = SizeRow;
    const ID: TableId = TableId::Analysis(TableName::Sizes);
    const COMPARABILITY: Comparability = Comparability::Parts;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("class", Kind::Text, |row| row.class.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.part.packets.into()),
        Column::measure("packets_pct", Kind::Share, |row| row.traffic.packets().into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.part.wire_bytes.into()),
    ];
}

impl FromDecided for SizeRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let whole = decided.collected.total();
        let classes = CLASSES.iter().zip(decided.collected.tally.sizes.classes);
        let row = |((_, class), part): (&(u32, &'static str), _)| SizeRow { class, traffic: TrafficShare { part, whole } };
        Rows::stored(classes.map(row).collect())
    }
}
