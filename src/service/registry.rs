//! The book of ports: from transport and port to a name, a category and a rank.
//!
//! Three tables are layered, and the later ones win: the IANA registry (`data/services.tsv`), our own reviewed overlay
//! (`data/overlay.tsv`: names that people use, categories, ranks, customary ports), and the user's own table.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU16;
use std::ops::RangeInclusive;
use std::sync::{Arc, LazyLock};

use foldhash::fast::FixedState;
use ipnet::IpNet;

use super::category::{Category, CategoryId};
use super::expected::ExpectedService;
use super::keyed_enum::keyed_enum;
use super::one_way;
use super::own_category::OwnCategories;
use super::transport::Transport;
use super::tsv::rows;
use super::user_table::{PortTable, Rule, parse_ports};
use super::verdict::Service;
use crate::decode::{TunnelPorts, UdpTunnel};

/// A map with keys of our own tables, which need no seed.
type Map<K, V> = HashMap<K, V, FixedState>;

pub(super) const IANA: &str = include_str!("../../data/services.tsv");
const OVERLAY: &str = include_str!("../../data/overlay.tsv");

keyed_enum! {
    /// The source of a name, by its key in the columns `name_source`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
    #[non_exhaustive]
    pub enum NameSource by name {
        /// The user's table.
        User = "user",
        /// A control channel in the capture.
        Expected = "expected",
        /// The port is assigned to this service by IANA.
        Iana = "iana",
        /// The use is customary, not registered, by our overlay.
        Overlay = "overlay",
    }
}

/// An entry of the registry: the service that has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The service's name, for people and machines.
    pub name: Cow<'static, str>,
    /// The category of the service.
    pub category: CategoryId,
    /// The source of the name.
    pub source: NameSource,
    /// True if the service is widely run, so that its port is likely a server's.
    pub curated: bool,
}

/// The number of an [`Entry`], from 1: equal numbers mean equal name, category, source and curation.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct EntryId(NonZeroU16);

impl EntryId {
    #[inline]
    fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// The likelihood that a port is a server's, from -2 (port 0) to 6 (a widely run system service).
pub type Rank = i8;

/// The rank of a port that cannot be a service: port 0 (reserved, RFC 6335 section 6).
pub const RANK_PORT_ZERO: Rank = -2;
/// The rank from which a port has an assigned service.
pub const RANK_REGISTERED: Rank = 3;
/// The rank from which a port has a curated service.
pub const RANK_CURATED: Rank = 5;

/// The least gap between two ranks that is strong evidence: right in 99.8 % of the flows with a handshake, where the handshake
/// was hidden.
pub const STRONG_RANK_GAP: Rank = 3;
/// The least gap between two ranks that is moderate evidence: right in 93 %. A smaller gap is weak evidence: right in 85 %.
pub const MODERATE_RANK_GAP: Rank = 2;

/// The number of the entry for each port of a transport, or 0.
type PortSlots = Box<[u16; 1 << 16]>;

/// The book of ports.
#[derive(Debug)]
pub struct Registry {
    entries: Vec<Entry>,
    numbers: Map<Entry, EntryId>,
    slots: [PortSlots; 4],
    hosts: Vec<HostRule>,
    rules: usize,
    categories: OwnCategories,
    /// The services whose clients wait for no answer: so few that a linear search is fastest.
    one_way: Vec<EntryId>,
}

/// A user's rule for one machine or network.
#[derive(Debug)]
pub(super) struct HostRule {
    pub(super) network: IpNet,
    pub(super) transport: Transport,
    pub(super) ports: RangeInclusive<u16>,
    pub(super) entry: EntryId,
}

impl std::hash::Hash for Entry {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        (&self.name, self.category, self.source, self.curated).hash(state);
    }
}

impl Registry {
    /// The built-in book: IANA's registry and our overlay.
    pub fn built_in() -> Registry {
        let slots = || vec![0u16; 1 << 16].into_boxed_slice().try_into().expect("a box of 2^16 numbers");
        let mut registry = Registry {
            entries: Vec::with_capacity(8192),
            numbers: Map::with_capacity_and_hasher(8192, FixedState::default()),
            slots: [slots(), slots(), slots(), slots()],
            hosts: Vec::new(),
            rules: 0,
            categories: OwnCategories::default(),
            one_way: Vec::new(),
        };
        let overlay: Vec<OverlayRow> = overlay().collect();
        registry.lay_iana(&overlay);
        registry.lay_overlay(&overlay);
        for ExpectedService { name, category } in ExpectedService::all() {
            registry.number(Entry { name: name.into(), category: category.into(), source: NameSource::Expected, curated: false });
        }
        registry
    }

