//! Floor 10: where documents go: the terminal or pipe, files and folders.

mod conflicts;

use std::fmt::Display;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use portolan::analysis::Decided;
use portolan::error::Error;
use portolan::output::terminal::View;
use portolan::output::{csv, folder, json, jsonl, replace, terminal};
use portolan::service::Registry;
use portolan::summary::Table;
use terminal_size::{Height, Width, terminal_size_of};

pub use self::conflicts::{check_rows, check_tables};
use crate::MESSAGES;
use crate::cli::{CommonJob, RowsJob, TablesJob, TablesTarget, Target};

/// What messages call standard output.
const STDOUT: &str = "standard output";
/// The width of a table where the terminal does not tell its own.
const USUAL_WIDTH: usize = 100;
/// A pipe has no width: nothing is left out there, unless `COLUMNS` says so.
const UNLIMITED_WIDTH: usize = 1_000;

/// Writes the tables of a capture in all the forms that were asked for. Those for people come where standard output is theirs.
/// The heading is only asked for where it is written, because it costs more than a small capture.
///
/// The result is what could not be written. An output that fails is no reason not to write the others.
pub fn write_tables<'a>(
    job: &TablesJob,
    heading: impl FnOnce() -> json::Heading<'a>,
    analysis: &Decided<'_>,
    for_people: bool,
) -> Vec<Error> {
    let tables = || job.written.iter().map(|name| analysis.table(*name));
    let mut failures = Vec::new();
    if let Some(target) = &job.csv {
        failures.extend(write_each(target, "csv", tables(), |table, output| csv::write(table, output)));
    }
    if let Some(target) = &job.json {
        failures.extend(write_data(target, |output| json::write(&heading(), tables(), output)).err());
    }
    if let Some(target) = &job.jsonl {
        failures.extend(write_each(target, "jsonl", tables(), |table, output| jsonl::write(table, output)));
    }
    if for_people && job.is_shown() {
        let view = View { wide: job.wide, ..view(job.top) };
        let shown = write_to(&Target::Stdout, |output| {
            job.tables.iter().try_for_each(|name| terminal::write(&analysis.table(*name), view, output))
        });
        failures.extend(shown.err());
    }
    failures
}

/// True if, for one of these reasons, nobody reads standard output any more, be it people or a program.
#[cfg(feature = "live")]
pub fn is_unread(failures: &[Error]) -> bool {
    failures.iter().any(|failure| match failure {
        Error::ReaderGone { output } => output == STDOUT,
        other => other.is_closed_pipe(),
    })
}

/// Writes each table as a document of its own.
fn write_each<'a>(
    target: &TablesTarget,
    extension: &str,
    mut tables: impl Iterator<Item = Table<'a>>,
    write: impl Fn(&Table<'a>, &mut dyn Write) -> io::Result<()>,
) -> Vec<Error> {
    match target {
        TablesTarget::Stdout => {
            let written = write_data(&Target::Stdout, |output| tables.try_for_each(|table| write(&table, output)));
            written.err().into_iter().collect()
        }
        TablesTarget::Folder(folder) => folder::write(folder, extension, tables, write),
    }
}

/// Writes a single table in all the forms that scripts want. The result is what could not be written.
pub fn write_rows<'t>(rows: &RowsJob, registry: &Registry, options: json::Settings, table: impl Fn() -> Table<'t>) -> Vec<Error> {
    let csv = rows.csv.as_ref().map(|target| write_data(target, |output| csv::write(&table(), output)));
    let json = rows.json.as_ref().map(|target| {
        let heading = json::Heading { portolan: program(registry), input: Vec::new(), options };
        write_data(target, |output| json::write(&heading, std::iter::once(table()), output))
    });
    let jsonl = rows.jsonl.as_ref().map(|target| write_data(target, |output| jsonl::write(&table(), output)));
    [csv, json, jsonl].into_iter().flatten().filter_map(Result::err).collect()
}

/// Writes data where they are wanted. A file is replaced as a whole. A reader that goes away lacks some of them, which is a
/// failure.
fn write_data(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    write_to(target, document).map_err(Error::of_data)
}

/// Writes a document where it is wanted. A file is replaced as a whole.
pub fn write_to(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let (name, written) = match target {
        Target::Stdout => (STDOUT.into(), write_to_stdout(document)),
        Target::File(path) => (path.display().to_string(), replace::write(path, document)),
    };
    written.map_err(|source| Error::writing(name, source))
}

fn write_to_stdout(document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    document(&mut output)?;
    output.flush()
}

/// What stands at the head of the JSON document of a capture.
pub fn heading<'a>(inputs: &[impl Display], tables: &TablesJob, common: &CommonJob, registry: &Registry) -> json::Heading<'a> {
    json::Heading {
        portolan: program(registry),
        input: inputs.iter().map(ToString::to_string).collect(),
        options: json::Settings {
            idle_timeout: common.idle_timeout.map(seconds),
            services: shown_path(common.services.as_ref()),
            closed_ports: Some(tables.closed_ports),
            interval: tables.interval.map(seconds),
            max_flows: Some(common.max_flows),
            filter: common.filter.clone(),
            keep_order: None,
            dedup: Some(common.dedup),
        },
    }
}

/// What made a document.
fn program<'a>(registry: &Registry) -> json::Program<'a> {
    json::Program { version: env!("CARGO_PKG_VERSION"), services_table: registry.describe() }
}

/// A path as it stands in a document.
pub fn shown_path(path: Option<&PathBuf>) -> Option<String> {
    path.map(|path| path.display().to_string())
}

fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// How tables are shown on standard output.
pub fn view(top: Option<usize>) -> View {
    view_on(io::stdout().is_terminal(), terminal_size_of(io::stdout()), top)
}

/// How something is shown on standard error.
pub fn view_on_stderr(top: Option<usize>) -> View {
    view_on(io::stderr().is_terminal(), terminal_size_of(io::stderr()), top)
}

/// As wide as the terminal, emphasised unless the user wants none (<https://no-color.org>).
fn view_on(is_terminal: bool, size: Option<(Width, Height)>, top: Option<usize>) -> View {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let width = match size {
        Some((Width(width), _)) if width > 0 => usize::from(width),
        _ => told.unwrap_or(if is_terminal { USUAL_WIDTH } else { UNLIMITED_WIDTH }),
    };
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    View {
        width,
        wide: false,
        tells_left_out: true,
        top,
        styled: is_terminal && wanted && !is_dumb_terminal(),
        messages: MESSAGES,
    }
}

/// True if the terminal says that it can do no more than print.
pub fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
