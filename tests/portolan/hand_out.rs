//! `--markdown`: a page with the sentences of the overview and the tables of the terminal, on which everything from outside is text.

use comrak::nodes::{AstNode, NodeValue, TableAlignment};
use comrak::{Arena, Options, parse_document};
use testkit::*;

use crate::support::{Folder, HOSTILE_NAMES, hostile_scene, run, run_with_input};

const OFFICE: &str = "samples/office.pcapng";

/// A page as a reader sees it.
#[derive(Debug, Default)]
struct Page {
    /// Headings with their levels.
    headings: Vec<(u8, String)>,
    paragraphs: Vec<String>,
    items: Vec<String>,
    /// Tables: rows of cells. The first row has the titles.
    tables: Vec<Vec<Vec<String>>>,
    /// True for the columns of each table that are right-aligned.
    right_aligned: Vec<Vec<bool>>,
}

impl Page {
    /// The page of a document with the extensions of GitHub. Anything but headings, paragraphs, lists, tables and text is an error.
    fn parse(markdown: &str) -> Page {
        let mut options = Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.autolink = true;
        options.extension.tasklist = true;
        options.extension.footnotes = true;
        options.extension.math_dollars = true;
        let arena = Arena::new();
        let mut page = Page::default();
        for node in parse_document(&arena, markdown, &options).children() {
            match &node.data().value {
                NodeValue::Heading(heading) => page.headings.push((heading.level, text(node))),
                NodeValue::Paragraph => page.paragraphs.push(text(node)),
                NodeValue::List(_) => page.items.extend(node.children().map(text)),
                NodeValue::Table(table) => {
                    page.right_aligned.push(table.alignments.iter().map(|one| *one == TableAlignment::Right).collect());
                    page.tables.push(node.children().map(|row| row.children().map(text).collect()).collect());
                }
                other => panic!("{other:?} in {markdown}"),
            }
        }
        page
    }

    fn of(arguments: &[&str]) -> Page {
        let run = run(&[arguments, &["--markdown", "-"]].concat());
        assert!(run.code <= 1, "{arguments:?}: {run:?}");
        Page::parse(&run.stdout)
    }
}

fn text<'a>(node: &'a AstNode<'a>) -> String {
    let mut all = String::new();
    for part in node.descendants() {
        match &part.data().value {
            NodeValue::Text(text) => all.push_str(text),
            NodeValue::Code(code) => all.push_str(&code.literal),
            NodeValue::Heading(_) | NodeValue::Paragraph | NodeValue::TableRow(_) | NodeValue::TableCell => {}
            NodeValue::Item(_) | NodeValue::Strong => {}
            other => panic!("{other:?}"),
        }
    }
    all
}

/// The cells that are not empty, in each line of a table on the terminal.
fn terminal_cells(arguments: &[&str]) -> Vec<Vec<String>> {
    let run = run(arguments);
    let cells = |line: &str| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).map(str::to_owned).collect();
    run.stdout.lines().skip(1).filter(|line| !line.is_empty()).map(cells).collect()
}

#[test]
fn cells_are_those_of_the_terminal() {
    for table in ["services", "servers", "flows", "hosts", "capture", "timeline", "conversations"] {
        for options in [&[][..], &["--exact"], &["--tz", "Asia/Tokyo", "-n", "3"], &["--sort", "last_seen:asc", "-n", "0"]] {
            if options.contains(&"--sort") && !["services", "hosts"].contains(&table) {
                continue;
            }
            let arguments = [&["read", OFFICE, "-t", table, "--wide"], options].concat();
            let page = Page::of(&arguments);
            let cells: Vec<Vec<String>> =
                page.tables[0].iter().map(|row| row.iter().filter(|cell| !cell.is_empty()).cloned().collect()).collect();
            assert_eq!(cells, terminal_cells(&arguments), "{arguments:?}");
        }
    }
}

#[test]
fn a_page_has_the_sentences_of_the_overview_and_tables_for_a_hand_out() {
    let page = Page::of(&["read", OFFICE]);
    let titles: Vec<(u8, &str)> = page.headings.iter().map(|(level, title)| (*level, title.split(':').next().unwrap())).collect();
    let expected = [(1, "office.pcapng"), (2, "Categories"), (2, "Services"), (2, "Servers"), (2, "Portless"), (2, "Evidence")];
    assert_eq!(titles, expected);
    assert_eq!(page.paragraphs[0], "office.pcapng: 2,358 packets, 450.2 kB in 1 min, from 2026-11-23 21:07:16 UTC");
    assert!(page.paragraphs[1].starts_with("Certainty: server known in 139 of 141 flows"), "{page:?}");
    assert_eq!(page.paragraphs[2], "15 rows in all");
    let right: Vec<&str> = page.tables[0][0]
        .iter()
        .zip(&page.right_aligned[0])
        .filter(|(_, right)| **right)
        .map(|(title, _)| title.as_str())
        .collect();
    assert_eq!(right, ["flows", "packets", "%", "bytes", "% bytes", "hosts"]);
    // Scans have a table where there are any, and damage a sentence.
    let scan = Page::of(&["read", "samples/port-scan.pcap"]);
    assert!(scan.headings.iter().any(|(_, title)| title.starts_with("Scans: ")), "{scan:?}");
    let cut = Page::of(&["read", "samples/cut-off.pcap"]);
    assert!(cut.paragraphs[1].starts_with("Missing: 1 capture cut off or damaged"), "{cut:?}");
}

