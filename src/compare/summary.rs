//! The facts of a comparison that fit into a sentence.

use super::Comparison;
use super::cell::Cell;
use super::row::{Change, ComparedRow};
use super::table::ComparedTable;
use crate::report::{Share, TableName};

/// The most services or other rows whose change is told in a sentence.
const MAX_MOVERS: usize = 3;

/// The differences in one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Differences {
    /// The table.
    pub table: TableName,
    /// Keys that the last side has, and the first one has not.
    pub new: u64,
    /// Keys that the first side has, and the last one has not.
    pub gone: u64,
    /// Keys that are missing on some side, while the first and the last one agree.
    pub intermittent: u64,
}

/// A row whose share of the bytes has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mover {
    /// The values of the columns that identify the row, each with the key of its column.
    pub keys: Vec<(&'static str, String)>,
    /// The words about the row, in the same form.
    pub words: Vec<(&'static str, String)>,
    /// The share of the bytes on the first side.
    pub from: Share,
    /// The share of the bytes on the last side.
    pub to: Share,
}

/// The facts of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The tables with differences.
    pub differences: Vec<Differences>,
    /// The rows of one table whose share of the bytes has changed most, the greatest change first.
    pub movers: Vec<Mover>,
    /// Hundredths of a percentage point from which on a share has changed.
    pub threshold: u64,
}

impl Summary {
    /// Collects the facts.
    pub fn new(comparison: &Comparison) -> Summary {
        let differences = comparison.tables.iter().map(differences);
        // One table is enough: services move with their servers and hosts, and say more than others.
        let is_usual = |table: &&ComparedTable| table.name() == TableName::Services;
        let (usual, others) = comparison.tables.iter().partition::<Vec<_>, _>(is_usual);
        let movers = usual.into_iter().chain(others).map(|table| movers(table, comparison));
        Summary {
            differences: differences.filter(|found| found.new + found.gone + found.intermittent > 0).collect(),
            movers: movers.into_iter().find(|movers| !movers.is_empty()).unwrap_or_default(),
            threshold: comparison.threshold,
        }
    }
}

fn differences(table: &ComparedTable) -> Differences {
    let count = |change: Change| table.rows().iter().filter(|row| row.is_difference() && row.change == change).count() as u64;
    let [new, gone, intermittent] = [Change::New, Change::Gone, Change::Intermittent].map(count);
    Differences { table: table.name(), new, gone, intermittent }
}

/// The rows of a table that have grown or shrunk most.
fn movers(table: &ComparedTable, comparison: &Comparison) -> Vec<Mover> {
    let moved = table.rows().iter().filter(|row| matches!(row.change, Change::Grown | Change::Shrunk));
    let named = |columns: &[&'static str], cells: &[Cell]| {
        let texts = columns.iter().copied().zip(cells.iter().map(ToString::to_string));
        texts.filter(|(_, text)| !text.is_empty()).collect()
    };
    let mover = |row: &ComparedRow| {
        let share = |side: usize| {
            let whole = comparison.sides[side].traffic.wire_bytes;
            Share { part: row.traffic[side].wire_bytes, whole }
        };
        let (from, to) = (share(0), share(row.traffic.len() - 1));
        Mover { keys: named(table.key_names(), &row.key), words: named(table.word_names(), &row.words), from, to }
    };
    moved.take(MAX_MOVERS).map(mover).collect()
}
