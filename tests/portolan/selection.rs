//! Selecting flows by what is known of them, and packets by time.

use std::collections::BTreeMap;

use portolan::analysis::{Condition, Criterion, Decided, Options, Selection, analyse, parse_confidence, parse_transport};
use portolan::capture::InputName;
use portolan::flow::TimelineOptions;
use portolan::report::{ColumnRole, LedgerRow, PortlessRow, Report, ServiceRow, Table, TableName, Value};
use portolan::stats::Place;
use portolan::traffic::Traffic;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value as Json;
use testkit::*;

use crate::any_capture::any_scene;
use crate::page_data::assert_page_agrees;
use crate::support::{Folder, Run, column, packets_at, run, run_on_page, run_with_input, sum};
use crate::totals::sum as total;

/// A client of the Web in VLAN 7, a question for a name, an attempt that is refused, a silent port, a ping, and ARP.
fn office() -> Scene {
    let mut scene = Scene::new();
    let web = connection((C, 50_000), (S, 443), 1);
    scene.frames(web.iter().map(|frame| tagged(frame, &[(0x8100, 7)])));
    scene.wait(9).frames(udp_exchange((C, 50_001), (R, 53)));
    scene.wait(9).frames([tcp((D, 50_002), (S, 25), "S", 1, 0, b""), tcp((S, 25), (D, 50_002), "RA", 0, 2, b"")]);
    scene.wait(9).frame(tcp((D, 50_003), (S, 110), "S", 1, 0, b""));
    scene.wait(9).frame(ping(C, S, 8, 7)).frame(arp(1));
    scene
}

fn read(capture: &Scene, options: &[&str]) -> Run {
    run_with_input(&[&["read", "-", "--json", "-"], options].concat(), &capture.pcap())
}

/// The flows that options select from the small office, by the last port or the protocol.
fn selected(options: &[&str]) -> Vec<String> {
    let run = read(&office(), options);
    assert_eq!(run.code, 0, "{options:?}: {}", run.stderr);
    let tables = run.tables();
    let rows = tables["flows"].as_array().unwrap();
    let word = |row: &Json| {
        row["server_port"].as_u64().map_or_else(|| row["transport"].as_str().unwrap().to_owned(), |port| port.to_string())
    };
    rows.iter().map(word).collect()
}

#[test]
fn each_option_selects_by_what_the_tables_show() {
    let all = ["443", "53", "25", "110", "icmp"];
    assert_eq!(selected(&[]), all);
    for (options, expected) in [
        (&["--service", "https"][..], &["443"][..]),
        (&["--service", "https,dns"], &["443", "53"]),
        (&["--service", "https", "--service", "dns"], &["443", "53"]),
        (&["--category", "mail"], &["25", "110"]),
        (&["--category", "portless"], &["icmp"]),
        (&["--server", S], &["443", "25", "110"]),
        (&["--server", "192.0.2.80:25"], &["25"]),
        (&["--server", "192.0.2.0/24:443", "--client", C], &["443"]),
        (&["--server", C], &[]),
        (&["--client", "10.0.0.6/32"], &["25", "110"]),
        (&["--client", S], &[]),
        (&["--host", C], &["443", "53", "icmp"]),
        (&["--host", "10.0.0.0/30"], &[]),
        (&["--port", "25"], &["25"]),
        (&["--port", "50-120,443"], &["443", "53", "110"]),
        (&["--port", "50000"], &[]),
        (&["--transport", "udp,icmp"], &["53", "icmp"]),
        (&["--outcome", "refused"], &["25"]),
        (&["--outcome", "answered"], &["443", "53"]),
        (&["--outcome", "attempted"], &["110"]),
        (&["--outcome", "silent,established"], &["443", "110"]),
        (&["--confidence", "proven"], &["443"]),
        (&["--vlan", "7"], &["443"]),
        (&["--vlan", "8"], &[]),
        (&["--not-service", "https,dns"], &["25", "110", "icmp"]),
        (&["--not-category", "portless"], &["443", "53", "25", "110"]),
        (&["--not-server", S], &["53", "icmp"]),
        (&["--not-client", D, "--not-transport", "udp"], &["443", "icmp"]),
        (&["--not-host", C], &["25", "110"]),
        (&["--not-port", "0-200"], &["443", "icmp"]),
        (&["--not-outcome", "refused,silent"], &["443", "53", "icmp"]),
        (&["--not-confidence", "proven"], &["53", "25", "110", "icmp"]),
        (&["--not-vlan", "7"], &["53", "25", "110", "icmp"]),
        (&["--server", S, "--not-outcome", "refused", "--not-vlan", "7"], &["110"]),
    ] {
        assert_eq!(selected(options), expected, "{options:?}");
    }
}

