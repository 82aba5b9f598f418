//! Laws that hold for every capture, whatever is in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use portolan::analysis::{Decided, Options, analyse};
use portolan::capture::InputName;
use portolan::decode::{EncapsulationId, Encapsulations, Side};
use portolan::flow::TimelineOptions;
use portolan::format::json;
use portolan::report::{Report, ServiceRow, TableName};
use portolan::service::Verdict;
use portolan::stats::conversations::Conversations;
use portolan::stats::flows::{Evidences, FlowSum, FlowSums, Hosts, Ports, Ranges, Servers, Services};
use portolan::stats::{ConversationFlows, DecidedFlows, HostFlows, KeyBudget, ServerFlows};
use portolan::traffic::Traffic;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;
use testkit::*;

use crate::any_capture::{any_port, any_scene, any_whole_packets, many_mixed_flows};
use crate::columns::analysed_samples;
use crate::support::{Folder, gzip, lz4, packets_at, run, run_with_input, table_as_csv, tables_as_csv_without, tables_of, xz};
use crate::totals::assert_tables_agree;

/// The usual options with a timeline, one thread, and small batches.
fn options() -> Options {
    Options { batch_size: 64, threads: 1, timeline: Some(TimelineOptions::default()), ..Options::new(Vec::new()) }
}

fn analysed(capture: &[u8]) -> Decided<'static> {
    analysed_with(capture, options())
}

fn analysed_with(capture: &[u8], options: Options) -> Decided<'static> {
    let folder = Folder::new();
    let path = folder.file("capture", capture);
    analyse(&Options { inputs: vec![InputName::File(path.into())], ..options })
}

