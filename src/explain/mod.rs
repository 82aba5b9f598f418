//! Why a flow has its verdict: what each rung of the ladder found, in which packets, and what the name is worth. The facts
//! are found here; the sentences are those of [`ExplainMessages`](crate::messages::ExplainMessages).

mod block;
mod candidates;
mod choice;
mod endpoint;
mod name;
mod question;
mod rungs;
mod trace;

pub use block::{Block, RungState};
pub use candidates::{CandidateRow, MAX_CANDIDATES, candidates};
pub use choice::{ChoiceProblem, FlowlessPacket, Known, Unclear, choose};
pub use endpoint::Endpoint;
pub use question::Question;
pub use trace::{FlowTrace, Matching, TracedPacket, Whereabouts, matching, trace, whereabouts};

use crate::analysis::Decided;
use crate::decide::assessment::Assessment;
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decide::{Relation, Roles, roles};
use crate::decode::Side;
use crate::flow::{Flow, Initiator};
use crate::messages::{Messages, PacketAt, ServerConclusion, ServerRole};
use crate::service::{Confidence, FlowFlags, Reply, Rung, Service, Transport, Verdict, protocols};
use crate::time::Time;

/// A flow and all that is known of it.
struct FlowContext<'a> {
    analysis: &'a Decided<'a>,
    number: usize,
    flow: &'a Flow,
    verdict: &'a Verdict,
    relation: Relation,
    trace: &'a FlowTrace,
    messages: &'a dyn Messages,
}