#[test]
fn every_table_is_about_the_selection_and_the_ledger_has_the_whole_beside_it() {
    let run = read(&office(), &["--service", "https", "--interval", "1"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (0, "portolan: the table sizes is left out: packet sizes are not counted per flow\n")
    );
    let tables = run.tables();
    let names = |table: &str, name: &str| column(&tables, table, name).into_iter().cloned().collect::<Vec<_>>();
    assert_eq!(names("services", "service"), ["https"]);
    assert_eq!(names("services", "packets_pct"), [100.0]);
    assert_eq!(names("servers", "server_port"), [443]);
    assert_eq!(names("hosts", "address").len(), 2);
    assert_eq!(names("timeline", "category"), ["web"]);
    assert_eq!(names("tunnels", "encapsulation"), ["vlan"]);
    assert_eq!(names("flows", "flow_id"), [1]);
    assert!(names("portless", "protocol").is_empty() && tables["sizes"].is_null());
    let packets = sum(&tables, "services", "packets");
    assert_eq!(sum(&tables, "ledger", "selected_packets"), packets);
    assert_eq!(sum(&tables, "ledger", "packets"), sum(&tables, "capture", "packets"));
    assert!(packets_at(&tables, "udp") == 2 && packets_at(&tables, "tcp") > packets);
    let document: Json = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["options"]["selection"], serde_json::json!({ "service": ["https"] }));
    // Without a selection, the columns are empty.
    let tables = read(&office(), &[]).tables();
    assert!(column(&tables, "ledger", "selected_packets").iter().all(|packets| packets.is_null()));
}

