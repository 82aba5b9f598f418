//! The user's own port table (`--services FILE`): names for ports that a device or a company uses, which win over the registries.
//!
//! One rule a line, `#` begins a comment:
//!
//! ```text
//! udp/2500 = ip-phone, voip               # on every machine
//! tcp/8000-8010 = cameras                 # a range; the category may be left out
//! 192.0.2.7 tcp/8000 = door-camera        # on this machine: it is the server, whatever else speaks
//! 2001:db8::/32 udp/9999 = sensors        # on every machine of a network
//! udp/4444 = vxlan                        # a tunnel, whose inside is decoded
//! ```
//!
//! A category that is not [built in](Category::SERVICES) is declared on a line of its own, above or below the rules that name it,
//! so that a misspelt category is an error and not a new one. Its meaning may be left out:
//!
//! ```text
//! category erp = Business software, such as SAP
//! tcp/3200-3299 = sap-gui, erp
//! ```
//!
//! Lines of `/etc/services` (services(5)), such as `ip-phone 2500/udp phone`, are rules, too. The category of such a rule is that
//! of the built-in entry for the port; further names of the port are ignored.
//!
//! A UDP port that is called by the name of a tunnel ([`UdpTunnel::from_name`](crate::decode::UdpTunnel::from_name)) is that
//! tunnel's on all machines, even if the rule names some: a packet's content is settled before its machines are known.

use std::fs::{self, File};
use std::io::Read;
use std::net::IpAddr;
use std::ops::RangeInclusive;
use std::path::Path;

use ipnet::IpNet;

use super::category::{Category, CategoryId};
use super::own_category::{OwnCategories, is_category_name, is_reserved};
use super::registry::Registry;
use super::transport::Transport;
use crate::capture::near_words;
use crate::error::{Error, NotAPortTable, RuleProblem};

/// The most rules that a table may hold.
pub const MAX_RULES: usize = 10_000;
/// The most bytes of a table's file that are read: 100 for each rule, with its comment.
pub const MAX_SIZE: u64 = 1 << 20;
/// Protocols of `/etc/services` whose ports Portolan does not count: AppleTalk's sockets.
const OTHER_PROTOCOLS: [&str; 1] = ["ddp"];

/// The word that begins the declaration of a category.
const CATEGORY: &str = "category";

/// A port table: rules, and the categories that it declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PortTable {
    pub(super) rules: Vec<Rule>,
    pub(super) categories: OwnCategories,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The machine or network that the rule holds for; all, if `None`.
    pub host: Option<IpNet>,
    /// The transport.
    pub transport: Transport,
    /// The ports, never 0.
    pub ports: RangeInclusive<u16>,
    /// The name of the ports.
    pub name: String,
    /// The category of the service.
    pub category: CategoryId,
}

/// Reads a table from a file of at most [`MAX_SIZE`] bytes.
///
/// # Errors
///
/// [`Error::Io`] if there is no such file, or it may not be read; [`Error::NotAPortTable`] if it is no file, is too large, or
/// holds no text; [`Error::PortTable`] if a line of it is neither a rule nor the declaration of a category.
pub fn read(path: &Path) -> Result<PortTable, Error> {
    let open_error = |source| Error::opening(path.display().to_string(), source);
    let no_table = |reason| Error::NotAPortTable { path: path.to_owned(), reason };
    // The file type is checked before opening: opening a pipe would wait for its writer.
    let kind = fs::metadata(path).map_err(open_error)?.file_type();
    if kind.is_dir() {
        return Err(no_table(NotAPortTable::Folder));
    }
    if !kind.is_file() {
        return Err(no_table(NotAPortTable::NotAFile));
    }
    let mut bytes = Vec::new();
    // The size that the system reports may be wrong (procfs), or may have changed.
    File::open(path).and_then(|file| file.take(MAX_SIZE + 1).read_to_end(&mut bytes)).map_err(open_error)?;
    if bytes.len() as u64 > MAX_SIZE {
        return Err(no_table(NotAPortTable::TooLarge { limit: MAX_SIZE }));
    }
    let text = String::from_utf8(bytes)
        .map_err(|error| no_table(NotAPortTable::NotUtf8 { offset: error.utf8_error().valid_up_to() }))?;
    parse(&text).map_err(|(line, problem)| Error::PortTable { path: path.to_owned(), line, problem })
}

