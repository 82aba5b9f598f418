//! Headers that systems write for their own interfaces: Linux's cooked headers, BSD's loopback and IPsec interfaces, Solaris'
//! ipnet.

use std::ops::ControlFlow::{Break, Continue};

use super::ethernet::IPX;
use super::{host32, own_frame, skip, skip_to};
use crate::capture::LinkType;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkAddress, LinkProtocol};

/// "Packet was broadcast by somebody else", in both cooked headers.
const SLL_BROADCAST: u16 = 1;

/// Linux cooked capture v1 (LINKTYPE_LINUX_SLL): packet type, ARPHRD type, address length and bytes, protocol.
pub fn linux_sll(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 16;
    let Some(header) = walk.rest.first_chunk::<HEADER>() else { return walk.too_short() };
    let address_len = usize::from(u16::from_be_bytes([header[4], header[5]])).min(8);
    walk.broadcast = u16::from_be_bytes([header[0], header[1]]) == SLL_BROADCAST;
    walk.link_addresses = [LinkAddress::known(&header[6..6 + address_len]), None];
    walk.advance(HEADER);
    cooked(u16::from_be_bytes([header[2], header[3]]), u16::from_be_bytes([header[14], header[15]]))
}

/// Linux cooked capture v2 (LINKTYPE_LINUX_SLL2): protocol, interface index, ARPHRD type, packet type, address.
pub fn linux_sll2(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 20;
    let Some(header) = walk.rest.first_chunk::<HEADER>() else { return walk.too_short() };
    let address_len = usize::from(header[11]).min(8);
    walk.broadcast = u16::from(header[10]) == SLL_BROADCAST;
    walk.link_addresses = [LinkAddress::known(&header[12..12 + address_len]), None];
    walk.advance(HEADER);
    cooked(u16::from_be_bytes([header[8], header[9]]), u16::from_be_bytes([header[0], header[1]]))
}

/// The layer after a cooked header. Some kinds of hardware (Linux's ARPHRD numbers) leave the protocol field unused or give it a
/// meaning of their own, as the LINKTYPE page lists; that of GRE interfaces is GRE's, which is an EtherType.
fn cooked(hardware: u16, protocol: u16) -> Next {
    match hardware {
        280 => own_frame(LinkType::CAN_SOCKETCAN),
        770 => Continue(Layer::Link(LinkType::FRELAY)),
        801 => Continue(Layer::Link(LinkType::IEEE802_11)),
        802 => Continue(Layer::Link(LinkType::IEEE802_11_PRISM)),
        803 => Continue(Layer::Link(LinkType::IEEE802_11_RADIOTAP)),
        804 | 805 => Break(Decoded::NonIp(LinkProtocol::Ieee802154)),
        824 => own_frame(LinkType::NETLINK),
        826 => own_frame(LinkType::VSOCK),
        _ => by_protocol(protocol),
    }
}

/// The layer that a cooked header's protocol field announces: an EtherType, or one of Linux's own small numbers (`ETH_P_...`).
fn by_protocol(protocol: u16) -> Next {
    match protocol {
        // Novell's frames without LLC hold IPX.
        0x0001 => Continue(Layer::EtherType(IPX)),
        0x0003 => Continue(Layer::ETHERNET),
        0x0004 => Continue(Layer::Llc),
        0x0007 => Continue(Layer::Link(LinkType::PPP_HDLC)),
        0x000c..=0x000e => own_frame(LinkType::CAN_SOCKETCAN),
        0x00f6 => Break(Decoded::NonIp(LinkProtocol::Ieee802154)),
        value if value >= ether::MIN => Continue(Layer::EtherType(value)),
        own => Break(Decoded::NonIp(LinkProtocol::EtherType(own))),
    }
}

/// BSD loopback: four bytes of address family, in the capturing machine's byte order (NULL) or in network order (LOOP).
pub fn loopback(walk: &mut Walk<'_>) -> Next {
    let Some(family) = host32(walk.rest, 0) else { return walk.too_short() };
    skip(walk, 4)?;
    by_family(family)
}

/// OpenBSD's IPsec interface (LINKTYPE_ENC, `struct enchdr`): address family in host order, SPI, flags; then the packet without
/// IPsec.
pub fn enc(walk: &mut Walk<'_>) -> Next {
    let Some(family) = host32(walk.rest, 0) else { return walk.too_short() };
    skip(walk, 12)?;
    by_family(family)
}

/// Solaris' IP observability (LINKTYPE_IPNET, `dl_ipnetinfo_t`): version, Solaris' address family, hook type, length,
/// two interface indices, two zones.
pub fn ipnet(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 24;
    const AF_INET: u8 = 2;
    const AF_INET6: u8 = 26;
    let Some(&[_version, family]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    let next = match family {
        AF_INET => Layer::Ipv4,
        AF_INET6 => Layer::Ipv6,
        other => return Break(Decoded::NonIp(LinkProtocol::AddressFamily(u32::from(other)))),
    };
    skip_to(walk, HEADER, next)
}

/// The layer that an address family announces. All families in use are small numbers.
pub fn by_family(family: u32) -> Next {
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
