//! Tests of the inspector: packets in, announcements as text out.

use std::collections::HashMap;
use std::sync::Arc;

use super::*;
use crate::decode::protocol::ip;
use crate::decode::{Address, ConnectionFlags, EncapsulationId, FlowKey, Fragment, IpVersion, Observation};
use crate::service::{Registry, user_table};
use crate::time::{NANOSECONDS, Time};

type AddressPort = ([u8; 4], u16);

/// A client, another machine, a server, and the groups of three searches.
const C: [u8; 4] = [10, 0, 0, 5];
const D: [u8; 4] = [10, 0, 0, 6];
const S: [u8; 4] = [192, 0, 2, 80];
const SSDP: AddressPort = ([239, 255, 255, 250], 1900);
const WS_DISCOVERY: AddressPort = ([239, 255, 255, 250], 3702);
const MDNS: AddressPort = ([224, 0, 0, 251], 5353);

/// A inspector that receives packets one after another.
struct Feed {
    inspector: Inspector,
    packets: u64,
    /// The next sequence number of each direction.
    next: HashMap<(AddressPort, AddressPort), u32>,
}

impl Feed {
    fn new() -> Feed {
        Feed::with_rules("")
    }

    fn with_rules(rules: &str) -> Feed {
        let registry = Registry::with_table(&user_table::parse(rules).unwrap());
        Feed { inspector: Inspector::new(Arc::new(registry)), packets: 0, next: HashMap::new() }
    }

    fn packet(&mut self, observation: Observation, payload: &[u8]) -> &mut Feed {
        self.packets += 1;
        if self.inspector.wants(&observation) {
            self.inspector.inspect(self.packets, &observation, payload);
        }
        self
    }

    fn udp(&mut self, from: AddressPort, to: AddressPort, payload: &[u8]) -> &mut Feed {
        self.packet(observation(ip::UDP, from, to, payload), payload)
    }

    /// Sends the next text of a connection.
    fn tcp(&mut self, from: AddressPort, to: AddressPort, payload: &[u8]) -> &mut Feed {
        self.tcp_cut(from, to, payload, payload.len())
    }

    /// Sends the next text of a connection, of which only `captured` bytes were captured.
    fn tcp_cut(&mut self, from: AddressPort, to: AddressPort, payload: &[u8], captured: usize) -> &mut Feed {
        let next = self.next.entry((from, to)).or_insert(1_000_000);
        let sequence = std::mem::replace(next, *next + payload.len() as u32);
        self.packet(Observation { sequence, ..observation(ip::TCP, from, to, payload) }, &payload[..captured])
    }

    /// Sends a SYN, after which both sides begin with lower sequence numbers than before.
    fn opens(&mut self, from: AddressPort, to: AddressPort) -> &mut Feed {
        for direction in [(from, to), (to, from)] {
            self.next.entry(direction).and_modify(|next| *next -= 5000);
        }
        self.packet(Observation { flags: ConnectionFlags::SYN, ..observation(ip::TCP, from, to, b"") }, b"")
    }

    fn group(&mut self, from: AddressPort, to: AddressPort, payload: &[u8]) -> &mut Feed {
        self.packet(Observation { to_group: true, ..observation(ip::UDP, from, to, payload) }, payload)
    }

    /// Returns the announcements so far, as text, and replaces the inspector by a new one.
    fn log(&mut self) -> Vec<String> {
        let inspector = std::mem::replace(&mut self.inspector, Inspector::new(Registry::shared()));
        inspector.announcements().log().iter().map(text).collect()
    }
}

fn observation(protocol: u8, from: AddressPort, to: AddressPort, payload: &[u8]) -> Observation {
    let end = |(address, port): AddressPort| (Address::v4(address), port);
    let (key, side) = FlowKey::with_ports(IpVersion::V4, protocol, EncapsulationId::NONE, end(from), end(to));
    Observation {
        key,
        side,
        is_icmp_original: false,
        to_group: false,
        time: Time::from_nanoseconds(0),
        wire_len: 100,
        ip_len: 100,
        payload_len: payload.len() as u32,
        flags: ConnectionFlags::default(),
        sequence: 0,
        acknowledgment: 0,
        fragment: Fragment::Whole,
        message: None,
    }
}

