//! Names of addresses from answers of DNS (RFC 1035), multicast DNS (RFC 6762) and LLMNR (RFC 4795), which share a format.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::names::{NameOrigin, NamedAddress};
use super::packet::ChannelPacket;
use super::wire_text::push_name;

/// The length of the header in bytes (RFC 1035 section 4.1.1).
pub(super) const HEADER: usize = 12;
/// The class of the Internet (RFC 1035 section 3.2.4).
const CLASS_IN: u16 = 1;
/// The cache-flush bit of multicast DNS, in the class of a record (RFC 6762 section 10.2).
const CACHE_FLUSH: u16 = 0x8000;

/// Types of records (RFC 1035 section 3.2.2; RFC 3596 section 2.1).
const A: u16 = 1;
const CNAME: u16 = 5;
const PTR: u16 = 12;
const AAAA: u16 = 28;

/// The most records that are read in a message.
const MAX_RECORDS: usize = 256;
/// The longest chain of aliases that is followed; resolvers stop at a similar length.
const MAX_ALIASES: usize = 16;
/// The longest name on the wire, with its final zero (RFC 1035 section 2.3.4).
const MAX_NAME_LEN: usize = 255;
/// The most compression pointers in a name: one after each label of the longest name.
const MAX_POINTERS: usize = 127;

/// The names in a packet of a name server.
pub(super) fn names(packet: &ChannelPacket<'_>) -> Vec<NamedAddress> {
    let message = if packet.is_tcp() { over_tcp(packet.payload) } else { Some(packet.payload) };
    message.map_or_else(Vec::new, |message| answers(message, false))
}

/// The names of addresses in the answers of a message, which may be truncated. The name of an address is the name in the
/// question, if aliases lead from it to the record of the address, else the owner of that record. `multicast` is true for
/// multicast DNS and LLMNR, whose additional records are as good as answers.
pub fn answers(message: &[u8], multicast: bool) -> Vec<NamedAddress> {
    let Some(header) = Header::read(message).filter(Header::is_response) else { return Vec::new() };
    let Some(start) = skip_questions(message, header.questions) else { return Vec::new() };
    let records = records(message, start, &header, multicast);
    let aliases = alias_chain(message, &header, &records);
    records.iter().filter_map(|record| named_address(message, record, &aliases, multicast)).collect()
}

/// The address and the name in a record; `None` if it contains no such pair.
fn named_address(message: &[u8], record: &ResourceRecord<'_>, aliases: &[String], multicast: bool) -> Option<NamedAddress> {
    let origin = |unicast| if multicast { NameOrigin::MulticastDns } else { unicast };
    let asked = || {
        let mut owner = name(message, record.owner)?;
        if aliases.contains(&owner) {
            owner.clone_from(&aliases[0]);
        }
        Some(owner)
    };
    if let Some(address) = record.address() {
        Some(NamedAddress { address, origin: origin(NameOrigin::Dns), name: asked()? })
    } else if record.kind == PTR {
        let address = reverse_address(&asked()?)?;
        Some(NamedAddress { address, origin: origin(NameOrigin::ReverseDns), name: record.target(message)? })
    } else {
        None
    }
}

/// The message, possibly truncated, after the two length bytes that a TCP segment begins with (RFC 1035 section 4.2.2). `None` if
/// these cannot be the length of a message or no whole header follows.
pub fn over_tcp(segment: &[u8]) -> Option<&[u8]> {
    let length = usize::from(u16_at(segment, 0)?);
    let rest = &segment[2..];
    let message = &rest[..length.min(rest.len())];
    (message.len() >= HEADER).then_some(message)
}

/// The header of a message (RFC 1035 section 4.1.1).
pub(super) struct Header {
    /// Query or response, kind of query, response code.
    pub flags: u16,
    /// Entries in the question section.
    pub questions: u16,
    /// Records in the answer section.
    pub answers: u16,
    /// Records in the authority section.
    pub authorities: u16,
    /// Records in the additional section.
    pub additional: u16,
}

impl Header {
    /// Reads the first twelve bytes of a message.
    pub fn read(message: &[u8]) -> Option<Self> {
        let field = |at| u16_at(message, at);
        Some(Self { flags: field(2)?, questions: field(4)?, answers: field(6)?, authorities: field(8)?, additional: field(10)? })
    }

