//! Floor 8: why a flow has its verdict, in plain words, a sentence a line: what each rung of the ladder says, which packets
//! that rests on, and what the name is worth.

mod candidates;
mod choice;
mod name;
mod network;
mod question;
mod rungs;

use std::net::{IpAddr, SocketAddr};

pub use candidates::{CandidateRow, MAX_CANDIDATES, candidates};
pub use choice::{ChoiceProblem, FlowlessPacket, Known, Unclear, choose};
pub use question::{End, Question};

use crate::analysis::Decided;
use crate::decide::assessment::Assessment;
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decide::{Relation, Roles};
use crate::decode::Side;
use crate::flow::{Flow, Initiator};
use crate::service::{Confidence, FlowFlags, Reply, Rung, Service, Transport, Verdict, protocols};
use crate::text;
use crate::unit::Time;
use crate::witness::{Sighting, Whereabouts, Witness};

/// A flow and all that is known of it.
struct Story<'a> {
    analysis: &'a Decided<'a>,
    number: usize,
    flow: &'a Flow,
    verdict: &'a Verdict,
    relation: Relation,
    witness: &'a Witness,
}

/// Columns in front of a rung's sentence: its key, and what it did.
const RUNG_INDENT: usize = 28;
/// Columns in front of a flag's sentence.
const FLAG_INDENT: usize = 21;
/// Columns in front of every other sentence.
const INDENT: usize = 2;

/// A line of an explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it says; nothing for an empty line.
    pub text: String,
    /// The column that it goes on from, where it is longer than the page is wide.
    pub indent: usize,
}

impl Line {
    fn title(text: impl Into<String>) -> Line {
        Line { text: text.into(), indent: 0 }
    }

    fn sentence(text: impl AsRef<str>) -> Line {
        Line { text: format!("{:INDENT$}{}", "", text.as_ref()), indent: INDENT }
    }
}

/// Explains the flow with that number. What its packets did is told by `witness`; `packet` is the number of a packet that was
/// asked for, and what became of it.
pub fn explain(analysis: &Decided<'_>, number: usize, witness: &Witness, packet: Option<(u64, &Whereabouts)>) -> Vec<Line> {
    let (flow, verdict) = (analysis.flows.get(number), &analysis.verdicts[number]);
    let story = Story { analysis, number, flow, verdict, relation: analysis.relations.of(number), witness };
    let mut lines = story.heading();
    lines.extend(packet.and_then(|(packet, whereabouts)| story.packet_asked_for(packet, whereabouts)).map(Line::sentence));
    let roles = Roles {
        flows: &analysis.flows,
        relations: &analysis.relations,
        registry: &analysis.registry,
        start: analysis.span().first,
    };
    match roles.assess(number) {
        Some((facts, stats, assessment)) => {
            lines.extend([Line::title(""), Line::title(text::WHO_SERVES)]);
            lines.extend(story.ladder(&facts, &stats, &assessment));
            lines.extend(story.conclusion(&facts).map(Line::sentence));
            lines.extend([Line::title(""), Line::title(text::WHAT_IS_IT_CALLED)]);
            lines.extend(name::sentences(&story, &facts).iter().map(Line::sentence));
        }
        None => lines.extend(story.portless().map(Line::sentence)),
    }
    lines.extend(story.remarks());
    lines
}

/// What a rung did in the decision; `None` for the second entry of a rung that is told once.
fn state(assessment: &Assessment, rung: Rung) -> Option<&'static str> {
    let is_close = assessment.get(Rung::CloseRank).is_some();
    match rung {
        Rung::ClearRank if is_close => return None,
        Rung::CloseRank if !is_close => return None,
        _ => {}
    }
    let Some((decisive, decided)) = assessment.decisive() else { return Some("silent") };
    Some(match assessment.get(rung) {
        None => "silent",
        Some(_) if rung == decisive => "decides",
        Some(finding) if finding.server == decided.server => "agrees",
        Some(_) => "disagrees",
    })
}