/// Formats an announcement: `expect:ftp-port tcp 10.9.9.9:50000 or 10.0.0.5 -> 192.0.2.80: ftp-data file-transfer 300 s`. The
/// arrow points to the server.
fn text(announcement: &Announcement) -> String {
    let Expectation { by, transport, target, or_address, peer, server, lifetime, service } = match announcement.event {
        ChannelEvent::Flow(expectation) => expectation,
        ChannelEvent::Encrypted => return "encrypted".into(),
        ChannelEvent::Truncated => return "truncated".into(),
    };
    let or_address = or_address.map_or(String::new(), |address| format!(" or {address}"));
    let peer = peer.map_or("anyone".into(), |peer| peer.to_string());
    let arrow = match server {
        ServerEnd::Target => "<-",
        ServerEnd::Peer => "->",
        ServerEnd::Neither => "--",
    };
    let lifetime = lifetime.map_or("always".into(), |lifetime| format!("{} s", lifetime / NANOSECONDS));
    let (by, transport, category) = (by.code(), transport.name(), service.category.name());
    format!("{by} {transport} {target}{or_address} {arrow} {peer}: {} {category} {lifetime}", service.name)
}

#[test]
fn ftp_announces_both_addresses_of_a_client_and_a_server_behind_a_translator() {
    let (client, server) = ((C, 40_001), (S, 21));
    let announced = Feed::new().tcp(client, server, b"PORT 10,9,9,9,195,80\r\nEPRT |1|10.0.0.5|50001|\r\n").log();
    assert_eq!(
        announced,
        [
            "expect:ftp-port tcp 10.9.9.9:50000 or 10.0.0.5 -> 192.0.2.80: ftp-data file-transfer 300 s",
            "expect:ftp-eprt tcp 10.0.0.5:50001 -> 192.0.2.80: ftp-data file-transfer 300 s",
        ]
    );
    let announced = Feed::new().tcp(server, client, b"227 (172,16,0,1,195,80)\r\n229 (|||50001|)\r\n").log();
    assert_eq!(
        announced,
        [
            "expect:ftp-pasv tcp 172.16.0.1:50000 or 192.0.2.80 <- anyone: ftp-data file-transfer 300 s",
            "expect:ftp-epsv tcp 192.0.2.80:50001 <- anyone: ftp-data file-transfer 300 s",
        ]
    );
}

#[test]
fn both_sides_of_a_new_connection_between_the_same_ports_are_read_from_its_beginning() {
    let (client, server) = ((C, 40_001), (S, 21));
    let mut feed = Feed::new();
    feed.tcp(client, server, b"PORT 10,0,0,5,195,80\r\n").tcp(server, client, b"227 (192,0,2,80,195,81)\r\n");
    feed.opens(client, server);
    feed.tcp(client, server, b"PORT 10,0,0,5,195,82\r\n").tcp(server, client, b"227 (192,0,2,80,195,83)\r\n");
    let ports: Vec<String> = feed.log().iter().map(|text| text.split(' ').nth(2).unwrap().to_owned()).collect();
    assert_eq!(ports, ["10.0.0.5:50000", "192.0.2.80:50001", "10.0.0.5:50002", "192.0.2.80:50003"]);
}

#[test]
fn encryption_is_reported_once_and_nothing_is_read_after_it() {
    let (client, server) = ((C, 40_001), (S, 21));
    let mut feed = Feed::new();
    feed.tcp(client, server, b"AUTH TLS\r\n").tcp(server, client, b"234-soon\r\n234 go ahead\r\n");
    feed.tcp(server, client, b"227 (192,0,2,80,195,80)\r\n").tcp_cut(server, client, b"\x17\x03\x03 and more", 3);
    assert_eq!(feed.log(), ["encrypted"]);
}

#[test]
fn a_truncated_channel_is_reported_once_and_only_if_an_announcement_can_be_lost() {
    let mut feed = Feed::new();
    for _ in 0..3 {
        feed.tcp_cut((S, 21), (C, 40_001), b"227 (192,0,2,80,195,80)\r\n", 9);
    }
    feed.tcp_cut((S, 53), (C, 40_002), b"an answer that names no flow", 9);
    assert_eq!(feed.log(), ["truncated"]);
}

