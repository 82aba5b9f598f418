//! Makes captures for measuring: as large as wanted, like real traffic in what costs time, and the same bytes for the
//! same parameters on every machine.
//!
//! Packets come from a number of flows that are active at a time, each packet from any of them with equal chance: the
//! hardest order for a flow table, whose next flow is then hardly ever in the cache. A flow that is over gives its place to
//! a new one. At the beginning all places are taken by flows under way, as in any capture that begins amid traffic, so
//! that a large file is not different at its start from what it is later.

mod flow;
mod frame;
mod random;

use std::io::{self, BufWriter, Write};

use flow::{Flow, Kind};
use frame::Frame;
use random::{Chance, Random};

/// What a capture is to be like.
#[derive(Clone, Copy, Debug)]
pub struct Parameters {
    /// Packets in the file.
    pub packets: u64,
    /// Flows that are active at a time, at least 1.
    pub active: u32,
    /// Packets of a flow in the mean, at least 1. Nine flows in ten are short and one is long, so that each kind has about
    /// half of the packets; within each kind the lengths are geometrically distributed.
    pub mean_length: f64,
    /// Bytes of each packet that are stored, at least 1.
    pub snap_length: u32,
    /// Where the pseudo-random numbers begin.
    pub seed: u64,
    /// Share of flows over IPv6, 0 to 1.
    pub ipv6_share: f64,
    /// Share of flows over UDP, 0 to 1. Of the others one in 250 is an ICMP echo and the rest is TCP.
    pub udp_share: f64,
    /// Bytes of payload in the mean, 23 to 1240, of packets between a connection's opening and its end. They are either
    /// small (below 47 bytes) or large (within 440 bytes of the largest that an Ethernet frame holds).
    pub mean_payload: f64,
}

/// What was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire, link headers included.
    pub wire_bytes: u64,
    /// Flows of which there is at least one packet.
    pub flows: u64,
    /// Those of them that have ports.
    pub flows_with_ports: u64,
}

/// Headers only: many packets, each cut to 96 bytes.
pub const HEADERS: Parameters = Parameters {
    packets: 20_000_000,
    active: 50_000,
    mean_length: 22.5,
    snap_length: 96,
    seed: 1,
    ipv6_share: 0.15,
    udp_share: 0.25,
    mean_payload: 520.0,
};

/// Whole packets, 612 bytes in the mean.
pub const FULL: Parameters =
    Parameters { packets: 6_000_000, active: 20_000, mean_length: 22.2, snap_length: 262_144, mean_payload: 760.0, ..HEADERS };

/// Many flows of a few packets each.
pub const MANY: Parameters = Parameters { packets: 10_000_000, mean_length: 2.47, ..HEADERS };

/// The captures that figures are given for, by name.
pub const PRESETS: [(&str, Parameters); 3] = [("hdr", HEADERS), ("full", FULL), ("many", MANY)];

/// 2026-01-01T00:00:00Z, in microseconds: where the packets' time begins.
const START: u64 = 1_767_225_600_000_000;
/// One packet in so many is an ARP request.
const ARP_EVERY: u32 = 2_000;
/// One flow in so many of those that are not UDP is an ICMP echo.
const ECHO_EVERY: u32 = 250;
/// The share of long flows, and how much longer than the mean they are.
const LONG_SHARE: f64 = 0.1;
const LONG_FACTOR: f64 = 5.0;
/// Bytes that are written at a time.
const BLOCK: usize = 1 << 20;

/// Writes a classic pcap file, little-endian with microseconds, to `output`.
pub fn write(parameters: &Parameters, output: impl Write) -> io::Result<Counts> {
    let mut output = BufWriter::with_capacity(BLOCK, output);
    output.write_all(&file_header(parameters.snap_length))?;
    let mut traffic = Traffic::new(parameters);
    let mut frame = Frame::new();
    let mut time = START;
    for _ in 0..parameters.packets {
        traffic.next_packet(&mut frame);
        time += u64::from(traffic.random.below(3));
        output.write_all(frame.record(time, parameters.snap_length))?;
    }
    output.flush()?;
    Ok(traffic.counts)
}

fn file_header(snap_length: u32) -> [u8; 24] {
    const MAGIC: u32 = 0xa1b2_c3d4;
    const VERSION_2_4: u32 = 4 << 16 | 2;
    const ETHERNET: u32 = 1;
    let mut header = [0; 24];
    for (place, word) in header.chunks_exact_mut(4).zip([MAGIC, VERSION_2_4, 0, 0, snap_length, ETHERNET]) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    header
}

/// The distribution of flow lengths: two geometric ones.
struct Lengths {
    long: Chance,
    /// How likely a packet of a flow that is under way belongs to a long one.
    long_under_way: Chance,
    short_end: Chance,
    long_end: Chance,
}

