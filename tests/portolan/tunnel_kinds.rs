//! A connection inside tunnels of which there is no sample: tags of switches, frames for sniffers, and further shapes of
//! headers that receivers take.

use testkit::tunnels::{over_udp, packet, retyped, scene};
use testkit::*;

use crate::support::{Folder, column, packets_at, run, tables_of};

/// The kinds: what to call it, its name in `tunnels`, and what it makes of an Ethernet frame.
fn kinds() -> Vec<(&'static str, &'static str, Scene)> {
    let tag = |ether_type: u16, header: &'static [u8]| scene(move |frame, _| retyped(frame, ether_type, header, packet(frame)));
    let around = |ether_type: u16, header: &'static [u8]| scene(move |frame, _| retyped(frame, ether_type, header, frame));
    let over =
        |port: u16, header: &'static [u8]| scene(move |frame, there| over_udp(there, 49_200, port, &[header, frame].concat()));
    vec![
        ("Cisco metadata", "cisco-metadata", tag(0x8909, &[1, 1, 0, 1, 0, 100, 8, 0])),
        ("Cisco metadata of two options", "cisco-metadata", tag(0x8909, &[1, 2, 0, 1, 0, 100, 0, 2, 0, 7, 8, 0])),
        ("Cisco's timestamp", "cisco-timestamp", tag(0x8988, &[0, 0x11, 0x22, 0x33, 0x44, 0x55, 8, 0])),
        ("E-TAG", "e-tag", tag(0x893f, &[0, 0, 0, 100, 0, 0, 8, 0])),
        ("Arista's timestamp, 64 bits", "arista-timestamp", tag(0xd28b, &[0, 1, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0])),
        ("Arista's timestamp, 48 bits, UTC", "arista-timestamp", tag(0xd28b, &[0, 1, 1, 0x21, 0, 0, 0, 0, 0, 0, 8, 0])),
        ("R-TAG", "r-tag", tag(0xf1c1, &[0, 0, 0, 9, 8, 0])),
        ("HSR", "hsr", tag(0x892f, &[0, 60, 0, 9, 8, 0])),
        ("a VLAN tag of type 0x9200", "vlan", tag(0x9200, &[0, 10, 8, 0])),
        ("a VLAN tag of type 0x9300", "vlan", tag(0x9300, &[0, 10, 8, 0])),
        ("a VLAN tag behind metadata", "vlan", tag(0x8909, &[1, 1, 0, 1, 0, 100, 0x81, 0, 0, 9, 8, 0])),
        ("TRILL", "trill", around(0x22f3, &[0, 0x3f, 0, 1, 0, 2])),
        ("TRILL with options and reserved bits", "trill", around(0x22f3, &[0x30, 0x7f, 0, 1, 0, 2, 1, 2, 3, 4])),
        ("FabricPath", "fabricpath", around(0x8903, &[0, 0x60])),
        ("batman-adv, for one", "batman-adv", around(0x4305, &[0x40, 15, 50, 1, 2, 0, 0, 0, 0, 9])),
        ("batman-adv, for all", "batman-adv", around(0x4305, &[1, 15, 50, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 9])),
        ("TZSP", "tzsp", over(37008, &[1, 0, 0, 1, 1])),
        ("TZSP with fields", "tzsp", over(37008, &[1, 1, 0, 1, 10, 1, 0xc0, 0, 18, 1, 6, 1])),
        ("VXLAN with group policy", "vxlan", over(4789, &[0x88, 0, 0, 5, 0, 0, 42, 0])),
        ("GENEVE with reserved bits", "geneve", over(6081, &[0, 0x0f, 0x65, 0x58, 0, 0, 42, 1])),
        (
            "L2TP with answers to the client's port",
            "l2tp",
            from_a_port(1701, |frame| [&[0, 2, 0, 1, 0, 1, 0xff, 3, 0, 0x21][..], packet(frame)].concat()),
        ),
        (
            "CAPWAP with answers to the client's port",
            "capwap-data",
            from_a_port(5247, |frame| [&[0, 0x10, 2, 0, 0, 0, 0, 0][..], frame].concat()),
        ),
        ("CAPWAP with a radio frame", "capwap-data", from_a_port(5247, |frame| capwap(&[0x08, 0x01], frame))),
        ("CAPWAP with a swapped radio frame", "capwap-data", from_a_port(5247, |frame| capwap(&[0x01, 0x08], frame))),
        (
            "PEEKREMOTE",
            "peekremote",
            scene(|frame, there| {
                let inside = radio(&[0x08, 0x01], frame);
                let length = (inside.len() as u16).to_be_bytes();
                over_udp(there, 49_200, 5000, &[&[0xd0, 0xa0][..], &length, &length, &[0; 10], &[2, 6, 50, 0], &inside].concat())
            }),
        ),
        (
            "Aruba's remote mirroring",
            "aruba-erm",
            scene(|frame, there| {
                let inside = radio(&[0x08, 0x01], frame);
                let words = [START as u32, 9, inside.len() as u32, inside.len() as u32].map(u32::to_be_bytes);
                over_udp(there, 49_200, 5555, &[&words.concat()[..], &inside].concat())
            }),
        ),
    ]
}

