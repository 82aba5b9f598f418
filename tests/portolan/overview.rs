//! The overview, which is shown where no table is asked for, the tables `categories` and `conversations`, and names of hosts in tables.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use portolan::analysis::{Decided, Options, analyse};
use portolan::capture::InputName;
use portolan::format::overview::{self, Screen};
use portolan::format::terminal::View;
use portolan::format::wrap::width_of;
use portolan::messages::English;
use portolan::report::{Report, ServerRow, TableName};
use portolan::service::Reply;
use portolan::time::Zone;
use proptest::prelude::*;
use testkit::*;

use crate::any_capture::any_scene;
use crate::columns::analysed_samples;
use crate::support::{Folder, Run, portolan, root, run, run_on_page, run_with_input, tables_of};

/// The overview on a terminal of so many columns and rows.
fn on_terminal(decided: &Decided<'_>, columns: usize, rows: usize, styled: bool) -> Vec<String> {
    let view = View {
        width: columns,
        wide: false,
        tells_left_out: true,
        top: None,
        styled,
        legend: false,
        exact: false,
        zone: Zone::utc(),
        messages: &English,
    };
    let mut text = Vec::new();
    overview::write(&Report::new(decided).overview(), view, Screen { rows: Some(rows), has_blocks: true }, &mut text).unwrap();
    String::from_utf8(text).unwrap().lines().map(str::to_owned).collect()
}

/// The overview of some frames in a pipe.
fn shown(frames: impl IntoIterator<Item = Vec<u8>>) -> String {
    let mut scene = Scene::new();
    scene.frames(frames);
    let run = run_with_input(&["read", "-"], &scene.pcap());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout
}

/// A line of the text that begins with these words.
fn line<'t>(text: &'t str, beginning: &str) -> &'t str {
    text.lines().find(|line| line.trim_start().starts_with(beginning)).unwrap_or_else(|| panic!("{beginning}: {text}"))
}

#[test]
fn servers_mail_and_clients_can_be_named_from_the_first_screen() {
    let office = analyse(&Options::for_files([root().join("samples/office.pcapng")]));
    let text = on_terminal(&office, 80, 24, false).join("\n");
    let harbour = "10.20.0.10 harbour    21 ftp, 25 smtp, 80 http, 110 pop3, 143 imap,\n                                  443 https, 587 submission";
    assert!(text.contains(harbour), "{text}");
    assert!(text.contains("mail"), "{text}");
    assert!(line(&text, "Clients").contains("10.20.0.102 desk2 152.4 kB, 10.20.0.101 desk1 112.1 kB"), "{text}");
    let facts = text.lines().next().unwrap();
    assert!(facts.ends_with("office.pcapng: 2,358 packets, 450.2 kB in 1 min, from 2026-11-23 21:07:16 UTC"), "{text}");
    assert!(line(&text, "Certainty").contains("server known in 139 of 141 flows, 30 by handshake; 2 between peers"), "{text}");
    assert!(!text.contains("Scans") && !text.contains("Missing"), "{text}");
}

#[test]
fn a_scan_is_told_with_who_scanned_whom() {
    let text = run(&["samples/port-scan.pcap"]).stdout;
    assert!(text.contains("Scans       10.0.0.5 tried 100 TCP ports of 192.0.2.80: 100 flows, none answered"), "{text}");
    assert!(text.contains("Servers     none that answered"), "{text}");
    let hosts = (1..=12).map(|host| &*Box::leak(format!("192.0.2.{host}").into_boxed_str()));
    let tried = hosts.map(|host| tcp((C, 50_000), (host, 23), "S", 1, 0, b""));
    assert!(shown(tried).contains("10.0.0.5 tried TCP port 23 of 12 machines: 12 flows, none answered"));
}

