//! The largest clients, services and servers, and the bytes between them.
//!
//! Most captures have few different uses of services, and these are collected in one pass over the flows. Where there are many, the flows
//! are passed over again. There can be as many machines as flows, so that the largest are found in two steps: the first adds up machines
//! that share a bucket, and the second only those machines whose buckets are large enough. If there are too many small machines for the
//! picture to show half of the traffic, the first step already says so.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::analysis::Decided;
use crate::decode::Side;
use crate::flow::Flow;
use crate::report::names;
use crate::report::overview::NamedHost;
use crate::service::{Category, Service, Verdict};
use crate::stats::flows::{Host, total};
use crate::support::parallel;

/// The most clients, services and servers with a place of their own.
pub const MAX_RELATED: usize = 12;
/// The buckets that machines share in the first pass.
const BUCKETS: usize = 1 << 12;
/// The buckets whose machines are told apart in the second pass, unless that turns out to be too few.
const CANDIDATES: usize = 256;

/// The most different uses that are collected by a thread.
const MAX_USES: usize = 1 << 16;

type Map<K, V> = HashMap<K, V, RandomState>;

/// The use of services: the largest clients, services and servers, all others together, and the bytes between them.
///
/// It is about all flows with ports whose server is known. Each side has the sum of their bytes on the wire. Of flows that are no longer
/// kept, the client is not known: it is among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceRelations<'a> {
    /// The clients with the most bytes, at most [`MAX_RELATED`], then all others, if there are any.
    pub clients: Vec<RelationEnd<'a>>,
    /// The servers, in the same form. A group of machines can be a server.
    pub servers: Vec<RelationEnd<'a>>,
    /// The services, in the same form.
    pub services: Vec<RelatedService<'a>>,
    /// By client, then by service: bytes.
    pub from_clients: Vec<Vec<u64>>,
    /// By service, then by server: bytes.
    pub to_servers: Vec<Vec<u64>>,
}

/// A client or a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelationEnd<'a> {
    /// The machine; `None` for all others.
    pub host: Option<NamedHost<'a>>,
    /// Bytes on the wire, both directions.
    pub bytes: u64,
}

/// A service. Its name and its category are the key: one name can have several categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelatedService<'a> {
    /// The name; `None` for all others. The unanswered parts of all scans are one service, `scan`.
    pub name: Option<&'a str>,
    /// The key of the category; empty for all others.
    pub category: &'a str,
    /// Bytes on the wire, both directions.
    pub bytes: u64,
}

/// The service of a flow; `None` for the unanswered part of a scan.
type UsedService = Option<Service>;

/// The use of a service: its client, service and server, as far as they are known.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Use {
    client: Option<Host>,
    service: Option<UsedService>,
    server: Option<Host>,
}

impl Use {
    /// The use that a flow makes of a service; `None` if its server is not known.
    #[inline]
    fn of_flow(decided: &Decided<'_>, flow: &Flow, verdict: &Verdict) -> Option<Use> {
        let server = verdict.server.filter(|_| flow.key.has_ports() && !flow.is_overflow())?;
        let host = |side: Side| Host { version: flow.key.version, address: flow.key.addresses[side.index()] };
        let is_of_scan = decided.is_closed_to_scan(flow, verdict);
        Some(Use {
            client: Some(host(server.other())),
            service: Some(Some(verdict.service).filter(|_| !is_of_scan)),
            server: Some(host(server)),
        })
    }

    fn ends(&self) -> [Option<Host>; 2] {
        [self.client, self.server]
    }
}

/// The uses by flows that are no longer kept, with their bytes.
fn closed_uses<'a>(decided: &'a Decided<'_>) -> impl Iterator<Item = (Use, u64)> + 'a {
    let servers = decided.collected.closed.iter().map(|closed| &closed.sums.servers);
    servers.flat_map(|servers| {
        let each = servers.each.iter().map(|(key, sum)| (Some(key.host), Some(Some(sum.service)), sum.traffic.wire_bytes));
        let others = servers.others.iter().map(|sum| (None, None, sum.traffic.wire_bytes));
        each.chain(others).map(|(server, service, bytes)| (Use { client: None, service, server }, bytes))
    })
}

/// The different uses of the kept flows, with their bytes.
pub(super) enum Uses {
    /// All of them.
    Few(Map<Use, u64>),
    /// More than are worth their memory.
    Many,
}

impl Default for Uses {
    fn default() -> Uses {
        Uses::Few(Map::default())
    }
}

