//! One flow: who talks to whom about what, and what its next packet looks like.

use super::frame::{Addresses, Frame, Tcp};
use super::random::{Chance, Random};

/// Ports of TCP servers, as often as they are chosen. The last ones have no entry in the IANA registry.
const TCP_PORTS: [u16; 16] = [443, 443, 443, 443, 443, 443, 80, 80, 80, 22, 22, 25, 445, 445, 31_999, 47_011];
/// Ports of UDP servers.
const UDP_PORTS: [u16; 8] = [53, 53, 53, 53, 443, 443, 123, 40_404];
/// Machines that serve one port.
const SERVERS_PER_PORT: u32 = 16;
/// Client ports: the range that Linux chooses from.
const CLIENT_PORTS: std::ops::RangeInclusive<u16> = 32_768..=60_999;
const CLIENT_PORT_COUNT: u64 = 60_999 - 32_768 + 1;
/// Machines that are clients.
const CLIENTS: u64 = 1 << 16;
/// A prime that divides neither `CLIENTS` nor `CLIENT_PORT_COUNT`, and so steps through all clients and ports before it
/// comes back to one.
const STRIDE: u64 = 1_140_850_699;

/// TCP flags.
const FIN: u8 = 0x01;
const SYN: u8 = 0x02;
const RST: u8 = 0x04;
const ACK: u8 = 0x10;

/// Packets of a TCP flow from which on it is closed with two FINs.
const MIN_CLOSED: u32 = 6;

/// Payload sizes: small ones are below the first number, large ones at most the second below the largest there is.
const SMALL: u32 = 47;
const LARGE_SPREAD: u32 = 440;
/// The means of both, in bytes.
const SMALL_MEAN: f64 = 23.0;
const LARGE_MEAN: f64 = 1_240.0;

/// The chance that a packet is large where the mean is to be `mean_payload` bytes.
pub fn large_chance(mean_payload: f64) -> Chance {
    Chance::of((mean_payload - SMALL_MEAN) / (LARGE_MEAN - SMALL_MEAN))
}

/// What a flow is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Tcp,
    Udp,
    Echo,
}

/// A flow.
pub struct Flow {
    /// From the client to the server.
    addresses: Addresses,
    ports: [u16; 2],
    /// The sequence numbers that client and server send next.
    sequences: [u32; 2],
    kind: Kind,
    /// Packets so far, and in all.
    step: u32,
    length: u32,
}

/// Who sends a packet.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sender {
    Client,
    Server,
}

impl Sender {
    fn other(self) -> Sender {
        if self == Sender::Client { Sender::Server } else { Sender::Client }
    }
}

impl Flow {
    /// Flow number `number` of the capture, `length` packets long. No two flows have the same client address and port.
    pub fn new(number: u64, kind: Kind, is_v6: bool, length: u32, random: &mut Random) -> Flow {
        let endpoint = number.wrapping_mul(STRIDE) % (CLIENTS * CLIENT_PORT_COUNT);
        let client = (endpoint / CLIENT_PORT_COUNT) as u16;
        let client_port = CLIENT_PORTS.start() + (endpoint % CLIENT_PORT_COUNT) as u16;
        let server_port = match kind {
            Kind::Tcp => random.choose(&TCP_PORTS),
            Kind::Udp => random.choose(&UDP_PORTS),
            Kind::Echo => 0,
        };
        let server = random.below(SERVERS_PER_PORT) as u8;
        let numbers = random.bits();
        Flow {
            addresses: addresses(client, server_port, server, is_v6),
            ports: [client_port, server_port],
            sequences: [numbers as u32, (numbers >> 32) as u32],
            kind,
            step: 0,
            length,
        }
    }

    /// The same flow, of which the first packets were sent before the capture began.
    pub fn under_way(mut self) -> Flow {
        // Behind TCP's handshake, and even, so that a client asks next.
        const MISSED: u32 = 4;
        self.step += MISSED;
        self.length += MISSED;
        self
    }

    /// True if it has ports.
    pub fn has_ports(&self) -> bool {
        self.kind != Kind::Echo
    }

    /// True once its last packet was written.
    pub fn is_over(&self) -> bool {
        self.step == self.length
    }

