//! Durations as people write them.

use jiff::{Span, SpanTotal, Unit};

use super::NANOSECONDS;

/// The longest duration, which is longer than any capture.
const MAX_SECONDS: f64 = 1e9;

/// Parses a duration: a number of seconds (`60`, `0.5`), or numbers with units (`90s`, `5m`, `1h30m`, `2 days`, `250ms`). A day has 24
/// hours, a week seven days. Returns nanoseconds, at least 1; `None` for anything else, and for durations of 10^9 seconds and more.
pub fn parse_duration(text: &str) -> Option<i64> {
    let seconds = match text.parse::<f64>() {
        Ok(seconds) => seconds,
        // Months and years have no fixed length, so that they have no total.
        Err(_) => {
            let total = SpanTotal::from(Unit::Second).days_are_24_hours();
            text.parse::<Span>().ok()?.total(total).ok()?
        }
    };
    let nanoseconds = (seconds > 0.0 && seconds < MAX_SECONDS).then(|| (seconds * NANOSECONDS as f64).round() as i64)?;
    (nanoseconds > 0).then_some(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_numbers_are_seconds_and_units_may_be_combined() {
        const MINUTE: i64 = 60 * NANOSECONDS;
        let durations = ["60", "0.5", "1e3", "90s", "5m", "1h30m", "1h 30m", "2 min 5 s", "250ms", "250 µs", "3d 4h", "1w"];
        let expected = [
            MINUTE,
            NANOSECONDS / 2,
            1000 * NANOSECONDS,
            90 * NANOSECONDS,
            5 * MINUTE,
            90 * MINUTE,
            90 * MINUTE,
            125 * NANOSECONDS,
            250_000_000,
            250_000,
            76 * 60 * MINUTE,
            7 * 24 * 60 * MINUTE,
        ];
        assert_eq!(durations.map(parse_duration), expected.map(Some));
    }

    #[test]
    fn anything_else_is_no_duration() {
        let texts =
            ["", "soon", "0", "-5", "-5m", "5 ago", "1e9", "40000 days", "1 month", "2y", "5x", "nan", "inf", "1e-10", "5m 3"];
        assert_eq!(texts.map(parse_duration), [None; 15]);
    }
}