/// Reads a table; an error comes with its line.
pub fn parse(text: &str) -> Result<PortTable, (usize, RuleProblem)> {
    // A rule may stand above the line that declares its category.
    let categories = parse_declarations(text)?;
    let mut rules = Vec::new();
    for (number, line) in lines(text).filter(|(_, line)| declaration(line).is_none()) {
        if rules.len() == MAX_RULES {
            return Err((number, RuleProblem::TooMany { limit: MAX_RULES }));
        }
        let rule = if line.contains('=') { parse_rule(line, &categories).map(Some) } else { parse_services_line(line) };
        rules.extend(rule.map_err(|problem| (number, problem))?);
    }
    Ok(PortTable { rules, categories })
}

/// The lines that hold anything besides comments, with their numbers from 1.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    (1..).zip(lines).filter(|(_, line)| !line.is_empty())
}

/// The name and the meaning in the declaration of a category; `None` for other lines.
fn declaration(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix(CATEGORY)?;
    if !rest.is_empty() && !rest.starts_with(char::is_whitespace) && !rest.starts_with('=') {
        return None;
    }
    // In /etc/services, a service may be called category: its port follows.
    if rest.split_whitespace().next().is_some_and(|word| word.contains('/')) {
        return None;
    }
    let (name, meaning) = rest.split_once('=').unwrap_or((rest, ""));
    Some((name.trim(), meaning.trim()))
}

fn parse_declarations(text: &str) -> Result<OwnCategories, (usize, RuleProblem)> {
    let mut categories = OwnCategories::default();
    let mut declared_in: Vec<usize> = Vec::new();
    for (number, line) in lines(text) {
        let Some((name, meaning)) = declaration(line) else { continue };
        if let Some(id) = categories.find(name) {
            return Err((number, RuleProblem::RepeatedCategory { name: name.to_owned(), line: declared_in[id.index()] }));
        }
        categories.declare(name, meaning).map_err(|problem| (number, problem))?;
        declared_in.push(number);
    }
    Ok(categories)
}

fn parse_rule(line: &str, categories: &OwnCategories) -> Result<Rule, RuleProblem> {
    let (place, naming) = line.split_once('=').ok_or_else(|| RuleProblem::NoEquals(line.to_owned()))?;
    let (host, door) = match place.trim().split_once(char::is_whitespace) {
        Some((host, door)) => (Some(parse_host(host)?), door.trim()),
        None => (None, place.trim()),
    };
    let (transport, ports) = door.split_once('/').ok_or_else(|| RuleProblem::NoPort(door.to_owned()))?;
    let transport = Transport::from_name(transport).ok_or_else(|| RuleProblem::NoTransport(transport.to_owned()))?;
    let ports = parse_ports(ports).filter(|ports| *ports.start() > 0).ok_or_else(|| RuleProblem::NoPorts(ports.to_owned()))?;
    let (name, category) = match naming.split_once(',') {
        Some((name, category)) => (name.trim(), parse_category(category.trim(), categories)?),
        None => (naming.trim(), Category::Other.into()),
    };
    Ok(Rule { host, transport, ports, name: parse_name(name)?, category })
}

