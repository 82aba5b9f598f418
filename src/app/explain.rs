//! Floor 10: `portolan explain`. Read the whole capture, find the flow that is meant, read again for its packets, and explain it.

use std::io;

use portolan::analysis::{Decided, Options};
use portolan::capture::{Filter, InputName};
use portolan::error::Error;
use portolan::explain::{self, Known, Question, Unclear};
use portolan::output::{prose, terminal};
use portolan::text::choice as text;
use portolan::witness::{self, Matching};

use super::cli::{ExplainArguments, Target, Unnamed};
use super::destinations::write_to;
use super::diagnostics::{print_details, print_problem, report_missed};
use super::setup::{analyse, prepare};
use super::view::{view, view_on_stderr};
use super::{COMPLETE, FAILED, INCOMPLETE};

/// `portolan explain`
pub fn explain(arguments: ExplainArguments) -> Result<u8, Error> {
    let job = match arguments.into_job() {
        Ok(job) => job,
        Err(Unnamed { why, shows_forms }) => {
            print_problem(&why);
            print_details(text::flow_forms().filter(|_| shows_forms));
            return Ok(FAILED);
        }
    };
    if let Some(why) = job.inputs.iter().find_map(read_only_once) {
        print_problem(&why);
        return Ok(FAILED);
    }
    let (inputs, mut options) = prepare(&job.inputs, job.keep_order, &job.common)?;
    // Numbers are those of the whole capture, and so is the evidence.
    let filter = options.filter.take();
    let (analysis, interrupted) = analyse(&options, inputs);
    // A part of a capture explains nothing for certain.
    if let Some(signal) = interrupted {
        return Ok(signal.exit_code());
    }
    if analysis.inputs.is_empty() {
        return Ok(FAILED);
    }
    let matching = filter.map(|filter| matching(&options, &analysis, &filter));
    let packet = match job.flow {
        Some(Question::Packet(packet)) => Some((packet, witness::whereabouts(&options, packet))),
        _ => None,
    };
    let packet = packet.as_ref().map(|(packet, whereabouts)| (*packet, whereabouts));
    let known = Known {
        matching: matching.as_ref().map(|matching| matching.flows.as_slice()),
        whereabouts: packet.map(|(_, whereabouts)| whereabouts),
    };
    let number = match explain::choose(&analysis, job.flow, known) {
        Ok(number) => number,
        Err(unclear) => {
            report_unclear(&analysis, &unclear);
            return Ok(FAILED);
        }
    };
    let lines = explain::explain(&analysis, number, &witness::witness(&options, &analysis.flows, number), packet);
    write_to(&Target::Stdout, |output| prose::write(&lines, view(Some(0)), output))?;
    let all_were_asked = matching.is_none_or(|matching| matching.filtered.unasked.is_empty());
    Ok(if all_were_asked && analysis.is_complete() { COMPLETE } else { INCOMPLETE })
}

/// What to say about an input that can be read only once.
fn read_only_once(input: &InputName) -> Option<String> {
    let kind = input.read_only_once()?;
    Some(text::read_only_once(&input.to_string(), (*input != InputName::Stdin).then_some(kind)))
}

/// The flows that the filter's packets belong to; says how many there are.
fn matching(options: &Options, analysis: &Decided<'_>, filter: &Filter) -> Matching {
    let matching = witness::matching(options, filter);
    let Matching { flows, filtered } = &matching;
    print_problem(&text::filter_matched_flows(filtered.matched, filtered.packets, flows.len(), analysis.flows.len()));
    report_missed(filtered);
    matching
}

/// Says why it is not clear which flow is meant, and shows those that could be.
fn report_unclear(analysis: &Decided<'_>, unclear: &Unclear) {
    print_problem(&unclear.why);
    if !unclear.candidates.is_empty() {
        let table = explain::candidates(analysis, &unclear.candidates);
        // If standard error is closed, nobody listens.
        let _ = terminal::write(&table, view_on_stderr(None), &mut io::stderr().lock());
    }
}
