//! One connection is one flow, whatever its two directions came in, and its outcome is told as it was.

use serde_json::Value;
use testkit::*;

use crate::flows::{flows_of, of_flows};
use crate::support::{Folder, run, sum, tables_of};

const VLAN: u16 = 0x8100;

/// The frames with a tag for each direction; `None` for none.
fn tagged_by_direction(frames: Vec<Vec<u8>>, client: [u8; 4], [there, back]: [Option<u16>; 2]) -> Vec<Vec<u8>> {
    let tag = |frame: Vec<u8>| {
        let id = if frame[26..30] == client { there } else { back };
        id.map_or(frame.clone(), |id| tagged(&frame, &[(VLAN, id)]))
    };
    frames.into_iter().map(tag).collect()
}

fn tables(frames: Vec<Vec<u8>>) -> Value {
    let mut scene = Scene::new();
    scene.frames(frames);
    tables_of(&scene.pcap())
}

const CLIENT: [u8; 4] = [10, 0, 0, 5];

#[test]
fn a_tag_for_each_direction_makes_one_flow_that_shows_both() {
    let connection = || connection((C, 50_000), (S, 443), 1);
    for (tags, vlan) in [([Some(10), Some(20)], "10 20"), ([Some(10), None], "10"), ([None, Some(20)], "20")] {
        let tables = tables(tagged_by_direction(connection(), CLIENT, tags));
        let expected = "tcp 10.0.0.5:50000 > 192.0.2.80:443 https (handshake, proven) scope-by-direction";
        assert_eq!(flows_of(&tables), [expected], "{tags:?}");
        assert_eq!((&tables["flows"][0]["vlan"], &tables["flows"][0]["tcp_state"]), (&vlan.into(), &"SF".into()));
        assert_eq!((sum(&tables, "services", "established"), sum(&tables, "services", "packets")), (1, 9));
        assert_eq!(sum(&tables, "timeline", "packets"), 9);
    }
    let same = tables(tagged_by_direction(connection(), CLIENT, [Some(10); 2]));
    assert_eq!(flows_of(&same), ["tcp 10.0.0.5:50000 > 192.0.2.80:443 https (handshake, proven)"]);
    assert_eq!(same["flows"][0]["vlan"], "10");
}

#[test]
fn two_connections_in_two_networks_stay_two() {
    let one = connection((C, 50_000), (S, 443), 1).into_iter().map(|frame| tagged(&frame, &[(VLAN, 10)]));
    let other = connection((C, 50_000), (S, 443), 90_000).into_iter().map(|frame| tagged(&frame, &[(VLAN, 20)]));
    let both: Vec<Vec<u8>> = one.zip(other).flat_map(|(one, other)| [one, other]).collect();
    assert_eq!(of_flows(both, "vlan"), ["10", "20"]);
    // A direction of each, and the numbers do not fit.
    let ask = tagged(&tcp((C, 50_000), (S, 443), "S", 1, 0, b""), &[(VLAN, 10)]);
    let answer = tagged(&tcp((S, 443), (C, 50_000), "SA", 1000, 77, b""), &[(VLAN, 20)]);
    assert_eq!(of_flows([ask, answer], "vlan"), ["10", "20"]);
}

#[test]
fn echo_and_datagrams_are_joined_too() {
    let question = [udp((C, 50_000), (R, 53), b"?"), udp((R, 53), (C, 50_000), b"!")];
    assert_eq!(of_flows(tagged_by_direction(question.to_vec(), CLIENT, [Some(500), None]), "packets_s2c"), [1]);
    let pings = [ping(C, S, 8, 7), ping(S, C, 0, 7)];
    assert_eq!(of_flows(tagged_by_direction(pings.to_vec(), CLIENT, [Some(10), Some(20)]), "packets_s2c"), [1]);
    let query = udp((C, 50_000), (R, 53), b"?");
    let refused = [query.clone(), icmp_error(R, C, 3, 3, &query)];
    let flags = of_flows(tagged_by_direction(refused.to_vec(), CLIENT, [Some(10), Some(20)]), "flags");
    assert_eq!(flags[0], "one-way refused");
}

