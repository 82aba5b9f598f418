//! Laws that hold for every capture, whatever is in it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use portolan::analysis::{Decided, Options, analyse};
use portolan::capture::InputName;
use portolan::decode::{EncapsulationId, Encapsulations, Side};
use portolan::flow::TimelineOptions;
use portolan::report::{Report, TableName};
use portolan::service::Verdict;
use portolan::stats::flows::{Evidences, FlowSum, FlowSums, Hosts, Ports, Ranges, Servers, Services};
use portolan::stats::{DecidedFlows, HostFlows, KeyBudget, ServerFlows};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use crate::scene::*;
use crate::support::{Folder, gzip, lz4, packets_at, run, run_with_input, sum, tables_of, xz};

pub const HOSTS: [&str; 4] = [C, D, S, R];
const HOSTS_V6: [&str; 2] = ["2001:db8::5", "2001:db8::80"];
pub const PORTS: [u16; 10] = [0, 20, 53, 80, 443, 5060, 8080, 40_000, 51_544, 60_001];

/// What is said on control channels, by their ports: it announces flows of that small world.
pub const CONTROL: [(u16, &str); 5] = [
    (21, ">PORT 10,0,0,5,201,88\r\n"),
    (21, "<227 (192,0,2,80,234,97)\r\n"),
    (21, "<234 go ahead\r\n"),
    (5060, ">v=0\r\nc=IN IP4 10.0.0.5\r\nm=audio 51544 RTP/AVP 0\r\n"),
    (6667, ">PRIVMSG d :\u{1}DCC SEND f 167772165 8080 9\u{1}\r\n"),
];

/// One frame of a capture: real traffic in a small world, tagged, cut, fragmented, or noise.
fn any_frames() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let end = || (0..HOSTS.len(), 0..PORTS.len()).prop_map(|(host, port)| (HOSTS[host], PORTS[port]));
    let end_v6 = || (0..HOSTS_V6.len(), 0..PORTS.len()).prop_map(|(host, port)| (HOSTS_V6[host], PORTS[port]));
    let flags = prop::sample::select(vec!["S", "SA", "A", "PA", "FA", "R", "RA"]);
    prop_oneof![
        4 => (end(), end(), flags, 0..3u32, 0..3u32).prop_map(|(from, to, flags, sequence, acknowledgment)| vec![tcp(from, to, flags, sequence, acknowledgment, b"x")]),
        2 => (end(), end()).prop_map(|(from, to)| vec![udp(from, to, b"data")]),
        1 => (end_v6(), end_v6()).prop_map(|(from, to)| vec![udp(from, to, b"data")]),
        1 => (end(), end(), 1..9u32).prop_map(|(client, server, isn)| connection(client, server, isn * 1000)),
        1 => (end(), end(), 0..4u16, any::<bool>()).prop_map(|(from, to, id, backwards)| {
            let mut fragments = udp_fragments(from, to, &[7; 300], 104, id);
            if backwards { fragments.reverse() }
            fragments
        }),
        1 => (end(), end(), 0..4u16).prop_map(|(from, to, id)| udp_fragments(from, to, &[7; 300], 104, id).split_off(1)),
        1 => (0..HOSTS.len(), 0..HOSTS.len(), any::<u8>(), 0..2u16).prop_map(|(from, to, kind, id)| vec![ping(HOSTS[from], HOSTS[to], kind, id)]),
        1 => (end(), end(), 0..13u8).prop_map(|(from, to, kind)| vec![icmp_error(to.0, from.0, kind, 3, &udp(from, to, b"data"))]),
        1 => (end(), end(), vec((prop::sample::select(vec![0x8100u16, 0x88a8]), 0..3u16), 1..10)).prop_map(|(from, to, tags)| vec![tagged(&udp(from, to, b"data"), &tags)]),
        1 => (end(), end(), 0..60usize).prop_map(|(from, to, length)| vec![tcp(from, to, "A", 1, 1, b"cut")[..length.min(54)].to_vec()]),
        1 => (1..3u16).prop_map(|operation| vec![arp(operation)]),
        1 => (0..HOSTS.len(), 0..HOSTS.len(), 0..CONTROL.len()).prop_map(|(client, server, text)| {
            let (port, text) = CONTROL[text];
            dialogue((HOSTS[client], 40_000), (HOSTS[server], port), 1, &[text])
        }),
        1 => vec(any::<u8>(), 0..80).prop_map(|noise| vec![noise]),
    ]
}

/// Packets that need no other packet to be understood.
fn any_whole_packets() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let host = || (0..HOSTS.len()).prop_map(|host| HOSTS[host]);
    prop_oneof![
        (host(), host()).prop_map(|(from, to)| vec![udp((from, 50_000), (to, 53), b"data")]),
        (host(), host(), prop::sample::select(vec![0u8, 8, 13])).prop_map(|(from, to, kind)| vec![ping(from, to, kind, 7)]),
        (host(), host(), prop::sample::select(vec![2u8, 47, 89]))
            .prop_map(|(from, to, protocol)| vec![portless(from, to, protocol, b"data")]),
        (1..3u16).prop_map(|operation| vec![arp(operation)]),
        (host(), host(), 1..5u16).prop_map(|(from, to, vlan)| vec![tagged(&ping(from, to, 8, 7), &[(0x8100, vlan)])]),
        vec(any::<u8>(), 0..40).prop_map(|noise| vec![noise]),
    ]
}

