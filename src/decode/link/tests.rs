//! Every link type on byte strings: at least one that leads to a flow, and those that stop the walk.
//!
//! Each test names the specification that its bytes follow; `V4` and `V6` in the comments are a raw IP packet.

use super::*;
use crate::decode::tests::{DNS4, DNS6, UDP_HEADER, decode, describe, describe_packet, ipv6, observed, udp4, walk, walk_cut};
use crate::decode::{DecodedPacket, LinkAddress};

const HOST: [u8; 6] = [2, 0, 0, 0, 0, 5];
const SERVER: [u8; 6] = [2, 0, 0, 0, 0, 0x80];
const SNAP_IPV4: [u8; 8] = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];

fn v4() -> Vec<u8> {
    udp4(b"?")
}

fn v6() -> Vec<u8> {
    ipv6(17, &UDP_HEADER)
}

/// `header`, then an IPv4 packet.
fn on_v4(header: &[u8]) -> Vec<u8> {
    [header, &v4()].concat()
}

/// `header`, then an IPv6 packet.
fn on_v6(header: &[u8]) -> Vec<u8> {
    [header, &v6()].concat()
}

/// An Ethernet frame with an IPv4 packet.
fn frame() -> Vec<u8> {
    on_v4(&[&SERVER[..], &HOST, &[8, 0]].concat())
}

/// `header`, then an Ethernet frame.
fn on_frame(header: &[u8]) -> Vec<u8> {
    [header, &frame()].concat()
}

fn non_ip(link_type: LinkType, data: &[u8]) -> LinkProtocol {
    match decode(link_type, data) {
        Decoded::NonIp(protocol) => protocol,
        other => panic!("{link_type:?}: {other:?}"),
    }
}

fn addresses(walked: &DecodedPacket<'_>) -> [Option<LinkAddress>; 2] {
    walked.link_addresses
}

fn pair(sender: &[u8], receiver: &[u8]) -> [Option<LinkAddress>; 2] {
    [sender, receiver].map(|address| Some(LinkAddress::from_bytes(address)))
}

/// True if the packet counts as sent to a group because the link says so.
fn to_all(link_type: LinkType, data: &[u8]) -> bool {
    observed(decode(link_type, data)).to_group
}

/// Checks that a packet of `link_type` is the IPv4 flow, and that no cut or mutilated form of it does harm: cut by the capture
/// before the IP packet, it is truncated; shorter on the wire, it is no flow.
fn leads_to_v4(link_type: LinkType, data: &[u8]) {
    assert_eq!(describe_packet(link_type, data), DNS4, "{link_type:?}");
    does_no_harm(link_type, data);
    let header = data.windows(4).position(|bytes| bytes == [0x45, 0, 0, 29]).expect("the IP header is there");
    for length in 0..header {
        let cut = walk_cut(link_type, &data[..length], data.len(), 0).decoded;
        assert!(!matches!(cut, Decoded::Observed(_)), "{link_type:?} cut at {length}: {cut:?}");
    }
}

/// Walks over all beginnings of `data`, and over `data` with each byte at its extremes.
fn does_no_harm(link_type: LinkType, data: &[u8]) {
    for length in 0..=data.len() {
        walk(link_type, &data[..length]);
        walk_cut(link_type, &data[..length], data.len() + 100, 4);
    }
    let mut changed = data.to_vec();
    for at in 0..data.len() {
        for value in [0, 1, 0x7f, 0x80, 0xff] {
            changed[at] = value;
            walk(link_type, &changed);
        }
        changed[at] = data[at];
    }
}

#[test]
fn ieee802_3_carries_llc_snap_and_ip_without_snap() {
    let ieee802_3 = |llc: &[u8]| {
        let payload = on_v4(llc);
        [&SERVER[..], &HOST, &(payload.len() as u16).to_be_bytes(), &payload].concat()
    };
    // RFC 1042; RFC 948; IEEE 802.1H bridge tunnel encapsulation.
    for llc in [&SNAP_IPV4[..], &[0x06, 0x06, 3], &[0xaa, 0xaa, 3, 0, 0, 0xf8, 8, 0]] {
        leads_to_v4(LinkType::ETHERNET, &ieee802_3(llc));
    }
    // The same SAP in a frame that asks for a connection carries no packet.
    assert_eq!(non_ip(LinkType::ETHERNET, &ieee802_3(&[0x06, 0x06, 0x7f])), LinkProtocol::Llc { sap: 6 });
    assert_eq!(non_ip(LinkType::ETHERNET, &ieee802_3(&[0xfe, 0xfe, 3, 0x83])), LinkProtocol::Llc { sap: 0xfe });
    let jumbo = [&SERVER[..], &HOST, &[0x88, 0x70], &SNAP_IPV4].concat();
    leads_to_v4(LinkType::ETHERNET, &on_v4(&jumbo));
}

#[test]
fn cisco_isl_is_known_by_its_destination() {
    // "Inter-Switch Link and IEEE 802.1Q Frame Format": VLAN 10, Ethernet inside, two check sequences after it.
    let inner = [&frame()[..], &[1, 2, 3, 4]].concat();
    let length = (inner.len() as u16 + 12).to_be_bytes();
    let header = [&[1, 0, 0x0c, 0, 0, 0][..], &HOST, &length, &[0xaa, 0xaa, 3, 2, 0, 0, 0, 20, 0, 0, 0, 0]].concat();
    let data = [&header[..], &inner, &[5, 6, 7, 8]].concat();
    leads_to_v4(LinkType::ETHERNET, &data);
    let walked = walk(LinkType::ETHERNET, &data);
    assert_eq!(addresses(&walked), pair(&HOST, &SERVER));
    assert_ne!(walked.encapsulation, crate::decode::EncapsulationId::NONE);
}

