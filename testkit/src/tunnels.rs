//! One connection inside every kind of tunnel.

use crate::conversation::connection;
use crate::frame::{portless, udp};
use crate::scene::{C, S, Scene};

/// The ends of the tunnels (RFC 5737, RFC 3849).
const A: &str = "198.51.100.1";
const B: &str = "198.51.100.2";
const A6: &str = "2001:db8:a::1";
const B6: &str = "2001:db8:a::2";

/// A connection with IPv4 inside a tunnel. `wrap` gets each Ethernet frame, and whether it comes from the client.
pub fn scene(wrap: impl Fn(&[u8], bool) -> Vec<u8>) -> Scene {
    let mut scene = Scene::new();
    for frame in connection((C, 51_544), (S, 80), 1) {
        let from_client = frame[26..30] == [10, 0, 0, 5];
        scene.frame(wrap(&frame, from_client));
    }
    scene
}

/// A connection inside every kind of tunnel, with the name of the sample that it is.
pub fn all() -> Vec<(&'static str, Scene)> {
    vec![
        ("mpls", scene(|frame, _| retyped(frame, 0x8847, &[0, 1, 0x20, 64, 0, 1, 1, 64], packet(frame)))),
        ("mpls-pseudowire", scene(|frame, _| retyped(frame, 0x8847, &[0, 1, 0x01, 64, 0, 0, 0, 0], frame))),
        (
            "pppoe",
            scene(|frame, _| {
                retyped(
                    frame,
                    0x8864,
                    &[&[0x11, 0, 0, 7][..], &length(packet(frame).len() + 2), &[0, 0x21]].concat(),
                    packet(frame),
                )
            }),
        ),
        ("pbb", scene(|frame, _| retyped(frame, 0x88e7, &[0, 0, 0, 42], frame))),
        ("macsec", scene(|frame, _| [retyped(frame, 0x88e5, &[0, 0, 0, 0, 0, 1, 8, 0], packet(frame)), vec![0xee; 16]].concat())),
        ("vn-tag", scene(|frame, _| retyped(frame, 0x8926, &[0x80, 1, 0, 0, 8, 0], packet(frame)))),
        ("nsh", scene(|frame, _| retyped(frame, 0x894f, &[&[0x0f, 0xc2, 2, 1, 0, 0, 7, 255][..]].concat(), packet(frame)))),
        (
            "gre",
            scene(|frame, there| {
                ip(there, 47, &[&[0xb0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 1][..], packet(frame)].concat())
            }),
        ),
        ("gre-ethernet", scene(|frame, there| ip(there, 47, &[&[0, 0, 0x65, 0x58][..], frame].concat()))),
        ("nvgre", scene(|frame, there| ip(there, 47, &[&[0x20, 0, 0x65, 0x58, 0, 0, 42, 7][..], frame].concat()))),
        (
            "pptp",
            scene(|frame, there| {
                let ppp = [&[0xff, 3, 0, 0x21][..], packet(frame)].concat();
                ip(
                    there,
                    47,
                    &[&[0x30, 0x81, 0x88, 0x0b][..], &length(ppp.len()), &[0, 9, 0, 0, 0, 1, 0, 0, 0, 0], &ppp].concat(),
                )
            }),
        ),
        ("erspan-1", scene(|frame, there| ip(there, 47, &[&[0, 0, 0x88, 0xbe][..], frame].concat()))),
        (
            "erspan-2",
            scene(|frame, there| {
                ip(there, 47, &[&[0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 0, 0, 0, 0, 0][..], frame].concat())
            }),
        ),
        (
            "erspan-3",
            scene(|frame, there| {
                let header = [0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0];
                ip(there, 47, &[&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1][..], &header, frame].concat())
            }),
        ),
        ("ipip", scene(|frame, there| ip(there, 4, packet(frame)))),
        ("4in6", scene(|frame, there| ip6(there, 4, packet(frame)))),
        ("6in4", scene_v6(|frame, there| ip(there, 41, packet(frame)))),
        ("6in6", scene_v6(|frame, there| ip6(there, 41, packet(frame)))),
        ("etherip", scene(|frame, there| ip(there, 97, &[&[0x30, 0][..], frame].concat()))),
        ("ah", scene(|frame, there| ip(there, 51, &[&[4, 4, 0, 0][..], &[0; 20], packet(frame)].concat()))),
        ("pim-register", scene(|frame, there| ip(there, 103, &[&[0x21, 0, 0, 0, 0, 0, 0, 0][..], packet(frame)].concat()))),
        ("vxlan", scene(|frame, there| over_udp(there, 49_200, 4789, &[&[8, 0, 0, 0, 0, 0, 42, 0][..], frame].concat()))),
        (
            "vxlan-gpe",
            scene(|frame, there| over_udp(there, 49_200, 4790, &[&[0x0c, 0, 0, 1, 0, 0, 42, 0][..], packet(frame)].concat())),
        ),
        (
            "geneve",
            scene(|frame, there| {
                over_udp(there, 49_200, 6081, &[&[1, 0, 0x65, 0x58, 0, 0, 42, 0, 1, 2, 3, 0][..], frame].concat())
            }),
        ),
        (
            "gtp-u",
            scene(|frame, there| {
                let header = [0x34, 255, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 1, 0x10, 9, 0];
                over_udp(there, 2152, 2152, &[&header[..], packet(frame)].concat())
            }),
        ),
        (
            "teredo",
            scene_v6(|frame, there| {
                let origin = if there { &[][..] } else { &[0, 0, 0xff, 0xff, 1, 2, 3, 4][..] };
                over_udp(there, 50_000, 3544, &[origin, packet(frame)].concat())
            }),
        ),
        (
            "l2tp",
            scene(|frame, there| {
                over_udp(there, 1701, 1701, &[&[0, 2, 0, 5, 0, 6, 0xff, 3, 0, 0x21][..], packet(frame)].concat())
            }),
        ),
        ("lisp", scene(|frame, there| over_udp(there, 61_000, 4341, &[&[0; 8][..], packet(frame)].concat()))),
        ("mpls-in-udp", scene(|frame, there| over_udp(there, 61_000, 6635, &[&[0, 1, 1, 64][..], packet(frame)].concat()))),
        ("gre-in-udp", scene(|frame, there| over_udp(there, 61_000, 4754, &[&[0, 0, 8, 0][..], packet(frame)].concat()))),
        ("capwap-data", scene(|frame, there| over_udp(there, 61_000, 5247, &[&[0, 0x10, 2, 0, 0, 0, 0, 0][..], frame].concat()))),
    ]
}

