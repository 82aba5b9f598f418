//! Numbers, sizes and times, and numbers together with what they count.

use std::fmt::Write;

/// A number with its thousands set apart: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let mut text = String::new();
    append_grouped(number, &mut text);
    text
}

/// Appends a number with its thousands set apart.
pub fn append_grouped(number: u64, text: &mut String) {
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(number);
    let (first, mut rest) = digits.split_at((digits.len() - 1) % 3 + 1);
    text.push_str(first);
    while let Some((group, behind)) = rest.split_at_checked(3) {
        text.push(',');
        text.push_str(group);
        rest = behind;
    }
}

/// A number of bytes for people: three digits and a decimal unit (kB = 1000 bytes).
pub fn bytes(number: u64) -> String {
    let mut text = String::new();
    append_bytes(number, &mut text);
    text
}

/// Appends a number of bytes for people.
pub fn append_bytes(number: u64, text: &mut String) {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (number as f64, 0);
    // 999.95 would be shown as 1000.0.
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    // A string takes everything.
    let _ = if unit == 0 { write!(text, "{number} B") } else { write!(text, "{value:.1} {}", UNITS[unit]) };
}

/// A number of bytes as a file claims it, digit by digit; [`bytes`] rounds it to a unit.
pub fn exact_bytes(number: u64) -> String {
    format!("{number} {}", if number == 1 { "byte" } else { "bytes" })
}

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

/// A time in nanoseconds: microseconds, milliseconds or seconds, and from a thousand seconds on no fractions.
pub fn duration(nanoseconds: i64) -> String {
    let nanoseconds = nanoseconds.unsigned_abs();
    let of_unit = |unit: u64| {
        let thousandths = nanoseconds / (unit / 1000);
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match nanoseconds {
        0..1_000_000 => format!("{} µs", of_unit(1000)),
        1_000_000..1_000_000_000 => format!("{} ms", of_unit(1_000_000)),
        1_000_000_000..1_000_000_000_000 => format!("{} s", of_unit(1_000_000_000)),
        _ => format!("{} s", grouped(nanoseconds / 1_000_000_000)),
    }
}

/// A time in nanoseconds, rounded to a tenth of its unit.
pub fn rounded_duration(nanoseconds: i64) -> String {
    let value = nanoseconds.unsigned_abs() as f64;
    match nanoseconds.unsigned_abs() {
        0..50_000 => format!("{:.1} µs", value / 1e3),
        50_000..999_950_000 => format!("{:.1} ms", value / 1e6),
        999_950_000..999_950_000_000 => format!("{:.1} s", value / 1e9),
        more => format!("{} s", grouped(more / 1_000_000_000)),
    }
}

/// Hours, minutes and seconds.
#[cfg(feature = "live")]
pub fn clock(seconds: u64) -> String {
    format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1000, 999_949, 999_950].map(bytes), ["0 B", "999 B", "1.0 kB", "999.9 kB", "1.0 MB"]);
        assert_eq!(bytes(u64::MAX), "18.4 EB");
    }

    #[test]
    fn rounded_durations_have_one_digit_after_the_point() {
        let times = [999, 92_354, 373_832, 999_949_999, 999_950_000, 86_400_000_000_000];
        assert_eq!(times.map(rounded_duration), ["1.0 µs", "0.1 ms", "0.4 ms", "999.9 ms", "1.0 s", "86,400 s"]);
    }

    #[test]
    fn one_is_singular_and_everything_else_is_plural() {
        assert_eq!([0, 1, 2, 1234].map(packets), ["0 packets", "1 packet", "2 packets", "1,234 packets"]);
    }
}