impl Uses {
    /// Adds a flow.
    #[inline]
    pub(super) fn add(&mut self, decided: &Decided<'_>, flow: &Flow, verdict: &Verdict) {
        if let Uses::Few(uses) = self
            && let Some(used) = Use::of_flow(decided, flow, verdict)
        {
            *uses.entry(used).or_default() += total(flow).wire_bytes;
            if uses.len() > MAX_USES {
                *self = Uses::Many;
            }
        }
    }

    /// Adds the uses of another part.
    pub(super) fn merge(&mut self, other: Uses) {
        match (&mut *self, other) {
            (Uses::Few(mine), Uses::Few(theirs)) => {
                theirs.into_iter().for_each(|(used, bytes)| *mine.entry(used).or_default() += bytes);
            }
            _ => *self = Uses::Many,
        }
    }

    /// Adds up all uses, those of flows that are no longer kept included.
    fn sum<S: Send>(
        &self,
        decided: &Decided<'_>,
        empty: impl Fn() -> S + Sync,
        add: impl Fn(&mut S, &Use, u64) + Sync,
        merge: impl Fn(&mut S, S),
    ) -> S {
        let mut all = empty();
        closed_uses(decided).for_each(|(used, bytes)| add(&mut all, &used, bytes));
        match self {
            Uses::Few(uses) => uses.iter().for_each(|(used, bytes)| add(&mut all, used, *bytes)),
            Uses::Many => {
                let parts = parallel::parts(decided.collected.flows.len(), decided.collected.threads, |part| {
                    let mut sum = empty();
                    for number in part {
                        let (flow, verdict) = decided.flow(number);
                        if let Some(used) = Use::of_flow(decided, flow, verdict) {
                            add(&mut sum, &used, total(flow).wire_bytes);
                        }
                    }
                    sum
                });
                parts.into_iter().for_each(|part| merge(&mut all, part));
            }
        }
        all
    }
}

/// The result of the first step: all bytes, those of each service, and those of clients and servers that share a bucket.
struct RoughSums {
    bytes: u64,
    services: Map<UsedService, u64>,
    /// Of clients, and of servers.
    buckets: [Vec<u64>; 2],
    hasher: RandomState,
}

impl RoughSums {
    fn new(decided: &Decided<'_>, uses: &Uses) -> RoughSums {
        let hasher = RandomState::default();
        let empty = || {
            let buckets = [vec![0; BUCKETS], vec![0; BUCKETS]];
            RoughSums { bytes: 0, services: Map::default(), buckets, hasher: hasher.clone() }
        };
        uses.sum(decided, empty, RoughSums::add, RoughSums::merge)
    }

    #[inline]
    fn add(&mut self, used: &Use, bytes: u64) {
        self.bytes += bytes;
        if let Some(service) = used.service {
            *self.services.entry(service).or_default() += bytes;
        }
        for (end, host) in used.ends().into_iter().enumerate() {
            if let Some(host) = host {
                let bucket = self.bucket(&host);
                self.buckets[end][bucket] += bytes;
            }
        }
    }

    fn merge(&mut self, other: RoughSums) {
        self.bytes += other.bytes;
        for (service, bytes) in other.services {
            *self.services.entry(service).or_default() += bytes;
        }
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }

    #[inline]
    fn bucket(&self, host: &Host) -> usize {
        self.hasher.hash_one(host) as usize & (BUCKETS - 1)
    }

    /// True if some bytes are at least half of all.
    fn is_half(&self, bytes: u64) -> bool {
        bytes > 0 && u128::from(bytes) * 2 >= u128::from(self.bytes)
    }
}

/// The machines with the most bytes, in order, and the bytes of each.
type Largest = Vec<(Host, u64)>;

/// The largest clients, and the largest servers; `None` if these cannot have half of the bytes.
fn largest_ends(decided: &Decided<'_>, uses: &Uses, rough: &RoughSums) -> Option<[Largest; 2]> {
    let mut least = [0; 2];
    for (least, buckets) in least.iter_mut().zip(&rough.buckets) {
        let mut buckets = buckets.clone();
        buckets.sort_unstable_by_key(|bytes| Reverse(*bytes));
        if !rough.is_half(buckets.iter().take(MAX_RELATED).sum()) {
            return None;
        }
        *least = buckets[CANDIDATES].max(1);
    }
    loop {
        let largest = ends_in_buckets(decided, uses, rough, least);
        // A machine in any other bucket has fewer bytes than the bucket.
        let bounds = [0, 1].map(|end| largest[end].get(MAX_RELATED - 1).map_or(1, |(_, bytes)| (*bytes).max(1)));
        if bounds.iter().zip(&least).all(|(bound, least)| bound >= least) {
            return Some(largest);
        }
        least = [0, 1].map(|end| least[end].min(bounds[end]));
    }
}

