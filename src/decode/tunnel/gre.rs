//! GRE and the tunnels built on it: version 0 with its optional fields (RFC 2784, RFC 2890), version 1 of PPTP (RFC 2637), NVGRE
//! (RFC 7637), ERSPAN (draft-foschiano-erspan).

use super::{enter, enter_strictly, ip_layer, then_nsh};
use crate::decode::encapsulation::Encapsulation;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};

const CHECKSUM: u16 = 0x8000;
const ROUTING: u16 = 0x4000;
const KEY: u16 = 0x2000;
const SEQUENCE: u16 = 0x1000;
const ACKNOWLEDGMENT: u16 = 0x0080;
const VERSION: u16 = 0x0007;
/// Bits 4 and 5, which RFC 1701 used for strict source routes and recursion, and 6 to 12, which a receiver must ignore (RFC 2784
/// section 2.3).
const RESERVED: u16 = 0x0ff8;

/// Protocol types of GRE that are not EtherTypes of frames.
const ERSPAN_1_AND_2: u16 = 0x88be;
const ERSPAN_3: u16 = 0x22eb;
const PPP: u16 = 0x880b;
const WCCP: u16 = 0x883e;

/// Enters a GRE tunnel; `None` if its header does not check out or nothing inside can be walked over.
pub fn gre(walk: &mut Walk<'_>) -> Option<Next> {
    let &[a, b, c, d] = walk.rest.first_chunk::<4>()?;
    let (flags, protocol) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    match flags & VERSION {
        0 => version_0(walk, flags, protocol),
        1 if protocol == PPP && flags & KEY != 0 => pptp(walk, flags),
        _ => None,
    }
}

fn version_0(walk: &mut Walk<'_>, flags: u16, protocol: u16) -> Option<Next> {
    // Source routing (RFC 1701) was removed from GRE, and nothing has used it since.
    if flags & ROUTING != 0 {
        return None;
    }
    let field = |flag| if flags & flag != 0 { 4 } else { 0 };
    let key_at = 4 + field(CHECKSUM);
    let size = key_at + field(KEY) + field(SEQUENCE);
    let inner = walk.rest.get(size..)?;
    let gre = |inner: Layer| Some((size, Encapsulation::Gre, inner));
    let (size, step, inner) = match protocol {
        ether::IPV4 | ether::IPV6 => gre(ip_layer(inner)?),
        ether::MPLS | ether::MPLS_MULTICAST => gre(Layer::Mpls),
        // WCCP version 2 puts four bytes of its own before the packet; version 1 did not.
        WCCP => match ip_layer(inner) {
            Some(Layer::Ipv4) => gre(Layer::Ipv4),
            _ => Some((size + 4, Encapsulation::Gre, ip_layer(inner.get(4..)?)?)),
        },
        ether::TRANSPARENT_ETHERNET => {
            let step = match walk.rest.get(key_at..key_at + 3) {
                // NVGRE has a key, whose upper 24 bits are the virtual subnet, and neither checksum nor sequence number.
                Some(&[a, b, c]) if flags & (CHECKSUM | KEY | SEQUENCE) == KEY => {
                    Encapsulation::Nvgre(u32::from_be_bytes([0, a, b, c]))
                }
                _ => Encapsulation::Gre,
            };
            Some((size, step, Layer::ETHERNET))
        }
        ERSPAN_1_AND_2 | ERSPAN_3 => {
            erspan(flags, protocol, inner).map(|(header, inner)| (size + header, Encapsulation::Erspan, inner))
        }
        ether::NSH => return then_nsh(walk, size, Encapsulation::Gre),
        _ => None,
    }?;
    if walk.rest.len() < size { None } else { enter_strictly(walk, flags & RESERVED == 0, size, step, inner) }
}

/// ERSPAN: type I has no header of its own (and GRE no sequence number), type II eight bytes, type III twelve and eight more if a
/// flag says so. The mirrored bytes are an Ethernet frame, with type III perhaps an IP packet.
fn erspan(flags: u16, protocol: u16, header: &[u8]) -> Option<(usize, Layer)> {
    const IP_FRAME: u8 = 2;
    match (protocol, header.first().map(|first| first >> 4)) {
        (ERSPAN_1_AND_2, _) if flags & SEQUENCE == 0 => Some((0, Layer::ETHERNET)),
        (ERSPAN_1_AND_2, Some(1)) => Some((8, Layer::ETHERNET)),
        (ERSPAN_3, Some(2)) => {
            let &[.., frame_type, options] = header.first_chunk::<12>()?;
            let size = if options & 1 == 1 { 20 } else { 12 };
            let inner = if frame_type >> 2 & 0x1f == IP_FRAME { Layer::Ip } else { Layer::ETHERNET };
            Some((size, inner))
        }
        _ => None,
    }
}

/// GRE version 1: payload length and call in the key, then sequence and acknowledgement numbers, then PPP, whose framing
/// bytes ff 03 may have been left out.
fn pptp(walk: &mut Walk<'_>, flags: u16) -> Option<Next> {
    let payload = usize::from(u16::from_be_bytes([*walk.rest.get(4)?, *walk.rest.get(5)?]));
    let field = |flag| if flags & flag != 0 { 4 } else { 0 };
    let size = 8 + field(SEQUENCE) + field(ACKNOWLEDGMENT);
    // A packet without payload only acknowledges.
    let inner = walk.rest.get(size..).filter(|_| payload > 0)?;
    let framing = if inner.starts_with(&[0xff, 0x03]) { 2 } else { 0 };
    let next = enter(walk, size + framing, Encapsulation::Pptp, Layer::Ppp);
    walk.limit(payload - framing.min(payload));
    Some(next)
}
