//! Captures compared: what is new, gone, grown and shrunk.
//!
//! A [`Comparison`] takes one decided capture after the other and keeps only the rows of its tables, so that one capture at a time is
//! in memory. Tables are joined on their keys, whatever they are about; shares and rates make captures of different length comparable.
//!
//! ```
//! use portolan::analysis::{Options, analyse};
//! use portolan::compare::{Collector, comparable_tables};
//!
//! let mut sides = Collector::new(&comparable_tables());
//! for file in ["samples/two-doors.pcap", "samples/one-address-many-servers.pcap"] {
//!     sides.add(file.to_owned(), &analyse(&Options::for_files([file])));
//! }
//! let comparison = sides.compare(100);
//! assert!(comparison.is_different());
//! ```

mod cell;
mod columns;
mod join;
mod row;
mod sides;
mod summary;
mod table;

pub use cell::Cell;
pub use columns::side_and_key;
pub use row::{Change, ComparedRow};
pub use sides::{ComparedSide, MAX_SIDES, SideRow, side_name};
pub use summary::{Differences, Mover, Summary};
pub use table::ComparedTable;

use self::columns::ComparedColumns;
use self::join::TableJoin;
use crate::analysis::Decided;
use crate::report::{Arrangement, Comparability, Field, Report, Table, TableName};

/// The tables that can be compared: those whose keys mean the same in every capture.
pub fn comparable_tables() -> Vec<TableName> {
    TableName::ALL.into_iter().filter(|table| table.comparability() != Comparability::OneCapture).collect()
}

/// The tables that are compared by default: those whose keys name things of the network.
pub fn default_tables() -> Vec<TableName> {
    TableName::ALL.into_iter().filter(|table| table.comparability() == Comparability::Things).collect()
}

/// The columns of a table that is compared for so many sides.
pub fn compared_fields(table: TableName, sides: usize) -> Vec<Field> {
    ComparedColumns::new(&TableJoin::new(table), sides).fields()
}

/// The sides of a comparison while they are read one after the other.
#[derive(Clone, Debug)]
pub struct Collector {
    sides: Vec<ComparedSide>,
    joins: Vec<TableJoin>,
}

impl Collector {
    /// Creates a comparison of these tables, without any side.
    pub fn new(tables: &[TableName]) -> Collector {
        Collector { sides: Vec::new(), joins: tables.iter().map(|table| TableJoin::new(*table)).collect() }
    }

    /// Adds a side: a decided capture, and its inputs as the user named them. Sides after the first [`MAX_SIDES`] are ignored.
    pub fn add(&mut self, inputs: String, decided: &Decided<'_>) {
        let place = self.sides.len();
        if place == MAX_SIDES {
            return;
        }
        self.joins.iter_mut().for_each(|join| join.add(place, &Report::new(decided).table(join.name)));
        self.sides.push(ComparedSide::new(inputs, decided));
    }

    /// Compares the sides. A share of the bytes has changed if the first and the last side differ by `threshold` hundredths of a
    /// percentage point or more.
    pub fn compare(self, threshold: u64) -> Comparison {
        let Collector { sides, joins } = self;
        let tables = joins.into_iter().map(|join| ComparedTable::new(join, &sides, threshold)).collect();
        Comparison { sides, tables, threshold }
    }
}

/// Captures, compared.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The captures, in order.
    pub sides: Vec<ComparedSide>,
    /// The tables.
    pub tables: Vec<ComparedTable>,
    /// Hundredths of a percentage point from which on a share has changed.
    pub threshold: u64,
}

impl Comparison {
    /// True if a thing of the network is on some sides only.
    pub fn is_different(&self) -> bool {
        self.tables.iter().flat_map(ComparedTable::rows).any(ComparedRow::is_difference)
    }

    /// The table of the sides.
    pub fn sides_table(&self) -> Table<'_> {
        sides::sides(&self.sides)
    }

    /// The compared tables with all rows and values, in the order of [`Comparison::tables`].
    pub fn all_tables(&self) -> impl Iterator<Item = Table<'_>> {
        self.tables.iter().map(|table| table.table(&self.sides))
    }

    /// The compared tables for people, arranged, in the order of [`Comparison::tables`]: with all rows, or with those that are worth
    /// showing.
    pub fn tables_for_people(&self, shows_all: bool, arrangement: &Arrangement) -> impl Iterator<Item = Table<'_>> {
        let is_wanted = move |row: &ComparedRow| shows_all || row.is_notable(self.threshold);
        self.tables.iter().map(move |table| table.table_for_people(&self.sides, is_wanted, arrangement))
    }

    /// The facts that fit into a sentence.
    pub fn summary(&self) -> Summary {
        Summary::new(self)
    }
}
