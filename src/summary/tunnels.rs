//! `tunnels`: packets by encapsulation. A packet that came through two counts in both.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::table::{Cell, Column, Table};
use crate::analysis::Decided;
use crate::decode::ScopeId;
use crate::unit::Traffic;

const COLUMNS: &[Column] =
    &[Column::always("encapsulation"), Column::always("packets").adding_up(), Column::always("wire_bytes").adding_up()];

/// The row for packets whose path is beyond the number of those that are told apart.
const BEYOND: &str = "others";

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let mut rows: BTreeMap<&'static str, Traffic> = BTreeMap::new();
    for (number, traffic) in analysis.tally.scopes.iter().enumerate().filter(|(_, traffic)| traffic.packets > 0) {
        let id = ScopeId(number as u16);
        let mut names: BTreeSet<&'static str> = analysis.scopes.path(id).steps().map(|step| step.name()).collect();
        if names.is_empty() {
            names.insert(BEYOND);
        }
        for name in names {
            rows.entry(name).or_default().merge(*traffic);
        }
    }
    let mut rows: Vec<_> = rows.into_iter().collect();
    rows.sort_by_key(|(_, traffic)| Reverse(traffic.packets));
    let row = |(name, traffic): (&'static str, Traffic)| {
        vec![Cell::text(name), Cell::Count(traffic.packets), Cell::Bytes(traffic.wire_bytes)]
    };
    Table::stored("tunnels", COLUMNS, rows.into_iter().map(row).collect())
}
