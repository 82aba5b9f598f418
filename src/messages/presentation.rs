//! Sentences and words about the choice of rows, columns, units and time zones.

use crate::error::UnknownColumn;

/// Words of values on the terminal, and sentences about options that shape what is shown.
pub trait PresentationMessages {
    /// No table in question has a column.
    fn unknown_column(&self, problem: &UnknownColumn) -> String;

    /// A time zone does not exist; `near` are those that may be meant.
    fn unknown_zone(&self, name: &str, near: &[&str]) -> String;

    /// The system does not tell its time zone.
    fn unknown_local_zone(&self) -> &'static str;

    /// The title of a column of times, with the name of the time zone.
    fn title_with_zone(&self, title: &str, zone: &str) -> String;

    /// The title of a column of durations that are shown as plain seconds.
    fn title_of_seconds(&self) -> &'static str;

    /// Appends a duration in nanoseconds: three digits and a unit, or two units.
    fn append_duration(&self, nanoseconds: i64, text: &mut String);
}
