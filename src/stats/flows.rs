//! Sums over decided flows: by service, port, server, host and evidence.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::budget::KeyBudget;
use super::conversations::Conversations;
use super::scans::{ScanSum, Scanner};
pub use super::sums::{
    EvidenceSum, Host, HostSum, Outcomes, PortSum, RangeSum, Role, ServerKey, ServerSum, ServiceSum, Sum, client_side, sent_by,
    total,
};
use crate::decode::Side;
use crate::flow::{BATCH, Flow};
use crate::service::book::PortRange;
use crate::service::{Confidence, Evidence, Service, Transport, Verdict};

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A sum that decided flows are added to.
pub trait FlowSum: Default {
    /// Adds a flow, as far as there is room for the keys that the sum distinguishes.
    fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget);

    /// Adds another sum.
    fn merge(&mut self, other: Self);

    /// The sum of this kind, from all sums.
    fn from_all(sums: &FlowSums) -> &Self;

    /// The sum over `flows`.
    fn over<'a>(flows: impl Iterator<Item = (&'a Flow, &'a Verdict)>) -> Self {
        let mut sum = Self::default();
        flows.for_each(|(flow, verdict)| sum.add(flow, verdict, &mut KeyBudget::unlimited()));
        sum
    }
}

/// Flows by service and transport.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Services(pub(crate) Map<(Service, Transport), ServiceSum>);

impl Services {
    /// The sums of all rows, in no order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &ServiceSum> {
        self.0.values()
    }
}

impl FlowSum for Services {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) {
        if let Some(transport) = Transport::from_protocol(flow.key.protocol) {
            self.0.entry((verdict.service, transport)).or_default().add(flow, verdict, transport, room);
        }
    }

    /// Adds flows in batches, because a set of clients is larger than the cache: the places of all flows of a batch are
    /// prefetched before the first is needed.
    fn over<'a>(mut flows: impl Iterator<Item = (&'a Flow, &'a Verdict)>) -> Self {
        let mut sum = Self::default();
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            batch.extend(flows.by_ref().take(BATCH));
            batch.iter().for_each(|(flow, verdict)| sum.prefetch(flow, verdict));
            if batch.is_empty() {
                return sum;
            }
            batch.drain(..).for_each(|(flow, verdict)| sum.add(flow, verdict, &mut KeyBudget::unlimited()));
        }
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.0, other.0);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.services
    }
}

impl Services {
    /// Brings the places that a flow will be added to into the cache.
    fn prefetch(&self, flow: &Flow, verdict: &Verdict) {
        let transport = Transport::from_protocol(flow.key.protocol);
        if let Some(sum) = transport.and_then(|transport| self.0.get(&(verdict.service, transport))) {
            sum.clients.prefetch(Host::from_flow(flow, client_side(flow, verdict)));
        }
    }
}

/// Flows by transport and port.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ports(pub(crate) Map<(Transport, u16), PortSum>);

impl FlowSum for Ports {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, _: &mut KeyBudget) {
        let Some(transport) = Transport::from_protocol(flow.key.protocol).filter(|_| !flow.is_overflow()) else { return };
        let [a, b] = flow.key.ports;
        let is = |side: Side, role: Option<Side>| role == Some(side);
        let client = verdict.server.map(Side::other);
        if a == b {
            let known = verdict.server.is_some();
            self.0.entry((transport, a)).or_default().add(flow, verdict, transport, [known; 2]);
            return;
        }
        for (port, side) in [(a, Side::A), (b, Side::B)] {
            let roles = [is(side, verdict.server), is(side, client)];
            self.0.entry((transport, port)).or_default().add(flow, verdict, transport, roles);
        }
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.0, other.0);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.ports
    }
}

/// Flows by transport and the range that the server's port is in; `None` where no side is the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranges(pub(crate) Map<(Transport, Option<PortRange>), RangeSum>);

impl FlowSum for Ranges {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, _: &mut KeyBudget) {
        let Some(transport) = Transport::from_protocol(flow.key.protocol) else { return };
        let port = verdict.server.map(|server| flow.key.port(server));
        self.0.entry((transport, port.map(PortRange::from_port))).or_default().add(flow, verdict, transport, port);
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.0, other.0);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.ranges
    }
}

/// Flows by server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Servers {
    /// Each server.
    pub(crate) each: Map<ServerKey, ServerSum>,
    /// The sum of the servers that there was no room for.
    pub others: Option<ServerSum>,
}

impl Servers {
    /// The sum of each, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&ServerKey, &ServerSum)> {
        self.each.iter()
    }

    /// The sums of all rows, in no order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &ServerSum> {
        self.each.values()
    }
}

impl FlowSum for Servers {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) {
        let (Some(key), Some(server)) = (ServerKey::from_flow(flow, verdict), verdict.server) else { return };
        let client = Host::from_flow(flow, server.other());
        let sum = place_for(key, &mut self.each, &mut self.others, room, || ServerSum::new(verdict));
        sum.add(flow, verdict, client, room);
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.each, other.each);
        merge_others(&mut self.others, other.others);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.servers
    }
}

