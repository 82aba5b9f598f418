//! Names of addresses in DHCP (RFC 2131): the client sends its name, and the server assigns the address.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv4Addr};

use foldhash::fast::RandomState;

use super::names::{NameOrigin, NamedAddress};
use super::wire_text::push_name;

/// The most clients that are kept; the oldest is discarded first. A name is needed only until the server answers.
const MAX_CLIENTS: usize = 4096;

/// Offsets of the fields of a message (RFC 2131 section 2).
const CLIENT_ADDRESS: usize = 12;
const YOUR_ADDRESS: usize = 16;
const HARDWARE_ADDRESS: usize = 28;
const COOKIE: usize = 236;
const OPTIONS: usize = 240;

/// The four bytes before the options (RFC 2131 section 3).
const MAGIC: [u8; 4] = [99, 130, 83, 99];

/// Options (RFC 2132; RFC 4702).
const PAD: u8 = 0;
const HOST_NAME: u8 = 12;
const MESSAGE_TYPE: u8 = 53;
const CLIENT_FQDN: u8 = 81;
const END: u8 = 255;

/// Values of the field op: a message from a client, or from a server (RFC 2131 section 2).
const BOOTREQUEST: u8 = 1;
const BOOTREPLY: u8 = 2;

/// The message type of a server's acknowledgment (RFC 2132 section 9.6).
const ACK: u8 = 5;

/// The names that clients send, until the server assigns them an address.
#[derive(Clone, Debug, Default)]
pub struct ClientNames {
    names: HashMap<HardwareAddress, Box<str>, RandomState>,
    /// The clients in the order of their first message.
    order: VecDeque<HardwareAddress>,
}

/// The address bytes, and the number of bytes in use.
type HardwareAddress = ([u8; 16], u8);

impl ClientNames {
    /// Returns the address and the name in a message, which may be truncated. A client's message contains the address that it
    /// already has, and its name is kept; the server's acknowledgment contains the assigned address.
    pub fn read(&mut self, message: &[u8]) -> Option<NamedAddress> {
        if message.get(COOKIE..OPTIONS) != Some(&MAGIC) {
            return None;
        }
        let client = hardware_address(message)?;
        match message[0] {
            BOOTREQUEST => self.read_request(message, client),
            BOOTREPLY => self.read_reply(message, client),
            _ => None,
        }
    }

    fn read_request(&mut self, message: &[u8], client: HardwareAddress) -> Option<NamedAddress> {
        let name = client_name(&message[OPTIONS..])?;
        self.insert(client, name.as_str().into());
        Some(NamedAddress { address: address(message, CLIENT_ADDRESS)?, origin: NameOrigin::Dhcp, name })
    }

    fn insert(&mut self, client: HardwareAddress, name: Box<str>) {
        if self.names.insert(client, name).is_some() {
            return;
        }
        self.order.push_back(client);
        if self.order.len() > MAX_CLIENTS
            && let Some(oldest) = self.order.pop_front()
        {
            self.names.remove(&oldest);
        }
    }

    fn read_reply(&self, message: &[u8], client: HardwareAddress) -> Option<NamedAddress> {
        if option(&message[OPTIONS..], MESSAGE_TYPE) != Some(&[ACK]) {
            return None;
        }
        let address = address(message, YOUR_ADDRESS).or_else(|| address(message, CLIENT_ADDRESS))?;
        Some(NamedAddress { address, origin: NameOrigin::Dhcp, name: self.names.get(&client)?.to_string() })
    }
}

/// The client's hardware address. `None` if it has none, as on InfiniBand (RFC 4390): all such clients would be confused.
fn hardware_address(message: &[u8]) -> Option<HardwareAddress> {
    let length = *message.get(2).filter(|length| (1..=16).contains(*length))?;
    let used = message.get(HARDWARE_ADDRESS..HARDWARE_ADDRESS + usize::from(length))?;
    let mut bytes = [0; 16];
    bytes[..used.len()].copy_from_slice(used);
    Some((bytes, length))
}

