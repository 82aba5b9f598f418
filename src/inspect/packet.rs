//! A packet of a channel: its sender and receiver, and the expectations that it creates.

use std::net::{IpAddr, SocketAddr};

use super::announcement::{Expectation, ServerEnd};
use super::channel::Channel;
use crate::decode::protocol::ip;
use crate::decode::{Observation, Side};
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// A packet to or from the port of a channel.
#[derive(Clone, Copy, Debug)]
pub struct ChannelPacket<'a> {
    /// The channel as which the packet is read.
    pub channel: Channel,
    /// The packet's number in the capture, from 1.
    pub number: u64,
    /// The packet's headers.
    pub observation: &'a Observation,
    /// The captured part of the payload.
    pub payload: &'a [u8],
    /// The side of the flow that has the channel's port.
    pub server: Side,
}

impl ChannelPacket<'_> {
    /// The address of a side.
    pub fn address(&self, side: Side) -> IpAddr {
        self.observation.key.ip_addr(side)
    }

    /// The sender's address.
    pub fn sender(&self) -> IpAddr {
        self.address(self.observation.side)
    }

    /// The sender's address and port.
    pub fn sender_socket(&self) -> SocketAddr {
        SocketAddr::new(self.sender(), self.observation.key.port(self.observation.side))
    }

    /// The receiver's address.
    pub fn receiver(&self) -> IpAddr {
        self.address(self.observation.side.other())
    }

    /// True if the sender is the side with the channel's port.
    pub fn is_from_server(&self) -> bool {
        self.observation.side == self.server
    }

    /// True if the packet is a TCP segment.
    pub fn is_tcp(&self) -> bool {
        self.observation.key.protocol == ip::TCP
    }

    /// True if the packet is sent to the channel's port of a group, from another port.
    pub fn is_group_query(&self) -> bool {
        let [a, b] = self.observation.key.ports;
        self.observation.to_group && !self.is_from_server() && a != b
    }

    /// The expectation of a flow to the server `target`, from any address, within the lifetime of such announcements. If the
    /// address of `target` is not the sender's, there may be an address translator on the way, and then the flow goes to the
    /// sender's address.
    pub fn expectation(
        &self,
        by: AnnouncementKind,
        transport: Transport,
        target: SocketAddr,
        service: ExpectedService,
    ) -> Expectation {
        let sender = self.sender();
        Expectation {
            by,
            transport,
            target,
            or_address: (target.ip() != sender).then_some(sender),
            peer: None,
            server: ServerEnd::Target,
            lifetime: by.lifetime(),
            service,
        }
    }
}