/// An IPv6 version of that connection.
fn scene_v6(wrap: impl Fn(&[u8], bool) -> Vec<u8>) -> Scene {
    let (client, server) = (("2001:db8::5", 51_544), ("2001:db8::80", 80));
    let mut scene = Scene::new();
    for frame in connection(client, server, 1) {
        let from_client = frame[37] == 5;
        scene.frame(wrap(&frame, from_client));
    }
    scene
}

/// The IP packet in an Ethernet frame.
pub fn packet(frame: &[u8]) -> &[u8] {
    &frame[14..]
}

fn length(bytes: usize) -> [u8; 2] {
    (bytes as u16).to_be_bytes()
}

/// A frame between the same stations with another type, a header and what follows it.
pub fn retyped(frame: &[u8], ether_type: u16, header: &[u8], rest: &[u8]) -> Vec<u8> {
    [&frame[..12], &ether_type.to_be_bytes(), header, rest].concat()
}

/// A packet between the ends of a tunnel.
fn ip(there: bool, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let (from, to) = if there { (A, B) } else { (B, A) };
    portless(from, to, protocol, payload)
}

fn ip6(there: bool, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let (from, to) = if there { (A6, B6) } else { (B6, A6) };
    portless(from, to, protocol, payload)
}

/// A UDP datagram between the ends of a tunnel.
pub fn over_udp(there: bool, source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let (from, to) = if there { (A, B) } else { (B, A) };
    udp((from, source), (to, destination), payload)
}
