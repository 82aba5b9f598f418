//! Closed ports are no servers, and scans are told as scans.

use serde_json::Value;
use testkit::*;

use crate::support::{Folder, column, packets_at, run, sum, tables_of};

/// A SYN, refused.
fn refused(client: Endpoint, server: Endpoint) -> Vec<Vec<u8>> {
    vec![tcp(client, server, "S", 1, 0, b""), tcp(server, client, "RA", 0, 2, b"")]
}

fn tables(frames: impl IntoIterator<Item = Vec<u8>>) -> Value {
    let mut scene = Scene::new();
    scene.frames(frames);
    tables_of(&scene.pcap())
}

/// The rows of a table in words: these columns of each, with spaces between.
fn rows(tables: &Value, table: &str, columns: &[&str]) -> Vec<String> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &Value| columns.iter().map(|column| word(&row[column])).collect::<Vec<_>>().join(" ");
    tables[table].as_array().unwrap().iter().map(row).collect()
}

/// The servers of some frames, with their outcome.
fn servers(frames: impl IntoIterator<Item = Vec<u8>>) -> Vec<String> {
    rows(&tables(frames), "servers", &["server_ip", "server_port", "outcome"])
}

#[test]
fn what_refused_or_never_answered_is_no_server() {
    assert_eq!(servers(refused((C, 50_000), (S, 80))), [""; 0]);
    assert_eq!(servers([tcp((C, 50_000), (S, 80), "S", 1, 0, b"")]), [""; 0]);
    assert_eq!(servers([udp((C, 50_000), (R, 53), b"?")]), [""; 0]);
    let question = udp((C, 50_000), (R, 53), b"?");
    assert_eq!(servers([question.clone(), icmp_error(R, C, 3, 3, &question)]), [""; 0]);
    // Scans with other packets than SYN.
    for flags in ["F", "FA", "A", "P"] {
        assert_eq!(servers([tcp((C, 50_000), (S, 80), flags, 1, 1, b"")]), [""; 0], "{flags}");
        let answer = tcp((S, 80), (C, 50_000), "RA", 0, 2, b"");
        assert_eq!(servers([tcp((C, 50_000), (S, 80), flags, 1, 1, b""), answer]), [""; 0], "{flags}");
    }
}

#[test]
fn what_answered_once_is_a_server_with_all_of_its_flows() {
    let mut frames = refused((C, 50_000), (S, 80));
    frames.extend(connection((C, 50_001), (S, 80), 1));
    frames.push(tcp((C, 50_002), (S, 80), "S", 1, 0, b""));
    let tables = tables(frames);
    assert_eq!(
        rows(&tables, "servers", &["server_ip", "server_port", "flows", "packets", "outcome"]),
        ["192.0.2.80 80 3 12 answered"]
    );
    assert_eq!(
        rows(&tables, "services", &["service", "attempted", "refused", "established", "servers", "outcome"]),
        ["http 1 1 1 1 answered"]
    );
    let lone_answer = tcp((S, 80), (C, 50_000), "SA", 1000, 2, b"");
    assert_eq!(servers([lone_answer]), ["192.0.2.80 80 answered"]);
}

#[test]
fn datagrams_without_an_answer_are_counted_apart_too() {
    let question = udp((C, 50_002), (R, 53), b"?");
    let tables = tables([
        udp((C, 50_000), (R, 53), b"?"),
        udp((R, 53), (C, 50_000), b"!"),
        udp((C, 50_001), (R, 53), b"?"),
        question.clone(),
        icmp_error(R, C, 3, 3, &question),
        udp((C, 50_000), (R, 514), b"<13>hello"),
    ]);
    let columns = ["service", "flows", "attempted", "refused", "outcome"];
    assert_eq!(rows(&tables, "services", &columns), ["dns 3 1 1 answered", "syslog 1 0 0 one-way"]);
}

#[test]
fn where_nobody_waits_for_an_answer_silence_says_nothing() {
    assert_eq!(servers([udp((C, 50_000), (R, 514), b"<13>hello")]), ["192.0.2.53 514 one-way"]);
    assert_eq!(servers([udp((C, 50_000), (R, 2055), b"\0\x09")]), ["192.0.2.53 2055 one-way"]);
    let log = udp((C, 50_000), (R, 514), b"<13>hello");
    assert_eq!(servers([log.clone(), icmp_error(R, C, 3, 3, &log)]), [""; 0], "a refusal says something");
    // One direction of a connection that had begun before.
    assert_eq!(servers([tcp((C, 50_000), (S, 80), "PA", 1, 1, b"GET /")]), ["192.0.2.80 80 one-way"]);
    assert_eq!(servers([1, 2, 3].map(|number| tcp((C, 50_000), (S, 80), "A", 1, number, b""))), ["192.0.2.80 80 one-way"]);
}

