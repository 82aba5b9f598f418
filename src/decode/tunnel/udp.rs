//! Tunnels over UDP. A port alone proves nothing, because clients pick theirs from the same numbers: the port has to fit, and the
//! tunnel's header has to check out.

use std::ops::ControlFlow::Continue;

use super::plausible::{self, Fit};
use super::ports::{TunnelPorts, UdpTunnel};
use super::{attempt, enter, enter_if_plausible, enter_strictly, ip_layer, nsh_next, sniffer, then_nsh, version};
use crate::decode::encapsulation::Encapsulation;
use crate::decode::link::{ControlOrder, control_order, swapped_frame};
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};

/// Bytes of the UDP header, which a tunnel's header follows.
const UDP: usize = 8;

/// True if a datagram between these ports may carry a packet.
#[inline(always)]
pub fn may_begin(ports: &TunnelPorts, source: u16, destination: u16) -> bool {
    UdpTunnel::assigned(source, destination).is_some() || ports.between(source, destination).is_some()
}

/// Enters the tunnel that a UDP datagram carries; the walk is at the UDP header. A user's choice for a port is tried first.
#[inline]
pub fn by_ports(walk: &mut Walk<'_>, ports: &TunnelPorts, source: u16, destination: u16) -> Option<Next> {
    let candidates = [ports.between(source, destination), UdpTunnel::assigned(source, destination)];
    candidates.into_iter().flatten().find_map(|tunnel| {
        attempt(walk, |walk| {
            if walk.rest.len() < UDP {
                return None;
            }
            walk.advance(UDP);
            enter_tunnel(walk, tunnel)
        })
    })
}

/// Enters that tunnel, if its header checks out.
fn enter_tunnel(walk: &mut Walk<'_>, tunnel: UdpTunnel) -> Option<Next> {
    match tunnel {
        UdpTunnel::Vxlan => vxlan(walk),
        UdpTunnel::VxlanGpe => vxlan_gpe(walk),
        UdpTunnel::Geneve => geneve(walk),
        UdpTunnel::GtpUser => gtp_user(walk),
        UdpTunnel::Teredo => teredo(walk),
        UdpTunnel::L2tp => l2tp(walk),
        UdpTunnel::Lisp => lisp(walk),
        UdpTunnel::GreInUdp => super::gre::gre(walk),
        UdpTunnel::MplsInUdp => mpls(walk),
        UdpTunnel::CapwapData => capwap_data(walk),
        UdpTunnel::Tzsp => sniffer::tzsp(walk),
        UdpTunnel::Peekremote => sniffer::peekremote(walk),
        UdpTunnel::ArubaErm => sniffer::aruba_erm(walk),
    }
}

/// Flags of VXLAN and VXLAN-GPE: the network identifier is valid; the last byte of the first word names the protocol.
const VALID_NETWORK: u8 = 0x08;
const NEXT_PROTOCOL: u8 = 0x04;

/// VXLAN (RFC 7348 section 5): the I flag, a network identifier of 24 bits, and bits that a receiver ignores, some of which the
/// group policy extension uses (draft-smith-vxlan-group-policy). The inner protocol may be named as in VXLAN-GPE, though that
/// belongs on VXLAN-GPE's own port.
fn vxlan(walk: &mut Walk<'_>) -> Option<Next> {
    let &[flags, b, c, d, x, y, z, last] = walk.rest.first_chunk::<8>()?;
    if flags & VALID_NETWORK == 0 {
        return None;
    }
    let is_strict = [flags, b, c, d, last] == [VALID_NETWORK, 0, 0, 0, 0];
    let step = Encapsulation::Vxlan(u32::from_be_bytes([0, x, y, z]));
    match enter_strictly(walk, is_strict, 8, step, Layer::ETHERNET) {
        None if flags & NEXT_PROTOCOL != 0 => vxlan_gpe(walk),
        entered => entered,
    }
}

/// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe): version 0, the I flag, and with the P flag the inner protocol, which is Ethernet
/// without; receivers ignore the rest.
fn vxlan_gpe(walk: &mut Walk<'_>) -> Option<Next> {
    const VERSION: u8 = 0x30;
    const RESERVED: u8 = 0xc0;
    const NSH: u8 = 4;
    let &[flags, b, c, next, x, y, z, last] = walk.rest.first_chunk::<8>()?;
    if flags & (VERSION | VALID_NETWORK) != VALID_NETWORK {
        return None;
    }
    let step = Encapsulation::VxlanGpe(u32::from_be_bytes([0, x, y, z]));
    if flags & NEXT_PROTOCOL == 0 {
        return enter_if_plausible(walk, 8, step, Layer::ETHERNET);
    }
    let is_strict = (flags & RESERVED, b, c, last) == (0, 0, 0, 0);
    match next {
        NSH if is_strict || plausible::fits(Layer::EtherType(ether::NSH), &walk.rest[8..]) => then_nsh(walk, 8, step),
        NSH => None,
        next => enter_strictly(walk, is_strict, 8, step, nsh_next(next)?),
    }
}

