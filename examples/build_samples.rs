//! Builds the small samples in `samples/`, each to show a single idea: `cargo run --example build_samples`.
//!
//! The packets are always the same: a rebuilt sample differs only where this file or `testkit/` was changed.

use std::fs;
use std::path::Path;

use testkit::*;

fn main() {
    let single_ideas = samples().into_iter().map(|(name, bytes)| (name.to_owned(), bytes));
    let in_tunnels = tunnels::all().into_iter().map(|(name, scene)| (format!("tunnel-{name}.pcap"), scene.pcap()));
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    for (name, bytes) in single_ideas.chain(in_tunnels) {
        fs::write(folder.join(&name), bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("samples/{name}");
    }
}

fn samples() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("handshake.pcap", handshake_scene().pcap()),
        ("client-port-has-a-name.pcap", client_port_has_a_name().pcap()),
        ("coin-toss.pcap", coin_toss().pcap()),
        ("known-elsewhere.pcap", known_elsewhere().pcap()),
        ("two-doors.pcap", two_doors().pcap()),
        ("one-address-many-servers.pcap", one_address_many_servers().pcap()),
        ("port-scan.pcap", port_scan().pcap()),
        ("refused.pcap", refused().pcap()),
        ("port-reuse.pcap", port_reuse().pcap()),
        ("groups.pcap", groups().pcap()),
        ("portless.pcap", portless_scene().pcap()),
        ("fragments.pcap", fragments().pcap()),
        ("vlan.pcap", vlan().pcap()),
        ("cut-headers.pcap", cut_headers()),
        ("cut-off.pcap", cut_off()),
        ("mixed-links.pcapng", mixed_links()),
    ]
}

fn handshake_scene() -> Scene {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 443), 1)).wait(3);
    scene.frame(udp((C, 50001), (R, 53), b"who is www?")).frame(udp((R, 53), (C, 50001), b"192.0.2.80"));
    scene
}

fn client_port_has_a_name() -> Scene {
    let mut scene = Scene::new();
    scene.frames(connection((C, 5060), (S, 8080), 1)).frames(connection((C, 6667), (S, 80), 1));
    scene.frames(connection((C, 1068), (S, 4997), 1));
    scene
}

fn coin_toss() -> Scene {
    let mut scene = Scene::new();
    scene.frames(exchange((C, 5060), (S, 8080), 1)).frames(exchange((C, 55968), (D, 57391), 1));
    scene
}

fn known_elsewhere() -> Scene {
    let mut scene = Scene::new();
    scene.frames(exchange((C, 5060), (S, 8080), 1)).wait(1).frames(connection((D, 40002), (S, 8080), 1));
    scene
}

fn two_doors() -> Scene {
    let mut scene = Scene::new();
    scene.frames(connection((C, 1023), (S, 514), 1)).frame(udp((C, 514), (S, 514), b"<13>hello"));
    scene
}

fn one_address_many_servers() -> Scene {
    let mut scene = Scene::new();
    for (index, port) in [80, 443, 25, 110, 143, 21, 22, 445].into_iter().enumerate() {
        scene.frames(connection((C, 50_000 + index as u16), (S, port), 1));
    }
    scene.frames(connection((D, 50_000), (S, 80), 1)).frames(connection((D, 50_001), (R, 80), 1));
    scene
}

fn port_scan() -> Scene {
    let mut scene = Scene::new();
    for port in 1..=100 {
        scene.frame(tcp((C, 40_000), (S, port), "S", 1, 0, b""));
        if port != 80 {
            scene.frame(tcp((S, port), (C, 40_000), "RA", 0, 2, b""));
        }
    }
    scene
}

fn refused() -> Scene {
    let question = udp((C, 55_000), (S, 161), b"get sysName");
    let mut scene = Scene::new();
    scene.frame(tcp((C, 50_000), (S, 8080), "S", 1, 0, b"")).frame(tcp((S, 8080), (C, 50_000), "RA", 0, 2, b""));
    scene.frame(question.clone()).frame(icmp_error(S, C, 3, 3, &question));
    scene
}

fn port_reuse() -> Scene {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 80), 1)).wait(90).frames(connection((C, 51544), (S, 80), 70_000));
    scene
}