impl Story<'_> {
    fn transport(&self) -> Option<Transport> {
        Transport::from_protocol(self.flow.key.protocol)
    }

    /// A side as people write it: address and port, or only the address.
    fn end(&self, side: Side) -> String {
        let address = self.flow.key.ip_addr(side);
        if self.transport().is_some() { socket(address, self.flow.key.port(side)) } else { address.to_string() }
    }

    /// Seconds from the start of the capture: `0.021 s`.
    fn at(&self, time: Time) -> Option<String> {
        let after = time.since(self.analysis.span().first)?;
        Some(format!("{:.3} s", after as f64 / 1e9))
    }

    /// ` in packet 3 at 0.021 s`; nothing if the packet is not known.
    fn seen(&self, sighting: Option<Sighting>) -> String {
        sighting.map_or_else(String::new, |sighting| format!(" in packet {}", self.packet(sighting, " at ")))
    }

    /// ` (packet 3, at 0.021 s)`; nothing if the packet is not known.
    fn in_brackets(&self, sighting: Option<Sighting>) -> String {
        sighting.map_or_else(String::new, |sighting| format!(" (packet {})", self.packet(sighting, ", at ")))
    }

    fn packet(&self, Sighting { packet, time, .. }: Sighting, at: &str) -> String {
        let time = self.at(time).map_or_else(String::new, |time| format!("{at}{time}"));
        format!("{}{time}", text::grouped(packet))
    }

    fn heading(&self) -> Vec<Line> {
        let Flow { key, packets, wire_bytes, .. } = self.flow;
        let protocol = match self.transport() {
            Some(transport) => transport.name().to_uppercase(),
            None => protocols::ip_protocol(key.protocol).to_uppercase(),
        };
        let (a, b) = (self.flow.first_side(), self.flow.first_side().other());
        let title = format!("Flow {}: {protocol} between {} and {}", self.number + 1, self.end(a), self.end(b));
        let count: u64 = packets.iter().sum();
        let amount = format!("{}, {}", text::packets(count), text::bytes(wire_bytes.iter().sum()));
        let times = match (self.at(self.flow.span.first), self.at(self.flow.span.last)) {
            (Some(first), Some(last)) => format!(", from {first} to {last} after the capture began"),
            _ => String::new(),
        };
        let network = network::sentence(&self.analysis.paths(self.flow));
        let lines = [Line::title(title), Line::sentence(format!("It has {amount}{times}."))];
        lines.into_iter().chain(network.map(Line::sentence)).collect()
    }

    /// Who sent the packet that was asked for and when, and which flow it quotes, if it is an ICMP error.
    fn packet_asked_for(&self, packet: u64, whereabouts: &Whereabouts) -> Option<String> {
        let Whereabouts::Flow { time, side, quoted, .. } = *whereabouts else { return None };
        let packet = text::grouped(packet);
        let at = self.at(time).map_or_else(String::new, |time| format!(" at {time}"));
        let sent = match side {
            Some(side) => format!("Packet {packet}{at} was sent by {}", self.end(side)),
            None => format!("Packet {packet}{at} is a later fragment of a datagram of this flow"),
        };
        let about = quoted.map_or_else(String::new, |flow| format!("; it is an ICMP error about a packet of flow {}", flow + 1));
        Some(format!("{sent}{about}."))
    }

    /// What each rung says, and what it did.
    fn ladder(&self, facts: &FlowFacts, stats: &EndpointStats, assessment: &Assessment) -> Vec<Line> {
        let line = |rung: Rung| {
            let sentence = rungs::sentence(self, rung, facts, stats, assessment);
            let text = format!("  {:<14} {:<9}  {sentence}", rung.code(), state(assessment, rung)?);
            Some(Line { text, indent: RUNG_INDENT })
        };
        Rung::ALL.into_iter().filter_map(line).collect()
    }

    /// What follows from what the rungs said.
    fn conclusion(&self, facts: &FlowFacts) -> [String; 2] {
        let Verdict { server, service, evidence, confidence, .. } = *self.verdict;
        let server = match (server, service) {
            (Some(side), _) => {
                let meaning = text::confidence_meaning(confidence.name());
                let role = match self.verdict.reply {
                    _ if facts.group == Some(side) => "stands for the servers",
                    Some(Reply::Refused | Reply::Silent) => "was meant to be the server",
                    _ => "is the server",
                };
                let reply = self.verdict.reply.map_or("", |reply| text::reply_meaning(reply.name()));
                format!("So {} {role}, by {evidence}: {}, {meaning}.{reply}", self.end(side), confidence.name())
            }
            (None, Service::Named(_)) if facts.announced.is_some() => {
                "So the service is clear, and neither side is its server: equals talk to each other.".into()
            }
            (None, Service::Named(_)) => "So the service is clear, but nobody can tell which side serves.".into(),
            (None, _) => "So nobody can tell which side serves, and a coin toss is no answer.".into(),
        };
        [server, self.opener()]
    }

    /// Who opened the flow, which is another question than who serves.
    fn opener(&self) -> String {
        let observed = crate::decide::roles::is_start_observed(self.flow, self.analysis.span().first);
        match (self.flow.initiator(self.verdict, observed), self.verdict.server) {
            (Initiator::Server, _) => "Here the server opened the flow, not the client.".into(),
            (Initiator::Client, Some(_)) => "The client opened the flow.".into(),
            (Initiator::Client, None) => {
                let first = self.in_brackets(self.witness.first);
                format!("{} sent the first packet{first}.", self.end(self.flow.first_side()))
            }
            (Initiator::Unknown, _) => "Who opened the flow is not known.".into(),
        }
    }

    fn portless(&self) -> [String; 2] {
        let name = protocols::ip_protocol(self.flow.key.protocol);
        let no_ports = format!("{name} has no ports, so there is no service to name: see the portless table.");
        let Verdict { server, confidence, .. } = *self.verdict;
        let sentence = match (server, confidence) {
            (Some(side), Confidence::Proven) => {
                let (asked, answered) = (self.witness.opened[side.other().index()], self.witness.answered[side.index()]);
                let (asker, answerer) = (self.end(side.other()), self.end(side));
                format!("{asker} asked{}, and {answerer} answered{}.", self.seen(asked), self.seen(answered))
            }
            (Some(side), Confidence::Strong) => {
                let asked = self.seen(self.witness.opened[side.other().index()]);
                format!("{} asked{asked}, and no answer of {} is in the capture.", self.end(side.other()), self.end(side))
            }
            (Some(side), _) => {
                let answered = self.seen(self.witness.answered[side.index()]);
                format!("{} answered{answered}; what {} asked is not in the capture.", self.end(side), self.end(side.other()))
            }
            (None, _) => {
                format!(
                    "Its first packet{} came from {}.",
                    self.in_brackets(self.witness.first),
                    self.end(self.flow.first_side())
                )
            }
        };
        [no_ports, sentence]
    }

    /// What is out of the ordinary, a sentence for each flag. Conflicts are told by the ladder.
    fn remarks(&self) -> Vec<Line> {
        let paths = self.analysis.paths(self.flow);
        let flags = self.flow.flags(self.verdict, &paths) - FlowFlags::CONFLICTS;
        let told = flags.codes().map(|flag| {
            let text = format!("  {flag:<18} {}", text::flag_meaning(flag));
            Line { text, indent: FLAG_INDENT }
        });
        let told: Vec<Line> = told.collect();
        if told.is_empty() { told } else { [vec![Line::title(""), Line::title(text::WHAT_ELSE)], told].concat() }
    }
}

fn socket(address: IpAddr, port: u16) -> String {
    SocketAddr::new(address, port).to_string()
}
