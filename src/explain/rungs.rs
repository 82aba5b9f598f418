//! The rungs of the ladder: the finding of each about a flow, or the reason why it has none.

use super::FlowContext;
use super::rung_result::{
    AnnouncedFlow, DhcpVersion, EqualPortsResult, FirstPacketResult, GroupResult, HandshakeTerms, KnownServerResult, PeerPorts,
    PortDiversityResult, RankResult, RankedPort, RulesResult, RungResult, SeenOpening,
};
use crate::decide::assessment::{Assessment, Finding};
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decode::Side;
use crate::inspect::ChannelEvent;
use crate::service::{Category, Evidence, Handshake, NameSource, Rung, Transport};

/// The result of a rung.
pub fn result<'a>(
    context: &FlowContext<'a>,
    rung: Rung,
    facts: &FlowFacts,
    stats: &EndpointStats,
    assessment: &Assessment,
) -> RungResult<'a> {
    let finding = assessment.get(rung);
    match rung {
        Rung::User => RungResult::User(rules(context, facts)),
        Rung::Announcement => RungResult::Announcement(announcement(context)),
        Rung::Opening => opening(context, facts, finding),
        Rung::DhcpPorts => RungResult::Dhcp(finding.map(|_| dhcp_version(facts))),
        Rung::Group => RungResult::Group(group(context, facts, finding)),
        Rung::EqualPorts => RungResult::EqualPorts(equal_ports(context, facts, finding)),
        Rung::KnownServer => RungResult::KnownServer(known_server(context, stats)),
        Rung::ClearRank | Rung::CloseRank if assessment.between_peers => RungResult::Rank(RankResult::Peers),
        Rung::ClearRank | Rung::CloseRank => RungResult::Rank(rank(context, facts, finding)),
        Rung::PortDiversity => RungResult::PortDiversity(port_diversity(context, facts, stats, finding)),
        Rung::FirstPacket => RungResult::FirstPacket(first_packet(context, facts, assessment, finding)),
    }
}

fn rules(context: &FlowContext<'_>, facts: &FlowFacts) -> RulesResult {
    match facts.host_rules {
        [None, None] => RulesResult::NoRule,
        [Some(_), Some(_)] => RulesResult::Both,
        [Some(_), None] => RulesResult::One(context.end(Side::A)),
        [None, Some(_)] => RulesResult::One(context.end(Side::B)),
    }
}

fn announcement(context: &FlowContext<'_>) -> Option<AnnouncedFlow> {
    let announcement = context.decided.collected.announcements.log().get(context.relation.announcement?)?;
    let ChannelEvent::Flow(expectation) = announcement.event else { return None };
    Some(AnnouncedFlow {
        by: expectation.by,
        packet: announcement.packet,
        channel: context.relation.control.map(|number| context.decided.collected.flows.id(number)),
        sender: announcement.channel.ip_addr(announcement.sender),
        target: expectation.target,
        service: expectation.service.name,
    })
}

fn opening<'a>(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> RungResult<'a> {
    let Some(terms) = HandshakeTerms::for_transport(facts.transport) else { return RungResult::NoHandshake(facts.transport) };
    let is_active_ftp = finding.is_some_and(|finding| finding.evidence == Evidence::SourcePort20);
    RungResult::Opening { terms, seen: seen_opening(context, facts.handshake), is_active_ftp }
}

fn seen_opening(context: &FlowContext<'_>, handshake: Handshake) -> SeenOpening {
    let trace = &context.trace;
    let opened = |side: Side| context.actor(side, trace.opened[side.index()]);
    let answered = |side: Side| context.actor(side, trace.answered[side.index()]);
    match handshake {
        Handshake::NotSeen => SeenOpening::Nothing,
        Handshake::SimultaneousOpen => SeenOpening::Both,
        Handshake::SynAndSynAck(side) => SeenOpening::Handshake { client: opened(side.other()), server: answered(side) },
        Handshake::SynAckUsed(side) => SeenOpening::AnswerUsed {
            server: answered(side),
            used: context.at(trace.used),
            unrelated_opening: context.at(trace.opened[side.other().index()]),
        },
        Handshake::SynOnly(side) if context.flow.was_answered_unseen() => {
            SeenOpening::AnswerUnseen { client: opened(side.other()), went_on: context.at(trace.went_on[side.other().index()]) }
        }
        Handshake::SynOnly(side) => {
            let client = opened(side.other());
            match (trace.reset[side.index()], trace.answered[side.index()]) {
                (Some(reset), _) => SeenOpening::Refused { client, server: context.actor(side, Some(reset)) },
                (None, Some(_)) => SeenOpening::UnrelatedAnswer { client, server: answered(side) },
                (None, None) => SeenOpening::Unanswered { client },
            }
        }
        Handshake::SynAckOnly(side) => SeenOpening::AnswerAlone { server: answered(side) },
    }
}

