//! The time that packets are asked for: from one point to another, which may depend on the capture.

use std::str::FromStr;

use jiff::civil;
use jiff::tz::TimeZone;

use crate::capture::{Filtered, Filtering, Interface, Packet};
use crate::time::{NANOSECONDS, Time};

/// A point in time, as a person names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeBound {
    /// A point in time: RFC 3339 with an offset.
    At(Time),
    /// A date and a time of day in the user's time zone.
    Local(civil::DateTime),
    /// A time of day in the user's time zone, on the day of the capture's first packet.
    Clock(civil::Time),
    /// Nanoseconds after the capture's first packet.
    AfterStart(i64),
    /// Nanoseconds before the capture's last packet.
    BeforeEnd(i64),
}

/// Text that is no [`TimeBound`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATime;

impl FromStr for TimeBound {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<TimeBound, NotATime> {
        if let Some(duration) = text.strip_prefix('+') {
            return Ok(TimeBound::AfterStart(parse_duration(duration).ok_or(NotATime)?));
        }
        if let Some(duration) = text.strip_prefix('-') {
            return Ok(TimeBound::BeforeEnd(parse_duration(duration).ok_or(NotATime)?));
        }
        if let Ok(timestamp) = text.parse::<jiff::Timestamp>() {
            return Ok(TimeBound::At(Time::from_wide_nanoseconds(timestamp.as_nanosecond())));
        }
        let is_digit = |char: char| char.is_ascii_digit();
        // The parser of times would also take 21 for an hour, which may be meant as a day.
        if text.contains(':') && !text.contains(['-', 'T', ' ']) {
            return text.parse().map(TimeBound::Clock).map_err(|_| NotATime);
        }
        // A clock time with anything behind it, such as a name of a zone, is not taken for something else.
        if text.starts_with(is_digit) && text.ends_with(is_digit) && text.contains('-') {
            return text.parse().map(TimeBound::Local).map_err(|_| NotATime);
        }
        Err(NotATime)
    }
}

/// Nanoseconds of a duration: `90`, `90s`, `1.5h`, `1h30m`; `None` if it is none.
fn parse_duration(text: &str) -> Option<i64> {
    /// The longest that is of use: longer than the range of times.
    const LONGEST: f64 = 9.2e18;
    let mut rest = text;
    let mut nanoseconds = 0.0;
    while !rest.is_empty() {
        let number_len = rest.find(|char: char| !char.is_ascii_digit() && char != '.').unwrap_or(rest.len());
        let (number, behind) = rest.split_at(number_len);
        let unit_len = behind.find(|char: char| !char.is_ascii_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(unit_len);
        let seconds = match unit {
            "ms" => 0.001,
            "s" => 1.0,
            // A number alone is one of seconds.
            "" if rest == text => 1.0,
            "m" | "min" => 60.0,
            "h" => 3600.0,
            "d" => 86_400.0,
            _ => return None,
        };
        nanoseconds += number.parse::<f64>().ok()? * seconds * NANOSECONDS as f64;
        rest = behind;
    }
    (!text.is_empty() && nanoseconds < LONGEST).then_some(nanoseconds.round() as i64)
}

/// The time that packets are asked for.
#[derive(Clone, Debug, Default)]
pub struct TimeWindow {
    /// The first point that is inside.
    pub from: Option<TimeBound>,
    /// The first point after it that is outside again.
    pub to: Option<TimeBound>,
    /// The zone of dates and times of day; UTC, if `None`.
    pub zone: Option<TimeZone>,
    /// The time of the capture's last packet, which [`TimeBound::BeforeEnd`] needs.
    pub end: Option<Time>,
}

/// A span of time, as long as its ends are known: from the first point to the one before the second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The first point inside; `None` if there is no limit.
    pub from: Option<Time>,
    /// The first point after it that is outside; `None` if there is no limit.
    pub to: Option<Time>,
}

impl TimeWindow {
    /// True if the time of the capture's last packet must be known.
    pub fn needs_end(&self) -> bool {
        [self.from, self.to].into_iter().flatten().any(|bound| matches!(bound, TimeBound::BeforeEnd(_)))
    }

    /// The window in a capture whose first packet has the time `start`.
    ///
    /// If both ends are times of day, and the second is not later than the first, it is on the next day.
    pub fn resolve(&self, start: Time) -> Window {
        let from = self.from.and_then(|bound| self.point(bound, start));
        let mut to = self.to.and_then(|bound| self.point(bound, start));
        if let (Some(TimeBound::Clock(_)), Some(TimeBound::Clock(clock))) = (self.from, self.to)
            && to <= from
        {
            to = self.clock(clock, start, 1);
        }
        Window { from, to }
    }

    fn point(&self, bound: TimeBound, start: Time) -> Option<Time> {
        match bound {
            TimeBound::At(time) => Some(time),
            TimeBound::Local(time) => self.local(time),
            TimeBound::Clock(time) => self.clock(time, start, 0),
            TimeBound::AfterStart(nanoseconds) => start.is_known().then(|| start.saturating_sub(nanoseconds.saturating_neg())),
            TimeBound::BeforeEnd(nanoseconds) => self.end.map(|end| end.saturating_sub(nanoseconds)),
        }
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone().unwrap_or(TimeZone::UTC)
    }

    fn local(&self, time: civil::DateTime) -> Option<Time> {
        let timestamp = self.zone().to_timestamp(time).ok()?;
        Some(Time::from_wide_nanoseconds(timestamp.as_nanosecond()))
    }

