//! Writes documents to the terminal, to pipes, to files and to folders.

mod conflicts;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use portolan::analysis::{Decided, Selection};
use portolan::error::Error;
use portolan::format::{Format, Layout, WriteTable, folder, html, json, overview, terminal};
use portolan::report::{Report, Table, TableName};
use portolan::service::Registry;
use portolan::support::atomic_write;

pub use self::conflicts::{check_comparison, check_rows, check_tables};
use super::MESSAGES;
use super::cli::{CommonJob, Destination, RowsJob, TablesJob, Target};
use super::diagnostics::print_status;
use super::pager::{Paging, show};
use super::selection::write_selected;
use super::view::{screen, view};

/// The name of standard output in messages.
pub const STDOUT: &str = "standard output";

/// Writes the tables of a capture in every requested form. Tables for people, or the overview, are written where standard output is
/// free for them, unless `for_people` is `None`.
/// `heading` is called only where a heading is written, because making it costs more than reading a small capture.
///
/// Returns the errors of outputs that could not be written. A failed output does not stop the others.
pub fn write_tables<'a>(
    job: &TablesJob,
    heading: impl Fn() -> json::Heading<'a>,
    decided: &Decided<'_>,
    for_people: Option<Paging>,
) -> Vec<Error> {
    let table = |name: &TableName| Report::new(decided).table(*name).arranged(&job.arrangement.order);
    let tables = |_: &Destination| job.with_shown_columns(&job.written).map(table);
    let mut failures = write_documents(&job.destinations, &heading, tables);
    if let Some(target) = &job.page {
        failures.extend(write_page(target, job, &heading(), decided).err());
    }
    if let Some(paging) = for_people.filter(|_| job.is_shown()) {
        let view = job.arrangement.view(job.values.view(view(job.top)));
        let shown = show(paging, |output| {
            if job.tables.is_empty() {
                return overview::write(&Report::new(decided).overview(), view, screen(), output);
            }
            write_selected(decided, job, view, output)?;
            job.with_shown_columns(&job.tables).try_for_each(|name| terminal::write(&table(name), view, output))
        });
        failures.extend(shown.err());
    }
    failures
}

/// Writes the page.
fn write_page(target: &Target, job: &TablesJob, heading: &json::Heading<'_>, decided: &Decided<'_>) -> Result<(), Error> {
    let report = Report::new(decided);
    let page = report.page();
    let document = html::PageDocument {
        page: &page,
        table: &|name| report.table(name).arranged(&job.arrangement.order),
        sampled_flows: &|| report.sampled_flows(&page.flows).arranged(&job.arrangement.order),
        tables: &job.written,
        heading,
        view: job.values.view(view(job.top)),
    };
    write_data(target, |output| html::write(&document, output))
}

/// Reports the page, and the files and folders that so many tables were written to.
pub fn report_written(page: Option<&Target>, destinations: &[Destination], tables: usize) {
    if let Some(Target::Path(path)) = page {
        print_status(&MESSAGES.document_written(&path.display().to_string()));
    }
    for Destination { format, target } in destinations {
        let Target::Path(path) = target else { continue };
        let path = path.display().to_string();
        print_status(&match format.layout {
            Layout::EachTable(_) => MESSAGES.tables_written(tables, &path),
            Layout::OneDocument(_) => MESSAGES.document_written(&path),
        });
    }
}

/// Writes the tables that belong to each destination. Returns the errors of outputs that could not be written.
pub fn write_documents<'a, 't, T: Iterator<Item = Table<'t>>>(
    destinations: &[Destination],
    heading: impl Fn() -> json::Heading<'a>,
    tables: impl Fn(&Destination) -> T,
) -> Vec<Error> {
    let mut failures = Vec::new();
    for destination in destinations {
        let Destination { format, target } = destination;
        match format.layout {
            Layout::EachTable(write) => failures.extend(write_each(target, *format, tables(destination), write)),
            Layout::OneDocument(write) => {
                let written = write_data(target, |output| write(&heading(), &mut tables(destination), output));
                failures.extend(written.err());
            }
        }
    }
    failures
}

