//! Outputs: which tables go where, what happens if one cannot be written, and which are refused.

use std::fs::{self, File};
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use sha2::{Digest, Sha256};
use testkit::*;

use crate::support::{Folder, Run, gzip, portolan, run, run_with_input};

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The names in a folder, in order.
fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The rows of a table in JSON lines.
fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_output_that_fails_does_not_take_the_others_with_it() {
    let folder = Folder::new();
    let (csv, jsonl) = (folder.path("csv"), folder.path("jsonl"));
    // A file of the folder cannot be written, another output at all.
    fs::create_dir_all(csv.join("ledger.csv")).unwrap();
    let nowhere = folder.path("no/such/folder.json");
    let arguments = ["read", "samples/handshake.pcap", "-t", "ledger,services"];
    let outputs = ["--csv", text(&csv), "--json", text(&nowhere), "--jsonl", text(&jsonl)];
    let run = run(&[&arguments[..], &outputs].concat());
    assert_eq!((run.code, run.stderr.lines().count()), (2, 2), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("cannot write {}: ", csv.join("ledger.csv").display())), "{}", run.stderr);
    assert!(run.stderr.contains(&format!("cannot write {}: its folder does not exist", nowhere.display())), "{}", run.stderr);
    assert!(fs::read_to_string(csv.join("services.csv")).unwrap().contains("https"));
    assert_eq!(names_in(&jsonl), ["ledger.jsonl", "services.jsonl"]);
    assert!(run.stdout.contains("Services: "), "{}", run.stdout);
}

#[test]
fn an_output_that_fails_does_not_take_the_others_of_a_single_table_with_it() {
    let folder = Folder::new();
    let (nowhere, csv) = (folder.path("no/such/folder.json"), folder.path("mail.csv"));
    let run = run(&["services", "imap", "--json", text(&nowhere), "--csv", text(&csv)]);
    assert!(run.code == 2 && run.stderr.contains("folder.json"), "{run:?}");
    assert!(run.stdout.contains("imap") && fs::read_to_string(&csv).unwrap().contains("imap"));
}

/// A run whose standard output nobody reads.
fn unread(arguments: &[&str]) -> Run {
    let mut child = portolan().args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    Run::from_output(child.wait_with_output().unwrap())
}

#[test]
fn a_reader_of_data_that_goes_away_is_a_failure() {
    let folder = Folder::new();
    let csv = folder.path("csv");
    let read = ["read", "samples/office.pcapng", "-t", "flows"];
    for data in [
        &["--json", "-"][..],
        &["--csv", "-"],
        &["--jsonl", "-", "--csv", text(&csv)],
        &["--xlsx", "-"],
        &["--markdown", "-", "-n", "0"],
    ] {
        let run = unread(&[&read[..], data].concat());
        let expected = "portolan: cannot write standard output: its reader closed the pipe early\n";
        assert_eq!((run.code, run.stderr.as_str()), (2, expected), "{data:?}");
    }
    assert!(csv.join("flows.csv").exists(), "the other output is there");
    assert_eq!(unread(&["services", "--json", "-"]).code, 2);
    // What people read is no data.
    assert_eq!((unread(&read).code, unread(&["services"]).code), (0, 0));
}

#[cfg(unix)]
#[test]
fn a_reader_of_a_named_pipe_that_goes_away_is_a_failure_of_that_output() {
    let folder = Folder::new();
    let pipe = folder.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        // Opened and closed again: the document is larger than a pipe.
        move || drop(File::open(pipe).unwrap())
    });
    let run = run(&["read", "samples/office.pcapng", "-t", "flows", "--json", text(&pipe)]);
    reader.join().unwrap();
    assert!(run.code == 2 && run.stderr.contains("pipe: its reader closed the pipe"), "{run:?}");
    assert!(run.stdout.contains("Flows: "), "the tables are shown all the same");
}

/// A run that is refused before it reads or writes anything.
fn refused(run: Run, why: &str) {
    assert!(run.code == 2 && run.stdout.is_empty() && run.stderr.contains(why), "{why}: {run:?}");
    assert_eq!(run.stderr.lines().count(), 1, "{run:?}");
}

