//! Floor 10: the story of the program. Understand the arguments, read, write, say what went wrong, and tell the shell.

#![deny(unsafe_code)]

mod cli;
mod explain_command;
#[cfg(feature = "live")]
mod live;
mod outputs;
mod progress;
#[cfg(feature = "live")]
mod report;
mod say;
#[cfg(feature = "live")]
mod screen;
mod signals;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
#[cfg(feature = "live")]
use cli::RowsJob;
use cli::{Cli, Command, CommonJob, ReadJob, ServicesJob, TablesJob, Target};
use explain_command::explain;
use outputs::{check_rows, check_tables, heading, shown_path, view, write_rows, write_tables, write_to};
use portolan::analysis::{self, Decided, Options};
use portolan::capture::{Filter, InputName, Inputs};
#[cfg(feature = "live")]
use portolan::doctor;
use portolan::error::Error;
use portolan::flow::TimelineOptions;
#[cfg(feature = "live")]
use portolan::machine::Machine;
use portolan::messages::{Language, Messages};
#[cfg(feature = "live")]
use portolan::output::checklist;
use portolan::output::terminal::View;
use portolan::output::{json, port, terminal};
use portolan::service::book::Book;
use portolan::service::{Registry, user_table};
use portolan::summary::{self, TableName};
use progress::ProgressBar;
use say::{
    print_diagnostics, print_error_with_caret, print_problem, report_folders, report_interruption, report_order, report_unwritten,
};
use signals::{Reading, Signal};

/// The language in which the program speaks to people.
const MESSAGES: &dyn Messages = Language::English.messages();

/// Everything was read and written.
const COMPLETE: u8 = 0;
/// Something was read, but not all.
const INCOMPLETE: u8 = 1;
/// Nothing was read, an output could not be written, or the job could not be done.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let arguments = match cli::with_command(std::env::args_os()) {
        Ok(arguments) => arguments,
        Err(why) => {
            print_problem(&why);
            return ExitCode::from(FAILED);
        }
    };
    let outcome = match Cli::parse_from(arguments).command {
        Command::Read(arguments) => read(&arguments.into_job()),
        Command::Explain(arguments) => explain(arguments),
        Command::Services(arguments) => services(&arguments.into_job()),
        #[cfg(feature = "live")]
        Command::Live(arguments) => live::live(&arguments.into_job()),
        #[cfg(feature = "live")]
        Command::Interfaces(arguments) => interfaces(&arguments.into_job()),
        #[cfg(feature = "live")]
        Command::Doctor => doctor(),
    };
    match outcome {
        Ok(code) => ExitCode::from(code),
        Err(error) if error.is_closed_pipe() => ExitCode::from(COMPLETE),
        Err(error) => {
            print_error_with_caret(&error);
            ExitCode::from(FAILED)
        }
    }
}

/// `portolan read`
fn read(job: &ReadJob) -> Result<u8, Error> {
    if job.names_none && io::stdin().is_terminal() {
        print_problem(MESSAGES.name_a_capture());
        return Ok(FAILED);
    }
    let timeline = timeline(&job.tables);
    let closed_ports = job.tables.closed_ports;
    let (inputs, usual) = prepare(&job.inputs, job.keep_order, &job.common)?;
    check_tables(&job.tables, None, &inputs.names, job.common.services.as_deref())?;
    let options = Options { sha256: job.sha256, timeline, closed_ports, ..usual };
    let (analysis, interrupted) = analyse(&options, inputs);
    if analysis.inputs.is_empty() {
        if job.names_none && interrupted.is_none() {
            print_problem(MESSAGES.no_file_named());
        }
        return Ok(interrupted.map_or(FAILED, Signal::exit_code));
    }
    let heading = || {
        let mut heading = heading(&job.inputs, &job.tables, &job.common, &analysis.registry);
        heading.options.keep_order = Some(job.keep_order);
        heading
    };
    if report_unwritten(&write_tables(&job.tables, heading, &analysis, true)) {
        return Ok(FAILED);
    }
    Ok(exit_code(&analysis, interrupted))
}

/// What the shell is told of a reading.
fn exit_code(analysis: &Decided<'_>, interrupted: Option<Signal>) -> u8 {
    let complete = if analysis.is_complete() { COMPLETE } else { INCOMPLETE };
    interrupted.map_or(complete, Signal::exit_code)
}

/// Counting by time costs something, and is done only for those who see it.
fn timeline(tables: &TablesJob) -> Option<TimelineOptions> {
    tables.has(TableName::Timeline).then_some(TimelineOptions { interval: tables.interval })
}

