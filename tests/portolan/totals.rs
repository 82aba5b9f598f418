//! Laws of sums: the tables of an analysis agree with each other, and every packet that was read is in them exactly once.
//!
//! Each law is stated here, once, on the fields of typed rows. [`assert_tables_agree`] is applied to captures read at once
//! (`laws.rs`), and to those of which some flows have expired (`engine.rs`).

use std::collections::BTreeMap;

use portolan::analysis::Decided;
use portolan::report::{
    CaptureRow, CategoryRow, ConversationRow, EvidenceRow, FlowRow, HostRow, LedgerRow, PortRow, PortlessRow, RangeRow, Report,
    ServiceRow, SizeRow, TimelineRow,
};
use portolan::service::Transport;
use portolan::stats::Place;
use portolan::stats::flows::Outcomes;
use portolan::traffic::Traffic;

use crate::page_data::assert_page_agrees;

/// Asserts all laws of this file.
pub fn assert_tables_agree(decided: &Decided<'_>) {
    every_packet_is_in_one_place_and_one_class_of_length(decided);
    services_and_portless_divide_the_ledger(decided);
    flows_ranges_and_evidence_add_up_to_services(decided);
    every_flow_has_at_most_one_outcome(decided);
    the_timeline_adds_up_to_services_and_portless(decided);
    the_overview_agrees_with_the_tables(decided);
    categories_add_up_to_services_and_portless(decided);
    conversations_add_up_to_hosts(decided);
    assert_page_agrees(decided);
}

/// The sum of several counts.
pub fn sum(traffic: impl IntoIterator<Item = Traffic>) -> Traffic {
    let mut sum = Traffic::default();
    traffic.into_iter().for_each(|part| sum.merge(part));
    sum
}

/// The sums of counts that have the same key. Keys without a packet are left out.
pub fn sums_by<K: Ord>(traffic: impl IntoIterator<Item = (K, Traffic)>) -> BTreeMap<K, Traffic> {
    let mut sums: BTreeMap<K, Traffic> = BTreeMap::new();
    for (key, part) in traffic {
        sums.entry(key).or_default().merge(part);
    }
    sums.retain(|_, sum| *sum != Traffic::default());
    sums
}

fn every_packet_is_in_one_place_and_one_class_of_length(decided: &Decided<'_>) {
    let report = Report::new(decided);
    let read = sum(decided.collected.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally.traffic));
    assert_eq!(sum(report.rows::<CaptureRow>().into_iter().map(|row| row.tally.traffic)), read);
    assert_eq!(sum(report.rows::<LedgerRow>().into_iter().map(|row| row.traffic.part)), read);
    assert_eq!(sum(report.rows::<SizeRow>().into_iter().map(|row| row.traffic.part)), read);
    assert_eq!(decided.collected.total(), read);
}

/// Packets with ports are in the rows of their transport in `services`, other packets of a known protocol in `portless`.
fn services_and_portless_divide_the_ledger(decided: &Decided<'_>) {
    let report = Report::new(decided);
    let ledger = || report.rows::<LedgerRow>().into_iter();
    let with_ports = ledger().filter_map(|row| match row.place {
        Place::Transport(transport) => Some((transport, row.traffic.part)),
        _ => None,
    });
    let services = report.rows::<ServiceRow>().into_iter().map(|row| (row.transport, row.traffic.part));
    assert_eq!(sums_by(services), sums_by(with_ports));
    let without_ports = ledger().filter(|row| matches!(row.place, Place::PortlessIp | Place::NonIp)).map(|row| row.traffic.part);
    assert_eq!(sum(report.rows::<PortlessRow>().into_iter().map(|row| row.traffic.part)), sum(without_ports));
}

/// These tables show the same flows with ports from other sides. `flows` lists only those that have not expired.
fn flows_ranges_and_evidence_add_up_to_services(decided: &Decided<'_>) {
    let report = Report::new(decided);
    let services = || report.rows::<ServiceRow>().into_iter();
    let flows: u64 = services().map(|row| row.flows).sum();
    let traffic = sum(services().map(|row| row.traffic.part));
    let ranges = || report.rows::<RangeRow>().into_iter();
    assert_eq!(ranges().map(|row| row.flows).sum::<u64>(), flows);
    assert_eq!(sum(ranges().map(|row| row.traffic.part)), traffic);
    assert_eq!(outcomes(ranges().map(|row| row.outcomes)), outcomes(services().map(|row| row.outcomes)));
    // A port's row leaves out flows between equal ports that have no server.
    let ports = || report.rows::<PortRow>().into_iter().map(|row| row.sum.outcomes);
    assert!(count(outcomes(ports())) <= count(outcomes(services().map(|row| row.outcomes))));
    let evidence = || report.rows::<EvidenceRow>().into_iter();
    assert_eq!(evidence().map(|row| row.flows.part).sum::<u64>(), flows);
    assert_eq!(sum(evidence().map(|row| row.traffic)), traffic);
    if decided.collected.closed.is_none() {
        let with_ports = report.rows::<FlowRow>().into_iter().filter(|row| Transport::from_protocol(row.ip_protocol).is_some());
        assert_eq!(sum(with_ports.flat_map(|row| [row.from_client, row.from_server])), traffic);
    }
}