#[test]
fn cooked_headers_know_hardware_that_has_its_own_protocol_field() {
    // LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2: ARPHRD type and protocol decide together.
    let both = |hardware: u16, protocol: u16, payload: &[u8]| {
        let ([h, i], [p, q]) = (hardware.to_be_bytes(), protocol.to_be_bytes());
        let v1 = [&[0, 0, h, i, 0, 6][..], &HOST, &[0, 0, p, q], payload].concat();
        let v2 = [&[p, q, 0, 0, 0, 0, 0, 2, h, i, 0, 6][..], &HOST, &[0, 0], payload].concat();
        [(LinkType::LINUX_SLL, v1), (LinkType::LINUX_SLL2, v2)]
    };
    let wifi = on_v4(&[&[8, 0, 0, 0][..], &SERVER, &HOST, &[0; 6], &[0, 0], &SNAP_IPV4].concat());
    let radiotap = [&[0, 0, 8, 0, 0, 0, 0, 0][..], &wifi].concat();
    let flows = [
        (1, 0x0800, v4()),
        (1, 0x0004, on_v4(&SNAP_IPV4)),
        (1, 0x0003, frame()),
        (512, 0x0007, on_v4(&[0xff, 3, 0, 0x21])),
        (770, 0x00ff, on_v4(&[0x18, 0x41, 3, 0xcc])),
        (778, 0x0800, v4()),
        (778, 0x6558, frame()),
        (778, 0x880b, on_v4(&[0, 0x21])),
        (801, 0, wifi.clone()),
        (803, 0, radiotap),
    ];
    for (hardware, protocol, payload) in flows {
        both(hardware, protocol, &payload).iter().for_each(|(link_type, data)| leads_to_v4(*link_type, data));
    }
    let ours = [
        (824, 0, LinkProtocol::Link(LinkType::NETLINK)),
        (826, 0, LinkProtocol::Link(LinkType::VSOCK)),
        (280, 0x000c, LinkProtocol::Link(LinkType::CAN_SOCKETCAN)),
        (804, 0x00f6, LinkProtocol::Ieee802154),
        (1, 0x0001, LinkProtocol::EtherType(0x8137)),
        (1, 0x0019, LinkProtocol::EtherType(0x0019)),
    ];
    for (hardware, protocol, expected) in ours {
        both(hardware, protocol, &v4()).iter().for_each(|(link_type, data)| assert_eq!(non_ip(*link_type, data), expected));
    }
}

#[test]
fn interfaces_of_systems_lead_to_ip() {
    // LINKTYPE_NULL, LINKTYPE_LOOP; an EtherType in the family's place.
    leads_to_v4(LinkType::NULL, &on_v4(&[2, 0, 0, 0]));
    leads_to_v4(LinkType::LOOP, &on_v4(&[0, 0, 0, 2]));
    assert_eq!(describe_packet(LinkType::NULL, &on_v6(&[0xdd, 0x86, 0, 0])), DNS6);
    // LINKTYPE_ENC: family in either order, SPI, flags.
    leads_to_v4(LinkType::ENC, &on_v4(&[2, 0, 0, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 3]));
    assert_eq!(describe_packet(LinkType::ENC, &on_v6(&[0, 0, 0, 24, 0, 0, 0x12, 0x34, 0, 0, 0, 3])), DNS6);
    // LINKTYPE_IPNET: version 1, AF_INET or Solaris' AF_INET6.
    let ipnet = |family: u8| [&[1, family, 0, 1, 0, 0, 0, 29][..], &[0; 16]].concat();
    leads_to_v4(LinkType::IPNET, &on_v4(&ipnet(2)));
    assert_eq!(describe_packet(LinkType::IPNET, &on_v6(&ipnet(26))), DNS6);
    assert_eq!(non_ip(LinkType::IPNET, &on_v4(&ipnet(9))), LinkProtocol::AddressFamily(9));
}

/// A data frame's header: frame control, duration, three addresses, sequence control.
fn wifi(kind: u8, flags: u8, addresses: [[u8; 6]; 3], sequence: u8) -> Vec<u8> {
    [&[kind, flags, 0, 0][..], &addresses.concat(), &[sequence, 0]].concat()
}

const BSSID: [u8; 6] = [2, 0, 0, 0, 0, 0xaa];
const ALL: [u8; 6] = [0xff; 6];

#[test]
fn wifi_data_frames_name_sender_and_receiver_by_their_direction() {
    // IEEE Std 802.11-2020 table 9-30.
    let fourth = |header: Vec<u8>| [&header[..], &HOST].concat();
    let headers = [
        wifi(0x08, 0, [SERVER, HOST, BSSID], 0),
        wifi(0x08, 1, [BSSID, HOST, SERVER], 0),
        wifi(0x08, 2, [SERVER, BSSID, HOST], 0),
        fourth(wifi(0x08, 3, [BSSID, BSSID, SERVER], 0)),
    ];
    for header in headers {
        let data = on_v4(&[&header[..], &SNAP_IPV4].concat());
        leads_to_v4(LinkType::IEEE802_11, &data);
        assert_eq!(addresses(&walk(LinkType::IEEE802_11, &data)), pair(&HOST, &SERVER));
    }
    assert!(to_all(LinkType::IEEE802_11, &on_v4(&[&wifi(0x08, 2, [ALL, BSSID, HOST], 0)[..], &SNAP_IPV4].concat())));
}

#[test]
fn wifi_headers_grow_with_quality_of_service_and_mesh() {
    // Clauses 9.2.4.5 and 9.2.4.6: QoS control, HT control; 9.3.2.2: A-MSDU; 9.2.4.7.3: mesh control.
    let base = |flags: u8| wifi(0x88, flags, [SERVER, HOST, BSSID], 0);
    let with = |flags: u8, parts: &[&[u8]]| on_v4(&[&base(flags)[..], &parts.concat()].concat());
    leads_to_v4(LinkType::IEEE802_11, &with(0, &[&[0, 0], &SNAP_IPV4]));
    leads_to_v4(LinkType::IEEE802_11, &with(0x80, &[&[0, 0, 1, 2, 3, 4], &SNAP_IPV4]));
    leads_to_v4(LinkType::IEEE802_11, &with(0, &[&[0, 1, 0, 31, 0, 0, 0, 9], &SNAP_IPV4]));
    leads_to_v4(LinkType::IEEE802_11, &with(0, &[&[0, 1, 2, 31, 0, 0, 0, 9], &HOST, &SERVER, &SNAP_IPV4]));
    // The bit of mesh control without the field.
    leads_to_v4(LinkType::IEEE802_11, &with(0, &[&[0, 1], &SNAP_IPV4]));
    let length = (8 + v4().len() as u16).to_be_bytes();
    let aggregated = with(0, &[&[0x80, 0], &HOST, &SERVER, &length, &SNAP_IPV4]);
    leads_to_v4(LinkType::IEEE802_11, &aggregated);
    assert_eq!(addresses(&walk(LinkType::IEEE802_11, &aggregated)), pair(&SERVER, &HOST));
}