    /// The built-in book, made once and shared.
    pub fn shared() -> Arc<Registry> {
        static SHARED: LazyLock<Arc<Registry>> = LazyLock::new(|| Arc::new(Registry::built_in()));
        Arc::clone(&SHARED)
    }

    /// The built-in book with the user's port table laid over it.
    pub fn with_table(table: &PortTable) -> Registry {
        let mut registry = Registry::built_in();
        registry.rules = table.rules.len();
        registry.categories = table.categories.clone();
        for rule in &table.rules {
            registry.lay_rule(rule);
        }
        registry
    }

    /// Adds IANA's registry. IANA names no categories: a port has that of the service which the overlay knows by the same name
    /// elsewhere.
    fn lay_iana(&mut self, overlay: &[OverlayRow]) {
        let categories: Map<&str, Category> = overlay.iter().map(|row| (row.name, row.category)).collect();
        for [port, transport, name] in rows(IANA) {
            let port: u16 = port.parse().expect("services.tsv: port");
            let transport = Transport::from_name(transport).expect("services.tsv: transport");
            let name = in_lower_case(name);
            let category = categories.get(&*name).copied().unwrap_or(Category::Other);
            let entry = Entry { name, category: category.into(), source: NameSource::Iana, curated: false };
            let id = self.number(entry);
            self.slots[table(transport)][usize::from(port)] = id.0.get();
        }
    }

    fn lay_overlay(&mut self, overlay: &[OverlayRow]) {
        for row in overlay {
            let OverlayRow { name, category, source, curated, .. } = *row;
            let id = self.number_reviewed(Entry { name: name.into(), category: category.into(), source, curated });
            for transport in row.transports() {
                for port in row.ports.clone() {
                    self.slots[table(transport)][usize::from(port)] = id.0.get();
                }
            }
        }
    }

    /// Adds a rule of the user. A rule for all machines names the port and makes it a curated one; a rule for one machine or
    /// network also names the server.
    fn lay_rule(&mut self, rule: &Rule) {
        let entry = Entry { name: rule.name.clone().into(), category: rule.category, source: NameSource::User, curated: true };
        let id = self.number_reviewed(entry);
        match rule.host {
            Some(network) => {
                self.hosts.push(HostRule { network, transport: rule.transport, ports: rule.ports.clone(), entry: id })
            }
            None => {
                for port in rule.ports.clone() {
                    self.slots[table(rule.transport)][usize::from(port)] = id.0.get();
                }
            }
        }
    }

    /// The number of an entry of our own table or the user's. Only there can a service be one whose clients wait for no answer.
    fn number_reviewed(&mut self, entry: Entry) -> EntryId {
        let is_one_way = one_way::NAMES.contains(&&*entry.name);
        let id = self.number(entry);
        if is_one_way && !self.one_way.contains(&id) {
            self.one_way.push(id);
        }
        id
    }

    /// True if the service's clients wait for no answer, as syslog's do.
    pub fn expects_no_answer(&self, id: EntryId) -> bool {
        self.one_way.contains(&id)
    }

    fn number(&mut self, entry: Entry) -> EntryId {
        if let Some(&id) = self.numbers.get(&entry) {
            return id;
        }
        self.entries.push(entry.clone());
        let number = u16::try_from(self.entries.len()).ok().and_then(NonZeroU16::new);
        let id = EntryId(number.expect("fewer than 2^16 different services"));
        self.numbers.insert(entry, id);
        id
    }

    /// A line about the tables from which the registry was made, so that the same one can be made again.
    pub fn describe(&self) -> String {
        let count = |table| rows::<1>(table).count();
        let rules = if self.rules == 1 { "1 rule".to_owned() } else { format!("{} rules", self.rules) };
        let own = match self.categories.len() {
            0 => String::new(),
            1 => ", 1 category".to_owned(),
            number => format!(", {number} categories"),
        };
        format!("IANA registry ({} rows), overlay ({} rows), user ({rules}{own})", count(IANA), count(OVERLAY))
    }

    /// The entry with the number `id`.
    #[inline]
    pub fn entry(&self, id: EntryId) -> &Entry {
        &self.entries[id.index()]
    }

