//! PPP's protocol field (RFC 1661 section 2) and the layer that it announces, whatever framing came before.

use std::ops::ControlFlow::{Break, Continue};

use super::walk::{Layer, Next, Walk};
use super::{Decoded, LinkProtocol};

/// Protocol numbers (IANA "PPP Numbers") that the walk can follow.
const IPV4: u16 = 0x0021;
const IPV6: u16 = 0x0057;
const MPLS_UNICAST: u16 = 0x0281;
const MPLS_MULTICAST: u16 = 0x0283;

/// Reads the protocol field: two bytes, or one where the sides have agreed to compress it (odd, and below 256).
pub fn ppp(walk: &mut Walk<'_>) -> Next {
    let (protocol, size) = match *walk.rest {
        [compressed, ..] if compressed & 1 == 1 => (u16::from(compressed), 1),
        [high, low, ..] => (u16::from_be_bytes([high, low]), 2),
        _ => return walk.too_short(),
    };
    walk.advance(size);
    match protocol {
        IPV4 => Continue(Layer::Ipv4),
        IPV6 => Continue(Layer::Ipv6),
        MPLS_UNICAST | MPLS_MULTICAST => Continue(Layer::Mpls),
        other => Break(Decoded::NonIp(LinkProtocol::Ppp(other))),
    }
}
