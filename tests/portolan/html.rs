//! The page about a capture (`--html`): its sections, its policy, its options, and where it is written.

use std::collections::BTreeSet;
use std::fs;
use std::process::Stdio;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};
use testkit::*;

use crate::html_reader::{Element, page};
use crate::support::{Folder, Run, portolan, run, run_with_input};

/// The sections of a page in their order. Those that are left out if they have nothing to say are marked.
const SECTIONS: [(&str, bool); 15] = [
    ("ledger", true),
    ("services", true),
    ("time", false),
    ("doors", true),
    ("machines", true),
    ("relations", false),
    ("scans", false),
    ("evidence", true),
    ("portless", true),
    ("tunnels", false),
    ("sizes", true),
    ("hosts", true),
    ("conversations", true),
    ("flows", true),
    ("inputs", true),
];

/// The page of a capture given as bytes, with further arguments.
pub fn page_of(capture: &[u8], arguments: &[&str]) -> Element {
    let run = run_with_input(&[&["read", "-", "--html", "-"], arguments].concat(), capture);
    assert!(run.code <= 1, "{}", run.stderr);
    checked(&run.stdout)
}

/// The page of a sample, with further arguments.
pub fn page_of_sample(name: &str, arguments: &[&str]) -> Element {
    let run = run(&[&["read", &format!("samples/{name}"), "--html", "-"], arguments].concat());
    assert!(run.code <= 1, "{}", run.stderr);
    checked(&run.stdout)
}

/// The ids of the sections.
pub fn sections(page: &Element) -> Vec<String> {
    page.named("section").iter().map(|section| section.attribute("id").unwrap().to_owned()).collect()
}

/// Reads a page about a capture, and checks what holds for every one.
pub fn checked(text: &str) -> Element {
    let page = checked_page(text);
    let links = sections(&page);
    let order: Vec<&str> = SECTIONS.into_iter().map(|(id, _)| id).filter(|id| links.iter().any(|link| link == id)).collect();
    assert_eq!(links, order);
    page
}

/// Reads a page of any kind, and checks what holds for every page.
pub fn checked_page(text: &str) -> Element {
    let page = page(text);
    let elements = page.all();
    let ids: Vec<&str> = elements.iter().filter_map(|element| element.attribute("id")).collect();
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), unique.len(), "two elements have the same id: {ids:?}");
    for element in &elements {
        check_attributes(element, &unique);
    }
    check_policy(&page);
    let links: Vec<&str> = page.named("nav")[0].named("a").iter().map(|link| &link.attribute("href").unwrap()[1..]).collect();
    assert_eq!(links, sections(&page), "a link for each section, in the same order");
    assert_eq!(
        (page.named("h1").len(), page.named("main").len(), page.named("title").len()),
        (1, 1, 1 + titles_of_shapes(&page))
    );
    for table in page.named("table") {
        let columns = table.heads().len();
        assert!(columns > 0 && table.rows().iter().all(|row| row.len() == columns), "{:?}", table.heads());
        assert!(table.named("th").iter().all(|head| head.attribute("scope") == Some("col")));
    }
    page
}

/// The number of titles in pictures.
fn titles_of_shapes(page: &Element) -> usize {
    page.named("svg").iter().map(|picture| picture.named("title").len()).sum()
}

/// Nothing is loaded, no attribute holds a style or a script, and what refers to an element refers to one that exists.
fn check_attributes(element: &Element, ids: &BTreeSet<&str>) {
    for (name, value) in &element.attributes {
        assert!(
            name != "style" && !name.starts_with("on") && name != "src" && name != "srcset" && name != "action",
            "{element:?}"
        );
        match &**name {
            "href" if element.name == "image" => assert!(value.starts_with("data:image/png;base64,")),
            "href" => assert!(value.strip_prefix('#').is_some_and(|id| ids.contains(id)), "{value}"),
            "aria-labelledby" | "data-for" | "data-of" | "data-shows" => assert!(ids.contains(&**value), "{name}={value}"),
            "http-equiv" => assert_eq!(value, "Content-Security-Policy"),
            _ => {}
        }
    }
    let is_known = !["link", "iframe", "object", "embed", "form", "base", "img", "template"].contains(&&*element.name);
    assert!(is_known, "{element:?}");
}

