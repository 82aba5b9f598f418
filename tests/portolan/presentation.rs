//! Order and columns of tables, units, time zones, durations, and the pager.

use std::collections::BTreeMap;

use portolan::format::csv;
use portolan::report::{Arrangement, Direction, Report, SortColumn, TableName};
use serde_json::Value;

use crate::columns::analysed_samples;
use crate::support::{Folder, column, run, run_on_page};

const OFFICE: &str = "samples/office.pcapng";

/// The words in one column of the table that was shown, titles and the row of others left out.
fn first_words(stdout: &str) -> Vec<&str> {
    stdout.lines().skip(2).take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next()).collect()
}

fn numbers(tables: &Value, table: &str, name: &str) -> Vec<u64> {
    column(tables, table, name).iter().filter_map(|value| value.as_u64()).collect()
}

#[test]
fn tables_that_have_the_column_are_sorted_in_every_output() {
    let tables = run(&["read", OFFICE, "--json", "-", "--sort", "wire_bytes"]).tables();
    for table in ["services", "servers", "ports", "portless", "timeline"] {
        let bytes = numbers(&tables, table, "wire_bytes");
        assert!(bytes.len() > 2 && bytes.is_sorted_by(|one, next| one >= next), "{table}: {bytes:?}");
    }
    let unsorted = run(&["read", OFFICE, "--json", "-"]).tables();
    assert_eq!(tables["hosts"], unsorted["hosts"], "a table without the column keeps its order");
    let shown =
        run(&["read", OFFICE, "-t", "flows", "--sort", "server_port:desc,client_ip", "--columns", "server_port,client_ip"]);
    let ports: Vec<u16> = first_words(&shown.stdout).iter().filter_map(|word| word.parse().ok()).collect();
    assert!(ports.len() > 40 && ports.is_sorted_by(|one, next| one >= next), "{}", shown.stdout);
}

#[test]
fn the_first_rows_are_those_of_the_sorted_table_and_the_others_come_last() {
    let shown = run(&["read", OFFICE, "-t", "services", "--sort", "flows:asc", "-n", "2", "--columns", "service,flows"]);
    let rows: Vec<&str> = shown.stdout.lines().skip(2).collect();
    assert!(rows[0].ends_with(" 1") && rows[1].ends_with(" 1") && rows[2].contains("others)"), "{}", shown.stdout);
}

#[test]
fn a_column_that_is_sorted_by_is_shown_on_a_narrow_terminal() {
    let shown = run_on_page(&["read", OFFICE, "-t", "servers", "--sort", "first_seen"], 60);
    assert!(shown.stdout.contains("first_seen"), "{}", shown.stdout);
}

