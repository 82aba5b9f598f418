//! The ladder: from what is known of a flow to which side is the server, how sure that is, and what its port is called.
//!
//! Three questions are kept apart: who opened the flow, where the service lives, and what that port is called. The rungs
//! are tried in order and the first that speaks decides; a later one that would have said otherwise is kept as a
//! conflict. Where nothing speaks, the answer is that nobody can tell: "the lower port" is right in less than half of
//! what is left then, and so is no rung.
//!
//! A rung that rests on a port says nothing about what was really spoken there: the payload is not looked at.

use super::registry::{EntryId, RANK_CURATED, RANK_PORT_ZERO, Rank, Registry};
use super::transport::Transport;
use crate::decode::Side;

/// The least gap of ranks that is strong evidence: right in 99.8 % of flows with a handshake, where that was hidden.
const STRONG_RANK_GAP: Rank = 3;
/// The least gap that is moderate evidence: right in 93 %. A smaller one is weak: 85 %.
const MODERATE_RANK_GAP: Rank = 2;
/// Where a merely registered port is weak evidence against an unregistered one: the client ports of old systems, of which
/// IANA has named 86 %.
const OLD_CLIENT_PORTS: std::ops::RangeInclusive<u16> = 1024..=5000;
/// An endpoint that met this many different peer ports, and so many times more than its peer did, is a server: right in
/// 99.9 % of TCP flows.
const LEAST_PEER_PORTS: u32 = 3;
const PEER_PORT_RATIO: u32 = 3;
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
}

/// What the rest of the capture says about a flow's endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// In how many other flows each side was proven to be the server.
    pub served: [u32; 2],
    /// How many different ports each side met at its peers.
    pub peer_ports: [u32; 2],
}

/// Why a side is the server: the rung that spoke.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Evidence {
    /// The user says so.
    User,
    /// It answered an opening.
    Handshake,
    /// Its answer to an opening that is not in the capture was taken up.
    SynAckAck,
    /// An opening was sent to it.
    Syn,
    /// It sent an answer to an opening, and nothing else is seen.
    SynAckOnly,
    /// It opened from port 20: the server of active FTP.
    SourcePort20,
    /// The two ports together are DHCP's or DHCPv6's.
    PairDhcp,
    /// Both ports are the same named one; the service is clear, the side need not be.
    PairEqual,
    /// It is a group address.
    Group,
    /// It was proven to be a server in other flows of the capture; in how many.
    KnownServer(u32),
    /// Its port has the higher rank; both ranks.
    Rank(Rank, Rank),
    /// It met more different peer ports; both numbers.
    PortDiversity(u32, u32),
    /// The first packet went to it.
    FirstPacket,
    /// Nothing speaks.
    None,
}

impl Evidence {
    /// The rung's key, without details: what the `evidence` table groups by.
    pub const fn code(self) -> &'static str {
        match self {
            Evidence::User => "user",
            Evidence::Handshake => "handshake",
            Evidence::SynAckAck => "synack+ack",
            Evidence::Syn => "syn",
            Evidence::SynAckOnly => "synack-only",
            Evidence::SourcePort20 => "srcport:20",
            Evidence::PairDhcp => "pair:dhcp",
            Evidence::PairEqual => "pair:equal",
            Evidence::Group => "group",
            Evidence::KnownServer(_) => "known-server",
            Evidence::Rank(..) => "rank",
            Evidence::PortDiversity(..) => "port-diversity",
            Evidence::FirstPacket => "first-packet",
            Evidence::None => "none",
        }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Evidence::Rank(winner, loser) => write!(f, "rank:{winner}>{loser}"),
            Evidence::PortDiversity(more, fewer) => write!(f, "port-diversity:{more}>{fewer}"),
            other => f.write_str(other.code()),
        }
    }
}

/// How sure it is which side is the server. A name is never proven: the payload was not inspected.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// No side could be called the server.
    None,
    /// Better than a guess.
    Weak,
    /// Right in at least 92 of 100 cases, where it could be measured.
    Moderate,
    /// Right in at least 99 of 100 cases, where it could be measured.
    Strong,
    /// Seen, not inferred.
    Proven,
}