/// True if one of these failures means that nobody, neither a person nor a program, reads standard output any more.
#[cfg(feature = "live")]
pub fn is_unread(failures: &[Error]) -> bool {
    failures.iter().any(|failure| match failure {
        Error::ReaderGone { output } => output == STDOUT,
        other => other.is_closed_pipe(),
    })
}

/// Writes each table as a document of its own.
fn write_each<'a>(target: &Target, format: Format, mut tables: impl Iterator<Item = Table<'a>>, write: WriteTable) -> Vec<Error> {
    match target {
        Target::Stdout => {
            let written = write_data(target, |output| tables.try_for_each(|table| write(&table, output)));
            written.err().into_iter().collect()
        }
        Target::Path(folder) => folder::write(folder, format.name, tables, write),
    }
}

/// Writes a single table in every requested format. Returns the errors of outputs that could not be written.
pub fn write_rows<'t>(
    rows: &RowsJob,
    registry: &Registry,
    options: &json::Settings,
    table: impl Fn() -> Table<'t>,
) -> Vec<Error> {
    let table = || table().arranged(&rows.arrangement.order);
    let write = |destination: &Destination| match destination.format.layout {
        Layout::EachTable(write) => write_data(&destination.target, |output| write(&table(), output)),
        Layout::OneDocument(write) => {
            let heading = json::Heading { portolan: program(registry), input: Vec::new(), options: options.clone() };
            write_data(&destination.target, |output| write(&heading, &mut std::iter::once(table()), output))
        }
    };
    rows.destinations.iter().filter_map(|destination| write(destination).err()).collect()
}

/// Writes data to `target`. A file is replaced as a whole. A reader that closes its pipe early misses some of the data, which is
/// an error.
fn write_data(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    write_to(target, document).map_err(Error::of_data)
}

/// Writes a document to `target`. A file is replaced as a whole.
///
/// # Errors
///
/// If the document cannot be written there.
pub fn write_to(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let (name, written) = match target {
        Target::Stdout => (STDOUT.into(), write_to_stdout(document)),
        Target::Path(path) => (path.display().to_string(), atomic_write::write(path, document)),
    };
    written.map_err(|source| Error::writing(name, source))
}

fn write_to_stdout(document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut output = BufWriter::new(io::stdout().lock());
    document(&mut output)?;
    output.flush()
}

/// The heading of a capture's JSON document.
pub fn heading<'a>(inputs: &[impl Display], tables: &TablesJob, common: &CommonJob, registry: &Registry) -> json::Heading<'a> {
    let mut heading = common_heading(inputs, common, registry);
    heading.options.closed_ports = Some(tables.closed_ports);
    heading.options.interval = tables.interval.map(seconds);
    heading.options.selection = selection(&tables.selection);
    heading
}

/// The heading of the JSON document of any analysis.
pub fn common_heading<'a>(inputs: &[impl Display], common: &CommonJob, registry: &Registry) -> json::Heading<'a> {
    json::Heading {
        portolan: program(registry),
        input: inputs.iter().map(ToString::to_string).collect(),
        options: json::Settings {
            idle_timeout: common.idle_timeout.map(seconds),
            services: shown_path(common.services.as_ref()),
            max_flows: Some(common.max_flows),
            filter: common.filter.clone(),
            dedup: Some(common.dedup),
            ..json::Settings::default()
        },
    }
}

/// A selection as documents show it: the values of each option.
fn selection(selection: &Selection) -> Option<BTreeMap<String, Vec<String>>> {
    let terms = selection.terms.iter().map(|term| (term.key(), term.values()));
    (!selection.is_empty()).then(|| terms.collect())
}

/// The program that writes a document.
fn program<'a>(registry: &Registry) -> json::Producer<'a> {
    json::Producer { version: env!("CARGO_PKG_VERSION"), services_table: registry.describe() }
}

/// A path as documents show it.
pub fn shown_path(path: Option<&PathBuf>) -> Option<String> {
    path.map(|path| path.display().to_string())
}

fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}
