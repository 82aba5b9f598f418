//! `portolan explain`: who is the server of a flow, and why, in words. Whole explanations stand in `docs/explain.md`.

use testkit::*;

use crate::support::{Folder, run};

/// The explanation of a flow of these frames, a sentence a line.
fn explain(frames: impl IntoIterator<Item = Vec<u8>>, flow: &str) -> String {
    let mut scene = Scene::new();
    scene.frames(frames);
    explain_scene(&scene, flow)
}

fn explain_scene(scene: &Scene, flow: &str) -> String {
    let folder = Folder::new();
    let run = run(&["explain", &folder.file("capture.pcap", &scene.pcap()), flow]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    run.stdout
}

/// True if one line begins with the rung and what it did, and says all of these.
fn has_line(explanation: &str, rung: &str, state: &str, parts: &[&str]) -> bool {
    let is_it = |line: &&str| {
        let mut words = line.split_whitespace();
        words.next() == Some(rung) && words.next() == Some(state)
    };
    explanation.lines().find(is_it).is_some_and(|line| parts.iter().all(|part| line.contains(part)))
}

#[track_caller]
fn assert_has_line(explanation: &str, rung: &str, state: &str, parts: &[&str]) {
    assert!(has_line(explanation, rung, state, parts), "{rung} {state} {parts:?}:\n{explanation}");
}

#[test]
fn the_packets_of_a_handshake_are_told_and_who_disagrees() {
    let explanation = explain([vec![arp(1)], connection((C, 53), (S, 41_999), 1)].concat(), "1");
    let packets =
        ["10.0.0.5:53 sent SYN in packet 2 at 0.001 s, and 192.0.2.80:41999 answered with SYN-ACK in packet 3 at 0.002 s."];
    assert_has_line(&explanation, "handshake", "decides", &packets);
    assert_has_line(&explanation, "rank", "disagrees", &["53 (dns) has rank 6", "41999 (unassigned) has rank 0"]);
    assert_has_line(&explanation, "expect", "silent", &["No control channel"]);
    assert!(explanation.contains(
        "So 192.0.2.80:41999 is the server. Evidence: handshake. Confidence: proven, that is, observed and not inferred."
    ));
    assert!(explanation.contains("The client's port may have a name, but it never names a flow"));
    assert_eq!(explanation.lines().filter(|line| line.contains("rank")).count(), 1, "a rung is told once");
}

#[test]
fn a_repeated_opening_is_told_by_the_one_that_was_answered_and_a_later_connection_by_its_own() {
    let mut twice = Scene::new();
    twice.frame(tcp((C, 51_544), (S, 80), "S", 1, 0, b"")).wait(1).frames(connection((C, 51_544), (S, 80), 1));
    assert_has_line(&explain_scene(&twice, "1"), "handshake", "decides", &["sent SYN in packet 2", "SYN-ACK in packet 3"]);
    let reused = [connection((C, 51_544), (S, 80), 1), connection((C, 51_544), (S, 80), 70_000)].concat();
    assert_has_line(&explain(reused.clone(), "2"), "handshake", "decides", &["sent SYN in packet 10", "SYN-ACK in packet 11"]);
    let explanation = explain(reused, "2");
    assert!(explanation.contains("port-reuse         An earlier connection used the same two ports."));
}

#[test]
fn refusals_halves_and_nothing_at_all_are_told_as_what_they_are() {
    let refused = [tcp((C, 51_544), (S, 80), "S", 1, 0, b""), tcp((S, 80), (C, 51_544), "RA", 0, 2, b"")];
    assert_has_line(&explain(refused, "1"), "handshake", "decides", &["192.0.2.80:80 refused it in packet 2"]);
    let unanswered = [tcp((C, 51_544), (S, 80), "S", 1, 0, b"")];
    assert_has_line(&explain(unanswered, "1"), "handshake", "decides", &["sent SYN in packet 1", "no SYN-ACK came back"]);
    let answer = tcp((S, 80), (C, 6669), "SA", 1000, 2, b"");
    let lone = explain([answer.clone()], "1");
    assert_has_line(&lone, "handshake", "decides", &["192.0.2.80:80 answered with SYN-ACK in packet 1", "forged"]);
    assert!(lone.contains("attempt            No connection was established"), "an answer is in the capture");
    let used = [vec![answer], exchange((C, 6669), (S, 80), 2)].concat();
    assert_has_line(
        &explain(used, "1"),
        "handshake",
        "decides",
        &["continued in packet 2", "the SYN that it answers is not in the capture"],
    );
    let active = explain(connection((S, 20), (C, 50_000), 1), "1");
    assert_has_line(&active, "handshake", "decides", &["It came from port 20"]);
    assert!(active.contains("The server opened the flow, not the client."));
}

#[test]
fn an_announcement_is_told_with_its_packet_its_flow_and_a_translation() {
    let control = dialogue((C, 40_001), (S, 21), 1, &[">PASV\r\n", "<227 (10,9,9,9,234,99)\r\n"]);
    let explanation = explain([control, connection((C, 40_002), (S, 60_003), 1)].concat(), "10.0.0.5:40002-192.0.2.80:60003");
    assert_has_line(&explanation, "expect", "decides", &["In packet 5 of flow 1, the FTP server 192.0.2.80", "10.9.9.9:60003"]);
    assert_has_line(&explanation, "handshake", "agrees", &[]);
    assert!(explanation.contains("10.9.9.9:60003 was announced, but 192.0.2.80:60003 was seen"));
    assert!(explanation.contains("ftp-data: announced on a control channel"));
}

#[test]
fn other_flows_are_counted_but_not_the_flow_itself() {
    let frames =
        [exchange((C, 5060), (S, 8080), 1), connection((D, 40_002), (S, 8080), 1), connection((D, 40_003), (S, 8080), 1)];
    let explanation = explain(frames.concat(), "1");
    assert_has_line(&explanation, "known-server", "decides", &["2 other flows show 192.0.2.80:8080 to be a server."]);
    let itself = explain(frames.concat(), "2");
    assert_has_line(&itself, "known-server", "agrees", &["Another flow shows"]);
    assert!(explanation.contains("http-alt: IANA has assigned 8080/tcp to it."));
    let lower_address = [exchange((S, 5060), (C, 8080), 1), connection((D, 40_002), (C, 8080), 1)];
    let explanation = explain(lower_address.concat(), "1");
    assert_has_line(&explanation, "known-server", "decides", &["Another flow shows 10.0.0.5:8080 to be a server."]);
}

#[test]
fn what_a_name_is_worth_depends_on_who_gives_it() {
    let to = |port| explain(connection((C, 51_544), (S, port), 1), "1");
    assert!(to(53).contains("dns: IANA has assigned 53/tcp to it, under the name \"domain\"."));
    assert!(to(5601).contains("kibana: a customary use of 5601/tcp, which IANA has assigned to \"esmagent\"."));
    assert!(to(27_015).contains("a customary use of 27015/tcp, which IANA has not assigned."));
    assert!(to(4997).contains("unassigned: 4997/tcp has no name."));
}

#[test]
fn flows_without_ports_and_over_ipv6_are_explained_too() {
    let explanation = explain([ping(C, D, 8, 7), ping(D, C, 0, 7)], "10.0.0.6-10.0.0.5");
    assert!(explanation.contains("icmp has no ports"));
    assert!(
        explanation.contains("10.0.0.5 sent a request in packet 1 at 0.000 s, and 10.0.0.6 replied in packet 2 at 0.001 s."),
        "{explanation}"
    );
    let (client, server) = (("2001:db8::5", 51_544), ("2001:db8::80", 443));
    let explanation = explain(connection(client, server, 1), "[2001:db8::80]:443");
    assert!(explanation.contains("So [2001:db8::80]:443 is the server"));
}

#[test]
fn a_damaged_capture_is_explained_as_far_as_it_goes() {
    let run = run(&["explain", "samples/cut-off.pcap", "1"]);
    assert!(run.code == 1 && run.stdout.contains("Who is the server?") && !run.stderr.is_empty());
}

#[test]
fn equals_and_peers_are_told_as_such() {
    let answer = b"v=0\r\nc=IN IP4 192.0.2.90\r\nm=audio 49170 RTP/AVP 0\r\n";
    let call = [vec![udp((S, 5060), (C, 5061), answer)], udp_exchange((C, 40_010), ("192.0.2.90", 49_170))].concat();
    let explanation = explain(call, "2");
    assert_has_line(&explanation, "expect", "decides", &["192.0.2.80 said that rtp was to be sent to 192.0.2.90:49170"]);
    assert!(explanation.contains("neither side is its server: the two sides are peers"));
    let ntp = explain(udp_exchange((C, 123), (S, 123)), "1");
    assert_has_line(&ntp, "pair:equal", "decides", &["Both ports are 123: this shows the service, but not the server."]);
    assert!(ntp.contains("So the service is known, but it cannot be told which side is the server."));
    let peers: Vec<&'static str> = (1..=11).map(|n| &*Box::leak(format!("10.1.0.{n}").into_boxed_str())).collect();
    let (one, other) = ((C, 55_968), (D, 57_391));
    let hub = |own: Endpoint| peers.iter().flat_map(move |peer| udp_exchange(own, (peer, 55_000)));
    let explanation = explain(udp_exchange(one, other).into_iter().chain(hub(one)).chain(hub(other)), "1");
    assert_has_line(&explanation, "rank", "silent", &["Both ends talked to many machines, and neither port is registered"]);
}

#[test]
fn groups_pairs_and_silent_sides_are_told_by_their_ends() {
    let search = explain([udp((C, 50_500), ("239.255.255.250", 1900), b"M-SEARCH")], "1");
    assert_has_line(
        &search,
        "group",
        "decides",
        &["239.255.255.250:1900 is a group address (multicast or broadcast): whoever sends there wants the service"],
    );
    assert!(search.contains("So 239.255.255.250:1900 stands for the servers of the group. Evidence: group."));
    assert_has_line(&search, "port-diversity", "silent", &["Only one side sent packets, so the ports it talked to say nothing."]);
    let announced = explain([udp(("192.168.1.105", 44_818), ("255.255.255.255", 54_412), b"identity")], "1");
    assert_has_line(&announced, "group", "decides", &["it is the sender's port 44818 that has a service."]);
    let log = explain([udp((S, 514), (R, 514), b"<13>")], "1");
    assert_has_line(&log, "pair:equal", "decides", &["the first packet (packet 1, at 0.000 s) went to 192.0.2.53:514."]);
    let dhcp = |client, server| explain(udp_exchange((C, client), (S, server)), "1");
    assert_has_line(&dhcp(68, 67), "pair:dhcp", "decides", &["the server uses port 67 and the client port 68."]);
    assert_has_line(&dhcp(546, 547), "pair:dhcp", "decides", &["the server uses port 547 and the client port 546."]);
}

#[test]
fn the_first_packet_is_told_with_what_it_is_worth() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frame(arp(1)).wait(5).frames(udp_exchange((C, 55_968), (D, 57_391)));
    let explanation = run(&["explain", &folder.file("capture.pcap", &scene.pcap()), "1"]).stdout;
    assert_has_line(
        &explanation,
        "first-packet",
        "decides",
        &["10.0.0.5:55968 sent the first packet (packet 2, at 5.001 s), well after"],
    );
    assert!(explanation.contains("unassigned: 57391/udp has no name."));
    let unclear = explain(exchange((S, 80), (C, 6669), 2), "1");
    assert!(unclear.contains("If the other side were the server, the service would be irc."), "{unclear}");
}

