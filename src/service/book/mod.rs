//! Lookups in the book of ports: queries of people ([`PortQuery`]), and the [`Page`]s that answer them.
//!
//! The [`Registry`] looks up the name of a port fast. A page has everything that a name is based on: IANA's own entry, the
//! document of our row, the rule of the user that wins over both.

mod page;
mod port_range;
mod query;
mod search;

use std::collections::{HashMap, HashSet};
use std::ops::RangeInclusive;

pub use page::{Assignment, Document, Page, PortDescription};
pub use port_range::PortRange;
pub use query::{PortQuery, QueryProblem, Subject};

use self::page::CuratedPort;
use super::registry::{EntryId, IANA, OverlayRow, Registry, overlay};
use super::transport::Transport;
use super::tsv::rows;

/// The book, open for reading.
pub struct Book<'b> {
    registry: &'b Registry,
    iana: HashMap<(Transport, u16), Assignment>,
    ours: HashMap<(Transport, u16), CuratedPort>,
}

impl<'b> Book<'b> {
    /// Opens the book from which `registry` was made.
    pub fn open(registry: &'b Registry) -> Book<'b> {
        let iana = rows(IANA).map(|[port, transport, name, aliases, description]| {
            let transport = Transport::from_name(transport).expect("services.tsv: transport");
            ((transport, port.parse().expect("services.tsv: port")), Assignment { name, aliases, description })
        });
        let ours = overlay().flat_map(|row| {
            let OverlayRow { name, document, note, .. } = row;
            let keys: Vec<_> =
                row.transports().flat_map(|transport| row.ports.clone().map(move |port| (transport, port))).collect();
            keys.into_iter().map(move |key| (key, CuratedPort { name, document, note }))
        });
        Book { registry, iana: iana.collect(), ours: ours.collect() }
    }

    /// Every page, by port and transport. Names that SCTP and DCCP only borrow from TCP and UDP have no page of their own.
    pub fn pages(&self) -> Vec<Page<'b>> {
        self.pages_in(&(0..=u16::MAX), None)
    }

    /// The pages of the user's own table, by port.
    pub fn users_pages(&self) -> Vec<Page<'b>> {
        self.pages().into_iter().filter(Page::is_users).collect()
    }

    /// The pages that answer a query, by port; none, if there is no such name. A single port always has pages, for TCP and UDP at
    /// least, even if they only state that it has no name.
    pub fn answer(&self, query: &PortQuery) -> Vec<Page<'b>> {
        match &query.subject {
            Subject::Ports(ports) => {
                let mut pages = self.pages_in(ports, query.transport);
                if let Some(port) = query.single_port() {
                    let wanted = query.transport.map_or(vec![Transport::Tcp, Transport::Udp], |transport| vec![transport]);
                    let has_page = |transport| pages.iter().any(|page: &Page| page.transport == transport && page.host.is_none());
                    let missing: Vec<Transport> = wanted.into_iter().filter(|transport| !has_page(*transport)).collect();
                    pages.extend(missing.into_iter().map(|transport| self.page(transport, port)));
                    sort(&mut pages);
                }
                pages
            }
            Subject::Word(word) => self.pages_named(word, query.transport),
        }
    }

    /// The pages that answer several queries, in their order and each once, and the words without a result.
    pub fn answers<'q>(&self, queries: &'q [PortQuery]) -> (Vec<Page<'b>>, Vec<&'q str>) {
        let (mut pages, mut missing, mut known) = (Vec::new(), Vec::new(), HashSet::new());
        for query in queries {
            let answer = self.answer(query);
            if let (Subject::Word(word), true) = (&query.subject, answer.is_empty()) {
                missing.push(word.as_str());
            }
            pages.extend(answer);
        }
        pages.retain(|page: &Page| known.insert((page.transport, page.ports.clone(), page.host)));
        (pages, missing)
    }

    /// The page of one port, even if the port has no name.
    fn page(&self, transport: Transport, port: u16) -> Page<'b> {
        let key = (self.registry.naming_transport(transport, port), port);
        let entry = self.registry.look_up(transport, port);
        Page {
            transport,
            ports: port..=port,
            host: None,
            entry: entry.map(|id| self.registry.entry(id)),
            category: entry.map(|id| self.category(id)),
            rank: self.registry.rank(transport, port),
            iana: self.iana.get(&key).copied(),
            ours: self.ours.get(&key).copied(),
        }
    }

    /// The name of an entry's category.
    fn category(&self, entry: EntryId) -> &'b str {
        self.registry.category_name(self.registry.entry(entry).category)
    }

    /// The named ports among `ports`: each transport's own, or those of one transport with the ones that it borrows; the user's
    /// rules for machines are included.
    fn pages_in(&self, ports: &RangeInclusive<u16>, only: Option<Transport>) -> Vec<Page<'b>> {
        const OWN: [Transport; 4] = [Transport::Tcp, Transport::Udp, Transport::Sctp, Transport::Dccp];
        let transports = only.map_or(OWN.to_vec(), |transport| vec![transport]);
        let mut pages = Vec::new();
        for transport in transports {
            let is_own = |port: &u16| only.is_some() || self.registry.naming_transport(transport, *port) == transport;
            let pages_here = ports.clone().filter(is_own).map(|port| self.page(transport, port));
            pages.extend(pages_here.filter(|page| page.entry.is_some()));
        }
        for rule in self.registry.host_rules() {
            let touches = rule.ports.start() <= ports.end() && ports.start() <= rule.ports.end();
            if touches && only.is_none_or(|transport| transport == rule.transport) {
                pages.push(Page {
                    ports: rule.ports.clone(),
                    host: Some(rule.network),
                    entry: Some(self.registry.entry(rule.entry)),
                    category: Some(self.category(rule.entry)),
                    ..self.page(rule.transport, *rule.ports.start())
                });
            }
        }
        sort(&mut pages);
        pages
    }
}

