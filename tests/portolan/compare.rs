//! `portolan compare`: what is new, gone, grown and shrunk; which differences count; the outputs.

use std::collections::BTreeMap;
use std::fs;

use portolan::analysis::{Decided, Options, analyse};
use portolan::capture::InputName;
use portolan::compare::{Cell, Collector, Comparison, comparable_tables, default_tables};
use portolan::format::csv;
use portolan::glossary::Term;
use portolan::messages::Language;
use portolan::report::{Arrangement, ColumnRole, Comparability, Kind, Report, Table, TableName};
use proptest::prelude::*;
use serde_json::Value;
use testkit::*;

use crate::any_capture::any_scene;
use crate::support::{Folder, column, run, run_on_page, run_with_input};

const OFFICE: &str = "samples/office.pcapng";
/// The address of a further server (RFC 5737).
const NEW_SERVER: &str = "192.0.2.99";

/// The tables of a comparison's JSON document.
fn tables_of(arguments: &[&str]) -> (Value, i32) {
    let run = run(&[&["compare", "--json", "-"], arguments].concat());
    (run.tables(), run.code)
}

/// The row of a table in which these columns have these values.
fn row<'v>(tables: &'v Value, table: &str, wanted: &[(&str, Value)]) -> &'v Value {
    let rows = tables[table].as_array().unwrap();
    let mut found = rows.iter().filter(|row| wanted.iter().all(|(key, value)| row[*key] == *value));
    let row = found.next().unwrap_or_else(|| panic!("no row {wanted:?} in {table}: {rows:#?}"));
    assert_eq!(found.next(), None, "{wanted:?}");
    row
}

