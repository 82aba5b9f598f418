//! Flows that were announced on a control channel before they began, and channels that cannot be read.

use serde_json::Value;
use testkit::*;

use crate::flows::{flows, flows_of, of_flows};
use crate::support::{column, tables_of};

/// The control connection of all these scenes.
fn ftp(text: &[&str]) -> Vec<Vec<u8>> {
    dialogue((C, 40_001), (S, 21), 1, text)
}

fn with(control: Vec<Vec<u8>>, data: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    [control, data].concat()
}

#[test]
fn active_ftp_connects_from_the_server_to_where_the_client_says() {
    let frames = with(ftp(&[">PORT 10,0,0,5,195,80\r\n", "<200 ok\r\n"]), connection((S, 20), (C, 50_000), 1));
    assert_eq!(
        flows(frames.clone()),
        [
            "tcp 10.0.0.5:40001 > 192.0.2.80:21 ftp (handshake, proven)",
            "tcp 10.0.0.5:50000 > 192.0.2.80:20 ftp-data (expect:ftp-port, strong)",
        ]
    );
    assert_eq!(of_flows(frames.clone(), "control_flow"), [Value::Null, 1.into()]);
    assert_eq!(of_flows(frames.clone(), "name_source"), ["iana", "expected"]);
    assert_eq!(of_flows(frames, "initiator"), ["client", "server"]);
    // Many servers do not use port 20; the announcement does not need it.
    let elsewhere = with(ftp(&[">EPRT |1|10.0.0.5|50000|\r\n"]), connection((S, 45_000), (C, 50_000), 1));
    assert_eq!(flows(elsewhere)[1], "tcp 10.0.0.5:50000 > 192.0.2.80:45000 ftp-data (expect:ftp-eprt, strong)");
}

#[test]
fn passive_ftp_connects_to_where_the_server_says() {
    let announced = ftp(&[">PASV\r\n", "<227 Entering Passive Mode (192,0,2,80,234,96).\r\n"]);
    let frames = with(announced.clone(), connection((C, 40_002), (S, 60_000), 1));
    assert_eq!(flows(frames)[1], "tcp 10.0.0.5:40002 > 192.0.2.80:60000 ftp-data (expect:ftp-pasv, strong)");
    // One announcement is for one connection, which opens towards the announced port, and not long after.
    let twice = [announced.clone(), connection((C, 40_002), (S, 60_000), 1), connection((C, 40_003), (S, 60_000), 1)].concat();
    assert_eq!(flows(twice)[2], "tcp 10.0.0.5:40003 > 192.0.2.80:60000 unassigned (handshake, proven)");
    let other_way = with(announced.clone(), connection((S, 60_000), (C, 40_002), 1));
    assert_eq!(flows(other_way)[1], "tcp 192.0.2.80:60000 > 10.0.0.5:40002 unassigned (handshake, proven)");
    let mut late = Scene::new();
    late.frames(announced.clone()).wait(301).frames(connection((C, 40_002), (S, 60_000), 1));
    assert!(flows_of(&tables_of(&late.pcap()))[1].contains("unassigned"));
    let before = with(connection((C, 40_002), (S, 60_000), 1), announced);
    assert!(flows(before)[0].contains("unassigned"));
}

#[test]
fn extended_passive_ftp_works_over_ipv6() {
    let (client, server) = ("2001:db8::5", "2001:db8::80");
    let control = dialogue((client, 40_001), (server, 21), 1, &[">EPSV\r\n", "<229 Entering (|||60001|)\r\n"]);
    let found = flows(with(control, connection((client, 40_002), (server, 60_001), 1)));
    assert_eq!(found[1], "tcp 2001:db8::5:40002 > 2001:db8::80:60001 ftp-data (expect:ftp-epsv, strong)");
}

#[test]
fn an_announced_address_may_be_behind_a_translation() {
    let inside = ftp(&["<227 Passive (10,9,9,9,234,99)\r\n"]);
    let found = flows(with(inside, connection((C, 40_002), (S, 60_003), 1)));
    assert_eq!(found[1], "tcp 10.0.0.5:40002 > 192.0.2.80:60003 ftp-data (expect:ftp-pasv, strong) nat");
}

