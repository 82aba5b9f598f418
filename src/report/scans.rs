//! `scans`: machines that tried many ports of one machine or one port of many machines, and the number of answers.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::net::IpAddr;

use super::column::{Column, Kind, Record};
use super::rows::Rows;
use super::value::Value;
use super::{FromDecided, TableId, TableName};
use crate::analysis::Decided;
use crate::service::Transport;
use crate::stats::flows::{Host, ScanSums};
use crate::stats::{KeyBudget, ScanSum, Scanner};
use crate::support::parallel;
use crate::time::Span;
use crate::traffic::Traffic;

/// The most scans that have a row of their own in `services`; further ones share one. The sender of the traffic determines how
/// many there are.
const MAX_NAMED: usize = 20;

/// The scan of one machine over one transport.
#[derive(Clone, Debug)]
pub struct ScanRow {
    /// The address of the scanner.
    pub client_ip: IpAddr,
    /// The transport.
    pub transport: Transport,
    /// The one machine that was tried; `None` if there are several.
    pub server_ip: Option<IpAddr>,
    /// The number of machines that were tried.
    pub host_count: u64,
    /// The ports that were tried.
    pub ports: BTreeSet<u16>,
    /// The number of flows.
    pub flows: u64,
    /// The number of flows that were answered.
    pub answered: u64,
    /// The number of flows that were refused.
    pub refused: u64,
    /// The number of flows without any answer.
    pub silent: u64,
    /// Packets and bytes of both directions.
    pub traffic: Traffic,
    /// First and last packet.
    pub span: Span,
}

impl Record for ScanRow {
    type Row<'a> = ScanRow;
    const ID: TableId = TableId::Analysis(TableName::Scans);
    const COLUMNS: &'static [Column<Self>] = &[
        Column::key("client_ip", Kind::Address, |row| row.client_ip.into()),
        Column::key("transport", Kind::Text, |row| row.transport.name().into()),
        Column::attribute("server_ip", Kind::Address, |row| row.server_ip.into()),
        Column::attribute("host_count", Kind::Count, |row| row.host_count.into()),
        Column::attribute("port_count", Kind::Count, |row| (row.ports.len() as u64).into()),
        Column::attribute("ports", Kind::List(&Kind::PortRange), |row| Value::List(&row.ports)),
        Column::measure("flows", Kind::Count, |row| row.flows.into()),
        Column::measure("answered", Kind::Count, |row| row.answered.into()),
        Column::measure("refused", Kind::Count, |row| row.refused.into()),
        Column::measure("silent", Kind::Count, |row| row.silent.into()),
        Column::measure("packets", Kind::Count, |row| row.traffic.packets.into()),
        Column::measure("wire_bytes", Kind::Bytes, |row| row.traffic.wire_bytes.into()),
        Column::attribute("first_seen", Kind::Time, |row| row.span.first.into()),
        Column::attribute("last_seen", Kind::Time, |row| row.span.last.into()),
    ];
}

impl FromDecided for ScanRow {
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self> {
        Rows::stored(sums(decided).into_iter().map(|(scanner, sum)| row(scanner, *sum)).collect())
    }
}

fn row(scanner: Scanner, sum: ScanSum) -> ScanRow {
    let address = |host: Host| host.version.ip_addr(host.address);
    ScanRow {
        client_ip: address(scanner.host),
        transport: scanner.transport,
        server_ip: sum.only_host.map(address),
        host_count: sum.hosts.len() as u64,
        flows: sum.flows(),
        answered: sum.answered,
        refused: sum.refused,
        silent: sum.silent,
        traffic: sum.traffic,
        span: sum.span,
        ports: sum.ports,
    }
}

/// All scans, largest first.
fn sums(decided: &Decided<'_>) -> Vec<(Scanner, Box<ScanSum>)> {
    let mut sums = closed_sums(decided);
    if !decided.scans.is_empty() {
        let parts = parallel::parts(decided.collected.flows.len(), decided.collected.threads, |part| {
            let mut sums = ScanSums::default();
            for number in part {
                let (flow, verdict) = decided.flow(number);
                if let Some(scanner) = decided.scanner_of(flow, verdict) {
                    sums.add(scanner, flow, verdict, &mut KeyBudget::unlimited());
                }
            }
            sums
        });
        parts.into_iter().for_each(|part| sums.merge(part));
    }
    in_order(sums)
}

/// The scans of closed flows.
pub fn closed_sums(decided: &Decided<'_>) -> ScanSums {
    decided.collected.closed.as_ref().map(|closed| closed.sums.scans.clone()).unwrap_or_default()
}

/// The scans, largest first.
fn in_order(sums: ScanSums) -> Vec<(Scanner, Box<ScanSum>)> {
    let mut sums: Vec<(Scanner, Box<ScanSum>)> = sums.0.into_iter().collect();
    sums.sort_unstable_by_key(|(scanner, sum)| (Reverse(sum.flows()), *scanner));
    sums
}

/// The scans with the names of their rows in `services`. A name can occur more than once.
pub fn named(decided: &Decided<'_>) -> impl Iterator<Item = (Scanner, String, Box<ScanSum>)> {
    with_names(sums(decided))
}

/// These scans with their names.
pub fn named_of(sums: ScanSums) -> impl Iterator<Item = (Scanner, String, Box<ScanSum>)> {
    with_names(in_order(sums))
}

fn with_names(sums: Vec<(Scanner, Box<ScanSum>)>) -> impl Iterator<Item = (Scanner, String, Box<ScanSum>)> {
    let others = match sums.len().saturating_sub(MAX_NAMED) {
        1 => "scan (1 other)".to_owned(),
        number => format!("scan ({number} others)"),
    };
    let called = move |(place, (scanner, sum)): (usize, (Scanner, Box<ScanSum>))| {
        let name = if place < MAX_NAMED { name(&sum) } else { others.clone() };
        (scanner, name, sum)
    };
    sums.into_iter().enumerate().map(called)
}

/// `scan of 100 ports of 192.0.2.80`
fn name(sum: &ScanSum) -> String {
    let (hosts, ports) = (sum.hosts.len(), sum.ports.len());
    let port_word = if ports == 1 { "port" } else { "ports" };
    match (sum.only_host, sum.ports.first()) {
        (Some(host), _) => format!("scan of {ports} {port_word} of {}", host.version.ip_addr(host.address)),
        (None, Some(port)) if ports == 1 => format!("scan of {hosts} hosts for port {port}"),
        _ => format!("scan of {ports} ports of {hosts} hosts"),
    }
}
