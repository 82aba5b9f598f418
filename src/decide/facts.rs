//! Facts that the ladder judges: about one flow, and about its endpoints.

use crate::decode::Side;
use crate::service::AnnouncementKind;
use crate::service::Handshake;
use crate::service::Transport;
use crate::service::registry::EntryId;

/// Facts about one flow, from its own packets, the user's rules and the control channels.
#[derive(Clone, Copy, Debug)]
pub struct FlowFacts {
    /// The transport.
    pub transport: Transport,
    /// The ports of both sides.
    pub ports: [u16; 2],
    /// The user's rules for these two machines and ports.
    pub host_rules: [Option<EntryId>; 2],
    /// The handshake of the flow.
    pub handshake: Handshake,
    /// The side that sent the first packet in the capture.
    pub first: Side,
    /// True if that packet is likely the flow's very first, because the capture had been running for a while.
    pub start_observed: bool,
    /// True if both sides sent.
    pub two_way: bool,
    /// The side that is a group address (multicast, broadcast), if one is.
    pub group: Option<Side>,
    /// The announcement of the flow on a control channel.
    pub announced: Option<ExpectedFlow>,
}

impl FlowFacts {
    /// The port of one side.
    #[inline]
    pub const fn port(&self, side: Side) -> u16 {
        self.ports[side.index()]
    }
}

/// The announcement of a flow on a control channel.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ExpectedFlow {
    /// The kind of announcement.
    pub by: AnnouncementKind,
    /// The side that offers the service; `None` between equals.
    pub server: Option<Side>,
    /// The name of the service.
    pub service: EntryId,
}

/// Statistics about the two endpoints of a flow, over all flows of the capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EndpointStats {
    /// The number of other flows in which each side was proven to be the server.
    pub served: [u32; 2],
    /// The number of different ports that each side met at its peers.
    pub peer_ports: [u32; 2],
    /// The number of different machines that each side met; 0 where no rule asks for it.
    pub peers: [u32; 2],
}
