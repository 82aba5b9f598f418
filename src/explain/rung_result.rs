//! The steps of the ladder, as data: the finding of each rung, or the reason why it has none.

use crate::flow::FlowId;
use std::net::{IpAddr, SocketAddr};

use super::endpoint::Endpoint;
use super::explanation::{Actor, PacketAt};
use crate::service::{AnnouncementKind, Rank, Rung, Transport};

/// A rung of the ladder, in the explanation of one flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LadderStep<'a> {
    /// The rung.
    pub rung: Rung,
    /// Its part in the decision.
    pub state: RungState,
    /// Its finding, or the reason why it has none.
    pub result: RungResult<'a>,
}

/// The part of a rung in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungState {
    /// It found nothing.
    Silent,
    /// It was the first to find something.
    Decides,
    /// It found the same server.
    Agrees,
    /// It found another server.
    Disagrees,
}

/// The finding of a rung, or the reason why it has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungResult<'a> {
    /// The rules of the user about the two machines.
    User(RulesResult),
    /// The announcement of the flow on a control channel, if there was one.
    Announcement(Option<AnnouncedFlow>),
    /// The transport has no handshake.
    NoHandshake(Transport),
    /// The handshake.
    Opening {
        /// The names of its messages.
        terms: HandshakeTerms,
        /// Its messages in the capture.
        seen: SeenOpening,
        /// True if it is known as one of active FTP, which opens data connections from port 20.
        is_active_ftp: bool,
    },
    /// The version of DHCP that the ports belong to, if they do.
    Dhcp(Option<DhcpVersion>),
    /// The group address.
    Group(GroupResult),
    /// One port on both sides.
    EqualPorts(EqualPortsResult),
    /// Other flows to the two endpoints.
    KnownServer(KnownServerResult),
    /// The ranks of the ports.
    Rank(RankResult<'a>),
    /// The numbers of peer ports.
    PortDiversity(PortDiversityResult),
    /// The first packet.
    FirstPacket(FirstPacketResult),
}

/// The rules of the user about the two machines of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RulesResult {
    /// No rule is about either machine.
    NoRule,
    /// Rules are about both machines.
    Both,
    /// A rule is about this one.
    One(Endpoint),
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

/// The names of the two messages of a transport's handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandshakeTerms {
    /// The message that opens a connection.
    pub opening: &'static str,
    /// The answer to it.
    pub answer: &'static str,
}

impl HandshakeTerms {
    /// The terms of a transport (RFC 9293, RFC 9260, RFC 4340); `None` if it has no handshake.
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

/// The messages of a handshake that are in the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeenOpening {
    /// Neither an opening nor an answer.
    Nothing,
    /// Openings from both sides.
    Both,
    /// An opening and the answer to it.
    Handshake {
        /// The client, with its opening.
        client: Actor,
        /// The server, with its answer.
        server: Actor,
    },
    /// An answer, after which the connection went on, without the opening that it acknowledges.
    AnswerUsed {
        /// The server, with its answer.
        server: Actor,
        /// The packet with which the connection went on.
        used: Option<PacketAt>,
        /// An opening that the answer does not acknowledge.
        unrelated_opening: Option<PacketAt>,
    },
    /// An opening, after which its sender went on as if it had been answered.
    AnswerUnseen {
        /// The client, with its opening.
        client: Actor,
        /// The packet with which the client went on.
        went_on: Option<PacketAt>,
    },
    /// An opening that was refused.
    Refused {
        /// The client, with its opening.
        client: Actor,
        /// The server, with its reset.
        server: Actor,
    },
    /// An opening, and an answer to something else.
    UnrelatedAnswer {
        /// The client, with its opening.
        client: Actor,
        /// The server, with its answer.
        server: Actor,
    },
    /// An opening, and nothing from the other side.
    Unanswered {
        /// The client, with its opening.
        client: Actor,
    },
    /// An answer, and nothing else.
    AnswerAlone {
        /// The server, with its answer.
        server: Actor,
    },
}

/// A version of DHCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DhcpVersion {
    /// DHCP (RFC 2131): ports 67 and 68.
    Dhcp,
    /// DHCPv6 (RFC 8415): ports 547 and 546.
    Dhcpv6,
}

/// The evidence of a group address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupResult {
    /// No packet went to a group address.
    NoGroup,
    /// The group address does not show the server.
    NoServer {
        /// The group.
        group: Endpoint,
    },
    /// The port of the group address has a service.
    GroupHasService {
        /// The group.
        group: Endpoint,
    },
    /// The sender's port has a service.
    SenderHasService {
        /// The group.
        group: Endpoint,
        /// The sender's port.
        port: u16,
    },
}

/// The evidence of one port on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EqualPortsResult {
    /// The two ports differ.
    Different,
    /// The port has no name.
    Unnamed {
        /// The port.
        port: u16,
    },
    /// The port shows the service, but not the server.
    NoServer {
        /// The port.
        port: u16,
    },
    /// The first packet went to the server.
    Server {
        /// The port.
        port: u16,
        /// The first packet.
        first: Option<PacketAt>,
        /// The server.
        server: Endpoint,
    },
}

/// The evidence of other flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownServerResult {
    /// Neither endpoint is known as a server.
    Neither,
    /// Both endpoints are known as servers.
    Both,
    /// One endpoint is.
    One {
        /// The endpoint.
        server: Endpoint,
        /// The number of other flows in which it is the server.
        flows: u32,
    },
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

/// The evidence of the ranks of two ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankResult<'a> {
    /// Ports of peers show no server.
    Peers,
    /// The ports differ in rank.
    Different {
        /// The server's port.
        server: RankedPort<'a>,
        /// The client's port.
        client: RankedPort<'a>,
    },
    /// Both ports have the same rank.
    Equal([RankedPort<'a>; 2]),
}

/// An endpoint, and the number of different ports that it talked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerPorts {
    /// The endpoint.
    pub end: Endpoint,
    /// The number of ports.
    pub ports: u32,
}

/// The evidence of the numbers of peer ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortDiversityResult {
    /// Only one side sent packets.
    OneWay,
    /// The server talked to more ports than the client.
    Different {
        /// The server.
        server: PeerPorts,
        /// The client.
        client: PeerPorts,
    },
    /// The numbers do not tell the endpoints apart.
    Alike([PeerPorts; 2]),
}

/// The evidence of the first packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstPacketResult {
    /// The first packet in the capture is likely the first one of the flow; its sender is the client.
    Seen(Actor),
    /// The first packet in the capture may not be the first one of the flow.
    PerhapsNotFirst(Actor),
    /// The packet is not considered, because better evidence has decided.
    BetterEvidence,
    /// The packet is not considered: in TCP only a SYN shows who began.
    OnlySyn,
    /// The packet is not considered: peers may begin on either side.
    Peers,
}
