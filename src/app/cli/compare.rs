//! The arguments of `portolan compare`, and the job that they describe.

use std::path::PathBuf;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches, value_parser};
use portolan::capture::InputName;
use portolan::compare::{MAX_SIDES, comparable_tables, compared_fields, default_tables};
use portolan::report::{Field, TableName};

use super::arrangement::{ArrangementArguments, ArrangementJob};
use super::presentation::{PagerArguments, ValueArguments, ValueJob};
use super::tables::parse_top;
use super::{CommonArguments, CommonJob, Destination, OrderArguments, TablesDestinations};
use crate::app::pager::Paging;

/// Hundredths of a percentage point in one.
const HUNDREDTHS: f64 = 100.0;
/// Help of `--sort`: the columns of compared tables are others than those of other commands.
pub const SORT_HELP: &str = "Sort the compared tables by a column, named by its key: --sort b_wire_bytes, --sort \
    wire_bytes_pct_change:asc. Amounts (counts, bytes, shares, changes) come largest first, everything else smallest first, unless \
    :asc or :desc is added; unknown values come last. Further columns decide between equal values. A table without the column keeps \
    its order. Holds for the terminal and for all other outputs";
/// Help of `--columns`.
pub const COLUMNS_HELP: &str = "Show and write only these columns of the compared tables, named by their keys, in this order: --columns \
    service,change,a_flows,b_flows; a table without any of them is left out. Holds for the terminal, where they are shown however \
    narrow it is, and for all other outputs. The table sides, which says what a and b are, always has all of its columns";

#[derive(Args, Debug)]
#[command(
    override_usage = "portolan compare [OPTIONS] A B [C...]\n       portolan compare [OPTIONS] FILE... --with FILE... [--with FILE...]"
)]
pub struct CompareArguments {
    /// Captures to compare, each a file or a folder of files; '-' is standard input. If --with is given, all of them form one capture
    #[arg(value_name = "CAPTURE")]
    captures: Vec<PathBuf>,

    #[command(flatten)]
    with: WithArguments,

    #[arg(short, long = "table", value_name = "NAME[,NAME...]", value_delimiter = ',', value_parser = parse_table, help = tables_help())]
    tables: Vec<Tables>,

    /// Also show rows that are the same in all captures
    #[arg(long)]
    all: bool,

    /// Show a row as grown or shrunk if its share of the bytes changed by this many percentage points or more
    #[arg(long, value_name = "POINTS", default_value = "1", value_parser = parse_threshold)]
    threshold: Threshold,

    /// Rows shown per table on the terminal (0 = all; default: 20); the rest is summed up in one row
    #[arg(short = 'n', long, value_name = "N", value_parser = parse_top)]
    top: Option<usize>,

    #[command(flatten)]
    arrangement: ArrangementArguments,

    #[command(flatten)]
    values: ValueArguments,

    #[command(flatten)]
    pager: PagerArguments,

    #[command(flatten)]
    destinations: TablesDestinations,

    #[command(flatten)]
    order: OrderArguments,

    #[command(flatten)]
    pub(super) common: CommonArguments,
}

/// One word of `--table`.
#[derive(Clone, Copy, Debug)]
enum Tables {
    One(TableName),
    All,
}

/// Hundredths of a percentage point.
#[derive(Clone, Copy, Debug)]
struct Threshold(u64);

/// The captures after each `--with`.
#[derive(Clone, Debug)]
struct WithArguments(Vec<Vec<PathBuf>>);

impl WithArguments {
    const NAME: &'static str = "with";

    fn new(matches: &ArgMatches) -> WithArguments {
        let occurrences = matches.get_occurrences::<PathBuf>(Self::NAME).into_iter().flatten();
        WithArguments(occurrences.map(|files| files.cloned().collect()).collect())
    }
}

