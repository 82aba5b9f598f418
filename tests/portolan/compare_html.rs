//! The page about captures that are compared (`compare --html`): its words, its tables, the traffic over time, and where it is written.

use std::collections::BTreeMap;
use std::fs;
use std::net::Ipv4Addr;

use portolan::untrusted::clean;
use testkit::named::{capture, harmless_like, hostile};
use testkit::*;

use crate::html::{checked_page, sections};
use crate::html_reader::Element;
use crate::support::{Folder, Run, run, run_with_input};

const OFFICE: &str = "samples/office.pcapng";
/// The address of a further server (RFC 5737).
const NEW_SERVER: &str = "192.0.2.99";
/// The words of a page on which nothing differs.
const SAME: &str = "Nothing is new or gone, and no share of the bytes changed by 1 percentage point or more.";

/// The page about a comparison, and the exit code.
fn compared(arguments: &[&str]) -> (Element, i32) {
    let run = run(&[&["compare", "--html", "-"], arguments].concat());
    (checked_page(&run.stdout), run.code)
}

/// A client of these servers, with connections in each of so many seconds.
fn network(servers: &[(&'static str, u16)], client_port: u16, seconds: u16) -> Scene {
    let mut scene = Scene::new();
    for number in 0..seconds {
        for (place, server) in servers.iter().enumerate() {
            let port = client_port + number * servers.len() as u16 + place as u16;
            scene.frames(connection((C, port), *server, 1 + u32::from(number)));
        }
        scene.wait(1);
    }
    scene
}

/// Two captures: a server is removed, and another one added.
fn before_and_after(folder: &Folder) -> [String; 2] {
    let before = folder.file("before.pcap", &network(&[(S, 443), (S, 25)], 50_000, 3).pcap());
    [before, folder.file("after.pcap", &network(&[(S, 443), (NEW_SERVER, 143)], 52_000, 3).pcap())]
}

/// The sentence on the differences.
fn facts(page: &Element) -> String {
    page.all().into_iter().find(|element| element.has_class("facts")).unwrap().text()
}

/// The texts of a column of a table.
fn texts(page: &Element, table: &str, column: &str) -> Vec<String> {
    let table = page.id(table);
    let place = table.heads().iter().position(|head| head == column).unwrap_or_else(|| panic!("{column}: {:?}", table.heads()));
    table.rows().into_iter().map(|mut row| row.swap_remove(place)).collect()
}

/// The pictures of a measure: the caption and, by category, the sum of the numbers of each.
fn pictures(page: &Element, measure: &str) -> Vec<(String, BTreeMap<String, u64>)> {
    let picture = |figure: &&Element| {
        let mut sums = BTreeMap::new();
        if let [table] = figure.named("table")[..] {
            let heads = table.heads();
            for row in table.named("tbody")[0].elements() {
                for (head, cell) in heads.iter().zip(row.elements()).skip(1) {
                    let text = cell.attribute("data-k").map_or_else(|| cell.text(), str::to_owned);
                    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                    *sums.entry(head.clone()).or_default() += digits.parse().unwrap_or(0);
                }
            }
        }
        (figure.named("figcaption")[0].text(), sums)
    };
    page.id(measure).named("figure").iter().map(picture).collect()
}

#[test]
fn a_capture_does_not_differ_from_itself() {
    let (page, code) = compared(&[OFFICE, OFFICE]);
    assert_eq!((code, facts(&page).as_str()), (0, SAME));
    assert_eq!(page.named("h1")[0].text(), "office.pcapng and office.pcapng compared");
    assert_eq!(sections(&page), ["shares", "time"]);
    assert!(page.text().contains("Everything could be read.") && page.text().contains("(--all shows them)"));
    assert!(page.named("footer")[0].text().contains("threshold 1 percentage point"));
    assert_eq!(texts(&page, "t-sides", "side"), ["a", "b"]);
    for measure in ["time-packets", "time-bytes"] {
        let pictures = pictures(&page, measure);
        assert!(pictures.len() == 2 && pictures[0].1 == pictures[1].1 && pictures[0].1.len() > 5, "{pictures:?}");
    }
    let (page, _) = compared(&[OFFICE, OFFICE, "--all", "-t", "services,servers"]);
    assert_eq!(sections(&page), ["services", "servers", "shares", "time"]);
    assert!(texts(&page, "t-servers", "change").iter().all(|change| change == "=same"));
}

#[test]
fn a_server_that_was_added_is_new_and_one_that_was_removed_is_gone() {
    let folder = Folder::new();
    let [before, after] = before_and_after(&folder);
    let (page, code) = compared(&[&before, &after]);
    let shown = run(&["compare", &before, &after]);
    assert_eq!((code, shown.code), (1, 1));
    assert_eq!(Some(facts(&page).as_str()), shown.stdout.lines().next());
    assert_eq!(sections(&page), ["services", "servers", "hosts", "shares", "time"]);
    assert!(page.id("servers").text().contains("1 new server, 1 gone."), "{}", page.id("servers").text());
    assert_eq!(texts(&page, "t-servers", "change"), ["+new", "−gone"]);
    assert_eq!(texts(&page, "t-servers", "server"), [NEW_SERVER, S]);
    assert_eq!(texts(&page, "t-servers", "points"), ["50.00", "-50.00"]);
    assert_eq!([texts(&page, "t-servers", "a %"), texts(&page, "t-servers", "b %")], [["0.00", "50.00"], ["50.00", "0.00"]]);
    // The same length of time needs no rates.
    assert!(!page.id("t-servers").heads().iter().any(|head| head.contains("/s")), "{:?}", page.id("t-servers").heads());
    // Changes are sorted by their kind, not by their letters.
    let marks: Vec<_> = page.id("t-hosts").named("td").into_iter().filter(|cell| !cell.named("b").is_empty()).collect();
    assert_eq!(
        marks.iter().map(|cell| (cell.text(), cell.attribute("data-k").unwrap())).collect::<Vec<_>>(),
        [("+new".to_owned(), "0"), ("▼shrunk".to_owned(), "4")]
    );
}

#[test]
fn bars_of_all_sides_have_one_scale() {
    let folder = Folder::new();
    let [before, after] = before_and_after(&folder);
    let (page, _) = compared(&[&before, &after, "-t", "hosts"]);
    let widths = |row: &Element| -> Vec<f64> {
        let bars = row.named("rect");
        bars.iter().map(|bar| bar.attribute("width").unwrap().parse().unwrap()).collect()
    };
    let rows: Vec<Vec<f64>> = page.id("t-hosts").named("tbody")[0].elements().map(widths).collect();
    // A new one with half of the bytes, and one that had all of them and has half of them.
    assert_eq!(rows, [[0.0, 45.0], [90.0, 45.0]]);
}

/// The sums of the table `timeline` of a capture, by category: packets and bytes.
fn timeline(capture: &str) -> [BTreeMap<String, u64>; 2] {
    let tables = run(&["read", capture, "-t", "timeline", "--json", "-"]).tables();
    ["packets", "wire_bytes"].map(|measure| {
        let mut sums = BTreeMap::new();
        for row in tables["timeline"].as_array().unwrap() {
            *sums.entry(row["category"].as_str().unwrap().to_owned()).or_default() += row[measure].as_u64().unwrap();
        }
        sums
    })
}

#[test]
fn the_traffic_over_time_adds_up_to_the_timeline_of_each_side() {
    let folder = Folder::new();
    let long = folder.file("long.pcap", &network(&[(S, 443), (S, 80), (R, 53)], 20_000, 700).pcap());
    let sides = [OFFICE, &long, "samples/portless.pcap"];
    let (page, _) = compared(&sides);
    for (measure, place) in [("time-packets", 0), ("time-bytes", 1)] {
        let pictures = pictures(&page, measure);
        assert_eq!(pictures.len(), sides.len());
        for ((caption, sums), side) in pictures.iter().zip(sides) {
            let with_traffic: BTreeMap<_, _> = sums.clone().into_iter().filter(|(_, sum)| *sum > 0).collect();
            assert_eq!(with_traffic, timeline(side)[place], "{caption}");
        }
    }
}

#[test]
fn sides_of_different_length_have_one_scale_and_rates() {
    let folder = Folder::new();
    let servers = [(S, 443), (S, 80)];
    let short = folder.file("short.pcap", &network(&servers, 20_000, 5).pcap());
    let long = folder.file("long.pcap", &network(&servers, 20_000, 700).pcap());
    let (page, _) = compared(&[&short, &long, "--all"]);
    assert!(["a bytes/s", "b bytes/s"].iter().all(|head| page.id("t-services").heads().iter().any(|title| title == head)));
    for measure in ["time-packets", "time-bytes"] {
        let figures = page.id(measure).named("figure");
        let axes: Vec<Vec<String>> = figures
            .iter()
            .map(|figure| figure.named("text").into_iter().filter(|text| text.has_class("axis")).map(Element::text).collect())
            .collect();
        assert_eq!(axes[0], axes[1], "the labels of both axes");
        let times = ["0 s", "2 min 20 s", "4 min 40 s", "7 min 10 s", "9 min 30 s", "12 min"];
        assert!(axes[0].ends_with(&times.map(str::to_owned)), "{axes:?}");
        let columns: Vec<usize> = figures.iter().map(|figure| figure.named("table")[0].rows().len()).collect();
        assert_eq!(columns, [1, 72]);
        assert!(figures[1].named("figcaption")[0].text().contains("in 10.0 s, from 2026-11-23 "));
    }
    let (page, _) = compared(&[&short, &long, "--tz", "Asia/Tokyo"]);
    assert!(page.id("time").text().contains("Asia/Tokyo"));
    assert!(page.id("t-sides").heads().iter().any(|head| head == "start (Asia/Tokyo)"), "{:?}", page.id("t-sides").heads());
}

#[test]
fn three_sides_and_many_sides_have_a_page() {
    let folder = Folder::new();
    let [before, after] = before_and_after(&folder);
    let (page, _) = compared(&[&before, &after, &before]);
    assert_eq!(page.named("h1")[0].text(), "before.pcap, after.pcap, before.pcap compared");
    assert!(facts(&page).contains("only now and then"));
    assert!(texts(&page, "t-servers", "change").iter().all(|change| change == "~intermittent"));
    assert_eq!(texts(&page, "t-servers", "c %").len(), 2);
    assert_eq!(page.id("shares").named("figure").len(), 3);
    let (page, _) = compared(&[before.as_str(); 26]);
    assert_eq!((page.named("h1")[0].text(), facts(&page).as_str()), ("26 captures compared".into(), SAME));
    let (page, _) = compared(&["--with", &before, &after, "--with", &after]);
    assert_eq!(page.named("h1")[0].text(), "before.pcap and 1 more and after.pcap compared");
}

#[test]
fn sides_without_packets_or_times_have_a_page_that_makes_sense() {
    let folder = Folder::new();
    let empty = folder.file("empty.pcap", &Scene::new().pcap());
    let (page, code) = compared(&[&empty, "samples/handshake.pcap"]);
    assert_eq!(code, 1);
    assert!(page.id("time-packets").text().contains("a empty.pcap: no packet has a time"));
    assert_eq!(page.id("time-packets").named("svg").len(), 1);
    let (page, code) = compared(&[&empty, &empty]);
    assert_eq!((code, facts(&page).as_str()), (0, SAME));
    assert!(page.id("time").text().contains("No packet has a time.") && page.find("time-packets").is_none());
}

#[test]
fn a_page_says_in_bold_which_side_could_not_be_read() {
    let (page, code) = compared(&["samples/handshake.pcap", "samples/cut-off.pcap"]);
    let missing: Vec<_> = page.all().into_iter().filter(|element| element.has_class("missing")).collect();
    assert_eq!((code, missing.len()), (2, 1));
    let sentence = missing[0].named("strong")[0].text();
    assert_eq!(sentence, "Not everything of capture b could be read: 1 capture cut off or damaged.");
    assert!(!page.text().contains("Everything could be read."));
}

#[test]
fn names_from_outside_are_text() {
    let folder = Folder::new();
    let names = hostile();
    let office = fs::read(crate::support::root().join(OFFICE)).unwrap();
    let page = |names: &[Vec<u8>], file: &str| {
        let side = folder.file(file, &capture(names));
        let run = run_with_input(&["compare", &side, "-", "--html", "-", "-n", "0"], &office);
        let markup = &run.stdout[run.stdout.find("</style>").unwrap()..];
        assert!(!markup.contains("<!--") && markup.matches("<script").count() == 1);
        assert_eq!(markup.chars().find(|c| portolan::untrusted::is_dangerous(*c) && *c != '\n'), None);
        checked_page(&run.stdout)
    };
    let hostile_name = if cfg!(unix) { "<img src=x onerror=alert(1)>\u{202e}'\"&amp;.pcapng" } else { "a.pcapng" };
    let (hostile, harmless) = (page(&names, hostile_name), page(&harmless_like(&names), "b.pcapng"));
    let (structure, expected) = (hostile.structure(), harmless.structure());
    let first = structure.iter().zip(&expected).position(|(one, other)| one != other);
    assert_eq!(first.map(|at| (&structure[at - 6..at + 6], &expected[at - 6..at + 6])), None, "element {first:?}");
    assert_eq!(structure.len(), expected.len());
    let title = hostile.named("h1")[0].text();
    assert!(title.starts_with(&*clean(hostile_name)) && title.ends_with(" compared"), "{title}");
    assert!(hostile.id("t-hosts").text().contains("<img src=x onerror=document.title='ran'>"));
    assert!(hostile.named("img").is_empty());
}

/// A capture with a connection to each of so many servers, each with an address, a port and a client of its own.
fn servers(first: u32, number: u32) -> Vec<u8> {
    let mut scene = Scene::new();
    for server in first..first + number {
        let address = |block: u32| &*Ipv4Addr::from(block + server).to_string().leak();
        scene.frames(connection((address(0x0a00_0000), 50_000), (address(0x0a80_0000), 1024 + server as u16), server));
    }
    scene.pcap()
}

#[test]
fn a_page_stays_small_however_much_differs() {
    let folder = Folder::new();
    for (sides, each) in [(2, 1000), (26, 100)] {
        let side = |number: u32| folder.file(&format!("{sides}-{number}.pcap"), &servers(number * each, each));
        let files: Vec<String> = (0..sides).map(side).collect();
        let arguments: Vec<&str> = files.iter().map(String::as_str).chain(["-t", "all"]).collect();
        let run = run(&[&["compare", "--html", "-"], &arguments[..]].concat());
        let page = checked_page(&run.stdout);
        assert!(run.stdout.len() < 1_000_000, "{sides} sides: {} bytes", run.stdout.len());
        let rows = page.id("t-servers").rows().len();
        assert!((10..=200).contains(&rows), "{rows}");
        let caption = page.id("t-servers").named("caption")[0].text();
        assert!(caption.contains(&format!("({rows} of ")), "{caption}");
    }
}

#[test]
fn rows_columns_and_order_are_those_that_are_asked_for() {
    let (page, _) = compared(&[OFFICE, "samples/port-scan.pcap", "-n", "5"]);
    assert_eq!(page.id("t-services").rows().len(), 5);
    assert!(page.id("t-services").named("caption")[0].text().contains("5 of "));
    let choice = ["-t", "services,scans", "--columns", "service,a_packets", "--sort", "a_packets:asc", "--exact"];
    let (page, _) = compared(&[&[OFFICE, "samples/port-scan.pcap"][..], &choice].concat());
    assert_eq!(page.id("t-services").heads(), ["service", "a packets"]);
    let packets: Vec<u64> = texts(&page, "t-services", "a packets").iter().map(|text| text.parse().unwrap()).collect();
    assert!(packets.len() > 3 && packets.is_sorted(), "{packets:?}");
    let (page, _) = compared(&[OFFICE, "samples/port-scan.pcap", "--threshold", "50", "-t", "services"]);
    assert!(page.named("footer")[0].text().contains("threshold 50 percentage points"));
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let page = |threads| run(&["compare", OFFICE, "samples/port-scan.pcap", "--threads", threads, "--html", "-"]).stdout;
    let (one, four) = (page("1"), page("4"));
    assert!(one.len() > 10_000 && one == four);
}

fn refused(run: Run, why: &str) {
    assert!(run.code == 2 && run.stderr.contains(why), "{why}: {run:?}");
}

#[test]
fn a_page_is_written_beside_the_other_outputs_and_never_over_an_input() {
    let folder = Folder::new();
    let [before, after] = before_and_after(&folder);
    let target = folder.path("page.html");
    let target = target.to_str().unwrap();
    let (with, without) = (run(&["compare", &before, &after, "--html", target]), run(&["compare", &before, &after]));
    assert_eq!((with.code, &with.stdout), (without.code, &without.stdout));
    assert_eq!(with.stderr, format!("portolan: wrote {target}\n"));
    let to_stdout = run(&["compare", &before, &after, "--html", "-"]);
    assert_eq!((fs::read_to_string(target).unwrap(), to_stdout.stderr.as_str()), (to_stdout.stdout, ""));
    let input = fs::read(&before).unwrap();
    refused(run(&["compare", &before, &after, "--html", &before]), "--html");
    assert_eq!(fs::read(&before).unwrap(), input);
    refused(run(&["compare", &before, &after, "--html", "-", "--json", "-"]), "standard output");
    refused(run(&["compare", &before, &after, "--html", target, "--json", target]), "--html");
    let (nowhere, json) = (folder.path("no/such/page.html"), folder.path("all.json"));
    let written = run(&["compare", &before, &after, "--html", nowhere.to_str().unwrap(), "--json", json.to_str().unwrap()]);
    refused(written, &format!("cannot write {}: its folder does not exist", nowhere.display()));
    assert!(json.exists());
}
