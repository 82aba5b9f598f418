//! The columns of a compared table: its keys, the change, and the numbers of each side.

use super::join::{JoinColumns, TableJoin};
use super::row::ComparedRow;
use super::sides::{ComparedSide, side_name};
use crate::report::{ColumnRole, Field, Kind, Share, Value};
use crate::support::intern::intern;
use crate::traffic::Traffic;

/// The key of the column that says whether other captures should have the row, too.
pub const LASTING: &str = "lasting";
/// The place of this column after the keys and words.
const LASTING_PLACE: usize = 1;

/// The key of the measure of packets, and of the measure of bytes, in tables of a capture.
const TRAFFIC: [&str; 2] = ["packets", "wire_bytes"];

/// Splits the key of a side's column into the name of the side and the key of the table's own column: `a_packets`.
pub fn side_and_key(key: &'static str) -> Option<(&'static str, &'static str)> {
    key.split_once('_').filter(|(side, _)| side.len() == 1)
}

/// The number of a side in one column.
#[derive(Clone, Copy, Debug)]
enum SideNumber {
    /// The measure with this place among the measures.
    Measure(usize),
    /// All packets of the row.
    Packets,
    /// All bytes of the row.
    WireBytes,
    /// The packets as a part of all packets of the side.
    PacketsShare,
    /// The bytes as a part of all bytes of the side.
    WireBytesShare,
    /// Packets per second of the side.
    PacketsPerSecond,
    /// Bytes per second of the side.
    WireBytesPerSecond,
}

/// The columns of a compared table.
#[derive(Clone, Debug)]
pub struct ComparedColumns {
    fields: Vec<Field>,
    /// The numbers after the change, each with the place of its side.
    numbers: Vec<(usize, SideNumber)>,
    /// The places of the measures that add up to the packets, and to the bytes, of a row.
    traffic: [Vec<usize>; 2],
}

impl ComparedColumns {
    /// Creates the columns of a joined table for so many sides.
    pub fn new(join: &TableJoin, sides: usize) -> ComparedColumns {
        let JoinColumns { keys, words, measures } = &join.columns;
        let measure_fields: Vec<Field> = measures.iter().map(|index| join.fields[*index]).collect();
        let traffic = TRAFFIC.map(|key| parts_of(key, &measure_fields));
        let mut fields: Vec<Field> = keys.iter().map(|index| join.fields[*index]).collect();
        fields.extend(words.iter().map(|index| Field { null_word: None, ..join.fields[*index] }));
        fields.extend([
            own("change", Kind::Text, ColumnRole::Attribute),
            own(LASTING, Kind::Boolean, ColumnRole::Attribute),
            own("wire_bytes_pct_change", Kind::Decimal(2), ColumnRole::Attribute),
        ]);
        // A packet between two hosts is in the rows of both, so that their shares do not add up.
        let of_shares = if traffic.iter().all(|places| places.len() == 1) { ColumnRole::Measure } else { ColumnRole::Attribute };
        let (is_other, mut main) = (|key: &str| !TRAFFIC.contains(&key), Vec::new());
        let flows = measure_fields.iter().position(|field| field.key == "flows");
        main.extend(flows.map(|place| ("flows", Kind::Count, ColumnRole::Measure, SideNumber::Measure(place))));
        main.extend([
            ("packets", Kind::Count, ColumnRole::Measure, SideNumber::Packets),
            ("wire_bytes", Kind::Bytes, ColumnRole::Measure, SideNumber::WireBytes),
            ("packets_pct", Kind::Share, of_shares, SideNumber::PacketsShare),
            ("wire_bytes_pct", Kind::Share, of_shares, SideNumber::WireBytesShare),
            ("packets_per_s", Kind::Decimal(3), ColumnRole::Attribute, SideNumber::PacketsPerSecond),
            ("wire_bytes_per_s", Kind::Decimal(3), ColumnRole::Attribute, SideNumber::WireBytesPerSecond),
        ]);
        let others = measure_fields.iter().enumerate().filter(|(place, field)| is_other(field.key) && Some(*place) != flows);
        let others: Vec<_> =
            others.map(|(place, field)| (field.key, field.kind, field.role, SideNumber::Measure(place))).collect();
        let mut numbers = Vec::new();
        for group in [main, others] {
            for side in 0..sides {
                for (key, kind, role, number) in &group {
                    fields.push(own(intern(&format!("{}_{key}", side_name(side))), *kind, *role));
                    numbers.push((side, *number));
                }
            }
        }
        ComparedColumns { fields, numbers, traffic }
    }

