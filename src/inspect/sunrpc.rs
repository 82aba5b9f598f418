//! The portmapper (rpcbind) of Sun RPC: the ports of programs.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};

use super::announcement::Expectation;
use super::cursor::ByteCursor;
use super::packet::ChannelPacket;
use crate::capture::format::ByteOrder;
use crate::decode::FlowKey;
use crate::decode::protocol::ip;
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// The program number of the portmapper itself (RFC 1833, section 3.1).
const PORTMAPPER: u32 = 100_000;
/// Types of messages (RFC 5531, section 9).
const CALL: u32 = 0;
const REPLY: u32 = 1;
/// The most calls that are kept; the oldest is discarded.
const MAX_PENDING: usize = 4096;
/// The most entries that are read from one list.
const MAX_ENTRIES: usize = 256;
/// The length of a record mark (RFC 5531, section 11).
const RECORD_MARK: usize = 4;

/// The endpoint of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The program's number (RFC 5531, section 8.4).
    pub program: u32,
    /// TCP or UDP.
    pub transport: Transport,
    /// The address; the portmapper's own, if `None`.
    pub address: Option<IpAddr>,
    /// The port, never 0.
    pub port: u16,
}

/// A call to a portmapper. The form of its reply depends on it.
#[derive(Clone, Copy, Debug)]
enum PortmapCall {
    /// The port of one program (version 2, RFC 1833, section 3.2).
    GetPort { program: u32, transport: Transport },
    /// The universal address of one program (versions 3 and 4, RFC 1833, section 2.2.1).
    GetAddress { program: u32, transport: Transport },
    /// All ports (version 2).
    DumpPorts,
    /// All universal addresses (versions 3 and 4).
    DumpAddresses,
}

/// A flow and a transaction (xid) in it.
type CallId = (FlowKey, u32);

/// Matches replies of portmappers with their calls.
#[derive(Debug, Default)]
pub struct Portmapper {
    /// The calls without a reply, each with its serial number.
    pending: HashMap<CallId, (u64, PortmapCall), foldhash::fast::RandomState>,
    /// Calls and their serial numbers in their order, some of them answered by now.
    queue: VecDeque<(CallId, u64)>,
    /// The number of calls so far, and the serial number of the latest. It distinguishes calls with the same id.
    serial: u64,
}

impl Portmapper {
    /// The endpoints that a packet gives.
    pub(super) fn expectations(&mut self, packet: &ChannelPacket<'_>) -> Vec<Expectation> {
        let message = if packet.is_tcp() { over_tcp(packet.payload) } else { packet.payload };
        let expectation = |binding: Binding| {
            let target = SocketAddr::new(binding.address.unwrap_or(packet.sender()), binding.port);
            let service = ExpectedService::of_rpc_program(binding.program);
            packet.expectation(AnnouncementKind::RpcBinding, binding.transport, target, service)
        };
        self.read(packet.observation.key, message).into_iter().map(expectation).collect()
    }

