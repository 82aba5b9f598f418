//! The page: names from outside stay text, and its size stays small.

use std::fs;

use portolan::untrusted::clean;
use testkit::named::{capture, capture_with_names, harmless_like, hostile};
use testkit::udp_exchange;

use crate::html::{checked, page_of};
use crate::support::{Folder, column, run, run_with_input, tables_of};

/// The text of a cell of a name: names that are too long for a page have an ellipsis in their middle.
fn is_shown_as(name: &str, cell: &str) -> bool {
    let name = clean(name);
    match cell.split_once('…') {
        Some((head, tail)) => cell.chars().count() > 20 && name.starts_with(head) && name.ends_with(tail),
        None => name == cell,
    }
}

#[test]
fn names_are_text_in_every_place() {
    let names = hostile();
    let hostile = capture(&names);
    let (page, harmless) = (page_of(&hostile, &[]), page_of(&capture(&harmless_like(&names)), &[]));
    let (structure, expected) = (page.structure(), harmless.structure());
    let first = structure.iter().zip(&expected).position(|(one, other)| one != other);
    assert_eq!(first.map(|at| (&structure[at], &expected[at])), None, "element {first:?}");
    assert_eq!(structure.len(), expected.len());

    let tables = tables_of(&hostile);
    let hosts = page.id("t-hosts");
    let name = hosts.heads().iter().position(|head| head == "name").unwrap();
    let mut read_back = 0;
    for (address, known) in column(&tables, "hosts", "address").iter().zip(column(&tables, "hosts", "name")) {
        let row = hosts.rows().into_iter().find(|row| row[0] == address.as_str().unwrap()).unwrap();
        assert!(is_shown_as(known.as_str().unwrap_or_default(), &row[name]), "{known:?} {:?}", row[name]);
        read_back += usize::from(known.is_string());
    }
    assert!(read_back > 4 * names.len(), "{read_back}");
    // The script shows the same text.
    let texts = page.id("flows-data").json()["texts"].to_string();
    assert!(texts.contains("onerror=document.title") && texts.contains("\\\\u{202e}gpj.exe"), "{texts}");
    let interface = page.id("t-capture").text();
    assert!(interface.contains("</script><script>document.title='ran'</script>"), "{interface}");
}

#[test]
fn no_character_that_steers_the_page_is_in_it() {
    let run = run_with_input(&["read", "-", "--html", "-", "-t", "all"], &capture(&hostile()));
    let page = &run.stdout[run.stdout.find("</style>").unwrap()..];
    let dangerous = page.chars().find(|c| portolan::untrusted::is_dangerous(*c) && *c != '\n');
    assert_eq!(dangerous, None);
    assert_eq!(page.matches("<script").count(), 2);
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<!--"));
}

#[cfg(unix)]
#[test]
fn names_of_files_and_services_are_text() {
    let folder = Folder::new();
    let name = "<img src=x onerror=alert(1)>\u{202e}'\"&amp;.pcapng";
    let file = folder.file(name, &capture(&hostile()[..3]));
    let services = folder.file("<title>.txt", "tcp/443 = ünï-日本/+._\n".as_bytes());
    let target = folder.path("page.html");
    let written = run(&["read", &file, "--services", &services, "--html", target.to_str().unwrap()]);
    assert_eq!(written.code, 0, "{written:?}");
    let page = checked(&fs::read_to_string(&target).unwrap());
    assert_eq!(page.named("h1")[0].text(), clean(name));
    assert!(page.id("t-services").text().contains("ünï-日本/+._"));
    assert!(page.named("title")[0].text().starts_with("<img src=x"));
    assert!(page.named("footer")[0].text().contains("<title>.txt"), "{}", page.named("footer")[0].text());
    assert!(page.named("img").is_empty());
}

/// A capture that takes as much room on a page as one can: every port is a server's, and every host has the longest name, whose
/// characters need escapes.
fn crowded() -> Vec<u8> {
    const HOSTS: u32 = 4000;
    let octets = |host: u32| [10, 1, (host / 250) as u8, (host % 250 + 1) as u8];
    let name = |host: u32| [format!("{host:04}").into_bytes(), b"\"<".repeat(125)].concat();
    let address = |host: u32| -> &'static str { std::net::Ipv4Addr::from(octets(host)).to_string().leak() };
    let addresses: Vec<&'static str> = (0..HOSTS).map(address).collect();
    let frames = (1..=u16::MAX).flat_map(|port| {
        let [client, server] = [0, 1].map(|end| addresses[(2 * usize::from(port) + end) % addresses.len()]);
        let client = (client, port.rotate_left(7).max(1));
        let answers = if port < 3000 { 2 } else { 1 };
        udp_exchange(client, (server, port)).into_iter().take(answers)
    });
    capture_with_names(&b"\"<".repeat(127), (0..HOSTS).map(|host| (octets(host), name(host))), frames)
}

#[test]
fn the_largest_page_is_small() {
    let run = run_with_input(&["read", "-", "--html", "-"], &crowded());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stdout.len() < 1_000_000, "{} bytes", run.stdout.len());
    let page = checked(&run.stdout);
    let number = |id: &str| page.id(id).rows().len();
    // The tables are shorter than usual, and say so.
    assert!(number("t-services") >= 20 && number("t-hosts") >= 20 && number("t-conversations") >= 20);
    let caption = page.id("t-hosts").named("caption")[0].text();
    assert!(caption.contains(&format!("({} of ", number("t-hosts"))), "{caption}");
    let flows = page.id("flows-data").json();
    let rows = flows["rows"].as_array().unwrap().len();
    assert!(rows >= 50, "{rows}");
    let caption = flows["caption"].as_str().unwrap();
    assert!(caption.replace(',', "").contains(&format!("({rows} of 65")), "{caption}");
}

#[test]
fn whoever_asks_for_rows_gets_them() {
    let run = run_with_input(&["read", "-", "--html", "-", "-t", "hosts,conversations,flows", "-n", "0"], &crowded());
    assert!(run.stdout.len() > 1_000_000);
    let page = checked(&run.stdout);
    assert_eq!((page.id("t-hosts").rows().len(), page.id("t-conversations").rows().len()), (4000, 2000));
    assert_eq!(page.id("flows-data").json()["rows"].as_array().unwrap().len(), 2000);
}
