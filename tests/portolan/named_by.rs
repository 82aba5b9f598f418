//! The worth of a service's name: `named_by`, and the question mark of a name that is merely registered.

use testkit::*;

use crate::support::{Folder, Run, column, run, run_on_page, run_with_input, tables_of};

/// The ports of the scene: curated, registered, unassigned.
const PORTS: [u16; 3] = [443, 523, 60_999];

fn capture(ports: &[u16]) -> Vec<u8> {
    let mut scene = Scene::new();
    for (port, client) in ports.iter().zip(51_000..) {
        scene.frames(connection((C, client), (S, *port), 1));
    }
    scene.pcap()
}

/// Names and their worth in a table.
fn worths(capture: &[u8], table: &str) -> Vec<(String, Option<String>)> {
    let tables = tables_of(capture);
    let names = column(&tables, table, "service").into_iter().map(|name| name.as_str().unwrap().to_owned());
    let mut worths: Vec<_> =
        names.zip(column(&tables, table, "named_by").into_iter().map(|worth| worth.as_str().map(str::to_owned))).collect();
    worths.sort();
    worths
}

fn shown(capture: &[u8], options: &[&str]) -> Run {
    run_with_input(&[&["read", "-"], options].concat(), capture)
}

#[test]
fn a_name_has_its_worth_and_a_port_without_a_name_has_none() {
    let expected = [("https", Some("curated")), ("ibm-db2", Some("registered")), ("unassigned", None)]
        .map(|(name, worth)| (name.to_owned(), worth.map(str::to_owned)));
    for table in ["services", "servers"] {
        assert_eq!(worths(&capture(&PORTS), table), expected, "{table}");
    }
    let announced = run(&["read", "samples/office.pcapng", "--json", "-"]).tables();
    let services = announced["services"].as_array().unwrap();
    let rtp: Vec<_> = services.iter().filter(|row| row["service"] == "rtp").map(|row| &row["named_by"]).collect();
    assert_eq!(rtp, ["announced", "announced"]);
}

#[test]
fn a_row_of_several_ports_has_all_worths_the_best_first() {
    let irc = |ports: &[u16]| worths(&capture(ports), "services");
    let of = |worth: &str| [("irc".to_owned(), Some(worth.to_owned()))];
    assert_eq!(irc(&[194, 7000, 6667]), of("curated customary registered"));
    assert_eq!(irc(&[194]), of("registered"));
    assert_eq!(worths(&capture(&[194, 7000]), "servers").len(), 2);
}

#[test]
fn a_merely_registered_name_has_a_question_mark_on_the_terminal_and_none_in_data() {
    let capture = capture(&PORTS);
    for table in ["services", "servers", "ports"] {
        let text = shown(&capture, &["-t", table]).stdout;
        assert!(text.contains(" ibm-db2? ") && !text.contains("https?") && !text.contains("unassigned?"), "{text}");
        for format in ["--csv", "--jsonl"] {
            let data = shown(&capture, &["-t", table, format, "-"]).stdout;
            assert!(data.contains("ibm-db2") && !data.contains("ibm-db2?"), "{data}");
        }
    }
    // irc is curated on one of the ports.
    let several = self::capture(&[194, 6667]);
    assert!(!shown(&several, &["-t", "services"]).stdout.contains("irc?"));
    assert!(shown(&several, &["-t", "servers"]).stdout.contains(" irc? "));
}

#[test]
fn your_own_table_leaves_no_doubt() {
    let folder = Folder::new();
    let (rules, file) = (folder.file("rules", b"tcp/523 = warehouse, database"), folder.file("capture", &capture(&[523])));
    let run = run(&["read", &file, "-t", "services", "--services", &rules, "--csv", "-"]);
    assert!(run.stdout.contains(",warehouse,") && run.stdout.trim_end().ends_with(",yours"), "{run:?}");
    let text = crate::support::run(&["read", &file, "-t", "services", "--services", &rules]).stdout;
    assert!(text.contains(" warehouse ") && !text.contains('?'), "{text}");
}

#[test]
fn the_legend_and_the_explanation_say_what_the_question_mark_means() {
    let file = |folder: &Folder, ports: &[u16]| folder.file("capture", &capture(ports));
    let folder = Folder::new();
    let doubtful = file(&folder, &PORTS);
    let legend = |file: &str| run_on_page(&["read", file, "-t", "servers", "--legend"], 80).stdout;
    assert!(legend(&doubtful).contains("\n  name? "), "{}", legend(&doubtful));
    let explained = |file: &str, flow: &str| run(&["explain", file, flow]).stdout;
    assert!(explained(&doubtful, "2").contains("merely registered") && explained(&doubtful, "2").contains("ibm-db2?"));
    assert!(!explained(&doubtful, "1").contains("merely registered"));
    let certain = file(&folder, &[443]);
    assert!(!legend(&certain).contains("name?"), "{}", legend(&certain));
    assert!(run(&["explain", "registered"]).stdout.contains("worth of a name"));
}