/// Parses a line of `/etc/services`; `None` if its protocol has no ports that Portolan counts.
fn parse_services_line(line: &str) -> Result<Option<Rule>, RuleProblem> {
    let mut words = line.split_whitespace();
    let (Some(name), Some((port, protocol))) = (words.next(), words.next().and_then(|word| word.split_once('/'))) else {
        return Err(RuleProblem::NoEquals(line.to_owned()));
    };
    if OTHER_PROTOCOLS.contains(&protocol) {
        return Ok(None);
    }
    let transport = Transport::from_name(protocol).ok_or_else(|| RuleProblem::NoTransport(protocol.to_owned()))?;
    let ports = parse_ports(port).filter(|ports| *ports.start() > 0).ok_or_else(|| RuleProblem::NoPorts(port.to_owned()))?;
    let registry = Registry::shared();
    let entry = registry.look_up(transport, *ports.start());
    let category = entry.map_or(Category::Other.into(), |id| registry.entry(id).category);
    Ok(Some(Rule { host: None, transport, ports, name: parse_name(name)?, category }))
}

fn parse_host(text: &str) -> Result<IpNet, RuleProblem> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    network.map_err(|_| RuleProblem::NoAddress(text.to_owned()))
}

fn parse_name(name: &str) -> Result<String, RuleProblem> {
    let fits = |c: char| c.is_alphanumeric() || "-_.+/".contains(c);
    if name.is_empty() || name.chars().count() > 40 || !name.chars().all(fits) {
        return Err(RuleProblem::NoName(name.to_owned()));
    }
    if [Category::Unassigned, Category::Undetermined].iter().any(|verdict| verdict.name() == name) {
        return Err(RuleProblem::ReservedName(name.to_owned()));
    }
    Ok(name.to_owned())
}

/// Parses `80` or `6881-6889`.
pub(super) fn parse_ports(text: &str) -> Option<RangeInclusive<u16>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (first <= last).then_some(first..=last)
}