/// A client of these servers, with connections from ports that begin at `client_port`.
fn network(servers: &[(&'static str, u16)], client_port: u16, connections: u16) -> Scene {
    let mut scene = Scene::new();
    for number in 0..connections {
        for (place, server) in servers.iter().enumerate() {
            let port = client_port + number * servers.len() as u16 + place as u16;
            scene.frames(connection((C, port), *server, 1 + u32::from(number)));
        }
        scene.wait(1);
    }
    scene
}

#[test]
fn a_capture_does_not_differ_from_itself() {
    let run = run(&["compare", OFFICE, OFFICE]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let first = run.stdout.lines().next().unwrap();
    assert_eq!(first, "Nothing is new or gone, and no share of the bytes changed by 1 percentage point or more.");
    assert!(!run.stdout.contains("changed\n") && run.stdout.contains("--all shows them"), "{}", run.stdout);
    let (tables, code) = tables_of(&[OFFICE, OFFICE, OFFICE, "-t", "all"]);
    assert_eq!(code, 0);
    for name in comparable_tables() {
        for row in tables[name.key()].as_array().unwrap() {
            assert_eq!((&row["change"], &row["wire_bytes_pct_change"]), (&"same".into(), &0.0.into()), "{row}");
            assert_eq!((&row["a_wire_bytes"], &row["a_packets"]), (&row["c_wire_bytes"], &row["c_packets"]), "{row}");
        }
    }
}

#[test]
fn a_server_that_was_added_is_new_and_one_that_was_removed_is_gone() {
    let folder = Folder::new();
    let before = folder.file("before.pcap", &network(&[(S, 443), (S, 25)], 50_000, 3).pcap());
    let after = folder.file("after.pcap", &network(&[(S, 443), (NEW_SERVER, 143)], 52_000, 3).pcap());
    let shown = run_on_page(&["compare", &before, &after], 80);
    assert_eq!((shown.code, shown.stderr.as_str()), (1, ""));
    let sentence =
        "1 new service, 1 gone; 1 new server, 1 gone; 1 new host; 192.0.2.80 shrank from\n100 % to 50 % of the bytes.\n\n";
    assert!(shown.stdout.starts_with(sentence), "{}", shown.stdout);
    assert!(shown.stdout.lines().all(|line| line.chars().count() <= 80), "{}", shown.stdout);
    let (tables, code) = tables_of(&[&before, &after]);
    assert_eq!(code, 1);
    let server = |address: &str| row(&tables, "servers", &[("server_ip", address.into()), ("service", "imap".into())]).clone();
    let new = server(NEW_SERVER);
    assert_eq!((&new["change"], &new["lasting"]), (&"new".into(), &"yes".into()));
    assert_eq!([&new["a_packets"], &new["b_packets"], &new["a_flows"], &new["b_flows"]], [0, 27, 0, 3]);
    assert_eq!([&new["a_wire_bytes_pct"], &new["b_wire_bytes_pct"], &new["wire_bytes_pct_change"]], [0.0, 50.0, 50.0]);
    let gone = row(&tables, "servers", &[("server_port", 25.into())]);
    assert_eq!((&gone["change"], &gone["b_packets"]), (&"gone".into(), &0.into()));
    assert_eq!(row(&tables, "servers", &[("server_port", 443.into())])["change"], "same");
    // The differences come first.
    let changes: Vec<&str> = tables["servers"].as_array().unwrap().iter().map(|row| row["change"].as_str().unwrap()).collect();
    assert_eq!(changes, ["new", "gone", "same"]);
    assert_eq!(row(&tables, "sides", &[("side", "b".into())])["input"], Value::from(after));
}

#[test]
fn captures_of_different_length_have_equal_rates_and_shares() {
    let folder = Folder::new();
    let servers = [(S, 443), (S, 80), (R, 53)];
    let short = folder.file("short.pcap", &network(&servers, 50_000, 5).pcap());
    let long = folder.file("long.pcap", &network(&servers, 40_000, 500).pcap());
    let (tables, code) = tables_of(&[&short, &long]);
    assert_eq!(code, 0, "other client ports and more connections are no difference");
    for row in tables["services"].as_array().unwrap() {
        assert_eq!((&row["change"], &row["wire_bytes_pct_change"]), (&"same".into(), &0.0.into()));
        let number = |key: &str| row[key].as_f64().unwrap();
        assert_eq!(number("b_wire_bytes"), 100.0 * number("a_wire_bytes"));
        let ratio = number("b_wire_bytes_per_s") / number("a_wire_bytes_per_s");
        assert!((0.75..1.25).contains(&ratio), "{row}");
    }
}

#[test]
fn a_share_that_changes_by_the_threshold_has_grown_or_shrunk() {
    let folder = Folder::new();
    let scene = |web: u16, mail: u16| {
        let mut scene = network(&[(S, 443)], 50_000, web);
        scene.frames((0..mail).flat_map(|number| connection((C, 60_000 + number), (S, 25), 1)));
        scene.pcap()
    };
    let (before, after) = (folder.file("a.pcap", &scene(5, 5)), folder.file("b.pcap", &scene(8, 2)));
    let change = |arguments: &[&str]| {
        let (tables, code) = tables_of(&[&[before.as_str(), &after], arguments].concat());
        let change = |service: &str| row(&tables, "services", &[("service", service.into())])["change"].clone();
        (change("https"), change("smtp"), code)
    };
    assert_eq!(change(&[]), ("grown".into(), "shrunk".into(), 0));
    assert_eq!(change(&["--threshold", "30"]), ("grown".into(), "shrunk".into(), 0));
    assert_eq!(change(&["--threshold", "30.01"]), ("same".into(), "same".into(), 0));
    let shown = run(&["compare", &before, &after]);
    let expected =
        "Nothing is new or gone; https (tcp) grew from 50 % to 80 % of the bytes, smtp (tcp) shrank from 50 % to 20 %.";
    assert_eq!(shown.stdout.lines().next(), Some(expected));
}

#[test]
fn keys_of_a_single_run_are_shown_but_do_not_count() {
    let folder = Folder::new();
    let scene = |port: u16, announced: &str, scanned: u16| {
        let mut scene = network(&[(S, 443), (S, 21)], 50_000, 2);
        // A server on a port of the dynamic range, and one that a control channel announced below it.
        scene.frames(connection((C, 40_000), (S, port), 1));
        scene.frames(dialogue((C, 40_001), (S, 21), 1, &[announced]));
        scene.frames(connection((C, 40_002), (S, scanned), 1));
        scene.pcap()
    };
    // 78 * 256 + 32 = 20000, and 33 for the next port.
    let before = folder.file("a.pcap", &scene(50_001, "<227 (192,0,2,80,78,32)\r\n", 20_000));
    let after = folder.file("b.pcap", &scene(50_002, "<227 (192,0,2,80,78,33)\r\n", 20_001));
    let (tables, code) = tables_of(&[&before, &after]);
    assert_eq!(code, 0);
    for port in [50_002, 20_001] {
        let new = row(&tables, "servers", &[("server_port", port.into())]);
        assert_eq!((&new["change"], &new["lasting"]), (&"new".into(), &"no".into()));
    }
    let shown = run(&["compare", &before, &after]).stdout;
    assert!(shown.starts_with("Nothing is new or gone"), "{shown}");
    // A new row that is no difference says so; where all new rows are differences, nothing needs to be said.
    let lines: Vec<&str> = shown.lines().filter(|line| line.contains("  20001  ")).collect();
    assert!(lines.len() == 1 && lines[0].contains("  new     no  "), "{shown}");
    let plain = folder.file("c.pcap", &network(&[(S, 443), (S, 21)], 50_000, 2).pcap());
    let more = folder.file("d.pcap", &network(&[(S, 443), (S, 21), (S, 25)], 50_000, 2).pcap());
    let shown = run(&["compare", &plain, &more]).stdout;
    assert!(shown.contains("  new   ") && !shown.contains("lasting"), "{shown}");
}

#[test]
fn parts_of_the_traffic_are_compared_but_are_no_difference() {
    let folder = Folder::new();
    let before = folder.file("a.pcap", &network(&[(S, 443)], 50_000, 2).pcap());
    let after = folder.file("b.pcap", &network(&[(S, 443), (R, 443)], 51_000, 2).pcap());
    let (tables, code) = tables_of(&[&before, &after, "-t", "ports,sizes"]);
    assert_eq!((code, tables.as_object().unwrap().len()), (0, 3));
    assert_eq!(row(&tables, "ports", &[("port", 50_000.into())])["lasting"], "no");
    assert_eq!(tables_of(&[&before, &after, "-t", "servers"]).1, 1);
}

#[test]
fn with_makes_one_capture_of_several_files() {
    let folder = Folder::new();
    let one = folder.file("1.pcap", &network(&[(S, 443)], 50_000, 1).pcap());
    let two = folder.file("2.pcap", &network(&[(S, 25)], 50_000, 1).pcap());
    let (tables, code) = tables_of(&[&one, &two, "--with", &two, &one, "--with", &one]);
    assert_eq!((code, tables["sides"].as_array().unwrap().len()), (1, 3));
    let mail = row(&tables, "services", &[("service", "smtp".into())]);
    assert_eq!(
        (&mail["change"], [&mail["a_packets"], &mail["b_packets"], &mail["c_packets"]]),
        (&"gone".into(), [&9.into(), &9.into(), &0.into()])
    );
    // A folder is a set, too.
    let both = folder.path("1.pcap").parent().unwrap().to_str().unwrap().to_owned();
    assert_eq!(tables_of(&[&one, &two, "--with", &both]).1, 0);
}

#[test]
fn three_captures_are_compared_by_their_ends() {
    let folder = Folder::new();
    let file = |name: &str, servers: &[(&'static str, u16)]| folder.file(name, &network(servers, 50_000, 2).pcap());
    let (plain, more) = (file("a.pcap", &[(S, 443)]), file("b.pcap", &[(S, 443), (S, 25)]));
    let (tables, code) = tables_of(&[&plain, &more, &plain]);
    assert_eq!((code, &row(&tables, "services", &[("service", "smtp".into())])["change"]), (1, &"intermittent".into()));
    let shown = run(&["compare", &plain, &more, &plain]).stdout;
    assert!(shown.starts_with("1 service only now and then"), "{shown}");
}

#[test]
fn files_and_standard_output_hold_all_rows() {
    let folder = Folder::new();
    let before = folder.file("a.pcap", &network(&[(S, 443), (S, 25)], 50_000, 2).pcap());
    let after = folder.file("b.pcap", &network(&[(S, 443)], 51_000, 2).pcap());
    let tables = folder.path("tables");
    let written = run(&["compare", &before, &after, "-t", "servers,scans", "--csv", tables.to_str().unwrap()]);
    assert_eq!(written.code, 1, "{}", written.stderr);
    let mut names: Vec<_> = fs::read_dir(&tables).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["scans.csv", "servers.csv", "sides.csv"]);
    let servers = fs::read_to_string(tables.join("servers.csv")).unwrap();
    assert!(servers.starts_with("server_ip,transport,server_port,service,category,"), "{servers}");
    let to_stdout = run(&["compare", &before, &after, "-t", "servers", "--csv", "-"]);
    assert_eq!((to_stdout.code, to_stdout.stdout), (1, servers));
    let lines = run(&["compare", &before, &after, "-t", "servers", "--jsonl", "-"]).stdout;
    assert_eq!(lines.lines().count(), 2, "{lines}");
}

#[test]
fn an_output_never_replaces_an_input() {
    let folder = Folder::new();
    let [one, two] = ["sides.csv", "b"].map(|name| folder.file(name, &network(&[(S, 443)], 50_000, 1).pcap()));
    let place = folder.path("b").parent().unwrap().to_str().unwrap().to_owned();
    for (option, target) in [("--json", &two), ("--csv", &place)] {
        let run = run(&["compare", &one, &two, option, target]);
        assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains("input"), "{run:?}");
    }
    let run = run(&["compare", &one, &two, "--csv", "-"]);
    assert!(run.code == 2 && run.stderr.contains("--table"), "{run:?}");
}

#[test]
fn what_cannot_be_compared_is_explained_with_exit_code_2() {
    let cases: [(&[&str], &str); 8] = [
        (&[], "name two or more: portolan compare YESTERDAY TODAY"),
        (&[OFFICE], "only one capture given"),
        (&["--with", OFFICE], "only one capture given"),
        (&["-", "-"], "standard input can be read only once"),
        (&[OFFICE, "no.pcap"], "nothing could be read of no.pcap"),
        (&[OFFICE, OFFICE, "-t", "flows"], "its rows belong to one capture"),
        (&[OFFICE, OFFICE, "-t", "srevers"], "no such table; the tables are ledger, services"),
        (&[OFFICE, OFFICE, "--threshold", "many"], "percentage points from 0 to 100"),
    ];
    for (arguments, expected) in cases {
        let run = run(&[&["compare"], arguments].concat());
        assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains(expected), "{arguments:?}: {run:?}");
    }
    let many = run(&[&["compare"], &[OFFICE; 27][..]].concat());
    assert!(many.code == 2 && many.stderr.contains("--with"), "{many:?}");
}

#[test]
fn a_capture_that_was_cut_off_is_compared_and_reported() {
    let run = run(&["compare", "samples/cut-off.pcap", "samples/cut-off.pcap"]);
    assert!(run.code == 2 && run.stdout.starts_with("Nothing is new or gone") && run.stderr.contains("cut-off.pcap"), "{run:?}");
}

#[test]
fn standard_input_is_a_side_like_any_other() {
    let arguments = ["compare", "samples/handshake.pcap", "-", "-t", "services", "--json", "-"];
    let run = run_with_input(&arguments, &network(&[(S, 25)], 50_000, 1).pcap());
    assert_eq!((run.code, run.stderr.as_str()), (1, ""));
    let tables = run.tables();
    assert_eq!(row(&tables, "sides", &[("side", "b".into())])["input"], "standard input");
    assert_eq!(row(&tables, "services", &[("service", "smtp".into())])["change"], "new");
}

#[test]
fn every_key_can_be_kept_and_every_column_has_a_key_of_its_own() {
    assert_eq!(default_tables().first(), Some(&TableName::Services));
    let decided = analysed(&Scene::new());
    for table in comparison(&[&decided; 2], 0).all_tables() {
        let mut keys: Vec<&str> = table.fields.iter().map(|field| field.key).collect();
        keys.sort_unstable();
        assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "{keys:?}");
    }
    for table in comparable_tables() {
        let fields = table.fields();
        let keys: Vec<Kind> = fields.iter().filter(|field| field.role == ColumnRole::Key).map(|field| field.kind).collect();
        assert!(!keys.is_empty() && keys.iter().all(|kind| Cell::holds(*kind)), "{table:?}: {keys:?}");
    }
}

fn analysed(scene: &Scene) -> Decided<'static> {
    let folder = Folder::new();
    let path = folder.file("capture", &scene.pcap());
    analyse(&Options { threads: 1, ..Options::new(vec![InputName::File(path.into())]) })
}

