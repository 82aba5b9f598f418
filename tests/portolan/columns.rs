//! What stands in columns: text from outside, evidence, shares, times; and which columns a terminal has room for.

use std::collections::{BTreeSet, HashSet};
use std::fs;

use portolan::analysis::{Decided, Options, analyse};
use portolan::capture::InputName;
use portolan::explain;
use portolan::flow::{FlowId, TimelineOptions};
use portolan::report::{self, CaptureRow, ColumnRole, FlowRow, Report, Table, TableId, TableName};
use portolan::service::Registry;
use portolan::service::book::Book;
use serde_json::Value;
use testkit::*;

use crate::support::{Folder, Run, column, portolan, root, run, run_on_page};

const OFFICE: &str = "samples/office.pcapng";

/// A pcapng file whose only interface has that name.
fn on_interface(name: &str) -> Vec<u8> {
    let padding = vec![0; name.len().next_multiple_of(4) - name.len()];
    let option = [&2u16.to_le_bytes()[..], &(name.len() as u16).to_le_bytes(), name.as_bytes(), &padding].concat();
    let interface = block(1, &[&1u32.to_le_bytes()[..], &0u32.to_le_bytes(), &option].concat());
    [section_header(), interface, enhanced_packet(0, 0, &udp((C, 1), (R, 2), b""))].concat()
}

#[test]
fn text_from_outside_is_harmless_in_csv_and_json() {
    let folder = Folder::new();
    let cases = [
        ("=1+1", "'=1+1"),
        ("\n=1+1", r"'\u{a}=1+1"),
        ("\0=1+1", r"'\u{0}=1+1"),
        (" =1+1", "' =1+1"),
        ("\u{a0}=1+1", "'\u{a0}=1+1"),
        ("\u{ff1d}1+1", "'\u{ff1d}1+1"),
        ("x;=1+1", "\"x;=1+1\""),
        ("x\t=1+1", r"x\u{9}=1+1"),
        ("x|y", "\"x|y\""),
        ("\u{1b}[31m\u{9b}\u{7f}", r"\u{1b}[31m\u{9b}\u{7f}"),
        ("\u{202e}gpj.exe\u{200b}\u{feff}", r"\u{202e}gpj.exe\u{200b}\u{feff}"),
        ("日本 - a=b", "日本 - a=b"),
    ];
    for (number, (name, in_csv)) in cases.into_iter().enumerate() {
        let file = folder.file(&format!("{number}.pcapng"), &on_interface(name));
        let tables = folder.path(&format!("{number}"));
        let run = run(&["read", &file, "--csv", tables.to_str().unwrap(), "--json", "-"]);
        let csv = fs::read_to_string(tables.join("capture.csv")).unwrap();
        assert!(csv.contains(&format!(",{in_csv},pcapng,")), "{name:?}: {csv}");
        assert_eq!((csv.lines().count(), csv.contains('\r')), (2, false), "{name:?}: lines end in a line feed alone");
        let is_raw = |c: char| c.is_control() && c != '\n' || "\u{200b}\u{202e}\u{feff}".contains(c);
        assert!(!csv.contains(is_raw) && !run.stdout.contains(is_raw), "{name:?}: {csv}");
        assert_eq!(run.tables()["capture"][0]["interface"], name, "a parser gets the name as it is");
    }
}

#[test]
fn a_files_name_cannot_steer_who_reads_the_json_document() {
    let folder = Folder::new();
    let file = folder.file("\u{9b}31m\u{202e}.pcap", &Scene::new().pcap());
    let run = run(&["read", &file, "--json", "-"]);
    assert!(!run.stdout.contains(['\u{9b}', '\u{202e}']) && run.stdout.contains(r"\u009b31m\u202e.pcap"), "{}", run.stdout);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["input"][0], file);
}

#[test]
fn names_of_the_users_own_table_are_no_formulas_either() {
    let folder = Folder::new();
    let rules = folder.file("ports", b"udp/53 = -1+1\n");
    let csv = folder.path("csv");
    let run = run(&["read", OFFICE, "--services", &rules, "--csv", csv.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let services = fs::read_to_string(csv.join("services.csv")).unwrap();
    assert!(services.contains(",'-1+1,udp,53,"), "{services}");
}

/// Each sample, analysed, and all of them as one capture.
pub fn analysed_samples() -> Vec<(String, Decided<'static>)> {
    let entries = fs::read_dir(root().join("samples")).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "pcap" || end == "pcapng")).collect();
    files.sort();
    assert!(files.len() > 10, "the samples are there");
    let analysed = |files: Vec<InputName>| {
        let timeline = Some(TimelineOptions::default());
        let name = format!("{files:?}");
        (name, analyse(&Options { closed_ports: true, sha256: true, timeline, ..Options::new(files) }))
    };
    let files: Vec<InputName> = files.into_iter().map(InputName::File).collect();
    let mut all: Vec<_> = files.iter().map(|file| analysed(vec![file.clone()])).collect();
    all.push(analysed(files));
    all
}

