//! How many packets a second each part of the packet's path takes in, and all of it together.

use std::fs::{self, File};
use std::hint::black_box;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use portolan::analysis::{self, Options};
use portolan::capture::{InputName, Interface, LinkType, Packet, Source};
use portolan::decode::{Decoded, Decoder, Observation};
use portolan::flow::{BATCH, FlowTable, TableOptions};
use portolan::format::csv;
use portolan::report::{Report, TableName};
use portolan::time::Time;
use testkit::generator::{self, Counts, HEADERS, MANY, PRESETS, Parameters};

/// Packets of the captures that are read and decoded: enough for steady figures, few enough for many repetitions.
const PACKETS: u64 = 200_000;
/// Packets and active flows for the flow table, whose flows should not all fit into a core's own cache.
const TABLE_PACKETS: u64 = 400_000;
const TABLE_ACTIVE: u32 = 50_000;

/// A generated capture in a file.
struct Capture {
    name: InputName,
    counts: Counts,
}

impl Capture {
    fn make(name: &str, parameters: &Parameters) -> Capture {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("throughput");
        fs::create_dir_all(&folder).expect("the build folder can be written");
        let path = folder.join(format!("{name}.pcap"));
        let file = File::create(&path).expect("the build folder can be written");
        let counts = generator::write(parameters, file).expect("the build folder has room");
        Capture { name: InputName::File(path), counts }
    }

    fn open(&self) -> Source {
        Source::open(&self.name).expect("a generated capture can be opened")
    }

    fn throughput(&self) -> Throughput {
        Throughput::Elements(self.counts.packets)
    }
}

/// A packet with its own memory.
struct Stored {
    time: Time,
    wire_len: u32,
    data: Vec<u8>,
}

impl Stored {
    fn packet(&self) -> Packet<'_> {
        Packet { time: self.time, wire_len: self.wire_len, interface: 0, data: &self.data }
    }
}

fn packets(capture: &Capture) -> Vec<Stored> {
    let (mut source, mut packets) = (capture.open(), Vec::new());
    while let Some((packet, _)) = source.next_packet() {
        packets.push(Stored { time: packet.time, wire_len: packet.wire_len, data: packet.data.to_vec() });
    }
    packets
}

fn observations(capture: &Capture) -> Vec<Observation> {
    let (mut source, mut decoder, mut observations) = (capture.open(), Decoder::new(), Vec::new());
    while let Some((packet, interface)) = source.next_packet() {
        if let Decoded::Observed(observation) = decoder.decode(&packet, interface).decoded {
            observations.push(observation);
        }
    }
    observations
}

fn ethernet() -> Interface {
    Interface { snaplen: HEADERS.snap_length, ..Interface::new(LinkType::ETHERNET) }
}

/// From a file to packets.
fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for (name, preset) in PRESETS {
        let capture = Capture::make(name, &Parameters { packets: PACKETS, ..preset });
        group.throughput(capture.throughput());
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let mut source = capture.open();
                while let Some((packet, _)) = source.next_packet() {
                    black_box(packet);
                }
            });
        });
    }
}

/// From packets to observations.
fn decode(criterion: &mut Criterion) {
    let capture = Capture::make("decode", &Parameters { packets: PACKETS, ..HEADERS });
    let (packets, interface) = (packets(&capture), ethernet());
    let mut group = criterion.benchmark_group("decode");
    group.throughput(capture.throughput());
    group.bench_function("hdr", |bencher| {
        let mut decoder = Decoder::new();
        bencher.iter(|| {
            for packet in &packets {
                black_box(decoder.decode(&packet.packet(), &interface));
            }
        });
    });
}

/// From observations to flows.
fn table(criterion: &mut Criterion) {
    let parameters = Parameters { packets: TABLE_PACKETS, active: TABLE_ACTIVE, ..HEADERS };
    let capture = Capture::make("table", &parameters);
    let observations = observations(&capture);
    let mut group = criterion.benchmark_group("table");
    group.throughput(Throughput::Elements(observations.len() as u64));
    for batch_size in [1, BATCH] {
        group.bench_function(BenchmarkId::new("batch", batch_size), |bencher| {
            bencher.iter_batched(
                || FlowTable::new(TableOptions { batch_size, ..TableOptions::default() }),
                |mut table| {
                    table.push(&observations);
                    table.finish()
                },
                BatchSize::PerIteration,
            );
        });
    }
}

/// From a file to decided flows.
fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("whole");
    for (name, preset) in PRESETS {
        let capture = Capture::make(name, &Parameters { packets: PACKETS, ..preset });
        let options = Options::new(vec![capture.name.clone()]);
        check(&capture.counts, &options);
        group.throughput(capture.throughput());
        group.bench_function(name, |bencher| bencher.iter_with_large_drop(|| analysis::analyse(&options)));
    }
}

/// From decided flows to their table as text, which goes nowhere.
fn write(criterion: &mut Criterion) {
    let capture = Capture::make("write", &Parameters { packets: PACKETS, ..MANY });
    let decided = analysis::analyse(&Options::new(vec![capture.name.clone()]));
    let mut group = criterion.benchmark_group("write");
    group.throughput(Throughput::Elements(decided.collected.flows.len() as u64));
    group.bench_function("csv", |bencher| {
        bencher.iter(|| csv::write(&Report::new(&decided).table(TableName::Flows), io::sink()).expect("a sink takes everything"));
    });
}

/// A fast wrong answer is no figure: the analysis must find exactly what was generated.
fn check(counts: &Counts, options: &Options) {
    let decided = analysis::analyse(options);
    let found = Counts {
        packets: decided.collected.total().packets,
        wire_bytes: decided.collected.total().wire_bytes,
        flows: decided.collected.flows.len() as u64,
        flows_with_ports: decided.collected.flows.iter().filter(|flow| flow.key.has_ports()).count() as u64,
    };
    assert_eq!(found, *counts);
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(4));
    targets = read, decode, table, whole, write
}
criterion_main!(benches);
