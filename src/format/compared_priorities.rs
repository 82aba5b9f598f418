//! The importance of a compared table's columns on a terminal. Keys and words keep the importance that they have in the table of one
//! capture; the numbers of the first and the last side come before those of the sides between them.

use super::priorities::Priority;
use crate::compare::side_and_key;
use crate::report::Field;

/// Columns that are always shown, besides those that always are in the table of one capture.
const ALWAYS: [&str; 2] = ["change", "wire_bytes_pct_change"];
/// The numbers of a side in order of importance. Others come after them.
const NUMBERS: [&str; 7] =
    ["wire_bytes_pct", "wire_bytes", "wire_bytes_per_s", "flows", "packets", "packets_pct", "packets_per_s"];
/// The priority of the first of these numbers.
const FIRST_NUMBER: u8 = 1;
/// The priority of the least important word that is listed for the table of one capture is this much higher here.
const AFTER_NUMBERS: u8 = 20;
/// The priority of everything else.
const LAST: u8 = 90;

/// The priorities of the columns: `of_one` gives that of a column in the table of one capture.
pub fn compared_priorities(fields: &[Field], of_one: impl Fn(&str) -> Option<Priority>) -> Vec<Priority> {
    let last = fields.iter().filter_map(|field| side_and_key(field.key)).map(|(side, _)| side).max();
    let priority = |field: &Field| match side_and_key(field.key) {
        Some((side, key)) => {
            let is_between = u8::from(side != "a" && Some(side) != last);
            let place = NUMBERS.iter().position(|number| *number == key);
            place.map_or(Priority::WithRoom(LAST), |place| Priority::WithRoom(FIRST_NUMBER + 2 * place as u8 + is_between))
        }
        None if ALWAYS.contains(&field.key) => Priority::Always,
        None => match of_one(field.key) {
            // Long addresses give way for the number 0.
            Some(Priority::WithRoom(number)) if number > 0 => Priority::WithRoom((number + AFTER_NUMBERS).min(LAST)),
            listed => listed.unwrap_or(Priority::WithRoom(LAST)),
        },
    };
    fields.iter().map(priority).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{ColumnRole, Kind};

    #[test]
    fn the_ends_come_before_the_sides_between_them() {
        let keys =
            ["service", "category", "odd", "change", "a_packets", "a_wire_bytes_pct", "b_wire_bytes_pct", "c_wire_bytes_pct"];
        let field = |key| Field { key, kind: Kind::Count, role: ColumnRole::Measure, null_word: None };
        let of_one = |key: &str| match key {
            "service" => Some(Priority::Always),
            "category" => Some(Priority::WithRoom(2)),
            _ => None,
        };
        let [packets, first, between] = [9, 1, 2].map(Priority::WithRoom);
        assert_eq!(
            compared_priorities(&keys.map(field), of_one),
            [Priority::Always, Priority::WithRoom(22), Priority::WithRoom(90), Priority::Always, packets, first, between, first]
        );
    }
}