/// By port, then transport; the user's rules for single machines come after the page that holds everywhere, in their own order.
fn sort(pages: &mut [Page<'_>]) {
    pages.sort_by_key(|page| (*page.ports.start(), page.transport, page.host.is_some()));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::user_table;

    fn look_up(registry: &Registry, query: &str) -> Vec<(String, String)> {
        let pages = Book::open(registry).answer(&PortQuery::parse(query).unwrap());
        let name = |page: &Page| page.entry.map_or("", |entry| &entry.name).to_owned();
        pages.iter().map(|page| (format!("{}/{}", page.ports.start(), page.transport.name()), name(page))).collect()
    }

    fn ports_found(query: &str) -> Vec<String> {
        look_up(&Registry::shared(), query).into_iter().map(|(port, _)| port).collect()
    }

    #[test]
    fn a_port_has_a_page_for_both_transports_even_where_nobody_has_named_it() {
        assert_eq!(ports_found("443"), ["443/tcp", "443/udp", "443/sctp"]);
        assert_eq!(ports_found("443/udp"), ["443/udp"]);
        assert_eq!(
            look_up(&Registry::shared(), "60999"),
            [("60999/tcp".into(), String::new()), ("60999/udp".into(), String::new())]
        );
        assert_eq!(look_up(&Registry::shared(), "sctp/3306"), [("3306/sctp".into(), "mysql".into())]);
        assert_eq!(look_up(&Registry::shared(), "udp-lite/53"), [("53/udp-lite".into(), "dns".into())]);
    }

    #[test]
    fn a_range_has_its_named_ports_only() {
        assert_eq!(ports_found("6881-6889").len(), 18);
        assert!(ports_found("60990-60999").is_empty());
    }

    #[test]
    fn a_name_is_found_as_ours_as_ianas_and_as_an_alias_exactly_before_in_part() {
        assert_eq!(ports_found("dns"), ["53/tcp", "53/udp"]);
        assert_eq!(ports_found("domain"), ["53/tcp", "53/udp"]);
        assert_eq!(ports_found("nameserver"), ["42/tcp", "42/udp"]);
        assert!(ports_found("postgres").contains(&"5432/tcp".to_owned()));
        assert!(ports_found("no more than 40 letters of nonsense").is_empty());
    }

    #[test]
    fn a_category_has_all_its_services() {
        let games = ports_found("games");
        assert!(games.len() > 50 && games.contains(&"25565/tcp".to_owned()));
    }

    #[test]
    fn a_word_of_the_sentence_is_the_last_resort() {
        assert!(ports_found("wake-on-lan").contains(&"9/udp".to_owned()));
    }

    #[test]
    fn the_users_rules_win_and_name_the_entries_they_replace() {
        let rules = user_table::parse("tcp/8080 = shop\n192.0.2.0/24 tcp/8000-8100 = camera, streaming\n").unwrap();
        let registry = Registry::with_table(&rules);
        assert_eq!(
            look_up(&registry, "tcp/8080"),
            [("8000/tcp".into(), "camera".into()), ("8080/tcp".into(), "shop".to_owned())]
        );
        let pages = Book::open(&registry).users_pages();
        assert_eq!(pages.iter().map(|page| page.network()).collect::<Vec<_>>(), [Some("192.0.2.0/24".into()), None]);
        assert_eq!(pages[1].description(), Some(PortDescription::UsersRule { network: None, replaces: Some("http-alt") }));
    }

    #[test]
    fn every_page_has_a_description_and_a_document() {
        let registry = Registry::shared();
        let pages = Book::open(&registry).pages();
        assert!(pages.len() > 11_000);
        assert!(pages.iter().all(|page| page.description().is_some() && page.document().is_some()));
    }
}
