//! Several inputs as one capture: their order, folders, the same file twice, their total, and packets that came twice.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use testkit::*;

use crate::support::{Folder, Run, column, packets_at, run, run_with_input, sum};

/// A connection in three files of three packets, a second apart, of which the first comes first by time only.
fn parts(folder: &Folder) -> [String; 3] {
    let frames = connection((C, 51_544), (S, 443), 1);
    let part = |number: usize| {
        let mut scene = Scene::new();
        scene.wait(number as i64).frames(frames[3 * number..3 * number + 3].to_vec());
        scene.pcap()
    };
    [folder.file("dump.pcap2", &part(0)), folder.file("dump.pcap9", &part(1)), folder.file("dump.pcap10", &part(2))]
}

/// A file with a packet each at these seconds.
fn packets_at_seconds(folder: &Folder, name: &str, seconds: &[i64]) -> String {
    let mut scene = Scene::new();
    let mut now = 0;
    for second in seconds {
        scene.wait(second - now).frame(udp((C, 50_001), (R, 53), &second.to_le_bytes()));
        now = *second;
    }
    folder.file(name, &scene.pcap())
}

fn read(inputs: &[&str]) -> Run {
    run(&[&["read", "--json", "-"], inputs].concat())
}

/// The last parts of the paths in `capture`.
fn files(run: &Run) -> Vec<String> {
    let name = |file: &Value| Path::new(file.as_str().unwrap()).file_name().unwrap().to_str().unwrap().to_owned();
    column(&run.tables(), "capture", "file").into_iter().map(name).collect()
}

#[test]
fn inputs_are_read_in_the_order_of_their_first_packets_and_it_is_said() {
    let folder = Folder::new();
    let [first, second, third] = &parts(&folder);
    let sorted = read(&[third, first, second]);
    assert_eq!(files(&sorted), ["dump.pcap2", "dump.pcap9", "dump.pcap10", "total"]);
    assert_eq!(column(&sorted.tables(), "flows", "evidence"), ["handshake"]);
    let expected = "portolan: the inputs are read in order of time, not in the order given (use --keep-order for that)\n";
    assert_eq!((sorted.code, sorted.stderr.as_str()), (0, expected));
    assert_eq!(read(&[first, second, third]).stderr, "");
    let kept = read(&[third, first, second, "--keep-order"]);
    assert_eq!(files(&kept), ["dump.pcap10", "dump.pcap2", "dump.pcap9", "total"]);
    assert_eq!((kept.code, kept.stderr.as_str()), (0, "portolan: the inputs are not in chronological order\n"));
    let options = |run: &Run| serde_json::from_str::<Value>(&run.stdout).unwrap()["options"]["keep_order"].clone();
    assert_eq!((options(&sorted), options(&kept)), (json!(false), json!(true)));
}

#[test]
fn explain_numbers_packets_in_the_order_of_read() {
    let folder = Folder::new();
    let [first, second, third] = &parts(&folder);
    let explained = run(&["explain", third, second, first, "1"]);
    assert!(explained.stdout.contains("sent SYN in packet 1 at"), "{}", explained.stdout);
    assert!(explained.stderr.contains("the inputs are read in order of time"), "{}", explained.stderr);
    let kept = run(&["explain", third, second, first, "2", "--keep-order"]);
    assert!(kept.stdout.contains("sent SYN in packet 7 at"), "{}", kept.stdout);
}

#[test]
fn compressed_files_are_looked_into_and_what_has_no_time_stays_in_its_place() {
    let folder = Folder::new();
    let late = packets_at_seconds(&folder, "late", &[30]);
    let early = packets_at_seconds(&folder, "early", &[10]);
    let compressed = folder.file("early.zst", &zstd::encode_all(&fs::read(&early).unwrap()[..], 1).unwrap());
    let timeless = folder.file("timeless", &Scene::new().pcap());
    let sorted = run_with_input(&["read", "--json", "-", &late, "-", &timeless, &compressed], &fs::read(&late).unwrap());
    let names: Vec<String> =
        column(&sorted.tables(), "capture", "file").iter().map(|file| file.as_str().unwrap().to_owned()).collect();
    assert_eq!(names, [&compressed, "standard input", &timeless, &late, "total"]);
    let missing = folder.path("missing").to_str().unwrap().to_owned();
    let run = read(&[&late, &missing, &early]);
    assert_eq!((run.code, files(&run)), (1, vec!["early".into(), "late".into(), "total".into()]));
    assert!(run.stderr.contains("no such file"), "{}", run.stderr);
}