#[test]
fn wifi_frames_without_readable_data_are_the_link_layers_own() {
    let own = LinkProtocol::Link(LinkType::IEEE802_11);
    let stations = [SERVER, HOST, BSSID];
    let payload = on_v4(&SNAP_IPV4);
    let frames = [
        wifi(0x80, 0, stations, 0),    // beacon
        wifi(0xd4, 0, stations, 0),    // acknowledgment
        wifi(0x48, 1, stations, 0),    // null data
        wifi(0x08, 0x41, stations, 0), // protected
        wifi(0x08, 1, stations, 1),    // a later fragment
        wifi(0x0c, 0, stations, 0),    // extension
    ];
    for header in frames {
        assert_eq!(non_ip(LinkType::IEEE802_11, &[&header[..], &payload].concat()), own);
    }
    // An acknowledgment has ten bytes and no sender; a management frame names both.
    assert_eq!(non_ip(LinkType::IEEE802_11, &[0xd4, 0, 0, 0, 2, 0, 0, 0, 0, 5]), own);
    assert_eq!(addresses(&walk(LinkType::IEEE802_11, &wifi(0x40, 0, stations, 0))), pair(&HOST, &SERVER));
    assert_eq!(decode(LinkType::IEEE802_11, &[8]), Decoded::Malformed);
}

/// A Wi-Fi frame with an IPv4 packet.
fn wifi_v4() -> Vec<u8> {
    on_v4(&[&wifi(0x08, 0, [SERVER, HOST, BSSID], 0)[..], &SNAP_IPV4].concat())
}

#[test]
fn radiotap_shows_check_sequence_and_padding() {
    // radiotap.org: fields in the order of their bits, each aligned to its own size.
    let bare = [0, 0, 8, 0, 0, 0, 0, 0];
    leads_to_v4(LinkType::IEEE802_11_RADIOTAP, &[&bare[..], &wifi_v4()].concat());
    // Timer and flags: the check sequence is no payload, even where IP does not know its own length.
    let flagged = |flags: u8| [&[0, 0, 17, 0, 3, 0, 0, 0][..], &[9; 8], &[flags]].concat();
    let mut data = [&flagged(0x10)[..], &wifi_v4(), &[1, 2, 3, 4]].concat();
    leads_to_v4(LinkType::IEEE802_11_RADIOTAP, &data);
    let header = data.windows(4).position(|bytes| bytes == [0x45, 0, 0, 29]).unwrap();
    data[header + 2..header + 4].fill(0);
    assert_eq!(observed(decode(LinkType::IEEE802_11_RADIOTAP, &data)).ip_len, 29);
    // Two words of presence bits move the timer to the next multiple of eight.
    let two_words = [&[0, 0, 25, 0, 3, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0][..], &[9; 8], &[0x20]].concat();
    let padded = on_v4(&[&wifi(0x88, 0, [SERVER, HOST, BSSID], 0)[..], &[0, 0, 0xee, 0xee], &SNAP_IPV4].concat());
    leads_to_v4(LinkType::IEEE802_11_RADIOTAP, &[&two_words[..], &padded].concat());
    assert_eq!(decode(LinkType::IEEE802_11_RADIOTAP, &[0, 0, 7, 0, 0, 0, 0, 0, 0]), Decoded::Malformed);
}

#[test]
fn prism_avs_ppi_and_tzsp_lead_to_their_frame() {
    // LINKTYPE_IEEE802_11_PRISM: 144 bytes, in either byte order.
    let prism = |length: [u8; 4]| [&[0x44, 0, 0, 0][..], &length, &[0; 136]].concat();
    for length in [[144, 0, 0, 0], [0, 0, 0, 144]] {
        leads_to_v4(LinkType::IEEE802_11_PRISM, &[&prism(length)[..], &wifi_v4()].concat());
    }
    // LINKTYPE_IEEE802_11_AVS: version 1, 64 bytes; some drivers write it as Prism.
    let avs = [&[0x80, 0x21, 0x10, 1, 0, 0, 0, 64][..], &[0; 56], &wifi_v4()].concat();
    leads_to_v4(LinkType::IEEE802_11_AVS, &avs);
    leads_to_v4(LinkType::IEEE802_11_PRISM, &avs);
    assert_eq!(decode(LinkType::IEEE802_11_AVS, &[0; 80]), Decoded::Malformed);
    // PPI 1.0.10: a field to pass, then 802.11-Common with its first flag; any other link type.
    let common = [&[2, 0, 20, 0][..], &[0; 8], &[1, 0], &[0; 10]].concat();
    let ppi = [&[0, 1, 40, 0, 105, 0, 0, 0, 4, 0, 3, 0, 7, 7, 7, 0][..], &common, &wifi_v4(), &[1, 2, 3, 4]].concat();
    leads_to_v4(LinkType::PPI, &ppi);
    let mut zero_length = ppi.clone();
    let header = zero_length.windows(4).position(|bytes| bytes == [0x45, 0, 0, 29]).unwrap();
    zero_length[header + 2..header + 4].fill(0);
    assert_eq!(observed(decode(LinkType::PPI, &zero_length)).ip_len, 29);
    leads_to_v4(LinkType::PPI, &on_frame(&[0, 0, 8, 0, 1, 0, 0, 0]));
    assert_eq!(decode(LinkType::PPI, &on_v4(&[0, 0, 8, 0, 147, 0, 0, 0])), Decoded::UnsupportedLink(LinkType(147)));
    assert_eq!(decode(LinkType::PPI, &[0, 0, 7, 0, 1, 0, 0, 0]), Decoded::Malformed);
    // TZSP: padding and a field of signal strength before the end.
    leads_to_v4(LinkType::TZSP, &on_frame(&[1, 0, 0, 1, 0, 10, 1, 0x55, 1]));
    leads_to_v4(LinkType::TZSP, &[&[1, 0, 0, 0x12, 1][..], &wifi_v4()].concat());
    assert_eq!(non_ip(LinkType::TZSP, &[1, 4, 0, 0, 1]), LinkProtocol::Link(LinkType::TZSP));
}

#[test]
fn ieee802_15_4_is_not_ip_under_any_number() {
    for number in [191, 195, 215, 230, 283] {
        assert_eq!(non_ip(LinkType(number), &[0x41, 0x88]), LinkProtocol::Ieee802154);
    }
}

