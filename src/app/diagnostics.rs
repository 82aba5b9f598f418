//! Messages on standard error, where they do not mix with data.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use portolan::analysis::{Collected, Decided, InputDistance, MIN_GAP, Options, Sequence, translate_display_filter};
use portolan::capture::{Completeness, Compression, Filtered, Inputs, MAX_INTERVAL, WINDOW};
use portolan::decode::LinkProtocol;
use portolan::error::{Error, FilterProblem};
use portolan::flow::TimelineOptions;
use portolan::messages::InterruptedAt;
use portolan::service::protocols;
use portolan::untrusted;

use super::MESSAGES;
use super::signals::Signal;

/// True if only failures are printed. One for the whole program, as standard error is.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Suspected duplicates are worth a message if they are at least one packet in this many. A capture point that sees packets twice
/// does so with much of its traffic, up to one packet in two; programs repeat single packets in nearly every capture.
const NOTABLE_DUPLICATES: u64 = 100;

/// The most link types that are named one by one; the packets of further ones are only counted.
const MAX_LINK_TYPES: usize = 10;

/// Reports everything that could not be read, and anything remarkable about the rest.
pub fn print_diagnostics(options: &Options, decided: &Decided<'_>) {
    let collected = &decided.collected;
    for failure in &collected.failures {
        print_error(failure);
    }
    for input in collected.inputs.iter() {
        for problem in &input.problems {
            print_problem(&format!("{}: {}", input.name, MESSAGES.read_problem(problem)));
        }
        let more = input.problem_count - input.problems.len() as u64;
        if more > 0 {
            print_problem(&format!("{}: {}", input.name, MESSAGES.more_read_problems(more)));
        }
    }
    if let Some(filtered) = &collected.filtered {
        report_filtered(filtered);
    }
    report_duplicates(options, collected);
    // Where flows have expired, the limit may have been exceeded earlier.
    if collected.flows.len() > options.max_flows || collected.closed.is_some() {
        let overflow = collected.flows.iter().filter(|flow| flow.is_overflow()).map(|flow| flow.packets[0]).sum();
        if overflow > 0 {
            print_remark(&MESSAGES.flows_overflowed(options.max_flows, overflow));
        }
    }
    if let (Some(TimelineOptions { interval: Some(wanted) }), Some(width)) = (options.timeline, decided.bucket_width())
        && width > wanted
    {
        print_remark(&MESSAGES.timeline_widened(wanted, width));
    }
    let dropped = collected.announcements.dropped();
    if dropped > 0 {
        print_remark(&MESSAGES.announcements_dropped(dropped));
    }
    let (unsupported, others) = collected.tally.unsupported.largest(MAX_LINK_TYPES);
    for (link_type, traffic) in unsupported {
        print_remark(&MESSAGES.link_type_not_decoded(link_type.0, &protocols::link_type(link_type), traffic.packets));
    }
    if others > 0 {
        print_remark(&MESSAGES.more_link_types_not_decoded(others));
    }
    let all = collected.total().packets;
    if let Some((number, packets)) = collected.tally.portless.main_ether_type(all) {
        let (name, ..) = protocols::link_protocol(LinkProtocol::EtherType(number));
        print_remark(&MESSAGES.ether_type_not_decoded(number, &name, packets, all));
    }
}

/// Reports suspected duplicates if there are many, or the number of those that were dropped.
fn report_duplicates(options: &Options, collected: &Collected<'_>) {
    let (duplicates, counted) = duplicates(collected);
    if duplicates == 0 {
        return;
    }
    if options.dedup {
        print_remark(&MESSAGES.dropped_duplicates(duplicates, counted + duplicates, WINDOW, MAX_INTERVAL));
    } else if duplicates.saturating_mul(NOTABLE_DUPLICATES) >= counted {
        print_remark(&MESSAGES.suspected_duplicates(duplicates, counted, WINDOW, MAX_INTERVAL));
    }
}

/// The numbers of suspected duplicates and of counted packets.
fn duplicates(collected: &Collected<'_>) -> (u64, u64) {
    let tallies = collected.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally);
    tallies.fold((0, 0), |(duplicates, counted), tally| (duplicates + tally.duplicates, counted + tally.traffic.packets))
}

/// Reports where a signal interrupted the reading.
pub fn report_interruption(options: &Options, collected: &Collected<'_>, signal: Signal) {
    let packets = match (&collected.filtered, duplicates(collected)) {
        (Some(filtered), _) => filtered.packets,
        (None, (dropped, counted)) if options.dedup => counted + dropped,
        (None, (_, counted)) => counted,
    };
    let interrupted = collected.inputs.iter().find_map(|input| match input.completeness {
        Completeness::Interrupted { offset } => Some((input.name.to_string(), offset, input.compression != Compression::None)),
        _ => None,
    });
    let at = interrupted.as_ref().map(|(input, offset, is_compressed)| InterruptedAt {
        input,
        offset: *offset,
        is_compressed: *is_compressed,
    });
    print_problem(&MESSAGES.reading_interrupted(&signal.to_string(), packets, at, collected.unread));
}

