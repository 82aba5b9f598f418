//! Control channels and name services: any bytes are read to an end, within bounds, and with the same result each time.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use portolan::inspect::{Announcement, Inspector, MAX_ANNOUNCEMENTS};
use portolan::decode::{Address, FlowKey, Fragment, IpVersion, Observation, EncapsulationId, ConnectionFlags};
use portolan::service::Registry;
use portolan::time::Time;

/// The channel at this protocol and port, if there is one, else any: nearly all ports have none.
fn channel(protocol: u8, port: u16) -> (u8, u16) {
    static CHANNELS: LazyLock<Vec<(u8, u16)>> = LazyLock::new(|| Inspector::new(Registry::shared()).ports().collect());
    if CHANNELS.contains(&(protocol, port)) { (protocol, port) } else { CHANNELS[usize::from(port) % CHANNELS.len()] }
}

/// Inspects packets of a channel. Each begins with its length and a byte that gives its sender and the number of bytes that were
/// not captured.
fn inspect((protocol, port): (u8, u16), bytes: &[u8]) -> (Vec<Announcement>, usize) {
    let mut inspector = Inspector::new(Registry::shared());
    let (client, server) = ((Address::v4([10, 0, 0, 5]), 40_000), (Address::v4([192, 0, 2, 80]), port));
    let (mut rest, mut packet, mut sequence) = (bytes, 0, [1u32; 2]);
    while let [length, flags, data @ ..] = rest {
        let (payload, following) = data.split_at(data.len().min(usize::from(*length) * 4));
        let (from, to) = if flags & 1 == 0 { (client, server) } else { (server, client) };
        let (key, side) = FlowKey::with_ports(IpVersion::V4, protocol, EncapsulationId::NONE, from, to);
        let payload_len = payload.len() as u32 + u32::from(flags >> 4);
        packet += 1;
        let observation = Observation {
            key,
            side,
            is_icmp_original: false,
            to_group: flags & 2 != 0,
            time: Time::from_nanoseconds(packet as i64),
            wire_len: payload_len + 54,
            ip_len: payload_len + 40,
            payload_len,
            flags: if flags & 12 == 12 { ConnectionFlags::SYN } else { ConnectionFlags::ACK },
            sequence: sequence[side.index()],
            acknowledgment: 0,
            fragment: Fragment::Whole,
            message: None,
        };
        sequence[side.index()] = sequence[side.index()].wrapping_add(payload_len);
        if inspector.wants(&observation) {
            inspector.inspect(packet, &observation, payload);
        }
        rest = following;
    }
    let (announcements, names) = inspector.finish();
    (announcements.log().to_vec(), names.len())
}

fuzz_target!(|bytes: &[u8]| {
    let [protocol, high, low, packets @ ..] = bytes else { return };
    let channel = channel(*protocol, u16::from_be_bytes([*high, *low]));
    let once = inspect(channel, packets);
    assert!(once.0.len() <= MAX_ANNOUNCEMENTS);
    assert_eq!(once, inspect(channel, packets));
});
