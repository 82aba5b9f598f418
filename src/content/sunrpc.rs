//! The portmapper (rpcbind) of Sun RPC: which program answers at which port.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;

/// The program number of the portmapper itself (RFC 1833, section 3.1).
const PORTMAPPER: u32 = 100_000;
/// The most calls that are remembered; the oldest is forgotten.
const MAX_PENDING: usize = 4096;
/// The most entries that are read from one list.
const MAX_ENTRIES: usize = 256;
/// The length of a record mark (RFC 5531, section 11).
const RECORD_MARK: usize = 4;

/// Where a program answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The program's number (RFC 5531, section 8.4).
    pub program: u32,
    /// The IP protocol: 6 (TCP) or 17 (UDP).
    pub protocol: u8,
    /// The address; the portmapper's own, if `None`.
    pub address: Option<IpAddr>,
    /// The port, never 0.
    pub port: u16,
}

/// What a call asked, and so how its reply is to be read.
#[derive(Clone, Copy, Debug)]
enum Question {
    /// The port of one program (version 2, RFC 1833, section 3.2).
    Port { program: u32, protocol: u8 },
    /// The universal address of one program (versions 3 and 4, RFC 1833, section 2.2.1).
    Address { program: u32, protocol: u8 },
    /// All ports (version 2).
    Ports,
    /// All universal addresses (versions 3 and 4).
    Addresses,
}

/// Matches replies of portmappers with their calls. `K` tells conversations apart, whatever a message's direction.
#[derive(Debug)]
pub struct Portmapper<K> {
    /// By conversation and transaction (xid), with the call's place in the queue.
    pending: HashMap<(K, u32), (u64, Question), foldhash::fast::RandomState>,
    /// Calls in their order, some of them answered by now.
    queue: VecDeque<((K, u32), u64)>,
    /// Tells the places of calls with the same name.
    serial: u64,
}

impl<K> Default for Portmapper<K> {
    fn default() -> Self {
        Self { pending: HashMap::default(), queue: VecDeque::new(), serial: 0 }
    }
}

impl<K: Eq + Hash + Copy> Portmapper<K> {
    /// Takes in a message without its record mark and says what a reply binds. A list that is cut short is read as far as
    /// it goes.
    pub fn message(&mut self, conversation: K, message: &[u8], say: &mut dyn FnMut(Binding)) {
        let mut reader = Reader(message);
        let (Some(transaction), Some(direction)) = (reader.u32(), reader.u32()) else { return };
        let name = (conversation, transaction);
        match direction {
            0 => match question(&mut reader) {
                Some(question) => self.remember(name, question),
                // The number is in use for something else now.
                None => drop(self.pending.remove(&name)),
            },
            1 => {
                if let Some((_, question)) = self.pending.remove(&name)
                    && accepted(&mut reader).is_some()
                {
                    answer(question, &mut reader, say);
                }
            }
            _ => {}
        }
    }

    fn remember(&mut self, name: (K, u32), question: Question) {
        self.serial += 1;
        self.pending.insert(name, (self.serial, question));
        self.queue.push_back((name, self.serial));
        if self.queue.len() > MAX_PENDING
            && let Some((oldest, serial)) = self.queue.pop_front()
            && self.pending.get(&oldest).is_some_and(|(current, _)| *current == serial)
        {
            self.pending.remove(&oldest);
        }
    }
}

/// The RPC message in a TCP segment that begins with one: without its record mark and what comes after it (RFC 5531,
/// section 11).
pub fn over_tcp(segment: &[u8]) -> &[u8] {
    let Some((mark, message)) = segment.split_first_chunk::<RECORD_MARK>() else { return &[] };
    // The highest bit tells a record's last fragment.
    let len = u32::from_be_bytes(*mark) & 0x7fff_ffff;
    &message[..message.len().min(usize::try_from(len).unwrap_or(usize::MAX))]
}