    /// Writes its next packet into `frame`.
    pub fn next_packet(&mut self, frame: &mut Frame, large: Chance, random: &mut Random) {
        match self.kind {
            Kind::Tcp => self.next_segment(frame, large, random),
            Kind::Udp | Kind::Echo => self.next_question_or_answer(frame, large, random),
        }
        self.step += 1;
    }

    fn next_question_or_answer(&mut self, frame: &mut Frame, large: Chance, random: &mut Random) {
        let sender = if self.step.is_multiple_of(2) { Sender::Client } else { Sender::Server };
        let addresses = self.addresses_from(sender);
        if self.kind == Kind::Echo {
            return frame.echo(addresses, sender == Sender::Server, self.ports[0], (self.step / 2) as u16, 56);
        }
        let payload = match sender {
            Sender::Client => 12 + random.below(SMALL) as usize,
            Sender::Server => 12 + payload(Frame::room(addresses) - 32, large, random),
        };
        frame.udp(addresses, self.ports_from(sender), payload);
    }

    /// A connection of one packet is a SYN, one of two a SYN that is refused; longer ones open with a handshake, and if
    /// they are long enough they end with a FIN from both sides.
    fn next_segment(&mut self, frame: &mut Frame, large: Chance, random: &mut Random) {
        let left = self.length - self.step;
        let (sender, flags, payload) = match (self.step, left) {
            (0, _) => (Sender::Client, SYN, 0),
            (1, 1) => (Sender::Server, RST | ACK, 0),
            (1, _) => (Sender::Server, SYN | ACK, 0),
            (2, _) => (Sender::Client, ACK, 0),
            (_, 2) if self.length >= MIN_CLOSED => (Sender::Client, FIN | ACK, 0),
            (_, 1) if self.length >= MIN_CLOSED => (Sender::Server, FIN | ACK, 0),
            _ => self.data(large, random),
        };
        let (mine, theirs) = (self.sequences[sender as usize], self.sequences[sender.other() as usize]);
        let acknowledgment = if flags & ACK == 0 { 0 } else { theirs };
        let header = Tcp { ports: self.ports_from(sender), sequence: mine, acknowledgment, flags };
        frame.tcp(self.addresses_from(sender), header, payload);
        let counted = payload as u32 + u32::from(flags & (SYN | FIN) != 0);
        self.sequences[sender as usize] = mine.wrapping_add(counted);
    }

    /// Large segments come from the server four times out of five, and their acknowledgments accordingly from the client.
    fn data(&self, large: Chance, random: &mut Random) -> (Sender, u8, usize) {
        let payload = payload(Frame::room(self.addresses) - 20, large, random);
        let usual = if payload >= SMALL as usize { Sender::Server } else { Sender::Client };
        let sender = if random.below(5) == 0 { usual.other() } else { usual };
        (sender, ACK, payload)
    }

    fn addresses_from(&self, sender: Sender) -> Addresses {
        match (sender, self.addresses) {
            (Sender::Client, addresses) => addresses,
            (Sender::Server, Addresses::V4([client, server])) => Addresses::V4([server, client]),
            (Sender::Server, Addresses::V6([client, server])) => Addresses::V6([server, client]),
        }
    }

    fn ports_from(&self, sender: Sender) -> [u16; 2] {
        let [client, server] = self.ports;
        if sender == Sender::Client { [client, server] } else { [server, client] }
    }
}

/// Bytes of payload: small, or not far below `largest`.
fn payload(largest: usize, large: Chance, random: &mut Random) -> usize {
    if random.happens(large) { largest - random.below(LARGE_SPREAD) as usize } else { random.below(SMALL) as usize }
}

/// Clients in 10.0.0.0/8, servers in the range for benchmarks (RFC 2544); for IPv6 the ranges of RFC 3849 and RFC 5180.
fn addresses(client: u16, port: u16, server: u8, is_v6: bool) -> Addresses {
    let ([c1, c2], [p1, p2]) = (client.to_be_bytes(), port.to_be_bytes());
    if is_v6 {
        let client = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, c1, c2];
        let server = [0x20, 0x01, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, p1, p2, 0, server + 1];
        Addresses::V6([client, server])
    } else {
        // A port's low byte tells the few ports above apart.
        Addresses::V4([[10, 1, c1, c2], [198, 18, p2, server + 1]])
    }
}
