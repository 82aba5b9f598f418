//! Who is the server, and why: the cases in which other tools have been seen to fail, each on the fewest packets.
//!
//! C, D: clients. S, R: servers. `=>` a whole TCP connection, `~` data both ways without a handshake, `>` one packet.

use serde_json::Value;
use testkit::*;

use crate::flows::{flows, flows_of, of_flows};
use crate::support::{column, packets_at, run_with_input, sum, tables_of};

#[test]
fn handshakes_prove_the_server_whatever_the_ports() {
    assert_eq!(flows(connection((C, 51544), (S, 443), 1)), ["tcp 10.0.0.5:51544 > 192.0.2.80:443 https (handshake, proven)"]);
    let named_client = connection((C, 5060), (S, 8080), 1);
    assert_eq!(flows(named_client.clone()), ["tcp 10.0.0.5:5060 > 192.0.2.80:8080 http-alt (handshake, proven)"]);
    assert_eq!(of_flows(named_client, "alternatives"), [Value::Null]);
    // nmap --source-port 53 hides nothing. Both ports are of the highest rank, so that ranks have nothing to say.
    assert_eq!(flows(connection((C, 53), (S, 21), 1)), ["tcp 10.0.0.5:53 > 192.0.2.80:21 ftp (handshake, proven)"]);
    let from_53 = connection((C, 53), (S, 41999), 1);
    assert_eq!(
        flows(from_53),
        ["tcp 10.0.0.5:53 > 192.0.2.80:41999 unassigned (handshake, proven) conflict:rank"],
        "the client's port never names a flow"
    );
    assert_eq!(
        flows(connection((C, 1068), (S, 4997), 1)),
        ["tcp 10.0.0.5:1068 > 192.0.2.80:4997 unassigned (handshake, proven)"]
    );
}

#[test]
fn a_coin_toss_is_refused_until_another_flow_tells() {
    let unclear = exchange((C, 5060), (S, 8080), 1);
    assert_eq!(flows(unclear.clone()), ["tcp 10.0.0.5:5060 ~ 192.0.2.80:8080 undetermined (none, none) midstream"]);
    assert_eq!(of_flows(unclear.clone(), "alternatives"), ["http-alt sip"]);
    let later = connection((D, 40002), (S, 8080), 1);
    assert_eq!(
        flows([unclear, later].concat()),
        [
            "tcp 10.0.0.5:5060 > 192.0.2.80:8080 http-alt (known-server, strong) midstream",
            "tcp 10.0.0.6:40002 > 192.0.2.80:8080 http-alt (handshake, proven)",
        ]
    );
    assert_eq!(
        flows(exchange((C, 55968), (D, 57391), 1)),
        ["tcp 10.0.0.5:55968 ~ 10.0.0.6:57391 undetermined (none, none) midstream"],
        "the lower port is no server for being lower"
    );
}

#[test]
fn a_server_is_known_by_what_proves_it_in_its_own_encapsulation_and_transport() {
    let unclear = exchange((C, 5060), (S, 8080), 1);
    let elsewhere = |frames: Vec<Vec<u8>>| flows([unclear.clone(), frames].concat()).remove(0);
    let proof = connection((D, 40002), (S, 8080), 1);
    assert!(elsewhere(proof.clone()).contains("(known-server, strong)"));
    let in_vlan: Vec<Vec<u8>> = proof.iter().map(|frame| tagged(frame, &[(0x8100, 5)])).collect();
    assert!(elsewhere(in_vlan).contains("(none, none)"));
    let syn = vec![tcp((D, 40002), (S, 8080), "S", 1, 0, b"")];
    assert!(elsewhere(syn).contains("(none, none)"), "who is asked need not serve");
    let over_udp = udp_exchange((C, 55968), (D, 57391));
    let over_tcp = connection((S, 50_000), (D, 57391), 1);
    assert!(flows([over_udp, over_tcp].concat())[0].contains("(none, none)"));
}

#[test]
fn a_server_that_the_user_names_is_one_for_others_too() {
    let folder = crate::support::Folder::new();
    let rules = folder.file("ports.txt", b"192.0.2.80 udp/40000 = game\n10.0.0.6 udp/41000 = game\n");
    let mut scene = Scene::new();
    // A rule for each of two machines does not tell which one serves the other.
    scene.frames(udp_exchange((D, 41_000), (S, 40_000))).frames(udp_exchange((C, 40_001), (S, 40_000)));
    let run = run_with_input(&["read", "-", "--json", "-", "--services", &rules], &scene.pcap());
    let found = flows_of(&run.tables());
    assert_eq!(found[1], "udp 10.0.0.5:40001 > 192.0.2.80:40000 game (user, proven)");
    assert_eq!(found[0], "udp 10.0.0.6:41000 > 192.0.2.80:40000 game (known-server, strong)");
}