#[test]
fn only_a_request_to_the_port_of_tftp_announces_its_answer_and_only_from_that_machine() {
    let request = b"\x00\x01boot\x00octet\x00";
    let announced = Feed::new().udp((C, 41_000), (S, 69), request).log();
    assert_eq!(announced, ["expect:tftp udp 10.0.0.5:41000 -> 192.0.2.80: tftp file-transfer 60 s"]);
    let announced = Feed::new().udp((S, 69), (C, 41_000), request).udp((C, 41_000), (S, 69), b"\x00\x03\x00\x01data").log();
    assert_eq!(announced, [""; 0]);
}

#[test]
fn descriptions_of_calls_are_read_over_tcp_too_and_from_machines_behind_a_translator() {
    let description = b"v=0\r\nc=IN IP4 10.9.9.9\r\nm=audio 49170 RTP/AVP 0\r\nTransport: RTP/AVP;client_port=1-2\r\n";
    let calls = [
        "expect:sdp udp 10.9.9.9:49170 or 10.0.0.5 -- anyone: rtp voip 600 s",
        "expect:sdp udp 10.9.9.9:49171 or 10.0.0.5 -- anyone: rtcp voip 600 s",
    ];
    assert_eq!(Feed::new().tcp((C, 40_001), (S, 5060), description).log(), calls);
    assert_eq!(Feed::new().udp((C, 5060), (S, 5060), description).log(), calls, "once, though both ports are SIP's");
    assert_eq!(Feed::new().udp((C, 40_001), (S, 2427), description).log(), calls, "in MGCP");
    let others = b"v=0\r\nc=IN IP4 10.0.0.5\r\nm=image 4000 udptl t38\r\nm=message 2855 TCP/MSRP *\r\n";
    assert_eq!(
        Feed::new().udp((C, 5060), (S, 5060), others).log(),
        [
            "expect:sdp udp 10.0.0.5:4000 -- anyone: t38 voip 600 s",
            "expect:sdp tcp 10.0.0.5:2855 -- anyone: msrp messaging 600 s",
        ]
    );
}

#[test]
fn a_streaming_server_sends_the_streams_that_it_describes() {
    let answer = b"RTSP/1.0 200 OK\r\n\r\nv=0\r\nc=IN IP4 224.2.0.1\r\nm=video 3456 RTP/AVP 96\r\n";
    assert_eq!(
        Feed::new().tcp((S, 554), (C, 40_001), answer).log(),
        [
            "expect:rtsp udp 224.2.0.1:3456 or 192.0.2.80 -> anyone: rtp streaming 600 s",
            "expect:rtsp udp 224.2.0.1:3457 or 192.0.2.80 -> anyone: rtcp streaming 600 s",
        ]
    );
}

#[test]
fn a_stream_runs_from_its_source_to_its_destination_whichever_side_names_them() {
    let setup = b"Transport: RTP/AVP;unicast;client_port=4588-4589\r\n";
    let asked = [
        "expect:rtsp udp 10.0.0.5:4588 -> anyone: rtp streaming 600 s",
        "expect:rtsp udp 10.0.0.5:4589 -> anyone: rtcp streaming 600 s",
    ];
    for port in [554, 8554] {
        assert_eq!(Feed::new().tcp((C, 40_001), (S, port), setup).log(), asked);
        assert_eq!(Feed::new().tcp((S, port), (C, 40_001), setup).log(), asked, "in an answer");
    }
    let elsewhere = b"Transport: RTP/AVP;destination=10.0.0.9;source=192.0.2.9;client_port=4588;server_port=6256\r\n";
    assert_eq!(
        Feed::new().tcp((S, 554), (C, 40_001), elsewhere).log(),
        [
            "expect:rtsp udp 10.0.0.9:4588 -> anyone: rtp streaming 600 s",
            "expect:rtsp udp 10.0.0.9:4589 -> anyone: rtcp streaming 600 s",
            "expect:rtsp udp 192.0.2.9:6256 <- anyone: rtp streaming 600 s",
            "expect:rtsp udp 192.0.2.9:6257 <- anyone: rtcp streaming 600 s",
        ]
    );
    let to_group = b"Transport: RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457\r\n";
    let announced = Feed::new().tcp((S, 554), (C, 40_001), to_group).log();
    assert_eq!(announced[0], "expect:rtsp udp 224.2.0.1:3456 -> anyone: rtp streaming 600 s");
}

