//! Tags that switch chips exchange with the host they belong to, inside an Ethernet frame (Linux' "Distributed Switch
//! Architecture").

use std::ops::ControlFlow;

use super::ethernet::{addresses, type_or_length};
use super::{be16, bytes_at, skip};
use crate::decode::Decoded;
use crate::decode::walk::{Next, Walk};

/// Bytes of a Broadcom tag, in either place.
pub const BROADCOM_TAG: usize = 4;
/// Bytes of the two Ethernet addresses.
const ADDRESSES: usize = 12;

/// Marvell's tag between addresses and type (LINKTYPE_DSA_TAG_DSA).
pub fn dsa(walk: &mut Walk<'_>) -> Next {
    past_addresses(walk)?;
    marvell(walk)?;
    after_tag(walk)
}

/// Marvell's tag after an EtherType of its own and two reserved bytes (LINKTYPE_DSA_TAG_EDSA).
pub fn edsa(walk: &mut Walk<'_>) -> Next {
    past_addresses(walk)?;
    skip(walk, 4)?;
    marvell(walk)?;
    after_tag(walk)
}

/// Broadcom's tag between addresses and type (LINKTYPE_DSA_TAG_BRCM).
pub fn broadcom(walk: &mut Walk<'_>) -> Next {
    past_addresses(walk)?;
    skip(walk, BROADCOM_TAG)?;
    after_tag(walk)
}

fn past_addresses(walk: &mut Walk<'_>) -> ControlFlow<Decoded> {
    if let (Some(receiver), Some(sender)) = (bytes_at(walk.rest, 0), bytes_at(walk.rest, 6)) {
        addresses(walk, receiver, sender);
    }
    skip(walk, ADDRESSES)
}

/// Reads Marvell's four bytes: mode, device and port, priority, VLAN. One bit says that the frame had a VLAN tag, which this one
/// replaces.
fn marvell(walk: &mut Walk<'_>) -> ControlFlow<Decoded> {
    const TAGGED: u8 = 0x20;
    let tag = bytes_at::<4>(walk.rest, 0);
    skip(walk, 4)?;
    match tag {
        Some([mode, _, high, low]) if mode & TAGGED != 0 => walk.enter_vlan(u16::from_be_bytes([high & 0x0f, low])),
        _ => ControlFlow::Continue(()),
    }
}

fn after_tag(walk: &mut Walk<'_>) -> Next {
    let Some(value) = be16(walk.rest, 0) else { return walk.too_short() };
    skip(walk, 2)?;
    type_or_length(walk, value)
}