#[cfg(unix)]
#[test]
fn an_output_that_is_an_input_is_refused() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frame(udp((C, 50_001), (R, 53), b"?"));
    let capture = folder.file("a.pcap", &scene.pcap());
    let rules = folder.file("ports.txt", b"udp/53 = ours\n");
    let (soft, hard, csv) = (folder.path("soft"), folder.path("hard"), folder.path("csv"));
    symlink("a.pcap", &soft).unwrap();
    fs::hard_link(&capture, &hard).unwrap();
    fs::create_dir(&csv).unwrap();
    symlink("../a.pcap", csv.join("services.csv")).unwrap();
    let input = format!(" is the same file as the input {capture}: writing it would overwrite the capture");
    let long_way = folder.path("csv/../a.pcap");
    for path in [&capture, text(&soft), text(&hard), text(&long_way)] {
        for option in ["--json", "--xlsx", "--markdown"] {
            refused(run(&["read", &capture, option, path]), &format!("{option} {path}{input}"));
        }
    }
    let in_folder = format!("{} of --csv{input}", csv.join("services.csv").display());
    refused(run(&["read", &capture, "--csv", text(&csv)]), &in_folder);
    refused(run(&["read", &capture, "--jsonl", &capture]), &format!("--jsonl {capture}{input}"));
    // The tables for people would go there, too.
    let appended = fs::OpenOptions::new().append(true).open(&capture).unwrap();
    let to_input = portolan().args(["read", &capture]).stdout(appended).stderr(Stdio::piped()).output().unwrap();
    refused(Run::from_output(to_input), &format!("standard output{input}"));
    let redirected = portolan().args(["read", "-", "--json", &capture]).stdin(File::open(&capture).unwrap()).output().unwrap();
    refused(Run::from_output(redirected), &format!("--json {capture} is the same file as standard input"));
    let table = format!(" is the same file as the --services file {rules}");
    refused(run(&["read", &capture, "--services", &rules, "--json", &rules]), &table);
    for option in ["--csv", "--json", "--jsonl"] {
        refused(run(&["services", "--services", &rules, option, &rules]), &table);
    }
    assert_eq!((fs::read(&capture).unwrap(), fs::read(&rules).unwrap()), (scene.pcap(), b"udp/53 = ours\n".to_vec()));
    // The table behind that link is not written.
    assert_eq!(run(&["read", &capture, "--csv", text(&csv), "-t", "ledger"]).code, 0);
}

#[cfg(unix)]
#[test]
fn outputs_that_are_one_file_are_refused() {
    let folder = Folder::new();
    let (file, tables) = (folder.path("out"), folder.path("tables"));
    let (again, in_tables) = (folder.path("./none/../out"), folder.path("tables/ledger.csv"));
    let read = |outputs: &[&str]| run(&[&["read", "samples/handshake.pcap"], outputs].concat());
    let one = format!("--jsonl {0} is the same file as --json {0}: one would overwrite the other", file.display());
    refused(run(&["services", "--json", text(&file), "--jsonl", text(&file)]), &one);
    fs::create_dir(folder.path("none")).unwrap();
    refused(run(&["services", "--json", text(&file), "--csv", text(&again)]), "one would overwrite the other");
    refused(read(&["--csv", text(&tables), "--json", text(&in_tables)]), "ledger.csv of --csv: one would overwrite the other");
    refused(read(&["--csv", text(&tables), "--json", text(&tables)]), "one would overwrite the other");
    refused(read(&["--xlsx", text(&file), "--markdown", text(&again)]), "one would overwrite the other");
    let stdout = File::create(&file).unwrap();
    let same = portolan().args(["read", "samples/handshake.pcap", "--json", text(&file)]).stdout(stdout).output().unwrap();
    refused(Run::from_output(same), "is the same file as standard output");
    // Two kinds of files in one folder, and what keeps nothing.
    assert_eq!(read(&["--csv", text(&tables), "--jsonl", text(&tables)]).code, 0);
    assert_eq!(names_in(&tables).len(), 32);
    assert_eq!(run(&["services", "ssh", "--csv", "/dev/null", "--json", "/dev/null"]).code, 0);
}

#[test]
fn standard_output_takes_one_output_and_one_table() {
    let folder = Folder::new();
    let none = folder.path("none.pcap");
    let read = |outputs: &[&str]| run(&[&["read", "samples/handshake.pcap"], outputs].concat());
    refused(read(&["--json", "-", "--jsonl", "-", "-t", "flows"]), "--jsonl - and --json - cannot both write to standard output");
    refused(read(&["--markdown", "-", "--xlsx", "-"]), "--markdown - and --xlsx - cannot both write to standard output");
    refused(run(&["services", "--csv", "-", "--json", "-"]), "--csv - and --json - cannot both write to standard output");
    for option in ["--csv", "--jsonl"] {
        refused(
            read(&[option, "-"]),
            &format!("{option} - writes one table to standard output, not 16; choose one with --table"),
        );
        refused(read(&[option, "-", "-t", "flows,hosts"]), "not 2; choose one");
        refused(
            run(&["read", text(&none), option, "-", "-t", "all"]),
            "choose one with --table NAME, write a file for each table",
        );
    }
}

