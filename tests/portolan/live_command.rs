//! `portolan live` as users call it, on a network of the test's own.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use serde_json::Value;
use testkit::*;

use crate::network::*;
use crate::support::{Folder, Run, obey_signals, packets_at, portolan, run, sum};

/// Who owns the folders that are written to.
const USER: u32 = 1234;

/// A capture on the western end that goes on. A minute ends it, if nothing else does.
struct RunningProgram {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: BufReader<ChildStderr>,
    /// What was read of standard error.
    messages: String,
}

/// Begins to capture; what is sent from now on is captured.
fn begin(arguments: &[&str]) -> RunningProgram {
    begin_as(&mut portolan(), arguments)
}

fn begin_as(command: &mut Command, arguments: &[&str]) -> RunningProgram {
    begin_on(WEST, command.args(["live", "-i", WEST]), arguments)
}

/// Begins to capture on `interface`, as the arguments of the command say.
fn begin_on(interface: &str, command: &mut Command, arguments: &[&str]) -> RunningProgram {
    obey_signals();
    command.args(arguments);
    if !arguments.contains(&"--duration") {
        command.args(["--duration", "60"]);
    }
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (stdout, stderr) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let mut going =
        RunningProgram { child, stdout: BufReader::new(stdout), stderr: BufReader::new(stderr), messages: String::new() };
    going.wait_for_message(&format!("capturing on {interface} (Ethernet)"));
    going
}

impl RunningProgram {
    /// Reads standard error up to a line with these words.
    fn wait_for_message(&mut self, words: &str) {
        let begin = self.messages.len();
        while !self.messages[begin..].contains(words) {
            assert!(self.stderr.read_line(&mut self.messages).unwrap() > 0, "it never said {words:?}: {}", self.messages);
        }
    }

    /// Waits until something is so, as long as the capture goes on.
    fn wait_for(&mut self, is_so: impl Fn() -> bool) {
        while !is_so() {
            assert_eq!(self.child.try_wait().unwrap(), None, "{}", self.messages);
        }
    }

    fn signal(&self, signal: Signal) {
        kill(Pid::from_raw(self.child.id() as i32), signal).unwrap();
    }

    /// Waits for the end.
    fn end(mut self) -> Run {
        let reader = std::thread::spawn(move || {
            let mut messages = self.messages;
            self.stderr.read_to_string(&mut messages).unwrap();
            messages
        });
        let mut stdout = String::new();
        self.stdout.read_to_string(&mut stdout).unwrap();
        let stderr = reader.join().unwrap();
        let code = self.child.wait().unwrap().code().expect("no signal ends the program");
        Run { code, stdout, stderr }
    }

    /// Ctrl-C, and then the end.
    fn stop(self) -> Run {
        self.signal(Signal::SIGINT);
        self.end()
    }
}