    /// The entry for a port. SCTP and DCCP borrow TCP's entry, then UDP's, where they have none of their own; TCP and UDP never
    /// borrow from each other (RFC 6335: the protocols' registrations are separate).
    #[inline]
    pub fn look_up(&self, transport: Transport, port: u16) -> Option<EntryId> {
        let own = self.slots[table(transport)][usize::from(port)];
        let slot = match transport {
            Transport::Sctp | Transport::Dccp if own == 0 => {
                let tcp = self.slots[table(Transport::Tcp)][usize::from(port)];
                if tcp == 0 { self.slots[table(Transport::Udp)][usize::from(port)] } else { tcp }
            }
            _ => own,
        };
        NonZeroU16::new(slot).map(EntryId)
    }

    /// The name of a flow's service; empty where its protocol has no ports.
    pub fn name(&self, service: Service) -> &str {
        match service {
            Service::Named(id) => &self.entry(id).name,
            Service::Unassigned => Category::Unassigned.name(),
            Service::Undetermined => Category::Undetermined.name(),
            Service::Portless => "",
        }
    }

    /// True if a flow can have a service of this name.
    pub fn has_name(&self, name: &str) -> bool {
        let of_verdicts = [Service::Unassigned, Service::Undetermined].map(|service| self.name(service));
        of_verdicts.contains(&name) || self.entries.iter().any(|entry| &*entry.name == name)
    }

    /// The category of a flow's service; `None` where its protocol has no ports.
    pub fn category(&self, service: Service) -> Option<CategoryId> {
        match service {
            Service::Named(id) => Some(self.entry(id).category),
            Service::Unassigned => Some(Category::Unassigned.into()),
            Service::Undetermined => Some(Category::Undetermined.into()),
            Service::Portless => None,
        }
    }

    /// The name of a category.
    pub fn category_name(&self, category: CategoryId) -> &str {
        match category {
            CategoryId::BuiltIn(category) => category.name(),
            CategoryId::Own(id) => &self.categories.get(id).name,
        }
    }

    /// The category with this name, verdicts and those of the user's table included.
    pub fn category_named(&self, name: &str) -> Option<CategoryId> {
        let built_in = Category::ALL.into_iter().find(|category| category.name() == name);
        built_in.map(CategoryId::BuiltIn).or_else(|| self.categories.find(name).map(CategoryId::Own))
    }

    /// The categories that the user's table declares.
    pub fn own_categories(&self) -> &OwnCategories {
        &self.categories
    }

    /// The entry of an announced service.
    pub fn announced(&self, ExpectedService { name, category }: ExpectedService) -> EntryId {
        let entry = Entry { name: name.into(), category: category.into(), source: NameSource::Expected, curated: false };
        self.numbers[&entry]
    }

    /// The ports of a transport whose names `of_name` knows, each with its result. The user's rules for single machines are
    /// included; a port can occur more than once.
    pub fn ports_by_name<T: Copy>(&self, transport: Transport, of_name: impl Fn(&str) -> Option<T>) -> Vec<(u16, T)> {
        let results: Vec<Option<T>> = self.entries.iter().map(|entry| of_name(&entry.name)).collect();
        let of = |id: EntryId| results[id.index()];
        let mut ports: Vec<_> = (1..=u16::MAX).filter_map(|port| Some((port, of(self.look_up(transport, port)?)?))).collect();
        let rules = self.hosts.iter().filter(|rule| rule.transport == transport);
        let by_rule = rules.filter_map(|rule| Some((rule.ports.clone(), of(rule.entry)?)));
        ports.extend(by_rule.flat_map(|(ports, result)| ports.map(move |port| (port, result))));
        ports
    }

    /// The UDP ports that a user's rules call by the name of a tunnel. A rule for single machines counts for all of them here,
    /// because a packet's content is settled before its machines are known.
    pub fn tunnel_ports(&self) -> TunnelPorts {
        let is_users = |entry: &Entry| entry.source == NameSource::User;
        let tunnel = |entry: &Entry| is_users(entry).then(|| UdpTunnel::from_name(&entry.name)).flatten();
        // Hardly any table has such a rule, and without one no port need be looked at.
        if self.entries.iter().all(|entry| tunnel(entry).is_none()) {
            return TunnelPorts::default();
        }
        let of = |id: EntryId| tunnel(self.entry(id));
        let for_all = (1..=u16::MAX).filter_map(|port| Some((port, of(self.look_up(Transport::Udp, port)?)?)));
        let rules = self.hosts.iter().filter(|rule| rule.transport == Transport::Udp);
        let by_rule = rules.filter_map(|rule| Some((rule.ports.clone(), of(rule.entry)?)));
        TunnelPorts::new(for_all.chain(by_rule.flat_map(|(ports, tunnel)| ports.map(move |port| (port, tunnel)))))
    }

