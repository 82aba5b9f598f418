//! Link layers: from the first byte of a packet to an EtherType, an LLC header, an IP header or another link layer.
//!
//! This file sends each link type to its function; the functions are in one file for each family. Layouts are those of
//! <https://www.tcpdump.org/linktypes.html> and the standards it names. A type without an arm is counted as unsupported.

mod atm;
mod cooked;
mod ethernet;
mod exported;
mod frame_relay;
mod framed;
mod ieee802_11;
mod juniper;
mod legacy;
mod llc;
mod logged;
mod monitor;
mod serial;
mod switch;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow::{self, Break, Continue};

use crate::capture::LinkType;
use crate::decode::protocol::ether;
use crate::decode::walk::{Layer, Next, Walk};
use crate::decode::{Decoded, LinkProtocol};
pub use ethernet::{ether_type, type_or_length};
pub use ieee802_11::{ControlOrder, control_order, is_readable_data, swapped_frame};
pub use llc::{is_llc, llc};
pub use monitor::{tzsp_header_len, tzsp_inside};

/// Reads the header of a link layer.
#[inline]
pub fn link(walk: &mut Walk<'_>, link_type: LinkType) -> Next {
    match link_type {
        LinkType::ETHERNET => ethernet::ethernet(walk),
        other => less_common(walk, other),
    }
}

/// Reads the header of any link layer but Ethernet: out of line, because the loop over the layers would be slower otherwise.
#[inline(never)]
fn less_common(walk: &mut Walk<'_>, link_type: LinkType) -> Next {
    match link_type {
        LinkType::LINUX_SLL => cooked::linux_sll(walk),
        LinkType::LINUX_SLL2 => cooked::linux_sll2(walk),
        LinkType::NULL | LinkType::LOOP => cooked::loopback(walk),
        LinkType::ENC => cooked::enc(walk),
        LinkType::IPNET => cooked::ipnet(walk),

        LinkType::RAW | LinkType::RAW_BSD | LinkType::RAW_OPENBSD => Continue(Layer::Ip),
        LinkType::IPV4 => Continue(Layer::Ipv4),
        LinkType::IPV6 => Continue(Layer::Ipv6),
        LinkType::MPLS => Continue(Layer::Mpls),
        LinkType::PPP_ETHER => Continue(Layer::EtherType(ether::PPPOE_SESSION)),

        LinkType::IEEE802_11 => ieee802_11::frame(walk, false),
        LinkType::IEEE802_11_RADIOTAP => monitor::radiotap(walk),
        LinkType::IEEE802_11_PRISM => monitor::prism(walk),
        LinkType::IEEE802_11_AVS => monitor::avs(walk),
        LinkType::PPI => monitor::ppi(walk),
        LinkType::TZSP => monitor::tzsp(walk),
        LinkType::IEEE802_15_4_LINUX
        | LinkType::IEEE802_15_4_WITHFCS
        | LinkType::IEEE802_15_4_NONASK_PHY
        | LinkType::IEEE802_15_4_NOFCS
        | LinkType::IEEE802_15_4_TAP => Break(Decoded::NonIp(LinkProtocol::Ieee802154)),

        LinkType::PPP => serial::ppp(walk),
        LinkType::PPP_HDLC => serial::ppp_hdlc(walk),
        LinkType::PPP_PPPD => skip_to(walk, 2, Layer::Ppp),
        LinkType::PPP_WITH_DIR => skip_to(walk, 1, Layer::Link(LinkType::PPP)),
        LinkType::C_HDLC => serial::cisco_hdlc(walk),
        LinkType::C_HDLC_WITH_DIR => skip_to(walk, 1, Layer::Link(LinkType::C_HDLC)),
        LinkType::SLIP => skip_to(walk, serial::SLIP_HEADER, Layer::Ip),
        LinkType::SLIP_BSDOS => skip_to(walk, serial::BSDOS_HEADER, Layer::Ip),
        LinkType::FRELAY => frame_relay::frame_relay(walk),
        LinkType::FRELAY_WITH_DIR => skip_to(walk, 1, Layer::Link(LinkType::FRELAY)),
        LinkType::MFR => frame_relay::multilink(walk),

        LinkType::ATM_RFC1483 => atm::rfc1483(walk),
        LinkType::ATM_CLIP => atm::classical_ip(walk),
        LinkType::LANE8023 => atm::lan_emulation(walk),
        LinkType::SUNATM => atm::sunatm(walk),
        LinkType::JUNIPER_ETHER
        | LinkType::JUNIPER_PPPOE
        | LinkType::JUNIPER_PPPOE_ATM
        | LinkType::JUNIPER_PPP
        | LinkType::JUNIPER_FRELAY
        | LinkType::JUNIPER_CHDLC
        | LinkType::JUNIPER_ATM1
        | LinkType::JUNIPER_ATM2
        | LinkType::JUNIPER_GGSN
        | LinkType::JUNIPER_SERVICES
        | LinkType::JUNIPER_VP => juniper::juniper(walk, link_type),

        LinkType::TOKEN_RING => legacy::token_ring(walk),
        LinkType::FDDI => legacy::fddi(walk),
        LinkType::ARCNET_BSD => legacy::arcnet_bsd(walk),
        LinkType::ARCNET_LINUX => legacy::arcnet_linux(walk),
        LinkType::IP_OVER_FC => legacy::ip_over_fc(walk),
        LinkType::APPLE_IP_OVER_IEEE1394 => legacy::firewire(walk),
        LinkType::IPOIB => legacy::infiniband(walk),
        LinkType::DOCSIS => legacy::docsis(walk),
        LinkType::SYMANTEC_FIREWALL => legacy::symantec(walk),

        LinkType::NFLOG => logged::nflog(walk),
        LinkType::PFLOG => logged::pflog(walk),
        LinkType::OLD_PFLOG => logged::old_pflog(walk),
        LinkType::PKTAP | LinkType::USER2 => logged::pktap(walk, link_type),

        LinkType::DSA_TAG_DSA => switch::dsa(walk),
        LinkType::DSA_TAG_EDSA => switch::edsa(walk),
        LinkType::DSA_TAG_BRCM => switch::broadcom(walk),
        LinkType::DSA_TAG_BRCM_PREPEND => skip_to(walk, switch::BROADCOM_TAG, Layer::ETHERNET),
        LinkType::NETANALYZER => framed::netanalyzer(walk, 0),
        LinkType::NETANALYZER_TRANSPARENT => framed::netanalyzer(walk, framed::PREAMBLE),
        LinkType::ETHERNET_MPACKET => framed::mpacket(walk),
        LinkType::ERF => framed::erf(walk),
        LinkType::WIRESHARK_UPPER_PDU => exported::exported(walk),

        other => Break(Decoded::UnsupportedLink(other)),
    }
}

