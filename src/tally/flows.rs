//! Sums over decided flows: by service, port, server, host and evidence.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use super::room::Room;
use super::sums::Sum;
pub use super::sums::{
    EvidenceSum, Host, HostSum, Outcomes, PortSum, RangeSum, ServerKey, ServerSum, ServiceSum, client_side, sent_by, total,
};
use crate::decode::Side;
use crate::flow::Flow;
use crate::service::book::PortRange;
use crate::service::{Confidence, Service, Transport, Verdict};

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A sum that decided flows are added to.
pub trait FlowSum: Default {
    /// Adds a flow.
    fn add(&mut self, flow: &Flow, verdict: &Verdict);

    /// Adds another sum, as far as there is room for what it tells apart.
    fn merge(&mut self, other: Self, room: &mut Room);

    /// The one of this kind among all sums.
    fn of(sums: &FlowSums) -> &Self;

    /// The sum over all of them.
    fn over<'a>(flows: impl Iterator<Item = (&'a Flow, &'a Verdict)>) -> Self {
        let mut sum = Self::default();
        flows.for_each(|(flow, verdict)| sum.add(flow, verdict));
        sum
    }
}

/// Flows by service and transport.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Services(pub Map<(Service, Transport), ServiceSum>);

impl FlowSum for Services {
    fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        if let Some(transport) = Transport::from_protocol(flow.key.protocol) {
            self.0.entry((verdict.service, transport)).or_default().add(flow, verdict, transport);
        }
    }

    fn merge(&mut self, other: Self, room: &mut Room) {
        merge_by_key(&mut self.0, other.0, room);
    }

    fn of(sums: &FlowSums) -> &Self {
        &sums.services
    }
}

/// Flows by transport and port.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ports(pub Map<(Transport, u16), PortSum>);

impl FlowSum for Ports {
    fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        let Some(transport) = Transport::from_protocol(flow.key.protocol).filter(|_| !flow.is_overflow()) else { return };
        let [a, b] = flow.key.ports;
        let is = |side: Side, role: Option<Side>| role == Some(side);
        let client = verdict.server.map(Side::other);
        if a == b {
            let known = verdict.server.is_some();
            self.0.entry((transport, a)).or_default().add(flow, transport, known, known);
            return;
        }
        for (port, side) in [(a, Side::A), (b, Side::B)] {
            self.0.entry((transport, port)).or_default().add(flow, transport, is(side, verdict.server), is(side, client));
        }
    }

    fn merge(&mut self, other: Self, room: &mut Room) {
        merge_by_key(&mut self.0, other.0, room);
    }

    fn of(sums: &FlowSums) -> &Self {
        &sums.ports
    }
}

/// Flows by transport and the range that the server's port lies in; `None` where no side is the server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ranges(pub Map<(Transport, Option<PortRange>), RangeSum>);

impl FlowSum for Ranges {
    fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        let Some(transport) = Transport::from_protocol(flow.key.protocol) else { return };
        let port = verdict.server.map(|server| flow.key.port(server));
        self.0.entry((transport, port.map(PortRange::of))).or_default().add(flow, transport, port);
    }

    fn merge(&mut self, other: Self, room: &mut Room) {
        merge_by_key(&mut self.0, other.0, room);
    }

    fn of(sums: &FlowSums) -> &Self {
        &sums.ranges
    }
}

/// Flows by server.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Servers {
    /// Each server.
    pub each: Map<ServerKey, ServerSum>,
    /// Those that there was no room for, as one.
    pub others: Option<ServerSum>,
}

impl FlowSum for Servers {
    fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        let (Some(transport), Some(server)) = (Transport::from_protocol(flow.key.protocol), verdict.server) else { return };
        let key = ServerKey { host: Host::of(flow, server), transport, port: flow.key.port(server) };
        let client = Host::of(flow, server.other());
        self.each.entry(key).or_insert_with(|| ServerSum::new(verdict)).add(flow, verdict, client);
    }

    fn merge(&mut self, other: Self, room: &mut Room) {
        merge_with_others((&mut self.each, &mut self.others), (other.each, other.others), room);
    }

    fn of(sums: &FlowSums) -> &Self {
        &sums.servers
    }
}

