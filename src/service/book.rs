//! Looking things up in the book of ports: what somebody may ask ([`Question`]), and the [`Page`]s that answer it.
//!
//! The [`Registry`] is made for asking fast what a port is called. Here a port is told with all that stands behind the name:
//! IANA's own entry, the document that our row rests on, the rule of the user that wins over both.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::ops::RangeInclusive;

use super::category::Category;
use super::registry::{Entry, IANA, NameSource, OverlayRow, Rank, Registry, overlay};
use super::transport::Transport;
use super::tsv::rows;
use super::user_table::parse_ports;
use crate::text;

/// How many near names are told where a name is not found.
const MOST_NEAR_NAMES: usize = 5;

/// The ranges that ports lie in (RFC 6335 section 6).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum PortRange {
    /// 0 to 1023.
    System,
    /// 1024 to 49151.
    User,
    /// 49152 to 65535.
    Dynamic,
}

impl PortRange {
    /// The range of a port.
    pub const fn of(port: u16) -> PortRange {
        match port {
            0..=1023 => PortRange::System,
            1024..=49151 => PortRange::User,
            49152.. => PortRange::Dynamic,
        }
    }

    /// Its key in the `range` column.
    pub const fn name(self) -> &'static str {
        match self {
            PortRange::System => "system",
            PortRange::User => "user",
            PortRange::Dynamic => "dynamic",
        }
    }
}

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// What it is about.
    pub what: What,
    /// The one transport that it is about; all, if `None`.
    pub transport: Option<Transport>,
}

/// What a question is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A port, or several.
    Ports(RangeInclusive<u16>),
    /// A name, a part of one, or a category; lower case.
    Word(String),
}

impl Question {
    /// Understands `443`, `443/udp`, `udp/443`, `6881-6889`, `https`, `https/udp` or `games`.
    pub fn parse(text: &str) -> Result<Question, String> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Err("it must be a port, a range of ports, a name or a category".into());
        }
        let halves = text.split_once('/').and_then(|(a, b)| match (Transport::from_name(a), Transport::from_name(b)) {
            (Some(transport), _) => Some((b, transport)),
            (_, Some(transport)) => Some((a, transport)),
            _ => None,
        });
        let (what, transport) = halves.map_or((text.as_str(), None), |(what, transport)| (what, Some(transport)));
        // Names may have digits, hyphens and slashes, but none begins with a digit and goes on like a port.
        let is_number = |part: &str| !part.trim().is_empty() && part.trim().bytes().all(|byte| byte.is_ascii_digit());
        let is_numeric = what.split('-').all(is_number);
        let what = match parse_ports(what) {
            Some(ports) => What::Ports(ports),
            None if what.contains(',') && what.split(',').all(is_number) => {
                return Err("several ports are written with spaces between them, as in: 80 443".into());
            }
            None if is_numeric => {
                return Err("a port is a number from 0 to 65535, a range goes from the lower to the higher".into());
            }
            None if what.split('/').any(is_number) && transport.is_none() => {
                return Err("the transports with ports are tcp, udp, sctp, dccp and udp-lite".into());
            }
            None => What::Word(what.to_owned()),
        };
        Ok(Question { what, transport })
    }

    /// The port, if exactly one is asked for.
    pub fn single_port(&self) -> Option<u16> {
        match &self.what {
            What::Ports(ports) if ports.start() == ports.end() => Some(*ports.start()),
            _ => None,
        }
    }
}

/// IANA's entry for a port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Assignment {
    /// The name it is assigned to.
    pub name: &'static str,
    /// Other names of the service, with commas between; often none.
    pub aliases: &'static str,
    /// IANA's description.
    pub description: &'static str,
}

/// All that the book says about a port of a transport.
#[derive(Clone, Debug)]
pub struct Page<'b> {
    /// The transport.
    pub transport: Transport,
    /// The port; several only where the user has a rule for single machines.
    pub ports: RangeInclusive<u16>,
    /// The machine or network (address, prefix length) that the page holds for; all, if `None`.
    pub host: Option<(IpAddr, u8)>,
    /// What Portolan calls it; `None` if nobody has a name for it.
    pub entry: Option<&'b Entry>,
    /// How likely the port is to be a server's.
    pub rank: Rank,
    /// What IANA has assigned it to.
    pub iana: Option<Assignment>,
    ours: Option<Ours>,
}

/// What our own table says of a port.
#[derive(Clone, Copy, Debug)]
struct Ours {
    name: &'static str,
    document: &'static str,
    note: &'static str,
}

