//! The ladder: from the facts of a flow to the side that is the server, and the confidence in that.
//!
//! Three questions are kept apart: which side opened the flow, which side offers the service, and what its port is called. The
//! rungs are asked in order, and the first one with a finding decides; a later one that would have decided otherwise is kept as a
//! conflict. Where no rung has a finding, the server is unknown: "the lower port" is right in less than half of the flows left
//! then, and is therefore not a rung.
//!
//! A rung that rests on a port says nothing about the protocol that was really used there: payload is not inspected.

use std::cmp::Ordering;

use self::Asked::{Always, NotBetweenPeers, WithoutDirectEvidence};
use self::Evaluate::{FromCapture, FromFlow};
use super::assessment::{Assessment, Finding};
use super::facts::{EndpointStats, ExpectedFlow, FlowFacts};
use crate::decode::Side;
use crate::service::Rung;
use crate::service::Transport;
use crate::service::registry::{
    MODERATE_RANK_GAP, RANK_CURATED, RANK_PORT_ZERO, RANK_REGISTERED, Rank, Registry, STRONG_RANK_GAP,
};
use crate::service::{Confidence, Evidence};

/// Ports where a merely registered port is weak evidence against an unregistered one: the client ports of old systems, of which
/// IANA has named 86 %.
const OLD_CLIENT_PORTS: std::ops::RangeInclusive<u16> = 1024..=5000;
/// An endpoint that met at least this many different peer ports, and [`PEER_PORT_RATIO`] times as many as its peer did, is a
/// server: right in 99.9 % of TCP flows.
const MIN_PEER_PORTS: u32 = 3;
/// See [`MIN_PEER_PORTS`].
const PEER_PORT_RATIO: u32 = 3;
/// Two endpoints that both met at least this many machines are peers of each other, if neither port is a registered one. A
/// convention, not a measurement.
const MIN_PEERS_OF_A_PEER: u32 = 10;
/// The port from which active FTP opens its data connections (RFC 959 section 3.2).
const FTP_DATA: u16 = 20;

/// A rule: how one rung comes to its finding.
#[derive(Clone, Copy)]
struct Rule {
    rung: Rung,
    asked: Asked,
    evaluate: Evaluate,
}

/// The flows for which a rule is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Asked {
    /// For every flow.
    Always,
    /// Not between peers: the rule guesses which of the two is the client, and both are client and server.
    NotBetweenPeers,
    /// Not between peers either, and only if no rung found evidence in the flow itself: the first packet is no evidence about
    /// announced flows, and none against a handshake.
    WithoutDirectEvidence,
}

