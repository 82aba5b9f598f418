//! Fast path for ordinary packets: Ethernet, unfragmented IP, TCP or UDP. Nearly all packets are of this kind, and for them the
//! general walk spends more time between layers than in them.
//!
//! The result is always that of the walk, as a property test and a fuzz target check. Everything out of the ordinary is left to
//! the walk.
//!
//! All functions are inlined into the caller. The compiler then keeps the observation in registers until the caller stores it.

use etherparse::{Ethernet2HeaderSlice, Ipv4HeaderSlice, Ipv6HeaderSlice, TcpHeaderSlice, UdpHeaderSlice};

use super::encapsulation::EncapsulationId;
use super::observation::{Address, FlowKey, IpVersion, Observation};
use super::protocol::{ether, ip};
use super::transport::tcp_flags;
use super::tunnel::{self, TunnelPorts};
use crate::capture::{Interface, LinkType, Packet};

/// Decodes an ordinary packet into its observation and the captured part of its payload. Returns `None` for every other packet.
///
/// `tunnels` are the ports that tunnels use besides the assigned ones: a packet between them may not be ordinary.
#[inline(always)]
pub fn decode_fast<'a>(packet: &Packet<'a>, interface: &Interface, tunnels: &TunnelPorts) -> Option<(Observation, &'a [u8])> {
    if interface.link_type != LinkType::ETHERNET || interface.fcs_len != 0 || packet.data.len() > packet.wire_len as usize {
        return None;
    }
    let ethernet = Ethernet2HeaderSlice::from_slice(packet.data).ok()?;
    let rest = &packet.data[ethernet.slice().len()..];
    match ethernet.ether_type().0 {
        ether::IPV4 => {
            let header = Ipv4HeaderSlice::from_slice(rest).ok()?;
            if header.fragments_offset().value() != 0 || header.more_fragments() {
                return None;
            }
            let addresses = (Address::v4(header.source()), Address::v4(header.destination()));
            let (header_len, length) = (header.slice().len(), usize::from(header.total_len()));
            let ip = Ip { version: IpVersion::V4, addresses, protocol: header.protocol().0, header_len, length };
            ip.decode(packet, &ethernet, rest, tunnels)
        }
        ether::IPV6 => {
            let header = Ipv6HeaderSlice::from_slice(rest).ok()?;
            let header_len = header.slice().len();
            // A payload length of 0 is left to the walk.
            let length = header_len + Some(usize::from(header.payload_length())).filter(|payload| *payload > 0)?;
            // Each address in one piece: the methods of the header put it together byte by byte.
            let addresses = (Address(*rest[8..24].first_chunk()?), Address(*rest[24..40].first_chunk()?));
            let ip = Ip { version: IpVersion::V6, addresses, protocol: header.next_header().0, header_len, length };
            ip.decode(packet, &ethernet, rest, tunnels)
        }
        _ => None,
    }
}

/// The fields of an IP header.
struct Ip {
    version: IpVersion,
    /// Sender and receiver.
    addresses: (Address, Address),
    protocol: u8,
    header_len: usize,
    /// Length of the whole packet, by its header.
    length: usize,
}

impl Ip {
    /// Reads the transport header, in `rest` behind the IP header.
    #[inline(always)]
    fn decode<'a>(
        &self,
        packet: &Packet<'a>,
        ethernet: &Ethernet2HeaderSlice<'_>,
        rest: &'a [u8],
        tunnels: &TunnelPorts,
    ) -> Option<(Observation, &'a [u8])> {
        // A total length of 0 is left to the walk, too.
        if self.length < self.header_len {
            return None;
        }
        let segment = rest.get(self.header_len..rest.len().min(self.length))?;
        match self.protocol {
            ip::TCP => {
                let header = TcpHeaderSlice::from_slice(segment).ok()?;
                let payload = segment.get(header.slice().len()..)?;
                let ports = (header.source_port(), header.destination_port());
                let observation = Observation {
                    flags: tcp_flags(header.slice()[13]),
                    sequence: header.sequence_number(),
                    acknowledgment: header.acknowledgment_number(),
                    ..self.observation(packet, ethernet, ip::TCP, ports, header.slice().len())
                };
                Some((observation, payload))
            }
            ip::UDP => {
                let header = UdpHeaderSlice::from_slice(segment).ok()?;
                let payload = segment.get(header.slice().len()..)?;
                let ports = (header.source_port(), header.destination_port());
                if tunnel::may_begin(tunnels, ports.0, ports.1) {
                    return None;
                }
                Some((self.observation(packet, ethernet, ip::UDP, ports, header.slice().len()), payload))
            }
            _ => None,
        }
    }

    /// The observation without the fields of the transport, whose header takes `size` bytes.
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
        let (key, side) =
            FlowKey::with_ports(version, protocol, EncapsulationId::NONE, (source, ports.0), (destination, ports.1));
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