/// The largest clients and the largest servers in the buckets with at least so many bytes.
fn ends_in_buckets(decided: &Decided<'_>, uses: &Uses, rough: &RoughSums, least: [u64; 2]) -> [Largest; 2] {
    let add = |sums: &mut [Map<Host, u64>; 2], used: &Use, bytes: u64| {
        for (end, host) in used.ends().into_iter().enumerate() {
            let candidate = host.filter(|host| rough.buckets[end][rough.bucket(host)] >= least[end]);
            if let Some(host) = candidate {
                *sums[end].entry(host).or_default() += bytes;
            }
        }
    };
    let empty: fn() -> [Map<Host, u64>; 2] = Default::default;
    let sums = uses.sum(decided, empty, add, |all, part| {
        for (mine, theirs) in all.iter_mut().zip(part) {
            theirs.into_iter().for_each(|(host, bytes)| *mine.entry(host).or_default() += bytes);
        }
    });
    sums.map(|sums| {
        let mut largest: Largest = sums.into_iter().filter(|(_, bytes)| *bytes > 0).collect();
        largest.sort_unstable_by_key(|(host, bytes)| (Reverse(*bytes), *host));
        largest.truncate(MAX_RELATED);
        largest
    })
}

/// The largest services, by name, and the place of each service among them.
fn largest_services<'a>(decided: &'a Decided<'_>, rough: &RoughSums) -> (Vec<RelatedService<'a>>, Map<UsedService, usize>) {
    let registry = &decided.collected.registry;
    let key = |used: &UsedService| match used {
        Some(service) => (names::service(registry, *service), names::category(registry, *service)),
        None => (Category::Scan.name(), Category::Scan.name()),
    };
    // Several entries of the port table can have one name.
    let mut by_name: BTreeMap<(&'a str, &'a str), u64> = BTreeMap::new();
    for (service, bytes) in &rough.services {
        *by_name.entry(key(service)).or_default() += bytes;
    }
    let mut services: Vec<_> = by_name.into_iter().filter(|(_, bytes)| *bytes > 0).collect();
    services.sort_by_key(|(_, bytes)| Reverse(*bytes));
    services.truncate(MAX_RELATED);
    let place = |used: &UsedService| services.iter().position(|(name, _)| *name == key(used));
    let places = rough.services.keys().filter_map(|used| Some((*used, place(used)?))).collect();
    let related = |((name, category), bytes)| RelatedService { name: Some(name), category, bytes };
    (services.into_iter().map(related).collect(), places)
}

/// A place for each of the largest, and one for all others.
const PLACES: usize = MAX_RELATED + 1;
/// The place of all others.
const OTHERS: usize = MAX_RELATED;

/// The bytes between clients and services, and between services and servers.
#[derive(Clone)]
struct Between([[[u64; PLACES]; PLACES]; 2]);

fn between(decided: &Decided<'_>, uses: &Uses, largest: &[Largest; 2], services: &Map<UsedService, usize>) -> Between {
    let places =
        largest.each_ref().map(|hosts| (0..).zip(hosts).map(|(place, (host, _))| (*host, place)).collect::<Map<Host, usize>>());
    let [clients, servers] = &places;
    let place =
        |places: &Map<Host, usize>, host: Option<Host>| host.and_then(|host| places.get(&host).copied()).unwrap_or(OTHERS);
    let add = |Between([from_clients, to_servers]): &mut Between, used: &Use, bytes: u64| {
        let service = used.service.and_then(|service| services.get(&service).copied()).unwrap_or(OTHERS);
        from_clients[place(clients, used.client)][service] += bytes;
        to_servers[service][place(servers, used.server)] += bytes;
    };
    uses.sum(
        decided,
        || Between([[[0; PLACES]; PLACES]; 2]),
        add,
        |all, part| {
            let numbers = all.0.iter_mut().flatten().flatten();
            numbers.zip(part.0.iter().flatten().flatten()).for_each(|(mine, theirs)| *mine += theirs);
        },
    )
}

