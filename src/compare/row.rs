//! One row of a comparison: whether it is new, gone, grown or shrunk, and by how much.

use std::cmp::Reverse;

use super::cell::Cell;
use super::join::JoinedRow;
use crate::report::Share;
use crate::traffic::Traffic;

/// The difference between the sides of one row. The first and the last side are compared; those between them matter only where a key
/// is missing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// The last side has the key, the first one does not.
    New,
    /// The first side has the key, the last one does not.
    Gone,
    /// Both or neither of them has the key, and it is missing on some side.
    Intermittent,
    /// The share of the bytes is greater on the last side, by the threshold or more.
    Grown,
    /// The share of the bytes is smaller on the last side, by the threshold or more.
    Shrunk,
    /// The share of the bytes differs by less than the threshold.
    Same,
}

impl Change {
    /// All changes, in their order.
    pub const ALL: [Change; 6] = [Change::New, Change::Gone, Change::Intermittent, Change::Grown, Change::Shrunk, Change::Same];

    /// The change with this word.
    pub fn from_name(word: &str) -> Option<Change> {
        Change::ALL.into_iter().find(|change| change.name() == word)
    }

    /// The place of the change in their order, from 0.
    pub const fn rank(self) -> usize {
        self as usize
    }

    /// The word in the column `change`.
    pub const fn name(self) -> &'static str {
        match self {
            Change::New => "new",
            Change::Gone => "gone",
            Change::Intermittent => "intermittent",
            Change::Grown => "grown",
            Change::Shrunk => "shrunk",
            Change::Same => "same",
        }
    }
}

/// The rows of all sides with one key.
#[derive(Clone, Debug)]
pub struct ComparedRow {
    /// The key.
    pub key: Box<[Cell]>,
    /// The words about the row, from the last side that has it.
    pub words: Box<[Cell]>,
    /// The measures of each side; `None` where a side does not have the key.
    pub sides: Vec<Option<Box<[u64]>>>,
    /// Packets and bytes of each side.
    pub traffic: Vec<Traffic>,
    /// The difference.
    pub change: Change,
    /// The share of the bytes on the last side less that on the first one, in hundredths of a percentage point.
    pub points: i64,
    /// True if a side without this key is different from the others.
    pub is_lasting: bool,
}

impl ComparedRow {
    /// Compares the sides of a row: `traffic` is its part of each side, `whole` all of each side, and `threshold` the hundredths of a
    /// percentage point from which on a share has changed.
    pub fn new(key: Box<[Cell]>, row: JoinedRow, traffic: Vec<Traffic>, whole: &[Traffic], threshold: u64) -> ComparedRow {
        let share = |side: Option<usize>| {
            let part = side.and_then(|side| traffic.get(side)).map_or(0, |traffic| traffic.wire_bytes);
            let whole = side.and_then(|side| whole.get(side)).map_or(0, |whole| whole.wire_bytes);
            Share { part, whole }.basis_points() as i64
        };
        let points = share(whole.len().checked_sub(1)) - share(Some(0));
        let has = |side: Option<&Option<Box<[u64]>>>| side.is_some_and(Option::is_some);
        let change = match (has(row.sides.first()), has(row.sides.last())) {
            (false, true) => Change::New,
            (true, false) => Change::Gone,
            _ if row.sides.iter().any(Option::is_none) => Change::Intermittent,
            _ if points.unsigned_abs() < threshold || points == 0 => Change::Same,
            _ if points > 0 => Change::Grown,
            _ => Change::Shrunk,
        };
        let JoinedRow { words, is_lasting, sides } = row;
        ComparedRow { key, words, sides, traffic, change, points, is_lasting }
    }

    /// True if a thing of the network is on some sides only.
    pub fn is_difference(&self) -> bool {
        self.is_lasting && self.sides.iter().any(Option::is_none)
    }

    /// True if the row is worth showing to people: a difference, or a share that changed by `threshold` hundredths of a percentage
    /// point or more.
    pub fn is_notable(&self, threshold: u64) -> bool {
        self.is_difference() || (self.points != 0 && self.points.unsigned_abs() >= threshold)
    }

    /// The order of rows: differences first, each kind together, then the greatest change of the share of the bytes, then the most
    /// bytes on one side.
    pub fn order(&self) -> impl Ord + use<> {
        let kind = self.is_difference().then_some(self.change);
        let most = self.traffic.iter().map(|traffic| traffic.wire_bytes).max();
        (kind.is_none(), kind, Reverse(self.points.unsigned_abs()), Reverse(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The change of a row with these bytes on each side, of 1000 bytes on each.
    fn change(sides: &[Option<u64>], threshold: u64) -> (Change, i64) {
        let traffic: Vec<Traffic> =
            sides.iter().map(|bytes| Traffic { packets: 1, wire_bytes: bytes.unwrap_or_default() }).collect();
        let whole = vec![Traffic { packets: 10, wire_bytes: 1000 }; sides.len()];
        let sides = sides.iter().map(|bytes| bytes.map(|bytes| [bytes].into())).collect();
        let row = ComparedRow::new(Box::new([]), JoinedRow { sides, ..JoinedRow::default() }, traffic, &whole, threshold);
        (row.change, row.points)
    }

    #[test]
    fn the_first_and_the_last_side_are_compared() {
        assert_eq!(change(&[None, Some(20)], 100), (Change::New, 200));
        assert_eq!(change(&[Some(20), None], 100), (Change::Gone, -200));
        assert_eq!(change(&[None, Some(5), Some(20)], 100), (Change::New, 200));
        assert_eq!(change(&[Some(20), None, Some(20)], 100), (Change::Intermittent, 0));
        assert_eq!(change(&[None, Some(20), None], 100), (Change::Intermittent, 0));
        assert_eq!(change(&[Some(500), Some(1), Some(510)], 100), (Change::Grown, 100));
        assert_eq!(change(&[Some(500), Some(490)], 100), (Change::Shrunk, -100));
        assert_eq!(change(&[Some(500), Some(509)], 100), (Change::Same, 90));
    }

    #[test]
    fn nothing_grows_by_nothing_even_without_a_threshold() {
        assert_eq!(change(&[Some(500), Some(500)], 0), (Change::Same, 0));
        assert_eq!(change(&[Some(500), Some(501)], 0), (Change::Grown, 10));
    }
}