#[test]
fn what_a_control_channel_announces_holds_in_both_directions() {
    let lines = [">PASV\r\n", "<227 Entering Passive Mode (192,0,2,80,234,96)\r\n"];
    let mut frames = dialogue((C, 50_000), (S, 21), 1, &lines);
    frames.extend(connection((C, 50_001), (S, 60_000), 1));
    let tables = tables(tagged_by_direction(frames, CLIENT, [Some(10), Some(20)]));
    assert_eq!(tables["flows"][1]["service"], "ftp-data");
    assert_eq!(tables["flows"][1]["control_flow"], 1);
}

#[test]
fn a_joined_flow_is_explained_with_the_packets_of_both_directions() {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frames(tagged_by_direction(connection((C, 50_000), (S, 443), 1), CLIENT, [Some(10), Some(20)]));
    let explanation = run(&["explain", &folder.file("x.pcap", &scene.pcap()), "1"]).stdout;
    let explanation = explanation.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        explanation.contains("sent SYN in packet 1 at 0.000 s, and 192.0.2.80:443 answered with SYN-ACK in packet 2"),
        "{explanation}"
    );
    assert!(explanation.contains("different VLAN tags or network identifiers"), "{explanation}");
}

/// The explanation of the only flow, on one line.
fn explain(frames: &[Vec<u8>]) -> String {
    let folder = Folder::new();
    let mut scene = Scene::new();
    scene.frames(frames.to_vec());
    run(&["explain", &folder.file("x.pcap", &scene.pcap()), "1"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn an_explanation_never_misses_a_packet_that_is_there() {
    let fast_open =
        [tcp((C, 50_000), (S, 8443), "S", 1000, 0, b"GET /....."), tcp((S, 8443), (C, 50_000), "SA", 5000, 1011, b"")];
    let explanation = explain(&fast_open);
    assert!(
        explanation.contains("sent SYN in packet 1") && explanation.contains("answered with SYN-ACK in packet 2"),
        "{explanation}"
    );
    let misfit = [tcp((C, 50_000), (S, 80), "S", 1000, 0, b""), tcp((S, 80), (C, 50_000), "SA", 5000, 77, b"")];
    let explanation = explain(&misfit);
    assert!(explanation.contains("answered with SYN-ACK in packet 2 at 0.001 s, which does not acknowledge it"), "{explanation}");
    assert!(!explanation.contains("no SYN-ACK came back"), "{explanation}");
    let used = [&misfit[..], &[tcp((C, 50_000), (S, 80), "A", 1001, 5001, b"")]].concat();
    let explanation = explain(&used);
    assert!(explanation.contains("the SYN in packet 1 at 0.000 s is not the one that it acknowledges"), "{explanation}");
    assert!(!explanation.contains("is not in the capture"), "{explanation}");
}

#[test]
fn a_client_that_went_on_was_answered() {
    let client: Vec<Vec<u8>> = connection((C, 50_000), (S, 443), 1).into_iter().filter(|frame| frame[26..30] == CLIENT).collect();
    let explanation = explain(&client);
    assert!(
        explanation.contains("sent SYN in packet 1 at 0.000 s, and continued in packet 2 at 0.001 s: it was answered"),
        "{explanation}"
    );
    assert!(!explanation.contains("No connection was established"), "{explanation}");
    let tables = tables(client);
    assert_eq!((sum(&tables, "services", "established"), sum(&tables, "services", "attempted")), (1, 0));
    assert_eq!(tables["servers"][0]["outcome"], "answered");
}

#[test]
fn most_packets_of_an_unknown_ether_type_are_told_in_one_message() {
    let folder = Folder::new();
    let unknown = |number, payload: u8| ethernet([2; 6], number, &[payload]);
    let mut scene = Scene::new();
    scene.frames([unknown(0x88b8, 1), unknown(0x88b8, 2), unknown(0x88b8, 3), arp(1), arp(2)]);
    let messages = run(&["read", &folder.file("x.pcap", &scene.pcap())]).stderr;
    assert_eq!(
        messages,
        "portolan: 3 of 5 packets have EtherType 0x88b8 (goose), which is not decoded: they are counted as non-ip\n"
    );
    let mut scene = Scene::new();
    scene.frames([unknown(0xfff0, 1), arp(1)]);
    assert_eq!(run(&["read", &folder.file("x.pcap", &scene.pcap())]).stderr, "", "half of them is not most");
}