/// All tables but `capture`, which says what the file was called.
fn tables(decided: &Decided<'_>) -> Vec<String> {
    tables_as_csv_without(TableName::Capture, decided)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_tables_of_any_capture_agree(scene in any_scene()) {
        assert_tables_agree(&analysed(&scene.pcap()));
    }

    /// The laws of rows hold for the text that is written of them.
    #[test]
    fn csv_and_json_hold_the_numbers_of_the_rows(scene in any_scene()) {
        let decided = analysed(&scene.pcap());
        let row_of_text = |get: &dyn Fn(&str) -> String| {
            let number = |key| get(key).parse().unwrap();
            let traffic = Traffic { packets: number("packets"), wire_bytes: number("wire_bytes") };
            (["category", "service", "transport"].map(get), number("flows"), traffic)
        };
        let rows: Vec<_> = Report::new(&decided).rows::<ServiceRow>().into_iter()
            .map(|row| ([row.category, &row.service, row.transport.name()].map(str::to_owned), row.flows, row.traffic.part))
            .collect();

        let text = table_as_csv(&decided, TableName::Services);
        let csv = csv::Reader::from_reader(text.as_bytes()).into_deserialize()
            .map(|row: csv::Result<BTreeMap<String, String>>| row.unwrap())
            .map(|row| row_of_text(&|key| row[key].clone()))
            .collect::<Vec<_>>();
        prop_assert_eq!(csv, rows.clone());

        let mut document = Vec::new();
        let producer = json::Producer { version: "", services_table: String::new() };
        let heading = json::Heading { portolan: producer, input: Vec::new(), options: json::Settings::default() };
        json::write(&heading, TableName::ALL.into_iter().map(|name| Report::new(&decided).table(name)), &mut document).unwrap();
        let tables = &serde_json::from_slice::<Value>(&document).unwrap()["tables"];
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let json: Vec<_> = tables["services"].as_array().unwrap().iter().map(|row| row_of_text(&|key| text(&row[key]))).collect();
        prop_assert_eq!(json, rows);
    }

    #[test]
    fn with_room_for_few_flows_nothing_is_lost(scene in any_scene(), max_flows in 1..6usize) {
        let decided = analysed_with(&scene.pcap(), Options { max_flows, ..options() });
        let distinguished = decided.collected.flows.iter().filter(|flow| !flow.is_overflow()).count();
        prop_assert!(distinguished <= max_flows);
        let packets: u64 = decided.collected.flows.iter().map(|flow| flow.packets.iter().sum::<u64>()).sum();
        let all = analysed(&scene.pcap());
        prop_assert_eq!(packets, all.collected.flows.iter().map(|flow| flow.packets.iter().sum::<u64>()).sum::<u64>());
        prop_assert_eq!(&decided.collected.tally, &all.collected.tally);
        assert_tables_agree(&decided);
    }

    #[test]
    fn the_size_of_a_batch_changes_nothing(scene in any_scene(), size in 1..200usize) {
        let capture = scene.pcap();
        let in_batches = |batch_size| tables(&analysed_with(&capture, Options { batch_size, ..options() }));
        prop_assert_eq!(in_batches(1), in_batches(size));
    }

    #[test]
    fn the_file_format_changes_nothing(scene in any_scene()) {
        let classic = tables(&analysed(&scene.pcap()));
        prop_assert_eq!(&classic, &tables(&analysed(&scene.pcap_nano())));
        prop_assert_eq!(&classic, &tables(&analysed(&scene.pcapng())));
    }

    #[test]
    fn sums_of_parts_merge_to_the_sum_of_all(scene in any_scene(), at in 0..30usize) {
        let decided = analysed(&scene.pcap());
        let flows: Vec<_> = decided.collected.flows.iter().zip(decided.verdicts.iter()).collect();
        let (left, right) = flows.split_at(at.min(flows.len()));
        fn law<S: FlowSum + PartialEq + std::fmt::Debug>(left: &[(&portolan::flow::Flow, &Verdict)], right: &[(&portolan::flow::Flow, &Verdict)]) {
            let over = |flows: &[(&portolan::flow::Flow, &Verdict)]| S::over(flows.iter().copied());
            let mut merged = over(left);
            merged.merge(over(right));
            let all = [left, right].concat();
            assert_eq!(merged, over(&all));
            let mut one_by_one = S::default();
            all.iter().for_each(|(flow, verdict)| one_by_one.add(flow, verdict, &mut KeyBudget::unlimited()));
            assert_eq!(merged, one_by_one);
        }
        law::<Services>(left, right);
        law::<Ports>(left, right);
        law::<Ranges>(left, right);
        law::<Servers>(left, right);
        law::<Hosts>(left, right);
        law::<Evidences>(left, right);
        law::<Conversations>(left, right);
    }

    /// Also where some flows have ended, whose sums are all that there is.
    #[test]
    fn rows_made_from_the_flows_of_a_machine_or_server_are_their_sums(scene in any_scene(), closed in 0..20usize, closed_ports: bool) {
        let decided = analysed(&scene.pcap());
        let (flows, verdicts) = (&decided.collected.flows, &decided.verdicts);
        let mut sums = FlowSums::default();
        flows.iter().zip(verdicts.iter()).take(closed).for_each(|(flow, verdict)| {
            sums.add(flow, verdict, None, &mut KeyBudget::unlimited(), &mut KeyBudget::unlimited());
        });
        let decided_flows = DecidedFlows { flows, verdicts, closed: (closed > 0).then_some(&sums), threads: 2 };

        let mut hosts = Hosts::over(flows.iter().zip(verdicts.iter()));
        hosts.merge(sums.hosts.clone());
        let made = HostFlows::new(decided_flows);
        let rows: Vec<_> = (0..made.len()).map_while(|row| made.sum(row, decided_flows)).collect();
        prop_assert!(rows.is_sorted_by_key(|(host, sum)| (Reverse(sum.sent.packets + sum.received.packets), *host)));
        let packets = [0, 1].map(|side| rows.iter().map(|(_, sum)| [sum.sent, sum.received][side].packets).sum::<u64>());
        prop_assert_eq!(HostFlows::whole(decided_flows).map(|traffic| traffic.packets), packets);
        prop_assert_eq!(rows.len(), made.len());
        prop_assert_eq!(rows.into_iter().collect::<HashMap<_, _>>(), hosts.iter().map(|(host, sum)| (*host, sum.clone())).collect());

        let mut conversations = sums.conversations.clone();
        conversations.merge(Conversations::over(flows.iter().zip(verdicts.iter())));
        let made = ConversationFlows::new(decided_flows);
        let rows: Vec<_> = (0..made.len()).map_while(|row| made.sum(row, decided_flows)).collect();
        prop_assert!(rows.is_sorted_by_key(|(pair, sum)| (Reverse(sum.sent[0].packets + sum.sent[1].packets), *pair)));
        let packets = [0, 1].map(|side| rows.iter().map(|(_, sum)| sum.sent[side].packets).sum::<u64>());
        let whole = ConversationFlows::whole(decided_flows);
        prop_assert_eq!(whole.1.map(|traffic| traffic.packets), packets);
        prop_assert_eq!(whole.0, rows.iter().map(|(_, sum)| sum.flows).sum::<u64>());
        prop_assert_eq!(rows.len(), made.len());
        let of_each = conversations.iter().map(|(pair, sum)| (*pair, sum.clone())).collect();
        prop_assert_eq!(rows.into_iter().collect::<HashMap<_, _>>(), of_each);

        let mut servers = sums.servers.clone();
        servers.merge(Servers::over(flows.iter().zip(verdicts.iter())));
        let shown = servers.iter().filter(|(_, sum)| sum.shows_server || closed_ports);
        let made = ServerFlows::new(decided_flows, closed_ports);
        let rows: Vec<_> = (0..made.len()).map_while(|row| made.sum(row, decided_flows)).collect();
        prop_assert!(rows.is_sorted_by_key(|(key, _)| (key.host, key.port, key.transport)));
        let (flows, packets) = rows.iter().fold((0, 0), |(flows, packets), (_, sum)| (flows + sum.flows, packets + sum.traffic.packets));
        let whole = made.whole(decided_flows);
        prop_assert_eq!((whole.0, whole.1.packets), (flows, packets));
        prop_assert_eq!(rows.len(), made.len());
        prop_assert_eq!(rows.into_iter().collect::<HashMap<_, _>>(), shown.map(|(server, sum)| (*server, sum.clone())).collect());
    }

    /// What the terminal shows of the rows that it cuts off is what they add up to, however that is found out.
    #[test]
    fn rows_that_are_cut_off_are_added_up(scene in any_scene(), shown in 0..5usize) {
        let decided = analysed(&scene.pcap());
        for name in TableName::ALL {
            let table = Report::new(&decided).table(name);
            let sums = |rows| {
                let mut sums = table.no_rows();
                table.visit(rows, |row| sums.add(row));
                sums
            };
            let others = table.others(shown, &sums(0..shown));
            let added_up = (shown < table.len()).then(|| sums(shown..table.len()).values().to_vec());
            prop_assert_eq!(others, added_up, "{:?}", name);
        }
    }

    #[test]
    fn tallies_of_parts_merge_to_the_tally_of_all(left in vec(any_whole_packets(), 0..12), right_frames in vec(any_whole_packets(), 0..12)) {
        let tally = |frames: &[Vec<Vec<u8>>]| {
            let mut scene = Scene::new();
            scene.frames(frames.concat());
            let collected = analysed(&scene.pcap()).collected;
            (collected.tally.into_owned(), collected.encapsulations.into_owned())
        };
        // The parts begin at the same second, so that times are not compared.
        let ((mut merged, mut encapsulations), (right, encapsulations_of_right)) = (tally(&left), tally(&right_frames));
        let (all, encapsulations_of_all) = tally(&[left, right_frames].concat());
        merged.merge(&right, &encapsulations.merge(&encapsulations_of_right));
        prop_assert_eq!(&merged.encapsulations, &all.encapsulations);
        let stack = |encapsulations: &Encapsulations, number: usize| encapsulations.stack(EncapsulationId(number as u16));
        prop_assert!((0..all.encapsulations.len()).all(|number| stack(&encapsulations, number) == stack(&encapsulations_of_all, number)));
        prop_assert_eq!(merged.ledger, all.ledger);
        prop_assert_eq!(merged.sizes, all.sizes);
        let counted = |tally: &portolan::stats::Tally| {
            let mut rows: Vec<_> = tally.portless.rows().map(|(kind, row)| (kind, row.traffic, row.hosts)).collect();
            rows.sort_by_key(|(kind, ..)| *kind);
            rows
        };
        prop_assert_eq!(counted(&merged), counted(&all));
    }

    #[test]
    fn any_bytes_end_in_an_answer(bytes in vec(any::<u8>(), 0..400), cut in 0..400usize, at in 0..400usize) {
        // Noise, a real file cut short, and one with a byte turned.
        let mut scene = Scene::new();
        scene.frames(connection((C, 51544), (S, 443), 1));
        for mut file in [bytes, scene.pcap(), scene.pcapng()] {
            file.truncate(file.len().saturating_sub(cut));
            if let Some(byte) = file.get_mut(at) {
                *byte ^= 0x55;
            }
            assert_tables_agree(&analysed(&file));
        }
    }

    #[test]
    fn roles_do_not_depend_on_who_has_the_smaller_address(client in any_port(), server in any_port()) {
        // The same conversation with the addresses exchanged is the same conversation.
        let ports = |from: &'static str, to: &'static str| {
            let mut scene = Scene::new();
            scene.frames(exchange((from, client), (to, server), 1));
            let decided = analysed(&scene.pcap());
            let (flow, verdict) = (decided.collected.flows.get(0), decided.verdicts[0]);
            let place = |side: Side| (flow.key.ip_addr(side).to_string() == from, flow.key.port(side));
            (verdict.server.map(place), verdict.evidence, verdict.confidence)
        };
        prop_assert_eq!(ports(C, S), ports(S, C));
    }
}

