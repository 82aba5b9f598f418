//! `portolan compare`.

use std::collections::HashSet;

use portolan::analysis::Options;
use portolan::capture::{InputName, Inputs};
use portolan::compare::{Collector, Comparison, MAX_SIDES};
use portolan::error::Error;
use portolan::format::terminal::View;
use portolan::format::{Layout, comparison};
use portolan::report::Table;

use super::cli::{CompareArguments, CompareJob, Destination, SidesProblem, Target, leave_stdout};
use super::destinations::{check_comparison, common_heading, of_comparison, report_omission, view_of, write_documents};
use super::diagnostics::{print_problem, report_unwritten};
use super::pager::show;
use super::setup::{analyse, options};
use super::view::view;
use super::{FAILED, MESSAGES};

/// Exit code: all captures have the same keys.
const SAME: u8 = 0;
/// Exit code: something is new or gone.
const DIFFERENT: u8 = 1;

/// Runs `portolan compare` and returns its exit code.
///
/// # Errors
///
/// If the options or inputs are invalid.
pub fn compare(arguments: CompareArguments) -> Result<u8, Error> {
    let job = match arguments.into_job() {
        Ok(job) => job,
        Err(problem) => {
            report_sides(&problem);
            return Ok(FAILED);
        }
    };
    if let Some(capture) = on_two_sides(&job.sides) {
        print_problem(&MESSAGES.one_capture_on_two_sides(&capture));
        return Ok(FAILED);
    }
    let gathered = job.sides.iter().map(|names| Inputs::gather(names, job.keep_order)).collect::<Result<Vec<_>, _>>()?;
    let all: Vec<InputName> = gathered.iter().flat_map(|inputs| inputs.names.clone()).collect();
    let common = options(&all, &job.common)?;
    check_comparison(&job, &all)?;
    let mut collector = Collector::new(&job.tables);
    let mut is_complete = true;
    for (names, inputs) in job.sides.iter().zip(gathered) {
        let options = Options { inputs: inputs.names.clone(), ..common.clone() };
        let (decided, interrupted) = analyse(&options, inputs);
        // Whatever was not read would be missed as gone.
        if let Some(signal) = interrupted {
            return Ok(signal.exit_code());
        }
        if decided.collected.inputs.is_empty() {
            print_problem(&MESSAGES.nothing_to_compare(&inputs_as_given(names)));
            return Ok(FAILED);
        }
        is_complete &= decided.collected.is_complete();
        collector.add(inputs_as_given(names), &decided);
    }
    let comparison = collector.compare(job.threshold);
    let has_failed = report_unwritten(&write(&job, &comparison, &common));
    Ok(match (has_failed || !is_complete, comparison.is_different()) {
        (true, _) => FAILED,
        (false, true) => DIFFERENT,
        (false, false) => SAME,
    })
}

/// Writes the comparison in every requested form. Returns the errors of outputs that could not be written.
fn write(job: &CompareJob, comparison: &Comparison, options: &Options) -> Vec<Error> {
    let heading = || {
        let inputs: Vec<&InputName> = job.sides.iter().flatten().collect();
        let mut heading = common_heading(&inputs, &job.common, &options.registry);
        heading.options.keep_order = Some(job.keep_order);
        heading
    };
    let tables = |Destination { format, target }: &Destination| -> Box<dyn Iterator<Item = Table<'_>>> {
        let sides = std::iter::once_with(|| comparison.sides_table());
        match format.layout {
            // A single table on standard output is the one that was asked for.
            Layout::EachTable(_) if *target == Target::Stdout => Box::new(comparison.all_tables()),
            Layout::HandOut(_) => Box::new(sides.chain(comparison.tables_for_people(job.all).filter(|table| !table.is_empty()))),
            Layout::EachTable(_) | Layout::OneDocument(_) => Box::new(sides.chain(comparison.all_tables())),
        }
    };
    let hand_out = || (of_comparison(comparison, job.all), view_of(job.top, job.wide, false, job.values));
    let documents = write_documents(&job.destinations, heading, tables, hand_out);
    documents.omissions.iter().for_each(report_omission);
    let mut failures = documents.failures;
    if leave_stdout(&job.destinations) {
        let view = View { wide: job.wide, exact: job.values.exact, zone: job.values.zone, ..view(job.top) };
        failures.extend(show(job.paging, |output| comparison::write(comparison, job.all, view, output)).err());
    }
    failures
}

fn report_sides(problem: &SidesProblem) {
    match *problem {
        SidesProblem::TooFew { given } => print_problem(MESSAGES.name_two_captures(given)),
        SidesProblem::TooMany { given } => print_problem(&MESSAGES.too_many_sides(given, MAX_SIDES)),
    }
}

/// An input that several sides need although it can be read only once.
fn on_two_sides(sides: &[Vec<InputName>]) -> Option<String> {
    let mut known = HashSet::new();
    let once = sides.iter().flatten().filter(|input| input.read_only_once().is_some());
    once.map(ToString::to_string).find(|input| !known.insert(input.clone()))
}

/// The inputs of a side as the user named them.
fn inputs_as_given(names: &[InputName]) -> String {
    names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}
