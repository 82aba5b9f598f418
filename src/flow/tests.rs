//! Flows from observations: how a connection is opened, how it ends, and when another one begins.

use std::mem::offset_of;

use super::*;
use crate::decode::protocol::ip;
use crate::decode::{Address, ConnectionFlags, EncapsulationId, FlowKey, IcmpMessage, IpVersion, Observation, Side};
use crate::service::{Handshake, Verdict};
use crate::time::{NANOSECONDS, Time};

/// The client is side A: 10.0.0.5 comes before 192.0.2.80.
const CLIENT: Side = Side::A;
const SERVER: Side = Side::B;

/// One packet in words: who sends it, flags (S, A, F, R; D for data), sequence and acknowledgement number, second.
pub(super) type Segment = (Side, &'static str, u32, u32, i64);

pub(super) fn observation((side, flags, sequence, acknowledgment, second): Segment) -> Observation {
    let (client, server) = ((Address::v4([10, 0, 0, 5]), 51544), (Address::v4([192, 0, 2, 80]), 443));
    let (from, to) = if side == CLIENT { (client, server) } else { (server, client) };
    let (key, sender) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, from, to);
    assert_eq!(sender, side);
    let bit = |flag, signal: ConnectionFlags| if flags.contains(flag) { signal } else { ConnectionFlags::empty() };
    Observation {
        key,
        side,
        time: Time::from_nanoseconds(second * NANOSECONDS),
        wire_len: 60,
        ip_len: 46,
        payload_len: if flags.contains('D') { 6 } else { 0 },
        flags: bit('S', ConnectionFlags::SYN)
            | bit('A', ConnectionFlags::ACK)
            | bit('F', ConnectionFlags::FIN)
            | bit('R', ConnectionFlags::RST),
        sequence,
        acknowledgment,
        ..Observation::BLANK
    }
}

fn flows(segments: &[Segment]) -> Flows {
    let mut table = FlowTable::new(TableOptions::default());
    let observations: Vec<Observation> = segments.iter().copied().map(observation).collect();
    table.push(&observations);
    table.finish().0
}

/// Handshake, outcome and state of the only flow.
fn evaluate(segments: &[Segment]) -> (Handshake, Outcome, &'static str) {
    let flows = flows(segments);
    assert_eq!(flows.len(), 1);
    let flow = flows.get(0);
    (flow.handshake(), flow.outcome(), flow.conn_state().code())
}

const SYN: Segment = (CLIENT, "S", 7, 0, 0);
const SYN_ACK: Segment = (SERVER, "SA", 100, 8, 0);
const ACK: Segment = (CLIENT, "A", 8, 101, 0);

#[test]
fn a_handshake_is_recognised_in_any_order_of_its_packets() {
    let open = (Handshake::SynAndSynAck(SERVER), Outcome::Established, "S1");
    assert_eq!(evaluate(&[SYN, SYN_ACK, ACK]), open);
    assert_eq!(evaluate(&[SYN_ACK, SYN]), open, "stored in the wrong order");
    assert_eq!(evaluate(&[(CLIENT, "S", 3, 0, 0), SYN, SYN_ACK]), open, "a second try with another number");
    let other_number = (SERVER, "SA", 100, 99, 0);
    assert_eq!(evaluate(&[SYN, other_number]).0, Handshake::SynOnly(SERVER), "an answer to something else");
    assert_eq!(evaluate(&[SYN, other_number, ACK]).0, Handshake::SynAckUsed(SERVER));
}

#[test]
fn lost_halves_of_a_handshake_are_distinguished() {
    assert_eq!(evaluate(&[SYN]), (Handshake::SynOnly(SERVER), Outcome::Attempted, "S0"));
    assert_eq!(evaluate(&[SYN_ACK]), (Handshake::SynAckOnly(SERVER), Outcome::Attempted, "OTH"));
    assert_eq!(evaluate(&[SYN_ACK, ACK]), (Handshake::SynAckUsed(SERVER), Outcome::Established, "OTH"));
    assert_eq!(evaluate(&[SYN_ACK, (CLIENT, "R", 8, 0, 0)]).0, Handshake::SynAckOnly(SERVER), "a reset does not take it up");
    assert_eq!(evaluate(&[ACK, (SERVER, "AD", 101, 8, 0)]), (Handshake::NotSeen, Outcome::Midstream, "OTH"));
    let back = (SERVER, "S", 50, 0, 0);
    assert_eq!(evaluate(&[SYN, back]), (Handshake::SimultaneousOpen, Outcome::Attempted, "OTH"));
}