#[test]
fn refusals_are_told_unless_they_belong_to_a_scan_or_a_traceroute() {
    let refused = |port| vec![tcp((C, 50_000), (S, port), "S", 1, 0, b""), tcp((S, port), (C, 50_000), "RA", 0, 2, b"")];
    assert!(shown(refused(23)).contains("Refused     1 flow: 10.0.0.5 to 192.0.2.80, 23 telnet\n"));
    let two = shown([refused(23), refused(80)].concat());
    assert!(two.contains("Refused     2 flows, such as 10.0.0.5 to 192.0.2.80, 23 telnet\n"), "{two}");
    assert!(!run(&["samples/port-scan.pcap"]).stdout.contains("Refused"));
    let probe = udp((C, 50_000), (S, 33_434), b"?");
    let traced = shown([probe.clone(), icmp_error(S, C, 3, 3, &probe)]);
    assert!(traced.contains("traceroute") && !traced.contains("Refused"), "{traced}");
}

#[test]
fn parts_that_are_missing_are_told() {
    let text = run(&["samples/cut-off.pcap"]).stdout;
    assert!(line(&text, "Missing").contains("1 capture cut off or damaged"), "{text}");
    let text = run(&["samples/cut-headers.pcap"]).stdout;
    assert!(line(&text, "Missing").contains("not decoded"), "{text}");
}

#[test]
fn colours_and_blocks_are_for_terminals_that_have_them() {
    let text = run(&["samples/office.pcapng"]).stdout;
    assert!(text.contains('█') && !text.contains('\u{1b}'), "{text}");
    for (variable, locale) in [("LC_ALL", "C"), ("LC_ALL", "de_DE.ISO-8859-1")] {
        let output = portolan().arg("samples/office.pcapng").env(variable, locale).output().unwrap();
        let text = Run::from_output(output).stdout;
        assert!(text.is_ascii() && text.contains("####"), "{text}");
    }
    let office = analyse(&Options::for_files([root().join("samples/office.pcapng")]));
    let styled = on_terminal(&office, 80, 24, true).join("\n");
    assert!(styled.contains("\u{1b}[36m") && styled.contains("\u{1b}[1m"), "{styled}");
    let plain: String =
        styled.split('\u{1b}').enumerate().map(|(n, part)| if n == 0 { part } else { part.split_once('m').unwrap().1 }).collect();
    let trimmed = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trimmed(&plain), on_terminal(&office, 80, 24, false));
}

#[test]
fn every_sample_fits_its_terminal() {
    for (name, decided) in analysed_samples() {
        for (columns, rows) in [(80, 24), (100, 30), (160, 48)] {
            let lines = on_terminal(&decided, columns, rows, false);
            assert!(lines.len() < rows, "{name} in {columns}x{rows}: {} lines: {lines:#?}", lines.len());
            let too_wide: Vec<&String> = lines.iter().filter(|line| width_of(line) > columns).collect();
            assert!(too_wide.is_empty(), "{name} in {columns}x{rows}: {too_wide:#?}");
        }
    }
}

#[test]
fn the_number_of_rows_can_be_chosen() {
    let lines = |arguments: &[&str]| run(&[&["samples/office.pcapng"], arguments].concat()).stdout;
    let few = lines(&["--top", "2"]);
    assert!(few.contains("and 10 more machines: -t servers"), "{few}");
    assert!(few.contains("            streaming, web, file-sharing, "), "{few}");
    let all = lines(&["--top", "0"]);
    assert!(!all.contains("more machine") && all.contains("10.20.0.13 printer"), "{all}");
}

