//! The walk on single packets, as byte strings: each layer with the shapes that real captures and hostile ones have.

use etherparse::{IpNumber, PacketBuilder};
use proptest::prelude::*;

use super::*;
use crate::decode::protocol::ip;
use crate::time::Time;

const C: [u8; 4] = [10, 0, 0, 5];
const S: [u8; 4] = [192, 0, 2, 80];
const C6: [u8; 16] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5];
const S6: [u8; 16] = [0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x80];

/// Walks over a packet of which `data` was stored and `wire_len` bytes were on the wire.
pub(super) fn walk_cut(link_type: LinkType, data: &[u8], wire_len: usize, fcs_len: u8) -> DecodedPacket<'static> {
    let interface = Interface { fcs_len, ..Interface::new(link_type) };
    let packet = Packet { time: Time::from_nanoseconds(7), wire_len: wire_len as u32, interface: 0, data };
    // The result outlives the frame, so the payload is left out.
    DecodedPacket { payload: &[], ..Decoder::new().decode(&packet, &interface) }
}

pub(super) fn walk(link_type: LinkType, data: &[u8]) -> DecodedPacket<'static> {
    walk_cut(link_type, data, data.len(), 0)
}

pub(super) fn decode(link_type: LinkType, data: &[u8]) -> Decoded {
    walk(link_type, data).decoded
}

pub(super) fn observed(decoded: Decoded) -> Observation {
    match decoded {
        Decoded::Observed(observation) => observation,
        other => panic!("stopped: {other:?}"),
    }
}

/// An observation as "sender > receiver protocol", with ports if it has any.
pub(super) fn describe(observation: &Observation) -> String {
    let (key, side) = (&observation.key, observation.side);
    let end = |side| match key.has_ports() {
        true => format!("{}:{}", key.ip_addr(side), key.port(side)),
        false => key.ip_addr(side).to_string(),
    };
    format!("{} > {} {}", end(side), end(side.other()), key.protocol)
}

pub(super) fn describe_packet(link_type: LinkType, data: &[u8]) -> String {
    describe(&observed(decode(link_type, data)))
}

/// A raw IPv4 packet with a UDP datagram of `payload`.
pub(super) fn udp4(payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(C, S, 64).udp(50001, 53).write(&mut packet, payload).unwrap();
    packet
}

/// A raw IPv4 packet with a TCP SYN.
fn syn4() -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(C, S, 64).tcp(51544, 443, 77, 1024).syn().write(&mut packet, b"").unwrap();
    packet
}

/// A raw IPv4 packet of any protocol.
fn ipv4(protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(C, S, 64).write(&mut packet, IpNumber(protocol), payload).unwrap();
    packet
}

/// A raw IPv6 packet whose first next header is `next`.
pub(super) fn ipv6(next: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16).to_be_bytes();
    [&[0x60, 0, 0, 0, length[0], length[1], next, 64][..], &C6, &S6, payload].concat()
}

fn ethernet(ether_type: u16, payload: &[u8]) -> Vec<u8> {
    [&[2, 0, 0, 0, 0, 0x80, 2, 0, 0, 0, 0, 5][..], &ether_type.to_be_bytes(), payload].concat()
}

pub(super) const UDP_HEADER: [u8; 8] = [0xc3, 0x51, 0, 53, 0, 8, 0, 0];
pub(super) const DNS4: &str = "10.0.0.5:50001 > 192.0.2.80:53 17";
pub(super) const DNS6: &str = "2001:db8::5:50001 > 2001:db8::80:53 17";

