//! Tunnels, which carry a whole packet of a lower layer. The innermost flow counts, and the encapsulations around it are recorded.
//!
//! A tunnel is entered only if its header checks out; otherwise its packet stays in the flow outside, as it does if the inner
//! packet cannot be decoded. Bits that a receiver must ignore do not keep the walk out, but if they are set, or if a header says
//! little, the inner bytes must look like a packet. Fragments are not entered: they stay in the flow of the tunnel itself, where
//! their later parts can follow them.

mod ethernet;
mod gre;
mod plausible;
mod ports;
mod sniffer;
mod tags;
#[cfg(test)]
mod tests;
mod udp;

pub use ethernet::by_ether_type;
pub use ports::{TunnelPorts, UdpTunnel};
pub use udp::{by_ports, may_begin};

use std::ops::ControlFlow::Continue;

use super::encapsulation::Encapsulation;
use super::observation::IpVersion;
use super::protocol::{ether, ip};
use super::walk::{IpFacts, Layer, Next, Walk};

/// Enters the tunnel that an IP protocol is, if its header checks out.
pub fn by_protocol(walk: &mut Walk<'_>, protocol: u8, facts: &IpFacts) -> Option<Next> {
    attempt(walk, |walk| protocol_tunnel(walk, protocol, facts))
}

fn protocol_tunnel(walk: &mut Walk<'_>, protocol: u8, facts: &IpFacts) -> Option<Next> {
    match protocol {
        ip::IPV4 if version(walk.rest) == Some(4) => {
            let step = if facts.version == IpVersion::V4 { Encapsulation::Ipip } else { Encapsulation::FourInSix };
            Some(enter(walk, 0, step, Layer::Ipv4))
        }
        ip::IPV6 if version(walk.rest) == Some(6) => {
            let step = if facts.version == IpVersion::V4 { Encapsulation::SixInFour } else { Encapsulation::SixInSix };
            Some(enter(walk, 0, step, Layer::Ipv6))
        }
        ip::GRE => gre::gre(walk),
        ip::ETHERIP => etherip(walk),
        ip::PIM => pim_register(walk),
        ip::MPLS_IN_IP => Some(Continue(Layer::Mpls)),
        _ => None,
    }
}

/// Tries to enter a tunnel. If its header does not check out, the walk returns to where it was.
fn attempt<'a>(walk: &mut Walk<'a>, enter_tunnel: impl FnOnce(&mut Walk<'a>) -> Option<Next>) -> Option<Next> {
    let (rest, wire_rest, stack, broadcast) = (walk.rest, walk.wire_rest, walk.stack, walk.broadcast);
    let next = enter_tunnel(walk);
    if next.is_none() {
        (walk.rest, walk.wire_rest, walk.stack, walk.broadcast) = (rest, wire_rest, stack, broadcast);
    }
    next
}

/// Skips a tunnel header of `size` captured bytes and records the encapsulation.
fn enter(walk: &mut Walk<'_>, size: usize, step: Encapsulation, inner: Layer) -> Next {
    walk.enter(step)?;
    walk.advance(size);
    // The receiver of the outer frame says nothing about the inner packet.
    walk.broadcast = false;
    Continue(inner)
}

/// Skips a tunnel header, if the bytes after it look like the layer that it announces.
fn enter_if_plausible(walk: &mut Walk<'_>, size: usize, step: Encapsulation, inner: Layer) -> Option<Next> {
    let fits = plausible::fits(inner, walk.rest.get(size..)?);
    fits.then(|| enter(walk, size, step, inner))
}

/// Skips a tunnel header. Without reserved bits (`is_strict`) the header is proof enough; with them, the inner bytes must look
/// plausible.
fn enter_strictly(walk: &mut Walk<'_>, is_strict: bool, size: usize, step: Encapsulation, inner: Layer) -> Option<Next> {
    if is_strict { Some(enter(walk, size, step, inner)) } else { enter_if_plausible(walk, size, step, inner) }
}

/// The IP version that a packet's first four bits name.
fn version(packet: &[u8]) -> Option<u8> {
    packet.first().map(|first| first >> 4)
}

/// The layer of an IP packet by its first four bits, if they name a version of IP.
fn ip_layer(packet: &[u8]) -> Option<Layer> {
    match version(packet)? {
        4 => Some(Layer::Ipv4),
        6 => Some(Layer::Ipv6),
        _ => None,
    }
}

/// EtherIP (RFC 3378): version 3, twelve reserved bits, an Ethernet frame.
fn etherip(walk: &mut Walk<'_>) -> Option<Next> {
    match *walk.rest.first_chunk::<2>()? {
        [0x30, 0] => Some(enter(walk, 2, Encapsulation::EtherIp, Layer::ETHERNET)),
        [0x30..=0x3f, _] => enter_if_plausible(walk, 2, Encapsulation::EtherIp, Layer::ETHERNET),
        _ => None,
    }
}

/// PIM Register (RFC 7761 section 4.9.3): version 2, type 1, a multicast packet on its way to the rendezvous point. A
/// Null-Register carries no packet.
fn pim_register(walk: &mut Walk<'_>) -> Option<Next> {
    const HEADER: usize = 8;
    const VERSION_AND_TYPE: u8 = 0x21;
    const NULL_REGISTER: u8 = 0x40;
    let header = walk.rest.first_chunk::<HEADER>()?;
    let inner = ip_layer(&walk.rest[HEADER..])?;
    let carries = header[0] == VERSION_AND_TYPE && header[4] & NULL_REGISTER == 0;
    carries.then(|| enter(walk, HEADER, Encapsulation::PimRegister, inner))
}

/// Skips a tunnel header of `size` captured bytes, and the Network Service Header after it.
fn then_nsh(walk: &mut Walk<'_>, size: usize, step: Encapsulation) -> Option<Next> {
    match enter(walk, size, step, Layer::EtherType(ether::NSH)) {
        Continue(_) => nsh(walk),
        stopped => Some(stopped),
    }
}

/// Network Service Header (RFC 8300): version 0, length in units of four bytes, and the number of the next protocol.
fn nsh(walk: &mut Walk<'_>) -> Option<Next> {
    let &[first, second, _, next] = walk.rest.first_chunk::<4>()?;
    let size = usize::from((u16::from_be_bytes([first, second]) & 0x3f) * 4);
    if first >> 6 != 0 || size < 8 || walk.rest.len() < size {
        return None;
    }
    let inner = nsh_next(next)?;
    Some(enter(walk, size, Encapsulation::Nsh, inner))
}

/// The layer that the next-protocol number of NSH (RFC 8300 section 2.2) and of VXLAN-GPE announces.
fn nsh_next(number: u8) -> Option<Layer> {
    match number {
        1 => Some(Layer::Ipv4),
        2 => Some(Layer::Ipv6),
        3 => Some(Layer::ETHERNET),
        5 => Some(Layer::Mpls),
        _ => None,
    }
}
