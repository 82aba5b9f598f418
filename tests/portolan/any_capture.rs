//! Arbitrary captures of a small world, as strategies of proptest.

use proptest::collection::vec;
use proptest::prelude::*;
use testkit::*;

/// The addresses of a small world, so that flows have something to do with each other.
const HOSTS: [&str; 4] = [C, D, S, R];
const HOSTS_V6: [&str; 2] = ["2001:db8::5", "2001:db8::80"];
/// Its ports: of services, of clients, and between.
const PORTS: [u16; 10] = [0, 20, 53, 80, 443, 5060, 8080, 40_000, 51_544, 60_001];

/// Control channels: the port of each, and a message that announces a flow of that small world.
const CONTROL: [(u16, &str); 5] = [
    (21, ">PORT 10,0,0,5,201,88\r\n"),
    (21, "<227 (192,0,2,80,234,97)\r\n"),
    (21, "<234 go ahead\r\n"),
    (5060, ">v=0\r\nc=IN IP4 10.0.0.5\r\nm=audio 51544 RTP/AVP 0\r\n"),
    (6667, ">PRIVMSG d :\u{1}DCC SEND f 167772165 8080 9\u{1}\r\n"),
];

/// A port of the small world.
pub fn any_port() -> impl Strategy<Value = u16> {
    prop::sample::select(&PORTS[..])
}

/// Some frames: real traffic in a small world, tagged, cut, fragmented, or noise.
fn any_frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let end = || (0..HOSTS.len(), 0..PORTS.len()).prop_map(|(host, port)| (HOSTS[host], PORTS[port]));
    let end_v6 = || (0..HOSTS_V6.len(), 0..PORTS.len()).prop_map(|(host, port)| (HOSTS_V6[host], PORTS[port]));
    let flags = prop::sample::select(vec!["S", "SA", "A", "PA", "FA", "R", "RA"]);
    prop_oneof![
        4 => (end(), end(), flags, 0..3u32, 0..3u32).prop_map(|(from, to, flags, sequence, acknowledgment)| vec![tcp(from, to, flags, sequence, acknowledgment, b"x")]),
        2 => (end(), end()).prop_map(|(from, to)| vec![udp(from, to, b"data")]),
        1 => (end_v6(), end_v6()).prop_map(|(from, to)| vec![udp(from, to, b"data")]),
        1 => (end(), end(), 1..9u32).prop_map(|(client, server, isn)| connection(client, server, isn * 1000)),
        1 => (end(), end(), 0..4u16, any::<bool>()).prop_map(|(from, to, id, backwards)| {
            let mut fragments = udp_fragments(from, to, &[7; 300], 104, id);
            if backwards { fragments.reverse() }
            fragments
        }),
        1 => (end(), end(), 0..4u16).prop_map(|(from, to, id)| udp_fragments(from, to, &[7; 300], 104, id).split_off(1)),
        1 => (0..HOSTS.len(), 0..HOSTS.len(), any::<u8>(), 0..2u16).prop_map(|(from, to, kind, id)| vec![ping(HOSTS[from], HOSTS[to], kind, id)]),
        1 => (end(), end(), 0..13u8).prop_map(|(from, to, kind)| vec![icmp_error(to.0, from.0, kind, 3, &udp(from, to, b"data"))]),
        1 => (end(), end(), vec((prop::sample::select(vec![0x8100u16, 0x88a8]), 0..3u16), 1..10)).prop_map(|(from, to, tags)| vec![tagged(&udp(from, to, b"data"), &tags)]),
        1 => (end(), end(), 0..60usize).prop_map(|(from, to, length)| vec![tcp(from, to, "A", 1, 1, b"cut")[..length.min(54)].to_vec()]),
        1 => (1..3u16).prop_map(|operation| vec![arp(operation)]),
        1 => (0..HOSTS.len(), 0..HOSTS.len(), 0..CONTROL.len()).prop_map(|(client, server, text)| {
            let (port, text) = CONTROL[text];
            dialogue((HOSTS[client], 40_000), (HOSTS[server], port), 1, &[text])
        }),
        1 => vec(any::<u8>(), 0..80).prop_map(|noise| vec![noise]),
    ]
}