#[test]
fn every_link_type_leads_to_the_ip_header() {
    let (v4, v6) = (udp4(b"?"), ipv6(ip::UDP, &UDP_HEADER));
    let before = |header: &[u8], packet: &[u8]| [header, packet].concat();
    assert_eq!(describe_packet(LinkType::ETHERNET, &ethernet(0x0800, &v4)), DNS4);
    assert_eq!(describe_packet(LinkType::ETHERNET, &ethernet(0x86dd, &v6)), DNS6);
    for link_type in [LinkType::RAW, LinkType::RAW_BSD, LinkType::RAW_OPENBSD] {
        assert_eq!((describe_packet(link_type, &v4), describe_packet(link_type, &v6)), (DNS4.into(), DNS6.into()));
    }
    assert_eq!((describe_packet(LinkType::IPV4, &v4), describe_packet(LinkType::IPV6, &v6)), (DNS4.into(), DNS6.into()));
    // AF_INET in either byte order, and each system's AF_INET6.
    for header in [[2, 0, 0, 0], [0, 0, 0, 2]] {
        assert_eq!(describe_packet(LinkType::NULL, &before(&header, &v4)), DNS4);
    }
    for family in [10, 23, 24, 28, 30] {
        assert_eq!(describe_packet(LinkType::LOOP, &before(&[0, 0, 0, family], &v6)), DNS6);
    }
    let sll = [0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 5, 0, 0, 8, 0];
    assert_eq!(describe_packet(LinkType::LINUX_SLL, &before(&sll, &v4)), DNS4);
    let sll2 = [0x86, 0xdd, 0, 0, 0, 0, 0, 2, 0, 1, 4, 6, 2, 0, 0, 0, 0, 5, 0, 0];
    assert_eq!(describe_packet(LinkType::LINUX_SLL2, &before(&sll2, &v6)), DNS6);
    assert_eq!(decode(LinkType(147), &v4), Decoded::UnsupportedLink(LinkType(147)));
}

#[test]
fn vlan_tags_of_all_kinds_become_the_encapsulation() {
    let tagged = |tags: &[(u16, u16)]| {
        let mut frame = ethernet(0x0800, &udp4(b"?"));
        let inserted: Vec<u8> = tags.iter().flat_map(|(kind, id)| [kind.to_be_bytes(), id.to_be_bytes()].concat()).collect();
        frame.splice(12..12, inserted);
        frame
    };
    let mut decoder = Decoder::new();
    let interface = Interface::new(LinkType::ETHERNET);
    let mut encapsulation = |tags: &[(u16, u16)]| {
        let data = tagged(tags);
        let packet = Packet { time: Time::UNKNOWN, wire_len: data.len() as u32, interface: 0, data: &data };
        let walked = decoder.decode(&packet, &interface);
        (walked.encapsulation, observed(walked.decoded).key.encapsulation)
    };
    let (ten, twenty) = (encapsulation(&[(0x8100, 10)]), encapsulation(&[(0x8100, 20)]));
    assert!(ten.0 == ten.1 && ten != twenty && ten.0 != EncapsulationId::NONE);
    // The priority bits before the identifier do not count.
    assert_eq!(encapsulation(&[(0x8100, 0xe00a)]), ten);
    // Old numbers for the same tag.
    assert_eq!([0x9100, 0x9200, 0x9300].map(|kind| encapsulation(&[(kind, 10)])), [ten; 3]);
    let stacked = encapsulation(&[(0x88a8, 10), (0x9100, 7), (0x8100, 20)]);
    let names: Vec<String> = decoder.encapsulations().stack(stacked.0).steps().map(|step| step.to_string()).collect();
    assert_eq!(names, ["vlan:10", "vlan:7", "vlan:20"]);
    assert_eq!(decode(LinkType::ETHERNET, &tagged(&[(0x8100, 1); 9])), Decoded::Malformed);
}