    /// A time of day, so many days after that of the first packet.
    fn clock(&self, time: civil::Time, start: Time, days: i8) -> Option<Time> {
        let start = jiff::Timestamp::from_nanosecond(start.nanoseconds()?.into()).ok()?;
        let mut date = self.zone().to_datetime(start).date();
        for _ in 0..days {
            date = date.tomorrow().ok()?;
        }
        self.local(date.to_datetime(time))
    }
}

impl Window {
    /// True if a time is inside. An unknown one is not.
    #[inline]
    pub fn contains(&self, time: Time) -> bool {
        time.is_known() && self.from.is_none_or(|from| from <= time) && self.to.is_none_or(|to| time < to)
    }
}

/// The tests that packets must pass to be analysed: the time, then the filter.
pub struct Gate {
    asked: Option<TimeWindow>,
    /// The window, once the first time is known.
    window: Option<Window>,
    filtering: Option<Filtering>,
}

/// The result of the tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// The packet is analysed.
    Passes,
    /// It does not match the filter.
    Filtered,
    /// It is outside of the window.
    Outside,
}

impl Gate {
    /// The gate with these tests; `None` if there are none.
    pub fn new(asked: Option<TimeWindow>, filtering: Option<Filtering>) -> Option<Gate> {
        (asked.is_some() || filtering.is_some()).then_some(Gate { asked, window: None, filtering })
    }

    /// Tests a packet.
    pub fn test(&mut self, packet: &Packet<'_>, interface: &Interface) -> Passage {
        if let Some(asked) = &self.asked {
            let window = match self.window {
                Some(window) => window,
                None if packet.time.is_known() => *self.window.insert(asked.resolve(packet.time)),
                None => return Passage::Outside,
            };
            if !window.contains(packet.time) {
                return Passage::Outside;
            }
        }
        let matches = self.filtering.as_mut().is_none_or(|filtering| filtering.matches(packet, interface.link_type));
        if matches { Passage::Passes } else { Passage::Filtered }
    }

    /// The window, if there is one. Without a packet whose time is known, the points that depend on the capture are missing.
    pub fn window(&self) -> Option<Window> {
        let asked = self.asked.as_ref()?;
        Some(self.window.unwrap_or_else(|| asked.resolve(Time::UNKNOWN)))
    }

    /// The counts of the filter, if there is one.
    pub fn filtered(&self) -> Option<Filtered> {
        self.filtering.as_ref().map(Filtering::so_far)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(text: &str) -> Result<TimeBound, NotATime> {
        text.parse()
    }

    fn seconds(seconds: i64) -> Time {
        Time::from_nanoseconds(seconds * NANOSECONDS)
    }

    /// 2026-11-23T21:07:16Z.
    const START: i64 = 1_795_468_036;

    fn resolved(from: &str, to: &str) -> [Option<String>; 2] {
        let window = TimeWindow { from: bound(from).ok(), to: bound(to).ok(), end: Some(seconds(START + 600)), zone: None };
        let Window { from, to } = window.resolve(seconds(START));
        [from, to].map(|time| time.map(|time| time.to_string()[..19].to_owned()))
    }

    fn points(from: &str, to: &str) -> [Option<String>; 2] {
        [Some(format!("2026-11-{from}")), Some(format!("2026-11-{to}"))]
    }

    #[test]
    fn times_are_points_clock_times_or_distances() {
        assert_eq!(resolved("2026-11-23T21:08:00Z", "2026-11-23T23:08:00+01:00"), points("23T21:08:00", "23T22:08:00"));
        assert_eq!(resolved("2026-11-23T21:08", "2026-11-24"), points("23T21:08:00", "24T00:00:00"));
        assert_eq!(resolved("21:08", "21:09:30.5"), points("23T21:08:00", "23T21:09:30"));
        assert_eq!(resolved("23:50", "00:10"), points("23T23:50:00", "24T00:10:00"));
        assert_eq!(resolved("+4s", "+1m"), points("23T21:07:20", "23T21:08:16"));
        assert_eq!(resolved("-1h", "-1m30s"), points("23T20:17:16", "23T21:15:46"));
        for wrong in [
            "",
            "+",
            "-",
            "+x",
            "+5x",
            "+5m3",
            "25:00",
            "21",
            "21:07 CET",
            "yesterday",
            "2026-13-01",
            "+1e3s",
            "+.",
            "+9999999999d",
        ] {
            assert_eq!(bound(wrong), Err(NotATime), "{wrong}");
        }
        assert_eq!(
            (bound("+90"), bound("+1500ms")),
            (Ok(TimeBound::AfterStart(90 * NANOSECONDS)), Ok(TimeBound::AfterStart(1_500_000_000)))
        );
    }

    #[test]
    fn days_are_those_of_the_zone() {
        let zone = Some(TimeZone::fixed(jiff::tz::offset(3)));
        // 2026-11-24T00:07:16 there.
        let window = TimeWindow { from: bound("00:30").ok(), to: bound("2026-11-24T01:00").ok(), zone, end: None };
        let Window { from, to } = window.resolve(seconds(START));
        assert_eq!(
            [from, to].map(|time| time.unwrap().to_string()[..19].to_owned()),
            ["2026-11-23T21:30:00", "2026-11-23T22:00:00"]
        );
    }

    #[test]
    fn the_second_point_is_outside_and_so_is_an_unknown_time() {
        let window = Window { from: Some(seconds(1)), to: Some(seconds(3)) };
        assert_eq!([0, 1, 2, 3].map(|second| window.contains(seconds(second))), [false, true, true, false]);
        assert!(!window.contains(Time::UNKNOWN) && !Window::default().contains(Time::UNKNOWN));
        assert!(Window::default().contains(seconds(0)));
    }
}