impl Args for WithArguments {
    fn augment_args(command: Command) -> Command {
        command.arg(
            Arg::new(Self::NAME)
                .long(Self::NAME)
                .value_name("FILE")
                .num_args(1..)
                .action(ArgAction::Append)
                .value_parser(value_parser!(PathBuf))
                .help("Another capture, of one or more files or folders: portolan compare monday*.pcap --with tuesday*.pcap"),
        )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for WithArguments {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(WithArguments::new(matches))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = WithArguments::new(matches);
        Ok(())
    }
}

/// A run of `portolan compare`.
#[derive(Debug)]
pub struct CompareJob {
    /// The inputs of each side as given, folders included.
    pub sides: Vec<Vec<InputName>>,
    /// True if the inputs of a side are read in the order given, not in chronological order.
    pub keep_order: bool,
    /// The tables, in order.
    pub tables: Vec<TableName>,
    /// True if the terminal shows all rows.
    pub all: bool,
    /// Hundredths of a percentage point from which on a share has changed.
    pub threshold: u64,
    /// Rows of each table on the terminal: 0 = all, `None` = the default.
    pub top: Option<usize>,
    /// The order of the rows, the columns, and the legends.
    pub arrangement: ArrangementJob,
    /// The form of numbers and times on the terminal.
    pub values: ValueJob,
    /// The use of a pager on the terminal.
    pub paging: Paging,
    /// The other formats, each with its output.
    pub destinations: Vec<Destination>,
    /// The settings of the analyses.
    pub common: CommonJob,
}

impl CompareJob {
    /// The columns of a compared table.
    pub fn fields(&self, table: TableName) -> Vec<Field> {
        compared_fields(table, self.sides.len())
    }
}

/// Arguments that do not name captures to compare.
#[derive(Debug, PartialEq, Eq)]
pub enum SidesProblem {
    /// Fewer than two captures.
    TooFew {
        /// The number of captures.
        given: usize,
    },
    /// More captures than there are names for.
    TooMany {
        /// The number of captures.
        given: usize,
    },
}

impl CompareArguments {
    /// The job that the arguments describe.
    pub fn into_job(self) -> Result<CompareJob, SidesProblem> {
        let sides = sides(self.captures, self.with.0)?;
        let all = comparable_tables();
        let wanted = self.tables.iter().flat_map(|word| match word {
            Tables::One(table) => std::slice::from_ref(table),
            Tables::All => &all,
        });
        let mut tables: Vec<TableName> = wanted.copied().collect();
        if tables.is_empty() {
            tables = default_tables();
        }
        tables.sort();
        tables.dedup();
        let names = |side: Vec<PathBuf>| side.iter().map(|file| InputName::from_argument(file)).collect();
        Ok(CompareJob {
            sides: sides.into_iter().map(names).collect(),
            keep_order: self.order.keep_order,
            tables,
            all: self.all,
            threshold: self.threshold.0,
            top: self.top,
            arrangement: self.arrangement.into_job(),
            values: self.values.into_job(),
            paging: self.pager.into_paging(),
            destinations: self.destinations.0,
            common: self.common.into_job(),
        })
    }
}

/// The files of each side: with `--with`, all captures before it are the first side.
fn sides(captures: Vec<PathBuf>, with: Vec<Vec<PathBuf>>) -> Result<Vec<Vec<PathBuf>>, SidesProblem> {
    let mut sides: Vec<Vec<PathBuf>> = match (captures.is_empty(), with.is_empty()) {
        (true, _) => Vec::new(),
        (false, true) => captures.into_iter().map(|capture| vec![capture]).collect(),
        (false, false) => vec![captures],
    };
    sides.extend(with);
    match sides.len() {
        given @ (0 | 1) => Err(SidesProblem::TooFew { given }),
        given if given > MAX_SIDES => Err(SidesProblem::TooMany { given }),
        _ => Ok(sides),
    }
}

fn keys(tables: &[TableName]) -> String {
    tables.iter().map(|table| table.key()).collect::<Vec<_>>().join(", ")
}

fn tables_help() -> String {
    format!("Tables to compare: {}, or all (default: {})", keys(&comparable_tables()), keys(&default_tables()))
}

fn parse_table(word: &str) -> Result<Tables, String> {
    let comparable = comparable_tables();
    let known = || format!("the tables are {}, or all", keys(&comparable));
    match TableName::from_key(word) {
        _ if word == "all" => Ok(Tables::All),
        Some(table) if comparable.contains(&table) => Ok(Tables::One(table)),
        Some(_) => Err(format!("its rows belong to one capture, so it cannot be compared; {}", known())),
        None => Err(format!("no such table; {}", known())),
    }
}

fn parse_threshold(text: &str) -> Result<Threshold, String> {
    let points: Option<f64> = text.parse().ok().filter(|points| (0.0..=100.0).contains(points));
    let points = points.ok_or_else(|| "expected percentage points from 0 to 100, such as 5 or 0.5".to_owned())?;
    Ok(Threshold((points * HUNDREDTHS).round() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn each_capture_is_a_side_unless_others_are_named_after_with() {
        assert_eq!(sides(files(&["a", "b", "c"]), Vec::new()).unwrap(), ["a", "b", "c"].map(|file| files(&[file])));
        let with = vec![files(&["c", "d"]), files(&["e"])];
        let expected = [files(&["a", "b"]), files(&["c", "d"]), files(&["e"])];
        assert_eq!(sides(files(&["a", "b"]), with).unwrap(), expected);
    }

    #[test]
    fn fewer_than_two_sides_and_more_than_there_are_letters_are_refused() {
        assert_eq!(sides(Vec::new(), Vec::new()), Err(SidesProblem::TooFew { given: 0 }));
        assert_eq!(sides(files(&["a"]), Vec::new()), Err(SidesProblem::TooFew { given: 1 }));
        assert_eq!(sides(Vec::new(), vec![files(&["a", "b"])]), Err(SidesProblem::TooFew { given: 1 }));
        assert_eq!(sides(files(&["x"; 27]), Vec::new()), Err(SidesProblem::TooMany { given: 27 }));
    }

    #[test]
    fn a_threshold_is_in_percentage_points() {
        assert_eq!(["1", "0.5", "0", "100"].map(|text| parse_threshold(text).unwrap().0), [100, 50, 0, 10_000]);
        assert!(["-1", "101", "NaN", "much"].iter().all(|text| parse_threshold(text).is_err()));
    }
}