#[test]
fn ppp_comes_in_several_framings() {
    // RFC 1661, RFC 1662 section 3.1; protocol field compression, RFC 1661 section 6.5.
    let direct = [&[0xff, 3, 0, 0x21][..], &[0, 0x21], &[0xff, 3, 0x21], &[0x21]];
    for header in direct {
        leads_to_v4(LinkType::PPP, &on_v4(header));
    }
    leads_to_v4(LinkType::PPP_HDLC, &on_v4(&[0xff, 3, 0, 0x21]));
    assert_eq!(describe_packet(LinkType::PPP_HDLC, &on_v6(&[0x0f, 0, 0x86, 0xdd])), DNS6);
    // LINKTYPE_PPP_PPPD: the direction in place of the address; LINKTYPE_PPP_WITH_DIR: before everything else.
    leads_to_v4(LinkType::PPP_PPPD, &on_v4(&[1, 3, 0, 0x21]));
    leads_to_v4(LinkType::PPP_WITH_DIR, &on_v4(&[1, 0xff, 3, 0, 0x21]));
    leads_to_v4(LinkType::PPP_WITH_DIR, &on_v4(&[0, 0, 0x21]));
    assert_eq!(non_ip(LinkType::PPP, &[0xff, 3, 0xc0, 0x21, 1]), LinkProtocol::Ppp(0xc021));
    // LINKTYPE_PPP_ETHER: RFC 2516 without Ethernet.
    let length = (2 + v4().len() as u16).to_be_bytes();
    leads_to_v4(LinkType::PPP_ETHER, &on_v4(&[0x11, 0, 0, 7, length[0], length[1], 0, 0x21]));
}

#[test]
fn cisco_hdlc_has_ethertypes_and_protocols_of_its_own() {
    // RFC 1547 section 4.3.1.
    leads_to_v4(LinkType::C_HDLC, &on_v4(&[0x0f, 0, 8, 0]));
    leads_to_v4(LinkType::C_HDLC_WITH_DIR, &on_v4(&[1, 0x0f, 0, 8, 0]));
    assert!(to_all(LinkType::C_HDLC, &on_v4(&[0x8f, 0, 8, 0])));
    let of = |protocol: [u8; 2]| non_ip(LinkType::C_HDLC, &[0x8f, 0, protocol[0], protocol[1], 0, 0]);
    assert_eq!(of([0x80, 0x35]), LinkProtocol::CiscoHdlc(0x8035));
    assert_eq!(of([0x20, 0x00]), LinkProtocol::CiscoHdlc(0x2000));
    assert_eq!(of([0xfe, 0xfe]), LinkProtocol::Llc { sap: 0xfe });
}

#[test]
fn slip_and_mpls_need_no_decision() {
    // LINKTYPE_SLIP, and BSD/OS' with 24 bytes; LINKTYPE_MPLS, RFC 3032.
    leads_to_v4(LinkType::SLIP, &on_v4(&[0; 16]));
    assert_eq!(describe_packet(LinkType::SLIP, &on_v6(&[1; 16])), DNS6);
    leads_to_v4(LinkType::SLIP_BSDOS, &on_v4(&[0; 24]));
    leads_to_v4(LinkType::MPLS, &on_v4(&[0, 0x01, 0x01, 64]));
}

#[test]
fn frame_relay_goes_by_nlpid_snap_or_ciscos_numbers() {
    // RFC 2427 sections 3 and 4, Q.922 addresses of two to four bytes.
    let headers = [
        &[0x18, 0x41, 3, 0xcc][..],
        &[0x18, 0x40, 0x01, 3, 0xcc],
        &[0x18, 0x40, 0x00, 0x03, 3, 0xcc],
        &[0x18, 0x41, 3, 0, 0x80, 0, 0, 0, 8, 0],
        &[0x18, 0x41, 3, 0xcf, 0, 0x21],
        &[0x18, 0x41, 8, 0],
    ];
    for header in headers {
        leads_to_v4(LinkType::FRELAY, &on_v4(header));
    }
    assert_eq!(describe_packet(LinkType::FRELAY, &on_v6(&[0x18, 0x41, 3, 0x8e])), DNS6);
    leads_to_v4(LinkType::FRELAY_WITH_DIR, &on_v4(&[0, 0x18, 0x41, 3, 0xcc]));
    // Section 4.2: bridged Ethernet without and with its check sequence.
    leads_to_v4(LinkType::FRELAY, &on_frame(&[0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 7]));
    leads_to_v4(LinkType::FRELAY, &[&on_frame(&[0x18, 0x41, 3, 0, 0x80, 0, 0x80, 0xc2, 0, 1])[..], &[1, 2, 3, 4]].concat());
    assert_eq!(non_ip(LinkType::FRELAY, &[0, 1, 3, 8, 0, 0x7d]), LinkProtocol::Nlpid(8));
    assert_eq!(non_ip(LinkType::FRELAY, &[0x18, 0x41, 0, 0]), LinkProtocol::Link(LinkType::FRELAY));
    assert_eq!(decode(LinkType::FRELAY, &[0, 0, 0, 0, 1]), Decoded::Malformed, "an address without end");
    assert_eq!(decode(LinkType::FRELAY, &[1, 3, 0xcc]), Decoded::Malformed, "an address of one byte");
    // FRF.16.1: a whole frame, then the middle of one, then control.
    leads_to_v4(LinkType::MFR, &on_v4(&[0xc0, 1, 0x18, 0x41, 3, 0xcc]));
    for flags in [0x00, 0x40, 0xe0] {
        assert_eq!(non_ip(LinkType::MFR, &on_v4(&[flags, 1, 0x18, 0x41, 3, 0xcc])), LinkProtocol::Link(LinkType::MFR));
    }
}

#[test]
fn atm_carries_llc_bridged_frames_and_plain_ip() {
    // RFC 2684 section 5: SNAP, ISO's IPv4, bridged Ethernet after two bytes of padding.
    leads_to_v4(LinkType::ATM_RFC1483, &on_v4(&SNAP_IPV4));
    leads_to_v4(LinkType::ATM_RFC1483, &on_v4(&[0xfe, 0xfe, 3, 0xcc]));
    let bridged = on_frame(&[0xaa, 0xaa, 3, 0, 0x80, 0xc2, 0, 7, 0, 0]);
    leads_to_v4(LinkType::ATM_RFC1483, &bridged);
    // RFC 2364 section 4: PPP over LLC.
    leads_to_v4(LinkType::ATM_RFC1483, &on_v4(&[0xfe, 0xfe, 3, 0xcf, 0, 0x21]));
    // LINKTYPE_ATM_CLIP, RFC 2225: with LLC or without.
    leads_to_v4(LinkType::ATM_CLIP, &on_v4(&SNAP_IPV4));
    leads_to_v4(LinkType::ATM_CLIP, &v4());
    // LINKTYPE_SUNATM: LLC, LAN emulation, signalling; LANE 1.0 section 4.1.1.
    leads_to_v4(LinkType::SUNATM, &on_v4(&[&[0x82, 0, 0, 100][..], &SNAP_IPV4].concat()));
    leads_to_v4(LinkType::SUNATM, &on_frame(&[0x01, 0, 0, 100, 0, 7]));
    assert_eq!(non_ip(LinkType::SUNATM, &[0x06, 0, 0, 5, 9]), LinkProtocol::Link(LinkType::SUNATM));
    leads_to_v4(LinkType::LANE8023, &on_frame(&[0, 7]));
    assert_eq!(non_ip(LinkType::LANE8023, &[0xff, 0, 1, 1]), LinkProtocol::Link(LinkType::LANE8023));
    // The same bridged frame on Ethernet is not followed.
    let llc = [&SERVER[..], &HOST, &(bridged.len() as u16).to_be_bytes(), &bridged].concat();
    assert_eq!(non_ip(LinkType::ETHERNET, &llc), LinkProtocol::Snap { organisation: [0, 0x80, 0xc2], number: 7 });
}

