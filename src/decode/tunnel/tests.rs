//! Headers of tunnels that do not check out: the packet stays in its outer flow, as if the tunnel's port were any port. The
//! samples `tunnel-*.pcap` show headers that do check out.

use etherparse::{IpNumber, PacketBuilder};

use crate::capture::{Interface, LinkType, Packet};
use crate::decode::{
    Decoded, DecodedPacket, Decoder, EncapsulationId, Fragment, LinkProtocol, Observation, TunnelPorts, UdpTunnel,
};
use crate::time::Time;

const A: [u8; 4] = [198, 51, 100, 1];
const B: [u8; 4] = [198, 51, 100, 2];

fn walk(link_type: LinkType, data: &[u8]) -> DecodedPacket<'static> {
    let interface = Interface::new(link_type);
    let packet = Packet { time: Time::UNKNOWN, wire_len: data.len() as u32, interface: 0, data };
    // The result outlives the frame, so the payload is left out.
    DecodedPacket { payload: &[], ..Decoder::new().decode(&packet, &interface) }
}

fn observed(walked: &DecodedPacket<'_>) -> Observation {
    match walked.decoded {
        Decoded::Observed(observation) => observation,
        other => panic!("stopped: {other:?}"),
    }
}

/// The packet that tunnels carry here: IPv4 with a UDP datagram to port 53.
fn inner() -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4([10, 0, 0, 5], [192, 0, 2, 53], 64).udp(50001, 53).write(&mut packet, b"?").unwrap();
    packet
}

fn inner_frame() -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0][..], &inner()].concat()
}

fn over_udp(port: u16, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(A, B, 64).udp(50_000, port).write(&mut packet, payload).unwrap();
    packet
}

fn over_ip(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(A, B, 64).write(&mut packet, IpNumber(protocol), payload).unwrap();
    packet
}

