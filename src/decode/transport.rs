//! Transport headers: ports, and the flags that show who opened a connection. The end of the walk.
//!
//! A header that the capture cut is read as far as it goes: four bytes are enough for ports, fourteen for TCP's flags.

use std::ops::ControlFlow::Break;

use etherparse::{TcpHeaderSlice, UdpHeaderSlice};

use super::Decoded;
use super::encapsulation::EncapsulationId;
use super::observation::{ConnectionFlags, FlowKey, Fragment, IcmpMessage, Observation, Side};
use super::protocol::ip;
use super::tunnel::{self, TunnelPorts};
use super::walk::{IpFacts, Next, Walk};
use crate::time::Time;

/// The fields of a transport header.
struct Details {
    ports: (u16, u16),
    header_len: usize,
    flags: ConnectionFlags,
    sequence: u32,
    acknowledgment: u32,
}

impl Details {
    #[inline]
    fn ports(ports: (u16, u16), header_len: usize) -> Details {
        Details { ports, header_len, flags: ConnectionFlags::default(), sequence: 0, acknowledgment: 0 }
    }
}

/// Reads the header of an IP protocol and makes the packet's observation. Time and wire length are filled in by the caller.
#[inline]
pub fn transport(walk: &mut Walk<'_>, protocol: u8, encapsulation: EncapsulationId, tunnels: &TunnelPorts) -> Next {
    let Some(facts) = walk.ip else { return Break(Decoded::Malformed) };
    if matches!(facts.fragment, Fragment::Later(_)) {
        return Break(Decoded::Observed(portless_observation(walk, &facts, protocol, encapsulation, [0, 0], None)));
    }
    let bytes = walk.rest;
    let details = match protocol {
        ip::TCP => tcp(bytes),
        ip::UDP => UdpHeaderSlice::from_slice(bytes)
            .map(|header| Details::ports((header.source_port(), header.destination_port()), 8))
            .ok()
            .or_else(|| first_ports(bytes, 8)),
        ip::UDP_LITE => first_ports(bytes, 8),
        ip::SCTP => sctp(bytes),
        ip::DCCP => dccp(bytes),
        ip::ICMP | ip::ICMPV6 => return Break(Decoded::Observed(icmp(walk, &facts, protocol, encapsulation))),
        _ => return portless_or_tunnel(walk, &facts, protocol, encapsulation),
    };
    let Some(details) = details else { return walk.too_short() };
    let (from, to) = ((facts.source, details.ports.0), (facts.destination, details.ports.1));
    let (key, side) = FlowKey::with_ports(facts.version, protocol, encapsulation, from, to);
    let mut observation = observation(walk, &facts, key, side, walk.wire_rest.saturating_sub(details.header_len));
    observation.flags = details.flags;
    observation.sequence = details.sequence;
    observation.acknowledgment = details.acknowledgment;
    if protocol == ip::UDP
        && facts.fragment == Fragment::Whole
        && let Some(next) = tunnel::by_ports(walk, tunnels, details.ports.0, details.ports.1)
    {
        walk.outside = Some(observation);
        return next;
    }
    walk.payload = walk.rest.get(details.header_len..).unwrap_or_default();
    Break(Decoded::Observed(observation))
}

/// Makes the observation of a payload whose transport header is gone, so that nothing shows who opened a connection.
pub fn payload(walk: &mut Walk<'_>, protocol: u8, ports: (u16, u16), encapsulation: EncapsulationId) -> Next {
    let Some(facts) = walk.ip else { return Break(Decoded::Malformed) };
    let (from, to) = ((facts.source, ports.0), (facts.destination, ports.1));
    let (key, side) = FlowKey::with_ports(facts.version, protocol, encapsulation, from, to);
    walk.payload = walk.rest;
    Break(Decoded::Observed(observation(walk, &facts, key, side, walk.wire_rest)))
}

#[inline]
fn observation(walk: &Walk<'_>, facts: &IpFacts, key: FlowKey, side: Side, payload_len: usize) -> Observation {
    Observation {
        key,
        side,
        is_icmp_original: false,
        to_group: walk.broadcast || facts.version.is_group(facts.destination),
        time: Time::UNKNOWN,
        wire_len: 0,
        ip_len: facts.length,
        payload_len: payload_len as u32,
        flags: ConnectionFlags::default(),
        sequence: 0,
        acknowledgment: 0,
        fragment: facts.fragment,
        message: None,
    }
}