    /// Reads a message without its record mark. Returns the bindings of a reply to a call that was read in the same flow, in
    /// either direction. A truncated list is read as far as possible.
    pub fn read(&mut self, flow: FlowKey, message: &[u8]) -> Vec<Binding> {
        let mut xdr = ByteCursor::new(message, ByteOrder::Big);
        let Some([transaction, direction]) = xdr.u32s() else { return Vec::new() };
        let id = (flow, transaction);
        match direction {
            CALL => match portmap_call(&mut xdr) {
                Some(call) => self.insert(id, call),
                // The number belongs to another call now.
                None => drop(self.pending.remove(&id)),
            },
            REPLY => {
                if let Some((_, call)) = self.pending.remove(&id)
                    && skip_to_results(&mut xdr).is_some()
                {
                    return bindings(call, &mut xdr);
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn insert(&mut self, id: CallId, call: PortmapCall) {
        self.serial += 1;
        self.pending.insert(id, (self.serial, call));
        self.queue.push_back((id, self.serial));
        if self.queue.len() > MAX_PENDING
            && let Some((oldest, serial)) = self.queue.pop_front()
            && self.pending.get(&oldest).is_some_and(|(current, _)| *current == serial)
        {
            self.pending.remove(&oldest);
        }
    }
}

/// The RPC message at the beginning of a TCP segment: without its record mark, and without the data after the message (RFC 5531,
/// section 11).
pub fn over_tcp(segment: &[u8]) -> &[u8] {
    let Some((mark, message)) = segment.split_first_chunk::<RECORD_MARK>() else { return &[] };
    // The highest bit marks a record's last fragment.
    let len = u32::from_be_bytes(*mark) & 0x7fff_ffff;
    &message[..message.len().min(usize::try_from(len).unwrap_or(usize::MAX))]
}

/// Reads a call's body (RFC 5531, section 9), if it asks a portmapper for ports.
fn portmap_call(xdr: &mut ByteCursor<'_>) -> Option<PortmapCall> {
    let [rpc_version, program, version, procedure] = xdr.u32s()?;
    if rpc_version != 2 || program != PORTMAPPER {
        return None;
    }
    skip_authentication(xdr)?;
    skip_authentication(xdr)?;
    match (version, procedure) {
        (2, 3) => {
            let [program, _version, protocol] = xdr.u32s()?;
            Some(PortmapCall::GetPort { program, transport: transport(protocol)? })
        }
        (3 | 4, 3) => {
            let [program, _version] = xdr.u32s()?;
            Some(PortmapCall::GetAddress { program, transport: netid(opaque(xdr)?)? })
        }
        (2, 4) => Some(PortmapCall::DumpPorts),
        (3 | 4, 4) => Some(PortmapCall::DumpAddresses),
        _ => None,
    }
}

/// Moves on to the results of a reply; `None` if the call was denied or failed.
fn skip_to_results(xdr: &mut ByteCursor<'_>) -> Option<()> {
    let is_accepted = xdr.u32()? == 0;
    skip_authentication(xdr).filter(|()| is_accepted)?;
    (xdr.u32()? == 0).then_some(())
}

/// Reads the results of a call.
fn bindings(call: PortmapCall, results: &mut ByteCursor<'_>) -> Vec<Binding> {
    match call {
        PortmapCall::GetPort { program, transport } => {
            results.u32().and_then(|port| binding(program, transport, None, port)).into_iter().collect()
        }
        PortmapCall::GetAddress { program, transport } => {
            let address = opaque(results).and_then(universal_address);
            address.and_then(|(address, port)| binding(program, transport, Some(address), port)).into_iter().collect()
        }
        PortmapCall::DumpPorts => list(results, ByteCursor::u32s).filter_map(port_binding).collect(),
        PortmapCall::DumpAddresses => list(results, address_entry).filter_map(address_binding).collect(),
    }
}

/// The entries of a list, each after a 1. The first unreadable entry ends the list.
fn list<'a, T>(xdr: &mut ByteCursor<'a>, entry: impl Fn(&mut ByteCursor<'a>) -> Option<T>) -> impl Iterator<Item = T> {
    let entries = std::iter::from_fn(move || if xdr.u32()? == 1 { entry(xdr) } else { None });
    entries.take(MAX_ENTRIES)
}

/// Version 2: program, version, protocol, port.
fn port_binding([program, _version, protocol, port]: [u32; 4]) -> Option<Binding> {
    binding(program, transport(protocol)?, None, port)
}

/// Versions 3 and 4: program and version; network, universal address, owner.
fn address_entry<'a>(xdr: &mut ByteCursor<'a>) -> Option<([u32; 2], [&'a [u8]; 3])> {
    Some((xdr.u32s()?, [opaque(xdr)?, opaque(xdr)?, opaque(xdr)?]))
}

fn address_binding(([program, _version], [network, address, _owner]): ([u32; 2], [&[u8]; 3])) -> Option<Binding> {
    let (address, port) = universal_address(address)?;
    binding(program, netid(network)?, Some(address), port)
}

fn binding(program: u32, transport: Transport, address: Option<IpAddr>, port: u32) -> Option<Binding> {
    let port = u16::try_from(port).ok().filter(|port| *port > 0)?;
    Some(Binding { program, transport, address: address.filter(|address| !address.is_unspecified()), port })
}

/// TCP or UDP by the IP protocol number, which portmappers use.
fn transport(protocol: u32) -> Option<Transport> {
    match u8::try_from(protocol).ok()? {
        ip::TCP => Some(Transport::Tcp),
        ip::UDP => Some(Transport::Udp),
        _ => None,
    }
}

/// TCP or UDP by the network identifier (RFC 5665, section 5.1).
fn netid(text: &[u8]) -> Option<Transport> {
    match text {
        b"tcp" | b"tcp6" => Some(Transport::Tcp),
        b"udp" | b"udp6" => Some(Transport::Udp),
        _ => None,
    }
}

/// Reads `192.0.2.1.8.1` or `2001:db8::1.8.1`: an address and the two bytes of a port (RFC 5665, section 5.2.3).
fn universal_address(text: &[u8]) -> Option<(IpAddr, u32)> {
    let mut parts = str::from_utf8(text).ok()?.rsplitn(3, '.');
    let (low, high) = (parts.next()?.parse::<u8>().ok()?, parts.next()?.parse::<u8>().ok()?);
    Some((parts.next()?.parse().ok()?, u32::from(u16::from_be_bytes([high, low]))))
}

/// Reads XDR's variable-length opaque data (RFC 4506, section 4.10): bytes after their length, padded to a multiple of four.
fn opaque<'a>(xdr: &mut ByteCursor<'a>) -> Option<&'a [u8]> {
    let len = usize::try_from(xdr.u32()?).ok()?;
    xdr.bytes(len.checked_next_multiple_of(4)?)?.get(..len)
}

/// Skips a credential or a verifier (RFC 5531, section 8.2): its flavor and its body.
fn skip_authentication(xdr: &mut ByteCursor<'_>) -> Option<()> {
    xdr.u32()?;
    opaque(xdr).map(|_| ())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::decode::{Address, EncapsulationId, IpVersion};

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

    fn flow(client_port: u16) -> FlowKey {
        let (client, server) = ((Address::v4([10, 0, 0, 5]), client_port), (Address::v4([192, 0, 2, 80]), 111));
        FlowKey::with_ports(IpVersion::V4, ip::UDP, EncapsulationId::NONE, client, server).0
    }

    /// The bindings in the messages of one flow.
    fn bindings(messages: &[Vec<u8>]) -> Vec<Binding> {
        let mut portmapper = Portmapper::default();
        messages.iter().flat_map(|message| portmapper.read(flow(900), message)).collect()
    }

    fn bound(program: u32, transport: Transport, address: Option<&str>, port: u16) -> Binding {
        Binding { program, transport, address: address.map(|address| address.parse().unwrap()), port }
    }

    #[test]
    fn a_port_is_asked_for_and_given() {
        let asked = call(7, 2, 3, &words(&[100_003, 3, 17, 0]));
        assert_eq!(bindings(&[asked.clone(), reply(7, &words(&[2049]))]), [bound(100_003, Transport::Udp, None, 2049)]);
        assert_eq!(bindings(&[asked.clone(), reply(7, &words(&[0]))]), []);
        assert_eq!(bindings(&[asked.clone(), reply(7, &words(&[65536]))]), []);
        assert_eq!(bindings(&[asked.clone(), reply(8, &words(&[2049]))]), []);
        assert_eq!(bindings(&[asked.clone(), words(&[7, 1, 1, 0, 0, 0, 2049])]), [], "denied");
        assert_eq!(bindings(&[asked, words(&[7, 1, 0, 0, 0, 1, 2049])]), [], "program unavailable");
    }

    #[test]
    fn an_address_is_asked_for_and_given() {
        let asked = |network| call(7, 3, 3, &[words(&[100_003, 3]), string(network), string(""), string("")].concat());
        let answers = |network, text| bindings(&[asked(network), reply(7, &string(text))]);
        assert_eq!(answers("tcp", "192.0.2.1.8.1"), [bound(100_003, Transport::Tcp, Some("192.0.2.1"), 2049)]);
        assert_eq!(answers("udp6", "2001:db8::1.8.1"), [bound(100_003, Transport::Udp, Some("2001:db8::1"), 2049)]);
        assert_eq!(answers("udp", "0.0.0.0.8.1"), [bound(100_003, Transport::Udp, None, 2049)]);
        for (network, text) in [("tcp", ""), ("tcp", "192.0.2.1.0.0"), ("tcp", "192.0.2.1.8"), ("local", "192.0.2.1.8.1")] {
            assert_eq!(answers(network, text), [], "{network} {text}");
        }
    }

    #[test]
    fn truncated_lists_are_read_as_far_as_possible() {
        let ports = words(&[1, 100_000, 2, 6, 111, 1, 100_003, 3, 1, 5, 1, 100_003, 3, 17, 2049, 0]);
        let there = [bound(100_000, Transport::Tcp, None, 111), bound(100_003, Transport::Udp, None, 2049)];
        assert_eq!(bindings(&[call(7, 2, 4, &[]), reply(7, &ports)]), there);
        assert_eq!(bindings(&[call(7, 2, 4, &[]), reply(7, &ports[..ports.len() - 6])]), there[..1]);
        let entry = |network, address| [words(&[1, 100_003, 4]), string(network), string(address), string("root")].concat();
        let addresses = [entry("local", "/run/rpc"), entry("tcp6", "::.8.1"), words(&[0])].concat();
        assert_eq!(bindings(&[call(7, 4, 4, &[]), reply(7, &addresses)]), [bound(100_003, Transport::Tcp, None, 2049)]);
        let endless = words(&[1, 100_000, 2, 6, 111]).repeat(1000);
        assert_eq!(bindings(&[call(7, 2, 4, &[]), reply(7, &endless)]).len(), MAX_ENTRIES);
    }

    #[test]
    fn a_reply_answers_its_own_call() {
        let asked = call(7, 2, 3, &words(&[100_003, 3, 17, 0]));
        let answer = reply(7, &words(&[2049]));
        assert_eq!(bindings(&[asked.clone(), answer.clone(), answer.clone()]).len(), 1);
        let other = words(&[7, 0, 2, 100_003, 3, 0, 0, 0, 0, 0]);
        assert_eq!(bindings(&[asked.clone(), other, answer.clone()]), []);
        let mut portmapper = Portmapper::default();
        portmapper.read(flow(900), &asked);
        assert_eq!(portmapper.read(flow(901), &answer), [], "another flow");
    }

    #[test]
    fn the_oldest_call_is_discarded() {
        let asked = |transaction| call(transaction, 2, 3, &words(&[100_003, 3, 17, 0]));
        let calls: Vec<_> = (0..=MAX_PENDING as u32).map(asked).collect();
        let after = |transaction| bindings(&[calls.clone(), vec![reply(transaction, &words(&[2049]))]].concat()).len();
        assert_eq!((after(0), after(1)), (0, 1));
        let mut portmapper = Portmapper::default();
        for call in &calls {
            portmapper.read(flow(900), call);
        }
        assert_eq!((portmapper.pending.len(), portmapper.queue.len()), (MAX_PENDING, MAX_PENDING));
    }

    #[test]
    fn a_repeated_call_is_kept_from_its_last_occurrence() {
        let asked = |transaction| call(transaction, 2, 3, &words(&[100_003, 3, 17, 0]));
        let others = (1..MAX_PENDING as u32).map(asked);
        let messages: Vec<_> = [asked(0), asked(0)].into_iter().chain(others).chain([reply(0, &words(&[2049]))]).collect();
        assert_eq!(bindings(&messages).len(), 1);
    }

    #[test]
    fn a_record_mark_is_taken_off() {
        assert_eq!(over_tcp(&[0x80, 0, 0, 2, 1, 2, 3]), [1, 2]);
        assert_eq!(over_tcp(&[0x80, 0, 0, 9, 1]), [1]);
        assert_eq!(over_tcp(&[0x80, 0, 0]), [0; 0]);
    }

    proptest! {
        #[test]
        fn hostile_messages_are_harmless(bytes in any::<Vec<u8>>(), version in 2..5u32, procedure in 3..5u32, cut in 0..120usize) {
            let arguments = [words(&[100_003, 3]), words(&[6, 0])].concat();
            let asked = call(7, version, procedure, &arguments);
            let answer = reply(7, &[words(&[1, 100_003, 3]), string("tcp"), string("1.2.3.4.5.6"), bytes.clone()].concat());
            let messages = [asked.clone(), answer[..cut.min(answer.len())].to_vec(), asked, reply(7, &bytes), bytes.clone()];
            prop_assert!(bindings(&messages).len() < 600);
            over_tcp(&bytes);
        }
    }
}
