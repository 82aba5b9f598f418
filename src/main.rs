//! Floor 10: the story of the program. Understand the arguments, read, write, say what went wrong, and tell the shell.

mod cli;
mod progress;

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use cli::{Cli, Command, CommonJob, ExplainJob, ReadJob, RowsJob, ServicesJob, Target};
use portolan::analysis::{self, Analysis, Options};
use portolan::capture::{Filter, Filtered, InputName};
#[cfg(feature = "live")]
use portolan::doctor;
use portolan::error::Error;
use portolan::flow::TimelineOptions;
#[cfg(feature = "live")]
use portolan::machine::Machine;
#[cfg(feature = "live")]
use portolan::output::checklist;
use portolan::output::terminal::View;
use portolan::output::{csv, json, port, prose, terminal};
use portolan::service::book::Book;
use portolan::service::{Registry, protocols, user_table};
use portolan::summary::{self, Table, TableName};
use portolan::{explain, text, witness};
use progress::ProgressBar;

/// Everything was read and written.
const COMPLETE: u8 = 0;
/// Something was read, but not all.
const INCOMPLETE: u8 = 1;
/// Nothing was read, or the job could not be done.
const FAILED: u8 = 2;

/// The width of a table where the terminal does not tell its own.
const USUAL_WIDTH: usize = 100;
/// A pipe has no width: nothing is left out there, unless `COLUMNS` says so.
const UNLIMITED_WIDTH: usize = 1_000;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Read(arguments) => read(&arguments.into_job()),
        Command::Explain(arguments) => explain(&arguments.into_job()),
        Command::Services(arguments) => services(&arguments.into_job()),
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
    // Counting by time costs something, and is done only for those who see it.
    let is_shown = job.tables.contains(&TableName::Timeline) || job.csv.is_some() || job.json.is_some();
    let timeline = is_shown.then_some(TimelineOptions { interval: job.interval });
    let options = Options { sha256: job.sha256, timeline, ..options(&job.inputs, &job.common)? };
    let analysis = analyse(&options);
    if analysis.inputs.is_empty() {
        return Ok(FAILED);
    }
    write(job, &analysis)?;
    Ok(if analysis.is_complete() { COMPLETE } else { INCOMPLETE })
}

/// `portolan explain`
fn explain(job: &ExplainJob) -> Result<u8, Error> {
    if job.inputs.contains(&InputName::Stdin) {
        complain(&text::READ_TWICE);
        return Ok(FAILED);
    }
    let options = options(&job.inputs, &job.common)?;
    let analysis = analyse(&options);
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
    write_to(&Target::Stdout, |output| prose::write(&lines, view(0), output))?;
    Ok(if analysis.is_complete() { COMPLETE } else { INCOMPLETE })
}

fn options(inputs: &[InputName], common: &CommonJob) -> Result<Options, Error> {
    let registry = match &common.services {
        Some(path) => Arc::new(Registry::with_rules(&user_table::read(path)?)),
        None => Registry::shared(),
    };
    let filter = common.filter.as_deref().map(Filter::new).transpose()?;
    let usual = Options::new(inputs.to_vec());
    let threads = common.threads.unwrap_or(usual.threads);
    Ok(Options { filter, registry, idle_timeout: common.idle_timeout, max_flows: common.max_flows, threads, ..usual })
}

/// Reads all inputs, and says on standard error how far it is and what could not be read.
fn analyse(options: &Options) -> Analysis {
    let mut bar = ProgressBar::new();
    let analysis = analysis::analyse(options, |name, position| bar.show(name, position));
    bar.finish();
    warn(options, &analysis);
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
        Some(number) => port::write(number, &pages, view(0), output),
        None => terminal::write(&summary::book(&pages), view(0), output),
    })?;
    Ok(code)
}

/// `portolan interfaces`
#[cfg(feature = "live")]
fn interfaces(job: &RowsJob) -> Result<u8, Error> {
    let machine = Machine::look();
    let table = || summary::interfaces(&machine);
    if write_rows(job, &Registry::shared(), json::Settings::default(), table)? {
        write_to(&Target::Stdout, |output| terminal::write(&table(), view(0), output))?;
    }
    Ok(COMPLETE)
}

/// `portolan doctor`
#[cfg(feature = "live")]
fn doctor() -> Result<u8, Error> {
    let diagnosis = doctor::diagnose(&Machine::look());
    write_to(&Target::Stdout, |output| checklist::write(&diagnosis, view(0), output))?;
    Ok(if diagnosis.can_capture() { COMPLETE } else { INCOMPLETE })
}

/// Writes a single table where scripts want it; true if people are to see it, too.
fn write_rows<'t>(
    rows: &RowsJob,
    registry: &Registry,
    options: json::Settings,
    table: impl Fn() -> Table<'t>,
) -> Result<bool, Error> {
    if let Some(target) = &rows.csv {
        write_to(target, |output| csv::write(&table(), output))?;
    }
    if let Some(target) = &rows.json {
        let heading = json::Heading { portolan: program(registry), input: Vec::new(), options };
        write_to(target, |output| json::write(&heading, std::iter::once(table()), output))?;
    }
    Ok(![&rows.csv, &rows.json].contains(&&Some(Target::Stdout)))
}