#[test]
fn a_lost_syn_does_not_turn_the_roles() {
    let answer = tcp((S, 80), (C, 6669), "SA", 1000, 2, b"");
    let used = [vec![answer], exchange((C, 6669), (S, 80), 2)].concat();
    assert_eq!(flows(used), ["tcp 10.0.0.5:6669 > 192.0.2.80:80 http (synack+ack, proven)"]);
    let midstream = exchange((S, 80), (C, 6669), 2);
    assert_eq!(flows(midstream.clone()), ["tcp 10.0.0.5:6669 > 192.0.2.80:80 http (rank:6>5, weak) midstream"]);
    assert_eq!(of_flows(midstream, "alternatives"), ["irc"]);
}

#[test]
fn reserved_ports_of_clients_do_not_win() {
    assert_eq!(
        flows([exchange((C, 720), (S, 2049), 1), exchange((C, 1022), (S, 2049), 1)].concat()),
        [
            "tcp 10.0.0.5:720 > 192.0.2.80:2049 nfs (rank:5>2, strong) midstream",
            "tcp 10.0.0.5:1022 > 192.0.2.80:2049 nfs (rank:5>4, weak) midstream",
        ]
    );
    assert_eq!(flows(udp_exchange((D, 765), (S, 20048))), ["udp 10.0.0.6:765 > 192.0.2.80:20048 mountd (rank:5>4, weak)"]);
}

#[test]
fn the_better_known_port_wins_with_the_confidence_it_deserves() {
    let evidence = |port, server| flows(exchange((C, port), (S, server), 1)).remove(0);
    assert_eq!(evidence(1366, 5601), "tcp 10.0.0.5:1366 > 192.0.2.80:5601 kibana (rank:5>3, moderate) midstream");
    assert_eq!(evidence(1086, 20000), "tcp 10.0.0.5:1086 > 192.0.2.80:20000 dnp3 (rank:5>3, moderate) midstream");
    // Known to be wrong, and therefore weak: old systems took their client ports from 1024 to 5000.
    assert_eq!(evidence(1068, 4997), "tcp 192.0.2.80:4997 > 10.0.0.5:1068 instl-bootc (rank:3>1, weak) midstream");
}

#[test]
fn a_scanner_is_no_server() {
    let mut scene = Scene::new();
    for port in 1..=1000 {
        scene.frame(tcp((C, 40_000), (S, port), "S", 1, 0, b""));
        scene.frame(tcp((S, port), (C, 40_000), "RA", 0, 2, b""));
    }
    let tables = tables_of(&scene.pcap());
    assert_eq!((sum(&tables, "services", "refused"), sum(&tables, "services", "flows")), (1000, 1000));
    assert!(column(&tables, "flows", "client_port").iter().all(|port| **port == 40_000));
    assert!(column(&tables, "flows", "flags").iter().all(|flags| flags.as_str().unwrap().starts_with("refused")));
    assert_eq!(column(&tables, "servers", "server_ip").iter().filter(|address| ***address == *C).count(), 0);
}

#[test]
fn lone_answers_claim_a_server_with_less_confidence() {
    let hosts = ["10.0.1.1", "10.0.1.2", "10.0.1.3"];
    let backscatter = hosts.map(|host| tcp((S, 80), (host, 33000), "SA", 9, 9, b""));
    assert_eq!(
        flows(backscatter)[0],
        "tcp 10.0.1.1:33000 > 192.0.2.80:80 http (synack-only, moderate) one-way attempt synack-only"
    );
}

#[test]
fn one_pair_of_ports_can_have_two_connections() {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 80), 1)).wait(90).frames(connection((C, 51544), (S, 80), 70_000));
    assert_eq!(
        flows_of(&tables_of(&scene.pcap())),
        [
            "tcp 10.0.0.5:51544 > 192.0.2.80:80 http (handshake, proven)",
            "tcp 10.0.0.5:51544 > 192.0.2.80:80 http (handshake, proven) port-reuse",
        ]
    );
}