#[test]
fn juniper_headers_have_extensions_cookies_and_protocol_numbers() {
    // The header as tcpdump and Wireshark document it: "MGC", flags, extensions if bit 7 is set.
    let plain = [b'M', b'G', b'C', 1];
    let extended = [b'M', b'G', b'C', 0x81, 0, 3, 1, 1, 9];
    for header in [&plain[..], &extended] {
        leads_to_v4(LinkType::JUNIPER_ETHER, &on_frame(header));
        leads_to_v4(LinkType::JUNIPER_PPPOE, &on_frame(header));
    }
    let on = |link_type: LinkType, behind: &[u8]| leads_to_v4(link_type, &on_v4(&[&plain[..], behind].concat()));
    on(LinkType::JUNIPER_PPP, &[0xff, 3, 0, 0x21]);
    on(LinkType::JUNIPER_FRELAY, &[0x18, 0x41, 3, 0xcc]);
    on(LinkType::JUNIPER_CHDLC, &[0x0f, 0, 8, 0]);
    on(LinkType::JUNIPER_PPPOE_ATM, &[8, 0]);
    on(LinkType::JUNIPER_GGSN, &[2, 0, 0, 0]);
    on(LinkType::JUNIPER_SERVICES, &[0; 16]);
    on(LinkType::JUNIPER_VP, &[0; 18]);
    // The ATM cards' cookies, then LLC, NLPID, PPP or IP at once.
    for behind in [&SNAP_IPV4[..], &[0xfe, 0xfe, 3, 0xcc], &[3, 0xcc], &[0, 0x21], &[]] {
        on(LinkType::JUNIPER_ATM1, &[&[0, 0, 0, 7][..], behind].concat());
        on(LinkType::JUNIPER_ATM2, &[&[0, 0, 0, 0, 0, 0, 0, 7][..], behind].concat());
    }
    let maintenance = [&plain[..], &[0x80, 0, 0, 7, 0x45]].concat();
    assert_eq!(non_ip(LinkType::JUNIPER_ATM1, &maintenance), LinkProtocol::Link(LinkType::JUNIPER_ATM1));
    // Without link header: the protocol in little-endian order.
    let protocol = |number: u8| [b'M', b'G', b'C', 2, number, 0, 0, 0];
    leads_to_v4(LinkType::JUNIPER_ETHER, &on_v4(&protocol(2)));
    leads_to_v4(LinkType::JUNIPER_ETHER, &on_frame(&protocol(204)));
    assert_eq!(describe_packet(LinkType::JUNIPER_ETHER, &on_v6(&protocol(6))), DNS6);
    assert_eq!(decode(LinkType::JUNIPER_ETHER, &frame()), Decoded::UnsupportedLink(LinkType::JUNIPER_ETHER));
}

#[test]
fn token_ring_and_fddi_carry_llc() {
    // IEEE Std 802.5 clause 3: access control, frame control, addresses; a routing field if the sender's highest bit is set.
    let ring = |sender: [u8; 6], routing: &[u8]| on_v4(&[&[0x10, 0x40][..], &SERVER, &sender, routing, &SNAP_IPV4].concat());
    let mut routed = HOST;
    routed[0] |= 0x80;
    leads_to_v4(LinkType::TOKEN_RING, &ring(HOST, &[]));
    leads_to_v4(LinkType::TOKEN_RING, &ring(routed, &[0x06, 0x30, 0, 0x11, 0, 0x20]));
    let turned = [HOST, SERVER].map(|address| address.map(u8::reverse_bits));
    assert_eq!(addresses(&walk(LinkType::TOKEN_RING, &ring(routed, &[2, 0]))), pair(&turned[0], &turned[1]));
    for length in [0, 1, 3] {
        assert_eq!(decode(LinkType::TOKEN_RING, &ring(routed, &[length, 0, 0, 0])), Decoded::Malformed);
    }
    let mut to_ring = ring(HOST, &[]);
    to_ring[2..8].copy_from_slice(&[0xc0, 0, 0xff, 0xff, 0xff, 0xff]);
    assert!(to_all(LinkType::TOKEN_RING, &to_ring));
    to_ring[1] = 0;
    assert_eq!(non_ip(LinkType::TOKEN_RING, &to_ring), LinkProtocol::Link(LinkType::TOKEN_RING));
    // ISO 9314-2 section 7.3: asynchronous LLC; station management.
    let fddi = |control: u8| on_v4(&[&[control][..], &SERVER, &HOST, &SNAP_IPV4].concat());
    leads_to_v4(LinkType::FDDI, &fddi(0x50));
    leads_to_v4(LinkType::FDDI, &fddi(0x57));
    assert_eq!(non_ip(LinkType::FDDI, &fddi(0x41)), LinkProtocol::Link(LinkType::FDDI));
}