#[test]
fn over_udp_a_header_that_does_not_check_out_opens_nothing() {
    let (packet, frame) = (inner(), inner_frame());
    let with = |header: &[u8], rest: &[u8]| [header, rest].concat();
    let cases: Vec<(&str, u16, Vec<u8>)> = vec![
        ("VXLAN without the I flag", 4789, with(&[0, 0, 0, 0, 0, 0, 42, 0], &frame)),
        ("VXLAN with a reserved byte and no frame", 4789, with(&[8, 0, 0, 1, 0, 0, 42, 0], &packet)),
        ("VXLAN with the group policy bit and a frame of something else", 4789, with(&[0x88, 0, 0, 1, 0, 0, 42, 0], &[2; 60])),
        ("VXLAN whose last byte is set and no frame", 4789, with(&[8, 0, 0, 0, 0, 0, 42, 1], &frame[..13])),
        ("an answer of DNS with the bit of the I flag", 4789, b"\x08\0\x81\x80\0\x01\0\x01\0\0\0\0\x03www\x07example\0".to_vec()),
        ("VXLAN-GPE with a reserved byte and no packet", 4790, with(&[0x0c, 0, 1, 1, 0, 0, 42, 0], &frame)),
        ("VXLAN-GPE without a protocol and without a frame", 4790, with(&[0x08, 0, 0, 0, 0, 0, 42, 0], &packet)),
        ("GENEVE with a reserved byte and no frame", 6081, with(&[0, 0, 0x65, 0x58, 0, 0, 42, 1], &packet)),
        ("GENEVE with reserved flags and IPv4 that is none", 6081, with(&[0, 1, 8, 0, 0, 0, 42, 0], &frame)),
        ("GTP with the spare bit and no IP header", 2152, vec![0x38, 255, 0, 0, 0, 0, 0, 9, 0x41]),
        ("GRE with reserved bits and no IP header", 4754, vec![0, 8, 8, 0, 0x41]),
        ("L2TP with no PPP inside", 1701, with(&[0, 2, 0, 5, 0, 6], &frame)),
        ("L2TP that is longer than its datagram", 1701, with(&[0x40, 2, 0, 60, 0, 5, 0, 6, 0, 0x21], &packet)),
        ("CAPWAP with no frame", 5247, with(&[0, 0x10, 2, 0, 0, 0, 0, 0], &packet)),
        ("CAPWAP with a radio frame of version 1", 5247, with(&[0, 0x10, 3, 0, 0, 0, 0, 0, 0x09, 0x09], &frame)),
        ("TZSP of version 2", 37008, with(&[2, 0, 0, 1, 1], &frame)),
        ("a keep-alive of TZSP", 37008, with(&[1, 4, 0, 1, 1], &frame)),
        ("TZSP of another frame", 37008, with(&[1, 0, 0, 9, 1], &frame)),
        ("TZSP whose fields do not end", 37008, vec![1, 0, 0, 1, 0, 0, 10, 1]),
        ("TZSP with no frame", 37008, with(&[1, 0, 0, 1, 1], &packet)),
        ("VXLAN cut", 4789, vec![8, 0, 0, 0, 0, 0, 42]),
        ("VXLAN-GPE of another version", 4790, with(&[0x1c, 0, 0, 1, 0, 0, 42, 0], &packet)),
        ("VXLAN-GPE with an unknown protocol", 4790, with(&[0x0c, 0, 0, 9, 0, 0, 42, 0], &packet)),
        ("VXLAN-GPE with a broken NSH", 4790, with(&[0x0c, 0, 0, 4, 0, 0, 42, 0, 0x0f, 0xc0, 2, 1], &packet)),
        ("GENEVE of another version", 6081, with(&[0x40, 0, 0x65, 0x58, 0, 0, 42, 0], &frame)),
        ("GENEVE with options beyond the end", 6081, vec![0x3f, 0, 0x65, 0x58, 0, 0, 42, 0]),
        ("GTP prime", 2152, with(&[0x20, 255, 0, 0, 0, 0, 0, 9], &packet)),
        ("GTP without a user packet", 2152, with(&[0x30, 1, 0, 0, 0, 0, 0, 9], &packet)),
        ("GTP with an endless extension", 2152, with(&[0x34, 255, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0x85, 0], &packet)),
        ("GTP with no IP inside", 2152, vec![0x30, 255, 0, 0, 0, 0, 0, 9, 0xff]),
        ("L2TP control", 1701, with(&[0xc8, 2, 0, 20, 0, 5, 0, 6, 0, 0, 0, 0, 0, 0x21], &packet)),
        ("L2TP version 3", 1701, with(&[0, 3, 0, 5, 0, 6, 0xff, 3, 0, 0x21], &packet)),
        ("LISP with no IP inside", 4341, vec![0; 40]),
        ("MPLS without a bottom", 6635, vec![0; 40]),
        ("CAPWAP encrypted", 5247, with(&[1, 0x10, 2, 0, 0, 0, 0, 0], &frame)),
        ("CAPWAP keep-alive", 5247, with(&[0, 0x10, 2, 8, 0, 0, 0, 0], &frame)),
        ("Teredo of another length", 3544, [&[0x60, 0, 0, 0, 0, 9, 59, 64][..], &[0; 32], &[0; 8]].concat()),
        ("Teredo with IPv4 inside", 3544, packet.clone()),
    ];
    for (what, port, payload) in cases {
        let walked = walk(LinkType::RAW, &over_udp(port, &payload));
        let observation = observed(&walked);
        assert_eq!((observation.key.ports, walked.encapsulation), ([50_000, port], EncapsulationId::NONE), "{what}");
        assert_eq!(usize::try_from(observation.payload_len), Ok(payload.len()), "{what}");
    }
}

/// A radio frame to the distribution system, in either order of its frame control.
fn radio_frame(control: [u8; 2]) -> Vec<u8> {
    [&control[..], &[0, 0], &[2; 18], &[0, 0], &[0xaa, 0xaa, 3, 0, 0, 0, 8, 0], &inner()].concat()
}

