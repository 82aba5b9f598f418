//! Scans: one machine that tries many ports of another, or one port of many machines, mostly without an answer. Each scan would
//! otherwise be a row of `services` for every name that the tried ports happen to have.
//!
//! Scans are found when the flows are decided, by the ports that stayed closed. A tried port that answered belongs to the scan,
//! too, and keeps its own service, because it is a server.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, Ordering};

use foldhash::fast::RandomState;

use super::budget::KeyBudget;
use super::host_set::HostSet;
use super::sums::{Host, ServiceSum, Sum, total};
use crate::flow::{Flow, Flows};
use crate::service::{Category, CategoryId, Registry, Reply, Service, Transport, Verdict};
use crate::support::chunked_vec::ChunkedVec;
use crate::support::parallel;
use crate::time::Span;
use crate::traffic::Traffic;

type Map<K, V> = HashMap<K, V, RandomState>;
type Set<K> = HashSet<K, RandomState>;

/// The fewest closed ports of one machine, and the fewest machines with one closed port, that make a scan over TCP, SCTP or
/// DCCP. Of 595 public captures without a scan of that size, none has a client that met more than 5 closed ports of one machine,
/// or 3 machines with the same closed port.
const MIN_WITH_CONNECTIONS: Thresholds = Thresholds { ports: 10, hosts: 10 };
/// The least numbers over UDP, where silence is no denial: a capture of one direction shows only silence. There the numbers are 3
/// ports, and 45 machines of one client, in a capture of one direction.
const MIN_WITHOUT_CONNECTIONS: Thresholds = Thresholds { ports: 20, hosts: 64 };

struct Thresholds {
    ports: usize,
    hosts: usize,
}

impl Thresholds {
    const fn for_transport(transport: Transport) -> Thresholds {
        if transport.has_connections() { MIN_WITH_CONNECTIONS } else { MIN_WITHOUT_CONNECTIONS }
    }

    /// The fewest closed ports of any scan.
    fn fewest(&self) -> usize {
        self.ports.min(self.hosts)
    }
}

/// The machine that scans, and the transport. Everything that it scans is one scan.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Scanner {
    /// The machine.
    pub host: Host,
    /// The transport.
    pub transport: Transport,
}

/// A port of a machine that a scanner tried.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
struct PortProbe {
    scanner: Scanner,
    host: Host,
    port: u16,
}

impl PortProbe {
    /// The port that a flow asks for; `None` if it is unknown which side asked.
    fn from_flow(flow: &Flow, verdict: &Verdict) -> Option<PortProbe> {
        let server = verdict.server?;
        let transport = Transport::from_protocol(flow.key.protocol)?;
        let scanner = Scanner { host: Host::from_flow(flow, server.other()), transport };
        Some(PortProbe { scanner, host: Host::from_flow(flow, server), port: flow.key.port(server) })
    }
}

/// The closed ports of flows that are no longer kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpiredProbes(Set<PortProbe>);

impl ExpiredProbes {
    /// Remembers the port that a flow asked for in vain, if there is room.
    pub fn add(&mut self, flow: &Flow, verdict: &Verdict, registry: &Registry, room: &mut KeyBudget) {
        if let Some(ask) = closed(flow, verdict, registry) {
            room.admit(|| self.0.insert(ask));
        }
    }
}

/// The port that a flow asked for in vain. Traceroute asks for ports where nobody is meant to answer, and the server of an
/// announced flow is known from the announcement.
#[inline]
fn closed(flow: &Flow, verdict: &Verdict, registry: &Registry) -> Option<PortProbe> {
    let may_scan = verdict.is_closed() && !verdict.is_vouched_for() && !is_traceroute(verdict.service, registry);
    if may_scan { PortProbe::from_flow(flow, verdict) } else { None }
}

/// True for traceroute, which asks for ports where nobody is meant to answer.
pub fn is_traceroute(service: Service, registry: &Registry) -> bool {
    matches!(service, Service::Named(id) if registry.entry(id).name == "traceroute")
}

/// The targets of one scanner.
#[derive(Clone, Debug, Default)]
struct Range {
    /// The machines on which it tries many ports.
    hosts: Set<Host>,
    /// The ports that it tries on many machines.
    ports: Set<u16>,
}

impl Range {
    fn has(&self, ask: &PortProbe) -> bool {
        self.hosts.contains(&ask.host) || self.ports.contains(&ask.port)
    }
}

/// The scans of a capture.
#[derive(Clone, Debug, Default)]
pub struct Scans(Map<Scanner, Range>);

impl Scans {
    /// Finds the scans among `flows`, and among the expired flows that left `closed_doors`.
    pub fn find(
        (flows, verdicts): (&Flows, &ChunkedVec<Verdict>),
        closed_doors: Option<&ExpiredProbes>,
        registry: &Registry,
        threads: usize,
    ) -> Scans {
        let suspects = suspects(asked_in_vain((flows, verdicts), closed_doors, registry, threads), threads);
        if suspects.is_empty() {
            return Scans::default();
        }
        let is_answered = |verdict: &Verdict| !verdict.is_closed();
        let answered = asks_of((flows, verdicts), threads, is_answered, |flow, verdict| {
            let ask = PortProbe::from_flow(flow, verdict)?;
            suspects.get(&ask.scanner).is_some_and(|suspect| suspect.may_scan(&ask)).then_some(ask)
        });
        Scans(confirmed(suspects, answered, threads))
    }

