//! How a cell is written in CSV and JSON: exact numbers, a decimal point, RFC 3339 times, nothing for what is not known.
//!
//! Text is a vector of bytes here, all of them UTF-8: a string would have to look at digits again before it takes them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::escape;
use crate::summary::{Cell, CommunityId, hundredths};
use crate::unit::{PAIRS, Time};

/// Appends a cell as JSON writes it. Numbers with more digits than a type has are numbers in JSON all the same.
pub fn append_json(cell: &Cell<'_>, text: &mut Vec<u8>) -> serde_json::Result<()> {
    match cell {
        Cell::Empty => text.extend_from_slice(b"null"),
        Cell::Text(own) | Cell::Outside(own) => append_string(own, text)?,
        Cell::Time(_) | Cell::Address(_) | Cell::CommunityId(_) | Cell::Compared(_) => {
            text.push(b'"');
            append(cell, text);
            text.push(b'"');
        }
        Cell::Count(_) | Cell::Number(_) | Cell::Bytes(_) | Cell::Share { .. } | Cell::Decimal { .. } => append(cell, text),
    }
    Ok(())
}

/// Appends a string between quotation marks.
fn append_string(string: &str, text: &mut Vec<u8>) -> serde_json::Result<()> {
    if string.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..b' ' | 0x7f..)) {
        return escape::to_json(text, string);
    }
    text.push(b'"');
    text.extend_from_slice(string.as_bytes());
    text.push(b'"');
    Ok(())
}

/// Appends a cell's text. What is short is done in place. What takes long has a function of its own: otherwise every short
/// cell would begin with setting up what that needs.
#[inline(always)]
pub fn append(cell: &Cell<'_>, text: &mut Vec<u8>) {
    match cell {
        Cell::Empty => {}
        Cell::Count(number) | Cell::Number(number) | Cell::Bytes(number) => append_number(*number, text),
        Cell::Share { part, whole } => append_decimal(i128::from(hundredths(*part, *whole)), 2, text),
        Cell::Decimal { value, digits } => append_decimal(*value, *digits, text),
        Cell::Time(time) => append_time(*time, text),
        Cell::Address(IpAddr::V4(address)) => append_ipv4(*address, text),
        Cell::Address(IpAddr::V6(address)) => append_ipv6(*address, text),
        Cell::CommunityId(id) => append_community_id(*id, text),
        Cell::Compared([more, less]) => append_compared(*more, *less, text),
        Cell::Text(own) | Cell::Outside(own) => text.extend_from_slice(own.as_bytes()),
    }
}