/// Flows by machine, those without ports included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hosts {
    /// Each machine.
    pub each: Map<Host, HostSum>,
    /// Those that there was no room for, as one.
    pub others: Option<HostSum>,
}

impl Hosts {
    /// Adds a flow to those of its hosts that are wanted.
    pub fn add_to(&mut self, is_wanted: impl Fn(&Host) -> bool, flow: &Flow, verdict: &Verdict) {
        for side in [Side::A, Side::B].into_iter().filter(|_| !flow.is_overflow()) {
            let host = Host::of(flow, side);
            if is_wanted(&host) {
                self.each.entry(host).or_default().add(flow, verdict, side);
            }
        }
    }
}

impl FlowSum for Hosts {
    fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        self.add_to(|_| true, flow, verdict);
    }

    fn merge(&mut self, other: Self, room: &mut Room) {
        merge_with_others((&mut self.each, &mut self.others), (other.each, other.others), room);
    }

    fn of(sums: &FlowSums) -> &Self {
        &sums.hosts
    }
}

/// Flows with ports by evidence and confidence.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Evidences(pub Map<(&'static str, Confidence), EvidenceSum>);

impl FlowSum for Evidences {
    fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        if flow.key.has_ports() {
            self.0.entry((verdict.evidence.code(), verdict.confidence)).or_default().add(flow);
        }
    }

    fn merge(&mut self, other: Self, room: &mut Room) {
        merge_by_key(&mut self.0, other.0, room);
    }

    fn of(sums: &FlowSums) -> &Self {
        &sums.evidences
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
}

impl FlowSums {
    /// Adds a flow.
    pub fn add(&mut self, flow: &Flow, verdict: &Verdict) {
        let FlowSums { services, ports, ranges, servers, hosts, evidences } = self;
        services.add(flow, verdict);
        ports.add(flow, verdict);
        ranges.add(flow, verdict);
        servers.add(flow, verdict);
        hosts.add(flow, verdict);
        evidences.add(flow, verdict);
    }

    /// Adds other sums, as far as there is room for what they tell apart.
    pub fn merge(&mut self, other: FlowSums, room: &mut Room) {
        let FlowSums { services, ports, ranges, servers, hosts, evidences } = other;
        self.services.merge(services, room);
        self.ports.merge(ports, room);
        self.ranges.merge(ranges, room);
        self.servers.merge(servers, room);
        self.hosts.merge(hosts, room);
        self.evidences.merge(evidences, room);
    }
}

/// Adds the sums of `other`. Where there is room for all, one whose key is new is moved as it is; where there is not, the order
/// of the keys decides what finds room.
fn merge_by_key<K: Copy + Ord + Hash, V: Sum>(sums: &mut Map<K, V>, other: Map<K, V>, room: &mut Room) {
    if !room.is_unlimited() {
        for (key, sum) in in_order(&other) {
            sums.entry(key).or_insert_with(|| sum.emptied()).merge(sum, room);
        }
        return;
    }
    for (key, sum) in other {
        match sums.entry(key) {
            Entry::Occupied(mine) => mine.into_mut().merge(&sum, room),
            Entry::Vacant(place) => {
                place.insert(sum);
            }
        }
    }
}

/// The same for keys that traffic chooses: what has no place of its own is added to the others.
fn merge_with_others<K: Copy + Ord + Hash, V: Sum>(
    (sums, others): (&mut Map<K, V>, &mut Option<V>),
    (other, other_others): (Map<K, V>, Option<V>),
    room: &mut Room,
) {
    if room.is_unlimited() {
        merge_by_key(sums, other, room);
    } else {
        for (key, sum) in in_order(&other) {
            let mine = match room.has_for(sums, &key) {
                true => sums.entry(key).or_insert_with(|| sum.emptied()),
                false => others.get_or_insert_with(|| sum.emptied()),
            };
            mine.merge(sum, room);
        }
    }
    if let Some(sum) = other_others {
        others.get_or_insert_with(|| sum.emptied()).merge(&sum, room);
    }
}

/// The sum of one kind of key, in the order of the keys.
pub fn in_order<K: Ord + Copy + Hash, V>(map: &Map<K, V>) -> Vec<(K, &V)> {
    let mut rows: Vec<(K, &V)> = map.iter().map(|(key, value)| (*key, value)).collect();
    rows.sort_unstable_by_key(|(key, _)| *key);
    rows
}