impl Page<'_> {
    /// A sentence on the service: our table's note, or IANA's description; for a rule of the user, what it replaces.
    pub fn sentence(&self) -> Cow<'static, str> {
        if self.is_users() {
            let otherwise = self.ours.map(|ours| ours.name).or(self.iana.map(|iana| iana.name));
            return text::users_rule(self.network().as_deref(), otherwise).into();
        }
        self.ours.map(|ours| ours.note).or(self.iana.map(|iana| iana.description)).unwrap_or_default().into()
    }

    /// The document that the name rests on; nothing if there is no name.
    pub fn document(&self) -> &'static str {
        match self.entry {
            None => "",
            Some(_) if self.is_users() => text::USERS_TABLE,
            Some(_) => self.ours.map_or(text::IANA_REGISTRY, |ours| ours.document),
        }
    }

    /// The machine or network that the page holds for, as the user's table writes it.
    pub fn network(&self) -> Option<String> {
        self.host.map(|(address, prefix_len)| match (address, prefix_len) {
            (IpAddr::V4(_), 32) | (IpAddr::V6(_), 128) => address.to_string(),
            _ => format!("{address}/{prefix_len}"),
        })
    }

    fn is_users(&self) -> bool {
        self.entry.is_some_and(|entry| entry.source == NameSource::User)
    }

    /// The names by which it can be found: ours, IANA's, aliases.
    fn names(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let ours = self.entry.map(|entry| entry.name.to_lowercase());
        let iana = self.iana.into_iter().flat_map(|iana| std::iter::once(iana.name).chain(iana.aliases.split(',')));
        ours.into_iter().chain(iana.map(str::to_lowercase)).filter(|name| !name.is_empty()).map(Cow::Owned)
    }
}

/// The book, open for reading.
pub struct Book<'b> {
    registry: &'b Registry,
    iana: HashMap<(Transport, u16), Assignment>,
    ours: HashMap<(Transport, u16), Ours>,
}

impl<'b> Book<'b> {
    /// The book that this registry was made from.
    pub fn open(registry: &'b Registry) -> Book<'b> {
        let iana = rows(IANA).map(|[port, transport, name, aliases, description]| {
            let transport = Transport::from_name(transport).expect("services.tsv: transport");
            ((transport, port.parse().expect("services.tsv: port")), Assignment { name, aliases, description })
        });
        let ours = overlay().flat_map(|row| {
            let OverlayRow { name, document, note, .. } = row;
            let doors: Vec<_> =
                row.transports().flat_map(|transport| row.ports.clone().map(move |port| (transport, port))).collect();
            doors.into_iter().map(move |door| (door, Ours { name, document, note }))
        });
        Book { registry, iana: iana.collect(), ours: ours.collect() }
    }

    /// Every page, by port and transport. What SCTP and DCCP only borrow from TCP and UDP has no page of its own.
    pub fn pages(&self) -> Vec<Page<'b>> {
        self.pages_of(&(0..=u16::MAX), None)
    }