pub fn any_scene() -> impl Strategy<Value = Scene> {
    vec((any_frames(), 0..70i64, 0..40u8), 0..25).prop_map(|steps| {
        let mut scene = Scene::new();
        for (frames, seconds, pause) in steps {
            scene.frames(frames);
            if pause == 0 {
                scene.wait(seconds);
            }
        }
        scene
    })
}

fn analysed(capture: &[u8], batch_size: usize) -> Decided<'static> {
    analysed_with(capture, batch_size, 1)
}

fn analysed_with(capture: &[u8], batch_size: usize, threads: usize) -> Decided<'static> {
    let folder = Folder::new();
    let path = folder.file("capture", capture);
    let timeline = Some(TimelineOptions::default());
    analyse(&Options { batch_size, threads, timeline, ..Options::for_files([path]) })
}

/// All tables as data, but for where the capture came from.
fn tables(decided: &Decided<'_>) -> Vec<Vec<u8>> {
    let without_origin = TableName::ALL.into_iter().filter(|name| *name != TableName::Capture);
    let csv = |name| {
        let mut bytes = Vec::new();
        portolan::format::csv::write(&Report::new(decided).table(name), &mut bytes).unwrap();
        bytes
    };
    without_origin.map(csv).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_packet_is_counted_once_and_services_add_up(scene in any_scene()) {
        let decided = analysed(&scene.pcap(), 64);
        let captured: u64 = decided.collected.inputs[0].interfaces.iter().map(|(_, tally)| tally.traffic.packets).sum();
        let on_the_wire: u64 = decided.collected.inputs[0].interfaces.iter().map(|(_, tally)| tally.traffic.wire_bytes).sum();
        prop_assert_eq!(decided.collected.total().packets, captured);
        prop_assert_eq!(decided.collected.total().wire_bytes, on_the_wire);
        let mut document = Vec::new();
        let heading = portolan::format::json::Heading {
            portolan: portolan::format::json::Producer { version: "", services_table: String::new() },
            input: Vec::new(),
            options: portolan::format::json::Settings::default(),
        };
        portolan::format::json::write(&heading, TableName::ALL.into_iter().map(|name| Report::new(&decided).table(name)), &mut document).unwrap();
        let tables = &serde_json::from_slice::<Value>(&document).unwrap()["tables"];
        for transport in ["tcp", "udp"] {
            let services = tables["services"].as_array().unwrap().iter().filter(|row| row["transport"] == transport);
            let packets: u64 = services.map(|row| row["packets"].as_u64().unwrap()).sum();
            prop_assert_eq!(packets, packets_at(tables, transport));
        }
        prop_assert_eq!(sum(tables, "portless", "packets"), packets_at(tables, "portless-ip") + packets_at(tables, "non-ip"));
        prop_assert_eq!(sum(tables, "sizes", "packets"), captured);
        prop_assert_eq!(sum(tables, "evidence", "flows"), sum(tables, "services", "flows"));
        prop_assert_eq!(sum(tables, "ranges", "flows"), sum(tables, "services", "flows"));
        prop_assert_eq!(sum(tables, "ranges", "wire_bytes"), sum(tables, "services", "wire_bytes"));
        // The timeline adds up to the services and to what has no ports, category by category.
        let by_category = |table: &str| {
            let mut sums: BTreeMap<String, [u64; 2]> = BTreeMap::new();
            for row in tables[table].as_array().unwrap() {
                let category = row["category"].as_str().unwrap_or("portless");
                let sum = sums.entry(category.to_owned()).or_default();
                *sum = [sum[0] + row["packets"].as_u64().unwrap(), sum[1] + row["wire_bytes"].as_u64().unwrap()];
            }
            sums
        };
        let mut expected = by_category("services");
        expected.extend(by_category("portless"));
        prop_assert_eq!(by_category("timeline"), expected);
        for name in ["established", "attempted", "refused", "reset", "midstream"] {
            prop_assert!(sum(tables, "services", name) <= sum(tables, "services", "flows"));
            prop_assert_eq!(sum(tables, "ranges", name), sum(tables, "services", name));
            prop_assert!(sum(tables, "ports", name) <= sum(tables, "services", name));
        }
    }

    #[test]
    fn with_room_for_few_flows_nothing_is_lost(scene in any_scene(), max_flows in 1..6usize) {
        let folder = Folder::new();
        let path = folder.file("capture", &scene.pcap());
        let options = Options { max_flows, ..Options::new(vec![InputName::File(path.into())]) };
        let decided = analyse(&options);
        let told_apart = decided.collected.flows.iter().filter(|flow| !flow.is_overflow()).count();
        prop_assert!(told_apart <= max_flows);
        let packets: u64 = decided.collected.flows.iter().map(|flow| flow.packets.iter().sum::<u64>()).sum();
        let all = analysed(&scene.pcap(), 64);
        prop_assert_eq!(packets, all.collected.flows.iter().map(|flow| flow.packets.iter().sum::<u64>()).sum::<u64>());
        prop_assert_eq!(&decided.collected.tally, &all.collected.tally);
    }

    #[test]
    fn the_size_of_a_batch_changes_nothing(scene in any_scene(), size in 1..200usize) {
        let capture = scene.pcap();
        prop_assert_eq!(tables(&analysed(&capture, 1)), tables(&analysed(&capture, size)));
    }

    #[test]
    fn the_file_format_changes_nothing(scene in any_scene()) {
        let classic = tables(&analysed(&scene.pcap(), 64));
        prop_assert_eq!(&classic, &tables(&analysed(&scene.pcap_nano(), 64)));
        prop_assert_eq!(&classic, &tables(&analysed(&scene.pcapng(), 64)));
    }

    #[test]
    fn sums_of_parts_merge_to_the_sum_of_all(scene in any_scene(), at in 0..30usize) {
        let decided = analysed(&scene.pcap(), 64);
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
    }

    /// Also where some flows have ended, whose sums are all that there is.
    #[test]
    fn rows_made_from_the_flows_of_a_machine_or_server_are_their_sums(scene in any_scene(), closed in 0..20usize, closed_ports: bool) {
        let decided = analysed(&scene.pcap(), 64);
        let (flows, verdicts) = (&decided.collected.flows, &decided.verdicts);
        let mut sums = FlowSums::default();
        flows.iter().zip(verdicts.iter()).take(closed).for_each(|(flow, verdict)| sums.add(flow, verdict, None, &mut KeyBudget::unlimited()));
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
        let decided = analysed(&scene.pcap(), 64);
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
            let collected = analysed(&scene.pcap(), 64).collected;
            (collected.tally.into_owned(), collected.scopes.into_owned())
        };
        // The parts begin at the same second, so that times are not compared.
        let ((mut merged, mut scopes), (right, scopes_of_right)) = (tally(&left), tally(&right_frames));
        let (all, scopes_of_all) = tally(&[left, right_frames].concat());
        merged.merge(&right, &scopes.merge(&scopes_of_right));
        prop_assert_eq!(&merged.scopes, &all.scopes);
        let path = |scopes: &Encapsulations, number: usize| scopes.path(EncapsulationId(number as u16));
        prop_assert!((0..all.scopes.len()).all(|number| path(&scopes, number) == path(&scopes_of_all, number)));
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
            let decided = analysed(&file, 64);
            let counted: u64 = decided.collected.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally.traffic.packets).sum();
            prop_assert_eq!(decided.collected.total().packets, counted);
        }
    }

    #[test]
    fn roles_do_not_depend_on_who_has_the_smaller_address(client in 0..PORTS.len(), server in 0..PORTS.len()) {
        // The same conversation with the addresses exchanged is the same conversation.
        let ports = |from: &'static str, to: &'static str| {
            let mut scene = Scene::new();
            scene.frames(exchange((from, PORTS[client]), (to, PORTS[server]), 1));
            let decided = analysed(&scene.pcap(), 64);
            let (flow, verdict) = (decided.collected.flows.get(0), decided.verdicts[0]);
            let place = |side: Side| (flow.key.ip_addr(side).to_string() == from, flow.key.port(side));
            (verdict.server.map(place), verdict.evidence, verdict.confidence)
        };
        prop_assert_eq!(ports(C, S), ports(S, C));
    }
}