#[test]
fn halves_of_a_question_without_ports_are_told_by_who_sent_them() {
    let explanation = explain([ping(C, D, 8, 7)], "1");
    assert!(
        explanation.contains("10.0.0.5 sent a request in packet 1 at 0.000 s, and the capture has no reply from 10.0.0.6."),
        "{explanation}"
    );
    let answered = explain([ping(D, C, 0, 7)], "1");
    assert!(answered.contains("10.0.0.6 replied in packet 1 at 0.000 s; the capture does not have the request from 10.0.0.5."));
}

#[test]
fn other_transports_open_in_their_own_words() {
    let sctp = |from: &str, to: &str, ports: [u16; 2], tag: u32, chunk: u8, initiate: u32| {
        let head = [ports[0].to_be_bytes(), ports[1].to_be_bytes()].concat();
        portless(from, to, 132, &[&head[..], &tag.to_be_bytes(), &[0; 4], &[chunk, 0, 0, 20], &initiate.to_be_bytes()].concat())
    };
    let explanation = explain([sctp(C, S, [50_000, 36_412], 0, 1, 55), sctp(S, C, [36_412, 50_000], 55, 2, 66)], "1");
    assert_has_line(&explanation, "handshake", "decides", &["sent INIT in packet 1", "answered with INIT ACK in packet 2"]);
}