impl Lengths {
    fn new(mean: f64) -> Lengths {
        let even_split = (mean - LONG_SHARE * LONG_FACTOR * mean) / (1.0 - LONG_SHARE);
        let short = even_split.max(1.0);
        let long = ((mean - (1.0 - LONG_SHARE) * short) / LONG_SHARE).max(1.0);
        Lengths {
            long: Chance::of(LONG_SHARE),
            long_under_way: Chance::of(LONG_SHARE * long / mean),
            short_end: Chance::of(1.0 / short),
            long_end: Chance::of(1.0 / long),
        }
    }

    fn choose(&self, long: Chance, random: &mut Random) -> u32 {
        let end = if random.happens(long) { self.long_end } else { self.short_end };
        random.steps_until(end)
    }
}

/// The flows that are active, and the counts so far.
struct Traffic {
    active: Vec<Flow>,
    /// True for the active flows of which there was a packet.
    seen: Vec<bool>,
    begun: u64,
    lengths: Lengths,
    ipv6: Chance,
    udp: Chance,
    large: Chance,
    random: Random,
    counts: Counts,
}

impl Traffic {
    fn new(parameters: &Parameters) -> Traffic {
        let mut traffic = Traffic {
            active: Vec::new(),
            seen: vec![false; parameters.active as usize],
            begun: 0,
            lengths: Lengths::new(parameters.mean_length),
            ipv6: Chance::of(parameters.ipv6_share),
            udp: Chance::of(parameters.udp_share),
            large: flow::large_chance(parameters.mean_payload),
            random: Random::new(parameters.seed),
            counts: Counts::default(),
        };
        for _ in 0..parameters.active {
            // The rest of a geometrically distributed length is distributed like the whole.
            let flow = traffic.new_flow(traffic.lengths.long_under_way).under_way();
            traffic.active.push(flow);
        }
        traffic
    }

    fn new_flow(&mut self, long: Chance) -> Flow {
        let random = &mut self.random;
        let kind = match random.happens(self.udp) {
            true => Kind::Udp,
            false if random.below(ECHO_EVERY) == 0 => Kind::Echo,
            false => Kind::Tcp,
        };
        let is_v6 = random.happens(self.ipv6);
        let length = self.lengths.choose(long, random);
        self.begun += 1;
        Flow::new(self.begun, kind, is_v6, length, random)
    }

    /// Makes the next packet and counts it.
    fn next_packet(&mut self, frame: &mut Frame) {
        if self.random.below(ARP_EVERY) == 0 {
            frame.arp([10, 1, 0, 1], [10, 1, 0, 2]);
        } else {
            self.next_of_flow(frame);
        }
        self.counts.packets += 1;
        self.counts.wire_bytes += frame.wire_len() as u64;
    }

    fn next_of_flow(&mut self, frame: &mut Frame) {
        let place = self.random.below(self.active.len() as u32) as usize;
        let flow = &mut self.active[place];
        if !std::mem::replace(&mut self.seen[place], true) {
            self.counts.flows += 1;
            self.counts.flows_with_ports += u64::from(flow.has_ports());
        }
        flow.next_packet(frame, self.large, &mut self.random);
        if flow.is_over() {
            self.active[place] = self.new_flow(self.lengths.long);
            self.seen[place] = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FEW: Parameters = Parameters { packets: 2_000, active: 50, ..HEADERS };

    fn generated(parameters: &Parameters) -> (Vec<u8>, Counts) {
        let mut file = Vec::new();
        let counts = write(parameters, &mut file).unwrap();
        (file, counts)
    }

    #[test]
    fn the_same_parameters_give_the_same_bytes() {
        assert_eq!(generated(&FEW), generated(&FEW));
        assert_ne!(generated(&FEW).0, generated(&Parameters { seed: 2, ..FEW }).0);
    }

    #[test]
    fn the_file_holds_what_was_counted() {
        let (file, counts) = generated(&FEW);
        let (mut rest, mut packets, mut wire_bytes) = (&file[24..], 0, 0);
        while let Some(header) = rest.first_chunk::<16>() {
            let [stored, wire_len] = [8, 12].map(|at| u32::from_le_bytes(header[at..at + 4].try_into().unwrap()));
            assert!(stored == wire_len.min(FEW.snap_length));
            (packets, wire_bytes) = (packets + 1, wire_bytes + u64::from(wire_len));
            rest = &rest[16 + stored as usize..];
        }
        assert_eq!((packets, wire_bytes), (counts.packets, counts.wire_bytes));
        assert!(counts.flows > u64::from(FEW.active) && counts.flows_with_ports <= counts.flows, "{counts:?}");
    }
}
