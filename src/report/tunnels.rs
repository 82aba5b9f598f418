//! `tunnels`: packets by encapsulation. A packet with two encapsulations counts in both.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::column::{Column, Kind, Record};
use super::names::OTHERS;
use super::rows::Rows;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::decode::EncapsulationId;
use crate::traffic::Traffic;

/// The packets with one kind of encapsulation.
#[derive(Clone, Copy, Debug)]
pub struct TunnelRow {
    /// The key of the encapsulation. `None`: packets whose stack is beyond the number of stacks that are counted separately.
    pub encapsulation: Option<&'static str>,
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
}

impl Record for TunnelRow {
    type Row<'a> = TunnelRow;
    const ID: TableId = TableId::Analysis(TableName::Tunnels);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::<Self>::key("encapsulation", Kind::Text, |row| row.encapsulation.into()).or_word(OTHERS),
        Column::measure("packets", Kind::Count, |row| row.traffic.packets.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.wire_bytes.into()),
    ];
}

impl FromDecided for TunnelRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        let mut sums = by_name(decided, &decided.collected.tally.encapsulations);
        let not_selected = decided.selected.as_ref().map(|selected| by_name(decided, &selected.not_selected));
        for (key, row) in not_selected.into_iter().flatten() {
            sums.entry(key).and_modify(|sum| sum.traffic = sum.traffic.without(row.traffic));
        }
        sums.retain(|_, row| row.traffic.packets > 0);
        let mut rows: Vec<TunnelRow> = sums.into_values().collect();
        rows.sort_by_key(|row| Reverse(row.traffic.packets));
        Rows::stored(rows)
    }
}

/// The sums of packets by the number of their encapsulations, sorted by the keys as written.
fn by_name(decided: &Decided<'_>, encapsulations: &[Traffic]) -> BTreeMap<&'static str, TunnelRow> {
    let mut sums: BTreeMap<&'static str, TunnelRow> = BTreeMap::new();
    for (number, traffic) in encapsulations.iter().enumerate().filter(|(_, traffic)| traffic.packets > 0) {
        let stack = decided.collected.encapsulations.stack(EncapsulationId(number as u16));
        let mut names: BTreeSet<Option<&'static str>> = stack.steps().map(|step| Some(step.name())).collect();
        if names.is_empty() {
            names.insert(None);
        }
        for encapsulation in names {
            let row = TunnelRow { encapsulation, traffic: Traffic::default() };
            sums.entry(encapsulation.unwrap_or(OTHERS)).or_insert(row).traffic.merge(*traffic);
        }
    }
    sums
}
