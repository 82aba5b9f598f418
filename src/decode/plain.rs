//! The plain packet: Ethernet, IP in one piece, TCP or UDP. Nearly all packets are plain, and for them the walk with its
//! layers, paths and ways out is longer than the way.
//!
//! This is a short cut, and nothing else: what it gives is what the walk gives, which a law and a fuzz target hold it to.
//! Whatever is out of the ordinary is left to the walk.

use etherparse::{Ethernet2HeaderSlice, Ipv4HeaderSlice, Ipv6HeaderSlice, TcpHeaderSlice, UdpHeaderSlice};

use super::observation::{Address, FlowKey, Fragment, IpVersion, Observation, Signals};
use super::protocol::{ether, ip};
use super::scope::ScopeId;
use super::transport::tcp_signals;
use super::tunnel;
use crate::capture::{Interface, LinkType, Packet};

/// The observation of a plain packet and what was captured of its payload; `None` for every other packet.
#[inline]
pub fn plain<'a>(packet: &Packet<'a>, interface: &Interface) -> Option<(Observation, &'a [u8])> {
    if interface.link_type != LinkType::ETHERNET || interface.fcs_len != 0 || packet.data.len() > packet.wire_len as usize {
        return None;
    }
    let ethernet = Ethernet2HeaderSlice::from_slice(packet.data).ok()?;
    let behind = &packet.data[ethernet.slice().len()..];
    let (version, source, destination, protocol, header_len, length) = match ethernet.ether_type().0 {
        ether::IPV4 => {
            let header = Ipv4HeaderSlice::from_slice(behind).ok()?;
            if header.fragments_offset().value() != 0 || header.more_fragments() {
                return None;
            }
            let (source, destination) = (Address::v4(header.source()), Address::v4(header.destination()));
            let length = usize::from(header.total_len());
            (IpVersion::V4, source, destination, header.protocol().0, header.slice().len(), length)
        }
        ether::IPV6 => {
            let header = Ipv6HeaderSlice::from_slice(behind).ok()?;
            let length = match usize::from(header.payload_length()) {
                0 => 0,
                payload => header.slice().len() + payload,
            };
            let (source, destination) = (Address(header.source()), Address(header.destination()));
            (IpVersion::V6, source, destination, header.next_header().0, header.slice().len(), length)
        }
        _ => return None,
    };
    // A length of 0 is left to the walk, too.
    if length < header_len {
        return None;
    }
    let segment = behind.get(header_len..behind.len().min(length))?;
    let (ports, size, signals, sequence, acknowledgment) = match protocol {
        ip::TCP => {
            let header = TcpHeaderSlice::from_slice(segment).ok()?;
            let ports = (header.source_port(), header.destination_port());
            let (sequence, acknowledgment) = (header.sequence_number(), header.acknowledgment_number());
            (ports, header.slice().len(), tcp_signals(header.slice()[13]), sequence, acknowledgment)
        }
        ip::UDP => {
            let header = UdpHeaderSlice::from_slice(segment).ok()?;
            let ports = (header.source_port(), header.destination_port());
            if tunnel::may_begin(ports.0, ports.1) {
                return None;
            }
            (ports, header.slice().len(), Signals::default(), 0, 0)
        }
        _ => return None,
    };
    let (key, side) = FlowKey::with_ports(version, protocol, ScopeId::PLAIN, (source, ports.0), (destination, ports.1));
    let observation = Observation {
        key,
        side,
        quoted: false,
        to_group: ethernet.destination() == [0xff; 6] || version.is_group(destination),
        time: packet.time,
        wire_len: packet.wire_len,
        ip_len: length as u32,
        payload_len: (length - header_len).saturating_sub(size) as u32,
        signals,
        sequence,
        acknowledgment,
        fragment: Fragment::Whole,
        message: None,
    };
    Some((observation, &segment[size..]))
}