#[test]
fn neither_a_reset_nor_an_error_makes_use_of_an_answer() {
    let answer = tcp((S, 80), (C, 6669), "SA", 1000, 2, b"");
    let reset = tcp((C, 6669), (S, 80), "R", 2, 0, b"");
    let error = icmp_error(R, S, 3, 1, &answer);
    let used = [vec![answer, reset, error], exchange((C, 6669), (S, 80), 2)].concat();
    assert_has_line(&explain(used, "1"), "handshake", "decides", &["continued in packet 4"]);
}

#[test]
fn packets_are_counted_over_all_files_and_flows_end_where_the_tables_end_them() {
    let folder = Folder::new();
    let (mut first, mut second) = (Scene::new(), Scene::new());
    first.frames([arp(1), arp(2)]);
    second.wait(1).frames(connection((C, 51_544), (S, 80), 1));
    let files = [folder.file("first.pcap", &first.pcap()), folder.file("second.pcap", &second.pcap())];
    let explanation = run(&["explain", &files[0], &files[1], "1"]).stdout;
    assert_has_line(&explanation, "handshake", "decides", &["sent SYN in packet 3 at 1.000 s"]);
    let mut silence = Scene::new();
    silence.frames(udp_exchange((C, 55_968), (D, 57_391))).wait(60).frames(udp_exchange((D, 57_391), (C, 55_968)));
    let file = folder.file("silence.pcap", &silence.pcap());
    let explanation = run(&["explain", "--idle-timeout", "30", &file, "2"]).stdout;
    assert_has_line(&explanation, "first-packet", "decides", &["10.0.0.6:57391 sent the first packet (packet 3, at 60.002 s)"]);
}

#[test]
fn a_rule_of_the_user_is_told_with_its_machine() {
    let folder = Folder::new();
    let rules = folder.file("ports.txt", b"10.0.0.5 udp/55968 = game\n");
    let mut scene = Scene::new();
    scene.frames(udp_exchange((C, 55_968), (D, 57_391)));
    let explanation = run(&["explain", "--services", &rules, &folder.file("capture.pcap", &scene.pcap()), "1"]).stdout;
    assert_has_line(&explanation, "user", "decides", &["Your own port table has a rule for 10.0.0.5:55968."]);
    assert!(explanation.contains("game: from your own port table."));
}

#[test]
fn a_flow_is_found_by_both_its_ends_with_their_ports() {
    let frames = [connection((C, 51_544), (S, 80), 1), connection((C, 51_545), (S, 80), 1), connection((D, 51_544), (S, 443), 1)];
    let title = |ends: &str| explain(frames.concat(), ends).lines().next().unwrap().split(':').next().unwrap().to_owned();
    assert_eq!(title("10.0.0.5:51545"), "Flow 2");
    assert_eq!(title("192.0.2.80:80-10.0.0.5:51544"), "Flow 1");
    assert_eq!(title("10.0.0.6-192.0.2.80"), "Flow 3");
}
