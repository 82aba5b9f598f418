//! The verdict on every flow: each by itself where its own packets suffice, the others with what the rest of the capture
//! says about their endpoints.
//!
//! That evidence is a join over all flows at the end, so that neither the order of the packets nor the way the work was
//! divided can change an answer.

use std::collections::HashMap;
use std::ops::Range;
use std::thread;

use super::record::Flow;
use super::relations::Relations;
use super::table::Flows;
use crate::decode::{Address, IpVersion, ScopeId, Side};
use crate::service::ladder::{self, Climb, Elsewhere, Facts, Speech};
use crate::service::registry::RANK_REGISTERED;
use crate::service::{Confidence, Evidence, Registry, Transport, Verdict};
use crate::unit::{NANOSECONDS, Time};

/// A flow that begins this long after the capture did is taken to have been seen from its first packet on.
const START_OBSERVED_AFTER: i64 = 2 * NANOSECONDS;
/// Fewer flows than this are not worth a thread of their own.
const FEWEST_PER_THREAD: usize = 1 << 12;

/// All that a verdict can rest on.
#[derive(Clone, Copy, Debug)]
pub struct Roles<'a> {
    /// The flows.
    pub flows: &'a Flows,
    /// What control channels said about them.
    pub relations: &'a Relations,
    /// The book of ports.
    pub registry: &'a Registry,
    /// The time of the capture's first packet.
    pub start: Time,
}

/// What a flow's own packets tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Alone {
    /// Not enough.
    Undecided,
    /// Enough, but nothing that proves a server to others.
    Decided,
    /// That this side is a server, which holds for other flows too.
    Proven(Side),
}

impl Roles<'_> {
    /// The verdicts on all flows, in their order, worked out by so many threads.
    pub fn decide(&self, threads: usize) -> Vec<Verdict> {
        let alone = in_parallel(self.flows.len(), threads, |number| self.alone(number));
        let elsewhere = Evidences::gather(self, &alone, |number| alone[number] == Alone::Undecided);
        in_parallel(self.flows.len(), threads, |number| {
            let about =
                if alone[number] == Alone::Undecided { elsewhere.about(self.flows.get(number)) } else { Elsewhere::default() };
            self.verdict(number, &about)
        })
    }

    fn verdict(&self, number: usize, elsewhere: &Elsewhere) -> Verdict {
        let Some(facts) = self.facts(number) else { return ladder::decide_portless(self.flows.get(number).opening()) };
        let mut verdict = ladder::climb(self.registry, &facts, elsewhere).verdict(self.registry, &facts);
        verdict.marks.add(self.relations.of(number).marks);
        verdict
    }

    /// What all rungs say about one flow, and on what grounds; `None` for a protocol without ports. Other flows are asked
    /// about it even if it can be decided without them.
    pub fn climb(&self, number: usize) -> Option<(Facts, Elsewhere, Climb)> {
        let facts = self.facts(number)?;
        let mut alone: Vec<Alone> = (0..self.flows.len()).map(|number| self.alone(number)).collect();
        // A flow is no evidence about itself.
        alone[number] = Alone::Decided;
        let elsewhere = Evidences::gather(self, &alone, |other| other == number).about(self.flows.get(number));
        Some((facts, elsewhere, ladder::climb(self.registry, &facts, &elsewhere)))
    }

    /// What is known of one flow by itself; `None` for a protocol without ports.
    fn facts(&self, number: usize) -> Option<Facts> {
        let flow = self.flows.get(number);
        let transport = Transport::from_protocol(flow.key.protocol)?;
        let host_rule = |side| self.registry.host_rule(flow.key.ip_addr(side), transport, flow.key.port(side));
        Some(Facts {
            transport,
            ports: flow.key.ports,
            host_rules: if self.registry.has_host_rules() { [host_rule(Side::A), host_rule(Side::B)] } else { [None; 2] },
            opening: flow.opening(),
            first: flow.first_side(),
            start_observed: is_start_observed(flow, self.start),
            two_way: flow.is_two_way(),
            group: flow.group_side(),
            announced: self.relations.of(number).announced,
        })
    }

    fn alone(&self, number: usize) -> Alone {
        let Some(facts) = self.facts(number) else { return Alone::Decided };
        match ladder::decide_alone(self.registry, &facts) {
            None => Alone::Undecided,
            Some(Speech { server: Some(server), evidence, confidence }) if proves(evidence, confidence) => Alone::Proven(server),
            Some(_) => Alone::Decided,
        }
    }
}

/// True if the evidence says something about the server in its other flows too.
fn proves(evidence: Evidence, confidence: Confidence) -> bool {
    match evidence {
        Evidence::User | Evidence::Handshake | Evidence::SynAckAck => confidence == Confidence::Proven,
        Evidence::Announced(_) => true,
        _ => false,
    }
}

/// True if the flow's first packet in the capture, which begins at `start`, is likely its first at all.
pub fn is_start_observed(flow: &Flow, start: Time) -> bool {
    flow.span.first.since(start).is_some_and(|after| after >= START_OBSERVED_AFTER)
}

