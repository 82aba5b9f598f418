//! Machines by their part in the traffic: those that serve, with their open ports, and those that use services.
//!
//! There can be as many of them as flows, and few are shown: nothing is put in order but those with the most traffic.

use std::cmp::Reverse;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};
use std::hash::Hash;

use foldhash::fast::RandomState;

use super::grouped::{CLOSED_FLOWS, DecidedFlows};
use super::sums::{Host, HostSum, Role, ServerKey, ServerSum, Sum, total};
use crate::decode::{Address, IpVersion};
use crate::flow::Flow;
use crate::service::{Evidence, Reply, Service, Transport, Verdict};
use crate::support::parallel;
use crate::traffic::Traffic;

/// A port at which a machine serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenPort {
    /// The transport.
    pub transport: Transport,
    /// The port.
    pub port: u16,
    /// The name of the port.
    pub service: Service,
    /// Packets and bytes of both directions.
    pub traffic: Traffic,
    /// True if the port was announced on a control channel, and serves no one else.
    pub is_announced: bool,
}

/// A machine that serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServingMachine {
    /// The machine.
    pub host: Host,
    /// Packets and bytes of all its open ports.
    pub traffic: Traffic,
    /// Its open ports, in order.
    pub ports: Vec<OpenPort>,
}

/// The machines of one kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ranked<M> {
    /// Those with the most bytes, in that order; among equal ones, the lowest address first.
    pub first: Vec<M>,
    /// The number of all of them. Groups are no machines.
    pub number: usize,
}

/// The machines that take part in the traffic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Participants {
    /// The machines that serve. Ports that refused everybody or never answered do not count.
    pub servers: Ranked<ServingMachine>,
    /// The machines that use services: the clients of flows whose server is known, with their bytes. Of closed flows, only machines
    /// that serve nobody count.
    pub clients: Ranked<(Host, u64)>,
}

impl Participants {
    /// Finds the machines, and describes the `most` first ones of each kind.
    pub fn find(decided: DecidedFlows<'_>, most: usize) -> Participants {
        let (ports, clients) = ports_and_clients(decided);
        Participants { servers: serving(&ports, most, decided), clients: using(&clients, most) }
    }
}

/// Values by machine and by something that a machine has several of, such as ports. An IPv4 address takes four bytes: a number with the order of the addresses.
struct ByMachine<T, V> {
    v4: HashMap<(u32, T), V, RandomState>,
    v6: HashMap<(Address, T), V, RandomState>,
}

impl<T, V> Default for ByMachine<T, V> {
    fn default() -> ByMachine<T, V> {
        ByMachine { v4: HashMap::default(), v6: HashMap::default() }
    }
}

impl<T: Copy + Eq + Hash, V: Copy + Sum> ByMachine<T, V> {
    #[inline]
    fn add(&mut self, host: Host, thing: T, value: V) {
        match host.version {
            IpVersion::V4 => add_to(&mut self.v4, (host.address.v4_number().swap_bytes(), thing), value),
            IpVersion::V6 => add_to(&mut self.v6, (host.address, thing), value),
        }
    }

    #[inline]
    fn contains(&self, host: Host, thing: T) -> bool {
        match host.version {
            IpVersion::V4 => self.v4.contains_key(&(host.address.v4_number().swap_bytes(), thing)),
            IpVersion::V6 => self.v6.contains_key(&(host.address, thing)),
        }
    }

    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    fn merge(&mut self, other: Self) {
        other.v4.into_iter().for_each(|(key, value)| add_to(&mut self.v4, key, value));
        other.v6.into_iter().for_each(|(key, value)| add_to(&mut self.v6, key, value));
    }

    /// All values, in no order.
    fn iter(&self) -> impl Iterator<Item = (Host, T, V)> {
        let v4 = self.v4.iter().map(|((address, thing), value)| {
            (Host { version: IpVersion::V4, address: Address::v4(address.to_be_bytes()) }, *thing, *value)
        });
        let v6 = self.v6.iter();
        v4.chain(v6.map(|((address, thing), value)| (Host { version: IpVersion::V6, address: *address }, *thing, *value)))
    }
}

#[inline]
fn add_to<K: Eq + Hash, V: Sum>(sums: &mut HashMap<K, V, RandomState>, key: K, value: V) {
    match sums.entry(key) {
        Entry::Occupied(mut sum) => sum.get_mut().merge(&value),
        Entry::Vacant(place) => {
            place.insert(value);
        }
    }
}

/// A port of a machine.
type Port = (u16, Transport);

/// The flows of a port.
#[derive(Clone, Copy)]
struct PortFlows {
    traffic: Traffic,
    /// The lowest number of a flow, which names the port: that of closed flows is the highest.
    first: u32,
    is_announced: bool,
    addressed_as_group: bool,
    is_answered: bool,
}