fn append_number(number: u64, text: &mut Vec<u8>) {
    match number {
        0..10 => text.push(b'0' + number as u8),
        10..100 => text.extend_from_slice(&PAIRS[number as usize]),
        _ => text.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}

#[inline(never)]
fn append_time(time: Time, text: &mut Vec<u8>) {
    if let Some(letters) = time.letters() {
        text.extend_from_slice(&letters);
    }
}

#[inline(never)]
fn append_community_id(id: CommunityId<'_>, text: &mut Vec<u8>) {
    text.extend_from_slice(&id.letters());
}

fn append_compared(more: i32, less: i32, text: &mut Vec<u8>) {
    text.extend_from_slice(itoa::Buffer::new().format(more).as_bytes());
    text.push(b'>');
    text.extend_from_slice(itoa::Buffer::new().format(less).as_bytes());
}

/// Each octet with a point behind it, and how many of the letters are taken.
static OCTETS: [([u8; 4], usize); 256] = {
    let mut octets = [([0; 4], 0); 256];
    let mut octet = 0;
    while octet < 256 {
        let digits = [octet / 100, octet / 10 % 10, octet % 10];
        let mut first = if octet < 10 {
            2
        } else if octet < 100 {
            1
        } else {
            0
        };
        let (mut letters, mut len) = ([b'.'; 4], 0);
        while first < 3 {
            letters[len] = b'0' + digits[first] as u8;
            len += 1;
            first += 1;
        }
        octets[octet] = (letters, len + 1);
        octet += 1;
    }
    octets
};

/// The same text as everywhere, in a fraction of the time: large tables consist of addresses for the most part.
fn append_ipv4(address: Ipv4Addr, text: &mut Vec<u8>) {
    let (mut all, mut taken) = ([0; 16], 0);
    for octet in address.octets() {
        let (letters, len) = OCTETS[usize::from(octet)];
        all[taken..taken + 4].copy_from_slice(&letters);
        taken += len;
    }
    // The last point is none.
    text.extend_from_slice(&all[..taken - 1]);
}

/// The same again, in the form of RFC 5952: small letters, and a double colon for the first of the longest runs of zeros.
#[inline(never)]
fn append_ipv6(address: Ipv6Addr, text: &mut Vec<u8>) {
    if let Some(mapped) = address.to_ipv4_mapped() {
        text.extend_from_slice(b"::ffff:");
        return append_ipv4(mapped, text);
    }
    let segments = address.segments();
    let zeros = longest_zeros(&segments);
    for (number, segment) in segments.into_iter().enumerate() {
        if zeros.contains(&number) {
            if number == zeros.start {
                text.extend_from_slice(b"::");
            }
            continue;
        }
        if number > 0 && number != zeros.end {
            text.push(b':');
        }
        append_hex(segment, text);
    }
}

/// The first of the longest runs of at least two zeros; empty and behind the end if there is none.
fn longest_zeros(segments: &[u16; 8]) -> Range<usize> {
    let mut longest = 8..8;
    let mut start = 0;
    for (number, segment) in segments.iter().enumerate() {
        if *segment != 0 {
            start = number + 1;
        } else if number + 1 - start > longest.len().max(1) {
            longest = start..number + 1;
        }
    }
    longest
}

fn append_hex(number: u16, text: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let shifts = [12, 8, 4, 0].into_iter().skip_while(|shift| *shift > 0 && number >> shift == 0);
    text.extend(shifts.map(|shift| DIGITS[usize::from(number >> shift & 0xf)]));
}

/// Appends `value` divided by 10 to the power of `digits`, in full.
pub fn append_decimal(value: i128, digits: u8, text: &mut Vec<u8>) {
    if value < 0 {
        text.push(b'-');
    }
    let mut buffer = itoa::Buffer::new();
    let all = match u64::try_from(value.unsigned_abs()) {
        Ok(short) => buffer.format(short),
        Err(_) => buffer.format(value.unsigned_abs()),
    };
    let (before, behind) = all.split_at(all.len().saturating_sub(usize::from(digits)));
    text.extend_from_slice(if before.is_empty() { b"0" } else { before.as_bytes() });
    if digits > 0 {
        text.push(b'.');
        text.extend(std::iter::repeat_n(b'0', usize::from(digits) - behind.len()));
        text.extend_from_slice(behind.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(cell: Cell<'_>) -> String {
        let mut text = Vec::new();
        append(&cell, &mut text);
        String::from_utf8(text).unwrap()
    }

    fn json(cell: Cell<'_>) -> String {
        let mut text = Vec::new();
        append_json(&cell, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(text(Cell::Decimal { value: -1_500_000_000, digits: 9 }), "-1.500000000");
        assert_eq!(json(Cell::Decimal { value: 5, digits: 3 }), "0.005");
        assert_eq!(text(Cell::Share { part: 1, whole: 3 }), "33.33");
    }

    #[test]
    fn strings_are_escaped_in_json() {
        assert_eq!(json(Cell::Outside("=1".into())), "\"=1\"");
        assert_eq!(json(Cell::Outside("a\"\\\u{1b}é".into())), "\"a\\\"\\\\\\u001bé\"");
    }

    #[test]
    fn addresses_are_written_as_everywhere() {
        for address in ["0.0.0.0", "192.168.1.255", "2001:db8::1", "::ffff:10.0.0.1", "::", "::1", "1::", "::2:0:0:3:0:0"] {
            assert_eq!(text(Cell::Address(address.parse().unwrap())), address);
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Segments are zero as often as not, so that runs of all lengths come in all places.
        #[test]
        fn addresses_are_written_as_the_standard_library_does(
            segments in proptest::array::uniform8(prop_oneof![Just(0), any::<u16>()]),
        ) {
            let address = Ipv6Addr::from(segments);
            prop_assert_eq!(text(Cell::Address(address.into())), address.to_string());
            let address = Ipv4Addr::from(u32::from(segments[0]) << 16 | u32::from(segments[1]));
            prop_assert_eq!(text(Cell::Address(address.into())), address.to_string());
        }

        #[test]
        fn numbers_are_written_as_the_standard_library_does(number: u64, digits in 0..64u32) {
            let number = number >> digits;
            prop_assert_eq!(text(Cell::Count(number)), number.to_string());
        }
    }

    #[test]
    fn compared_numbers_are_text() {
        assert_eq!(text(Cell::Compared([6, -1])), "6>-1");
        assert_eq!(json(Cell::Compared([65_535, 1])), "\"65535>1\"");
    }

    #[test]
    fn what_is_not_known_is_empty_or_null() {
        assert_eq!((text(Cell::Empty), json(Cell::Empty)), (String::new(), "null".into()));
    }
}