/// The function of a rule, by what has to be known before the rule may decide.
#[derive(Clone, Copy)]
enum Evaluate {
    /// The flow alone. A finding settles the flow: statistics about its endpoints are not gathered.
    FromFlow(fn(&Registry, &FlowFacts) -> Option<Finding>),
    /// The statistics about its endpoints, too. Not every such rule uses them, but those that do may disagree with it.
    FromCapture(fn(&Case<'_>) -> Option<Finding>),
}

/// The rules, from the first that is asked to the last.
const RULES: [Rule; Rung::ALL.len()] = [
    Rule { rung: Rung::User, asked: Always, evaluate: FromFlow(by_user) },
    Rule { rung: Rung::Announcement, asked: Always, evaluate: FromFlow(by_announcement) },
    Rule { rung: Rung::Opening, asked: Always, evaluate: FromFlow(by_opening) },
    Rule { rung: Rung::DhcpPorts, asked: Always, evaluate: FromFlow(by_dhcp_ports) },
    Rule { rung: Rung::Group, asked: Always, evaluate: FromFlow(by_group) },
    Rule { rung: Rung::EqualPorts, asked: Always, evaluate: FromCapture(by_equal_ports) },
    Rule { rung: Rung::KnownServer, asked: Always, evaluate: FromCapture(by_known_server) },
    Rule { rung: Rung::ClearRank, asked: NotBetweenPeers, evaluate: FromCapture(by_clear_rank) },
    Rule { rung: Rung::PortDiversity, asked: NotBetweenPeers, evaluate: FromCapture(by_port_diversity) },
    Rule { rung: Rung::CloseRank, asked: NotBetweenPeers, evaluate: FromCapture(by_close_rank) },
    Rule { rung: Rung::FirstPacket, asked: WithoutDirectEvidence, evaluate: FromCapture(by_first_packet) },
];

/// The order of the rules is the order of the rungs.
const _: () = {
    let mut place = 0;
    while place < RULES.len() {
        assert!(RULES[place].rung as usize == place);
        place += 1;
    }
};

/// Runs a block for each of [`RULES`], in order, with the rule as a constant. In a loop over the table the calls through its
/// pointers are not inlined: a capture of 10 million flows took 18 % more processor time.
macro_rules! for_each_rule {
    ($rule:ident => $block:block) => {
        const { assert!(RULES.len() == 11, "every rule has its number in the next line") };
        for_each_rule!($rule => $block, 0 1 2 3 4 5 6 7 8 9 10);
    };
    ($rule:ident => $block:block, $($place:literal)+) => {
        $({
            const RULE: Rule = RULES[$place];
            let $rule = RULE;
            $block
        })+
    };
}

/// Everything that a rule may rest on.
struct Case<'a> {
    registry: &'a Registry,
    flow: &'a FlowFacts,
    endpoints: &'a EndpointStats,
    /// The ranks of both ports.
    ranks: [Rank; 2],
}

/// The first finding of the rules that need only the flow; `None` if the statistics about its endpoints are needed.
#[inline(always)]
pub fn decide_locally(registry: &Registry, flow: &FlowFacts) -> Option<Finding> {
    for_each_rule!(rule => {
        if let FromFlow(evaluate) = rule.evaluate
            && let Some(finding) = evaluate(registry, flow)
        {
            return Some(finding);
        }
    });
    None
}

/// Asks all rules, also those after the one that decides: they may disagree.
#[inline(always)]
pub fn assess(registry: &Registry, flow: &FlowFacts, endpoints: &EndpointStats) -> Assessment {
    let ranks = flow.ports.map(|port| registry.rank(flow.transport, port));
    let case = Case { registry, flow, endpoints, ranks };
    let mut assessment = Assessment::new(are_peers(&case));
    for_each_rule!(rule => {
        let is_asked = match rule.asked {
            Always => true,
            NotBetweenPeers => !assessment.between_peers,
            WithoutDirectEvidence => !assessment.between_peers && !assessment.has_direct_evidence,
        };
        if is_asked {
            let finding = match rule.evaluate {
                FromFlow(evaluate) => evaluate(registry, flow),
                FromCapture(evaluate) => evaluate(&case),
            };
            assessment.record(rule.rung, finding);
        }
    });
    assessment
}

/// True if both endpoints met many machines, and neither port is even a registered one.
#[inline(always)]
fn are_peers(case: &Case<'_>) -> bool {
    case.ranks.iter().all(|rank| *rank < RANK_REGISTERED)
        && case.endpoints.peers.iter().all(|peers| *peers >= MIN_PEERS_OF_A_PEER)
}

/// The user has named the server, by machine and port.
#[inline(always)]
fn by_user(_: &Registry, flow: &FlowFacts) -> Option<Finding> {
    let side = match flow.host_rules {
        [Some(_), None] => Side::A,
        [None, Some(_)] => Side::B,
        _ => return None,
    };
    Some(Finding::new(side, Evidence::User, Confidence::Proven))
}

/// A control channel has announced the flow.
#[inline(always)]
fn by_announcement(_: &Registry, flow: &FlowFacts) -> Option<Finding> {
    let ExpectedFlow { by, server, .. } = flow.announced?;
    let confidence = if server.is_some() { Confidence::Strong } else { Confidence::None };
    Some(Finding { server, evidence: Evidence::Announced(by), confidence })
}

/// The handshake in its variants.
#[inline(always)]
fn by_opening(_: &Registry, flow: &FlowFacts) -> Option<Finding> {
    let finding = Finding::from_handshake(flow.handshake)?;
    let (server, opener) = (flow.handshake.responder()?, flow.handshake.initiator()?);
    // Active FTP is the one service whose server opens the connection.
    if flow.announced.is_some_and(|announced| announced.by.server_opens()) {
        return Some(Finding { server: Some(opener), ..finding });
    }
    let from_ftp_data = flow.port(opener) == FTP_DATA && flow.port(server) >= 1024;
    if flow.transport == Transport::Tcp && from_ftp_data {
        return Some(Finding::new(opener, Evidence::SourcePort20, Confidence::Moderate));
    }
    Some(finding)
}

/// DHCP (RFC 2131: server 67, client 68) and DHCPv6 (RFC 8415: server 547, client 546).
#[inline(always)]
fn by_dhcp_ports(_: &Registry, flow: &FlowFacts) -> Option<Finding> {
    let server = match (flow.transport, flow.ports) {
        (Transport::Udp, [67, 68] | [547, 546]) => Side::A,
        (Transport::Udp, [68, 67] | [546, 547]) => Side::B,
        _ => return None,
    };
    Some(Finding::new(server, Evidence::PairDhcp, Confidence::Strong))
}

/// A packet to a group is meant for a service on its port, unless only the sender's port is one.
#[inline(always)]
fn by_group(registry: &Registry, flow: &FlowFacts) -> Option<Finding> {
    let group = flow.group?;
    // DHCP answers to all because the client has no address yet, and a stream may be announced to a group of listeners.
    if flow.announced.is_some() || by_dhcp_ports(registry, flow).is_some() {
        return None;
    }
    let rank = |side: Side| registry.rank(flow.transport, flow.port(side));
    let server = if rank(group) <= 0 && rank(group.other()) >= RANK_CURATED { group.other() } else { group };
    Some(Finding::new(server, Evidence::Group, Confidence::Strong))
}

/// Both ports are one and the same named port: the service is clear. The first packet shows the server only if nobody answered
/// it, or if it is the flow's very first.
#[inline(always)]
fn by_equal_ports(case: &Case<'_>) -> Option<Finding> {
    let Case { registry, flow, .. } = case;
    let [a, b] = flow.ports;
    if a != b || registry.look_up(flow.transport, a).is_none() {
        return None;
    }
    let known = flow.transport != Transport::Tcp && (!flow.two_way || flow.start_observed);
    Some(Finding {
        server: known.then_some(flow.first.other()),
        evidence: Evidence::PairEqual,
        confidence: if known { Confidence::Moderate } else { Confidence::None },
    })
}

/// One side, and not the other, was proven to be a server elsewhere in the capture.
#[inline(always)]
fn by_known_server(case: &Case<'_>) -> Option<Finding> {
    let (side, times) = match case.endpoints.served {
        [times, 0] if times > 0 => (Side::A, times),
        [0, times] if times > 0 => (Side::B, times),
        _ => return None,
    };
    Some(Finding::new(side, Evidence::KnownServer(times), Confidence::Strong))
}

/// One port is clearly more likely a server's than the other.
#[inline(always)]
fn by_clear_rank(case: &Case<'_>) -> Option<Finding> {
    by_rank(case).filter(|finding| finding.confidence == Confidence::Strong)
}

/// One port is somewhat more likely a server's than the other.
#[inline(always)]
fn by_close_rank(case: &Case<'_>) -> Option<Finding> {
    by_rank(case).filter(|finding| finding.confidence != Confidence::Strong)
}

#[inline(always)]
fn by_rank(case: &Case<'_>) -> Option<Finding> {
    let [a, b] = case.ranks;
    let (side, winner, loser) = match a.cmp(&b) {
        Ordering::Greater => (Side::A, a, b),
        Ordering::Less => (Side::B, b, a),
        Ordering::Equal => return None,
    };
    let from_old_client = winner < RANK_CURATED && OLD_CLIENT_PORTS.contains(&case.flow.port(side));
    // Port 0 is no service, but that says little about which service the other port is.
    let gap = winner - loser.max(RANK_PORT_ZERO + 1);
    let confidence = match gap {
        STRONG_RANK_GAP.. => Confidence::Strong,
        MODERATE_RANK_GAP.. if !from_old_client => Confidence::Moderate,
        _ => Confidence::Weak,
    };
    Some(Finding::new(side, Evidence::Rank(winner, loser), confidence))
}

/// One side met many ports where the other met few: a server meets a new port with each client.
#[inline(always)]
fn by_port_diversity(case: &Case<'_>) -> Option<Finding> {
    let Case { flow, endpoints, .. } = case;
    let [a, b] = endpoints.peer_ports;
    let (side, more, fewer) = if a >= b { (Side::A, a, b) } else { (Side::B, b, a) };
    let clear = more >= MIN_PEER_PORTS && more >= fewer.saturating_mul(PEER_PORT_RATIO);
    if !clear || !flow.two_way || flow.ports[0] == flow.ports[1] {
        return None;
    }
    let confidence = if flow.transport == Transport::Tcp { Confidence::Strong } else { Confidence::Moderate };
    let [more, fewer] = [more, fewer].map(|ports| u16::try_from(ports).unwrap_or(u16::MAX));
    Some(Finding::new(side, Evidence::PortDiversity(more, fewer), confidence))
}

/// The sender of the first packet is the client, if no earlier packet is likely. TCP would have shown its SYN.
#[inline(always)]
fn by_first_packet(case: &Case<'_>) -> Option<Finding> {
    let flow = case.flow;
    let observed = flow.transport != Transport::Tcp && flow.start_observed;
    observed.then_some(Finding::new(flow.first.other(), Evidence::FirstPacket, Confidence::Moderate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::AnnouncementKind;
    use crate::service::FlowFlags;
    use crate::service::Handshake;
    use crate::service::Service;

    fn facts(transport: Transport, a: u16, b: u16) -> FlowFacts {
        FlowFacts {
            transport,
            ports: [a, b],
            host_rules: [None; 2],
            handshake: Handshake::NotSeen,
            first: Side::A,
            start_observed: false,
            two_way: true,
            group: None,
            announced: None,
        }
    }

    /// Server port (0 if unknown), evidence, confidence, service.
    fn assess_flow(facts: FlowFacts, elsewhere: EndpointStats) -> (u16, String, Confidence, String) {
        let book = Registry::built_in();
        let verdict = assess(&book, &facts, &elsewhere).verdict(&book, &facts);
        let name = match verdict.service {
            Service::Named(id) => book.entry(id).name.to_string(),
            Service::Unassigned => "unassigned".into(),
            Service::Undetermined => "undetermined".into(),
            Service::Portless => unreachable!("these flows have ports"),
        };
        (verdict.server.map_or(0, |side| facts.ports[side.index()]), verdict.evidence.to_string(), verdict.confidence, name)
    }

    fn assess_alone(facts: FlowFacts) -> (u16, String, Confidence, String) {
        assess_flow(facts, EndpointStats::default())
    }

    fn expected(port: u16, evidence: &str, confidence: Confidence, name: &str) -> (u16, String, Confidence, String) {
        (port, evidence.into(), confidence, name.into())
    }

    #[test]
    fn a_handshake_proves_the_server_whatever_the_ports_say() {
        let opened = FlowFacts { handshake: Handshake::SynAndSynAck(Side::B), ..facts(Transport::Tcp, 53, 41999) };
        assert_eq!(assess_alone(opened), expected(41999, "handshake", Confidence::Proven, "unassigned"));
        let book = Registry::built_in();
        let verdict = assess(&book, &opened, &EndpointStats::default()).verdict(&book, &opened);
        assert_eq!(verdict.flags, FlowFlags::CONFLICT_RANK);
        assert_eq!(verdict.alternatives, [None; 2]);
    }

    #[test]
    fn the_weaker_forms_of_a_handshake_have_less_confidence() {
        let opened = |handshake| assess_alone(FlowFacts { handshake, ..facts(Transport::Tcp, 6669, 80) });
        assert_eq!(opened(Handshake::SynAckUsed(Side::B)), expected(80, "synack+ack", Confidence::Proven, "http"));
        assert_eq!(opened(Handshake::SynOnly(Side::B)), expected(80, "syn", Confidence::Strong, "http"));
        assert_eq!(opened(Handshake::SynAckOnly(Side::B)), expected(80, "synack-only", Confidence::Moderate, "http"));
    }

    #[test]
    fn active_ftp_is_served_by_the_side_that_opens() {
        let opened = FlowFacts { handshake: Handshake::SynAndSynAck(Side::B), ..facts(Transport::Tcp, 20, 50000) };
        assert_eq!(assess_alone(opened), expected(20, "srcport:20", Confidence::Moderate, "ftp-data"));
        assert_eq!(assess_alone(FlowFacts { ports: [20, 80], ..opened }).1, "handshake", "data goes to no service's port");
        assert_eq!(assess_alone(FlowFacts { transport: Transport::Sctp, ..opened }).1, "handshake");
    }

    #[test]
    fn two_curated_ports_are_a_coin_toss_and_both_names_are_reported() {
        let flow = facts(Transport::Tcp, 5060, 8080);
        assert_eq!(assess_alone(flow), expected(0, "none", Confidence::None, "undetermined"));
        let book = Registry::built_in();
        let names = assess(&book, &flow, &EndpointStats::default())
            .verdict(&book, &flow)
            .alternatives
            .map(|id| book.entry(id.unwrap()).name.to_string());
        assert_eq!(names, ["sip", "http-alt"]);
    }

    #[test]
    fn a_server_known_from_another_flow_settles_it() {
        let elsewhere = EndpointStats { served: [0, 12], peer_ports: [1, 9], peers: [0; 2] };
        let flow = facts(Transport::Tcp, 5060, 8080);
        assert_eq!(assess_flow(flow, elsewhere), expected(8080, "known-server", Confidence::Strong, "http-alt"));
        let both = EndpointStats { served: [3, 12], peer_ports: [1, 1], peers: [0; 2] };
        assert_eq!(assess_flow(flow, both).2, Confidence::None);
    }

    #[test]
    fn gaps_of_rank_decide_with_the_measured_confidence() {
        let tcp = |a, b| assess_alone(facts(Transport::Tcp, a, b));
        assert_eq!(tcp(51544, 443), expected(443, "rank:6>-1", Confidence::Strong, "https"));
        assert_eq!(tcp(80, 6669), expected(80, "rank:6>5", Confidence::Weak, "http"));
        assert_eq!(tcp(720, 2049), expected(2049, "rank:5>2", Confidence::Strong, "nfs"));
        assert_eq!(tcp(1366, 5601), expected(5601, "rank:5>3", Confidence::Moderate, "kibana"));
        assert_eq!(tcp(1068, 4997), expected(1068, "rank:3>1", Confidence::Weak, "instl-bootc"));
        assert_eq!(tcp(55968, 57391).2, Confidence::None);
    }

    #[test]
    fn many_peer_ports_make_a_server_but_not_with_equal_ports_or_one_way() {
        let elsewhere = EndpointStats { served: [0; 2], peer_ports: [37, 1], peers: [0; 2] };
        let flow = facts(Transport::Tcp, 57777, 52000);
        assert_eq!(assess_flow(flow, elsewhere), expected(57777, "port-diversity:37>1", Confidence::Strong, "unassigned"));
        let udp = FlowFacts { transport: Transport::Udp, ..flow };
        assert_eq!(assess_flow(udp, elsewhere).2, Confidence::Moderate);
        assert_eq!(assess_flow(FlowFacts { two_way: false, ..flow }, elsewhere).2, Confidence::None);
        assert_eq!(assess_flow(FlowFacts { ports: [57777, 57777], ..udp }, elsewhere).2, Confidence::None);
        let few = EndpointStats { served: [0; 2], peer_ports: [5, 2], peers: [0; 2] };
        assert_eq!(assess_flow(flow, few).2, Confidence::None);
        let all = EndpointStats { served: [0; 2], peer_ports: [65_536, 1], peers: [0; 2] };
        assert_eq!(assess_flow(flow, all).1, "port-diversity:65535>1");
    }

    #[test]
    fn equal_named_ports_name_the_service_and_only_a_first_packet_shows_the_side() {
        let ntp = facts(Transport::Udp, 123, 123);
        assert_eq!(assess_alone(ntp), expected(0, "pair:equal", Confidence::None, "ntp"));
        let one_way = FlowFacts { two_way: false, ..facts(Transport::Udp, 514, 514) };
        assert_eq!(assess_alone(one_way), expected(514, "pair:equal", Confidence::Moderate, "syslog"));
    }

    #[test]
    fn dhcp_is_known_by_its_pair_even_to_a_group() {
        let discover = FlowFacts { group: Some(Side::B), two_way: false, ..facts(Transport::Udp, 68, 67) };
        assert_eq!(assess_alone(discover), expected(67, "pair:dhcp", Confidence::Strong, "dhcp"));
        let offer = FlowFacts { group: Some(Side::B), two_way: false, ..facts(Transport::Udp, 67, 68) };
        assert_eq!(assess_alone(offer), expected(67, "pair:dhcp", Confidence::Strong, "dhcp"));
    }

    #[test]
    fn a_group_is_the_service_side_unless_only_the_sender_has_a_service_port() {
        let group = |a, b| assess_alone(FlowFacts { group: Some(Side::B), two_way: false, ..facts(Transport::Udp, a, b) });
        assert_eq!(group(50500, 1900), expected(1900, "group", Confidence::Strong, "ssdp"));
        assert_eq!(group(44818, 54412).0, 44818);
        assert_eq!(group(44818, 1900).0, 1900);
    }

    #[test]
    fn the_first_packet_counts_only_where_the_start_was_observed() {
        let flow = facts(Transport::Udp, 55968, 57391);
        assert_eq!(assess_alone(flow).2, Confidence::None);
        let observed = FlowFacts { start_observed: true, first: Side::B, ..flow };
        assert_eq!(assess_alone(observed), expected(55968, "first-packet", Confidence::Moderate, "unassigned"));
        assert_eq!(assess_alone(FlowFacts { transport: Transport::Tcp, ..observed }).2, Confidence::None);
    }

    #[test]
    fn an_announcement_counts_more_than_the_handshake() {
        let book = Registry::built_in();
        let service = book.announced(crate::service::ExpectedService::FTP_DATA);
        let announced = |by, server| Some(ExpectedFlow { by, server: Some(server), service });
        let opened = FlowFacts { handshake: Handshake::SynAndSynAck(Side::B), ..facts(Transport::Tcp, 40000, 50000) };
        let passive = FlowFacts { announced: announced(AnnouncementKind::FtpPasv, Side::B), ..opened };
        assert_eq!(assess_alone(passive), expected(50000, "expect:ftp-pasv", Confidence::Strong, "ftp-data"));
        // The server of active FTP is the side that opens: the handshake does not disagree.
        let active = FlowFacts { announced: announced(AnnouncementKind::FtpPort, Side::A), ..opened };
        let verdict = assess(&book, &active, &EndpointStats::default()).verdict(&book, &active);
        assert_eq!((verdict.server, verdict.flags), (Some(Side::A), FlowFlags::default()));
        let turned = FlowFacts { announced: announced(AnnouncementKind::FtpPasv, Side::A), ..opened };
        let verdict = assess(&book, &turned, &EndpointStats::default()).verdict(&book, &turned);
        assert!(verdict.flags.contains(FlowFlags::CONFLICT_OPENING));
    }

    #[test]
    fn peers_of_each_other_have_no_server() {
        let met = |peers| EndpointStats { served: [0; 2], peer_ports: [40, 2], peers };
        let flow = facts(Transport::Udp, 29_999, 52000);
        assert_eq!(assess_flow(flow, met([40, 2])).1, "port-diversity:40>2");
        assert_eq!(assess_flow(flow, met([40, 10])), expected(0, "none", Confidence::None, "undetermined"));
        let known = EndpointStats { served: [1, 0], ..met([40, 10]) };
        assert_eq!(assess_flow(flow, known).1, "known-server");
        assert_eq!(assess_flow(facts(Transport::Udp, 3478, 52000), met([40, 10])).1, "rank:5>-1");
    }

    /// The verdict on a flow and the rungs that disagree with it.
    fn disputed(facts: FlowFacts, elsewhere: EndpointStats) -> (String, Vec<&'static str>) {
        let book = Registry::built_in();
        let verdict = assess(&book, &facts, &elsewhere).verdict(&book, &facts);
        let conflicts = (verdict.flags & FlowFlags::CONFLICTS).codes().filter_map(|code| code.strip_prefix("conflict:"));
        (verdict.evidence.to_string(), conflicts.collect())
    }

    #[test]
    fn the_rungs_are_asked_in_their_order() {
        let served = |served| EndpointStats { served, ..EndpointStats::default() };
        let met = |peer_ports| EndpointStats { peer_ports, ..EndpointStats::default() };
        let (web, unclear) = (facts(Transport::Tcp, 51544, 443), facts(Transport::Tcp, 80, 6669));
        assert_eq!(assess_flow(facts(Transport::Udp, 123, 123), served([3, 0])).1, "pair:equal");
        assert_eq!(disputed(web, served([3, 0])), ("known-server".into(), vec!["rank"]));
        assert_eq!(disputed(web, met([37, 1])), ("rank:6>-1".into(), vec!["port-diversity"]));
        assert_eq!(disputed(unclear, met([1, 37])), ("port-diversity:37>1".into(), vec![]), "a weak rank contradicts nothing");
        let peers = FlowFacts { start_observed: true, first: Side::A, ..facts(Transport::Udp, 55968, 57391) };
        assert_eq!(disputed(peers, met([37, 1])), ("port-diversity:37>1".into(), vec!["first-packet"]));
        let opened = FlowFacts { handshake: Handshake::SynAndSynAck(Side::B), start_observed: true, first: Side::B, ..unclear };
        let over_sctp = FlowFacts { transport: Transport::Sctp, ports: [50_000, 50_001], ..opened };
        assert_eq!(
            disputed(over_sctp, EndpointStats::default()),
            ("handshake".into(), vec![]),
            "a first packet does not, either"
        );
        assert_eq!(disputed(opened, served([3, 0])), ("handshake".into(), vec!["known-server"]));
    }

    #[test]
    fn the_users_rule_counts_more_than_an_announcement() {
        let book = Registry::built_in();
        let rule = book.look_up(Transport::Tcp, 80);
        let announced = ExpectedFlow {
            by: AnnouncementKind::FtpPasv,
            server: Some(Side::B),
            service: book.announced(crate::service::ExpectedService::FTP_DATA),
        };
        let flow = FlowFacts { host_rules: [rule, None], announced: Some(announced), ..facts(Transport::Tcp, 40000, 50000) };
        assert_eq!(disputed(flow, EndpointStats::default()), ("user".into(), vec!["expect"]));
        assert_eq!(decide_locally(&book, &flow), by_user(&book, &flow));
    }

    #[test]
    fn a_group_does_not_serve_the_flows_announced_to_it() {
        let book = Registry::built_in();
        let service = book.announced(crate::service::ExpectedService::STREAM_RTP);
        let announced = ExpectedFlow { by: AnnouncementKind::Rtsp, server: Some(Side::A), service };
        let stream = FlowFacts { group: Some(Side::B), announced: Some(announced), ..facts(Transport::Udp, 55968, 57391) };
        assert_eq!(disputed(stream, EndpointStats::default()).1, [""; 0]);
    }

    #[test]
    fn another_name_is_reported_only_where_the_server_is_not_nearly_certain() {
        let book = Registry::built_in();
        let others = |handshake| {
            let flow = FlowFacts { handshake, ..facts(Transport::Tcp, 6667, 80) };
            assess(&book, &flow, &EndpointStats::default()).verdict(&book, &flow).alternatives
        };
        assert_eq!(others(Handshake::SynOnly(Side::B)), [None; 2]);
        assert_eq!(others(Handshake::SynAckOnly(Side::B)), [book.look_up(Transport::Tcp, 6667), None]);
    }

    #[test]
    fn port_zero_is_never_a_service() {
        assert_eq!(assess_alone(facts(Transport::Udp, 0, 514)), expected(514, "rank:6>-2", Confidence::Strong, "syslog"));
    }
}
