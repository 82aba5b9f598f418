//! From a decided capture to tables of typed values. Only this module derives, sorts and cuts numbers, so that no two writers
//! can disagree.
//!
//! Each table is one file here: the type of its rows, its columns, and the way from a decided capture to the rows. A new table needs
//! such a file, a line in the list of tables below, and a title in the texts.

mod arrangement;
mod book;
mod capture;
mod categories;
mod column;
mod community_id;
mod conversations;
mod dynamic_rows;
mod evidence;
mod flags;
mod flows;
mod hosts;
#[cfg(feature = "live")]
mod interfaces;
mod ledger;
pub(crate) mod names;
mod order;
mod overview;
mod page;
mod portless;
mod ports;
mod ranges;
mod rows;
mod scans;
mod servers;
mod services;
mod sizes;
mod table;
mod table_id;
#[cfg(test)]
mod tests;
mod timeline;
mod tunnels;
mod value;

pub use arrangement::{Arrangement, ArrangementPart, SortColumn};
pub use book::{BookRow, book};
pub use capture::{CaptureRow, TimeOrder};
pub use categories::CategoryRow;
pub use column::{Column, ColumnRole, Comparability, Field, Kind, Record};
pub use community_id::CommunityId;
pub use conversations::ConversationRow;
pub use evidence::EvidenceRow;
pub use flows::FlowRow;
pub use hosts::HostRow;
#[cfg(feature = "live")]
pub use interfaces::{InterfaceRow, interfaces};
pub use ledger::LedgerRow;
pub use order::Direction;
pub use overview::{
    CategoryPart, Certainty, InputFacts, MAX_MACHINES, Machines, Missing, NamedHost, Overview, Refusals, ScanSummary,
    SelectedPart, ServedName, ServerMachine, StripColumn, TrafficStrip,
};
pub use page::{
    Door, Doors, FlowSample, MAX_RELATED, MAX_SAMPLED_FLOWS, MAX_TIME_COLUMNS, PageCounts, PageData, RelatedService, RelationEnd,
    ServiceRelations, TimeColumns,
};
pub use portless::PortlessRow;
pub use ports::PortRow;
pub use ranges::RangeRow;
pub use rows::Rows;
pub use scans::ScanRow;
pub use servers::ServerRow;
pub use services::ServiceRow;
pub use sizes::SizeRow;
pub use table::{Sums, Table};
pub use table_id::TableId;
pub use timeline::TimelineRow;
pub use tunnels::TunnelRow;
pub use value::{Item, List, PortFact, Share, TrafficShare, Value};

use crate::analysis::Decided;

/// Declares the tables, one per line: the content, the name, the key, and the type of the rows.
macro_rules! tables {
    ($(#[doc = $meaning:literal] $name:ident $key:literal: $row:ty),+ $(,)?) => {
        /// The tables of a decided capture, in the order in which they are shown and written.
        #[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum TableName {
            $(#[doc = $meaning] $name),+
        }

        // The rows of a table know which table they belong to.
        $(const _: () = assert!(matches!(<$row as Record>::ID, TableId::Analysis(TableName::$name)));)+

        impl TableName {
            /// All tables, in order.
            pub const ALL: [TableName; [$(TableName::$name),+].len()] = [$(TableName::$name),+];

            /// The key of the table.
            pub const fn key(self) -> &'static str {
                match self {
                    $(TableName::$name => $key),+
                }
            }

            /// The columns of the table.
            pub fn fields(self) -> Vec<Field> {
                match self {
                    $(TableName::$name => <$row>::fields()),+
                }
            }

            /// The use of the table's keys when captures are compared.
            pub const fn comparability(self) -> Comparability {
                match self {
                    $(TableName::$name => <$row as Record>::COMPARABILITY),+
                }
            }

            fn build<'a>(self, decided: &'a Decided<'_>) -> Table<'a> {
                match self {
                    $(TableName::$name => <$row>::rows(decided).into()),+
                }
            }
        }
    };
}

tables! {
    /// Inputs: one row per file and interface.
    Capture "capture": CaptureRow,
    /// Packets by the place in which they ended up.
    Ledger "ledger": LedgerRow,
    /// Flows by service.
    Services "services": ServiceRow,
    /// Packets without ports, by protocol.
    Portless "portless": PortlessRow,
    /// Flows by port.
    Ports "ports": PortRow,
    /// Flows by range of ports.
    Ranges "ranges": RangeRow,
    /// Flows by server.
    Servers "servers": ServerRow,
    /// Scans.
    Scans "scans": ScanRow,
    /// Traffic by address.
    Hosts "hosts": HostRow,
    /// Flows.
    Flows "flows": FlowRow,
    /// Flows by the evidence that decided them.
    Evidence "evidence": EvidenceRow,
    /// Packets by time and category.
    Timeline "timeline": TimelineRow,
    /// Packets by length.
    Sizes "sizes": SizeRow,
    /// Packets by encapsulation.
    Tunnels "tunnels": TunnelRow,
    /// Flows by category.
    Categories "categories": CategoryRow,
    /// Flows by pair of addresses.
    Conversations "conversations": ConversationRow,
}

impl TableName {
    /// Finds the table with this key.
    pub fn from_key(key: &str) -> Option<TableName> {
        TableName::ALL.into_iter().find(|table| table.key() == key)
    }
}

/// Rows that are computed from a decided capture.
pub trait FromDecided: Record {
    /// Computes the rows.
    fn rows<'a>(decided: &'a Decided<'_>) -> Rows<'a, Self>;
}

/// The tables of a decided capture.
#[derive(Clone, Copy)]
pub struct Report<'d>(&'d Decided<'d>);

impl<'d> Report<'d> {
    /// Creates the report on `decided`.
    pub fn new(decided: &'d Decided<'_>) -> Report<'d> {
        Report(decided)
    }

    /// Computes the overview.
    pub fn overview(self) -> Overview<'d> {
        Overview::new(self.0)
    }

    /// Computes the data of a page.
    pub fn page(self) -> PageData<'d> {
        PageData::new(self.0)
    }

    /// Returns the table `flows` with the rows of a sample only.
    pub fn sampled_flows(self, sample: &FlowSample) -> Table<'d> {
        sample.table(self.0)
    }

    /// Returns a table, for any writer.
    pub fn table(self, name: TableName) -> Table<'d> {
        let mut table = name.build(self.0);
        table.threads = self.0.collected.threads;
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
