//! Points in time and spans of time.

mod duration;
mod zone;

use std::cell::Cell;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

pub use duration::parse_duration;
pub use zone::Zone;

/// Nanoseconds in a second.
pub const NANOSECONDS: i64 = 1_000_000_000;

/// A point in time as the capture recorded it: nanoseconds since 1970-01-01T00:00:00 UTC, or [`Time::UNKNOWN`].
///
/// The range is 1677 to 2262; a timestamp outside the range is clamped.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Time(i64);

impl Time {
    /// The present time by the clock of this computer. The analysis of a file never depends on it.
    pub fn now() -> Time {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Time::from_wide_nanoseconds(now.as_nanos() as i128)
    }

    /// The time of a packet whose record has none (a pcapng Simple Packet Block).
    pub const UNKNOWN: Time = Time(i64::MIN);

    /// The point `nanoseconds` after the epoch (before it, if negative).
    #[inline]
    pub const fn from_nanoseconds(nanoseconds: i64) -> Time {
        Time(if nanoseconds == i64::MIN { i64::MIN + 1 } else { nanoseconds })
    }

    /// The point `nanoseconds` after the epoch, from a wider number, clamped to the range.
    pub fn from_wide_nanoseconds(nanoseconds: i128) -> Time {
        Time(nanoseconds.clamp(i128::from(i64::MIN + 1), i128::from(i64::MAX)) as i64)
    }

    /// True unless this is [`Time::UNKNOWN`].
    #[inline]
    pub const fn is_known(self) -> bool {
        self.0 != i64::MIN
    }

    /// Nanoseconds since the epoch; `None` for [`Time::UNKNOWN`].
    pub const fn nanoseconds(self) -> Option<i64> {
        if self.is_known() { Some(self.0) } else { None }
    }

    /// A number that orders times: nanoseconds since the epoch, or the lowest number for [`Time::UNKNOWN`].
    #[inline]
    pub const fn as_number(self) -> i64 {
        self.0
    }

    /// The point `nanoseconds` before, clamped to the range; an unknown time stays unknown.
    pub const fn saturating_sub(self, nanoseconds: i64) -> Time {
        if self.is_known() { Time::from_nanoseconds(self.0.saturating_sub(nanoseconds)) } else { self }
    }

    /// Nanoseconds from `earlier` to this time (negative if `earlier` is later); `None` unless both are known.
    #[inline]
    pub fn since(self, earlier: Time) -> Option<i64> {
        (self.is_known() && earlier.is_known()).then(|| self.0.saturating_sub(earlier.0))
    }

    /// The time as characters: RFC 3339 in UTC with nine digits of a second; `None` for [`Time::UNKNOWN`].
    pub fn to_rfc3339(self) -> Option<[u8; 30]> {
        let nanoseconds = self.nanoseconds()?;
        let (second, fraction) = (nanoseconds.div_euclid(NANOSECONDS), nanoseconds.rem_euclid(NANOSECONDS) as u32);
        let mut text = match LATEST_SECOND.get() {
            Some((latest, text)) if latest == second => text,
            _ => {
                let text = second_to_rfc3339(second)?;
                LATEST_SECOND.set(Some((second, text)));
                text
            }
        };
        put_pair(&mut text, 20, fraction / 10_000_000);
        put_pair(&mut text, 22, fraction / 100_000);
        put_pair(&mut text, 24, fraction / 1000);
        put_pair(&mut text, 26, fraction / 10);
        text[28] = b'0' + (fraction % 10) as u8;
        Some(text)
    }
}

/// The numbers below 100 in two digits.
pub(crate) const PAIRS: [[u8; 2]; 100] = {
    let mut pairs = [[0; 2]; 100];
    let mut number = 0;
    while number < 100 {
        pairs[number] = [b'0' + number as u8 / 10, b'0' + number as u8 % 10];
        number += 1;
    }
    pairs
};

