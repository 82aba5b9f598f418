//! `ledger`: one place for every packet. All places are listed, including empty ones.

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::TrafficShare;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::stats::Place;

/// The packets that ended up in one place.
#[derive(Clone, Copy, Debug)]
pub struct LedgerRow {
    /// The place.
    pub place: Place,
    /// The packets and bytes in the place, and in all places.
    pub traffic: TrafficShare,
}

impl Record for LedgerRow {
    type Row<'a> = LedgerRow;
    const ID: TableId = TableId::Analysis(TableName::Ledger);
    const COMPARABILITY: Comparability = Comparability::Parts;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("place", Kind::Text, |row| row.place.name().into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.part.packets.into()),
        Column::measure("packets_pct", Kind::Share, |row| row.traffic.packets().into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.part.wire_bytes.into()),
        Column::measure("wire_bytes_pct", Kind::Share, |row| row.traffic.wire_bytes().into()),
    ];
}

impl FromDecided for LedgerRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let ledger = &decided.collected.tally.ledger;
        let row = |place| LedgerRow { place, traffic: TrafficShare { part: ledger.at(place), whole: ledger.total() } };
        Rows::stored(Place::ALL.into_iter().map(row).collect())
    }
}