/// Calls `check` with every table that there is.
fn with_every_table(check: impl Fn(&str, &Table<'_>)) {
    for (name, decided) in analysed_samples() {
        TableName::ALL.into_iter().for_each(|table| check(&name, &Report::new(&decided).table(table)));
        let all_flows: Vec<usize> = (0..decided.collected.flows.len()).collect();
        check(&name, &explain::candidates(&decided, &all_flows));
    }
    let registry = Registry::shared();
    check("book", &report::book(&Book::open(&registry).pages()));
    #[cfg(feature = "live")]
    check("interfaces", &report::interfaces(&portolan::platform::machine::Machine::detect()));
}

#[test]
fn every_value_is_null_or_of_its_columns_kind() {
    with_every_table(|input, table| {
        table.visit(0..table.len() + 1, |row| {
            assert_eq!(row.len(), table.fields.len(), "{input}: {}", table.id.key());
            for (field, value) in table.fields.iter().zip(row) {
                assert!(field.kind.admits(*value), "{input}: {}: {field:?}: {value:?}", table.id.key());
            }
        });
    });
}

#[test]
fn the_keys_of_a_table_identify_its_rows() {
    with_every_table(|input, table| {
        let is_key: Vec<bool> = table.fields.iter().map(|field| field.role == ColumnRole::Key).collect();
        assert_eq!(!is_key.contains(&true), table.id == TableId::Analysis(TableName::Capture), "{} has no keys", table.id.key());
        let mut known = HashSet::new();
        table.visit(0..table.len(), |row| {
            let keys: Vec<_> = row.iter().zip(&is_key).filter(|(_, is_key)| **is_key).map(|(value, _)| value).collect();
            assert!(keys.is_empty() || known.insert(format!("{keys:?}")), "{input}: {}: {keys:?}", table.id.key());
        });
    });
}

#[test]
fn rows_are_typed_and_the_total_has_no_file() {
    let (_, decided) = analysed_samples().pop().unwrap();
    let rows = Report::new(&decided).rows::<CaptureRow>();
    let total = rows.total().unwrap();
    assert_eq!((total.file.as_deref(), total.tally.traffic), (None, decided.collected.total()));
    assert!(rows.into_iter().all(|row| row.file.is_some()));
    let flows: Vec<FlowRow<'_>> = Report::new(&decided).rows::<FlowRow>().into_iter().collect();
    assert!(flows.iter().zip(1..).all(|(flow, number)| flow.flow_id == Some(FlowId(number))));
    assert!(flows.iter().any(|flow| flow.vlan == [[10]]) && flows.iter().any(|flow| flow.tunnel.len() == 1));
}

#[test]
fn evidence_joins_with_the_table_of_that_name() {
    let tables = run(&["read", OFFICE, "--json", "-"]).tables();
    let known: BTreeSet<&str> = column(&tables, "evidence", "evidence").into_iter().map(|word| word.as_str().unwrap()).collect();
    for table in ["flows", "servers"] {
        for row in tables[table].as_array().unwrap() {
            let (word, detail) = (row["evidence"].as_str().unwrap(), row["evidence_detail"].as_str());
            // Flows without ports are not in the table.
            assert!(known.contains(word) || row["ip_protocol"] != 17 && word == "none", "{table}: {row}");
            assert_eq!(detail.is_some(), ["rank", "port-diversity"].contains(&word), "{table}: {row}");
        }
        assert!(column(&tables, table, "evidence_detail").contains(&&"6>-1".into()), "{table}");
    }
}

#[test]
fn times_of_the_timeline_are_as_precise_as_its_buckets() {
    let starts = |interval: &str| {
        let run = run(&["read", "samples/handshake.pcap", "-t", "timeline", "--interval", interval]);
        run.stdout.lines().filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned)).skip(2).collect::<Vec<_>>()
    };
    assert!(starts("0.001").iter().all(|start| start.starts_with("09:00:") && start.len() == "09:00:00.000".len()));
    assert!(starts("1").iter().all(|start| start.len() == "09:00:00".len()));
}