#[test]
fn commands_may_be_cut_into_segments_and_repeated() {
    let control = ftp(&[">PORT 10,0,0", ">,5,195,", ">80\r\n"]);
    let repeated = [control.clone(), control[3..].to_vec(), connection((S, 20), (C, 50_000), 1)].concat();
    assert!(flows(repeated.clone())[1].contains("expect:ftp-port"), "{:?}", flows(repeated));
    // A line that was begun before a gap is not ended behind it.
    let mut gap = control;
    gap.remove(4);
    assert!(flows(with(gap, connection((S, 20), (C, 50_000), 1)))[1].contains("srcport:20"));
}

#[test]
fn what_an_encrypted_or_cut_control_connection_announced_is_only_hinted_at() {
    let data = || connection((C, 40_002), (S, 60_002), 1);
    let end = tcp((C, 40_001), (S, 21), "FA", 500, 500, b"");
    let encrypted = ftp(&[">AUTH TLS\r\n", "<234 go ahead\r\n"]);
    let found = flows([encrypted, data(), vec![end.clone()]].concat());
    assert_eq!(
        found,
        [
            "tcp 10.0.0.5:40001 > 192.0.2.80:21 ftp (handshake, proven) control-encrypted",
            "tcp 10.0.0.5:40002 > 192.0.2.80:60002 unassigned (handshake, proven) sibling-of:ftp",
        ]
    );
    let mut cut = Scene::new();
    cut.frames(ftp(&["<227 Passive (192,0,2,80,234,98)\r\n"])).frames(data()).frame(end);
    let tables = tables_of(&cut.pcap_cut(54));
    assert_eq!(
        flows_of(&tables),
        [
            "tcp 10.0.0.5:40001 > 192.0.2.80:21 ftp (handshake, proven) truncated-control",
            "tcp 10.0.0.5:40002 > 192.0.2.80:60002 unassigned (handshake, proven) sibling-of:ftp",
        ]
    );
    assert_eq!(column(&tables, "flows", "control_flow"), [&Value::Null, &1.into()]);
    // Another service between the same machines is not taken for its data.
    let web = [ftp(&["<234 go\r\n"]), connection((C, 40_002), (S, 80), 1), vec![tcp((C, 40_001), (S, 21), "A", 9, 9, b"")]];
    assert_eq!(flows(web.concat())[1], "tcp 10.0.0.5:40002 > 192.0.2.80:80 http (handshake, proven)");
}

#[test]
fn a_later_connection_between_the_same_ports_is_read_although_the_first_was_encrypted() {
    let mut scene = Scene::new();
    scene.frames(ftp(&["<234 go ahead\r\n"])).wait(90);
    scene.frames(dialogue((C, 40_001), (S, 21), 70_000, &["<227 (192,0,2,80,234,96)\r\n"]));
    scene.frames(connection((C, 40_002), (S, 60_000), 1));
    let tables = tables_of(&scene.pcap());
    assert_eq!(
        flows_of(&tables),
        [
            "tcp 10.0.0.5:40001 > 192.0.2.80:21 ftp (handshake, proven) control-encrypted",
            "tcp 10.0.0.5:40001 > 192.0.2.80:21 ftp (handshake, proven) port-reuse",
            "tcp 10.0.0.5:40002 > 192.0.2.80:60000 ftp-data (expect:ftp-pasv, strong)",
        ]
    );
    assert_eq!(column(&tables, "flows", "control_flow")[2], &Value::from(2));
}

#[test]
fn the_users_own_ftp_port_is_read_too() {
    let folder = crate::support::Folder::new();
    let rules = folder.file("ports.txt", b"tcp/2121 = ftp, file-transfer\n");
    let mut scene = Scene::new();
    scene.frames(dialogue((C, 40_001), (S, 2121), 1, &["<227 (192,0,2,80,234,96)\r\n"]));
    scene.frames(connection((C, 40_002), (S, 60_000), 1));
    let arguments = ["read", "-", "--json", "-", "--services", &rules];
    let tables = crate::support::run_with_input(&arguments, &scene.pcap()).tables();
    assert!(flows_of(&tables)[1].contains("ftp-data (expect:ftp-pasv"), "{:?}", flows_of(&tables));
    assert!(flows_of(&tables_of(&scene.pcap()))[1].contains("unassigned"));
}

