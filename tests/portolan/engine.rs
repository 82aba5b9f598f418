//! The engine that can be looked at while it goes on, that lets go of idle flows, and that waits for what is not there yet.

use std::collections::{BTreeMap, VecDeque};
use std::io::{self, ErrorKind, Read};
use std::time::Duration;

use portolan::analysis::{Decided, Engine, Moment, Options, analyse_sources};
use portolan::capture::{Completeness, InputName, Source};
use portolan::flow::{Flow, FlowId, TimelineOptions};
use portolan::report::{FlowRow, HostRow, Report, ServiceRow, TableName, TimelineRow};
use portolan::service::{FlowFlags, Verdict};
use portolan::stats::KeyBudget;
use portolan::stats::flows::{FlowSums, HostSum, ServerSum};
use portolan::time::NANOSECONDS;
use portolan::traffic::Traffic;
use proptest::collection::vec;
use proptest::prelude::*;
use testkit::*;

use crate::any_capture::{any_independent_scene, any_scene, many_mixed_flows};
use crate::support::{table_as_csv, tables_as_csv_without};
use crate::totals::{assert_tables_agree, sum, sums_by};

/// The options of all these runs: a timeline of fixed buckets, and everything else as usual.
fn options(threads: usize) -> Options {
    let timeline = Some(TimelineOptions { interval: Some(NANOSECONDS) });
    Options { threads, timeline, batch_size: 8, ..Options::new(Vec::new()) }
}

fn source(capture: &[u8]) -> Source {
    in_pieces(capture, &[usize::MAX])
}

fn in_pieces(capture: &[u8], sizes: &[usize]) -> Source {
    Source::from_reader(&InputName::Stdin, Box::new(Pieces::of(capture, sizes))).unwrap()
}

/// A reader that has nothing for now in front of each of its pieces but the first.
struct Pieces(VecDeque<Vec<u8>>);

impl Pieces {
    /// Pieces of these sizes, over and over. The first one is not smaller than what tells a format.
    fn of(mut capture: &[u8], sizes: &[usize]) -> Pieces {
        let mut pieces = VecDeque::new();
        for size in std::iter::once(sizes[0].max(24)).chain(sizes.iter().copied().cycle()) {
            let (piece, rest) = capture.split_at(size.clamp(1, capture.len().max(1)).min(capture.len()));
            pieces.extend([piece.to_vec(), Vec::new()]);
            capture = rest;
            if capture.is_empty() {
                break;
            }
        }
        pieces.pop_back();
        Pieces(pieces)
    }
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(piece) = self.0.front_mut() else { return Ok(0) };
        if piece.is_empty() {
            self.0.pop_front();
            return Err(ErrorKind::WouldBlock.into());
        }
        let count = piece.len().min(buffer.len());
        buffer[..count].copy_from_slice(&piece[..count]);
        piece.drain(..count);
        if piece.is_empty() {
            self.0.pop_front();
        }
        Ok(count)
    }
}

/// All tables, byte for byte.
fn tables(decided: &Decided<'_>) -> Vec<String> {
    TableName::ALL.into_iter().map(|name| table_as_csv(decided, name)).collect()
}

fn at_once(capture: &[u8], options: &Options) -> Decided<'static> {
    analyse_sources(options, std::iter::once(Ok(source(capture))), |_, _| {})
}

/// Reads to the end in steps of so many packets, over and over; after each, `between` may do what it likes.
fn in_steps(
    mut source: Source,
    options: &Options,
    steps: &[u64],
    mut between: impl FnMut(&mut Engine, &Source),
) -> Decided<'static> {
    let mut engine = Engine::new(options);
    for step in steps.iter().cycle() {
        let is_more = engine.read(&mut source, *step);
        between(&mut engine, &source);
        if !is_more && !source.is_waiting() {
            break;
        }
    }
    engine.close(&source);
    engine.finish().decide()
}

/// The time of the latest packet, as of a clock that was never set.
fn now(engine: &mut Engine) -> Moment {
    let span = engine.decide().collected.span();
    Moment { clock: span.last, running: Duration::from_nanos(span.last.since(span.first).unwrap_or(0).unsigned_abs()) }
}

