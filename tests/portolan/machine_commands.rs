//! `portolan interfaces` and `portolan doctor`: what this computer has for a live capture.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::process::Command;

use crate::support::{Folder, column, run};

const KEYS: [&str; 8] = ["interface", "addresses", "link_type", "up", "running", "loopback", "may_capture", "reason"];

#[test]
fn interfaces_are_listed_with_what_they_are() {
    let listed = run(&["interfaces", "--json", "-"]);
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    let tables = listed.tables();
    let rows = tables["interfaces"].as_array().unwrap();
    let loopback = rows.iter().find(|row| row["loopback"] == "yes").expect("every system has one");
    assert_eq!(loopback.as_object().unwrap().len(), KEYS.len());
    assert!(rows.iter().all(|row| (row["may_capture"] == "no") == row["reason"].is_string()), "{rows:?}");
    let up: Vec<bool> = column(&tables, "interfaces", "up").iter().map(|up| *up == "yes").collect();
    assert!(up.is_sorted_by_key(|up| !up), "those that are up come first: {up:?}");
}

#[test]
fn interfaces_go_to_spreadsheets_too() {
    let folder = Folder::new();
    let path = folder.path("interfaces.csv");
    let shown = run(&["interfaces", "--csv", path.to_str().unwrap()]);
    assert!(shown.code == 0 && shown.stdout.starts_with("Interfaces: where packets can be captured"), "{shown:?}");
    let mut reader = csv::Reader::from_path(path).unwrap();
    assert_eq!(reader.headers().unwrap().iter().collect::<Vec<_>>(), KEYS);
}

#[test]
fn the_doctor_and_the_list_of_interfaces_agree() {
    let doctor = run(&["doctor"]);
    let may = column(&run(&["interfaces", "--json", "-"]).tables(), "interfaces", "may_capture").contains(&&"yes".into());
    assert_eq!(doctor.code, if may { 0 } else { 1 }, "{doctor:?}");
    assert!(doctor.stdout.contains("tcpdump -U -w - -i ") && doctor.stdout.contains("portolan read -"), "{doctor:?}");
}

/// Commands are for copying.
#[test]
fn commands_are_never_broken() {
    let narrow = crate::support::run_on_page(&["doctor"], 40);
    assert!(narrow.stdout.lines().any(|line| line.contains("tcpdump -U -w - -i ") && line.ends_with(" read -")), "{narrow:?}");
}

#[test]
fn a_user_without_rights_is_told_how_to_get_them() {
    let folder = Folder::new();
    let program = folder.path("portolan");
    fs::set_permissions(folder.path("."), Permissions::from_mode(0o755)).unwrap();
    fs::copy(env!("CARGO_BIN_EXE_portolan"), &program).unwrap();
    let mut command = Command::new(&program);
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        command.uid(65_534).gid(65_534);
    }
    let output = command.arg("doctor").current_dir("/").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.stderr.is_empty());
    if output.status.code() == Some(0) {
        println!("skipped: this user may capture");
        return;
    }
    assert_eq!(output.status.code(), Some(1), "{text}");
    if cfg!(target_os = "linux") && text.contains("will do:") {
        let path = program.canonicalize().unwrap();
        assert!(text.contains(&format!("{} live -i ", path.display())), "the real path is told: {text}");
        assert!(text.contains("setcap cap_net_raw+ep "), "{text}");
    }
}
