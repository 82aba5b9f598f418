//! The ladder.

use super::English;
use super::explain::{in_brackets, in_packet};
use super::numbers::grouped;
use super::services::rank_meaning;
use crate::explain::{
    Actor, AnnouncedFlow, DhcpVersion, EqualPortsResult, FirstPacketResult, GroupResult, HandshakeTerms, KnownServerResult,
    PeerPorts, PortDiversityResult, RankResult, RankedPort, RulesResult, RungResult, RungState, SeenOpening,
};
use crate::messages::RungMessages;
use crate::service::AnnouncementKind;

impl RungMessages for English {
    fn rung_state(&self, state: RungState) -> &'static str {
        match state {
            RungState::Silent => "silent",
            RungState::Decides => "decides",
            RungState::Agrees => "agrees",
            RungState::Disagrees => "disagrees",
        }
    }

    fn rung_result(&self, result: &RungResult<'_>) -> String {
        match *result {
            RungResult::User(result) => rules(result),
            RungResult::Announcement(None) => "No control channel in the capture announced this flow.".into(),
            RungResult::Announcement(Some(flow)) => announced(flow),
            RungResult::NoHandshake(transport) => format!("{} has no handshake.", transport.name().to_uppercase()),
            RungResult::Opening { terms, seen, is_active_ftp: false } => opening(terms, seen),
            RungResult::Opening { terms, seen, is_active_ftp: true } => format!(
                "{} It came from port 20, from which an FTP server opens data connections in active mode.",
                opening(terms, seen)
            ),
            RungResult::Dhcp(version) => dhcp(version).into(),
            RungResult::Group(result) => group(result),
            RungResult::EqualPorts(result) => equal_ports(result),
            RungResult::KnownServer(result) => known_server(result),
            RungResult::Rank(result) => rank(result),
            RungResult::PortDiversity(result) => port_diversity(result),
            RungResult::FirstPacket(result) => first_packet(result),
        }
    }
}

fn rules(result: RulesResult) -> String {
    match result {
        RulesResult::NoRule => "None of your own rules mentions these machines.".into(),
        RulesResult::Both => "Your own rules mention both machines, so they do not tell them apart.".into(),
        RulesResult::One(server) => format!("Your own port table has a rule for {server}."),
    }
}

fn announced(flow: AnnouncedFlow) -> String {
    let AnnouncedFlow { by, packet, channel, sender, target, service } = flow;
    let channel = channel.map_or_else(String::new, |flow| format!(" of flow {flow}"));
    let said = match by {
        AnnouncementKind::FtpPort | AnnouncementKind::FtpEprt => {
            format!("the client {sender} asked the FTP server to connect to {target}")
        }
        AnnouncementKind::FtpPasv | AnnouncementKind::FtpEpsv => {
            format!("the FTP server {sender} said that it was listening for data on {target}")
        }
        AnnouncementKind::Tftp => {
            format!("{sender} requested a TFTP transfer, with replies to {target} from a port of the server's choice")
        }
        AnnouncementKind::GroupReply => {
            format!("{sender} sent a query to a group address and waited for replies on {target}")
        }
        AnnouncementKind::Sdp => format!("{sender} said that {service} was to be sent to {target}"),
        AnnouncementKind::Rtsp => format!("{sender} set up a stream with one end of its {service} at {target}"),
        AnnouncementKind::DccOffer => format!("{sender} offered a direct connection to {target}"),
        AnnouncementKind::RpcBinding | AnnouncementKind::EpmBinding => {
            format!("{sender} said that {service} was available at {target}")
        }
    };
    format!("In packet {}{channel}, {said}.", grouped(packet))
}

fn opening(terms: HandshakeTerms, seen: SeenOpening) -> String {
    let HandshakeTerms { opening, answer } = terms;
    let opened = |client: Actor| format!("{} sent {opening}{}", client.end, in_packet(client.packet));
    let answered = |server: Actor| format!("{} answered with {answer}{}", server.end, in_packet(server.packet));
    match seen {
        SeenOpening::Nothing => {
            format!("The capture has neither its {opening} nor its {answer}: it began earlier, or out of view.")
        }
        SeenOpening::Both => format!("Both sides sent {opening}, so neither answered the other."),
        SeenOpening::Handshake { client, server } => format!("{}, and {}.", opened(client), answered(server)),
        SeenOpening::AnswerUsed { server, used, unrelated_opening } => {
            let went_on = format!("{}, and the connection continued{}", answered(server), in_packet(used));
            match unrelated_opening {
                Some(_) => {
                    format!("{went_on}; the {opening}{} is not the one that it acknowledges.", in_packet(unrelated_opening))
                }
                None => format!("{went_on}; the {opening} that it answers is not in the capture."),
            }
        }
        SeenOpening::AnswerUnseen { client, went_on } => {
            let continued = format!("{}, and continued{}", opened(client), in_packet(went_on));
            format!("{continued}: it was answered, but the {answer} is not in the capture.")
        }
        SeenOpening::Refused { client, server } => {
            format!("{}, and {} refused it{}.", opened(client), server.end, in_packet(server.packet))
        }
        SeenOpening::UnrelatedAnswer { client, server } => {
            format!("{}; {}, which does not acknowledge it.", opened(client), answered(server))
        }
        SeenOpening::Unanswered { client } => format!("{}, and no {answer} came back.", opened(client)),
        SeenOpening::AnswerAlone { server } => {
            format!("{}, and nothing else was seen: perhaps a reply to a forged {opening}.", answered(server))
        }
    }
}

