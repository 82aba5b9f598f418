//! Queries to a group of machines: SSDP, Web Services Discovery, multicast DNS, LLMNR. Each machine that knows the answer sends
//! it to the port of the query.

use super::announcement::{Expectation, ServerEnd};
use super::packet::ChannelPacket;
use super::wire_text::Lines;
use crate::service::registry::STRONG_RANK_GAP;
use crate::service::{AnnouncementKind, ExpectedService, Registry, Transport};
use crate::time::NANOSECONDS;

/// Seconds that a device may delay its answer to an SSDP search without `MX` (UPnP Device Architecture 2.0 section 1.3.3: at
/// most 5).
const DEFAULT_SSDP_DELAY: i64 = 5;
/// The longest delay that a search may request, in seconds.
const MAX_SSDP_DELAY: i64 = 120;
/// Seconds that an answer may take in addition to the requested delay.
const GRACE: i64 = 2;
/// Seconds within which a search for Web services is answered (WS-Discovery 1.1 appendix: match timeout).
const WS_DISCOVERY_TIMEOUT: i64 = 10;

/// The expected answers to an SSDP search, whose `MX` header gives the longest delay of an answer in seconds.
pub(super) fn ssdp(packet: &ChannelPacket<'_>) -> Option<Expectation> {
    if !packet.payload.starts_with(b"M-SEARCH") {
        return None;
    }
    let delay = Lines::of_datagram(packet.payload).find_map(|line| max_delay(&line)).unwrap_or(DEFAULT_SSDP_DELAY);
    answers(packet, ExpectedService::SSDP, delay.clamp(1, MAX_SSDP_DELAY) + GRACE)
}

/// The seconds in an `MX` header.
fn max_delay(line: &[u8]) -> Option<i64> {
    let (name, value) = str::from_utf8(line).ok()?.split_once(':')?;
    if name.eq_ignore_ascii_case("MX") { value.trim().parse().ok() } else { None }
}

/// The expected answers to a search for Web services.
pub(super) fn ws_discovery(packet: &ChannelPacket<'_>) -> Option<Expectation> {
    answers(packet, ExpectedService::WS_DISCOVERY, WS_DISCOVERY_TIMEOUT)
}

/// The expected answers to a query for a name, if the query's port is nearly as well known as the group's. Otherwise no
/// expectation is needed: the answers come from the group's port, and the ranks of the two ports show which side is the server.
pub(super) fn name_query(packet: &ChannelPacket<'_>, registry: &Registry, service: ExpectedService) -> Option<Expectation> {
    let rank = |side| registry.rank(Transport::Udp, packet.observation.key.port(side));
    let gap = rank(packet.server) - rank(packet.server.other());
    if gap < STRONG_RANK_GAP { answers(packet, service, GRACE) } else { None }
}

/// The expected answers within `seconds` after a query to a group.
fn answers(packet: &ChannelPacket<'_>, service: ExpectedService, seconds: i64) -> Option<Expectation> {
    packet.is_group_query().then(|| Expectation {
        server: ServerEnd::Peer,
        lifetime: Some(seconds * NANOSECONDS),
        ..packet.expectation(AnnouncementKind::GroupReply, Transport::Udp, packet.sender_socket(), service)
    })
}
