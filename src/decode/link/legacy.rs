//! Older and rarer networks: Token Ring, FDDI, ARCnet, Fibre Channel, FireWire, InfiniBand, cable modems.

use std::ops::ControlFlow::{Break, Continue};

use super::ethernet::addresses;
use super::{be16, bytes_at, own_frame, skip, skip_to};
use crate::capture::LinkType;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkAddress};

/// Token Ring (IEEE Std 802.5): access control, frame control, two addresses, source routing, LLC.
pub fn token_ring(walk: &mut Walk<'_>) -> Next {
    const HEADER: usize = 14;
    /// Frame control: the kind of frame in two bits, 01 for LLC.
    const KIND: u8 = 0xc0;
    const LLC: u8 = 0x40;
    /// In the sender's first byte, where a group's bit would be: routing information follows (clause 3.3).
    const SOURCE_ROUTED: u8 = 0x80;
    const RING_BROADCAST: [u8; 6] = [0xc0, 0, 0xff, 0xff, 0xff, 0xff];
    let (Some(&[_, control]), Some(receiver), Some(mut sender)) =
        (walk.rest.first_chunk::<2>(), bytes_at::<6>(walk.rest, 2), bytes_at::<6>(walk.rest, 8))
    else {
        return walk.too_short();
    };
    let routed = sender[0] & SOURCE_ROUTED != 0;
    sender[0] &= !SOURCE_ROUTED;
    // On the ring the highest bit comes first: reversed, the bit that marks a group is where Ethernet has it.
    addresses(walk, receiver.map(u8::reverse_bits), sender.map(u8::reverse_bits));
    walk.broadcast |= receiver == RING_BROADCAST;
    if control & KIND != LLC {
        return own_frame(LinkType::TOKEN_RING);
    }
    skip(walk, HEADER)?;
    if routed {
        let Some(&first) = walk.rest.first() else { return walk.too_short() };
        // Length of the field, its own two bytes included: even, in five bits.
        let length = usize::from(first & 0x1f);
        if length < 2 || length % 2 == 1 {
            return Break(Decoded::Malformed);
        }
        skip(walk, length)?;
    }
    Continue(Layer::Llc)
}

/// FDDI (ISO 9314-2 section 7.3): frame control, two addresses, LLC.
pub fn fddi(walk: &mut Walk<'_>) -> Next {
    /// Frame control: the format in two bits, 01 for LLC; other frames manage the ring.
    const FORMAT: u8 = 0x30;
    const LLC: u8 = 0x10;
    let (Some(&control), Some(receiver), Some(sender)) = (walk.rest.first(), bytes_at(walk.rest, 1), bytes_at(walk.rest, 7))
    else {
        return walk.too_short();
    };
    addresses(walk, receiver, sender);
    if control & FORMAT != LLC {
        return own_frame(LinkType::FDDI);
    }
    skip_to(walk, 13, Layer::Llc)
}

/// ARCnet as BSD writes it (LINKTYPE_ARCNET_BSD): sender, receiver, type; with RFC 1201 a split flag and a sequence number. The
/// flag 0xff announces that type, flag and number are repeated, after bytes that only fill the frame.
pub fn arcnet_bsd(walk: &mut Walk<'_>) -> Next {
    const EXCEPTION: u8 = 0xff;
    let Some(&[sender, receiver, kind]) = walk.rest.first_chunk::<3>() else { return walk.too_short() };
    arcnet_addresses(walk, sender, receiver);
    if is_old_arcnet(kind) {
        skip(walk, 3)?;
        return arcnet_payload(kind, 0);
    }
    let Some(&flag) = walk.rest.get(3) else { return walk.too_short() };
    if flag != EXCEPTION {
        skip(walk, 6)?;
        return arcnet_payload(kind, flag);
    }
    let Some(&flag) = walk.rest.get(7) else { return walk.too_short() };
    skip(walk, 10)?;
    arcnet_payload(kind, flag)
}

/// ARCnet as Linux writes it (LINKTYPE_ARCNET_LINUX): sender, receiver, offset, type; split flag and number as above.
pub fn arcnet_linux(walk: &mut Walk<'_>) -> Next {
    let Some(&[sender, receiver, _, _, kind]) = walk.rest.first_chunk::<5>() else { return walk.too_short() };
    arcnet_addresses(walk, sender, receiver);
    if is_old_arcnet(kind) {
        skip(walk, 5)?;
        return arcnet_payload(kind, 0);
    }
    let Some(&flag) = walk.rest.get(5) else { return walk.too_short() };
    skip(walk, 8)?;
    arcnet_payload(kind, flag)
}

/// Records station numbers of one byte; 0 stands for all. The zero before a number keeps an odd one from looking like a group.
fn arcnet_addresses(walk: &mut Walk<'_>, sender: u8, receiver: u8) {
    const ALL: u8 = 0;
    walk.broadcast = receiver == ALL;
    let station = |number| (number != ALL).then(|| LinkAddress::from_bytes(&[0, number]));
    walk.link_addresses = [station(sender), station(receiver)];
}

/// True for the types of RFC 1051 and the diagnostic one, which have no flag and no number.
fn is_old_arcnet(kind: u8) -> bool {
    matches!(kind, 0x80 | 0xf0 | 0xf1)
}

