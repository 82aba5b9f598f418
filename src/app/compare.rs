//! `portolan compare`.

use std::collections::HashSet;

use portolan::analysis::Options;
use portolan::capture::{InputName, Inputs};
use portolan::compare::{Collector, Comparison, MAX_SIDES, side_name};
use portolan::error::Error;
use portolan::flow::TimelineOptions;
use portolan::format::html::comparison::ComparisonPage;
use portolan::format::{Layout, comparison, html, json};
use portolan::report::Table;

use super::cli::{CompareArguments, CompareJob, Destination, SidesProblem, Target};
use super::columns::check_compared_columns;
use super::destinations::{
    check_comparison, common_heading, of_comparison, report_omission, report_written, view_of, write_data, write_documents,
};
use super::diagnostics::{print_problem, report_unwritten};
use super::pager::show;
use super::reading_reporter::ReadingReporter;
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
    check_compared_columns(&job)?;
    let reporters = (0..job.sides.len()).map(|place| ReadingReporter::of_side(side_name(place)));
    let mut gathered = Vec::new();
    for (names, reporter) in job.sides.iter().zip(reporters) {
        match Inputs::gather(names, job.keep_order) {
            Ok(inputs) => gathered.push((inputs, reporter)),
            Err(error) => {
                reporter.error(&error);
                return Ok(FAILED);
            }
        }
    }
    let all: Vec<InputName> = gathered.iter().flat_map(|(inputs, _)| inputs.names.clone()).collect();
    let mut common = options(&all, &job.common)?;
    // Counting by time costs something, and only the page shows it.
    common.timeline = job.page.as_ref().map(|_| TimelineOptions::default());
    check_comparison(&job, &all)?;
    let mut collector = Collector::new(&job.tables);
    let mut is_complete = true;
    for (names, (inputs, reporter)) in job.sides.iter().zip(gathered) {
        let options = Options { inputs: inputs.names.clone(), ..common.clone() };
        let (decided, interrupted) = analyse(&options, inputs, reporter);
        // Whatever was not read would be missed as gone.
        if let Some(signal) = interrupted {
            return Ok(signal.exit_code());
        }
        if decided.collected.inputs.is_empty() {
            reporter.problem(&MESSAGES.nothing_to_compare(&inputs_as_given(names)));
            return Ok(FAILED);
        }
        is_complete &= decided.collected.is_complete();
        collector.add(inputs_as_given(names), &decided);
    }
    let comparison = collector.compare(job.threshold);
    if report_unwritten(&write(&job, &comparison, &common)) {
        return Ok(FAILED);
    }
    // The table of the sides is written, too.
    report_written(job.page.as_ref(), &job.destinations, 1 + arranged(&job, &comparison).count());
    Ok(match (!is_complete, comparison.is_different()) {
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
            Layout::EachTable(_) if *target == Target::Stdout => Box::new(arranged(job, comparison)),
            Layout::HandOut(_) => {
                let shown = comparison.tables_for_people(job.all, &job.arrangement.order);
                Box::new(sides.chain(shown.filter(|table| !table.fields.is_empty() && !table.is_empty())))
            }
            Layout::EachTable(_) | Layout::OneDocument(_) => Box::new(sides.chain(arranged(job, comparison))),
        }
    };
    let hand_out = || (of_comparison(comparison, job), view_of(job.top, &job.arrangement, job.values));
    let documents = write_documents(&job.destinations, heading, tables, hand_out);
    documents.omissions.iter().for_each(report_omission);
    let mut failures = documents.failures;
    if let Some(target) = &job.page {
        failures.extend(write_page(target, job, comparison, &heading()).err());
    }
    if job.is_shown() {
        let view = job.arrangement.view(job.values.view(view(job.top)));
        failures.extend(
            show(job.paging, |output| comparison::write(comparison, job.all, &job.arrangement.order, view, output)).err(),
        );
    }
    failures
}

/// Writes the page.
fn write_page(target: &Target, job: &CompareJob, comparison: &Comparison, heading: &json::Heading<'_>) -> Result<(), Error> {
    let names: Vec<String> = job.sides.iter().map(|inputs| short_name(inputs)).collect();
    let page = ComparisonPage {
        comparison,
        names: &names,
        shows_all: job.all,
        arrangement: &job.arrangement.order,
        heading,
        view: job.values.view(view(job.top)),
    };
    write_data(target, |output| html::comparison::write(&page, output))
}

/// The name of the first input of a side without its folders, and the number of the others.
fn short_name(inputs: &[InputName]) -> String {
    let first = match inputs.first() {
        Some(InputName::File(path)) => path.file_name().unwrap_or(path.as_os_str()).display().to_string(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    MESSAGES.compared_inputs(&first, inputs.len().saturating_sub(1))
}

/// The compared tables that have any of the chosen columns, with all rows, arranged.
fn arranged<'c>(job: &CompareJob, comparison: &'c Comparison) -> impl Iterator<Item = Table<'c>> {
    let order = &job.arrangement.order;
    comparison.all_tables().filter(|table| order.leaves(&table.fields)).map(|table| table.arranged(order))
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