    /// True if there are no scans.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scan that a flow belongs to.
    #[inline]
    pub fn scanner_of(&self, flow: &Flow, verdict: &Verdict, registry: &Registry) -> Option<Scanner> {
        if self.0.is_empty() {
            return None;
        }
        let ask = PortProbe::from_flow(flow, verdict)?;
        let is_in_range = self.0.get(&ask.scanner).is_some_and(|range| range.has(&ask));
        // A flow that only looks like a part of the scan keeps its own service.
        let is_part = is_in_range && (!verdict.is_closed() || closed(flow, verdict, registry).is_some());
        is_part.then_some(ask.scanner)
    }

    /// True for the unanswered part of a scan, which counts under the scan and not under its service.
    pub fn has_unanswered(&self, flow: &Flow, verdict: &Verdict, registry: &Registry) -> bool {
        verdict.is_closed() && self.scanner_of(flow, verdict, registry).is_some()
    }

    /// The category that a flow counts under: that of its service or, for the unanswered part of a scan, that of scans; `None`
    /// for a flow without ports.
    pub fn category_of(&self, flow: &Flow, verdict: &Verdict, registry: &Registry) -> Option<CategoryId> {
        if self.has_unanswered(flow, verdict, registry) {
            Some(Category::Scan.into())
        } else {
            registry.category(verdict.service)
        }
    }
}

/// Collects the results of `ask` for the flows whose verdict is wanted.
fn asks_of(
    (flows, verdicts): (&Flows, &ChunkedVec<Verdict>),
    threads: usize,
    is_wanted: impl Fn(&Verdict) -> bool + Sync,
    ask: impl Fn(&Flow, &Verdict) -> Option<PortProbe> + Sync,
) -> Vec<PortProbe> {
    parallel::joined(parallel::parts(flows.len(), threads, |part| {
        let mut asks = Vec::new();
        for number in part {
            let verdict = &verdicts[number];
            if is_wanted(verdict) {
                asks.extend(ask(flows.get(number), verdict));
            }
        }
        asks
    }))
}

/// Upper bounds on the number of closed ports that each scanner met: scanners that share a place are counted together. Most
/// clients meet so few that a list of those ports is not worth its memory, and there can be as many clients as flows.
struct Met {
    places: Vec<AtomicU8>,
    hasher: RandomState,
}

impl Met {
    /// Empty counts for `scanners` scanners, nearly all of which get a place of their own.
    fn none(scanners: usize) -> Met {
        let places = (0..scanners.max(1).next_power_of_two()).map(|_| AtomicU8::new(0)).collect();
        Met { places, hasher: RandomState::default() }
    }

    fn place(&self, scanner: &Scanner) -> &AtomicU8 {
        &self.places[self.hasher.hash_one(scanner) as usize & (self.places.len() - 1)]
    }

    fn add(&self, scanner: &Scanner) {
        // A full byte counts as many. The additions are atomic, so that the counts do not depend on the order of threads.
        let _ = self.place(scanner).fetch_update(Ordering::Relaxed, Ordering::Relaxed, |met| met.checked_add(1));
    }

    /// False if the scanner met too few closed ports for any scan.
    fn may_scan(&self, scanner: &Scanner) -> bool {
        usize::from(self.place(scanner).load(Ordering::Relaxed)) >= Thresholds::for_transport(scanner.transport).fewest()
    }
}

/// The ports asked for in vain by scanners that did so often.
fn asked_in_vain(
    (flows, verdicts): (&Flows, &ChunkedVec<Verdict>),
    closed_doors: Option<&ExpiredProbes>,
    registry: &Registry,
    threads: usize,
) -> Vec<PortProbe> {
    let of_closed_flows = || closed_doors.iter().flat_map(|doors| &doors.0);
    let met = Met::none(flows.len() + of_closed_flows().count());
    parallel::parts(flows.len(), threads, |part| {
        let decided = part.map(|number| (flows.get(number), &verdicts[number])).filter(|(_, verdict)| verdict.is_closed());
        let asks = decided.filter_map(|(flow, verdict)| closed(flow, verdict, registry));
        asks.for_each(|ask| met.add(&ask.scanner));
    });
    of_closed_flows().for_each(|ask| met.add(&ask.scanner));
    let is_many = |ask: &PortProbe| met.may_scan(&ask.scanner);
    let mut asks =
        asks_of((flows, verdicts), threads, Verdict::is_closed, |flow, verdict| closed(flow, verdict, registry).filter(is_many));
    asks.extend(of_closed_flows().filter(|ask| is_many(ask)));
    asks
}

/// A machine that may be a scanner, with the closed ports that it met.
#[derive(Default)]
struct Suspect {
    /// By machine: its closed ports.
    closed_ports: Map<Host, usize>,
    /// By port: the machines where it is closed.
    closed_hosts: Map<u16, usize>,
}