fn dhcp(version: Option<DhcpVersion>) -> &'static str {
    match version {
        None => "The ports are not those of DHCP (67 and 68) or DHCPv6 (546 and 547).",
        Some(DhcpVersion::Dhcp) => "In DHCP, the server uses port 67 and the client port 68.",
        Some(DhcpVersion::Dhcpv6) => "In DHCPv6, the server uses port 547 and the client port 546.",
    }
}

fn group(result: GroupResult) -> String {
    match result {
        GroupResult::NoGroup => "None of its packets went to a group address (multicast or broadcast).".into(),
        GroupResult::NoServer { group } => {
            format!("{group} is a group address (multicast or broadcast), but here this does not show which side is the server.")
        }
        GroupResult::GroupHasService { group } => {
            format!("{group} is a group address (multicast or broadcast): whoever sends there wants the service on that port.")
        }
        GroupResult::SenderHasService { group, port } => {
            format!("{group} is a group address (multicast or broadcast), but it is the sender's port {port} that has a service.")
        }
    }
}

fn equal_ports(result: EqualPortsResult) -> String {
    match result {
        EqualPortsResult::Different => "The two ports differ.".into(),
        EqualPortsResult::Unnamed { port } => format!("Both ports are {port}, which has no name."),
        EqualPortsResult::NoServer { port } => format!("Both ports are {port}: this shows the service, but not the server."),
        EqualPortsResult::Server { port, first, server } => {
            format!("Both ports are {port}, and the first packet{} went to {server}.", in_brackets(first))
        }
    }
}

fn known_server(result: KnownServerResult) -> String {
    match result {
        KnownServerResult::Neither => "No other flow shows either end to be a server.".into(),
        KnownServerResult::Both => "Other flows show both ends to be servers.".into(),
        KnownServerResult::One { server, flows: 1 } => format!("Another flow shows {server} to be a server."),
        KnownServerResult::One { server, flows } => {
            format!("{} other flows show {server} to be a server.", grouped(flows.into()))
        }
    }
}

fn rank(result: RankResult<'_>) -> String {
    let ranked = |RankedPort { port, name, rank, is_users }: RankedPort<'_>| {
        format!("{port} ({name}) has rank {rank}, {}", rank_meaning(rank, is_users))
    };
    match result {
        RankResult::Peers => {
            "Both ends talked to many machines, and neither port is registered: they are peers, each client and server to others."
                .into()
        }
        RankResult::Different { server, client } => format!("{}; {}.", ranked(server), ranked(client)),
        RankResult::Equal([one, other]) => {
            format!("Both ports have rank {}, {}.", one.rank, rank_meaning(one.rank, one.is_users && other.is_users))
        }
    }
}

fn port_diversity(result: PortDiversityResult) -> String {
    let talked = |PeerPorts { end, ports }: PeerPorts| {
        let noun = if ports == 1 { "port" } else { "different ports" };
        format!("{end} talked to {} {noun}", grouped(ports.into()))
    };
    match result {
        PortDiversityResult::OneWay => "Only one side sent packets, so the ports it talked to say nothing.".into(),
        PortDiversityResult::Different { server, client } => {
            format!("{}, {}: a server sees a new port with every connection.", talked(server), talked(client))
        }
        PortDiversityResult::Alike([one, other]) => {
            format!("{}, {}: this does not tell them apart.", talked(one), talked(other))
        }
    }
}

fn first_packet(result: FirstPacketResult) -> String {
    match result {
        FirstPacketResult::Seen(Actor { end, packet }) => format!(
            "{end} sent the first packet{}, well after the capture began: it is likely the first one of the flow.",
            in_brackets(packet)
        ),
        FirstPacketResult::PerhapsNotFirst(Actor { end, packet }) => format!(
            "{end} sent the first packet{}, but the capture had just begun: earlier ones may be missing.",
            in_brackets(packet)
        ),
        FirstPacketResult::BetterEvidence => "Not considered: better evidence has decided.".into(),
        FirstPacketResult::OnlySyn => "Not considered: in TCP, only a SYN shows who began.".into(),
        FirstPacketResult::Peers => "Not considered: between peers either side may begin.".into(),
    }
}