impl Confidence {
    /// Its key.
    pub const fn name(self) -> &'static str {
        match self {
            Confidence::None => "none",
            Confidence::Weak => "weak",
            Confidence::Moderate => "moderate",
            Confidence::Strong => "strong",
            Confidence::Proven => "proven",
        }
    }
}

/// What a flow's service is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Service {
    /// By the book.
    Named(EntryId),
    /// The server's port has no name.
    Unassigned,
    /// No side could be called the server.
    Undetermined,
    /// The protocol has no ports, and so no service by port.
    Portless,
}

/// The rungs that a later disagreement can come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Conflicts(u8);

impl Conflicts {
    const KNOWN_SERVER: u8 = 1;
    const RANK: u8 = 2;
    const PORT_DIVERSITY: u8 = 4;

    /// The keys of the rungs that disagree.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        let all = [(Self::KNOWN_SERVER, "known-server"), (Self::RANK, "rank"), (Self::PORT_DIVERSITY, "port-diversity")];
        all.into_iter().filter(move |(bit, _)| self.0 & bit != 0).map(|(_, code)| code)
    }
}

/// The answer for one flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// Where the service lives; `None` if nobody can tell.
    pub server: Option<Side>,
    /// What it is called.
    pub service: Service,
    /// Why.
    pub evidence: Evidence,
    /// How sure it is which side serves.
    pub confidence: Confidence,
    /// What each side would have been called, where that is not as good as settled.
    pub alternatives: [Option<EntryId>; 2],
    /// Rungs that would have said otherwise.
    pub conflicts: Conflicts,
}

/// What a rung says.
type Speech = (Side, Evidence, Confidence);

/// Who asks and who answers in a flow without ports, by its queries and replies alone.
pub fn decide_portless(opening: Opening) -> Verdict {
    let (server, evidence, confidence) = match opening {
        Opening::Handshake(side) | Opening::AnswerUsed(side) => (Some(side), Evidence::Handshake, Confidence::Proven),
        Opening::Asked(side) => (Some(side), Evidence::Syn, Confidence::Strong),
        Opening::AnswerOnly(side) => (Some(side), Evidence::SynAckOnly, Confidence::Moderate),
        Opening::Unseen | Opening::Simultaneous => (None, Evidence::None, Confidence::None),
    };
    let (service, alternatives, conflicts) = (Service::Portless, [None; 2], Conflicts::default());
    Verdict { server, service, evidence, confidence, alternatives, conflicts }
}

/// Climbs as far as the flow alone allows; `None` if the rest of the capture has to be asked.
pub fn decide_alone(registry: &Registry, facts: &Facts) -> Option<Verdict> {
    let spoken =
        by_user(facts).or_else(|| by_opening(facts)).or_else(|| by_dhcp_ports(facts)).or_else(|| by_group(registry, facts))?;
    Some(verdict(registry, facts, spoken))
}

/// Climbs the whole ladder.
pub fn decide(registry: &Registry, facts: &Facts, elsewhere: &Elsewhere) -> Verdict {
    if let Some(mut alone) = decide_alone(registry, facts) {
        alone.conflicts = conflicts(registry, facts, elsewhere, alone.server);
        return alone;
    }
    if let Some(service) = equal_port(registry, facts) {
        return equal_port_verdict(facts, service);
    }
    let spoken = by_known_server(elsewhere)
        .or_else(|| by_rank(registry, facts).filter(|spoken| spoken.2 == Confidence::Strong))
        .or_else(|| by_port_diversity(facts, elsewhere))
        .or_else(|| by_rank(registry, facts))
        .or_else(|| by_first_packet(facts));
    match spoken {
        Some(spoken) => {
            let mut verdict = verdict(registry, facts, spoken);
            verdict.conflicts = conflicts(registry, facts, elsewhere, verdict.server);
            verdict
        }
        None => Verdict {
            server: None,
            service: Service::Undetermined,
            evidence: Evidence::None,
            confidence: Confidence::None,
            alternatives: [Side::A, Side::B].map(|side| name_of(registry, facts, side)),
            conflicts: Conflicts::default(),
        },
    }
}

