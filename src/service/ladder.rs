//! The ladder: from what is known of a flow to which side is the server, how sure that is, and what its port is called.
//!
//! Three questions are kept apart: who opened the flow, where the service lives, and what that port is called. The rungs
//! are tried in order and the first that speaks decides; a later one that would have said otherwise is kept as a
//! conflict. Where nothing speaks, the answer is that nobody can tell: "the lower port" is right in less than half of
//! what is left then, and so is no rung.
//!
//! A rung that rests on a port says nothing about what was really spoken there: the payload is not looked at.

use std::cmp::Ordering;

use super::expected::Announcer;
use super::registry::{EntryId, NameSource, RANK_CURATED, RANK_PORT_ZERO, RANK_REGISTERED, Rank, Registry};
use super::rung::{Conflicts, Rung};
use super::transport::Transport;
use super::verdict::{Confidence, Evidence, Marks, Service, Verdict};
use crate::decode::Side;

/// The least gap of ranks that is strong evidence: right in 99.8 % of flows with a handshake, where that was hidden.
pub const STRONG_RANK_GAP: Rank = 3;
/// The least gap that is moderate evidence: right in 93 %. A smaller one is weak: 85 %.
const MODERATE_RANK_GAP: Rank = 2;
/// Where a merely registered port is weak evidence against an unregistered one: the client ports of old systems, of which
/// IANA has named 86 %.
const OLD_CLIENT_PORTS: std::ops::RangeInclusive<u16> = 1024..=5000;
/// An endpoint that met this many different peer ports, and so many times more than its peer did, is a server: right in
/// 99.9 % of TCP flows.
const LEAST_PEER_PORTS: u32 = 3;
const PEER_PORT_RATIO: u32 = 3;
/// Where both endpoints met this many machines, and no port is a registered one, they are peers of each other. A convention,
/// not a measurement.
const LEAST_PEERS_OF_A_PEER: u32 = 10;
/// The port that active FTP opens its data connections from (RFC 959 section 3.2).
const FTP_DATA: u16 = 20;

/// How a flow was opened, as far as the capture shows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// Nothing of it: no handshake in the capture, or a protocol without one.
    Unseen,
    /// A SYN and the SYN-ACK that answers it (SCTP, DCCP: their counterparts); the side that answered.
    Handshake(Side),
    /// A SYN-ACK that was then used; the side that sent it.
    AnswerUsed(Side),
    /// A SYN and no matching answer; the side that it was sent to.
    Asked(Side),
    /// A SYN-ACK and nothing else; the side that sent it.
    AnswerOnly(Side),
    /// A SYN from both sides.
    Simultaneous,
}

/// What is known of one flow by itself.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The transport.
    pub transport: Transport,
    /// The ports of both sides.
    pub ports: [u16; 2],
    /// The user's rules for those very machines and ports.
    pub host_rules: [Option<EntryId>; 2],
    /// How it was opened.
    pub opening: Opening,
    /// The side that sent the first packet the capture holds.
    pub first: Side,
    /// True if that packet is likely the flow's first at all, because the capture had been running for a while.
    pub start_observed: bool,
    /// True if both sides sent.
    pub two_way: bool,
    /// The side that is a group address (multicast, broadcast), if one is.
    pub group: Option<Side>,
    /// What a control channel announced about it.
    pub announced: Option<Announced>,
}

/// What a control channel announced about a flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Announced {
    /// How.
    pub by: Announcer,
    /// The side where the service lives; `None` between equals.
    pub server: Option<Side>,
    /// What it is called.
    pub service: EntryId,
}

/// What the rest of the capture says about a flow's endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// In how many other flows each side was proven to be the server.
    pub served: [u32; 2],
    /// How many different ports each side met at its peers.
    pub peer_ports: [u32; 2],
    /// How many different machines each side met; 0 where it does not matter.
    pub peers: [u32; 2],
}

/// What a rung says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Speech {
    /// Where the service lives; `None` if the rung knows the service, but no side as its server.
    pub server: Option<Side>,
    /// Why.
    pub evidence: Evidence,
    /// How sure that is.
    pub confidence: Confidence,
}

impl Speech {
    const fn of(server: Side, evidence: Evidence, confidence: Confidence) -> Speech {
        Speech { server: Some(server), evidence, confidence }
    }
}