#[test]
fn packets_without_a_flow_are_in_what_is_not_selected() {
    let portless = |options: &[&str]| {
        let tables = read(&office(), options).tables();
        column(&tables, "portless", "protocol").iter().map(|name| name.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(portless(&["--not-service", "https"]), ["icmp", "arp"]);
    assert_eq!(portless(&["--category", "portless"]), ["icmp", "arp"]);
    assert_eq!(portless(&["--host", C]), ["icmp"]);
    assert_eq!(portless(&["--service", "https", "--not-service", "dns"]), [""; 0]);
    // In a VLAN, too.
    let mut scene = Scene::new();
    scene.frame(tagged(&arp(1), &[(0x8100, 7)])).frame(tagged(&udp((C, 50_000), (S, 53), b"?"), &[(0x8100, 7)]));
    let in_vlan = |options: &[&str]| sum(&read(&scene, options).tables(), "tunnels", "packets");
    assert_eq!([&[][..], &["--service", "dns"], &["--not-service", "dns"]].map(in_vlan), [2, 1, 1]);
}

#[test]
fn the_terminal_shows_once_how_much_is_selected() {
    let folder = Folder::new();
    let file = folder.file("office.pcap", &office().pcap());
    let page = run_on_page(&["read", &file, "--service", "dns", "--not-client", D, "-t", "services,servers"], 80).stdout;
    let (first, rest) = page.split_once("\n\n").unwrap();
    assert_eq!(
        first.replace('\n', " "),
        "selected 2 of 16 packets (12.5 %) and 1 of 5 flows by --service dns --not-client 10.0.0.6"
    );
    assert!(!rest.contains("selected") && !run(&["read", &file]).stdout.contains("selected"));
}

#[test]
fn a_value_that_cannot_exist_is_refused_with_similar_ones() {
    for (option, value, message) in [
        ("--category", "mial", "did you mean mail?"),
        ("--outcome", "refusd", "did you mean refused?"),
        ("--confidence", "certain", "expected proven, strong, moderate, weak or none"),
        ("--transport", "tpc", "did you mean tcp?"),
        ("--not-category", "mial", "did you mean mail?"),
        ("--server", "10.0.0.300", "expected an address, a network"),
        ("--client", "10.0.0.5:80", "expected an address, a network"),
        ("--port", "https", "expected a port or a range of ports"),
        ("--vlan", "4096", "expected a VLAN ID from 0 to 4095"),
        ("--service", "htps", "there is no service \"htps\"; did you mean"),
        ("--service", "mail", "it is a category: use --category mail"),
        ("--from", "yesterday", "expected a time such as 21:07"),
    ] {
        let run = read(&office(), &[option, value]);
        assert!(run.code == 2 && run.stderr.contains(message) && run.stdout.is_empty(), "{option} {value}: {}", run.stderr);
    }
}

#[test]
fn what_the_capture_does_not_hold_gives_empty_tables_and_a_message() {
    let run = read(&office(), &["--service", "ftp", "-t", "services"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, "portolan: the capture has no packet selected by --service ftp\n"));
    assert!(column(&run.tables(), "services", "service").is_empty());
    let run = read(&office(), &["--server", "desk9", "-t", "services"]);
    assert!(run.stderr.contains("gives no address the name \"desk9\"") && run.code == 0, "{}", run.stderr);
}

#[test]
fn hosts_are_selected_by_the_names_in_the_capture() {
    let flows = |options: &[&str]| {
        let run = run(&[&["read", "samples/office.pcapng", "--json", "-", "-t", "flows,hosts"], options].concat());
        sum(&run.tables(), "flows", "packets_c2s")
    };
    let tables = run(&["read", "samples/office.pcapng", "--json", "-", "-t", "hosts"]).tables();
    let hosts = tables["hosts"].as_array().unwrap();
    let named = hosts.iter().find(|row| row["name"].is_string()).expect("a host has a name");
    let (name, address) = (named["name"].as_str().unwrap(), named["address"].as_str().unwrap());
    assert!(flows(&["--host", address]) > 0);
    assert_eq!(flows(&["--host", &name.to_uppercase()]), flows(&["--host", address]));
}

/// The packets inside of a window of the small office, whose packets come at 09:00:00, :09, :18, :27 and :36.
fn inside(options: &[&str]) -> u64 {
    let folder = Folder::new();
    let file = folder.file("office.pcap", &office().pcap());
    let run = run(&[&["read", &file, "--json", "-"], options].concat());
    assert_eq!(run.code, 0, "{options:?}: {}", run.stderr);
    let tables = run.tables();
    let inside = sum(&tables, "capture", "packets");
    assert_eq!(packets_at(&tables, "outside") + inside, 16, "{options:?}");
    assert_eq!(sum(&tables, "ledger", "packets"), 16, "{options:?}");
    assert_eq!(sum(&tables, "sizes", "packets"), inside);
    inside
}

#[test]
fn packets_outside_of_the_time_are_counted_as_outside() {
    for (options, expected) in [
        (&["--from", "09:00:05"][..], 7),
        (&["--to", "09:00:05"], 9),
        (&["--from", "09:00:05", "--to", "09:00:15"], 2),
        (&["--from", "2026-11-23T09:00:05Z", "--to", "2026-11-23T10:00:15+01:00"], 2),
        (&["--from", "+5s", "--to", "+15s"], 2),
        (&["--from", "-1s"], 2),
        (&["--from", "-15s", "--to", "-5s"], 1),
        (&["--to", "+1h"], 16),
        (&["--from", "+1h"], 0),
    ] {
        assert_eq!(inside(options), expected, "{options:?}");
    }
}

#[test]
fn the_time_is_told_with_the_number_of_packets_in_it() {
    let run = read(&office(), &["--from", "09:00:05", "--to", "+15s", "--service", "dns", "-t", "ledger"]);
    assert_eq!(run.stderr, "portolan: 2 of 16 packets are in the selected time (2026-11-23T09:00:05Z to 2026-11-23T09:00:15Z)\n");
    let document: Json = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["options"]["from"], "2026-11-23T09:00:05.000000000Z");
    assert_eq!(sum(&run.tables(), "ledger", "selected_packets"), 2);
    let run = read(&office(), &["--from", "10:00", "-t", "ledger"]);
    assert!(
        run.stderr.contains(
            "0 of 16 packets are in the selected time (from 2026-11-23T10:00:00Z); the capture runs from 2026-11-23T09:00:00Z to"
        ),
        "{}",
        run.stderr
    );
}

#[test]
fn the_end_of_a_long_capture_is_found() {
    // More packets than are read between two updates of the progress bar.
    let packets = (1 << 16) + 9;
    let (folder, mut scene) = (Folder::new(), Scene::new());
    scene.frames((0..packets).map(|_| ping(C, S, 8, 7))).wait(100).frame(ping(C, S, 8, 7));
    let file = folder.file("long.pcap", &scene.pcap());
    let tables = run(&["read", &file, "--from", "-10s", "-t", "ledger", "--json", "-"]).tables();
    assert_eq!(packets_at(&tables, "outside"), packets);
}

#[test]
fn names_and_announcements_from_outside_of_the_time_still_hold() {
    let mut scene = Scene::new();
    scene.frames(dialogue((C, 40_000), (S, 21), 1, &["<227 (192,0,2,80,234,97)\r\n"])).wait(9);
    scene.frames(connection((C, 50_000), (S, 60_001), 1));
    let tables = read(&scene, &["--from", "+5s"]).tables();
    assert_eq!(column(&tables, "services", "service"), ["ftp-data"]);
    let office = ["read", "samples/office.pcapng", "--json", "-", "-t", "services", "--from", "-20s", "--client", "desk1"];
    assert!(!column(&run(&office).tables(), "services", "service").is_empty());
}

#[test]
fn the_end_of_a_pipe_is_not_known_beforehand() {
    let run = read(&office(), &["--from", "-10s"]);
    assert!(run.code == 2 && run.stdout.is_empty());
    assert!(run.stderr.starts_with("portolan: standard input can be read only once"), "{}", run.stderr);
}

fn any_criterion() -> impl Strategy<Value = Criterion> {
    fn some<T: Clone + std::fmt::Debug + 'static>(values: Vec<T>) -> impl Strategy<Value = Vec<T>> {
        vec(prop::sample::select(values), 1..3)
    }
    let machines =
        || some(["10.0.0.5", "10.0.0.0/30", "192.0.2.0/24", "2001:db8::5", "nobody"].map(|text| text.parse().unwrap()).to_vec());
    let servers =
        ["192.0.2.80:443", "192.0.2.53", "10.0.0.6", "0.0.0.0/0:53", "[2001:db8::80]:80"].map(|text| text.parse().unwrap());
    let outcomes = ["answered", "one-way", "silent", "refused", "attempted", "established", "reset", "midstream"];
    prop_oneof![
        some(["https", "dns", "http", "undetermined", "unassigned", "ftp-data"].map(str::to_owned).to_vec())
            .prop_map(Criterion::Services),
        some(["web", "portless", "scan", "voip", "undetermined"].map(str::to_owned).to_vec()).prop_map(Criterion::Categories),
        some(servers.to_vec()).prop_map(Criterion::Servers),
        machines().prop_map(Criterion::Clients),
        machines().prop_map(Criterion::Hosts),
        some(["443", "0-80", "5060-60000"].map(|text| text.parse().unwrap()).to_vec()).prop_map(Criterion::Ports),
        some(["tcp", "udp", "icmp", "gre"].map(|text| parse_transport(text).unwrap()).to_vec()).prop_map(Criterion::Transports),
        some(outcomes.map(|text| text.parse().unwrap()).to_vec()).prop_map(Criterion::Outcomes),
        some(["proven", "strong", "none", "weak"].map(|text| parse_confidence(text).unwrap()).to_vec())
            .prop_map(Criterion::Confidences),
        some(vec![0, 1, 2]).prop_map(Criterion::Vlans),
    ]
}