/// The policy allows the style and the script of the page, and nothing else.
fn check_policy(page: &Element) {
    let hash = |text: String| BASE64_STANDARD.encode(Sha256::digest(text));
    let metas = page.named("meta");
    let policy = metas.iter().find(|meta| meta.attribute("http-equiv").is_some()).unwrap().attribute("content").unwrap();
    let [styles, scripts] = ["style", "script"].map(|name| page.named(name));
    let scripts: Vec<&&Element> = scripts.iter().filter(|script| script.attribute("type") != Some("application/json")).collect();
    assert_eq!((styles.len(), scripts.len()), (1, 1));
    let expected = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(styles[0].text()),
        hash(scripts[0].text())
    );
    assert_eq!(policy, expected);
}

#[test]
fn the_script_makes_no_markup_from_text_and_no_code_and_no_requests() {
    let script = fs::read_to_string(crate::support::root().join("src/format/html/page.js")).unwrap();
    let style = fs::read_to_string(crate::support::root().join("src/format/html/page.css")).unwrap();
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval",
        "Function",
        "document.write",
        "setTimeout",
        "setInterval",
        "import",
        "fetch",
        "XMLHttpRequest",
        "WebSocket",
        "sendBeacon",
        "localStorage",
        "cookie",
        "createContextualFragment",
        "DOMParser",
        "location",
        "http:",
        "https:",
        "</",
    ] {
        assert!(!script.contains(word), "{word}");
    }
    for word in ["@import", "url(", "http:", "https:", "</", "expression("] {
        assert!(!style.contains(word), "{word}");
    }
}

#[test]
fn every_sample_has_a_page_and_the_exit_code_that_it_has_without_one() {
    let folder = Folder::new();
    for entry in fs::read_dir(crate::support::root().join("samples")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.contains(".pcap") {
            continue;
        }
        let (sample, target) = (format!("samples/{name}"), folder.path(&format!("{name}.html")));
        let target = target.to_str().unwrap();
        let (with, without) = (run(&["read", &sample, "--html", target]), run(&["read", &sample]));
        assert_eq!((with.code, &with.stdout), (without.code, &without.stdout), "{name}");
        assert_eq!(with.stderr.replace(&format!("portolan: wrote {target}\n"), ""), without.stderr, "{name}");
        let text = fs::read_to_string(target).unwrap();
        let page = checked(&text);
        for (section, is_always_there) in SECTIONS {
            assert!(page.find(section).is_some() || !is_always_there, "{name}: {section}");
        }
        assert!(text.len() < 250_000, "{name}: {} bytes", text.len());
        assert_eq!(page.named("h1")[0].text(), name);
        let says_missing = page.all().into_iter().any(|element| element.has_class("missing"));
        assert_eq!(says_missing, with.code == 1 || page.text().contains("Not everything could be read"), "{name}");
    }
}

#[test]
fn the_office_has_all_sections_but_scans_and_tunnels() {
    let page = page_of_sample("office.pcapng", &[]);
    let missing: Vec<&str> = SECTIONS.into_iter().map(|(id, _)| id).filter(|id| page.find(id).is_none()).collect();
    assert_eq!(missing, ["tunnels"]);
    let scan = page_of_sample("port-scan.pcap", &[]);
    assert!(scan.id("scans").text().contains("10.0.0.") || !scan.id("t-scans").rows().is_empty());
    assert!(page_of_sample("tunnel-vxlan.pcap", &[]).find("tunnels").is_some());
}