/// Writes the last two digits of `number` at `place`.
fn put_pair(text: &mut [u8; 30], place: usize, number: u32) {
    text[place..place + 2].copy_from_slice(&PAIRS[number as usize % 100]);
}

thread_local! {
    /// The second that was written last, and its characters: the times of a table are close to each other, and formatting a date
    /// takes longer than formatting the rest.
    static LATEST_SECOND: Cell<Option<(i64, [u8; 30])>> = const { Cell::new(None) };
}

/// The characters of a time at the beginning of a second. The range of times has years of four digits.
fn second_to_rfc3339(second: i64) -> Option<[u8; 30]> {
    let at = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::from_second(second).ok()?);
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    let year = u32::from(at.year().unsigned_abs());
    put_pair(&mut text, 0, year / 100);
    put_pair(&mut text, 2, year);
    put_pair(&mut text, 5, at.month().unsigned_abs().into());
    put_pair(&mut text, 8, at.day().unsigned_abs().into());
    put_pair(&mut text, 11, at.hour().unsigned_abs().into());
    put_pair(&mut text, 14, at.minute().unsigned_abs().into());
    put_pair(&mut text, 17, at.second().unsigned_abs().into());
    Some(text)
}

impl fmt::Display for Time {
    /// Writes [`Time::to_rfc3339`]; nothing for [`Time::UNKNOWN`].
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(text) = self.to_rfc3339() else { return Ok(()) };
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The span from the first to the last known time that was added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// The earliest time, or [`Time::UNKNOWN`].
    pub first: Time,
    /// The latest time, or [`Time::UNKNOWN`].
    pub last: Time,
}

impl Default for Span {
    fn default() -> Self {
        Span { first: Time::UNKNOWN, last: Time::UNKNOWN }
    }
}

impl Span {
    /// The span that holds just `time`.
    #[inline]
    pub const fn at(time: Time) -> Span {
        Span { first: time, last: time }
    }

    /// Widens the span to hold `time`; an unknown time changes nothing.
    #[inline]
    pub fn add(&mut self, time: Time) {
        // Nearly every packet is later than all before it.
        if self.first.is_known() && time >= self.last {
            self.last = time;
        } else {
            self.merge(Span::at(time));
        }
    }

    /// Widens the span to hold all of `other`.
    #[inline]
    pub fn merge(&mut self, other: Span) {
        if other.first.is_known() && (other.first < self.first || !self.first.is_known()) {
            self.first = other.first;
        }
        // `UNKNOWN` is smaller than every known time.
        self.last = self.last.max(other.last);
    }

    /// Nanoseconds from first to last; `None` while the span is empty.
    pub fn duration(&self) -> Option<i64> {
        self.last.since(self.first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_with_nine_digits_before_and_after_the_epoch() {
        assert_eq!(Time::from_nanoseconds(0).to_string(), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(Time::from_nanoseconds(-1).to_string(), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(Time::from_nanoseconds(1_795_424_400 * NANOSECONDS + 5).to_string(), "2026-11-23T09:00:00.000000005Z");
        assert_eq!(Time::UNKNOWN.to_string(), "");
    }

    #[test]
    fn the_ends_of_the_range_can_be_written() {
        assert!(Time::from_nanoseconds(i64::MIN).is_known());
        assert!(Time::from_wide_nanoseconds(i128::MAX).to_string().starts_with("2262-"));
        assert!(Time::from_wide_nanoseconds(i128::MIN).to_string().starts_with("1677-"));
    }

    #[test]
    fn a_span_ignores_unknown_times_and_any_order() {
        let mut span = Span::default();
        assert_eq!(span.duration(), None);
        for time in [Time::UNKNOWN, Time::from_nanoseconds(7), Time::from_nanoseconds(-3), Time::UNKNOWN] {
            span.add(time);
        }
        assert_eq!((span.first, span.last), (Time::from_nanoseconds(-3), Time::from_nanoseconds(7)));
        assert_eq!(span.duration(), Some(10));
    }
}
