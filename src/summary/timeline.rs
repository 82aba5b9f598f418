//! `timeline`: packets and bytes by category over time, in buckets that have traffic. Per category it adds up to `services` and
//! `portless`.

use super::table::{Cell, Column, Table};
use crate::analysis::Analysis;
use crate::service::Category;
use crate::unit::{Time, Traffic};

const COLUMNS: &[Column] = &[
    Column::always("start_time"),
    Column::always("category"),
    Column::always("packets").adding_up(),
    Column::always("wire_bytes").adding_up(),
];

/// The word for what has no ports, and so no service's category.
const PORTLESS: &str = "portless";

pub fn table(analysis: &Analysis) -> Table<'_> {
    let category = |owner: u32| analysis.category_of(owner).map_or(PORTLESS, Category::name);
    let sums = analysis.timeline.as_ref().map(|timeline| timeline.by(analysis.threads, category)).unwrap_or_default();
    let rows: Vec<((Time, &'static str), Traffic)> = sums.into_iter().collect();
    Table::made("timeline", COLUMNS, rows.len(), move |number, show| {
        let ((start, category), traffic) = rows[number];
        let cells = [Cell::time(start), Cell::text(category), Cell::Count(traffic.packets), Cell::Bytes(traffic.wire_bytes)];
        cells.iter().for_each(show);
    })
}