/// What all rungs say about one flow.
#[derive(Clone, Copy, Debug)]
pub struct Climb {
    /// What each rung says, in the order of [`Rung::ALL`].
    pub speeches: [Option<Speech>; Rung::ALL.len()],
    /// True if the sides are peers of each other, so that no guess from ports counts.
    pub between_peers: bool,
}

/// Who asks and who answers in a flow without ports, by its queries and replies alone.
pub fn decide_portless(opening: Opening) -> Verdict {
    let (server, evidence, confidence) = match opening {
        Opening::Handshake(side) | Opening::AnswerUsed(side) => (Some(side), Evidence::Handshake, Confidence::Proven),
        Opening::Asked(side) => (Some(side), Evidence::Syn, Confidence::Strong),
        Opening::AnswerOnly(side) => (Some(side), Evidence::SynAckOnly, Confidence::Moderate),
        Opening::Unseen | Opening::Simultaneous => (None, Evidence::None, Confidence::None),
    };
    let (service, alternatives) = (Service::Portless, [None; 2]);
    Verdict {
        server,
        service,
        evidence,
        confidence,
        alternatives,
        conflicts: Conflicts::default(),
        marks: Marks::default(),
        reply: None,
    }
}

/// The verdict that there is none, with the marks that say why.
pub fn undecided(has_ports: bool, marks: Marks) -> Verdict {
    Verdict {
        server: None,
        service: if has_ports { Service::Undetermined } else { Service::Portless },
        evidence: Evidence::None,
        confidence: Confidence::None,
        alternatives: [None; 2],
        conflicts: Conflicts::default(),
        marks,
        reply: None,
    }
}

/// What the rungs say that need nothing but the flow itself. `None` if the rest of the capture has to be asked.
#[inline(always)]
pub fn decide_alone(registry: &Registry, facts: &Facts) -> Option<Speech> {
    by_user(facts)
        .or_else(|| by_announcement(facts))
        .or_else(|| by_opening(facts))
        .or_else(|| by_dhcp_ports(facts))
        .or_else(|| by_group(registry, facts))
}

/// Climbs the whole ladder, beyond the rung that decides: those that follow may disagree.
#[inline(always)]
pub fn climb(registry: &Registry, facts: &Facts, elsewhere: &Elsewhere) -> Climb {
    let ranks = facts.ports.map(|port| registry.rank(facts.transport, port));
    let rank = by_rank(facts, ranks);
    let is_clear = |speech: &Speech| speech.confidence == Confidence::Strong;
    let between_peers = are_peers(ranks, elsewhere);
    let mut speeches = [
        by_user(facts),
        by_announcement(facts),
        by_opening(facts),
        by_dhcp_ports(facts),
        by_group(registry, facts),
        by_equal_ports(registry, facts),
        by_known_server(elsewhere),
        rank.filter(is_clear),
        by_port_diversity(facts, elsewhere),
        rank.filter(|speech| !is_clear(speech)),
        None,
    ];
    if between_peers {
        speeches[Rung::ClearRank as usize..].fill(None);
    } else if speeches[..=Rung::EqualPorts as usize].iter().all(Option::is_none) {
        // Who spoke first says nothing about announced flows, and nothing against a handshake.
        speeches[Rung::FirstPacket as usize] = by_first_packet(facts);
    }
    Climb { speeches, between_peers }
}

impl Climb {
    /// The first rung that speaks.
    #[inline]
    pub fn decisive(&self) -> Option<(Rung, Speech)> {
        Rung::ALL.iter().zip(&self.speeches).find_map(|(rung, speech)| Some((*rung, (*speech)?)))
    }

    /// The verdict of the first rung that speaks.
    #[inline(always)]
    pub fn verdict(&self, registry: &Registry, facts: &Facts) -> Verdict {
        let mut marks = Marks::default();
        if self.between_peers {
            marks.add(Marks::PEER_TO_PEER);
        }
        let Some((_, Speech { server, evidence, confidence })) = self.decisive() else {
            let alternatives = [Side::A, Side::B].map(|side| in_book(registry, facts, side));
            return Verdict { alternatives, ..undecided(true, marks) };
        };
        let mut alternatives = [None; 2];
        if let Some(other) = server.map(Side::other)
            && confidence < Confidence::Strong
        {
            alternatives[other.index()] = in_book(registry, facts, other);
        }
        let service = service_name(registry, facts, server).map_or(Service::Unassigned, Service::Named);
        let conflicts = server.map_or(Conflicts::default(), |server| self.conflicts(server));
        Verdict { server, service, evidence, confidence, alternatives, conflicts, marks, reply: None }
    }