#[test]
fn a_group_is_no_machine() {
    let tables = tables([
        udp((C, 50_000), ("239.255.255.250", 1900), b"M-SEARCH"),
        broadcast(udp((C, 138), ("10.0.0.255", 138), b"x")),
        broadcast(udp(("0.0.0.0", 68), ("255.255.255.255", 67), b"x")),
        udp((C, 50_000), (R, 53), b"?"),
        udp((R, 53), (C, 50_000), b"!"),
    ]);
    assert_eq!(
        rows(&tables, "servers", &["server_ip", "role", "outcome"]),
        [
            "10.0.0.255 group one-way",
            "192.0.2.53 machine answered",
            "239.255.255.250 group one-way",
            "255.255.255.255 group one-way"
        ]
    );
    let mut hosts = rows(&tables, "hosts", &["address", "role"]);
    hosts.sort();
    assert_eq!(
        hosts,
        [
            "0.0.0.0 unspecified",
            "10.0.0.255 group",
            "10.0.0.5 machine",
            "192.0.2.53 machine",
            "239.255.255.250 group",
            "255.255.255.255 group"
        ]
    );
    // What sends is a machine, whatever the link layer did with a packet to it.
    let both = [broadcast(udp((C, 50_000), (R, 53), b"?")), udp((R, 53), (C, 50_001), b"!")];
    assert!(rows(&self::tables(both), "hosts", &["address", "role"]).iter().all(|row| row.ends_with(" machine")));
}

#[test]
fn hosts_serve_and_use_what_answered() {
    let mut frames = refused((C, 50_000), (S, 8080));
    frames.extend(connection((C, 50_001), (S, 80), 1));
    let mut hosts = rows(&tables(frames), "hosts", &["address", "serves", "uses"]);
    hosts.sort();
    assert_eq!(hosts, ["10.0.0.5 null http", "192.0.2.80 http null"]);
}

