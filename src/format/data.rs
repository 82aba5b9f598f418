//! Values as text of CSV and JSON: exact numbers, a decimal point, RFC 3339 times, nothing for unknown values.
//!
//! Text is a vector of bytes here, all of them UTF-8: a string would check every digit again before appending it.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::escape;
use crate::messages::{English, ServiceMessages};
use crate::report::{CommunityId, List, PortFact, Value};
use crate::time::{PAIRS, Time};

/// The most ranges of ports that a list shows; it reports the number of ports in further ones.
const MAX_PORT_RANGES: usize = 32;

/// Appends a value as JSON writes it. A number is written in full, even if it has more digits than common types hold. A list is a
/// string of its items, or null if it is empty.
pub fn append_json(value: Value<'_>, text: &mut Vec<u8>) -> serde_json::Result<()> {
    match value {
        Value::Null => text.extend_from_slice(b"null"),
        Value::Integer(_) | Value::Share(_) | Value::Decimal { .. } => append(value, text),
        // A single port is a number, a range is text.
        Value::PortRange(first, last) if first == last => append(value, text),
        Value::Text(string) | Value::Untrusted(string) => append_string(string, text)?,
        Value::PortFact(fact) => append_string(&in_words(fact), text)?,
        Value::List(list) => append_items(list, text)?,
        Value::Time(_)
        | Value::Address(_)
        | Value::CommunityId(_)
        | Value::Compared(_)
        | Value::PortRange(..)
        | Value::Boolean(_) => {
            text.push(b'"');
            append(value, text);
            text.push(b'"');
        }
    }
    Ok(())
}

/// A fact about a port in English, which data formats speak whatever the language of the user.
#[inline(never)]
fn in_words(fact: PortFact<'_>) -> Cow<'static, str> {
    English.port_fact(fact)
}

/// Appends a string in quotation marks.
fn append_string(string: &str, text: &mut Vec<u8>) -> serde_json::Result<()> {
    if needs_escapes(string.as_bytes()) {
        return escape::to_json(text, string);
    }
    text.push(b'"');
    text.extend_from_slice(string.as_bytes());
    text.push(b'"');
    Ok(())
}

/// Appends the items of a list as one string, or null if the list is empty.
fn append_items(list: &dyn List, text: &mut Vec<u8>) -> serde_json::Result<()> {
    let start = text.len();
    text.push(b'"');
    append_list(list, b' ', text);
    let items = &text[start + 1..];
    if items.is_empty() {
        text.truncate(start);
        text.extend_from_slice(b"null");
    } else if needs_escapes(items) {
        let items = String::from_utf8(text.split_off(start + 1)).unwrap_or_default();
        text.truncate(start);
        escape::to_json(text, &items)?;
    } else {
        text.push(b'"');
    }
    Ok(())
}

/// True if text has characters that must be escaped in a JSON document.
fn needs_escapes(text: &[u8]) -> bool {
    text.iter().any(|byte| matches!(byte, b'"' | b'\\' | 0..b' ' | 0x7f..))
}

/// Appends a value's text. Short code is inlined; long code has a function of its own, because otherwise every short value would
/// pay for its set-up.
#[inline(always)]
pub fn append(value: Value<'_>, text: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Integer(number) => append_number(number, text),
        Value::Share(share) => append_decimal(i128::from(share.basis_points()), 2, text),
        Value::Decimal { value, digits } => append_decimal(value, digits, text),
        Value::Boolean(is_so) => text.extend_from_slice(if is_so { b"yes" } else { b"no" }),
        Value::Time(time) => append_time(time, text),
        Value::Address(IpAddr::V4(address)) => append_ipv4(address, text),
        Value::Address(IpAddr::V6(address)) => append_ipv6(address, text),
        Value::PortRange(first, last) => append_ports(first, last, b"-", text),
        Value::CommunityId(id) => append_community_id(id, text),
        Value::Compared([more, less]) => append_compared(more, less, text),
        Value::Text(string) | Value::Untrusted(string) => text.extend_from_slice(string.as_bytes()),
        Value::PortFact(fact) => text.extend_from_slice(in_words(fact).as_bytes()),
        Value::List(list) => append_list(list, b' ', text),
    }
}

/// Appends the items of a list with `separator` between them; the items of an inner list are separated by slashes: `10/20 10/30`.
/// Three or more consecutive ports form a range: `80 8080 8081 9000-9003`.
#[inline(never)]
fn append_list(list: &dyn List, separator: u8, text: &mut Vec<u8>) {
    let start = text.len();
    let (mut ranges, mut unlisted) = (0, 0);
    list.each(&mut |item| {
        if let Value::PortRange(first, last) = item {
            ranges += 1;
            if ranges > MAX_PORT_RANGES {
                unlisted += u64::from(last.saturating_sub(first)) + 1;
                return;
            }
        }
        if text.len() > start {
            text.push(separator);
        }
        match item {
            Value::List(inner) => append_list(inner, b'/', text),
            Value::PortRange(first, last) if last.saturating_sub(first) == 1 => append_ports(first, last, b" ", text),
            item => append(item, text),
        }
    });
    if unlisted > 0 {
        text.extend_from_slice(b" (and ");
        append_number(unlisted, text);
        text.extend_from_slice(b" more)");
    }
}

