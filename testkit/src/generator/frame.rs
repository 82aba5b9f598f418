//! One Ethernet frame in the making, with the pcap record header in front of it.

/// Size of a pcap record header.
const RECORD_HEADER: usize = 16;
/// The largest Ethernet frame: 14 bytes of link header and 1500 of content.
const LARGEST: usize = 1514;

/// Sizes of headers without options.
const IPV4: usize = 20;
const IPV6: usize = 40;
const TCP: usize = 20;
const UDP: usize = 8;

const ETHER_IPV4: u16 = 0x0800;
const ETHER_ARP: u16 = 0x0806;
const ETHER_IPV6: u16 = 0x86dd;

/// IP protocol numbers.
pub const PROTOCOL_ICMP: u8 = 1;
pub const PROTOCOL_TCP: u8 = 6;
pub const PROTOCOL_UDP: u8 = 17;
pub const PROTOCOL_ICMPV6: u8 = 58;

/// The addresses of a packet's sender and receiver.
#[derive(Clone, Copy)]
pub enum Addresses {
    V4([[u8; 4]; 2]),
    V6([[u8; 16]; 2]),
}

/// A TCP header's fields that are not always the same.
#[derive(Clone, Copy)]
pub struct Tcp {
    pub ports: [u16; 2],
    pub sequence: u32,
    pub acknowledgment: u32,
    pub flags: u8,
}

/// A frame. What stands behind its headers is the payload: whatever bytes were there before.
pub struct Frame {
    bytes: [u8; RECORD_HEADER + LARGEST],
    end: usize,
}

impl Frame {
    /// A frame with nothing in it yet.
    pub fn new() -> Frame {
        let mut bytes = [0; RECORD_HEADER + LARGEST];
        for (number, byte) in bytes.iter_mut().enumerate() {
            // A pattern without meaning, so that a payload is neither all zeros nor a protocol by chance.
            *byte = (number * 167 + number / 256) as u8;
        }
        Frame { bytes, end: RECORD_HEADER }
    }

    fn put(&mut self, bytes: &[u8]) {
        self.bytes[self.end..self.end + bytes.len()].copy_from_slice(bytes);
        self.end += bytes.len();
    }

    fn put_u16s(&mut self, words: &[u16]) {
        words.iter().for_each(|word| self.put(&word.to_be_bytes()));
    }

    fn ethernet(&mut self, receiver: [u8; 6], ether_type: u16) {
        self.end = RECORD_HEADER;
        self.put(&receiver);
        self.put(&[2, 0, 0, 0, 0, 1]);
        self.put_u16s(&[ether_type]);
    }

    /// Link and IP header of a packet whose IP payload is `size` bytes.
    pub fn ip(&mut self, addresses: Addresses, protocol: u8, size: usize) {
        let gateway = [2, 0, 0, 0, 0, 2];
        match addresses {
            Addresses::V4([from, to]) => {
                self.ethernet(gateway, ETHER_IPV4);
                let start = self.end;
                self.put_u16s(&[0x4500, (IPV4 + size) as u16, 0, 0x4000]);
                self.put(&[64, protocol, 0, 0]);
                self.put(&from);
                self.put(&to);
                let sum = checksum(&self.bytes[start..self.end]);
                self.bytes[start + 10..start + 12].copy_from_slice(&sum.to_be_bytes());
            }
            Addresses::V6([from, to]) => {
                self.ethernet(gateway, ETHER_IPV6);
                self.put_u16s(&[0x6000, 0, size as u16]);
                self.put(&[protocol, 64]);
                self.put(&from);
                self.put(&to);
            }
        }
    }

    /// A whole TCP segment. Its checksum is left 0, as a sending machine's own capture has it.
    pub fn tcp(&mut self, addresses: Addresses, header: Tcp, payload: usize) {
        self.ip(addresses, PROTOCOL_TCP, TCP + payload);
        self.put_u16s(&header.ports);
        self.put(&header.sequence.to_be_bytes());
        self.put(&header.acknowledgment.to_be_bytes());
        self.put(&[0x50, header.flags]);
        self.put_u16s(&[0xffff, 0, 0]);
        self.end += payload;
    }

    /// A whole UDP datagram without a checksum.
    pub fn udp(&mut self, addresses: Addresses, ports: [u16; 2], payload: usize) {
        self.ip(addresses, PROTOCOL_UDP, UDP + payload);
        self.put_u16s(&[ports[0], ports[1], (UDP + payload) as u16, 0]);
        self.end += payload;
    }

    /// A whole echo request or reply, for either version of IP, without a checksum.
    pub fn echo(&mut self, addresses: Addresses, is_reply: bool, identifier: u16, number: u16, payload: usize) {
        let (protocol, kind) = match (addresses, is_reply) {
            (Addresses::V4(_), false) => (PROTOCOL_ICMP, 8),
            (Addresses::V4(_), true) => (PROTOCOL_ICMP, 0),
            (Addresses::V6(_), false) => (PROTOCOL_ICMPV6, 128),
            (Addresses::V6(_), true) => (PROTOCOL_ICMPV6, 129),
        };
        self.ip(addresses, protocol, 8 + payload);
        self.put(&[kind, 0, 0, 0]);
        self.put_u16s(&[identifier, number]);
        self.end += payload;
    }

    /// A whole ARP request: who has `wanted`, tell `asking`.
    pub fn arp(&mut self, asking: [u8; 4], wanted: [u8; 4]) {
        self.ethernet([0xff; 6], ETHER_ARP);
        self.put_u16s(&[1, ETHER_IPV4, 0x0604, 1]);
        self.put(&[2, 0, 0, 0, 0, 1]);
        self.put(&asking);
        self.put(&[0; 6]);
        self.put(&wanted);
    }

    /// The bytes that IP headers leave for a transport header and its payload in the largest frame.
    pub fn room(addresses: Addresses) -> usize {
        match addresses {
            Addresses::V4(_) => 1500 - IPV4,
            Addresses::V6(_) => 1500 - IPV6,
        }
    }

    /// Length on the wire, in bytes.
    pub fn wire_len(&self) -> usize {
        self.end - RECORD_HEADER
    }

    /// The frame as a pcap record, little-endian, with at most `snap_length` bytes of the frame.
    pub fn record(&mut self, microseconds: u64, snap_length: u32) -> &[u8] {
        let wire_len = self.wire_len() as u32;
        let stored = wire_len.min(snap_length);
        let words = [(microseconds / 1_000_000) as u32, (microseconds % 1_000_000) as u32, stored, wire_len];
        for (place, word) in self.bytes[..RECORD_HEADER].chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        &self.bytes[..RECORD_HEADER + stored as usize]
    }
}

/// The Internet checksum (RFC 1071) of an even number of bytes.
fn checksum(bytes: &[u8]) -> u16 {
    let mut sum: u32 = bytes.chunks_exact(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], pair[1]]))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    !(sum as u16)
}