#[test]
fn nobody_serves_in_a_simultaneous_open() {
    let (a, b) = ((C, 40001), (D, 40002));
    let frames = [("S", a, b, 1, 0), ("S", b, a, 100, 0), ("SA", a, b, 1, 101), ("SA", b, a, 100, 2)];
    let frames = frames.map(|(flags, from, to, sequence, acknowledgment)| tcp(from, to, flags, sequence, acknowledgment, b""));
    assert_eq!(flows(frames), ["tcp 10.0.0.5:40001 ~ 10.0.0.6:40002 undetermined (none, none) simultaneous-open"]);
}

#[test]
fn active_ftp_is_served_by_the_side_that_opens() {
    let data = connection((S, 20), (C, 50000), 1);
    assert_eq!(flows(data.clone()), ["tcp 10.0.0.5:50000 > 192.0.2.80:20 ftp-data (srcport:20, moderate)"]);
    assert_eq!(of_flows(data, "initiator"), ["server"]);
}

#[test]
fn fragments_follow_their_first_in_any_order() {
    let mut pieces = udp_fragments((C, 50_001), (R, 53), &[b'x'; 2000], 800, 7);
    for _ in 0..pieces.len() {
        pieces.rotate_left(1);
        let found = flows(pieces.clone());
        assert_eq!(found, ["udp 10.0.0.5:50001 > 192.0.2.53:53 dns (rank:6>-1, strong) one-way fragmented"]);
        assert_eq!(of_flows(pieces.clone(), "payload_bytes_c2s"), [2000]);
        assert_eq!(of_flows(pieces.clone(), "fragments"), [3]);
    }
    let mut scene = Scene::new();
    scene.frames(pieces.split_off(1));
    let orphans: Vec<Vec<u8>> = udp_fragments((C, 50_001), (R, 53), &[b'x'; 2000], 800, 9).split_off(1);
    let mut scene_of_orphans = Scene::new();
    scene_of_orphans.frames(orphans);
    let tables = tables_of(&scene_of_orphans.pcap());
    assert_eq!((packets_at(&tables, "fragment"), flows_of(&tables).len(), column(&tables, "ports", "port").len()), (2, 0, 0));
}

#[test]
fn an_atomic_fragment_is_a_whole_packet() {
    let (client, server) = (("2001:db8::5", 51_544), ("2001:db8::80", 80));
    let atomic = |frame: Vec<u8>| {
        let (ethernet, ip, segment) = (&frame[..14], &frame[14..54], &frame[54..]);
        let mut ip = ip.to_vec();
        ip[4..6].copy_from_slice(&(segment.len() as u16 + 8).to_be_bytes());
        let header = [std::mem::replace(&mut ip[6], 44), 0, 0, 0, 0, 0, 0, 9];
        [ethernet, &ip, &header, segment].concat()
    };
    let found = flows(connection(client, server, 1).into_iter().map(atomic));
    assert_eq!(found, ["tcp 2001:db8::5:51544 > 2001:db8::80:80 http (handshake, proven)"]);
}

#[test]
fn fragments_inside_a_tunnel_join_there_and_nowhere_else() {
    let mut pieces = udp_fragments((C, 50_001), (R, 53), &[b'x'; 2000], 800, 7);
    pieces.rotate_left(1);
    let in_gre = |frame: &Vec<u8>| portless("198.51.100.1", "198.51.100.2", 47, &[&[0, 0, 8, 0][..], &frame[14..]].concat());
    let inside: Vec<Vec<u8>> = pieces.iter().map(in_gre).collect();
    assert_eq!(of_flows(inside.clone(), "fragments"), [3]);
    // The same datagram's first fragment outside of the tunnel is another datagram's.
    let mut scene = Scene::new();
    scene.frames(inside[..2].to_vec()).frame(pieces[2].clone());
    let tables = tables_of(&scene.pcap());
    assert_eq!((packets_at(&tables, "fragment"), packets_at(&tables, "udp")), (2, 1));
}

#[test]
fn an_icmp_error_marks_the_flow_it_quotes_and_makes_none() {
    let question = udp((C, 55_000), (S, 161), b"get");
    let refused = [question.clone(), icmp_error(S, C, 3, 3, &question)];
    assert_eq!(
        flows(refused.clone()),
        [
            "udp 10.0.0.5:55000 > 192.0.2.80:161 snmp (rank:6>-1, strong) one-way refused",
            "icmp 192.0.2.80: ~ 10.0.0.5:  (none, none) one-way",
        ]
    );
    assert_eq!(of_flows(refused, "icmp_errors"), [1, 0]);
    // Who got an answer was not refused: here the client has closed its port before the answer came once more.
    let answer = udp((S, 161), (C, 55_000), b"value");
    let late = [question.clone(), answer.clone(), answer.clone(), icmp_error(C, S, 3, 3, &answer)];
    assert_eq!(flows(late.clone())[0], "udp 10.0.0.5:55000 > 192.0.2.80:161 snmp (rank:6>-1, strong)");
    assert_eq!(of_flows(late, "icmp_errors"), [1, 0]);
    let mut scene = Scene::new();
    scene.frame(icmp_error(S, C, 3, 3, &question));
    assert_eq!(packets_at(&tables_of(&scene.pcap()), "udp"), 0);
}

