//! Small captured scenes, built packet by packet: the input of the tests and of the hand-built samples.
//!
//! Frames are made by etherparse's own builder; what it does not know is written out in bytes.

use etherparse::{IpNumber, PacketBuilder};

/// 2026-11-23 09:00:00 UTC, when every scene begins.
pub const START: i64 = 1_795_424_400;
/// Addresses of the scenes (RFC 5737, RFC 1918, RFC 3849): a client, another one, a web server, a name server.
pub const C: &str = "10.0.0.5";
pub const D: &str = "10.0.0.6";
pub const S: &str = "192.0.2.80";
pub const R: &str = "192.0.2.53";

const CLIENT_MAC: [u8; 6] = [2, 0, 0, 0, 0, 5];
const SERVER_MAC: [u8; 6] = [2, 0, 0, 0, 0, 0x80];

/// An endpoint: address and port.
pub type End = (&'static str, u16);

/// A capture being made. Each frame comes a millisecond after the one before.
#[derive(Clone, Debug, Default)]
pub struct Scene {
    frames: Vec<(i64, Vec<u8>)>,
    milliseconds: i64,
}

impl Scene {
    pub fn new() -> Scene {
        Scene::default()
    }

    pub fn frame(&mut self, frame: Vec<u8>) -> &mut Scene {
        self.frames.push((START * 1_000_000_000 + self.milliseconds * 1_000_000, frame));
        self.milliseconds += 1;
        self
    }

    pub fn frames(&mut self, frames: impl IntoIterator<Item = Vec<u8>>) -> &mut Scene {
        frames.into_iter().for_each(|frame| {
            self.frame(frame);
        });
        self
    }

    /// Silence.
    pub fn wait(&mut self, seconds: i64) -> &mut Scene {
        self.milliseconds += seconds * 1000;
        self
    }

    /// The same frames with all after the first `length` bytes of each not stored.
    pub fn pcap_cut(&self, length: usize) -> Vec<u8> {
        pcap(&self.frames, length, 0xa1b2_c3d4, 1)
    }

    /// A classic pcap file, microseconds, Ethernet.
    pub fn pcap(&self) -> Vec<u8> {
        self.pcap_cut(usize::MAX)
    }

    /// A classic pcap file with nanoseconds.
    pub fn pcap_nano(&self) -> Vec<u8> {
        pcap(&self.frames, usize::MAX, 0xa1b2_3c4d, 1)
    }

    /// A classic pcap file of another link type.
    pub fn pcap_of_link_type(&self, link_type: u32) -> Vec<u8> {
        pcap(&self.frames, usize::MAX, 0xa1b2_c3d4, link_type)
    }

    /// A pcapng file with one section and one interface.
    pub fn pcapng(&self) -> Vec<u8> {
        let mut file = [section_header(), interface_description(1, 0)].concat();
        for (nanoseconds, frame) in &self.frames {
            file.extend(enhanced_packet(0, *nanoseconds / 1000, frame));
        }
        file
    }
}

fn pcap(frames: &[(i64, Vec<u8>)], length: usize, magic: u32, link_type: u32) -> Vec<u8> {
    let snaplen = u32::try_from(length).unwrap_or(262_144);
    let mut file: Vec<u8> = [magic, 0x0004_0002, 0, 0, snaplen, link_type].iter().flat_map(|word| word.to_le_bytes()).collect();
    let unit = if magic == 0xa1b2_3c4d { 1 } else { 1000 };
    for (nanoseconds, frame) in frames {
        let stored = &frame[..frame.len().min(length)];
        let words = [nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000 / unit, stored.len() as i64, frame.len() as i64];
        file.extend(words.iter().flat_map(|word| (*word as u32).to_le_bytes()));
        file.extend_from_slice(stored);
    }
    file
}

/// A pcapng block, little-endian.
pub fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let padding = body.len().next_multiple_of(4) - body.len();
    let length = (body.len() + padding + 12) as u32;
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), body, &vec![0; padding], &length.to_le_bytes()].concat()
}

