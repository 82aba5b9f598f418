//! The original datagram of an ICMP error (RFC 792, RFC 4884): the beginning of the packet that the error is about, which names
//! the flow.

use etherparse::{Ipv4HeaderSlice, Ipv6HeaderSlice};

use super::encapsulation::EncapsulationId;
use super::observation::{Address, FlowKey, IcmpMessage, IpVersion, Observation};
use super::protocol::ip;
use crate::time::Time;

/// The ICMP header before the original datagram: type, code, checksum, and four bytes that depend on the type.
const ICMP_HEADER: usize = 8;

/// The original datagram in an ICMP error whose bytes are `error`, as an observation that counts nothing. `None` if the datagram
/// has no ports, is a later fragment, or is cut too short. `message` is the error's type and code.
pub fn icmp_original(
    error: &[u8],
    version: IpVersion,
    encapsulation: EncapsulationId,
    message: IcmpMessage,
    time: Time,
) -> Option<Observation> {
    let packet = error.get(ICMP_HEADER..)?;
    let (source, destination, protocol, header_len) = match version {
        IpVersion::V4 => {
            let header = Ipv4HeaderSlice::from_slice(packet).ok()?;
            if header.fragments_offset().value() != 0 {
                return None;
            }
            (Address::v4(header.source()), Address::v4(header.destination()), header.protocol().0, header.slice().len())
        }
        IpVersion::V6 => {
            let header = Ipv6HeaderSlice::from_slice(packet).ok()?;
            (Address(header.source()), Address(header.destination()), header.next_header().0, header.slice().len())
        }
    };
    if !ip::has_ports(protocol) {
        return None;
    }
    let ports = packet.get(header_len..header_len + 4)?;
    let from = (source, u16::from_be_bytes([ports[0], ports[1]]));
    let to = (destination, u16::from_be_bytes([ports[2], ports[3]]));
    let (key, side) = FlowKey::with_ports(version, protocol, encapsulation, from, to);
    Some(Observation { key, side, is_icmp_original: true, time, message: Some(message), ..Observation::BLANK })
}