#[test]
fn protocols_other_than_ip_are_distinguished() {
    let non_ip = |ether_type, payload: &[u8]| match decode(LinkType::ETHERNET, &ethernet(ether_type, payload)) {
        Decoded::NonIp(protocol) => protocol,
        other => panic!("{other:?}"),
    };
    assert_eq!(non_ip(0x88cc, &[2, 7]), LinkProtocol::EtherType(0x88cc));
    assert_eq!(non_ip(0x0806, &[0, 1, 8, 0, 6, 4, 0, 2]), LinkProtocol::Arp { ether_type: 0x0806, opcode: Some(2) });
    assert_eq!(non_ip(0x0806, &[0, 1]), LinkProtocol::Arp { ether_type: 0x0806, opcode: None });
    assert_eq!(non_ip(3, &[0x42, 0x42, 3]), LinkProtocol::Llc { sap: 0x42 });
    let cisco = [0xaa, 0xaa, 3, 0, 0, 0x0c, 0x20, 0];
    assert_eq!(non_ip(8, &cisco), LinkProtocol::Snap { organisation: [0, 0, 0x0c], number: 0x2000 });
    // SNAP with organisation 0 is Ethernet II in another form (RFC 1042).
    let snap = [&[0xaa, 0xaa, 3, 0, 0, 0, 8, 0][..], &udp4(b"?")].concat();
    assert_eq!(describe_packet(LinkType::ETHERNET, &ethernet(snap.len() as u16, &snap)), DNS4);
    assert_eq!(decode(LinkType::RAW, &[0x50, 0]), Decoded::NonIp(LinkProtocol::IpVersion(5)));
    assert_eq!(decode(LinkType::NULL, &[7, 0, 0, 0, 1]), Decoded::NonIp(LinkProtocol::AddressFamily(7)));
}

#[test]
fn broadcast_on_the_link_makes_a_group_of_any_address() {
    let mut frame = ethernet(0x0800, &udp4(b"?"));
    assert!(!observed(decode(LinkType::ETHERNET, &frame)).to_group);
    frame[..6].fill(0xff);
    assert!(observed(decode(LinkType::ETHERNET, &frame)).to_group);
    let cooked = [&[0, 1, 0, 1, 0, 6, 2, 0, 0, 0, 0, 5, 0, 0, 8, 0][..], &udp4(b"?")].concat();
    assert!(observed(decode(LinkType::LINUX_SLL, &cooked)).to_group);
}

#[test]
fn padding_and_frame_check_sequence_are_not_payload() {
    let mut frame = ethernet(0x0800, &udp4(b"four"));
    frame.resize(60, 0);
    let padded = observed(decode(LinkType::ETHERNET, &frame));
    assert_eq!((padded.ip_len, padded.payload_len, padded.wire_len), (32, 4, 60));
    // Total length 0 (segmentation offload): the frame decides, without its FCS.
    let mut offloaded = ethernet(0x0800, &udp4(b"four"));
    offloaded[16..18].fill(0);
    offloaded.extend([1, 2, 3, 4]);
    let offloaded = observed(walk_cut(LinkType::ETHERNET, &offloaded, offloaded.len(), 4).decoded);
    assert_eq!((offloaded.ip_len, offloaded.payload_len), (32, 4));
}

#[test]
fn lengths_are_those_of_the_wire_not_of_what_was_stored() {
    let frame = ethernet(0x0800, &udp4(&[0; 1000]));
    let cut = observed(walk_cut(LinkType::ETHERNET, &frame[..60], frame.len(), 0).decoded);
    assert_eq!((cut.wire_len, cut.ip_len, cut.payload_len), (1042, 1028, 1000));
    // Some tools cut packets and lose their original length: the IP header still has it.
    let forgotten = observed(decode(LinkType::ETHERNET, &frame[..60]));
    assert_eq!((forgotten.wire_len, forgotten.ip_len, forgotten.payload_len), (60, 1028, 1000));
}

#[test]
fn ipv4_options_are_skipped() {
    let mut packet = udp4(b"?");
    packet[0] = 0x46;
    packet.splice(20..20, [0x94, 4, 0, 0]);
    let total = (packet.len() as u16).to_be_bytes();
    packet[2..4].copy_from_slice(&total);
    let observation = observed(decode(LinkType::RAW, &packet));
    assert_eq!((describe(&observation), observation.payload_len), (DNS4.into(), 1));
    // Cut inside the options: no ports, and the packet is not at fault; a protocol without ports lacks nothing.
    assert_eq!(walk_cut(LinkType::RAW, &packet[..22], packet.len(), 0).decoded, Decoded::Truncated);
    packet[9] = 47;
    assert_eq!(describe(&observed(walk_cut(LinkType::RAW, &packet[..22], packet.len(), 0).decoded)), "10.0.0.5 > 192.0.2.80 47");
}

