//! `ledger`: one place for every packet; all places are listed, also the empty ones.

use super::table::{Cell, Column, Table, traffic_cells};
use crate::analysis::Decided;
use crate::tally::Place;

const COLUMNS: &[Column] = &[
    Column::always("place"),
    Column::always("packets").adding_up(),
    Column::always("packets_pct").adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::with_room("wire_bytes_pct", 1).adding_up(),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let ledger = &analysis.tally.ledger;
    let row = |place: Place| {
        let mut row = vec![Cell::text(place.name())];
        row.extend(traffic_cells(ledger.at(place), ledger.total()));
        row
    };
    Table::stored("ledger", COLUMNS, Place::ALL.into_iter().map(row).collect())
}