impl PortFlows {
    fn of_flow(number: usize, flow: &Flow, verdict: &Verdict) -> PortFlows {
        PortFlows {
            traffic: total(flow),
            first: number as u32,
            is_announced: is_announced(verdict.evidence),
            addressed_as_group: verdict.server.is_some() && flow.group_side() == verdict.server,
            is_answered: verdict.reply == Some(Reply::Answered),
        }
    }

    fn of_closed(sum: &ServerSum) -> PortFlows {
        PortFlows {
            traffic: sum.traffic,
            first: CLOSED_FLOWS,
            is_announced: is_announced(sum.evidence),
            addressed_as_group: sum.addressed_as_group,
            is_answered: sum.reply == Some(Reply::Answered),
        }
    }
}

impl Sum for PortFlows {
    fn merge(&mut self, other: &PortFlows) {
        self.traffic.merge(other.traffic);
        self.first = self.first.min(other.first);
        self.is_announced &= other.is_announced;
        self.addressed_as_group |= other.addressed_as_group;
        self.is_answered |= other.is_answered;
    }
}

fn is_announced(evidence: Evidence) -> bool {
    matches!(evidence, Evidence::Announced(_))
}

type OpenPorts = ByMachine<Port, PortFlows>;
type Clients = ByMachine<(), Bytes>;

#[derive(Clone, Copy)]
struct Bytes(u64);

impl Sum for Bytes {
    fn merge(&mut self, other: &Bytes) {
        self.0 += other.0;
    }
}

/// All flows of the ports of which any flow shows a server, and the bytes of the clients.
fn ports_and_clients(decided: DecidedFlows<'_>) -> (OpenPorts, Clients) {
    let (mut ports, mut clients) = (OpenPorts::default(), Clients::default());
    let mut shows_all = true;
    let parts = parallel::parts(decided.flows.len(), decided.threads, |part| {
        let (mut ports, mut clients) = (OpenPorts::default(), Clients::default());
        let mut shows_all = true;
        for number in part {
            let (flow, verdict) = (decided.flows.get(number), &decided.verdicts[number]);
            let Some((ServerKey { host, transport, port }, server)) = ServerKey::from_flow(flow, verdict).zip(verdict.server)
            else {
                continue;
            };
            if !flow.is_overflow() {
                clients.add(Host::from_flow(flow, server.other()), (), Bytes(total(flow).wire_bytes));
            }
            if verdict.shows_server() {
                ports.add(host, (port, transport), PortFlows::of_flow(number, flow, verdict));
            } else {
                shows_all = false;
            }
        }
        (ports, clients, shows_all)
    });
    for (of_part, clients_of_part, shows_all_of_part) in parts {
        ports.merge(of_part);
        clients.merge(clients_of_part);
        shows_all &= shows_all_of_part;
    }
    let closed = || decided.closed.iter().flat_map(|closed| &closed.servers.each);
    for (key, sum) in closed().filter(|(_, sum)| sum.shows_server) {
        ports.add(key.host, (key.port, key.transport), PortFlows::of_closed(sum));
    }
    let hosts = decided.closed.iter().flat_map(|closed| &closed.hosts.each);
    for (host, HostSum { sent, received, .. }) in hosts.filter(|(_, sum)| !sum.uses.is_empty() && sum.serves.is_empty()) {
        clients.add(*host, (), Bytes(sent.wire_bytes + received.wire_bytes));
    }
    // Flows that show no server belong to the ports that others show to be open. Scans have many of them, and few open ports.
    if !shows_all && !ports.is_empty() {
        let silent = parallel::parts(decided.flows.len(), decided.threads, |part| silent_flows(part, &ports, decided));
        silent.into_iter().for_each(|silent| ports.merge(silent));
    }
    for (key, sum) in closed().filter(|(_, sum)| !sum.shows_server) {
        if ports.contains(key.host, (key.port, key.transport)) {
            ports.add(key.host, (key.port, key.transport), PortFlows::of_closed(sum));
        }
    }
    (ports, clients)
}

/// The flows of open ports that show no server themselves.
fn silent_flows(numbers: std::ops::Range<usize>, open: &OpenPorts, decided: DecidedFlows<'_>) -> OpenPorts {
    let mut silent = OpenPorts::default();
    for number in numbers {
        let verdict = &decided.verdicts[number];
        if verdict.server.is_none() || verdict.shows_server() {
            continue;
        }
        let flow = decided.flows.get(number);
        if let Some(ServerKey { host, transport, port }) = ServerKey::from_flow(flow, verdict)
            && open.contains(host, (port, transport))
        {
            silent.add(host, (port, transport), PortFlows::of_flow(number, flow, verdict));
        }
    }
    silent
}

/// The sums of a machine's open ports.
#[derive(Clone, Copy)]
struct Serving {
    bytes: u64,
    addressed_as_group: bool,
    is_answered: bool,
}

impl Sum for Serving {
    fn merge(&mut self, other: &Serving) {
        self.bytes += other.bytes;
        self.addressed_as_group |= other.addressed_as_group;
        self.is_answered |= other.is_answered;
    }
}

