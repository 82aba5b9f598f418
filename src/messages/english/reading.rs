//! The reading of captures.

use super::English;
use super::numbers::{duration, grouped, number_of, packets};
use crate::messages::{InterruptedAt, ReadingMessages};

impl ReadingMessages for English {
    fn reading_interrupted(&self, signal: &str, read: u64, at: Option<InterruptedAt<'_>>, unread: usize) -> String {
        let when = match read {
            0 => "before the first packet".to_owned(),
            read => format!("after {}", packets(read)),
        };
        let place = at.map(|InterruptedAt { input, offset, is_compressed }| {
            let of_what = if is_compressed { " of the decompressed data" } else { "" };
            format!(", at byte {}{of_what} of {input}", grouped(offset))
        });
        let left = match (at.is_some(), unread) {
            (false, 0) => "all packets had been read".to_owned(),
            (false, 1) => "1 input was not read".to_owned(),
            (false, unread) => format!("{} inputs were not read", grouped(unread as u64)),
            (true, 0) => "the rest was not read".to_owned(),
            (true, unread) => {
                format!("the rest and {} were not read", number_of(unread as u64, "more input", "more inputs"))
            }
        };
        format!("interrupted by {signal} {when}{}; {left}", place.unwrap_or_default())
    }

    fn inputs_reordered(&self) -> &'static str {
        "the inputs are read in order of time, not in the order given (use --keep-order for that)"
    }

    fn inputs_out_of_order(&self) -> &'static str {
        "the inputs are not in chronological order"
    }

    fn inputs_overlap(&self, number: usize, earlier: &str, later: &str, time: i64) -> String {
        let time = duration(time);
        let overlaps = match number {
            1 => format!("{earlier} and {later} overlap by {time}"),
            number => {
                format!("{number} inputs overlap earlier ones; the largest overlap, {time}, is between {earlier} and {later}")
            }
        };
        format!("{overlaps}; packets are read file by file (mergecap merges them by time)")
    }

    fn gaps_between_inputs(&self, number: usize, least: i64, earlier: &str, later: &str, time: i64) -> String {
        let (time, least) = (duration(time), duration(least));
        match number {
            1 => format!("there is a gap of {time} between {earlier} and {later}"),
            number => format!("there are {number} gaps of {least} or more, the longest of {time} between {earlier} and {later}"),
        }
    }

    fn suspected_duplicates(&self, duplicates: u64, counted: u64, window: usize, most_apart: i64) -> String {
        let (kind, they_are, them) =
            if duplicates == 1 { ("a duplicate", "it is", "it") } else { ("duplicates", "they are", "them") };
        let (duplicates, counted, alike) = (grouped(duplicates), packets(counted), like_an_earlier_one(window, most_apart));
        format!(
            "{duplicates} of {counted} may be {kind} ({alike}), as seen on a bridge, the device any or a mirror port; {they_are} \
             counted (--dedup drops {them})"
        )
    }

    fn dropped_duplicates(&self, duplicates: u64, read: u64, window: usize, most_apart: i64) -> String {
        let kind = if duplicates == 1 { "a duplicate" } else { "duplicates" };
        let (duplicates, read, alike) = (grouped(duplicates), packets(read), like_an_earlier_one(window, most_apart));
        format!("{duplicates} of {read} dropped as {kind} ({alike})")
    }

    fn filter_matched(&self, matched: u64, asked: u64) -> String {
        format!("the filter matches {} of {}", grouped(matched), packets(asked))
    }

    fn filter_missed_tagged(&self, missed: u64, expression: &str) -> String {
        let missed = packets(missed);
        format!("the filter does not look inside VLAN tags, where {missed} would match; to include them, use: {expression}")
    }

    fn filter_unusable(&self, link_type: u32, name: &str, why: &str, left_out: u64) -> String {
        let left_out = packets(left_out);
        format!("the filter cannot be applied to link type {link_type} ({name}): {why}; {left_out} left out")
    }

    fn filter_unusable_for_more(&self, link_types: usize, left_out: u64) -> String {
        let link_types = number_of(link_types as u64, "more link type", "more link types");
        format!("the filter cannot be applied to {link_types}; {} left out", packets(left_out))
    }

    fn link_type_not_decoded(&self, link_type: u32, name: &str, packets: u64) -> String {
        let counted = number_of(packets, "packet is", "packets are");
        format!("link type {link_type} ({name}) cannot be decoded: {counted} counted as unsupported-link")
    }

    fn more_link_types_not_decoded(&self, packets: u64) -> String {
        let counted = number_of(packets, "packet with them is", "packets with them are");
        format!("more link types cannot be decoded: {counted} counted as unsupported-link")
    }

    fn ether_type_not_decoded(&self, number: u16, name: &str, these: u64, all: u64) -> String {
        let (have, they_are) = if these == 1 { ("has", "it is") } else { ("have", "they are") };
        let (these, all) = (grouped(these), packets(all));
        // A type without a name is shown by its number.
        let name = if name.starts_with("ethertype-") { String::new() } else { format!(" ({name})") };
        format!("{these} of {all} {have} EtherType {number:#06x}{name}, which is not decoded: {they_are} counted as non-ip")
    }

    fn tables_written(&self, tables: usize, folder: &str) -> String {
        format!("wrote {} to {folder}", number_of(tables as u64, "table", "tables"))
    }

    fn document_written(&self, file: &str) -> String {
        format!("wrote {file}")
    }

    fn announcements_dropped(&self, number: u64) -> String {
        let (announcements, were) =
            (number_of(number, "announcement", "announcements"), if number == 1 { "was" } else { "were" });
        format!(
            "limit of remembered announcements reached: {announcements} on control channels {were} dropped, so announced flows may be unnamed"
        )
    }

    fn flows_overflowed(&self, limit: usize, overflow: u64) -> String {
        let (limit, are) = (grouped(limit as u64), if overflow == 1 { "is" } else { "are" });
        let overflow = packets(overflow);
        format!(
            "flow limit of {limit} reached: {overflow} of further flows {are} counted together (flag overflow); --max-flows sets the limit"
        )
    }

    fn timeline_widened(&self, wanted: i64, width: i64) -> String {
        let [wanted, width] = [wanted, width].map(|nanoseconds| nanoseconds as f64 / 1e9);
        format!("the timeline uses steps of {width} s, because steps of {wanted} s would take too much memory")
    }
}

/// The definition of a suspected duplicate.
fn like_an_earlier_one(window: usize, most_apart: i64) -> String {
    format!("same bytes as one of the {window} packets before, at most {} apart", duration(most_apart))
}