#[test]
fn neither_threads_nor_batches_change_anything() {
    // Enough flows that eight threads have something to do, with all that joins flows to each other.
    let mut scene = Scene::new();
    for number in 0..40_000u32 {
        let (client, server) = (HOSTS[number as usize % 4], HOSTS[(number as usize / 4 + 1) % 4]);
        let (port, other) = (20_000 + (number % 40_000) as u16, PORTS[number as usize % PORTS.len()]);
        match number % 4 {
            0 => scene.frames(exchange((client, port), (server, other), number)),
            1 => scene.frames(vec![udp((client, port), (server, other), b"?"), udp((server, other), (client, port), b"!")]),
            2 => scene.frames(handshake((client, port), (server, other), number)),
            _ => scene.frames(vec![udp((client, port), (server, port ^ 1), b"x")]),
        };
        if number % 100 == 0 {
            let (port, text) = CONTROL[number as usize / 100 % CONTROL.len()];
            scene.frames(dialogue((client, 30_000), (server, port), number, &[text]));
        }
    }
    let capture = scene.pcap();
    let expected = tables(&analysed_with(&capture, 1, 1));
    for (batch_size, threads) in [(64, 1), (4096, 1), (1, 2), (64, 2), (64, 8), (4096, 8)] {
        assert!(tables(&analysed_with(&capture, batch_size, threads)) == expected, "batch {batch_size}, {threads} threads");
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