/// A call's body (RFC 5531, section 9), if it asks a portmapper for ports.
fn question(reader: &mut Reader) -> Option<Question> {
    let [rpc_version, program, version, procedure] = [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?];
    if rpc_version != 2 || program != PORTMAPPER {
        return None;
    }
    reader.authentication()?;
    reader.authentication()?;
    match (version, procedure) {
        (2, 3) => {
            let [program, _version, protocol] = [reader.u32()?, reader.u32()?, reader.u32()?];
            Some(Question::Port { program, protocol: transport(protocol)? })
        }
        (3 | 4, 3) => {
            let [program, _version] = [reader.u32()?, reader.u32()?];
            Some(Question::Address { program, protocol: netid(reader.opaque()?)? })
        }
        (2, 4) => Some(Question::Ports),
        (3 | 4, 4) => Some(Question::Addresses),
        _ => None,
    }
}

/// Goes to the results of a reply; `None` if the call was denied or failed.
fn accepted(reader: &mut Reader) -> Option<()> {
    let is_accepted = reader.u32()? == 0;
    reader.authentication().filter(|()| is_accepted)?;
    (reader.u32()? == 0).then_some(())
}

fn answer(question: Question, reader: &mut Reader, say: &mut dyn FnMut(Binding)) {
    match question {
        Question::Port { program, protocol } => {
            reader.u32().and_then(|port| binding(program, protocol, None, port)).into_iter().for_each(say);
        }
        Question::Address { program, protocol } => {
            let universal = reader.opaque().and_then(universal_address);
            universal.and_then(|(address, port)| binding(program, protocol, Some(address), port)).into_iter().for_each(say);
        }
        Question::Ports => entries(reader, port_entry, say),
        Question::Addresses => entries(reader, address_entry, say),
    }
}

/// Reads a list, each entry of which is announced by a 1. An entry that cannot be read ends it, one that binds nothing does
/// not.
fn entries(reader: &mut Reader, entry: fn(&mut Reader) -> Option<Option<Binding>>, say: &mut dyn FnMut(Binding)) {
    for _ in 0..MAX_ENTRIES {
        if reader.u32() != Some(1) {
            return;
        }
        let Some(bound) = entry(reader) else { return };
        bound.into_iter().for_each(&mut *say);
    }
}

/// Version 2: program, version, protocol, port.
fn port_entry(reader: &mut Reader) -> Option<Option<Binding>> {
    let [program, _version, protocol, port] = [reader.u32()?, reader.u32()?, reader.u32()?, reader.u32()?];
    Some(transport(protocol).and_then(|protocol| binding(program, protocol, None, port)))
}

/// Versions 3 and 4: program, version, network, universal address, owner.
fn address_entry(reader: &mut Reader) -> Option<Option<Binding>> {
    let [program, _version] = [reader.u32()?, reader.u32()?];
    let [network, address, _owner] = [reader.opaque()?, reader.opaque()?, reader.opaque()?];
    let bound = || {
        let (address, port) = universal_address(address)?;
        binding(program, netid(network)?, Some(address), port)
    };
    Some(bound())
}

fn binding(program: u32, protocol: u8, address: Option<IpAddr>, port: u32) -> Option<Binding> {
    let port = u16::try_from(port).ok().filter(|port| *port > 0)?;
    Some(Binding { program, protocol, address: address.filter(|address| !address.is_unspecified()), port })
}

/// The protocol numbers that portmappers know are those of IP.
fn transport(protocol: u32) -> Option<u8> {
    u8::try_from(protocol).ok().filter(|protocol| matches!(protocol, 6 | 17))
}

/// The protocol of a network identifier (RFC 5665, section 5.1).
fn netid(text: &[u8]) -> Option<u8> {
    match text {
        b"tcp" | b"tcp6" => Some(6),
        b"udp" | b"udp6" => Some(17),
        _ => None,
    }
}

/// Reads `192.0.2.1.8.1` or `2001:db8::1.8.1`: an address and the two bytes of a port (RFC 5665, section 5.2.3).
fn universal_address(text: &[u8]) -> Option<(IpAddr, u32)> {
    let mut parts = std::str::from_utf8(text).ok()?.rsplitn(3, '.');
    let (low, high) = (parts.next()?.parse::<u8>().ok()?, parts.next()?.parse::<u8>().ok()?);
    Some((parts.next()?.parse().ok()?, u32::from(u16::from_be_bytes([high, low]))))
}