    /// The transport from which [`Registry::look_up`] takes the entry of a port: `transport` itself, or the one that lends the
    /// entry.
    pub fn naming_transport(&self, transport: Transport, port: u16) -> Transport {
        let named = |transport: &Transport| self.slots[table(*transport)][usize::from(port)] != 0;
        match transport {
            Transport::UdpLite => Transport::Udp,
            Transport::Sctp | Transport::Dccp => {
                [transport, Transport::Tcp, Transport::Udp].into_iter().find(named).unwrap_or(transport)
            }
            Transport::Tcp | Transport::Udp => transport,
        }
    }

    /// The user's rules for single machines and networks, in the order in which they are tried.
    pub(super) fn host_rules(&self) -> &[HostRule] {
        &self.hosts
    }

    /// The user's rule for the machine `address` and the port, if there is one. The first rule that fits wins.
    #[inline]
    pub fn host_rule(&self, address: IpAddr, transport: Transport, port: u16) -> Option<EntryId> {
        let fits =
            |rule: &&HostRule| rule.transport == transport && rule.ports.contains(&port) && rule.network.contains(&address);
        self.hosts.iter().find(fits).map(|rule| rule.entry)
    }

    /// True if there are rules for single machines, so that `host_rule` is worth asking.
    #[inline]
    pub fn has_host_rules(&self) -> bool {
        !self.hosts.is_empty()
    }

    /// The likelihood that the port is a server's.
    ///
    /// The scale was measured on public captures: curated services above merely registered ports, even system ones, keeps
    /// NFS clients with their reserved ports from being taken for servers; the ephemeral ranges are its lower end.
    #[inline]
    pub fn rank(&self, transport: Transport, port: u16) -> Rank {
        let entry = self.look_up(transport, port).map(|id| self.entry(id));
        match (entry, port) {
            (_, 0) => RANK_PORT_ZERO,
            (Some(Entry { curated: true, .. }), ..=1023) => 6,
            (Some(Entry { curated: true, .. }), _) => RANK_CURATED,
            (Some(_), ..=1023) => 4,
            (Some(_), ..=32767) => 3,
            (Some(_), ..=49151) | (None, ..=1023) => 2,
            (None, ..=32767) => 1,
            (None, ..=49151) => 0,
            (_, 49152..) => -1,
        }
    }
}

/// The index of a transport's slots. UDP-Lite has those of UDP (RFC 3828 section 3.4).
const fn table(transport: Transport) -> usize {
    match transport {
        Transport::Tcp => 0,
        Transport::Udp | Transport::UdpLite => 1,
        Transport::Sctp => 2,
        Transport::Dccp => 3,
    }
}

/// A row of our own table.
pub(super) struct OverlayRow {
    pub(super) ports: RangeInclusive<u16>,
    transports: &'static str,
    pub(super) name: &'static str,
    category: Category,
    curated: bool,
    source: NameSource,
    /// The document on which the row is based.
    pub(super) document: &'static str,
    /// A sentence for beginners.
    pub(super) note: &'static str,
}

impl OverlayRow {
    /// The transports that the row holds for.
    pub(super) fn transports(&self) -> impl Iterator<Item = Transport> {
        self.transports.split(',').map(|name| Transport::from_name(name).expect("overlay.tsv: transport"))
    }
}

/// The rows of our own table.
pub(super) fn overlay() -> impl Iterator<Item = OverlayRow> {
    rows(OVERLAY).map(|[ports, transports, name, category, curated, origin, document, note]| OverlayRow {
        ports: parse_ports(ports).expect("overlay.tsv: ports"),
        transports,
        name,
        category: Category::of_service(category).unwrap_or_else(|| panic!("overlay.tsv: category {category:?}")),
        curated: curated == "yes",
        source: if origin == "iana" { NameSource::Iana } else { NameSource::Overlay },
        document,
        note,
    })
}

