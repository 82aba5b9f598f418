//! `evidence`: how the flows with ports were decided. What a capture cannot tell is as worth knowing as what it can.

use std::cmp::Reverse;

use super::table::{Cell, Column, Table};
use crate::analysis::Decided;
use crate::tally::flows::Evidences;

const COLUMNS: &[Column] = &[
    Column::always("evidence"),
    Column::always("confidence"),
    Column::always("flows").adding_up(),
    Column::always("flows_pct").adding_up(),
    Column::always("packets").adding_up(),
    Column::always("wire_bytes").adding_up(),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let mut rows: Vec<_> = analysis.sum::<Evidences>().0.into_iter().collect();
    rows.sort_unstable_by_key(|((kind, confidence), sum)| (Reverse(*confidence), Reverse(sum.flows), kind.code()));
    let all: u64 = rows.iter().map(|(_, sum)| sum.flows).sum();
    let rows = rows.into_iter().map(|((kind, confidence), sum)| {
        vec![
            Cell::text(kind.code()),
            Cell::text(confidence.name()),
            Cell::Count(sum.flows),
            Cell::Share { part: sum.flows, whole: all },
            Cell::Count(sum.traffic.packets),
            Cell::Bytes(sum.traffic.wire_bytes),
        ]
    });
    Table::stored("evidence", COLUMNS, rows.collect())
}
