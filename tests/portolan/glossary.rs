//! The meanings of words: `portolan explain WORD`, `--legend`, and the page `docs/columns.md`.

use std::fs;

use portolan::glossary::{self, Term, Topic};
use portolan::messages::Language;
use portolan::report::{Report, TableId, TableName, Value};

use crate::columns::analysed_samples;
use crate::support::{Folder, portolan, root, run, run_on_page};

/// Columns of a page that is easy to read.
const PAGE: usize = 80;

#[test]
#[cfg(feature = "live")]
fn the_page_of_columns_has_the_meanings_that_the_program_tells() {
    let mut page = Vec::new();
    portolan::format::glossary_page::write(Language::English.messages(), &mut page).unwrap();
    let (page, path) = (String::from_utf8(page).unwrap(), root().join("docs/columns.md"));
    if std::env::var_os("PORTOLAN_BLESS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let current = fs::read_to_string(&path).unwrap_or_default();
    assert!(current == page, "docs/columns.md is not up to date; PORTOLAN_BLESS=1 writes it again");
    for (table, fields) in glossary::tables() {
        assert!(page.contains(&format!("\n## {}\n", table.key())));
        assert!(fields.iter().all(|field| page.contains(&format!("\n| `{}` |", field.key))), "{}", table.key());
    }
}

/// The texts in a value: of a list, those of all its items.
fn add_words(value: Value<'_>, words: &mut Vec<String>) {
    match value {
        Value::Text(word) => words.push(word.to_owned()),
        Value::List(list) => list.each(&mut |item| add_words(item, words)),
        _ => {}
    }
}

/// The words in the columns of a topic, in all tables of all samples.
fn words_in_samples() -> Vec<(Topic, String)> {
    let mut words = Vec::new();
    for (_, decided) in analysed_samples() {
        for (table, fields) in glossary::tables() {
            let TableId::Analysis(name) = table else { continue };
            let topics: Vec<Option<Topic>> = fields.iter().map(|field| glossary::topic_of(table, field.key)).collect();
            Report::new(&decided).table(name).visit(0..usize::MAX, |row| {
                for (topic, value) in topics.iter().zip(row) {
                    let Some(topic) = topic else { continue };
                    let mut here = Vec::new();
                    add_words(*value, &mut here);
                    words.extend(here.into_iter().map(|word| (*topic, word)));
                }
            });
        }
    }
    words.sort();
    words.dedup();
    words
}

/// Words of columns that belong to another column: flows without ports have protocols, the timeline has packets without ports, a
/// range is unknown without a server, and a name can have no source.
fn is_described_with_its_column(topic: Topic, word: &str) -> bool {
    match topic {
        Topic::Transport => !["tcp", "udp", "sctp", "dccp", "udp-lite"].contains(&word),
        Topic::Category => word == "portless",
        Topic::PortRange => word == "undetermined",
        Topic::NameSource => word == "none",
        _ => false,
    }
}

#[test]
fn every_word_in_the_tables_of_the_samples_is_explained() {
    let words = words_in_samples();
    assert!(words.len() > 60, "the words are there: {words:?}");
    for (topic, word) in words {
        let is_known = glossary::look_up(&word, |_| None).into_iter().any(|term| term.topic() == topic);
        assert!(is_known || is_described_with_its_column(topic, &word), "{topic:?}: {word}");
    }
}

#[test]
fn every_term_can_be_asked_for_by_its_name() {
    for term in Term::all() {
        let name = match term {
            Term::Column(table, field) => glossary::qualified(table, field.key),
            term => term.key().or(Language::English.messages().shown_as(term)).unwrap().to_owned(),
        };
        let found = glossary::look_up(&name, |term| Language::English.messages().shown_as(term));
        assert!(found.contains(&term), "{name}: {found:?}");
    }
}

#[test]
fn a_word_is_explained_in_all_its_meanings() {
    let rank = run_on_page(&["explain", "rank"], PAGE);
    assert_eq!((rank.code, &*rank.stderr), (0, ""));
    assert!(rank.stdout.starts_with("rank: evidence\n  The server's port has a higher rank"), "{}", rank.stdout);
    assert!(rank.stdout.contains("\n  found in  servers.evidence, flows.evidence, evidence.evidence\n"), "{}", rank.stdout);
    assert!(rank.stdout.contains("\n\nrank: column of the table book\n"), "{}", rank.stdout);
    assert!(rank.stdout.lines().all(|line| line.len() <= PAGE), "{}", rank.stdout);
    let column = run(&["explain", "services.packets_c2s"]);
    assert!(column.code == 0 && column.stdout.starts_with("packets_c2s: column of the table services\n"), "{column:?}");
    // The title of a column is a word that people see, too.
    assert!(run(&["explain", "bytes >"]).stdout.starts_with("wire_bytes_c2s: column of the tables services and flows\n"));
    assert!(run(&["explain", "Disagrees"]).stdout.contains("conflict:"));
    assert!(run(&["explain", "vxlan:42"]).stdout.starts_with("vxlan: encapsulation\n"));
    assert!(run(&["explain", "others"]).stdout.starts_with("others: row for many things\n"));
    let several = run(&["explain", "SF", "s0"]);
    assert!(several.stdout.starts_with("SF: state") && several.stdout.contains("\n\nS0: state"), "{several:?}");
}

#[test]
fn an_unknown_word_is_answered_with_similar_ones() {
    let wrong = run(&["explain", "hanshake"]);
    assert_eq!((wrong.code, &*wrong.stdout), (2, ""));
    assert!(wrong.stderr.contains("no file \"hanshake\"") && wrong.stderr.ends_with("did you mean handshake?\n"), "{wrong:?}");
    let column = run(&["explain", "flows.packets_c2x"]);
    assert!(column.stderr.contains("did you mean flows.packets_c2s"), "{}", column.stderr);
    let service = run(&["explain", "smtp"]);
    assert!(service.stderr.contains("portolan services smtp"), "{}", service.stderr);
    let one = run(&["explain", "rank", "qqqq"]);
    assert!(one.code == 1 && one.stdout.starts_with("rank: ") && one.stderr.contains("\"qqqq\""), "{one:?}");
    let hostile = run(&["explain", "\u{1b}[2J"]);
    assert!(hostile.code == 2 && !hostile.stderr.contains('\u{1b}'), "{hostile:?}");
    assert_eq!(run(&["explain", ""]).code, 2);
}

#[test]
fn a_file_wins_over_a_word_and_the_message_says_so() {
    let folder = Folder::new();
    folder.file("flows", &fs::read(root().join("samples/handshake.pcap")).unwrap());
    let in_folder = |arguments: &[&str]| {
        crate::support::Run::from_output(portolan().args(arguments).current_dir(folder.path("")).output().unwrap())
    };
    assert!(in_folder(&["explain", "flows", "1"]).stdout.starts_with("Flow 1: TCP between"));
    let alone = in_folder(&["explain", "flows"]);
    assert!(alone.code == 2 && alone.stderr.contains("name the flow, too"), "{alone:?}");
    assert!(alone.stderr.contains("portolan explain --word flows"), "{alone:?}");
    assert!(in_folder(&["explain", "--word", "flows"]).stdout.starts_with("flows: table\n"));
    assert!(in_folder(&["explain", "servers"]).stdout.starts_with("servers: table\n"));
}

#[test]
fn a_legend_explains_the_columns_and_words_that_are_shown_and_no_others() {
    let arguments = ["read", "samples/handshake.pcap", "-t", "flows", "--legend"];
    let narrow = run_on_page(&arguments, PAGE);
    let (table, legend) = narrow.stdout.split_once("\nLegend\n").unwrap();
    assert!(legend.contains("\n  bytes > (wire_bytes_c2s)  The bytes"), "{legend}");
    assert!(legend.contains("\n  handshake ") && legend.contains("\n  tcp ") && legend.contains("\n  rank "), "{legend}");
    assert!(!table.contains("category") && !legend.contains("\n  category ") && !legend.contains("first-packet"), "{legend}");
    assert!(narrow.stdout.lines().all(|line| line.chars().count() <= PAGE), "{legend}");
    let wide = run_on_page(&[&arguments[..], &["--wide"]].concat(), PAGE).stdout;
    assert!(wide.contains("\n  category ") && wide.contains("\n  SF "), "{wide}");
    let without = run_on_page(&arguments[..4], PAGE).stdout;
    assert_eq!(narrow.stdout.strip_prefix(without.trim_end()).map(|rest| rest.trim_start().starts_with("Legend")), Some(true));
    for columns in [1, 20, 40] {
        let run = run_on_page(&arguments, columns);
        assert!(run.code == 0 && run.stdout.contains("Legend"), "{columns}");
    }
}

#[test]
fn every_command_with_tables_has_a_legend_and_data_has_none() {
    let services = run(&["services", "games", "--legend"]).stdout;
    assert!(services.contains("\nLegend\n") && services.contains("\n  games "), "{services}");
    let vlans = run(&["read", "samples/vlan.pcap", "-t", "flows,tunnels", "--legend"]).stdout;
    assert!(vlans.contains("\n  vlan ") && vlans.contains("A VLAN tag: "), "{vlans}");
    let tunnel = run(&["read", "samples/tunnel-vxlan.pcap", "-t", "flows", "--legend"]).stdout;
    assert!(tunnel.contains("vxlan:") && tunnel.contains("\n  vxlan "), "{tunnel}");
    let data = run(&["read", "samples/handshake.pcap", "-t", "flows", "--csv", "-", "--legend"]);
    assert!(data.code == 0 && !data.stdout.contains("Legend"), "{data:?}");
    let all = run(&["read", "samples/office.pcapng", "-t", "all", "-n", "3", "--legend"]).stdout;
    let empty = all.lines().filter(|line| line.starts_with("  no ")).count();
    assert_eq!(all.matches("\nLegend\n").count(), TableName::ALL.len() - empty, "a table without rows has no legend");
}
