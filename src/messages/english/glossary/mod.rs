//! The meanings of tables, columns and words.

mod columns;
mod compared;
mod encapsulations;
mod evidence;
mod flags;
mod tables;
mod words;

use super::{English, one_of};
use crate::glossary::{Term, Topic};
use crate::messages::{Definition, GlossaryMessages, RungMessages, TableMessages, TermLabel};
use crate::report::{ColumnRole, Field, Kind, TableId};

impl GlossaryMessages for English {
    fn definition(&self, term: Term) -> Option<Definition> {
        let definition = match term {
            Term::Table(table) => return tables::definition(table),
            Term::Column(table, field) => return columns::definition(table, field.key),
            Term::Evidence(evidence) => evidence::definition(evidence),
            Term::Announcements => evidence::announcements(),
            Term::RungState(state) => words::rung_state(state),
            Term::Confidence(confidence) => words::confidence(confidence),
            Term::Flag(flag) => return flags::definition(flag),
            Term::TcpState(state) => words::tcp_state(state),
            Term::Category(category) => words::category(category),
            Term::Place(place) => words::place(place),
            Term::Reply(reply) => words::reply(reply),
            Term::Role(role) => words::role(role),
            Term::Initiator(initiator) => words::initiator(initiator),
            Term::NameSource(source) => words::name_source(source),
            Term::NamedBy(named_by) => words::named_by(named_by),
            Term::Transport(transport) => words::transport(transport),
            Term::PortRange(range) => words::port_range(range),
            Term::Completeness(completeness) => words::completeness(completeness),
            Term::TimeOrder(order) => words::time_order(order),
            Term::Encapsulation(encapsulation) => encapsulations::definition(encapsulation),
            Term::RowWord(word) => words::row_word(word),
        };
        Some(definition)
    }