#[test]
fn chosen_columns_come_in_their_order_in_every_output() {
    let folder = Folder::new();
    let tables = folder.path("tables");
    let run = run(&["read", OFFICE, "--columns", "packets,service,nat", "--csv", tables.to_str().unwrap()]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
    let run = crate::support::run(&["read", OFFICE, "--columns", "flows,service,clients", "--csv", tables.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let head = |table: &str| {
        std::fs::read_to_string(tables.join(format!("{table}.csv"))).map(|text| text.lines().next().unwrap().to_owned())
    };
    assert_eq!(head("services").unwrap(), "flows,service,clients");
    assert_eq!(head("evidence").unwrap(), "flows");
    assert!(head("capture").is_err(), "a table without any of them is left out");
    assert!(run.stdout.contains("Services:") && !run.stdout.contains("Capture"), "{}", run.stdout);
    let json = crate::support::run(&["read", OFFICE, "--columns", "service,flows", "--json", "-", "-t", "services"]);
    let first = json.tables()["services"][0].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert!(first.len() == 2 && json.stdout.contains("[{\"service\":"), "{first:?}");
    let narrow = run_on_page(&["read", OFFICE, "-t", "flows", "--columns", "community_id,start_time,end_time,service"], 40);
    assert!(narrow.stdout.contains("community_id") && narrow.stdout.contains("end_time"), "{}", narrow.stdout);
}

#[test]
fn only_measures_leave_room_for_the_label_of_the_others() {
    let shown = run(&["read", OFFICE, "-t", "services", "--columns", "flows,packets", "-n", "1"]).stdout;
    let last = shown.lines().nth(3).unwrap();
    let words: Vec<&str> = last.split_whitespace().collect();
    assert!(words.len() == 4 && words[1] == "others)" && words[2].parse::<u64>().is_ok(), "{shown}");
}

#[test]
fn unknown_columns_are_refused_with_those_that_may_be_meant() {
    let refused = |arguments: &[&str]| {
        let run = run(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{run:?}");
        run.stderr
    };
    let mistyped = refused(&["read", OFFICE, "-t", "services", "--sort", "pakets"]);
    assert!(mistyped.contains("--sort: there is no column \"pakets\"; did you mean packets"), "{mistyped}");
    assert!(mistyped.contains("The columns are category, service, transport,"), "{mistyped}");
    let titled = refused(&["read", OFFICE, "-t", "services", "--columns", "service,bytes"]);
    assert!(titled.contains("--columns: there is no column \"bytes\"; did you mean wire_bytes"), "{titled}");
    let elsewhere = refused(&["read", OFFICE, "-t", "services", "--sort", "server_port"]);
    assert!(elsewhere.contains("servers, flows have one (add --table servers)"), "{elsewhere}");
    let direction = refused(&["read", OFFICE, "--sort", "packets:down"]);
    assert!(direction.contains("expected asc or desc"), "{direction}");
    let book = refused(&["services", "https", "--sort", "packets"]);
    assert!(book.contains("there is no column \"packets\"") && book.contains("the columns are transport, port"), "{book}");
}

#[test]
fn single_tables_are_sorted_too() {
    let shown = run(&["services", "mail", "--sort", "service:desc", "--columns", "service,port"]);
    let names = first_words(&shown.stdout);
    assert!(names.len() > 5 && names.is_sorted_by(|one, next| one >= next), "{names:?}");
    let shown = run(&["services", "443", "--columns", "service,port"]).stdout;
    assert!(shown.lines().any(|line| line.split_whitespace().eq(["https", "443"])), "{shown}");
}

#[test]
fn every_table_can_be_sorted_by_every_column_and_keeps_its_rows() {
    for (name, decided) in analysed_samples() {
        let lines = |table: TableName, arrangement: &Arrangement, threads: usize| {
            let mut bytes = Vec::new();
            let mut table = Report::new(&decided).table(table);
            table.threads = threads;
            csv::write(&table.arranged(arrangement), &mut bytes).unwrap();
            String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
        };
        for table in TableName::ALL {
            let as_it_is = lines(table, &Arrangement::default(), 1);
            for (index, field) in table.fields().iter().enumerate() {
                for direction in [Direction::Ascending, Direction::Descending] {
                    let sort = vec![SortColumn { key: field.key.into(), direction: Some(direction) }];
                    let arrangement = Arrangement { sort, ..Arrangement::default() };
                    let mut sorted = lines(table, &arrangement, 1);
                    let input = format!("{name}: {table:?} by {}", field.key);
                    assert_eq!(sorted, lines(table, &arrangement, 3), "{input}: any number of threads");
                    let mut rows = as_it_is.clone();
                    let one = Arrangement { columns: vec![field.key.into()], ..arrangement.clone() };
                    let values: Vec<String> = lines(table, &one, 1);
                    assert_eq!(values.len(), sorted.len(), "{input}");
                    assert!(index > 0 || sorted[0].starts_with(&values[0]), "{input}: the header");
                    // The total and the row of all others stay last, so only rows with a name are compared.
                    let rest = |value: &&String| !matches!(value.as_str(), "total" | "others");
                    let nulls = values[1..]
                        .iter()
                        .filter(rest)
                        .skip_while(|value| !value.is_empty())
                        .skip_while(|value| value.is_empty());
                    if !decided.collected.inputs.is_empty() && table != TableName::Capture {
                        assert_eq!(nulls.count(), 0, "{input}: unknown values come last: {values:?}");
                    }
                    sorted.sort();
                    rows.sort();
                    assert_eq!(sorted, rows, "{input}: the rows are the same");
                }
            }
        }
    }
}

#[test]
fn exact_numbers_have_all_their_digits_and_no_units() {
    let usual = run(&["read", OFFICE, "-t", "capture"]).stdout;
    let exact = run(&["read", OFFICE, "-t", "capture", "--exact"]).stdout;
    let json = run(&["read", OFFICE, "-t", "capture", "--json", "-"]).tables();
    let row = &json["capture"][0];
    let duration = row["duration_s"].to_string();
    assert!(usual.contains("kB") && usual.contains("duration") && !usual.contains(&duration), "{usual}");
    for value in [&row["wire_bytes"], &row["packets"], &row["duration_s"], &row["bit_rate"]] {
        assert!(exact.contains(&format!(" {value} ")), "{value}: {exact}");
    }
    assert!(exact.contains("seconds") && !exact.contains("kB") && !exact.contains("duration"), "{exact}");
    let time = row["start_time"].as_str().unwrap().trim_end_matches('Z').replace('T', " ");
    assert!(exact.contains(&time), "{time}: {exact}");
}

#[test]
fn times_are_those_of_the_zone_on_the_terminal_and_utc_in_data() {
    let shown = |zone: &[&str]| run(&[&["read", OFFICE, "-t", "capture,timeline", "--interval", "1h"], zone].concat()).stdout;
    assert!(shown(&[]).contains("start (UTC)") && shown(&[]).contains("2026-11-23 21:"), "{}", shown(&[]));
    let tokyo = shown(&["--tz", "asia/tokyo"]);
    assert!(tokyo.contains("start (Asia/Tokyo)") && tokyo.contains("2026-11-24 06:"), "{tokyo}");
    assert!(!tokyo.contains("2026-11-23 21:"), "{tokyo}");
    let data = |zone: &[&str]| run(&[&["read", OFFICE, "--json", "-"], zone].concat()).stdout;
    assert_eq!(data(&[]), data(&["--tz", "Asia/Tokyo"]));
    let unknown = run(&["read", OFFICE, "--tz", "Asia/Tokio"]);
    assert!(unknown.code == 2 && unknown.stderr.contains("did you mean Asia/Tokyo"), "{}", unknown.stderr);
    let mut command = crate::support::portolan();
    let local = command.args(["read", OFFICE, "-t", "capture", "--tz", "local"]).env("TZ", "America/New_York").output().unwrap();
    let local = String::from_utf8(local.stdout).unwrap();
    assert!(local.contains("start (America/New_York)") && local.contains("2026-11-23 16:"), "{local}");
}

#[test]
fn durations_have_units_as_options_and_on_the_terminal() {
    let tables = |interval: &str| run(&["read", OFFICE, "--json", "-", "-t", "timeline", "--interval", interval]).tables();
    assert_eq!(tables("60"), tables("1m"));
    assert_eq!(tables("1500ms"), tables("1.5"));
    assert_ne!(tables("1m"), tables("1s"));
    let refused = run(&["read", OFFICE, "--interval", "1 month"]);
    assert!(refused.code == 2 && refused.stderr.contains("a duration such as 90s, 5m, 1h30m"), "{}", refused.stderr);
    let flows =
        run(&["read", OFFICE, "-t", "flows", "-n", "0", "--columns", "duration_s,flow_id", "--sort", "duration_s"]).stdout;
    let units: BTreeMap<&str, usize> =
        flows.lines().skip(2).filter_map(|line| line.split_whitespace().nth(1)).fold(BTreeMap::new(), |mut units, unit| {
            *units.entry(unit).or_default() += 1;
            units
        });
    assert!(units.contains_key("ms") && units.contains_key("s"), "{units:?}");
}

/// The program on a terminal of its own.
#[cfg(target_os = "linux")]
mod pager {
    use std::fs::File;
    use std::io::Read;
    use std::os::fd::OwnedFd;
    use std::process::Stdio;

    use nix::pty::{OpenptyResult, Winsize, openpty};
    use nix::sys::signal::{Signal, kill};
    use nix::unistd::Pid;

    use super::OFFICE;
    use crate::support::{Folder, obey_signals, portolan};

    /// The program's text on a terminal with 24 rows and 80 columns, and its exit code. `environment` adds variables.
    fn on_terminal(arguments: &[&str], environment: &[(&str, &str)]) -> (String, Option<i32>) {
        on_terminal_while(arguments, environment, |_| ())
    }

    /// Runs it likewise; `meanwhile` gets the number of the process.
    fn on_terminal_while(arguments: &[&str], environment: &[(&str, &str)], meanwhile: impl FnOnce(i32)) -> (String, Option<i32>) {
        obey_signals();
        let size = Winsize { ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0 };
        let OpenptyResult { master, slave } = openpty(&size, None).unwrap();
        let mut command = portolan();
        command.env_remove("PAGER").env_remove("PORTOLAN_PAGER").env_remove("LESS").env("TERM", "xterm");
        command.args(arguments).envs(environment.iter().copied());
        let for_child = |end: &OwnedFd| Stdio::from(end.try_clone().unwrap());
        let mut child = command.stdout(for_child(&slave)).stderr(for_child(&slave)).spawn().unwrap();
        drop((command, slave));
        meanwhile(child.id() as i32);
        let (mut text, mut block) = (Vec::new(), [0; 4096]);
        let mut master = File::from(master);
        // Reading fails when the last process of the terminal has ended.
        while let Ok(length @ 1..) = master.read(&mut block) {
            text.extend_from_slice(&block[..length]);
        }
        (String::from_utf8(text).unwrap().replace("\r\n", "\n"), child.wait().unwrap().code())
    }

    /// The pager of these tests marks each line.
    const MARKING: (&str, &str) = ("PAGER", "sed s/^/paged:/");
    const LONG: [&str; 4] = ["read", OFFICE, "-t", "flows"];

    #[test]
    fn a_workbook_is_not_sent_to_a_terminal() {
        for command in [&["read", OFFICE][..], &["compare", OFFICE, OFFICE], &["services"]] {
            let (text, code) = on_terminal(&[command, &["--xlsx", "-"]].concat(), &[]);
            assert!(code == Some(2) && text.starts_with("portolan: --xlsx - writes a file that is no text"), "{text}");
        }
    }

    #[test]
    fn text_that_is_longer_than_the_terminal_goes_to_the_pager() {
        let (text, code) = on_terminal(&LONG, &[MARKING]);
        assert_eq!((text.matches("paged:").count() > 40, code), (true, Some(0)), "{text}");
        assert!(text.contains("paged:\u{1b}[1mFlows"), "emphasis is kept: {text}");
        let (text, code) = on_terminal(&["read", OFFICE, "-t", "evidence"], &[MARKING]);
        assert!(!text.contains("paged:") && text.contains("Evidence") && code == Some(0), "it fits: {text}");
        for long in [&["services"][..], &["explain", OFFICE, "1"]] {
            let (text, code) = on_terminal(long, &[MARKING]);
            assert!(text.contains("paged:") && code == Some(0), "{long:?}: {text}");
        }
    }

    #[test]
    fn the_user_chooses_the_pager_or_none() {
        let (text, _) = on_terminal(&LONG, &[MARKING, ("PORTOLAN_PAGER", "sed s/^/own:/")]);
        assert!(text.contains("own:") && !text.contains("paged:"), "{text}");
        for none in ["", "cat", "/no/such/pager"] {
            let (text, code) = on_terminal(&LONG, &[("PAGER", none)]);
            assert!(text.lines().count() > 40 && text.contains("Flows") && code == Some(0), "{none:?}: {text}");
        }
        let (text, code) = on_terminal(&[&LONG[..], &["--no-pager"]].concat(), &[MARKING]);
        assert!(!text.contains("paged:") && text.lines().count() > 40 && code == Some(0), "{text}");
        let piped = portolan().args(LONG).env("PAGER", "sed s/^/paged:/").output().unwrap();
        assert!(!String::from_utf8(piped.stdout).unwrap().contains("paged:"), "a pipe is no terminal");
    }

    #[test]
    fn a_pager_that_is_left_early_is_no_failure() {
        let (text, code) = on_terminal(&["services", "--sort", "port"], &[("PAGER", "head -n 1")]);
        assert_eq!((text.lines().count(), code), (1, Some(0)), "{text}");
    }

    #[test]
    fn an_interrupt_is_for_the_pager() {
        for long in [&LONG[..], &["services"]] {
            let folder = Folder::new();
            let path = |name: &str| folder.path(name).to_str().unwrap().to_owned();
            let (begun, go) = (path("begun"), path("go"));
            let wait = format!("cat >/dev/null; : >{begun}; until [ -e {go} ]; do sleep 0.02; done; echo left");
            let pager = format!("sh {}", folder.file("pager", wait.as_bytes()));
            let (text, code) = on_terminal_while(long, &[("PAGER", &pager)], |process| {
                while !folder.path("begun").exists() {
                    std::thread::yield_now();
                }
                kill(Pid::from_raw(process), Signal::SIGINT).unwrap();
                folder.file("go", b"");
            });
            assert_eq!((text.as_str(), code), ("left\n", Some(0)), "{long:?}");
        }
    }

    #[test]
    fn less_shows_colours_and_ends_at_once_unless_the_user_has_options() {
        let (text, _) = on_terminal(&LONG, &[("PAGER", "printenv LESS")]);
        assert_eq!(text, "FRX\n");
        let (text, _) = on_terminal(&LONG, &[("PAGER", "printenv LESS"), ("LESS", "S")]);
        assert_eq!(text, "S\n");
    }
}