#[test]
fn the_users_name_for_a_port_counts_more_than_an_announced_one() {
    let folder = crate::support::Folder::new();
    let rules = folder.file("ports.txt", b"tcp/60000 = backup\n");
    let mut scene = Scene::new();
    scene.frames(with(ftp(&["<227 (192,0,2,80,234,96)\r\n"]), connection((C, 40_002), (S, 60_000), 1)));
    let arguments = ["read", "-", "--json", "-", "--services", &rules];
    let tables = crate::support::run_with_input(&arguments, &scene.pcap()).tables();
    assert_eq!(flows_of(&tables)[1], "tcp 10.0.0.5:40002 > 192.0.2.80:60000 backup (expect:ftp-pasv, strong)");
}

#[test]
fn tftp_answers_from_a_port_of_its_own() {
    let frames = [
        udp((C, 41_000), (S, 69), b"\x00\x01boot\x00octet\x00"),
        udp((S, 50_123), (C, 41_000), b"\x00\x03\x00\x01data"),
        udp((C, 41_000), (S, 50_123), b"\x00\x04\x00\x01"),
    ];
    assert_eq!(
        flows(frames),
        [
            "udp 10.0.0.5:41000 > 192.0.2.80:69 tftp (rank:6>0, strong) one-way",
            "udp 10.0.0.5:41000 > 192.0.2.80:50123 tftp (expect:tftp, strong)",
        ]
    );
}

#[test]
fn the_streams_of_a_call_are_between_equals() {
    let media = "192.0.2.90";
    let answer = b"SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\nv=0\r\no=- 1 1 IN IP4 192.0.2.90\r\nc=IN IP4 192.0.2.90\r\nm=audio 49170 RTP/AVP 0\r\n";
    let frames = [
        vec![udp((C, 5061), (S, 5060), b"INVITE sip:d@example SIP/2.0\r\n\r\n"), udp((S, 5060), (C, 5061), answer)],
        udp_exchange((C, 40_010), (media, 49_170)),
        udp_exchange((C, 40_011), (media, 49_171)),
    ];
    let found = flows(frames.concat());
    assert_eq!(
        found[1..],
        [
            "udp 10.0.0.5:40010 ~ 192.0.2.90:49170 rtp (expect:sdp, none)",
            "udp 10.0.0.5:40011 ~ 192.0.2.90:49171 rtcp (expect:sdp, none)",
        ]
    );
    assert_eq!(of_flows(frames.concat(), "category")[1..], ["voip", "voip"]);
}

#[test]
fn the_streams_of_a_camera_come_from_its_server() {
    let setup = [
        ">SETUP rtsp://camera/ RTSP/1.0\r\nTransport: RTP/AVP;unicast;client_port=4588-4589\r\n\r\n",
        "<RTSP/1.0 200 OK\r\nTransport: RTP/AVP;unicast;client_port=4588-4589;server_port=6256-6257\r\n\r\n",
    ];
    let stream = [udp((S, 6256), (C, 4588), b"picture"), udp((S, 6257), (C, 4589), b"report")].to_vec();
    let found = flows(with(dialogue((C, 40_001), (S, 554), 1, &setup), stream));
    assert_eq!(
        found[1..],
        [
            "udp 10.0.0.5:4588 > 192.0.2.80:6256 rtp (expect:rtsp, strong) one-way",
            "udp 10.0.0.5:4589 > 192.0.2.80:6257 rtcp (expect:rtsp, strong) one-way",
        ]
    );
}

/// GETPORT for a program over TCP (RFC 1833 section 3.2), and its answer: 32803.
fn binding(transaction: u32, program: u32) -> Vec<Vec<u8>> {
    let words = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<u8>>();
    let call = words(&[transaction, 0, 2, 100_000, 2, 3, 0, 0, 0, 0, program, 4, 6, 0]);
    let reply = words(&[transaction, 1, 0, 0, 0, 0, 32_803]);
    vec![udp((C, 900), (S, 111), &call), udp((S, 111), (C, 900), &reply)]
}