/// `work` for every number below `len`, in their order, divided among threads.
fn in_parallel<T: Send>(len: usize, threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let parts = threads.min(len.div_ceil(FEWEST_PER_THREAD)).max(1);
    let part = |index: usize| -> Range<usize> { len * index / parts..len * (index + 1) / parts };
    if parts == 1 {
        return part(0).map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..parts).map(|index| scope.spawn(move || part(index).map(work).collect::<Vec<T>>())).collect();
        let mut all: Vec<T> = Vec::with_capacity(len);
        all.extend(part(0).map(work));
        for other in others {
            match other.join() {
                Ok(done) => all.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    })
}

/// One side of a flow as other flows may have it too.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Endpoint {
    address: Address,
    port: u16,
    scope: ScopeId,
    protocol: u8,
    version: IpVersion,
}

impl Endpoint {
    fn of(flow: &Flow, side: Side) -> Endpoint {
        let key = &flow.key;
        let address = key.addresses[side.index()];
        Endpoint { address, port: key.port(side), scope: key.scope, protocol: key.protocol, version: key.version }
    }
}

/// What all flows together say about the endpoints of those that are asked about.
struct Evidences {
    numbers: HashMap<Endpoint, u32, foldhash::fast::RandomState>,
    served: Vec<u32>,
    peer_ports: Vec<u32>,
    peers: Vec<u32>,
}

impl Evidences {
    fn gather(roles: &Roles<'_>, alone: &[Alone], is_asked: impl Fn(usize) -> bool) -> Evidences {
        let mut evidences = Evidences { numbers: HashMap::default(), served: vec![], peer_ports: vec![], peers: vec![] };
        for (_, flow) in roles.flows.iter().enumerate().filter(|(number, _)| is_asked(*number)) {
            for side in [Side::A, Side::B] {
                let next = evidences.numbers.len() as u32;
                evidences.numbers.entry(Endpoint::of(flow, side)).or_insert(next);
            }
        }
        let none = || vec![0; evidences.numbers.len()];
        (evidences.served, evidences.peer_ports, evidences.peers) = (none(), none(), none());
        if !evidences.numbers.is_empty() {
            evidences.count_services(roles.flows, alone);
            evidences.count_peer_ports(roles.flows);
            evidences.count_peers(roles);
        }
        evidences
    }

    fn number(&self, flow: &Flow, side: Side) -> Option<u32> {
        self.numbers.get(&Endpoint::of(flow, side)).copied()
    }

    /// In how many flows an endpoint was proven to be the server.
    fn count_services(&mut self, flows: &Flows, alone: &[Alone]) {
        for (flow, alone) in flows.iter().zip(alone) {
            if let Alone::Proven(side) = alone
                && let Some(number) = self.number(flow, *side)
            {
                self.served[number as usize] = self.served[number as usize].saturating_add(1);
            }
        }
    }

    /// How many different ports an endpoint met at its peers, in flows where both sides spoke.
    fn count_peer_ports(&mut self, flows: &Flows) {
        let mut met: Vec<(u32, u16)> = Vec::new();
        for flow in flows.iter().filter(|flow| flow.key.has_ports() && flow.is_two_way()) {
            for side in [Side::A, Side::B] {
                if let Some(number) = self.number(flow, side) {
                    met.push((number, flow.key.port(side.other())));
                }
            }
        }
        count_different(&mut self.peer_ports, met);
    }

    /// How many different machines an endpoint met, in flows between ports that nobody has registered: elsewhere it does
    /// not matter.
    fn count_peers(&mut self, roles: &Roles<'_>) {
        let is_open = |flow: &&Flow| {
            let transport = Transport::from_protocol(flow.key.protocol);
            let is_unregistered = |transport, port: &u16| roles.registry.rank(transport, *port) < RANK_REGISTERED;
            flow.is_two_way()
                && transport.is_some_and(|transport| flow.key.ports.iter().all(|port| is_unregistered(transport, port)))
        };
        let mut met: Vec<(u32, Address)> = Vec::new();
        for flow in roles.flows.iter().filter(is_open) {
            for side in [Side::A, Side::B] {
                if let Some(number) = self.number(flow, side) {
                    met.push((number, flow.key.addresses[side.other().index()]));
                }
            }
        }
        count_different(&mut self.peers, met);
    }

    fn about(&self, flow: &Flow) -> Elsewhere {
        let numbers = [Side::A, Side::B].map(|side| self.number(flow, side));
        let of = |counts: &[u32]| numbers.map(|number| number.map_or(0, |number| counts[number as usize]));
        Elsewhere { served: of(&self.served), peer_ports: of(&self.peer_ports), peers: of(&self.peers) }
    }
}

/// Adds to each count the number of different things that were met under its number.
fn count_different<T: Ord>(counts: &mut [u32], mut met: Vec<(u32, T)>) {
    met.sort_unstable();
    met.dedup();
    for (number, _) in met {
        counts[number as usize] += 1;
    }
}