fn comparison(sides: &[&Decided<'_>], threshold: u64) -> Comparison {
    let mut collector = Collector::new(&comparable_tables());
    sides.iter().for_each(|decided| collector.add("capture".to_owned(), decided));
    collector.compare(threshold)
}

/// The rows of a table by their keys, as CSV has them.
fn rows(table: &Table<'_>) -> BTreeMap<Vec<String>, BTreeMap<String, String>> {
    let mut text = Vec::new();
    csv::write(table, &mut text).unwrap();
    let is_key = |place: usize| table.fields[place].role == ColumnRole::Key;
    let mut reader = ::csv::Reader::from_reader(text.as_slice());
    let headers = reader.headers().unwrap().clone();
    let row = |record: ::csv::StringRecord| {
        let key = record.iter().enumerate().filter(|(place, _)| is_key(*place)).map(|(_, value)| value.to_owned()).collect();
        (key, headers.iter().zip(&record).map(|(key, value)| (key.to_owned(), value.to_owned())).collect())
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// The number of a column as an integer in units of its last digit.
fn number(row: &BTreeMap<String, String>, key: &str) -> i64 {
    // A number that has no meaning in a row is empty, and adds nothing.
    let digits = row[key].replace('.', "");
    if digits.is_empty() { 0 } else { digits.parse().unwrap() }
}

proptest! {
    #[test]
    fn any_capture_is_the_same_as_itself(scene in any_scene()) {
        let decided = analysed(&scene);
        let comparison = comparison(&[&decided; 3], 0);
        prop_assert!(!comparison.is_different());
        prop_assert!(comparison.tables_for_people(false, &Arrangement::default()).all(|table| table.is_empty()));
        let rows = comparison.tables.iter().flat_map(|table| table.rows());
        prop_assert!(rows.into_iter().all(|row| row.change.name() == "same"));
    }

    #[test]
    fn comparing_backwards_is_the_mirror_image(one in any_scene(), other in any_scene()) {
        let (one, other) = (analysed(&one), analysed(&other));
        let (there, back) = (comparison(&[&one, &other], 100), comparison(&[&other, &one], 100));
        prop_assert_eq!(there.is_different(), back.is_different());
        let mirrored = |change: &str| match change { "new" => "gone", "gone" => "new", "grown" => "shrunk", "shrunk" => "grown", same => same }.to_owned();
        for (there, back) in there.all_tables().zip(back.all_tables()) {
            let (there, back) = (rows(&there), rows(&back));
            prop_assert!(there.keys().eq(back.keys()));
            for (there, back) in there.values().zip(back.values()) {
                prop_assert_eq!(mirrored(&there["change"]), back["change"].clone());
                prop_assert_eq!(&there["lasting"], &back["lasting"]);
                prop_assert_eq!(number(there, "wire_bytes_pct_change"), -number(back, "wire_bytes_pct_change"));
                for (key, value) in there.iter().filter(|(key, _)| key.starts_with("a_")) {
                    prop_assert_eq!(value, &back[&key.replacen("a_", "b_", 1)]);
                }
            }
        }
    }

    /// No row is lost or counted twice: the measures of each side add up to those of its table.
    #[test]
    fn the_rows_of_each_side_add_up_to_its_table(one in any_scene(), other in any_scene()) {
        let sides = [analysed(&one), analysed(&other)];
        for (name, joined) in comparable_tables().into_iter().zip(comparison(&[&sides[0], &sides[1]], 100).all_tables()) {
            let joined = rows(&joined);
            for (side, decided) in ["a", "b"].into_iter().zip(&sides) {
                let alone = rows(&Report::new(decided).table(name));
                let present = joined.values().filter(|row| number(row, &format!("{side}_packets")) > 0).count();
                prop_assert!(present <= alone.len());
                let measures = name.fields().into_iter().filter(|field| {
                    field.role == ColumnRole::Measure && matches!(field.kind, Kind::Count | Kind::Bytes)
                });
                for field in measures {
                    let sum_alone: i64 = alone.values().map(|row| number(row, field.key)).sum();
                    let sum_joined: i64 = joined.values().map(|row| number(row, &format!("{side}_{}", field.key))).sum();
                    prop_assert_eq!(sum_joined, sum_alone, "{:?} {}", name, field.key);
                }
            }
        }
        prop_assert!(comparable_tables().iter().all(|name| name.comparability() != Comparability::OneCapture));
    }
}

#[test]
fn messages_about_the_reading_name_the_capture() {
    let cut_off = "samples/cut-off.pcap";
    let last = run(&["compare", OFFICE, OFFICE, cut_off, "-t", "services"]);
    assert_eq!(last.code, 2);
    assert!(
        last.stderr.starts_with("portolan: capture c: samples/cut-off.pcap: ") && last.stderr.lines().count() == 1,
        "{last:?}"
    );
    let first = run(&["compare", cut_off, OFFICE, "-q"]);
    assert!(first.stderr.starts_with("portolan: capture a: ") && first.stderr.lines().count() == 1, "{first:?}");
    let missing = run(&["compare", OFFICE, "--with", "no.pcap", OFFICE]);
    assert!(
        missing.code == 2 && missing.stderr.starts_with("portolan: capture b: ") && missing.stderr.contains("no.pcap"),
        "{missing:?}"
    );
    let none = run(&["compare", OFFICE, "no.pcap"]);
    let lines: Vec<&str> = none.stderr.lines().collect();
    assert!(lines.len() == 2 && lines.iter().all(|line| line.starts_with("portolan: capture b: ")), "{none:?}");
    let twice = run(&["compare", "samples/handshake.pcap", "--with", OFFICE, OFFICE]);
    assert!(twice.code == 2 && twice.stderr.starts_with("portolan: capture b: "), "{twice:?}");
}

#[test]
fn remarks_name_the_capture_and_quiet_keeps_them_back() {
    let folder = Folder::new();
    let scene = network(&[(S, 443)], 50_000, 1).pcap();
    ["a", "b"].iter().for_each(|name| fs::create_dir(folder.path(name)).unwrap());
    let both = ["a", "b"].map(|name| folder.file(&format!("{name}/capture.pcap"), &scene));
    ["a", "b"].iter().for_each(|name| drop(folder.file(&format!("{name}/notes.txt"), b"no capture")));
    let sides = both.each_ref().map(|file| file.strip_suffix("/capture.pcap").unwrap());
    let json = folder.path("out.json").to_str().unwrap().to_owned();
    let arguments = ["compare", sides[0], sides[1], "--json", &json];
    let told = run(&arguments);
    let lines: Vec<&str> = told.stderr.lines().collect();
    assert!(
        lines.len() == 3 && lines[0].starts_with("portolan: capture a: ") && lines[0].contains("skipped in folder"),
        "{told:?}"
    );
    assert!(lines[1].starts_with("portolan: capture b: ") && lines[2] == format!("portolan: wrote {json}"), "{told:?}");
    let quiet = run(&[&arguments[..], &["--quiet"]].concat());
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
}

#[test]
fn compared_tables_are_sorted_in_every_output() {
    let captures = ["compare", OFFICE, "samples/port-scan.pcap", "-t", "services,servers"];
    let with = |more: &[&str]| run(&[&captures[..], more].concat());
    let sorted = with(&["--sort", "a_flows,service:desc", "--json", "-"]).tables();
    let keys = |row: &Value| (row["a_flows"].as_u64().unwrap(), row["service"].as_str().unwrap().to_owned());
    let services: Vec<_> = sorted["services"].as_array().unwrap().iter().map(keys).collect();
    assert!(services.len() > 10 && services.is_sorted_by(|one, next| one >= next), "{services:?}");
    let mut expected: Vec<_> = with(&["--json", "-"]).tables()["services"].as_array().unwrap().iter().map(keys).collect();
    assert_ne!(expected, services);
    expected.sort_by(|one, next| next.cmp(one));
    assert_eq!(services, expected, "no row is lost");
    let shown = with(&["--all", "--top", "0", "--sort", "a_flows,service:desc", "--columns", "service,a_flows"]);
    let table = shown.stdout.split("Services: new").nth(1).unwrap().split("\n\n").next().unwrap();
    let first: Vec<&str> = table.lines().skip(2).filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first, services.iter().map(|(_, service)| service.split(' ').next().unwrap()).collect::<Vec<_>>());
    // The share on the last side less that on the first one: the greatest loss first.
    let changes = with(&["--sort", "wire_bytes_pct_change:asc", "--json", "-"]).tables();
    let changes: Vec<f64> =
        column(&changes, "services", "wire_bytes_pct_change").iter().map(|value| value.as_f64().unwrap()).collect();
    assert!(changes.is_sorted() && changes[0] < 0.0, "{changes:?}");
}

#[test]
fn chosen_columns_of_compared_tables_come_in_their_order_in_every_output() {
    let folder = Folder::new();
    let tables = folder.path("tables");
    let captures =
        ["compare", OFFICE, "samples/handshake.pcap", "-t", "services,hosts,servers", "--columns", "b_flows,service,a_flows"];
    let run = run_on_page(&[&captures[..], &["--csv", tables.to_str().unwrap()]].concat(), 40);
    assert_eq!((run.code, run.stderr), (1, format!("portolan: wrote 3 tables to {}\n", tables.display())));
    let head =
        |table: &str| fs::read_to_string(tables.join(format!("{table}.csv"))).map(|text| text.lines().next().unwrap().to_owned());
    assert_eq!(head("services").unwrap(), "b_flows,service,a_flows");
    assert_eq!(head("servers").unwrap(), "b_flows,service,a_flows");
    assert!(head("sides").unwrap().starts_with("side,input,packets,"), "the letters are always explained");
    assert!(head("hosts").is_err() && !run.stdout.contains("Hosts"), "a table without any of the columns is left out");
    assert!(!run.stdout.contains("hosts "), "and its rows are not counted as hidden: {}", run.stdout);
    assert!(run.stdout.contains("\nb flows  service"), "{}", run.stdout);
    // A column that usually says only what is surprising has all its values when it is asked for.
    let asked = run_on_page(&["compare", OFFICE, "samples/handshake.pcap", "-t", "services", "--columns", "service,lasting"], 80);
    assert!(asked.stdout.contains("lasting\n") && asked.stdout.contains("  yes\n"), "{}", asked.stdout);
}

#[test]
fn a_column_that_is_sorted_by_is_shown_on_a_narrow_terminal() {
    let captures = ["compare", OFFICE, "samples/handshake.pcap", "-t", "services"];
    assert!(!run_on_page(&captures, 60).stdout.contains("ip_bytes"));
    let shown = run_on_page(&[&captures[..], &["--sort", "b_ip_bytes"]].concat(), 60).stdout;
    assert!(shown.contains("ip_bytes"), "{shown}");
}

#[test]
fn unknown_columns_of_compared_tables_are_refused_before_anything_is_read() {
    let refused = |arguments: &[&str]| {
        let run = run(&[&["compare", "missing-1.pcap", "missing-2.pcap"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        run.stderr
    };
    let near = refused(&["--sort", "packets"]);
    assert!(near.contains("--sort: there is no column \"packets\"; did you mean a_packets, b_packets"), "{near}");
    let side = refused(&["--columns", "service,c_packets"]);
    assert!(
        side.contains("there is no column \"c_packets\"; did you mean a_packets") && side.contains("The columns are"),
        "{side}"
    );
    let elsewhere = refused(&["-t", "services", "--columns", "server_ip"]);
    assert!(elsewhere.contains("no table that is shown or written has a column server_ip; servers has one"), "{elsewhere}");
    assert!(refused(&["--sort", "change:down"]).contains("expected asc or desc"));
}

#[test]
fn every_column_of_a_comparison_is_explained_in_the_legend() {
    let decided = analysed(&Scene::new());
    let comparison = comparison(&[&decided; 2], 0);
    for table in comparison.all_tables().chain([comparison.sides_table()]) {
        let definition = |field| Language::English.messages().definition(Term::Column(table.id, field));
        let unexplained: Vec<&str> =
            table.fields.iter().filter(|field| definition(**field).is_none()).map(|field| field.key).collect();
        assert!(unexplained.is_empty(), "{:?}: {unexplained:?}", table.id);
    }
    let shown = run_on_page(&["compare", OFFICE, "samples/handshake.pcap", "-t", "services", "--legend"], 120).stdout;
    for line in ["  a bytes (a_wire_bytes)", "In capture b: the share of all bytes on the wire.", "  change  ", "  side  "] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
}

#[test]
fn times_and_numbers_have_the_form_that_is_asked_for() {
    let captures = ["compare", "samples/handshake.pcap", "samples/coin-toss.pcap", "--wide"];
    let shown = run(&[&captures[..], &["--tz", "Asia/Tokyo", "--exact"]].concat()).stdout;
    assert!(shown.contains("start (Asia/Tokyo)") && shown.contains("2026-11-23 18:00:00"), "{shown}");
}