fn verdict(registry: &Registry, facts: &Facts, (server, evidence, confidence): Speech) -> Verdict {
    let mut alternatives = [None; 2];
    if confidence < Confidence::Strong {
        let other = server.other();
        alternatives[other.index()] = name_of(registry, facts, other);
    }
    Verdict {
        server: Some(server),
        service: name_of(registry, facts, server).map_or(Service::Unassigned, Service::Named),
        evidence,
        confidence,
        alternatives,
        conflicts: Conflicts::default(),
    }
}

fn name_of(registry: &Registry, facts: &Facts, side: Side) -> Option<EntryId> {
    facts.host_rules[side.index()].or_else(|| registry.look_up(facts.transport, facts.ports[side.index()]))
}

/// The rungs that later evidence is held against, each by what it would have said.
fn conflicts(registry: &Registry, facts: &Facts, elsewhere: &Elsewhere, server: Option<Side>) -> Conflicts {
    let against = |spoken: Option<Speech>, bit| match spoken {
        Some((side, ..)) if Some(side) != server => bit,
        _ => 0,
    };
    Conflicts(
        against(by_known_server(elsewhere), Conflicts::KNOWN_SERVER)
            | against(by_rank(registry, facts), Conflicts::RANK)
            | against(by_port_diversity(facts, elsewhere), Conflicts::PORT_DIVERSITY),
    )
}

/// The user has named the server, by machine and port.
fn by_user(facts: &Facts) -> Option<Speech> {
    let side = match facts.host_rules {
        [Some(_), None] => Side::A,
        [None, Some(_)] => Side::B,
        _ => return None,
    };
    Some((side, Evidence::User, Confidence::Proven))
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
    let from_ftp_data = facts.ports[opener.index()] == FTP_DATA && facts.ports[server.index()] >= 1024;
    if facts.transport == Transport::Tcp && from_ftp_data {
        return Some((opener, Evidence::SourcePort20, Confidence::Moderate));
    }
    Some((server, evidence, confidence))
}

/// DHCP (RFC 2131: server 67, client 68) and DHCPv6 (RFC 8415: server 547, client 546).
fn by_dhcp_ports(facts: &Facts) -> Option<Speech> {
    let server = match (facts.transport, facts.ports) {
        (Transport::Udp, [67, 68] | [547, 546]) => Side::A,
        (Transport::Udp, [68, 67] | [546, 547]) => Side::B,
        _ => return None,
    };
    Some((server, Evidence::PairDhcp, Confidence::Strong))
}

/// What is sent to a group is meant for a service on its port, unless only the sender's port is one.
fn by_group(registry: &Registry, facts: &Facts) -> Option<Speech> {
    let group = facts.group?;
    let rank = |side: Side| registry.rank(facts.transport, facts.ports[side.index()]);
    let server = if rank(group) <= 0 && rank(group.other()) >= RANK_CURATED { group.other() } else { group };
    Some((server, Evidence::Group, Confidence::Strong))
}

/// The name that both ports have, if they are one and the same named port.
fn equal_port(registry: &Registry, facts: &Facts) -> Option<EntryId> {
    let [a, b] = facts.ports;
    if a != b { None } else { registry.look_up(facts.transport, a) }
}

/// Both ports are the same: the service is clear. Who serves is told by the first packet only if nobody answered it, or
/// if it is the first one at all.
fn equal_port_verdict(facts: &Facts, service: EntryId) -> Verdict {
    let known = facts.transport != Transport::Tcp && (!facts.two_way || facts.start_observed);
    Verdict {
        server: known.then_some(facts.first.other()),
        service: Service::Named(service),
        evidence: Evidence::PairEqual,
        confidence: if known { Confidence::Moderate } else { Confidence::None },
        alternatives: [None; 2],
        conflicts: Conflicts::default(),
    }
}

