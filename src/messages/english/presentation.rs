//! Columns, durations and time zones.

use super::{English, numbers, one_of};
use crate::error::UnknownColumn;
use crate::messages::PresentationMessages;

impl PresentationMessages for English {
    fn unknown_column(&self, problem: &UnknownColumn) -> String {
        let UnknownColumn { option, key, near, elsewhere, known } = problem;
        if let Some(first) = elsewhere.first() {
            let have = format!("{} {}", elsewhere.join(", "), if elsewhere.len() == 1 { "has" } else { "have" });
            return format!("{option}: no table that is shown or written has a column {key}; {have} one (add --table {first})");
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
        numbers::append_duration(nanoseconds, text);
    }
}
