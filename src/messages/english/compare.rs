//! Compared captures.

use super::English;
use super::numbers::{grouped, number_of};
use crate::compare::{Differences, Mover, Summary, side_and_key};
use crate::messages::{CompareMessages, TableMessages};
use crate::report::{Share, TableId, TableName};
use crate::support::intern::intern;

impl CompareMessages for English {
    fn comparison(&self, summary: &Summary) -> String {
        let Summary { differences, movers, threshold } = summary;
        let mut parts: Vec<String> = differences.iter().map(differences_of).collect();
        if parts.is_empty() && movers.is_empty() {
            let by = if *threshold == 0 { String::new() } else { format!(" by {} or more", points(*threshold)) };
            return format!("Nothing is new or gone, and no share of the bytes changed{by}.");
        }
        if parts.is_empty() {
            parts.push("nothing is new or gone".to_owned());
        }
        let mut moved: Vec<String> = movers.iter().map(moved).collect();
        if let Some(first) = moved.first_mut() {
            first.push_str(" of the bytes");
            parts.push(moved.join(", "));
        }
        format!("{}.", capitalised(&parts.join("; ")))
    }

    fn unchanged_rows(&self, tables: &[(TableName, usize)], threshold: u64) -> String {
        let counts: Vec<String> = tables.iter().map(|(name, rows)| format!("{} {}", name.key(), grouped(*rows as u64))).collect();
        let changed = match threshold {
            0 => "did not change".to_owned(),
            threshold => format!("changed by less than {}", points(threshold)),
        };
        format!("Rows not shown, because their share of the bytes {changed}: {} (--all shows them)", counts.join(", "))
    }

    fn name_two_captures(&self, given: usize) -> &'static str {
        match given {
            0 => "no captures given; name two or more: portolan compare YESTERDAY TODAY",
            _ => "only one capture given; name a second one to compare it with: portolan compare YESTERDAY TODAY",
        }
    }

    fn too_many_sides(&self, given: usize, most: usize) -> String {
        format!(
            "{given} captures cannot be compared, at most {most}; if several files form one capture, put --with between the \
             captures: portolan compare monday*.pcap --with tuesday*.pcap"
        )
    }

    fn one_capture_on_two_sides(&self, capture: &str) -> String {
        format!("{capture} can be read only once, but two of the captures to compare need it")
    }

    fn about_side(&self, side: &str, sentence: &str) -> String {
        format!("capture {side}: {sentence}")
    }

    fn nothing_to_compare(&self, inputs: &str) -> String {
        format!("nothing could be read of {inputs}, so there is nothing to compare")
    }
}

/// The title of a compared table.
pub fn compared_title(table: TableName) -> &'static str {
    let title = English.table_title(TableId::Analysis(table));
    let subject = title.split(':').next().unwrap_or(title);
    intern(&format!("{subject}: new, gone and changed"))
}

