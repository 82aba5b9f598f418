//! Floor 10: the story of the program. Understand the arguments, read, write, say what went wrong, and tell the shell.

mod cli;
#[cfg(feature = "live")]
mod live;
mod outputs;
mod progress;
#[cfg(feature = "live")]
mod report;
mod say;
#[cfg(feature = "live")]
mod screen;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
#[cfg(feature = "live")]
use cli::RowsJob;
use cli::{Cli, Command, CommonJob, ExplainJob, ReadJob, ServicesJob, TablesJob, Target};
use outputs::{heading, shown_path, view, write_rows, write_tables, write_to};
use portolan::analysis::{self, Analysis, Options};
use portolan::capture::{Filter, InputName, Inputs};
#[cfg(feature = "live")]
use portolan::doctor;
use portolan::error::Error;
use portolan::flow::TimelineOptions;
#[cfg(feature = "live")]
use portolan::machine::Machine;
#[cfg(feature = "live")]
use portolan::output::checklist;
use portolan::output::{json, port, prose, terminal};
use portolan::service::book::Book;
use portolan::service::{Registry, user_table};
use portolan::summary::{self, TableName};
use portolan::{explain, text, witness};
use progress::ProgressBar;
use say::{complain, point, tell_folders, tell_order, warn};

/// Everything was read and written.
const COMPLETE: u8 = 0;
/// Something was read, but not all.
const INCOMPLETE: u8 = 1;
/// Nothing was read, or the job could not be done.
const FAILED: u8 = 2;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Read(arguments) => read(&arguments.into_job()),
        Command::Explain(arguments) => explain(&arguments.into_job()),
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
            complain(&error);
            point(&error);
            ExitCode::from(FAILED)
        }
    }
}

/// `portolan read`
fn read(job: &ReadJob) -> Result<u8, Error> {
    let timeline = timeline(&job.tables);
    let closed_ports = job.tables.closed_ports;
    let (inputs, usual) = prepare(&job.inputs, job.keep_order, &job.common)?;
    let options = Options { sha256: job.sha256, timeline, closed_ports, ..usual };
    let analysis = analyse(&options, inputs);
    if analysis.inputs.is_empty() {
        return Ok(FAILED);
    }
    let heading = || {
        let mut heading = heading(&job.inputs, &job.tables, &job.common, &analysis.registry);
        heading.options.keep_order = Some(job.keep_order);
        heading
    };
    write_tables(&job.tables, heading, &analysis, true)?;
    Ok(if analysis.is_complete() { COMPLETE } else { INCOMPLETE })
}

/// Counting by time costs something, and is done only for those who see it.
fn timeline(tables: &TablesJob) -> Option<TimelineOptions> {
    let is_shown = tables.tables.contains(&TableName::Timeline) || tables.csv.is_some() || tables.json.is_some();
    is_shown.then_some(TimelineOptions { interval: tables.interval })
}

/// `portolan explain`
fn explain(job: &ExplainJob) -> Result<u8, Error> {
    if job.inputs.contains(&InputName::Stdin) {
        complain(&text::READ_TWICE);
        return Ok(FAILED);
    }
    let (inputs, options) = prepare(&job.inputs, job.keep_order, &job.common)?;
    let analysis = analyse(&options, inputs);
    if analysis.inputs.is_empty() {
        return Ok(FAILED);
    }
    let number = match job.flow.find(&analysis) {
        Ok(number) => number,
        Err(why) => {
            complain(&why);
            return Ok(FAILED);
        }
    };
    let lines = explain::explain(&analysis, number, &witness::witness(&options, &analysis.flows, number));
    write_to(&Target::Stdout, |output| prose::write(&lines, view(Some(0)), output))?;
    Ok(if analysis.is_complete() { COMPLETE } else { INCOMPLETE })
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

/// Reads all inputs, and says on standard error how far it is, what could not be read, and what is remarkable about the inputs.
fn analyse(options: &Options, inputs: Inputs) -> Analysis {
    let mut bar = ProgressBar::new();
    let mut analysis = analysis::analyse(options, |name, position| bar.show(name, position));
    bar.finish();
    tell_folders(&inputs);
    let is_reordered = inputs.is_reordered;
    analysis.failures.splice(0..0, inputs.failures);
    warn(options, &analysis);
    tell_order(&analysis, is_reordered);
    analysis
}

/// `portolan services`
fn services(job: &ServicesJob) -> Result<u8, Error> {
    let rules = job.services.as_deref().map(user_table::read).transpose()?.unwrap_or_default();
    let registry = Registry::with_rules(&rules);
    let book = Book::open(&registry);
    let (pages, missing) = match (job.questions.as_slice(), &job.services) {
        ([], None) => (book.pages(), Vec::new()),
        ([], Some(_)) => (book.users_pages(), Vec::new()),
        (questions, _) => book.answers(questions),
    };
    for word in &missing {
        complain(&text::no_such_name(word, &book.near_names(word)));
    }
    let code = if missing.is_empty() { COMPLETE } else { INCOMPLETE };
    if pages.is_empty() && code == INCOMPLETE {
        return Ok(code);
    }
    let settings = json::Settings { services: shown_path(job.services.as_ref()), ..json::Settings::default() };
    if !write_rows(&job.rows, &registry, settings, || summary::book(&pages))? {
        return Ok(code);
    }
    let single_port = match job.questions.as_slice() {
        [question] => question.single_port(),
        _ => None,
    };
    write_to(&Target::Stdout, |output| match single_port {
        Some(number) => port::write(number, &pages, view(Some(0)), output),
        None => terminal::write(&summary::book(&pages), view(Some(0)), output),
    })?;
    Ok(code)
}

/// `portolan interfaces`
#[cfg(feature = "live")]
fn interfaces(job: &RowsJob) -> Result<u8, Error> {
    let machine = Machine::look();
    let table = || summary::interfaces(&machine);
    if write_rows(job, &Registry::shared(), json::Settings::default(), table)? {
        write_to(&Target::Stdout, |output| terminal::write(&table(), view(Some(0)), output))?;
    }
    Ok(COMPLETE)
}

/// `portolan doctor`
#[cfg(feature = "live")]
fn doctor() -> Result<u8, Error> {
    let diagnosis = doctor::diagnose(&Machine::look());
    write_to(&Target::Stdout, |output| checklist::write(&diagnosis, view(Some(0)), output))?;
    Ok(if diagnosis.can_capture() { COMPLETE } else { INCOMPLETE })
}
