//! Plausibility of packets: the bytes inside a tunnel have to agree with the tunnel's header.
//!
//! A header whose reserved bits are zeros is proof enough in most tunnels. If a receiver must ignore those bits and they are not
//! zeros, or if a header says little, the inner bytes have to distinguish a tunnel from other traffic to its port.

use super::tags;
use crate::decode::encapsulation::MAX_DEPTH;
use crate::decode::link::{self, ControlOrder};
use crate::decode::protocol::ether;
use crate::decode::walk::Layer;

/// The agreement of bytes with an announced protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// The bytes are something else.
    Not,
    /// Nothing is known of such a protocol.
    Unknown,
    /// The bytes begin as that protocol does.
    Good,
}

impl Fit {
    fn from_bool(fits: bool) -> Fit {
        if fits { Fit::Good } else { Fit::Not }
    }
}

/// True if the bytes begin as `layer` does, as far as such layers can be recognised.
pub fn fits(layer: Layer, bytes: &[u8]) -> bool {
    match layer {
        Layer::ETHERNET => frame(bytes) == Fit::Good,
        Layer::EtherType(value) => behind_ether_type(value, bytes) == Fit::Good,
        Layer::IEEE_802_11 => link::control_order(bytes) == Some(ControlOrder::Standard),
        Layer::Ppp => ppp(bytes),
        Layer::Mpls => has_bottom(bytes),
        Layer::Ipv4 => ipv4(bytes),
        Layer::Ipv6 => ipv6(bytes),
        Layer::Ip => ipv4(bytes) || ipv6(bytes),
        _ => false,
    }
}

/// Compares an Ethernet frame's type with the bytes after it.
pub fn frame(bytes: &[u8]) -> Fit {
    const ADDRESSES: usize = 12;
    match bytes.get(ADDRESSES..) {
        Some(&[high, low, ref payload @ ..]) => behind_ether_type(u16::from_be_bytes([high, low]), payload),
        _ => Fit::Not,
    }
}

/// Compares `payload` with its EtherType, or with the length in the place of one. VLAN tags and similar tags are skipped, as many
/// as a walk may go through.
pub fn behind_ether_type(mut value: u16, mut payload: &[u8]) -> Fit {
    for _ in 0..=MAX_DEPTH {
        if ether::is_vlan(value) {
            let &[_, _, high, low, ref rest @ ..] = payload else { return Fit::Not };
            (value, payload) = (u16::from_be_bytes([high, low]), rest);
            continue;
        }
        match tags::in_front(value, payload) {
            Some((size, _, next)) => (value, payload) = (next, &payload[size..]),
            None => return fixed_ether_type(value, payload),
        }
    }
    Fit::Not
}

/// Compares `payload` with an EtherType that is no tag.
fn fixed_ether_type(value: u16, payload: &[u8]) -> Fit {
    Fit::from_bool(match value {
        ether::IPV4 => ipv4(payload),
        ether::IPV6 => ipv6(payload),
        // Hardware type Ethernet or IEEE 802, protocol type IPv4, address lengths (RFC 826).
        ether::ARP | ether::RARP => matches!(payload, [0, 1 | 6, 8, 0, 6, 4, ..]),
        ether::MPLS | ether::MPLS_MULTICAST => has_bottom(payload),
        // Version 1, type 1.
        ether::PPPOE_SESSION | ether::PPPOE_DISCOVERY => matches!(payload, [0x11, ..]),
        // Version 1 to 3, one of nine types.
        ether::EAPOL => matches!(payload, [1..=3, 0..=8, ..]),
        // The first field is the chassis: type 1, more than a byte.
        ether::LLDP => matches!(payload, [2, 2..=255, ..]),
        ether::SLOW_PROTOCOLS => matches!(payload, [1..=10, ..]),
        ether::NSH => matches!(payload, [0..=0x3f, ..]),
        // A length: LLC, of which the spanning tree is the most common.
        0..ether::MIN => usize::from(value) >= 3 && (link::is_llc(payload) || payload.starts_with(&[0x42, 0x42, 3])),
        // The inner frame is not checked, because it could hold another, and so on.
        tag if tags::is_around(tag) => tags::around(tag, payload).is_some_and(|(size, _)| payload.len() > size),
        // A number that is no EtherType, and a tag whose header did not check out.
        0xffff => false,
        tag if tags::is_in_front(tag) => false,
        _ => return Fit::Unknown,
    })
}

