//! Which flow `portolan explain` is asked for, and what it says where that is not clear.

use testkit::*;

use crate::filter::{is_skipped, mixed};
use crate::support::{Folder, Run, run, run_with_input};

/// What `portolan explain` says of these frames; `words` are those behind the file.
fn explain(frames: impl IntoIterator<Item = Vec<u8>>, words: &[&str]) -> Run {
    let (folder, mut scene) = (Folder::new(), Scene::new());
    scene.frames(frames);
    run(&[&["explain", &folder.file("capture.pcap", &scene.pcap())], words].concat())
}

/// The number of the flow that is explained.
fn flow_number(run: &Run) -> &str {
    let title = run.stdout.strip_prefix("Flow ").unwrap_or_else(|| panic!("{run:?}"));
    title.split_once(':').unwrap().0
}

#[track_caller]
fn assert_refused(run: &Run, why: &str) {
    assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains(why), "{why}: {run:?}");
}

/// Three connections, the first two between the same machines.
fn three_connections() -> Vec<Vec<u8>> {
    [connection((C, 51_544), (S, 80), 1), connection((C, 51_545), (S, 80), 1), connection((D, 51_544), (S, 443), 1)].concat()
}

#[test]
fn both_ends_may_stand_in_any_order_with_an_arrow_or_a_blank_between() {
    for ends in ["192.0.2.80:80-10.0.0.5:51545", "10.0.0.5:51545 > 192.0.2.80:80", "10.0.0.5:51545->192.0.2.80:80"] {
        assert_eq!(flow_number(&explain(three_connections(), &[ends])), "2", "{ends}");
    }
    assert_eq!(flow_number(&explain(three_connections(), &["10.0.0.6 <-> 192.0.2.80"])), "3");
    assert_eq!(flow_number(&explain(three_connections(), &["10.0.0.5:51545 192.0.2.80:80"])), "2");
}

#[test]
fn options_may_stand_anywhere() {
    let (folder, mut scene) = (Folder::new(), Scene::new());
    scene.frames(three_connections());
    let file = folder.file("capture.pcap", &scene.pcap());
    for words in [["--threads", "1", &file, "2"], [&file, "--threads", "1", "2"], [&file, "2", "--threads", "1"]] {
        assert_eq!(flow_number(&run(&[&["explain"][..], &words].concat())), "2", "{words:?}");
    }
    // The last word is the flow, even if a file is called so.
    assert_eq!(flow_number(&run(&["explain", &file, "2"])), "2");
}

#[test]
fn a_community_id_names_a_flow() {
    let (folder, mut scene) = (Folder::new(), Scene::new());
    scene.frames(three_connections());
    let file = folder.file("capture.pcap", &scene.pcap());
    let tables = run(&["read", &file, "--json", "-"]).tables();
    let id = tables["flows"][1]["community_id"].as_str().unwrap();
    assert_eq!(flow_number(&run(&["explain", &file, id])), "2");
    let unknown = run(&["explain", &file, "1:LQU9qZlK+B5F3KDmev6m5PMibrg="]);
    assert_refused(&unknown, "no flow has this Community ID (version 1, seed 0)");
}

#[test]
fn a_packet_leads_to_its_flow() {
    let reused = || [vec![arp(1)], connection((C, 51_544), (S, 80), 1), connection((C, 51_544), (S, 80), 70_000)].concat();
    let first = explain(reused(), &["packet:2"]);
    assert_eq!(flow_number(&first), "1");
    assert!(first.stdout.contains("  Packet 2 at 0.001 s was sent by 10.0.0.5:51544.\n"), "{}", first.stdout);
    let second = explain(reused(), &["packet:12"]);
    assert_eq!(flow_number(&second), "2");
    assert!(second.stdout.contains("was sent by 192.0.2.80:80."), "{}", second.stdout);
    let (folder, mut late) = (Folder::new(), Scene::new());
    late.frame(udp((C, 50_001), (R, 53), b"?")).wait(60).frame(udp((R, 53), (C, 50_001), b"!"));
    let file = folder.file("late.pcap", &late.pcap());
    assert_eq!(flow_number(&run(&["explain", &file, "packet:2"])), "1");
    assert_eq!(flow_number(&run(&["explain", &file, "packet:2", "--idle-timeout", "30"])), "2");
    // Packets are numbered over all files.
    let mut more = Scene::new();
    more.wait(70).frames(three_connections());
    assert_eq!(flow_number(&run(&["explain", &file, &folder.file("more.pcap", &more.pcap()), "packet:3"])), "2");
}

