//! Floor 8: from an analysis to tables of typed cells. The only place where numbers are derived, sorted and cut, so that
//! no two writers can disagree.
//!
//! A table is one file here: its columns with their keys, and the builder of its rows.

mod book;
mod capture;
mod community_id;
mod evidence;
pub(crate) mod flows;
mod hosts;
#[cfg(feature = "live")]
mod interfaces;
mod ledger;
pub(crate) mod names;
mod portless;
mod ports;
mod ranges;
mod scans;
mod servers;
mod services;
mod sizes;
mod table;
mod timeline;
mod tunnels;

pub use book::book;
pub use community_id::CommunityId;
#[cfg(feature = "live")]
pub use interfaces::interfaces;
pub use table::{Cell, Column, Row, Show, Table, hundredths};

use std::ops::Range;

use crate::analysis::Decided;
use crate::flow::Flow;
use crate::parallel;
use crate::service::Verdict;
use crate::tally::DecidedFlows;
use crate::tally::flows::FlowSum;

/// The tables, in the order they are shown and written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum TableName {
    /// One row per file and interface.
    Capture,
    /// One place for every packet.
    Ledger,
    /// Traffic by service.
    Services,
    /// What has no ports.
    Portless,
    /// Traffic by port.
    Ports,
    /// Traffic by range of ports.
    Ranges,
    /// Which machine serves what.
    Servers,
    /// Who scanned what.
    Scans,
    /// What each machine did.
    Hosts,
    /// Every flow.
    Flows,
    /// How the flows were decided.
    Evidence,
    /// Traffic by category over time.
    Timeline,
    /// Packets by size.
    Sizes,
    /// Packets by encapsulation.
    Tunnels,
}

impl TableName {
    /// All tables, in order.
    pub const ALL: [TableName; 14] = [
        TableName::Capture,
        TableName::Ledger,
        TableName::Services,
        TableName::Portless,
        TableName::Ports,
        TableName::Ranges,
        TableName::Servers,
        TableName::Scans,
        TableName::Hosts,
        TableName::Flows,
        TableName::Evidence,
        TableName::Timeline,
        TableName::Sizes,
        TableName::Tunnels,
    ];

    /// What a terminal shows if nobody asks for anything else.
    pub const DEFAULT: [TableName; 4] = [TableName::Capture, TableName::Services, TableName::Portless, TableName::Evidence];

    /// Its key.
    pub const fn key(self) -> &'static str {
        match self {
            TableName::Capture => "capture",
            TableName::Ledger => "ledger",
            TableName::Services => "services",
            TableName::Portless => "portless",
            TableName::Ports => "ports",
            TableName::Ranges => "ranges",
            TableName::Servers => "servers",
            TableName::Scans => "scans",
            TableName::Hosts => "hosts",
            TableName::Flows => "flows",
            TableName::Evidence => "evidence",
            TableName::Timeline => "timeline",
            TableName::Sizes => "sizes",
            TableName::Tunnels => "tunnels",
        }
    }

    /// The table with that key.
    pub fn from_key(key: &str) -> Option<TableName> {
        TableName::ALL.into_iter().find(|table| table.key() == key)
    }
}

impl Decided<'_> {
    /// Builds a table.
    pub fn table(&self, name: TableName) -> Table<'_> {
        let mut table = match name {
            TableName::Capture => capture::table(self),
            TableName::Ledger => ledger::table(self),
            TableName::Services => services::table(self),
            TableName::Portless => portless::table(self),
            TableName::Ports => ports::table(self),
            TableName::Ranges => ranges::table(self),
            TableName::Servers => servers::table(self),
            TableName::Scans => scans::table(self),
            TableName::Hosts => hosts::table(self),
            TableName::Flows => flows::table(self),
            TableName::Evidence => evidence::table(self),
            TableName::Timeline => timeline::table(self),
            TableName::Sizes => sizes::table(self),
            TableName::Tunnels => tunnels::table(self),
        };
        table.threads = self.threads;
        table
    }

    /// The flows with what was decided about them.
    fn decided(&self) -> DecidedFlows<'_> {
        let ended = self.ended.as_ref().map(|ended| &ended.sums);
        DecidedFlows { flows: &self.flows, verdicts: &self.verdicts, ended, threads: self.threads }
    }

    /// A sum over all flows.
    fn sum<S: FlowSum + Clone + Send>(&self) -> S {
        self.sum_where(|_, _| true)
    }

    /// A sum over some flows, and over all that ended.
    fn sum_where<S: FlowSum + Clone + Send>(&self, is_wanted: impl Fn(&Flow, &Verdict) -> bool + Sync) -> S {
        let over = |range: Range<usize>| {
            let flows = range.map(|number| (self.flows.get(number), &self.verdicts[number]));
            S::over(flows.filter(|(flow, verdict)| is_wanted(flow, verdict)))
        };
        let mut sum = self.ended.as_ref().map(|ended| S::of(&ended.sums).clone()).unwrap_or_default();
        for part in parallel::parts(self.flows.len(), self.threads, over) {
            sum.merge(part);
        }
        sum
    }
}

/// The side that opened a flow, if it was seen to: `client`, `server` or `unknown`.
pub(crate) fn initiator(flow: &Flow, verdict: &Verdict, start_observed: bool) -> &'static str {
    flow.initiator(verdict, start_observed).name()
}
