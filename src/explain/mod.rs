//! Why a flow has its verdict: the finding of each rung, the packets that show it, and the basis of the name. An explanation is
//! data; the sentences on it are those of the messages, and a format lays them out.
//!
//! ```
//! use portolan::analysis::{Options, analyse};
//! use portolan::explain::{Reasoning, RungState, explain, trace};
//!
//! let options = Options::for_files(["samples/handshake.pcap"]);
//! let decided = analyse(&options);
//! let trace = trace(&options, &decided.collected.flows, 0);
//! let explanation = explain(&decided, 0, &trace, None);
//! let Reasoning::Ladder { steps, .. } = &explanation.reasoning else { panic!("the flow has ports") };
//! let decisive = steps.iter().find(|step| step.state == RungState::Decides).unwrap();
//! assert_eq!(decisive.rung.code(), "handshake");
//! ```

mod candidates;
mod choice;
mod endpoint;
mod explanation;
mod name;
mod question;
mod rung_result;
mod rungs;
mod trace;

pub use candidates::{CandidateRow, MAX_CANDIDATES, candidates};
pub use choice::{ChoiceError, ChoiceProblem, FlowCondition, FlowlessPacket, Narrowing, choose};
pub use endpoint::Endpoint;
pub use explanation::{
    Actor, Conclusion, Explanation, FlowSummary, Opener, PacketAt, PortlessExchange, Reasoning, RequestedPacket,
    ServerConclusion, ServerRole,
};
pub use name::{NameBasis, NameExplanation, NamedPort, OtherNames, Translation};
pub use question::Question;
pub use rung_result::{
    AnnouncedFlow, DhcpVersion, EqualPortsResult, FirstPacketResult, GroupResult, HandshakeTerms, KnownServerResult, LadderStep,
    PeerPorts, PortDiversityResult, RankResult, RankedPort, RulesResult, RungResult, RungState, SeenOpening,
};
pub use trace::{FlowTrace, Matching, PacketFate, TracedPacket, matching, packet_fate, trace};

use crate::analysis::Decided;
use crate::decide::assessment::Assessment;
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decide::{Relation, Roles, roles};
use crate::decode::Side;
use crate::flow::{Flow, Initiator};
use crate::service::{Confidence, FlowFlags, Reply, Rung, Service, Transport, Verdict, protocols};
use crate::time::Time;

/// A flow and all that is known of it.
struct FlowContext<'a> {
    decided: &'a Decided<'a>,
    number: usize,
    flow: &'a Flow,
    verdict: &'a Verdict,
    relation: Relation,
    trace: FlowTrace,
}

/// Explains flow `number`, counted from 0. `trace` has the packets that opened, answered and ended it; `packet` is the number of a
/// packet that was asked for, counted from 1, and its fate.
///
/// # Panics
///
/// If there is no such flow.
pub fn explain<'a>(
    decided: &'a Decided<'_>,
    number: usize,
    trace: &FlowTrace,
    packet: Option<(u64, &PacketFate)>,
) -> Explanation<'a> {
    let (flow, verdict) = decided.flow(number);
    let context = FlowContext { decided, number, flow, verdict, relation: decided.relations.get(number), trace: *trace };
    let summary = context.summary();
    Explanation {
        requested: packet.and_then(|(packet, fate)| context.requested_packet(packet, fate)),
        reasoning: context.reasoning(),
        flags: flow.flags(verdict, &summary.stacks) - FlowFlags::CONFLICTS,
        flow: summary,
    }
}

/// The part of a rung in the decision; `None` for the second entry of a rung that is shown once.
fn state(assessment: &Assessment, rung: Rung) -> Option<RungState> {
    let is_close = assessment.get(Rung::CloseRank).is_some();
    match rung {
        Rung::ClearRank if is_close => return None,
        Rung::CloseRank if !is_close => return None,
        _ => {}
    }
    let Some((decisive, decided)) = assessment.decisive() else { return Some(RungState::Silent) };
    Some(match assessment.get(rung) {
        None => RungState::Silent,
        Some(_) if rung == decisive => RungState::Decides,
        Some(finding) if finding.server == decided.server => RungState::Agrees,
        Some(_) => RungState::Disagrees,
    })
}

impl<'a> FlowContext<'a> {
    fn end(&self, side: Side) -> Endpoint {
        Endpoint::of_flow(self.flow, side)
    }

    /// The name that the capture gives a side. A group has none.
    fn host_name(&self, side: Side) -> Option<&str> {
        let is_machine = !self.flow.is_overflow() && self.flow.group_side() != Some(side);
        if is_machine { self.decided.collected.names.get(&self.flow.key.ip_addr(side)) } else { None }
    }

    /// Nanoseconds from the start of the capture.
    fn offset(&self, time: Time) -> Option<i64> {
        time.since(self.decided.collected.span().first)
    }

