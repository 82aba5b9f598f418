//! What is said about the inputs as a whole: what folders hold, in which order inputs are read, and packets that came twice.

use super::{grouped, number_of, packets};

/// How much was passed over in folders: files that are no captures, folders, what is no regular file, further names of captures.
/// Nothing, if all numbers are 0.
pub fn passed_over([files, folders, special, repeated]: [u64; 4]) -> String {
    let parts = [
        some(files, "file that is not a capture", "files that are not captures"),
        some(folders, "folder, which is not entered", "folders, which are not entered"),
        some(special, "FIFO, device, socket or broken link", "FIFOs, devices, sockets or broken links"),
        some(repeated, "further name of the same capture", "further names of the same captures"),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn some(number: u64, one: &str, several: &str) -> Option<String> {
    (number > 0).then(|| number_of(number, one, several))
}

/// That some of what is in folders is not read: in how many, or in which one.
pub fn passed_over_in(folders: &[String], what: &str) -> String {
    match folders {
        [folder] => format!("skipped in folder {folder}: {what}"),
        folders => format!("skipped in {} folders: {what}", folders.len()),
    }
}

/// How many more places of an input could not be read than were named one by one.
pub fn more_such_places(number: u64) -> String {
    number_of(number, "more such place", "more such places")
}

/// Why a folder is of no use as an input.
pub fn no_captures(passed_over: &str) -> String {
    if passed_over.is_empty() { "it is empty".into() } else { format!("it has {passed_over}") }
}

/// That the same file was given twice, by one name or by two.
pub fn same_file(input: &str, again: &str) -> String {
    if input == again {
        format!("{input} is given twice; name each capture once, or its packets would be counted twice")
    } else {
        format!("{again} is the same file as {input}; name each capture once, or its packets would be counted twice")
    }
}

/// That inputs are read in another order than that in which they were given.
pub const REORDERED: &str = "the inputs are read in order of time, not in the order given (--keep-order keeps that)";
/// That inputs are read in another order than that of time.
pub const OUT_OF_ORDER: &str = "the inputs are not in order of time";

/// That inputs overlap: how many, and of two the names and the nanoseconds that they share.
pub fn inputs_overlap(number: usize, earlier: &str, later: &str, nanoseconds: i64) -> String {
    let time = duration(nanoseconds);
    let overlaps = match number {
        1 => format!("{earlier} and {later} overlap by {time}"),
        number => format!("{number} inputs overlap earlier ones, {later} most: {earlier} by {time}"),
    };
    format!("{overlaps}; packets are read file by file, mergecap would merge them by time")
}

/// That there are gaps between inputs: how many of at least so many nanoseconds, and the longest.
pub fn gaps_between_inputs(number: usize, least: i64, earlier: &str, later: &str, nanoseconds: i64) -> String {
    let (time, least) = (duration(nanoseconds), duration(least));
    match number {
        1 => format!("there is a gap of {time} between {earlier} and {later}"),
        number => format!("there are {number} gaps of {least} or more, the longest of {time} between {earlier} and {later}"),
    }
}

/// A time of so many nanoseconds: microseconds, milliseconds or seconds, and from a thousand seconds on no fractions.
fn duration(nanoseconds: i64) -> String {
    let nanoseconds = nanoseconds.unsigned_abs();
    let of_unit = |unit: u64| {
        let thousandths = nanoseconds / (unit / 1000);
        let text = format!("{}.{:03}", thousandths / 1000, thousandths % 1000);
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    match nanoseconds {
        0..1_000_000 => format!("{} µs", of_unit(1000)),
        1_000_000..1_000_000_000 => format!("{} ms", of_unit(1_000_000)),
        1_000_000_000..1_000_000_000_000 => format!("{} s", of_unit(1_000_000_000)),
        _ => format!("{} s", grouped(nanoseconds / 1_000_000_000)),
    }
}

/// Which packets are suspected duplicates, in the words of a message: how many packets before it each is compared with, and how
/// many nanoseconds lie between the two at most.
fn like_an_earlier_one(window: usize, most_apart: i64) -> String {
    format!("same bytes as one of the {window} packets before, at most {} apart", duration(most_apart))
}

/// How many packets are suspected duplicates, of how many.
pub fn suspected_duplicates(duplicates: u64, packets: u64, window: usize, most_apart: i64) -> String {
    let (kind, they_are, them) =
        if duplicates == 1 { ("a duplicate", "it is", "it") } else { ("duplicates", "they are", "them") };
    let (duplicates, packets, alike) = (grouped(duplicates), self::packets(packets), like_an_earlier_one(window, most_apart));
    format!(
        "{duplicates} of {packets} may be {kind} ({alike}), as from a bridge, the device any or a mirror port; {they_are} \
         counted, and --dedup drops {them}"
    )
}

/// How many packets were dropped as duplicates, of how many.
pub fn dropped_duplicates(duplicates: u64, packets: u64, window: usize, most_apart: i64) -> String {
    let kind = if duplicates == 1 { "a duplicate" } else { "duplicates" };
    let (duplicates, packets, alike) = (grouped(duplicates), self::packets(packets), like_an_earlier_one(window, most_apart));
    format!("{duplicates} of {packets} dropped as {kind} ({alike})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_fits() {
        let durations = [0, 1500, 2_000_000, 12_345_678_900, 60_000_000_000, 3_600_000_000_000].map(duration);
        assert_eq!(durations, ["0 µs", "1.5 µs", "2 ms", "12.345 s", "60 s", "3,600 s"]);
    }

    #[test]
    fn what_was_passed_over_is_told_by_kind() {
        assert_eq!(passed_over([0; 4]), "");
        assert_eq!(passed_over([2, 1, 0, 0]), "2 files that are not captures; 1 folder, which is not entered");
    }
}