#[test]
fn a_portmapper_names_ports_for_the_whole_capture() {
    let lookup = binding(77, 100_021);
    let before = exchange((D, 800), (S, 32_803), 1);
    let after = exchange((C, 900), (S, 32_803), 1);
    let found = flows([before, lookup, after].concat());
    let bound = |client| format!("tcp {client} > 192.0.2.80:32803 nlockmgr (expect:rpc-binding, strong) midstream");
    assert_eq!(
        (&found[0], &found[2]),
        (&format!("{} conflict:rank", bound("10.0.0.6:800")), &format!("{} conflict:rank", bound("10.0.0.5:900")))
    );
}

#[test]
fn an_offer_in_irc_makes_its_sender_the_server() {
    // 167772165 is 10.0.0.5.
    let irc = dialogue((C, 40_001), (S, 6667), 1, &[">PRIVMSG d :\u{1}DCC SEND map.txt 167772165 5000 9\u{1}\r\n"]);
    let found = flows(with(irc, connection((D, 40_002), (C, 5000), 1)));
    assert_eq!(found[1], "tcp 10.0.0.6:40002 > 10.0.0.5:5000 irc-dcc (expect:irc-dcc, strong)");
}

#[test]
fn who_answers_a_question_to_a_group_serves() {
    let search = udp((C, 50_500), ("239.255.255.250", 1900), b"M-SEARCH * HTTP/1.1\r\nMX: 2\r\n\r\n");
    let answer = udp((D, 33_000), (C, 50_500), b"HTTP/1.1 200 OK\r\n");
    assert_eq!(
        flows([search.clone(), answer.clone()]),
        [
            "udp 10.0.0.5:50500 > 239.255.255.250:1900 ssdp (group, strong) one-way group-dst",
            "udp 10.0.0.5:50500 > 10.0.0.6:33000 ssdp (expect:group-reply, strong) one-way",
        ]
    );
    // It may wait as long as it was told to, and two seconds more.
    let after = |seconds: i64| {
        let mut scene = Scene::new();
        scene.frame(search.clone()).wait(seconds).frame(answer.clone());
        flows_of(&tables_of(&scene.pcap())).remove(1)
    };
    assert!(after(3).contains("expect:group-reply") && !after(5).contains("expect:group-reply"));
    // A name question from a port that is as well known as the group's own.
    let question = [udp((C, 5060), ("224.0.0.252", 5355), b"?"), udp((D, 5355), (C, 5060), b"!")];
    assert_eq!(flows(question)[1], "udp 10.0.0.5:5060 > 10.0.0.6:5355 llmnr (expect:group-reply, strong) one-way");
}

#[test]
fn hosts_have_the_names_that_the_capture_tells() {
    let name = |labels: &str| {
        labels.split('.').flat_map(|label| [&[label.len() as u8][..], label.as_bytes()].concat()).chain([0]).collect::<Vec<u8>>()
    };
    let question = [&name("www.example")[..], &[0, 1, 0, 1]].concat();
    let alias = [&[0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 5][..], &name("web")].concat();
    let address = [&name("web")[..], &[0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 192, 0, 2, 80]].concat();
    let answer = [&[0, 7, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0][..], &question, &alias, &address].concat();
    let mut scene = Scene::new();
    scene.frame(udp((R, 53), (C, 50_000), &answer)).frames(connection((C, 51_544), (S, 443), 1));
    let tables = tables_of(&scene.pcap());
    let named: Vec<(&Value, &Value)> = column(&tables, "hosts", "address")
        .into_iter()
        .zip(column(&tables, "hosts", "name"))
        .filter(|(_, name)| !name.is_null())
        .collect();
    assert_eq!(named, [(&Value::from(S), &Value::from("www.example"))]);
    // Only who has the port of DNS is believed.
    let mut elsewhere = Scene::new();
    elsewhere.frame(udp((R, 5300), (C, 50_000), &answer)).frames(connection((C, 51_544), (S, 443), 1));
    assert!(column(&tables_of(&elsewhere.pcap()), "hosts", "name").iter().all(|name| name.is_null()));
}

