//! `portolan read`.

use std::io::{self, IsTerminal};

use portolan::analysis::{Decided, Options};
use portolan::error::Error;

use super::cli::ReadJob;
use super::columns::check_columns;
use super::destinations::{check_tables, heading, report_written, write_tables};
use super::diagnostics::{print_problem, report_unwritten};
use super::pager::Paging;
use super::reading_reporter::ReadingReporter;
use super::selection::{find_end, is_possible, report_selection, report_window, select, without_sizes};
use super::setup::{analyse, prepare, timeline};
use super::signals::Signal;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// Runs `portolan read` and returns its exit code.
///
/// # Errors
///
/// If the options or inputs are invalid.
pub fn read(job: &ReadJob) -> Result<u8, Error> {
    if job.names_none && io::stdin().is_terminal() {
        print_problem(MESSAGES.name_a_capture());
        return Ok(FAILED);
    }
    check_columns(&job.tables)?;
    let timeline = timeline(&job.tables);
    let closed_ports = job.tables.closed_ports;
    let (inputs, usual) = prepare(&job.inputs, job.keep_order, &job.common)?;
    check_tables(&job.tables, None, &inputs.names, job.common.services.as_deref())?;
    let mut window = job.window.clone();
    if !is_possible(&job.tables.selection, &usual.registry) || !find_end(&mut window, &inputs.names) {
        return Ok(FAILED);
    }
    let tables = without_sizes(job.tables.clone());
    let options = Options { sha256: job.sha256, timeline, closed_ports, window, ..usual };
    let (decided, interrupted) = analyse(&options, inputs, ReadingReporter::default());
    if decided.collected.inputs.is_empty() {
        if job.names_none && interrupted.is_none() {
            print_problem(MESSAGES.no_file_named());
        }
        return Ok(interrupted.map_or(FAILED, Signal::exit_code));
    }
    report_window(&decided);
    let decided = select(decided, &tables);
    report_selection(&decided, &tables);
    let heading = || {
        let mut heading = heading(&job.inputs, &tables, &job.common, &decided.collected.registry);
        heading.options.keep_order = Some(job.keep_order);
        let window = decided.collected.window.unwrap_or_default();
        (heading.options.from, heading.options.to) =
            (window.from.map(|time| time.to_string()), window.to.map(|time| time.to_string()));
        heading
    };
    // Whoever has interrupted the reading wants the program to end soon, and a second Ctrl-C ends it at once.
    let paging = if interrupted.is_some() { Paging::Off } else { job.paging };
    if report_unwritten(&write_tables(&tables, heading, &decided, Some(paging))) {
        return Ok(FAILED);
    }
    report_written(tables.page.as_ref(), &tables.destinations, tables.with_shown_columns(&tables.written).count());
    Ok(exit_code(&decided, interrupted))
}

/// The exit code of a reading.
fn exit_code(decided: &Decided<'_>, interrupted: Option<Signal>) -> u8 {
    let complete = if decided.collected.is_complete() { COMPLETE } else { INCOMPLETE };
    interrupted.map_or(complete, Signal::exit_code)
}