    /// The rungs that would have named the other side. What is hardly better than a guess contradicts nothing.
    fn conflicts(&self, server: Side) -> Conflicts {
        let disagrees = |speech: &Speech| speech.server == Some(server.other()) && speech.confidence != Confidence::Weak;
        let rungs = Rung::ALL.iter().zip(&self.speeches);
        Conflicts::of(rungs.filter(|(_, speech)| speech.as_ref().is_some_and(disagrees)).map(|(rung, _)| *rung))
    }
}

/// What the book calls a side's port.
fn in_book(registry: &Registry, facts: &Facts, side: Side) -> Option<EntryId> {
    facts.host_rules[side.index()].or_else(|| registry.look_up(facts.transport, facts.ports[side.index()]))
}

/// What the service is called: the user's word counts most, then that of a control channel, then the book's.
fn service_name(registry: &Registry, facts: &Facts, server: Option<Side>) -> Option<EntryId> {
    let announced = facts.announced.map(|announced| announced.service);
    let Some(server) = server else { return announced.or_else(|| in_book(registry, facts, Side::A)) };
    let book = in_book(registry, facts, server);
    match book {
        Some(id) if registry.entry(id).source == NameSource::User => book,
        _ => announced.or(book),
    }
}

/// The user has named the server, by machine and port.
fn by_user(facts: &Facts) -> Option<Speech> {
    let side = match facts.host_rules {
        [Some(_), None] => Side::A,
        [None, Some(_)] => Side::B,
        _ => return None,
    };
    Some(Speech::of(side, Evidence::User, Confidence::Proven))
}

/// A control channel has announced it.
fn by_announcement(facts: &Facts) -> Option<Speech> {
    let Announced { by, server, .. } = facts.announced?;
    let confidence = if server.is_some() { Confidence::Strong } else { Confidence::None };
    Some(Speech { server, evidence: Evidence::Announced(by), confidence })
}

/// The handshake in its variants.
fn by_opening(facts: &Facts) -> Option<Speech> {
    let (server, evidence, confidence) = match facts.opening {
        Opening::Unseen | Opening::Simultaneous => return None,
        Opening::Handshake(side) => (side, Evidence::Handshake, Confidence::Proven),
        Opening::AnswerUsed(side) => (side, Evidence::SynAckAck, Confidence::Proven),
        Opening::Asked(side) => (side, Evidence::Syn, Confidence::Strong),
        Opening::AnswerOnly(side) => (side, Evidence::SynAckOnly, Confidence::Moderate),
    };
    // Active FTP is the one service whose server opens the connection.
    let opener = server.other();
    if facts.announced.is_some_and(|announced| announced.by.server_opens()) {
        return Some(Speech::of(opener, evidence, confidence));
    }
    let from_ftp_data = facts.ports[opener.index()] == FTP_DATA && facts.ports[server.index()] >= 1024;
    if facts.transport == Transport::Tcp && from_ftp_data {
        return Some(Speech::of(opener, Evidence::SourcePort20, Confidence::Moderate));
    }
    Some(Speech::of(server, evidence, confidence))
}

/// DHCP (RFC 2131: server 67, client 68) and DHCPv6 (RFC 8415: server 547, client 546).
fn by_dhcp_ports(facts: &Facts) -> Option<Speech> {
    let server = match (facts.transport, facts.ports) {
        (Transport::Udp, [67, 68] | [547, 546]) => Side::A,
        (Transport::Udp, [68, 67] | [546, 547]) => Side::B,
        _ => return None,
    };
    Some(Speech::of(server, Evidence::PairDhcp, Confidence::Strong))
}

/// What is sent to a group is meant for a service on its port, unless only the sender's port is one.
fn by_group(registry: &Registry, facts: &Facts) -> Option<Speech> {
    let group = facts.group?;
    // DHCP answers to all because the client has no address yet, and a stream may be announced to a group of listeners.
    if facts.announced.is_some() || by_dhcp_ports(facts).is_some() {
        return None;
    }
    let rank = |side: Side| registry.rank(facts.transport, facts.ports[side.index()]);
    let server = if rank(group) <= 0 && rank(group.other()) >= RANK_CURATED { group.other() } else { group };
    Some(Speech::of(server, Evidence::Group, Confidence::Strong))
}