/// A folder of a user who is not root.
fn users_folder() -> Folder {
    let folder = Folder::new();
    chown(folder.path(""), Some(USER), Some(USER)).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn files_in(folder: &Folder) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder.path("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Flows, packets and bytes of each service.
fn traffic_by_service(tables: &Value) -> Vec<[&Value; 6]> {
    let columns = ["category", "service", "transport", "flows", "packets", "wire_bytes"];
    let mut rows: Vec<_> = tables["services"].as_array().unwrap().iter().map(|row| columns.map(|name| &row[name])).collect();
    rows.sort_by_key(|row| row.map(Value::to_string));
    rows
}

#[test]
fn a_live_capture_has_the_services_of_the_file_that_was_sent_and_the_tables_of_the_file_that_was_saved() {
    in_a_network(|| {
        let folder = users_folder();
        let saved = folder.path("saved.pcapng");
        let sent = office();
        let packets = sent.len().to_string();
        let going = begin(&["--packets", &packets, "-w", text(&saved), "--json", "-"]);
        send(EAST, &sent);
        let live = going.end();
        assert_eq!(live.code, 0, "{}", live.stderr);
        let mut live = live.tables();
        let sample = run(&["read", "samples/office.pcapng", "--json", "-"]).tables();
        assert_eq!(traffic_by_service(&live), traffic_by_service(&sample));
        assert_eq!(live["ledger"], sample["ledger"]);
        let mut again = run(&["read", text(&saved), "--json", "-"]).tables();
        assert_eq!(live["capture"][0]["file"], "live capture");
        for tables in [&mut live, &mut again] {
            tables["capture"][0].as_object_mut().unwrap().remove("file");
        }
        assert_eq!(live, again);
        assert_eq!(fs::metadata(&saved).unwrap().uid(), USER);
    });
}

#[test]
fn ctrl_c_ends_with_all_tables() {
    in_a_network(|| {
        let going = begin(&["-t", "services"]);
        send(EAST, &connection((C, 40_001), (S, 80), 1));
        let run = going.stop();
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("http") && run.stderr.contains("west: 9 packets captured, none dropped; stopped"), "{run:?}");
    });
}

#[test]
fn signals_end_the_capture_in_order_however_many_come() {
    in_a_network(|| {
        let folder = users_folder();
        let json = folder.path("tables.json");
        for sent in [
            [Signal::SIGTERM, Signal::SIGTERM],
            [Signal::SIGTERM, Signal::SIGHUP],
            [Signal::SIGHUP, Signal::SIGINT],
            [Signal::SIGINT, Signal::SIGINT],
        ] {
            let mut going = begin(&["-t", "services,ledger", "--json", text(&json)]);
            send(EAST, &connection((C, 40_001), (S, 80), 1));
            sent.into_iter().for_each(|signal| going.signal(signal));
            // Once more while the tables are made and written.
            going.wait_for_message("; stopped");
            going.signal(Signal::SIGTERM);
            let run = going.end();
            assert!(run.code == 0 && run.stdout.contains("http") && run.stderr.contains("west: 9 packets captured"), "{run:?}");
            let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
            assert_eq!(packets_at(&document["tables"], "tcp"), 9);
            fs::remove_file(&json).unwrap();
        }
    });
}

#[test]
fn a_second_ctrl_c_ends_at_once_when_it_comes_later() {
    in_a_network(|| {
        // More than a pipe holds that nobody reads.
        let mut going = begin(&["-t", "flows", "-n", "0"]);
        let frames: Vec<Vec<u8>> = (0..2_000).map(|port| udp((C, 40_000 + port), (S, 53), b"question")).collect();
        send(EAST, &frames);
        going.signal(Signal::SIGINT);
        going.wait_for_message("; stopped");
        // Others do not, and somebody presses it again and again.
        going.signal(Signal::SIGTERM);
        going.signal(Signal::SIGHUP);
        let status = loop {
            if let Some(status) = going.child.try_wait().unwrap() {
                break status;
            }
            going.signal(Signal::SIGINT);
            std::thread::sleep(Duration::from_millis(10));
        };
        assert_eq!(status.code(), Some(130));
    });
}

#[test]
fn a_signal_that_was_ignored_at_the_start_stays_ignored() {
    in_a_network(|| {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' HUP INT; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_portolan")]);
        let going = begin_as(&mut shell, &["-t", "services"]);
        // A signal that is not ignored is pending as soon as kill has returned.
        let ignored = u64::from_str_radix(&status_of(&going, "SigIgn"), 16).unwrap();
        let bit = |signal: Signal| 1 << (signal as u64 - 1);
        assert_eq!(ignored & (bit(Signal::SIGHUP) | bit(Signal::SIGINT)), bit(Signal::SIGHUP) | bit(Signal::SIGINT));
        going.signal(Signal::SIGHUP);
        going.signal(Signal::SIGINT);
        send(EAST, &connection((C, 40_001), (S, 80), 1));
        going.signal(Signal::SIGTERM);
        let run = going.end();
        assert!(run.code == 0 && run.stdout.contains("http"), "{run:?}");
    });
}

#[test]
fn a_signal_asks_for_the_tables_so_far() {
    in_a_network(|| {
        let folder = users_folder();
        let (csv, json) = (folder.path("tables"), folder.path("tables.json"));
        let mut going = begin(&["-t", "ledger", "--csv", text(&csv), "--json", text(&json)]);
        send(EAST, &numbered(5));
        let mut line = String::new();
        for _ in 0..2 {
            going.signal(Signal::SIGUSR1);
            // Files come before the tables that are shown.
            for begin in ["After 0:00:", "Ledger: "] {
                while !line.starts_with(begin) {
                    line.clear();
                    assert!(going.stdout.read_line(&mut line).unwrap() > 0, "{}", going.messages);
                }
            }
            let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
            assert!(document["tables"]["ledger"].is_array() && csv.join("ledger.csv").is_file());
        }
        let run = going.stop();
        assert!(run.code == 0 && !run.stdout.contains("After 0:00:0"), "{run:?}");
        // Documents come one behind the other.
        let mut going = begin(&["--json", "-"]);
        send(EAST, &numbered(5));
        going.signal(Signal::SIGUSR1);
        let mut documents = serde_json::Deserializer::from_reader(&mut going.stdout).into_iter::<Value>();
        assert!(documents.next().unwrap().unwrap()["tables"]["ledger"].is_array());
        assert_eq!(packets_at(&going.stop().tables(), "udp"), 5);
    });
}

#[test]
fn a_filter_and_a_duration_are_kept() {
    in_a_network(|| {
        let going = begin(&["-f", "udp port 53", "--duration", "0.2", "--json", "-"]);
        send(EAST, &connection((C, 40_001), (S, 80), 1));
        send(EAST, &numbered(7));
        // The system takes the tag off before it asks, so that a filter sees what is behind it.
        let mut tagged = numbered(1).remove(0);
        tagged.splice(12..12, [0x81, 0, 0, 9]);
        send(EAST, &[tagged]);
        let run = going.end();
        assert_eq!(run.code, 0, "{run:?}");
        let tables = run.tables();
        assert_eq!((sum(&tables, "capture", "packets"), packets_at(&tables, "udp")), (8, 8), "{run:?}");
        assert!(run.stderr.contains("time limit reached"), "{run:?}");
    });
}

#[test]
fn rotated_files_hold_all_packets_and_only_the_last_ones_are_kept() {
    in_a_network(|| {
        let large = |number: u32| vec![udp((C, 40_000), (S, 53), &[0; 8_000]); number as usize];
        let (all, last) = (users_folder(), users_folder());
        for (folder, keep) in [(&all, None), (&last, Some("2"))] {
            let path = folder.path("west.pcap");
            let mut arguments = vec!["--packets", "1000", "--rotate-size", "1", "-w", text(&path)];
            arguments.extend(keep.iter().flat_map(|keep| ["--keep", keep]));
            let going = begin(&arguments);
            send(EAST, &large(1_000));
            let run = going.end();
            assert!(run.code == 0 && run.stderr.contains("saved 1,000 packets in 9 files"), "{run:?}");
        }
        let packets = |folder: &Folder| {
            let files = files_in(folder);
            let mut arguments = vec!["read", "--json", "-"];
            arguments.extend(files.iter().map(|file| text(file)));
            let run = run(&arguments);
            assert_eq!(run.code, 0, "{run:?}");
            (files.len(), sum(&run.tables(), "ledger", "packets"))
        };
        assert_eq!((packets(&all), packets(&last)), ((9, 1_000), (2, 1_000 - 7 * 124)));
        assert!(files_in(&all).iter().all(|file| fs::metadata(file).unwrap().uid() == USER));
    });
}

#[test]
fn tables_are_written_again_and_again_and_are_whole_at_any_time() {
    in_a_network(|| {
        let folder = users_folder();
        let (csv, json, page) = (folder.path("tables"), folder.path("tables.json"), folder.path("page.html"));
        let outputs = ["--csv", text(&csv), "--json", text(&json), "--html", text(&page)];
        let mut going = begin(&[&["--every", "0.1", "-t", "ledger"], &outputs[..]].concat());
        send(EAST, &numbered(5));
        let mut line = String::new();
        let mut headings = 0;
        while headings < 3 {
            line.clear();
            assert!(going.stdout.read_line(&mut line).unwrap() > 0, "{}", going.messages);
            headings += usize::from(line.starts_with("After 0:00:0"));
        }
        let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
        assert_eq!(packets_at(&document["tables"], "udp"), 5);
        assert!(fs::read_to_string(csv.join("ledger.csv")).unwrap().contains("udp"));
        assert!(fs::read_to_string(&page).unwrap().ends_with("</html>\n"));
        let run = going.stop();
        assert_eq!((run.code, files_in(&folder).len(), fs::read_dir(&csv).unwrap().count()), (0, 3, 1), "{run:?}");
    });
}

#[test]
fn at_the_end_every_output_is_tried() {
    in_a_network(|| {
        let folder = users_folder();
        let (csv, json, jsonl) = (folder.path("csv"), folder.path("all.json"), folder.path("jsonl"));
        let page = folder.path("page.html");
        let outputs = ["--csv", text(&csv), "--json", text(&json), "--jsonl", text(&jsonl), "--html", text(&page)];
        let going = begin(&[&["-t", "ledger,services"], &outputs[..]].concat());
        // Where a file should be, there is something else now.
        fs::create_dir(csv.join("ledger.csv")).unwrap();
        send(EAST, &numbered(5));
        let run = going.stop();
        assert!(run.code == 2 && run.stdout.contains("Services: "), "{run:?}");
        assert_eq!(run.stderr.matches("cannot write ").count(), 1, "{run:?}");
        assert!(run.stderr.contains(&format!("cannot write {}", csv.join("ledger.csv").display())), "{run:?}");
        let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
        assert_eq!(packets_at(&document["tables"], "udp"), 5);
        assert!(fs::read_to_string(csv.join("services.csv")).unwrap().contains("dns"));
        assert_eq!((fs::read_dir(&csv).unwrap().count(), fs::read_dir(&jsonl).unwrap().count()), (2, 2));
        assert!(fs::read_to_string(&page).unwrap().contains("5 packets"), "{run:?}");
        assert_eq!((files_in(&folder).len(), fs::metadata(&json).unwrap().uid()), (4, USER), "nothing is left over");
    });
}

#[test]
fn files_are_replaced_in_a_folder_that_no_absolute_path_leads_to_any_more() {
    in_a_network(|| {
        // Of root alone, and in it one of the user that the capture goes on as.
        let closed = Folder::new();
        let inside = closed.path("inside");
        fs::create_dir(&inside).unwrap();
        chown(&inside, Some(USER), Some(USER)).unwrap();
        fs::set_permissions(closed.path(""), fs::Permissions::from_mode(0o700)).unwrap();
        let outputs = ["--every", "0.1", "-t", "ledger", "--json", "all.json", "--csv", "csv"];
        let mut going = begin_as(portolan().current_dir(&inside), &outputs);
        send(EAST, &numbered(5));
        let mut line = String::new();
        assert!(going.stdout.read_line(&mut line).unwrap() > 0, "{}", going.messages);
        let run = going.stop();
        assert!(run.code == 0 && !run.stderr.contains("cannot write"), "{run:?}");
        let document: Value = serde_json::from_str(&fs::read_to_string(inside.join("all.json")).unwrap()).unwrap();
        assert_eq!(packets_at(&document["tables"], "udp"), 5);
        assert_eq!(fs::read_dir(&inside).unwrap().count(), 2, "nothing is left over");
    });
}

#[test]
fn a_reader_that_goes_away_ends_the_capture_and_the_files_are_written() {
    in_a_network(|| {
        // Tables for people may end early, data may not.
        for (data, code, messages) in [(&[][..], 0, 0), (&["--jsonl", "-"], 2, 1)] {
            let folder = users_folder();
            let json = folder.path("all.json");
            let mut going = begin(&[&["--every", "0.1", "-t", "ledger", "--json", text(&json)], data].concat());
            send(EAST, &numbered(5));
            let mut line = String::new();
            assert!(going.stdout.read_line(&mut line).unwrap() > 0, "{}", going.messages);
            // As `| head -1` does.
            let RunningProgram { mut child, stdout, mut stderr, .. } = going;
            drop(stdout);
            let mut stderr_text = String::new();
            stderr.read_to_string(&mut stderr_text).unwrap();
            assert_eq!(child.wait().unwrap().code(), Some(code), "{stderr_text}");
            assert!(stderr_text.contains("; stopped"), "{stderr_text}");
            assert_eq!(stderr_text.matches("its reader closed the pipe").count(), messages, "{stderr_text}");
            let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
            assert_eq!(packets_at(&document["tables"], "udp"), 5, "{stderr_text}");
        }
    });
}

#[test]
fn no_packet_waits_for_tables_that_cannot_be_written_and_the_last_tables_are_those_of_all() {
    in_a_network(|| {
        let folder = users_folder();
        let (fifo, saved) = (folder.path("tables"), folder.path("saved.pcap"));
        mkfifo(&fifo, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
        chown(&fifo, Some(USER), Some(USER)).unwrap();
        let mut going = begin(&["--every", "0.1", "-t", "ledger", "--json", text(&fifo), "-w", text(&saved)]);
        // A file of them has 24 bytes of header and 16 for each packet.
        let bytes = |frames: &[Vec<u8>]| frames.iter().map(|frame| frame.len() as u64 + 16).sum::<u64>();
        // More tables than a pipe holds.
        let many: Vec<Vec<u8>> = (0..2_000).map(|port| udp((C, 40_000 + port), (S, 53), b"question")).collect();
        send(EAST, &many);
        going.wait_for(|| fs::metadata(&saved).unwrap().len() == 24 + bytes(&many));
        let packets = |document: &str| packets_at(&serde_json::from_str::<Value>(document).unwrap()["tables"], "udp");
        while packets(&fs::read_to_string(&fifo).unwrap()) < many.len() as u64 {}
        // The next ones are begun, and nobody reads them.
        let mut unread = File::open(&fifo).unwrap();
        send(EAST, &numbered(5));
        going.wait_for(|| fs::metadata(&saved).unwrap().len() == 24 + bytes(&many) + bytes(&numbered(5)));
        going.signal(Signal::SIGINT);
        let mut document = String::new();
        unread.read_to_string(&mut document).unwrap();
        drop(unread);
        assert_eq!(packets(&document), 2_000);
        let documents = fifo.clone();
        let reader = std::thread::spawn(move || {
            let read = || fs::read_to_string(&documents).unwrap();
            std::iter::repeat_with(read).take_while(|document| !document.is_empty()).last()
        });
        assert_eq!(going.end().code, 0);
        // Nothing more comes.
        drop(OpenOptions::new().write(true).open(&fifo).unwrap());
        assert_eq!(packets(&reader.join().unwrap().unwrap()), 2_005);
    });
}

#[test]
fn an_interface_that_goes_down_is_waited_for() {
    in_a_network(|| {
        let folder = users_folder();
        let saved = folder.path("saved.pcap");
        let mut going = begin(&["-t", "ledger", "-w", text(&saved)]);
        for round in 1..=2 {
            send(EAST, &numbered(3));
            ip(&["link", "set", WEST, "down"]).unwrap();
            going.wait_for_message("portolan: west is down; waiting for it to come back\n");
            ip(&["link", "set", WEST, "up"]).unwrap();
            going.wait_for_message("portolan: west is up again\n");
            let packet = 16 + numbered(1)[0].len() as u64;
            going.wait_for(|| fs::metadata(&saved).unwrap().len() == 24 + round * 3 * packet);
            // The other end notices a little later.
            going.wait_for(|| is_connected(EAST));
        }
        send(EAST, &numbered(2));
        let run = going.stop();
        assert!(run.code == 0 && run.stderr.contains("west: 8 packets captured, none dropped; stopped"), "{run:?}");
    });
}

#[test]
fn a_capture_ends_in_order_while_its_interface_is_down() {
    in_a_network(|| {
        for (arguments, why) in [(&["--duration", "4"][..], "time limit reached"), (&[], "stopped")] {
            ip(&["link", "set", WEST, "up"]).unwrap();
            let mut going = begin(arguments);
            ip(&["link", "set", WEST, "down"]).unwrap();
            going.wait_for_message("west is down");
            let run = if arguments.is_empty() { going.stop() } else { going.end() };
            assert!(run.code == 0 && run.stderr.contains(&format!("west: 0 packets captured, none dropped; {why}")), "{run:?}");
        }
    });
}

#[test]
fn an_interface_that_is_removed_is_an_end_with_a_message() {
    in_a_network(|| {
        for is_down in [false, true] {
            let mut going = begin(&["-t", "ledger"]);
            send(EAST, &numbered(3));
            if is_down {
                ip(&["link", "set", WEST, "down"]).unwrap();
                going.wait_for_message("west is down");
            }
            ip(&["link", "del", WEST]).unwrap();
            // Another one of that name is not waited for.
            ip(&["link", "add", EAST, "mtu", "9000", "type", "veth", "peer", "name", WEST, "mtu", "9000"]).unwrap();
            let run = going.end();
            assert!(run.code == 1 && run.stdout.contains("udp"), "{run:?}");
            let expected = "west: 3 packets captured, none dropped; failed: the interface was removed";
            assert!(run.stderr.contains(expected), "{run:?}");
            ip(&["link", "set", EAST, "arp", "off", "up"]).unwrap();
            ip(&["link", "set", WEST, "arp", "off", "up"]).unwrap();
            while !is_connected(EAST) {}
        }
    });
}

#[test]
fn a_full_disk_ends_the_saving_and_not_the_capture() {
    in_a_network(|| {
        let going = begin(&["--packets", "9", "-w", "/dev/full", "-t", "services"]);
        send(EAST, &connection((C, 40_001), (S, 80), 1));
        let run = going.end();
        assert!(run.code == 1 && run.stderr.contains("the disk is full") && run.stdout.contains("http"), "{run:?}");
    });
}

#[test]
fn packets_can_go_on_to_another_program() {
    in_a_network(|| {
        let going = begin(&["--packets", "5", "-w", "-"]);
        send(EAST, &numbered(5));
        let mut going = going;
        let mut bytes = Vec::new();
        going.stdout.read_to_end(&mut bytes).unwrap();
        assert_eq!(packets_at(&crate::support::tables_of(&bytes), "udp"), 5);
        let folder = Folder::new();
        let file = folder.path("a");
        for (outputs, why) in [
            (["-w", "-", "--json", "-"], "--json - and --write - cannot both write to standard output"),
            (["-w", text(&file), "--json", text(&file)], "one would overwrite the other"),
        ] {
            let refused = run(&[&["live", "-i", WEST][..], &outputs].concat());
            assert!(refused.code == 2 && refused.stderr.contains(why), "{refused:?}");
            assert!(!file.exists());
        }
    });
}

#[test]
fn many_packets_are_all_counted() {
    in_a_network(|| {
        // All of them fit into the system's buffer, however slow the program is.
        let going = begin(&["--packets", "100000", "--buffer", "128", "--json", "-"]);
        let mut sender = Sender::new(EAST);
        for round in 0..100 {
            let frames: Vec<Vec<u8>> = (0..1_000).map(|port| udp((C, 1_000 + port), (S, 2_000 + round), b"data")).collect();
            sender.send(&frames);
        }
        let run = going.end();
        assert!(run.code == 0 && run.stderr.contains("100,000 packets captured, none dropped"), "{}", run.stderr);
        assert_eq!(sum(&run.tables(), "services", "flows"), 100_000);
    });
}

#[test]
fn what_the_system_drops_is_counted_and_told() {
    in_a_network(|| {
        let going = begin(&["--buffer", "1", "--json", "-"]);
        going.signal(Signal::SIGSTOP);
        let sent = 4_000;
        send(EAST, &vec![vec![0xff; 8_000]; sent]);
        going.signal(Signal::SIGCONT);
        let run = going.stop();
        let tables = run.tables();
        let [packets, dropped] = ["packets", "dropped_kernel"].map(|name| sum(&tables, "capture", name));
        assert!(dropped > 0 && packets + dropped == sent as u64, "{packets} + {dropped}: {}", run.stderr);
        assert!(run.stderr.contains("dropped by the kernel: they are missing from the tables"), "{}", run.stderr);
    });
}

#[test]
fn flows_that_are_silent_end_and_stay_in_the_sums() {
    in_a_network(|| {
        let mut going = begin(&["--idle-timeout", "0.2", "--every", "0.1", "-t", "ledger,services,flows", "--json", "-"]);
        send(EAST, &numbered(5));
        // Documents come one behind the other; flows are gone in one of them.
        let gone = serde_json::Deserializer::from_reader(&mut going.stdout).into_iter::<Value>().find(|document| {
            let tables = &document.as_ref().unwrap()["tables"];
            packets_at(tables, "udp") == 5 && tables["flows"].as_array().unwrap().is_empty()
        });
        let tables = gone.unwrap().unwrap()["tables"].clone();
        assert_eq!((sum(&tables, "services", "packets"), sum(&tables, "services", "flows")), (5, 1));
        assert_eq!(going.stop().code, 0);
    });
}

/// Of `/proc/PID/status`.
fn status_of(going: &RunningProgram, name: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", going.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_once(':').unwrap().1.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn all_rights_are_gone_before_the_first_packet() {
    in_a_network(|| {
        for (sudo, user) in [(None, "65534"), (Some("1000"), "1000")] {
            let mut command = portolan();
            command.envs(sudo.iter().flat_map(|id| [("SUDO_UID", id), ("SUDO_GID", id)]));
            let going = begin_as(&mut command, &[]);
            let four = [user; 4].join(" ");
            let none = "0000000000000000";
            let kept = ["Uid", "Gid", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"]
                .map(|name| status_of(&going, name));
            assert_eq!(kept, [&four, &four, none, none, none, none, none, "1"]);
            assert_eq!(going.stop().code, 0);
        }
    });
}

#[test]
fn every_output_is_written_under_the_system_call_filter() {
    in_a_network(|| {
        ip(&["link", "set", "lo", "up"]).unwrap();
        let folder = users_folder();
        let [csv, json, saved] = ["tables", "tables.json", "saved.pcapng"].map(|name| folder.path(name));
        let arguments =
            ["-i", "lo", "--every", "0.1", "-t", "ledger", "--csv", text(&csv), "--json", text(&json), "-w", text(&saved)];
        let mut going = begin(&[&arguments[..], &["--rotate-size", "1", "--keep", "2"]].concat());
        assert!(going.messages.contains("system-call filter"), "{}", going.messages);
        let is_filtered = !going.messages.contains("no system-call filter");
        assert!(!is_filtered || status_of(&going, "Seccomp:") == "2");
        send(EAST, &numbered(5));
        // The files that come from now on must not get the number of its descriptor.
        ip(&["link", "del", WEST]).unwrap();
        going.wait_for_message("west: ");
        let large = vec![udp((C, 40_000), (S, 53), &[0; 8_000]); 500];
        send("lo", &large);
        let mut line = String::new();
        while !line.contains("505") {
            line.clear();
            assert!(going.stdout.read_line(&mut line).unwrap() > 0, "{}", going.messages);
        }
        let run = going.stop();
        assert!(run.code == 1 && run.stderr.contains("505 packets in "), "{run:?}");
        assert!(!run.stderr.contains("cannot") && !run.stderr.contains("not permitted"), "{run:?}");
        let document: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
        assert_eq!(packets_at(&document["tables"], "udp"), 505);
        assert!(fs::read_to_string(csv.join("ledger.csv")).unwrap().contains("505"));
        let files = files_in(&folder);
        assert_eq!(files.iter().filter(|file| text(file).contains("saved_")).count(), 2, "{files:?}");
    });
}

#[test]
fn devices_and_named_pipes_are_written_under_the_system_call_filter() {
    in_a_network(|| {
        let folder = users_folder();
        let pipe = folder.path("pipe");
        nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::from_bits_truncate(0o600)).unwrap();
        chown(&pipe, Some(USER), Some(USER)).unwrap();
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || fs::read(pipe).unwrap()
        });
        let going = begin(&["--packets", "5", "--json", "/dev/null", "-w", text(&pipe)]);
        send(EAST, &numbered(5));
        let run = going.end();
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(packets_at(&crate::support::tables_of(&reader.join().unwrap()), "udp"), 5);
    });
}