/// Packets that need no other packet to be understood.
pub fn any_whole_packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let host = || (0..HOSTS.len()).prop_map(|host| HOSTS[host]);
    prop_oneof![
        (host(), host()).prop_map(|(from, to)| vec![udp((from, 50_000), (to, 53), b"data")]),
        (host(), host(), prop::sample::select(vec![0u8, 8, 13])).prop_map(|(from, to, kind)| vec![ping(from, to, kind, 7)]),
        (host(), host(), prop::sample::select(vec![2u8, 47, 89]))
            .prop_map(|(from, to, protocol)| vec![portless(from, to, protocol, b"data")]),
        (1..3u16).prop_map(|operation| vec![arp(operation)]),
        (host(), host(), 1..5u16).prop_map(|(from, to, vlan)| vec![tagged(&ping(from, to, 8, 7), &[(0x8100, vlan)])]),
        vec(any::<u8>(), 0..40).prop_map(|noise| vec![noise]),
    ]
}

/// A capture of any such frames, with and without pauses.
pub fn any_scene() -> impl Strategy<Value = Scene> {
    vec((any_frames(), 0..70i64, 0..40u8), 0..25).prop_map(|steps| {
        let mut scene = Scene::new();
        for (frames, seconds, pause) in steps {
            scene.frames(frames);
            if pause == 0 {
                scene.wait(seconds);
            }
        }
        scene
    })
}

/// Frames whose flows are decided by their own packets alone, so that the expiry of other flows changes nothing: connections whose first
/// packet is there, and datagrams between a port with a name and a port without one. Nothing comes late for a flow that has
/// ended: no error that quotes it, and no end of a connection without its beginning.
fn any_independent_frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let host = || (0..HOSTS.len()).prop_map(|host| HOSTS[host]);
    let client = || (host(), 50_000..50_003u16);
    let server = || (host(), prop::sample::select(vec![53u16, 80, 443]));
    prop_oneof![
        2 => (client(), server(), 1..3u32).prop_map(|(client, server, isn)| connection(client, server, isn * 1000)),
        1 => (client(), server(), 1..3u32).prop_map(|(client, server, isn)| handshake(client, server, isn * 1000)),
        1 => (client(), server()).prop_map(|(client, server)| vec![tcp(client, server, "S", 7, 0, b"")]),
        2 => (client(), host()).prop_map(|(client, server)| vec![udp(client, (server, 53), b"?"), udp((server, 53), client, b"!")]),
        1 => (client(), host(), 0..4u16).prop_map(|(from, to, id)| udp_fragments(from, (to, 53), &[7; 300], 104, id)),
        1 => (host(), host(), prop::sample::select(vec![0u8, 8, 13]), 0..2u16).prop_map(|(from, to, kind, id)| vec![ping(from, to, kind, id)]),
        1 => (host(), host()).prop_map(|(from, to)| vec![portless(from, to, 89, b"data")]),
        1 => (1..3u16).prop_map(|operation| vec![arp(operation)]),
        1 => vec(any::<u8>(), 0..40).prop_map(|noise| vec![noise]),
        1 => host().prop_map(|from| vec![tagged(&udp((from, 50_000), (S, 53), b"data"), &[(0x8100, 7)])]),
    ]
}

/// A capture of any such frames, with and without pauses.
pub fn any_independent_scene() -> impl Strategy<Value = Scene> {
    vec((any_independent_frames(), 0..25i64), 0..25).prop_map(|steps| {
        let mut scene = Scene::new();
        for (frames, seconds) in steps {
            scene.frames(frames).wait((seconds - 5).max(0));
        }
        scene
    })
}

/// Flows of four kinds in turn, some of them announced: enough for several threads to share, and each packet in a millisecond of its
/// own.
pub fn many_mixed_flows() -> Vec<u8> {
    let mut scene = Scene::new();
    for number in 0..40_000u32 {
        let (client, server) = (HOSTS[number as usize % 4], HOSTS[(number as usize / 4 + 1) % 4]);
        let (port, other) = (20_000 + number as u16, PORTS[number as usize % PORTS.len()]);
        match number % 4 {
            0 => scene.frames(exchange((client, port), (server, other), number)),
            1 => scene.frames(udp_exchange((client, port), (server, other))),
            2 => scene.frames(handshake((client, port), (server, other), number)),
            _ => scene.frame(udp((client, port), (server, port ^ 1), b"x")),
        };
        if number % 100 == 0 {
            let (port, text) = CONTROL[number as usize / 100 % CONTROL.len()];
            scene.frames(dialogue((client, 30_000), (server, port), number, &[text]));
        }
    }
    scene.pcap()
}