#[test]
fn a_ping_is_opened_by_the_request_even_if_the_reply_is_seen_first() {
    let frames = [ping(D, C, 0, 7), ping(C, D, 8, 7)];
    assert_eq!(flows(frames.clone()), ["icmp 10.0.0.5: > 10.0.0.6:  (handshake, proven)"]);
    assert_eq!(of_flows(frames, "initiator"), ["client"]);
}

#[test]
fn groups_are_services_and_never_clients() {
    let discover = broadcast(udp(("0.0.0.0", 68), ("255.255.255.255", 67), b"discover"));
    let offer = broadcast(udp(("10.0.0.1", 67), ("255.255.255.255", 68), b"offer"));
    assert_eq!(
        flows([discover, offer]),
        [
            "udp 0.0.0.0:68 > 255.255.255.255:67 dhcp (pair:dhcp, strong) one-way group-dst",
            "udp 255.255.255.255:68 > 10.0.0.1:67 dhcp (pair:dhcp, strong) one-way group-dst",
        ]
    );
    assert_eq!(
        flows([
            udp((C, 5353), ("224.0.0.251", 5353), b"?"),
            udp((C, 50500), ("239.255.255.250", 1900), b"M-SEARCH"),
            udp((C, 61000), ("224.0.0.252", 5355), b"?"),
            udp((D, 5355), (C, 61000), b"!"),
        ]),
        [
            "udp 10.0.0.5:5353 > 224.0.0.251:5353 mdns (group, strong) one-way symmetric group-dst",
            "udp 10.0.0.5:50500 > 239.255.255.250:1900 ssdp (group, strong) one-way group-dst",
            "udp 10.0.0.5:61000 > 224.0.0.252:5355 llmnr (group, strong) one-way group-dst",
            "udp 10.0.0.5:61000 > 10.0.0.6:5355 llmnr (rank:5>-1, strong) one-way",
        ]
    );
    // EtherNet/IP announces itself to a port that nobody knows: the sender has the service.
    let announced = [udp(("192.168.1.105", 44818), ("255.255.255.255", 54412), b"identity")];
    assert_eq!(
        flows(announced.clone()),
        ["udp 255.255.255.255:54412 > 192.168.1.105:44818 enip (group, strong) one-way group-dst"]
    );
    assert_eq!(of_flows(announced, "initiator"), ["server"]);
}

#[test]
fn equal_ports_name_the_service_but_not_always_the_server() {
    let servers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4"];
    let ntp = servers.iter().flat_map(|server| udp_exchange((C, 123), (server, 123)));
    let found = flows(ntp);
    assert_eq!(found[0], "udp 10.0.0.5:123 ~ 192.0.2.1:123 ntp (pair:equal, none) symmetric");
    assert_eq!(
        flows([udp((S, 514), (R, 514), b"<13>")]),
        ["udp 192.0.2.80:514 > 192.0.2.53:514 syslog (pair:equal, moderate) one-way symmetric"]
    );
    assert_eq!(flows(connection((C, 1023), (S, 514), 1)), ["tcp 10.0.0.5:1023 > 192.0.2.80:514 shell (handshake, proven)"]);
}

#[test]
fn many_peers_do_not_make_a_server_but_many_peer_ports_do() {
    let servers = ["192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5"];
    let stun = servers.iter().flat_map(|server| udp_exchange((C, 51518), (server, 3478)));
    assert!(
        flows(stun).iter().all(|found| found.starts_with("udp 10.0.0.5:51518 > ") && found.contains("stun (rank:5>-1, strong)"))
    );
    // A client meets a new port with each server here, so only the hub has met many.
    let peers = ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4"];
    let hub = |two_way: bool| {
        let flow = move |(index, peer): (usize, &&'static str)| {
            let frames = udp_exchange((S, 61413), (peer, 55_000 + index as u16));
            frames.into_iter().take(if two_way { 2 } else { 1 }).collect::<Vec<_>>()
        };
        peers.iter().enumerate().flat_map(flow).collect::<Vec<_>>()
    };
    assert_eq!(flows(hub(true))[0], "udp 10.1.0.1:55000 > 192.0.2.80:61413 unassigned (port-diversity:4>1, moderate)");
    // One that nobody answers is not met: three of four peers silent leave nothing to count.
    let silent = [hub(true)[..2].to_vec(), hub(false)].concat();
    assert!(flows(silent)[0].contains("(none, none)"), "flows that nobody answered do not count");
}