#[test]
fn headers_that_contradict_themselves_are_malformed() {
    let changed = |at: usize, value: u8| {
        let mut packet = udp4(b"?");
        packet[at] = value;
        packet
    };
    assert_eq!(decode(LinkType::RAW, &changed(0, 0x44)), Decoded::Malformed, "header length below 20");
    assert_eq!(decode(LinkType::IPV4, &changed(0, 0x65)), Decoded::Malformed, "not version 4");
    assert_eq!(decode(LinkType::RAW, &changed(3, 19)), Decoded::Malformed, "total length below its header");
    assert_eq!(decode(LinkType::RAW, &changed(3, 23)), Decoded::Malformed, "no room for ports");
    assert_eq!(decode(LinkType::RAW, &udp4(b"?")[..19]), Decoded::Malformed, "a wire packet shorter than its header");
    assert_eq!(decode(LinkType::ETHERNET, &[0; 13]), Decoded::Malformed);
    assert_eq!(decode(LinkType::ETHERNET, &[]), Decoded::Malformed);
}

#[test]
fn a_cut_header_is_read_as_far_as_it_goes() {
    let frame = ethernet(0x0800, &syn4());
    let cut = |length: usize| walk_cut(LinkType::ETHERNET, &frame[..14 + 20 + length], frame.len(), 0).decoded;
    assert_eq!(cut(3), Decoded::Truncated);
    let ports = observed(cut(4));
    assert_eq!((describe(&ports), ports.flags), ("10.0.0.5:51544 > 192.0.2.80:443 6".into(), ConnectionFlags::default()));
    assert_eq!(observed(cut(13)).flags, ConnectionFlags::default());
    assert_eq!((observed(cut(14)).flags, observed(cut(14)).sequence), (ConnectionFlags::SYN, 77));
    assert_eq!(walk_cut(LinkType::ETHERNET, &frame[..20], frame.len(), 0).decoded, Decoded::Truncated);
    let datagram = ethernet(0x0800, &udp4(b"?"));
    assert_eq!(describe(&observed(walk_cut(LinkType::ETHERNET, &datagram[..38], datagram.len(), 0).decoded)), DNS4);
}

