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

/// Units below a minute: the unit, its nanoseconds, and the value from which the next unit is used, because of rounding.
const SMALL_UNITS: [(&str, f64, f64); 4] = [("ns", 1.0, 999.5), ("µs", 1e3, 999.5), ("ms", 1e6, 999.5), ("s", 1e9, 59.95)];
/// Pairs of units from a minute on: both with their seconds, and the number of seconds from which the next pair is used.
const LARGE_UNITS: [(&str, u64, &str, u64, u64); 3] =
    [("min", 60, "s", 1, 3600), ("h", 3600, "min", 60, 86_400), ("d", 86_400, "h", 3600, u64::MAX)];

/// Appends a duration: three digits and a unit (`16.8 ms`, `5.25 s`), or two units (`2 min 5 s`, `3 d 4 h`).
pub fn append_duration(nanoseconds: i64, text: &mut String) {
    if nanoseconds < 0 {
        text.push('-');
    }
    match nanoseconds.unsigned_abs() {
        0 => text.push_str("0 s"),
        nanoseconds => append_in_one_unit(nanoseconds, text).unwrap_or_else(|| text.push_str(&in_two_units(nanoseconds))),
    }
}

/// Appends a duration below a minute; `None` for longer ones.
fn append_in_one_unit(nanoseconds: u64, text: &mut String) -> Option<()> {
    let values = SMALL_UNITS.map(|(unit, size, end)| (unit, nanoseconds as f64 / size, end));
    let (unit, value, _) = values.into_iter().find(|(_, value, end)| value < end)?;
    let digits = match value {
        _ if unit == "ns" => 0,
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    text.push_str(&format!("{value:.digits$} {unit}"));
    Some(())
}

/// A duration of a minute or more in two units.
fn in_two_units(nanoseconds: u64) -> String {
    let in_units = |(unit, size, part, part_size, end): (&str, u64, &str, u64, u64)| {
        let part_nanoseconds = part_size * 1_000_000_000;
        let seconds = (nanoseconds + part_nanoseconds / 2) / part_nanoseconds * part_size;
        let (whole, rest) = (grouped(seconds / size), seconds % size / part_size);
        (seconds < end).then(|| if rest == 0 { format!("{whole} {unit}") } else { format!("{whole} {unit} {rest} {part}") })
    };
    // The last pair has no end.
    LARGE_UNITS.into_iter().find_map(in_units).unwrap_or_default()
}

/// A time in nanoseconds: microseconds, milliseconds or seconds, and from a thousand seconds on two units without fractions.
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
        _ => in_two_units(nanoseconds),
    }
}

/// A time in nanoseconds, rounded to a tenth of its unit, or from a minute on to the smaller of two units.
pub fn rounded_duration(nanoseconds: i64) -> String {
    let value = nanoseconds.unsigned_abs() as f64;
    match nanoseconds.unsigned_abs() {
        0..50_000 => format!("{:.1} µs", value / 1e3),
        50_000..999_950_000 => format!("{:.1} ms", value / 1e6),
        999_950_000..59_950_000_000 => format!("{:.1} s", value / 1e9),
        more => in_two_units(more),
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
        assert_eq!(times.map(rounded_duration), ["1.0 µs", "0.1 ms", "0.4 ms", "999.9 ms", "1.0 s", "1 d"]);
    }

    #[test]
    fn one_is_singular_and_everything_else_is_plural() {
        assert_eq!([0, 1, 2, 1234].map(packets), ["0 packets", "1 packet", "2 packets", "1,234 packets"]);
    }

    fn appended(nanoseconds: i64) -> String {
        let mut text = String::new();
        append_duration(nanoseconds, &mut text);
        text
    }

    #[test]
    fn durations_have_three_digits_or_two_units() {
        let short = [0, 1, 999, 1000, 16_764_000, 999_499_999, 999_500_000, 5_250_000_000, 59_949_999_999, -2_000_000_000];
        assert_eq!(
            short.map(appended),
            ["0 s", "1 ns", "999 ns", "1.00 µs", "16.8 ms", "999 ms", "1.00 s", "5.25 s", "59.9 s", "-2.00 s"]
        );
        let seconds = |seconds: f64| appended((seconds * 1e9) as i64);
        let long = [59.95, 60.4, 125.0, 3599.4, 3599.5, 3600.0, 11_040.0, 86_369.0, 86_370.0, 273_600.0, 864_000_000.0];
        assert_eq!(
            long.map(seconds),
            [
                "1 min",
                "1 min",
                "2 min 5 s",
                "59 min 59 s",
                "1 h",
                "1 h",
                "3 h 4 min",
                "23 h 59 min",
                "1 d",
                "3 d 4 h",
                "10,000 d"
            ]
        );
        assert_eq!(appended(i64::MAX), "106,752 d");
    }
}
