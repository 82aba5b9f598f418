//! The verdict on every flow: each by itself where its own packets suffice, the others with statistics about their endpoints over
//! all flows.
//!
//! These statistics are a join over all flows at the end, so that neither the order of the packets nor the division of the work
//! can change a verdict.

use super::endpoint_stats::GatheredStats;
use super::ladder;
use super::relations::Relations;
use super::reply::reply;
use crate::decide::assessment::{Assessment, Finding, overflow_verdict, portless_verdict};
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decode::Side;
use crate::flow::Flow;
use crate::flow::Flows;
use crate::service::{Confidence, Evidence, Registry, Transport, Verdict};
use crate::support::chunked_vec::ChunkedVec;
use crate::support::parallel;
use crate::time::{NANOSECONDS, Time};

/// Nanoseconds after the start of the capture from which on the first packet of a flow in the capture is taken to be its very
/// first.
const START_OBSERVED_AFTER: i64 = 2 * NANOSECONDS;

/// Everything that a verdict can be based on.
#[derive(Clone, Copy, Debug)]
pub struct Roles<'a> {
    /// The flows.
    pub flows: &'a Flows,
    /// Their relations, from control channels.
    pub relations: &'a Relations,
    /// The names and ranks of ports.
    pub registry: &'a Registry,
    /// The time of the capture's first packet.
    pub start: Time,
}

/// The decision on a flow by itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum LocalDecision {
    /// Statistics about its endpoints are needed.
    Undecided,
    /// The flow is settled, but proves no server to other flows.
    Decided,
    /// This side is proven to be a server, in its other flows, too.
    Proven(Side),
}

impl Roles<'_> {
    /// The verdicts on all flows, in their order, decided by at most `threads` threads.
    pub fn decide(&self, threads: usize) -> ChunkedVec<Verdict> {
        let local = self.decide_locally(threads);
        let undecided = local.iter().enumerate().filter(|(_, decision)| **decision == LocalDecision::Undecided);
        let undecided: Vec<u32> = undecided.map(|(number, _)| number as u32).collect();
        let stats = self.gather(&local, &undecided, threads);
        parallel::chunks(self.flows.len(), threads, |part| {
            let first = undecided.partition_point(|number| (*number as usize) < part.start);
            let mut places = (first..undecided.len()).peekable();
            let verdict = |number| {
                let place = places.next_if(|place| undecided[*place] as usize == number);
                self.verdict(number, &place.map_or(EndpointStats::default(), |place| stats.get(place)))
            };
            part.map(verdict).collect()
        })
    }

    fn decide_locally(&self, threads: usize) -> ChunkedVec<LocalDecision> {
        parallel::chunks(self.flows.len(), threads, |part| part.map(|number| self.local_decision(number)).collect())
    }

    /// Statistics about the endpoints of the flows with the numbers `asked`.
    fn gather(&self, local: &ChunkedVec<LocalDecision>, asked: &[u32], threads: usize) -> GatheredStats {
        let proven = |number: usize| match local[number] {
            LocalDecision::Proven(side) => Some(side),
            _ => None,
        };
        GatheredStats::gather((self.flows, self.registry), asked, proven, threads)
    }

    fn verdict(&self, number: usize, stats: &EndpointStats) -> Verdict {
        let flow = self.flows.get(number);
        if flow.is_overflow() {
            return overflow_verdict(flow.key.has_ports());
        }
        let Some(facts) = self.facts(number) else { return portless_verdict(flow.handshake()) };
        let mut verdict = ladder::assess(self.registry, &facts, stats).verdict(self.registry, &facts);
        verdict.flags |= self.relations.get(number).flags;
        verdict.reply = Some(reply(flow, facts.transport, &verdict, self.registry));
        verdict
    }

    /// The assessment of one flow, and the facts on which it is based; `None` for a protocol without ports. Statistics about its
    /// endpoints are gathered even if the flow is settled without them.
    pub fn assess(&self, number: usize) -> Option<(FlowFacts, EndpointStats, Assessment)> {
        let facts = self.facts(number)?;
        let mut local = self.decide_locally(1);
        // A flow is no evidence about itself.
        *local.get_mut(number) = LocalDecision::Decided;
        let stats = self.gather(&local, &[number as u32], 1).get(0);
        Some((facts, stats, ladder::assess(self.registry, &facts, &stats)))
    }

    /// The facts of one flow; `None` for a protocol without ports.
    #[inline(always)]
    fn facts(&self, number: usize) -> Option<FlowFacts> {
        let flow = Some(self.flows.get(number)).filter(|flow| !flow.is_overflow())?;
        let transport = Transport::from_protocol(flow.key.protocol)?;
        let host_rule = |side| self.registry.host_rule(flow.key.ip_addr(side), transport, flow.key.port(side));
        Some(FlowFacts {
            transport,
            ports: flow.key.ports,
            host_rules: if self.registry.has_host_rules() { [host_rule(Side::A), host_rule(Side::B)] } else { [None; 2] },
            handshake: flow.handshake(),
            first: flow.first_side(),
            start_observed: is_start_observed(flow, self.start),
            two_way: flow.is_two_way(),
            group: flow.group_side(),
            announced: self.relations.get(number).announced,
        })
    }

    fn local_decision(&self, number: usize) -> LocalDecision {
        let Some(facts) = self.facts(number) else { return LocalDecision::Decided };
        match ladder::decide_locally(self.registry, &facts) {
            None => LocalDecision::Undecided,
            Some(Finding { server: Some(server), evidence, confidence }) if proves(evidence, confidence) => {
                LocalDecision::Proven(server)
            }
            Some(_) => LocalDecision::Decided,
        }
    }
}

/// True if the evidence proves the server to its other flows, too.
fn proves(evidence: Evidence, confidence: Confidence) -> bool {
    match evidence {
        Evidence::User | Evidence::Handshake | Evidence::SynAckAck => confidence == Confidence::Proven,
        Evidence::Announced(_) => true,
        _ => false,
    }
}

/// True if the flow's first packet in the capture, which begins at `start`, is likely its very first.
pub fn is_start_observed(flow: &Flow, start: Time) -> bool {
    flow.span.first.since(start).is_some_and(|after| after >= START_OBSERVED_AFTER)
}