fn serving(ports: &OpenPorts, most: usize, decided: DecidedFlows<'_>) -> Ranked<ServingMachine> {
    let mut machines: ByMachine<(), Serving> = ByMachine::default();
    for (host, _, PortFlows { traffic, addressed_as_group, is_answered, .. }) in ports.iter() {
        machines.add(host, (), Serving { bytes: traffic.wire_bytes, addressed_as_group, is_answered });
    }
    let is_machine = |(host, _, serving): &(Host, (), Serving)| {
        Role::new(*host, serving.addressed_as_group, serving.is_answered) == Role::Machine
    };
    let Ranked { first, number } =
        ranked(machines.iter().filter(is_machine).map(|(host, _, serving)| (host, serving.bytes)), most);
    let hosts: HashSet<Host, RandomState> = first.iter().map(|(host, _)| *host).collect();
    let mut of_hosts: HashMap<Host, BTreeMap<Port, OpenPort>, RandomState> = HashMap::default();
    for (host, (port, transport), flows) in ports.iter().filter(|(host, ..)| hosts.contains(host)) {
        let PortFlows { traffic, is_announced, first, .. } = flows;
        let of_closed = || decided.closed?.servers.each.get(&ServerKey { host, transport, port }).map(|sum| sum.service);
        let of_flow = || decided.verdicts[first as usize].service;
        if let Some(service) = if first == CLOSED_FLOWS { of_closed() } else { Some(of_flow()) } {
            let open = OpenPort { transport, port, service, traffic, is_announced };
            of_hosts.entry(host).or_default().insert((port, transport), open);
        }
    }
    let machine = |(host, _)| {
        let ports: Vec<OpenPort> = of_hosts.remove(&host).unwrap_or_default().into_values().collect();
        let mut traffic = Traffic::default();
        ports.iter().for_each(|open| traffic.merge(open.traffic));
        ServingMachine { host, traffic, ports }
    };
    Ranked { first: first.into_iter().map(machine).collect(), number }
}

fn using(clients: &Clients, most: usize) -> Ranked<(Host, u64)> {
    let is_machine = |(host, ..): &(Host, (), Bytes)| Role::new(*host, false, true) == Role::Machine;
    ranked(clients.iter().filter(is_machine).map(|(host, _, Bytes(bytes))| (host, bytes)), most)
}

/// The `most` machines with the most bytes, and the number of all.
fn ranked(machines: impl Iterator<Item = (Host, u64)>, most: usize) -> Ranked<(Host, u64)> {
    // The last one in the order is on top.
    let mut first: BinaryHeap<(Reverse<u64>, Host)> = BinaryHeap::new();
    let mut number = 0;
    for (host, bytes) in machines {
        number += 1;
        let machine = (Reverse(bytes), host);
        if first.len() < most {
            first.push(machine);
        } else if let Some(mut last) = first.peek_mut()
            && machine < *last
        {
            *last = machine;
        }
    }
    Ranked { first: first.into_sorted_vec().into_iter().map(|(Reverse(bytes), host)| (host, bytes)).collect(), number }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_with_the_most_bytes_come_first_and_the_lowest_address_among_equals() {
        let host = |number: u8| Host { version: IpVersion::V4, address: Address::v4([10, 0, number, 255 - number]) };
        let v6 = Host { version: IpVersion::V6, address: Address([1; 16]) };
        let machines = [(v6, 7), (host(4), 7), (host(1), 9), (host(3), 7), (host(2), 8), (host(5), 1)];
        let in_order = [(host(1), 9), (host(2), 8), (host(3), 7), (host(4), 7), (v6, 7), (host(5), 1)];
        for most in 0..8 {
            for turn in 0..machines.len() {
                let mut machines = machines;
                machines.rotate_left(turn);
                let Ranked { first, number } = ranked(machines.into_iter(), most);
                assert_eq!((&first[..], number), (&in_order[..most.min(6)], 6));
            }
        }
    }

    #[test]
    fn a_machine_is_found_under_its_address_of_either_version() {
        let v4 = Host { version: IpVersion::V4, address: Address::v4([192, 0, 2, 1]) };
        let hosts = [v4, Host { version: IpVersion::V6, ..v4 }];
        let mut sums: Clients = ByMachine::default();
        hosts.iter().cycle().take(3).for_each(|host| sums.add(*host, (), Bytes(5)));
        let mut other: Clients = ByMachine::default();
        other.add(v4, (), Bytes(1));
        sums.merge(other);
        let mut all: Vec<(Host, u64)> = sums.iter().map(|(host, (), Bytes(bytes))| (host, bytes)).collect();
        all.sort_unstable();
        assert_eq!(all, [(hosts[0], 11), (hosts[1], 5)]);
        assert!(sums.contains(v4, ()) && !sums.contains(Host { address: Address::v4([1; 4]), ..v4 }, ()) && !sums.is_empty());
    }
}