#[test]
fn ipv6_extension_headers_are_walked_over() {
    let hop_by_hop = [ip::ROUTING, 0, 1, 4, 0, 0, 0, 0];
    let routing = [ip::DESTINATION_OPTIONS, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let destination = [ip::UDP, 0, 1, 4, 0, 0, 0, 0];
    let packet = ipv6(ip::HOP_BY_HOP, &[&hop_by_hop[..], &routing, &destination, &UDP_HEADER].concat());
    let observation = observed(decode(LinkType::RAW, &packet));
    assert_eq!((describe(&observation), observation.payload_len, observation.ip_len), (DNS6.into(), 0, 80));
    assert_eq!(decode(LinkType::RAW, &ipv6(ip::ROUTING, &[ip::UDP, 9, 0, 0])), Decoded::Malformed);
    assert_eq!(walk_cut(LinkType::RAW, &packet[..50], packet.len(), 0).decoded, Decoded::Truncated);
    // "No next header" is a protocol without ports.
    assert_eq!(describe_packet(LinkType::RAW, &ipv6(59, &[])), "2001:db8::5 > 2001:db8::80 59");
}

#[test]
fn an_authentication_header_is_skipped_and_recorded() {
    let header = [ip::UDP, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let walked = walk(LinkType::RAW, &ipv4(ip::AH, &[&header[..], &UDP_HEADER].concat()));
    assert_ne!(walked.encapsulation, EncapsulationId::NONE);
    assert_eq!(describe(&observed(walked.decoded)), DNS4);
}

#[test]
fn a_jumbogram_has_its_length_in_an_option() {
    let jumbo = [ip::UDP, 0, 0xc2, 4, 0, 1, 0, 0];
    let mut packet = ipv6(ip::HOP_BY_HOP, &[&jumbo[..], &UDP_HEADER].concat());
    packet[4..6].fill(0);
    let observation = observed(walk_cut(LinkType::RAW, &packet, 40 + 65536, 0).decoded);
    assert_eq!((observation.ip_len, observation.payload_len), (40 + 65536, 65536 - 16));
    // Without the option, the frame decides.
    let mut offloaded = ipv6(ip::UDP, &UDP_HEADER);
    offloaded[4..6].fill(0);
    assert_eq!(observed(decode(LinkType::RAW, &offloaded)).ip_len, 48);
}

#[test]
fn fragments_of_both_versions_are_recognised() {
    let v4 = |flags: u16, protocol| {
        let mut packet = ipv4(protocol, &UDP_HEADER);
        packet[4..6].copy_from_slice(&0x1234u16.to_be_bytes());
        packet[6..8].copy_from_slice(&flags.to_be_bytes());
        observed(decode(LinkType::RAW, &packet))
    };
    assert_eq!(v4(0x2000, ip::UDP).fragment, Fragment::First(0x1234));
    assert_eq!(v4(0x4000, ip::UDP).fragment, Fragment::Whole);
    let later = v4(0x0001, ip::UDP);
    assert_eq!((later.fragment, later.key.ports, later.payload_len), (Fragment::Later(0x1234), [0, 0], 8));
    let v6 = |field: u16| {
        let [high, low] = field.to_be_bytes();
        observed(decode(LinkType::RAW, &ipv6(ip::FRAGMENT, &[&[ip::UDP, 0, high, low, 0, 0, 0, 9][..], &UDP_HEADER].concat())))
    };
    assert_eq!((v6(0x0001).fragment, describe(&v6(0x0001))), (Fragment::First(9), DNS6.into()));
    assert_eq!((v6(0x0008).fragment, v6(0x0008).key.ports), (Fragment::Later(9), [0, 0]));
    assert_eq!((v6(0).fragment, describe(&v6(0))), (Fragment::Whole, DNS6.into()), "an atomic fragment is a whole packet");
}

#[test]
fn tcp_flags_and_numbers_are_kept() {
    let mut packet = Vec::new();
    PacketBuilder::ipv4(S, C, 64).tcp(443, 51544, 1000, 1024).syn().ack(78).write(&mut packet, b"").unwrap();
    let answer = observed(decode(LinkType::RAW, &packet));
    assert!(answer.flags.contains(ConnectionFlags::SYN) && answer.flags.contains(ConnectionFlags::ACK));
    assert_eq!((answer.sequence, answer.acknowledgment, answer.payload_len), (1000, 78, 0));
    let syn = observed(decode(LinkType::RAW, &syn4()));
    assert_eq!((syn.key, syn.side), (answer.key, answer.side.other()));
    // A data offset below 5 is invalid, but the ports are good nevertheless.
    let mut nonsense = syn4();
    nonsense[32] = 0x10;
    assert_eq!(describe(&observed(decode(LinkType::RAW, &nonsense))), "10.0.0.5:51544 > 192.0.2.80:443 6");
}

#[test]
fn sctp_and_dccp_have_openings_and_answers_too() {
    let ports = [0x8e, 0x3c, 0x8e, 0x3c];
    let sctp = |tag: u32, chunk: u8, initiate_tag: u32| {
        let packet = [&ports[..], &tag.to_be_bytes(), &[0; 4], &[chunk, 0, 0, 20], &initiate_tag.to_be_bytes()].concat();
        observed(decode(LinkType::RAW, &ipv4(ip::SCTP, &packet)))
    };
    let (init, init_ack, data) = (sctp(0, 1, 55), sctp(55, 2, 66), sctp(66, 0, 0));
    assert_eq!((init.flags, init.sequence), (ConnectionFlags::SYN, 55));
    assert_eq!((init_ack.flags, init_ack.acknowledgment), (ConnectionFlags::SYN.union(ConnectionFlags::ACK), 56));
    assert_eq!(data.flags, ConnectionFlags::ACK);
    assert_eq!(
        [sctp(1, 6, 0), sctp(1, 14, 0)].map(|packet| packet.flags),
        [ConnectionFlags::RST, ConnectionFlags::FIN.union(ConnectionFlags::ACK)]
    );

    let dccp = |kind: u8, sequence: u32, acknowledgment: u32| {
        let head = [&ports[..], &[7, 0, 0, 0, kind << 1 | 1, 0, 0, 0], &sequence.to_be_bytes()];
        let packet = [&head.concat()[..], &[0; 4], &acknowledgment.to_be_bytes(), &[0; 4]].concat();
        observed(decode(LinkType::RAW, &ipv4(ip::DCCP, &packet)))
    };
    let (request, response) = (dccp(0, 9, 0), dccp(1, 3, 9));
    assert_eq!((request.flags, request.sequence), (ConnectionFlags::SYN, 9));
    assert_eq!((response.flags, response.acknowledgment), (ConnectionFlags::SYN.union(ConnectionFlags::ACK), 10));
    assert_eq!(describe(&observed(decode(LinkType::RAW, &ipv4(ip::UDP_LITE, &UDP_HEADER)))), DNS4.replace("17", "136"));
}

#[test]
fn query_and_reply_of_icmp_are_one_flow_and_errors_are_their_own() {
    let icmp = |from: [u8; 4], to: [u8; 4], kind: u8, code: u8, identifier: u8| {
        let mut packet = Vec::new();
        let message = [kind, code, 0, 0, 0, identifier, 0, 1];
        PacketBuilder::ipv4(from, to, 64).write(&mut packet, IpNumber(ip::ICMP), &message).unwrap();
        observed(decode(LinkType::RAW, &packet))
    };
    let (request, reply) = (icmp(C, S, 8, 0, 7), icmp(S, C, 0, 0, 7));
    assert_eq!((request.key, request.side), (reply.key, reply.side.other()));
    assert!(request.flags == ConnectionFlags::SYN && reply.flags.contains(ConnectionFlags::ACK));
    assert_ne!(icmp(C, S, 8, 0, 8).key, request.key, "another identifier is another ping");
    assert_ne!(icmp(C, S, 3, 3, 0).key, icmp(C, S, 3, 1, 0).key);
    assert_eq!(request.message, Some(IcmpMessage { kind: 8, code: 0 }));
    // Cut before its type, the packet is still ICMP.
    assert_eq!(observed(walk_cut(LinkType::RAW, &ipv4(ip::ICMP, &[8])[..20], 21, 0).decoded).message, None);
}

#[test]
fn an_icmp_error_names_the_flow_of_its_original_datagram() {
    let question = udp4(b"?");
    let error = |kind: u8, original: &[u8]| {
        let mut packet = Vec::new();
        let message = [&[kind, 3, 0, 0, 0, 0, 0, 0][..], original].concat();
        PacketBuilder::ipv4(S, C, 64).write(&mut packet, IpNumber(ip::ICMP), &message).unwrap();
        walk(LinkType::RAW, &packet).icmp_original
    };
    let original = error(3, &question[..28]).unwrap();
    assert!(original.is_icmp_original && original.wire_len == 0);
    assert_eq!(describe(&original), DNS4);
    assert!(error(3, &question[..24]).is_some(), "four bytes behind the IP header are enough");
    assert_eq!(error(3, &question[..23]), None);
    assert_eq!(error(8, &question[..28]), None, "an echo request carries no other packet");
    assert_eq!(error(3, &ipv4(47, &[0; 8])), None, "no ports to tell the flow by");
    let mut later = question.clone();
    later[7] = 1;
    assert_eq!(error(3, &later), None, "the middle of a datagram");
    let message = [&[1, 4, 0, 0, 0, 0, 0, 0][..], &ipv6(ip::UDP, &UDP_HEADER)].concat();
    let v6 = walk(LinkType::RAW, &ipv6(ip::ICMPV6, &message)).icmp_original.unwrap();
    assert_eq!(describe(&v6), DNS6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_fast_path_gives_what_the_walk_gives(
        kind in 0..4usize,
        turned in proptest::collection::vec((0..90usize, any::<u8>()), 0..4),
        cut in 0..90usize,
        missing in 0..3u32,
        ports in (prop::sample::select(vec![53u16, 1701, 4789, 3544, 50_000]), prop::sample::select(vec![53u16, 4789, 3544, 50_000])),
        chosen in prop::sample::select(vec![None, Some(53u16), Some(50_000)]),
        in_vxlan in any::<bool>(),
    ) {
        let tunnels = TunnelPorts::new(chosen.into_iter().map(|port| (port, UdpTunnel::Vxlan)));
        let vxlan = [&[8, 0, 0, 0, 0, 0, 42, 0][..], &ethernet(0x0800, &udp4(b"?"))].concat();
        let payload = if in_vxlan { &vxlan[..] } else { b"payload" };
        let mut frame = Vec::new();
        let builder = PacketBuilder::ethernet2([2; 6], [4; 6]);
        match kind {
            0 => builder.ipv4(C, S, 64).tcp(ports.0, ports.1, 7, 9).write(&mut frame, payload),
            1 => builder.ipv4(S, C, 64).udp(ports.0, ports.1).write(&mut frame, payload),
            2 => builder.ipv6(C6, S6, 64).tcp(ports.0, ports.1, 7, 9).write(&mut frame, payload),
            _ => builder.ipv6(S6, C6, 64).udp(ports.0, ports.1).write(&mut frame, payload),
        }.unwrap();
        for (at, value) in turned {
            if let Some(byte) = frame.get_mut(at) {
                *byte = value;
            }
        }
        let wire_len = frame.len() as u32 + missing - 1;
        frame.truncate(frame.len().saturating_sub(cut.saturating_sub(40)));
        let interface = Interface::new(LinkType::ETHERNET);
        let packet = Packet { time: Time::from_nanoseconds(7), wire_len, interface: 0, data: &frame };
        let walked = Decoder::with_tunnel_ports(tunnels.clone()).decode(&packet, &interface);
        if let Some((observation, payload)) = decode_fast(&packet, &interface, &tunnels) {
            prop_assert_eq!(walked.decoded, Decoded::Observed(observation));
            prop_assert_eq!((walked.encapsulation, walked.icmp_original, walked.payload), (EncapsulationId::NONE, None, payload));
        }
    }
}

#[test]
fn the_fast_path_is_taken_by_ordinary_packets_and_by_no_others() {
    let interface = Interface::new(LinkType::ETHERNET);
    let takes = |frame: &[u8]| {
        let packet = Packet { time: Time::UNKNOWN, wire_len: frame.len() as u32, interface: 0, data: frame };
        decode_fast(&packet, &interface, TunnelPorts::NONE).is_some()
    };
    let udp = |port| {
        let mut frame = Vec::new();
        PacketBuilder::ethernet2([2; 6], [4; 6]).ipv4(C, S, 64).udp(50_000, port).write(&mut frame, b"?").unwrap();
        frame
    };
    assert!(takes(&udp(53)) && !takes(&udp(4789)));
    let mut fragment = udp(53);
    fragment[20] |= 0x20;
    assert!(!takes(&fragment));
    let tagged = Interface::new(LinkType::LINUX_SLL);
    let packet = Packet { time: Time::UNKNOWN, wire_len: 43, interface: 0, data: &udp(53) };
    assert!(decode_fast(&packet, &tagged, TunnelPorts::NONE).is_none());
}
