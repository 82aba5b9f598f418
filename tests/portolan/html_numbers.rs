//! The numbers of the page are those of the tables: they are read back and compared with CSV.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::html::page_of_sample;
use crate::html_reader::Element;
use crate::support::run;

/// The tables that are tables on the page, too.
const TABLES: [&str; 14] = [
    "ledger",
    "categories",
    "services",
    "ranges",
    "ports",
    "servers",
    "scans",
    "evidence",
    "portless",
    "tunnels",
    "sizes",
    "hosts",
    "conversations",
    "capture",
];

/// A table of a sample in CSV: its columns, and its rows.
fn csv(sample: &str, table: &str) -> (String, Vec<Vec<String>>) {
    let run = run(&["read", &format!("samples/{sample}"), "-t", table, "--csv", "-"]);
    let rows = csv_records(&run.stdout);
    (rows[0].join(","), rows[1..].to_vec())
}

/// The fields of a CSV document without line breaks in fields.
fn csv_records(text: &str) -> Vec<Vec<String>> {
    let fields = |line: &str| {
        let (mut fields, mut is_quoted) = (vec![String::new()], false);
        for c in line.chars() {
            match c {
                '"' => is_quoted = !is_quoted,
                ',' if !is_quoted => fields.push(String::new()),
                _ => fields.last_mut().unwrap().push(c),
            }
        }
        fields
    };
    text.lines().map(fields).collect()
}

/// The value of a field as the page writes it with all its digits: only times differ.
fn exact(field: &str) -> String {
    let is_time = field.len() > 19 && field.as_bytes()[10] == b'T' && field.ends_with('Z');
    if is_time { field.trim_end_matches('Z').replace('T', " ") } else { field.to_owned() }
}

/// The field in as many words as the cell has, with the number of those left out, if the cell has such a number.
fn shortened_like(cell: &str, field: &str) -> String {
    let words: Vec<&str> = field.split(' ').collect();
    let shown = cell.split(' ').count() - 1;
    if !cell.contains(" +") || shown >= words.len() {
        return field.to_owned();
    }
    format!("{} +{}", words[..shown].join(" "), words.len() - shown)
}

#[test]
fn exact_cells_are_those_of_csv() {
    for sample in ["office.pcapng", "port-scan.pcap", "tunnel-vxlan.pcap", "portless.pcap"] {
        for name in TABLES {
            let (columns, rows) = csv(sample, name);
            if rows.is_empty() {
                continue;
            }
            let page = page_of_sample(sample, &["-t", name, "--columns", &columns, "--exact", "-n", "0"]);
            let mut shown = page.id(&format!("t-{name}")).rows();
            // What the page says of an evidence, an outcome or a name in words has other tests.
            let facts = columns.split(',').position(|column| column == "evidence_detail");
            for (shown, row) in shown.iter_mut().zip(&rows) {
                let expected: Vec<String> = row.iter().map(|field| exact(field)).collect();
                for (column, (cell, field)) in
                    shown.iter().zip(&expected).enumerate().filter(|(column, _)| Some(*column) != facts)
                {
                    let cell = cell.strip_suffix('?').map_or(&**cell, str::trim_end);
                    assert_eq!(cell, shortened_like(cell, field), "{sample}, {name}, column {column} of {columns}: {row:?}");
                }
            }
            assert!(shown.len() == rows.len() || shown.len() == rows.len() + 1, "{name}: a row for each row, and a total");
        }
    }
}

/// The number that a cell is sorted by.
fn key(cell: &Element) -> Option<f64> {
    let text = cell.attribute("data-k").map_or_else(|| cell.text(), str::to_owned);
    text.replace(',', "").trim_end_matches(" B").parse().ok()
}

#[test]
fn rounded_cells_hold_the_number_that_they_are_sorted_by() {
    for name in TABLES {
        let (columns, rows) = csv("office.pcapng", name);
        if rows.is_empty() {
            continue;
        }
        let page = page_of_sample("office.pcapng", &["-t", name, "--columns", &columns, "-n", "0"]);
        let body = page.id(&format!("t-{name}")).named("tbody")[0];
        for (shown, row) in body.elements().zip(&rows) {
            for ((cell, field), column) in shown.elements().zip(row).zip(columns.split(',')) {
                let Ok(number) = field.parse::<f64>() else { continue };
                let tolerance = if column.ends_with("_pct") { 0.051 } else { 1e-9 * number.abs() };
                let key = key(cell).unwrap_or_else(|| panic!("{name}, {column}: {:?}", cell.text()));
                assert!((key - number).abs() <= tolerance, "{name}, {column}: {key} and {number}");
            }
        }
    }
}

/// The sums of the columns of the numbers of a picture.
fn sums_over_time(picture: &Element) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    let heads = picture.heads();
    for row in picture.named("tbody")[0].elements() {
        for (cell, head) in row.elements().zip(&heads).skip(1) {
            *sums.entry(head.clone()).or_default() += key(cell).unwrap_or(0.0);
        }
    }
    sums
}

