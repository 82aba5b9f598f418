//! `--xlsx`: every sheet has the values of its table, and the workbook is an output like every other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook};
use testkit::*;

use crate::support::{Folder, HOSTILE_NAMES, hostile_scene, root, run, run_with_input};

const OFFICE: &str = "samples/office.pcapng";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn fields_of(csv: &str) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// True if a cell has the value of a field of CSV, in the type that it should have.
fn is_same(cell: &Data, field: &str) -> bool {
    // CSV guards text against spreadsheets that would run it.
    let unguarded = field.strip_prefix('\'').unwrap_or(field);
    match cell {
        Data::Empty => field.is_empty(),
        Data::Bool(is_so) => field == if *is_so { "yes" } else { "no" },
        Data::Float(number) => field.parse::<f64>().is_ok_and(|expected| expected == *number),
        Data::Int(number) => field == number.to_string(),
        Data::DateTime(time) => is_same_time(time.as_f64(), field),
        // Readers of a workbook decode what looks like an escape.
        Data::String(text) => [field, unguarded].contains(&text.replace("_x005F_", "_").as_str()),
        _ => false,
    }
}

/// True if a number of days is the time, to the microsecond.
fn is_same_time(days: f64, field: &str) -> bool {
    let Some((date, clock)) = field.trim_end_matches('Z').split_once('T') else { return false };
    let date: Vec<i64> = date.split('-').map(|part| part.parse().unwrap()).collect();
    let clock: Vec<f64> = clock.split(':').map(|part| part.parse().unwrap()).collect();
    // Days of the Gregorian calendar since 1899-12-30, from a year that begins in March.
    let (year, month) = if date[1] > 2 { (date[0], date[1] - 3) } else { (date[0] - 1, date[1] + 9) };
    let day = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + date[2] - 1 - 693_899;
    let seconds = clock[0] * 3600.0 + clock[1] * 60.0 + clock[2];
    ((days - day as f64) * 86_400.0 - seconds).abs() < 2e-6
}

/// Compares the sheets of a workbook with CSV: the name of each sheet, and the text of its table.
fn assert_same<'c>(workbook: &Path, tables: impl IntoIterator<Item = (&'c str, String)>) {
    let mut workbook: Xlsx<_> = open_workbook(workbook).unwrap();
    let mut sheets: BTreeSet<String> = workbook.sheet_names().into_iter().collect();
    assert_eq!(workbook.sheet_names()[0], "about");
    sheets.remove("about");
    for (name, csv) in tables {
        let expected = fields_of(&csv);
        let sheet = workbook.worksheet_range(name).unwrap();
        assert_eq!((sheet.height(), sheet.width()), (expected.len(), expected[0].len()), "{name}");
        for (row, fields) in sheet.rows().zip(&expected) {
            for ((cell, field), key) in row.iter().zip(fields).zip(&expected[0]) {
                assert!(is_same(cell, field), "{name} {key}: {cell:?} is not {field:?}");
                let is_number = matches!(cell, Data::Float(_) | Data::Empty) || std::ptr::eq(fields, &expected[0]);
                assert!(is_number || !(key.ends_with("bytes") || key == "packets"), "{name} {key}: {cell:?}");
            }
        }
        sheets.remove(name);
    }
    assert!(sheets.is_empty(), "{sheets:?}");
}

/// The tables in a folder.
fn tables_in(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let table =
        |path: std::path::PathBuf| (path.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap());
    entries.map(table).collect()
}

/// Runs a command that writes a workbook and CSV, and compares them.
fn is_that_of_csv(command: &[&str], codes: &[i32]) {
    let folder = Folder::new();
    let (workbook, csv) = (folder.path("a.xlsx"), folder.path("csv"));
    let run = run(&[command, &["--xlsx", text(&workbook), "--csv", text(&csv)]].concat());
    assert!(codes.contains(&run.code), "{command:?}: {run:?}");
    let tables = tables_in(&csv);
    assert!(!tables.is_empty());
    assert_same(&workbook, tables.iter().map(|(name, csv)| (name.as_str(), csv.clone())));
}