#[test]
fn captures_with_little_in_them_have_pages_that_make_sense() {
    let empty = page_of(&Scene::new().pcap(), &[]);
    assert!(empty.find("time").is_none() && empty.find("relations").is_none());
    assert!(empty.text().contains("No packet has ports."), "{}", empty.text());
    assert!(empty.find("t-services").is_none() && empty.all().iter().any(|element| element.has_class("empty")));

    let mut one = Scene::new();
    one.frame(udp((C, 50_000), (R, 53), b"?"));
    let page = page_of(&one.pcap(), &[]);
    assert_eq!(page.id("t-services").rows().len(), 1);
    assert_eq!(page.id("time-packets").named("tbody")[0].elements().count(), 1);

    let mut portless = Scene::new();
    portless.frame(arp(1)).frame(arp(2)).frame(ping(C, S, 8, 1));
    let page = page_of(&portless.pcap(), &[]);
    assert!(page.find("t-flows").is_none_or(|table| table.rows().len() <= 1));
    assert_eq!(page.id("t-portless").rows().len(), 3);
    assert!(page.named("svg").iter().all(|picture| !picture.named("circle").iter().any(|dot| dot.has_class("client"))));

    let mut gap = Scene::new();
    gap.frames(connection((C, 50_000), (S, 443), 1)).wait(365 * 86_400).frames(connection((C, 50_001), (S, 443), 1));
    let page = page_of(&gap.pcap(), &[]);
    let columns = page.id("time-packets").named("tbody")[0].elements().count();
    assert!((50..=150).contains(&columns), "{columns}");
    assert!(page.named("h1").len() == 1 && page.text().contains("2027-11-23"));
}

/// A pcapng file with a simple packet block, which has no time.
#[test]
fn packets_without_a_time_are_in_all_sections_but_the_one_about_time() {
    let frame = udp((C, 50_000), (R, 53), b"?");
    let packet =
        [&(frame.len() as u32).to_le_bytes()[..], &frame, &vec![0; frame.len().next_multiple_of(4) - frame.len()]].concat();
    let file = [section_header(), interface_description(1, 0), block(3, &packet)].concat();
    let page = page_of(&file, &[]);
    assert!(page.find("time").is_none());
    assert_eq!(page.id("t-services").rows().len(), 1);
}

#[test]
fn a_page_says_in_bold_what_could_not_be_read() {
    let page = page_of_sample("cut-off.pcap", &[]);
    let missing = page.all().into_iter().find(|element| element.has_class("missing")).unwrap();
    assert!(missing.named("strong")[0].text().starts_with("Not everything could be read: "), "{}", missing.text());
    assert!(!page.text().contains("Everything could be read."));
    let mut damaged = Scene::new();
    damaged.frames(connection((C, 50_000), (S, 443), 1));
    let mut damaged = damaged.pcapng();
    damaged.extend([0xff; 40]);
    assert!(page_of(&damaged, &[]).text().contains("Not everything could be read: "));
}

#[test]
fn nothing_readable_means_no_page() {
    let folder = Folder::new();
    let target = folder.path("page.html");
    let run = run(&["read", "README.md", "--html", target.to_str().unwrap()]);
    assert!(run.code == 2 && !target.exists(), "{run:?}");
}

#[test]
fn chosen_tables_are_the_only_sections() {
    let page = page_of_sample("office.pcapng", &["-t", "services"]);
    assert_eq!(sections(&page), ["services"]);
    assert!(page.find("t-services").is_some() && page.find("t-categories").is_none());
    let page = page_of_sample("office.pcapng", &["-t", "ledger,flows,timeline"]);
    assert_eq!(sections(&page), ["ledger", "time", "flows"]);
}

/// The sentence on the capture.
fn facts(page: &Element) -> String {
    page.all().into_iter().find(|element| element.has_class("facts")).unwrap().text()
}

#[test]
fn a_selection_is_stated() {
    let page = page_of_sample("office.pcapng", &["--service", "https"]);
    assert!(page.all().iter().any(|element| element.has_class("selection")));
    assert!(facts(&page).contains("--service https"), "{}", facts(&page));
    let rows = page.id("t-services").rows();
    assert!(!rows.is_empty() && rows.iter().all(|row| row[1].starts_with("https")), "{rows:?}");
    let whole = page_of_sample("office.pcapng", &[]);
    assert!(!whole.all().iter().any(|element| element.has_class("selection")));
    let part = page_of_sample("office.pcapng", &["--from", "2026-11-23T21:07:30Z", "--to", "2026-11-23T21:07:40Z"]);
    assert!(facts(&part).contains("21:07:30"), "{}", facts(&part));
    let nothing = page_of_sample("office.pcapng", &["--port", "4"]);
    assert!(nothing.find("ledger").is_some());
}