impl Suspect {
    /// True if the port is among those that the suspect may scan.
    fn may_scan(&self, ask: &PortProbe) -> bool {
        self.closed_ports.contains_key(&ask.host) || self.closed_hosts.contains_key(&ask.port)
    }
}

/// The machines that met many closed ports.
fn suspects(mut asks: Vec<PortProbe>, threads: usize) -> Map<Scanner, Suspect> {
    parallel::sort(&mut asks, threads);
    asks.dedup();
    let mut suspects = Map::default();
    for asks in asks.chunk_by(|one, other| one.scanner == other.scanner) {
        let least = Thresholds::for_transport(asks[0].scanner.transport);
        let closed_ports = counts(asks.iter().map(|ask| ask.host), least.ports);
        let closed_hosts = counts(asks.iter().map(|ask| ask.port), least.hosts);
        if !closed_ports.is_empty() || !closed_hosts.is_empty() {
            suspects.insert(asks[0].scanner, Suspect { closed_ports, closed_hosts });
        }
    }
    suspects
}

/// The keys that occur at least `least` times, and how often each does.
fn counts<K: Copy + Eq + std::hash::Hash>(keys: impl Iterator<Item = K>, least: usize) -> Map<K, usize> {
    let mut counts: Map<K, usize> = Map::default();
    keys.for_each(|key| *counts.entry(key).or_default() += 1);
    counts.retain(|_, count| *count >= least);
    counts
}

/// The suspects that met no more open ports than closed ones: a client whose servers fail now and then is no scanner.
fn confirmed(suspects: Map<Scanner, Suspect>, mut answered: Vec<PortProbe>, threads: usize) -> Map<Scanner, Range> {
    parallel::sort(&mut answered, threads);
    answered.dedup();
    let mut open_ports: Map<(Scanner, Host), usize> = Map::default();
    let mut open_hosts: Map<(Scanner, u16), usize> = Map::default();
    for ask in &answered {
        *open_ports.entry((ask.scanner, ask.host)).or_default() += 1;
        *open_hosts.entry((ask.scanner, ask.port)).or_default() += 1;
    }
    let mut scans = Map::default();
    for (scanner, Suspect { closed_ports, closed_hosts }) in suspects {
        let is_few = |open: Option<&usize>, closed: usize| open.is_none_or(|open| *open <= closed);
        let hosts = closed_ports.into_iter().filter(|(host, closed)| is_few(open_ports.get(&(scanner, *host)), *closed));
        let ports = closed_hosts.into_iter().filter(|(port, closed)| is_few(open_hosts.get(&(scanner, *port)), *closed));
        let range = Range { hosts: hosts.map(|(host, _)| host).collect(), ports: ports.map(|(port, _)| port).collect() };
        if !range.hosts.is_empty() || !range.ports.is_empty() {
            scans.insert(scanner, range);
        }
    }
    scans
}

/// The flows of one scan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScanSum {
    /// The flows without an answer, which count under no service.
    pub closed: ServiceSum,
    /// The number of answered flows; they belong to their own services.
    pub answered: u64,
    /// The number of refused flows.
    pub refused: u64,
    /// The number of flows without any answer.
    pub silent: u64,
    /// The traffic of all flows of the scan.
    pub traffic: Traffic,
    /// First and last packet of all.
    pub span: Span,
    /// The machines that were tried.
    pub hosts: HostSet,
    /// The ports that were tried.
    pub ports: BTreeSet<u16>,
    /// The one machine that was tried; `None` if there are several.
    pub only_host: Option<Host>,
}

impl ScanSum {
    /// Adds a flow that is a part of the scan.
    pub(super) fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) {
        let Some(PortProbe { scanner, host, port }) = PortProbe::from_flow(flow, verdict) else { return };
        match verdict.reply {
            Some(Reply::Refused) => self.refused += 1,
            Some(Reply::Silent) => self.silent += 1,
            Some(Reply::Answered | Reply::OneWay) | None => self.answered += 1,
        }
        if verdict.is_closed() {
            self.closed.add(flow, verdict, scanner.transport, room);
        }
        self.traffic.merge(total(flow));
        self.span.merge(flow.span);
        self.only_host = if self.hosts.is_empty() { Some(host) } else { self.only_host.filter(|only| *only == host) };
        self.hosts.insert(host, room);
        self.ports.insert(port);
    }

    /// The number of flows of the scan.
    pub fn flows(&self) -> u64 {
        self.answered + self.refused + self.silent
    }
}

impl Sum for ScanSum {
    fn merge(&mut self, other: &ScanSum) {
        self.closed.merge(&other.closed);
        self.answered += other.answered;
        self.refused += other.refused;
        self.silent += other.silent;
        self.traffic.merge(other.traffic);
        self.span.merge(other.span);
        self.only_host = match (self.hosts.is_empty(), other.hosts.is_empty()) {
            (true, _) => other.only_host,
            (_, true) => self.only_host,
            _ => self.only_host.filter(|only| other.only_host == Some(*only)),
        };
        self.hosts.extend(&other.hosts);
        self.ports.extend(&other.ports);
    }
}
