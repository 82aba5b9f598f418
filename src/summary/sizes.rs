//! `sizes`: packets by length on the wire.

use super::table::{Cell, Column, Table};
use crate::analysis::Decided;
use crate::tally::sizes::CLASSES;

const COLUMNS: &[Column] = &[
    Column::always("class"),
    Column::always("packets").adding_up(),
    Column::always("packets_pct").adding_up(),
    Column::always("wire_bytes").adding_up(),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let whole = analysis.total().packets;
    let rows = CLASSES.iter().zip(analysis.tally.sizes.classes).map(|((_, class), traffic)| {
        vec![
            Cell::text(*class),
            Cell::Count(traffic.packets),
            Cell::Share { part: traffic.packets, whole },
            Cell::Bytes(traffic.wire_bytes),
        ]
    });
    Table::stored("sizes", COLUMNS, rows.collect())
}
