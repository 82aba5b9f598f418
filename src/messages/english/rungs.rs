//! The ladder.

use super::English;
use super::explain::{in_brackets, in_packet};
use super::numbers::grouped;
use super::services::rank_meaning;
use crate::explain::{Endpoint, RungState};
use crate::messages::{Actor, AnnouncedFlow, HandshakeTerms, PacketAt, RankedPort, RungMessages};
use crate::service::{AnnouncementKind, Transport};

/// An endpoint that sent an opening.
fn opened(terms: HandshakeTerms, (client, packet): Actor) -> String {
    format!("{client} sent {}{}", terms.opening, in_packet(packet))
}

/// An endpoint that sent an answer to an opening.
fn answered(terms: HandshakeTerms, (server, packet): Actor) -> String {
    format!("{server} answered with {}{}", terms.answer, in_packet(packet))
}

/// A port, its name and its rank.
fn ranked(RankedPort { port, name, rank, is_users }: RankedPort<'_>) -> String {
    format!("{port} ({name}) has rank {rank}, {}", rank_meaning(rank, is_users))
}

/// An endpoint, and the number of ports that it talked to.
fn met((end, ports): (Endpoint, u32)) -> String {
    let noun = if ports == 1 { "port" } else { "different ports" };
    format!("{end} talked to {} {noun}", grouped(ports.into()))
}