    /// True for the successful response to a standard query: the sections of other messages have other meanings.
    pub fn is_response(&self) -> bool {
        self.flags & 0xf80f == 0x8000
    }
}

/// A resource record (RFC 1035 section 4.1.3).
pub(super) struct ResourceRecord<'a> {
    /// The offset of the owner's name in the message.
    pub owner: usize,
    /// The type.
    pub kind: u16,
    /// The class.
    pub class: u16,
    /// The offset of the data in the message.
    data_at: usize,
    /// The data.
    pub data: &'a [u8],
}

impl<'a> ResourceRecord<'a> {
    /// Reads the record at `at`, and returns the offset of the next one, too. `None` if the record is truncated.
    pub fn read(message: &'a [u8], at: usize) -> Option<(Self, usize)> {
        let fixed = skip_name(message, at)?;
        let (kind, class) = (u16_at(message, fixed)?, u16_at(message, fixed + 2)?);
        let data_at = fixed + 10;
        let end = data_at + usize::from(u16_at(message, fixed + 8)?);
        Some((Self { owner: at, kind, class, data_at, data: message.get(data_at..end)? }, end))
    }

    fn address(&self) -> Option<IpAddr> {
        match self.kind {
            A => <[u8; 4]>::try_from(self.data).ok().map(IpAddr::from),
            AAAA => <[u8; 16]>::try_from(self.data).ok().map(IpAddr::from),
            _ => None,
        }
    }

    /// The name in the data, if they consist of one.
    fn target(&self, message: &[u8]) -> Option<String> {
        let end = skip_name(message, self.data_at)?;
        if end > self.data_at + self.data.len() {
            return None;
        }
        name(message, self.data_at)
    }
}

/// The offset of the first record.
pub(super) fn skip_questions(message: &[u8], questions: u16) -> Option<usize> {
    (0..questions).try_fold(HEADER, |at, _| Some(skip_name(message, at)? + 4))
}

/// The records of the trusted sections, in their order.
fn records<'a>(message: &'a [u8], mut at: usize, header: &Header, multicast: bool) -> Vec<ResourceRecord<'a>> {
    let answers = usize::from(header.answers);
    let additional_at = answers + usize::from(header.authorities);
    let count = if multicast { additional_at + usize::from(header.additional) } else { answers };
    let mut found = Vec::new();
    for index in 0..count.min(MAX_RECORDS) {
        let Some((record, next)) = ResourceRecord::read(message, at) else { break };
        at = next;
        if record.class & !CACHE_FLUSH == CLASS_IN && (index < answers || index >= additional_at) {
            found.push(record);
        }
    }
    found
}

