//! The options for the tables of a capture: which, in which form, and where to.

use clap::Args;
use portolan::analysis::Selection;
use portolan::capture::near_words;
use portolan::format::Layout;
use portolan::report::TableName;

use super::MESSAGES;
use super::arrangement::{ArrangementArguments, ArrangementJob};
use super::destinations::{Destination, TablesDestinations, Target, leave_stdout};
use super::page::PageArguments;
use super::presentation::{Nanoseconds, ValueArguments, ValueJob, parse_nanoseconds};
use super::selection::SelectionArguments;

/// Arguments of every command that shows the tables of a capture.
#[derive(Args, Debug)]
pub struct TablesArguments {
    #[arg(short, long = "table", value_name = "NAME[,NAME...]", value_delimiter = ',', value_parser = parse_table, help = tables_help())]
    tables: Vec<Tables>,

    /// Rows shown per table on the terminal (0 = all; default: 50, or 10 for the table capture); the rest is summed up in one row. In the overview: categories and servers (default: as many as fit)
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_top)]
    top: Option<usize>,

    #[command(flatten)]
    arrangement: ArrangementArguments,

    #[command(flatten)]
    values: ValueArguments,

    #[command(flatten)]
    destinations: TablesDestinations,

    #[command(flatten)]
    page: PageArguments,

    /// In the table servers, also list ports that refused or never answered
    #[arg(long)]
    closed_ports: bool,

    /// Time step of the timeline, such as 5m; a bare number is seconds (default: automatic, 1 ms to 1 week, at most 600 steps with traffic; doubled during very long live captures)
    #[arg(long, value_name = "TIME", value_parser = parse_nanoseconds)]
    interval: Option<Nanoseconds>,

    #[command(flatten)]
    selection: SelectionArguments,
}

/// The tables that a terminal shows in place of the overview, which has no columns, if columns are chosen or sorted and no table is
/// named.
const MAIN_TABLES: [TableName; 4] = [TableName::Capture, TableName::Services, TableName::Portless, TableName::Evidence];

/// The tables of a hand-out, if no table is named.
const HAND_OUT_TABLES: [TableName; 6] =
    [TableName::Categories, TableName::Services, TableName::Servers, TableName::Portless, TableName::Scans, TableName::Evidence];

/// One word of `--table`.
#[derive(Clone, Copy, Debug)]
enum Tables {
    One(TableName),
    All,
}

/// The tables of a capture to show and write, and their outputs.
#[derive(Clone, Debug)]
pub struct TablesJob {
    /// The tables for the terminal, in order; none, if it shows the overview.
    pub tables: Vec<TableName>,
    /// The tables for outputs of data, in order.
    pub written: Vec<TableName>,
    /// True if tables were named.
    pub are_named: bool,
    /// Rows of each table on the terminal: 0 = all, `None` = the table's default.
    pub top: Option<usize>,
    /// The order of the rows, the columns, and the legends.
    pub arrangement: ArrangementJob,
    /// The form of numbers and times on the terminal.
    pub values: ValueJob,
    /// The other formats, each with its output.
    pub destinations: Vec<Destination>,
    /// The place of a page; `None` if nobody wants one.
    pub page: Option<Target>,
    /// True if the table servers also lists ports that refused or never answered.
    pub closed_ports: bool,
    /// Nanoseconds of a bucket of the timeline.
    pub interval: Option<i64>,
    /// The flows that the tables are about.
    pub selection: Selection,
}

impl TablesJob {
    /// True if standard output is for people.
    pub fn is_shown(&self) -> bool {
        leave_stdout(&self.destinations) && self.page != Some(Target::Stdout)
    }

    /// The tables that are shown or written.
    pub fn used(&self) -> impl Iterator<Item = TableName> {
        let is_data = |destination: &Destination| !matches!(destination.format.layout, Layout::HandOut(_));
        let are_written = self.destinations.iter().any(is_data) || self.page.is_some();
        let written = if are_written { &self.written[..] } else { &[] };
        let handed_out = if self.destinations.iter().all(is_data) { &[] } else { self.handed_out() };
        let used = [&self.tables, written, handed_out];
        TableName::ALL.into_iter().filter(move |table| used.iter().any(|tables| tables.contains(table)))
    }

    /// The tables of a hand-out, in order.
    pub fn handed_out(&self) -> &[TableName] {
        if self.are_named { &self.tables } else { &HAND_OUT_TABLES }
    }

    /// Those of `tables` that have any of the columns to show.
    pub fn with_shown_columns<'t>(&'t self, tables: &'t [TableName]) -> impl Iterator<Item = &'t TableName> {
        tables.iter().filter(|table| self.arrangement.order.leaves(&table.fields()))
    }

    /// True if a table is shown or written.
    pub fn has(&self, table: TableName) -> bool {
        self.used().any(|used| used == table)
    }
}

impl TablesArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> TablesJob {
        let words = self.tables.iter().flat_map(|word| match word {
            Tables::One(table) => std::slice::from_ref(table),
            Tables::All => &TableName::ALL,
        });
        let mut tables = Vec::new();
        for table in words {
            if !tables.contains(table) {
                tables.push(*table);
            }
        }
        let mut written = tables.clone();
        written.sort();
        let arrangement = self.arrangement.into_job();
        if tables.is_empty() && !arrangement.order.is_empty() {
            tables.extend(MAIN_TABLES);
        }
        if self.tables.is_empty() {
            written.extend(TableName::ALL);
        }
        TablesJob {
            tables,
            written,
            are_named: !self.tables.is_empty(),
            top: self.top,
            arrangement,
            values: self.values.into_job(),
            destinations: self.destinations.0,
            page: self.page.into_target(),
            closed_ports: self.closed_ports,
            interval: self.interval.map(|time| time.0),
            selection: self.selection.0,
        }
    }
}

fn tables_help() -> String {
    let all: Vec<&str> = TableName::ALL.iter().map(|table| table.key()).collect();
    format!("Tables to show and write: {}, or all (default: an overview is shown, all tables are written)", all.join(", "))
}

fn parse_table(word: &str) -> Result<Tables, String> {
    if word == "all" {
        return Ok(Tables::All);
    }
    TableName::from_key(word).map(Tables::One).ok_or_else(|| {
        let known: Vec<&str> = TableName::ALL.iter().map(|table| table.key()).collect();
        MESSAGES.no_such_table(&near_words(word, known.iter().copied()), &known)
    })
}

pub fn parse_top(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "expected a number of rows, such as 20; 0 shows all".to_owned())
}