/// The titles of each table's columns.
fn titles(run: &Run) -> Vec<Vec<&str>> {
    let lines: Vec<&str> = run.stdout.lines().collect();
    let of_table = |at: usize| lines[at + 1].split("  ").map(str::trim).filter(|title| !title.is_empty()).collect();
    (0..lines.len()).filter(|&at| at == 0 || lines[at - 1].is_empty()).filter(|&at| !lines[at].is_empty()).map(of_table).collect()
}

#[test]
fn no_two_columns_of_a_table_are_both_a_percentage_of_something_unnamed() {
    let run = run(&["read", OFFICE, "-t", "all", "-n", "1", "--wide"]);
    for titles in titles(&run) {
        assert!(titles.iter().filter(|title| **title == "%").count() < 2, "{titles:?}");
    }
}

#[test]
fn the_heading_tells_how_many_columns_have_no_room_and_wide_shows_them_all() {
    let arguments = ["read", OFFICE, "-t", "all", "-n", "0"];
    let narrow = run_on_page(&arguments, 80);
    for heading in ["Services:", "Servers:", "Flows:", "Hosts:"] {
        let line = narrow.stdout.lines().find(|line| line.starts_with(heading)).unwrap();
        assert!(line.contains("  (+") && line.ends_with(" columns: --wide)"), "{line}");
    }
    let wide = run_on_page(&[&arguments[..], &["--wide"]].concat(), 80);
    assert_eq!(wide.stdout, run_on_page(&arguments, 1000).stdout);
    assert!(!wide.stdout.contains("--wide"));
    let flows = titles(&wide).into_iter().find(|titles| titles.contains(&"state")).unwrap();
    assert!(
        ["flow", "evidence", "confidence", "flags", "duration", "control", "compared"].iter().all(|title| flows.contains(title))
    );
    let services = run_on_page(&["services", "games"], 60).stdout;
    assert!(services.lines().nth(1).unwrap().ends_with("columns: --wide)"), "{services}");
    assert!(run_on_page(&["services", "games", "--wide"], 60).stdout.contains("IANA's name"));
}

#[test]
fn eighty_columns_have_room_for_what_matters_most() {
    let run = run_on_page(&["read", OFFICE, "-t", "all", "-n", "0"], 80);
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 80), "{}", run.stdout);
    let of = |first: &str| titles(&run).into_iter().find(|titles| titles.contains(&first)).unwrap();
    assert!(of("client").contains(&"bytes >") && of("client").contains(&"bytes <"), "{}", run.stdout);
    assert!(of("address").contains(&"name"), "{}", run.stdout);
}

/// True for a number or an address, and for a part of one.
fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().all(|c| c.is_ascii_hexdigit() || ".,:-…".contains(c))
}

#[test]
fn numbers_and_addresses_stay_whole_however_narrow_the_terminal_is() {
    let files = [OFFICE, "samples/port-scan.pcap", "samples/tunnel-6in6.pcap", "samples/groups.pcap"];
    for file in files {
        let arguments = ["read", file, "-t", "all", "-n", "2", "--closed-ports"];
        let wide = run(&[&arguments[..], &["--wide"]].concat());
        let known: BTreeSet<&str> = wide.stdout.split_whitespace().collect();
        for columns in [1, 20, 30, 40, 60, 80] {
            let narrow = run_on_page(&arguments, columns);
            assert_eq!(narrow.code, 0, "{file} at {columns}: {}", narrow.stderr);
            let broken: Vec<&str> =
                narrow.stdout.split_whitespace().filter(|word| is_number(word) && !known.contains(word)).collect();
            assert!(broken.is_empty(), "{file} at {columns}: {broken:?}\n{}", narrow.stdout);
        }
    }
}

#[test]
fn a_long_path_is_shortened_in_the_middle_and_keeps_the_name_of_its_file() {
    let folder = Folder::new();
    let long = folder.path("a-folder-with-a-long-name/and-another-one-inside-of-it");
    fs::create_dir_all(&long).unwrap();
    let file = long.join("traffic.pcap");
    fs::write(&file, Scene::new().pcap()).unwrap();
    let run = run_on_page(&["read", file.to_str().unwrap(), "-t", "capture"], 80);
    let line = run.stdout.lines().find(|line| line.contains("traffic.pcap")).unwrap();
    assert!(line.starts_with('/') && line.contains("…/traffic.pcap  "), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 4, "{}", run.stdout);
}

#[test]
fn a_terminal_of_any_number_of_columns_is_a_terminal() {
    for columns in ["0", "-5", "18446744073709551615", "99999999999999999999", "wide"] {
        let output =
            portolan().args(["read", "samples/handshake.pcap", "-t", "capture"]).env("COLUMNS", columns).output().unwrap();
        assert!(Run::from_output(output).stdout.starts_with("Capture:"), "{columns}");
    }
}
