//! Flows from observations: how a connection was opened, how it went, when another one begins.

use std::mem::offset_of;

use super::*;
use crate::decode::protocol::ip;
use crate::decode::{Address, FlowKey, IcmpMessage, IpVersion, Observation, ScopeId, Side, Signals};
use crate::service::Verdict;
use crate::service::ladder::Opening;
use crate::unit::{NANOSECONDS, Time};

/// The client is side A: 10.0.0.5 comes before 192.0.2.80.
const CLIENT: Side = Side::A;
const SERVER: Side = Side::B;

/// One packet in words: who sends it, flags (S, A, F, R; D for data), sequence and acknowledgement number, second.
pub(super) type Said = (Side, &'static str, u32, u32, i64);

pub(super) fn observation((side, flags, sequence, acknowledgment, second): Said) -> Observation {
    let (client, server) = ((Address::v4([10, 0, 0, 5]), 51544), (Address::v4([192, 0, 2, 80]), 443));
    let (from, to) = if side == CLIENT { (client, server) } else { (server, client) };
    let (key, sender) = FlowKey::with_ports(IpVersion::V4, ip::TCP, ScopeId::PLAIN, from, to);
    assert_eq!(sender, side);
    let bit = |flag, signal: Signals| if flags.contains(flag) { signal.0 } else { 0 };
    Observation {
        key,
        side,
        time: Time::from_nanoseconds(second * NANOSECONDS),
        wire_len: 60,
        ip_len: 46,
        payload_len: if flags.contains('D') { 6 } else { 0 },
        signals: Signals(bit('S', Signals::SYN) | bit('A', Signals::ACK) | bit('F', Signals::FIN) | bit('R', Signals::RST)),
        sequence,
        acknowledgment,
        ..Observation::BLANK
    }
}

fn flows(said: &[Said]) -> Flows {
    let mut table = FlowTable::new(TableOptions::default());
    let observations: Vec<Observation> = said.iter().copied().map(observation).collect();
    table.take_in(&observations);
    table.finish()
}

/// Opening, outcome and state of the only flow.
fn told(said: &[Said]) -> (Opening, Outcome, &'static str) {
    let flows = flows(said);
    assert_eq!(flows.len(), 1);
    let flow = flows.get(0);
    (flow.opening(), flow.outcome(), flow.conn_state())
}

const SYN: Said = (CLIENT, "S", 7, 0, 0);
const SYN_ACK: Said = (SERVER, "SA", 100, 8, 0);
const ACK: Said = (CLIENT, "A", 8, 101, 0);

#[test]
fn a_handshake_is_recognised_in_any_order_of_its_packets() {
    let open = (Opening::Handshake(SERVER), Outcome::Established, "S1");
    assert_eq!(told(&[SYN, SYN_ACK, ACK]), open);
    assert_eq!(told(&[SYN_ACK, SYN]), open, "stored in the wrong order");
    assert_eq!(told(&[(CLIENT, "S", 3, 0, 0), SYN, SYN_ACK]), open, "a second try with another number");
    let other_number = (SERVER, "SA", 100, 99, 0);
    assert_eq!(told(&[SYN, other_number]).0, Opening::Asked(SERVER), "an answer to something else");
    assert_eq!(told(&[SYN, other_number, ACK]).0, Opening::AnswerUsed(SERVER));
}

#[test]
fn lost_halves_of_a_handshake_are_told_apart() {
    assert_eq!(told(&[SYN]), (Opening::Asked(SERVER), Outcome::Attempted, "S0"));
    assert_eq!(told(&[SYN_ACK]), (Opening::AnswerOnly(SERVER), Outcome::Attempted, "OTH"));
    assert_eq!(told(&[SYN_ACK, ACK]), (Opening::AnswerUsed(SERVER), Outcome::Established, "OTH"));
    assert_eq!(told(&[SYN_ACK, (CLIENT, "R", 8, 0, 0)]).0, Opening::AnswerOnly(SERVER), "a reset does not take it up");
    assert_eq!(told(&[ACK, (SERVER, "AD", 101, 8, 0)]), (Opening::Unseen, Outcome::Midstream, "OTH"));
    let back = (SERVER, "S", 50, 0, 0);
    assert_eq!(told(&[SYN, back]), (Opening::Simultaneous, Outcome::Attempted, "OTH"));
}

#[test]
fn the_end_of_a_connection_has_zeeks_letters() {
    let state = |end: &[Said]| told(&[&[SYN, SYN_ACK, ACK], end].concat()).2;
    let (client_ends, server_ends) = ((CLIENT, "FA", 8, 101, 1), (SERVER, "FA", 101, 9, 1));
    assert_eq!(state(&[client_ends, server_ends]), "SF");
    assert_eq!((state(&[client_ends]), state(&[server_ends])), ("S2", "S3"));
    assert_eq!((state(&[(CLIENT, "R", 8, 0, 1)]), state(&[(SERVER, "R", 101, 0, 1)])), ("RSTO", "RSTR"));
    assert_eq!(told(&[SYN, (SERVER, "RA", 0, 8, 0)]), (Opening::Asked(SERVER), Outcome::Refused, "REJ"));
    assert_eq!(told(&[SYN, (CLIENT, "R", 8, 0, 0)]).2, "RSTOS0");
    assert_eq!(told(&[SYN, (CLIENT, "F", 8, 0, 0)]).2, "SH");
    assert_eq!(told(&[SYN_ACK, (SERVER, "R", 101, 0, 0)]).2, "RSTRH");
    assert_eq!(told(&[SYN_ACK, (SERVER, "FA", 101, 8, 0)]).2, "SHR");
    assert_eq!(told(&[SYN, SYN_ACK, ACK, (SERVER, "R", 101, 0, 1)]).1, Outcome::Reset);
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
fn directions_are_counted_apart() {
    let flows = flows(&[SYN, SYN_ACK, ACK, (SERVER, "AD", 101, 8, 3)]);
    let flow = flows.get(0);
    assert_eq!((flow.packets, flow.wire_bytes, flow.payload_bytes, flow.ip_bytes), ([2, 2], [120, 120], [0, 6], 184));
    assert_eq!((flow.first_side(), flow.span.duration()), (CLIENT, Some(3 * NANOSECONDS)));
}

#[test]
fn a_quotation_marks_its_flow_and_counts_nothing() {
    let unreachable = Some(IcmpMessage { kind: 3, code: 3 });
    let quote = Observation { quoted: true, message: unreachable, ..observation(SYN) };
    let mut table = FlowTable::new(TableOptions::default());
    table.take_in(&[quote, observation(SYN), quote]);
    let flows = table.finish();
    assert_eq!((flows.len(), flows.get(0).packets, flows.rare(0).icmp_errors), (1, [1, 0], 1));
    assert_eq!(flows.get(0).outcome(), Outcome::Refused);
}

#[test]
fn a_group_never_answers() {
    let to_group = Observation { to_group: true, ..observation((CLIENT, "D", 0, 0, 0)) };
    let mut table = FlowTable::new(TableOptions::default());
    table.take_in(&[to_group]);
    assert_eq!(table.finish().get(0).group_side(), Some(SERVER));
    let mut table = FlowTable::new(TableOptions::default());
    table.take_in(&[to_group, observation((SERVER, "D", 0, 0, 0))]);
    assert_eq!(table.finish().get(0).group_side(), None);
}

#[test]
fn silence_ends_a_flow_where_that_is_asked_for() {
    let count = |timeout| {
        let mut table = FlowTable::new(TableOptions { idle_timeout: timeout, ..TableOptions::default() });
        table.take_in(&[0, 5, 20].map(|second| observation((CLIENT, "AD", 8, 8, second))));
        table.finish().len()
    };
    assert_eq!((count(None), count(Some(10 * NANOSECONDS)), count(Some(4 * NANOSECONDS))), (1, 2, 3));
}

#[test]
fn many_flows_are_all_found_again() {
    let mut table = FlowTable::new(TableOptions::default());
    let packet = |port| {
        let (client, server) = ((Address::v4([10, 0, 0, 5]), port), (Address::v4([192, 0, 2, 80]), 443));
        let (key, side) = FlowKey::with_ports(IpVersion::V4, ip::TCP, ScopeId::PLAIN, client, server);
        Observation { key, side, ..observation(ACK) }
    };
    let packets: Vec<Observation> = (0..u16::MAX).map(packet).collect();
    (0..3).for_each(|_| table.take_in(&packets));
    let flows = table.finish();
    assert_eq!(flows.len(), usize::from(u16::MAX));
    assert!(flows.iter().enumerate().all(|(number, flow)| flow.packets == [3, 0] && usize::from(flow.key.ports[0]) == number));
}

#[test]
fn a_flow_takes_two_cache_lines() {
    assert_eq!((size_of::<Flow>(), size_of::<Verdict>()), (128, 24), "there are millions of either");
    assert_eq!([offset_of!(Flow, key) / 64, offset_of!(Flow, payload_bytes) / 64], [0, 1], "what is fetched ahead");
}
