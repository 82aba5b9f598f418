//! Floor 10: what is said on standard error, where it is in nobody's way.

use std::io::{self, Write};

use portolan::analysis::{Between, Decided, LEAST_GAP, Options, Sequence};
use portolan::capture::{Completeness, Compression, Filtered, Inputs, MOST_APART, WINDOW};
use portolan::decode::LinkProtocol;
use portolan::error::Error;
use portolan::flow::TimelineOptions;
use portolan::messages::InterruptedAt;
use portolan::service::protocols;
use portolan::untrusted;

use super::MESSAGES;
use super::signals::Signal;

/// One packet in so many is a suspected duplicate where it is worth a message. A place that shows packets twice does so with much of what
/// passes, up to one in two; single packets are repeated by programs in nearly every capture.
const NOTABLE_DUPLICATES: u64 = 100;

/// Link types that are named one by one; the packets of more are only counted.
const MOST_LINK_TYPES: usize = 10;

/// Reports what could not be read, and what is remarkable about the rest.
pub fn print_diagnostics(options: &Options, analysis: &Decided<'_>) {
    for failure in &analysis.failures {
        print_error(failure);
    }
    for input in analysis.inputs.iter() {
        for problem in &input.problems {
            print_problem(&format!("{}: {}", input.name, MESSAGES.read_problem(problem)));
        }
        let more = input.problem_count - input.problems.len() as u64;
        if more > 0 {
            print_problem(&format!("{}: {}", input.name, MESSAGES.more_read_problems(more)));
        }
    }
    if let Some(filtered) = &analysis.filtered {
        report_filtered(filtered);
    }
    report_duplicates(options, analysis);
    // Where flows were let go, there may have been too many before.
    if analysis.flows.len() > options.max_flows || analysis.ended.is_some() {
        let overflow = analysis.flows.iter().filter(|flow| flow.is_overflow()).map(|flow| flow.packets[0]).sum();
        if overflow > 0 {
            print_problem(&MESSAGES.flows_overflowed(options.max_flows, overflow));
        }
    }
    if let (Some(TimelineOptions { interval: Some(wanted) }), Some(width)) = (options.timeline, analysis.bucket_width())
        && width > wanted
    {
        print_problem(&MESSAGES.timeline_widened(wanted, width));
    }
    let dropped = analysis.announcements.dropped();
    if dropped > 0 {
        print_problem(&MESSAGES.announcements_dropped(dropped));
    }
    let (unsupported, others) = analysis.tally.unsupported.largest(MOST_LINK_TYPES);
    for (link_type, traffic) in unsupported {
        print_problem(&MESSAGES.link_type_not_decoded(link_type.0, &protocols::link_type(link_type), traffic.packets));
    }
    if others > 0 {
        print_problem(&MESSAGES.more_link_types_not_decoded(others));
    }
    let all = analysis.total().packets;
    if let Some((number, packets)) = analysis.tally.portless.main_ether_type(all) {
        let (name, ..) = protocols::link_protocol(LinkProtocol::EtherType(number));
        print_problem(&MESSAGES.ether_type_not_decoded(number, &name, packets, all));
    }
}

/// Reports how many packets are suspected duplicates, if they are many, and how many were dropped.
fn report_duplicates(options: &Options, analysis: &Decided<'_>) {
    let (duplicates, counted) = duplicates(analysis);
    if duplicates == 0 {
        return;
    }
    if options.dedup {
        print_problem(&MESSAGES.dropped_duplicates(duplicates, counted + duplicates, WINDOW, MOST_APART));
    } else if duplicates.saturating_mul(NOTABLE_DUPLICATES) >= counted {
        print_problem(&MESSAGES.suspected_duplicates(duplicates, counted, WINDOW, MOST_APART));
    }
}

/// How many packets are suspected duplicates, and how many were counted.
fn duplicates(analysis: &Decided<'_>) -> (u64, u64) {
    let tallies = analysis.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally);
    tallies.fold((0, 0), |(duplicates, counted), tally| (duplicates + tally.duplicates, counted + tally.traffic.packets))
}

