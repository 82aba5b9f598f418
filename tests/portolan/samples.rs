//! Every sample gives the tables that stand beside it in `samples/expected`.
//!
//! After a change that is meant to alter them: `PORTOLAN_BLESS=1 cargo test samples`, then read the difference.

use std::fs;

use crate::support::{root, run};

/// The tables that a hand-built sample's expectation shows.
const HAND_BUILT: &str = "ledger,services,portless,ranges,servers,flows,evidence,tunnels";
/// Those of the recorded scene, which has too many flows to list.
const OFFICE: &str = "capture,ledger,services,portless,ranges,servers,hosts,evidence,sizes,tunnels";

#[test]
fn every_sample_gives_its_expected_tables() {
    let mut names: Vec<String> = fs::read_dir(root().join("samples"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".pcap") || name.ends_with(".pcapng"))
        .collect();
    names.sort();
    assert!(names.len() > 10, "the samples are there");
    let wrong: Vec<&String> = names.iter().filter(|name| !matches_expectation(name)).collect();
    assert!(wrong.is_empty(), "not as expected: {wrong:?}; PORTOLAN_BLESS=1 accepts what is printed now");
}

fn matches_expectation(name: &str) -> bool {
    let tables = if name == "office.pcapng" { OFFICE } else { HAND_BUILT };
    let run = run(&["read", &format!("samples/{name}"), "--table", tables, "--top", "0"]);
    let messages = if run.stderr.is_empty() { String::new() } else { format!("on standard error: {}", run.stderr) };
    let output =
        format!("$ portolan read samples/{name} --table {tables} --top 0\n{}{messages}exit code {}\n", run.stdout, run.code);
    let path = root().join("samples/expected").join(name).with_extension("txt");
    if std::env::var_os("PORTOLAN_BLESS").is_some() {
        fs::write(&path, &output).unwrap();
    }
    fs::read_to_string(&path).is_ok_and(|expected| expected == output)
}