/// Enters the packet inside a protocol without ports, if there is one.
fn portless_or_tunnel(walk: &mut Walk<'_>, facts: &IpFacts, protocol: u8, encapsulation: EncapsulationId) -> Next {
    let outside = portless_observation(walk, facts, protocol, encapsulation, [0, 0], None);
    if facts.fragment == Fragment::Whole
        && let Some(next) = tunnel::by_protocol(walk, protocol, facts)
    {
        walk.outside = Some(outside);
        return next;
    }
    Break(Decoded::Observed(outside))
}

/// Makes the observation of a packet whose protocol has no ports, or whose ports are in another fragment.
fn portless_observation(
    walk: &Walk<'_>,
    facts: &IpFacts,
    protocol: u8,
    encapsulation: EncapsulationId,
    numbers: [u16; 2],
    message: Option<IcmpMessage>,
) -> Observation {
    let (key, side) = FlowKey::without_ports(facts.version, protocol, encapsulation, facts.source, facts.destination, numbers);
    Observation { message, ..observation(walk, facts, key, side, walk.wire_rest) }
}

/// Reads a TCP header (RFC 9293).
#[inline]
fn tcp(bytes: &[u8]) -> Option<Details> {
    match TcpHeaderSlice::from_slice(bytes) {
        Ok(header) => Some(Details {
            ports: (header.source_port(), header.destination_port()),
            header_len: header.slice().len(),
            flags: tcp_flags(header.slice()[13]),
            sequence: header.sequence_number(),
            acknowledgment: header.acknowledgment_number(),
        }),
        Err(_) => cut_tcp(bytes),
    }
}

/// Reads a TCP header that is cut, or whose data offset is invalid.
fn cut_tcp(bytes: &[u8]) -> Option<Details> {
    let mut details = first_ports(bytes, 20)?;
    if let Some(header) = bytes.first_chunk::<14>() {
        details.flags = tcp_flags(header[13]);
        details.sequence = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        details.acknowledgment = u32::from_be_bytes([header[8], header[9], header[10], header[11]]);
        details.header_len = (usize::from(header[12] >> 4) * 4).max(20);
    }
    Some(details)
}

#[inline]
pub fn tcp_flags(control_bits: u8) -> ConnectionFlags {
    ConnectionFlags::from_bits_truncate(control_bits)
}

/// Reads the ports, which all transports have in their first four bytes.
fn first_ports(bytes: &[u8], header_len: usize) -> Option<Details> {
    let &[a, b, c, d] = bytes.first_chunk::<4>()?;
    Some(Details::ports((u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d])), header_len))
}

/// Reads an SCTP packet (RFC 9260): the first chunk shows its purpose. INIT carries the tag that INIT ACK must be sent with,
/// which stands in for TCP's sequence numbers.
fn sctp(bytes: &[u8]) -> Option<Details> {
    const INIT: u8 = 1;
    const INIT_ACK: u8 = 2;
    const ABORT: u8 = 6;
    const SHUTDOWN: u8 = 7;
    const SHUTDOWN_COMPLETE: u8 = 14;
    let mut details = first_ports(bytes, 12)?;
    if let Some(header) = bytes.first_chunk::<20>() {
        let verification_tag = u32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        details.sequence = u32::from_be_bytes([header[16], header[17], header[18], header[19]]);
        details.acknowledgment = verification_tag.wrapping_add(1);
    }
    details.flags = match bytes.get(12) {
        Some(&INIT) => ConnectionFlags::SYN,
        Some(&INIT_ACK) => ConnectionFlags::SYN.union(ConnectionFlags::ACK),
        Some(&ABORT) => ConnectionFlags::RST,
        Some(&(SHUTDOWN | SHUTDOWN_COMPLETE)) => ConnectionFlags::FIN.union(ConnectionFlags::ACK),
        Some(_) => ConnectionFlags::ACK,
        None => ConnectionFlags::default(),
    };
    Some(details)
}