/// One side, and not the other, was proven to be a server elsewhere in the capture.
fn by_known_server(elsewhere: &Elsewhere) -> Option<Speech> {
    let (side, times) = match elsewhere.served {
        [times, 0] if times > 0 => (Side::A, times),
        [0, times] if times > 0 => (Side::B, times),
        _ => return None,
    };
    Some((side, Evidence::KnownServer(times), Confidence::Strong))
}

/// One port is more likely a server's than the other.
fn by_rank(registry: &Registry, facts: &Facts) -> Option<Speech> {
    let [a, b] = facts.ports.map(|port| registry.rank(facts.transport, port));
    let (side, winner, loser) = match a.cmp(&b) {
        std::cmp::Ordering::Greater => (Side::A, a, b),
        std::cmp::Ordering::Less => (Side::B, b, a),
        std::cmp::Ordering::Equal => return None,
    };
    let from_old_client = winner < RANK_CURATED && OLD_CLIENT_PORTS.contains(&facts.ports[side.index()]);
    // Port 0 is no service, but that it is none says little about which service the other port is.
    let gap = winner - loser.max(RANK_PORT_ZERO + 1);
    let confidence = match gap {
        STRONG_RANK_GAP.. => Confidence::Strong,
        MODERATE_RANK_GAP.. if !from_old_client => Confidence::Moderate,
        _ => Confidence::Weak,
    };
    Some((side, Evidence::Rank(winner, loser), confidence))
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
    Some((side, Evidence::PortDiversity(more, fewer), confidence))
}

/// Whoever spoke first is the client, if that was really the first packet. TCP would have shown its SYN.
fn by_first_packet(facts: &Facts) -> Option<Speech> {
    let observed = facts.transport != Transport::Tcp && facts.start_observed;
    observed.then_some((facts.first.other(), Evidence::FirstPacket, Confidence::Moderate))
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
        }
    }

    /// Server port (0 if nobody can tell), evidence, confidence, service.
    fn answer(facts: Facts, elsewhere: Elsewhere) -> (u16, String, Confidence, String) {
        let book = Registry::built_in();
        let verdict = decide(&book, &facts, &elsewhere);
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
        let verdict = decide(&book, &opened, &Elsewhere::default());
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
    }

    #[test]
    fn two_curated_ports_are_a_coin_toss_and_both_names_are_told() {
        let flow = facts(Transport::Tcp, 5060, 8080);
        assert_eq!(alone(flow), is(0, "none", Confidence::None, "undetermined"));
        let book = Registry::built_in();
        let names = decide(&book, &flow, &Elsewhere::default()).alternatives.map(|id| book.entry(id.unwrap()).name.to_string());
        assert_eq!(names, ["sip", "http-alt"]);
    }

    #[test]
    fn a_server_known_from_another_flow_settles_it() {
        let elsewhere = Elsewhere { served: [0, 12], peer_ports: [1, 9] };
        let flow = facts(Transport::Tcp, 5060, 8080);
        assert_eq!(answer(flow, elsewhere), is(8080, "known-server", Confidence::Strong, "http-alt"));
        let both = Elsewhere { served: [3, 12], peer_ports: [1, 1] };
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
        let elsewhere = Elsewhere { served: [0; 2], peer_ports: [37, 1] };
        let flow = facts(Transport::Tcp, 57777, 52000);
        assert_eq!(answer(flow, elsewhere), is(57777, "port-diversity:37>1", Confidence::Strong, "unassigned"));
        let udp = Facts { transport: Transport::Udp, ..flow };
        assert_eq!(answer(udp, elsewhere).2, Confidence::Moderate);
        assert_eq!(answer(Facts { two_way: false, ..flow }, elsewhere).2, Confidence::None);
        let few = Elsewhere { served: [0; 2], peer_ports: [5, 2] };
        assert_eq!(answer(flow, few).2, Confidence::None);
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
    fn port_zero_is_never_a_service() {
        assert_eq!(alone(facts(Transport::Udp, 0, 514)), is(514, "rank:6>-2", Confidence::Strong, "syslog"));
    }
}