/// The name in lower case. IANA spells a few names in capitals.
fn in_lower_case(name: &'static str) -> Cow<'static, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) { name.to_ascii_lowercase().into() } else { name.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(registry: &Registry, transport: Transport, port: u16) -> &str {
        registry.look_up(transport, port).map_or("", |id| &registry.entry(id).name)
    }

    #[test]
    fn the_ports_of_the_lesson_have_their_names() {
        let book = Registry::built_in();
        let tcp = |port| name(&book, Transport::Tcp, port);
        assert_eq!([80, 443, 25, 110, 143, 21, 20].map(tcp), ["http", "https", "smtp", "pop3", "imap", "ftp", "ftp-data"]);
        assert_eq!([445, 53, 515, 554, 23, 22].map(tcp), ["smb", "dns", "printer", "rtsp", "telnet", "ssh"]);
        assert_eq!(name(&book, Transport::Udp, 5060), "sip");
    }

    #[test]
    fn the_services_of_the_lesson_have_their_kinds() {
        let book = Registry::built_in();
        let kind = |transport, port| book.look_up(transport, port).map_or("", |id| book.category_name(book.entry(id).category));
        let tcp = |port| kind(Transport::Tcp, port);
        assert_eq!([80, 443, 25, 587, 465, 110, 143].map(tcp), ["web", "web", "mail", "mail", "mail", "mail", "mail"]);
        assert_eq!([20, 21, 139, 445].map(tcp), ["file-transfer", "file-transfer", "file-sharing", "file-sharing"]);
        assert_eq!([515, 631, 9100, 554].map(tcp), ["printing", "printing", "printing", "streaming"]);
        assert!([1863, 5222, 5269, 6667, 33033, 5190, 5050].iter().all(|&port| tcp(port) == "messaging"));
        assert!([1214, 4662, 6346, 6699, 6881, 411].iter().all(|&port| tcp(port) == "peer-to-peer"));
        assert!([5060, 5061, 1720].iter().all(|&port| tcp(port) == "voip"));
        let udp = |port| kind(Transport::Udp, port);
        assert!([5060, 2427, 2727, 4569].iter().all(|&port| udp(port) == "voip"));
        assert!([27015, 27960, 3074, 6112, 26000].iter().all(|&port| udp(port) == "games"));
        assert_eq!((tcp(25565), udp(443), udp(53)), ("games", "web", "name-resolution"));
    }

    #[test]
    fn tcp_and_udp_ports_are_separate() {
        let book = Registry::built_in();
        assert_eq!((name(&book, Transport::Tcp, 514), name(&book, Transport::Udp, 514)), ("shell", "syslog"));
        assert_eq!(name(&book, Transport::Udp, 3306), name(&book, Transport::UdpLite, 3306));
    }

    #[test]
    fn sctp_borrows_and_has_its_own() {
        let book = Registry::built_in();
        assert_eq!(name(&book, Transport::Sctp, 3306), "mysql");
        assert!(name(&book, Transport::Sctp, 36412).contains("s1"));
    }

    #[test]
    fn ranges_are_whole() {
        let book = Registry::built_in();
        assert!([6000, 6001, 6063].iter().all(|&port| name(&book, Transport::Tcp, port) == "x11"));
    }

    #[test]
    fn ranks_run_from_curated_system_services_to_port_zero() {
        let book = Registry::built_in();
        let tcp = |port| book.rank(Transport::Tcp, port);
        assert_eq!([443, 2049, 765, 1366, 34567, 720, 4997, 40001, 51544, 0].map(tcp), [6, 5, 4, 3, 2, 2, 1, 0, -1, -2]);
    }

    #[test]
    fn a_rule_for_all_machines_names_a_port_and_a_rule_for_one_only_there() {
        let rule = |host, ports, name: &str| Rule {
            host,
            transport: Transport::Tcp,
            ports,
            name: name.into(),
            category: Category::Other.into(),
        };
        let cameras = rule(Some("192.0.2.0/24".parse().unwrap()), 8000..=8001, "cameras");
        let rules = vec![rule(None, 2500..=2500, "ip-phone"), cameras];
        let book = Registry::with_table(&PortTable { rules, ..PortTable::default() });
        assert_eq!((name(&book, Transport::Tcp, 2500), book.rank(Transport::Tcp, 2500)), ("ip-phone", 5));
        assert_eq!(book.tunnel_ports().between(9, 4789), None);
        let host = |address: &str, port| book.host_rule(address.parse().unwrap(), Transport::Tcp, port);
        assert!(host("192.0.2.7", 8001).is_some());
        assert_eq!((host("192.0.3.7", 8001), host("192.0.2.7", 8002), host("::1", 8000)), (None, None, None));
    }

    #[test]
    fn a_users_udp_port_with_a_tunnels_name_is_that_tunnels() {
        let rules = super::super::user_table::parse(
            "udp/4444-4446 = vxlan\n10.0.0.0/8 udp/7777 = geneve\ntcp/5555 = vxlan\nudp/6666 = vxlan-like\n",
        );
        let ports = Registry::with_table(&rules.unwrap()).tunnel_ports();
        let at = [4444, 4446, 7777, 5555, 6666, 4789].map(|port| ports.between(50_000, port));
        let (vxlan, geneve) = (Some(UdpTunnel::Vxlan), Some(UdpTunnel::Geneve));
        assert_eq!(at, [vxlan, vxlan, geneve, None, None, None]);
    }
}