#[test]
fn an_icmp_error_is_a_packet_of_its_own_flow_and_tells_of_which_it_is() {
    let question = udp((C, 50_001), (R, 53), b"?");
    let explained =
        explain([arp(1), udp((D, 50_001), (R, 53), b"?"), question.clone(), icmp_error(R, C, 3, 3, &question)], &["packet:4"]);
    assert_eq!(flow_number(&explained), "3");
    assert!(
        explained.stdout.contains("was sent by 192.0.2.53; it is an ICMP error about a packet of flow 2."),
        "{}",
        explained.stdout
    );
}

#[test]
fn fragments_belong_to_the_flow_of_their_first_one() {
    let fragments = udp_fragments((C, 50_001), (R, 53), &[7; 3000], 1480, 9);
    let (first, later) = (fragments[0].clone(), fragments[1].clone());
    let before = udp((D, 50_001), (R, 53), b"?");
    for (frames, packet) in [([before.clone(), first.clone(), later.clone()], 3), ([before.clone(), later.clone(), first], 2)] {
        let explained = explain(frames, &[&format!("packet:{packet}")]);
        assert_eq!(flow_number(&explained), "2");
        assert!(explained.stdout.contains("is a later fragment of one of this flow's datagrams."), "{}", explained.stdout);
    }
    let orphan = explain([before, later], &["packet:2"]);
    assert_refused(&orphan, "packet 2 belongs to no flow: it is a later fragment, and the capture lacks the first one");
    assert_refused(&orphan, "It is counted as fragment in the table ledger");
}

#[test]
fn halves_in_two_networks_are_one_flow_for_packets_behind_them_too() {
    let tag = |frame: Vec<u8>| {
        let id = if frame[26..30] == [10, 0, 0, 5] { 10 } else { 20 };
        tagged(&frame, &[(0x8100, id)])
    };
    let frames: Vec<Vec<u8>> = three_connections().into_iter().map(tag).collect();
    let answer = explain(frames.clone(), &["packet:2"]);
    assert_eq!(flow_number(&answer), "1");
    let expected = "  One direction was seen in VLAN 10, the other in VLAN 20.\n";
    assert!(answer.stdout.contains(expected), "{}", answer.stdout);
    assert_eq!(flow_number(&explain(frames.clone(), &["packet:11"])), "2");
    let last = explain(frames, &["packet:19"]);
    assert_eq!(flow_number(&last), "3");
    assert!(last.stdout.contains("  It was seen in VLAN 20.\n"), "{}", last.stdout);
}

#[test]
fn what_belongs_to_no_flow_is_told_with_what_it_is_counted_as() {
    let mut damaged = udp((C, 50_001), (R, 53), b"?");
    damaged[14] = 0x41;
    let frames = || [arp(1), damaged.clone(), udp((C, 50_001), (R, 53), b"?"), udp((C, 50_001), (R, 53), b"?")];
    let arp = explain(frames(), &["packet:1"]);
    assert_refused(
        &arp,
        "packet 1 belongs to no flow: it is arp (request), which is not IP. It is counted as non-ip in the table ledger",
    );
    assert_refused(&explain(frames(), &["packet:2"]), "its headers contradict themselves. It is counted as malformed");
    assert_refused(&explain(frames(), &["packet:5"]), "there is no packet 5; the capture has 4 packets, numbered from 1");
    assert_refused(&explain(frames(), &["packet:0"]), "there is no packet 0");
    assert_eq!(flow_number(&explain(frames(), &["packet:4"])), "1");
    assert_refused(&explain(frames(), &["packet:4", "--dedup"]), "packet 4 was dropped as a duplicate");
    let (folder, scene) = (Folder::new(), Scene::new().frame(udp((C, 1), (R, 2), b"")).pcap_of_link_type(147));
    let unsupported = run(&["explain", &folder.file("x", &scene), "packet:1"]);
    assert_refused(&unsupported, "its link type 147");
    let cut = run(&["explain", "samples/cut-headers.pcap", "packet:10"]);
    assert_refused(&cut, "too little of it was captured");
}

#[test]
fn what_stands_for_many_flows_is_not_explained() {
    let frames = [udp((C, 1001), (R, 53), b"?"), udp((C, 1002), (R, 53), b"?"), udp((C, 1003), (R, 53), b"?")];
    for flow in ["2", "packet:3"] {
        let run = explain(frames.clone(), &[flow, "--max-flows", "1"]);
        assert_refused(&run, "flow 2 stands for all UDP flows beyond the flow limit, counted together");
    }
}

