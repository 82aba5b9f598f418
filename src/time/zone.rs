//! Time zones, for times that people read. The rules are those of the IANA time zone database, which is built in.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::tz::{self, TimeZone};

use super::{NANOSECONDS, Time};

/// A time zone with its name.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: Cow<'static, str>,
    rules: TimeZone,
}

static UTC: Zone = Zone { name: Cow::Borrowed("UTC"), rules: TimeZone::UTC };

impl Zone {
    /// Coordinated Universal Time.
    pub fn utc() -> &'static Zone {
        &UTC
    }

    /// Finds a zone by its name in the database, in upper or lower case: `Asia/Tokyo`, `utc`.
    pub fn named(name: &str) -> Option<Zone> {
        if name.eq_ignore_ascii_case("UTC") {
            return Some(UTC.clone());
        }
        let rules = TimeZone::get(name).ok()?;
        let name = rules.iana_name()?.to_owned();
        Some(Zone { name: name.into(), rules })
    }

    /// The zone of this computer, if it can be found out. A zone that the system does not name is called `local`.
    pub fn local() -> Option<Zone> {
        let rules = TimeZone::try_system().ok()?;
        let name = rules.iana_name().map_or(Cow::Borrowed("local"), |name| name.to_owned().into());
        Some(Zone { name, rules })
    }

    /// The names of all zones in the database.
    pub fn names() -> Vec<String> {
        tz::db().available().map(|name| name.to_string()).collect()
    }

    /// The name of the zone.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The point whose text in UTC is the one that clocks of this zone show at `time`.
    pub fn clock_time(&self, time: Time) -> Time {
        let Some(nanoseconds) = time.nanoseconds() else { return time };
        let Ok(timestamp) = Timestamp::from_nanosecond(nanoseconds.into()) else { return time };
        let ahead = i128::from(self.rules.to_offset(timestamp).seconds()) * i128::from(NANOSECONDS);
        Time::from_wide_nanoseconds(i128::from(nanoseconds) + ahead)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, time: &str) -> String {
        let time = time.parse::<Timestamp>().unwrap().as_nanosecond();
        let shown = Zone::named(zone).unwrap().clock_time(Time::from_wide_nanoseconds(time)).to_string();
        shown[..19].to_owned()
    }

    #[test]
    fn clocks_follow_the_rules_of_their_zone() {
        assert_eq!(clock("UTC", "2026-11-23T21:07:16Z"), "2026-11-23T21:07:16");
        assert_eq!(clock("Asia/Tokyo", "2026-11-23T21:07:16Z"), "2026-11-24T06:07:16");
        // Daylight saving time ends at 01:00 UTC.
        let in_berlin = ["2026-10-25T00:59:59Z", "2026-10-25T01:00:00Z"].map(|time| clock("Europe/Berlin", time));
        assert_eq!(in_berlin, ["2026-10-25T02:59:59", "2026-10-25T02:00:00"]);
    }

    #[test]
    fn zones_are_known_by_the_names_of_the_database() {
        let name = |name| Zone::named(name).map(|zone| zone.name().to_owned());
        assert_eq!(
            ["utc", "asia/tokyo", "Asia/Tokio", "", "local"].map(name),
            [Some("UTC".into()), Some("Asia/Tokyo".into()), None, None, None]
        );
        let names = Zone::names();
        assert!(names.len() > 300 && names.iter().any(|name| name == "America/Argentina/Buenos_Aires"), "{}", names.len());
    }

    #[test]
    fn times_at_the_ends_of_the_range_and_unknown_ones_stay_times() {
        let tokyo = Zone::named("Asia/Tokyo").unwrap();
        assert!(tokyo.clock_time(Time::from_wide_nanoseconds(i128::MAX)).to_string().starts_with("2262-"));
        assert_eq!(tokyo.clock_time(Time::UNKNOWN), Time::UNKNOWN);
    }
}