#[test]
fn peers_of_each_other_are_told_apart_from_servers() {
    let peers: Vec<&'static str> = (1..=11).map(|n| &*Box::leak(format!("10.1.0.{n}").into_boxed_str())).collect();
    // Two of them know each other, and ten others each, all by ports that nobody has registered.
    let hub = |own: Endpoint| peers.iter().flat_map(move |peer| udp_exchange(own, (peer, 55_000))).collect::<Vec<_>>();
    let (one, other) = ((C, 29_999), (D, 52_000));
    let found = flows([hub(one), hub(other), udp_exchange(one, other)].concat());
    // Those that never answered are not known, and what is asked for at a service's port says nothing.
    let silent: Vec<Vec<u8>> = hub(one).into_iter().step_by(2).collect();
    let at_services = peers.iter().flat_map(|peer| udp_exchange(one, (peer, 443))).collect();
    for contacts in [silent, at_services] {
        let found = flows([contacts, hub(other), udp_exchange(one, other)].concat());
        assert!(!found.last().unwrap().contains("p2p"), "{found:?}");
    }
    let between = found.last().unwrap();
    assert_eq!(between, "udp 10.0.0.5:29999 ~ 10.0.0.6:52000 undetermined (none, none) pattern:p2p");
}

#[test]
fn an_announcement_holds_in_its_own_encapsulation_for_its_own_machine_and_not_for_its_channel() {
    let tag = |frames: Vec<Vec<u8>>| frames.iter().map(|frame| tagged(frame, &[(0x8100, 5)])).collect::<Vec<_>>();
    let passive = ftp(&["<227 (192,0,2,80,234,96)\r\n"]);
    let data = connection((C, 40_002), (S, 60_000), 1);
    assert!(flows(with(passive.clone(), tag(data.clone())))[1].contains("unassigned (handshake, proven)"));
    assert!(flows(with(tag(passive), tag(data)))[1].contains("expect:ftp-pasv"));
    // Whoever else sends to the port of a TFTP client is not its server.
    let request = udp((C, 41_000), (S, 69), b"\x00\x01boot\x00octet\x00");
    let found = flows([request, udp((D, 50_123), (C, 41_000), b"\x00\x03\x00\x01data")]);
    assert!(found[1].contains("udp 10.0.0.6:50123") && !found[1].contains("tftp"), "{found:?}");
}

#[test]
fn what_was_going_on_is_no_announced_connection_but_may_be_an_announced_stream() {
    let answer = b"SIP/2.0 200 OK\r\n\r\nv=0\r\nc=IN IP4 192.0.2.90\r\nm=audio 49170 RTP/AVP 0\r\n";
    let (call, stream) = (udp((S, 5060), (C, 5061), answer), udp_exchange((C, 40_010), ("192.0.2.90", 49_170)));
    let found = flows([stream.clone(), vec![call], stream].concat());
    assert_eq!(found[0], "udp 10.0.0.5:40010 ~ 192.0.2.90:49170 rtp (expect:sdp, none)");
    let (begun, goes_on) = (handshake((C, 40_002), (S, 60_000), 1), exchange((C, 40_002), (S, 60_000), 2));
    let found = flows([begun, ftp(&["<227 (192,0,2,80,234,96)\r\n"]), goes_on].concat());
    assert_eq!(found[0], "tcp 10.0.0.5:40002 > 192.0.2.80:60000 unassigned (handshake, proven)");
}

#[test]
fn of_several_announcements_the_best_one_counts() {
    let data = || connection((C, 40_002), (S, 60_000), 1);
    // The very address rather than its translation.
    let found = flows(with(ftp(&["<227 (192,0,2,80,234,96)\r\n", "<227 (10,9,9,9,234,96)\r\n"]), data()));
    assert_eq!(found[1], "tcp 10.0.0.5:40002 > 192.0.2.80:60000 ftp-data (expect:ftp-pasv, strong)");
    // The last of those before it, but rather that than one behind it.
    let twice = [binding(7, 100_005), binding(8, 100_021), exchange((C, 900), (S, 32_803), 1), binding(9, 100_003)];
    let found = flows(twice.concat());
    assert!(found[1].contains("nlockmgr (expect:rpc-binding, strong)"), "{found:?}");
}

