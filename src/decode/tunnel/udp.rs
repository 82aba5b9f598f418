//! Tunnels over UDP. A port alone proves nothing, because clients pick theirs from the same numbers: the destination port
//! has to fit, and the tunnel's header has to check out.

use super::{attempt, enter, ip_layer, nsh_next, then_nsh, version};
use crate::decode::protocol::ether;
use crate::decode::scope::Encapsulation;
use crate::decode::walk::{Layer, Next, Walk};

const L2TP: u16 = 1701;
const GTP_USER: u16 = 2152;
const TEREDO: u16 = 3544;
const LISP_DATA: u16 = 4341;
const GRE_IN_UDP: u16 = 4754;
const VXLAN: u16 = 4789;
const VXLAN_GPE: u16 = 4790;
const CAPWAP_DATA: u16 = 5247;
const GENEVE: u16 = 6081;
const MPLS_IN_UDP: u16 = 6635;
/// What Linux used for VXLAN before a port was assigned.
const VXLAN_LINUX: u16 = 8472;

/// Bytes of the UDP header, which a tunnel's header follows.
const UDP: usize = 8;

/// Enters a tunnel whose header the walk stands at.
type Enter = fn(&mut Walk<'_>) -> Option<Next>;

/// The tunnel that a datagram between these ports may carry, if its header checks out.
#[inline]
fn entrance(source: u16, destination: u16) -> Option<Enter> {
    Some(match destination {
        VXLAN | VXLAN_LINUX => vxlan,
        VXLAN_GPE => vxlan_gpe,
        GENEVE => geneve,
        GTP_USER => gtp_user,
        L2TP => l2tp,
        LISP_DATA => lisp,
        GRE_IN_UDP => super::gre::gre,
        MPLS_IN_UDP => mpls,
        CAPWAP_DATA => capwap_data,
        // A Teredo server answers from its port to one that the client chose; the IPv6 packet inside is proof enough.
        _ if destination == TEREDO || source == TEREDO => teredo,
        _ => return None,
    })
}

/// True if a datagram between these ports may carry a packet.
#[inline]
pub fn may_begin(source: u16, destination: u16) -> bool {
    entrance(source, destination).is_some()
}

/// Enters what a UDP datagram carries; the walk stands at its UDP header.
#[inline]
pub fn by_ports(walk: &mut Walk<'_>, source: u16, destination: u16) -> Option<Next> {
    let enter_tunnel = entrance(source, destination)?;
    attempt(walk, |walk| {
        if walk.rest.len() < UDP {
            return None;
        }
        walk.advance(UDP);
        enter_tunnel(walk)
    })
}

/// VXLAN (RFC 7348 section 5): the I flag, a network identifier of 24 bits, and zeros.
fn vxlan(walk: &mut Walk<'_>) -> Option<Next> {
    let &[0x08, 0, 0, 0, a, b, c, 0] = walk.rest.first_chunk::<8>()? else { return None };
    Some(enter(walk, 8, Encapsulation::Vxlan(u32::from_be_bytes([0, a, b, c])), Layer::ETHERNET))
}

/// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe): version 0, the I and P flags, and the protocol inside.
fn vxlan_gpe(walk: &mut Walk<'_>) -> Option<Next> {
    const VERSION_I_AND_P: u8 = 0x3c;
    const I_AND_P: u8 = 0x0c;
    const NSH: u8 = 4;
    let &[flags, 0, 0, next, a, b, c, _] = walk.rest.first_chunk::<8>()? else { return None };
    if flags & VERSION_I_AND_P != I_AND_P {
        return None;
    }
    let step = Encapsulation::VxlanGpe(u32::from_be_bytes([0, a, b, c]));
    if next != NSH {
        return nsh_next(next).map(|inner| enter(walk, 8, step, inner));
    }
    then_nsh(walk, 8, step)
}

/// GENEVE (RFC 8926 section 3.4): version 0, options, the EtherType inside, a network identifier, a zero.
fn geneve(walk: &mut Walk<'_>) -> Option<Next> {
    const ETHERNET: u16 = 0x6558;
    let &[first, _, high, low, a, b, c, 0] = walk.rest.first_chunk::<8>()? else { return None };
    let size = 8 + usize::from(first & 0x3f) * 4;
    let inner = match u16::from_be_bytes([high, low]) {
        ETHERNET => Layer::ETHERNET,
        ether::IPV4 => Layer::Ipv4,
        ether::IPV6 => Layer::Ipv6,
        _ => return None,
    };
    let checks_out = first >> 6 == 0 && walk.rest.len() >= size;
    checks_out.then(|| enter(walk, size, Encapsulation::Geneve(u32::from_be_bytes([0, a, b, c])), inner))
}

/// GTP-U (3GPP TS 29.281 section 5): version 1, a user packet, optional fields, a chain of extension headers.
fn gtp_user(walk: &mut Walk<'_>) -> Option<Next> {
    const VERSION_AND_TYPE: u8 = 0xf0;
    const VERSION_1: u8 = 0x30;
    const USER_PACKET: u8 = 255;
    const OPTIONAL_FIELDS: u8 = 0x07;
    const EXTENSIONS: u8 = 0x04;
    let &[flags, USER_PACKET, ..] = walk.rest.first_chunk::<8>()? else { return None };
    if flags & VERSION_AND_TYPE != VERSION_1 {
        return None;
    }
    let mut size = if flags & OPTIONAL_FIELDS != 0 { 12 } else { 8 };
    let mut extension = if flags & EXTENSIONS != 0 { *walk.rest.get(11)? } else { 0 };
    // Each extension is at least four bytes, so that the packet's length bounds the loop.
    while extension != 0 {
        let length = usize::from(*walk.rest.get(size)?) * 4;
        if length == 0 {
            return None;
        }
        size += length;
        extension = *walk.rest.get(size - 1)?;
    }
    let inner = ip_layer(walk.rest.get(size..)?)?;
    Some(enter(walk, size, Encapsulation::GtpUser, inner))
}

/// L2TP version 2, data messages (RFC 2661 section 3.1), with PPP inside.
fn l2tp(walk: &mut Walk<'_>) -> Option<Next> {
    const CONTROL: u8 = 0x80;
    const LENGTH: u8 = 0x40;
    const SEQUENCE: u8 = 0x08;
    const OFFSET: u8 = 0x02;
    let &[flags, version] = walk.rest.first_chunk::<2>()?;
    if flags & CONTROL != 0 || version & 0x0f != 2 {
        return None;
    }
    let field = |flag, size: usize| if flags & flag != 0 { size } else { 0 };
    let mut size = 6 + field(LENGTH, 2) + field(SEQUENCE, 4);
    if flags & OFFSET != 0 {
        let padding = walk.rest.get(size..size + 2)?;
        size += 2 + usize::from(u16::from_be_bytes([padding[0], padding[1]]));
    }
    let inner = walk.rest.get(size..).filter(|inner| !inner.is_empty())?;
    let framing = if inner.starts_with(&[0xff, 0x03]) { 2 } else { 0 };
    Some(enter(walk, size + framing, Encapsulation::L2tp, Layer::Ppp))
}

/// LISP data (RFC 9300 section 5): eight bytes, then a packet of either version of IP.
fn lisp(walk: &mut Walk<'_>) -> Option<Next> {
    let inner = ip_layer(walk.rest.get(8..)?)?;
    Some(enter(walk, 8, Encapsulation::Lisp, inner))
}

/// MPLS in UDP (RFC 7510): a label stack that has a bottom.
fn mpls(walk: &mut Walk<'_>) -> Option<Next> {
    let has_bottom = walk.rest.chunks_exact(4).any(|label| label[2] & 1 == 1);
    has_bottom.then(|| enter(walk, 0, Encapsulation::MplsInUdp, Layer::Mpls))
}

/// CAPWAP data (RFC 5415 section 4.3): version 0, not encrypted, header length in units of four bytes, an Ethernet frame
/// or one of the radio network. Keep-alives and fragments carry none that can be walked over.
fn capwap_data(walk: &mut Walk<'_>) -> Option<Next> {
    const NATIVE_FRAME: u8 = 0x01;
    const FRAGMENT: u8 = 0x80;
    const KEEP_ALIVE: u8 = 0x08;
    const IEEE_802_11: u8 = 1;
    let &[0, second, third, fourth, ..] = walk.rest.first_chunk::<8>()? else { return None };
    let size = usize::from(second >> 3) * 4;
    if size < 8 || walk.rest.len() < size || fourth & (FRAGMENT | KEEP_ALIVE) != 0 {
        return None;
    }
    let inner = match (third & NATIVE_FRAME, third >> 1 & 0x1f) {
        (0, _) => Layer::ETHERNET,
        (_, IEEE_802_11) => Layer::IEEE_802_11,
        _ => return None,
    };
    Some(enter(walk, size, Encapsulation::CapwapData, inner))
}

/// Teredo (RFC 4380 section 5.1.1): an authentication and an origin indication may stand in front of the IPv6 packet, whose
/// own length has to be that of the datagram.
fn teredo(walk: &mut Walk<'_>) -> Option<Next> {
    const IPV6_HEADER: usize = 40;
    let mut size = 0;
    if let Some(&[0, 1, id_len, auth_len]) = walk.rest.first_chunk::<4>() {
        size = 13 + usize::from(id_len) + usize::from(auth_len);
    }
    if walk.rest.get(size..)?.starts_with(&[0, 0]) {
        size += 8;
    }
    let packet = walk.rest.get(size..)?;
    let length = usize::from(u16::from_be_bytes([*packet.get(4)?, *packet.get(5)?]));
    let fits = version(packet) == Some(6) && walk.wire_rest.checked_sub(size + IPV6_HEADER) == Some(length);
    fits.then(|| enter(walk, size, Encapsulation::Teredo, Layer::Ipv6))
}