#[test]
fn frames_for_sniffers_are_known_by_all_their_lengths() {
    let frame = radio_frame([8, 1]);
    let length = (frame.len() as u16).to_be_bytes();
    let old_peek = |length: [u8; 2], kept: [u8; 2], flags: u8| {
        [&[0xd0, 0xa0][..], &length, &kept, &[flags, 0], &[0; 8], &[2, 6, 50, 0], &frame].concat()
    };
    let new_peek = |version: u8, size: u8, length: [u8; 2]| {
        [&[0, 0xff, 0xab, 0xcd, version, 0, 0, 0, size][..], &[0; 32], &length, &length, &vec![0; usize::from(size) - 45], &frame]
            .concat()
    };
    let record = |microseconds: u32, stored: u32, wire_len: u32, radio: &[u8]| {
        let words = [1_700_000_000, microseconds, stored, wire_len].map(u32::to_be_bytes);
        [&words.concat()[..], radio, &frame].concat()
    };
    let size = frame.len() as u32;
    let radio = [0, 12, 6, 50];
    let ppi = |inner: u8| [&[0, 0, 8, 0, inner, 0, 0, 0][..], &frame].concat();
    let radiotap = |version: u8| [&[version, 0, 9, 0, 4, 0, 0, 0, 2][..], &frame].concat();
    let cases: Vec<(&str, u16, Vec<u8>, bool)> = vec![
        ("Peek", 5000, old_peek(length, length, 0), true),
        ("Peek that keeps all", 5000, old_peek(length, [0, 0], 0), true),
        ("Peek that kept less than there was", 5000, old_peek([9, 0], length, 0), true),
        ("Peek of another length", 5000, old_peek(length, [0, 9], 0), false),
        ("Peek with reserved flags", 5000, old_peek(length, length, 8), false),
        ("Peek, newer", 5000, new_peek(2, 55, length), true),
        ("Peek, of a version to come", 5000, new_peek(3, 60, [9, 9]), true),
        ("Peek, newer, of another length", 5000, new_peek(2, 55, [0, 9]), false),
        ("Peek, newer, of no size", 5000, [&[0, 0xff, 0xab, 0xcd, 3, 0, 0, 0, 8][..], &frame].concat(), false),
        ("Peek, newer, beyond the end", 5000, [&[0, 0xff, 0xab, 0xcd, 3, 0, 1, 0, 0][..], &frame].concat(), false),
        ("Aruba's record", 5555, record(5, size, size, &[]), true),
        ("Aruba's record with radio", 5555, record(5, size, size, &radio), true),
        ("Aruba's record that counts the radio's bytes", 5555, record(5, size + 4, size + 4, &radio), true),
        ("Aruba's record of another length", 5555, record(5, size - 1, size, &[]), false),
        ("Aruba's record with more stored than there was", 5555, record(5, size, size - 1, &[]), false),
        ("Aruba's record with more than a second", 5555, record(1_000_000, size, size, &[]), false),
        ("Aruba's Peek", 5555, old_peek(length, length, 0), true),
        ("Aruba's newer Peek", 5555, new_peek(2, 55, length), true),
        ("Aruba's PPI", 5555, ppi(105), true),
        ("Aruba's radiotap", 5555, radiotap(0), true),
        ("Aruba's radiotap of version 1", 5555, radiotap(1), false),
        ("a record at the port of Peek", 5000, record(5, size, size, &[]), false),
    ];
    for (what, port, payload, is_tunnel) in cases {
        let walked = walk(LinkType::RAW, &over_udp(port, &payload));
        let ports = if is_tunnel { [50_001, 53] } else { [50_000, port] };
        assert_eq!((observed(&walked).key.ports, walked.encapsulation != EncapsulationId::NONE), (ports, is_tunnel), "{what}");
        for length in 0..payload.len() {
            walk(LinkType::RAW, &over_udp(port, &payload[..length]));
        }
    }
}

#[test]
fn bits_that_a_receiver_ignores_do_not_keep_the_walk_out() {
    let (packet, frame) = (inner(), inner_frame());
    let nsh = [&[0x1f, 0xc2, 0xf2, 1, 0, 0, 7, 255][..], &packet].concat();
    let with = |header: &[u8], rest: &[u8]| [header, rest].concat();
    let over_udp_cases: Vec<(u16, Vec<u8>)> = vec![
        (4789, with(&[0x88, 0, 0, 5, 0, 0, 42, 0], &frame)),
        (4789, with(&[0xff, 0xff, 0xff, 0xff, 0, 0, 42, 0xff], &frame)),
        (4789, with(&[0x0c, 0, 0, 1, 0, 0, 42, 0], &packet)),
        (8472, with(&[8, 0, 0, 0, 0, 0, 42, 1], &frame)),
        (4790, with(&[0xcf, 1, 2, 1, 0, 0, 42, 9], &packet)),
        (4790, with(&[0x0c, 1, 0, 4, 0, 0, 42, 0], &nsh)),
        (4790, with(&[0x08, 0, 0, 0, 0, 0, 42, 0], &frame)),
        (6081, with(&[0, 0x3f, 0x65, 0x58, 0, 0, 42, 9], &frame)),
        (6081, with(&[0, 0, 0x88, 0x47, 0, 0, 42, 0, 0, 1, 1, 64], &packet)),
        (2152, with(&[0x38, 255, 0, 0, 0, 0, 0, 9], &packet)),
        (4754, with(&[0x03, 0xf8, 8, 0], &packet)),
        (1701, with(&[0x34, 0xf2, 0, 5, 0, 6, 0, 0x21], &packet)),
        (5247, with(&[0, 0x10, 2, 7, 0, 0, 0, 7], &frame)),
    ];
    let over_udp_packets = over_udp_cases.into_iter().map(|(port, payload)| over_udp(port, &payload));
    let over_ip_packets =
        [over_ip(47, &with(&[0x23, 0xf8, 0x65, 0x58, 0, 0, 42, 7], &frame)), over_ip(97, &with(&[0x3f, 0xff], &frame))];
    for packet in over_udp_packets.chain(over_ip_packets) {
        let walked = walk(LinkType::RAW, &packet);
        assert_eq!(observed(&walked).key.ports, [50_001, 53], "{packet:x?}");
        assert_ne!(walked.encapsulation, EncapsulationId::NONE);
    }
}

