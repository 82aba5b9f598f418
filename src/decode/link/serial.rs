//! Point-to-point lines: PPP in its framings, Cisco HDLC, SLIP.

use std::ops::ControlFlow::Break;

use super::{skip, skip_to};
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkProtocol};

/// Bytes of a LINKTYPE_SLIP header: direction, then 15 bytes of the compressed header as it was on the line; the packet itself is
/// whole.
pub const SLIP_HEADER: usize = 16;
/// Bytes of a LINKTYPE_SLIP_BSDOS header, which is BSD/OS' longer form.
pub const BSDOS_HEADER: usize = 24;

/// Address and control field of PPP in HDLC-like framing (RFC 1662 section 3.1).
const HDLC_FRAMING: [u8; 2] = [0xff, 0x03];

/// PPP (LINKTYPE_PPP), with or without its HDLC-like framing.
pub fn ppp(walk: &mut Walk<'_>) -> Next {
    let framing = if walk.rest.starts_with(&HDLC_FRAMING) { 2 } else { 0 };
    skip_to(walk, framing, Layer::Ppp)
}

/// PPP in HDLC-like framing or Cisco HDLC (LINKTYPE_PPP_HDLC), by the address field.
pub fn ppp_hdlc(walk: &mut Walk<'_>) -> Next {
    match walk.rest.first() {
        Some(&(CISCO_UNICAST | CISCO_MULTICAST)) => cisco_hdlc(walk),
        _ => ppp(walk),
    }
}

/// Addresses of Cisco HDLC frames (RFC 1547 section 4.3.1).
const CISCO_UNICAST: u8 = 0x0f;
const CISCO_MULTICAST: u8 = 0x8f;

/// Cisco HDLC (RFC 1547 section 4.3.1): address, control, protocol.
pub fn cisco_hdlc(walk: &mut Walk<'_>) -> Next {
    let Some(&[address, _control, high, low]) = walk.rest.first_chunk::<4>() else { return walk.too_short() };
    walk.broadcast = address == CISCO_MULTICAST;
    skip(walk, 2)?;
    cisco_protocol(walk, u16::from_be_bytes([high, low]))
}

/// Reads the protocol field: EtherTypes, and some of Cisco's own numbers.
pub fn cisco_protocol(walk: &mut Walk<'_>, protocol: u16) -> Next {
    const SLARP: u16 = 0x8035;
    const CDP: u16 = 0x2000;
    /// The two SAPs of an LLC header for ISO protocols, without the rest of that header.
    const ISO: u16 = 0xfefe;
    match protocol {
        SLARP | CDP => Break(Decoded::NonIp(LinkProtocol::CiscoHdlc(protocol))),
        ISO => Break(Decoded::NonIp(LinkProtocol::Llc { sap: 0xfe })),
        ether::MIN.. => skip_to(walk, 2, Layer::EtherType(protocol)),
        other => Break(Decoded::NonIp(LinkProtocol::CiscoHdlc(other))),
    }
}