#[test]
fn how_many_announcements_of_one_endpoint_are_compared_is_bounded() {
    // Requests to another server announce the same endpoint, but not for this flow.
    let flow_after = |others: usize| {
        let mut frames = ftp(&[">PORT 10,0,0,5,195,80\r\n"]);
        frames.extend(dialogue((C, 40_003), (R, 21), 1, &vec![">PORT 10,0,0,5,195,80\r\n"; others]));
        frames.extend(connection((S, 20), (C, 50_000), 1));
        flows(frames).remove(2)
    };
    assert!(flow_after(63).contains("expect:ftp-port") && flow_after(64).contains("srcport:20"));
    // What is announced behind a flow counts for bindings only.
    let flow_after = |others: usize| {
        let control = ftp(&vec!["<227 (192,0,2,80,128,35)\r\n"; others]);
        flows([exchange((C, 900), (S, 32_803), 1), control, binding(7, 100_021)].concat()).remove(0)
    };
    assert!(flow_after(63).contains("expect:rpc-binding") && !flow_after(64).contains("expect"));
}

#[test]
fn who_sends_the_first_syn_is_not_the_one_that_was_announced_as_open() {
    let syn = vec![tcp((S, 60_000), (C, 40_002), "S", 1, 0, b"")];
    let found = flows(with(ftp(&["<227 (192,0,2,80,234,96)\r\n"]), syn));
    assert!(found[1].starts_with("tcp 192.0.2.80:60000 > 10.0.0.5:40002 unassigned (syn, strong)"), "{found:?}");
}

#[test]
fn hints_at_data_rest_on_an_ftp_connection_that_was_going_on() {
    let (data, end) = (connection((C, 40_002), (S, 60_002), 1), tcp((C, 40_001), (S, 21), "A", 500, 500, b""));
    let encrypted = |port| dialogue((C, port), (S, 21), 1, &["<234 go ahead\r\n"]);
    // The control connection is over.
    assert!(!flows(with(encrypted(40_001), data.clone()))[1].contains("sibling-of:ftp"));
    // Of two the later one.
    let later = tcp((C, 40_005), (S, 21), "A", 500, 500, b"");
    let both = [encrypted(40_001), encrypted(40_005), data.clone(), vec![end.clone(), later]].concat();
    assert_eq!(of_flows(both, "control_flow")[2], 2);
    // What was announced before the encryption is no mere hint.
    let known = [ftp(&["<227 (192,0,2,80,234,98)\r\n", "<234 go ahead\r\n"]), data.clone(), vec![end]].concat();
    assert_eq!(flows(known)[1], "tcp 10.0.0.5:40002 > 192.0.2.80:60002 ftp-data (expect:ftp-pasv, strong)");
    // Another channel that cannot be read says nothing about files.
    let mut cut = Scene::new();
    cut.frames(dialogue((C, 40_001), (S, 6667), 1, &["<:c PRIVMSG d :\u{1}DCC SEND\r\n"])).frames(data);
    cut.frame(tcp((C, 40_001), (S, 6667), "A", 500, 500, b""));
    let found = flows_of(&tables_of(&cut.pcap_cut(54)));
    assert!(found[0].contains("truncated-control") && !found[1].contains("sibling-of:ftp"), "{found:?}");
}

#[test]
fn the_control_flow_is_the_connection_that_was_open_when_it_was_said() {
    let mut scene = Scene::new();
    scene.frames(connection((C, 40_001), (S, 21), 1)).wait(90);
    scene.frames(dialogue((C, 40_001), (S, 21), 70_000, &["<227 (192,0,2,80,234,96)\r\n"]));
    scene.frames(connection((C, 40_002), (S, 60_000), 1));
    assert_eq!(column(&tables_of(&scene.pcap()), "flows", "control_flow"), [&Value::Null, &Value::Null, &2.into()]);
}

