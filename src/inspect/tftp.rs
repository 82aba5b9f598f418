//! TFTP (RFC 1350): the answer to a request comes from a port that the server chooses for this transfer.

use super::announcement::{Expectation, ServerEnd};
use super::packet::ChannelPacket;
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// The expected transfer of a read or write request (opcodes 1 and 2, RFC 1350 section 5).
pub(super) fn expectation(packet: &ChannelPacket<'_>) -> Option<Expectation> {
    if packet.is_from_server() || !matches!(packet.payload, [0, 1 | 2, ..]) {
        return None;
    }
    Some(Expectation {
        peer: Some(packet.receiver()),
        server: ServerEnd::Peer,
        ..packet.expectation(AnnouncementKind::Tftp, Transport::Udp, packet.sender_socket(), ExpectedService::TFTP)
    })
}
