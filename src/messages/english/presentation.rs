//! Columns, durations and time zones.

use super::numbers::grouped;
use super::{English, one_of};
use crate::error::UnknownColumn;
use crate::messages::PresentationMessages;

impl PresentationMessages for English {
    fn unknown_column(&self, problem: &UnknownColumn) -> String {
        let UnknownColumn { option, key, near, elsewhere, known } = problem;
        if !elsewhere.is_empty() {
            let names = elsewhere.join(", ");
            return format!("{option}: no table shown has a column {key}; add --table and one of these, which have it: {names}");
        }
        let known = known.join(", ");
        match near.as_slice() {
            [] => format!("{option}: there is no column \"{key}\"; the columns are {known}"),
            near => format!("{option}: there is no column \"{key}\"; did you mean {}? The columns are {known}", one_of(near)),
        }
    }

    fn unknown_zone(&self, name: &str, near: &[&str]) -> String {
        match near {
            [] => {
                format!("there is no time zone \"{name}\"; name one of the IANA database, such as Europe/Berlin, or local or UTC")
            }
            near => format!("there is no time zone \"{name}\"; did you mean {}?", one_of(near)),
        }
    }

    fn unknown_local_zone(&self) -> &'static str {
        "this computer's time zone is not known; name it, such as Europe/Berlin"
    }

    fn title_with_zone(&self, title: &str, zone: &str) -> String {
        format!("{title} ({zone})")
    }

    fn title_of_seconds(&self) -> &'static str {
        "seconds"
    }

    fn append_duration(&self, nanoseconds: i64, text: &mut String) {
        append_duration(nanoseconds, text);
    }
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
        nanoseconds => append_in_one_unit(nanoseconds, text).unwrap_or_else(|| append_in_two_units(nanoseconds, text)),
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

fn append_in_two_units(nanoseconds: u64, text: &mut String) {
    let in_units = |(unit, size, part, part_size, end): (&str, u64, &str, u64, u64)| {
        let part_nanoseconds = part_size * 1_000_000_000;
        let seconds = (nanoseconds + part_nanoseconds / 2) / part_nanoseconds * part_size;
        let (whole, rest) = (grouped(seconds / size), seconds % size / part_size);
        (seconds < end).then(|| if rest == 0 { format!("{whole} {unit}") } else { format!("{whole} {unit} {rest} {part}") })
    };
    // The last pair has no end.
    text.push_str(&LARGE_UNITS.into_iter().find_map(in_units).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn duration(nanoseconds: i64) -> String {
        let mut text = String::new();
        append_duration(nanoseconds, &mut text);
        text
    }

    #[test]
    fn durations_have_three_digits_or_two_units() {
        let short = [0, 1, 999, 1000, 16_764_000, 999_499_999, 999_500_000, 5_250_000_000, 59_949_999_999, -2_000_000_000];
        assert_eq!(
            short.map(duration),
            ["0 s", "1 ns", "999 ns", "1.00 µs", "16.8 ms", "999 ms", "1.00 s", "5.25 s", "59.9 s", "-2.00 s"]
        );
        let seconds = |seconds: f64| duration((seconds * 1e9) as i64);
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
        assert_eq!(duration(i64::MAX), "106,752 d");
    }
}
