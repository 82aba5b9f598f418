//! Names of addresses in NetBIOS over UDP (RFC 1002): those that machines register, give in answers, and send datagrams with.

use std::net::{IpAddr, Ipv4Addr};

use super::dns::{HEADER, Header, ResourceRecord, pointer, skip_questions};
use super::names::{NameOrigin, NamedAddress};
use super::wire_text::push_name;

/// Types of records (RFC 1002 section 4.2.1.3): the addresses of a name, and all names of a machine.
const NB: u16 = 0x20;
const NBSTAT: u16 = 0x21;
/// The flag of a name that a group of machines shares (RFC 1002 section 4.2.1.3).
const GROUP: u8 = 0x80;

/// The length of a name: 15 bytes, padded with spaces, and one for its purpose.
const NAME_LEN: usize = 16;
/// The length of an encoded name: each byte becomes two letters, A to P (RFC 1001 section 14.1).
const ENCODED_LEN: usize = 2 * NAME_LEN;
/// The last byte of a machine's own name: as workstation, and as file server.
const WORKSTATION: u8 = 0x00;
const FILE_SERVER: u8 = 0x20;

/// The most records that are read in a message.
const MAX_RECORDS: usize = 256;

/// The names of addresses in a message of the name service (UDP port 137; RFC 1002 section 4.2), which may be truncated:
/// registrations, refreshes, positive answers, and the list of names that `sender` gives of itself. Only names of single machines
/// count, not those of groups.
pub fn name_service(message: &[u8], sender: IpAddr) -> Vec<NamedAddress> {
    let mut names = Vec::new();
    let Some(header) = Header::read(message) else { return names };
    let count = match (header.flags >> 15, header.flags >> 11 & 0xf) {
        // A request: registration, refresh (two numbers in the RFC), or registration by a machine of many addresses.
        (0, 5 | 8 | 9 | 15) => usize::from(header.answers) + usize::from(header.authorities) + usize::from(header.additional),
        _ if header.is_response() => usize::from(header.answers),
        _ => return names,
    };
    let Some(mut at) = skip_questions(message, header.questions) else { return names };
    for _ in 0..count.min(MAX_RECORDS) {
        let Some((record, next)) = ResourceRecord::read(message, at) else { break };
        at = next;
        match record.kind {
            NB => names.extend(owner_addresses(message, &record)),
            NBSTAT if header.is_response() => names.extend(workstation_name(record.data).map(|name| named(sender, name))),
            _ => {}
        }
    }
    names
}

/// The source of a datagram (UDP port 138; RFC 1002 section 4.4), which may be truncated.
pub fn datagram(message: &[u8]) -> Option<NamedAddress> {
    const DIRECT_UNIQUE: u8 = 0x10;
    const BROADCAST: u8 = 0x12;
    const SOURCE_NAME: usize = 14;
    if !message.first().is_some_and(|kind| (DIRECT_UNIQUE..=BROADCAST).contains(kind)) {
        return None;
    }
    Some(named(ipv4(message.get(4..8))?, machine_name(&encoded_name(message, SOURCE_NAME)?)?))
}

fn named(address: IpAddr, name: String) -> NamedAddress {
    NamedAddress { address, origin: NameOrigin::Netbios, name }
}

/// The addresses of an NB record, with the name of its owner. Each entry is two bytes of flags and four of address (section
/// 4.2.1.3).
fn owner_addresses(message: &[u8], record: &ResourceRecord<'_>) -> Vec<NamedAddress> {
    let Some(name) = encoded_name(message, record.owner).and_then(|name| machine_name(&name)) else { return Vec::new() };
    let addresses = record.data.chunks_exact(6).filter(|entry| entry[0] & GROUP == 0).filter_map(|entry| ipv4(entry.get(2..)));
    addresses.map(|address| named(address, name.clone())).collect()
}

/// The first name in a node's status that is the node's own as workstation. Each entry is a name, not encoded, and two bytes of
/// flags (section 4.2.18).
fn workstation_name(data: &[u8]) -> Option<String> {
    let (&count, entries) = data.split_first()?;
    let own = entries
        .chunks_exact(NAME_LEN + 2)
        .take(usize::from(count))
        .find(|entry| entry[NAME_LEN - 1] == WORKSTATION && entry[NAME_LEN] & GROUP == 0);
    machine_name(own?.first_chunk()?)
}