/// Explains the flow with that number. `trace` is what its packets did; `packet` is the number of a packet that was asked for, and what
/// became of it.
pub fn explain(
    analysis: &Decided<'_>,
    number: usize,
    trace: &FlowTrace,
    packet: Option<(u64, &Whereabouts)>,
    messages: &dyn Messages,
) -> Vec<Block> {
    let (flow, verdict) = (analysis.flows.get(number), &analysis.verdicts[number]);
    let context = FlowContext { analysis, number, flow, verdict, relation: analysis.relations.get(number), trace, messages };
    let mut items = context.introduction();
    items.extend(packet.and_then(|(packet, whereabouts)| context.requested_packet(packet, whereabouts)).map(Block::Paragraph));
    let roles = Roles {
        flows: &analysis.flows,
        relations: &analysis.relations,
        registry: &analysis.registry,
        start: analysis.span().first,
    };
    match roles.assess(number) {
        Some((facts, stats, assessment)) => {
            items.push(Block::Heading(messages.who_is_the_server().into()));
            items.extend(context.ladder(&facts, &stats, &assessment));
            items.extend([context.conclusion(&facts), context.opener()].map(Block::Paragraph));
            items.push(Block::Heading(messages.what_is_the_service().into()));
            items.extend(name::sentences(&context, &facts).into_iter().map(Block::Paragraph));
        }
        None => items.extend(context.portless().map(Block::Paragraph)),
    }
    items.extend(context.remarks());
    items
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

impl FlowContext<'_> {
    fn transport(&self) -> Option<Transport> {
        Transport::from_protocol(self.flow.key.protocol)
    }

    fn end(&self, side: Side) -> Endpoint {
        Endpoint::of_flow(self.flow, side)
    }

    /// Nanoseconds from the start of the capture.
    fn offset(&self, time: Time) -> Option<i64> {
        time.since(self.analysis.span().first)
    }

    fn at(&self, packet: Option<TracedPacket>) -> Option<PacketAt> {
        packet.map(|TracedPacket { packet, time, .. }| PacketAt { number: packet, offset: self.offset(time) })
    }

    /// The flow, its volume and time, and the VLANs and tunnels around it.
    fn introduction(&self) -> Vec<Block> {
        let Flow { key, packets, wire_bytes, span, .. } = self.flow;
        let protocol = match self.transport() {
            Some(transport) => transport.name().to_uppercase(),
            None => protocols::ip_protocol(key.protocol).to_uppercase(),
        };
        let first = self.flow.first_side();
        let ends = [first, first.other()].map(|side| self.end(side));
        let times = self.offset(span.first).zip(self.offset(span.last));
        let around = self.messages.encapsulations(&self.analysis.stacks(self.flow));
        [
            Block::Heading(self.messages.flow_title(self.analysis.flows.id(self.number), &protocol, ends)),
            Block::Paragraph(self.messages.flow_size(packets.iter().sum(), wire_bytes.iter().sum(), times)),
        ]
        .into_iter()
        .chain(around.map(Block::Paragraph))
        .collect()
    }

    /// The sender and the time of the packet that was asked for, and the flow that it is about if it is an ICMP error.
    fn requested_packet(&self, packet: u64, whereabouts: &Whereabouts) -> Option<String> {
        let Whereabouts::Flow { time, side, about, .. } = *whereabouts else { return None };
        let packet = PacketAt { number: packet, offset: self.offset(time) };
        let about = about.map(|flow| self.analysis.flows.id(flow));
        Some(self.messages.requested_packet(packet, side.map(|side| self.end(side)), about))
    }

    /// The finding of each rung, and its part in the decision.
    fn ladder(&self, facts: &FlowFacts, stats: &EndpointStats, assessment: &Assessment) -> Vec<Block> {
        let item = |rung: Rung| {
            let state = self.messages.rung_state(state(assessment, rung)?);
            let sentence = rungs::sentence(self, rung, facts, stats, assessment);
            Some(Block::Rung { code: rung.code(), state, sentence })
        };
        Rung::ALL.into_iter().filter_map(item).collect()
    }

    /// The conclusion from the findings of the rungs.
    fn conclusion(&self, facts: &FlowFacts) -> String {
        let Verdict { server, service, evidence, confidence, reply, .. } = *self.verdict;
        match (server, service) {
            (Some(side), _) => {
                let role = match reply {
                    _ if facts.group == Some(side) => ServerRole::Group,
                    Some(Reply::Refused | Reply::Silent) => ServerRole::Intended,
                    _ => ServerRole::Server,
                };
                self.messages.server_conclusion(&ServerConclusion { server: self.end(side), role, evidence, confidence, reply })
            }
            (None, Service::Named(_)) if facts.announced.is_some() => self.messages.service_between_peers().into(),
            (None, Service::Named(_)) => self.messages.service_without_server().into(),
            (None, _) => self.messages.server_undetermined().into(),
        }
    }

    /// The side that opened the flow, which need not be the client.
    fn opener(&self) -> String {
        let observed = roles::is_start_observed(self.flow, self.analysis.span().first);
        match (self.flow.initiator(self.verdict, observed), self.verdict.server) {
            (Initiator::Server, _) => self.messages.opened_by_server().into(),
            (Initiator::Client, Some(_)) => self.messages.opened_by_client().into(),
            (Initiator::Client, None) => {
                self.messages.sent_first_packet(self.end(self.flow.first_side()), self.at(self.trace.first))
            }
            (Initiator::Unknown, _) => self.messages.opener_unknown().into(),
        }
    }

    fn portless(&self) -> [String; 2] {
        let messages = self.messages;
        let Verdict { server, confidence, .. } = *self.verdict;
        let sentence = match server {
            Some(side) => {
                let (client, server) = (self.end(side.other()), self.end(side));
                let asked = self.at(self.trace.opened[side.other().index()]);
                let answered = self.at(self.trace.answered[side.index()]);
                match confidence {
                    Confidence::Proven => messages.asked_and_answered(client, asked, server, answered),
                    Confidence::Strong => messages.asked_in_vain(client, asked, server),
                    _ => messages.answered_unasked(server, answered, client),
                }
            }
            None => messages.first_packet_came_from(self.end(self.flow.first_side()), self.at(self.trace.first)),
        };
        [messages.protocol_without_ports(&protocols::ip_protocol(self.flow.key.protocol)), sentence]
    }

    /// The flags of the flow. The ladder shows conflicts.
    fn remarks(&self) -> Vec<Block> {
        let stacks = self.analysis.stacks(self.flow);
        let flags = self.flow.flags(self.verdict, &stacks) - FlowFlags::CONFLICTS;
        let meaning = |flag: FlowFlags| {
            let code = flag.codes().next()?;
            Some(Block::Flag { code, meaning: self.messages.flag_meaning(flag) })
        };
        let remarks: Vec<Block> = flags.iter().filter_map(meaning).collect();
        let heading = (!remarks.is_empty()).then(|| Block::Heading(self.messages.what_else().into()));
        heading.into_iter().chain(remarks).collect()
    }
}