/// The address at `at`; `None` if it is zero.
fn address(message: &[u8], at: usize) -> Option<IpAddr> {
    let bytes = <[u8; 4]>::try_from(message.get(at..at + 4)?).ok()?;
    (bytes != [0; 4]).then(|| IpAddr::V4(Ipv4Addr::from(bytes)))
}

/// The data of the first option with the code `wanted` (RFC 2132 section 2). Options in the fields for names of files and servers
/// (option overload) are ignored.
fn option(mut options: &[u8], wanted: u8) -> Option<&[u8]> {
    loop {
        let (&code, rest) = options.split_first()?;
        options = match code {
            END => return None,
            PAD => rest,
            _ => {
                let (&length, rest) = rest.split_first()?;
                let (data, rest) = rest.split_at_checked(usize::from(length))?;
                if code == wanted {
                    return Some(data);
                }
                rest
            }
        }
    }
}

/// The name that the client sends: its host name, or else its full name.
fn client_name(options: &[u8]) -> Option<String> {
    let host_name = option(options, HOST_NAME).map(plain_name);
    let name = host_name.filter(|name| !name.is_empty()).or_else(|| full_name(option(options, CLIENT_FQDN)?))?;
    (!name.is_empty()).then_some(name)
}

/// Converts a name to text. Some clients end it with a zero, which RFC 2132 section 2 asks receivers to remove.
fn plain_name(data: &[u8]) -> String {
    let end = data.iter().rposition(|&byte| byte != 0 && byte != b'.').map_or(0, |last| last + 1);
    let mut name = String::new();
    push_name(&mut name, &data[..end], &[]);
    name
}

/// The name after the flags and two result codes of option 81; a flag gives the encoding (RFC 4702 section 2).
fn full_name(data: &[u8]) -> Option<String> {
    let (&flags, name) = (data.first()?, data.get(3..)?);
    let in_labels = flags & 0x04 != 0;
    if in_labels { labels(name) } else { Some(plain_name(name)) }
}