#[test]
fn the_end_of_a_connection_has_zeeks_state() {
    let state = |end: &[Segment]| evaluate(&[&[SYN, SYN_ACK, ACK], end].concat()).2;
    let (client_ends, server_ends) = ((CLIENT, "FA", 8, 101, 1), (SERVER, "FA", 101, 9, 1));
    assert_eq!(state(&[client_ends, server_ends]), "SF");
    assert_eq!((state(&[client_ends]), state(&[server_ends])), ("S2", "S3"));
    assert_eq!((state(&[(CLIENT, "R", 8, 0, 1)]), state(&[(SERVER, "R", 101, 0, 1)])), ("RSTO", "RSTR"));
    assert_eq!(evaluate(&[SYN, (SERVER, "RA", 0, 8, 0)]), (Handshake::SynOnly(SERVER), Outcome::Refused, "REJ"));
    assert_eq!(evaluate(&[SYN, (CLIENT, "R", 8, 0, 0)]).2, "RSTOS0");
    assert_eq!(evaluate(&[SYN, (CLIENT, "F", 8, 0, 0)]).2, "SH");
    assert_eq!(evaluate(&[SYN_ACK, (SERVER, "R", 101, 0, 0)]).2, "RSTRH");
    assert_eq!(evaluate(&[SYN_ACK, (SERVER, "FA", 101, 8, 0)]).2, "SHR");
    assert_eq!(evaluate(&[SYN, SYN_ACK, ACK, (SERVER, "R", 101, 0, 1)]).1, Outcome::Reset);
}

#[test]
fn data_in_an_opening_may_be_acknowledged_with_it_in_part_or_not() {
    let opening = Observation { payload_len: 10, ..observation(SYN) };
    let opened_by = |acknowledgment| {
        let mut table = FlowTable::new(TableOptions::default());
        table.push(&[opening, observation((SERVER, "SA", 100, acknowledgment, 0))]);
        let flows = table.flows();
        (flows.get(0).handshake(), flows.get(0).outcome())
    };
    let open = (Handshake::SynAndSynAck(SERVER), Outcome::Established);
    assert_eq!([8, 12, 18].map(opened_by), [open; 3]);
    assert_eq!([7, 19].map(opened_by), [(Handshake::SynOnly(SERVER), Outcome::Attempted); 2]);
    // The second try omits the data, and the answer is to the first one.
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&[opening, observation(SYN), observation((SERVER, "SA", 100, 18, 0))]);
    assert_eq!(table.flows().get(0).handshake(), Handshake::SynAndSynAck(SERVER));
    // Data of another connection's opening does not count.
    let other = observation((CLIENT, "S", 3, 0, 0));
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&[opening, other, observation((SERVER, "SA", 100, 9, 0))]);
    assert_eq!(table.flows().get(0).handshake(), Handshake::SynOnly(SERVER));
}

#[test]
fn both_directions_alone_show_the_outcome_of_the_connection() {
    let whole = [SYN, SYN_ACK, ACK, (CLIENT, "AD", 8, 101, 0), (SERVER, "AD", 101, 14, 0)];
    let ends = [
        (vec![], Outcome::Established),
        (vec![(CLIENT, "FA", 14, 107, 1), (SERVER, "FA", 107, 15, 1)], Outcome::Established),
        (vec![(CLIENT, "FA", 14, 107, 1), (SERVER, "FA", 107, 15, 1), (CLIENT, "R", 15, 0, 1)], Outcome::Established),
        (vec![(CLIENT, "RA", 14, 107, 1), (SERVER, "RA", 107, 14, 1)], Outcome::Reset),
    ];
    for (end, outcome) in ends {
        let all = [&whole[..], &end].concat();
        assert_eq!(evaluate(&all).1, outcome, "{end:?}");
        for side in [CLIENT, SERVER] {
            let half: Vec<Segment> = all.iter().copied().filter(|segment| segment.0 == side).collect();
            assert_eq!(evaluate(&half).1, outcome, "{side:?} {end:?}");
        }
    }
    let client_alone = [SYN, ACK, (CLIENT, "FA", 8, 101, 1)];
    assert_eq!(evaluate(&client_alone), (Handshake::SynOnly(SERVER), Outcome::Established, "SH"), "Zeek's letters stay");
    assert_eq!(evaluate(&[SYN, SYN]).1, Outcome::Attempted, "a second try is no answer");
    assert_eq!(evaluate(&[SYN, (CLIENT, "R", 8, 0, 0)]).1, Outcome::Attempted);
    let before = (CLIENT, "AD", 3, 3, 0);
    assert_eq!(evaluate(&[before, SYN]).1, Outcome::Attempted, "what came before the opening says nothing about it");
}

