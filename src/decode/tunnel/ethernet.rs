//! Encapsulations that an EtherType announces: PPPoE, PBB, MACsec, VN-Tag, NSH. Tags that only precede another EtherType or a
//! frame are in [`tags`].

use std::ops::ControlFlow::Continue;

use super::{attempt, enter, nsh, tags};
use crate::decode::encapsulation::Encapsulation;
use crate::decode::link::type_or_length;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};

/// Enters the encapsulation that an EtherType announces, if its header checks out.
#[inline]
pub fn by_ether_type(walk: &mut Walk<'_>, value: u16) -> Option<Next> {
    match value {
        ether::IPV4 | ether::IPV6 => None,
        ether::PPPOE_SESSION => attempt(walk, pppoe),
        ether::PBB => attempt(walk, pbb),
        ether::MACSEC => attempt(walk, macsec),
        ether::VN_TAG => attempt(walk, vn_tag),
        ether::NSH => attempt(walk, nsh),
        other => tags::by_ether_type(walk, other),
    }
}

/// PPP over Ethernet, session stage (RFC 2516 section 4): version 1, type 1, code 0, session, length.
fn pppoe(walk: &mut Walk<'_>) -> Option<Next> {
    const HEADER: usize = 6;
    let &[0x11, 0, _, _, high, low] = walk.rest.first_chunk::<HEADER>()? else { return None };
    let next = enter(walk, HEADER, Encapsulation::Pppoe, Layer::Ppp);
    walk.limit(usize::from(u16::from_be_bytes([high, low])));
    Some(next)
}

/// Provider backbone bridging (IEEE 802.1Q clause 9.7): the I-TAG, then the customer's whole frame.
fn pbb(walk: &mut Walk<'_>) -> Option<Next> {
    const TAG: usize = 4;
    (walk.rest.len() >= TAG).then(|| enter(walk, TAG, Encapsulation::Pbb, Layer::ETHERNET))
}

/// MACsec (IEEE 802.1AE clause 9.3): flags, short length, packet number, and the channel's name if a flag says so. In a frame
/// that is only signed, its own EtherType follows; an encrypted one cannot be read.
fn macsec(walk: &mut Walk<'_>) -> Option<Next> {
    const VERSION: u8 = 0x80;
    const HAS_CHANNEL: u8 = 0x20;
    const ENCRYPTED_OR_CHANGED: u8 = 0x0c;
    const CHECK_VALUE: usize = 16;
    let &[flags, short_length] = walk.rest.first_chunk::<2>()?;
    if flags & (VERSION | ENCRYPTED_OR_CHANGED) != 0 {
        return None;
    }
    let size = if flags & HAS_CHANNEL != 0 { 14 } else { 6 };
    let ether_type = walk.rest.get(size..size + 2)?;
    let ether_type = u16::from_be_bytes([ether_type[0], ether_type[1]]);
    let next = enter(walk, size + 2, Encapsulation::Macsec, Layer::EtherType(ether_type));
    // The short length counts from the end of the tag; without one, the check value ends the frame.
    let length = match usize::from(short_length & 0x3f) {
        0 => walk.wire_rest.saturating_sub(CHECK_VALUE),
        short => short.saturating_sub(2),
    };
    walk.limit(length);
    Some(next)
}

/// VN-Tag (IEEE 802.1Qbh draft, Cisco): four bytes of virtual interfaces, then the frame's own EtherType.
fn vn_tag(walk: &mut Walk<'_>) -> Option<Next> {
    let &[_, _, _, _, high, low] = walk.rest.first_chunk::<6>()?;
    let value = u16::from_be_bytes([high, low]);
    match enter(walk, 6, Encapsulation::VnTag, Layer::EtherType(value)) {
        Continue(_) => Some(type_or_length(walk, value)),
        stopped => Some(stopped),
    }
}