fn groups() -> Scene {
    let mut scene = Scene::new();
    scene.frame(udp((C, 5353), ("224.0.0.251", 5353), b"_ipp._tcp.local?"));
    scene.frame(udp((C, 50_500), ("239.255.255.250", 1900), b"M-SEARCH * HTTP/1.1\r\n\r\n"));
    scene.frame(broadcast(udp(("0.0.0.0", 68), ("255.255.255.255", 67), b"discover")));
    scene.frame(broadcast(udp(("10.0.0.1", 67), ("255.255.255.255", 68), b"offer")));
    scene.frame(broadcast(udp((C, 137), ("10.0.0.255", 137), b"who is FILES?")));
    scene
}

fn portless_scene() -> Scene {
    let mut scene = Scene::new();
    scene.frame(arp(1)).frame(arp(2));
    scene.frame(ping(C, S, 8, 7)).frame(ping(S, C, 0, 7));
    scene.frame(icmp_error("10.0.0.1", C, 11, 0, &udp((C, 40_000), (S, 33_434), b"trace")));
    scene.frame(portless("fe80::5", "ff02::1:ff00:80", 58, &[135, 0, 0, 0, 0, 0, 0, 0]));
    scene.frame(portless("fe80::80", "fe80::5", 58, &[136, 0, 0, 0, 0, 0, 0, 0]));
    scene.frame(portless(C, "224.0.0.22", 2, &[0x22, 0, 0, 0, 0, 0, 0, 1]));
    scene.frame(portless(C, "224.0.0.5", 89, &[2, 1, 0, 44]));
    scene.frame(portless(C, S, 47, &[0, 0, 0x88, 0xbe]));
    scene.frame(portless(C, S, 50, &[0, 0, 0, 1, 0, 0, 0, 1]));
    scene.frame(llc([1, 0x80, 0xc2, 0, 0, 0], &[0x42, 0x42, 3, 0, 0, 0, 0, 0]));
    scene.frame(ethernet([1, 0x80, 0xc2, 0, 0, 0x0e], 0x88cc, &[2, 7, 4, 2, 0, 0, 0, 0, 5]));
    scene
}

/// A datagram whose first fragment comes last, and one whose first fragment is missing.
fn fragments() -> Scene {
    let mut late = udp_fragments((C, 50_001), (R, 53), &[b'x'; 2000], 800, 7);
    late.rotate_left(1);
    let mut scene = Scene::new();
    scene.frames(late).frames(udp_fragments((D, 50_002), (R, 53), &[b'y'; 2000], 800, 8).split_off(1));
    scene
}

fn vlan() -> Scene {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51_544), (S, 80), 1).iter().map(|frame| tagged(frame, &[(0x8100, 10)])));
    scene.frames(connection((C, 51_544), (S, 80), 1).iter().map(|frame| tagged(frame, &[(0x8100, 20)])));
    scene.frames(connection((C, 51_544), (S, 80), 1).iter().map(|frame| tagged(frame, &[(0x88a8, 100), (0x8100, 20)])));
    scene
}

/// Ethernet and IPv4 headers, and of TCP no more than its flags; one packet cut before its ports.
fn cut_headers() -> Vec<u8> {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51_544), (S, 443), 1));
    let mut file = scene.pcap_cut(14 + 20 + 14);
    let mut last = Scene::new();
    last.wait(1).frame(udp((C, 50_001), (R, 53), b"who is www?"));
    file.extend_from_slice(&last.pcap_cut(14 + 20 + 3)[24..]);
    file
}

/// The last packet is not all there, as when a disk was full.
fn cut_off() -> Vec<u8> {
    let mut file = handshake_scene().pcap();
    file.truncate(file.len() - 5);
    file
}

/// Two interfaces with link types of their own, and a second section whose first interface is another one.
fn mixed_links() -> Vec<u8> {
    let over_ethernet = udp((C, 50_001), (R, 53), b"over Ethernet");
    let raw = udp((D, 50_002), (R, 53), b"without a link layer")[14..].to_vec();
    let at = START * 1_000_000;
    [
        section_header(),
        interface_description(1, 0),
        interface_description(101, 0),
        enhanced_packet(0, at, &over_ethernet),
        enhanced_packet(1, at + 1000, &raw),
        section_header(),
        interface_description(101, 0),
        enhanced_packet(0, at + 2000, &raw),
    ]
    .concat()
}