fn parse_category(name: &str, own: &OwnCategories) -> Result<CategoryId, RuleProblem> {
    let declared = || own.find(name).map(CategoryId::Own);
    Category::of_service(name).map(CategoryId::BuiltIn).or_else(declared).ok_or_else(|| {
        if is_reserved(name) {
            return RuleProblem::ReservedCategory(name.to_owned());
        }
        let built_in = Category::SERVICES.iter().map(|category| category.name());
        let known: Vec<&str> = built_in.chain(own.iter().map(|category| &*category.name)).collect();
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        RuleProblem::NoCategory {
            word: name.to_owned(),
            near: owned(&near_words(name, known.iter().copied())),
            known: owned(&known),
            can_be_declared: is_category_name(name),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_module_is_read() {
        let text = "udp/2500 = ip-phone, voip   # on every machine\n\ntcp/8000-8010 = cameras\n192.0.2.7 tcp/8000 = door-camera\n2001:db8::/32 udp/9999 = sensors\n";
        let rules = parse(text).unwrap().rules;
        assert_eq!(rules[0].category, Category::Voip.into());
        assert_eq!((rules[1].ports.clone(), rules[1].category), (8000..=8010, Category::Other.into()));
        assert_eq!(rules[2].host, Some("192.0.2.7/32".parse().unwrap()));
        assert_eq!(rules[3].host, Some("2001:db8::/32".parse().unwrap()));
    }

    #[test]
    fn lines_of_etc_services_are_rules_with_the_category_of_their_port() {
        let text = "tcpmux\t\t1/tcp\t\t\t# TCP port service multiplexer\nimap2 143/tcp imap\nrtmp 1/ddp\nip-phone 2500/udp phone handset\n";
        let rules = parse(text).unwrap().rules;
        let rules: Vec<_> = rules.iter().map(|rule| (&*rule.name, rule.transport, rule.ports.clone(), rule.category)).collect();
        assert_eq!(
            rules[1..],
            [
                ("imap2", Transport::Tcp, 143..=143, Category::Mail.into()),
                ("ip-phone", Transport::Udp, 2500..=2500, Category::Other.into())
            ]
        );
        assert_eq!(parse("http 80/tpc").unwrap_err(), (1, RuleProblem::NoTransport("tpc".into())));
        assert_eq!(parse("http tcp").unwrap_err(), (1, RuleProblem::NoEquals("http tcp".into())));
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let word = str::to_owned;
        let cases = [
            ("tcp/80 http", RuleProblem::NoEquals(word("tcp/80 http"))),
            ("http = x", RuleProblem::NoPort(word("http"))),
            ("icmp/8 = ping", RuleProblem::NoTransport(word("icmp"))),
            ("tcp/0 = zero", RuleProblem::NoPorts(word("0"))),
            ("tcp/90-80 = x", RuleProblem::NoPorts(word("90-80"))),
            ("tcp/70000 = x", RuleProblem::NoPorts(word("70000"))),
            ("10.0.0.0/33 tcp/1 = x", RuleProblem::NoAddress(word("10.0.0.0/33"))),
            ("tcp/1 = ", RuleProblem::NoName(word(""))),
            ("tcp/1 = a b", RuleProblem::NoName(word("a b"))),
            ("tcp/1 = undetermined", RuleProblem::ReservedName(word("undetermined"))),
        ];
        for (line, problem) in cases {
            assert_eq!(parse(&format!("# table\n{line}\n")).unwrap_err(), (2, problem));
        }
        let (_, problem) = parse("tcp/1 = x, telephony").unwrap_err();
        let RuleProblem::NoCategory { word, known, .. } = problem else { panic!("{problem:?}") };
        let is_known = |name: &str| known.iter().any(|known| known == name);
        assert!(word == "telephony" && is_known("voip") && !is_known("undetermined"), "{known:?}");
    }

    #[test]
    fn a_declared_category_is_that_of_the_rules_that_name_it() {
        let table = parse(
            "tcp/3200 = sap-gui, erp\ncategory erp = Business software # SAP\ncategory lab\ntcp/1 = x, lab\ncategory 60009/tcp\n",
        );
        let PortTable { rules, categories } = table.unwrap();
        let category = |id: CategoryId| match id {
            CategoryId::Own(id) => categories.get(id).name.clone(),
            CategoryId::BuiltIn(category) => category.name().to_owned(),
        };
        let names: Vec<_> = rules.iter().map(|rule| (&*rule.name, category(rule.category))).collect();
        assert_eq!(names, [("sap-gui", "erp".into()), ("x", "lab".into()), ("category", "other".to_owned())]);
        let meanings: Vec<_> = categories.iter().map(|category| category.meaning.as_deref()).collect();
        assert_eq!(meanings, [Some("Business software"), None]);
    }

    #[test]
    fn a_category_is_declared_once_with_a_name_of_its_own() {
        let word = str::to_owned;
        let no_name = |name: &str| RuleProblem::NoCategoryName { name: name.into(), limit: 32 };
        let cases = [
            ("category", no_name("")),
            ("category = x", no_name("")),
            ("category Erp", no_name("Erp")),
            ("category erp Business software", no_name("erp Business software")),
            ("category web", RuleProblem::BuiltInCategory(word("web"))),
            ("category scan = x", RuleProblem::ReservedCategory(word("scan"))),
            ("category portless", RuleProblem::ReservedCategory(word("portless"))),
            ("tcp/1 = x, scan", RuleProblem::ReservedCategory(word("scan"))),
            ("category lab = again", RuleProblem::RepeatedCategory { name: word("lab"), line: 1 }),
            ("category a = \u{1b}[31m", RuleProblem::NoMeaning { name: word("a"), limit: 200 }),
        ];
        for (line, problem) in cases {
            assert_eq!(parse(&format!("category lab\n{line}\n")).unwrap_err(), (2, problem), "{line}");
        }
        let (line, problem) = parse("category lab\ntcp/1 = x, lba\n").unwrap_err();
        let RuleProblem::NoCategory { near, can_be_declared: true, .. } = problem else { panic!("{problem:?}") };
        assert_eq!((line, near), (2, vec![word("lab")]));
        let many: String = (0..201).map(|number| format!("category own-{number}\n")).collect();
        assert_eq!(parse(&many).unwrap_err(), (201, RuleProblem::TooManyCategories { limit: 200 }));
    }
}
