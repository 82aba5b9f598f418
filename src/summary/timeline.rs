//! `timeline`: packets and bytes by category over time, in buckets that have traffic. Per category it adds up to `services` and
//! `portless`.

use super::table::{Cell, Column, Table};
use crate::analysis::Decided;
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

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let sums = analysis.by_time(|category| category.map_or(PORTLESS, Category::name)).unwrap_or_default();
    let rows: Vec<((Time, &'static str), Traffic)> = sums.into_iter().collect();
    let mut table = Table::made("timeline", COLUMNS, rows.len(), move |number, show| {
        let ((start, category), traffic) = rows[number];
        let cells = [Cell::time(start), Cell::text(category), Cell::Count(traffic.packets), Cell::Bytes(traffic.wire_bytes)];
        cells.iter().for_each(show);
    });
    table.time_digits = analysis.bucket_width().map_or(0, digits_of_second);
    table
}

/// Digits of a second that tell the starts of buckets apart which are so many nanoseconds wide.
fn digits_of_second(width: i64) -> u8 {
    (0..9).find(|&digits| width % 10_i64.pow(9 - u32::from(digits)) == 0).unwrap_or(9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_of_buckets_have_the_digits_of_the_buckets_width() {
        let widths = [604_800_000_000_000, 1_000_000_000, 1_500_000_000, 250_000_000, 1_000_000, 1000, 1, 2_000_000_001];
        assert_eq!(widths.map(digits_of_second), [0, 0, 1, 2, 3, 6, 9, 9]);
    }
}