#[test]
fn an_offer_in_irc_may_name_an_inner_address_but_not_that_of_the_irc_server() {
    let offer = b"PRIVMSG d :\x01DCC SEND map.txt 168364297 5000 9\x01\r\n";
    let from_user = Feed::new().tcp((C, 40_001), (S, 6667), offer).log();
    assert_eq!(from_user, ["expect:irc-dcc tcp 10.9.9.9:5000 or 10.0.0.5 <- anyone: irc-dcc messaging 300 s"]);
    let passed_on = Feed::new().tcp((S, 6667), (D, 40_001), &[b":c!c@h ", &offer[..]].concat()).log();
    assert_eq!(passed_on, ["expect:irc-dcc tcp 10.9.9.9:5000 <- anyone: irc-dcc messaging 300 s"]);
}

fn big_endian(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

#[test]
fn a_portmapper_is_read_over_both_transports_and_may_name_another_address_than_its_own() {
    // GETPORT for program 100021 over TCP (RFC 1833 section 3.2), and its answer: 32803.
    let call = big_endian(&[77, 0, 2, 100_000, 2, 3, 0, 0, 0, 0, 100_021, 4, 6, 0]);
    let reply = big_endian(&[77, 1, 0, 0, 0, 0, 32_803]);
    let marked = |message: &[u8]| [&big_endian(&[0x8000_0000 | message.len() as u32]), message].concat();
    let port = ["expect:rpc-binding tcp 192.0.2.80:32803 <- anyone: nlockmgr file-sharing always"];
    assert_eq!(Feed::new().udp((C, 900), (S, 111), &call).udp((S, 111), (C, 900), &reply).log(), port);
    assert_eq!(Feed::new().tcp((C, 900), (S, 111), &marked(&call)).tcp((S, 111), (C, 900), &marked(&reply)).log(), port);
    // GETADDR in version 3, and its answer: port 2049 of an address other than the portmapper's own.
    let text = |text: &[u8]| {
        let padded = text.len().next_multiple_of(4);
        [&big_endian(&[text.len() as u32]), text, &vec![0; padded - text.len()]].concat()
    };
    let call = [big_endian(&[78, 0, 2, 100_000, 3, 3, 0, 0, 0, 0, 100_003, 3]), text(b"udp"), text(b""), text(b"")].concat();
    let reply = [big_endian(&[78, 1, 0, 0, 0, 0]), text(b"10.9.9.9.8.1")].concat();
    assert_eq!(
        Feed::new().udp((C, 900), (S, 111), &call).udp((S, 111), (C, 900), &reply).log(),
        ["expect:rpc-binding udp 10.9.9.9:2049 or 192.0.2.80 <- anyone: nfs file-sharing always"]
    );
}

/// The answer of an endpoint mapper without a connection (C706, sections 12.5.1 and 14.3): samr over TCP at `port` of `address`.
fn mapped(address: [u8; 4], port: u16) -> Vec<u8> {
    let little = |words: &[u32]| words.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<u8>>();
    let floor = |left: &[u8], right: &[u8]| {
        [&(left.len() as u16).to_le_bytes()[..], left, &(right.len() as u16).to_le_bytes(), right].concat()
    };
    let samr = [0x78, 0x57, 0x34, 0x12, 0x34, 0x12, 0xcd, 0xab, 0xef, 0, 1, 0x23, 0x45, 0x67, 0x89, 0xac];
    let interface = floor(&[&[0x0d][..], &samr, &[1, 0]].concat(), &[0, 0]);
    let tower = [vec![3, 0], interface, floor(&[7], &port.to_be_bytes()), floor(&[9], &address)].concat();
    let towers = little(&[1, 1, 0, 1, 1, tower.len() as u32, tower.len() as u32]);
    let stub = [vec![0; 20], towers, tower].concat();
    let mut pdu = vec![0; 80];
    (pdu[0], pdu[1], pdu[4]) = (4, 2, 0x10);
    pdu[24..40].copy_from_slice(&[8, 0x83, 0xaf, 0xe1, 0x1f, 0x5d, 0xc9, 0x11, 0x91, 0xa4, 8, 0, 0x2b, 0x14, 0xa0, 0xfa]);
    pdu[68] = 3;
    pdu[74..76].copy_from_slice(&(stub.len() as u16).to_le_bytes());
    [pdu, stub].concat()
}

#[test]
fn only_endpoint_mappers_are_believed_also_over_udp() {
    let announced = |from, to, address| Feed::new().udp(from, to, &mapped(address, 49_155)).log();
    let (client, mapper) = ((C, 50_000), (S, 135));
    let own = ["expect:epm-binding tcp 192.0.2.80:49155 <- anyone: samr directory always"];
    assert_eq!(announced(mapper, client, [0; 4]), own);
    assert_eq!(announced(mapper, client, S), own);
    let inner = ["expect:epm-binding tcp 10.9.9.9:49155 or 192.0.2.80 <- anyone: samr directory always"];
    assert_eq!(announced(mapper, client, [10, 9, 9, 9]), inner);
    assert_eq!(announced(client, mapper, [0; 4]), [""; 0]);
}

#[test]
fn a_search_gives_the_longest_delay_of_answers_and_two_minutes_at_most() {
    let answers = |headers: &str| {
        let search = format!("M-SEARCH * HTTP/1.1\r\n{headers}\r\n\r\n");
        Feed::new().group((C, 50_500), SSDP, search.as_bytes()).log()
    };
    let seconds = |seconds: u32| [format!("expect:group-reply udp 10.0.0.5:50500 -> anyone: ssdp name-resolution {seconds} s")];
    assert_eq!(answers("mx: 3"), seconds(5));
    assert_eq!(answers("HOST: 239.255.255.250:1900"), seconds(7), "the longest delay of devices, without a header");
    assert_eq!(answers("MX: 999999999"), seconds(122));
    assert_eq!(answers("MX: 0"), seconds(3));
    assert_eq!(answers("MX: -9"), seconds(3));
    let web = Feed::new().group((C, 50_500), WS_DISCOVERY, b"<Probe>").log();
    assert_eq!(web, ["expect:group-reply udp 10.0.0.5:50500 -> anyone: ws-discovery name-resolution 10 s"]);
    let name = Feed::new().group((C, 5060), MDNS, b"?").log();
    assert_eq!(name, ["expect:group-reply udp 10.0.0.5:5060 -> anyone: mdns name-resolution 2 s"]);
}

#[test]
fn only_queries_to_a_group_from_a_port_of_their_own_expect_answers() {
    let search = b"M-SEARCH * HTTP/1.1\r\nMX: 2\r\n\r\n";
    let mut feed = Feed::new();
    feed.udp((C, 50_500), (D, 1900), search);
    feed.group((C, 1900), SSDP, search);
    feed.group((C, 1900), (SSDP.0, 50_500), search);
    feed.group((C, 50_500), SSDP, b"NOTIFY * HTTP/1.1\r\n\r\n");
    assert_eq!(feed.log(), [""; 0]);
}

#[test]
fn names_are_read_from_dns_over_tcp_after_the_length() {
    let name = b"\x03web\x07example\x00";
    let head = [0, 7, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0];
    let answer = [&head[..], name, &[0, 1, 0, 1], &[0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 80]].concat();
    let mut feed = Feed::new();
    feed.tcp((D, 53), (C, 50_000), &[&(answer.len() as u16).to_be_bytes()[..], &answer].concat());
    assert_eq!(feed.inspector.names().get(&S.into()), Some("web.example"));
}

#[test]
fn a_port_that_the_user_names_differently_on_two_machines_is_read_as_both() {
    let rules = "192.0.2.80 tcp/2121 = rtsp\n10.0.0.6 tcp/2121 = ftp\n";
    let mut feed = Feed::with_rules(rules);
    feed.tcp((C, 40_001), (D, 2121), b"PORT 10,0,0,5,195,80\r\n");
    feed.tcp((C, 40_001), (S, 2121), b"Transport: RTP/AVP;client_port=4588\r\n");
    assert_eq!(feed.log().len(), 3);
}

#[test]
fn encryption_and_truncation_are_removed_with_their_channels() {
    let (client, server) = ((C, 40_001), (S, 21));
    for is_there in [true, false] {
        let mut feed = Feed::new();
        let packets = |feed: &mut Feed| {
            feed.tcp(server, client, b"234 go ahead\r\n").tcp_cut((D, 40_001), server, b"PORT 10,0,0,6,1,1\r\n", 4);
        };
        packets(&mut feed);
        feed.inspector.forget((Time::UNKNOWN, 0), |_| false, |_| is_there);
        assert_eq!(feed.inspector.announcements().log().len(), if is_there { 2 } else { 0 });
        // Events on the same channel are not reported again.
        packets(&mut feed);
        assert_eq!(feed.log(), ["encrypted", "truncated"]);
    }
}