#[test]
fn without_a_named_interface_the_one_of_the_default_route_is_taken() {
    in_a_network(|| {
        ip(&["route", "add", "default", "dev", EAST]).unwrap();
        let going = begin_on(EAST, portolan().arg("live"), &["--packets", "3"]);
        assert!(going.messages.contains("no interface given; using east, which has the default route"), "{}", going.messages);
        send(WEST, &numbered(3));
        assert_eq!(going.end().code, 0);
    });
}

#[test]
fn without_rights_it_says_what_the_doctor_says() {
    in_a_network(|| {
        // A path that everybody may run.
        let folder = users_folder();
        let program = folder.path("portolan");
        fs::copy(env!("CARGO_BIN_EXE_portolan"), &program).unwrap();
        let output = Command::new(&program).args(["live", "-i", WEST]).current_dir("/").uid(USER).gid(USER).output().unwrap();
        let run = Run::from_output(output);
        assert!(run.code == 2 && run.stdout.is_empty(), "{run:?}");
        assert!(run.stderr.contains("no permission to capture on west") && run.stderr.contains("tcpdump -U -w -"), "{run:?}");
    });
}

#[test]
fn what_is_wrong_is_told_before_anything_is_captured() {
    in_a_network(|| {
        let wrong = |arguments: &[&str], why: &str| {
            let run = run(&[&["live"], arguments].concat());
            assert!(run.code == 2 && run.stderr.contains(why) && run.stdout.is_empty(), "{run:?}");
        };
        wrong(&[], "no interface given; available: east, west, any, lo");
        wrong(&["-i", "eth77"], "no interface is called eth77");
        wrong(&["-i", WEST, "-f", "tcp prt 80"], "^");
        wrong(&["-i", WEST, "--keep", "2", "-w", "/tmp/a.pcap"], "--keep needs --rotate-size or --rotate-seconds");
        wrong(&["-i", WEST, "--rotate-size", "1"], "--write");
        wrong(&["-i", WEST, "-w", "/nowhere/a.pcap"], "cannot write /nowhere/a.pcap: its folder does not exist");
    });
}

#[test]
fn without_libpcap_it_says_what_to_install() {
    if portolan_libpcap::load().is_ok() {
        println!("skipped: libpcap is there");
        return;
    }
    let run = run(&["live", "-i", "lo"]);
    assert!(run.code == 2 && run.stdout.is_empty(), "{run:?}");
    assert!(run.stderr.contains("cannot capture: ") && run.stderr.contains("libpcap    missing"), "{run:?}");
}