#[test]
fn several_flows_that_fit_are_a_table() {
    let few = explain(three_connections(), &["10.0.0.5"]);
    let table = "portolan: 2 flows match; name one of them by its number\n\
                 Flows to choose from, with the second of the capture at which each began\n\
                 flow  second  proto  client     port  server      port  service  packets\n   \
                    1   0.000  tcp    10.0.0.5  51544  192.0.2.80    80  http           9\n   \
                    2   0.009  tcp    10.0.0.5  51545  192.0.2.80    80  http           9\n\n";
    assert_eq!((few.code, few.stdout.as_str(), few.stderr.as_str()), (2, "", table));
    let many = explain((0..23).map(|port| udp((C, 50_000 + port), (R, 53), b"?")), &["10.0.0.5"]);
    assert_refused(&many, "portolan: 23 flows match");
    assert!(many.stderr.contains(" 50019 ") && !many.stderr.contains(" 50020 "), "{}", many.stderr);
    assert!(many.stderr.contains("(3 others)"), "{}", many.stderr);
    let vlans = run(&["explain", "samples/vlan.pcap", "10.0.0.5:51544"]);
    assert!(vlans.stderr.lines().any(|line| line.contains(" 100/20 ")), "{}", vlans.stderr);
}

#[test]
fn a_flow_that_is_not_there_is_told() {
    let file = "samples/one-address-many-servers.pcap";
    assert_refused(&run(&["explain", file, "99"]), "there is no flow 99; the capture has 10 flows");
    assert_refused(&run(&["explain", file, "0"]), "there is no flow 0");
    assert_refused(&run(&["explain", file, "203.0.113.1:80"]), "no flow has these endpoints");
    assert_refused(&run(&["explain", "no-such-file.pcap", "1"]), "no such file");
}

#[test]
fn a_word_that_is_no_flow_is_told_with_the_forms_that_are() {
    let port = run(&["explain", "samples/handshake.pcap", "port 80"]);
    assert_refused(&port, "portolan: \"port 80\" is not a flow. Name a flow by\n  its number in the table flows     94\n");
    for form in ["10.0.0.5:51544-192.0.2.80:443", "192.0.2.80:443 or 192.0.2.80", "packet:597", "1:LQU9qZlK+B5F3KDmev6m5PMibrg="]
    {
        assert_refused(&port, form);
    }
    let hostile = explain(three_connections(), &["\u{1b}[2J"]);
    assert!(hostile.code == 2 && !hostile.stderr.contains('\u{1b}'), "{hostile:?}");
}

#[test]
fn a_missing_flow_and_a_missing_capture_are_told_as_such() {
    let file = "samples/handshake.pcap";
    let no_flow = run(&["explain", file]);
    assert_refused(&no_flow, "name the flow, too: portolan explain ");
    assert_refused(&no_flow, &format!("portolan read {file} --table flows lists all flows"));
    assert_refused(&run(&["explain", file, "samples/vlan.pcap"]), "name the flow, too");
    assert_refused(&run(&["explain", "94"]), "name the capture, too: portolan explain FILE 94");
    assert_refused(&run(&["explain"]), "name a capture and a flow: portolan explain FILE FLOW");
}

#[test]
fn what_can_be_read_only_once_is_refused() {
    assert_refused(&run_with_input(&["explain", "-", "1"], b""), "save it to a file first");
    #[cfg(unix)]
    {
        let folder = Folder::new();
        let fifo = folder.path("fifo").to_str().unwrap().to_owned();
        assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
        // Nobody writes into it: whoever opens it waits for ever.
        for words in [&[&*fifo, "1"][..], &["samples/handshake.pcap", &fifo, "1"]] {
            let refused = run(&[&["explain"], words].concat());
            assert_refused(&refused, &format!("{fifo} is a FIFO or a pipe, which can be read only once"));
            assert_refused(&refused, &format!("save it to a file first (cat {fifo} > capture.pcap)"));
        }
        assert_refused(&run(&["explain", "/dev/null", "1"]), "/dev/null is a device");
    }
}