/// Reads XDR (RFC 4506) from the front of what is left.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn u32(&mut self) -> Option<u32> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*number))
    }

    /// Bytes after their length, filled up to a multiple of four.
    fn opaque(&mut self) -> Option<&'a [u8]> {
        let len = usize::try_from(self.u32()?).ok()?;
        let bytes = self.0.get(..len)?;
        self.0 = self.0.get(len.checked_next_multiple_of(4)?..)?;
        Some(bytes)
    }

    /// Passes over a credential or a verifier (RFC 5531, section 8.2): its flavor and its body.
    fn authentication(&mut self) -> Option<()> {
        self.u32()?;
        self.opaque().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    fn string(text: &str) -> Vec<u8> {
        let mut bytes = words(&[text.len() as u32]);
        bytes.extend_from_slice(text.as_bytes());
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    /// A call with a credential of five bytes.
    fn call(transaction: u32, version: u32, procedure: u32, arguments: &[u8]) -> Vec<u8> {
        let head = words(&[transaction, 0, 2, PORTMAPPER, version, procedure, 1]);
        [head, string("creds"), words(&[0, 0]), arguments.to_vec()].concat()
    }

    /// A reply with a verifier of three bytes.
    fn reply(transaction: u32, results: &[u8]) -> Vec<u8> {
        [words(&[transaction, 1, 0, 6]), string("ver"), words(&[0]), results.to_vec()].concat()
    }

    fn said(messages: &[Vec<u8>]) -> Vec<Binding> {
        let mut said = Vec::new();
        let mut portmapper = Portmapper::default();
        messages.iter().for_each(|message| portmapper.message('a', message, &mut |binding| said.push(binding)));
        said
    }

    fn bound(program: u32, protocol: u8, address: Option<&str>, port: u16) -> Binding {
        Binding { program, protocol, address: address.map(|address| address.parse().unwrap()), port }
    }

    #[test]
    fn a_port_is_asked_for_and_said() {
        let asked = call(7, 2, 3, &words(&[100_003, 3, 17, 0]));
        assert_eq!(said(&[asked.clone(), reply(7, &words(&[2049]))]), [bound(100_003, 17, None, 2049)]);
        assert_eq!(said(&[asked.clone(), reply(7, &words(&[0]))]), []);
        assert_eq!(said(&[asked.clone(), reply(7, &words(&[65536]))]), []);
        assert_eq!(said(&[asked.clone(), reply(8, &words(&[2049]))]), []);
        assert_eq!(said(&[asked.clone(), words(&[7, 1, 1, 0, 0, 0, 2049])]), [], "denied");
        assert_eq!(said(&[asked, words(&[7, 1, 0, 0, 0, 1, 2049])]), [], "program unavailable");
    }

    #[test]
    fn an_address_is_asked_for_and_said() {
        let asked = |network| call(7, 3, 3, &[words(&[100_003, 3]), string(network), string(""), string("")].concat());
        let answers = |network, text| said(&[asked(network), reply(7, &string(text))]);
        assert_eq!(answers("tcp", "192.0.2.1.8.1"), [bound(100_003, 6, Some("192.0.2.1"), 2049)]);
        assert_eq!(answers("udp6", "2001:db8::1.8.1"), [bound(100_003, 17, Some("2001:db8::1"), 2049)]);
        assert_eq!(answers("udp", "0.0.0.0.8.1"), [bound(100_003, 17, None, 2049)]);
        for (network, text) in [("tcp", ""), ("tcp", "192.0.2.1.0.0"), ("tcp", "192.0.2.1.8"), ("local", "192.0.2.1.8.1")] {
            assert_eq!(answers(network, text), [], "{network} {text}");
        }
    }

    #[test]
    fn lists_are_read_as_far_as_they_go() {
        let ports = words(&[1, 100_000, 2, 6, 111, 1, 100_003, 3, 1, 5, 1, 100_003, 3, 17, 2049, 0]);
        let there = [bound(100_000, 6, None, 111), bound(100_003, 17, None, 2049)];
        assert_eq!(said(&[call(7, 2, 4, &[]), reply(7, &ports)]), there);
        assert_eq!(said(&[call(7, 2, 4, &[]), reply(7, &ports[..ports.len() - 6])]), there[..1]);
        let entry = |network, address| [words(&[1, 100_003, 4]), string(network), string(address), string("root")].concat();
        let addresses = [entry("local", "/run/rpc"), entry("tcp6", "::.8.1"), words(&[0])].concat();
        assert_eq!(said(&[call(7, 4, 4, &[]), reply(7, &addresses)]), [bound(100_003, 6, None, 2049)]);
        let endless = words(&[1, 100_000, 2, 6, 111]).repeat(1000);
        assert_eq!(said(&[call(7, 2, 4, &[]), reply(7, &endless)]).len(), MAX_ENTRIES);
    }

    #[test]
    fn a_reply_answers_its_own_call() {
        let asked = call(7, 2, 3, &words(&[100_003, 3, 17, 0]));
        let answer = reply(7, &words(&[2049]));
        assert_eq!(said(&[asked.clone(), answer.clone(), answer.clone()]).len(), 1);
        let other = words(&[7, 0, 2, 100_003, 3, 0, 0, 0, 0, 0]);
        assert_eq!(said(&[asked.clone(), other, answer.clone()]), []);
        let mut portmapper = Portmapper::default();
        portmapper.message('a', &asked, &mut |_| {});
        portmapper.message('b', &answer, &mut |_| panic!("another conversation"));
    }

    #[test]
    fn the_oldest_call_is_forgotten() {
        let asked = |transaction| call(transaction, 2, 3, &words(&[100_003, 3, 17, 0]));
        let calls: Vec<_> = (0..=MAX_PENDING as u32).map(asked).collect();
        let after = |transaction| said(&[calls.clone(), vec![reply(transaction, &words(&[2049]))]].concat()).len();
        assert_eq!((after(0), after(1)), (0, 1));
        let mut portmapper = Portmapper::default();
        calls.iter().for_each(|call| portmapper.message('a', call, &mut |_| {}));
        assert_eq!((portmapper.pending.len(), portmapper.queue.len()), (MAX_PENDING, MAX_PENDING));
    }

    #[test]
    fn a_repeated_call_is_remembered_from_its_last_time() {
        let asked = |transaction| call(transaction, 2, 3, &words(&[100_003, 3, 17, 0]));
        let others = (1..MAX_PENDING as u32).map(asked);
        let messages: Vec<_> = [asked(0), asked(0)].into_iter().chain(others).chain([reply(0, &words(&[2049]))]).collect();
        assert_eq!(said(&messages).len(), 1);
    }

    #[test]
    fn a_record_mark_is_taken_off() {
        assert_eq!(over_tcp(&[0x80, 0, 0, 2, 1, 2, 3]), [1, 2]);
        assert_eq!(over_tcp(&[0x80, 0, 0, 9, 1]), [1]);
        assert_eq!(over_tcp(&[0x80, 0, 0]), [0; 0]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hostile_messages_are_harmless(bytes in any::<Vec<u8>>(), version in 2..5u32, procedure in 3..5u32, cut in 0..120usize) {
            let arguments = [words(&[100_003, 3]), words(&[6, 0])].concat();
            let asked = call(7, version, procedure, &arguments);
            let answer = reply(7, &[words(&[1, 100_003, 3]), string("tcp"), string("1.2.3.4.5.6"), bytes.clone()].concat());
            let messages = [asked.clone(), answer[..cut.min(answer.len())].to_vec(), asked, reply(7, &bytes), bytes.clone()];
            prop_assert!(said(&messages).len() < 600);
            over_tcp(&bytes);
        }
    }
}