/// The layer that an ARCnet type announces (RFC 1051, RFC 1201, RFC 2497). An even split flag other than 0 marks a later
/// fragment.
fn arcnet_payload(kind: u8, flag: u8) -> Next {
    if flag != 0 && flag & 1 == 0 {
        return own_frame(LinkType::ARCNET_BSD);
    }
    Continue(match kind {
        0xf0 | 0xd4 => Layer::Ipv4,
        0xf1 | 0xd5 => Layer::EtherType(ether::ARP),
        0xd6 => Layer::EtherType(ether::RARP),
        0xc4 => Layer::Ipv6,
        0xfa => Layer::EtherType(super::ethernet::IPX),
        0xdd => Layer::EtherType(super::ethernet::APPLETALK),
        _ => return own_frame(LinkType::ARCNET_BSD),
    })
}

/// IP over Fibre Channel (RFC 2625 section 3): two addresses of eight bytes, of which the last six are Ethernet's; LLC.
pub fn ip_over_fc(walk: &mut Walk<'_>) -> Next {
    let (Some(receiver), Some(sender)) = (bytes_at(walk.rest, 2), bytes_at(walk.rest, 10)) else { return walk.too_short() };
    addresses(walk, receiver, sender);
    skip_to(walk, 16, Layer::Llc)
}

/// Apple's IP over FireWire (LINKTYPE_APPLE_IP_OVER_IEEE1394): two addresses of eight bytes, an EtherType.
pub fn firewire(walk: &mut Walk<'_>) -> Next {
    let (Some(receiver), Some(sender), Some(ether_type)) =
        (bytes_at::<8>(walk.rest, 0), bytes_at::<8>(walk.rest, 8), be16(walk.rest, 16))
    else {
        return walk.too_short();
    };
    walk.broadcast = receiver == [0xff; 8];
    walk.link_addresses = [sender, receiver].map(|address| Some(LinkAddress::from_bytes(&address)));
    skip_to(walk, 18, Layer::EtherType(ether_type))
}

/// IP over InfiniBand (LINKTYPE_IPOIB): a Global Routing Header, then RFC 4391's EtherType and two reserved bytes. Of the
/// global identifiers, the half that names the port is kept; groups begin with 0xff.
pub fn infiniband(walk: &mut Walk<'_>) -> Next {
    const ROUTING: usize = 40;
    let (Some(sender), Some(receiver), Some(ether_type)) =
        (bytes_at::<16>(walk.rest, 8), bytes_at::<16>(walk.rest, 24), be16(walk.rest, ROUTING))
    else {
        return walk.too_short();
    };
    // RFC 4391 section 4: ff1x:401b, the partition, then IPv4's broadcast address.
    walk.broadcast = receiver[0] == 0xff && receiver[2..4] == [0x40, 0x1b] && receiver[12..] == [0xff; 4];
    let port = |identifier: [u8; 16]| {
        (identifier[0] != 0xff && identifier[8..] != [0; 8]).then(|| LinkAddress::from_bytes(&identifier[8..]))
    };
    walk.link_addresses = [port(sender), port(receiver)];
    skip_to(walk, ROUTING + 4, Layer::EtherType(ether_type))
}

/// Cable modems (LINKTYPE_DOCSIS, CM-SP-MULPIv3.1 section 6.2): frame control, a parameter, a length, an extended header if
/// the control says so, a check sequence; then an Ethernet frame with its own.
pub fn docsis(walk: &mut Walk<'_>) -> Next {
    const EXTENDED: u8 = 0x01;
    /// The frame's kind in two bits: packets, ATM cells, packets for newer modems only, management.
    const PACKET: u8 = 0x00;
    const ISOLATED_PACKET: u8 = 0x80;
    let Some(&[control, parameter, high, low]) = walk.rest.first_chunk::<4>() else { return walk.too_short() };
    if !matches!(control & 0xc0, PACKET | ISOLATED_PACKET) {
        return own_frame(LinkType::DOCSIS);
    }
    let extended = if control & EXTENDED != 0 { usize::from(parameter) } else { 0 };
    // The length counts the extended header and the packet, but not the two bytes of check sequence between them.
    walk.limit(6 + usize::from(u16::from_be_bytes([high, low])));
    let Some(header) = walk.rest.get(4..4 + extended) else { return walk.too_short() };
    let encrypted = is_encrypted(header);
    skip(walk, 4 + extended + 2)?;
    if encrypted {
        // The addresses are not encrypted.
        if let (Some(receiver), Some(sender)) = (bytes_at(walk.rest, 0), bytes_at(walk.rest, 6)) {
            addresses(walk, receiver, sender);
        }
        return own_frame(LinkType::DOCSIS);
    }
    walk.limit(walk.wire_rest.saturating_sub(4));
    Continue(Layer::ETHERNET)
}

/// True if an element of the extended header is one of baseline privacy's and its enable bit is set (CM-SP-SECv3.1
/// section 7.1). An element begins with its type and its length, four bits each.
fn is_encrypted(mut header: &[u8]) -> bool {
    const UPSTREAM: u8 = 3;
    const DOWNSTREAM: u8 = 4;
    const UPSTREAM_NEWER: u8 = 7;
    const ENABLE: u8 = 0x80;
    while let [first, value @ ..] = header {
        if matches!(first >> 4, UPSTREAM | DOWNSTREAM | UPSTREAM_NEWER) && value.get(1).is_some_and(|byte| byte & ENABLE != 0) {
            return true;
        }
        header = value.get(usize::from(first & 0x0f)..).unwrap_or_default();
    }
    false
}

/// Symantec Enterprise Firewall (LINKTYPE_SYMANTEC_FIREWALL): 44 bytes, of which only the EtherType is known.
pub fn symantec(walk: &mut Walk<'_>) -> Next {
    let Some(ether_type) = be16(walk.rest, 6) else { return walk.too_short() };
    skip_to(walk, 44, Layer::EtherType(ether_type))
}
