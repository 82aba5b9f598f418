//! What is said when a reading is interrupted.

use super::count;
use super::grouped;

/// An input was interrupted so early that nothing is known of it.
pub fn before_file_header(input: &str) -> String {
    format!("the reading of {input} was interrupted before its file header was read")
}

/// Where a reading was interrupted.
pub struct Place<'a> {
    /// The input.
    pub input: &'a str,
    /// Byte offset in the input after decompression.
    pub offset: u64,
    /// True if the input is compressed.
    pub is_compressed: bool,
}

/// A signal has interrupted the reading: after so many packets, at that place, if it was inside an input, and with so many inputs of
/// which nothing was read.
pub fn reading_interrupted(signal: &str, packets: u64, place: Option<&Place>, unread: usize) -> String {
    let when = match packets {
        0 => "before the first packet".to_owned(),
        packets => format!("after {}", count::packets(packets)),
    };
    let place_and_rest = place.map(|Place { input, offset, is_compressed }| {
        let of_what = if *is_compressed { " of the decompressed data" } else { "" };
        (format!(", at byte {}{of_what} of {input}", grouped(*offset)), "the rest of it".to_owned())
    });
    let (place, rest) = place_and_rest.unzip();
    let others = match (unread, rest.is_some()) {
        (0, _) => None,
        (1, false) => Some("1 input".to_owned()),
        (1, true) => Some("1 more input".to_owned()),
        (unread, false) => Some(format!("{} inputs", grouped(unread as u64))),
        (unread, true) => Some(format!("{} more inputs", grouped(unread as u64))),
    };
    let is_one = unread + usize::from(rest.is_some()) == 1;
    let left: Vec<String> = rest.into_iter().chain(others).collect();
    let left = match left.as_slice() {
        [] => "all packets had been read".to_owned(),
        left => format!("{} {} not read", left.join(" and "), if is_one { "was" } else { "were" }),
    };
    format!("interrupted by {signal} {when}{}; {left}", place.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_read_is_named() {
        let place = Place { input: "a.pcap", offset: 1024, is_compressed: false };
        let said = [
            reading_interrupted("SIGINT", 9, Some(&place), 0),
            reading_interrupted("SIGTERM", 1, Some(&Place { is_compressed: true, ..place }), 2),
            reading_interrupted("SIGINT", 0, None, 1),
            reading_interrupted("SIGINT", 0, None, 2),
            reading_interrupted("SIGHUP", 1_234, None, 0),
        ];
        let expected = [
            "interrupted by SIGINT after 9 packets, at byte 1,024 of a.pcap; the rest of it was not read",
            "interrupted by SIGTERM after 1 packet, at byte 1,024 of the decompressed data of a.pcap; the rest of it and 2 more inputs were not read",
            "interrupted by SIGINT before the first packet; 1 input was not read",
            "interrupted by SIGINT before the first packet; 2 inputs were not read",
            "interrupted by SIGHUP after 1,234 packets; all packets had been read",
        ];
        assert_eq!(said, expected);
    }
}
