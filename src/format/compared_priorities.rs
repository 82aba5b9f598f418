//! The importance of a compared table's columns on a terminal. Keys and names keep the importance that they have in the table of one
//! capture; the numbers of the first and the last side come before those of the sides between them.

use super::priorities::Priority;
use crate::compare::side_and_key;
use crate::report::{ColumnRole, Field};

/// Columns that are always shown, besides those that always are in the table of one capture.
const ALWAYS: [&str; 2] = ["change", "wire_bytes_pct_change"];
/// The column that says why a new or missing key is no difference.
const LASTING: &str = "lasting";
/// The numbers of a side in order of importance. The others are for data formats.
const NUMBERS: [&str; 5] = ["wire_bytes_pct", "wire_bytes", "wire_bytes_per_s", "flows", "packets"];
/// The priorities of these numbers. Between the shares and the other numbers is room for keys that need not be shown in the table of
/// one capture: without them, two rows may look alike.
const OF_NUMBERS: [u8; 5] = [1, 30, 32, 34, 36];
/// The priority of such a key is so much lower than in the table of one capture.
const AFTER_SHARES: u8 = 2;
/// The priority of the least important of them.
const LAST_KEY: u8 = 29;
/// The priority of the least important columns.
const LAST: u8 = 90;

/// The priorities of the columns of a compared table: `of_one` gives that of a column in the table of one capture.
pub fn compared_priorities(fields: &[Field], of_one: impl Fn(&str) -> Option<Priority>) -> Vec<Priority> {
    let last = fields.iter().filter_map(|field| side_and_key(field.key)).map(|(side, _)| side).max();
    let priority = |field: &Field| match side_and_key(field.key) {
        Some((side, key)) => {
            let is_between = u8::from(side != "a" && Some(side) != last);
            let of_ends = NUMBERS.iter().zip(OF_NUMBERS).find(|(number, _)| **number == key);
            of_ends.map_or(Priority::Never, |(_, priority)| Priority::WithRoom(priority + is_between))
        }
        None if ALWAYS.contains(&field.key) => Priority::Always,
        None if field.key == LASTING => Priority::WithRoom(LAST),
        None => match (field.role, of_one(field.key)) {
            (_, Some(listed @ (Priority::Always | Priority::WithRoom(0)))) => listed,
            (ColumnRole::Key, Some(Priority::WithRoom(number))) => Priority::WithRoom((number + AFTER_SHARES).min(LAST_KEY)),
            // Other words are about the last capture alone.
            _ => Priority::Never,
        },
    };
    fields.iter().map(priority).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Kind;

    #[test]
    fn the_ends_come_before_the_sides_between_them() {
        let keys = [
            ("category", ColumnRole::Key),
            ("service", ColumnRole::Key),
            ("outcome", ColumnRole::Attribute),
            ("change", ColumnRole::Attribute),
            ("lasting", ColumnRole::Attribute),
            ("a_packets", ColumnRole::Measure),
            ("a_ip_bytes", ColumnRole::Measure),
            ("a_wire_bytes_pct", ColumnRole::Measure),
            ("b_wire_bytes_pct", ColumnRole::Measure),
            ("c_wire_bytes_pct", ColumnRole::Measure),
        ];
        let fields = keys.map(|(key, role)| Field { key, kind: Kind::Count, role, null_word: None });
        let of_one = |key: &str| match key {
            "service" => Some(Priority::Always),
            _ => Some(Priority::WithRoom(2)),
        };
        let [category, lasting, packets, first, between] = [4, 90, 36, 1, 2].map(Priority::WithRoom);
        let (always, never) = (Priority::Always, Priority::Never);
        let expected = [category, always, never, always, lasting, packets, never, first, between, first];
        assert_eq!(compared_priorities(&fields, of_one), expected);
    }
}
