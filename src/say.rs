//! Floor 10: what is said on standard error, where it is in nobody's way.

use std::io::{self, Write};

use portolan::analysis::{Between, Decided, LEAST_GAP, Options, Sequence};
use portolan::capture::{Completeness, Compression, Filtered, Inputs, MOST_APART, WINDOW};
use portolan::decode::LinkProtocol;
use portolan::error::Error;
use portolan::flow::TimelineOptions;
use portolan::service::protocols;
use portolan::text;
use portolan::text::interruption::{Place, reading_interrupted};

use crate::signals::Signal;

/// One packet in so many is a suspected duplicate where it is worth a message. A place that shows packets twice does so with much of what
/// passes, up to one in two; single packets are repeated by programs in nearly every capture.
const NOTABLE_DUPLICATES: u64 = 100;

/// Link types that are named one by one; the packets of more are only counted.
const MOST_LINK_TYPES: usize = 10;

/// Says what could not be read.
pub fn warn(options: &Options, analysis: &Decided<'_>) {
    for failure in &analysis.failures {
        complain(failure);
    }
    for input in analysis.inputs.iter() {
        for damage in &input.damages {
            complain(&format_args!("{}: {damage}", input.name));
        }
        let untold = input.damage_count - input.damages.len() as u64;
        if untold > 0 {
            complain(&format_args!("{}: {}", input.name, text::inputs::more_such_places(untold)));
        }
    }
    if let Some(filtered) = &analysis.filtered {
        tell_filtered(filtered);
    }
    tell_duplicates(options, analysis);
    // Where flows were let go, there may have been too many before.
    if analysis.flows.len() > options.max_flows || analysis.ended.is_some() {
        let overflow = analysis.flows.iter().filter(|flow| flow.is_overflow()).map(|flow| flow.packets[0]).sum();
        if overflow > 0 {
            complain(&text::flows_overflowed(options.max_flows, overflow));
        }
    }
    if let (Some(TimelineOptions { interval: Some(wanted) }), Some(width)) = (options.timeline, analysis.bucket_width())
        && width > wanted
    {
        complain(&text::timeline_widened(wanted, width));
    }
    let dropped = analysis.announcements.dropped();
    if dropped > 0 {
        complain(&text::announcements_dropped(dropped));
    }
    let (unsupported, others) = analysis.tally.unsupported.largest(MOST_LINK_TYPES);
    for (link_type, traffic) in unsupported {
        complain(&text::link_type_not_decoded(link_type.0, &protocols::link_type(link_type), traffic.packets));
    }
    if others > 0 {
        complain(&text::other_link_types(others));
    }
    let all = analysis.total().packets;
    if let Some((number, packets)) = analysis.tally.portless.main_ether_type(all) {
        let (name, ..) = protocols::link_protocol(LinkProtocol::EtherType(number));
        complain(&text::ether_type_not_decoded(number, &name, packets, all));
    }
}

/// Says how many packets are suspected duplicates, if they are many, and how many were dropped.
fn tell_duplicates(options: &Options, analysis: &Decided<'_>) {
    let (duplicates, counted) = duplicates(analysis);
    if duplicates == 0 {
        return;
    }
    if options.dedup {
        complain(&text::inputs::dropped_duplicates(duplicates, counted + duplicates, WINDOW, MOST_APART));
    } else if duplicates.saturating_mul(NOTABLE_DUPLICATES) >= counted {
        complain(&text::inputs::suspected_duplicates(duplicates, counted, WINDOW, MOST_APART));
    }
}

/// How many packets are suspected duplicates, and how many were counted.
fn duplicates(analysis: &Decided<'_>) -> (u64, u64) {
    let tallies = analysis.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally);
    tallies.fold((0, 0), |(duplicates, counted), tally| (duplicates + tally.duplicates, counted + tally.traffic.packets))
}

