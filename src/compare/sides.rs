//! `sides`: the captures that are compared, one row per side.

use crate::analysis::Decided;
use crate::report::{Column, Comparability, Kind, Missing, Record, Rows, Table, TableId, Value};
use crate::time::Span;
use crate::traffic::Traffic;

/// The most sides of a comparison: each has a letter.
pub const MAX_SIDES: usize = LETTERS.len();

/// The names of the sides, in order.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// The name of a side, by its place from 0: a letter. There is none from [`MAX_SIDES`] on.
pub fn side_name(place: usize) -> &'static str {
    LETTERS.get(place..place + 1).unwrap_or_default()
}

/// One capture of a comparison.
#[derive(Clone, Debug)]
pub struct ComparedSide {
    /// The inputs as the user named them. Untrusted text.
    pub inputs: String,
    /// All packets and bytes.
    pub traffic: Traffic,
    /// From the first to the last packet.
    pub span: Span,
    /// True if all of it was read.
    pub is_complete: bool,
    /// The parts that are missing.
    pub missing: Missing,
}

impl ComparedSide {
    /// The facts about a whole capture, whose inputs the user named `inputs`.
    pub fn new(inputs: String, decided: &Decided<'_>) -> ComparedSide {
        let collected = &decided.collected;
        ComparedSide {
            inputs,
            traffic: collected.total(),
            span: collected.span(),
            is_complete: collected.is_complete(),
            missing: Missing::new(decided),
        }
    }

    /// Nanoseconds from the first to the last packet, if known and not negative.
    pub fn duration(&self) -> Option<u64> {
        u64::try_from(self.span.duration()?).ok()
    }
}

/// A side with its name.
#[derive(Clone, Copy, Debug)]
pub struct SideRow<'a> {
    /// The name of the side.
    pub name: &'static str,
    /// The capture.
    pub side: &'a ComparedSide,
}

impl Record for SideRow<'static> {
    type Row<'a> = SideRow<'a>;
    const ID: TableId = TableId::Sides;
    const COMPARABILITY: Comparability = Comparability::OneCapture;
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("side", Kind::Text, |row| row.name.into()),
        Column::attribute("input", Kind::Untrusted, |row| Value::Untrusted(&row.side.inputs)),
        Column::attribute("packets", Kind::Count, |row| row.side.traffic.packets.into()),
        Column::attribute("wire_bytes", Kind::Bytes, |row| row.side.traffic.wire_bytes.into()),
        Column::attribute("start_time", Kind::Time, |row| row.side.span.first.into()),
        Column::attribute("end_time", Kind::Time, |row| row.side.span.last.into()),
        Column::attribute("duration_s", Kind::Seconds(9), |row| Value::seconds(row.side.span.duration())),
        Column::attribute("packets_per_s", Kind::Decimal(3), |row| {
            Value::ratio(row.side.traffic.packets, 1_000_000_000, row.side.duration(), 3)
        }),
        Column::attribute("wire_bytes_per_s", Kind::Decimal(3), |row| {
            Value::ratio(row.side.traffic.wire_bytes, 1_000_000_000, row.side.duration(), 3)
        }),
        Column::attribute("complete", Kind::Boolean, |row| row.side.is_complete.into()),
    ];
}

/// The table of the sides.
pub fn sides(sides: &[ComparedSide]) -> Table<'_> {
    let row = |(place, side)| SideRow { name: side_name(place), side };
    Rows::<SideRow<'static>>::stored(sides.iter().enumerate().map(row).collect()).into()
}