/// Says on standard error what could not be read.
fn warn(options: &Options, analysis: &Analysis) {
    for failure in &analysis.failures {
        complain(failure);
    }
    for input in &analysis.inputs {
        for damage in &input.damages {
            complain(&format_args!("{}: {damage}", input.name));
        }
        let untold = input.damage_count - input.damages.len() as u64;
        if untold > 0 {
            complain(&format_args!("{}: {untold} more such places", input.name));
        }
    }
    if let Some(filtered) = &analysis.filtered {
        tell_filtered(filtered);
    }
    if analysis.flows.len() > options.max_flows {
        let overflow = analysis.flows.iter().filter(|flow| flow.is_overflow()).map(|flow| flow.packets[0]).sum();
        complain(&text::flows_overflowed(options.max_flows, overflow));
    }
    let dropped = analysis.announcements.dropped();
    if dropped > 0 {
        complain(&text::announcements_dropped(dropped));
    }
    for (link_type, traffic) in &analysis.unsupported {
        let (name, packets) = (protocols::link_type(*link_type), text::grouped(traffic.packets));
        complain(&format_args!(
            "link type {} ({name}) cannot be decoded: {packets} packets are counted as unsupported-link",
            link_type.0
        ));
    }
}

/// Says on standard error what the filter did.
fn tell_filtered(filtered: &Filtered) {
    complain(&text::filter_matched(filtered.matched, filtered.packets));
    if filtered.tagged > 0 {
        complain(&text::filter_missed_tagged(filtered.tagged, &filtered.with_vlan()));
    }
    for (link_type, why, packets) in &filtered.unasked {
        complain(&text::filter_unasked(link_type.0, &protocols::link_type(*link_type), why, *packets));
    }
}

/// Shows on standard error where in the user's own words the trouble is.
fn point(error: &Error) {
    for line in error.picture().iter().flatten() {
        let _ = writeln!(io::stderr(), "  {line}");
    }
}

fn complain(what: &impl std::fmt::Display) {
    // Names of files and interfaces are part of what is said. If standard error is closed, nobody listens.
    let _ = writeln!(io::stderr(), "portolan: {}", text::clean(&what.to_string()));
}

/// Writes the tables in all the forms that were asked for.
fn write(job: &ReadJob, analysis: &Analysis) -> Result<(), Error> {
    let all_tables = || TableName::ALL.into_iter().map(|name| analysis.table(name));
    if let Some(folder) = &job.csv {
        csv::write_folder(folder, all_tables())?;
    }
    if let Some(target) = &job.json {
        write_to(target, |output| json::write(&heading(job, analysis), all_tables(), output))?;
    }
    if job.json == Some(Target::Stdout) {
        return Ok(());
    }
    let view = view(job.top);
    write_to(&Target::Stdout, |output| {
        job.tables.iter().try_for_each(|name| terminal::write(&analysis.table(*name), view, output))
    })
}

/// Writes a document where it is wanted.
fn write_to(target: &Target, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let (name, output): (String, io::Result<Box<dyn Write>>) = match target {
        Target::Stdout => ("standard output".into(), Ok(Box::new(io::stdout().lock()))),
        Target::File(path) => (path.display().to_string(), File::create(path).map(|file| Box::new(file) as Box<dyn Write>)),
    };
    let written = output.and_then(|output| {
        let mut output = BufWriter::new(output);
        document(&mut output)?;
        output.flush()
    });
    written.map_err(|source| Error::Write { output: name, source })
}

/// What made a document.
fn program<'a>(registry: &Registry) -> json::Program<'a> {
    json::Program { version: env!("CARGO_PKG_VERSION"), services_table: registry.describe() }
}

fn shown_path(path: Option<&PathBuf>) -> Option<String> {
    path.map(|path| path.display().to_string())
}

fn heading<'a>(job: &ReadJob, analysis: &Analysis) -> json::Heading<'a> {
    json::Heading {
        portolan: program(&analysis.registry),
        input: job.inputs.iter().map(InputName::to_string).collect(),
        options: json::Settings {
            idle_timeout: job.common.idle_timeout.map(seconds),
            services: shown_path(job.common.services.as_ref()),
            interval: job.interval.map(seconds),
            max_flows: Some(job.common.max_flows),
            filter: job.common.filter.clone(),
        },
    }
}

fn seconds(nanoseconds: i64) -> f64 {
    nanoseconds as f64 / 1e9
}

/// How the tables are shown here: as wide as the terminal, emphasised unless the user wants none (<https://no-color.org>).
fn view(top: usize) -> View {
    let is_terminal = io::stdout().is_terminal();
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let width = match terminal_size::terminal_size_of(io::stdout()) {
        Some((terminal_size::Width(width), _)) if width > 0 => usize::from(width),
        _ => told.unwrap_or(if is_terminal { USUAL_WIDTH } else { UNLIMITED_WIDTH }),
    };
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let able = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
    View { width, top, styled: is_terminal && wanted && able }
}