#[test]
fn a_reset_ends_a_connection_unless_both_sides_had_closed_it() {
    let end = |end: &[Segment]| evaluate(&[&[SYN, SYN_ACK, ACK], end].concat()).1;
    let (client_closes, server_closes, reset) = ((CLIENT, "FA", 8, 101, 1), (SERVER, "FA", 101, 9, 1), (CLIENT, "R", 9, 0, 1));
    assert_eq!(end(&[client_closes, server_closes, reset]), Outcome::Established);
    assert_eq!(end(&[client_closes, reset]), Outcome::Reset);
    assert_eq!(end(&[server_closes, reset]), Outcome::Reset);
    assert_eq!(end(&[reset, client_closes, server_closes]), Outcome::Reset, "it came before");
}

#[test]
fn a_second_connection_is_seen_in_the_servers_direction_alone() {
    let first = [SYN_ACK, (SERVER, "FA", 101, 9, 1)];
    let second = (SERVER, "SA", 900, 501, 2);
    assert_eq!(flows(&[&first[..], &[second]].concat()).len(), 2);
    assert_eq!(flows(&[&first[..], &[SYN_ACK]].concat()).len(), 1, "a retransmission");
    assert_eq!(flows(&[SYN_ACK, second]).len(), 1, "the first is not over");
    assert_eq!(flows(&[SYN, SYN_ACK, (SERVER, "FA", 101, 9, 1), second]).len(), 1, "the client would have shown its SYN");
}

/// Flows from packets in words, each in a encapsulation, after halves are joined: encapsulations, packets and handshake.
fn join(segments: &[(u16, Segment)]) -> Vec<([u16; 2], [u64; 2], Handshake)> {
    let mut table = FlowTable::new(TableOptions::default());
    for (encapsulation, segment) in segments {
        let mut packet = observation(*segment);
        packet.key.encapsulation = EncapsulationId(*encapsulation);
        table.push(&[packet]);
    }
    let join = table.flows().join_halves(1).map(|join| join.flows);
    let flows = join.as_ref().unwrap_or_else(|| table.flows());
    let encapsulations = |flow: &Flow| [flow.key.encapsulation.0, flow.other_encapsulation().unwrap_or(flow.key.encapsulation).0];
    flows.iter().map(|flow| (encapsulations(flow), flow.packets, flow.handshake())).collect()
}

#[test]
fn directions_in_two_scopes_are_one_flow_if_their_numbers_fit() {
    let open = |packets| vec![([1, 2], packets, Handshake::SynAndSynAck(SERVER))];
    assert_eq!(join(&[(1, SYN), (2, SYN_ACK), (1, ACK)]), open([2, 1]));
    assert_eq!(join(&[(2, SYN_ACK), (1, SYN), (1, ACK)]), open([2, 1]), "in any order");
    let other_answer = (SERVER, "SA", 100, 99, 0);
    assert_eq!(join(&[(1, SYN), (2, other_answer)]).len(), 2, "an answer to something else");
    assert_eq!(join(&[(1, SYN), (1, SYN_ACK), (2, SYN), (2, SYN_ACK)]).len(), 2, "two whole connections");
    assert_eq!(join(&[(1, SYN), (2, SYN)]).len(), 2, "one direction twice");
    assert_eq!(join(&[(1, SYN), (1, (SERVER, "SA", 100, 8, 61))]).len(), 1);
    assert_eq!(join(&[(1, SYN), (2, (SERVER, "SA", 100, 8, 61))]).len(), 2, "too long ago");
}

#[test]
fn directions_without_an_opening_are_one_flow_if_their_numbers_are_near() {
    let (client, server) = ((CLIENT, "AD", 8, 1000, 0), |sequence| (SERVER, "AD", sequence, 14, 0));
    assert_eq!(join(&[(1, client), (2, server(1006))]).len(), 1);
    assert_eq!(join(&[(1, client), (2, server(1 << 30))]).len(), 2);
    assert_eq!(join(&[(1, SYN), (2, (SERVER, "RA", 0, 8, 0))]), [([1, 2], [1, 1], Handshake::SynOnly(SERVER))], "a refusal");
}

#[test]
fn several_connections_between_the_same_ports_are_joined_each_with_its_own_half() {
    let (closes, again) = ((CLIENT, "FA", 8, 101, 0), (CLIENT, "S", 500, 0, 1));
    let (server_closes, answers_again) = ((SERVER, "FA", 101, 9, 0), (SERVER, "SA", 900, 501, 1));
    let all = [(1, SYN), (2, SYN_ACK), (1, closes), (2, server_closes), (1, again), (2, answers_again)];
    let each = ([1, 2], [2, 2], Handshake::SynAndSynAck(SERVER));
    assert_eq!(join(&all), [each, ([1, 2], [1, 1], Handshake::SynAndSynAck(SERVER))]);
}