/// Reads a DCCP header (RFC 4340 section 5.1): Request and Response, matched by sequence and acknowledgement number.
fn dccp(bytes: &[u8]) -> Option<Details> {
    const REQUEST: u8 = 0;
    const RESPONSE: u8 = 1;
    const CLOSE: u8 = 6;
    const RESET: u8 = 7;
    let mut details = first_ports(bytes, 12)?;
    let Some(header) = bytes.first_chunk::<9>() else { return Some(details) };
    details.header_len = usize::from(header[4]) * 4;
    // With the extended-sequence bit the number has 48 bits, of which the lower 32 are in bytes 12 to 15; the acknowledgement
    // number of a Response follows after two reserved bytes.
    if let (1, Some(long)) = (header[8] & 1, bytes.first_chunk::<16>()) {
        details.sequence = u32::from_be_bytes([long[12], long[13], long[14], long[15]]);
        details.acknowledgment =
            bytes.get(20..24).map_or(0, |field| u32::from_be_bytes([field[0], field[1], field[2], field[3]]).wrapping_add(1));
    }
    details.flags = match header[8] >> 1 & 0x0f {
        REQUEST => ConnectionFlags::SYN,
        RESPONSE => ConnectionFlags::SYN.union(ConnectionFlags::ACK),
        CLOSE => ConnectionFlags::FIN.union(ConnectionFlags::ACK),
        RESET => ConnectionFlags::RST,
        _ => ConnectionFlags::ACK,
    };
    Some(details)
}

/// Reads ICMP (RFC 792) and ICMPv6 (RFC 4443). Query and reply share a flow by their identifier, and open it as SYN and SYN-ACK
/// do.
fn icmp(walk: &Walk<'_>, facts: &IpFacts, protocol: u8, encapsulation: EncapsulationId) -> Observation {
    let message = |numbers, message| portless_observation(walk, facts, protocol, encapsulation, numbers, message);
    let Some(&[kind, code]) = walk.rest.first_chunk::<2>() else { return message([0, 0], None) };
    let Some(query) = query_type(protocol, kind) else {
        return message([u16::from(kind), u16::from(code)], Some(IcmpMessage { kind, code }));
    };
    let identifier = walk.rest.get(4..6).map_or(0, |field| u16::from_be_bytes([field[0], field[1]]));
    let flags = if kind == query { ConnectionFlags::SYN } else { ConnectionFlags::SYN.union(ConnectionFlags::ACK) };
    // The key already shows that a reply belongs to its query: sequence 0 is answered by 1.
    Observation { flags, acknowledgment: 1, ..message([u16::from(query), identifier], Some(IcmpMessage { kind, code })) }
}

/// The type of the query for a query or its reply; `None` for every other message.
///
/// ICMP: echo, timestamp, information (RFC 792), address mask (RFC 950), extended echo (RFC 8335).
/// ICMPv6: echo (RFC 4443), node information (RFC 4620), extended echo (RFC 8335).
fn query_type(protocol: u8, kind: u8) -> Option<u8> {
    match (protocol, kind) {
        (ip::ICMP, 0 | 8) => Some(8),
        (ip::ICMP, 13 | 14) => Some(13),
        (ip::ICMP, 15 | 16) => Some(15),
        (ip::ICMP, 17 | 18) => Some(17),
        (ip::ICMP, 42 | 43) => Some(42),
        (ip::ICMPV6, 128 | 129) => Some(128),
        (ip::ICMPV6, 139 | 140) => Some(139),
        (ip::ICMPV6, 160 | 161) => Some(160),
        _ => None,
    }
}

/// True for a message that reports on another packet and carries its beginning: the ICMP errors (RFC 792: destination
/// unreachable, source quench, redirect, time exceeded, parameter problem) and all ICMPv6 types below 128 (RFC 4443).
pub fn is_error(protocol: u8, message: IcmpMessage) -> bool {
    match protocol {
        ip::ICMP => matches!(message.kind, 3 | 4 | 5 | 11 | 12),
        _ => message.kind < 128,
    }
}

/// True if the message says that nothing listens on that port: ICMP 3/3 (RFC 792), ICMPv6 1/4 (RFC 4443).
pub fn is_port_unreachable(protocol: u8, message: IcmpMessage) -> bool {
    (message.kind, message.code) == if protocol == ip::ICMP { (3, 3) } else { (1, 4) }
}
