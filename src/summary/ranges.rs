//! `ranges`: flows by the range that the server's port lies in, and how the connections to it went. A scan of ports shows
//! here as many ports, attempted or refused.

use super::table::{Cell, Column, Table, outcome_cells, traffic_cells};
use crate::analysis::Decided;
use crate::service::Category;
use crate::service::book::PortRange;
use crate::tally::flows::{Ranges, in_order};

const COLUMNS: &[Column] = &[
    Column::always("transport"),
    Column::always("range"),
    Column::always("port_count"),
    Column::always("flows").adding_up(),
    Column::always("packets").adding_up(),
    Column::with_room("packets_pct", 1).adding_up(),
    Column::always("wire_bytes").adding_up(),
    Column::with_room("wire_bytes_pct", 7).adding_up(),
    Column::with_room("attempted", 2).adding_up(),
    Column::with_room("established", 4).adding_up(),
    Column::with_room("refused", 3).adding_up(),
    Column::with_room("reset", 5).adding_up(),
    Column::with_room("midstream", 6).adding_up(),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let ranges = analysis.sum::<Ranges>();
    let mut rows = in_order(&ranges.0);
    // What has no server comes last.
    rows.sort_by_key(|((transport, range), _)| (*transport, range.is_none(), *range));
    let rows = rows.into_iter().map(|((transport, range), sum)| {
        let mut row = vec![
            Cell::text(transport.name()),
            Cell::text(range.map_or(Category::Undetermined.name(), PortRange::name)),
            Cell::Count(sum.ports.len() as u64),
            Cell::Count(sum.flows),
        ];
        row.extend(traffic_cells(sum.traffic, analysis.total()));
        row.extend(outcome_cells(sum.outcomes));
        row
    });
    Table::stored("ranges", COLUMNS, rows.collect())
}