    fn shown_as(&self, term: Term) -> Option<&'static str> {
        match term {
            Term::Column(table, field) => Some(self.column_title(table, field.key)).filter(|title| *title != field.key),
            Term::RungState(state) => Some(self.rung_state(state)),
            _ => None,
        }
    }

    fn kind_of_term(&self, topic: Topic, tables: &[TableId]) -> String {
        let kind = match topic {
            Topic::Table => "table",
            Topic::Evidence => "evidence",
            Topic::Announcements => "rung of the ladder",
            Topic::RungState => "part of a rung in a decision",
            Topic::Confidence => "confidence",
            Topic::Flag => "flag of a flow",
            Topic::TcpState => "state of a TCP connection",
            Topic::Category => "category",
            Topic::Place => "place of the ledger",
            Topic::Reply => "outcome",
            Topic::Role => "role of an address",
            Topic::Initiator => "side that opened a flow",
            Topic::NameSource => "source of a name",
            Topic::NamedBy => "worth of a name",
            Topic::Transport => "transport",
            Topic::PortRange => "range of ports",
            Topic::Completeness => "completeness of a reading",
            Topic::TimeOrder => "order of packets in time",
            Topic::Encapsulation => "encapsulation",
            Topic::RowWord => "row for many things",
            Topic::Column => {
                let names: Vec<&str> = tables.iter().map(|table| table.key()).collect();
                return match names.as_slice() {
                    [] => "column".into(),
                    [name] => format!("column of the table {name}"),
                    [others @ .., last] => format!("column of the tables {} and {last}", others.join(", ")),
                };
            }
        };
        kind.into()
    }

    fn term_label(&self, label: TermLabel) -> &'static str {
        match label {
            TermLabel::Command => "shown by",
            TermLabel::Columns => "columns",
            TermLabel::Title => "title",
            TermLabel::Type => "type",
            TermLabel::Place => "found in",
            TermLabel::Source => "source",
            TermLabel::Words => "words",
            TermLabel::Related => "related",
        }
    }

    fn place_without_column(&self, topic: Topic) -> &'static str {
        match topic {
            Topic::RowWord => "rows that stand for many things, in place of a key",
            _ => "the ladder in portolan explain FILE FLOW",
        }
    }

    fn shown_by(&self, table: TableId) -> String {
        match table {
            TableId::Analysis(name) => format!("portolan read FILE --table {}", name.key()),
            TableId::Interfaces => "portolan interfaces".into(),
            TableId::Book => "portolan services".into(),
            TableId::Candidates => "portolan explain FILE FLOW, where several flows match".into(),
            TableId::Compared(name) => format!("portolan compare A B --table {}", name.key()),
            TableId::Sides => "portolan compare A B".into(),
            TableId::Other(key) => key.into(),
        }
    }

    fn type_name(&self, kind: Kind) -> String {
        match kind {
            Kind::Count | Kind::Number | Kind::Bytes => "integer".into(),
            Kind::Share => "decimal, 2 digits".into(),
            Kind::Decimal(0) => "integer, may be negative".into(),
            Kind::Decimal(digits) | Kind::Seconds(digits) => format!("decimal, {digits} digits"),
            Kind::Boolean => "yes or no".into(),
            Kind::Time => "time".into(),
            Kind::Address => "IP address".into(),
            Kind::PortRange => "port or range of ports".into(),
            Kind::CommunityId => "Community ID".into(),
            Kind::Compared => "two integers, A>B".into(),
            Kind::Text | Kind::PortFact => "text".into(),
            Kind::Untrusted => "text from outside".into(),
            Kind::List(Kind::List(kind)) => format!("list of paths of {}", plural(**kind)),
            Kind::List(kind) => format!("list of {}", plural(*kind)),
        }
    }

    fn unit(&self, field: &Field) -> &'static str {
        match (field.kind, field.key) {
            (Kind::Bytes, _) | (_, "average_packet_size" | "snaplen") => "bytes",
            (Kind::Share, _) => "%",
            (Kind::Seconds(_), _) => "s",
            (Kind::Time, _) => "UTC",
            (_, "packet_rate") => "packets/s",
            (_, "bit_rate") => "bits/s",
            (Kind::Count, key) => counted(key),
            _ => "",
        }
    }

    fn role_name(&self, role: ColumnRole) -> &'static str {
        match role {
            ColumnRole::Key => "key",
            ColumnRole::Measure => "measure",
            ColumnRole::Attribute => "attribute",
        }
    }

    fn no_such_term(&self, word: &str, near_words: &[String], near_files: &[String], is_port_name: bool) -> String {
        if is_port_name {
            return format!(
                "\"{word}\" is the name of a service: portolan services {word}. To explain a flow: portolan explain FILE FLOW"
            );
        }
        let meant = match (near_words, near_files) {
            ([], []) => {
                "explain knows tables, columns and the words in them, such as services, packets_c2s, rank and S3; docs/columns.md lists \
                 them; a category of your own needs the port table that declares it: --services FILE"
                    .into()
            }
            (words, []) => format!("did you mean {}?", one_of(words)),
            ([], files) => format!("did you mean the file {}?", one_of(files)),
            (words, files) => format!("did you mean {}, or the file {}?", one_of(words), one_of(files)),
        };
        format!("there is no file \"{word}\", and no word that Portolan explains; {meant}")
    }

    fn kind_of_own_category(&self) -> &'static str {
        "category of your own port table"
    }

    fn own_category(&self) -> &'static str {
        "A category that your own port table (--services) declares."
    }

    fn own_category_shown_by(&self, name: &str) -> String {
        format!("portolan services {name} --services FILE")
    }

    fn file_wins(&self, word: &str) -> String {
        format!(
            "\"{word}\" is taken for a capture because there is a file or folder of that name; for the word: portolan explain --word {word}"
        )
    }

    fn doubtful_name(&self) -> (&'static str, &'static str) {
        ("name?", "The name is merely registered for that port, and few programs use it: anything may run there.")
    }

    fn legend_title(&self) -> &'static str {
        "Legend"
    }

    fn glossary_title(&self) -> &'static str {
        "Tables, columns and words"
    }

    fn glossary_introduction(&self, columns: usize, words: usize, flags: usize) -> Vec<String> {
        vec![
            "This page is generated from the program's own texts; `PORTOLAN_BLESS=1 cargo test --test portolan glossary` writes it again."
                .into(),
            format!(
                "It explains {columns} columns and {words} words, {flags} of which are flags. `portolan explain WORD` shows the same about \
                 a single one, such as `portolan explain services.packets_c2s`, and `--legend` below each table."
            ),
            "A *key* identifies a row, alone or together with the other keys of its table. A *measure* can be added up over rows. An \
             *attribute* is any other property: numbers among them, such as different clients, must not be added up, because the same \
             client may be in several rows."
                .into(),
            "Types are those of data formats. A time is RFC 3339 in UTC with nanoseconds. A list is one text with blanks between its items; \
             three or more consecutive ports are a range (`80 9000-9003`), and a path is its steps with slashes between them (`10/20`). An \
             empty field (CSV) or `null` (JSON) means \"not known\" or \"does not apply\". On a terminal, numbers are rounded and titles are \
             shorter: `wire_bytes_c2s` is `bytes >`."
                .into(),
        ]
    }

    fn column_heads(&self) -> [&'static str; 6] {
        ["key", "type", "unit", "role", "meaning", "source"]
    }

    fn word_heads(&self) -> [&'static str; 3] {
        ["word", "meaning", "source"]
    }

    fn topic_title(&self, topic: Topic) -> &'static str {
        match topic {
            Topic::Table => "Tables",
            Topic::Evidence => "Evidence",
            Topic::Announcements => "Announcements as a rung of the ladder",
            Topic::RungState => "Rungs of the ladder in an explanation",
            Topic::Confidence => "Confidence",
            Topic::Flag => "Flags of flows",
            Topic::TcpState => "States of TCP connections",
            Topic::Category => "Categories of services",
            Topic::Place => "Places of the ledger",
            Topic::Reply => "Outcomes",
            Topic::Role => "Roles of addresses",
            Topic::Initiator => "Sides that opened a flow",
            Topic::NameSource => "Sources of names",
            Topic::NamedBy => "Worth of names",
            Topic::Transport => "Transports",
            Topic::PortRange => "Ranges of ports",
            Topic::Completeness => "Completeness of a reading",
            Topic::TimeOrder => "Orders of packets in time",
            Topic::Encapsulation => "Encapsulations",
            Topic::RowWord => "Rows for many things",
            Topic::Column => "Columns",
        }
    }

    fn topic_place(&self, topic: Topic, columns: &[String]) -> String {
        match columns {
            [] => format!("In {}.", self.place_without_column(topic)),
            [column] => format!("In the column `{column}`."),
            columns => format!("In the columns `{}`.{}", columns.join("`, `"), also_in_columns(topic)),
        }
    }

    fn words_title(&self) -> &'static str {
        "Words"
    }
}

