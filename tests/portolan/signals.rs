//! Signals to `portolan read`: what was read so far is shown, and it is said what was not.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use serde_json::{Value, json};
use testkit::*;

use crate::support::{Folder, Run, column, gzip, lz4, obey_signals, packets_at, portolan, xz};

fn connection_of_nine() -> Vec<u8> {
    let mut scene = Scene::new();
    scene.frames(connection((C, 40_001), (S, 80), 1));
    scene.pcap()
}

/// The beginning of a packet that is larger than what a pipe and the buffers behind it hold, and that cannot be compressed: when all of
/// it has been written, everything before it has been read.
fn unfinished_packet() -> Vec<u8> {
    let header = [0u32, 0, 262_000, 262_000].into_iter().flat_map(u32::to_le_bytes);
    let mut state = 1u32;
    let data = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    header.chain(data.take(240_000)).collect()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

fn begin(command: &mut Command) -> Child {
    obey_signals();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// `portolan read - --json -`, which has read all of `input` and waits for more of it.
fn waiting(input: &[u8]) -> (Child, ChildStdin) {
    let mut child = begin(portolan().args(["read", "-", "--json", "-"]));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(input).unwrap();
    (child, stdin)
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(child.id() as i32), signal).unwrap();
}

/// A signal, and what the program says to it. The writing end of its input stays open.
fn end<W>(child: Child, sent: Signal, input: W) -> Run {
    signal(&child, sent);
    let run = Run::from_output(child.wait_with_output().unwrap());
    drop(input);
    run
}

#[test]
fn a_signal_ends_the_reading_of_a_pipe_that_delivers_nothing_more() {
    let (before, behind) = (connection_of_nine(), unfinished_packet());
    for (sent, name, code) in
        [(Signal::SIGINT, "SIGINT", 130), (Signal::SIGTERM, "SIGTERM", 143), (Signal::SIGHUP, "SIGHUP", 129)]
    {
        let (child, stdin) = waiting(&[&before[..], &behind].concat());
        let run = end(child, sent, stdin);
        let offset = before.len();
        let expected = format!(
            "portolan: interrupted by {name} after 9 packets, at byte {offset} of standard input; the rest was not read\n"
        );
        assert_eq!((run.code, &run.stderr), (code, &expected));
        let tables = run.tables();
        assert_eq!((packets_at(&tables, "tcp"), column(&tables, "capture", "complete")), (9, vec![&json!("interrupted")]));
    }
}

#[test]
fn what_a_compressed_pipe_has_delivered_counts() {
    let (before, behind) = (connection_of_nine(), unfinished_packet());
    for compress in [gzip, zstd, lz4, xz] {
        let behind = compress(&behind);
        let (child, stdin) = waiting(&[&compress(&before)[..], &behind[..behind.len() - 100]].concat());
        let run = end(child, Signal::SIGINT, stdin);
        let offset = before.len();
        let expected = format!("after 9 packets, at byte {offset} of the decompressed data of standard input; the rest");
        assert!(run.code == 130 && run.stderr.contains(&expected), "{run:?}");
        let tables = run.tables();
        assert_eq!((packets_at(&tables, "tcp"), column(&tables, "capture", "complete")), (9, vec![&json!("interrupted")]));
    }
}

#[test]
fn without_a_packet_there_are_the_tables_of_an_empty_capture() {
    let header = &connection_of_nine()[..24];
    let (child, stdin) = waiting(&[header, &unfinished_packet()].concat());
    let run = end(child, Signal::SIGINT, stdin);
    let expected = "interrupted by SIGINT before the first packet, at byte 24 of standard input; the rest was not read\n";
    assert!(run.code == 130 && run.stderr.ends_with(expected), "{run:?}");
    assert_eq!(packets_at(&run.tables(), "tcp"), 0);
}

fn fifo(folder: &Folder) -> String {
    let path = folder.path("fifo");
    mkfifo(&path, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn a_fifo_that_nobody_writes_to_does_not_hold_the_program() {
    let folder = Folder::new();
    let child = begin(portolan().args(["read", &fifo(&folder)]));
    // One that waits for signals, and one that opens the FIFO.
    let threads = format!("/proc/{}/task", child.id());
    while fs::read_dir(&threads).unwrap().count() < 3 {
        std::thread::yield_now();
    }
    let run = end(child, Signal::SIGINT, ());
    let expected = "portolan: interrupted by SIGINT before the first packet; 1 input was not read\n";
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (130, "", expected));
}

#[test]
fn the_inputs_behind_the_one_that_was_interrupted_are_not_read() {
    let folder = Folder::new();
    let [first, last] = ["first.pcap", "last.pcap"].map(|name| folder.file(name, &connection_of_nine()));
    let fifo = fifo(&folder);
    let child = begin(portolan().args(["read", "--json", "-", &first, &fifo, &last]));
    let mut writer = OpenOptions::new().write(true).open(&fifo).unwrap();
    let before = connection_of_nine();
    writer.write_all(&[&before[..], &unfinished_packet()].concat()).unwrap();
    let run = end(child, Signal::SIGINT, writer);
    let expected = format!("after 18 packets, at byte {} of {fifo}; the rest and 1 more input were not read\n", before.len());
    assert!(run.code == 130 && run.stderr.ends_with(&expected), "{run:?}");
    let tables = run.tables();
    assert_eq!(
        (packets_at(&tables, "tcp"), column(&tables, "capture", "complete")),
        (18, vec![&json!("yes"), &json!("interrupted"), &json!("interrupted")])
    );
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    let mut shell = Command::new("sh");
    let child = begin(shell.args(["-c", "trap '' HUP INT; exec \"$0\" read -", env!("CARGO_BIN_EXE_portolan")]));
    let mut child = child;
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&[&connection_of_nine()[..], &unfinished_packet()].concat()).unwrap();
    signal(&child, Signal::SIGHUP);
    signal(&child, Signal::SIGINT);
    let run = end(child, Signal::SIGTERM, stdin);
    assert!(run.code == 143 && run.stderr.contains("interrupted by SIGTERM"), "{run:?}");
}

/// More flows than a pipe that nobody reads can take the rows of.
fn many_flows() -> Vec<u8> {
    let mut scene = Scene::new();
    scene.frames((0..2_000).map(|port| udp((C, 40_000 + port), (R, 53), b"?")));
    scene.pcap()
}

/// A reading of many flows, which writes them to a pipe that nobody reads as soon as it is interrupted.
fn reading_of_many_flows() -> (Child, ChildStdin) {
    let mut child = begin(portolan().args(["read", "-", "-t", "flows", "-n", "0"]));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&[&many_flows()[..], &unfinished_packet()].concat()).unwrap();
    (child, stdin)
}