/// Decodes a name in the encoding of DNS, never compressed, and without a final zero if not full (RFC 4702 section 2.3.1).
fn labels(mut data: &[u8]) -> Option<String> {
    let mut name = String::new();
    while let Some((&length, rest)) = data.split_first().filter(|(length, _)| **length != 0) {
        let (label, rest) = rest.split_at_checked(usize::from(length)).filter(|_| length < 64)?;
        if !name.is_empty() {
            name.push('.');
        }
        push_name(&mut name, label, &['.', '\\']);
        data = rest;
    }
    Some(name)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const NOBODY: [u8; 4] = [0; 4];
    const HOST: [u8; 4] = [192, 0, 2, 7];

    /// A message about the client with the hardware address 2:0:0:0:`client`.
    fn message(op: u8, client: u16, ciaddr: [u8; 4], yiaddr: [u8; 4], options: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; OPTIONS];
        bytes[..3].copy_from_slice(&[op, 1, 6]);
        bytes[CLIENT_ADDRESS..YOUR_ADDRESS].copy_from_slice(&ciaddr);
        bytes[YOUR_ADDRESS..YOUR_ADDRESS + 4].copy_from_slice(&yiaddr);
        bytes[HARDWARE_ADDRESS] = 2;
        bytes[HARDWARE_ADDRESS + 4..HARDWARE_ADDRESS + 6].copy_from_slice(&client.to_be_bytes());
        bytes[COOKIE..].copy_from_slice(&MAGIC);
        bytes.extend(options);
        bytes
    }

    fn request(options: &[u8]) -> Vec<u8> {
        message(1, 1, NOBODY, NOBODY, options)
    }

    fn ack(client: u16) -> Vec<u8> {
        message(2, client, NOBODY, HOST, &[MESSAGE_TYPE, 1, ACK, END])
    }

    /// The address [`HOST`] with a name.
    fn host(name: &str) -> Option<NamedAddress> {
        Some(NamedAddress { address: HOST.into(), origin: NameOrigin::Dhcp, name: name.to_owned() })
    }

    /// The name in the acknowledgment after a client's options.
    fn name_of(options: &[u8]) -> Option<String> {
        let mut clients = ClientNames::default();
        assert_eq!(clients.read(&request(options)), None);
        clients.read(&ack(1)).map(|named| named.name)
    }

    #[test]
    fn the_acknowledgment_gives_the_name_an_address() {
        let mut clients = ClientNames::default();
        assert_eq!(clients.read(&request(b"\x35\x01\x03\x0c\x06Laptop\xff")), None);
        let offer = message(2, 1, NOBODY, HOST, &[MESSAGE_TYPE, 1, 2, END]);
        assert_eq!(clients.read(&offer), None);
        assert_eq!(clients.read(&ack(2)), None, "another client");
        assert_eq!(clients.read(&ack(1)), host("Laptop"));
        let to_inform = message(2, 1, HOST, NOBODY, &[MESSAGE_TYPE, 1, ACK]);
        assert_eq!(clients.read(&to_inform), host("Laptop"));
        let to_nobody = message(2, 1, NOBODY, NOBODY, &[MESSAGE_TYPE, 1, ACK]);
        assert_eq!(clients.read(&to_nobody), None);
    }

    #[test]
    fn a_client_with_an_address_is_named_at_once() {
        let renewal = message(1, 1, HOST, NOBODY, b"\x0c\x01a");
        assert_eq!(ClientNames::default().read(&renewal), host("a"));
    }

    #[test]
    fn every_encoding_of_a_name_is_read() {
        for (options, name) in [
            (&b"\0\0\x0c\x02pc\0"[..], Some("pc")),
            (b"\x0c\x03pc\0\xff", Some("pc")),
            (b"\x0c\x03M\xfc1", Some("M\\2521")),
            (b"\x51\x09\x01\0\0a.home.", Some("a.home")),
            (b"\x51\x0b\x04\0\0\x01a\x04home\0", Some("a.home")),
            (b"\x51\x05\x04\0\0\x01a", Some("a")),
            (b"\x51\x05\x04\0\0\x01a\x0c\x02pc", Some("pc")),
            (b"\x51\x05\x04\0\0\x05a", None),
            (b"\x51\x02\0\0", None),
            (b"\x0c\x00", None),
            (b"\x0c\x01\0", None),
            (b"\x0c\x03pc", None),
            (b"\xff\x0c\x02pc", None),
        ] {
            assert_eq!(name_of(options).as_deref(), name, "{options:?}");
        }
    }

    #[test]
    fn messages_of_other_protocols_or_without_hardware_address_name_nothing() {
        for (place, byte) in [(0, 3), (COOKIE, 0), (2, 0), (2, 17)] {
            let mut renewal = message(1, 1, HOST, NOBODY, b"\x0c\x01a");
            renewal[place] = byte;
            assert_eq!(ClientNames::default().read(&renewal), None, "{place}");
        }
    }

    #[test]
    fn the_oldest_client_is_forgotten() {
        let mut clients = ClientNames::default();
        for client in 0..=MAX_CLIENTS as u16 {
            clients.read(&message(1, client, NOBODY, NOBODY, b"\x0c\x01a"));
        }
        assert_eq!((clients.names.len(), clients.order.len()), (MAX_CLIENTS, MAX_CLIENTS));
        assert_eq!((clients.read(&ack(0)), clients.read(&ack(1))), (None, host("a")));
    }

    #[test]
    fn the_latest_name_of_a_client_counts() {
        let mut clients = ClientNames::default();
        for options in [&b"\x0c\x01a"[..], b"\x0c\x01b", b""] {
            clients.read(&request(options));
        }
        assert_eq!((clients.read(&ack(1)), clients.order.len()), (host("b"), 1));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(noise in vec(any::<u8>(), 0..300), op in 0..4_u8, cut in 0..300_usize) {
            let mut clients = ClientNames::default();
            clients.read(&noise);
            clients.read(&message(op, 1, HOST, NOBODY, &noise));
            clients.read(&request(&[&[CLIENT_FQDN, 9, 4, 0, 0], &noise[..]].concat()));
            let whole = request(b"\x35\x01\x03\x0c\x06Laptop\x51\x0b\x04\0\0\x01a\x04home\0\xff");
            clients.read(&whole[..cut.min(whole.len())]);
            clients.read(&ack(1)[..cut.min(ack(1).len())]);
        }
    }
}