/// The words in a topic's columns besides its terms: a sentence after a space, or nothing.
fn also_in_columns(topic: Topic) -> &'static str {
    match topic {
        Topic::Category => " Your own port table (`--services`) can declare further categories.",
        _ => "",
    }
}

/// The plural of a type.
fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::Address => "IP addresses",
        Kind::PortRange => "ports",
        Kind::Count | Kind::Number | Kind::Bytes => "integers",
        Kind::Text => "words",
        _ => "values",
    }
}

/// The things that a column counts.
fn counted(key: &str) -> &'static str {
    match key {
        "duplicates" | "dropped_kernel" | "dropped_interface" | "fragments" | "icmp_errors" => "packets",
        key if key.starts_with("packets") || key.ends_with("packets") => "packets",
        "attempted" | "established" | "refused" | "reset" | "midstream" | "answered" | "silent" => "flows",
        key if key.starts_with("flows") => "flows",
        "clients" | "servers" | "hosts" | "peers" | "host_count" => "addresses",
        "port_count" => "ports",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::glossary;

    #[test]
    fn every_column_and_word_has_a_meaning() {
        let terms = Term::all();
        assert!(terms.len() > 250);
        let missing: Vec<String> = terms
            .into_iter()
            .filter(|term| English.definition(*term).is_none_or(|definition| definition.meaning.is_empty()))
            .map(|term| match term {
                Term::Column(table, field) => glossary::qualified(table, field.key),
                other => format!("{other:?}"),
            })
            .collect();
        assert!(missing.is_empty(), "no meaning in src/messages/english/glossary: {missing:#?}");
    }

    #[test]
    fn a_meaning_is_one_sentence() {
        for term in Term::all() {
            let Some(Definition { meaning, more, source }) = English.definition(term) else { continue };
            assert!(meaning.ends_with('.') && !meaning.contains(". "), "{meaning}");
            assert!(more.is_empty() || more.ends_with('.'), "{more}");
            assert!(!source.ends_with('.') && !meaning.contains("  ") && !more.contains("  "), "{meaning} {more} {source}");
            assert!(!meaning.contains('|') && !more.contains('|'), "a table of Markdown: {meaning}");
        }
    }

    #[test]
    fn whatever_is_counted_has_a_unit() {
        for (table, fields) in glossary::tables() {
            for field in fields.iter().filter(|field| field.kind == Kind::Count) {
                assert!(!English.unit(field).is_empty(), "{}", glossary::qualified(table, field.key));
            }
        }
    }

    #[test]
    fn an_unknown_word_leads_on() {
        let message = |words: &[&str], files: &[&str], is_port_name| {
            let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
            English.no_such_term("x", &owned(words), &owned(files), is_port_name)
        };
        assert!(message(&["rank", "role"], &[], false).ends_with("did you mean rank or role?"));
        assert!(message(&["rank"], &["r.pcap"], false).ends_with("did you mean rank, or the file r.pcap?"));
        assert!(message(&[], &[], true).contains("portolan services x"));
        assert!(message(&[], &[], false).contains("docs/columns.md"));
    }
}
