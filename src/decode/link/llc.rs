//! IEEE 802.2 LLC and SNAP, and ISO network layer protocol identifiers (NLPID, ISO/IEC TR 9577), which Frame Relay and ATM have
//! in the same place.

use std::ops::ControlFlow::Break;

use super::{bytes_at, skip, skip_to, without_trailer};
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkProtocol};

/// The place of a bridged frame after its SNAP header (organisation 00-80-c2, IEEE 802.1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Bridged {
    /// This link layer carries no bridged frames.
    Never,
    /// The frame begins after this much padding: none on Frame Relay (RFC 2427 section 4.2), two on ATM (RFC 2684 section 5.2).
    Behind(usize),
}

/// An LLC header; with SNAP (both SAPs 0xaa) an organisation and its own protocol number follow.
pub fn llc(walk: &mut Walk<'_>) -> Next {
    llc_on(walk, Bridged::Never)
}

/// An LLC header on a link layer that may carry bridged frames.
pub fn llc_on(walk: &mut Walk<'_>, bridged: Bridged) -> Next {
    const SNAP_SAP: u8 = 0xaa;
    const IP_SAP: u8 = 0x06;
    const ISO_SAP: u8 = 0xfe;
    /// Control field of an unnumbered information frame.
    const UI: u8 = 0x03;
    let Some(&[destination_sap, source_sap]) = walk.rest.first_chunk::<2>() else { return walk.too_short() };
    let other = Break(Decoded::NonIp(LinkProtocol::Llc { sap: destination_sap }));
    match (destination_sap, source_sap, walk.rest.get(2)) {
        (SNAP_SAP, SNAP_SAP, _) => {
            skip(walk, 3)?;
            snap(walk, bridged)
        }
        // IP without SNAP (RFC 948).
        (IP_SAP, IP_SAP, Some(&UI)) => skip_to(walk, 3, Layer::Ip),
        // All ISO protocols are one in the ledger; IP and PPP come this way on ATM (RFC 2684 section 5.1, RFC 2364).
        (ISO_SAP, ISO_SAP, Some(&UI)) if matches!(walk.rest.get(3), Some(&(NLPID_IPV4 | NLPID_IPV6 | NLPID_PPP))) => {
            skip(walk, 3)?;
            nlpid(walk, bridged)
        }
        _ => other,
    }
}

/// A SNAP header after LLC or NLPID: organisation, and its number for a protocol (IEEE 802 clause 9).
pub fn snap(walk: &mut Walk<'_>, bridged: Bridged) -> Next {
    /// EtherTypes on networks that have none (RFC 1042).
    const ENCAPSULATED_ETHERNET: [u8; 3] = [0, 0, 0];
    /// EtherTypes of frames that bridges must not turn back into Ethernet II (IEEE 802.1H).
    const BRIDGE_TUNNEL: [u8; 3] = [0, 0, 0xf8];
    /// IEEE 802.1, whose numbers stand for kinds of bridged frames.
    const BRIDGED: [u8; 3] = [0, 0x80, 0xc2];
    let Some(&[a, b, c, high, low]) = walk.rest.first_chunk::<5>() else { return walk.too_short() };
    let (organisation, number) = ([a, b, c], u16::from_be_bytes([high, low]));
    match (organisation, number, bridged) {
        (ENCAPSULATED_ETHERNET, number, _) => skip_to(walk, 5, Layer::EtherType(number)),
        (BRIDGE_TUNNEL, ether::MIN.., _) => skip_to(walk, 5, Layer::EtherType(number)),
        // Ethernet with its frame check sequence, and without.
        (BRIDGED, 1 | 7, Bridged::Behind(padding)) => {
            if number == 1 {
                without_trailer(walk, 4);
            }
            skip_to(walk, 5 + padding, Layer::ETHERNET)
        }
        _ => Break(Decoded::NonIp(LinkProtocol::Snap { organisation, number })),
    }
}

const NLPID_SNAP: u8 = 0x80;
const NLPID_IPV6: u8 = 0x8e;
const NLPID_IPV4: u8 = 0xcc;
const NLPID_PPP: u8 = 0xcf;

/// A network layer protocol identifier, and the layer that it announces (RFC 2427 section 4, RFC 1973 for PPP).
pub fn nlpid(walk: &mut Walk<'_>, bridged: Bridged) -> Next {
    let Some(&identifier) = walk.rest.first() else { return walk.too_short() };
    match identifier {
        NLPID_IPV4 => skip_to(walk, 1, Layer::Ipv4),
        NLPID_IPV6 => skip_to(walk, 1, Layer::Ipv6),
        NLPID_PPP => skip_to(walk, 1, Layer::Ppp),
        NLPID_SNAP => {
            skip(walk, 1)?;
            snap(walk, bridged)
        }
        other => Break(Decoded::NonIp(LinkProtocol::Nlpid(other))),
    }
}

/// True if the bytes begin with an LLC header that announces SNAP, IP or an ISO protocol in an unnumbered frame.
pub fn is_llc(bytes: &[u8]) -> bool {
    matches!(bytes_at(bytes, 0), Some([0xaa, 0xaa, 0x03] | [0xfe, 0xfe, 0x03] | [0x06, 0x06, 0x03]))
}
