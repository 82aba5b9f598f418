//! `portolan explain` about a flow: reads the whole capture, finds the flow, reads the capture again for the flow's packets, and
//! explains it.

use std::io;

use portolan::analysis::{Decided, Options, SelectedFlows, Selection};
use portolan::capture::{Filter, InputName};
use portolan::error::Error;
use portolan::explain::{self, ChoiceError, FlowCondition, Matching, Narrowing, Question};
use portolan::format::{explanation, terminal};

use super::cli::{ArgumentProblem, ExplainArguments};
use super::diagnostics::{print_details, print_problem, print_remark};
use super::pager::show;
use super::reading_reporter::ReadingReporter;
use super::selection::is_possible;
use super::setup::{analyse, prepare, registry};
use super::view::{view, view_on_stderr};
use super::words;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// Runs `portolan explain` and returns its exit code.
///
/// # Errors
///
/// If the options or inputs are invalid, or the explanation cannot be written.
pub fn explain(arguments: ExplainArguments) -> Result<u8, Error> {
    let registry = registry(arguments.port_table())?;
    if let Some(words) = arguments.words(registry.own_categories()) {
        return words::explain(&words, &registry);
    }
    let job = match arguments.into_job() {
        Ok(job) => job,
        Err(unnamed) => {
            report_unnamed(&unnamed);
            return Ok(FAILED);
        }
    };
    if let Some(why) = job.inputs.iter().find_map(read_only_once) {
        print_problem(&why);
        return Ok(FAILED);
    }
    let (inputs, mut options) = prepare(&job.inputs, job.keep_order, &job.common)?;
    if !is_possible(&job.selection, &options.registry) {
        return Ok(FAILED);
    }
    // The filter only narrows the choice of a flow: numbers and evidence are those of the whole capture.
    let filter = options.filter.take();
    let (decided, interrupted) = analyse(&options, inputs, ReadingReporter::default());
    // An explanation from part of a capture would not be reliable.
    if let Some(signal) = interrupted {
        return Ok(signal.exit_code());
    }
    if decided.collected.inputs.is_empty() {
        return Ok(FAILED);
    }
    let selected = selected(&decided, &job.selection);
    let matching = filter.map(|filter| matching(&options, &decided, &filter));
    let packet = match job.flow {
        Some(Question::Packet(packet)) => Some((packet, explain::packet_fate(&options, packet))),
        _ => None,
    };
    let packet = packet.as_ref().map(|(packet, packet_fate)| (*packet, packet_fate));
    let selected = selected.as_ref().map(|flows| Narrowing { condition: FlowCondition::Selected, flows });
    let matched = matching.as_ref().map(|Matching { flows, .. }| Narrowing { condition: FlowCondition::Filtered, flows });
    let narrowings: Vec<Narrowing<'_>> = selected.into_iter().chain(matched).collect();
    let number = match explain::choose(&decided.collected.flows, job.flow, packet.map(|(_, fate)| fate), &narrowings) {
        Ok(number) => number,
        Err(unclear) => {
            report_unclear(&decided, &unclear);
            return Ok(FAILED);
        }
    };
    let trace = explain::trace(&options, &decided.collected.flows, number);
    let explanation = explain::explain(&decided, number, &trace, packet);
    show(job.paging, |output| explanation::write(&explanation, view(Some(0)), output))?;
    let all_were_asked = matching.is_none_or(|matching| matching.filtered.unasked.is_empty());
    Ok(if all_were_asked && decided.collected.is_complete() { COMPLETE } else { INCOMPLETE })
}

/// Reports that the arguments name no capture or no flow, and how to name a flow, unless that is clear.
fn report_unnamed(unnamed: &ArgumentProblem) {
    let forms = || MESSAGES.flow_forms().into_iter().map(|(by, example)| format!("{by:<34}{example}"));
    match unnamed {
        ArgumentProblem::Nothing => print_problem(MESSAGES.name_a_capture_and_a_flow()),
        ArgumentProblem::NotAFlow { word } => print_problem(&MESSAGES.not_a_flow(word)),
        ArgumentProblem::NoFlow { captures } => return print_problem(&MESSAGES.name_a_flow(captures)),
        ArgumentProblem::FileWins { word } => {
            print_problem(&MESSAGES.name_a_flow(word));
            return print_problem(&MESSAGES.file_wins(word));
        }
        ArgumentProblem::NoCapture { flow } => return print_problem(&MESSAGES.name_the_capture(flow)),
    }
    print_details(forms());
}

/// The message about an input that can be read only once; `None` for other inputs.
fn read_only_once(input: &InputName) -> Option<String> {
    Some(MESSAGES.read_only_once(&input.to_string(), input.read_only_once()?))
}

/// Finds the flows that are selected, and reports how many there are; `None` if nothing is said about them.
fn selected(decided: &Decided<'_>, selection: &Selection) -> Option<Vec<usize>> {
    if selection.is_empty() {
        return None;
    }
    let SelectedFlows { flows, unknown_names } = decided.selected_flows(selection);
    if !unknown_names.is_empty() {
        print_remark(&MESSAGES.unknown_host_names(&unknown_names));
    }
    print_remark(&MESSAGES.selected_flows(flows.len(), decided.collected.flows.len()));
    Some(flows)
}

/// Finds the flows that the filter's packets belong to, and reports how many there are.
fn matching(options: &Options, decided: &Decided<'_>, filter: &Filter) -> Matching {
    let matching = explain::matching(options, filter);
    let Matching { flows, filtered } = &matching;
    print_remark(&MESSAGES.filter_matched_flows(filtered.matched, filtered.packets, flows.len(), decided.collected.flows.len()));
    ReadingReporter::default().missed(filtered);
    matching
}

/// Reports why it is not clear which flow is meant, and shows the candidates.
fn report_unclear(decided: &Decided<'_>, unclear: &ChoiceError) {
    print_problem(&MESSAGES.choice_problem(&unclear.problem));
    if !unclear.candidates.is_empty() {
        let table = explain::candidates(decided, &unclear.candidates);
        // If standard error is closed, nobody reads it.
        let _ = terminal::write(&table, view_on_stderr(None), &mut io::stderr().lock());
    }
}