fn append_ports(first: u16, last: u16, separator: &[u8], text: &mut Vec<u8>) {
    append_number(first.into(), text);
    if last != first {
        text.extend_from_slice(separator);
        append_number(last.into(), text);
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
    if let Some(characters) = time.to_rfc3339() {
        text.extend_from_slice(&characters);
    }
}

#[inline(never)]
fn append_community_id(id: CommunityId<'_>, text: &mut Vec<u8>) {
    text.extend_from_slice(&id.to_ascii());
}

fn append_compared(more: i32, less: i32, text: &mut Vec<u8>) {
    text.extend_from_slice(itoa::Buffer::new().format(more).as_bytes());
    text.push(b'>');
    text.extend_from_slice(itoa::Buffer::new().format(less).as_bytes());
}

/// Each octet with a dot after it, and the number of characters in use.
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

/// Appends the usual text of an IPv4 address in a fraction of the usual time: large tables consist mostly of addresses.
fn append_ipv4(address: Ipv4Addr, text: &mut Vec<u8>) {
    let (mut all, mut taken) = ([0; 16], 0);
    for octet in address.octets() {
        let (letters, len) = OCTETS[usize::from(octet)];
        all[taken..taken + 4].copy_from_slice(&letters);
        taken += len;
    }
    // No dot after the last octet.
    text.extend_from_slice(&all[..taken - 1]);
}

/// Appends an IPv6 address in the form of RFC 5952: lower case, and a double colon for the first of the longest runs of zeros.
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

/// The first of the longest runs of at least two zeros; the empty range at the end if there is none.
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

/// Appends `value` divided by 10 to the power of `digits`, with all digits.
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
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::report::Share;
    use crate::service::book::Document;

    fn text(value: Value<'_>) -> String {
        let mut text = Vec::new();
        append(value, &mut text);
        String::from_utf8(text).unwrap()
    }

    fn json(value: Value<'_>) -> String {
        let mut text = Vec::new();
        append_json(value, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn decimals_keep_their_digits() {
        assert_eq!(text(Value::Decimal { value: -1_500_000_000, digits: 9 }), "-1.500000000");
        assert_eq!(json(Value::Decimal { value: 5, digits: 3 }), "0.005");
        assert_eq!(text(Share { part: 1, whole: 3 }.into()), "33.33");
    }

    #[test]
    fn strings_are_escaped_in_json() {
        assert_eq!(json(Value::Untrusted("=1")), "\"=1\"");
        assert_eq!(json(Value::Untrusted("a\"\\\u{1b}é")), "\"a\\\"\\\\\\u001bé\"");
    }

    #[test]
    fn addresses_have_their_standard_text() {
        for address in ["0.0.0.0", "192.168.1.255", "2001:db8::1", "::ffff:10.0.0.1", "::", "::1", "1::", "::2:0:0:3:0:0"] {
            assert_eq!(text(Value::Address(address.parse().unwrap())), address);
        }
    }

    proptest! {
        /// Segments are zero half of the time, so that runs of all lengths occur in all places.
        #[test]
        fn addresses_are_written_as_the_standard_library_does(
            segments in proptest::array::uniform8(prop_oneof![Just(0), any::<u16>()]),
        ) {
            let address = Ipv6Addr::from(segments);
            prop_assert_eq!(text(Value::Address(address.into())), address.to_string());
            let address = Ipv4Addr::from(u32::from(segments[0]) << 16 | u32::from(segments[1]));
            prop_assert_eq!(text(Value::Address(address.into())), address.to_string());
        }

        #[test]
        fn numbers_are_written_as_the_standard_library_does(number: u64, digits in 0..64u32) {
            let number = number >> digits;
            prop_assert_eq!(text(Value::Integer(number)), number.to_string());
        }
    }

    #[test]
    fn compared_numbers_are_text() {
        assert_eq!(text(Value::Compared([6, -1])), "6>-1");
        assert_eq!(json(Value::Compared([65_535, 1])), "\"65535>1\"");
    }

    #[test]
    fn neighbouring_ports_become_ranges_and_long_lists_end() {
        let ports = BTreeSet::from([80, 8080, 8081, 8082, 9000, 9001, 65535]);
        assert_eq!(text(Value::List(&ports)), "80 8080-8082 9000 9001 65535");
        assert_eq!(json(Value::List(&ports)), "\"80 8080-8082 9000 9001 65535\"");
        let many: BTreeSet<u16> = (0..100).map(|n| n * 3).collect();
        assert!(text(Value::List(&many)).ends_with(" 90 93 (and 68 more)"), "{}", text(Value::List(&many)));
    }

    #[test]
    fn a_single_port_is_a_number_and_a_range_is_text() {
        let ranges = [(80, 80), (80, 81), (80, 83)].map(|(first, last)| Value::PortRange(first, last));
        assert_eq!(ranges.map(text), ["80", "80-81", "80-83"]);
        assert_eq!(ranges.map(json), ["80", "\"80-81\"", "\"80-83\""]);
    }

    #[test]
    fn items_have_spaces_between_them_and_those_of_an_inner_list_slashes() {
        let (paths, words) = (vec![vec![10, 20], vec![30]], ["a", "\""].map(Some));
        assert_eq!([Value::List(&paths), Value::List(&words)].map(text), ["10/20 30", "a \""]);
        assert_eq!([Value::List(&paths), Value::List(&words)].map(json), ["\"10/20 30\"", "\"a \\\"\""]);
        let none: Vec<&str> = Vec::new();
        assert_eq!((text(Value::List(&none)), json(Value::List(&none))), (String::new(), "null".into()));
    }

    #[test]
    fn facts_about_ports_are_english_text() {
        let documents =
            [Document::IanaRegistry, Document::Named("a\"b")].map(|document| Value::from(PortFact::Document(document)));
        assert_eq!(documents.map(text), ["IANA registry", "a\"b"]);
        assert_eq!(documents.map(json), ["\"IANA registry\"", "\"a\\\"b\""]);
    }

    #[test]
    fn unknown_values_are_empty_or_null() {
        assert_eq!((text(Value::Null), json(Value::Null)), (String::new(), "null".into()));
    }
}