#[test]
fn an_error_in_the_other_encapsulation_is_about_the_half_of_its_original_datagram() {
    let unreachable = Some(IcmpMessage { kind: 3, code: 3 });
    let mut original = Observation { is_icmp_original: true, message: unreachable, ..observation(SYN) };
    original.key.encapsulation = EncapsulationId(2);
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&[observation(SYN), original]);
    let Joined { flows, .. } = table.flows().join_halves(1).unwrap();
    assert_eq!((flows.rare(0).icmp_errors, flows.get(0).outcome(), flows.len()), (1, Outcome::Refused, 1));
    let apart = table.flows();
    assert_eq!((apart.rare(0).icmp_errors, apart.get(0).outcome()), (0, Outcome::Attempted), "a live capture goes on with these");
}

#[test]
fn another_syn_begins_another_flow_only_after_the_end_or_a_minute() {
    let again = |second| (CLIENT, "S", 5000, 0, second);
    assert_eq!(flows(&[SYN, SYN_ACK, ACK, again(59)]).len(), 1);
    assert_eq!(flows(&[SYN, SYN_ACK, ACK, again(60)]).len(), 2);
    let reset = (SERVER, "R", 101, 0, 1);
    let reused = flows(&[SYN, SYN_ACK, ACK, reset, again(2), (SERVER, "SA", 9, 5001, 2)]);
    assert_eq!(reused.len(), 2);
    assert!(!reused.get(0).is_port_reuse() && reused.get(1).is_port_reuse());
    assert_eq!((reused.get(0).packets, reused.get(1).packets), ([2, 2], [1, 1]));
    assert_eq!(flows(&[SYN, reset, (CLIENT, "S", 7, 0, 90)]).len(), 1, "the same SYN once more is no new connection");
}

#[test]
fn directions_are_counted_separately() {
    let flows = flows(&[SYN, SYN_ACK, ACK, (SERVER, "AD", 101, 8, 3)]);
    let flow = flows.get(0);
    assert_eq!((flow.packets, flow.wire_bytes, flow.payload_bytes, flow.ip_bytes), ([2, 2], [120, 120], [0, 6], 184));
    assert_eq!((flow.first_side(), flow.span.duration()), (CLIENT, Some(3 * NANOSECONDS)));
}

#[test]
fn a_quotation_marks_its_flow_and_counts_nothing() {
    let unreachable = Some(IcmpMessage { kind: 3, code: 3 });
    let original = Observation { is_icmp_original: true, message: unreachable, ..observation(SYN) };
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&[original, observation(SYN), original]);
    let flows = table.flows();
    assert_eq!((flows.len(), flows.get(0).packets, flows.rare(0).icmp_errors), (1, [1, 0], 1));
    assert_eq!(flows.get(0).outcome(), Outcome::Refused);
}

#[test]
fn a_group_never_answers() {
    let to_group = Observation { to_group: true, ..observation((CLIENT, "D", 0, 0, 0)) };
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&[to_group]);
    assert_eq!(table.flows().get(0).group_side(), Some(SERVER));
    let mut table = FlowTable::new(TableOptions::default());
    table.push(&[to_group, observation((SERVER, "D", 0, 0, 0))]);
    assert_eq!(table.flows().get(0).group_side(), None);
}

#[test]
fn silence_ends_a_flow_if_the_user_asks_for_it() {
    let count = |timeout| {
        let mut table = FlowTable::new(TableOptions { idle_timeout: timeout, ..TableOptions::default() });
        table.push(&[0, 5, 20].map(|second| observation((CLIENT, "AD", 8, 8, second))));
        table.len()
    };
    assert_eq!((count(None), count(Some(10 * NANOSECONDS)), count(Some(4 * NANOSECONDS))), (1, 2, 3));
}

#[test]
fn many_flows_are_all_found_again() {
    let mut table = FlowTable::new(TableOptions::default());
    let packet = |port| {
        let (client, server) = ((Address::v4([10, 0, 0, 5]), port), (Address::v4([192, 0, 2, 80]), 443));
        let (key, side) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, client, server);
        Observation { key, side, ..observation(ACK) }
    };
    let packets: Vec<Observation> = (0..u16::MAX).map(packet).collect();
    (0..3).for_each(|_| table.push(&packets));
    let flows = table.flows();
    assert_eq!(flows.len(), usize::from(u16::MAX));
    assert!(flows.iter().enumerate().all(|(number, flow)| flow.packets == [3, 0] && usize::from(flow.key.ports[0]) == number));
}

#[test]
fn a_flow_takes_two_cache_lines() {
    assert_eq!((size_of::<Flow>(), size_of::<Verdict>()), (128, 24), "there are millions of either");
    assert_eq!([offset_of!(Flow, key) / 64, offset_of!(Flow, payload_bytes) / 64], [0, 1], "what is fetched ahead");
}