/// Samples hold scans and kinds of packets that arbitrary captures lack.
#[test]
fn the_tables_of_every_sample_agree() {
    for (name, decided) in analysed_samples() {
        println!("{name}");
        assert_tables_agree(&decided);
    }
}

#[test]
fn neither_threads_nor_batches_change_anything() {
    let capture = many_mixed_flows();
    let expected = tables(&analysed_with(&capture, Options { batch_size: 1, ..options() }));
    for (batch_size, threads) in [(64, 1), (4096, 1), (1, 2), (64, 2), (64, 8), (4096, 8)] {
        assert!(
            tables(&analysed_with(&capture, Options { batch_size, threads, ..options() })) == expected,
            "batch {batch_size}, {threads} threads"
        );
    }
}

#[test]
fn compression_and_pipes_change_nothing() {
    let mut scene = Scene::new();
    for port in 0..500 {
        scene.frames(connection((C, 40_000 + port), (S, 443), u32::from(port)));
    }
    let plain = scene.pcap();
    let folder = Folder::new();
    let compressed = [gzip(&plain), zstd::encode_all(&plain[..], 3).unwrap(), lz4(&plain), xz(&plain)];
    let expected = without_origin(tables_of(&plain));
    for (bytes, name) in compressed.iter().zip(["gzip", "zstd", "lz4", "xz"]) {
        let tables = tables_of(bytes);
        assert_eq!(tables["capture"][0]["compression"], name);
        assert_eq!(without_origin(tables), expected, "{name} from a pipe");
        // The name of a file says nothing about what is in it.
        let path = folder.file("capture.pcap", bytes);
        assert_eq!(without_origin(run(&["read", &path, "--json", "-"]).tables()), expected, "{name} from a file");
    }
}

#[test]
fn compressed_pieces_one_behind_the_other_are_one_capture() {
    let mut scene = Scene::new();
    scene.frames(connection((C, 51544), (S, 443), 1));
    let plain = scene.pcap();
    let (first, second) = plain.split_at(plain.len() / 3);
    let whole_by_pieces = [
        [gzip(first), gzip(second)],
        [zstd::encode_all(first, 3).unwrap(), zstd::encode_all(second, 3).unwrap()],
        [lz4(first), lz4(second)],
        [xz(first), xz(second)],
    ];
    for pieces in whole_by_pieces {
        let run = run_with_input(&["read", "-", "--json", "-"], &pieces.concat());
        assert_eq!((run.code, packets_at(&run.tables(), "tcp")), (0, 9), "{}", run.stderr);
    }
}

fn without_origin(mut tables: Value) -> Value {
    for row in tables["capture"].as_array_mut().unwrap() {
        for key in ["file", "compression"] {
            row.as_object_mut().unwrap().remove(key);
        }
    }
    tables
}
