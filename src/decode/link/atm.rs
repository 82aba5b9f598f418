//! ATM as captures contain it: AAL5 frames with LLC (RFC 2684), Classical IP, LAN emulation, SunATM's header.

use std::ops::ControlFlow::Continue;

use super::llc::{Bridged, is_llc, llc_on};
use super::{be16, own_frame, skip, skip_to};
use crate::capture::LinkType;
use crate::decode::walk::{Layer, Next, Walk};

/// LLC on AAL5 (RFC 2684 section 5, which replaces RFC 1483).
pub fn rfc1483(walk: &mut Walk<'_>) -> Next {
    llc_on(walk, Bridged::Behind(2))
}

/// Linux Classical IP (LINKTYPE_ATM_CLIP): LLC first, or IP at once.
pub fn classical_ip(walk: &mut Walk<'_>) -> Next {
    if is_llc(walk.rest) { rfc1483(walk) } else { Continue(Layer::Ip) }
}

/// LAN emulation of Ethernet (ATM Forum LANE 1.0 section 4.1.1): the sender's number, then the frame.
pub fn lan_emulation(walk: &mut Walk<'_>) -> Next {
    const CONTROL: u16 = 0xff00;
    match be16(walk.rest, 0) {
        Some(CONTROL) => own_frame(LinkType::LANE8023),
        _ => skip_to(walk, 2, Layer::ETHERNET),
    }
}

/// SunATM (LINKTYPE_SUNATM): direction and kind of traffic, virtual path, virtual channel.
pub fn sunatm(walk: &mut Walk<'_>) -> Next {
    const LANE: u8 = 1;
    const LLC: u8 = 2;
    let Some(&kind) = walk.rest.first() else { return walk.too_short() };
    skip(walk, 4)?;
    match kind & 0x0f {
        LANE => lan_emulation(walk),
        LLC => rfc1483(walk),
        _ => own_frame(LinkType::SUNATM),
    }
}