/// IPv4: its version, and a header length of at least 20 bytes (RFC 791).
fn ipv4(bytes: &[u8]) -> bool {
    matches!(bytes, [0x45..=0x4f, ..])
}

/// IPv6: its version (RFC 8200).
fn ipv6(bytes: &[u8]) -> bool {
    matches!(bytes, [0x60..=0x6f, ..])
}

/// A label stack with a last label (RFC 3032).
fn has_bottom(bytes: &[u8]) -> bool {
    bytes.chunks_exact(4).any(|label| label[2] & 1 == 1)
}

/// PPP from its protocol field on, with or without the two bytes of its framing: IP, MPLS, compressed or bundled data, or a
/// message of a control protocol, which has a code and a length (RFC 1661 section 5).
pub fn ppp(bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(&[0xff, 0x03]).unwrap_or(bytes);
    let (protocol, payload) = match *bytes {
        [compressed, ref payload @ ..] if compressed & 1 == 1 => (u16::from(compressed), payload),
        [high, low, ref payload @ ..] => (u16::from_be_bytes([high, low]), payload),
        _ => return false,
    };
    match protocol {
        0x0021 => ipv4(payload),
        0x0057 => ipv6(payload),
        0x0281 | 0x0283 => has_bottom(payload),
        // Compressed TCP headers, bridging, multilink, compressed and encrypted data.
        0x002d | 0x002f | 0x0031 | 0x003d | 0x0053 | 0x0055 | 0x00fb | 0x00fd => true,
        0x8000.. if protocol & 1 == 1 => matches!(payload, [1..=15, _, high, low, ..] if u16::from_be_bytes([*high, *low]) >= 4),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(ether_type: u16, payload: &[u8]) -> Fit {
        frame(&[&[2; 12][..], &ether_type.to_be_bytes(), payload].concat())
    }

    #[test]
    fn a_frame_fits_if_its_type_and_its_payload_agree() {
        assert_eq!(typed(0x0800, &[0x45]), Fit::Good);
        assert_eq!(typed(0x8100, &[0, 9, 0x86, 0xdd, 0x60]), Fit::Good);
        assert_eq!(typed(0x0806, &[0, 1, 8, 0, 6, 4, 0, 1]), Fit::Good);
        assert_eq!(typed(38, &[0x42, 0x42, 3, 0]), Fit::Good);
        assert_eq!(typed(0x8909, &[1, 1, 0, 1, 0, 9, 8, 0, 0x45]), Fit::Good);
        assert_eq!(typed(0x88b8, &[0]), Fit::Unknown);
        for (ether_type, payload) in [
            (0x0800, &[0x44][..]),
            (0x0800, &[]),
            (0x0800, &[0x60]),
            (0x86dd, &[0x45]),
            (0x8100, &[0, 9, 8]),
            (7, b"www"),
            (0xffff, &[0]),
        ] {
            assert_eq!(typed(ether_type, payload), Fit::Not, "{ether_type:04x}");
        }
        assert_eq!(frame(&[2; 13]), Fit::Not);
    }

    #[test]
    fn tags_are_skipped_as_far_as_a_walk_goes() {
        let tags = |count: usize| [&[0x81, 0, 0, 1].repeat(count)[..], &[8, 0, 0x45]].concat();
        let with = |count: usize| frame(&[&[2; 12][..], &tags(count)].concat());
        assert_eq!((with(8), with(9), with(100_000)), (Fit::Good, Fit::Not, Fit::Not));
    }

    #[test]
    fn ppp_is_known_by_its_protocol() {
        for good in [
            &[0xff, 3, 0, 0x21, 0x45][..],
            &[0x21, 0x45],
            &[0x57, 0x60],
            &[0xc0, 0x21, 1, 0, 0, 4],
            &[0xff, 3, 0x80, 0x21, 9, 1, 0, 10],
        ] {
            assert!(ppp(good), "{good:x?}");
        }
        for bad in [
            &[][..],
            &[0],
            &[0, 0x21],
            &[0, 0x21, 0x65],
            &[0x81, 0x80, 0, 1],
            &[0xc0, 0x21, 1, 0, 0, 3],
            &[0xc0, 0x22, 1, 0, 0, 4],
        ] {
            assert!(!ppp(bad), "{bad:x?}");
        }
    }
}