/// A tunnel whose server has a port of its own and answers to the client's.
fn from_a_port(port: u16, wrap: impl Fn(&[u8]) -> Vec<u8>) -> Scene {
    scene(|frame, there| {
        let (source, destination) = if there { (50_123, port) } else { (port, 50_123) };
        over_udp(there, source, destination, &wrap(frame))
    })
}

/// A radio frame with the packet of an Ethernet frame, behind its two bytes of frame control.
fn radio(control: &[u8], frame: &[u8]) -> Vec<u8> {
    let stations = [&frame[..6], &frame[6..12], &frame[..6]].concat();
    [control, &[0, 0], &stations, &[0, 0, 0xaa, 0xaa, 3, 0, 0, 0, 8, 0], packet(frame)].concat()
}

fn capwap(control: &[u8], frame: &[u8]) -> Vec<u8> {
    [&[0, 0x10, 3, 0, 0, 0, 0, 0][..], &radio(control, frame)].concat()
}

#[test]
fn the_connection_inside_is_found_through_every_kind() {
    for (what, name, scene) in kinds() {
        let tables = tables_of(&scene.pcap());
        assert_eq!(packets_at(&tables, "tcp"), 9, "{what}: {}", tables["ledger"]);
        assert_eq!(column(&tables, "flows", "service"), ["http"], "{what}");
        assert_eq!(column(&tables, "flows", "tcp_state"), ["SF"], "{what}");
        assert_eq!(column(&tables, "flows", "payload_bytes_c2s"), [10], "{what}");
        let names = column(&tables, "tunnels", "encapsulation");
        assert!(names.iter().any(|found| **found == name), "{what}: {names:?}");
        assert!(column(&tables, "tunnels", "packets").iter().all(|packets| **packets == 9), "{what}");
    }
}

#[test]
fn a_port_table_of_ones_own_makes_a_tunnels_port() {
    let folder = Folder::new();
    let in_vxlan = scene(|frame, there| over_udp(there, 49_200, 4444, &[&[8, 0, 0, 0, 0, 0, 42, 0][..], frame].concat()));
    let capture = folder.file("vxlan.pcap", &in_vxlan.pcap());
    for (line, is_tunnel) in [
        ("udp/4444 = vxlan", true),
        ("udp/4400-4500 = vxlan, vpn-and-tunnels", true),
        ("203.0.113.9 udp/4444 = vxlan", true),
        ("udp/4444 = geneve", false),
        ("tcp/4444 = vxlan", false),
        ("udp/4444 = my-vxlan", false),
    ] {
        let table = folder.file("ports.txt", line.as_bytes());
        let tables = run(&["read", &capture, "--services", &table, "--json", "-"]).tables();
        assert_eq!((packets_at(&tables, "tcp"), packets_at(&tables, "udp")), if is_tunnel { (9, 0) } else { (0, 9) }, "{line}");
        let explained = run(&["explain", &capture, "1", "--services", &table]).stdout;
        assert_eq!(explained.contains("answered with SYN-ACK in packet 2"), is_tunnel, "{line}: {explained}");
    }
}

#[test]
fn a_priority_tag_in_one_direction_is_no_vlan() {
    let tagged = scene(|frame, there| if there { tagged(frame, &[(0x8100, 0xa000)]) } else { frame.to_vec() });
    let tables = tables_of(&tagged.pcap());
    assert_eq!(column(&tables, "flows", "tcp_state"), ["SF"]);
    assert_eq!(tables["tunnels"], serde_json::json!([]));
}

#[test]
fn an_answer_that_comes_to_a_tunnels_port_by_chance_is_what_it_is() {
    let mut scene = Scene::new();
    let question = b"\x08\0\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x01\0\x01";
    let answer = b"\x08\0\x81\x80\0\x01\0\0\0\0\0\0\x03www\x07example\0\0\x01\0\x01";
    for port in [1701, 4789, 4790, 5000, 5247, 5555, 6081, 37_008] {
        scene.frames([udp((C, port), (R, 53), question), udp((R, 53), (C, port), answer)]);
    }
    let tables = tables_of(&scene.pcap());
    assert_eq!(column(&tables, "flows", "service"), ["dns"; 8]);
    assert_eq!(tables["tunnels"], serde_json::json!([]));
}
