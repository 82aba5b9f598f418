//! Turns a job into the options of an analysis, and runs the analysis of saved captures.

use std::path::Path;
use std::sync::Arc;

use portolan::analysis::{self, Decided, Options};
use portolan::capture::{Filter, InputName, Inputs};
use portolan::error::Error;
use portolan::flow::TimelineOptions;
use portolan::report::TableName;
use portolan::service::{Registry, user_table};

use super::cli::{CommonJob, TablesJob};
use super::diagnostics::is_quiet;
use super::progress::ProgressBar;
use super::reading_reporter::ReadingReporter;
use super::signals::{Reading, Signal};

/// The options of the timeline; `None` unless an output shows it, because counting by time costs something.
pub fn timeline(tables: &TablesJob) -> Option<TimelineOptions> {
    // The overview of selected flows shows when they had packets. That of all flows needs no count of each flow.
    let for_overview = tables.tables.is_empty() && tables.is_shown() && !tables.selection.is_empty();
    (tables.has(TableName::Timeline) || for_overview).then_some(TimelineOptions { interval: tables.interval })
}

/// The inputs in the order in which they are read, and the options of their analysis.
///
/// # Errors
///
/// If the names of the inputs or the options are invalid.
pub fn prepare(names: &[InputName], keep_order: bool, common: &CommonJob) -> Result<(Inputs, Options), Error> {
    let inputs = Inputs::gather(names, keep_order)?;
    let options = options(&inputs.names, common)?;
    Ok((inputs, options))
}

/// The book of ports with the user's port table, if there is one.
///
/// # Errors
///
/// If the port table cannot be read.
pub fn registry(port_table: Option<&Path>) -> Result<Arc<Registry>, Error> {
    port_table.map_or_else(|| Ok(Registry::shared()), |path| Ok(Arc::new(Registry::with_table(&user_table::read(path)?))))
}

/// The options of an analysis of these inputs.
///
/// # Errors
///
/// If the port table cannot be read, or the filter is invalid.
pub fn options(inputs: &[InputName], common: &CommonJob) -> Result<Options, Error> {
    let registry = registry(common.services.as_deref())?;
    let filter = common.filter.as_deref().map(Filter::new).transpose()?;
    let usual = Options::new(inputs.to_vec());
    let threads = common.threads.unwrap_or(usual.threads);
    let CommonJob { idle_timeout, max_flows, dedup, .. } = *common;
    Ok(Options { filter, registry, idle_timeout, max_flows, dedup, threads, ..usual })
}

/// Reads all inputs, or as much as possible before a signal interrupts the reading. Shows the progress on standard error, and
/// `reporter` reports there what could not be read and what is remarkable about the inputs.
pub fn analyse(options: &Options, inputs: Inputs, reporter: ReadingReporter) -> (Decided<'static>, Option<Signal>) {
    let mut bar = ProgressBar::new(&options.inputs, !is_quiet(), str::to_owned);
    let reading = Reading::begin();
    let options = &Options { interrupt: reading.interrupt(), ..options.clone() };
    let mut decided = analysis::analyse_with_progress(options, |name, position| bar.show(name, position));
    let interrupted = reading.end();
    bar.finish();
    reporter.folders(&inputs);
    let is_reordered = inputs.is_reordered;
    decided.collected.failures.splice(0..0, inputs.failures);
    reporter.diagnostics(options, &decided);
    reporter.order(&decided.collected, is_reordered);
    if let Some(signal) = interrupted {
        reporter.interruption(options, &decided.collected, signal);
    }
    (decided, interrupted)
}
