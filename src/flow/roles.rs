//! The verdict on every flow: each by itself where its own packets suffice, the others with what the rest of the capture
//! says about their endpoints.
//!
//! That evidence is a join over all flows at the end, so that neither the order of the packets nor the way the work was
//! divided can change an answer.

use std::collections::HashMap;

use super::record::Flow;
use super::table::Flows;
use crate::decode::{Address, IpVersion, ScopeId, Side};
use crate::service::ladder::{self, Elsewhere, Facts};
use crate::service::{Confidence, Evidence, Registry, Transport, Verdict};
use crate::unit::{NANOSECONDS, Time};

/// A flow that begins this long after the capture did is taken to have been seen from its first packet on.
const START_OBSERVED_AFTER: i64 = 2 * NANOSECONDS;

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

/// The verdicts on all flows, in their order. `start` is the time of the capture's first packet.
pub fn decide(flows: &Flows, registry: &Registry, start: Time) -> Vec<Verdict> {
    let mut verdicts: Vec<Option<Verdict>> = flows
        .iter()
        .map(|flow| match facts(flow, registry, start) {
            None => Some(ladder::decide_portless(flow.opening())),
            Some(facts) => ladder::decide_alone(registry, &facts),
        })
        .collect();
    let elsewhere = Evidences::gather(flows, &verdicts);
    for (flow, verdict) in flows.iter().zip(&mut verdicts) {
        // A flow that is decided by itself can still be contradicted by the others.
        if let Some(facts) = facts(flow, registry, start) {
            *verdict = Some(ladder::decide(registry, &facts, &elsewhere.about(flow)));
        }
    }
    verdicts.into_iter().flatten().collect()
}

/// What is known of a flow by itself; `None` for a protocol without ports.
fn facts(flow: &Flow, registry: &Registry, start: Time) -> Option<Facts> {
    let transport = Transport::from_protocol(flow.key.protocol)?;
    let host_rule = |side| {
        let (address, port) = (flow.key.ip_addr(side), flow.key.port(side));
        registry.host_rule(address, transport, port)
    };
    Some(Facts {
        transport,
        ports: flow.key.ports,
        host_rules: if registry.has_host_rules() { [host_rule(Side::A), host_rule(Side::B)] } else { [None; 2] },
        opening: flow.opening(),
        first: flow.first_side(),
        start_observed: is_start_observed(flow, start),
        two_way: flow.is_two_way(),
        group: flow.group_side(),
    })
}

/// True if the flow's first packet in the capture, which begins at `start`, is likely its first at all.
pub fn is_start_observed(flow: &Flow, start: Time) -> bool {
    flow.span.first.since(start).is_some_and(|after| after >= START_OBSERVED_AFTER)
}

/// What all flows together say about the endpoints of those that cannot be decided alone.
struct Evidences {
    numbers: HashMap<Endpoint, u32, foldhash::fast::RandomState>,
    served: Vec<u32>,
    peer_ports: Vec<u32>,
}

impl Evidences {
    fn gather(flows: &Flows, verdicts: &[Option<Verdict>]) -> Evidences {
        let mut evidences = Evidences { numbers: HashMap::default(), served: Vec::new(), peer_ports: Vec::new() };
        for (flow, _) in flows.iter().zip(verdicts).filter(|(_, verdict)| verdict.is_none()) {
            for side in [Side::A, Side::B] {
                let next = evidences.numbers.len() as u32;
                evidences.numbers.entry(Endpoint::of(flow, side)).or_insert(next);
            }
        }
        evidences.count_services(flows, verdicts);
        evidences.count_peer_ports(flows);
        evidences
    }

    /// In how many flows an endpoint was proven to be the server.
    fn count_services(&mut self, flows: &Flows, verdicts: &[Option<Verdict>]) {
        self.served = vec![0; self.numbers.len()];
        if self.numbers.is_empty() {
            return;
        }
        for (flow, verdict) in flows.iter().zip(verdicts) {
            let Some(Verdict { server: Some(side), evidence, confidence: Confidence::Proven, .. }) = verdict else { continue };
            if matches!(evidence, Evidence::Handshake | Evidence::SynAckAck | Evidence::User)
                && let Some(&number) = self.numbers.get(&Endpoint::of(flow, *side))
            {
                self.served[number as usize] = self.served[number as usize].saturating_add(1);
            }
        }
    }

    /// How many different ports an endpoint met at its peers, in flows where both sides spoke.
    fn count_peer_ports(&mut self, flows: &Flows) {
        self.peer_ports = vec![0; self.numbers.len()];
        if self.numbers.is_empty() {
            return;
        }
        let mut met: Vec<(u32, u16)> = Vec::new();
        for flow in flows.iter().filter(|flow| flow.key.has_ports() && flow.is_two_way()) {
            for side in [Side::A, Side::B] {
                if let Some(&number) = self.numbers.get(&Endpoint::of(flow, side)) {
                    met.push((number, flow.key.port(side.other())));
                }
            }
        }
        met.sort_unstable();
        met.dedup();
        for (number, _) in met {
            self.peer_ports[number as usize] += 1;
        }
    }

    fn about(&self, flow: &Flow) -> Elsewhere {
        let numbers = [Side::A, Side::B].map(|side| self.numbers.get(&Endpoint::of(flow, side)).map(|&number| number as usize));
        Elsewhere {
            served: numbers.map(|number| number.map_or(0, |number| self.served[number])),
            peer_ports: numbers.map(|number| number.map_or(0, |number| self.peer_ports[number])),
        }
    }
}
