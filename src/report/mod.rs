//! From an analysis to tables of typed values. Only this module derives, sorts and cuts numbers, so that no two writers
//! can disagree.
//!
//! Each table is one file here: the type of its rows, its columns, and the way from an analysis to the rows. A new table needs
//! such a file, a line in the list of tables below, and a title in the texts.

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
#[cfg(test)]
mod tests;
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

use crate::analysis::Decided;

/// Declares the tables, one per line: the name, the content, and the type of the rows, which has the table's key.
macro_rules! tables {
    ($(#[doc = $meaning:literal] $name:ident: $row:ty),+ $(,)?) => {
        /// The tables of an analysis, in the order in which they are shown and written.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
        #[non_exhaustive]
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
    /// Inputs: one row per file and interface.
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
    /// The tables that a terminal shows by default.
    pub const DEFAULT: [TableName; 4] = [TableName::Capture, TableName::Services, TableName::Portless, TableName::Evidence];

    /// Finds the table with this key.
    pub fn from_key(key: &str) -> Option<TableName> {
        TableName::ALL.into_iter().find(|table| table.key() == key)
    }
}

/// Rows that are computed from an analysis.
pub trait FromDecided: Record {
    /// Computes the rows.
    fn rows<'a>(analysis: &'a Decided<'_>) -> Rows<'a, Self>;
}

/// The tables of a decided capture.
#[derive(Clone, Copy)]
pub struct Report<'d>(&'d Decided<'d>);

impl<'d> Report<'d> {
    /// Creates the report on `decided`.
    pub fn new(decided: &'d Decided<'_>) -> Report<'d> {
        Report(decided)
    }

    /// Returns a table, for any writer.
    pub fn table(self, name: TableName) -> Table<'d> {
        let mut table = name.build(self.0);
        table.threads = self.0.threads;
        table
    }

    /// Computes the typed rows of one table.
    ///
    /// ```
    /// use portolan::analysis::{Options, analyse};
    /// use portolan::report::{Report, ServiceRow};
    ///
    /// let decided = analyse(&Options::for_files(["samples/handshake.pcap"]));
    /// let services = Report::new(&decided).rows::<ServiceRow>();
    /// assert!(services.into_iter().any(|row| row.service == "https"));
    /// ```
    pub fn rows<R: FromDecided>(self) -> Rows<'d, R> {
        R::rows(self.0)
    }
}