#[test]
fn chosen_tables_are_shown_and_written_and_no_others() {
    let folder = Folder::new();
    let (csv, json, jsonl) = (folder.path("csv"), folder.path("json"), folder.path("jsonl"));
    let outputs = ["--csv", text(&csv), "--json", text(&json), "--jsonl", text(&jsonl)];
    let chosen = ["-t", "services,ledger", "-t", "services,ledger"];
    let shown = run(&[&["read", "samples/office.pcapng"], &outputs[..], &chosen].concat());
    let titles: Vec<&str> = shown.stdout.lines().filter_map(|line| line.split_once(": ")).map(|(title, _)| title).collect();
    assert_eq!(titles, ["Services", "Ledger"], "as they were asked for, and once");
    assert_eq!(
        (names_in(&csv), names_in(&jsonl)),
        (vec!["ledger.csv".to_owned(), "services.csv".to_owned()], vec!["ledger.jsonl".to_owned(), "services.jsonl".to_owned()])
    );
    let document = fs::read_to_string(&json).unwrap();
    let all: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(all["tables"].as_object().unwrap().len(), 2);
    assert!(document.find(r#""ledger":["#) < document.find(r#""services":["#), "in the order of all tables");
    for table in ["ledger", "services"] {
        let text = fs::read_to_string(jsonl.join(table).with_extension("jsonl")).unwrap();
        assert_eq!(&lines(&text), all["tables"][table].as_array().unwrap(), "{table}");
    }
}

#[test]
fn json_lines_have_every_row_of_the_document() {
    let folder = Folder::new();
    let jsonl = folder.path("jsonl");
    // Of two files there is a total, too.
    let read = ["read", "samples/office.pcapng", "samples/port-scan.pcap"];
    assert_eq!(run(&[&read[..], &["--jsonl", text(&jsonl)]].concat()).code, 0);
    let tables = run(&[&read[..], &["--json", "-"]].concat()).tables();
    let tables = tables.as_object().unwrap();
    assert_eq!(names_in(&jsonl).len(), tables.len());
    for (table, rows) in tables {
        let text = fs::read_to_string(jsonl.join(table).with_extension("jsonl")).unwrap();
        assert_eq!(&lines(&text), rows.as_array().unwrap(), "{table}");
        let keys = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert!(lines(&text).iter().zip(rows.as_array().unwrap()).all(|(line, row)| keys(line) == keys(row)));
    }
    assert_eq!(tables["capture"].as_array().unwrap().len(), 3);
}

#[test]
fn one_table_goes_to_standard_output_as_it_goes_to_a_file() {
    let folder = Folder::new();
    for (option, extension) in [("--csv", "csv"), ("--jsonl", "jsonl")] {
        let read = ["read", "samples/office.pcapng", "-t", "flows", option];
        let files = folder.path(extension);
        assert_eq!(run(&[&read[..], &[text(&files)]].concat()).code, 0);
        let piped = run(&[&read[..], &["-"]].concat());
        assert_eq!(piped.code, 0, "{}", piped.stderr);
        assert_eq!(piped.stdout, fs::read_to_string(files.join("flows").with_extension(extension)).unwrap());
        let file = folder.path("book");
        assert_eq!(run(&["services", "mail", option, text(&file)]).code, 0);
        assert_eq!(run(&["services", "mail", option, "-"]).stdout, fs::read_to_string(&file).unwrap());
    }
    let book = run(&["services", "mail", "--json", "-"]).tables();
    assert_eq!(&lines(&run(&["services", "mail", "--jsonl", "-"]).stdout), book["book"].as_array().unwrap());
}

#[test]
fn the_digest_is_that_of_the_whole_input_wherever_it_comes_from() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frames((0..200).map(|number| udp((C, 50_001), (R, 53), &[number; 1_000])));
    let whole = scene.pcap();
    // The reading stops early, far before the end: at a record that cannot be, and behind the compressed data.
    let damaged = [&whole[..], &[0xff; 16], &vec![7; 3 << 20]].concat();
    let followed = [gzip(&whole), vec![7; 3 << 20]].concat();
    for (name, bytes, code) in [
        ("whole", whole.clone(), 0),
        ("compressed", gzip(&whole), 0),
        ("cut", whole[..1_000].to_vec(), 1),
        ("damaged", damaged.clone(), 1),
        ("damaged inside", gzip(&damaged), 1),
        ("followed", followed, 1),
    ] {
        let expected: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let digest = |run: Run| {
            assert_eq!(run.code, code, "{name}: {}", run.stderr);
            run.tables()["capture"][0]["sha256"].as_str().map(str::to_owned)
        };
        let file = folder.file(name, &bytes);
        let read = ["read", "--sha256", "-t", "capture", "--json", "-"];
        assert_eq!(digest(run(&[&read[..], &[&file]].concat())).as_ref(), Some(&expected), "{name}");
        assert_eq!(digest(run_with_input(&[&read[..], &["-"]].concat(), &bytes)).as_ref(), Some(&expected), "{name}");
        #[cfg(unix)]
        {
            let pipe = folder.path("pipe");
            assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
            let writer = std::thread::spawn({
                let pipe = pipe.clone();
                move || fs::write(pipe, bytes)
            });
            let piped = digest(run(&[&read[..], &[text(&pipe)]].concat()));
            assert_eq!(piped.as_ref(), Some(&expected), "{name}");
            // All of it was taken.
            writer.join().unwrap().unwrap();
            fs::remove_file(pipe).unwrap();
        }
    }
}

#[test]
fn nothing_but_the_document_is_left_in_its_folder() {
    let folder = Folder::new();
    let others = folder.file(".out.json.part", b"somebody else's");
    let out = folder.path("out.json");
    for _ in 0..2 {
        assert_eq!(run(&["read", "samples/handshake.pcap", "--json", text(&out)]).code, 0);
    }
    assert_eq!(names_in(&folder.path("")), [".out.json.part", "out.json"]);
    assert_eq!(fs::read(others).unwrap(), b"somebody else's");
}