#[test]
fn tables_are_shown_where_they_are_asked_for_and_data_in_place_of_the_overview() {
    let text = run(&["samples/office.pcapng", "-t", "services"]).stdout;
    assert!(text.starts_with("Services: ") && !text.contains("Categories"), "{text}");
    let json = run(&["samples/office.pcapng", "--json", "-"]).stdout;
    assert!(json.starts_with('{') && serde_json::from_str::<serde_json::Value>(&json).is_ok());
    let folder = Folder::new();
    let csv = folder.path("csv");
    let text = run(&["samples/office.pcapng", "--csv", csv.to_str().unwrap()]).stdout;
    assert!(text.contains("Categories") && csv.join("flows.csv").exists(), "{text}");
    let help = run(&["read", "--help"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(help.contains("an overview is shown, all tables are written"), "{help}");
}

#[test]
fn names_from_outside_steer_no_terminal() {
    let evil = "\u{1b}[31mred\u{202e}";
    let name = [&[192, 0, 2, 80][..], evil.as_bytes(), &[0]].concat();
    let record = [
        &1u16.to_le_bytes()[..],
        &(name.len() as u16).to_le_bytes(),
        &name,
        &vec![0; name.len().next_multiple_of(4) - name.len()],
        &[0; 4],
    ]
    .concat();
    let mut file = section_header();
    file.extend(block(1, &[&1u32.to_le_bytes()[..], &0u32.to_le_bytes()].concat()));
    file.extend(block(4, &record));
    for (number, frame) in connection((C, 51_544), (S, 443), 1).into_iter().enumerate() {
        file.extend(enhanced_packet(0, number as i64, &frame));
    }
    let folder = Folder::new();
    let path = folder.file("evil.pcapng", &file);
    for arguments in [&["read", "-t", "flows,servers,conversations", "--wide"][..], &["explain"]] {
        let text = run(&[arguments, &[&path], if arguments[0] == "explain" { &["1"][..] } else { &[] }].concat()).stdout;
        assert!(text.contains(r"\u{1b}[31mred\u{202e}") && !text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
    let run = run_with_input(&["read", "-"], &file);
    assert!(run.stdout.contains(r"192.0.2.80 \u{1b}[31mred\u{202e}") && !run.stdout.contains(['\u{1b}', '\u{202e}']), "{run:?}");
}

#[test]
fn a_page_of_any_width_is_a_page() {
    for columns in [0, 1, 20, 79] {
        assert!(run_on_page(&["samples/office.pcapng"], columns).stdout.contains("Certainty"));
    }
}

/// The first lines of the overview of the office on a page of 200 columns, as one text.
fn of_office(arguments: &[&str]) -> String {
    run_on_page(&[&["read", "samples/office.pcapng"], arguments].concat(), 200).stdout
}

#[test]
fn the_first_sentence_says_what_is_selected_of_what_and_when_it_was_sent() {
    let text = of_office(&["--service", "https"]);
    let sentence = "samples/office.pcapng, selected by --service https: 80 of 2,358 packets (3 %), 3 of 172 flows, 41.0 kB in 2.0 s, from 2026-11-23 21:07:28 UTC\n";
    assert!(text.starts_with(sentence), "{text}");
    let text = of_office(&["--from", "+10s", "--to", "+20s"]);
    let sentence = "samples/office.pcapng, 2026-11-23 21:07:26.865 to 21:07:36.865 UTC: 945 of 2,358 packets (40 %), 178.1 kB in 9.5 s, from 2026-11-23 21:07:27 UTC\n";
    assert!(text.starts_with(sentence), "{text}");
    let text = of_office(&["--from", "21:08", "--service", "dns"]);
    assert!(text.starts_with("samples/office.pcapng, since 2026-11-23 21:08:00 UTC, selected by --service dns: "), "{text}");
    let text = of_office(&["--to", "2026-11-23T21:07:20", "--not-service", "dns"]);
    assert!(text.starts_with("samples/office.pcapng, before 2026-11-23 21:07:20 UTC, selected by --not-service dns: "), "{text}");
    // Tables have the line above them, as before.
    assert!(of_office(&["--service", "https", "-t", "services"]).starts_with("selected 80 of 2,358 packets (3.4 %)"));
}

#[test]
fn the_strip_of_a_selection_has_its_traffic_and_its_times() {
    let text = of_office(&["--service", "https"]);
    assert!(
        line(&text, "21:07").contains("21:07:28.406 to 21:07:30.435; peak at 21:07:30.400: 229.9 kB/s, mostly web"),
        "{text}"
    );
    let text = of_office(&["--category", "portless"]);
    assert!(line(&text, "21:07").ends_with("mostly portless"), "{text}");
    // Seconds in the order of their bytes: the selected traffic is the least of all.
    let mut scene = Scene::new();
    scene.frames(vec![udp((C, 50_000), (S, 80), &[0; 900]); 3]).frame(udp((C, 50_001), (S, 53), b"?"));
    scene.frames(vec![udp((C, 50_000), (S, 80), &[0; 900]); 3]).frame(udp((C, 50_001), (S, 53), b"?"));
    let text = run_with_input(&["read", "-", "--service", "dns"], &scene.pcap()).stdout;
    let strip = line(&text, "Over time").trim_start_matches("Over time").trim();
    assert!(strip.starts_with('█') && strip.ends_with('█') && strip.chars().filter(|level| *level != ' ').count() == 2, "{text}");
}

#[test]
fn missing_parts_are_those_of_the_whole_input_whatever_is_selected() {
    let text = run(&["samples/cut-headers.pcap", "--service", "http"]).stdout;
    assert!(text.contains("Missing     of the whole input: 1 packet not decoded (cut short)\n"), "{text}");
    let text = run(&["samples/cut-off.pcap", "--to", "+1s"]).stdout;
    assert!(text.contains("Missing     of the whole input: 1 capture cut off or damaged\n"), "{text}");
    let text = run(&["samples/cut-headers.pcap", "--from", "+0s"]).stdout;
    assert!(text.contains("Missing     of the whole input: 1 packet not decoded in the selected time (cut short)\n"), "{text}");
}

#[test]
fn a_selection_of_nothing_is_told_in_place_of_empty_lists() {
    let nothing = |arguments: &[&str]| of_office(arguments).lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(
        nothing(&["--from", "+10h"]),
        [
            "samples/office.pcapng, since 2026-11-24 07:07:16 UTC: none of 2,358 packets",
            "No packet is in this time. The input has packets from 2026-11-23 21:07:16 to 21:08:17 UTC."
        ]
    );
    assert_eq!(
        nothing(&["--service", "mysql"])[1],
        "No packet is selected. Without the selection, the overview shows 172 flows of the input."
    );
    assert_eq!(
        nothing(&["--service", "mysql", "--to", "+1s", "--from", "+0s"])[1],
        "No packet is selected. Without the selection, the overview shows 6 flows in this time."
    );
    assert_eq!(
        nothing(&["--service", "mysql", "--from", "+10h"])[1],
        "No packet is in this time. The input has packets from 2026-11-23 21:07:16 to 21:08:17 UTC."
    );
    assert_eq!(run_with_input(&["read", "-"], &Scene::new().pcap()).stdout, "standard input: no packets\n");
}

#[test]
fn times_of_the_overview_are_in_the_chosen_zone() {
    let text = of_office(&["--tz", "Europe/Berlin"]);
    assert!(text.lines().next().unwrap().ends_with("in 1 min, from 2026-11-23 22:07:16 Europe/Berlin"), "{text}");
    assert!(line(&text, "22:07").starts_with("            22:07:16 to 22:08:17; peak at 22:07:27"), "{text}");
    let text = of_office(&["--tz", "Asia/Tokyo", "--from", "+10h"]);
    assert!(text.contains("since 2026-11-24 16:07:16 Asia/Tokyo: none"), "{text}");
}

#[test]
fn lines_that_say_nothing_are_left_out() {
    let one = shown([udp((C, 50_000), (S, 53), b"?")]);
    assert!(one.starts_with("standard input: 1 packet, 43 B, at 20") && !one.contains("Over time"), "{one}");
    let portless = shown([arp(1), ping(C, S, 8, 1)]);
    assert!(portless.contains("Categories  no packets with ports\nOver time"), "{portless}");
    assert!(!portless.contains("Servers") && !portless.contains("Certainty"), "{portless}");
    let mut file = Scene::new().pcap();
    for frame in udp_exchange((C, 50_000), (R, 53)) {
        let len = (frame.len() as u32).to_le_bytes();
        file.extend([&[0; 8][..], &len, &len, &frame].concat());
    }
    let zeros = run_with_input(&["read", "-"], &file).stdout;
    assert!(zeros.lines().next().unwrap().ends_with(", without times (all are 0)"), "{zeros}");
}

#[test]
fn a_narrow_screen_has_labels_above_their_lines_and_no_bars() {
    let office = analyse(&Options::for_files([root().join("samples/office.pcapng")]));
    let lines = on_terminal(&office, 40, 200, false);
    assert!(lines.iter().all(|line| width_of(line) <= 40), "{lines:#?}");
    let at = lines.iter().position(|line| line == "Categories").unwrap();
    assert_eq!(lines[at + 3], "  web                14 %  https, +2");
    assert!(lines.contains(&"  10.20.0.10 harbour   21 ftp, 25 smtp,".to_owned()), "{lines:#?}");
}

/// Columns of a table in words.
fn rows(tables: &serde_json::Value, table: &str, columns: &[&str]) -> Vec<String> {
    let word = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let row = |row: &serde_json::Value| columns.iter().map(|column| word(&row[*column])).collect::<Vec<_>>().join(" ");
    tables[table].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_category_has_its_services_and_the_machines_that_took_part() {
    let mut scene = Scene::new();
    scene.frames(connection((C, 50_000), (S, 80), 1)).frames(connection((D, 50_000), (S, 443), 1));
    scene.frames(udp_exchange((C, 50_000), (R, 53))).frame(arp(1)).frames([ping(C, S, 8, 1), ping(S, C, 0, 1)]);
    let rows = rows(&tables_of(&scene.pcap()), "categories", &["category", "services", "flows", "packets", "hosts"]);
    let expected = ["web http https 2 18 3", "portless icmp arp null 3 null", "name-resolution dns 1 2 2"];
    assert_eq!(rows, expected);
    let scan = run(&["samples/port-scan.pcap", "-t", "categories", "--json", "-"]).tables();
    assert_eq!(
        self::rows(&scan, "categories", &["category", "services", "flows", "hosts"]),
        ["scan scan of 100 ports of 192.0.2.80 100 2"]
    );
}

#[test]
fn a_conversation_has_the_flows_of_two_addresses_in_both_directions() {
    let mut scene = Scene::new();
    // The lower address is the client of one service and the server of another.
    scene.frames(connection((C, 50_000), (S, 80), 1)).frames(connection((S, 50_000), (C, 22), 1));
    scene.frames([ping(C, S, 8, 1), ping(S, C, 0, 1)]).frames(udp_exchange((D, 50_000), (R, 53)));
    let columns = ["address_a", "address_b", "services", "flows", "packets_a2b", "packets_b2a", "serves_a", "serves_b"];
    assert_eq!(
        rows(&tables_of(&scene.pcap()), "conversations", &columns),
        ["10.0.0.5 192.0.2.80 http ssh 3 10 10 ssh http", "10.0.0.6 192.0.2.53 dns 1 1 1 null dns",]
    );
}

#[test]
fn conversations_have_the_names_of_their_hosts() {
    let tables = run(&["samples/office.pcapng", "-t", "conversations", "--json", "-"]).tables();
    let rows = rows(&tables, "conversations", &["address_a", "name_a", "address_b", "name_b"]);
    assert!(rows.contains(&"10.20.0.10 harbour.office.example 10.20.0.101 desk1.office.example".to_owned()), "{rows:?}");
    assert!(rows.contains(&"10.20.0.12 files.office.example 10.20.0.255 null".to_owned()), "{rows:?}");
}

#[test]
fn flows_servers_and_explanations_have_the_names_of_hosts() {
    let tables = run(&["samples/office.pcapng", "-t", "flows,servers", "--json", "-"]).tables();
    let servers = rows(&tables, "servers", &["server_ip", "server_port", "server_name"]);
    assert!(servers.contains(&"10.20.0.10 21 harbour.office.example".to_owned()), "{servers:?}");
    // A group has no name.
    assert!(servers.contains(&"10.20.0.255 137 null".to_owned()), "{servers:?}");
    let flows = rows(&tables, "flows", &["flow_id", "client_name", "server_name"]);
    assert!(flows.contains(&"94 desk1.office.example harbour.office.example".to_owned()), "{flows:?}");
    for table in ["servers", "flows"] {
        let fields = TableName::from_key(table).unwrap().fields();
        assert_eq!(fields.last().unwrap().key, "server_name", "new columns are the last ones");
        assert!(run_on_page(&["samples/office.pcapng", "-t", table], 200).stdout.contains("harbour.office.example"));
        assert!(!run_on_page(&["samples/handshake.pcap", "-t", table], 200).stdout.contains("server name"));
    }
    let explanation = run(&["explain", "samples/office.pcapng", "94"]).stdout;
    let sentence = "  Names in the capture: 10.20.0.101 is desk1.office.example, 10.20.0.10 is harbour.office.example.\n";
    assert!(explanation.contains(sentence), "{explanation}");
    assert!(!run(&["explain", "samples/handshake.pcap", "1"]).stdout.contains("in the capture: "));
}

proptest! {
    #[test]
    fn machines_of_an_overview_have_the_traffic_and_the_ports_of_the_tables(scene in any_scene()) {
        let folder = Folder::new();
        let file = folder.file("any.pcap", &scene.pcap());
        let decided = analyse(&Options::new(vec![InputName::File(file.into())]));
        let report = Report::new(&decided);
        let overview = report.overview();
        let servers: Vec<ServerRow<'_>> = report.rows::<ServerRow>().into_iter().collect();
        for machine in &overview.servers.first {
            let rows: Vec<_> = servers.iter().filter(|row| row.server_ip == Some(machine.host.address)).collect();
            prop_assert_eq!(machine.traffic.wire_bytes, rows.iter().map(|row| row.traffic.wire_bytes).sum::<u64>());
            let of_rows: BTreeSet<&str> = rows.iter().filter_map(|row| row.service).collect();
            prop_assert_eq!(machine.services.iter().map(|service| service.name).collect::<BTreeSet<_>>(), of_rows);
        }
        for row in servers.iter().filter(|row| row.outcome == Some(Reply::Answered)) {
            prop_assert!(overview.servers.first.iter().any(|machine| Some(machine.host.address) == row.server_ip));
        }
        let mut clients: BTreeMap<IpAddr, u64> = BTreeMap::new();
        for (flow, verdict) in (0..decided.collected.flows.len()).map(|number| decided.flow(number)) {
            if let Some(server) = verdict.server.filter(|_| flow.key.has_ports()) {
                *clients.entry(flow.key.ip_addr(server.other())).or_default() += flow.wire_bytes.iter().sum::<u64>();
            }
        }
        let clients = clients.into_iter().filter(|(address, _)| !address.is_multicast() && !address.is_unspecified());
        let mut clients: Vec<(Reverse<u64>, IpAddr)> = clients.map(|(address, bytes)| (Reverse(bytes), address)).collect();
        clients.sort_unstable();
        let of_overview = overview.clients.first.iter().map(|(host, bytes)| (Reverse(*bytes), host.address));
        prop_assert_eq!(of_overview.collect::<Vec<_>>(), clients);
    }

    #[test]
    fn any_capture_has_an_overview_that_fits(scene in any_scene()) {
        let folder = Folder::new();
        let file = folder.file("any.pcap", &scene.pcap());
        let decided = analyse(&Options::new(vec![InputName::File(file.into())]));
        let lines = on_terminal(&decided, 80, 24, false);
        prop_assert!(lines.len() < 24, "{lines:#?}");
        prop_assert!(lines.iter().all(|line| width_of(line) <= 80), "{lines:#?}");
    }
}