#[test]
fn an_announced_server_is_a_server_to_others_too() {
    let others = exchange((D, 50_000), (S, 60_000), 1);
    let found = flows([ftp(&["<227 (192,0,2,80,234,96)\r\n"]), connection((C, 40_002), (S, 60_000), 1), others].concat());
    assert_eq!(found[2], "tcp 10.0.0.6:50000 > 192.0.2.80:60000 unassigned (known-server, strong) midstream");
}

#[test]
fn announcements_last_as_long_as_their_kind_says() {
    let is_expected = |control: &[Vec<u8>], seconds: i64, flow: Vec<Vec<u8>>| {
        let mut scene = Scene::new();
        scene.frames(control.to_vec()).wait(seconds).frames(flow);
        flows_of(&tables_of(&scene.pcap())).pop().unwrap().contains("expect:")
    };
    let lasts = |control: &[Vec<u8>], seconds: i64, flow: Vec<Vec<u8>>| {
        assert!(is_expected(control, seconds - 1, flow.clone()) && !is_expected(control, seconds, flow), "{seconds} s");
    };
    let tftp = [udp((C, 41_000), (S, 69), b"\x00\x01boot\x00octet\x00")];
    lasts(&tftp, 60, vec![udp((S, 50_123), (C, 41_000), b"\x00\x03\x00\x01data")]);
    let call = [udp((S, 5060), (C, 5061), b"v=0\r\nc=IN IP4 192.0.2.90\r\nm=audio 49170 RTP/AVP 0\r\n")];
    lasts(&call, 600, udp_exchange((C, 40_010), ("192.0.2.90", 49_170)));
    let camera = dialogue((C, 40_001), (S, 554), 1, &[">Transport: RTP/AVP;client_port=4588\r\n"]);
    lasts(&camera, 600, vec![udp((S, 6256), (C, 4588), b"picture")]);
    let offer = dialogue((C, 40_001), (S, 6667), 1, &[">PRIVMSG d :\u{1}DCC SEND map.txt 167772165 5000 9\u{1}\r\n"]);
    lasts(&offer, 300, connection((D, 40_002), (C, 5000), 1));
    assert!(is_expected(&binding(7, 100_021), 100_000, exchange((C, 900), (S, 32_803), 1)));
}

#[test]
fn some_announcements_are_for_one_flow_and_others_are_shared() {
    let expected_flows = |control: Vec<Vec<u8>>, data: [Vec<Vec<u8>>; 2]| {
        let found = flows([control, data.concat()].concat());
        found[found.len() - 2..].iter().filter(|found| found.contains("expect:")).count()
    };
    let tftp = vec![udp((C, 41_000), (S, 69), b"\x00\x01boot\x00octet\x00")];
    let answer = |port| vec![udp((S, port), (C, 41_000), b"\x00\x03\x00\x01data")];
    assert_eq!(expected_flows(tftp, [answer(50_123), answer(50_124)]), 1);
    let offer = dialogue((C, 40_001), (S, 6667), 1, &[">PRIVMSG d :\u{1}DCC SEND map.txt 167772165 5000 9\u{1}\r\n"]);
    assert_eq!(expected_flows(offer, [connection((D, 40_002), (C, 5000), 1), connection((D, 40_003), (C, 5000), 1)]), 1);
    let search = vec![udp((C, 50_500), ("239.255.255.250", 1900), b"M-SEARCH * HTTP/1.1\r\nMX: 2\r\n\r\n")];
    let answer = |from| vec![udp((from, 33_000), (C, 50_500), b"HTTP/1.1 200 OK\r\n")];
    assert_eq!(expected_flows(search, [answer(D), answer(S)]), 2);
    let call = vec![udp((S, 5060), (C, 5061), b"v=0\r\nc=IN IP4 192.0.2.90\r\nm=audio 49170 RTP/AVP 0\r\n")];
    let media = ("192.0.2.90", 49_170);
    assert_eq!(expected_flows(call, [udp_exchange((C, 40_010), media), udp_exchange((C, 40_012), media)]), 2);
}