    /// What the user's own table says, by port.
    pub fn users_pages(&self) -> Vec<Page<'b>> {
        self.pages().into_iter().filter(Page::is_users).collect()
    }

    /// The pages that answer a question, by port; none, if there is no such name. A single port always has pages, for TCP
    /// and UDP at least, if only to say that nobody knows it.
    pub fn answer(&self, question: &Question) -> Vec<Page<'b>> {
        match &question.what {
            What::Ports(ports) => {
                let mut pages = self.pages_of(ports, question.transport);
                if let Some(port) = question.single_port() {
                    let wanted = question.transport.map_or(vec![Transport::Tcp, Transport::Udp], |transport| vec![transport]);
                    let told = |transport| pages.iter().any(|page: &Page| page.transport == transport && page.host.is_none());
                    let untold: Vec<Transport> = wanted.into_iter().filter(|transport| !told(*transport)).collect();
                    pages.extend(untold.into_iter().map(|transport| self.page(transport, port)));
                    sort(&mut pages);
                }
                pages
            }
            What::Word(word) => self.pages_named(word, question.transport),
        }
    }

    /// The pages that answer several questions, in their order and each once, and the words that nothing is named.
    pub fn answers<'q>(&self, questions: &'q [Question]) -> (Vec<Page<'b>>, Vec<&'q str>) {
        let (mut pages, mut missing, mut told) = (Vec::new(), Vec::new(), HashSet::new());
        for question in questions {
            let answer = self.answer(question);
            if let (What::Word(word), true) = (&question.what, answer.is_empty()) {
                missing.push(word.as_str());
            }
            pages.extend(answer);
        }
        pages.retain(|page: &Page| told.insert((page.transport, page.ports.clone(), page.host)));
        (pages, missing)
    }

    /// Names and categories that look like this one, the most similar first.
    pub fn near_names(&self, word: &str) -> Vec<String> {
        let categories = Category::ALL.iter().filter_map(|category| Category::of_service(category.name()));
        let mut names: Vec<String> = categories.map(|category| category.name().to_owned()).collect();
        names.extend(self.pages().iter().flat_map(|page| page.names().map(Cow::into_owned).collect::<Vec<_>>()));
        names.sort_unstable();
        names.dedup();
        // A third of the letters may be wrong; more would make any short name near to any other.
        let most = (word.chars().count() / 3).max(1);
        // The first letter is seldom the wrong one.
        let begins_otherwise = |name: &str| name.chars().next() != word.chars().next();
        let alike = |name: &String| name.chars().count().abs_diff(word.chars().count()) <= most;
        let mut near: Vec<_> =
            names.into_iter().filter(alike).map(|name| (distance(word, &name), begins_otherwise(&name), name)).collect();
        near.retain(|(distance, ..)| *distance <= most);
        near.sort();
        near.into_iter().map(|(.., name)| name).take(MOST_NEAR_NAMES).collect()
    }

    /// The page of one port, also where nobody knows it.
    fn page(&self, transport: Transport, port: u16) -> Page<'b> {
        let door = (self.registry.lender(transport, port), port);
        Page {
            transport,
            ports: port..=port,
            host: None,
            entry: self.registry.look_up(transport, port).map(|id| self.registry.entry(id)),
            rank: self.registry.rank(transport, port),
            iana: self.iana.get(&door).copied(),
            ours: self.ours.get(&door).copied(),
        }
    }

    /// The pages with a name: all own ones, or those of one transport with what it borrows; the user's rules among them.
    fn pages_of(&self, ports: &RangeInclusive<u16>, only: Option<Transport>) -> Vec<Page<'b>> {
        const OWN: [Transport; 4] = [Transport::Tcp, Transport::Udp, Transport::Sctp, Transport::Dccp];
        let transports = only.map_or(OWN.to_vec(), |transport| vec![transport]);
        let mut pages = Vec::new();
        for transport in transports {
            let is_own = |port: &u16| only.is_some() || self.registry.lender(transport, *port) == transport;
            let pages_here = ports.clone().filter(is_own).map(|port| self.page(transport, port));
            pages.extend(pages_here.filter(|page| page.entry.is_some()));
        }
        for rule in self.registry.host_rules() {
            let touches = rule.ports.start() <= ports.end() && ports.start() <= rule.ports.end();
            if touches && only.is_none_or(|transport| transport == rule.transport) {
                pages.push(Page {
                    ports: rule.ports.clone(),
                    host: Some((rule.network, rule.prefix_len)),
                    entry: Some(self.registry.entry(rule.entry)),
                    ..self.page(rule.transport, *rule.ports.start())
                });
            }
        }
        sort(&mut pages);
        pages
    }

    /// The pages with exactly this name or of this category; otherwise those with it in their name; otherwise those with it
    /// in their sentence.
    fn pages_named(&self, word: &str, transport: Option<Transport>) -> Vec<Page<'b>> {
        let mut pages = self.pages_of(&(0..=u16::MAX), transport);
        let is_exact =
            |page: &Page| page.entry.is_some_and(|entry| entry.category.name() == word) || page.names().any(|name| name == word);
        let in_name = |page: &Page| page.names().any(|name| name.contains(word));
        let in_sentence = |page: &Page| page.sentence().to_lowercase().contains(word);
        let tests: [&dyn Fn(&Page) -> bool; 3] = [&is_exact, &in_name, &in_sentence];
        match tests.into_iter().find(|test| pages.iter().any(test)) {
            Some(test) => pages.retain(test),
            None => pages.clear(),
        }
        pages
    }
}

