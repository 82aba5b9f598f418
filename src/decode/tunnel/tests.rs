//! Headers of tunnels that do not check out: the packet stays what it is outside, as if the tunnel's port were any port.
//! What does check out is shown by the samples `tunnel-*.pcap`.

use etherparse::{IpNumber, PacketBuilder};

use crate::capture::{Interface, LinkType, Packet};
use crate::decode::{Decoded, Decoder, Fragment, LinkProtocol, Observation, ScopeId, Walked};
use crate::unit::Time;

const A: [u8; 4] = [198, 51, 100, 1];
const B: [u8; 4] = [198, 51, 100, 2];

fn walk(link_type: LinkType, data: &[u8]) -> Walked<'static> {
    let interface = Interface::new(link_type);
    let packet = Packet { time: Time::UNKNOWN, wire_len: data.len() as u32, interface: 0, data };
    // What is told here about a frame outlives it.
    Walked { payload: &[], ..Decoder::new().decode(&packet, &interface) }
}

fn observed(walked: &Walked<'_>) -> Observation {
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
        ("VXLAN with a reserved byte", 4789, with(&[8, 0, 0, 1, 0, 0, 42, 0], &frame)),
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
        assert_eq!((observation.key.ports, walked.scope), ([50_000, port], ScopeId::PLAIN), "{what}");
        assert_eq!(usize::try_from(observation.payload_len), Ok(payload.len()), "{what}");
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
        ("EtherIP of another version", 97, with(&[0x40, 0], &inner_frame())),
        ("a Null-Register", 103, with(&[0x21, 0, 0, 0, 0x40, 0, 0, 0], &packet)),
        ("a PIM Hello", 103, with(&[0x20, 0, 0, 0, 0, 0, 0, 0], &packet)),
    ];
    for (what, protocol, payload) in cases {
        let walked = walk(LinkType::RAW, &over_ip(protocol, &payload));
        let observation = observed(&walked);
        assert_eq!((observation.key.protocol, walked.scope), (protocol, ScopeId::PLAIN), "{what}");
        assert_eq!(usize::try_from(observation.payload_len), Ok(payload.len()), "{what}");
    }
}

#[test]
fn over_ethernet_a_header_that_does_not_check_out_is_not_ip() {
    let frame = |ether_type: u16, payload: &[u8]| {
        [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2][..], &ether_type.to_be_bytes(), payload, &inner()].concat()
    };
    let cases: [(u16, &[u8]); 4] = [
        (0x8864, &[0x21, 0, 0, 7, 0, 30, 0, 0x21]),
        (0x88e5, &[0x0c, 0, 0, 0, 0, 1, 8, 0]),
        (0x88e5, &[0x80, 0, 0, 0, 0, 1, 8, 0]),
        (0x894f, &[0x8f, 0xc2, 2, 1, 0, 0, 7, 255]),
    ];
    for (ether_type, header) in cases {
        let walked = walk(LinkType::ETHERNET, &frame(ether_type, header));
        assert_eq!(walked.decoded, Decoded::NonIp(LinkProtocol::EtherType(ether_type)));
        assert_eq!(walked.scope, ScopeId::PLAIN);
    }
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
fn what_is_no_flow_inside_counts_for_the_tunnel_and_the_way_is_known() {
    let arp = [&[0xff; 6][..], &[2, 0, 0, 0, 0, 2, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1]].concat();
    let walked = walk(LinkType::RAW, &over_udp(4789, &[&[8, 0, 0, 0, 0, 0, 42, 0][..], &arp].concat()));
    assert_eq!(observed(&walked).key.ports, [50_000, 4789]);
    assert_eq!(observed(&walked).key.scope, ScopeId::PLAIN);
    assert_ne!(walked.scope, ScopeId::PLAIN, "it came through VXLAN all the same");
}

#[test]
fn a_check_value_behind_a_macsec_frame_is_no_payload() {
    // With a total length of 0 only the frame tells where the packet ends.
    let mut packet = inner();
    packet[2..4].fill(0);
    let frame = [&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x88, 0xe5, 0, 0, 0, 0, 0, 1, 8, 0][..], &packet, &[0xee; 16]].concat();
    assert_eq!(observed(&walk(LinkType::ETHERNET, &frame)).payload_len, 1);
}
