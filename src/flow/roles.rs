//! The verdict on every flow: each by itself where its own packets suffice, the others with what the rest of the capture
//! says about their endpoints.
//!
//! That evidence is a join over all flows at the end, so that neither the order of the packets nor the way the work was
//! divided can change an answer.

use std::collections::HashMap;

use super::record::Flow;
use super::relations::Relations;
use super::table::Flows;
use crate::decode::{Address, IpVersion, ScopeId, Side};
use crate::parallel;
use crate::service::ladder::{self, Climb, Elsewhere, Facts, Speech};
use crate::service::registry::RANK_REGISTERED;
use crate::service::{Confidence, Evidence, Marks, Registry, Transport, Verdict};
use crate::unit::{NANOSECONDS, Time};

/// A flow that begins this long after the capture did is taken to have been seen from its first packet on.
const START_OBSERVED_AFTER: i64 = 2 * NANOSECONDS;

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
        let alone = parallel::each(self.flows.len(), threads, |number| self.alone(number));
        let elsewhere = Evidences::gather(self, &alone, |number| alone[number] == Alone::Undecided, threads);
        parallel::each(self.flows.len(), threads, |number| {
            let is_undecided = alone[number] == Alone::Undecided;
            self.verdict(number, &if is_undecided { elsewhere.about(number) } else { Elsewhere::default() })
        })
    }

    fn verdict(&self, number: usize, elsewhere: &Elsewhere) -> Verdict {
        let flow = self.flows.get(number);
        if flow.is_overflow() {
            return ladder::undecided(flow.key.has_ports(), Marks::OVERFLOW);
        }
        let Some(facts) = self.facts(number) else { return ladder::decide_portless(flow.opening()) };
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
        let elsewhere = Evidences::gather(self, &alone, |other| other == number, 1).about(number);
        Some((facts, elsewhere, ladder::climb(self.registry, &facts, &elsewhere)))
    }

    /// What is known of one flow by itself; `None` for a protocol without ports.
    fn facts(&self, number: usize) -> Option<Facts> {
        let flow = Some(self.flows.get(number)).filter(|flow| !flow.is_overflow())?;
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

/// One side of a flow as other flows may have it too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Endpoint {
    address: Address,
    port: u16,
    scope: ScopeId,
    protocol: u8,
    version: IpVersion,
}

impl std::hash::Hash for Endpoint {
    #[inline]
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        let [port, scope] = [self.port, self.scope.0].map(u64::from);
        self.address.hash(state);
        state.write_u64(port << 32 | scope << 16 | u64::from(self.protocol) << 8 | self.version as u64);
    }
}

impl Endpoint {
    fn of(flow: &Flow, side: Side) -> Endpoint {
        let key = &flow.key;
        let address = key.addresses[side.index()];
        Endpoint { address, port: key.port(side), scope: key.scope, protocol: key.protocol, version: key.version }
    }
}

/// What all flows together say about the endpoints of those that are asked about.
#[derive(Default)]
struct Evidences {
    /// By flow and side: the endpoint's number, or [`UNASKED`]. Empty if nothing is asked.
    ends: Vec<[u32; 2]>,
    served: Vec<u32>,
    peer_ports: Vec<u32>,
    peers: Vec<u32>,
}

/// In place of the number of an endpoint that nobody asks about.
const UNASKED: u32 = u32::MAX;

impl Evidences {
    fn gather(roles: &Roles<'_>, alone: &[Alone], is_asked: impl Fn(usize) -> bool, threads: usize) -> Evidences {
        let flows = roles.flows;
        let mut numbers: HashMap<Endpoint, u32, foldhash::fast::RandomState> = HashMap::default();
        for (_, flow) in flows.iter().enumerate().filter(|(number, _)| is_asked(*number)) {
            for side in [Side::A, Side::B] {
                let next = numbers.len() as u32;
                numbers.entry(Endpoint::of(flow, side)).or_insert(next);
            }
        }
        if numbers.is_empty() {
            return Evidences::default();
        }
        let ends = parallel::each(flows.len(), threads, |number| {
            let flow = flows.get(number);
            [Side::A, Side::B].map(|side| numbers.get(&Endpoint::of(flow, side)).copied().unwrap_or(UNASKED))
        });
        let none = || vec![0; numbers.len()];
        let mut evidences = Evidences { ends, served: none(), peer_ports: none(), peers: none() };
        evidences.count_services(alone);
        evidences.count_peer_ports(flows);
        evidences.count_peers(roles);
        evidences
    }

    /// In how many flows an endpoint was proven to be the server.
    fn count_services(&mut self, alone: &[Alone]) {
        for (ends, alone) in self.ends.iter().zip(alone) {
            if let Alone::Proven(side) = alone
                && let Some(served) = self.served.get_mut(ends[side.index()] as usize)
            {
                *served = served.saturating_add(1);
            }
        }
    }

    /// How many different ports an endpoint met at its peers, in flows where both sides spoke.
    fn count_peer_ports(&mut self, flows: &Flows) {
        let spoke = |flow: &Flow| flow.key.has_ports() && flow.is_two_way();
        let met = self.met(flows, spoke, |flow, side| flow.key.port(side.other()));
        count_different(&mut self.peer_ports, met);
    }

    /// How many different machines an endpoint met, in flows between ports that nobody has registered: elsewhere it does
    /// not matter.
    fn count_peers(&mut self, roles: &Roles<'_>) {
        let is_open = |flow: &Flow| {
            let transport = Transport::from_protocol(flow.key.protocol);
            let is_unregistered = |transport, port: &u16| roles.registry.rank(transport, *port) < RANK_REGISTERED;
            flow.is_two_way()
                && transport.is_some_and(|transport| flow.key.ports.iter().all(|port| is_unregistered(transport, port)))
        };
        let met = self.met(roles.flows, is_open, |flow, side| flow.key.addresses[side.other().index()]);
        count_different(&mut self.peers, met);
    }

    /// What the endpoints that are asked about met in those flows, by their numbers.
    fn met<T>(&self, flows: &Flows, counts: impl Fn(&Flow) -> bool, what: impl Fn(&Flow, Side) -> T) -> Vec<(u32, T)> {
        let mut met = Vec::new();
        for (flow, ends) in flows.iter().zip(&self.ends).filter(|(flow, ends)| **ends != [UNASKED; 2] && counts(flow)) {
            for side in [Side::A, Side::B] {
                if ends[side.index()] != UNASKED {
                    met.push((ends[side.index()], what(flow, side)));
                }
            }
        }
        met
    }

    fn about(&self, number: usize) -> Elsewhere {
        let Some(ends) = self.ends.get(number) else { return Elsewhere::default() };
        let of = |counts: &[u32]| ends.map(|end| counts.get(end as usize).copied().unwrap_or(0));
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
