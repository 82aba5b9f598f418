//! `portolan services`: looking ports up.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Folder, column, root, run, run_on_page};

/// The rows of the answer, by their keys.
fn book_of(arguments: &[&str]) -> Value {
    let run = run(&[&["services"], arguments, &["--json", "-"]].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
    run.tables()
}

#[test]
fn one_port_is_explained_in_plain_lines() {
    let run = run_on_page(&["services", "443"], 100);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for expected in
        ["TCP 443: https", "UDP 443: https", "RFC 9114", "system range", "0-1023", "two different ports", "does not prove"]
    {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    assert!(run.stdout.lines().all(|line| line.chars().count() <= 110), "{}", run.stdout);
    let one_door = crate::support::run(&["services", "udp/443"]).stdout;
    assert!(!one_door.contains("TCP") && !one_door.contains("two different ports"), "{one_door}");
}

#[test]
fn our_name_and_ianas_are_told_apart() {
    let dns = run(&["services", "53"]).stdout;
    assert!(dns.contains("under the name \"domain\""), "{dns}");
    let vxlan = run(&["services", "udp/8472"]).stdout;
    assert!(vxlan.contains("customary") && vxlan.contains("otv"), "{vxlan}");
}

#[test]
fn a_port_that_nobody_knows_is_an_answer() {
    let run = run(&["services", "60999"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    for expected in ["TCP 60999: unassigned", "UDP 60999: unassigned", "dynamic range", "client port"] {
        assert!(run.stdout.contains(expected), "{expected}: {}", run.stdout);
    }
    assert!(crate::support::run(&["services", "0"]).stdout.contains("reserved"));
    let none = crate::support::run(&["services", "60990-60999"]);
    assert!(none.code == 0 && none.stdout.contains("no named ports"), "{}", none.stdout);
}

#[test]
fn ports_ranges_names_and_categories_can_be_mixed_and_each_row_comes_once() {
    let rows = book_of(&["443", "https", "udp/53"]);
    assert_eq!(column(&rows, "book", "port"), [443, 443, 443, 53]);
    assert_eq!(column(&book_of(&["6881-6882"]), "book", "port"), [6881, 6881, 6882, 6882]);
    let games = book_of(&["games"]);
    assert!(column(&games, "book", "category").iter().all(|category| **category == "games"));
    assert_eq!(column(&book_of(&["tcp/ms-wbt-server"]), "book", "service"), ["rdp"]);
}

#[test]
fn a_row_has_all_that_the_book_says() {
    let row = &book_of(&["udp/8472"])["book"][0];
    let names = ["transport", "range", "service", "iana_name", "name_source", "category"].map(|key| row[key].as_str().unwrap());
    assert_eq!(names, ["udp", "user", "vxlan", "otv", "overlay", "vpn-and-tunnels"]);
    assert_eq!((&row["port"], &row["rank"]), (&Value::from(8472), &Value::from(5)));
    assert!(row["description"].is_string() && row["document"].is_string() && row["host"].is_null());
}

#[test]
fn a_name_that_is_not_there_has_near_ones_and_exit_code_1() {
    let nothing = run(&["services", "htps"]);
    assert_eq!((nothing.code, nothing.stdout.as_str()), (1, ""));
    assert!(nothing.stderr.contains("\"htps\"; similar: https"), "{}", nothing.stderr);
    let something = run(&["services", "qqqqqqqqqqqq", "ssh"]);
    assert!(something.code == 1 && something.stdout.contains("ssh"), "what is found is shown: {something:?}");
}

#[test]
fn what_is_no_port_is_a_wrong_command_line() {
    for (what, expected) in [("70000", "65535"), ("90-80", "lower"), ("443/quic", "tcp, udp"), ("80,443", "spaces")] {
        let run = run(&["services", what]);
        assert!(run.code == 2 && run.stderr.contains(expected), "{what}: {}", run.stderr);
    }
}

#[test]
fn a_table_of_ones_own_can_be_checked() {
    let folder = Folder::new();
    let rules = folder.file("ports.txt", b"tcp/8080 = shop, web\n192.0.2.0/24 udp/9000-9009 = cameras, streaming\n");
    let own = book_of(&["--services", &rules]);
    assert_eq!(column(&own, "book", "service"), ["shop", "cameras"]);
    assert_eq!(column(&own, "book", "name_source"), ["user", "user"]);
    assert_eq!(own["book"][1]["host"], "192.0.2.0/24");
    assert_eq!(own["book"][1]["port"], "9000-9009");
    let port = run(&["services", "8080", "--services", &rules]).stdout;
    assert!(port.contains("TCP 8080: shop") && port.contains("without it: http-alt"), "{port}");
    let scoped = run(&["services", "9005", "--services", &rules]).stdout;
    assert!(scoped.contains("UDP 9000-9009 on 192.0.2.0/24: cameras"), "{scoped}");
    let wrong = folder.file("wrong.txt", b"tcp/eighty = web\n");
    let run = run(&["services", "--services", &wrong]);
    assert!(run.code == 2 && run.stderr.contains("wrong.txt line 1"), "{}", run.stderr);
}

#[test]
fn rows_go_to_spreadsheets_and_scripts() {
    let folder = Folder::new();
    let path = folder.path("mail.csv");
    let run = run(&["services", "mail", "--csv", path.to_str().unwrap()]);
    assert!(run.code == 0 && run.stdout.starts_with("Book of ports"), "the table is still shown");
    let mut reader = csv::Reader::from_path(&path).unwrap();
    let keys: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = book_of(&["mail"])["book"][0].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys.len(), row.len());
    assert!(row.iter().all(|key| keys.contains(key)));
    let printed = crate::support::run(&["services", "mail", "--csv", "-"]).stdout;
    assert_eq!(printed.into_bytes(), std::fs::read(&path).unwrap());
}

#[test]
fn the_whole_table_can_be_read_from_its_beginning() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .current_dir(root())
        .arg("services")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first: Vec<String> = lines.by_ref().take(3).map(Result::unwrap).collect();
    assert!(first[2].contains("tcpmux"), "{first:?}");
    drop(lines);
    let mut messages = String::new();
    child.stderr.take().unwrap().read_to_string(&mut messages).unwrap();
    assert_eq!((child.wait().unwrap().code(), messages.as_str()), (Some(0), ""));
}