/// The inputs in the order in which they are read, whoever reads them, and how that is done.
fn prepare(names: &[InputName], keep_order: bool, common: &CommonJob) -> Result<(Inputs, Options), Error> {
    let inputs = Inputs::gather(names, keep_order)?;
    let options = options(&inputs.names, common)?;
    Ok((inputs, options))
}

fn options(inputs: &[InputName], common: &CommonJob) -> Result<Options, Error> {
    let registry = match &common.services {
        Some(path) => Arc::new(Registry::with_rules(&user_table::read(path)?)),
        None => Registry::shared(),
    };
    let filter = common.filter.as_deref().map(Filter::new).transpose()?;
    let usual = Options::new(inputs.to_vec());
    let threads = common.threads.unwrap_or(usual.threads);
    let CommonJob { idle_timeout, max_flows, dedup, .. } = *common;
    Ok(Options { filter, registry, idle_timeout, max_flows, dedup, threads, ..usual })
}

/// Reads all inputs, or as much as it can before a signal interrupts it, and says on standard error how far it is, what could not be
/// read, and what is remarkable about the inputs.
fn analyse(options: &Options, inputs: Inputs) -> (Decided<'static>, Option<Signal>) {
    let mut bar = ProgressBar::new();
    let reading = Reading::begin();
    let options = &Options { interrupt: reading.interrupt(), ..options.clone() };
    let mut analysis = analysis::analyse(options, |name, position| bar.show(name, position));
    let interrupted = reading.end();
    bar.finish();
    report_folders(&inputs);
    let is_reordered = inputs.is_reordered;
    analysis.collected.failures.splice(0..0, inputs.failures);
    print_diagnostics(options, &analysis);
    report_order(&analysis, is_reordered);
    if let Some(signal) = interrupted {
        report_interruption(options, &analysis, signal);
    }
    (analysis, interrupted)
}

/// `portolan services`
fn services(job: &ServicesJob) -> Result<u8, Error> {
    check_rows(&job.rows, job.services.as_deref())?;
    let rules = job.services.as_deref().map(user_table::read).transpose()?.unwrap_or_default();
    let registry = Registry::with_rules(&rules);
    let book = Book::open(&registry);
    let (pages, missing) = match (job.questions.as_slice(), &job.services) {
        ([], None) => (book.pages(), Vec::new()),
        ([], Some(_)) => (book.users_pages(), Vec::new()),
        (questions, _) => book.answers(questions),
    };
    for word in &missing {
        print_problem(&MESSAGES.no_such_name(word, &book.near_names(word)));
    }
    let code = if missing.is_empty() { COMPLETE } else { INCOMPLETE };
    if pages.is_empty() && code == INCOMPLETE {
        return Ok(code);
    }
    let settings = json::Settings { services: shown_path(job.services.as_ref()), ..json::Settings::default() };
    let mut failures = write_rows(&job.rows, &registry, settings, || summary::book(&pages));
    let single_port = match job.questions.as_slice() {
        [question] => question.single_port(),
        _ => None,
    };
    if job.rows.is_shown() {
        let shown = write_to(&Target::Stdout, |output| match single_port {
            Some(number) => port::write(number, &pages, view(Some(0)), output),
            None => terminal::write(&summary::book(&pages), View { wide: job.rows.wide, ..view(Some(0)) }, output),
        });
        failures.extend(shown.err());
    }
    Ok(if report_unwritten(&failures) { FAILED } else { code })
}

/// `portolan interfaces`
#[cfg(feature = "live")]
fn interfaces(job: &RowsJob) -> Result<u8, Error> {
    check_rows(job, None)?;
    let machine = Machine::look();
    let table = || summary::interfaces(&machine);
    let mut failures = write_rows(job, &Registry::shared(), json::Settings::default(), table);
    if job.is_shown() {
        let view = View { wide: job.wide, ..view(Some(0)) };
        failures.extend(write_to(&Target::Stdout, |output| terminal::write(&table(), view, output)).err());
    }
    Ok(if report_unwritten(&failures) { FAILED } else { COMPLETE })
}

/// `portolan doctor`
#[cfg(feature = "live")]
fn doctor() -> Result<u8, Error> {
    let diagnosis = doctor::diagnose(&Machine::look());
    write_to(&Target::Stdout, |output| checklist::write(&diagnosis, view(Some(0)), output))?;
    Ok(if diagnosis.can_capture() { COMPLETE } else { INCOMPLETE })
}