#[test]
fn tables_rows_columns_and_flows_are_those_that_were_chosen() {
    let page = Page::of(&["read", OFFICE, "-t", "hosts,services", "-n", "2", "--columns", "service,name,packets"]);
    assert_eq!(page.headings[1].1.split(':').next(), Some("Hosts"), "as they were asked for");
    assert_eq!(page.tables[1][0], ["service", "packets"]);
    assert_eq!(page.tables[1].len(), 4, "titles, two rows and one for all others");
    assert!(page.paragraphs.contains(&"2 of 34 rows; the rest is summed up in one row (-n 0 shows all)".into()), "{page:?}");
    let narrow = Page::of(&["read", OFFICE, "-t", "flows"]);
    assert!(narrow.paragraphs.last().unwrap().ends_with("columns are left out (--wide shows all)"), "{narrow:?}");
    let selected = Page::of(&["read", OFFICE, "--category", "mail"]);
    let sentence = "office.pcapng, selected by --category mail: 108 of 2,358 packets (5 %)";
    assert!(selected.paragraphs[0].starts_with(sentence), "{:?}", selected.paragraphs);
    // Nobody asked for the table of sizes, which a selection cannot have.
    assert_eq!(run(&["read", OFFICE, "--category", "mail", "--markdown", "-"]).stderr, "");
    let two = Page::of(&["read", OFFICE, "samples/vlan.pcap"]);
    assert!(two.headings[0].1 == "2 captures" && two.paragraphs[0].starts_with("2 captures: "), "{two:?}");
    let explained = Page::of(&["read", OFFICE, "-t", "evidence", "--legend"]);
    assert!(explained.items.iter().any(|item| item.starts_with("handshake: ")), "{:?}", explained.items);
}

#[test]
fn hostile_names_are_text() {
    let folder = Folder::new();
    let name = "# *a* <b>|`[x](y)@ www.x {#a} 1. &lt;.pcap";
    let capture = folder.file(name, &hostile_scene().pcap());
    let page = Page::of(&["read", &capture, "-t", "hosts,servers", "--wide"]);
    assert_eq!(page.headings[0], (1, name.to_owned()));
    let place = page.tables[0][0].iter().position(|title| title == "name").unwrap();
    let found: Vec<&str> = page.tables[0].iter().map(|row| row[place].as_str()).collect();
    for name in HOSTILE_NAMES {
        assert!(found.contains(&portolan::untrusted::clean(name).as_ref()), "{name:?} is not in {found:?}");
    }
    let selected = Page::of(&["read", &capture, "--host", "@mention"]);
    assert!(selected.paragraphs[0].contains("--host @mention"), "{:?}", selected.paragraphs);
}

#[test]
fn comparisons_and_single_tables_are_pages_too() {
    let run_of = |arguments: &[&str]| run(&[arguments, &["--markdown", "-"]].concat());
    let compared = run_of(&["compare", "samples/handshake.pcap", "samples/one-address-many-servers.pcap"]);
    assert_eq!(compared.code, 1, "something is new");
    let page = Page::parse(&compared.stdout);
    assert_eq!(page.headings[0], (1, "Captures compared".into()));
    assert!(page.headings[1].1.starts_with("Sides: ") && page.paragraphs[0].contains("new server"), "{page:?}");
    assert_eq!(page.tables[0].len(), 3);
    let book = Page::of(&["services", "imap", "443"]);
    assert!(book.headings.len() == 1 && book.headings[0].0 == 1 && book.tables[0].len() > 2, "{book:?}");
}

#[test]
fn captures_without_traffic_are_pages_too() {
    let mut portless = Scene::new();
    portless.frame(arp(1));
    for scene in [Scene::new(), portless] {
        let run = run_with_input(&["read", "-", "--markdown", "-"], &scene.pcap());
        assert_eq!(run.code, 0, "{run:?}");
        let page = Page::parse(&run.stdout);
        assert!(page.paragraphs.contains(&"no packets with ports".into()), "{page:?}");
    }
}

#[test]
fn the_same_input_gives_the_same_page_for_any_number_of_threads() {
    let mut scene = Scene::new();
    scene.frames((0..9000).map(|port| udp((C, 1024 + port), (R, 53), b"?")));
    let of = |threads: &str| {
        let arguments = ["read", "-", "-t", "flows", "-n", "0", "--threads", threads, "--markdown", "-"];
        run_with_input(&arguments, &scene.pcap()).stdout
    };
    let one = of("1");
    assert!(one.lines().count() > 9000 && one == of("4"));
}