/// Both ports are one and the same named port: the service is clear. Who serves is told by the first packet only if
/// nobody answered it, or if it is the first one at all.
fn by_equal_ports(registry: &Registry, facts: &Facts) -> Option<Speech> {
    let [a, b] = facts.ports;
    if a != b || registry.look_up(facts.transport, a).is_none() {
        return None;
    }
    let known = facts.transport != Transport::Tcp && (!facts.two_way || facts.start_observed);
    Some(Speech {
        server: known.then_some(facts.first.other()),
        evidence: Evidence::PairEqual,
        confidence: if known { Confidence::Moderate } else { Confidence::None },
    })
}

/// One side, and not the other, was proven to be a server elsewhere in the capture.
fn by_known_server(elsewhere: &Elsewhere) -> Option<Speech> {
    let (side, times) = match elsewhere.served {
        [times, 0] if times > 0 => (Side::A, times),
        [0, times] if times > 0 => (Side::B, times),
        _ => return None,
    };
    Some(Speech::of(side, Evidence::KnownServer(times), Confidence::Strong))
}

/// Both endpoints met many machines, and neither port is even a registered one.
fn are_peers(ranks: [Rank; 2], elsewhere: &Elsewhere) -> bool {
    ranks.iter().all(|rank| *rank < RANK_REGISTERED) && elsewhere.peers.iter().all(|peers| *peers >= LEAST_PEERS_OF_A_PEER)
}

/// One port is more likely a server's than the other.
fn by_rank(facts: &Facts, [a, b]: [Rank; 2]) -> Option<Speech> {
    let (side, winner, loser) = match a.cmp(&b) {
        Ordering::Greater => (Side::A, a, b),
        Ordering::Less => (Side::B, b, a),
        Ordering::Equal => return None,
    };
    let from_old_client = winner < RANK_CURATED && OLD_CLIENT_PORTS.contains(&facts.ports[side.index()]);
    // Port 0 is no service, but that it is none says little about which service the other port is.
    let gap = winner - loser.max(RANK_PORT_ZERO + 1);
    let confidence = match gap {
        STRONG_RANK_GAP.. => Confidence::Strong,
        MODERATE_RANK_GAP.. if !from_old_client => Confidence::Moderate,
        _ => Confidence::Weak,
    };
    Some(Speech::of(side, Evidence::Rank(winner, loser), confidence))
}

/// One side met many ports where the other met few: a server meets a new port with each client.
fn by_port_diversity(facts: &Facts, elsewhere: &Elsewhere) -> Option<Speech> {
    let [a, b] = elsewhere.peer_ports;
    let (side, more, fewer) = if a >= b { (Side::A, a, b) } else { (Side::B, b, a) };
    let clear = more >= LEAST_PEER_PORTS && more >= fewer.saturating_mul(PEER_PORT_RATIO);
    if !clear || !facts.two_way || facts.ports[0] == facts.ports[1] {
        return None;
    }
    let confidence = if facts.transport == Transport::Tcp { Confidence::Strong } else { Confidence::Moderate };
    let [more, fewer] = [more, fewer].map(|ports| u16::try_from(ports).unwrap_or(u16::MAX));
    Some(Speech::of(side, Evidence::PortDiversity(more, fewer), confidence))
}

