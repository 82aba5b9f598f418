//! The rungs of the ladder: what each found about a flow, or why it found nothing.

use super::FlowContext;
use crate::decide::assessment::{Assessment, Finding};
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decode::Side;
use crate::inspect::ChannelEvent;
use crate::messages::{AnnouncedFlow, HandshakeTerms, RankedPort};
use crate::service::{Category, Evidence, Handshake, NameSource, Rung, Transport};

/// The sentence of a rung.
pub fn sentence(
    context: &FlowContext<'_>,
    rung: Rung,
    facts: &FlowFacts,
    stats: &EndpointStats,
    assessment: &Assessment,
) -> String {
    let finding = assessment.get(rung);
    match rung {
        Rung::User => user(context, facts),
        Rung::Announcement => announcement(context),
        Rung::Opening => opening(context, facts, finding),
        Rung::DhcpPorts => dhcp_ports(context, finding, facts),
        Rung::Group => group(context, facts, finding),
        Rung::EqualPorts => equal_ports(context, facts, finding),
        Rung::KnownServer => known_server(context, stats),
        Rung::ClearRank | Rung::CloseRank if assessment.between_peers => context.messages.ports_of_peers().into(),
        Rung::ClearRank | Rung::CloseRank => rank(context, facts, finding),
        Rung::PortDiversity => port_diversity(context, facts, stats, finding),
        Rung::FirstPacket => first_packet(context, facts, assessment, finding),
    }
}

fn user(context: &FlowContext<'_>, facts: &FlowFacts) -> String {
    match facts.host_rules {
        [None, None] => context.messages.no_user_rule().into(),
        [Some(_), Some(_)] => context.messages.user_rules_for_both().into(),
        [Some(_), None] => context.messages.user_rule(context.end(Side::A)),
        [None, Some(_)] => context.messages.user_rule(context.end(Side::B)),
    }
}

fn announcement(context: &FlowContext<'_>) -> String {
    let log = context.analysis.announcements.log();
    let announcement = context.relation.announcement.and_then(|index| log.get(index));
    match announcement.map(|announcement| (announcement, announcement.event)) {
        Some((announcement, ChannelEvent::Flow(expectation))) => context.messages.announced(&AnnouncedFlow {
            by: expectation.by,
            packet: announcement.packet,
            channel: context.relation.control.map(|number| context.analysis.flows.id(number)),
            sender: announcement.channel.ip_addr(announcement.sender),
            target: expectation.target,
            service: expectation.service.name,
        }),
        _ => context.messages.not_announced().into(),
    }
}

fn opening(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let (messages, trace) = (context.messages, context.trace);
    let Some(terms) = HandshakeTerms::for_transport(facts.transport) else { return messages.no_handshake(facts.transport) };
    let opened = |side: Side| (context.end(side), context.at(trace.opened[side.index()]));
    let answered = |side: Side| (context.end(side), context.at(trace.answered[side.index()]));
    let seen = match facts.handshake {
        Handshake::NotSeen => messages.opening_not_seen(terms),
        Handshake::SimultaneousOpen => messages.both_opened(terms),
        Handshake::SynAndSynAck(side) => messages.handshake(terms, opened(side.other()), answered(side)),
        Handshake::SynAckUsed(side) => {
            let unrelated = trace.opened[side.other().index()];
            messages.answer_used(terms, answered(side), context.at(trace.used), context.at(unrelated))
        }
        Handshake::SynOnly(side) if context.flow.was_answered_unseen() => {
            let went_on = context.at(trace.went_on[side.other().index()]);
            messages.answer_not_seen(terms, opened(side.other()), went_on)
        }
        Handshake::SynOnly(side) => match (trace.reset[side.index()], trace.answered[side.index()]) {
            (Some(reset), _) => {
                messages.opening_refused(terms, opened(side.other()), (context.end(side), context.at(Some(reset))))
            }
            (None, Some(_)) => messages.answer_unrelated(terms, opened(side.other()), answered(side)),
            (None, None) => messages.opening_unanswered(terms, opened(side.other())),
        },
        Handshake::SynAckOnly(side) => messages.answer_alone(terms, answered(side)),
    };
    match finding.map(|finding| finding.evidence) {
        Some(Evidence::SourcePort20) => messages.joined(&[&seen, messages.came_from_port_20()]),
        _ => seen,
    }
}

fn dhcp_ports(context: &FlowContext<'_>, finding: Option<Finding>, facts: &FlowFacts) -> String {
    let sentence = match finding {
        None => context.messages.no_dhcp_ports(),
        Some(_) if facts.ports.contains(&67) => context.messages.dhcp_ports(),
        Some(_) => context.messages.dhcpv6_ports(),
    };
    sentence.into()
}

fn group(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let messages = context.messages;
    let Some(group) = facts.group else { return messages.no_group().into() };
    let end = context.end(group);
    match finding.and_then(|finding| finding.server) {
        None => messages.group_without_server(end),
        Some(side) if side == group => messages.group_has_service(end),
        Some(side) => messages.sender_to_group_has_service(end, facts.port(side)),
    }
}

fn equal_ports(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let messages = context.messages;
    let [a, b] = facts.ports;
    match finding {
        None if a != b => messages.ports_differ().into(),
        None => messages.equal_ports_without_name(a),
        Some(Finding { server: None, .. }) => messages.equal_ports_without_server(a),
        Some(Finding { server: Some(side), .. }) => {
            messages.equal_ports_with_server(a, context.at(context.trace.first), context.end(side))
        }
    }
}

fn known_server(context: &FlowContext<'_>, stats: &EndpointStats) -> String {
    match stats.served {
        [0, 0] => context.messages.no_known_server().into(),
        [flows, 0] => context.messages.known_server(context.end(Side::A), flows),
        [0, flows] => context.messages.known_server(context.end(Side::B), flows),
        _ => context.messages.both_known_servers().into(),
    }
}

fn rank(context: &FlowContext<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let registry = &context.analysis.registry;
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
        Some(side) => context.messages.ranks_differ(ranked(side), ranked(side.other())),
        None => context.messages.ranks_equal(ranked(Side::A), ranked(Side::B)),
    }
}

fn port_diversity(context: &FlowContext<'_>, facts: &FlowFacts, stats: &EndpointStats, finding: Option<Finding>) -> String {
    let met = |side: Side| (context.end(side), stats.peer_ports[side.index()]);
    match finding.and_then(|finding| finding.server) {
        Some(side) => context.messages.server_met_more_ports(met(side), met(side.other())),
        None if !facts.two_way => context.messages.no_ports_met().into(),
        None => context.messages.ports_met_alike(met(Side::A), met(Side::B)),
    }
}

fn first_packet(context: &FlowContext<'_>, facts: &FlowFacts, assessment: &Assessment, finding: Option<Finding>) -> String {
    let messages = context.messages;
    let (first, packet) = (context.end(facts.first), context.at(context.trace.first));
    if finding.is_some() {
        messages.first_packet_seen(first, packet)
    } else if assessment.has_direct_evidence {
        messages.better_evidence_decided().into()
    } else if facts.transport == Transport::Tcp {
        messages.only_syn_shows_opener().into()
    } else if facts.start_observed {
        messages.peers_may_begin().into()
    } else {
        messages.first_packet_perhaps_not_seen(first, packet)
    }
}