impl<'a> ServiceRelations<'a> {
    /// Computes the relations; `None` unless the clients, services and servers with places of their own each have at least half of the
    /// bytes.
    pub(super) fn new(decided: &'a Decided<'_>, uses: &Uses) -> Option<ServiceRelations<'a>> {
        let rough = &RoughSums::new(decided, uses);
        let (mut services, places) = largest_services(decided, rough);
        if !rough.is_half(services.iter().map(|service| service.bytes).sum()) {
            return None;
        }
        let largest = largest_ends(decided, uses, rough)?;
        if !largest.iter().all(|hosts| rough.is_half(hosts.iter().map(|(_, bytes)| bytes).sum())) {
            return None;
        }
        let Between([from_clients, to_servers]) = between(decided, uses, &largest, &places);
        let [clients, servers] = largest.map(|hosts| {
            let end = |(host, bytes): (Host, u64)| RelationEnd { host: Some(NamedHost::new(decided, host)), bytes };
            let mut ends: Vec<RelationEnd<'a>> = hosts.into_iter().map(end).collect();
            let bytes = rough.bytes - ends.iter().map(|end| end.bytes).sum::<u64>();
            ends.extend((bytes > 0).then_some(RelationEnd { host: None, bytes }));
            ends
        });
        let bytes = rough.bytes - services.iter().map(|service| service.bytes).sum::<u64>();
        services.extend((bytes > 0).then_some(RelatedService { name: None, category: "", bytes }));
        let places = |len: usize, has_others: bool| (0..len - usize::from(has_others)).chain(has_others.then_some(OTHERS));
        let of_ends = |ends: &[RelationEnd<'a>]| places(ends.len(), ends.last().is_some_and(|end| end.host.is_none()));
        let of_services = || places(services.len(), bytes > 0);
        let from_clients = of_ends(&clients).map(|client| of_services().map(|service| from_clients[client][service]).collect());
        let to_servers = of_services().map(|service| of_ends(&servers).map(|server| to_servers[service][server]).collect());
        let (from_clients, to_servers) = (from_clients.collect(), to_servers.collect());
        Some(ServiceRelations { clients, servers, services, from_clients, to_servers })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::testing::{at, capture};
    use crate::analysis::{Engine, Options};
    use crate::time::NANOSECONDS;

    fn few(decided: &Decided<'_>) -> Uses {
        let mut uses = Uses::default();
        for number in 0..decided.collected.flows.len() {
            let (flow, verdict) = decided.flow(number);
            uses.add(decided, flow, verdict);
        }
        uses
    }

    #[test]
    fn many_uses_give_the_relations_that_few_give() {
        let ports = [53, 123, 161, 514, 1812, 69, 67, 500, 4500, 5060, 1194, 3478, 5353, 1900, 137, 138, 2049, 111];
        let text = [b'?'; 40];
        let packets: Vec<(u32, u8, u16, &[u8])> = (0..255 * ports.len())
            .map(|number| (0, (number % 255) as u8, ports[number / 255], &text[..number % 7 * 5]))
            .chain((0..4000).map(|number| (1, 7, 53 + 70 * (number % 2), &text[..])))
            .collect();
        let mut source = capture(&packets);
        let mut engine = Engine::new(&Options { threads: 2, ..Options::new(Vec::new()) });
        engine.read(&mut source, u64::MAX);
        engine.close(&source);
        let decided = engine.finish().decide();
        let uses = few(&decided);
        assert!(matches!(&uses, Uses::Few(uses) if uses.len() > 4000));
        let relations = ServiceRelations::new(&decided, &uses).unwrap();
        assert_eq!(ServiceRelations::new(&decided, &Uses::Many).as_ref(), Some(&relations));
        let ends = [relations.clients.len(), relations.services.len(), relations.servers.len()];
        assert_eq!(ends, [MAX_RELATED + 1, MAX_RELATED + 1, 1]);
        let mut merged = Uses::default();
        merged.merge(Uses::Many);
        merged.merge(uses);
        assert!(matches!(merged, Uses::Many));
    }

    #[test]
    fn of_expired_flows_only_services_and_servers_are_known() {
        let packets: Vec<(u32, u8, u16, &[u8])> = (0..10).map(|number| (u32::from(number) * 10, number, 53, &b"?"[..])).collect();
        let relations = |expired: usize| {
            let mut source = capture(&packets);
            let mut engine = Engine::new(&Options::new(Vec::new()));
            engine.read(&mut source, u64::MAX);
            engine.expire_idle(at(90), (100 - 10 * expired as i64) * NANOSECONDS - 1);
            engine.close(&source);
            let decided = engine.finish().decide();
            assert_eq!(decided.collected.flows.len(), 10 - expired);
            let relations = ServiceRelations::new(&decided, &few(&decided))?;
            let of_clients: Vec<u64> = relations.clients.iter().map(|end| end.bytes).collect();
            assert_eq!(relations.clients.last().unwrap().host.is_none(), expired > 0);
            let [services, servers] = [relations.services[0].bytes, relations.servers[0].bytes];
            assert_eq!([services, servers], [of_clients.iter().sum::<u64>(); 2]);
            Some(of_clients.len())
        };
        assert_eq!([0, 3, 5, 6].map(relations), [Some(10), Some(8), Some(6), None]);
    }
}