/// The title of a side's column in a compared table; `None` for other columns.
pub fn side_title(table: TableName, key: &'static str) -> Option<&'static str> {
    let (side, key) = side_and_key(key)?;
    let title = match key {
        "packets_pct" => "% packets",
        "wire_bytes_pct" => "%",
        key => English.column_title(TableId::Analysis(table), key),
    };
    Some(intern(&format!("{side} {title}")))
}

/// One thing that a row of the table stands for, and several.
fn noun(table: TableName) -> [String; 2] {
    match table {
        TableName::Services => ["service", "services"].map(str::to_owned),
        TableName::Portless => ["protocol without ports", "protocols without ports"].map(str::to_owned),
        TableName::Servers => ["server", "servers"].map(str::to_owned),
        TableName::Scans => ["scan", "scans"].map(str::to_owned),
        TableName::Hosts => ["host", "hosts"].map(str::to_owned),
        TableName::Categories => ["category", "categories"].map(str::to_owned),
        TableName::Tunnels => ["kind of tunnel or tag", "kinds of tunnels or tags"].map(str::to_owned),
        other => ["row", "rows"].map(|rows| format!("{rows} of {}", other.key())),
    }
}

/// `3 new servers, 1 gone`
fn differences_of(differences: &Differences) -> String {
    let Differences { table, new, gone, intermittent } = *differences;
    let [one, several] = noun(table);
    let (mut parts, mut is_named) = (Vec::new(), false);
    for (number, before, after) in [(new, "new ", ""), (gone, "", " gone"), (intermittent, "", " only now and then")] {
        if number == 0 {
            continue;
        }
        // The noun stands once: 3 new servers, 1 gone.
        parts.push(match (is_named, before) {
            (false, before) => format!("{}{after}", number_of(number, &format!("{before}{one}"), &format!("{before}{several}"))),
            (true, _) => format!("{}{after}", grouped(number)),
        });
        is_named = true;
    }
    parts.join(", ")
}

/// `https (tcp) grew from 12 % to 41 %`
fn moved(mover: &Mover) -> String {
    let Mover { from, to, .. } = mover;
    let verb = if to.basis_points() > from.basis_points() { "grew" } else { "shrank" };
    format!("{} {verb} from {} to {}", name_of(mover), per_cent(*from), per_cent(*to))
}

/// The name of a row: `https (tcp)`, `192.0.2.80 port 443 (https)`, `icmp ttl-exceeded`, `10.0.0.5 (desk1.example)`.
fn name_of(Mover { keys, words, .. }: &Mover) -> String {
    let of = |texts: &[(&'static str, String)], wanted: &str| {
        texts.iter().find(|(key, _)| *key == wanted).map(|(_, text)| text.clone())
    };
    let (key, word) = (|wanted| of(keys, wanted), |wanted| of(words, wanted));
    if let (Some(service), Some(transport)) = (key("service"), key("transport")) {
        format!("{service} ({transport})")
    } else if let (Some(address), Some(port), Some(service)) = (key("server_ip"), key("server_port"), word("service")) {
        format!("{address} port {port} ({service})")
    } else if let Some(protocol) = key("protocol") {
        word("name").map_or(protocol.clone(), |name| format!("{protocol} {name}"))
    } else if let (Some(address), Some(name)) = (key("address"), word("name")) {
        format!("{address} ({name})")
    } else {
        keys.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ")
    }
}

/// `41 %`; below 10 % with one digit after the point.
fn per_cent(share: Share) -> String {
    let basis_points = share.basis_points();
    if basis_points == 0 {
        "0 %".to_owned()
    } else if basis_points < 5 {
        "under 0.1 %".to_owned()
    } else if basis_points < 995 {
        let tenths = (basis_points + 5) / 10;
        format!("{}.{} %", tenths / 10, tenths % 10)
    } else {
        format!("{} %", (basis_points + 50) / 100)
    }
}

/// Hundredths of a percentage point: `1 point`, `0.5 points`.
fn points(hundredths: u64) -> String {
    let text = format!("{}.{:02}", hundredths / 100, hundredths % 100);
    let number = text.trim_end_matches('0').trim_end_matches('.');
    format!("{number} {}", if number == "1" { "percentage point" } else { "percentage points" })
}

/// The sentence with a capital letter at its beginning, unless it begins with a name.
fn capitalised(sentence: &str) -> String {
    match sentence.strip_prefix("nothing") {
        Some(rest) => format!("Nothing{rest}"),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn differences(table: TableName, [new, gone, intermittent]: [u64; 3]) -> Differences {
        Differences { table, new, gone, intermittent }
    }

    fn texts(texts: &[(&'static str, &str)]) -> Vec<(&'static str, String)> {
        texts.iter().map(|(key, text)| (*key, (*text).to_owned())).collect()
    }

    fn mover(keys: &[(&'static str, &str)], from: u64, to: u64) -> Mover {
        let share = |part| Share { part, whole: 10_000 };
        Mover { keys: texts(keys), words: Vec::new(), from: share(from), to: share(to) }
    }

    fn said(differences: Vec<Differences>, movers: Vec<Mover>) -> String {
        English.comparison(&Summary { differences, movers, threshold: 100 })
    }

    const HTTPS: &[(&str, &str)] = &[("category", "web"), ("service", "https"), ("transport", "tcp")];

    #[test]
    fn a_comparison_is_one_sentence() {
        let servers = differences(TableName::Servers, [3, 1, 0]);
        let https = mover(HTTPS, 1_234, 4_100);
        assert_eq!(
            said(vec![servers], vec![https.clone()]),
            "3 new servers, 1 gone; https (tcp) grew from 12 % to 41 % of the bytes."
        );
        let smb = mover(&[("service", "smb"), ("transport", "tcp")], 2_000, 994);
        assert_eq!(
            said(Vec::new(), vec![https, smb]),
            "Nothing is new or gone; https (tcp) grew from 12 % to 41 % of the bytes, smb (tcp) shrank from 20 % to 9.9 %."
        );
        assert_eq!(
            said(Vec::new(), Vec::new()),
            "Nothing is new or gone, and no share of the bytes changed by 1 percentage point or more."
        );
        let unchanged = Summary { differences: Vec::new(), movers: Vec::new(), threshold: 0 };
        assert_eq!(English.comparison(&unchanged), "Nothing is new or gone, and no share of the bytes changed.");
    }

    #[test]
    fn rows_that_are_not_shown_are_counted() {
        let said = |threshold| English.unchanged_rows(&[(TableName::Services, 1234), (TableName::Hosts, 1)], threshold);
        let counts = "services 1,234, hosts 1 (--all shows them)";
        assert_eq!(
            said(50),
            format!("Rows not shown, because their share of the bytes changed by less than 0.5 percentage points: {counts}")
        );
        assert_eq!(said(0), format!("Rows not shown, because their share of the bytes did not change: {counts}"));
    }

    #[test]
    fn the_noun_follows_its_number_and_stands_once() {
        let said = |numbers| said(vec![differences(TableName::Hosts, numbers)], Vec::new());
        assert_eq!(said([1, 0, 0]), "1 new host.");
        assert_eq!(said([0, 2, 0]), "2 hosts gone.");
        assert_eq!(said([1, 1234, 1]), "1 new host, 1,234 gone, 1 only now and then.");
    }

    #[test]
    fn shares_have_the_digits_that_people_need() {
        let shares = [0, 4, 5, 14, 15, 994, 995, 1049, 1050, 10_000].map(|part| per_cent(Share { part, whole: 10_000 }));
        assert_eq!(shares, ["0 %", "under 0.1 %", "0.1 %", "0.1 %", "0.2 %", "9.9 %", "10 %", "10 %", "11 %", "100 %"]);
    }

    #[test]
    fn rows_of_any_table_have_a_name() {
        let name = |keys: &[_], words: &[_]| name_of(&Mover { words: texts(words), ..mover(keys, 0, 0) });
        let server = [("server_ip", "10.0.0.7"), ("transport", "tcp"), ("server_port", "443")];
        assert_eq!(name(&server, &[("service", "https")]), "10.0.0.7 port 443 (https)");
        let message = [("layer", "ip"), ("protocol", "icmp"), ("number", "1"), ("type", "11"), ("code", "0")];
        assert_eq!(name(&message, &[("name", "ttl-exceeded")]), "icmp ttl-exceeded");
        assert_eq!(name(&message[..2], &[]), "icmp");
        assert_eq!(name(&[("address", "10.0.0.5")], &[("name", "desk1")]), "10.0.0.5 (desk1)");
        assert_eq!(name(&[("address", "10.0.0.5")], &[("role", "machine")]), "10.0.0.5");
        assert_eq!(name(&[("evidence", "rank"), ("confidence", "strong")], &[]), "rank strong");
    }

    #[test]
    fn points_have_no_more_digits_than_they_need() {
        let said = [100, 50, 1, 0, 250].map(points);
        let expected = ["1", "0.5", "0.01", "0", "2.5"].map(|number| format!("{number} percentage points"));
        assert_eq!(said[1..], expected[1..]);
        assert_eq!(said[0], "1 percentage point");
    }

    #[test]
    fn a_sides_column_has_the_title_of_the_column_and_the_name_of_the_side() {
        let title = |key| English.column_title(TableId::Compared(TableName::Hosts), key);
        assert_eq!(title("a_wire_bytes_sent"), "a bytes sent");
        assert_eq!(title("b_wire_bytes_pct"), "b %");
        assert_eq!(title("wire_bytes_pct_change"), "points");
        assert_eq!(compared_title(TableName::Hosts), "Hosts: new, gone and changed");
    }
}