#[test]
fn a_radio_frame_of_capwap_may_have_its_control_in_either_order() {
    // As a first byte, the flags of a frame to or from the distribution system have a wrong version; without these flags, LLC
    // decides.
    for control in [[8, 1], [1, 8], [8, 2], [2, 8], [8, 0], [0, 8], [8, 9], [9, 8]] {
        let payload = [&[0, 0x10, 3, 0, 0, 0, 0, 0][..], &radio_frame(control)].concat();
        assert_eq!(observed(&walk(LinkType::RAW, &over_udp(5247, &payload))).key.ports, [50_001, 53], "{control:?}");
    }
    // A beacon is no flow, in either order.
    for control in [[0x80, 0], [0, 0x80]] {
        let payload = [&[0, 0x10, 3, 0, 0, 0, 0, 0][..], &radio_frame(control)].concat();
        assert_eq!(observed(&walk(LinkType::RAW, &over_udp(5247, &payload))).key.ports, [50_000, 5247], "{control:?}");
    }
}

#[test]
fn over_ip_a_header_that_does_not_check_out_opens_nothing() {
    let packet = inner();
    let with = |header: &[u8], rest: &[u8]| [header, rest].concat();
    let cases: Vec<(&str, u8, Vec<u8>)> = vec![
        ("IPv4 that is none", 4, vec![0x60; 30]),
        ("IPv6 that is none", 41, packet.clone()),
        ("GRE with source routing", 47, with(&[0x40, 0, 8, 0, 0, 0, 0, 0], &packet)),
        ("GRE of version 2", 47, with(&[0, 2, 8, 0], &packet)),
        ("GRE with an unknown protocol", 47, with(&[0, 0, 0x12, 0x34], &packet)),
        ("GRE with a key beyond the end", 47, vec![0x20, 0, 8, 0]),
        ("GRE with a broken NSH", 47, with(&[0, 0, 0x89, 0x4f, 0x0f, 0xc0, 2, 1], &packet)),
        ("PPTP that only acknowledges", 47, vec![0x20, 0x81, 0x88, 0x0b, 0, 0, 0, 9, 0, 0, 0, 1]),
        ("ERSPAN III that is none", 47, with(&[0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x10], &[0; 30])),
        ("GRE with reserved bits and no frame", 47, with(&[0, 8, 0x65, 0x58], &packet)),
        ("EtherIP with reserved bits and no frame", 97, with(&[0x30, 1], &packet)),
        ("EtherIP of another version", 97, with(&[0x40, 0], &inner_frame())),
        ("a Null-Register", 103, with(&[0x21, 0, 0, 0, 0x40, 0, 0, 0], &packet)),
        ("a PIM Hello", 103, with(&[0x20, 0, 0, 0, 0, 0, 0, 0], &packet)),
    ];
    for (what, protocol, payload) in cases {
        let walked = walk(LinkType::RAW, &over_ip(protocol, &payload));
        let observation = observed(&walked);
        assert_eq!((observation.key.protocol, walked.encapsulation), (protocol, EncapsulationId::NONE), "{what}");
        assert_eq!(usize::try_from(observation.payload_len), Ok(payload.len()), "{what}");
    }
}

