//! `ledger`: one place for every packet. All places are listed, including empty ones; packets outside of the time
//! that was asked for only where one was.

use super::column::{Column, Comparability, Kind, Record};
use super::rows::Rows;
use super::value::TrafficShare;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::stats::Place;
use crate::traffic::Traffic;

/// The packets that ended up in one place.
#[derive(Clone, Copy, Debug)]
pub struct LedgerRow {
    /// The place.
    pub place: Place,
    /// The packets and bytes in the place, and in all places.
    pub traffic: TrafficShare,
    /// The selected packets and bytes in the place, if flows were selected.
    pub selected: Option<Traffic>,
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
        Column::measure("selected_packets", Kind::Count, |row| row.selected.map(|selected| selected.packets).into()),
        Column::measure("selected_wire_bytes", Kind::Bytes, |row| row.selected.map(|selected| selected.wire_bytes).into()),
    ];
}

impl FromDecided for LedgerRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let counted = &decided.collected.tally.ledger;
        let whole = decided.selected.as_ref().map_or(counted, |selected| &selected.whole);
        let row = |place| LedgerRow {
            place,
            traffic: TrafficShare { part: whole.at(place), whole: whole.total() },
            selected: decided.selected.is_some().then(|| counted.at(place)),
        };
        // Where no time was asked for, no packet can be outside.
        let is_shown = |place: &Place| *place != Place::Outside || decided.collected.window.is_some();
        Rows::stored(Place::ALL.into_iter().filter(is_shown).map(row).collect())
    }
}
