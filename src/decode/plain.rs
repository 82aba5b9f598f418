//! The plain packet: Ethernet, IP in one piece, TCP or UDP. Nearly all packets are plain, and for them the walk with its
//! layers, paths and ways out is longer than the way.
//!
//! This is a short cut, and nothing else: what it gives is what the walk gives, which a law and a fuzz target hold it to.
//! Whatever is out of the ordinary is left to the walk.

use etherparse::{Ethernet2HeaderSlice, Ipv4HeaderSlice, Ipv6HeaderSlice, TcpHeaderSlice, UdpHeaderSlice};

use super::observation::{Address, FlowKey, IpVersion, Observation};
use super::protocol::{ether, ip};
use super::scope::ScopeId;
use super::transport::tcp_signals;
use super::tunnel::{self, TunnelPorts};
use crate::capture::{Interface, LinkType, Packet};

/// Who is told what a packet says.
pub trait Observer {
    /// The ports that tunnels use beside the assigned ones: a packet between them may not be plain.
    #[inline]
    fn tunnel_ports(&self) -> &TunnelPorts {
        TunnelPorts::NONE
    }

    /// Is told what it says, and what was captured of its payload.
    fn observe(&mut self, observation: Observation, payload: &[u8]);
}

/// Tells the observer of a plain packet; `None` for every other packet.
///
/// Both versions and both transports go their own way to the end, with a copy of what the observer does: what they have in
/// common is less than what it costs to bring them together and to tell them apart again.
#[inline(always)]
pub fn plain(packet: &Packet<'_>, interface: &Interface, observer: &mut impl Observer) -> Option<()> {
    if interface.link_type != LinkType::ETHERNET || interface.fcs_len != 0 || packet.data.len() > packet.wire_len as usize {
        return None;
    }
    let ethernet = Ethernet2HeaderSlice::from_slice(packet.data).ok()?;
    let behind = &packet.data[ethernet.slice().len()..];
    match ethernet.ether_type().0 {
        ether::IPV4 => {
            let header = Ipv4HeaderSlice::from_slice(behind).ok()?;
            if header.fragments_offset().value() != 0 || header.more_fragments() {
                return None;
            }
            let addresses = (Address::v4(header.source()), Address::v4(header.destination()));
            let (header_len, length) = (header.slice().len(), usize::from(header.total_len()));
            let ip = Ip { version: IpVersion::V4, addresses, protocol: header.protocol().0, header_len, length };
            ip.observe(packet, &ethernet, behind, observer)
        }
        ether::IPV6 => {
            let header = Ipv6HeaderSlice::from_slice(behind).ok()?;
            let header_len = header.slice().len();
            // A payload length of 0 is left to the walk.
            let length = header_len + Some(usize::from(header.payload_length())).filter(|payload| *payload > 0)?;
            let addresses = (Address(header.source()), Address(header.destination()));
            let ip = Ip { version: IpVersion::V6, addresses, protocol: header.next_header().0, header_len, length };
            ip.observe(packet, &ethernet, behind, observer)
        }
        _ => None,
    }
}

/// What an IP header says.
struct Ip {
    version: IpVersion,
    /// From and to.
    addresses: (Address, Address),
    protocol: u8,
    header_len: usize,
    /// Of the whole packet, by its header.
    length: usize,
}

impl Ip {
    #[inline(always)]
    fn observe(
        &self,
        packet: &Packet<'_>,
        ethernet: &Ethernet2HeaderSlice<'_>,
        behind: &[u8],
        observer: &mut impl Observer,
    ) -> Option<()> {
        // A total length of 0 is left to the walk, too.
        if self.length < self.header_len {
            return None;
        }
        let segment = behind.get(self.header_len..behind.len().min(self.length))?;
        match self.protocol {
            ip::TCP => {
                let header = TcpHeaderSlice::from_slice(segment).ok()?;
                let payload = segment.get(header.slice().len()..)?;
                let ports = (header.source_port(), header.destination_port());
                let observation = Observation {
                    signals: tcp_signals(header.slice()[13]),
                    sequence: header.sequence_number(),
                    acknowledgment: header.acknowledgment_number(),
                    ..self.observation(packet, ethernet, ip::TCP, ports, header.slice().len())
                };
                observer.observe(observation, payload);
            }
            ip::UDP => {
                let header = UdpHeaderSlice::from_slice(segment).ok()?;
                let payload = segment.get(header.slice().len()..)?;
                let ports = (header.source_port(), header.destination_port());
                if tunnel::may_begin(observer.tunnel_ports(), ports.0, ports.1) {
                    return None;
                }
                observer.observe(self.observation(packet, ethernet, ip::UDP, ports, header.slice().len()), payload);
            }
            _ => return None,
        }
        Some(())
    }

    /// What there is to say whatever the transport; its header takes `size` bytes.
    #[inline(always)]
    fn observation(
        &self,
        packet: &Packet<'_>,
        ethernet: &Ethernet2HeaderSlice<'_>,
        protocol: u8,
        ports: (u16, u16),
        size: usize,
    ) -> Observation {
        let Ip { version, addresses: (source, destination), header_len, length, .. } = *self;
        let (key, side) = FlowKey::with_ports(version, protocol, ScopeId::PLAIN, (source, ports.0), (destination, ports.1));
        Observation {
            key,
            side,
            to_group: ethernet.destination() == [0xff; 6] || version.is_group(destination),
            time: packet.time,
            wire_len: packet.wire_len,
            ip_len: length as u32,
            payload_len: (length - header_len).saturating_sub(size) as u32,
            ..Observation::BLANK
        }
    }
}