#[test]
fn over_ethernet_a_header_that_does_not_check_out_is_not_ip() {
    let frame = |ether_type: u16, payload: &[u8]| {
        [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &ether_type.to_be_bytes(), payload, &inner()].concat()
    };
    let cases: [(u16, &[u8]); 20] = [
        (0x8864, &[0x21, 0, 0, 7, 0, 30, 0, 0x21]),
        (0x88e5, &[0x0c, 0, 0, 0, 0, 1, 8, 0]),
        (0x88e5, &[0x80, 0, 0, 0, 0, 1, 8, 0]),
        (0x894f, &[0x8f, 0xc2, 2, 1, 0, 0, 7, 255]),
        (0x8909, &[2, 1, 0, 1, 0, 100, 8, 0]),
        (0x8909, &[1, 0, 8, 0]),
        (0x8909, &[1, 255, 0, 1, 0, 100, 8, 0]),
        (0x8909, &[1, 1, 0, 1, 0, 100, 0x86, 0xdd]),
        (0x8988, &[0, 0, 0, 0, 0, 1, 0, 0]),
        (0x8988, &[0, 0, 0, 0, 0, 1, 0x81, 0, 0, 9, 0xff, 0xff]),
        (0x893f, &[0, 0, 0, 100, 0, 0, 0xff, 0xff]),
        (0xd28b, &[0, 2, 0, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]),
        (0xd28b, &[0, 1, 0, 0x30, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0]),
        (0xf1c1, &[0, 0, 0, 9, 0x86, 0xdd]),
        (0x892f, &[0, 60, 0, 9, 0, 2]),
        (0x22f3, &[0x40, 0x3f, 0, 1, 0, 2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]),
        (0x22f3, &[0, 0x3f, 0, 1, 0, 2, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x86, 0xdd]),
        (0x4305, &[0x00, 15, 50, 1, 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]),
        (0x4305, &[0x40, 14, 50, 1, 2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0]),
        (0x8903, &[0, 32, 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0, 1]),
    ];
    for (ether_type, header) in cases {
        let walked = walk(LinkType::ETHERNET, &frame(ether_type, header));
        assert_eq!(walked.decoded, Decoded::NonIp(LinkProtocol::EtherType(ether_type)));
        assert_eq!(walked.encapsulation, EncapsulationId::NONE);
    }
}

#[test]
fn a_tag_leaves_the_frame_what_it_is() {
    let tagged = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 2, 0xf1, 0xc1, 0, 0, 0, 9, 8, 0], &inner()].concat();
    assert!(observed(&walk(LinkType::ETHERNET, &tagged)).to_group, "sent to all");
    // An unknown EtherType after a tag is that of the frame, and a length leads to LLC.
    let goose = [&[2; 12][..], &[0x89, 0x2f, 0, 60, 0, 9, 0x88, 0xb8, 0, 1]].concat();
    assert_eq!(walk(LinkType::ETHERNET, &goose).decoded, Decoded::NonIp(LinkProtocol::EtherType(0x88b8)));
    let stp = [&[2; 12][..], &[0x89, 0x3f, 0, 0, 0, 100, 0, 0, 0, 4, 0x42, 0x42, 3, 0]].concat();
    assert_eq!(walk(LinkType::ETHERNET, &stp).decoded, Decoded::NonIp(LinkProtocol::Llc { sap: 0x42 }));
}

#[test]
fn tags_without_end_are_malformed_or_stop_the_walk() {
    let r_tags = [&[2; 12][..], &[0xf1, 0xc1, 0, 0, 0, 9].repeat(5000), &[8, 0], &inner()].concat();
    assert_eq!(walk(LinkType::ETHERNET, &r_tags).decoded, Decoded::NonIp(LinkProtocol::EtherType(0xf1c1)));
    let frames = [&[&[2; 12][..], &[0x89, 0x03, 0, 32]].concat().repeat(5000)[..], &inner_frame()].concat();
    assert_eq!(walk(LinkType::ETHERNET, &frames).decoded, Decoded::Malformed);
    let tags_and_frames = [&[2; 12][..], &[0x81, 0, 0, 1, 0x22, 0xf3, 0, 0x3f, 0, 1, 0, 2]].concat().repeat(5000);
    assert_eq!(walk(LinkType::ETHERNET, &tags_and_frames).decoded, Decoded::Malformed);
}