#[test]
fn a_second_ctrl_c_ends_at_once_when_it_comes_later() {
    let (mut child, stdin) = reading_of_many_flows();
    signal(&child, Signal::SIGINT);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut expected = String::new();
    while !expected.contains("interrupted by SIGINT after 2,000 packets") {
        assert!(stderr.read_line(&mut expected).unwrap() > 0, "{expected}");
    }
    // Others end nothing, and somebody presses it again and again.
    signal(&child, Signal::SIGTERM);
    signal(&child, Signal::SIGHUP);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        signal(&child, Signal::SIGINT);
        std::thread::sleep(Duration::from_millis(10));
    };
    assert_eq!(status.code(), Some(130));
    drop(stdin);
}

#[test]
fn a_second_ctrl_c_within_half_a_second_is_the_same() {
    let (short, long) = (Duration::from_millis(100), Duration::from_secs(1));
    loop {
        let (child, stdin) = reading_of_many_flows();
        let first = Instant::now();
        signal(&child, Signal::SIGINT);
        std::thread::sleep(short);
        signal(&child, Signal::SIGINT);
        let was_late = first.elapsed() > 4 * short;
        // Then it is another case than this one.
        if was_late {
            drop(child.wait_with_output().unwrap());
            continue;
        }
        // It should do nothing, whenever it is looked at.
        std::thread::sleep(long);
        let output = child.wait_with_output().unwrap();
        drop(stdin);
        let lines = String::from_utf8(output.stdout).unwrap().lines().count();
        assert_eq!((output.status.code(), lines), (Some(130), 2_003));
        return;
    }
}

#[test]
fn a_signal_ends_at_once_when_all_has_been_read() {
    let folder = Folder::new();
    let input = folder.file("many.pcap", &many_flows());
    for (sent, code) in [(Signal::SIGTERM, 143), (Signal::SIGINT, 130)] {
        let mut child = begin(portolan().args(["read", &input, "-t", "flows", "-n", "0"]));
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        assert!(stdout.read_line(&mut line).unwrap() > 0);
        let run = end(child, sent, ());
        assert_eq!((run.code, run.stderr.as_str()), (code, ""));
    }
}

#[test]
fn outputs_are_whole_after_an_interruption() {
    let folder = Folder::new();
    let (csv, json) = (folder.path("tables"), folder.path("tables.json"));
    let text = |path: &Path| path.to_str().unwrap().to_owned();
    let mut child = begin(portolan().args(["read", "-", "--csv", &text(&csv), "--json", &text(&json)]));
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&[&connection_of_nine()[..], &unfinished_packet()].concat()).unwrap();
    let run = end(child, Signal::SIGINT, stdin);
    assert!(run.code == 130 && run.stdout.contains("http"), "{run:?}");
    let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(packets_at(&document["tables"], "tcp"), 9);
    let capture = fs::read_to_string(csv.join("capture.csv")).unwrap();
    assert!(capture.lines().nth(1).unwrap().contains(",interrupted,"), "{capture}");
}
