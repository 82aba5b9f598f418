//! The command line: options, outputs, exit codes, pipes.

use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use serde_json::Value;
use testkit::*;

use crate::support::{Folder, Run, column, packets_at, portolan, root, run, run_with_input, sum, tables_of};

const TABLES: [&str; 16] = [
    "capture",
    "ledger",
    "services",
    "portless",
    "ports",
    "ranges",
    "servers",
    "scans",
    "hosts",
    "flows",
    "evidence",
    "timeline",
    "sizes",
    "tunnels",
    "categories",
    "conversations",
];

#[test]
fn without_options_the_overview_is_shown() {
    let run = run(&["read", "samples/handshake.pcap"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let labels: Vec<&str> =
        run.stdout.lines().skip(1).filter_map(|line| line.split("  ").next().filter(|label| !label.is_empty())).collect();
    assert_eq!(labels, ["Categories", "Servers", "Clients", "Over time", "Certainty", "More"]);
    assert!(!run.stdout.contains('\u{1b}'), "no escape sequences in a pipe");
}

#[test]
fn wrong_arguments_are_explained_with_exit_code_2() {
    let cases: [(&[&str], &str); 6] = [
        (&[], "Usage"),
        (&["read"], "standard input was read because no FILE was given"),
        (&["read", "x.pcap", "--table", "srevices"], "no such table; did you mean services?"),
        (&["read", "x.pcap", "--idle-timeout=-3"], "idle-timeout"),
        (&["read", "x.pcap", "--idle-timeout", "soon"], "a duration such as 90s, 5m"),
        (&["raed", "x.pcap"], "read"),
    ];
    for (arguments, expected) in cases {
        let run = run(arguments);
        assert!(run.code == 2 && run.stderr.contains(expected), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn tables_are_chosen_by_name_and_cut_with_a_row_for_the_others() {
    let run = run(&["read", "samples/one-address-many-servers.pcap", "-t", "servers,ports", "-n", "3"]);
    assert!(run.stdout.starts_with("Servers:"));
    assert_eq!(run.stdout.matches(" others)").count(), 2);
    assert!(run.stdout.contains("(6 others)"), "{}", run.stdout);
}

#[test]
fn csv_has_every_table_with_all_rows_and_the_keys_of_the_json_document() {
    let folder = Folder::new();
    let (csv, json) = (folder.path("csv"), folder.path("all.json"));
    let run = run(&["read", "samples/port-scan.pcap", "--csv", csv.to_str().unwrap(), "--json", json.to_str().unwrap()]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("Categories"), "the overview is still shown");
    let document: serde_json::Value = serde_json::from_slice(&fs::read(&json).unwrap()).unwrap();
    assert_eq!(document["schema_version"], 2);
    assert_eq!(document["tables"].as_object().unwrap().len(), TABLES.len());
    for table in TABLES {
        let mut reader = csv::Reader::from_path(csv.join(table).with_extension("csv")).unwrap();
        let keys: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = document["tables"][table].as_array().unwrap();
        assert_eq!(reader.records().map(Result::unwrap).count(), rows.len(), "{table}");
        let in_json: Vec<&String> = rows.iter().flat_map(|row| row.as_object().unwrap().keys()).collect();
        assert!(in_json.iter().all(|key| keys.contains(key)), "{table}");
    }
    assert_eq!(fs::read_to_string(csv.join("flows.csv")).unwrap().lines().count(), 101);
}

#[test]
fn json_on_standard_output_is_one_document_and_nothing_else() {
    let run = run(&["read", "samples/handshake.pcap", "--json", "-"]);
    let document: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["input"], serde_json::json!(["samples/handshake.pcap"]));
    assert_eq!(document["portolan"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(document["tables"]["capture"][0]["start_time"], "2026-11-23T09:00:00.000000000Z");
    assert_eq!(document["tables"]["services"][0]["packets_pct"].to_string(), "81.82");
}

#[test]
fn a_files_digest_is_told_where_it_is_asked_for() {
    let digest = |arguments: &[&str]| {
        let tables = run(&[&["read", "--json", "-"], arguments].concat()).tables();
        tables["capture"][0]["sha256"].as_str().map(str::to_owned)
    };
    let folder = Folder::new();
    let empty = folder.file("empty.pcap", &Scene::new().pcap());
    assert_eq!(digest(&[&empty]), None);
    let expected = "704e5e5b3234433c01fcfd1b20a306e77e985038120492dc53965c3edd38a4ea";
    assert_eq!(digest(&[&empty, "--sha256"]).as_deref(), Some(expected));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let document = || run(&["read", "samples/office.pcapng", "--json", "-"]).stdout;
    assert_eq!(document(), document());
}

#[test]
fn an_output_that_cannot_be_written_is_an_error_with_its_name() {
    let folder = Folder::new();
    let file = folder.file("file", b"");
    let nowhere = folder.path("no/such/folder.json").to_str().unwrap().to_owned();
    for (option, target) in [("--csv", &file), ("--json", &nowhere)] {
        let run = run(&["read", "samples/handshake.pcap", option, target]);
        assert!(run.code == 2 && run.stderr.contains(target.as_str()), "{}", run.stderr);
    }
}

#[test]
fn a_closed_pipe_is_no_error() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .current_dir(root())
        .args(["read", "samples/office.pcapng", "-t", "all", "-n", "0"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    assert_eq!((child.wait().unwrap().code(), messages.as_str()), (Some(0), ""));
}

#[test]
fn several_files_are_one_capture_and_a_flow_may_span_them() {
    let folder = Folder::new();
    let frames = connection((C, 51544), (S, 443), 1);
    let (mut first, mut second) = (Scene::new(), Scene::new());
    first.frames(frames[..4].to_vec());
    second.wait(1).frames(frames[4..].to_vec());
    let (first, second) = (folder.file("1.pcap", &first.pcap()), folder.file("2.pcapng", &second.pcapng()));
    let tables = run(&["read", &first, &second, "--json", "-"]).tables();
    assert_eq!(column(&tables, "capture", "packets"), [4, 5, 9]);
    assert_eq!(column(&tables, "flows", "tcp_state"), ["SF"]);
}

#[test]
fn the_users_own_table_wins_and_its_mistakes_are_told_with_the_line() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frame(udp((C, 50001), (S, 2500), b"ring")).frames(connection((C, 51544), (S, 8000), 1));
    scene.frames(exchange((S, 9999), (D, 80), 1));
    let capture = folder.file("phones.pcap", &scene.pcap());
    let rules = folder.file("ports.txt", b"# ours\nudp/2500 = ip-phone, voip\n192.0.2.0/24 tcp/9999 = camera\n");
    let tables = run(&["read", &capture, "--services", &rules, "--json", "-"]).tables();
    assert_eq!(column(&tables, "flows", "service"), ["ip-phone", "http-alt", "camera"]);
    assert_eq!(column(&tables, "flows", "evidence"), ["rank", "handshake", "user"]);
    assert_eq!(column(&tables, "flows", "evidence_detail"), ["5>-1".into(), Value::Null, Value::Null].each_ref());
    assert_eq!(column(&tables, "flows", "name_source"), ["user", "overlay", "user"]);
    assert_eq!(column(&tables, "flows", "category")[0], "voip");
    let wrong = folder.file("wrong.txt", b"udp/2500 = ip-phone\n\ntcp/eighty = web\n");
    let run = run(&["read", &capture, "--services", &wrong]);
    assert!(run.code == 2 && run.stderr.contains("wrong.txt line 3"), "{}", run.stderr);
}

#[test]
fn an_idle_timeout_ends_flows() {
    let mut scene = Scene::new();
    scene.frame(udp((C, 50001), (R, 53), b"?")).wait(10).frame(udp((C, 50001), (R, 53), b"?"));
    let flows = |arguments: &[&str]| {
        let arguments = [&["read", "-", "--json", "-"], arguments].concat();
        run_with_input(&arguments, &scene.pcap()).tables()["flows"].as_array().unwrap().len()
    };
    assert_eq!((flows(&[]), flows(&["--idle-timeout", "5"]), flows(&["--idle-timeout", "60"])), (1, 2, 1));
}

#[test]
fn names_from_outside_cannot_steer_a_terminal_or_a_spreadsheet() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frame(udp((C, 50001), (R, 53), b"?"));
    fs::create_dir(folder.path("in")).unwrap();
    let evil = folder.file("in/\u{1b}[31mred.pcap", &scene.pcap());
    assert!(!run(&["read", &evil]).stdout.contains('\u{1b}'));
    let name = b"=1+1";
    let options = [&2u16.to_le_bytes()[..], &4u16.to_le_bytes(), name].concat();
    let interface = block(1, &[&1u32.to_le_bytes()[..], &0u32.to_le_bytes(), &options].concat());
    let file = [section_header(), interface, enhanced_packet(0, 0, &udp((C, 1), (R, 2), b""))].concat();
    let (path, csv) = (folder.file("name.pcapng", &file), folder.path("csv"));
    assert_eq!(run(&["read", &path, "--csv", csv.to_str().unwrap()]).code, 0);
    assert!(fs::read_to_string(csv.join("capture.csv")).unwrap().contains(",'=1+1,"));
}

#[test]
fn a_capture_without_packets_is_complete() {
    let run = run_with_input(&["read", "-", "-t", "all"], &Scene::new().pcap());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("no packets with ports"));
    let tables = tables_of(&Scene::new().pcapng());
    assert_eq!(packets_at(&tables, "tcp"), 0);
    assert!(tables["capture"][0]["start_time"].is_null());
}

#[test]
fn what_is_more_than_may_be_told_apart_is_counted_together_and_said() {
    let run = run(&["read", "samples/port-scan.pcap", "--json", "-", "--max-flows", "10"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("flow limit of 10 reached: 179 packets of further flows are counted together"), "{}", run.stderr);
    let tables = run.tables();
    let last = tables["flows"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["flags"], &last["packets_c2s"], &last["client_ip"]), (&"overflow".into(), &179.into(), &Value::Null));
    assert_eq!(sum(&tables, "services", "packets"), 199);
}

#[test]
fn the_timeline_has_the_width_that_is_asked_for() {
    let run = run(&["read", "samples/office.pcapng", "-t", "timeline", "--interval", "30", "-n", "0"]);
    let starts: std::collections::BTreeSet<&str> =
        run.stdout.lines().skip(2).filter_map(|line| line.get(..19)).filter(|start| start.starts_with("2026")).collect();
    assert_eq!(starts.len(), 3, "{}", run.stdout);
    assert!(starts.iter().all(|start| start.ends_with(":00") || start.ends_with(":30")));
    assert_eq!(crate::support::run(&["read", "samples/office.pcapng", "--interval", "0"]).code, 2);
}

#[test]
fn without_a_command_the_captures_are_read() {
    let folder = Folder::new();
    let capture = Scene::new().frame(udp((C, 50001), (R, 53), b"?")).pcap();
    let file = folder.file("one.pcap", &capture);
    let path = folder.path("").to_str().unwrap().to_owned();
    let cases: [&[&str]; 5] = [&[&file], &[&file, "-t", "servers"], &["--json", "-", &file], &["-"], &[&path]];
    for arguments in cases {
        let short = run_with_input(arguments, &capture);
        let long = run_with_input(&[&["read"], arguments].concat(), &capture);
        assert_eq!((short.code, &short.stdout, &short.stderr), (0, &long.stdout, &String::new()), "{arguments:?}");
    }
    let help = run(&["help"]);
    assert!(help.code == 0 && help.stdout.contains("interfaces") == cfg!(feature = "live"), "{}", help.stdout);
    assert!(run(&["-V"]).stdout.starts_with("portolan ") && run(&["--version"]).stdout.contains("built with"));
}

#[test]
fn a_command_is_a_command_whatever_files_there_are() {
    let folder = Folder::new();
    folder.file("read", &Scene::new().frame(udp((C, 50001), (R, 53), b"?")).pcap());
    let run_with = |word: &str| {
        let output = portolan().current_dir(folder.path("")).arg(word).output();
        Run::from_output(output.unwrap())
    };
    assert!(run_with("read").stderr.contains("standard input was read because no FILE was given"));
    assert!(run_with("./read").stdout.contains("Categories"));
}

#[test]
fn a_word_that_names_nothing_is_told_with_what_may_be_meant() {
    let folder = Folder::new();
    for name in ["office.pcapng", "other.pcapng", "o\u{1b}fice.pcapng"] {
        folder.file(name, &Scene::new().pcap());
    }
    let wrong = folder.path("ofice.pcap").to_str().unwrap().to_owned();
    let right = folder.path("office.pcapng").to_str().unwrap().to_owned();
    for arguments in [&[wrong.as_str()][..], &["read", &wrong], &["explain", &wrong, "1"], &["read", "-t", "ledger", &wrong]] {
        let run = run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
        assert!(run.stderr.ends_with(&format!(" or {right}?\n")) && !run.stderr.contains("other"), "{}", run.stderr);
        assert!(run.stderr.contains("o\\u{1b}fice") && !run.stderr.contains('\u{1b}'), "{}", run.stderr);
    }
    let mistyped = run(&["raed", "x.pcap"]);
    assert_eq!(mistyped.stderr, "portolan: there is no command or file \"raed\"; did you mean portolan read?\n");
    let unknown = run(&["xyzzy"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("the commands are read, explain, services"), "{}", unknown.stderr);
}

#[test]
fn without_a_file_a_pipe_is_read() {
    let capture = Scene::new().frame(udp((C, 50001), (R, 53), b"?")).pcap();
    for arguments in [&["read", "--json", "-"][..], &["read", "--json", "-", "-t", "ledger"], &["--json", "-"]] {
        let run = run_with_input(arguments, &capture);
        assert_eq!((run.code, run.stderr.as_str(), packets_at(&run.tables(), "udp")), (0, "", 1), "{arguments:?}");
    }
    let nothing = run(&["read"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (2, ""));
    assert!(nothing.stderr.contains("no FILE was given") && nothing.stderr.lines().count() == 2, "{}", nothing.stderr);
}

#[cfg(target_os = "linux")]
#[test]
fn on_a_terminal_a_file_has_to_be_named() {
    let command = format!("{} read", env!("CARGO_BIN_EXE_portolan"));
    let mut script = Command::new("script");
    script.args(["-qec", &command, "/dev/null"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut child) = script.spawn() else {
        println!("skipped: there is no script (util-linux) to make a terminal with");
        return;
    };
    // The end of what is typed, for a program that waits for it.
    let _ = child.stdin.take().map(|mut keyboard| keyboard.write_all(b"\x04"));
    let output = child.wait_with_output().unwrap();
    let output_text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.code() == Some(2) && output_text.contains("no capture given; name a file or folder (portolan read FILE)"),
        "{output_text}"
    );
}

#[test]
fn the_examples_in_the_help_work() {
    let folder = Folder::new();
    std::os::unix::fs::symlink(root().join("samples"), folder.path("samples")).unwrap();
    let mut examples = 0;
    for command in ["read", "explain", "compare", "services", "interfaces"] {
        let help = run(&[command, "--help"]).stdout;
        let (_, list) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{command} has no examples"));
        // Files that a shell would name are of no capture here.
        let is_whole = |line: &&str| !line.contains('*');
        for example in list.lines().filter(is_whole).filter_map(|line| line.trim().strip_prefix("portolan ")) {
            let output = portolan().args(example.split(' ')).current_dir(folder.path("")).output().unwrap();
            // Captures that are compared may differ.
            let code = output.status.code();
            assert!(code == Some(0) || code == Some(1) && command == "compare", "portolan {example}: {output:?}");
            examples += 1;
        }
    }
    assert!(examples >= 8, "{examples}");
}

#[test]
fn a_mistyped_table_is_answered_with_a_similar_one() {
    let wrong = |word: &str| run(&["read", "samples/office.pcapng", "-t", word]).stderr;
    assert!(wrong("servce").contains("no such table; did you mean"), "{}", wrong("servce"));
    assert!(wrong("qqqq").contains("no such table; the tables are capture, ledger"), "{}", wrong("qqqq"));
}

#[test]
fn written_files_are_reported_and_quiet_reports_only_failures() {
    let folder = Folder::new();
    let (tables, document) = (folder.path("tables"), folder.path("office.json"));
    let outputs = ["--csv", tables.to_str().unwrap(), "--json", document.to_str().unwrap(), "-t", "ledger,hosts"];
    let read = run(&[&["read", "samples/office.pcapng"], &outputs[..]].concat());
    let written = format!("portolan: wrote 2 tables to {}\nportolan: wrote {}\n", tables.display(), document.display());
    assert_eq!(read.stderr, written);
    // Tables without a chosen column, or without a meaning for a selection, are not written and do not count.
    let folder = Folder::new();
    let tables = folder.path("tables");
    let some = ["read", "samples/office.pcapng", "--csv", tables.to_str().unwrap(), "--columns", "packets", "--service", "https"];
    let written = run(&some).stderr;
    let files = fs::read_dir(&tables).unwrap().count();
    assert!(written.contains(&format!("wrote {files} tables to ")), "{files}: {written}");
    assert!(!tables.join("sizes.csv").exists() && !tables.join("hosts.csv").exists());
    let silent = run(&[&some[..], &["-q"]].concat());
    assert_eq!(silent.stderr, "");
    let quiet = run(&[&["read", "-q", "samples/office.pcapng", "no-such-file"], &outputs[..]].concat());
    assert!(quiet.code == 1 && quiet.stderr.lines().count() == 1 && quiet.stderr.contains("no-such-file"), "{quiet:?}");
}