#[test]
fn closed_ports_are_shown_where_they_are_asked_for() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frames(refused((C, 50_000), (S, 80))).frame(tcp((C, 50_000), (S, 81), "S", 1, 0, b""));
    let file = folder.file("x.pcap", &scene.pcap());
    let all = run(&["read", &file, "--json", "-", "--closed-ports"]);
    assert_eq!(rows(&all.tables(), "servers", &["server_port", "outcome"]), ["80 refused", "81 silent"]);
    assert!(all.stdout.contains(r#""closed_ports":true"#));
}

#[test]
fn what_a_control_channel_or_the_user_vouches_for_is_a_server_unless_it_refuses() {
    let control = dialogue((C, 50_000), (S, 21), 1, &[">PASV\r\n", "<227 Entering Passive Mode (192,0,2,80,234,96)\r\n"]);
    let data = tcp((C, 50_001), (S, 60_000), "S", 1, 0, b"");
    let found = servers(control.iter().cloned().chain([data]));
    assert_eq!(found, ["192.0.2.80 21 answered", "192.0.2.80 60000 silent"]);
    let refusing = control.into_iter().chain(refused((C, 50_001), (S, 60_000)));
    assert_eq!(servers(refusing), ["192.0.2.80 21 answered"]);
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frame(tcp((C, 50_000), (S, 8000), "S", 1, 0, b""));
    let (file, rules) = (folder.file("x.pcap", &scene.pcap()), folder.file("ports", b"192.0.2.80 tcp/8000 = door\n"));
    let found = run(&["read", &file, "--json", "-", "--services", &rules]).tables();
    assert_eq!(rows(&found, "servers", &["service", "outcome"]), ["door silent"]);
}

/// A scan of ports of one machine: the last `open` ones answer.
fn scan(ports: u16, open: u16) -> Vec<Vec<u8>> {
    let probe = |port: u16| {
        if port < 1000 + ports - open {
            return refused((C, 50_000), (S, port));
        }
        let reset = tcp((C, 50_000), (S, port), "R", 2, 0, b"");
        vec![tcp((C, 50_000), (S, port), "S", 1, 0, b""), tcp((S, port), (C, 50_000), "SA", 1000, 2, b""), reset]
    };
    (1000..1000 + ports).flat_map(probe).collect()
}

#[test]
fn a_scan_is_one_row_and_everything_still_adds_up() {
    let tables = tables(scan(30, 2));
    let services = rows(&tables, "services", &["category", "service", "ports", "flows", "packets", "refused", "outcome"]);
    assert_eq!(services[0], "scan scan of 30 ports of 192.0.2.80 1000-1027 28 56 28 refused");
    assert_eq!(services.len(), 3, "what answered has its own services: {services:?}");
    let columns =
        ["client_ip", "server_ip", "host_count", "port_count", "ports", "flows", "answered", "refused", "silent", "packets"];
    assert_eq!(rows(&tables, "scans", &columns), ["10.0.0.5 192.0.2.80 1 30 1000-1029 30 2 28 0 62"]);
    assert_eq!(rows(&tables, "servers", &["server_port", "outcome"]), ["1028 answered", "1029 answered"]);
    assert_eq!(column(&tables, "ports", "port").len(), 31);
    assert!(column(&tables, "flows", "service").iter().all(|service| !service.as_str().unwrap().contains("scan")));
    assert_eq!(sum(&tables, "services", "packets"), packets_at(&tables, "tcp"));
    assert_eq!(sum(&tables, "services", "flows"), 30);
    let of_scan: u64 = tables["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|row| row["category"] == "scan")
        .map(|row| row["packets"].as_u64().unwrap())
        .sum();
    assert_eq!(of_scan, 56);
}

#[test]
fn few_closed_ports_are_no_scan() {
    let is_scan = |frames: Vec<Vec<u8>>| !tables(frames)["scans"].as_array().unwrap().is_empty();
    assert!(!is_scan(scan(9, 0)));
    assert!(is_scan(scan(10, 0)));
    // One port again and again is a client that tries again.
    assert!(!is_scan((0..50).flat_map(|number| refused((C, 50_000 + number), (S, 80))).collect()));
    // More doors are open than closed.
    assert!(is_scan(scan(20, 10)) && !is_scan(scan(21, 11)));
    // Many clients are no scanner.
    const CLIENTS: [&str; 12] = [
        "10.0.1.1",
        "10.0.1.2",
        "10.0.1.3",
        "10.0.1.4",
        "10.0.1.5",
        "10.0.1.6",
        "10.0.1.7",
        "10.0.1.8",
        "10.0.1.9",
        "10.0.1.10",
        "10.0.1.11",
        "10.0.1.12",
    ];
    assert!(!is_scan(CLIENTS.iter().zip(1000..).flat_map(|(client, port)| refused((client, 50_000), (S, port))).collect()));
    // Silence over UDP says less; traceroute asks where nobody is meant to answer.
    let ask = |ports: std::ops::Range<u16>| ports.map(|port| udp((C, 50_000), (S, port), b"?")).collect();
    assert!(!is_scan(ask(1000..1019)) && is_scan(ask(1000..1020)));
    assert!(!is_scan(ask(33_434..33_500)));
}

#[test]
fn a_scan_with_other_packets_than_syn_is_one_too_and_its_scanner_no_server() {
    // From one port, so that the scanner's port meets many others, and to ports that say no more than its own.
    let probe = |port: u16| vec![tcp((C, 50_000), (S, port), "F", 1, 0, b""), tcp((S, port), (C, 50_000), "RA", 0, 2, b"")];
    let tables = tables((40_100..40_130).flat_map(probe));
    assert_eq!(rows(&tables, "scans", &["client_ip", "server_ip", "port_count", "refused"]), ["10.0.0.5 192.0.2.80 30 30"]);
    assert_eq!(rows(&tables, "servers", &["server_ip"]), [""; 0]);
    // The scanner's port has a name, and the others have none.
    let probe = |port: u16| vec![tcp((C, 40_000), (S, port), "F", 1, 0, b""), tcp((S, port), (C, 40_000), "RA", 0, 2, b"")];
    assert_eq!(servers((49_200..49_230).flat_map(probe)), [""; 0]);
}

#[test]
fn one_port_of_many_machines_is_a_scan_too() {
    const HOSTS: [&str; 12] = [
        "10.9.0.1",
        "10.9.0.2",
        "10.9.0.3",
        "10.9.0.4",
        "10.9.0.5",
        "10.9.0.6",
        "10.9.0.7",
        "10.9.0.8",
        "10.9.0.9",
        "10.9.0.10",
        "10.9.0.11",
        "10.9.0.12",
    ];
    let sweep = |port: u16| HOSTS.iter().map(move |host| tcp((C, 50_000), (host, port), "S", 1, 0, b""));
    let one = tables(sweep(445));
    assert_eq!(
        rows(&one, "services", &["service", "flows", "attempted", "outcome"]),
        ["scan of 12 hosts for port 445 12 12 silent"]
    );
    assert_eq!(rows(&one, "scans", &["client_ip", "server_ip", "host_count", "ports", "silent"]), ["10.0.0.5 null 12 445 12"]);
    let two = tables(sweep(445).chain(sweep(139)));
    assert_eq!(rows(&two, "services", &["service", "flows"]), ["scan of 2 ports of 12 hosts 24"]);
}

#[test]
fn a_closed_port_is_told_as_one() {
    let folder = Folder::new();
    let explain = |frames: Vec<Vec<u8>>| {
        let mut scene = Scene::new();
        scene.frames(frames);
        run(&["explain", &folder.file("x.pcap", &scene.pcap()), "1"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let refusing = explain(refused((C, 50_000), (S, 80)));
    assert!(refusing.contains("So 192.0.2.80:80 is the intended server. Evidence: syn."), "{refusing}");
    assert!(refusing.contains("It refused: nothing was listening there"), "{refusing}");
    let silent = explain(vec![udp((C, 50_000), (R, 53), b"?")]);
    assert!(silent.contains("is the intended server") && silent.contains("It did not answer"), "{silent}");
}