fn analysed(capture: &[u8]) -> Decided<'static> {
    let folder = Folder::new();
    let inputs = vec![InputName::File(folder.file("capture", capture).into())];
    let timeline = Some(TimelineOptions::default());
    analyse(&Options { threads: 2, timeline, closed_ports: true, ..Options::new(inputs) })
}

/// The sums of each measure of a table, by what identifies its rows.
fn measures(table: &Table<'_>) -> BTreeMap<(String, &'static str), u64> {
    let mut sums = BTreeMap::new();
    table.visit(0..table.len() + 1, |values| {
        let columns = || table.fields.iter().zip(values);
        let is_scan = columns().any(|(field, value)| field.key == "category" && *value == Value::Text("scan"));
        let is_key = |key: &str| match key {
            // The name of a scan counts what is selected of it.
            "service" => !is_scan,
            // A part of the flows without ports is only known by protocol.
            "type" | "code" => false,
            _ => true,
        };
        let keys = columns().filter(|(field, _)| field.role == ColumnRole::Key && is_key(field.key));
        let key = keys.map(|(_, value)| format!("{value:?}")).collect::<Vec<_>>().join(" ");
        for (field, value) in columns().filter(|(field, _)| field.role == ColumnRole::Measure) {
            let number = match value {
                Value::Integer(number) => *number,
                Value::Share(share) => share.part,
                Value::Null => 0,
                other => panic!("{other:?} is not a measure"),
            };
            if number > 0 {
                *sums.entry((key.clone(), field.key)).or_default() += number;
            }
        }
    });
    sums
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn selected_and_not_selected_are_all(scene in any_scene(), criterion in any_criterion()) {
        let capture = scene.pcap();
        let all = analysed(&capture);
        let [wanted, others] = [Condition::wanted(criterion.clone()), Condition::excluded(criterion)]
            .map(|term| analysed(&capture).select(&Selection { terms: vec![term] }));
        let tables = TableName::ALL.into_iter().filter(|name| ![TableName::Capture, TableName::Sizes, TableName::Ledger].contains(name));
        for name in tables {
            let mut sums = measures(&Report::new(&wanted).table(name));
            for (key, number) in measures(&Report::new(&others).table(name)) {
                *sums.entry(key).or_default() += number;
            }
            prop_assert_eq!(sums, measures(&Report::new(&all).table(name)), "{:?}", name);
        }
        let ledgers = [&wanted, &others].map(|part| Report::new(part).rows::<LedgerRow>().into_iter().collect::<Vec<_>>());
        for (wanted, others) in ledgers[0].iter().zip(&ledgers[1]) {
            prop_assert_eq!(total([wanted.selected.unwrap(), others.selected.unwrap()]), wanted.traffic.part);
        }
    }

    #[test]
    fn the_selected_flows_of_a_whole_capture_are_those_of_the_selected_part(scene in any_scene(), criterion in any_criterion()) {
        let selection = Selection { terms: vec![Condition::wanted(criterion)] };
        let whole = analysed(&scene.pcap());
        let numbers = whole.selected_flows(&selection).flows;
        let ids: Vec<_> = numbers.into_iter().map(|number| whole.collected.flows.id(number)).collect();
        let part = whole.select(&selection);
        let of_part: Vec<_> = (0..part.collected.flows.len()).map(|number| part.collected.flows.id(number)).collect();
        prop_assert_eq!(ids, of_part);
    }

    /// As in the tables of a whole capture, services and portless divide the ledger.
    #[test]
    fn the_tables_of_a_selection_agree(scene in any_scene(), terms in vec((any_criterion(), any::<bool>()), 1..4)) {
        let terms = terms.into_iter().map(|(criterion, is_excluded)| Condition { criterion, is_excluded }).collect();
        let decided = analysed(&scene.pcap()).select(&Selection { terms });
        let report = Report::new(&decided);
        let selected = |is_wanted: fn(Place) -> bool| -> Traffic {
            total(report.rows::<LedgerRow>().into_iter().filter(|row| is_wanted(row.place)).filter_map(|row| row.selected))
        };
        let services = total(report.rows::<ServiceRow>().into_iter().map(|row| row.traffic.part));
        prop_assert_eq!(services, selected(|place| matches!(place, Place::Transport(_))));
        let portless = total(report.rows::<PortlessRow>().into_iter().map(|row| row.traffic.part));
        prop_assert_eq!(portless, selected(|place| matches!(place, Place::PortlessIp | Place::NonIp)));
        prop_assert_eq!(decided.collected.total(), selected(|_| true));
        assert_page_agrees(&decided);
    }
}