impl RungMessages for English {
    fn rung_state(&self, state: RungState) -> &'static str {
        match state {
            RungState::Silent => "silent",
            RungState::Decides => "decides",
            RungState::Agrees => "agrees",
            RungState::Disagrees => "disagrees",
        }
    }

    fn no_user_rule(&self) -> &'static str {
        "None of your own rules mentions these machines."
    }

    fn user_rules_for_both(&self) -> &'static str {
        "Your own rules mention both machines, so they do not tell them apart."
    }

    fn user_rule(&self, server: Endpoint) -> String {
        format!("Your own port table has a rule for {server}.")
    }

    fn not_announced(&self) -> &'static str {
        "No control channel in the capture announced this flow."
    }

    fn announced(&self, flow: &AnnouncedFlow) -> String {
        let AnnouncedFlow { by, packet, channel, sender, target, service } = *flow;
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

    fn no_handshake(&self, transport: Transport) -> String {
        format!("{} has no handshake.", transport.name().to_uppercase())
    }

    fn opening_not_seen(&self, HandshakeTerms { opening, answer }: HandshakeTerms) -> String {
        format!("The capture has neither its {opening} nor its {answer}: it began earlier, or out of view.")
    }

    fn both_opened(&self, terms: HandshakeTerms) -> String {
        format!("Both sides sent {}, so neither answered the other.", terms.opening)
    }

    fn handshake(&self, terms: HandshakeTerms, client: Actor, server: Actor) -> String {
        format!("{}, and {}.", opened(terms, client), answered(terms, server))
    }

    fn answer_used(
        &self,
        terms: HandshakeTerms,
        server: Actor,
        went_on: Option<PacketAt>,
        unrelated_opening: Option<PacketAt>,
    ) -> String {
        let (answered, went_on, opening) = (answered(terms, server), in_packet(went_on), terms.opening);
        match unrelated_opening {
            Some(_) => format!(
                "{answered}, and the connection continued{went_on}; the {opening}{} is not the one that it acknowledges.",
                in_packet(unrelated_opening)
            ),
            None => {
                format!("{answered}, and the connection continued{went_on}; the {opening} that it answers is not in the capture.")
            }
        }
    }

    fn answer_not_seen(&self, terms: HandshakeTerms, client: Actor, went_on: Option<PacketAt>) -> String {
        let opened = opened(terms, client);
        format!("{opened}, and continued{}: it was answered, but the {} is not in the capture.", in_packet(went_on), terms.answer)
    }

    fn opening_refused(&self, terms: HandshakeTerms, client: Actor, (server, reset): Actor) -> String {
        format!("{}, and {server} refused it{}.", opened(terms, client), in_packet(reset))
    }

    fn answer_unrelated(&self, terms: HandshakeTerms, client: Actor, server: Actor) -> String {
        format!("{}; {}, which does not acknowledge it.", opened(terms, client), answered(terms, server))
    }

    fn opening_unanswered(&self, terms: HandshakeTerms, client: Actor) -> String {
        format!("{}, and no {} came back.", opened(terms, client), terms.answer)
    }

    fn answer_alone(&self, terms: HandshakeTerms, server: Actor) -> String {
        format!("{}, and nothing else was seen: perhaps a reply to a forged {}.", answered(terms, server), terms.opening)
    }

    fn came_from_port_20(&self) -> &'static str {
        "It came from port 20, from which an FTP server opens data connections in active mode."
    }

    fn no_dhcp_ports(&self) -> &'static str {
        "The ports are not those of DHCP (67 and 68) or DHCPv6 (546 and 547)."
    }

    fn dhcp_ports(&self) -> &'static str {
        "In DHCP, the server uses port 67 and the client port 68."
    }

    fn dhcpv6_ports(&self) -> &'static str {
        "In DHCPv6, the server uses port 547 and the client port 546."
    }

    fn no_group(&self) -> &'static str {
        "None of its packets went to a group address (multicast or broadcast)."
    }

    fn group_without_server(&self, group: Endpoint) -> String {
        format!("{group} is a group address (multicast or broadcast), but here this does not show which side is the server.")
    }

    fn group_has_service(&self, group: Endpoint) -> String {
        format!("{group} is a group address (multicast or broadcast): whoever sends there wants the service on that port.")
    }

    fn sender_to_group_has_service(&self, group: Endpoint, port: u16) -> String {
        format!("{group} is a group address (multicast or broadcast), but it is the sender's port {port} that has a service.")
    }

    fn ports_differ(&self) -> &'static str {
        "The two ports differ."
    }

    fn equal_ports_without_name(&self, port: u16) -> String {
        format!("Both ports are {port}, which has no name.")
    }

    fn equal_ports_without_server(&self, port: u16) -> String {
        format!("Both ports are {port}: this shows the service, but not the server.")
    }

    fn equal_ports_with_server(&self, port: u16, first: Option<PacketAt>, server: Endpoint) -> String {
        format!("Both ports are {port}, and the first packet{} went to {server}.", in_brackets(first))
    }

    fn no_known_server(&self) -> &'static str {
        "No other flow shows either end to be a server."
    }

    fn known_server(&self, server: Endpoint, flows: u32) -> String {
        match flows {
            1 => format!("Another flow shows {server} to be a server."),
            _ => format!("{} other flows show {server} to be a server.", grouped(flows.into())),
        }
    }

    fn both_known_servers(&self) -> &'static str {
        "Other flows show both ends to be servers."
    }

    fn ports_of_peers(&self) -> &'static str {
        "Both ends talked to many machines, and neither port is registered: they are peers, each client and server to others."
    }

    fn ranks_differ(&self, server: RankedPort<'_>, client: RankedPort<'_>) -> String {
        format!("{}; {}.", ranked(server), ranked(client))
    }

    fn ranks_equal(&self, one: RankedPort<'_>, other: RankedPort<'_>) -> String {
        format!("Both ports have rank {}, {}.", one.rank, rank_meaning(one.rank, one.is_users && other.is_users))
    }

    fn server_met_more_ports(&self, server: (Endpoint, u32), client: (Endpoint, u32)) -> String {
        format!("{}, {}: a server sees a new port with every connection.", met(server), met(client))
    }

    fn no_ports_met(&self) -> &'static str {
        "Only one side sent packets, so the ports it talked to say nothing."
    }

    fn ports_met_alike(&self, one: (Endpoint, u32), other: (Endpoint, u32)) -> String {
        format!("{}, {}: this does not tell them apart.", met(one), met(other))
    }

    fn first_packet_seen(&self, client: Endpoint, first: Option<PacketAt>) -> String {
        format!(
            "{client} sent the first packet{}, well after the capture began: it is likely the first one of the flow.",
            in_brackets(first)
        )
    }

    fn better_evidence_decided(&self) -> &'static str {
        "Not considered: better evidence has decided."
    }

    fn only_syn_shows_opener(&self) -> &'static str {
        "Not considered: in TCP, only a SYN shows who began."
    }

    fn peers_may_begin(&self) -> &'static str {
        "Not considered: between peers either side may begin."
    }

    fn first_packet_perhaps_not_seen(&self, sender: Endpoint, first: Option<PacketAt>) -> String {
        format!(
            "{sender} sent the first packet{}, but the capture had just begun: earlier ones may be missing.",
            in_brackets(first)
        )
    }
}
