//! Writes documents to the terminal, to pipes, to files and to folders.

mod conflicts;
mod hand_out;

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use portolan::analysis::{Decided, Selection};
use portolan::error::Error;
use portolan::format::markdown::HandOut;
use portolan::format::terminal::View;
use portolan::format::xlsx::{MAX_ROWS, MAX_TEXT};
use portolan::format::{Format, Layout, Omission, WriteTable, folder, html, json, overview, terminal};
use portolan::report::{Report, Table, TableId, TableName};
use portolan::service::Registry;
use portolan::support::atomic_write;

pub use self::conflicts::{check_comparison, check_rows, check_tables};
pub use self::hand_out::{of_comparison, view_of};
use super::MESSAGES;
use super::cli::{CommonJob, Destination, RowsJob, TablesJob, Target, ValueJob};
use super::diagnostics::{print_remark, print_status};
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
    let documents = write_data_of(job, heading, decided);
    documents.omissions.iter().for_each(report_omission);
    let mut failures = documents.failures;
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

/// Writes the tables of a capture to all destinations, and the page, without a message on standard error.
pub fn write_data_of<'a>(job: &TablesJob, heading: impl Fn() -> json::Heading<'a>, decided: &Decided<'_>) -> Documents {
    let table = |name: &TableName| Report::new(decided).table(*name).arranged(&job.arrangement.order);
    let tables = |destination: &Destination| {
        let is_hand_out = matches!(destination.format.layout, Layout::HandOut(_));
        let names = if is_hand_out { job.handed_out() } else { &job.written };
        // Nobody asked for a table of no scans.
        let is_idle = move |table: &Table<'_>| {
            is_hand_out && !job.are_named && table.id == TableId::Analysis(TableName::Scans) && table.is_empty()
        };
        job.with_shown_columns(names).map(table).filter(move |table| !is_idle(table))
    };
    let hand_out = || (hand_out::of_capture(decided, job), hand_out::view_of(job.top, &job.arrangement, job.values));
    let mut documents = write_documents(&job.destinations, &heading, tables, hand_out);
    if let Some(target) = &job.page {
        documents.failures.extend(write_page(target, job, &heading(), decided).err());
    }
    documents
}

/// The results of writing documents.
#[derive(Debug, Default)]
pub struct Documents {
    /// The errors of outputs that could not be written.
    pub failures: Vec<Error>,
    /// The parts of tables that formats have no room for.
    pub omissions: Vec<Omission>,
}

/// Reports the parts of a table that the format has no room for.
pub fn report_omission(omission: &Omission) {
    let Omission { table, rows, texts } = *omission;
    if rows > 0 {
        print_remark(&MESSAGES.rows_left_out(table.key(), rows, MAX_ROWS));
    }
    if texts > 0 {
        print_remark(&MESSAGES.texts_cut_short(table.key(), texts, MAX_TEXT));
    }
}

/// Writes the page.
fn write_page(target: &Target, job: &TablesJob, heading: &json::Heading<'_>, decided: &Decided<'_>) -> Result<(), Error> {
    let report = Report::new(decided);
    let page = report.page();
    let tables: Vec<TableName> = job.with_shown_columns(&job.written).copied().collect();
    let document = html::PageDocument {
        page: &page,
        table: &|name| report.table(name).arranged(&job.arrangement.order),
        sampled_flows: &|| report.sampled_flows(&page.flows).arranged(&job.arrangement.order),
        tables: &tables,
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
            Layout::OneDocument(_) | Layout::HandOut(_) => MESSAGES.document_written(&path),
        });
    }
}

/// Writes the tables that belong to each destination.
pub fn write_documents<'a, 't, T: Iterator<Item = Table<'t>>>(
    destinations: &[Destination],
    heading: impl Fn() -> json::Heading<'a>,
    tables: impl Fn(&Destination) -> T,
    hand_out: impl Fn() -> (HandOut, View),
) -> Documents {
    let mut documents = Documents::default();
    for destination in destinations {
        let Destination { format, target } = destination;
        let mut tables = tables(destination);
        let written = match format.layout {
            Layout::EachTable(write) => {
                documents.failures.extend(write_each(target, *format, tables, write));
                continue;
            }
            Layout::OneDocument(write) => write_data(target, |output| write(&heading(), &mut tables, output)),
            Layout::HandOut(write) => {
                let (text, view) = hand_out();
                write_data(target, |output| write(&text, &mut tables, view, output)).map(|()| Vec::new())
            }
        };
        match written {
            Ok(omissions) => documents.omissions.extend(omissions),
            Err(failure) => documents.failures.push(failure),
        }
    }
    documents
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
            let written = write_data(&destination.target, |output| write(&heading, &mut std::iter::once(table()), output));
            written.map(|omissions| omissions.iter().for_each(report_omission))
        }
        Layout::HandOut(write) => {
            let view = hand_out::view_of(Some(0), &rows.arrangement, ValueJob::default());
            let (text, mut tables) = (HandOut::default(), std::iter::once(table()));
            write_data(&destination.target, |output| write(&text, &mut tables, view, output))
        }
    };
    rows.destinations.iter().filter_map(|destination| write(destination).err()).collect()
}

/// Writes data to `target`. A file is replaced as a whole. A reader that closes its pipe early misses some of the data, which is
/// an error.
pub fn write_data<T>(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Error> {
    write_to(target, document).map_err(Error::of_data)
}

/// Writes a document to `target`. A file is replaced as a whole.
///
/// # Errors
///
/// If the document cannot be written there.
pub fn write_to<T>(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> Result<T, Error> {
    let (name, written) = match target {
        Target::Stdout => (STDOUT.into(), write_to_stdout(document)),
        Target::Path(path) => (path.display().to_string(), write_to_file(path, document)),
    };
    written.map_err(|source| Error::writing(name, source))
}

fn write_to_stdout<T>(document: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let mut output = BufWriter::new(io::stdout().lock());
    let result = document(&mut output)?;
    output.flush()?;
    Ok(result)
}

fn write_to_file<T>(path: &Path, document: impl FnOnce(&mut dyn Write) -> io::Result<T>) -> io::Result<T> {
    let mut result = None;
    atomic_write::write(path, |output| {
        result = Some(document(output)?);
        Ok(())
    })?;
    result.ok_or_else(|| io::ErrorKind::Other.into())
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
