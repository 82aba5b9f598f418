//! The options that shape what is shown: numbers and times, and the pager.

use clap::Args;
use portolan::capture::near_words;
use portolan::format::terminal::View;
use portolan::time::{Zone, parse_duration};

use crate::app::MESSAGES;
use crate::app::pager::Paging;

/// The form of numbers and times on the terminal.
#[derive(Args, Debug)]
pub struct ValueArguments {
    /// Show numbers and times with all their digits on the terminal and in --markdown, without units: 1234567 instead of 1.2 MB, seconds instead of
    /// minutes and hours
    #[arg(long)]
    exact: bool,

    /// Time zone of the times on the terminal and in --markdown: a name such as Europe/Berlin, local, or UTC. Their columns name it.
    /// Other outputs are always in UTC
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = parse_zone)]
    tz: &'static Zone,
}

/// The form of numbers and times in text for people.
#[derive(Clone, Copy, Debug)]
pub struct ValueJob {
    /// True if numbers have all their digits, and nothing else.
    pub exact: bool,
    /// The time zone of times.
    pub zone: &'static Zone,
}

impl Default for ValueJob {
    /// Numbers with units, and times in UTC.
    fn default() -> ValueJob {
        ValueJob { exact: false, zone: Zone::utc() }
    }
}

impl ValueArguments {
    /// The form that the arguments describe.
    pub fn into_job(self) -> ValueJob {
        ValueJob { exact: self.exact, zone: self.tz }
    }
}

impl ValueJob {
    /// The layout on a terminal, which otherwise is `view`.
    pub fn view(self, view: View) -> View {
        View { exact: self.exact, zone: self.zone, ..view }
    }
}

/// The use of a pager.
#[derive(Args, Debug)]
pub struct PagerArguments {
    /// Do not show text that is longer than the terminal in a pager. Otherwise PORTOLAN_PAGER or PAGER names it, or else less is used;
    /// an empty name or cat means none
    #[arg(long)]
    no_pager: bool,
}

impl PagerArguments {
    /// The use of a pager that the arguments describe.
    pub fn into_paging(self) -> Paging {
        if self.no_pager { Paging::Off } else { Paging::On }
    }
}

/// A duration as typed, in nanoseconds.
#[derive(Clone, Copy, Debug)]
pub struct Nanoseconds(pub i64);

/// Parses a duration above 0.
pub fn parse_nanoseconds(text: &str) -> Result<Nanoseconds, String> {
    parse_duration(text).map(Nanoseconds).ok_or_else(|| "expected a duration such as 90s, 5m, 1h30m or 0.5 (seconds)".to_owned())
}

/// Parses a duration of whole seconds.
#[cfg(feature = "live")]
pub fn parse_whole_seconds(text: &str) -> Result<u64, String> {
    let seconds = parse_duration(text).filter(|nanoseconds| nanoseconds % portolan::time::NANOSECONDS == 0);
    let seconds = seconds.map(|nanoseconds| nanoseconds.unsigned_abs() / portolan::time::NANOSECONDS.unsigned_abs());
    seconds.ok_or_else(|| "expected a duration in whole seconds, such as 90s, 5m or 3600".to_owned())
}

/// Parses the name of a time zone. The zone is used until the program ends.
fn parse_zone(name: &str) -> Result<&'static Zone, String> {
    let zone = match name {
        "local" => Zone::local().ok_or_else(|| MESSAGES.unknown_local_zone().to_owned())?,
        name => Zone::named(name).ok_or_else(|| {
            let names = Zone::names();
            MESSAGES.unknown_zone(name, &near_zones(name, &names))
        })?,
    };
    Ok(Box::leak(Box::new(zone)))
}

/// The zones that may be meant: those of a place with that name, or those with similar names.
fn near_zones<'z>(name: &str, zones: &'z [String]) -> Vec<&'z str> {
    let zones = || zones.iter().map(String::as_str);
    let place = |zone: &'z str| zone.rsplit('/').next().unwrap_or(zone);
    let typed = name.replace(' ', "_");
    let of_place: Vec<&str> = zones().filter(|zone| place(zone).eq_ignore_ascii_case(&typed)).take(3).collect();
    if of_place.is_empty() { near_words(&typed, zones()) } else { of_place }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_city_or_a_mistyped_name_leads_to_zones() {
        let near = |name| parse_zone(name).unwrap_err();
        assert!(near("Tokyo").ends_with("did you mean Asia/Tokyo?"), "{}", near("Tokyo"));
        assert!(near("new york").ends_with("did you mean America/New_York?"), "{}", near("new york"));
        assert!(near("Europe/Berln").contains("did you mean Europe/Berlin"), "{}", near("Europe/Berln"));
        assert!(near("xyzzy-plugh").contains("such as Europe/Berlin"), "{}", near("xyzzy-plugh"));
        assert_eq!(parse_zone("asia/tokyo").unwrap().name(), "Asia/Tokyo");
    }
}
