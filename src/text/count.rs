//! Numbers together with what they count, in the singular and in the plural, and sentences about what was too many.

use super::grouped;

/// A number with its noun: `1 flow`, `2,358 flows`.
pub fn number_of(number: u64, one: &str, several: &str) -> String {
    format!("{} {}", grouped(number), if number == 1 { one } else { several })
}

/// A number of packets.
pub fn packets(number: u64) -> String {
    number_of(number, "packet", "packets")
}

/// A number of flows.
pub fn flows(number: u64) -> String {
    number_of(number, "flow", "flows")
}

/// A number of bytes as a file claims it, digit by digit; [`bytes`](super::bytes) rounds it to a unit.
pub fn exact_bytes(number: u64) -> String {
    format!("{number} {}", if number == 1 { "byte" } else { "bytes" })
}

/// What is said where a flow of a number is asked for that none has.
pub fn no_such_flow(number: usize, flows: usize) -> String {
    let numbered = if flows > 1 { ", numbered from 1" } else { "" };
    format!("there is no flow {number}; the capture holds {}{numbered}", self::flows(flows as u64))
}

/// What is said where control channels announced more than can be kept.
pub fn announcements_dropped(number: u64) -> String {
    let (announcements, were) = (number_of(number, "announcement", "announcements"), if number == 1 { "was" } else { "were" });
    format!("{announcements} on control channels {were} dropped for lack of room: announced flows may lack their names")
}

/// What is said where there were more flows than may be told apart.
pub fn flows_overflowed(limit: usize, packets: u64) -> String {
    let (limit, are) = (flows(limit as u64), if packets == 1 { "is" } else { "are" });
    let packets = self::packets(packets);
    format!("more than {limit}: {packets} of further ones {are} counted together (flag overflow); --max-flows allows more")
}

/// The row that stands for those that are not shown.
pub fn others(number: usize) -> String {
    format!("({})", number_of(number as u64, "other", "others"))
}

/// The note behind a table's title that tells how many columns had no room, and what shows them.
pub fn left_out_columns(number: usize) -> String {
    format!("+{}: --wide", number_of(number as u64, "column", "columns"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_everything_else_is_plural() {
        assert_eq!([0, 1, 2, 1234].map(packets), ["0 packets", "1 packet", "2 packets", "1,234 packets"]);
        assert_eq!([1, 2].map(others), ["(1 other)", "(2 others)"]);
        assert_eq!([1, 1234].map(exact_bytes), ["1 byte", "1234 bytes"]);
        assert_eq!([1, 7].map(left_out_columns), ["+1 column: --wide", "+7 columns: --wide"]);
    }
}
