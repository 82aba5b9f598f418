//! The verdict on every flow: each by itself where its own packets suffice, the others with what the rest of the capture
//! says about their endpoints.
//!
//! That evidence is a join over all flows at the end, so that neither the order of the packets nor the way the work was
//! divided can change an answer.

use super::elsewhere::Evidences;
use super::flows::Flows;
use super::record::Flow;
use super::relations::Relations;
use super::reply::reply;
use crate::arena::Arena;
use crate::decode::Side;
use crate::parallel;
use crate::service::ladder::{self, Climb, Elsewhere, Facts, Speech};
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
    pub fn decide(&self, threads: usize) -> Arena<Verdict> {
        let alone = parallel::chunks(self.flows.len(), threads, |part| part.map(|number| self.alone(number)).collect());
        let undecided = alone.iter().enumerate().filter(|(_, alone)| **alone == Alone::Undecided);
        let undecided: Vec<u32> = undecided.map(|(number, _)| number as u32).collect();
        let elsewhere = self.gather(&alone, &undecided, threads);
        parallel::chunks(self.flows.len(), threads, |part| {
            let first = undecided.partition_point(|number| (*number as usize) < part.start);
            let mut places = (first..undecided.len()).peekable();
            let verdict = |number| {
                let place = places.next_if(|place| undecided[*place] as usize == number);
                self.verdict(number, &place.map_or(Elsewhere::default(), |place| elsewhere.about(place)))
            };
            part.map(verdict).collect()
        })
    }

    fn gather(&self, alone: &Arena<Alone>, asked: &[u32], threads: usize) -> Evidences {
        let proven = |number: usize| match alone[number] {
            Alone::Proven(side) => Some(side),
            _ => None,
        };
        Evidences::gather((self.flows, self.registry), asked, proven, threads)
    }

    fn verdict(&self, number: usize, elsewhere: &Elsewhere) -> Verdict {
        let flow = self.flows.get(number);
        if flow.is_overflow() {
            return ladder::undecided(flow.key.has_ports(), Marks::OVERFLOW);
        }
        let Some(facts) = self.facts(number) else { return ladder::decide_portless(flow.opening()) };
        let mut verdict = ladder::climb(self.registry, &facts, elsewhere).verdict(self.registry, &facts);
        verdict.marks.add(self.relations.of(number).marks);
        verdict.reply = Some(reply(flow, facts.transport, &verdict, self.registry));
        verdict
    }

    /// What all rungs say about one flow, and on what grounds; `None` for a protocol without ports. Other flows are asked
    /// about it even if it can be decided without them.
    pub fn climb(&self, number: usize) -> Option<(Facts, Elsewhere, Climb)> {
        let facts = self.facts(number)?;
        let mut alone = parallel::chunks(self.flows.len(), 1, |part| part.map(|number| self.alone(number)).collect());
        // A flow is no evidence about itself.
        *alone.get_mut(number) = Alone::Decided;
        let elsewhere = self.gather(&alone, &[number as u32], 1).about(0);
        Some((facts, elsewhere, ladder::climb(self.registry, &facts, &elsewhere)))
    }

    /// What is known of one flow by itself; `None` for a protocol without ports.
    #[inline(always)]
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