fn every_flow_has_at_most_one_outcome(decided: &Decided<'_>) {
    let report = Report::new(decided);
    for row in report.rows::<ServiceRow>() {
        assert!(count(row.outcomes) <= row.flows, "{row:?}");
    }
    for row in report.rows::<PortRow>() {
        assert!(count(row.sum.outcomes) <= row.sum.as_server, "{row:?}");
    }
}

/// Category by category. Without a timeline there is nothing to add up.
fn the_timeline_adds_up_to_services_and_portless(decided: &Decided<'_>) {
    if decided.bucket_width().is_none() {
        return;
    }
    let report = Report::new(decided);
    let services = report.rows::<ServiceRow>().into_iter().map(|row| (row.category, row.traffic.part));
    let portless = report.rows::<PortlessRow>().into_iter().map(|row| ("portless", row.traffic.part));
    let timeline = report.rows::<TimelineRow>().into_iter().map(|row| (row.category, row.traffic));
    assert_eq!(sums_by(timeline), sums_by(services.chain(portless)));
}

/// Category by category.
fn categories_add_up_to_services_and_portless(decided: &Decided<'_>) {
    let report = Report::new(decided);
    let services = report.rows::<ServiceRow>().into_iter().map(|row| (row.category, row.traffic.part));
    let portless = report.rows::<PortlessRow>().into_iter().map(|row| ("portless", row.traffic.part));
    let categories = || report.rows::<CategoryRow>().into_iter();
    assert_eq!(sums_by(categories().map(|row| (row.category, row.traffic.part))), sums_by(services.chain(portless)));
    let flows: u64 = report.rows::<ServiceRow>().into_iter().map(|row| row.flows).sum();
    assert_eq!(categories().filter_map(|row| row.flows).sum::<u64>(), flows);
    assert!(categories().all(|row| row.hosts.is_none() == (row.category == "portless")));
}

/// Packets that a machine sends are sent in one of its conversations, and received by the other machine.
fn conversations_add_up_to_hosts(decided: &Decided<'_>) {
    let report = Report::new(decided);
    let rows = || report.rows::<ConversationRow>();
    let all = sum(rows().into_iter().flat_map(|row| [row.from_a, row.from_b]));
    assert_eq!(all, sum(report.rows::<HostRow>().into_iter().map(|row| row.sent)));
    let mut sent = Vec::new();
    for row in rows().into_iter().filter(|row| row.address_a.is_some()) {
        assert!(row.address_a <= row.address_b, "{row:?}");
        sent.extend([(row.address_a, row.from_a), (row.address_b, row.from_b)]);
    }
    if decided.collected.closed.is_none() {
        let of_hosts = report.rows::<HostRow>().into_iter().map(|row| (row.address, row.sent));
        assert_eq!(sums_by(sent), sums_by(of_hosts));
        let flows = report.rows::<FlowRow>().into_iter().filter(|row| row.client_ip.is_some()).count();
        assert_eq!(rows().into_iter().map(|row| row.flows).sum::<u64>(), flows as u64);
    }
}

/// Its categories are those of `services`, and its strip has all bytes whose time is known.
fn the_overview_agrees_with_the_tables(decided: &Decided<'_>) {
    let report = Report::new(decided);
    let overview = report.overview();
    let categories = overview.categories.iter().map(|part| (part.category, part.traffic.part));
    assert_eq!(sums_by(categories), sums_by(report.rows::<ServiceRow>().into_iter().map(|row| (row.category, row.traffic.part))));
    assert_eq!(overview.portless_traffic.part, sum(report.rows::<PortlessRow>().into_iter().map(|row| row.traffic.part)));
    let certainty = overview.certainty;
    assert_eq!(certainty.flows, report.rows::<EvidenceRow>().into_iter().map(|row| row.flows.part).sum::<u64>());
    assert_eq!(certainty.decided + certainty.peers + certainty.undetermined(), certainty.flows);
    assert!(overview.clients.first.len() <= overview.clients.number && overview.servers.first.len() <= overview.servers.number);
    let Some(strip) = overview.strip else { return };
    for columns in [1, 7, 64] {
        let columns = strip.columns(columns);
        let bytes: u64 = columns.iter().map(|column| column.bytes).sum();
        assert!(bytes <= decided.collected.total().wire_bytes);
        assert!(columns.first().unwrap().start <= decided.collected.start());
    }
}

/// The sum of several numbers of outcomes.
fn outcomes(parts: impl Iterator<Item = Outcomes>) -> Outcomes {
    parts.fold(Outcomes::default(), |sum, part| Outcomes {
        attempted: sum.attempted + part.attempted,
        established: sum.established + part.established,
        refused: sum.refused + part.refused,
        reset: sum.reset + part.reset,
        midstream: sum.midstream + part.midstream,
    })
}

/// The flows that have any outcome.
fn count(outcomes: Outcomes) -> u64 {
    let Outcomes { attempted, established, refused, reset, midstream } = outcomes;
    attempted + established + refused + reset + midstream
}