/// The name of the first question and the aliases that lead on from it, whatever the order of their records.
fn alias_chain(message: &[u8], header: &Header, records: &[ResourceRecord<'_>]) -> Vec<String> {
    if header.questions == 0 {
        return Vec::new();
    }
    let aliases: Vec<(String, String)> = records
        .iter()
        .filter(|record| record.kind == CNAME)
        .filter_map(|record| Some((name(message, record.owner)?, record.target(message)?)))
        .collect();
    let mut chain: Vec<String> = name(message, HEADER).into_iter().collect();
    while let Some(last) = chain.last().filter(|_| chain.len() <= MAX_ALIASES) {
        match aliases.iter().find(|(owner, _)| owner == last) {
            Some((_, target)) if !chain.contains(target) => chain.push(target.clone()),
            _ => break,
        }
    }
    chain
}

/// The address in a name under `in-addr.arpa` (RFC 1035 section 3.5) or `ip6.arpa` (RFC 3596 section 2.5).
fn reverse_address(name: &str) -> Option<IpAddr> {
    if let Some(reversed) = name.strip_suffix(".in-addr.arpa") {
        let parts: Vec<&str> = reversed.rsplit('.').collect();
        return parts.join(".").parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    }
    let reversed = name.strip_suffix(".ip6.arpa")?;
    if reversed.len() != 63 {
        return None;
    }
    let mut bits = 0;
    for digit in reversed.rsplit('.') {
        let digit = digit.chars().next().filter(|_| digit.len() == 1)?;
        bits = bits << 4 | u128::from(digit.to_digit(16)?);
    }
    Some(IpAddr::V6(Ipv6Addr::from_bits(bits)))
}

/// The offset after the name at `at`, whose pointers are not followed.
pub(super) fn skip_name(message: &[u8], mut at: usize) -> Option<usize> {
    loop {
        let length = *message.get(at)?;
        match length >> 6 {
            0 if length == 0 => return Some(at + 1),
            0 => at += 1 + usize::from(length),
            3 => return Some(at + 2),
            _ => return None,
        }
    }
}

/// Reads the name at `start`, in lower case and without a final dot. A dot or a backslash in a label is escaped by a backslash.
/// `None` if the name is truncated, too long, the root, or has a pointer that does not lead backwards.
fn name(message: &[u8], start: usize) -> Option<String> {
    let mut text = String::new();
    // A pointer leads to before the run of labels that it ends, so that there are no cycles.
    let (mut at, mut stretch, mut wire_len, mut pointers) = (start, start, 1, 0);
    loop {
        let length = usize::from(*message.get(at)?);
        match length >> 6 {
            0 if length == 0 => break,
            0 => {
                wire_len += 1 + length;
                if wire_len > MAX_NAME_LEN {
                    return None;
                }
                if !text.is_empty() {
                    text.push('.');
                }
                push_name(&mut text, message.get(at + 1..at + 1 + length)?, &['.', '\\']);
                at += 1 + length;
            }
            3 => {
                at = pointer(message, at).filter(|&target| target < stretch && pointers < MAX_POINTERS)?;
                stretch = at;
                pointers += 1;
            }
            _ => return None,
        }
    }
    text.make_ascii_lowercase();
    (!text.is_empty()).then_some(text)
}

/// The target of the compression pointer at `at` (RFC 1035 section 4.1.4); `None` if there is no pointer.
pub(super) fn pointer(message: &[u8], at: usize) -> Option<usize> {
    let word = u16_at(message, at).filter(|word| word >> 14 == 3)?;
    Some(usize::from(word & 0x3fff))
}

/// The number at `at`, in network byte order.
pub(super) fn u16_at(message: &[u8], at: usize) -> Option<u16> {
    let bytes = message.get(at..at + 2)?;
    Some(u16::from_be_bytes([bytes[0], bytes[1]]))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const RESPONSE: u16 = 0x8180;

    fn wire(name: &str) -> Vec<u8> {
        let labels = name.split('.').filter(|label| !label.is_empty());
        let mut bytes: Vec<u8> = labels.flat_map(|label| [&[label.len() as u8], label.as_bytes()].concat()).collect();
        bytes.push(0);
        bytes
    }

    fn record(owner: &[u8], kind: u16, class: u16, data: &[u8]) -> Vec<u8> {
        let fixed = [kind.to_be_bytes(), class.to_be_bytes(), [0, 0], [0, 60], (data.len() as u16).to_be_bytes()].concat();
        [owner, &fixed, data].concat()
    }

    /// A message with at most one question and the records of the three sections.
    fn message(flags: u16, question: Option<&str>, sections: [&[Vec<u8>]; 3]) -> Vec<u8> {
        let [answers, authorities, additional] = sections;
        let counts = [u16::from(question.is_some()), answers.len() as u16, authorities.len() as u16, additional.len() as u16];
        let mut bytes = [[0, 7], flags.to_be_bytes()].concat();
        bytes.extend(counts.iter().flat_map(|count| count.to_be_bytes()));
        if let Some(name) = question {
            bytes.extend([wire(name), vec![0, 1, 0, 1]].concat());
        }
        bytes.extend([answers.concat(), authorities.concat(), additional.concat()].concat());
        bytes
    }

    fn named(address: &str, origin: NameOrigin, name: &str) -> NamedAddress {
        NamedAddress { address: address.parse().unwrap(), origin, name: name.to_owned() }
    }

    /// The names in the answers of a name server.
    fn names(message: &[u8]) -> Vec<String> {
        answers(message, false).into_iter().map(|answer| answer.name).collect()
    }

    /// Aliases out of order, compressed, with an address of each version at their end.
    fn aliased() -> Vec<u8> {
        let records = [
            record(&wire("b.example"), CNAME, 1, &wire("c.example")),
            record(&[0xc0, 12], CNAME, 1, &wire("B.example")),
            record(&wire("c.example"), A, 1, &[192, 0, 2, 1]),
            record(&wire("c.example"), AAAA, 1, &[0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
            record(&wire("other.example"), A, 1, &[192, 0, 2, 2]),
        ];
        message(RESPONSE, Some("WWW.example"), [&records, &[], &[]])
    }

    #[test]
    fn an_address_has_the_name_that_was_asked_for() {
        let expected = [("192.0.2.1", "www.example"), ("2001:db8::1", "www.example"), ("192.0.2.2", "other.example")]
            .map(|(address, name)| named(address, NameOrigin::Dns, name));
        assert_eq!(answers(&aliased(), false), expected);
    }

    #[test]
    fn aliases_in_a_circle_end() {
        let records = [
            record(&wire("a"), CNAME, 1, &wire("b")),
            record(&wire("b"), CNAME, 1, &wire("a")),
            record(&wire("b"), A, 1, &[1, 2, 3, 4]),
        ];
        assert_eq!(names(&message(RESPONSE, Some("a"), [&records, &[], &[]])), ["a"]);
    }

    #[test]
    fn only_good_responses_of_the_internet_class_count() {
        let record_of = |class| [record(&wire("a"), A, class, &[1, 2, 3, 4])];
        for (flags, class, count) in [(RESPONSE, 1, 1), (0x0100, 1, 0), (0x8183, 1, 0), (0xa800, 1, 0), (RESPONSE, 3, 0)] {
            assert_eq!(names(&message(flags, None, [&record_of(class), &[], &[]])).len(), count, "{flags:x} {class}");
        }
    }

    #[test]
    fn additional_records_count_in_multicast_and_authorities_never() {
        let section = |host| [record(&wire("Printer.local"), A, 0x8001, &[192, 0, 2, host])];
        let message = message(0x8400, None, [&section(1), &section(2), &section(3)]);
        let printer = |address, origin| named(address, origin, "printer.local");
        assert_eq!(answers(&message, false), [printer("192.0.2.1", NameOrigin::Dns)]);
        assert_eq!(answers(&message, true), ["192.0.2.1", "192.0.2.3"].map(|address| printer(address, NameOrigin::MulticastDns)));
    }

    #[test]
    fn a_reverse_answer_names_its_address() {
        let v6 = format!("1.{}8.b.d.0.1.0.0.2.ip6.arpa", "0.".repeat(23));
        let ptr = |owner: &str, target: &str| record(&wire(owner), PTR, 1, &wire(target));
        let records = [
            ptr("7.2.0.192.in-addr.arpa", "Host.example"),
            ptr(&v6, "six.example"),
            ptr("2.0.192.in-addr.arpa", "network"),
            ptr("1.ip6.arpa", "network"),
            ptr("_http._tcp.local", "service"),
        ];
        let message = message(RESPONSE, None, [&records, &[], &[]]);
        for (multicast, origin) in [(false, NameOrigin::ReverseDns), (true, NameOrigin::MulticastDns)] {
            let expected = [named("192.0.2.7", origin, "host.example"), named("2001:db8::1", origin, "six.example")];
            assert_eq!(answers(&message, multicast), expected);
        }
    }

    #[test]
    fn a_delegated_reverse_name_is_that_of_the_address_asked_for() {
        // RFC 2317: the zone of less than 256 addresses has a name of its own.
        let records = [
            record(&[0xc0, 12], CNAME, 1, &wire("7.0/25.2.0.192.in-addr.arpa")),
            record(&wire("7.0/25.2.0.192.in-addr.arpa"), PTR, 1, &wire("host.example")),
        ];
        let message = message(RESPONSE, Some("7.2.0.192.in-addr.arpa"), [&records, &[], &[]]);
        assert_eq!(answers(&message, false), [named("192.0.2.7", NameOrigin::ReverseDns, "host.example")]);
    }

    #[test]
    fn labels_keep_their_text() {
        for (owner, name) in [
            (&b"\x0bLiving Room\x05local\0"[..], "living room.local"),
            (b"\x06B\xc3\xbcro1\0", "büro1"),
            (b"\x03B\xfc.\x01x\0", "b\\252\\..x"),
            (b"\x03a.b\0", "a\\.b"),
        ] {
            let message = message(RESPONSE, None, [&[record(owner, A, 1, &[1, 2, 3, 4])], &[], &[]]);
            assert_eq!(names(&message), [name]);
        }
    }

    #[test]
    fn bad_names_cost_only_their_record() {
        let long = [&[63; 64][..], &[63; 64], &[63; 64], &[63; 64], &[0]].concat();
        // Pointers to itself, forwards to the good name, beyond the end, in a cycle; the root; too long.
        for bad in [&[0xc0, 12][..], &[0xc0, 28], &[0xc0, 200], &[1, b'a', 0xc0, 12], &[0], &long] {
            let records = [record(bad, A, 1, &[1, 2, 3, 4]), record(&wire("good"), A, 1, &[1, 2, 3, 4])];
            assert_eq!(names(&message(RESPONSE, None, [&records, &[], &[]])), ["good"], "{bad:?}");
        }
    }

    #[test]
    fn a_name_has_a_longest_length() {
        let longest = [&[63; 64][..], &[63; 64], &[63; 64], &[61; 62], &[0]].concat();
        let of = |name: &[u8]| names(&message(RESPONSE, None, [&[record(name, A, 1, &[1, 2, 3, 4])], &[], &[]]));
        assert_eq!((longest.len(), of(&longest)[0].len()), (255, 253));
        assert!(of(&[&longest[..192], &[62; 63], &[0]].concat()).is_empty());
    }

    #[test]
    fn pointers_to_pointers_have_an_end() {
        // After a name, each pointer leads to the one before it.
        let chain: Vec<u8> =
            (0..127_u16).flat_map(|hop| (0xc000 | if hop == 0 { 23 } else { 24 + 2 * hop }).to_be_bytes()).collect();
        let data = [&b"\x01a\0"[..], &chain].concat();
        for (last, count) in [(126_u16, 1), (127, 0)] {
            let owner = (0xc000 | (24 + 2 * last)).to_be_bytes();
            let records = [record(&[0], 16, 1, &data), record(&owner, A, 1, &[1, 2, 3, 4])];
            assert_eq!(names(&message(RESPONSE, None, [&records, &[], &[]])).len(), count);
        }
    }

    #[test]
    fn records_with_data_of_a_wrong_length_are_left_out() {
        let records = [
            // The next record would complete the name.
            record(&wire("1.0.0.10.in-addr.arpa"), PTR, 1, b"\x03a"),
            record(&wire("a"), A, 1, &[1, 2, 3]),
            record(&wire("a"), AAAA, 1, &[1, 2, 3, 4]),
        ];
        assert!(names(&message(RESPONSE, None, [&records, &[], &[]])).is_empty());
    }

    #[test]
    fn at_most_256_records_are_read() {
        let records = vec![record(&wire("a"), A, 1, &[1, 2, 3, 4]); 300];
        assert_eq!(names(&message(RESPONSE, None, [&records, &[], &[]])).len(), 256);
    }

    #[test]
    fn a_truncated_message_yields_its_whole_records() {
        let whole = aliased();
        assert_eq!(names(&whole[..whole.len() - 1]), ["www.example"; 2]);
    }

    #[test]
    fn over_tcp_a_message_follows_its_length() {
        let message = aliased();
        let segment = [&(message.len() as u16).to_be_bytes()[..], &message, b"next"].concat();
        assert_eq!(over_tcp(&segment), Some(&message[..]));
        assert_eq!(over_tcp(&segment[..30]), Some(&message[..28]));
        assert_eq!(over_tcp(&segment[..13]), None);
        assert_eq!(over_tcp(&[0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(noise in vec(any::<u8>(), 0..200), cut in 0..200_usize, at in 0..200_usize, byte: u8, multicast: bool) {
            answers(&noise, multicast);
            let counted = [&[0, 7, 0x84, 0, 0, 1, 0, 3, 0, 0, 0, 3][..], &noise].concat();
            answers(&counted, multicast);
            over_tcp(&noise);
            let mut message = aliased();
            if let Some(place) = message.get_mut(at) {
                *place = byte;
            }
            answers(&message, multicast);
            answers(&message[..cut.min(message.len())], multicast);
        }
    }
}
