//! What control channels and name services say: any bytes are read to an end, within bounds, and alike each time.
#![no_main]

use libfuzzer_sys::fuzz_target;
use portolan::content::{Announcement, Listener, MAX_ANNOUNCEMENTS};
use portolan::decode::{Address, FlowKey, Fragment, IpVersion, Observation, ScopeId, ConnectionFlags};
use portolan::service::Registry;
use portolan::unit::Time;

/// Protocol and port of the channels that are heard.
const PORTS: [(u8, u16); 16] = [
    (6, 21),
    (17, 69),
    (17, 5060),
    (6, 5060),
    (17, 2427),
    (6, 554),
    (6, 6667),
    (17, 111),
    (6, 111),
    (6, 135),
    (17, 1900),
    (17, 5353),
    (17, 53),
    (6, 53),
    (17, 67),
    (17, 137),
];

/// Hears the same packets on the same channel: each begins with its length and a byte that says who sends, and how much of it
/// was not stored.
fn heard(protocol: u8, port: u16, bytes: &[u8]) -> (Vec<Announcement>, usize) {
    let mut listener = Listener::new(Registry::shared());
    let (client, server) = ((Address::v4([10, 0, 0, 5]), 40_000), (Address::v4([192, 0, 2, 80]), port));
    let (mut rest, mut packet, mut sequence) = (bytes, 0, [1u32; 2]);
    while let [length, how, data @ ..] = rest {
        let (payload, behind) = data.split_at(data.len().min(usize::from(*length) * 4));
        let (from, to) = if how & 1 == 0 { (client, server) } else { (server, client) };
        let (key, side) = FlowKey::with_ports(IpVersion::V4, protocol, ScopeId::PLAIN, from, to);
        let payload_len = payload.len() as u32 + u32::from(how >> 4);
        packet += 1;
        let observation = Observation {
            key,
            side,
            quoted: false,
            to_group: how & 2 != 0,
            time: Time::from_nanoseconds(packet as i64),
            wire_len: payload_len + 54,
            ip_len: payload_len + 40,
            payload_len,
            signals: if how & 12 == 12 { ConnectionFlags::SYN } else { ConnectionFlags::ACK },
            sequence: sequence[side.index()],
            acknowledgment: 0,
            fragment: Fragment::Whole,
            message: None,
        };
        sequence[side.index()] = sequence[side.index()].wrapping_add(payload_len);
        if listener.cares_for(&observation) {
            listener.hear(packet, &observation, payload);
        }
        rest = behind;
    }
    let (announcements, names) = listener.lend();
    (announcements.log().to_vec(), names.len())
}

fuzz_target!(|bytes: &[u8]| {
    let [channel, data @ ..] = bytes else { return };
    let (protocol, port) = PORTS[usize::from(*channel) % PORTS.len()];
    let once = heard(protocol, port, data);
    assert!(once.0.len() <= MAX_ANNOUNCEMENTS);
    assert_eq!(once, heard(protocol, port, data));
});
