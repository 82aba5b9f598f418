//! Link layers: from the first byte of a packet to an EtherType, an LLC header or an IP header. One arm and one
//! function for each link type.

use std::ops::ControlFlow::{Break, Continue};

use etherparse::{Ethernet2HeaderSlice, SingleVlanHeaderSlice};

use crate::capture::LinkType;
use crate::decode::protocol::ether;
use crate::decode::scope::Encapsulation;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkAddress, LinkProtocol};

/// Goes over the header of a link layer.
#[inline]
pub fn link(walk: &mut Walk<'_>, link_type: LinkType) -> Next {
    match link_type {
        LinkType::ETHERNET => ethernet(walk),
        LinkType::LINUX_SLL => linux_sll(walk),
        LinkType::LINUX_SLL2 => linux_sll2(walk),
        LinkType::NULL | LinkType::LOOP => loopback(walk),
        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => Continue(Layer::Ip),
        LinkType::IPV4 => Continue(Layer::Ipv4),
        LinkType::IPV6 => Continue(Layer::Ipv6),
        other => Break(Decoded::UnsupportedLink(other)),
    }
}

/// Ethernet II, or IEEE 802.3 where the type field is a length.
#[inline]
fn ethernet(walk: &mut Walk<'_>) -> Next {
    let Ok(header) = Ethernet2HeaderSlice::from_slice(walk.rest) else { return walk.too_short() };
    let (destination, source) = (header.destination(), header.source());
    walk.broadcast = destination == [0xff; 6];
    walk.link_addresses = [Some(LinkAddress::from_bytes(&source)), Some(LinkAddress::from_bytes(&destination))];
    walk.advance(header.slice().len());
    type_or_length(walk, header.ether_type().0)
}

/// The field behind the addresses: from 0x0600 on an EtherType, below it the length of an LLC frame.
#[inline]
pub fn type_or_length(walk: &mut Walk<'_>, value: u16) -> Next {
    if value >= ether::LEAST {
        return Continue(Layer::EtherType(value));
    }
    walk.limit(usize::from(value));
    Continue(Layer::Llc)
}

/// What an EtherType announces.
#[inline]
pub fn ether_type(walk: &mut Walk<'_>, value: u16) -> Next {
    match value {
        ether::IPV4 => Continue(Layer::Ipv4),
        ether::IPV6 => Continue(Layer::Ipv6),
        ether::VLAN | ether::SERVICE_VLAN | ether::OLD_QINQ => vlan(walk),
        ether::MPLS | ether::MPLS_MULTICAST => Continue(Layer::Mpls),
        ether::ARP | ether::RARP => {
            // Hardware type, protocol type, two address lengths, then the operation (RFC 826).
            let opcode = walk.rest.get(6..8).map(|field| u16::from_be_bytes([field[0], field[1]]));
            Break(Decoded::NonIp(LinkProtocol::Arp { ether_type: value, opcode }))
        }
        other => Break(Decoded::NonIp(LinkProtocol::EtherType(other))),
    }
}

/// An IEEE 802.1Q tag: priority and VLAN identifier, then the type or length that it was put in front of.
fn vlan(walk: &mut Walk<'_>) -> Next {
    let Ok(header) = SingleVlanHeaderSlice::from_slice(walk.rest) else { return walk.too_short() };
    walk.enter(Encapsulation::Vlan(header.vlan_identifier().value()))?;
    walk.advance(header.slice().len());
    type_or_length(walk, header.ether_type().0)
}

/// An IEEE 802.2 LLC header; with SNAP (both SAPs 0xaa) an organisation and its own protocol number behind it.
pub fn llc(walk: &mut Walk<'_>) -> Next {
    const SNAP_SAP: u8 = 0xaa;
    const ENCAPSULATED_ETHERNET: [u8; 3] = [0, 0, 0];
    let Some(&[destination_sap, source_sap]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    if (destination_sap, source_sap) != (SNAP_SAP, SNAP_SAP) {
        return Break(Decoded::NonIp(LinkProtocol::Llc { sap: destination_sap }));
    }
    let Some(&[_, _, _, a, b, c, high, low]) = walk.rest.first_chunk::<8>() else { return walk.too_short() };
    let (organisation, number) = ([a, b, c], u16::from_be_bytes([high, low]));
    if organisation != ENCAPSULATED_ETHERNET {
        return Break(Decoded::NonIp(LinkProtocol::Snap { organisation, number }));
    }
    walk.advance(8);
    Continue(Layer::EtherType(number))
}

/// Linux cooked capture v1 (LINKTYPE_LINUX_SLL): packet type, ARPHRD type, address length and bytes, protocol.
fn linux_sll(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 16;
    let Some(header) = walk.rest.first_chunk::<HEADER>() else { return walk.too_short() };
    let address_len = usize::from(u16::from_be_bytes([header[4], header[5]])).min(8);
    walk.broadcast = u16::from_be_bytes([header[0], header[1]]) == SLL_BROADCAST;
    walk.link_addresses = [LinkAddress::known(&header[6..6 + address_len]), None];
    walk.advance(HEADER);
    sll_protocol(walk, u16::from_be_bytes([header[14], header[15]]))
}

/// Linux cooked capture v2 (LINKTYPE_LINUX_SLL2): protocol, interface index, ARPHRD type, packet type, address.
fn linux_sll2(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 20;
    let Some(header) = walk.rest.first_chunk::<HEADER>() else { return walk.too_short() };
    let address_len = usize::from(header[11]).min(8);
    walk.broadcast = u16::from(header[10]) == SLL_BROADCAST;
    walk.link_addresses = [LinkAddress::known(&header[12..12 + address_len]), None];
    walk.advance(HEADER);
    sll_protocol(walk, u16::from_be_bytes([header[0], header[1]]))
}

/// "Packet was broadcast by somebody else", in both cooked headers.
const SLL_BROADCAST: u16 = 1;

/// The protocol field of a cooked header: an EtherType, or one of Linux's own small numbers.
fn sll_protocol(walk: &mut Walk<'_>, protocol: u16) -> Next {
    /// `ETH_P_802_2`: an LLC header follows.
    const LINUX_LLC: u16 = 0x0004;
    match protocol {
        LINUX_LLC => Continue(Layer::Llc),
        value if value >= ether::LEAST => ether_type(walk, value),
        own => Break(Decoded::NonIp(LinkProtocol::EtherType(own))),
    }
}

/// BSD loopback: four bytes of address family, in the capturing machine's byte order (NULL) or in network order (LOOP).
/// All families in use are small, so that the byte order shows.
fn loopback(walk: &mut Walk<'_>) -> Next {
    let Some(&field) = walk.rest.first_chunk::<4>() else { return walk.too_short() };
    let family = u32::from_le_bytes(field).min(u32::from_be_bytes(field));
    walk.advance(4);
    match family {
        2 => Continue(Layer::Ipv4),
        // AF_INET6 of NetBSD and OpenBSD, FreeBSD, macOS, and Linux and Windows.
        24 | 28 | 30 | 10 | 23 => Continue(Layer::Ipv6),
        // Some writers put an EtherType here.
        family if family == u32::from(ether::IPV4) => Continue(Layer::Ipv4),
        family if family == u32::from(ether::IPV6) => Continue(Layer::Ipv6),
        other => Break(Decoded::NonIp(LinkProtocol::AddressFamily(other))),
    }
}
