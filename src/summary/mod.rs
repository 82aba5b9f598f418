//! Floor 8: from an analysis to tables of typed values. The only place where numbers are derived, sorted and cut, so that
//! no two writers can disagree.
//!
//! A table is one file here: the type of its rows, its columns, and the way from an analysis to the rows. A new table needs such a
//! file, a line in the list of tables below, and a title in the texts.

mod book;
mod capture;
mod column;
mod community_id;
mod evidence;
mod flags;
mod flows;
mod hosts;
#[cfg(feature = "live")]
mod interfaces;
mod ledger;
pub(crate) mod names;
mod portless;
mod ports;
mod ranges;
mod rows;
mod scans;
mod servers;
mod services;
mod sizes;
mod table;
mod timeline;
mod tunnels;
mod value;

pub use book::{BookRow, book};
pub use capture::CaptureRow;
pub use column::{Column, ColumnRole, Field, Kind, Record};
pub use community_id::CommunityId;
pub use evidence::EvidenceRow;
pub use flows::FlowRow;
pub use hosts::HostRow;
#[cfg(feature = "live")]
pub use interfaces::{InterfaceRow, interfaces};
pub use ledger::LedgerRow;
pub use portless::PortlessRow;
pub use ports::PortRow;
pub use ranges::RangeRow;
pub use rows::Rows;
pub use scans::ScanRow;
pub use servers::ServerRow;
pub use services::ServiceRow;
pub use sizes::SizeRow;
pub use table::{Sums, Table};
pub use timeline::TimelineRow;
pub use tunnels::TunnelRow;
pub use value::{Item, List, Share, TrafficShare, Value};

use std::ops::Range;

use crate::analysis::Decided;
use crate::flow::Flow;
use crate::parallel;
use crate::service::Verdict;
use crate::tally::DecidedFlows;
use crate::tally::flows::FlowSum;

/// Declares the tables, each in one line: its name, what it holds, and the type of its rows, which has its key.
macro_rules! tables {
    ($(#[doc = $meaning:literal] $name:ident: $row:ty),+ $(,)?) => {
        /// The tables of an analysis, in the order in which they are shown and written.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
        pub enum TableName {
            $(#[doc = $meaning] $name),+
        }

        impl TableName {
            /// All tables, in order.
            pub const ALL: [TableName; [$(TableName::$name),+].len()] = [$(TableName::$name),+];

            /// The key of the table.
            pub const fn key(self) -> &'static str {
                match self {
                    $(TableName::$name => <$row>::NAME),+
                }
            }

            /// The columns of the table.
            pub fn fields(self) -> Vec<Field> {
                match self {
                    $(TableName::$name => <$row>::fields()),+
                }
            }

            fn build<'a>(self, analysis: &'a Decided<'_>) -> Table<'a> {
                match self {
                    $(TableName::$name => <$row>::rows(analysis).into()),+
                }
            }
        }
    };
}

tables! {
    /// What was read: one row per file and interface.
    Capture: CaptureRow,
    /// Packets by the place in which they ended up.
    Ledger: LedgerRow,
    /// Flows by service.
    Services: ServiceRow,
    /// Packets without ports, by protocol.
    Portless: PortlessRow,
    /// Flows by port.
    Ports: PortRow,
    /// Flows by range of ports.
    Ranges: RangeRow,
    /// Flows by server.
    Servers: ServerRow,
    /// Scans.
    Scans: ScanRow,
    /// Traffic by address.
    Hosts: HostRow,
    /// Flows.
    Flows: FlowRow,
    /// Flows by the evidence that decided them.
    Evidence: EvidenceRow,
    /// Packets by time and category.
    Timeline: TimelineRow,
    /// Packets by length.
    Sizes: SizeRow,
    /// Packets by encapsulation.
    Tunnels: TunnelRow,
}

impl TableName {
    /// What a terminal shows if nobody asks for anything else.
    pub const DEFAULT: [TableName; 4] = [TableName::Capture, TableName::Services, TableName::Portless, TableName::Evidence];

    /// The table with that key.
    pub fn from_key(key: &str) -> Option<TableName> {
        TableName::ALL.into_iter().find(|table| table.key() == key)
    }
}

/// Rows that an analysis has.
pub trait FromAnalysis: Record {
    /// Computes them.
    fn rows<'a>(analysis: &'a Decided<'_>) -> Rows<'a, Self>;
}

impl Decided<'_> {
    /// A table.
    pub fn table(&self, name: TableName) -> Table<'_> {
        let mut table = name.build(self);
        table.threads = self.threads;
        table
    }

    /// The rows of one table, typed.
    ///
    /// ```
    /// use portolan::analysis::{Options, analyse};
    /// use portolan::capture::InputName;
    /// use portolan::summary::ServiceRow;
    ///
    /// let analysis = analyse(&Options::new(vec![InputName::File("samples/handshake.pcap".into())]), |_, _| {});
    /// let services = analysis.rows::<ServiceRow>();
    /// assert!(services.into_iter().any(|row| row.service == "https"));
    /// ```
    pub fn rows<R: FromAnalysis>(&self) -> Rows<'_, R> {
        R::rows(self)
    }

    /// The flows with what was decided about them.
    fn decided(&self) -> DecidedFlows<'_> {
        let closed = self.closed.as_ref().map(|closed| &closed.sums);
        DecidedFlows { flows: &self.flows, verdicts: &self.verdicts, closed, threads: self.threads }
    }

    /// A sum over all flows.
    fn sum<S: FlowSum + Clone + Send>(&self) -> S {
        self.sum_where(|_, _| true)
    }

    /// A sum over some flows, and over all closed ones.
    fn sum_where<S: FlowSum + Clone + Send>(&self, is_wanted: impl Fn(&Flow, &Verdict) -> bool + Sync) -> S {
        let over = |range: Range<usize>| {
            let flows = range.map(|number| (self.flows.get(number), &self.verdicts[number]));
            S::over(flows.filter(|(flow, verdict)| is_wanted(flow, verdict)))
        };
        let mut sum = self.closed.as_ref().map(|closed| S::of(&closed.sums).clone()).unwrap_or_default();
        for part in parallel::parts(self.flows.len(), self.threads, over) {
            sum.merge(part);
        }
        sum
    }
}