#[test]
fn a_tag_of_vlan_0_is_no_vlan() {
    let frame = |tag: &[u8]| [&[2; 12][..], tag, &[8, 0], &inner()].concat();
    for tag in [&[0x81, 0, 0xa0, 0][..], &[0x81, 0, 0, 0, 0x81, 0, 0xe0, 0]] {
        let walked = walk(LinkType::ETHERNET, &frame(tag));
        assert_eq!((observed(&walked).key.ports, walked.encapsulation), ([50_001, 53], EncapsulationId::NONE));
    }
    assert_eq!(observed(&walk(LinkType::ETHERNET, &frame(&[0x81, 0, 0, 0].repeat(5000)))).key.ports, [50_001, 53]);
    assert_ne!(walk(LinkType::ETHERNET, &frame(&[0x81, 0, 0xa0, 1])).encapsulation, EncapsulationId::NONE);
}

#[test]
fn a_users_port_is_a_tunnels_and_its_header_has_to_check_out() {
    let ports = TunnelPorts::new([(4444, UdpTunnel::Vxlan), (4789, UdpTunnel::Geneve), (9999, UdpTunnel::L2tp)].into_iter());
    let mut decoder = Decoder::with_tunnel_ports(ports);
    let mut ports_of = |source: u16, destination: u16, payload: &[u8]| {
        let mut data = Vec::new();
        PacketBuilder::ipv4(A, B, 64).udp(source, destination).write(&mut data, payload).unwrap();
        let packet = Packet { time: Time::UNKNOWN, wire_len: data.len() as u32, interface: 0, data: &data };
        observed(&decoder.decode(&packet, &Interface::new(LinkType::RAW))).key.ports
    };
    let vxlan = [&[8, 0, 0, 0, 0, 0, 42, 0][..], &inner_frame()].concat();
    let geneve = [&[0, 0, 0x65, 0x58, 0, 0, 42, 0][..], &inner_frame()].concat();
    let l2tp = [&[0, 2, 0, 5, 0, 6, 0, 0x21][..], &inner()].concat();
    assert_eq!(ports_of(50_000, 4444, &vxlan), [50_001, 53]);
    assert_eq!(ports_of(50_000, 4444, &geneve), [50_000, 4444]);
    // The assigned tunnel stays where the user's does not fit.
    assert_eq!([&geneve, &vxlan].map(|payload| ports_of(50_000, 4789, payload)), [[50_001, 53]; 2]);
    assert_eq!(ports_of(9999, 50_000, &l2tp), [50_001, 53]);
    assert_eq!(ports_of(4444, 50_000, &vxlan), [4444, 50_000]);
}

#[test]
fn a_fragment_of_a_tunnels_packet_stays_in_the_tunnels_flow() {
    let mut first = over_udp(4789, &[&[8, 0, 0, 0, 0, 0, 42, 0][..], &inner_frame()].concat());
    first[6] = 0x20;
    let observation = observed(&walk(LinkType::RAW, &first));
    assert_eq!((observation.key.ports, observation.fragment), ([50_000, 4789], Fragment::First(0)));
    let mut first = over_ip(4, &inner());
    first[6] = 0x20;
    assert_eq!(observed(&walk(LinkType::RAW, &first)).key.protocol, 4);
}

#[test]
fn an_inner_packet_without_flow_counts_for_the_tunnel_and_its_path_is_recorded() {
    let arp = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1]].concat();
    let walked = walk(LinkType::RAW, &over_udp(4789, &[&[8, 0, 0, 0, 0, 0, 42, 0][..], &arp].concat()));
    assert_eq!(observed(&walked).key.ports, [50_000, 4789]);
    assert_eq!(observed(&walked).key.encapsulation, EncapsulationId::NONE);
    assert_ne!(walked.encapsulation, EncapsulationId::NONE, "it came through VXLAN all the same");
}

#[test]
fn a_check_value_after_a_macsec_frame_is_not_payload() {
    // With a total length of 0, only the frame shows where the packet ends.
    let mut packet = inner();
    packet[2..4].fill(0);
    let frame = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xe5, 0, 0, 0, 0, 0, 1, 8, 0][..], &packet, &[0xee; 16]].concat();
    assert_eq!(observed(&walk(LinkType::ETHERNET, &frame)).payload_len, 1);
}