#[test]
fn quic_and_dns_over_quic_and_tls_have_their_doors() {
    let frames = [udp_exchange((C, 50000), (S, 443)), vec![udp((C, 50001), (R, 853), b"?")], connection((C, 50002), (R, 853), 1)];
    let found = flows(frames.concat());
    assert_eq!(
        found,
        [
            "udp 10.0.0.5:50000 > 192.0.2.80:443 https (rank:6>-1, strong)",
            "udp 10.0.0.5:50001 > 192.0.2.53:853 doq (rank:6>-1, strong) one-way",
            "tcp 10.0.0.5:50002 > 192.0.2.53:853 dot (handshake, proven)",
        ]
    );
}

#[test]
fn a_tunnels_port_alone_opens_no_tunnel() {
    let not_vxlan = udp((C, 50000), (S, 4789), b"this is no VXLAN header, and no frame follows it");
    let from_4789 = udp((C, 4789), (R, 53), b"?");
    let mut scene = Scene::new();
    scene.frame(not_vxlan).frame(from_4789);
    let tables = tables_of(&scene.pcap());
    assert_eq!(
        flows_of(&tables),
        [
            "udp 10.0.0.5:50000 > 192.0.2.80:4789 vxlan (rank:5>-1, strong) one-way",
            "udp 10.0.0.5:4789 > 192.0.2.53:53 dns (rank:6>5, weak) one-way",
        ]
    );
    assert_eq!(tables["tunnels"], serde_json::json!([]));
}

#[test]
fn the_innermost_flow_counts_and_the_way_to_it_is_recorded() {
    let vxlan = |from, to, inner: &[u8]| udp(from, to, &[&[8, 0, 0, 0, 0, 0, 42, 0][..], inner].concat());
    let (a, b) = ("198.51.100.1", "198.51.100.2");
    let inner = connection((C, 51544), (S, 80), 1);
    let frames = inner.iter().enumerate().map(|(index, frame)| {
        if index % 2 == 0 { vxlan((a, 49200), (b, 4789), frame) } else { vxlan((b, 61000), (a, 4789), frame) }
    });
    let mut scene = Scene::new();
    scene.frames(frames);
    let tables = tables_of(&scene.pcap());
    assert_eq!(flows_of(&tables), ["tcp 10.0.0.5:51544 > 192.0.2.80:80 http (handshake, proven) tunnelled"]);
    assert_eq!(column(&tables, "flows", "tunnel"), ["vxlan:42"]);
    assert_eq!((packets_at(&tables, "tcp"), packets_at(&tables, "udp")), (9, 0));
    assert_eq!(tables["tunnels"][0]["packets"], 9);
}

#[test]
fn sctp_dccp_and_udp_lite_have_servers_too() {
    let sctp = |from: &str, to: &str, ports: [u16; 2], tag: u32, chunk: u8, initiate: u32| {
        let head = [ports[0].to_be_bytes(), ports[1].to_be_bytes()].concat();
        portless(from, to, 132, &[&head[..], &tag.to_be_bytes(), &[0; 4], &[chunk, 0, 0, 20], &initiate.to_be_bytes()].concat())
    };
    let opened = |port| [sctp(C, S, [port, port], 0, 1, 55), sctp(S, C, [port, port], 55, 2, 66)];
    assert_eq!(flows(opened(36412)), ["sctp 10.0.0.5:36412 > 192.0.2.80:36412 s1-control (handshake, proven) symmetric"]);
    assert!(flows(opened(3306))[0].contains(" mysql "), "SCTP borrows TCP's name where it has none");
    let request = portless(C, S, 33, &[0xc3, 0x50, 0x13, 0x8c, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0]);
    assert!(flows([request])[0].starts_with("dccp 10.0.0.5:50000 > 192.0.2.80:5004 "));
    let lite = portless(C, S, 136, &[0xc3, 0x50, 0x13, 0x8c, 0, 8, 0, 0]);
    assert!(flows([lite])[0].starts_with("udp-lite 10.0.0.5:50000 > 192.0.2.80:5004 rtp"));
}