#[test]
fn the_traffic_over_time_adds_up_to_the_timeline() {
    for sample in ["office.pcapng", "port-scan.pcap"] {
        let page = page_of_sample(sample, &[]);
        let (_, rows) = csv(sample, "timeline");
        for (picture, column) in [("time-packets", 2), ("time-bytes", 3)] {
            let mut expected: BTreeMap<String, f64> = BTreeMap::new();
            for row in &rows {
                *expected.entry(row[1].clone()).or_default() += row[column].parse::<f64>().unwrap();
            }
            assert_eq!(sums_over_time(page.id(picture)), expected, "{sample}, {picture}");
            let categories = page.id(picture).named("svg")[0].named("path").len();
            assert_eq!(categories, expected.len(), "a shape for each category");
        }
    }
}

/// The first number in a text.
fn number(text: &str) -> u64 {
    let digits = text.replace(',', "");
    digits.chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

#[test]
fn the_ledger_and_the_tiles_agree() {
    for sample in ["office.pcapng", "port-scan.pcap", "cut-headers.pcap", "portless.pcap"] {
        let page = page_of_sample(sample, &[]);
        let packets: u64 = page.id("t-ledger").rows().iter().map(|row| number(&row[1])).sum();
        let tiles = page.all().into_iter().find(|element| element.has_class("tiles")).unwrap();
        assert_eq!(number(&tiles.named("b")[0].text()), packets, "{sample}");
        let (_, rows) = csv(sample, "ledger");
        assert_eq!(rows.iter().map(|row| row[1].parse::<u64>().unwrap()).sum::<u64>(), packets);
        for (table, word) in [("servers", "server"), ("hosts", "host")] {
            let tile = tiles.named("li").into_iter().find(|tile| tile.text().contains(word)).unwrap();
            assert_eq!(number(&tile.text()), csv(sample, table).1.len() as u64, "{sample}: {}", tile.text());
        }
    }
}

#[test]
fn the_doors_are_the_ports_of_the_table() {
    for (sample, tried) in [("office.pcapng", None), ("port-scan.pcap", Some(100)), ("two-doors.pcap", None)] {
        let page = page_of_sample(sample, &[]);
        let (columns, rows) = csv(sample, "ports");
        let place = |key: &str| columns.split(',').position(|column| column == key).unwrap();
        let (port, server) = (place("port"), place("flows_as_server"));
        let mut doors: BTreeMap<&str, u64> = BTreeMap::new();
        for row in &rows {
            *doors.entry(&row[port]).or_default() += row[server].parse::<u64>().unwrap();
        }
        let asked = doors.values().filter(|flows| **flows > 0).count() as u64;
        let said: Vec<String> = page.id("doors").named("li").into_iter().map(Element::text).collect();
        let said = |words: &str| said.iter().find(|text| text.contains(words)).map_or(0, |text| number(text));
        assert_eq!(said("with a server") + said("in vain"), asked, "{sample}");
        assert_eq!(said("only clients"), doors.len() as u64 - asked, "{sample}");
        if let Some(tried) = tried {
            assert_eq!(said("in vain"), tried);
        }
        let all = page.id("doors").named("svg").into_iter().find(|picture| picture.has_class("doors")).unwrap();
        let dots = all.named("circle").into_iter().filter(|dot| dot.attribute("r") == Some("5")).count();
        assert_eq!(dots as u64, said("with a server"));
        for dot in all.named("circle") {
            let door = number(&dot.named("title")[0].text()).to_string();
            assert!(doors.contains_key(&*door), "{door}");
            let place = |name: &str| dot.attribute(name).unwrap().parse::<f64>().unwrap();
            assert_eq!(((place("cy") - 1.5) / 3.0 * 256.0 + (place("cx") - 1.5) / 3.0) as u64, number(&door));
        }
    }
}

#[test]
fn the_flows_of_the_script_are_those_of_the_table() {
    let (columns, rows) = csv("office.pcapng", "flows");
    let page = page_of_sample("office.pcapng", &["-t", "flows", "--columns", &columns]);
    let data = page.id("flows-data").json();
    let texts = data["texts"].as_array().unwrap();
    let kinds: Vec<&str> = data["kinds"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect();
    assert_eq!(data["rows"].as_array().unwrap().len(), rows.len(), "a small capture is there as a whole");
    let facts = columns.split(',').position(|column| column == "evidence_detail").unwrap();
    for flow in data["rows"].as_array().unwrap() {
        let id = flow[0].to_string();
        let row = rows.iter().find(|row| row[0] == id).unwrap();
        for (column, ((value, kind), field)) in flow.as_array().unwrap().iter().zip(&kinds).zip(row).enumerate() {
            match (value, *kind) {
                _ if column == facts => {}
                (Value::Null, _) => assert_eq!(field, "", "column {column}"),
                (Value::Array(parts), "seconds") => {
                    assert!((parts[0].as_f64().unwrap() - field.parse::<f64>().unwrap()).abs() < 1e-9);
                }
                (number, "count" | "bytes" | "number") => assert_eq!(&number.to_string(), field, "column {column}"),
                (number, _) => {
                    let text = texts[number.as_u64().unwrap() as usize].as_str().unwrap();
                    let expected = exact(field);
                    // Times have as many digits as the precision of the capture.
                    assert!(expected == text || expected.starts_with(text) && text.len() > 18, "{text:?} {field:?}");
                }
            }
        }
    }
    // The rows that are there without a script are the first ones.
    let plain = page.id("t-flows").rows();
    assert_eq!(plain.len(), 50);
    for (shown, flow) in plain.iter().zip(data["rows"].as_array().unwrap()) {
        assert_eq!(shown[0].replace(',', ""), flow[0].to_string());
    }
}