/// The version of DHCP by its ports, one of which the flow has.
fn dhcp_version(facts: &FlowFacts) -> DhcpVersion {
    if facts.ports.contains(&67) { DhcpVersion::Dhcp } else { DhcpVersion::Dhcpv6 }
}

fn group(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> GroupResult {
    let Some(side) = facts.group else { return GroupResult::NoGroup };
    let group = context.end(side);
    match finding.and_then(|finding| finding.server) {
        None => GroupResult::NoServer { group },
        Some(server) if server == side => GroupResult::GroupHasService { group },
        Some(server) => GroupResult::SenderHasService { group, port: facts.port(server) },
    }
}

fn equal_ports(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> EqualPortsResult {
    let [port, other] = facts.ports;
    match finding {
        None if port != other => EqualPortsResult::Different,
        None => EqualPortsResult::Unnamed { port },
        Some(Finding { server: None, .. }) => EqualPortsResult::NoServer { port },
        Some(Finding { server: Some(side), .. }) => {
            EqualPortsResult::Server { port, first: context.at(context.trace.first), server: context.end(side) }
        }
    }
}

fn known_server(context: &FlowContext<'_>, stats: &EndpointStats) -> KnownServerResult {
    match stats.served {
        [0, 0] => KnownServerResult::Neither,
        [flows, 0] => KnownServerResult::One { server: context.end(Side::A), flows },
        [0, flows] => KnownServerResult::One { server: context.end(Side::B), flows },
        _ => KnownServerResult::Both,
    }
}

fn rank<'a>(context: &FlowContext<'a>, facts: &FlowFacts, finding: Option<Finding>) -> RankResult<'a> {
    let registry = &context.decided.collected.registry;
    let ranked = |side: Side| {
        let port = facts.port(side);
        let entry = registry.look_up(facts.transport, port).map(|id| registry.entry(id));
        RankedPort {
            port,
            name: entry.map_or(Category::Unassigned.name(), |entry| &entry.name),
            rank: registry.rank(facts.transport, port),
            is_users: entry.is_some_and(|entry| entry.source == NameSource::User),
        }
    };
    match finding.and_then(|finding| finding.server) {
        Some(side) => RankResult::Different { server: ranked(side), client: ranked(side.other()) },
        None => RankResult::Equal([Side::A, Side::B].map(ranked)),
    }
}

fn port_diversity(
    context: &FlowContext<'_>,
    facts: &FlowFacts,
    stats: &EndpointStats,
    finding: Option<Finding>,
) -> PortDiversityResult {
    let peer_ports = |side: Side| PeerPorts { end: context.end(side), ports: stats.peer_ports[side.index()] };
    match finding.and_then(|finding| finding.server) {
        Some(side) => PortDiversityResult::Different { server: peer_ports(side), client: peer_ports(side.other()) },
        None if !facts.two_way => PortDiversityResult::OneWay,
        None => PortDiversityResult::Alike([Side::A, Side::B].map(peer_ports)),
    }
}

fn first_packet(
    context: &FlowContext<'_>,
    facts: &FlowFacts,
    assessment: &Assessment,
    finding: Option<Finding>,
) -> FirstPacketResult {
    let sender = context.actor(facts.first, context.trace.first);
    if finding.is_some() {
        FirstPacketResult::Seen(sender)
    } else if assessment.has_direct_evidence {
        FirstPacketResult::BetterEvidence
    } else if facts.transport == Transport::Tcp {
        FirstPacketResult::OnlySyn
    } else if facts.start_observed {
        FirstPacketResult::Peers
    } else {
        FirstPacketResult::PerhapsNotFirst(sender)
    }
}
