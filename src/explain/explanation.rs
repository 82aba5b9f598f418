//! The explanation of one flow, as data: the facts about it, the steps to its verdict, and the packets that show them.

use super::endpoint::Endpoint;
use super::name::NameExplanation;
use super::rung_result::LadderStep;
use crate::decode::EncapsulationStack;
use crate::flow::FlowId;
use crate::service::{Confidence, Evidence, FlowFlags, Reply};

/// The explanation of one flow. Packets are those that show a fact, as far as they are known.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation<'a> {
    /// The flow.
    pub flow: FlowSummary,
    /// The packet that was asked for, if the flow was asked for by one of its packets.
    pub requested: Option<RequestedPacket>,
    /// The way to the verdict.
    pub reasoning: Reasoning<'a>,
    /// The flags of the flow, without those of rungs that disagree, which the ladder shows.
    pub flags: FlowFlags,
}

/// A flow, its volume and its time.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowSummary {
    /// The number of the flow, counted from 1.
    pub id: FlowId,
    /// The name of the protocol.
    pub protocol: String,
    /// The endpoints, the one that sent the first packet first.
    pub ends: [Endpoint; 2],
    /// The names that the capture gives them. Untrusted text.
    pub names: [Option<String>; 2],
    /// The number of packets.
    pub packets: u64,
    /// Bytes on the wire.
    pub wire_bytes: u64,
    /// Nanoseconds from the start of the capture to the first and to the last packet.
    pub times: Option<(i64, i64)>,
    /// The encapsulations of the packets in each direction.
    pub stacks: [EncapsulationStack; 2],
}

/// A packet of the capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketAt {
    /// Its number, counted from 1 over all inputs.
    pub number: u64,
    /// Nanoseconds from the start of the capture.
    pub offset: Option<i64>,
}

/// The packet that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestedPacket {
    /// The packet.
    pub packet: PacketAt,
    /// Its sender; `None` for a later fragment.
    pub sender: Option<Endpoint>,
    /// If it is an ICMP error: the number of the flow that it is about, counted from 1.
    pub about: Option<FlowId>,
}

/// An endpoint, and the packet that shows what it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The endpoint.
    pub end: Endpoint,
    /// The packet.
    pub packet: Option<PacketAt>,
}

/// The way to the verdict on a flow.
#[derive(Clone, Debug, PartialEq)]
pub enum Reasoning<'a> {
    /// With ports, the ladder decides.
    Ladder {
        /// The rungs in order.
        steps: Vec<LadderStep<'a>>,
        /// The conclusion from them.
        conclusion: Conclusion,
        /// The side that opened the flow, which need not be the client.
        opener: Opener,
        /// The name of the service.
        name: NameExplanation<'a>,
    },
    /// Without ports, the messages of the protocol decide.
    Portless {
        /// The name of the protocol.
        protocol: String,
        /// The messages.
        exchange: PortlessExchange,
    },
}

/// The conclusion from the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conclusion {
    /// A side is the server.
    Server(ServerConclusion),
    /// The service is known, and both sides are peers.
    Peers,
    /// The service is known, but not its server.
    ServiceAlone,
    /// Neither the service nor the server is known.
    Undetermined,
}

/// The conclusion that a side is the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServerConclusion {
    /// The server.
    pub server: Endpoint,
    /// Its role.
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

/// The side that opened a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opener {
    /// The server.
    Server,
    /// The client.
    Client,
    /// An endpoint of a flow without a known server, with the first packet.
    FirstSender(Actor),
    /// Neither side is known to have opened it.
    Unknown,
}

/// The messages of a flow without ports that show its client and its server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortlessExchange {
    /// The client sent a request, and the server replied.
    Answered {
        /// The client, with its request.
        client: Actor,
        /// The server, with its reply.
        server: Actor,
    },
    /// The client sent a request, and the reply of the server is not in the capture.
    RequestAlone {
        /// The client, with its request.
        client: Actor,
        /// The server.
        server: Endpoint,
    },
    /// The server replied, and the request of the client is not in the capture.
    ReplyAlone {
        /// The server, with its reply.
        server: Actor,
        /// The client.
        client: Endpoint,
    },
    /// Neither side is a server: the sender of the first packet.
    FirstPacket(Actor),
}
