//! Frame Relay (ITU-T Q.922, RFC 2427) and its multilink form (FRF.16).

use std::ops::ControlFlow::{Break, Continue};

use super::llc::{Bridged, nlpid};
use super::serial::cisco_protocol;
use super::{be16, own_frame, skip};
use crate::capture::LinkType;
use crate::decode::Decoded;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};

/// Reads the address, whose last byte has its lowest bit set (Q.922 section 3.3), the control field and an NLPID. Cisco's own
/// encapsulation has a protocol number instead.
pub fn frame_relay(walk: &mut Walk<'_>) -> Next {
    const MAX_ADDRESS_WIDTH: usize = 4;
    /// Control field of an unnumbered information frame.
    const UI: u8 = 0x03;
    let last = walk.rest.iter().take(MAX_ADDRESS_WIDTH).position(|byte| byte & 1 == 1);
    match last {
        // An address of one byte is invalid.
        Some(0) => return Break(Decoded::Malformed),
        Some(last) => skip(walk, last + 1)?,
        None if walk.rest.len() >= MAX_ADDRESS_WIDTH => return Break(Decoded::Malformed),
        None => return walk.too_short(),
    }
    match *walk.rest {
        // One byte of padding may precede the NLPID, to align the bytes after it.
        [UI, 0, ..] => skip(walk, 2)?,
        [UI, ..] => skip(walk, 1)?,
        _ => {
            return match be16(walk.rest, 0) {
                Some(protocol @ ether::MIN..) => cisco_protocol(walk, protocol),
                Some(_) => own_frame(LinkType::FRELAY),
                None => walk.too_short(),
            };
        }
    }
    nlpid(walk, Bridged::Behind(0))
}

/// A link of a multilink bundle (FRF.16.1 section 3): begin, end and control bit, then a sequence number. Frames that begin in
/// this packet are followed as far as they go.
pub fn multilink(walk: &mut Walk<'_>) -> Next {
    const BEGIN: u8 = 0x80;
    const CONTROL: u8 = 0x20;
    let Some(&[flags, _]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    if flags & CONTROL != 0 || flags & BEGIN == 0 {
        return own_frame(LinkType::MFR);
    }
    skip(walk, 2)?;
    Continue(Layer::Link(LinkType::FRELAY))
}