    fn at(&self, packet: Option<TracedPacket>) -> Option<PacketAt> {
        packet.map(|TracedPacket { packet, time, .. }| PacketAt { number: packet, offset: self.offset(time) })
    }

    fn actor(&self, side: Side, packet: Option<TracedPacket>) -> Actor {
        Actor { end: self.end(side), packet: self.at(packet) }
    }

    fn summary(&self) -> FlowSummary {
        let Flow { key, packets, wire_bytes, span, .. } = self.flow;
        let protocol = match Transport::from_protocol(key.protocol) {
            Some(transport) => transport.name().to_uppercase(),
            None => protocols::ip_protocol(key.protocol).to_uppercase(),
        };
        let first = self.flow.first_side();
        FlowSummary {
            id: self.decided.collected.flows.id(self.number),
            protocol,
            ends: [first, first.other()].map(|side| self.end(side)),
            names: [first, first.other()].map(|side| self.host_name(side).map(str::to_owned)),
            packets: packets.iter().sum(),
            wire_bytes: wire_bytes.iter().sum(),
            times: self.offset(span.first).zip(self.offset(span.last)),
            stacks: self.decided.collected.stacks(self.flow),
        }
    }

    fn requested_packet(&self, number: u64, fate: &PacketFate) -> Option<RequestedPacket> {
        let PacketFate::Flow { time, side, about, .. } = *fate else { return None };
        Some(RequestedPacket {
            packet: PacketAt { number, offset: self.offset(time) },
            sender: side.map(|side| self.end(side)),
            about: about.map(|flow| self.decided.collected.flows.id(flow)),
        })
    }

    fn reasoning(&self) -> Reasoning<'a> {
        let decided = self.decided;
        let roles = Roles {
            flows: &decided.collected.flows,
            relations: &decided.relations,
            registry: &decided.collected.registry,
            start: decided.collected.span().first,
        };
        match roles.assess(self.number) {
            Some((facts, stats, assessment)) => Reasoning::Ladder {
                steps: self.ladder(&facts, &stats, &assessment),
                conclusion: self.conclusion(&facts),
                opener: self.opener(),
                name: name::explain(self, &facts),
            },
            None => Reasoning::Portless {
                protocol: protocols::ip_protocol(self.flow.key.protocol),
                exchange: self.portless_exchange(),
            },
        }
    }

    fn ladder(&self, facts: &FlowFacts, stats: &EndpointStats, assessment: &Assessment) -> Vec<LadderStep<'a>> {
        let step = |rung: Rung| {
            let state = state(assessment, rung)?;
            Some(LadderStep { rung, state, result: rungs::result(self, rung, facts, stats, assessment) })
        };
        Rung::ALL.into_iter().filter_map(step).collect()
    }

    fn conclusion(&self, facts: &FlowFacts) -> Conclusion {
        let Verdict { server, service, evidence, confidence, reply, .. } = *self.verdict;
        match (server, service) {
            (Some(side), _) => {
                let role = match reply {
                    _ if facts.group == Some(side) => ServerRole::Group,
                    Some(Reply::Refused | Reply::Silent) => ServerRole::Intended,
                    _ => ServerRole::Server,
                };
                Conclusion::Server(ServerConclusion { server: self.end(side), role, evidence, confidence, reply })
            }
            (None, Service::Named(_)) if facts.announced.is_some() => Conclusion::Peers,
            (None, Service::Named(_)) => Conclusion::ServiceAlone,
            (None, _) => Conclusion::Undetermined,
        }
    }

    fn opener(&self) -> Opener {
        let observed = roles::is_start_observed(self.flow, self.decided.collected.span().first);
        match (self.flow.initiator(self.verdict, observed), self.verdict.server) {
            (Initiator::Server, _) => Opener::Server,
            (Initiator::Client, Some(_)) => Opener::Client,
            (Initiator::Client, None) => Opener::FirstSender(self.first_sender()),
            (Initiator::Unknown, _) => Opener::Unknown,
        }
    }

    fn first_sender(&self) -> Actor {
        self.actor(self.flow.first_side(), self.trace.first)
    }

    fn portless_exchange(&self) -> PortlessExchange {
        let Some(side) = self.verdict.server else { return PortlessExchange::FirstPacket(self.first_sender()) };
        let client = self.actor(side.other(), self.trace.opened[side.other().index()]);
        let server = self.actor(side, self.trace.answered[side.index()]);
        match self.verdict.confidence {
            Confidence::Proven => PortlessExchange::Answered { client, server },
            Confidence::Strong => PortlessExchange::RequestAlone { client, server: server.end },
            _ => PortlessExchange::ReplyAlone { server, client: client.end },
        }
    }
}