/// The flows by number, without their flags: that an earlier flow had the same ports is forgotten with that flow.
fn flows_without_flags(decided: &Decided<'_>) -> BTreeMap<Option<FlowId>, String> {
    let rows = Report::new(decided).rows::<FlowRow>().into_iter();
    rows.map(|row| (row.flow_id, format!("{:?}", FlowRow { flags: FlowFlags::empty(), ..row }))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn looks_in_between_change_nothing(scene in any_scene(), steps in vec(1..9u64, 1..5), pcapng: bool) {
        let capture = if pcapng { scene.pcapng() } else { scene.pcap() };
        for threads in [1, 3] {
            let options = options(threads);
            let looked_at = in_steps(source(&capture), &options, &steps, |engine, _| {
                let twice = [tables(&engine.decide()), tables(&engine.snapshot().decide())];
                assert_eq!(twice[0], twice[1]);
            });
            prop_assert_eq!(tables(&looked_at), tables(&at_once(&capture, &options)));
        }
    }

    #[test]
    fn a_look_shows_what_an_analysis_of_the_packets_so_far_shows(scene in any_scene(), packets in 0..40u64) {
        let (capture, options) = (scene.pcap(), options(1));
        let (mut engine, mut source) = (Engine::new(&options), source(&capture));
        engine.read(&mut source, packets);
        let so_far = tables(&engine.decide());
        prop_assert_eq!(so_far, tables(&at_once(&first_packets(&capture, packets), &options)));
    }

    #[test]
    fn sums_are_the_same_when_idle_flows_are_let_go(
        scene in any_independent_scene(),
        steps in vec((1..9u64, any::<bool>()), 1..6),
        idle in 1..40i64,
    ) {
        let (capture, idle) = (scene.pcap(), idle * NANOSECONDS);
        let options = Options { idle_timeout: Some(idle), ..options(1) };
        let (sizes, lets_go): (Vec<u64>, Vec<bool>) = steps.into_iter().unzip();
        let mut lets_go = lets_go.into_iter().cycle();
        let ended = in_steps(source(&capture), &options, &sizes, |engine, _| {
            if lets_go.next().unwrap() {
                let now = now(engine);
                engine.expire_idle(now, idle);
            }
        });
        let all = at_once(&capture, &options);
        let sums = |decided| tables_as_csv_without(TableName::Flows, decided);
        prop_assert_eq!(sums(&ended), sums(&all));
        // The remaining flows have the numbers and names that they would have anyway.
        let expired = ended.collected.closed.as_ref().map_or(0, |closed| closed.flows) as usize;
        prop_assert_eq!(expired + ended.collected.flows.len(), all.collected.flows.len());
        let numbers: Vec<_> = Report::new(&ended).rows::<FlowRow>().into_iter().map(|row| row.flow_id).collect();
        prop_assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
        let every = flows_without_flags(&all);
        for (number, flow) in &flows_without_flags(&ended) {
            prop_assert_eq!(Some(flow), every.get(number));
        }
    }

    #[test]
    fn nothing_is_lost_whatever_is_let_go(
        scene in any_scene(),
        steps in vec(1..9u64, 1..6),
        idle in 0..40i64,
        max_flows in prop::sample::select(vec![1, 3, 1000]),
    ) {
        let capture = scene.pcap();
        let options = Options { max_flows, ..options(1) };
        let ended = in_steps(source(&capture), &options, &steps, |engine, _| {
            let now = now(engine);
            engine.expire_idle(now, idle * NANOSECONDS);
        });
        let all = at_once(&capture, &options);
        // With these the packets of every transport are the same.
        prop_assert_eq!(&ended.collected.tally, &all.collected.tally);
        assert_tables_agree(&ended);
        // Packets of flows beyond the limit have no hosts, and expired flows leave room for others.
        if max_flows == 1000 {
            let sent = |decided| sum(Report::new(decided).rows::<HostRow>().into_iter().map(|row| row.sent));
            prop_assert_eq!(sent(&ended), sent(&all));
        }
    }

    #[test]
    fn a_reader_that_has_nothing_now_and_then_changes_nothing(scene in any_scene(), sizes in vec(1..200usize, 1..6), pcapng: bool) {
        let capture = if pcapng { with_passed_over_blocks(&scene.pcapng()) } else { scene.pcap() };
        let options = options(1);
        let mut waits = 0;
        let pieces = Pieces::of(&capture, &sizes).0.iter().filter(|piece| piece.is_empty()).count();
        let waited = in_steps(in_pieces(&capture, &sizes), &options, &[u64::MAX], |_, source| {
            waits += usize::from(source.is_waiting());
        });
        prop_assert_eq!(waits, pieces, "told each time, and never else");
        prop_assert_eq!(tables(&waited), tables(&at_once(&capture, &options)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn with_little_room_nothing_is_lost_and_what_is_told_apart_is_the_same_each_time(
        scene in any_scene(),
        members in 0..60usize,
    ) {
        let decided = at_once(&scene.pcap(), &options(1));
        let flows: Vec<(&Flow, &Verdict)> = decided.collected.flows.iter().zip(decided.verdicts.iter()).collect();
        let sums = |room: &mut KeyBudget| {
            let mut sums = FlowSums::default();
            let for_conversations = &mut room.clone();
            flows.iter().for_each(|(flow, verdict)| sums.add(flow, verdict, None, room, for_conversations));
            sums
        };
        let (all, bounded) = (sums(&mut KeyBudget::unlimited()), sums(&mut KeyBudget::new(members)));
        // The maps and sets of another sum have other seeds.
        prop_assert_eq!(&bounded, &sums(&mut KeyBudget::new(members)));
        let hosts = |sums: &FlowSums| sums.hosts.values().chain(&sums.hosts.others).cloned().collect::<Vec<HostSum>>();
        let servers = |sums: &FlowSums| sums.servers.values().chain(&sums.servers.others).cloned().collect::<Vec<ServerSum>>();
        let moved = |sums: &FlowSums| {
            let mut traffic = [Traffic::default(); 4];
            hosts(sums).iter().for_each(|sum| traffic[0].merge(sum.sent));
            hosts(sums).iter().for_each(|sum| traffic[1].merge(sum.received));
            servers(sums).iter().for_each(|sum| traffic[2].merge(sum.traffic));
            sums.services.values().for_each(|sum| traffic[3].merge(sum.traffic()));
            (traffic, servers(sums).iter().map(|sum| sum.flows).sum::<u64>())
        };
        prop_assert_eq!(moved(&bounded), moved(&all));
        prop_assert_eq!((&bounded.ports, &bounded.ranges, &bounded.evidences), (&all.ports, &all.ranges, &all.evidences));
        let in_services = bounded.services.values().map(|sum| sum.clients.len() + sum.servers.len()).sum::<usize>();
        let in_servers = servers(&bounded).iter().map(|sum| sum.clients.len()).sum::<usize>();
        let in_hosts = hosts(&bounded).iter().map(|sum| sum.peers.len() + sum.serves.len() + sum.uses.len()).sum::<usize>();
        let places = bounded.hosts.values().len() + bounded.servers.values().len();
        prop_assert!(in_services + in_servers + in_hosts + 8 * places <= members);
        let is_cut = |each: usize, of: usize, others: bool| (each < of) == others;
        prop_assert!(is_cut(bounded.hosts.values().len(), all.hosts.values().len(), bounded.hosts.others.is_some()));
        prop_assert!(is_cut(bounded.servers.values().len(), all.servers.values().len(), bounded.servers.others.is_some()));
    }
}

/// A capture of microseconds up to that packet.
fn first_packets(capture: &[u8], packets: u64) -> Vec<u8> {
    let mut end = 24;
    for _ in 0..packets {
        let Some(length) = capture.get(end + 8..end + 12) else { break };
        end += 16 + u32::from_le_bytes(length.try_into().unwrap()) as usize;
    }
    capture[..end].to_vec()
}

/// The same with blocks of no meaning between all others.
fn with_passed_over_blocks(mut pcapng: &[u8]) -> Vec<u8> {
    let mut with = Vec::new();
    while let Some(length) = pcapng.get(4..8) {
        let (block_here, rest) = pcapng.split_at(u32::from_le_bytes(length.try_into().unwrap()) as usize);
        with.extend_from_slice(block_here);
        with.extend(block(0x4242, &[0x42; 50]));
        pcapng = rest;
    }
    with
}

#[test]
fn looks_change_nothing_where_a_second_thread_counts() {
    let capture = many_mixed_flows();
    let expected = tables(&at_once(&capture, &options(1)));
    let looked_at = in_steps(source(&capture), &options(3), &[33_000, 10, 5000], |engine, _| {
        let decided = engine.decide();
        assert_eq!(decided.collected.flows.len(), decided.verdicts.len());
    });
    assert!(tables(&looked_at) == expected);
}

#[test]
fn letting_go_is_the_same_for_any_number_of_threads() {
    let (capture, idle) = (many_mixed_flows(), 10 * NANOSECONDS);
    let run = |threads| {
        in_steps(source(&capture), &options(threads), &[20_000], |engine, _| {
            let now = now(engine);
            engine.expire_idle(now, idle);
        })
    };
    let (one, three) = (run(1), run(3));
    assert!(one.collected.closed.as_ref().is_some_and(|closed| closed.flows > 10_000) && one.collected.flows.len() > 1000);
    assert!(tables(&one) == tables(&three));
}

#[test]
fn buckets_that_fit_are_as_wide_whatever_was_let_go() {
    // Each packet comes in a millisecond of its own.
    let (capture, adaptive) = (many_mixed_flows(), Options { timeline: Some(TimelineOptions::default()), ..options(1) });
    let ended = in_steps(source(&capture), &adaptive, &[20_000], |engine, _| {
        let now = now(engine);
        engine.expire_idle(now, 10 * NANOSECONDS);
    });
    let by_time = |decided| sums_by(Report::new(decided).rows::<TimelineRow>().into_iter().map(|row| (row.start, row.traffic)));
    let (of_ended, of_all) = (by_time(&ended), by_time(&at_once(&capture, &adaptive)));
    assert!(of_all.len() > 60 && of_all.len() <= 600, "{}", of_all.len());
    assert!(of_ended == of_all);
}

#[test]
fn a_look_shows_the_inputs_that_were_read_before_too() {
    let first = Scene::new().frames(connection((C, 50_000), (S, 443), 1)).pcap();
    let second = Scene::new().wait(9).frames(connection((D, 50_000), (S, 80), 1)).pcapng();
    let options = options(1);
    let mut engine = Engine::new(&options);
    let mut read = source(&first);
    assert!(!engine.read(&mut read, u64::MAX));
    engine.close(&read);
    let mut reading = source(&second);
    for packets in 1..=9 {
        assert!(engine.read(&mut reading, 1));
        let decided = engine.decide();
        let counts = (decided.collected.inputs.len(), decided.collected.total().packets, decided.collected.flows.len());
        assert_eq!(counts, (2, 9 + packets, 2));
    }
    engine.close(&reading);
    let both = [&first, &second].map(|capture| Ok(source(capture)));
    assert_eq!(tables(&engine.finish().decide()), tables(&analyse_sources(&options, both.into_iter(), |_, _| {})));
}

#[test]
fn who_waits_is_not_at_an_end_and_a_decompressor_cannot_wait() {
    let capture = Scene::new().frames(connection((C, 50_000), (S, 443), 1)).pcapng();
    let mut waiting = in_pieces(&capture, &[400]);
    while waiting.next_packet().is_some() {}
    assert!(waiting.is_waiting() && waiting.completeness() == Completeness::Complete);
    // What was lost inside of a decompressor cannot be had once more.
    let (first, second) = capture.split_at(400);
    let frames = [first, second].map(|part| zstd::encode_all(part, 3).unwrap());
    let mut failed = in_pieces(&frames.concat(), &[frames[0].len()]);
    while failed.next_packet().is_some() {}
    assert!(!failed.is_waiting() && failed.completeness() == Completeness::Damaged);
    assert!(failed.next_packet().is_none());
}

#[test]
fn a_flow_keeps_its_name_when_its_control_channel_is_let_go() {
    // The usual thing with FTP: while data flow, nothing is said.
    let mut scene = Scene::new();
    scene.frames(dialogue((C, 40_001), (S, 21), 1, &["<227 (192,0,2,80,234,97)\r\n"]));
    scene.frames(handshake((C, 40_002), (S, 60_001), 1));
    for _ in 0..20 {
        scene.wait(50).frames(exchange((C, 40_002), (S, 60_001), 1));
    }
    let capture = scene.pcap();
    let mut services: Vec<String> = Vec::new();
    in_steps(source(&capture), &options(1), &[3], |engine, _| {
        let now = now(engine);
        engine.expire_idle(now, 60 * NANOSECONDS);
        services = Report::new(&engine.decide()).rows::<ServiceRow>().into_iter().map(|row| row.service.into_owned()).collect();
    });
    assert_eq!(services, ["ftp-data", "ftp"]);
}

#[test]
fn where_many_flows_ended_there_is_room_for_others() {
    let mut scene = Scene::new();
    for number in 0..9 {
        scene.wait(100).frames(connection((C, 50_000 + number), (S, 443), 1)).frames(connection(
            (D, 50_000 + number),
            (S, 443),
            1,
        ));
    }
    let capture = scene.pcap();
    let few = Options { max_flows: 2, ..options(1) };
    assert_eq!(at_once(&capture, &few).collected.flows.len(), 3, "the third stands for sixteen");
    let let_go = in_steps(source(&capture), &few, &[18], |engine, _| {
        // Nothing has come for two seconds, says the clock.
        let Moment { clock, running } = now(engine);
        let later = Moment { clock: clock.saturating_sub(-2 * NANOSECONDS), running: running + Duration::from_secs(2) };
        engine.expire_idle(later, NANOSECONDS);
        assert_eq!(engine.flows(), 0);
    });
    assert!(let_go.collected.flows.iter().all(|flow| !flow.is_overflow()));
    assert_eq!(let_go.collected.closed.as_ref().map_or(0, |closed| closed.flows) as usize + let_go.collected.flows.len(), 18);
}