/// Decodes the first label of the name at `at`, or of the name that a pointer there leads back to. The labels after it, the
/// scope, are skipped.
fn encoded_name(message: &[u8], at: usize) -> Option<[u8; NAME_LEN]> {
    let at = pointer(message, at).filter(|&target| (HEADER..at).contains(&target)).unwrap_or(at);
    let (&length, rest) = message.get(at..)?.split_first()?;
    let letters = rest.get(..ENCODED_LEN).filter(|_| usize::from(length) == ENCODED_LEN)?;
    let mut name = [0; NAME_LEN];
    for (byte, pair) in name.iter_mut().zip(letters.chunks_exact(2)) {
        *byte = half(pair[0])? << 4 | half(pair[1])?;
    }
    Some(name)
}

/// The four bits that a letter encodes.
fn half(letter: u8) -> Option<u8> {
    letter.checked_sub(b'A').filter(|&bits| bits < 16)
}

/// The text of a name if it is a machine's own.
fn machine_name(name: &[u8; NAME_LEN]) -> Option<String> {
    let (padded, purpose) = (&name[..NAME_LEN - 1], name[NAME_LEN - 1]);
    let end = padded.iter().rposition(|&byte| byte != b' ')? + 1;
    let mut text = String::new();
    push_name(&mut text, &padded[..end], &[]);
    // The bytes are checked, too, because control characters are escaped in text that is not UTF-8.
    let clean = !padded.iter().any(u8::is_ascii_control) && !text.contains(char::is_control);
    (matches!(purpose, WORKSTATION | FILE_SERVER) && clean).then_some(text)
}

