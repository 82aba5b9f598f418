//! `--filter`: which packets are looked at. Without libpcap: that it is told, and nothing else.

use testkit::*;

use crate::support::{Run, column, packets_at, run, run_with_input, sum};

/// True if there is no libpcap to filter with; it is said in that case.
pub fn is_skipped() -> bool {
    let probe = run_with_input(&["read", "-", "--filter", "tcp"], &Scene::new().frame(arp(1)).pcap());
    let is_missing = probe.stderr.contains("cannot filter: ");
    if is_missing {
        assert!(probe.code == 2 && probe.stdout.is_empty(), "{probe:?}");
        println!("skipped: {}", probe.stderr);
    }
    is_missing
}

fn filtered(expression: &str, capture: &[u8]) -> Run {
    run_with_input(&["read", "-", "--json", "-", "--filter", expression], capture)
}

/// A DNS question, a Web connection, an ARP request, and the question once more with a VLAN tag.
pub fn mixed() -> Scene {
    let question = udp((C, 40_000), (S, 53), b"question");
    let mut scene = Scene::new();
    scene.frame(question.clone()).frames(connection((C, 40_001), (S, 80), 1)).frame(arp(1));
    scene.frame(tagged(&question, &[(0x8100, 7)]));
    scene
}

#[test]
fn what_does_not_match_is_as_if_it_were_not_in_the_capture_and_is_counted() {
    if is_skipped() {
        return;
    }
    let run = filtered("tcp port 80", &mixed().pcap());
    assert_eq!((run.code, run.stderr.as_str()), (0, "portolan: the filter matches 9 of 12 packets\n"));
    let tables = run.tables();
    assert_eq!((packets_at(&tables, "tcp"), sum(&tables, "ledger", "packets")), (9, 9));
    assert_eq!(sum(&tables, "capture", "packets"), 9);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["options"]["filter"], "tcp port 80");
}

#[test]
fn packets_behind_a_vlan_tag_are_told_with_the_filter_that_finds_them() {
    if is_skipped() {
        return;
    }
    let capture = mixed().pcap();
    let messages = filtered("udp port 53", &capture).stderr;
    assert!(messages.contains("matches 1 of 12 packets"), "{messages}");
    let with_vlan = "udp port 53 or (vlan and (udp port 53))";
    assert!(messages.contains("where 1 packet would match") && messages.ends_with(&format!(": {with_vlan}\n")), "{messages}");
    assert_eq!(filtered(with_vlan, &capture).stderr, "portolan: the filter matches 2 of 12 packets\n");
}

#[test]
fn raw_ip_is_filtered_and_what_cannot_be_asked_is_told() {
    if is_skipped() {
        return;
    }
    let mut scene = Scene::new();
    scene.frame(udp((C, 40_000), (S, 53), b"question")[14..].to_vec());
    for link_type in [101, 12, 228] {
        assert_eq!(column(&filtered("udp", &scene.pcap_of_link_type(link_type)).tables(), "capture", "packets"), [1]);
    }
    let run = filtered("ether host 00:11:22:33:44:55", &scene.pcap_of_link_type(101));
    assert!(run.code == 1 && run.stderr.contains("cannot be applied to link type 101"), "{run:?}");
    assert!(run.stderr.ends_with("1 packet left out\n"), "{run:?}");
}

#[test]
fn a_wrong_expression_is_told_before_anything_is_read_with_its_place() {
    if is_skipped() {
        return;
    }
    let wrong = run(&["read", "no-such-file.pcap", "-f", "tcp port 80 adn udp"]);
    assert_eq!((wrong.code, wrong.stdout.as_str()), (2, ""));
    let lines: Vec<&str> = wrong.stderr.lines().collect();
    assert_eq!(lines[1..], ["  tcp port 80 adn udp", "              ^^^"], "{wrong:?}");
    assert!(lines[0].starts_with("portolan: invalid filter: ") && lines[0].contains("syntax error"), "{wrong:?}");
    let hostile = run(&["read", "no-such-file.pcap", "-f", "tcp \u{1b}[2J"]);
    assert!(hostile.code == 2 && !hostile.stderr.contains('\u{1b}'), "{hostile:?}");
    let name = run(&["read", "no-such-file.pcap", "-f", "host www.example.com"]);
    assert!(name.code == 2 && name.stderr.contains("host names are not looked up"), "{name:?}");
}