/// Says where a signal has interrupted the reading.
pub fn tell_interruption(options: &Options, analysis: &Decided<'_>, signal: Signal) {
    let packets = match (&analysis.filtered, duplicates(analysis)) {
        (Some(filtered), _) => filtered.packets,
        (None, (dropped, counted)) if options.dedup => counted + dropped,
        (None, (_, counted)) => counted,
    };
    let interrupted = analysis.inputs.iter().find_map(|input| match input.completeness {
        Completeness::Interrupted { offset } => Some((input.name.to_string(), offset, input.compression != Compression::None)),
        _ => None,
    });
    let place = interrupted.as_ref().map(|(input, offset, is_compressed)| Place {
        input,
        offset: *offset,
        is_compressed: *is_compressed,
    });
    complain(&reading_interrupted(&signal.to_string(), packets, place.as_ref(), analysis.unread));
}

/// Says what was passed over in folders.
pub fn tell_folders(inputs: &Inputs) {
    if !inputs.folders.is_empty() {
        let what = text::inputs::passed_over(inputs.passed_over.numbers());
        complain(&text::inputs::passed_over_in(&inputs.folders, &what));
    }
}

/// Says in one message how the inputs lie in time, if they lie otherwise than one behind the other as they were given.
pub fn tell_order(analysis: &Decided<'_>, is_reordered: bool) {
    let Sequence { is_out_of_order, overlaps, largest_overlap, gaps, longest_gap } = Sequence::of(&analysis.inputs);
    let name = |number: usize| analysis.inputs[number].name.to_string();
    let parts = [
        is_reordered.then(|| text::inputs::REORDERED.to_owned()),
        is_out_of_order.then(|| text::inputs::OUT_OF_ORDER.to_owned()),
        largest_overlap.map(|Between { earlier, later, nanoseconds }| {
            text::inputs::inputs_overlap(overlaps, &name(earlier), &name(later), nanoseconds)
        }),
        longest_gap.map(|Between { earlier, later, nanoseconds }| {
            text::inputs::gaps_between_inputs(gaps, LEAST_GAP, &name(earlier), &name(later), nanoseconds)
        }),
    ];
    let said: Vec<String> = parts.into_iter().flatten().collect();
    if !said.is_empty() {
        complain(&said.join("; "));
    }
}

/// Says what the filter did.
fn tell_filtered(filtered: &Filtered) {
    complain(&text::filter_matched(filtered.matched, filtered.packets));
    tell_missed(filtered);
}

/// Says which packets the filter may have missed.
pub fn tell_missed(filtered: &Filtered) {
    if filtered.tagged > 0 {
        complain(&text::filter_missed_tagged(filtered.tagged, &filtered.with_vlan()));
    }
    let (told, others) = filtered.unasked.split_at(filtered.unasked.len().min(MOST_LINK_TYPES));
    for (link_type, why, packets) in told {
        complain(&text::filter_unasked(link_type.0, &protocols::link_type(*link_type), why, *packets));
    }
    if !others.is_empty() {
        complain(&text::filter_unasked_others(others.len(), others.iter().map(|(.., packets)| packets).sum()));
    }
}

/// Says which outputs could not be written, and whether there were any. That people have seen enough is none.
pub fn tell_unwritten(failures: &[Error]) -> bool {
    let failures: Vec<&Error> = failures.iter().filter(|failure| !failure.is_closed_pipe()).collect();
    failures.iter().for_each(complain);
    !failures.is_empty()
}

/// Shows where in the user's own words the trouble is.
pub fn point(error: &Error) {
    go_on(error.picture().into_iter().flatten());
}

/// Says more on what was said last: lines of their own, indented.
pub fn go_on(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        let _ = writeln!(io::stderr(), "  {line}");
    }
}

/// Says something, on a line of its own.
pub fn complain(what: &impl std::fmt::Display) {
    // Names of files and interfaces are part of what is said. If standard error is closed, nobody listens.
    let _ = writeln!(io::stderr(), "portolan: {}", text::clean(&what.to_string()));
}