#[test]
fn every_table_of_the_samples_is_that_of_csv() {
    let names = fs::read_dir(root().join("samples")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let captures: Vec<String> = names.filter(|name| name.contains(".pcap")).map(|name| format!("samples/{name}")).collect();
    assert!(captures.len() > 10);
    for capture in &captures {
        is_that_of_csv(&["read", "-q", "--sha256", capture], &[0, 1]);
    }
}

#[test]
fn selection_columns_order_and_several_inputs_are_those_of_csv() {
    for arguments in [
        &["-t", "services,flows,capture"][..],
        &["--columns", "service,flow_id,packets,first_seen,complete", "--sort", "packets:asc"],
        &["--category", "web", "--closed-ports", "--interval", "2"],
        &["samples/port-scan.pcap", "samples/vlan.pcap", "--from", "+1s"],
    ] {
        is_that_of_csv(&[&["read", "-q", OFFICE], arguments].concat(), &[0]);
    }
    is_that_of_csv(&["compare", OFFICE, "samples/two-doors.pcap", "samples/port-scan.pcap", "-t", "all"], &[1]);
}

#[test]
fn hostile_names_are_text() {
    let folder = Folder::new();
    let capture = folder.file("=cmd|'x'!A1 <b>&amp; _x0041_.pcap", &hostile_scene().pcap());
    is_that_of_csv(&["read", &capture], &[0]);
    let workbook = folder.path("a.xlsx");
    assert_eq!(run(&["read", &capture, "-t", "hosts", "--xlsx", text(&workbook)]).code, 0);
    let mut workbook: Xlsx<_> = open_workbook(&workbook).unwrap();
    let hosts = workbook.worksheet_range("hosts").unwrap();
    let place = hosts.rows().next().unwrap().iter().position(|key| *key == Data::String("name".into())).unwrap();
    let found: Vec<String> = hosts.rows().map(|row| row[place].to_string()).collect();
    for name in HOSTILE_NAMES {
        let clean = portolan::untrusted::clean(name).into_owned();
        assert!(found.contains(&clean), "{clean:?} is not in {found:?}");
    }
    assert_eq!(workbook.worksheet_formula("hosts").unwrap().used_cells().count(), 0);
}

#[test]
fn a_single_table_is_a_sheet() {
    let folder = Folder::new();
    let (workbook, csv) = (folder.path("a.xlsx"), folder.path("a.csv"));
    assert_eq!(run(&["services", "mail", "--xlsx", text(&workbook), "--csv", text(&csv)]).code, 0);
    assert_same(&workbook, [("book", fs::read_to_string(csv).unwrap())]);
}

#[test]
fn captures_without_traffic_are_workbooks_too() {
    let folder = Folder::new();
    let mut portless = Scene::new();
    portless.frame(arp(1));
    for scene in [Scene::new(), portless] {
        let capture = folder.file("a.pcap", &scene.pcap());
        is_that_of_csv(&["read", &capture], &[0]);
    }
}

#[test]
fn the_same_input_gives_the_same_bytes_for_any_number_of_threads() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frames((0..9000).map(|port| udp((C, 1024 + port), (R, 53), b"?")));
    let capture = folder.file("a.pcap", &scene.pcap());
    let of = |threads: &str| {
        let out = folder.path(threads);
        let run = run(&["read", &capture, "--threads", threads, "--xlsx", text(&out)]);
        assert_eq!((run.code, run.stderr.contains("wrote")), (0, true), "{run:?}");
        fs::read(out).unwrap()
    };
    let one = of("1");
    assert!(one.starts_with(b"PK") && one.len() > 100_000);
    assert!(one == of("4"), "threads make no difference");
}

#[test]
fn standard_output_gets_the_bytes_of_the_file() {
    let folder = Folder::new();
    let out = folder.path("a.xlsx");
    assert_eq!(run(&["read", OFFICE, "--xlsx", text(&out)]).code, 0);
    let piped = crate::support::portolan().args(["read", OFFICE, "--xlsx", "-"]).output().unwrap();
    assert!(piped.status.success() && piped.stdout == fs::read(out).unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_one_message() {
    let scene = hostile_scene().pcap();
    for option in ["--xlsx", "--markdown"] {
        let run = run_with_input(&["read", "-", option, "/dev/full"], &scene);
        assert_eq!((run.code, run.stderr.lines().count()), (2, 1), "{run:?}");
        assert!(run.stderr.contains("cannot write /dev/full: ") && run.stdout.contains("packets"), "{run:?}");
    }
}