    /// The columns as formats see them.
    pub fn fields(&self) -> Vec<Field> {
        self.fields.clone()
    }

    /// Packets and bytes of a row on one side.
    pub fn traffic(&self, measures: Option<&[u64]>) -> Traffic {
        let [packets, wire_bytes] = [&self.traffic[0], &self.traffic[1]].map(|places| {
            measures.map_or(0, |measures| places.iter().map(|place| measures[*place]).fold(0, u64::saturating_add))
        });
        Traffic { packets, wire_bytes }
    }

    /// The values of a row.
    pub fn values<'r>(&self, row: &'r ComparedRow, sides: &[ComparedSide]) -> Vec<Value<'r>> {
        let mut values: Vec<Value<'r>> = row.key.iter().chain(&row.words).map(|cell| cell.value()).collect();
        values.extend([row.change.name().into(), row.is_lasting.into(), Value::Decimal { value: row.points.into(), digits: 2 }]);
        values.extend(self.numbers.iter().map(|(side, number)| value(row, *side, &sides[*side], *number)));
        values
    }
}

/// The values of a row as people need them: whether a row is lasting is said only where it explains why a new or missing key is no
/// difference.
pub fn without_obvious<'r>(row: &ComparedRow, mut values: Vec<Value<'r>>) -> Vec<Value<'r>> {
    let is_missing = row.sides.iter().any(Option::is_none);
    if row.is_lasting || !is_missing {
        values[row.key.len() + row.words.len() + LASTING_PLACE] = Value::Null;
    }
    values
}

/// A column that is not one of the joined table's own.
const fn own(key: &'static str, kind: Kind, role: ColumnRole) -> Field {
    Field { key, kind, role, null_word: None }
}

/// The places of the measures that add up to `key`: the measure with this key, or those that divide it, such as `packets_sent` and
/// `packets_received`.
fn parts_of(key: &str, measures: &[Field]) -> Vec<usize> {
    let whole = measures.iter().position(|field| field.key == key);
    let is_part = |field: &Field| field.key.strip_prefix(key).is_some_and(|rest| rest.starts_with('_'));
    let parts = || measures.iter().enumerate().filter(|(_, field)| is_part(field)).map(|(place, _)| place).collect();
    whole.map_or_else(parts, |place| vec![place])
}

fn value<'r>(row: &ComparedRow, side: usize, whole: &ComparedSide, number: SideNumber) -> Value<'r> {
    let traffic = row.traffic[side];
    let per_second = |count| Value::ratio(count, 1_000_000_000, whole.duration(), 3);
    match number {
        SideNumber::Measure(place) => row.sides[side].as_ref().map_or(0, |measures| measures[place]).into(),
        SideNumber::Packets => traffic.packets.into(),
        SideNumber::WireBytes => traffic.wire_bytes.into(),
        SideNumber::PacketsShare => Share { part: traffic.packets, whole: whole.traffic.packets }.into(),
        SideNumber::WireBytesShare => Share { part: traffic.wire_bytes, whole: whole.traffic.wire_bytes }.into(),
        SideNumber::PacketsPerSecond => per_second(traffic.packets),
        SideNumber::WireBytesPerSecond => per_second(traffic.wire_bytes),
    }
}