#[cfg(unix)]
#[test]
fn a_fifo_is_opened_once_and_only_to_be_read() {
    use std::io::Write;
    let folder = Folder::new();
    let [first, second, third] = &parts(&folder);
    let fifo = folder.path("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let name = fifo.to_str().unwrap().to_owned();
    let bytes = fs::read(third).unwrap();
    // If it were opened to be looked at, it would have no writer when it is read.
    let writer = std::thread::spawn(move || fs::OpenOptions::new().write(true).open(fifo).unwrap().write_all(&bytes).unwrap());
    let run = read(&[second, first, &name]);
    writer.join().unwrap();
    assert_eq!(files(&run), ["dump.pcap2", "dump.pcap9", "fifo", "total"]);
    assert_eq!(column(&run.tables(), "flows", "tcp_state"), ["SF"]);
}

#[test]
fn overlaps_and_gaps_are_said_in_one_message_that_names_the_largest() {
    let folder = Folder::new();
    let file = |name: &str, seconds: &[i64]| packets_at_seconds(&folder, name, seconds);
    let (a, b) = (file("a", &[0, 10]), file("b", &[5, 12]));
    let expected =
        format!("portolan: {a} and {b} overlap by 5.001 s; packets are read file by file (mergecap merges them by time)\n");
    assert_eq!(read(&[&a, &b]).stderr, expected);
    let (c, d) = (file("c", &[72, 80]), file("d", &[3680]));
    let run = read(&[&d, &c, &b]);
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(lines.len(), 1, "{}", run.stderr);
    assert!(
        lines[0].contains("not in the order given (use --keep-order for that); there is a gap of 1 h between"),
        "{}",
        lines[0]
    );
    assert!(lines[0].ends_with(&format!("between {c} and {d}")) && !lines[0].contains("overlap"), "{}", lines[0]);
}

#[test]
fn a_filter_makes_no_gaps() {
    let folder = Folder::new();
    let (wanted, other) = (udp((C, 50_001), (R, 53), b"?"), udp((C, 50_002), (R, 53), b"?"));
    let (mut first, mut second) = (Scene::new(), Scene::new());
    first.frame(wanted.clone()).wait(100).frame(other.clone());
    second.wait(110).frame(other).wait(100).frame(wanted);
    let run = read(&[&folder.file("a", &first.pcap()), &folder.file("b", &second.pcap()), "-f", "port 50001"]);
    if run.stderr.contains("cannot filter") {
        return; // There is no libpcap here.
    }
    assert_eq!(packets_at(&run.tables(), "udp"), 2, "{}", run.stderr);
    assert!(!run.stderr.contains("gap"), "{}", run.stderr);
}

#[test]
fn the_same_file_twice_is_an_error_before_anything_is_read() {
    let folder = Folder::new();
    let [first, second, _] = &parts(&folder);
    fs::create_dir(folder.path("below")).unwrap();
    let again = folder.path("below/../dump.pcap2").to_str().unwrap().to_owned();
    let mut names = vec![first.clone(), again];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(first, folder.path("link")).unwrap();
        fs::hard_link(first, folder.path("hard")).unwrap();
        names.extend(["link", "hard"].map(|name| folder.path(name).to_str().unwrap().to_owned()));
    }
    for name in &names {
        for command in
            [&["read", first, second, name][..], &["read", "--keep-order", first, name], &["explain", first, name, "1"]]
        {
            let run = run(command);
            assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{command:?}");
            assert!(run.stderr.contains(name.as_str()) && run.stderr.contains("counted twice"), "{}", run.stderr);
        }
    }
    let run = run_with_input(&["read", "-", "-"], &fs::read(first).unwrap());
    assert!(run.code == 2 && run.stderr.contains("standard input is given twice"), "{}", run.stderr);
}

