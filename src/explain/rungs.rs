//! A sentence for each rung of the ladder: why it speaks about a flow, or why it has nothing to say.

use super::{Story, socket};
use crate::content::{ChannelEvent, Expectation};
use crate::decide::assessment::{Assessment, Finding};
use crate::decide::facts::{EndpointStats, FlowFacts};
use crate::decode::Side;
use crate::service::{Announcer, Category, Evidence, Opening, Rung, Transport};
use crate::text;

/// The sentence of a rung.
pub fn sentence(story: &Story<'_>, rung: Rung, facts: &FlowFacts, stats: &EndpointStats, assessment: &Assessment) -> String {
    let finding = assessment.get(rung);
    match rung {
        Rung::User => user(story, facts),
        Rung::Announcement => announcement(story),
        Rung::Opening => opening(story, facts, finding),
        Rung::DhcpPorts => dhcp_ports(finding, facts),
        Rung::Group => group(story, facts, finding),
        Rung::EqualPorts => equal_ports(story, facts, finding),
        Rung::KnownServer => known_server(story, stats),
        Rung::ClearRank | Rung::CloseRank if assessment.between_peers => text::BETWEEN_PEERS.into(),
        Rung::ClearRank | Rung::CloseRank => rank(story, facts, finding),
        Rung::PortDiversity => port_diversity(story, facts, stats, finding),
        Rung::FirstPacket => first_packet(story, facts, assessment, finding),
    }
}

fn user(story: &Story<'_>, facts: &FlowFacts) -> String {
    let side = match facts.host_rules {
        [None, None] => return "No rule of yours names one of these machines.".into(),
        [Some(_), Some(_)] => return "Your rules name both machines, so they do not tell them apart.".into(),
        [Some(_), None] => Side::A,
        [None, Some(_)] => Side::B,
    };
    format!("Your own table has a rule for {}.", story.end(side))
}

fn announcement(story: &Story<'_>) -> String {
    let place = story.relation.announcement.and_then(|place| story.analysis.announcements.log().get(place));
    let Some((announcement, ChannelEvent::Flow(expectation))) = place.map(|announcement| (announcement, announcement.event))
    else {
        return "No control channel in the capture announced it.".into();
    };
    let Expectation { by, target, service, .. } = expectation;
    let packet = text::grouped(announcement.packet);
    let flow = story.relation.control.map_or_else(String::new, |number| format!(" of flow {}", number + 1));
    let sender = announcement.channel.ip_addr(announcement.sender);
    let said = match by {
        Announcer::FtpPort | Announcer::FtpEprt => format!("the client {sender} asked the FTP server to connect to {target}"),
        Announcer::FtpPasv | Announcer::FtpEpsv => format!("the FTP server {sender} said that it waits for data on {target}"),
        Announcer::Tftp => {
            format!("{sender} asked for a transfer by TFTP, to be answered at {target} from a port of the server's choice")
        }
        Announcer::GroupReply => format!("{sender} asked a group of machines, and waited for answers on {target}"),
        Announcer::Sdp => format!("{sender} said that {} is to be sent to {target}", service.name),
        Announcer::Rtsp => format!("{sender} set up a stream whose {} has one end at {target}", service.name),
        Announcer::DccOffer => format!("{sender} offered a direct connection to {target}"),
        Announcer::RpcBinding | Announcer::EpmBinding => format!("{sender} said that {} is served on {target}", service.name),
    };
    format!("In packet {packet}{flow}, {said}.")
}

fn opening(story: &Story<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let Some([syn, syn_ack]) = words(facts.transport) else {
        return format!("{} has no handshake.", facts.transport.name().to_uppercase());
    };
    let witness = story.witness;
    let asked = |side: Side| format!("{} sent {syn}{}", story.end(side), story.seen(witness.opened[side.index()]));
    let answered = |side: Side| format!("{} answered {syn_ack}{}", story.end(side), story.seen(witness.answered[side.index()]));
    let told = match facts.opening {
        Opening::Unseen => format!("No {syn} and no {syn_ack} of it are in the capture: it began before, or out of sight."),
        Opening::Simultaneous => format!("Both sides sent {syn}, so neither answered the other."),
        Opening::Handshake(side) => format!("{}, and {}.", asked(side.other()), answered(side)),
        Opening::AnswerUsed(side) => {
            let used = story.seen(witness.used);
            let syn_of = witness.opened[side.other().index()];
            let missing = match syn_of {
                Some(_) => format!("it does not acknowledge the {syn}{}", story.seen(syn_of)),
                None => format!("the {syn} that this answers is not in the capture"),
            };
            format!("{}, and the connection went on{used}; {missing}.", answered(side))
        }
        Opening::Asked(side) if story.flow.was_answered_unseen() => {
            let went_on = story.seen(witness.went_on[side.other().index()]);
            format!("{}, and went on{went_on}: it was answered, but no {syn_ack} is in the capture.", asked(side.other()))
        }
        Opening::Asked(side) if witness.reset[side.index()].is_some() => {
            let refused = story.seen(witness.reset[side.index()]);
            format!("{}, and {} refused{refused}.", asked(side.other()), story.end(side))
        }
        Opening::Asked(side) if witness.answered[side.index()].is_some() => {
            format!("{}; {}, which does not acknowledge it.", asked(side.other()), answered(side))
        }
        Opening::Asked(side) => format!("{}, and no {syn_ack} came back.", asked(side.other())),
        Opening::AnswerOnly(side) => format!("{}, and nothing else: perhaps to a forged {syn}.", answered(side)),
    };
    match finding.map(|finding| finding.evidence) {
        Some(Evidence::SourcePort20) => format!("{told} It came from port 20, as the data of active FTP does from its server."),
        _ => told,
    }
}

