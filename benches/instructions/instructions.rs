//! How many instructions the hot path takes, counted by callgrind: figures that do not depend on what else the machine does.
//!
//! Needs valgrind and `gungraun-runner` in the version of the crate `gungraun`; see `benches/README.md`.

use std::hint::black_box;
use std::io::Cursor;
use std::iter;
use std::path::Path;

use gungraun::{library_benchmark, library_benchmark_group, main};
use portolan::analysis::{self, Decided, Options};
use portolan::capture::{InputName, Interface, Packet, Source};
use portolan::decode::{Decoded, Decoder, Observation, TunnelPorts, decode_fast};
use portolan::error::Error;
use portolan::flow::{FlowTable, Flows, TableOptions};
use portolan::time::Time;
use testkit::generator::{self, HEADERS, PRESETS, Parameters};

/// Packets, or observations, of each case but the last: a count divided by it is the cost of one.
const BATCH: usize = 10_000;
/// Packets of the capture that is analysed whole.
const WHOLE: u64 = 20_000;
/// Flows that are active at a time: with 50,000 as in the large captures, nearly every packet would begin one.
const ACTIVE: u32 = 1_000;

/// A packet with its own memory and its interface.
struct Stored {
    time: Time,
    wire_len: u32,
    data: Vec<u8>,
    interface: Interface,
}

impl Stored {
    fn packet(&self) -> Packet<'_> {
        Packet { time: self.time, wire_len: self.wire_len, interface: 0, data: &self.data }
    }
}

fn generated(packets: u64, like: Parameters) -> Vec<u8> {
    let (parameters, mut bytes) = (Parameters { packets, active: ACTIVE, ..like }, Vec::new());
    generator::write(&parameters, &mut bytes).expect("memory takes all that is written");
    bytes
}

fn open(bytes: Vec<u8>) -> Result<Source, Error> {
    Source::from_reader(&InputName::File("generated".into()), Box::new(Cursor::new(bytes)))
}

fn packets(bytes: Vec<u8>) -> Vec<Stored> {
    let mut source = open(bytes).expect("a capture can be opened");
    let next = || {
        let (packet, interface) = source.next_packet()?;
        Some(Stored { time: packet.time, wire_len: packet.wire_len, data: packet.data.to_vec(), interface: interface.clone() })
    };
    iter::from_fn(next).collect()
}

/// The observation of a packet that takes the fast path, and its payload.
fn fast(stored: &Stored) -> Option<(Observation, &[u8])> {
    decode_fast(&stored.packet(), &stored.interface, TunnelPorts::NONE)
}

/// Packets that take the fast path.
fn ordinary_packets() -> Vec<Stored> {
    // A few are ARP or echoes.
    let mut packets = packets(generated(2 * BATCH as u64, HEADERS));
    packets.retain(|stored| fast(stored).is_some());
    packets.truncate(BATCH);
    assert_eq!(packets.len(), BATCH);
    packets
}

/// A sample's packets, over and over.
fn sample_packets(name: &str) -> Vec<Stored> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples").join(name);
    let sample = std::fs::read(path).expect("the sample is there");
    iter::repeat_with(|| packets(sample.clone())).flatten().take(BATCH).collect()
}

fn observations() -> Vec<Observation> {
    ordinary_packets().iter().filter_map(|stored| Some(fast(stored)?.0)).collect()
}

// The fast path for ordinary packets.
#[library_benchmark]
#[bench::packets_10k(args = (), setup = ordinary_packets)]
fn decode_fast_path(packets: Vec<Stored>) -> Vec<Stored> {
    for stored in &packets {
        black_box(fast(stored));
    }
    packets
}

// The walk, over packets that could take the fast path and over tunnelled ones that cannot.
#[library_benchmark]
#[bench::ordinary_10k(args = (), setup = ordinary_packets)]
#[bench::vxlan_10k(args = ("tunnel-vxlan.pcap"), setup = sample_packets)]
#[bench::gtp_u_10k(args = ("tunnel-gtp-u.pcap"), setup = sample_packets)]
#[bench::six_in_four_10k(args = ("tunnel-6in4.pcap"), setup = sample_packets)]
fn decode_walk(packets: Vec<Stored>) -> (Vec<Stored>, Decoder) {
    let mut decoder = Decoder::new();
    for stored in &packets {
        assert!(matches!(black_box(&decoder.decode(&stored.packet(), &stored.interface)).decoded, Decoded::Observed(_)));
    }
    (packets, decoder)
}

#[library_benchmark]
#[bench::observations_10k(args = (), setup = observations)]
fn flow_table(observations: Vec<Observation>) -> (Vec<Observation>, Flows) {
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&observations);
    (observations, table.finish().0)
}

/// A source and the options to analyse it with; the book of ports is read on the way, which is not counted.
fn whole_input(name: &str) -> (Source, Options) {
    let options = Options { threads: 1, ..Options::new(Vec::new()) };
    let (_, preset) = PRESETS.into_iter().find(|(preset, _)| *preset == name).expect("it is one of the presets");
    (open(generated(WHOLE, preset)).expect("it is a capture"), options)
}

// From a file in memory to decided flows.
#[library_benchmark]
#[bench::hdr_20k(args = ("hdr"), setup = whole_input)]
#[bench::full_20k(args = ("full"), setup = whole_input)]
#[bench::many_20k(args = ("many"), setup = whole_input)]
fn whole((source, options): (Source, Options)) -> Decided<'static> {
    let decided = analysis::analyse_sources(&options, iter::once(Ok(source)), |_, _| {});
    assert_eq!(decided.collected.total().packets, WHOLE);
    decided
}

library_benchmark_group!(name = parts; benchmarks = decode_fast_path, decode_walk, flow_table);
library_benchmark_group!(name = together; benchmarks = whole);
main!(library_benchmark_groups = parts, together);
