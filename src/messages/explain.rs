//! Sentences of an explanation, but for those of the ladder.

use std::net::SocketAddr;

use crate::decode::EncapsulationStack;
use crate::explain::Endpoint;
use crate::flow::FlowId;
use crate::service::{Confidence, Evidence, FlowFlags, NameSource, Reply, Transport};

/// A packet of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketAt {
    /// Its number, counted from 1 over all inputs.
    pub number: u64,
    /// Nanoseconds from the start of the capture.
    pub offset: Option<i64>,
}

/// The conclusion that a side is the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerConclusion {
    /// The server.
    pub server: Endpoint,
    /// The protocol.
    pub role: ServerRole,
    /// The evidence.
    pub evidence: Evidence,
    /// The confidence that it is this side.
    pub confidence: Confidence,
    /// The reply of the server, if it is known.
    pub reply: Option<Reply>,
}

/// The role of the server of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerRole {
    /// A server.
    Server,
    /// A group address, which stands for the servers.
    Group,
    /// An endpoint that was asked, and at which no server showed itself.
    Intended,
}

/// A port whose service has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedPort<'a> {
    /// The name.
    pub name: &'a str,
    /// The port.
    pub port: u16,
    /// Its transport.
    pub transport: Transport,
    /// The name under which IANA has assigned the port.
    pub iana: Option<&'a str>,
}

/// Sentences of an explanation. Packets are those that show what a sentence says, as far as they are known.
pub trait ExplainMessages {
    /// Whole sentences, one after another.
    fn joined(&self, sentences: &[&str]) -> String;

    /// The heading: number, protocol, and endpoints, the one that sent the first packet first.
    fn flow_title(&self, id: FlowId, protocol: &str, ends: [Endpoint; 2]) -> String;

    /// The volume of a flow; nanoseconds from the start of the capture to its first and its last packet.
    fn flow_size(&self, packets: u64, wire_bytes: u64, times: Option<(i64, i64)>) -> String;

    /// The VLANs and tunnels that the two directions of a flow were seen in; `None` if there were none.
    fn encapsulations(&self, stacks: &[EncapsulationStack; 2]) -> Option<String>;

    /// The packet that was asked for: its sender, or `None` for a later fragment, and the flow that an ICMP error is about.
    fn requested_packet(&self, packet: PacketAt, sender: Option<Endpoint>, about: Option<FlowId>) -> String;

    /// The heading of the ladder.
    fn who_is_the_server(&self) -> &'static str;

    /// A side is the server.
    fn server_conclusion(&self, conclusion: &ServerConclusion) -> String;

    /// The service is known, and both sides are peers.
    fn service_between_peers(&self) -> &'static str;

    /// The service is known, but not its server.
    fn service_without_server(&self) -> &'static str;

    /// Neither the service nor the server is known.
    fn server_undetermined(&self) -> &'static str;

    /// The server opened the flow.
    fn opened_by_server(&self) -> &'static str;

    /// The client opened the flow.
    fn opened_by_client(&self) -> &'static str;

    /// An endpoint sent the first packet of a flow without a known server.
    fn sent_first_packet(&self, end: Endpoint, first: Option<PacketAt>) -> String;

    /// It is not known who opened the flow.
    fn opener_unknown(&self) -> &'static str;

    /// The protocol has no ports.
    fn protocol_without_ports(&self, protocol: &str) -> String;

    /// Without ports: the client asked, and the server answered.
    fn asked_and_answered(
        &self,
        client: Endpoint,
        asked: Option<PacketAt>,
        server: Endpoint,
        answered: Option<PacketAt>,
    ) -> String;

    /// Without ports: the client asked, and no answer of the server is in the capture.
    fn asked_in_vain(&self, client: Endpoint, asked: Option<PacketAt>, server: Endpoint) -> String;

    /// Without ports: the server answered, and what the client asked is not in the capture.
    fn answered_unasked(&self, server: Endpoint, answered: Option<PacketAt>, client: Endpoint) -> String;

    /// Without ports: an endpoint sent the first packet.
    fn first_packet_came_from(&self, end: Endpoint, first: Option<PacketAt>) -> String;

    /// The heading of the sentences on the name.
    fn what_is_the_service(&self) -> &'static str;

    /// The source of a port's name.
    fn source_of_name(&self, source: NameSource, port: &NamedPort<'_>) -> String;

    /// The value of a name by port.
    fn port_name_is_no_proof(&self) -> &'static str;

    /// The value of a name by announcement.
    fn announced_name_is_no_proof(&self) -> &'static str;

    /// The server's port has no name.
    fn port_without_name(&self, port: u16, transport: Transport) -> String;

    /// The client's port never gives a flow its name.
    fn client_port_names_nothing(&self) -> &'static str;

    /// Without a server there is no name.
    fn no_server_no_name(&self) -> &'static str;

    /// The names that the flow would have if the other side were the server.
    fn name_with_other_server(&self, names: &[&str]) -> String;

    /// The names that the flow could have by its ports.
    fn names_by_ports(&self, names: &[&str]) -> String;

    /// The address of an announced flow was translated: the announced end, and the one that was seen.
    fn address_translated(&self, announced: SocketAddr, seen: SocketAddr) -> String;

    /// The heading of the flags.
    fn what_else(&self) -> &'static str;

    /// The meaning of a single flag; nothing for those of rungs that disagree, which the ladder shows.
    fn flag_meaning(&self, flag: FlowFlags) -> &'static str;
}