#[test]
fn times_are_in_the_zone_that_is_asked_for() {
    let page = page_of_sample("office.pcapng", &["--tz", "Asia/Tokyo"]);
    assert!(page.id("time").text().contains("Asia/Tokyo"));
    // 21:07 UTC is 06:07 of the next day in Tokyo.
    assert!(page.id("t-conversations").text().contains("2026-11-24 06:07"), "{}", page.id("t-conversations").text());
    assert!(page_of_sample("office.pcapng", &[]).id("t-conversations").text().contains("2026-11-23 21:07"));
}

#[test]
fn rows_columns_and_order_are_those_that_are_asked_for() {
    let page = page_of_sample("office.pcapng", &["-n", "5"]);
    assert!(page.id("t-services").named("caption")[0].text().contains("5 of "));
    assert_eq!(page.id("t-services").rows().len(), 5);
    let page =
        page_of_sample("office.pcapng", &["--columns", "service,packets", "--sort", "packets:asc", "-t", "services,ledger"]);
    let services = page.id("t-services");
    assert_eq!(services.heads().len(), 2);
    let packets: Vec<u64> = services.rows().iter().map(|row| row[1].replace(',', "").parse().unwrap()).collect();
    assert!(packets.len() > 3 && packets.is_sorted(), "{packets:?}");
    let page = page_of_sample("office.pcapng", &["--columns", "evidence"]);
    assert_eq!(page.id("t-servers").heads(), ["evidence"]);
    assert!(page.find("t-sizes").is_none(), "a table without any of the columns has no place");
}

#[test]
fn the_number_of_threads_does_not_matter() {
    let page = |threads| run(&["read", "samples/office.pcapng", "--threads", threads, "--html", "-"]).stdout;
    let (one, four) = (page("1"), page("4"));
    assert!(one.len() > 10_000 && one.replace("threads 1", "threads 4") == four);
}

fn failed(run: Run, why: &str) {
    assert!(run.code == 2 && run.stderr.contains(why), "{why}: {run:?}");
}

#[test]
fn a_page_that_cannot_be_written_is_a_failure_and_the_other_outputs_are_written() {
    let folder = Folder::new();
    let (nowhere, csv) = (folder.path("no/such/page.html"), folder.path("csv"));
    let read = ["read", "samples/handshake.pcap", "--csv", csv.to_str().unwrap(), "--html"];
    let written = run(&[&read[..], &[nowhere.to_str().unwrap()]].concat());
    assert!(csv.join("services.csv").exists() && !written.stdout.is_empty());
    failed(written, &format!("cannot write {}: its folder does not exist", nowhere.display()));
    failed(run(&["read", "samples/handshake.pcap", "--html", folder.path("").to_str().unwrap()]), "cannot write ");
    #[cfg(target_os = "linux")]
    failed(run(&["read", "samples/handshake.pcap", "--html", "/dev/full"]), "cannot write /dev/full: ");
    let mut child = portolan()
        .args(["read", "samples/office.pcapng", "--html", "-"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    failed(Run::from_output(child.wait_with_output().unwrap()), "standard output: its reader closed the pipe early");
}

#[test]
fn a_page_replaces_no_input_and_no_other_output() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frames(connection((C, 50_000), (S, 443), 1));
    let capture = folder.file("a.pcap", &scene.pcap());
    let page = folder.path("page.html");
    let page = page.to_str().unwrap();
    failed(run(&["read", &capture, "--html", &capture]), &format!("--html {capture} is the same file as the input {capture}"));
    assert_eq!(fs::read(&capture).unwrap(), scene.pcap());
    let both = run(&["read", &capture, "--html", page, "--json", page]);
    failed(both, "one would overwrite the other");
    failed(run(&["read", &capture, "--html", "-", "--json", "-"]), "standard output");
    assert!(!folder.path("page.html").exists());
    // A page that is there is replaced.
    fs::write(page, "old").unwrap();
    assert_eq!(run(&["read", &capture, "--html", page]).code, 0);
    checked(&fs::read_to_string(page).unwrap());
}
