//! IPv4 and IPv6 headers, with options, extension headers and fragments.

use std::ops::ControlFlow::{Break, Continue};

use etherparse::err::ipv4::HeaderSliceError;
use etherparse::{Ipv4HeaderSlice, Ipv6FragmentHeaderSlice, Ipv6HeaderSlice};

use super::encapsulation::Encapsulation;
use super::observation::{Address, Fragment, IpVersion};
use super::protocol::ip;
use super::walk::{IpFacts, Layer, Next, Walk};
use super::{Decoded, LinkProtocol};

/// Reads an IP header of the version that its first four bits name.
#[inline]
pub fn by_version(walk: &mut Walk<'_>) -> Next {
    match walk.rest.first() {
        None => walk.too_short(),
        Some(byte) => match byte >> 4 {
            4 => Continue(Layer::Ipv4),
            6 => Continue(Layer::Ipv6),
            version => Break(Decoded::NonIp(LinkProtocol::IpVersion(version))),
        },
    }
}

/// Reads an IPv4 header (RFC 791).
#[inline]
pub fn ipv4(walk: &mut Walk<'_>) -> Next {
    let header = match Ipv4HeaderSlice::from_slice(walk.rest) {
        Ok(header) => header,
        Err(HeaderSliceError::Content(_)) => return Break(Decoded::Malformed),
        Err(HeaderSliceError::Len(_)) => return cut_ipv4(walk),
    };
    let fragment = match (header.fragments_offset().value(), header.more_fragments()) {
        (0, false) => Fragment::Whole,
        (0, true) => Fragment::First(u32::from(header.identification())),
        (_, _) => Fragment::Later(u32::from(header.identification())),
    };
    let total = usize::from(header.total_len());
    let header_len = header.slice().len();
    // With segmentation offload, the capture gets packets before their length is filled in: then the frame gives the length.
    let length = if total == 0 { walk.wire_rest } else { total };
    if length < header_len {
        return Break(Decoded::Malformed);
    }
    walk.believe(length);
    walk.ip = Some(IpFacts {
        version: IpVersion::V4,
        source: Address::v4(header.source()),
        destination: Address::v4(header.destination()),
        length: length as u32,
        fragment,
    });
    let protocol = header.protocol().0;
    walk.advance(header_len);
    after_ip(walk, protocol)
}

/// Reads an IPv4 header cut by the capture: after its first 20 bytes the options may be missing, and with them the ports.
fn cut_ipv4(walk: &mut Walk<'_>) -> Next {
    let Some(header) = walk.rest.first_chunk::<20>() else { return walk.too_short() };
    let protocol = header[9];
    if ip::has_ports(protocol) || !walk.cut {
        return walk.too_short();
    }
    let length = match usize::from(u16::from_be_bytes([header[2], header[3]])) {
        0 => walk.wire_rest,
        total if total < header.len() => return Break(Decoded::Malformed),
        total => total,
    };
    walk.ip = Some(IpFacts {
        version: IpVersion::V4,
        source: Address::v4([header[12], header[13], header[14], header[15]]),
        destination: Address::v4([header[16], header[17], header[18], header[19]]),
        length: length as u32,
        fragment: Fragment::Whole,
    });
    walk.believe(length);
    walk.advance(walk.rest.len());
    Continue(Layer::Transport(protocol))
}

/// Reads an IPv6 header (RFC 8200) and its extension headers.
#[inline]
pub fn ipv6(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 40;
    let header = match Ipv6HeaderSlice::from_slice(walk.rest) {
        Ok(header) => header,
        Err(etherparse::err::ipv6::HeaderSliceError::Content(_)) => return Break(Decoded::Malformed),
        Err(etherparse::err::ipv6::HeaderSliceError::Len(_)) => return walk.too_short(),
    };
    let length = match usize::from(header.payload_length()) {
        // A jumbogram has its length in an option; without one, the frame gives the length, as for IPv4.
        0 => jumbo_length(walk.rest).map_or(walk.wire_rest, |payload| HEADER.saturating_add(payload)),
        payload => HEADER + payload,
    };
    walk.believe(length);
    walk.ip = Some(IpFacts {
        version: IpVersion::V6,
        source: Address(header.source()),
        destination: Address(header.destination()),
        length: u32::try_from(length).unwrap_or(u32::MAX),
        fragment: Fragment::Whole,
    });
    let next_header = header.next_header().0;
    walk.advance(HEADER);
    extension_headers(walk, next_header)
}

/// The payload length in a Jumbo Payload option (RFC 2675), if the packet has a Hop-by-Hop header with one.
fn jumbo_length(packet: &[u8]) -> Option<usize> {
    const JUMBO: u8 = 0xc2;
    const PAD1: u8 = 0;
    if *packet.get(6)? != ip::HOP_BY_HOP {
        return None;
    }
    let size = (usize::from(*packet.get(41)?) + 1) * 8;
    let mut options = packet.get(42..40 + size)?;
    while let [kind, rest @ ..] = options {
        if *kind == PAD1 {
            options = rest;
            continue;
        }
        let (length, value) = rest.split_first()?;
        if *kind == JUMBO {
            return value.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes) as usize);
        }
        options = value.get(usize::from(*length)..)?;
    }
    None
}

/// Walks over IPv6 extension headers; each is at least 8 bytes, so the packet's length bounds the loop.
#[inline]
fn extension_headers(walk: &mut Walk<'_>, mut next_header: u8) -> Next {
    loop {
        match next_header {
            ip::HOP_BY_HOP | ip::ROUTING | ip::DESTINATION_OPTIONS | ip::SHIM6 => {
                let Some(&[next, units]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
                let size = (usize::from(units) + 1) * 8;
                if walk.rest.len() < size {
                    return walk.too_short();
                }
                walk.advance(size);
                next_header = next;
            }
            ip::FRAGMENT => {
                let Ok(header) = Ipv6FragmentHeaderSlice::from_slice(walk.rest) else { return walk.too_short() };
                let fragment = match (header.fragment_offset().value(), header.more_fragments()) {
                    // An atomic fragment (RFC 6946) is a whole packet.
                    (0, false) => Fragment::Whole,
                    (0, true) => Fragment::First(header.identification()),
                    (_, _) => Fragment::Later(header.identification()),
                };
                if let Some(facts) = &mut walk.ip {
                    facts.fragment = fragment;
                }
                let next = header.next_header().0;
                walk.advance(header.slice().len());
                if matches!(fragment, Fragment::Later(_)) {
                    // What follows is the middle of a datagram, not a header.
                    return Continue(Layer::Transport(next));
                }
                next_header = next;
            }
            protocol => return after_ip(walk, protocol),
        }
    }
}

/// Continues after the IP header: through an Authentication Header, if there is one, to the transport.
#[inline]
fn after_ip(walk: &mut Walk<'_>, protocol: u8) -> Next {
    if protocol == ip::AH && !matches!(walk.ip, Some(IpFacts { fragment: Fragment::Later(_), .. })) {
        return authentication_header(walk);
    }
    Continue(Layer::Transport(protocol))
}

/// Reads an Authentication Header (RFC 4302): next header, length in units of four bytes less two, and the data that protect the
/// packet.
fn authentication_header(walk: &mut Walk<'_>) -> Next {
    let Some(&[next, units]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    let size = (usize::from(units) + 2) * 4;
    if walk.rest.len() < size {
        return walk.too_short();
    }
    walk.enter(Encapsulation::Ah)?;
    walk.advance(size);
    extension_headers(walk, next)
}