/// Reports the entries of folders that were not read.
pub fn report_folders(inputs: &Inputs) {
    if !inputs.folders.is_empty() {
        print_remark(&MESSAGES.passed_over(&inputs.folders, inputs.passed_over));
    }
}

/// Reports in one message how the inputs lie in time, unless they follow one another in the order in which they were given.
pub fn report_order(collected: &Collected<'_>, is_reordered: bool) {
    let Sequence { is_out_of_order, overlaps, largest_overlap, gaps, longest_gap } = Sequence::new(&collected.inputs);
    let name = |number: usize| collected.inputs[number].name.to_string();
    let parts = [
        is_reordered.then(|| MESSAGES.inputs_reordered().to_owned()),
        is_out_of_order.then(|| MESSAGES.inputs_out_of_order().to_owned()),
        largest_overlap.map(|InputDistance { earlier, later, nanoseconds }| {
            MESSAGES.inputs_overlap(overlaps, &name(earlier), &name(later), nanoseconds)
        }),
        longest_gap.map(|InputDistance { earlier, later, nanoseconds }| {
            MESSAGES.gaps_between_inputs(gaps, MIN_GAP, &name(earlier), &name(later), nanoseconds)
        }),
    ];
    let sentences: Vec<String> = parts.into_iter().flatten().collect();
    if !sentences.is_empty() {
        print_remark(&sentences.join("; "));
    }
}

/// Reports how many packets matched the filter, and which it may have missed.
fn report_filtered(filtered: &Filtered) {
    print_remark(&MESSAGES.filter_matched(filtered.matched, filtered.packets));
    report_missed(filtered);
}

/// Reports packets that the filter may have missed.
pub fn report_missed(filtered: &Filtered) {
    if filtered.tagged > 0 {
        print_remark(&MESSAGES.filter_missed_tagged(filtered.tagged, &filtered.with_vlan()));
    }
    let (named, others) = filtered.unasked.split_at(filtered.unasked.len().min(MAX_LINK_TYPES));
    for (link_type, why, packets) in named {
        print_remark(&MESSAGES.filter_unusable(link_type.0, &protocols::link_type(*link_type), why, *packets));
    }
    if !others.is_empty() {
        print_remark(&MESSAGES.filter_unusable_for_more(others.len(), others.iter().map(|(.., packets)| packets).sum()));
    }
}

/// Reports outputs that could not be written, and returns whether there were any. A pipe that its reader has closed does not
/// count.
pub fn report_unwritten(failures: &[Error]) -> bool {
    let failures: Vec<&Error> = failures.iter().filter(|failure| !failure.is_closed_pipe()).collect();
    failures.iter().for_each(|failure| print_error(failure));
    !failures.is_empty()
}

/// Prints an error, and marks the wrong part of the user's input.
pub fn print_error_with_caret(error: &Error) {
    print_error(error);
    print_details(error.source_excerpt().into_iter().flatten());
    // What is only the name of a host in a tcpdump filter may look like a field.
    if let Error::Filter { expression, problem: FilterProblem::Libpcap(_), .. } = error
        && let Some(translation) = translate_display_filter(expression)
    {
        print_details(MESSAGES.display_filter(&translation));
    }
}

/// Prints details of the last message: indented lines of their own.
pub fn print_details(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        let _ = writeln!(io::stderr(), "  {line}");
    }
}

/// Prints an error.
pub fn print_error(error: &Error) {
    print(&MESSAGES.error(error));
}

/// Prints a failure.
pub fn print_problem(sentence: &str) {
    print(sentence);
}

/// Prints a remarkable fact about what was read, unless the program is quiet.
pub fn print_remark(sentence: &str) {
    print_status(sentence);
}

/// Prints what the program has done or is doing, unless the program is quiet.
pub fn print_status(sentence: &str) {
    if !is_quiet() {
        print(sentence);
    }
}

/// Keeps everything but failures off standard error from now on.
pub fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

/// True if only failures are printed.
pub fn is_quiet() -> bool {
    IS_QUIET.load(Ordering::Relaxed)
}

fn print(sentence: &str) {
    // Sentences contain names of files and interfaces, which are hostile text. If standard error is closed, nobody reads them.
    let _ = writeln!(io::stderr(), "portolan: {}", untrusted::clean(sentence));
}