#[test]
fn a_folder_stands_for_the_captures_in_it_and_what_is_passed_over_is_said() {
    let folder = Folder::new();
    parts(&folder);
    let compressed = zstd::encode_all(&Scene::new().frame(arp(1)).pcap()[..], 1).unwrap();
    folder.file("a.zst", &compressed);
    folder.file("empty", b"");
    folder.file("notes.txt", b"The captures of Monday.");
    folder.file("notes.zst", &zstd::encode_all(&b"The captures of Tuesday."[..], 1).unwrap());
    fs::create_dir(folder.path("below")).unwrap();
    folder.file("below/dump.pcap", &Scene::new().frame(arp(1)).pcap());
    let mut others = String::from("3 files that are not captures; 1 subfolder (not read)");
    #[cfg(unix)]
    {
        assert!(std::process::Command::new("mkfifo").arg(folder.path("fifo")).status().unwrap().success());
        std::os::unix::fs::symlink("dump.pcap9", folder.path("latest")).unwrap();
        std::os::unix::fs::symlink("nowhere", folder.path("broken")).unwrap();
        others.push_str("; 2 FIFOs, devices, sockets or broken links; 1 other name of a capture already read");
    }
    let path = folder.path("").to_str().unwrap().trim_end_matches('/').to_owned();
    let run = read(&[&path]);
    assert_eq!(files(&run), ["a.zst", "dump.pcap2", "dump.pcap9", "dump.pcap10", "total"]);
    let first_line = run.stderr.lines().next().unwrap();
    assert_eq!((run.code, first_line), (0, format!("portolan: skipped in folder {path}: {others}").as_str()));
    let kept = read(&[&path, "--keep-order"]);
    assert_eq!(files(&kept), ["a.zst", "dump.pcap10", "dump.pcap2", "dump.pcap9", "total"]);
    let explained = crate::support::run(&["explain", &path, "10.0.0.5:51544-192.0.2.80:443"]);
    assert!(explained.stdout.contains("sent SYN in packet 2"), "{explained:?}");
    let twice = read(&[&path, folder.path("dump.pcap2").to_str().unwrap()]);
    assert!(twice.code == 2 && twice.stderr.contains("is given twice"), "{}", twice.stderr);
}

#[test]
fn a_folder_without_captures_is_an_error_and_a_refused_capture_in_one_is_told() {
    let folder = Folder::new();
    fs::create_dir(folder.path("none")).unwrap();
    let none = folder.path("none").to_str().unwrap().to_owned();
    let empty = run(&["read", &none]);
    assert_eq!((empty.code, empty.stdout.as_str()), (2, ""));
    assert_eq!(empty.stderr, format!("portolan: folder {none} is empty\n"));
    let good = folder.file("good.pcap", &Scene::new().frame(arp(1)).pcap());
    folder.file("none/notes", b"Nothing here.");
    let both = read(&[&none, &good]);
    assert_eq!((both.code, packets_at(&both.tables(), "non-ip")), (1, 1));
    assert!(both.stderr.contains("has no capture file, only 1 file that is not a capture"), "{}", both.stderr);
    let mut refused = Scene::new().frame(arp(1)).pcap();
    refused[4] = 9;
    folder.file("none/version-9.pcap", &refused);
    folder.file("none/short.pcap", &refused[..4]);
    let refused = read(&[&none, &good]);
    assert_eq!(refused.code, 1);
    assert!(refused.stderr.contains("version 9") && refused.stderr.contains("short.pcap"), "{}", refused.stderr);
}

#[test]
fn several_inputs_have_a_total_in_every_output() {
    let folder = Folder::new();
    let [first, second, third] = &parts(&folder);
    let whole = fs::read(third).unwrap();
    fs::write(third, &whole[..whole.len() - 3]).unwrap();
    let csv = folder.path("csv");
    let run = read(&[first, second, third, "--csv", csv.to_str().unwrap()]);
    let tables = run.tables();
    let total = tables["capture"].as_array().unwrap().last().unwrap();
    assert_eq!((&total["packets"], &total["wire_bytes"]), (&json!(8), &json!(sum(&tables, "ledger", "wire_bytes"))));
    assert_eq!(
        (&total["start_time"], &total["end_time"]),
        (&json!("2026-11-23T09:00:00.000000000Z"), &json!("2026-11-23T09:00:02.001000000Z"))
    );
    assert_eq!((total["duration_s"].to_string(), total["packet_rate"].to_string()), ("2.001".into(), "3.998".into()));
    assert_eq!((&total["time_order"], &total["complete"]), (&json!("strict"), &json!("cut off")));
    for key in ["interface", "file_format", "compression", "link_type", "time_precision", "snaplen", "sha256", "dropped_kernel"] {
        assert_eq!(total[key], Value::Null, "{key}");
    }
    let csv = fs::read_to_string(csv.join("capture.csv")).unwrap();
    assert!(csv.lines().last().unwrap().starts_with("total,,,,,,,8,"), "{csv}");
    assert_eq!(files(&read(&[first])), ["dump.pcap2"], "one input is its own total");
}

