//! `scans`: who tried many ports of a machine, or one port of many machines, and how often that was answered.

use std::cmp::Reverse;

use super::names;
use super::table::{Cell, Column, Table};
use crate::analysis::Decided;
use crate::parallel;
use crate::tally::flows::{Host, ScanSums};
use crate::tally::{Room, ScanSum, Scanner};

/// The most scans that have a row of their own in `services`; further ones share one. Whoever sends the traffic chooses how many there
/// are.
const MOST_NAMED: usize = 20;

const COLUMNS: &[Column] = &[
    Column::always("client_ip"),
    Column::always("transport"),
    Column::always("server_ip"),
    Column::always("host_count"),
    Column::always("port_count"),
    Column::with_room("ports", 3),
    Column::always("flows").adding_up(),
    Column::always("answered").adding_up(),
    Column::with_room("refused", 1).adding_up(),
    Column::with_room("silent", 2).adding_up(),
    Column::with_room("packets", 4).adding_up(),
    Column::with_room("wire_bytes", 5).adding_up(),
    Column::in_data("first_seen"),
    Column::in_data("last_seen"),
];

pub fn table<'a>(analysis: &'a Decided<'_>) -> Table<'a> {
    let sums = sums(analysis);
    Table::made("scans", COLUMNS, sums.len(), move |number, show| {
        let (scanner, sum) = &sums[number];
        row(*scanner, sum).iter().for_each(show);
    })
}

fn row<'a>(scanner: Scanner, sum: &ScanSum) -> [Cell<'a>; COLUMNS.len()] {
    let address = |host: Host| Cell::Address(host.version.ip_addr(host.address));
    [
        address(scanner.host),
        Cell::text(scanner.transport.name()),
        sum.only_host.map_or(Cell::Empty, address),
        Cell::Count(sum.hosts.len() as u64),
        Cell::Count(sum.ports.len() as u64),
        names::ports(&sum.ports),
        Cell::Count(sum.flows()),
        Cell::Count(sum.answered),
        Cell::Count(sum.refused),
        Cell::Count(sum.silent),
        Cell::Count(sum.traffic.packets),
        Cell::Bytes(sum.traffic.wire_bytes),
        Cell::time(sum.span.first),
        Cell::time(sum.span.last),
    ]
}

/// All scans, the largest first.
fn sums(analysis: &Decided<'_>) -> Vec<(Scanner, Box<ScanSum>)> {
    let mut sums = analysis.ended.as_ref().map(|ended| ended.sums.scans.clone()).unwrap_or_default();
    if !analysis.scans.is_empty() {
        let parts = parallel::parts(analysis.flows.len(), analysis.threads, |part| {
            let mut sums = ScanSums::default();
            for number in part {
                let (flow, verdict) = (analysis.flows.get(number), &analysis.verdicts[number]);
                if let Some(scanner) = analysis.scanner_of(flow, verdict) {
                    sums.add(scanner, flow, verdict, &mut Room::unlimited());
                }
            }
            sums
        });
        parts.into_iter().for_each(|part| sums.merge(part));
    }
    let mut sums: Vec<(Scanner, Box<ScanSum>)> = sums.0.into_iter().collect();
    sums.sort_unstable_by_key(|(scanner, sum)| (Reverse(sum.flows()), *scanner));
    sums
}

/// The scans with what their rows in `services` are called. The same name can come more than once.
pub fn named(analysis: &Decided<'_>) -> impl Iterator<Item = (Scanner, String, Box<ScanSum>)> {
    let sums = sums(analysis);
    let others = match sums.len().saturating_sub(MOST_NAMED) {
        1 => "scan (1 other)".to_owned(),
        number => format!("scan ({number} others)"),
    };
    let called = move |(place, (scanner, sum)): (usize, (Scanner, Box<ScanSum>))| {
        let name = if place < MOST_NAMED { name(&sum) } else { others.clone() };
        (scanner, name, sum)
    };
    sums.into_iter().enumerate().map(called)
}

/// `scan of 100 ports of 192.0.2.80`
fn name(sum: &ScanSum) -> String {
    let (hosts, ports) = (sum.hosts.len(), sum.ports.len());
    match (sum.only_host, sum.ports.first()) {
        (Some(host), _) => format!("scan of {ports} ports of {}", host.version.ip_addr(host.address)),
        (None, Some(port)) if ports == 1 => format!("scan of {hosts} hosts for port {port}"),
        _ => format!("scan of {ports} ports of {hosts} hosts"),
    }
}