/// The two messages of a transport's handshake.
fn words(transport: Transport) -> Option<[&'static str; 2]> {
    match transport {
        Transport::Tcp => Some(["SYN", "SYN-ACK"]),
        Transport::Sctp => Some(["INIT", "INIT ACK"]),
        Transport::Dccp => Some(["Request", "Response"]),
        Transport::Udp | Transport::UdpLite => None,
    }
}

fn dhcp_ports(finding: Option<Finding>, facts: &FlowFacts) -> String {
    match finding {
        None => "The ports are not DHCP's pair (67 and 68; in IPv6 546 and 547).".into(),
        Some(_) if facts.ports.contains(&67) => "Of DHCP's two ports the server has 67, and the client 68.".into(),
        Some(_) => "Of DHCPv6's two ports the server has 547, and the client 546.".into(),
    }
}

fn group(story: &Story<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let Some(group) = facts.group else { return "None of its packets went to a group of machines.".into() };
    let end = story.end(group);
    match finding.and_then(|finding| finding.server) {
        None => format!("It went to a group of machines, {end}, which here says nothing about the server."),
        Some(side) if side == group => format!("{end} is a group of machines: who sends there means the service on that port."),
        Some(side) => {
            format!("{end} is a group of machines, but it is the sender's port {} that has a service.", facts.ports[side.index()])
        }
    }
}

fn equal_ports(story: &Story<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let [a, b] = facts.ports;
    match finding {
        None if a != b => "The two ports are not the same.".into(),
        None => format!("Both ports are {a}, which has no name."),
        Some(Finding { server: None, .. }) => format!("Both ports are {a}: the service is clear, the server is not."),
        Some(Finding { server: Some(side), .. }) => {
            let first = story.in_brackets(story.witness.first);
            format!("Both ports are {a}, and the first packet{first} went to {}.", story.end(side))
        }
    }
}

fn known_server(story: &Story<'_>, stats: &EndpointStats) -> String {
    let flows =
        |count: u32| if count == 1 { "another flow".to_owned() } else { format!("{} other flows", text::grouped(count.into())) };
    match stats.served {
        [0, 0] => "From no other flow is one of the two ends known as a server.".into(),
        [a, 0] => format!("{} is known as a server from {}.", story.end(Side::A), flows(a)),
        [0, b] => format!("{} is known as a server from {}.", story.end(Side::B), flows(b)),
        _ => "Both ends are known as servers from other flows.".into(),
    }
}

fn rank(story: &Story<'_>, facts: &FlowFacts, finding: Option<Finding>) -> String {
    let registry = &story.analysis.registry;
    let port = |side: Side| {
        let (port, rank) = (facts.ports[side.index()], registry.rank(facts.transport, facts.ports[side.index()]));
        let name = registry.look_up(facts.transport, port).map_or(Category::Unassigned.name(), |id| &registry.entry(id).name);
        (rank, format!("{port} ({name}) has rank {rank}, {}", text::rank_meaning(rank)))
    };
    match finding.and_then(|finding| finding.server) {
        Some(side) => format!("{}; {}.", port(side).1, port(side.other()).1),
        None => format!("Both ports have rank {}, {}.", port(Side::A).0, text::rank_meaning(port(Side::A).0)),
    }
}

fn port_diversity(story: &Story<'_>, facts: &FlowFacts, stats: &EndpointStats, finding: Option<Finding>) -> String {
    let met = |side: Side| {
        let count = stats.peer_ports[side.index()];
        let noun = if count == 1 { "port" } else { "different ports" };
        format!("{} met {} {noun}", story.end(side), text::grouped(count.into()))
    };
    match finding.and_then(|finding| finding.server) {
        Some(side) => format!("{}, {}: a server meets a new port with each client.", met(side), met(side.other())),
        None if !facts.two_way => "Only one side spoke, so nobody was met.".into(),
        None => format!("{}, {}: that does not tell them apart.", met(Side::A), met(Side::B)),
    }
}

fn first_packet(story: &Story<'_>, facts: &FlowFacts, assessment: &Assessment, finding: Option<Finding>) -> String {
    let first = format!("{} sent the first packet{}", story.end(facts.first), story.in_brackets(story.witness.first));
    if finding.is_some() {
        return format!("{first}, when the capture had been running for a while: likely nothing of the flow came before it.");
    }
    if assessment.has_direct_evidence {
        "Not asked: better evidence has decided.".into()
    } else if facts.transport == Transport::Tcp {
        "Not asked: in TCP only a SYN tells who began.".into()
    } else if facts.start_observed {
        "Not asked: equals may begin on either side.".into()
    } else {
        format!("{first}, but the capture had just begun: earlier ones may be missing.")
    }
}

/// A sentence on an announced flow whose addresses were translated.
pub fn translation(story: &Story<'_>) -> Option<String> {
    let place = story.relation.announcement?;
    let ChannelEvent::Flow(expectation) = story.analysis.announcements.log().get(place)?.event else { return None };
    let seen_as = socket(expectation.or_address?, expectation.target.port());
    Some(format!(
        "{} was announced, and {seen_as} is what was seen: something on the way translates addresses.",
        expectation.target
    ))
}