#[test]
fn a_terminal_shows_ten_files_and_the_total_unless_more_are_asked_for() {
    let folder = Folder::new();
    let names: Vec<String> =
        (0..13).map(|number| packets_at_seconds(&folder, &format!("{number:02}"), &[number, number])).collect();
    let shown = |options: &[&str]| {
        let inputs: Vec<&str> = names.iter().map(String::as_str).collect();
        let run = run(&[&["read", "-t", "capture"], options, &inputs].concat());
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect::<Vec<String>>();
        run.stdout.lines().skip(2).filter(|line| !line.is_empty()).map(words).collect::<Vec<_>>()
    };
    let usual = shown(&[]);
    assert_eq!(usual.len(), 12);
    assert_eq!((usual[10][..3].join(" "), usual[11][..2].join(" ")), ("(3 others) 6".into(), "total 26".into()));
    assert_eq!((shown(&["-n", "12"]).len(), shown(&["-n", "0"]).len()), (14, 14));
    assert_eq!(shown(&["-n", "12"])[12][..2].join(" "), "(1 other)");
}

/// A connection of which every packet came twice.
fn doubled() -> Scene {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51_544), (S, 443), 1).into_iter().flat_map(|frame| [frame.clone(), frame]));
    scene.wait(1).frame(udp((C, 50_001), (R, 53), b"?"));
    scene
}

#[test]
fn packets_that_came_twice_are_counted_and_said() {
    let run = run_with_input(&["read", "--json", "-", "-"], &doubled().pcap());
    assert_eq!(column(&run.tables(), "capture", "duplicates"), [&json!(9)]);
    assert_eq!((packets_at(&run.tables(), "tcp"), sum(&run.tables(), "capture", "packets")), (18, 19));
    let expected = "portolan: 9 of 19 packets may be duplicates (same bytes as one of the 4 packets before, at most 100 ms apart), as seen \
                on a bridge, the device any or a mirror port; they are counted (--dedup drops them)\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, expected));
}

#[test]
fn a_few_packets_that_came_twice_are_counted_and_nothing_to_speak_of() {
    let has_message = |others: u16| {
        let mut scene = Scene::new();
        scene.frames([udp((C, 1), (R, 53), b"?"), udp((C, 1), (R, 53), b"?")]);
        scene.frames((0..others).map(|port| udp((C, 50_000 + port), (R, 53), b"?")));
        let run = run_with_input(&["read", "--json", "-", "-"], &scene.pcap());
        assert_eq!(column(&run.tables(), "capture", "duplicates"), [1]);
        !run.stderr.is_empty()
    };
    assert_eq!((has_message(98), has_message(99)), (true, false));
}

#[test]
fn dropped_duplicates_are_in_no_sum_but_their_own() {
    let run = run_with_input(&["read", "--json", "-", "--dedup", "-"], &doubled().pcap());
    let tables = run.tables();
    assert_eq!((sum(&tables, "ledger", "packets"), sum(&tables, "capture", "packets")), (10, 10));
    assert_eq!((sum(&tables, "capture", "duplicates"), sum(&tables, "sizes", "packets")), (9, 10));
    assert_eq!((&tables["flows"][0]["tcp_state"], &tables["flows"][0]["packets_c2s"]), (&json!("SF"), &json!(6)));
    let expected =
        "portolan: 9 of 19 packets dropped as duplicates (same bytes as one of the 4 packets before, at most 100 ms apart)\n";
    assert_eq!((run.code, run.stderr.as_str()), (0, expected));
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(document["options"]["dedup"], true);
}

#[test]
fn explain_numbers_packets_whether_they_are_dropped_or_not() {
    let folder = Folder::new();
    let file = folder.file("doubled.pcap", &doubled().pcap());
    let explained = run(&["explain", &file, "1", "--dedup"]);
    assert!(explained.stdout.contains("  9 packets, "), "{}", explained.stdout);
    assert!(
        explained.stdout.contains("sent SYN in packet 1 at") && explained.stdout.contains("SYN-ACK in packet 3 at"),
        "{}",
        explained.stdout
    );
    assert!(run(&["explain", &file, "1"]).stdout.contains("  18 packets, "));
}

#[test]
fn copies_on_two_interfaces_are_duplicates_and_copies_in_two_files_are_not() {
    let frame = udp((C, 50_001), (R, 53), b"?");
    let (first, second) = (enhanced_packet(0, 5, &frame), enhanced_packet(1, 6, &frame));
    let interfaces = [section_header(), interface_description(1, 0), interface_description(1, 0)].concat();
    let run = run_with_input(&["read", "--json", "-", "-"], &[&interfaces[..], &first, &second].concat());
    assert_eq!(column(&run.tables(), "capture", "duplicates"), [0, 1]);
    let folder = Folder::new();
    let (a, b) = (folder.file("a", &[&interfaces[..], &first].concat()), folder.file("b", &[&interfaces[..], &second].concat()));
    assert_eq!(read(&[&a, &b]).stderr, "");
}