/// Skips `size` bytes; ends the walk if they are not all there.
fn skip(walk: &mut Walk<'_>, size: usize) -> ControlFlow<Decoded> {
    if walk.rest.len() < size {
        return walk.too_short().map_continue(|_| ());
    }
    walk.advance(size);
    Continue(())
}

/// Skips `size` bytes, and continues with `next`.
fn skip_to(walk: &mut Walk<'_>, size: usize, next: Layer) -> Next {
    skip(walk, size)?;
    Continue(next)
}

/// Leaves out a trailer of `size` bytes on the wire.
fn without_trailer(walk: &mut Walk<'_>, size: usize) {
    walk.limit(walk.wire_rest.saturating_sub(size));
}

/// Ends the walk at a frame for the link layer alone: management, control, encrypted, a later fragment.
fn own_frame(link_type: LinkType) -> Next {
    Break(Decoded::NonIp(LinkProtocol::Link(link_type)))
}

/// `N` bytes at `at`, if they are there.
fn bytes_at<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

/// A 16-bit field in network order, if it is there.
fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes_at(bytes, at).map(u16::from_be_bytes)
}

/// A 16-bit field in little-endian order, if it is there.
fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes_at(bytes, at).map(u16::from_le_bytes)
}

/// A 32-bit field in little-endian order, if it is there.
fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes_at(bytes, at).map(u32::from_le_bytes)
}

/// A small number in a 32-bit field of the capturing machine's byte order, which is not known: a small number read in the wrong
/// order is a huge one.
fn host32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes_at(bytes, at).map(|field| u32::from_le_bytes(field).min(u32::from_be_bytes(field)))
}