#[test]
fn a_filter_narrows_which_flow_is_meant_and_changes_neither_numbers_nor_evidence() {
    if is_skipped() {
        return;
    }
    let folder = Folder::new();
    let file = folder.file("mixed.pcap", &mixed().pcap());
    let expected = "portolan: the filter matches 9 of 12 packets, in 1 of 3 flows; flow numbers are those of the whole capture\n";
    let explained = run(&["explain", &file, "-f", "tcp", "2"]);
    assert_eq!((explained.code, explained.stderr.as_str(), flow_number(&explained)), (0, expected, "2"));
    assert!(explained.stdout.contains("10.0.0.5:40001 sent SYN in packet 2"), "{}", explained.stdout);
    assert_eq!(run(&["explain", &file, "2"]).stdout, explained.stdout);
    // A single packet of a flow is enough, and the explanation has them all.
    assert_eq!(run(&["explain", "-f", "tcp[tcpflags] == tcp-syn", &file]).stdout, explained.stdout);
    assert_eq!(run(&["explain", "-f", "tcp", &file, "10.0.0.5"]).stdout, explained.stdout);
    assert_eq!(flow_number(&run(&["explain", "-f", "tcp", &file, "packet:3"])), "2");
}

#[test]
fn what_a_filter_does_not_match_is_told_with_what_it_does() {
    if is_skipped() {
        return;
    }
    let folder = Folder::new();
    let (file, mut scene) = (folder.file("mixed.pcap", &mixed().pcap()), Scene::new());
    let other = run(&["explain", &file, "1", "-f", "tcp"]);
    assert_refused(
        &other,
        "no packet of flow 1 matches the filter. Flow numbers are those of the whole capture: portolan read FILE",
    );
    assert!(other.stderr.lines().any(|line| line.trim_start().starts_with("2   0.001  tcp")), "{}", other.stderr);
    let several = run(&["explain", &file, "-f", "not arp"]);
    assert_refused(&several, "3 flows match; name one of them by its number");
    assert_refused(&run(&["explain", &file, "-f", "arp"]), "no packet that matches the filter belongs to a flow");
    let fitting = run(&["explain", &file, "-f", "tcp", "10.0.0.5:40000"]);
    assert_refused(&fitting, "2 flows match the question, but none of their packets matches the filter");
    assert_refused(
        &run(&["explain", &file, "-f", "tcp", "packet:1"]),
        "flow 1 is the one asked for, but none of its packets matches the filter",
    );
    // A later fragment that comes first matches by its length only.
    let fragments = udp_fragments((C, 50_001), (R, 53), &[7; 3000], 1480, 9);
    scene.frames([udp((D, 50_001), (R, 53), b"?"), fragments[2].clone(), fragments[0].clone()]);
    let fragmented = folder.file("fragments.pcap", &scene.pcap());
    assert_eq!(flow_number(&run(&["explain", &fragmented, "-f", "ip[6:2] & 0x1fff != 0"])), "2");
}

#[test]
fn a_flow_is_selected_by_what_is_known_of_it() {
    let chosen = |words: &[&str]| explain(three_connections(), words);
    let only = chosen(&["--service", "https"]);
    assert_eq!((only.code, flow_number(&only)), (0, "3"));
    assert_eq!(only.stderr, "portolan: selected 1 of 3 flows; flow numbers are those of the whole capture\n");
    assert_eq!(flow_number(&chosen(&["--not-port", "443", "10.0.0.5:51545", "--quiet"])), "2");
    assert_eq!(flow_number(&chosen(&["--port", "80", "packet:1"])), "1");
    let several = chosen(&["--server", "192.0.2.80:80"]);
    assert_refused(&several, "2 flows match; name one of them by its number");
    let listed = several.stderr.lines().filter(|line| line.contains("  http  ")).count();
    assert!(listed == 2 && !several.stderr.contains("https"), "{several:?}");
}

#[test]
fn what_is_not_selected_is_told_with_what_is() {
    let refused = |words: &[&str], why: &str| assert_refused(&explain(three_connections(), words), why);
    refused(&["--port", "80", "3"], "flow 3 is not among the selected flows\nFlows to choose from");
    refused(&["--port", "443", "10.0.0.5"], "2 flows match the question, but none of them is among the selected flows");
    refused(&["--port", "443", "packet:1"], "flow 1 is the one asked for, but it is not among the selected flows");
    refused(&["--client", "10.9.0.0/16"], "the options select no flow of the capture");
    refused(&["--client", "desk9"], "the capture gives no address the name \"desk9\"");
    refused(&["--service", "htps"], "there is no service \"htps\"; did you mean");
    if !is_skipped() {
        refused(&["--port", "443", "-f", "port 80"], "flow 3 is the one asked for, but none of its packets matches the filter");
    }
}