/// Flows by machine, those without ports included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hosts {
    /// Each machine.
    pub(crate) each: Map<Host, HostSum>,
    /// The sum of the machines that there was no room for.
    pub others: Option<HostSum>,
}

impl Hosts {
    /// The sum of each, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Host, &HostSum)> {
        self.each.iter()
    }

    /// The sums of all rows, in no order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &HostSum> {
        self.each.values()
    }
}

impl FlowSum for Hosts {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) {
        for side in [Side::A, Side::B].into_iter().filter(|_| !flow.is_overflow()) {
            let sum = place_for(Host::from_flow(flow, side), &mut self.each, &mut self.others, room, HostSum::default);
            sum.add(flow, verdict, side, room);
        }
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.each, other.each);
        merge_others(&mut self.others, other.others);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.hosts
    }
}

/// Flows with ports by [kind](Evidence::kind) of evidence and confidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidences(pub(crate) Map<(Evidence, Confidence), EvidenceSum>);

impl FlowSum for Evidences {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, _: &mut KeyBudget) {
        if flow.key.has_ports() {
            self.0.entry((verdict.evidence.kind(), verdict.confidence)).or_default().add(flow);
        }
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.0, other.0);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.evidences
    }
}

/// The flows that are parts of scans, by scanner. The sums are boxed: they are large, a map has more places than entries, and
/// there can be a scanner for every ten flows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanSums(pub(crate) Map<Scanner, Box<ScanSum>>);

impl ScanSums {
    /// Adds a flow of `scanner`. Returns false if there is no room for another scanner.
    pub fn add(&mut self, scanner: Scanner, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) -> bool {
        let has_room = room.has_for(&self.0, &scanner);
        if has_room {
            self.0.entry(scanner).or_default().add(flow, verdict, room);
        }
        has_room
    }

    /// Adds another sum.
    pub fn merge(&mut self, other: ScanSums) {
        merge_by_key(&mut self.0, other.0);
    }
}

/// All sums over decided flows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowSums {
    /// By service and transport.
    pub services: Services,
    /// By transport and port.
    pub ports: Ports,
    /// By transport and range of ports.
    pub ranges: Ranges,
    /// By server.
    pub servers: Servers,
    /// By machine.
    pub hosts: Hosts,
    /// By evidence.
    pub evidences: Evidences,
    /// By scanner: the flows that are parts of scans.
    pub scans: ScanSums,
    /// By pair of machines.
    pub conversations: Conversations,
}

impl FlowSums {
    /// Adds a flow, which may be a part of a scan, as far as there is room for the keys that the sums distinguish. Conversations have
    /// room of their own, because there can be many more of them than of other keys.
    pub fn add(
        &mut self,
        flow: &Flow,
        verdict: &Verdict,
        scanner: Option<Scanner>,
        room: &mut KeyBudget,
        room_for_conversations: &mut KeyBudget,
    ) {
        let FlowSums { services, ports, ranges, servers, hosts, evidences, scans, conversations } = self;
        let is_in_scan = scanner.is_some_and(|scanner| scans.add(scanner, flow, verdict, room));
        if !is_in_scan || !verdict.is_closed() {
            services.add(flow, verdict, room);
        }
        ports.add(flow, verdict, room);
        ranges.add(flow, verdict, room);
        servers.add(flow, verdict, room);
        hosts.add(flow, verdict, room);
        evidences.add(flow, verdict, room);
        conversations.add(flow, verdict, room_for_conversations);
    }
}

/// The sum of a key that traffic chooses: its own, as far as there is room for one, or that of all other keys.
#[inline]
pub(super) fn place_for<'s, K: Eq + Hash, V>(
    key: K,
    each: &'s mut Map<K, V>,
    others: &'s mut Option<V>,
    room: &mut KeyBudget,
    empty: impl FnOnce() -> V,
) -> &'s mut V {
    if room.has_for(each, &key) { each.entry(key).or_insert_with(empty) } else { others.get_or_insert_with(empty) }
}

/// Adds the sums of `other`. A sum whose key is new is moved.
pub(super) fn merge_by_key<K: Eq + Hash, V: Sum>(sums: &mut Map<K, V>, other: Map<K, V>) {
    for (key, sum) in other {
        match sums.entry(key) {
            Entry::Occupied(mine) => mine.into_mut().merge(&sum),
            Entry::Vacant(place) => {
                place.insert(sum);
            }
        }
    }
}

/// Adds the sum of the keys that have no places of their own.
pub(super) fn merge_others<V: Sum>(others: &mut Option<V>, other: Option<V>) {
    match (others, other) {
        (Some(mine), Some(sum)) => mine.merge(&sum),
        (mine @ None, sum) => *mine = sum,
        (Some(_), None) => {}
    }
}

/// The sum of one kind of key, in the order of the keys.
pub fn in_order<K: Ord + Copy + Hash, V>(map: &Map<K, V>) -> Vec<(K, &V)> {
    let mut rows: Vec<(K, &V)> = map.iter().map(|(key, value)| (*key, value)).collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
}
