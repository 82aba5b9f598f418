//! Words of the page about captures that are compared.

use super::PageMeasure;
use crate::compare::Differences;
use crate::report::TableName;

/// Words of the page about captures that are compared. Names of files are already clean.
pub trait ComparePageMessages {
    /// The title: the names of the captures, or only their number if there are many.
    fn compared_title(&self, names: Result<&[String], usize>) -> String;

    /// The short name of a side with several inputs.
    fn compared_inputs(&self, first: &str, more: usize) -> String;

    /// The parts that are missing of a side.
    fn compared_missing(&self, side: &str, missing: &str) -> String;

    /// The threshold in hundredths of a percentage point as an option with its value.
    fn compared_threshold(&self, threshold: u64) -> (String, String);

    /// The title of the section with a compared table.
    fn compared_section_title(&self, table: TableName) -> &'static str;

    /// The sentence above a compared table: its differences, if it has any.
    fn compared_section_lead(&self, differences: Option<&Differences>, threshold: u64) -> String;

    /// The title of the section with the shares of the categories, and the sentence below it.
    fn compared_shares(&self) -> [&'static str; 2];

    /// The title of the section with the traffic over time, and the sentence below it.
    fn compared_time(&self) -> [&'static str; 2];

    /// The words after the name of a side above its traffic over time: `width` are the nanoseconds of a column, `start` is the time of
    /// the first one with the name of its zone, if packets have times.
    fn compared_time_caption(&self, measure: PageMeasure, width: i64, start: Option<(&str, &str)>) -> String;

    /// The traffic of a side over time for people who do not see it.
    fn compared_time_description(&self, side: &str, measure: PageMeasure) -> String;

    /// The head of a column with the times at which columns start, counted from the beginning of the capture.
    fn compared_time_start(&self) -> &'static str;

    /// The sentence in place of pictures if no packet of any side has a time.
    fn compared_without_time(&self) -> &'static str;
}