#[test]
fn arcnet_has_two_headers_and_two_generations() {
    // RFC 1201: type 212, split flag, sequence number; RFC 1051: type 240 and nothing else; RFC 2497: IPv6.
    leads_to_v4(LinkType::ARCNET_BSD, &on_v4(&[5, 80, 212, 0, 0, 9]));
    leads_to_v4(LinkType::ARCNET_BSD, &on_v4(&[5, 80, 240]));
    leads_to_v4(LinkType::ARCNET_BSD, &on_v4(&[5, 80, 212, 0xff, 0xff, 0xff, 212, 0, 0, 9]));
    leads_to_v4(LinkType::ARCNET_LINUX, &on_v4(&[5, 80, 0, 0, 212, 0, 0, 9]));
    leads_to_v4(LinkType::ARCNET_LINUX, &on_v4(&[5, 80, 0, 0, 240]));
    assert_eq!(describe_packet(LinkType::ARCNET_LINUX, &on_v6(&[5, 80, 0, 0, 196, 0, 0, 9])), DNS6);
    assert_eq!(
        describe_packet(LinkType::ARCNET_LINUX, &on_v4(&[5, 80, 0, 0, 212, 3, 0, 9])),
        DNS4,
        "the first of several fragments"
    );
    let own = LinkProtocol::Link(LinkType::ARCNET_BSD);
    assert_eq!(non_ip(LinkType::ARCNET_LINUX, &on_v4(&[5, 80, 0, 0, 212, 2, 0, 9])), own, "a later one");
    assert_eq!(non_ip(LinkType::ARCNET_BSD, &[5, 80, 0x80]), own);
    let arp = LinkProtocol::Arp { ether_type: 0x0806, opcode: Some(1) };
    assert_eq!(non_ip(LinkType::ARCNET_BSD, &[5, 0, 241, 0, 7, 8, 0, 1, 4, 0, 1]), arp);
    assert!(to_all(LinkType::ARCNET_BSD, &on_v4(&[5, 0, 240])));
    assert!(addresses(&walk(LinkType::ARCNET_BSD, &on_v4(&[5, 80, 240]))).iter().flatten().all(|station| !station.is_group()));
}

