//! The output options, one for each format.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use portolan::format::{FORMATS, Format, Layout};

/// The place that a document is written to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Standard output, in place of the tables for people.
    Stdout,
    /// A file, or a folder of files.
    Path(PathBuf),
}

impl From<OsString> for Target {
    fn from(path: OsString) -> Target {
        if path == "-" { Target::Stdout } else { Target::Path(path.into()) }
    }
}

/// A format, and the place to write it to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The format.
    pub format: Format,
    /// The place: a folder, if the format has one document per table.
    pub target: Target,
}

/// True if no destination is standard output, which then shows tables for people.
pub fn leave_stdout(destinations: &[Destination]) -> bool {
    destinations.iter().all(|destination| destination.target != Target::Stdout)
}

/// The output options of a command, and the destinations that they name.
#[derive(Clone, Debug)]
pub struct OutputOptions<const ONE_TABLE: bool>(pub Vec<Destination>);

/// The options for the tables of a capture.
pub type TablesDestinations = OutputOptions<false>;

/// The options for a single table.
pub type RowsDestinations = OutputOptions<true>;

fn tables_help(Format { name, title, layout, is_binary, .. }: Format) -> String {
    match layout {
        Layout::EachTable(_) => format!(
            "Write each table, with all rows, as {title} to DIR/NAME.{name} ('-' = write the one table given by --table to standard output, tables not shown)"
        ),
        Layout::OneDocument(_) => {
            format!("Write the tables, with all rows, as {title} ('-' = {}, tables not shown)", stdout(is_binary))
        }
        Layout::HandOut(_) => format!(
            "Write the sentences of the overview, and tables as the terminal shows them, as one page of {title} for a hand-out or an issue tracker; -t, -n, --wide, --exact, --tz and --legend apply ('-' = standard output, tables not shown)"
        ),
    }
}

fn rows_help(Format { title, layout, is_binary, .. }: Format) -> String {
    match layout {
        Layout::HandOut(_) => {
            format!("Write the table, as the terminal shows it, as one page of {title} ('-' = standard output, table not shown)")
        }
        _ => format!("Write the rows as {title} ('-' = {}, table not shown)", stdout(is_binary)),
    }
}

/// Standard output, as far as a document may go there.
fn stdout(is_binary: bool) -> &'static str {
    if is_binary { "standard output, unless it is a terminal" } else { "standard output" }
}

/// The option of a format, whose argument has the name of the format.
fn option(format: Format, value_name: &'static str, help: String) -> Arg {
    Arg::new(format.name).long(format.name).value_name(value_name).value_parser(value_parser!(Target)).help(help)
}

fn destinations(matches: &ArgMatches) -> Vec<Destination> {
    let destination = |format: Format| {
        let target = matches.get_one::<Target>(format.name)?.clone();
        Some(Destination { format, target })
    };
    FORMATS.iter().copied().filter_map(destination).collect()
}

impl<const ONE_TABLE: bool> Args for OutputOptions<ONE_TABLE> {
    fn augment_args(command: Command) -> Command {
        command.args(FORMATS.iter().copied().map(|format| match format.layout {
            _ if ONE_TABLE => option(format, "FILE", rows_help(format)),
            Layout::EachTable(_) => option(format, "DIR", tables_help(format)),
            Layout::OneDocument(_) | Layout::HandOut(_) => option(format, "FILE", tables_help(format)),
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<const ONE_TABLE: bool> FromArgMatches for OutputOptions<ONE_TABLE> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(OutputOptions(destinations(matches)))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = destinations(matches);
        Ok(())
    }
}