/// Whoever spoke first is the client, if that was really the first packet. TCP would have shown its SYN.
fn by_first_packet(facts: &Facts) -> Option<Speech> {
    let observed = facts.transport != Transport::Tcp && facts.start_observed;
    observed.then_some(Speech::of(facts.first.other(), Evidence::FirstPacket, Confidence::Moderate))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(transport: Transport, a: u16, b: u16) -> Facts {
        Facts {
            transport,
            ports: [a, b],
            host_rules: [None; 2],
            opening: Opening::Unseen,
            first: Side::A,
            start_observed: false,
            two_way: true,
            group: None,
            announced: None,
        }
    }

    /// Server port (0 if nobody can tell), evidence, confidence, service.
    fn answer(facts: Facts, elsewhere: Elsewhere) -> (u16, String, Confidence, String) {
        let book = Registry::built_in();
        let verdict = climb(&book, &facts, &elsewhere).verdict(&book, &facts);
        let name = match verdict.service {
            Service::Named(id) => book.entry(id).name.to_string(),
            Service::Unassigned => "unassigned".into(),
            Service::Undetermined => "undetermined".into(),
            Service::Portless => unreachable!("these flows have ports"),
        };
        (verdict.server.map_or(0, |side| facts.ports[side.index()]), verdict.evidence.to_string(), verdict.confidence, name)
    }

    fn alone(facts: Facts) -> (u16, String, Confidence, String) {
        answer(facts, Elsewhere::default())
    }

    fn is(port: u16, evidence: &str, confidence: Confidence, name: &str) -> (u16, String, Confidence, String) {
        (port, evidence.into(), confidence, name.into())
    }

    #[test]
    fn a_handshake_proves_the_server_whatever_the_ports_say() {
        let opened = Facts { opening: Opening::Handshake(Side::B), ..facts(Transport::Tcp, 53, 41999) };
        assert_eq!(alone(opened), is(41999, "handshake", Confidence::Proven, "unassigned"));
        let book = Registry::built_in();
        let verdict = climb(&book, &opened, &Elsewhere::default()).verdict(&book, &opened);
        assert_eq!(verdict.conflicts.codes().collect::<Vec<_>>(), ["rank"]);
        assert_eq!(verdict.alternatives, [None; 2]);
    }

    #[test]
    fn the_weaker_forms_of_a_handshake_are_less_sure() {
        let opened = |opening| alone(Facts { opening, ..facts(Transport::Tcp, 6669, 80) });
        assert_eq!(opened(Opening::AnswerUsed(Side::B)), is(80, "synack+ack", Confidence::Proven, "http"));
        assert_eq!(opened(Opening::Asked(Side::B)), is(80, "syn", Confidence::Strong, "http"));
        assert_eq!(opened(Opening::AnswerOnly(Side::B)), is(80, "synack-only", Confidence::Moderate, "http"));
    }

    #[test]
    fn active_ftp_is_served_by_the_side_that_opens() {
        let opened = Facts { opening: Opening::Handshake(Side::B), ..facts(Transport::Tcp, 20, 50000) };
        assert_eq!(alone(opened), is(20, "srcport:20", Confidence::Moderate, "ftp-data"));
        assert_eq!(alone(Facts { ports: [20, 80], ..opened }).1, "handshake", "data goes to no service's port");
        assert_eq!(alone(Facts { transport: Transport::Sctp, ..opened }).1, "handshake");
    }

    #[test]
    fn two_curated_ports_are_a_coin_toss_and_both_names_are_told() {
        let flow = facts(Transport::Tcp, 5060, 8080);
        assert_eq!(alone(flow), is(0, "none", Confidence::None, "undetermined"));
        let book = Registry::built_in();
        let names = climb(&book, &flow, &Elsewhere::default())
            .verdict(&book, &flow)
            .alternatives
            .map(|id| book.entry(id.unwrap()).name.to_string());
        assert_eq!(names, ["sip", "http-alt"]);
    }

    #[test]
    fn a_server_known_from_another_flow_settles_it() {
        let elsewhere = Elsewhere { served: [0, 12], peer_ports: [1, 9], peers: [0; 2] };
        let flow = facts(Transport::Tcp, 5060, 8080);
        assert_eq!(answer(flow, elsewhere), is(8080, "known-server", Confidence::Strong, "http-alt"));
        let both = Elsewhere { served: [3, 12], peer_ports: [1, 1], peers: [0; 2] };
        assert_eq!(answer(flow, both).2, Confidence::None);
    }

    #[test]
    fn gaps_of_rank_decide_with_the_measured_confidence() {
        let tcp = |a, b| alone(facts(Transport::Tcp, a, b));
        assert_eq!(tcp(51544, 443), is(443, "rank:6>-1", Confidence::Strong, "https"));
        assert_eq!(tcp(80, 6669), is(80, "rank:6>5", Confidence::Weak, "http"));
        assert_eq!(tcp(720, 2049), is(2049, "rank:5>2", Confidence::Strong, "nfs"));
        assert_eq!(tcp(1366, 5601), is(5601, "rank:5>3", Confidence::Moderate, "kibana"));
        assert_eq!(tcp(1068, 4997), is(1068, "rank:3>1", Confidence::Weak, "instl-bootc"));
        assert_eq!(tcp(55968, 57391).2, Confidence::None);
    }

    #[test]
    fn many_peer_ports_make_a_server_but_not_with_equal_ports_or_one_way() {
        let elsewhere = Elsewhere { served: [0; 2], peer_ports: [37, 1], peers: [0; 2] };
        let flow = facts(Transport::Tcp, 57777, 52000);
        assert_eq!(answer(flow, elsewhere), is(57777, "port-diversity:37>1", Confidence::Strong, "unassigned"));
        let udp = Facts { transport: Transport::Udp, ..flow };
        assert_eq!(answer(udp, elsewhere).2, Confidence::Moderate);
        assert_eq!(answer(Facts { two_way: false, ..flow }, elsewhere).2, Confidence::None);
        assert_eq!(answer(Facts { ports: [57777, 57777], ..udp }, elsewhere).2, Confidence::None);
        let few = Elsewhere { served: [0; 2], peer_ports: [5, 2], peers: [0; 2] };
        assert_eq!(answer(flow, few).2, Confidence::None);
        let all = Elsewhere { served: [0; 2], peer_ports: [65_536, 1], peers: [0; 2] };
        assert_eq!(answer(flow, all).1, "port-diversity:65535>1");
    }

    #[test]
    fn equal_named_ports_name_the_service_and_only_a_first_packet_tells_the_side() {
        let ntp = facts(Transport::Udp, 123, 123);
        assert_eq!(alone(ntp), is(0, "pair:equal", Confidence::None, "ntp"));
        let one_way = Facts { two_way: false, ..facts(Transport::Udp, 514, 514) };
        assert_eq!(alone(one_way), is(514, "pair:equal", Confidence::Moderate, "syslog"));
    }

    #[test]
    fn dhcp_is_known_by_its_pair_even_to_a_group() {
        let discover = Facts { group: Some(Side::B), two_way: false, ..facts(Transport::Udp, 68, 67) };
        assert_eq!(alone(discover), is(67, "pair:dhcp", Confidence::Strong, "dhcp"));
        let offer = Facts { group: Some(Side::B), two_way: false, ..facts(Transport::Udp, 67, 68) };
        assert_eq!(alone(offer), is(67, "pair:dhcp", Confidence::Strong, "dhcp"));
    }

    #[test]
    fn a_group_is_the_service_side_unless_only_the_sender_has_a_service_port() {
        let group = |a, b| alone(Facts { group: Some(Side::B), two_way: false, ..facts(Transport::Udp, a, b) });
        assert_eq!(group(50500, 1900), is(1900, "group", Confidence::Strong, "ssdp"));
        assert_eq!(group(44818, 54412).0, 44818);
        assert_eq!(group(44818, 1900).0, 1900);
    }

    #[test]
    fn the_first_packet_counts_only_where_the_start_was_observed() {
        let flow = facts(Transport::Udp, 55968, 57391);
        assert_eq!(alone(flow).2, Confidence::None);
        let observed = Facts { start_observed: true, first: Side::B, ..flow };
        assert_eq!(alone(observed), is(55968, "first-packet", Confidence::Moderate, "unassigned"));
        assert_eq!(alone(Facts { transport: Transport::Tcp, ..observed }).2, Confidence::None);
    }

    #[test]
    fn what_was_announced_counts_more_than_the_handshake() {
        let book = Registry::built_in();
        let service = book.announced(crate::service::Expected::FTP_DATA);
        let announced = |by, server| Some(Announced { by, server: Some(server), service });
        let opened = Facts { opening: Opening::Handshake(Side::B), ..facts(Transport::Tcp, 40000, 50000) };
        let passive = Facts { announced: announced(Announcer::FtpPasv, Side::B), ..opened };
        assert_eq!(alone(passive), is(50000, "expect:ftp-pasv", Confidence::Strong, "ftp-data"));
        // The server of active FTP is the side that opens: the handshake does not disagree.
        let active = Facts { announced: announced(Announcer::FtpPort, Side::A), ..opened };
        let verdict = climb(&book, &active, &Elsewhere::default()).verdict(&book, &active);
        assert_eq!((verdict.server, verdict.conflicts), (Some(Side::A), Conflicts::default()));
        let turned = Facts { announced: announced(Announcer::FtpPasv, Side::A), ..opened };
        let verdict = climb(&book, &turned, &Elsewhere::default()).verdict(&book, &turned);
        assert!(verdict.conflicts.codes().any(|code| code == "handshake"));
    }

    #[test]
    fn peers_of_each_other_have_no_server() {
        let met = |peers| Elsewhere { served: [0; 2], peer_ports: [40, 2], peers };
        let flow = facts(Transport::Udp, 29_999, 52000);
        assert_eq!(answer(flow, met([40, 2])).1, "port-diversity:40>2");
        assert_eq!(answer(flow, met([40, 10])), is(0, "none", Confidence::None, "undetermined"));
        let known = Elsewhere { served: [1, 0], ..met([40, 10]) };
        assert_eq!(answer(flow, known).1, "known-server");
        assert_eq!(answer(facts(Transport::Udp, 3478, 52000), met([40, 10])).1, "rank:5>-1");
    }

    /// The verdict on a flow and the rungs that disagree with it.
    fn disputed(facts: Facts, elsewhere: Elsewhere) -> (String, Vec<&'static str>) {
        let book = Registry::built_in();
        let verdict = climb(&book, &facts, &elsewhere).verdict(&book, &facts);
        (verdict.evidence.to_string(), verdict.conflicts.codes().collect())
    }

    #[test]
    fn the_rungs_are_asked_in_their_order() {
        let served = |served| Elsewhere { served, ..Elsewhere::default() };
        let met = |peer_ports| Elsewhere { peer_ports, ..Elsewhere::default() };
        let (web, unclear) = (facts(Transport::Tcp, 51544, 443), facts(Transport::Tcp, 80, 6669));
        assert_eq!(answer(facts(Transport::Udp, 123, 123), served([3, 0])).1, "pair:equal");
        assert_eq!(disputed(web, served([3, 0])), ("known-server".into(), vec!["rank"]));
        assert_eq!(disputed(web, met([37, 1])), ("rank:6>-1".into(), vec!["port-diversity"]));
        assert_eq!(disputed(unclear, met([1, 37])), ("port-diversity:37>1".into(), vec![]), "a weak rank contradicts nothing");
        let peers = Facts { start_observed: true, first: Side::A, ..facts(Transport::Udp, 55968, 57391) };
        assert_eq!(disputed(peers, met([37, 1])), ("port-diversity:37>1".into(), vec!["first-packet"]));
        let opened = Facts { opening: Opening::Handshake(Side::B), start_observed: true, first: Side::B, ..unclear };
        let over_sctp = Facts { transport: Transport::Sctp, ports: [50_000, 50_001], ..opened };
        assert_eq!(disputed(over_sctp, Elsewhere::default()), ("handshake".into(), vec![]), "a first packet does not, either");
        assert_eq!(disputed(opened, served([3, 0])), ("handshake".into(), vec!["known-server"]));
    }

    #[test]
    fn the_users_word_counts_more_than_an_announcement() {
        let book = Registry::built_in();
        let rule = book.look_up(Transport::Tcp, 80);
        let announced = Announced {
            by: Announcer::FtpPasv,
            server: Some(Side::B),
            service: book.announced(crate::service::Expected::FTP_DATA),
        };
        let flow = Facts { host_rules: [rule, None], announced: Some(announced), ..facts(Transport::Tcp, 40000, 50000) };
        assert_eq!(disputed(flow, Elsewhere::default()), ("user".into(), vec!["expect"]));
        assert_eq!(decide_alone(&book, &flow), by_user(&flow));
    }

    #[test]
    fn what_is_announced_to_a_group_is_not_served_by_it() {
        let book = Registry::built_in();
        let service = book.announced(crate::service::Expected::STREAM_RTP);
        let announced = Announced { by: Announcer::Rtsp, server: Some(Side::A), service };
        let stream = Facts { group: Some(Side::B), announced: Some(announced), ..facts(Transport::Udp, 55968, 57391) };
        assert_eq!(disputed(stream, Elsewhere::default()).1, [""; 0]);
    }

    #[test]
    fn another_name_is_told_only_where_it_is_not_as_good_as_settled() {
        let book = Registry::built_in();
        let others = |opening| {
            let flow = Facts { opening, ..facts(Transport::Tcp, 6667, 80) };
            climb(&book, &flow, &Elsewhere::default()).verdict(&book, &flow).alternatives
        };
        assert_eq!(others(Opening::Asked(Side::B)), [None; 2]);
        assert_eq!(others(Opening::AnswerOnly(Side::B)), [book.look_up(Transport::Tcp, 6667), None]);
    }

    #[test]
    fn port_zero_is_never_a_service() {
        assert_eq!(alone(facts(Transport::Udp, 0, 514)), is(514, "rank:6>-2", Confidence::Strong, "syslog"));
    }
}