pub fn section_header() -> Vec<u8> {
    block(0x0a0d_0d0a, &[&0x1a2b_3c4du32.to_le_bytes()[..], &[1, 0, 0, 0], &[0xff; 8]].concat())
}

pub fn interface_description(link_type: u16, snaplen: u32) -> Vec<u8> {
    block(1, &[&link_type.to_le_bytes()[..], &[0, 0], &snaplen.to_le_bytes()].concat())
}

pub fn enhanced_packet(interface: u32, microseconds: i64, frame: &[u8]) -> Vec<u8> {
    let words = [interface, (microseconds >> 32) as u32, microseconds as u32, frame.len() as u32, frame.len() as u32];
    block(6, &[&words.map(u32::to_le_bytes).concat()[..], frame].concat())
}

/// An Ethernet frame with an IPv4 or IPv6 header, depending on the addresses.
fn ip(from: &str, to: &str) -> etherparse::PacketBuilderStep<etherparse::IpHeaders> {
    let ethernet = PacketBuilder::ethernet2(CLIENT_MAC, SERVER_MAC);
    match (from.parse().unwrap(), to.parse().unwrap()) {
        (std::net::IpAddr::V4(from), std::net::IpAddr::V4(to)) => ethernet.ipv4(from.octets(), to.octets(), 64),
        (std::net::IpAddr::V6(from), std::net::IpAddr::V6(to)) => ethernet.ipv6(from.octets(), to.octets(), 64),
        _ => panic!("{from} and {to} are of different versions"),
    }
}

pub fn udp(from: End, to: End, payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    ip(from.0, to.0).udp(from.1, to.1).write(&mut frame, payload).unwrap();
    frame
}

/// A TCP segment; `flags` has the letters S, A, F, R, P.
pub fn tcp(from: End, to: End, flags: &str, sequence: u32, acknowledgment: u32, payload: &[u8]) -> Vec<u8> {
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

/// SYN, SYN-ACK, ACK, a request, an answer, and FIN from both sides.
pub fn connection(client: End, server: End, isn: u32) -> Vec<Vec<u8>> {
    let mut frames = handshake(client, server, isn);
    frames.extend(exchange(client, server, isn + 1));
    frames.extend([
        tcp(client, server, "FA", isn + 11, 1011, b""),
        tcp(server, client, "FA", 1011, isn + 12, b""),
        tcp(client, server, "A", isn + 12, 1012, b""),
    ]);
    frames
}

pub fn handshake(client: End, server: End, isn: u32) -> Vec<Vec<u8>> {
    vec![
        tcp(client, server, "S", isn, 0, b""),
        tcp(server, client, "SA", 1000, isn + 1, b""),
        tcp(client, server, "A", isn + 1, 1001, b""),
    ]
}

/// Data both ways, without a handshake.
pub fn exchange(client: End, server: End, sequence: u32) -> Vec<Vec<u8>> {
    vec![
        tcp(client, server, "PA", sequence, 1001, b"0123456789"),
        tcp(server, client, "PA", 1001, sequence + 10, b"9876543210"),
        tcp(client, server, "A", sequence + 10, 1011, b""),
    ]
}

/// A whole connection in which text goes back and forth: what begins with `>` comes from the client, with `<` from the
/// server, a segment each.
pub fn dialogue(client: End, server: End, isn: u32, text: &[&str]) -> Vec<Vec<u8>> {
    let mut frames = handshake(client, server, isn);
    let (mut from_client, mut from_server) = (isn + 1, 1001);
    for line in text {
        let (direction, payload) = line.split_at(1);
        let length = payload.len() as u32;
        match direction {
            ">" => {
                frames.push(tcp(client, server, "PA", from_client, from_server, payload.as_bytes()));
                from_client += length;
            }
            "<" => {
                frames.push(tcp(server, client, "PA", from_server, from_client, payload.as_bytes()));
                from_server += length;
            }
            other => panic!("no such direction: {other}"),
        }
    }
    frames
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
pub fn udp_fragments(from: End, to: End, payload: &[u8], size: usize, identification: u16) -> Vec<Vec<u8>> {
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