#[test]
fn a_display_filter_is_answered_with_its_other_spellings() {
    let capture = office().pcap();
    let filtered = |expression: &str| run_with_input(&["read", "-", "--filter", expression], &capture);
    if filtered("tcp").stderr.contains("cannot filter: ") {
        println!("skipped: no libpcap");
        return;
    }
    let run = filtered("dns && ip.src == 10.0.0.5");
    assert!(run.code == 2 && run.stdout.is_empty());
    for line in [
        "This looks like a Wireshark display filter; --filter takes tcpdump filters (man pcap-filter).",
        "As a tcpdump filter:           --filter 'port 53 and src host 10.0.0.5'",
        "As a selection of whole flows: --service dns --client 10.0.0.5",
    ] {
        assert!(run.stderr.lines().any(|printed| printed.trim() == line), "{line}: {}", run.stderr);
    }
    assert_eq!(filtered("port 53 and src host 10.0.0.5").code, 0);
    assert_eq!(selected(&["--service", "dns", "--client", "10.0.0.5"]), ["53"]);
    assert!(!filtered("portt 80").stderr.contains("Wireshark"));
}

#[test]
fn the_unanswered_part_of_a_scan_is_selected_as_the_scan() {
    let rows = |options: &[&str], table: &str, name: &str| {
        let run = run(&[&["read", "samples/port-scan.pcap", "--json", "-", "-t", table], options].concat());
        column(&run.tables(), table, name).into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(rows(&["--category", "scan"], "flows", "flow_id").len(), 100);
    assert_eq!(rows(&["--category", "web"], "flows", "flow_id").len(), 0);
    assert_eq!(rows(&["--service", "http"], "services", "service").len(), 0);
    assert_eq!(rows(&["--port", "80"], "services", "service"), ["scan of 1 port of 192.0.2.80"]);
}

#[test]
fn flows_name_their_control_flows_even_if_these_are_not_selected() {
    let mut scene = Scene::new();
    scene.frames(dialogue((C, 40_000), (S, 21), 1, &["<227 (192,0,2,80,234,97)\r\n"])).frames(connection(
        (C, 50_000),
        (S, 60_001),
        1,
    ));
    let tables = read(&scene, &["--service", "ftp-data"]).tables();
    assert_eq!(column(&tables, "flows", "flow_id"), [2]);
    assert_eq!(column(&tables, "flows", "control_flow"), [1]);
    let tables = read(&scene, &["--host", C]).tables();
    assert_eq!(column(&tables, "flows", "control_flow"), [&Json::Null, &Json::from(1)]);
}
