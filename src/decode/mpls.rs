//! MPLS label stacks (RFC 3032). The payload under the last label has no type field; its first four bits must show what it is.

use std::ops::ControlFlow::{Break, Continue};

use super::encapsulation::Encapsulation;
use super::walk::{Layer, Next, Walk};
use super::{Decoded, LinkProtocol};

/// Bytes of one label: label, traffic class, bottom-of-stack bit, time to live.
const LABEL: usize = 4;
/// Bytes of a pseudowire control word (RFC 4385).
const CONTROL_WORD: usize = 4;
/// Bytes of the two Ethernet addresses and the type after them.
const ETHERNET: usize = 14;

/// Walks over a label stack; each label is four bytes, so the packet's length bounds the loop.
pub fn mpls(walk: &mut Walk<'_>) -> Next {
    walk.enter(Encapsulation::Mpls)?;
    loop {
        let Some(&[_, _, flags, _]) = walk.rest.first_chunk::<LABEL>() else { return walk.too_short() };
        walk.advance(LABEL);
        if flags & 1 == 1 {
            return under_the_stack(walk);
        }
    }
}

/// Recognises the payload. IP begins with its version, a control word before an Ethernet frame with 0 (RFC 4385 section 3), a
/// channel of the network itself with 1 (RFC 5586). An Ethernet frame without control word is recognised by a type that makes
/// sense.
fn under_the_stack(walk: &mut Walk<'_>) -> Next {
    let Some(&first) = walk.rest.first() else { return walk.too_short() };
    match first >> 4 {
        4 if !is_ethernet(walk.rest) => Continue(Layer::Ipv4),
        6 if !is_ethernet(walk.rest) => Continue(Layer::Ipv6),
        0 if walk.rest.get(CONTROL_WORD..).is_some_and(is_ethernet) => {
            walk.advance(CONTROL_WORD);
            Continue(Layer::ETHERNET)
        }
        1 => Break(Decoded::NonIp(LinkProtocol::MplsChannel)),
        _ if is_ethernet(walk.rest) => Continue(Layer::ETHERNET),
        _ => Break(Decoded::NonIp(LinkProtocol::MplsPayload)),
    }
}

/// True if the bytes look like an Ethernet header: a known type, and after an IP type a packet of that version.
fn is_ethernet(bytes: &[u8]) -> bool {
    let Some(header) = bytes.first_chunk::<ETHERNET>() else { return false };
    let version = bytes.get(ETHERNET).map(|first| first >> 4);
    match u16::from_be_bytes([header[12], header[13]]) {
        0x0800 => version == Some(4),
        0x86dd => version == Some(6),
        0x0806 | 0x8100 | 0x88a8 | 0x8847 | 0x8863 | 0x8864 | 0x88cc => true,
        _ => false,
    }
}
