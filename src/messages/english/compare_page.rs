//! The page about captures that are compared.

use super::English;
use super::compare::{differences_of, points, subject};
use super::numbers::{append_duration, number_of};
use crate::compare::Differences;
use crate::messages::{ComparePageMessages, PageMeasure, PageMessages, PageSection};
use crate::report::TableName;

impl ComparePageMessages for English {
    fn compared_title(&self, names: Result<&[String], usize>) -> String {
        match names {
            Ok([first, second]) => format!("{first} and {second} compared"),
            Ok(names) => format!("{} compared", names.join(", ")),
            Err(number) => format!("{} compared", number_of(number as u64, "capture", "captures")),
        }
    }

    fn compared_inputs(&self, first: &str, more: usize) -> String {
        if more == 0 { first.to_owned() } else { format!("{first} and {more} more") }
    }

    fn compared_missing(&self, side: &str, missing: &str) -> String {
        format!("Not everything of capture {side} could be read: {missing}.")
    }

    fn compared_threshold(&self, threshold: u64) -> (String, String) {
        ("threshold".into(), points(threshold))
    }

    fn compared_section_title(&self, table: TableName) -> &'static str {
        match table {
            TableName::Portless => self.page_section_title(PageSection::Portless),
            other => subject(other),
        }
    }

    fn compared_section_lead(&self, differences: Option<&Differences>, threshold: u64) -> String {
        match (differences, threshold) {
            (Some(differences), _) => format!("{}.", differences_of(differences)),
            (None, 0) => "Nothing is new or gone; shares of the bytes have changed.".into(),
            (None, threshold) => {
                format!("Nothing is new or gone; shares of the bytes have changed by {} or more.", points(threshold))
            }
        }
    }

    fn compared_shares(&self) -> [&'static str; 2] {
        ["Shares", "Each bar is all traffic of one capture, divided by category."]
    }

    fn compared_time(&self) -> [&'static str; 2] {
        [
            "When",
            "Traffic over time by category. The clock starts with each capture; columns stand for the same length of time in all of them, and the scales are the same.",
        ]
    }

    fn compared_time_caption(&self, measure: PageMeasure, width: i64, start: Option<(&str, &str)>) -> String {
        let Some((start, zone)) = start else { return ": no packet has a time".into() };
        let mut length = String::new();
        append_duration(width, &mut length);
        format!(": {} in {length}, from {start} {zone} on", self.page_measure(measure).to_lowercase())
    }

    fn compared_time_description(&self, side: &str, measure: PageMeasure) -> String {
        format!("Capture {side}: {}", self.page_time_description(measure).to_lowercase())
    }

    fn compared_time_start(&self) -> &'static str {
        "after the start"
    }

    fn compared_without_time(&self) -> &'static str {
        "No packet has a time."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_name_a_few_captures_and_count_many() {
        let names = ["a.pcap", "b.pcap", "c.pcap"].map(str::to_owned);
        assert_eq!(English.compared_title(Ok(&names[..2])), "a.pcap and b.pcap compared");
        assert_eq!(English.compared_title(Ok(&names)), "a.pcap, b.pcap, c.pcap compared");
        assert_eq!(English.compared_title(Err(26)), "26 captures compared");
        assert_eq!([0, 2].map(|more| English.compared_inputs("a.pcap", more)), ["a.pcap", "a.pcap and 2 more"]);
    }
}