#[test]
fn other_networks_have_their_addresses_first() {
    // RFC 2625 section 3: network addresses of eight bytes.
    let fibre = [&[0x10, 0][..], &SERVER, &[0x10, 0], &HOST, &SNAP_IPV4].concat();
    leads_to_v4(LinkType::IP_OVER_FC, &on_v4(&fibre));
    assert_eq!(addresses(&walk(LinkType::IP_OVER_FC, &on_v4(&fibre))), pair(&HOST, &SERVER));
    // LINKTYPE_APPLE_IP_OVER_IEEE1394.
    let wire = |receiver: [u8; 8]| on_v4(&[&receiver[..], &[5; 8], &[8, 0]].concat());
    leads_to_v4(LinkType::APPLE_IP_OVER_IEEE1394, &wire([4; 8]));
    assert!(to_all(LinkType::APPLE_IP_OVER_IEEE1394, &wire([0xff; 8])));
    // LINKTYPE_IPOIB: Global Routing Header of 40 bytes; RFC 4391 section 6.
    let infiniband = [&[0x60, 0, 0, 0, 0, 33, 0xfe, 64][..], &[0; 8], &[5; 8], &[0; 8], &[4; 8], &[8, 0, 0, 0]].concat();
    leads_to_v4(LinkType::IPOIB, &on_v4(&infiniband));
    assert_eq!(addresses(&walk(LinkType::IPOIB, &on_v4(&infiniband))), pair(&[5; 8], &[4; 8]));
    let mut group = on_v4(&infiniband);
    group[24..40].copy_from_slice(&[0xff, 0x12, 0x40, 0x1b, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    assert!(to_all(LinkType::IPOIB, &group));
    assert_eq!(addresses(&walk(LinkType::IPOIB, &group))[1], None);
    // LINKTYPE_SYMANTEC_FIREWALL.
    leads_to_v4(LinkType::SYMANTEC_FIREWALL, &on_v4(&[&[0; 6][..], &[8, 0], &[0; 36]].concat()));
}

#[test]
fn docsis_frames_hold_ethernet_unless_encrypted_or_management() {
    // CM-SP-MULPIv3.1 section 6.2.1; the extended header's elements, section 6.2.6.
    let packet = |control: u8, extended: &[u8]| {
        let length = (extended.len() + frame().len() + 4) as u16;
        let [high, low] = length.to_be_bytes();
        let header = [&[control, extended.len() as u8, high, low][..], extended, &[0, 0]].concat();
        [&on_frame(&header)[..], &[1, 2, 3, 4]].concat()
    };
    leads_to_v4(LinkType::DOCSIS, &packet(0x00, &[]));
    leads_to_v4(LinkType::DOCSIS, &packet(0x80, &[]));
    leads_to_v4(LinkType::DOCSIS, &packet(0x01, &[0x61, 0, 0x44, 0x11, 0x00, 0, 0]));
    let own = LinkProtocol::Link(LinkType::DOCSIS);
    let encrypted = packet(0x01, &[0x61, 0, 0x44, 0x11, 0x80, 0, 0]);
    assert_eq!(non_ip(LinkType::DOCSIS, &encrypted), own);
    assert_eq!(addresses(&walk(LinkType::DOCSIS, &encrypted)), pair(&HOST, &SERVER));
    assert_eq!(non_ip(LinkType::DOCSIS, &packet(0xc2, &[])), own);
    does_no_harm(LinkType::DOCSIS, &encrypted);
}

#[test]
fn firewall_logs_hold_the_packet_after_their_record() {
    // LINKTYPE_NFLOG: family, version, resource; then length, type, value. The packet's length ends it.
    let record = |family: u8, field: fn(u16) -> [u8; 2]| {
        let fields = [&field(8)[..], &field(1), &[8, 0, 1, 0], &field(5), &field(10), &[b'x', 0, 0, 0]].concat();
        let sender = [&field(16)[..], &field(8), &[0, 6, 0, 0], &HOST, &[0, 0]].concat();
        let payload = [&field(4 + v4().len() as u16)[..], &field(9), &v4(), &[0, 0, 0]].concat();
        [&[family, 0, 0, 20][..], &fields, &sender, &payload].concat()
    };
    for field in [u16::to_le_bytes, u16::to_be_bytes] {
        leads_to_v4(LinkType::NFLOG, &record(2, field));
        // For a bridge, the EtherType of the packet's header says what the packet is.
        leads_to_v4(LinkType::NFLOG, &record(7, field));
    }
    let walked = walk(LinkType::NFLOG, &record(2, u16::to_le_bytes));
    assert_eq!(addresses(&walked), [Some(LinkAddress::from_bytes(&HOST)), None]);
    assert_eq!(decode(LinkType::NFLOG, &[2, 0, 0, 0, 0, 0, 9, 0]), Decoded::Malformed, "a field of no length");
    assert_eq!(decode(LinkType::NFLOG, &[2, 0, 0, 0]), Decoded::Malformed, "no packet at all");
    // LINKTYPE_PFLOG: 61 bytes, filled up to 64; OpenBSD's AF_INET6.
    let pflog = |length: u8, family: u8, size: usize| [&[length, family][..], &vec![0; size - 2]].concat();
    leads_to_v4(LinkType::PFLOG, &on_v4(&pflog(61, 2, 64)));
    leads_to_v4(LinkType::PFLOG, &on_v4(&pflog(45, 2, 48)));
    assert_eq!(describe_packet(LinkType::PFLOG, &on_v6(&pflog(100, 24, 100))), DNS6);
    assert_eq!(decode(LinkType::PFLOG, &on_v4(&pflog(8, 2, 64))), Decoded::Malformed);
    leads_to_v4(LinkType::OLD_PFLOG, &on_v4(&[&[0, 0, 0, 2][..], &[0; 24]].concat()));
}

#[test]
fn pktap_names_the_link_type_of_its_packet() {
    // LINKTYPE_PKTAP: length, kind, link type, interface name, flags, family, lengths of link header and trailer.
    let record = |field: fn(u32) -> [u8; 4], kind: u32, inner: u32, trailer: u32| {
        let start = [field(108), field(kind), field(inner)].concat();
        [&start[..], &[0; 32], &field(14), &field(trailer), &[0; 56]].concat()
    };
    for field in [u32::to_le_bytes, u32::to_be_bytes] {
        for link_type in [LinkType::PKTAP, LinkType::USER2] {
            leads_to_v4(link_type, &on_frame(&record(field, 1, 1, 0)));
            leads_to_v4(link_type, &on_v4(&record(field, 1, 12, 0)));
        }
        let trailed = [&on_frame(&record(field, 1, 1, 4))[..], &[1, 2, 3, 4]].concat();
        leads_to_v4(LinkType::PKTAP, &trailed);
    }
    assert_eq!(non_ip(LinkType::PKTAP, &record(u32::to_le_bytes, 0, 0, 0)), LinkProtocol::Link(LinkType::PKTAP));
    assert_eq!(decode(LinkType::PKTAP, &[9; 108]), Decoded::Malformed);
    assert_eq!(decode(LinkType::USER2, &[9; 108]), Decoded::UnsupportedLink(LinkType::USER2));
    assert_eq!(decode(LinkType::USER2, &[9]), Decoded::UnsupportedLink(LinkType::USER2));
}

#[test]
fn switch_tags_stand_between_the_addresses_and_the_type() {
    // LINKTYPE_DSA_TAG_DSA and _EDSA: "forward", untagged, then tagged with VLAN 10.
    let inside = |tag: &[u8]| on_v4(&[&SERVER[..], &HOST, tag, &[8, 0]].concat());
    leads_to_v4(LinkType::DSA_TAG_DSA, &inside(&[0xc0, 8, 0, 1]));
    leads_to_v4(LinkType::DSA_TAG_DSA, &inside(&[0xe0, 8, 0, 10]));
    leads_to_v4(LinkType::DSA_TAG_EDSA, &inside(&[0xda, 0xda, 0, 0, 0xe0, 8, 0, 10]));
    let encapsulation = |tag: &[u8]| walk(LinkType::DSA_TAG_DSA, &inside(tag)).encapsulation;
    assert_eq!(encapsulation(&[0xc0, 8, 0, 1]), crate::decode::EncapsulationId::NONE);
    assert_ne!(encapsulation(&[0xe0, 8, 0, 10]), crate::decode::EncapsulationId::NONE);
    // LINKTYPE_DSA_TAG_BRCM: inside; _PREPEND: before the frame.
    leads_to_v4(LinkType::DSA_TAG_BRCM, &inside(&[0, 0, 8, 3]));
    leads_to_v4(LinkType::DSA_TAG_BRCM_PREPEND, &on_frame(&[0, 0, 0x20, 5]));
    for link_type in [LinkType::DSA_TAG_DSA, LinkType::DSA_TAG_BRCM] {
        assert_eq!(addresses(&walk(link_type, &inside(&[0; 4]))), pair(&HOST, &SERVER));
    }
}

#[test]
fn capture_devices_leave_ethernet_between_preamble_and_check_sequence() {
    let fcs = [1, 2, 3, 4];
    let preamble = [0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0x55, 0xd5];
    // LINKTYPE_NETANALYZER and _TRANSPARENT.
    leads_to_v4(LinkType::NETANALYZER, &[&on_frame(&[0; 4])[..], &fcs].concat());
    let transparent = on_frame(&[&[0; 4][..], &preamble].concat());
    leads_to_v4(LinkType::NETANALYZER_TRANSPARENT, &[&transparent[..], &fcs].concat());
    // IEEE Std 802.3br table 99-1: express, first fragment, continuation, verification.
    let mpacket = |delimiter: u8| [&on_frame(&[&preamble[..7], &[delimiter]].concat())[..], &fcs].concat();
    leads_to_v4(LinkType::ETHERNET_MPACKET, &mpacket(0xd5));
    leads_to_v4(LinkType::ETHERNET_MPACKET, &mpacket(0xe6));
    for delimiter in [0x61, 0x07] {
        let own = LinkProtocol::Link(LinkType::ETHERNET_MPACKET);
        assert_eq!(non_ip(LinkType::ETHERNET_MPACKET, &mpacket(delimiter)), own);
    }
    // Endace ERF: type 2 Ethernet, 1 packet over SONET, 22 IPv4, 27 metadata; extension headers.
    let erf = |kind: u8, length: usize| {
        let [high, low] = (length as u16).to_be_bytes();
        [&[0; 8][..], &[kind, 4, 0, 0, 0, 0, high, low]].concat()
    };
    leads_to_v4(LinkType::ERF, &[&on_frame(&[&erf(2, frame().len())[..], &[0, 0]].concat())[..], &[0; 6]].concat());
    leads_to_v4(LinkType::ERF, &on_v4(&[&erf(1, 4 + v4().len())[..], &[0xff, 3, 0, 0x21]].concat()));
    leads_to_v4(LinkType::ERF, &on_v4(&erf(22, v4().len())));
    let extended = [&erf(0x80 | 22, v4().len())[..], &[0x80 | 3, 0, 0, 0, 0, 0, 0, 0], &[4, 0, 0, 0, 0, 0, 0, 0]].concat();
    leads_to_v4(LinkType::ERF, &on_v4(&extended));
    assert_eq!(non_ip(LinkType::ERF, &erf(27, 0)), LinkProtocol::Link(LinkType::ERF));
    assert_eq!(decode(LinkType::ERF, &erf(3, 0)), Decoded::UnsupportedLink(LinkType::ERF));
}

#[test]
fn a_cut_capture_is_truncated_and_a_short_packet_malformed() {
    let cases = [
        (LinkType::IEEE802_11, wifi_v4(), 20),
        (LinkType::PPI, on_frame(&[0, 0, 8, 0, 1, 0, 0, 0]), 6),
        (LinkType::C_HDLC, on_v4(&[0x0f, 0, 8, 0]), 3),
        (LinkType::FRELAY, on_v4(&[0x18, 0x41, 3, 0xcc]), 3),
        (LinkType::TOKEN_RING, on_v4(&[&[0x10, 0x40][..], &SERVER, &HOST, &SNAP_IPV4].concat()), 13),
        (LinkType::ARCNET_LINUX, on_v4(&[5, 80, 0, 0, 212, 0, 0, 9]), 6),
        (LinkType::IPOIB, on_v4(&[0; 44]), 43),
        (LinkType::DSA_TAG_EDSA, on_frame(&[]), 14),
        (LinkType::JUNIPER_ETHER, on_frame(&[b'M', b'G', b'C', 1]), 3),
        (LinkType::SLIP, on_v4(&[0; 16]), 15),
    ];
    for (link_type, data, length) in cases {
        assert_eq!(walk_cut(link_type, &data[..length], data.len(), 0).decoded, Decoded::Truncated, "{link_type:?}");
        assert_eq!(decode(link_type, &data[..length]), Decoded::Malformed, "{link_type:?}");
    }
}

/// A tag of an exported PDU.
fn pdu_tag(tag: u8, value: &[u8]) -> Vec<u8> {
    [&[0, tag], &(value.len() as u16).to_be_bytes()[..], value].concat()
}

#[test]
fn exported_pdus_are_flows_by_their_tags() {
    // LINKTYPE_WIRESHARK_UPPER_PDU: the dissector's name, addresses, kind of ports, ports, a tag that is not known, the end.
    let pdu = |name: &[u8], tags: &[(u8, &[u8])], payload: &[u8]| {
        let tags: Vec<u8> = tags.iter().flat_map(|(tag, value)| pdu_tag(*tag, value)).collect();
        [&pdu_tag(12, name)[..], &tags, &[0, 0, 0, 0], payload].concat()
    };
    let v4: [(u8, &[u8]); 2] = [(20, &[10, 0, 0, 5]), (21, &[192, 0, 2, 80])];
    let ports =
        |kind: u8| [(24, vec![0, 0, 0, kind]), (25, vec![0, 0, 0xc3, 0x51]), (26, vec![0, 0, 0, 53]), (30, vec![0, 0, 0, 9])];
    let describe = |addresses: &[(u8, &[u8])], kind: u8| {
        let ports = ports(kind);
        let tags: Vec<(u8, &[u8])> =
            addresses.iter().copied().chain(ports.iter().map(|(tag, value)| (*tag, &value[..]))).collect();
        pdu(b"dns\0", &tags, b"query")
    };
    for (kind, protocol) in [(1, 132), (2, 6), (3, 17), (4, 33)] {
        let data = describe(&v4, kind);
        let observation = observed(decode(LinkType::WIRESHARK_UPPER_PDU, &data));
        assert_eq!(super::super::tests::describe(&observation), format!("10.0.0.5:50001 > 192.0.2.80:53 {protocol}"));
        assert_eq!((observation.payload_len, observation.ip_len, observation.wire_len as usize), (5, 0, data.len()));
        does_no_harm(LinkType::WIRESHARK_UPPER_PDU, &data);
    }
    let client: [u8; 16] = v6()[8..24].try_into().unwrap();
    let server: [u8; 16] = v6()[24..40].try_into().unwrap();
    assert_eq!(describe_packet(LinkType::WIRESHARK_UPPER_PDU, &describe(&[(22, &client), (23, &server)], 3)), DNS6);
    // A dissector of a lower layer.
    leads_to_v4(LinkType::WIRESHARK_UPPER_PDU, &on_v4(&pdu(b"ip\0\0", &[], b"")));
    leads_to_v4(LinkType::WIRESHARK_UPPER_PDU, &on_frame(&pdu(b"eth_withoutfcs\0\0", &v4, b"")));
    assert_eq!(describe_packet(LinkType::WIRESHARK_UPPER_PDU, &pdu(b"udp\0", &v4, &v4_datagram())), DNS4);
    // No ports, no kind of port that has a transport, addresses of two versions, a port that is none.
    let own = LinkProtocol::Link(LinkType::WIRESHARK_UPPER_PDU);
    let wrong_port: [(u8, &[u8]); 5] = [v4[0], v4[1], (24, &[0, 0, 0, 3]), (25, &[0, 1, 0, 0]), (26, &[0, 0, 0, 53])];
    for data in [
        pdu(b"dns\0", &v4, b""),
        describe(&v4, 5),
        describe(&[v4[0], (23, &server)], 3),
        describe(&[], 3),
        pdu(b"dns\0", &wrong_port, b""),
    ] {
        assert_eq!(non_ip(LinkType::WIRESHARK_UPPER_PDU, &data), own);
    }
    let data = describe(&v4, 3);
    assert_eq!(walk_cut(LinkType::WIRESHARK_UPPER_PDU, &data[..30], data.len(), 0).decoded, Decoded::Truncated);
    assert_eq!(decode(LinkType::WIRESHARK_UPPER_PDU, &data[..30]), Decoded::Malformed);
}

/// A UDP datagram without its IP header.
fn v4_datagram() -> Vec<u8> {
    v4().split_off(20)
}

#[test]
fn unknown_link_types_are_unsupported_by_their_number() {
    for number in [2, 3, 32, 147, 187, 189, 227, 248, 253, 271, 303, 9999] {
        assert_eq!(decode(LinkType(number), &v4()), Decoded::UnsupportedLink(LinkType(number)));
    }
}

#[test]
fn no_link_type_fails_on_noise() {
    // A simple generator (Knuth, "The Art of Computer Programming" volume 2, section 3.3.4) is noise enough.
    let mut state = 1u64;
    let mut noise = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 56) as u8
    };
    for number in 0..=310 {
        for length in (0..200).step_by(7) {
            let mut data: Vec<u8> = (0..length).map(|_| noise()).collect();
            walk(LinkType(number), &data);
            // Most first bytes stop the walk at once; small ones lead further.
            data.iter_mut().for_each(|byte| *byte &= 0x0f);
            walk_cut(LinkType(number), &data, length + 9, 4);
        }
    }
    assert_eq!(describe(&observed(decode(LinkType::RAW, &v4()))), DNS4);
}