#[test]
fn port_zero_is_an_anomaly_and_never_a_service() {
    assert_eq!(flows([udp((C, 0), (S, 514), b"<13>")]), ["udp 10.0.0.5:0 > 192.0.2.80:514 syslog (rank:6>-2, strong) one-way"]);
    assert!(flows(exchange((C, 55000), (S, 0), 1))[0].contains("unassigned"));
}

#[test]
fn either_side_can_serve_the_same_service() {
    let frames = [connection((C, 50001), (S, 179), 1), connection((S, 33000), (C, 179), 1)].concat();
    assert_eq!(
        flows(frames),
        [
            "tcp 10.0.0.5:50001 > 192.0.2.80:179 bgp (handshake, proven)",
            "tcp 192.0.2.80:33000 > 10.0.0.5:179 bgp (handshake, proven)",
        ]
    );
    let ranges = [connection((C, 50001), (S, 6001), 1), connection((C, 50002), (S, 6667), 1)].concat();
    assert_eq!(of_flows(ranges, "service"), ["x11", "irc"]);
}

#[test]
fn the_first_packet_counts_where_the_capture_had_been_running() {
    let mut scene = Scene::new();
    scene.frame(arp(1)).wait(5).frames(udp_exchange((C, 55968), (D, 57391)));
    let run = run_with_input(&["read", "-", "--json", "-"], &scene.pcap());
    assert_eq!(flows_of(&run.tables()), ["udp 10.0.0.5:55968 > 10.0.0.6:57391 unassigned (first-packet, moderate)"]);
}

/// The rows of a table, with the values of some columns in words.
fn rows(tables: &Value, table: &str, names: &[&str]) -> Vec<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| names.iter().map(|name| word(&row[*name])).collect::<Vec<_>>().join(" ");
    tables[table].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn ports_and_ranges_tell_how_the_connections_to_them_went() {
    let refuse = |port| vec![tcp((C, 50_000), (S, port), "S", 1, 0, b""), tcp((S, port), (C, 50_000), "RA", 0, 2, b"")];
    let reset = [handshake((C, 50_001), (S, 8080), 1), vec![tcp((S, 8080), (C, 50_001), "R", 1001, 0, b"")]].concat();
    let syn = vec![tcp((C, 50_000), (S, 52_000), "S", 1, 0, b"")];
    let question = udp((C, 55_000), (S, 161), b"get");
    let unreachable = vec![question.clone(), icmp_error(S, C, 3, 3, &question)];
    let (known, unclear) = (exchange((C, 5060), (S, 8080), 1), exchange((C, 55_968), (D, 57_391), 1));
    let log = vec![udp((S, 514), (R, 514), b"<13>")];
    let connections = [connection((C, 50_002), (S, 80), 1), connection((C, 50_003), (S, 80), 1)].concat();
    let mut scene = Scene::new();
    scene.frames([refuse(22), refuse(23), refuse(8080), reset, syn, unreachable, known, unclear, log, connections].concat());
    let tables = tables_of(&scene.pcap());
    let outcomes = ["attempted", "established", "refused", "reset", "midstream"];
    let ranges = rows(&tables, "ranges", &[&["transport", "range", "port_count", "flows"][..], &outcomes].concat());
    assert_eq!(
        ranges,
        [
            "tcp system 3 4 0 2 2 0 0",
            "tcp user 1 3 0 0 1 1 1",
            "tcp dynamic 1 1 1 0 0 0 0",
            "tcp undetermined 0 1 0 0 0 0 1",
            "udp system 2 2 0 0 1 0 0",
        ]
    );
    let ports = rows(&tables, "ports", &[&["transport", "port", "flows_as_server", "flows_as_client"][..], &outcomes].concat());
    let of_port = |port: &str| ports.iter().find(|row| row.starts_with(port)).unwrap().as_str();
    assert_eq!(of_port("tcp 80 "), "tcp 80 2 0 0 2 0 0 0");
    assert_eq!(of_port("tcp 50000 "), "tcp 50000 0 4 0 0 0 0 0", "a client's port has no outcomes");
    assert_eq!(of_port("udp 161 "), "udp 161 1 0 0 0 1 0 0", "ICMP refuses for UDP");
    assert_eq!(of_port("udp 514 "), "udp 514 1 1 0 0 0 0 0");
    assert!(ports[0].starts_with("tcp 8080 3"), "most served first: {ports:?}");
}