/// GENEVE (RFC 8926 section 3.4): version 0, options, two flags and six reserved bits, the inner EtherType, a network identifier,
/// a reserved byte; receivers ignore reserved bits.
fn geneve(walk: &mut Walk<'_>) -> Option<Next> {
    const RESERVED: u8 = 0x3f;
    let &[first, flags, high, low, a, b, c, last] = walk.rest.first_chunk::<8>()?;
    let size = 8 + usize::from(first & 0x3f) * 4;
    if first >> 6 != 0 || walk.rest.len() < size {
        return None;
    }
    let inner = match u16::from_be_bytes([high, low]) {
        ether::TRANSPARENT_ETHERNET => Layer::ETHERNET,
        ether::IPV4 => Layer::Ipv4,
        ether::IPV6 => Layer::Ipv6,
        ether::MPLS | ether::MPLS_MULTICAST => Layer::Mpls,
        _ => return None,
    };
    let step = Encapsulation::Geneve(u32::from_be_bytes([0, a, b, c]));
    enter_strictly(walk, flags & RESERVED == 0 && last == 0, size, step, inner)
}

/// GTP-U (3GPP TS 29.281 section 5): version 1, a spare bit that is ignored, a user packet, optional fields, a chain of extension
/// headers.
fn gtp_user(walk: &mut Walk<'_>) -> Option<Next> {
    const VERSION_AND_TYPE: u8 = 0xf0;
    const VERSION_1: u8 = 0x30;
    const USER_PACKET: u8 = 255;
    const SPARE: u8 = 0x08;
    const OPTIONAL_FIELDS: u8 = 0x07;
    const EXTENSIONS: u8 = 0x04;
    let &[flags, USER_PACKET, ..] = walk.rest.first_chunk::<8>()? else { return None };
    if flags & VERSION_AND_TYPE != VERSION_1 {
        return None;
    }
    let mut size = if flags & OPTIONAL_FIELDS != 0 { 12 } else { 8 };
    let mut extension = if flags & EXTENSIONS != 0 { *walk.rest.get(11)? } else { 0 };
    // Each extension is at least four bytes, so the packet's length bounds the loop.
    while extension != 0 {
        let length = usize::from(*walk.rest.get(size)?) * 4;
        if length == 0 {
            return None;
        }
        size += length;
        extension = *walk.rest.get(size - 1)?;
    }
    let inner = ip_layer(walk.rest.get(size..)?)?;
    enter_strictly(walk, flags & SPARE == 0, size, Encapsulation::GtpUser, inner)
}

/// L2TP version 2, data messages (RFC 2661 section 3.1), with PPP inside. Receivers ignore the reserved bits of the flags; the
/// length, if there is one, must not exceed the bytes that are there.
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
    let be16 = |at: usize| Some(usize::from(u16::from_be_bytes(*walk.rest.get(at..)?.first_chunk::<2>()?)));
    if flags & LENGTH != 0 && be16(2)? > walk.wire_rest {
        return None;
    }
    if flags & OFFSET != 0 {
        size += 2 + be16(size)?;
    }
    let inner = walk.rest.get(size..).filter(|inner| plausible::fits(Layer::Ppp, inner))?;
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
    let has_bottom = plausible::fits(Layer::Mpls, walk.rest);
    has_bottom.then(|| enter(walk, 0, Encapsulation::MplsInUdp, Layer::Mpls))
}

/// CAPWAP data (RFC 5415 section 4.3): version 0, not encrypted, header length in units of four bytes, an Ethernet frame or one
/// of the radio network. Keep-alives and fragments carry none that can be walked over.
///
/// Most access points send radio frames with the two bytes of their frame control swapped, some do not.
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
    match (third & NATIVE_FRAME, third >> 1 & 0x1f) {
        (0, _) => {
            let fits = plausible::frame(&walk.rest[size..]) == Fit::Good;
            fits.then(|| enter(walk, size, Encapsulation::CapwapData, Layer::ETHERNET))
        }
        (_, IEEE_802_11) => {
            let order = control_order(&walk.rest[size..])?;
            Some(match enter(walk, size, Encapsulation::CapwapData, Layer::IEEE_802_11) {
                Continue(_) if order == ControlOrder::Swapped => swapped_frame(walk),
                next => next,
            })
        }
        _ => None,
    }
}

/// Teredo (RFC 4380 section 5.1.1): an authentication and an origin indication may precede the IPv6 packet, whose own length has
/// to be that of the datagram.
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
