//! Single frames, most of them Ethernet with IPv4 or IPv6.

use std::net::IpAddr;

use etherparse::{IpHeaders, IpNumber, PacketBuilder, PacketBuilderStep};

/// An endpoint: address and port.
pub type Endpoint = (&'static str, u16);

const CLIENT_MAC: [u8; 6] = [2, 0, 0, 0, 0, 5];
const SERVER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 0x80];

/// An Ethernet frame with an IPv4 or IPv6 header, depending on the addresses.
fn ip(from: &str, to: &str) -> PacketBuilderStep<IpHeaders> {
    let ethernet = PacketBuilder::ethernet2(CLIENT_MAC, SERVER_MAC);
    match (from.parse().unwrap(), to.parse().unwrap()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => ethernet.ipv4(from.octets(), to.octets(), 64),
        (IpAddr::V6(from), IpAddr::V6(to)) => ethernet.ipv6(from.octets(), to.octets(), 64),
        _ => panic!("{from} and {to} are of different versions"),
    }
}

/// A UDP datagram.
pub fn udp(from: Endpoint, to: Endpoint, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    ip(from.0, to.0).udp(from.1, to.1).write(&mut frame, payload).unwrap();
    frame
}

/// A TCP segment; `flags` has the letters S, A, F, R, P.
pub fn tcp(from: Endpoint, to: Endpoint, flags: &str, sequence: u32, acknowledgment: u32, payload: &[u8]) -> Vec<u8> {
    let mut segment = ip(from.0, to.0).tcp(from.1, to.1, sequence, 65_535);
    for flag in flags.chars() {
        segment = match flag {
            'S' => segment.syn(),
            'A' => segment.ack(acknowledgment),
            'F' => segment.fin(),
            'R' => segment.rst(),
            'P' => segment.psh(),
            other => panic!("no such flag: {other}"),
        };
    }
    let mut frame = Vec::new();
    segment.write(&mut frame, payload).unwrap();
    frame
}

/// An echo request (type 8) or reply (type 0).
pub fn ping(from: &str, to: &str, kind: u8, identifier: u16) -> Vec<u8> {
    let [high, low] = identifier.to_be_bytes();
    portless(from, to, 1, &[kind, 0, 0, 0, high, low, 0, 1, b'p', b'i', b'n', b'g'])
}

/// An ICMP error that quotes an Ethernet frame's packet.
pub fn icmp_error(from: &str, to: &str, kind: u8, code: u8, quoted: &[u8]) -> Vec<u8> {
    let packet = &quoted[14..quoted.len().min(14 + 28)];
    portless(from, to, 1, &[&[kind, code, 0, 0, 0, 0, 0, 0], packet].concat())
}

/// A packet of an IP protocol without ports.
pub fn portless(from: &str, to: &str, protocol: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    ip(from, to).write(&mut frame, IpNumber(protocol), payload).unwrap();
    frame
}

/// A UDP datagram as IPv4 fragments of `size` payload bytes each (a multiple of 8).
pub fn udp_fragments(from: Endpoint, to: Endpoint, payload: &[u8], size: usize, identification: u16) -> Vec<Vec<u8>> {
    let whole = udp(from, to, payload);
    let (header, data) = (&whole[..34], &whole[34..]);
    let pieces = data.chunks(size).count();
    let fragment = |(index, piece): (usize, &[u8])| {
        let mut frame = [header, piece].concat();
        frame[16..18].copy_from_slice(&(20 + piece.len() as u16).to_be_bytes());
        frame[18..20].copy_from_slice(&identification.to_be_bytes());
        let more = u16::from(index + 1 < pieces) << 13;
        frame[20..22].copy_from_slice(&(more | (index * size / 8) as u16).to_be_bytes());
        frame
    };
    data.chunks(size).enumerate().map(fragment).collect()
}

/// An Ethernet frame of any type, from the client to `to`.
pub fn ethernet(to: [u8; 6], ether_type: u16, payload: &[u8]) -> Vec<u8> {
    let mut frame = [&to[..], &CLIENT_MAC, &ether_type.to_be_bytes(), payload].concat();
    frame.resize(frame.len().max(60), 0);
    frame
}

/// An ARP request (1) or reply (2) of the client for the server's address.
pub fn arp(operation: u16) -> Vec<u8> {
    let to = if operation == 1 { [0xff; 6] } else { SERVER_MAC };
    let head = [&[0, 1, 8, 0, 6, 4][..], &operation.to_be_bytes()].concat();
    ethernet(to, 0x0806, &[&head[..], &CLIENT_MAC, &[10, 0, 0, 5], &[0; 6], &[192, 0, 2, 80]].concat())
}

/// An IEEE 802.3 frame with an LLC header and nothing behind it but `payload`.
pub fn llc(to: [u8; 6], payload: &[u8]) -> Vec<u8> {
    ethernet(to, payload.len() as u16, payload)
}

/// The frame with VLAN tags put in, outermost first: (EtherType of the tag, identifier).
pub fn tagged(frame: &[u8], tags: &[(u16, u16)]) -> Vec<u8> {
    let tags = tags.iter().flat_map(|(kind, id)| [kind.to_be_bytes(), id.to_be_bytes()].concat());
    frame[..12].iter().copied().chain(tags).chain(frame[12..].iter().copied()).collect()
}

/// The frame with its link layer sent to all stations.
pub fn broadcast(mut frame: Vec<u8>) -> Vec<u8> {
    frame[..6].fill(0xff);
    frame
}
