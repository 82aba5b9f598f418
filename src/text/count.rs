//! Numbers together with what they count, in the singular and in the plural.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_singular_and_everything_else_is_plural() {
        assert_eq!([0, 1, 2, 1234].map(packets), ["0 packets", "1 packet", "2 packets", "1,234 packets"]);
    }
}
