//! Tables of captures that go on for longer than their flows are kept.

use super::*;
use crate::analysis::testing::{at, capture, limit_closed_flows};
use crate::analysis::{Engine, Options};
use crate::flow::TimelineOptions;
use crate::stats::KeyBudget;
use crate::time::NANOSECONDS;

#[test]
fn machines_and_servers_without_room_share_the_last_row() {
    let packets: Vec<(u32, u8, u16, &[u8])> =
        (0..6).map(|number| (0, 10 + number, 53 + u16::from(number) * 27, &b"?"[..])).collect();
    let mut source = capture(&packets);
    let mut engine = Engine::new(&Options { closed_ports: true, ..Options::new(Vec::new()) });
    engine.read(&mut source, u64::MAX);
    // A budget for seven members in the sums of services, two servers, and three hosts.
    limit_closed_flows(&mut engine, KeyBudget::new(64));
    engine.expire_idle(at(9), NANOSECONDS);
    engine.close(&source);
    let decided = engine.finish().decide();
    assert_eq!((decided.collected.closed.as_ref().unwrap().flows, decided.collected.flows.len()), (6, 0));
    let report = Report::new(&decided);
    let hosts: Vec<_> = report.rows::<HostRow>().into_iter().map(|row| (row.address.is_some(), row.sent.packets)).collect();
    let servers: Vec<_> =
        report.rows::<ServerRow>().into_iter().map(|row| (row.server_ip.is_some(), row.traffic.packets)).collect();
    for rows in [hosts, servers] {
        assert_eq!(rows.iter().position(|(has_name, _)| !has_name), Some(rows.len() - 1), "{rows:?}");
        assert_eq!(rows.iter().map(|(_, packets)| packets).sum::<u64>(), 6, "{rows:?}");
    }
}

#[test]
fn a_scan_that_outlasts_its_flows_is_found() {
    // A port every ten seconds without an answer; flows that expired before the scan was recognised keep their service.
    let packets: Vec<(u32, u8, u16, &[u8])> = (0..60).map(|number| (number * 10, 5, 1000 + number as u16, &b"?"[..])).collect();
    let mut source = capture(&packets);
    let mut engine = Engine::new(&Options { timeline: Some(TimelineOptions::default()), ..Options::new(Vec::new()) });
    for number in 0..60 {
        engine.read(&mut source, 1);
        engine.expire_idle(at(number * 10), 50 * NANOSECONDS);
    }
    engine.close(&source);
    let decided = engine.finish().decide();
    assert!(decided.collected.flows.len() < 10);
    let report = Report::new(&decided);
    assert_eq!(report.rows::<ScanRow>().into_iter().count(), 1);
    let services: Vec<_> = report.rows::<ServiceRow>().into_iter().map(|row| (row.category, row.flows)).collect();
    let of_scan = services.iter().find(|(category, _)| *category == "scan").map_or(0, |(_, flows)| *flows);
    assert!(of_scan >= 40, "{services:?}");
    assert_eq!(services.iter().map(|(_, flows)| flows).sum::<u64>(), 60);
    let timeline = report.rows::<TimelineRow>().into_iter().filter(|row| row.category == "scan");
    assert_eq!(timeline.map(|row| row.traffic.packets).sum::<u64>(), of_scan);
}
