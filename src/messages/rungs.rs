//! Sentences of the ladder: what a rung found, or why it found nothing.

use std::net::{IpAddr, SocketAddr};

use super::PacketAt;
use crate::explain::{Endpoint, RungState};
use crate::flow::FlowId;
use crate::service::{AnnouncementKind, Rank, Transport};

/// The names of the two messages of a transport's handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeTerms {
    /// The message that opens a connection.
    pub opening: &'static str,
    /// The answer to it.
    pub answer: &'static str,
}

impl HandshakeTerms {
    /// The terms of a transport; `None` if it has no handshake.
    pub const fn for_transport(transport: Transport) -> Option<HandshakeTerms> {
        let (opening, answer) = match transport {
            Transport::Tcp => ("SYN", "SYN-ACK"),
            Transport::Sctp => ("INIT", "INIT ACK"),
            Transport::Dccp => ("Request", "Response"),
            Transport::Udp | Transport::UdpLite => return None,
        };
        Some(HandshakeTerms { opening, answer })
    }
}

/// A flow that was announced on a control channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnnouncedFlow {
    /// The kind of announcement.
    pub by: AnnouncementKind,
    /// The number of the packet that announced it.
    pub packet: u64,
    /// The number of the flow that is the control channel.
    pub channel: Option<FlowId>,
    /// The sender of the announcement.
    pub sender: IpAddr,
    /// The announced endpoint.
    pub target: SocketAddr,
    /// The key of the announced service.
    pub service: &'static str,
}

/// A port with its name and rank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RankedPort<'a> {
    /// The port.
    pub port: u16,
    /// The key of its service or of its lack of one.
    pub name: &'a str,
    /// Its rank.
    pub rank: Rank,
    /// True if the user's port table names it.
    pub is_users: bool,
}

/// An endpoint, and the packet that shows what it did.
pub type Actor = (Endpoint, Option<PacketAt>);

/// Sentences of the ladder. Packets are those that show what a sentence says, as far as they are known.
pub trait RungMessages {
    /// The part of a rung in the decision, in at most 9 columns.
    fn rung_state(&self, state: RungState) -> &'static str;

    /// No rule of the user is about one of the two machines.
    fn no_user_rule(&self) -> &'static str;

    /// The user's rules name both machines.
    fn user_rules_for_both(&self) -> &'static str;

    /// A rule of the user names one machine.
    fn user_rule(&self, server: Endpoint) -> String;

    /// No control channel announced the flow.
    fn not_announced(&self) -> &'static str;

    /// A control channel announced the flow.
    fn announced(&self, flow: &AnnouncedFlow) -> String;

    /// The transport has no handshake.
    fn no_handshake(&self, transport: Transport) -> String;

    /// Neither an opening nor an answer is in the capture.
    fn opening_not_seen(&self, terms: HandshakeTerms) -> String;

    /// Both sides opened the connection.
    fn both_opened(&self, terms: HandshakeTerms) -> String;

    /// The client opened, and the server answered.
    fn handshake(&self, terms: HandshakeTerms, client: Actor, server: Actor) -> String;

    /// The server answered, and the connection went on. The opening is not in the capture, or what is there is another one.
    fn answer_used(
        &self,
        terms: HandshakeTerms,
        server: Actor,
        went_on: Option<PacketAt>,
        unrelated_opening: Option<PacketAt>,
    ) -> String;

    /// The client opened, and went on as if it was answered, but no answer is in the capture.
    fn answer_not_seen(&self, terms: HandshakeTerms, client: Actor, went_on: Option<PacketAt>) -> String;

    /// The client opened, and the server refused.
    fn opening_refused(&self, terms: HandshakeTerms, client: Actor, server: Actor) -> String;

    /// The client opened; the server sent an answer to something else.
    fn answer_unrelated(&self, terms: HandshakeTerms, client: Actor, server: Actor) -> String;

    /// The client opened, and nothing came back.
    fn opening_unanswered(&self, terms: HandshakeTerms, client: Actor) -> String;

    /// An answer, and nothing else.
    fn answer_alone(&self, terms: HandshakeTerms, server: Actor) -> String;

    /// An opening from port 20 is active FTP's.
    fn came_from_port_20(&self) -> &'static str;

    /// The ports are not DHCP's.
    fn no_dhcp_ports(&self) -> &'static str;

    /// The ports are DHCP's.
    fn dhcp_ports(&self) -> &'static str;

    /// The ports are DHCPv6's.
    fn dhcpv6_ports(&self) -> &'static str;

    /// No packet went to a group address.
    fn no_group(&self) -> &'static str;

    /// Packets went to a group address, which does not show the server.
    fn group_without_server(&self, group: Endpoint) -> String;

    /// Packets went to a group address, which has the service.
    fn group_has_service(&self, group: Endpoint) -> String;

    /// Packets went to a group address, from a port that has a service.
    fn sender_to_group_has_service(&self, group: Endpoint, port: u16) -> String;

    /// The two ports are not the same.
    fn ports_differ(&self) -> &'static str;

    /// Both ports are the same one, which has no name.
    fn equal_ports_without_name(&self, port: u16) -> String;

    /// Both ports are the same one, which shows the service and not the server.
    fn equal_ports_without_server(&self, port: u16) -> String;

    /// Both ports are the same one, and the first packet went to the server.
    fn equal_ports_with_server(&self, port: u16, first: Option<PacketAt>, server: Endpoint) -> String;

    /// Neither end is known as a server.
    fn no_known_server(&self) -> &'static str;

    /// One end is a server in that many other flows.
    fn known_server(&self, server: Endpoint, flows: u32) -> String;

    /// Both ends are known as servers.
    fn both_known_servers(&self) -> &'static str;

    /// Ports of peers show no server.
    fn ports_of_peers(&self) -> &'static str;

    /// The ports of the server and of the client differ in rank.
    fn ranks_differ(&self, server: RankedPort<'_>, client: RankedPort<'_>) -> String;

    /// Both ports have the same rank.
    fn ranks_equal(&self, one: RankedPort<'_>, other: RankedPort<'_>) -> String;

    /// The server talked to more ports than the client. Each end comes with the number of ports.
    fn server_met_more_ports(&self, server: (Endpoint, u32), client: (Endpoint, u32)) -> String;

    /// Only one side sent packets.
    fn no_ports_met(&self) -> &'static str;

    /// Both ends talked to about as many ports.
    fn ports_met_alike(&self, one: (Endpoint, u32), other: (Endpoint, u32)) -> String;

    /// The first packet of the flow is likely in the capture, and shows the client.
    fn first_packet_seen(&self, client: Endpoint, first: Option<PacketAt>) -> String;

    /// The first packet is not considered, because better evidence has decided.
    fn better_evidence_decided(&self) -> &'static str;

    /// The first packet is not considered: in TCP only a SYN shows who began.
    fn only_syn_shows_opener(&self) -> &'static str;

    /// The first packet is not considered: peers may begin on either side.
    fn peers_may_begin(&self) -> &'static str;

    /// The first packet of the flow may have come before the capture.
    fn first_packet_perhaps_not_seen(&self, sender: Endpoint, first: Option<PacketAt>) -> String;
}