/// By port, then transport; the user's rules for single machines stand behind what holds everywhere, in their own order.
fn sort(pages: &mut [Page<'_>]) {
    pages.sort_by_key(|page| (*page.ports.start(), page.transport, page.host.is_some()));
}

/// How many letters must be put in, left out, changed or swapped with their neighbour to make one word of the other
/// (Damerau and Levenshtein's distance, each letter touched once).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut lines: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut line = vec![i];
        for j in 1..=b.len() {
            let changed = lines[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = changed.min(lines[i - 1][j] + 1).min(line[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(lines[i - 2][j - 2] + 1);
            }
            line.push(least);
        }
        lines.push(line);
    }
    lines[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::user_table;

    fn ask(registry: &Registry, question: &str) -> Vec<(String, String)> {
        let pages = Book::open(registry).answer(&Question::parse(question).unwrap());
        let name = |page: &Page| page.entry.map_or("", |entry| &entry.name).to_owned();
        pages.iter().map(|page| (format!("{}/{}", page.ports.start(), page.transport.name()), name(page))).collect()
    }

    fn doors(question: &str) -> Vec<String> {
        ask(&Registry::shared(), question).into_iter().map(|(door, _)| door).collect()
    }

    #[test]
    fn a_question_is_a_port_a_range_a_name_or_a_category() {
        let parse = |text: &str| Question::parse(text).unwrap();
        assert_eq!(parse("443"), Question { what: What::Ports(443..=443), transport: None });
        assert_eq!(parse("443/udp"), Question { what: What::Ports(443..=443), transport: Some(Transport::Udp) });
        assert_eq!(parse("UDP/443"), parse("443/udp"));
        assert_eq!(parse("6881-6889").what, What::Ports(6881..=6889));
        assert_eq!(parse("HTTPS"), Question { what: What::Word("https".into()), transport: None });
        assert_eq!(parse("tcp/https").transport, Some(Transport::Tcp));
        assert_eq!(parse("cl/1x").what, What::Word("cl/1x".into()));
        assert_eq!((parse("443").single_port(), parse("1-2").single_port(), parse("x").single_port()), (Some(443), None, None));
    }

    #[test]
    fn what_cannot_be_a_question_is_told() {
        for (text, why) in
            [("", "it must be"), ("70000", "65535"), ("90-80", "65535"), ("443/quic", "transports"), ("1-2-3", "65535")]
        {
            let said = Question::parse(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_port_is_told_for_both_transports_even_where_nobody_knows_it() {
        assert_eq!(doors("443"), ["443/tcp", "443/udp", "443/sctp"]);
        assert_eq!(doors("443/udp"), ["443/udp"]);
        assert_eq!(ask(&Registry::shared(), "60999"), [("60999/tcp".into(), String::new()), ("60999/udp".into(), String::new())]);
        assert_eq!(ask(&Registry::shared(), "sctp/3306"), [("3306/sctp".into(), "mysql".into())]);
        assert_eq!(ask(&Registry::shared(), "udp-lite/53"), [("53/udp-lite".into(), "dns".into())]);
    }

    #[test]
    fn a_range_has_its_named_ports_only() {
        assert_eq!(doors("6881-6889").len(), 18);
        assert!(doors("60990-60999").is_empty());
    }

    #[test]
    fn a_name_is_found_as_ours_as_ianas_and_as_an_alias_exactly_before_in_part() {
        assert_eq!(doors("dns"), ["53/tcp", "53/udp"]);
        assert_eq!(doors("domain"), ["53/tcp", "53/udp"]);
        assert_eq!(doors("nameserver"), ["42/tcp", "42/udp"]);
        assert!(doors("postgres").contains(&"5432/tcp".to_owned()));
        assert!(doors("no more than 40 letters of nonsense").is_empty());
    }

    #[test]
    fn a_category_has_all_its_services() {
        let games = doors("games");
        assert!(games.len() > 50 && games.contains(&"25565/tcp".to_owned()));
    }

    #[test]
    fn a_word_of_the_sentence_is_the_last_resort() {
        assert!(doors("wake-on-lan").contains(&"9/udp".to_owned()));
    }

    #[test]
    fn the_users_rules_win_and_say_what_they_replace() {
        let rules = user_table::parse("tcp/8080 = shop\n192.0.2.0/24 tcp/8000-8100 = camera, streaming\n").unwrap();
        let registry = Registry::with_rules(&rules);
        assert_eq!(ask(&registry, "tcp/8080"), [("8000/tcp".into(), "camera".into()), ("8080/tcp".into(), "shop".to_owned())]);
        let pages = Book::open(&registry).users_pages();
        assert_eq!(pages.iter().map(|page| page.network()).collect::<Vec<_>>(), [Some("192.0.2.0/24".into()), None]);
        assert!(pages[1].sentence().contains("http-alt"), "{}", pages[1].sentence());
    }

    #[test]
    fn near_names_are_near() {
        let registry = Registry::shared();
        let book = Book::open(&registry);
        assert_eq!(book.near_names("htps")[0], "https");
        assert!(book.near_names("gamse").contains(&"games".to_owned()));
        assert!(book.near_names("qqqqqqqqqqqq").is_empty());
        assert_eq!(
            [distance("", "abc"), distance("kitten", "sitting"), distance("a", "a"), distance("gamse", "games")],
            [3, 3, 0, 1]
        );
    }

    #[test]
    fn every_page_has_a_sentence_and_a_document() {
        let registry = Registry::shared();
        let pages = Book::open(&registry).pages();
        assert!(pages.len() > 11_000);
        assert!(pages.iter().all(|page| !page.sentence().is_empty() && !page.document().is_empty()));
    }
}