/// Reports where a signal has interrupted the reading.
pub fn report_interruption(options: &Options, analysis: &Decided<'_>, signal: Signal) {
    let packets = match (&analysis.filtered, duplicates(analysis)) {
        (Some(filtered), _) => filtered.packets,
        (None, (dropped, counted)) if options.dedup => counted + dropped,
        (None, (_, counted)) => counted,
    };
    let interrupted = analysis.inputs.iter().find_map(|input| match input.completeness {
        Completeness::Interrupted { offset } => Some((input.name.to_string(), offset, input.compression != Compression::None)),
        _ => None,
    });
    let at = interrupted.as_ref().map(|(input, offset, is_compressed)| InterruptedAt {
        input,
        offset: *offset,
        is_compressed: *is_compressed,
    });
    print_problem(&MESSAGES.reading_interrupted(&signal.to_string(), packets, at, analysis.unread));
}

/// Reports what was passed over in folders.
pub fn report_folders(inputs: &Inputs) {
    if !inputs.folders.is_empty() {
        print_problem(&MESSAGES.passed_over(&inputs.folders, inputs.passed_over));
    }
}

/// Reports in one message how the inputs lie in time, if they lie otherwise than one behind the other as they were given.
pub fn report_order(analysis: &Decided<'_>, is_reordered: bool) {
    let Sequence { is_out_of_order, overlaps, largest_overlap, gaps, longest_gap } = Sequence::of(&analysis.inputs);
    let name = |number: usize| analysis.inputs[number].name.to_string();
    let parts = [
        is_reordered.then(|| MESSAGES.inputs_reordered().to_owned()),
        is_out_of_order.then(|| MESSAGES.inputs_out_of_order().to_owned()),
        largest_overlap.map(|Between { earlier, later, nanoseconds }| {
            MESSAGES.inputs_overlap(overlaps, &name(earlier), &name(later), nanoseconds)
        }),
        longest_gap.map(|Between { earlier, later, nanoseconds }| {
            MESSAGES.gaps_between_inputs(gaps, LEAST_GAP, &name(earlier), &name(later), nanoseconds)
        }),
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if !said.is_empty() {
        print_problem(&said.join("; "));
    }
}

/// Reports what the filter did.
fn report_filtered(filtered: &Filtered) {
    print_problem(&MESSAGES.filter_matched(filtered.matched, filtered.packets));
    report_missed(filtered);
}

/// Reports which packets the filter may have missed.
pub fn report_missed(filtered: &Filtered) {
    if filtered.tagged > 0 {
        print_problem(&MESSAGES.filter_missed_tagged(filtered.tagged, &filtered.with_vlan()));
    }
    let (told, others) = filtered.unasked.split_at(filtered.unasked.len().min(MOST_LINK_TYPES));
    for (link_type, why, packets) in told {
        print_problem(&MESSAGES.filter_unusable(link_type.0, &protocols::link_type(*link_type), why, *packets));
    }
    if !others.is_empty() {
        print_problem(&MESSAGES.filter_unusable_for_more(others.len(), others.iter().map(|(.., packets)| packets).sum()));
    }
}

/// Reports which outputs could not be written, and whether there were any. That people have seen enough is none.
pub fn report_unwritten(failures: &[Error]) -> bool {
    let failures: Vec<&Error> = failures.iter().filter(|failure| !failure.is_closed_pipe()).collect();
    failures.iter().for_each(|failure| print_error(failure));
    !failures.is_empty()
}

/// Prints an error, and the part of the user's input that is wrong.
pub fn print_error_with_caret(error: &Error) {
    print_error(error);
    print_details(error.source_excerpt().into_iter().flatten());
}

/// Prints more on what was said last: lines of their own, indented.
pub fn print_details(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        let _ = writeln!(io::stderr(), "  {line}");
    }
}

/// Prints an error.
pub fn print_error(error: &Error) {
    print(&MESSAGES.error(error));
}

/// Prints that something failed or is remarkable.
pub fn print_problem(sentence: &str) {
    print(sentence);
}

/// Prints how things go.
#[cfg(feature = "live")]
pub fn print_status(sentence: &str) {
    print(sentence);
}

fn print(sentence: &str) {
    // Names of files and interfaces are part of what is said. If standard error is closed, nobody listens.
    let _ = writeln!(io::stderr(), "portolan: {}", untrusted::clean(sentence));
}