fn ipv4(bytes: Option<&[u8]>) -> Option<IpAddr> {
    <[u8; 4]>::try_from(bytes?).ok().map(|bytes| IpAddr::V4(Ipv4Addr::from(bytes)))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const REGISTRATION: u16 = 0x2910;
    const RESPONSE: u16 = 0x8500;

    fn padded(name: &str, purpose: u8) -> Vec<u8> {
        let mut bytes = format!("{name:15}").into_bytes();
        bytes.push(purpose);
        bytes
    }

    fn encoded(name: &str, purpose: u8) -> Vec<u8> {
        let letters = padded(name, purpose).into_iter().flat_map(|byte| [b'A' + (byte >> 4), b'A' + (byte & 15)]);
        [32].into_iter().chain(letters).chain([0]).collect()
    }

    fn record(owner: &[u8], kind: u16, data: &[u8]) -> Vec<u8> {
        [owner, &kind.to_be_bytes(), &[0, 1, 0, 0, 0, 0], &(data.len() as u16).to_be_bytes(), data].concat()
    }

    /// A registration as on the wire: the question's name, and a record that points to it.
    fn registration(flags: u16, name: &str, purpose: u8, group: u8) -> Vec<u8> {
        let header = [&[0, 7][..], &flags.to_be_bytes(), &[0, 1, 0, 0, 0, 0, 0, 1]].concat();
        let record = record(&[0xc0, 12], NB, &[group, 0, 192, 0, 2, 7]);
        [header, encoded(name, purpose), vec![0, 0x20, 0, 1], record].concat()
    }

    fn response(flags: u16, record: &[u8]) -> Vec<u8> {
        [&[0, 7][..], &flags.to_be_bytes(), &[0, 0, 0, 1, 0, 0, 0, 0], record].concat()
    }

    fn status() -> Vec<u8> {
        let entry = |name, purpose, group| [padded(name, purpose), vec![group, 0]].concat();
        let names = [entry("OFFICE", 0, GROUP), entry("Printer", 0x20, 4), entry("Printer", 0, 4), entry("Second", 0, 4)];
        response(RESPONSE, &record(&encoded("*", 0), NBSTAT, &[vec![4], names.concat()].concat()))
    }

    fn datagram_from(kind: u8, name: &str, purpose: u8) -> Vec<u8> {
        [&[kind, 2, 0, 1, 192, 0, 2, 9, 0, 138, 0, 0, 0, 0][..], &encoded(name, purpose), &encoded("ALL", 0x1d)].concat()
    }

    /// The names in a message of the name service that 192.0.2.1 sends.
    fn names(message: &[u8]) -> Vec<NamedAddress> {
        name_service(message, IpAddr::from([192, 0, 2, 1]))
    }

    /// The address 192.0.2.`host` with a name.
    fn host(host: u8, name: &str) -> NamedAddress {
        NamedAddress { address: IpAddr::from([192, 0, 2, host]), origin: NameOrigin::Netbios, name: name.to_owned() }
    }

    #[test]
    fn a_machine_registers_its_own_names() {
        for (flags, purpose, group, count) in [
            (REGISTRATION, 0x00, 0x00, 1),
            (REGISTRATION, 0x20, 0x60, 1),
            (0x4000, 0x00, 0x00, 1),
            (0x7900, 0x00, 0x00, 1),
            (REGISTRATION, 0x1d, 0x00, 0),
            (REGISTRATION, 0x00, 0x80, 0),
            (0x3000, 0x00, 0x00, 0),
            (0x0110, 0x00, 0x00, 0),
        ] {
            let names = names(&registration(flags, "My PC", purpose, group));
            assert_eq!(names, vec![host(7, "My PC"); count], "{flags:x} {purpose:x} {group:x}");
        }
    }

    #[test]
    fn an_answer_names_all_addresses() {
        let record = record(&encoded("SERVER", 0x20), NB, &[0, 0, 192, 0, 2, 7, 0x80, 0, 192, 0, 2, 8, 0, 0, 192, 0, 2, 9, 0]);
        assert_eq!(names(&response(RESPONSE, &record)), [host(7, "SERVER"), host(9, "SERVER")]);
        assert_eq!(names(&response(RESPONSE | 3, &record)), []);
    }

    #[test]
    fn a_status_names_the_sender() {
        assert_eq!(names(&status()), [host(1, "Printer")]);
        let mut fewer = status();
        let count = 12 + 34 + 10;
        assert_eq!(fewer[count], 4);
        fewer[count] = 2;
        assert_eq!(names(&fewer), []);
    }

    #[test]
    fn a_datagram_names_its_source() {
        assert_eq!(datagram(&datagram_from(0x11, "LAPTOP", 0)), Some(host(9, "LAPTOP")));
        assert_eq!(datagram(&datagram_from(0x12, "LAPTOP", 0x20)), Some(host(9, "LAPTOP")));
        assert_eq!(datagram(&datagram_from(0x11, "LAPTOP", 0x1e)), None);
        assert_eq!(datagram(&datagram_from(0x13, "LAPTOP", 0)), None);
    }

    #[test]
    fn unusable_names_are_left_out() {
        for name in ["", "\u{1}\u{2}__MSBROWSE__", "a\0", "\u{85}"] {
            assert_eq!(datagram(&datagram_from(0x11, name, 0)), None, "{name:?}");
        }
        let mut wrong_letter = datagram_from(0x11, "LAPTOP", 0);
        wrong_letter[20] = b'Q';
        assert_eq!(datagram(&wrong_letter), None);
        let mut wrong_length = datagram_from(0x11, "LAPTOP", 0);
        wrong_length[14] = 31;
        assert_eq!(datagram(&wrong_length), None);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(noise in vec(any::<u8>(), 0..200), cut in 0..200_usize, at in 0..200_usize, byte: u8) {
            names(&noise);
            datagram(&noise);
            names(&response(RESPONSE, &noise));
            names(&response(RESPONSE, &record(&encoded("A", 0), NBSTAT, &noise)));
            datagram(&[&[0x11], &noise[..]].concat());
            for mut message in [registration(REGISTRATION, "A", 0, 0), status(), datagram_from(0x11, "A", 0)] {
                if let Some(place) = message.get_mut(at) {
                    *place = byte;
                }
                let cut = &message[..cut.min(message.len())];
                names(cut);
                datagram(cut);
            }
        }
    }
}
