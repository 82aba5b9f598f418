//! Messages about the reading of a capture, on standard error: what could not be read, and what is remarkable about the rest.

use std::borrow::Cow;

use portolan::analysis::{Collected, Decided, InputDistance, MIN_GAP, Options, Sequence};
use portolan::capture::{Completeness, Compression, Filtered, Inputs, MAX_INTERVAL, WINDOW};
use portolan::decode::LinkProtocol;
use portolan::error::Error;
use portolan::flow::TimelineOptions;
use portolan::messages::InterruptedAt;
use portolan::service::protocols;

use super::MESSAGES;
use super::diagnostics::{print_problem, print_remark};
use super::signals::Signal;

/// Suspected duplicates are worth a message if they are at least one packet in this many. A capture point that sees packets twice
/// does so with much of its traffic, up to one packet in two; programs repeat single packets in nearly every capture.
const NOTABLE_DUPLICATES: u64 = 100;

/// The most link types that are named one by one; the packets of further ones are only counted.
const MAX_LINK_TYPES: usize = 10;

/// A reporter on the reading of one capture.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReadingReporter {
    /// The name of the capture, which each message then begins with, if the command reads several.
    side: Option<&'static str>,
}

impl ReadingReporter {
    /// A reporter on the side with this name.
    pub fn of_side(name: &'static str) -> ReadingReporter {
        ReadingReporter { side: Some(name) }
    }

    /// Prints an error.
    pub fn error(self, error: &Error) {
        self.problem(&MESSAGES.error(error));
    }

    /// Prints a failure.
    pub fn problem(self, sentence: &str) {
        print_problem(&self.attributed(sentence));
    }

    /// Prints a remarkable fact, unless the program is quiet.
    fn remark(self, sentence: &str) {
        print_remark(&self.attributed(sentence));
    }

    fn attributed<'s>(self, sentence: &'s str) -> Cow<'s, str> {
        self.side.map_or(Cow::Borrowed(sentence), |side| Cow::Owned(MESSAGES.about_side(side, sentence)))
    }

    /// Reports everything that could not be read, and anything remarkable about the rest.
    pub fn diagnostics(self, options: &Options, decided: &Decided<'_>) {
        let collected = &decided.collected;
        for failure in &collected.failures {
            self.error(failure);
        }
        for input in collected.inputs.iter() {
            for problem in &input.problems {
                self.problem(&format!("{}: {}", input.name, MESSAGES.read_problem(problem)));
            }
            let more = input.problem_count - input.problems.len() as u64;
            if more > 0 {
                self.problem(&format!("{}: {}", input.name, MESSAGES.more_read_problems(more)));
            }
        }
        if let Some(filtered) = &collected.filtered {
            self.filtered(filtered);
        }
        self.duplicates(options, collected);
        // Where flows have expired, the limit may have been exceeded earlier.
        if collected.flows.len() > options.max_flows || collected.closed.is_some() {
            let overflow = collected.flows.iter().filter(|flow| flow.is_overflow()).map(|flow| flow.packets[0]).sum();
            if overflow > 0 {
                self.remark(&MESSAGES.flows_overflowed(options.max_flows, overflow));
            }
        }
        if let (Some(TimelineOptions { interval: Some(wanted) }), Some(width)) = (options.timeline, decided.bucket_width())
            && width > wanted
        {
            self.remark(&MESSAGES.timeline_widened(wanted, width));
        }
        let dropped = collected.announcements.dropped();
        if dropped > 0 {
            self.remark(&MESSAGES.announcements_dropped(dropped));
        }
        let (unsupported, others) = collected.tally.unsupported.largest(MAX_LINK_TYPES);
        for (link_type, traffic) in unsupported {
            self.remark(&MESSAGES.link_type_not_decoded(link_type.0, &protocols::link_type(link_type), traffic.packets));
        }
        if others > 0 {
            self.remark(&MESSAGES.more_link_types_not_decoded(others));
        }
        let all = collected.total().packets;
        if let Some((number, packets)) = collected.tally.portless.main_ether_type(all) {
            let (name, ..) = protocols::link_protocol(LinkProtocol::EtherType(number));
            self.remark(&MESSAGES.ether_type_not_decoded(number, &name, packets, all));
        }
    }

    /// Reports suspected duplicates if there are many, or the number of those that were dropped.
    fn duplicates(self, options: &Options, collected: &Collected<'_>) {
        let (duplicates, counted) = duplicates(collected);
        if duplicates == 0 {
            return;
        }
        if options.dedup {
            self.remark(&MESSAGES.dropped_duplicates(duplicates, counted + duplicates, WINDOW, MAX_INTERVAL));
        } else if duplicates.saturating_mul(NOTABLE_DUPLICATES) >= counted {
            self.remark(&MESSAGES.suspected_duplicates(duplicates, counted, WINDOW, MAX_INTERVAL));
        }
    }

    /// Reports where a signal interrupted the reading.
    pub fn interruption(self, options: &Options, collected: &Collected<'_>, signal: Signal) {
        let packets = match (&collected.filtered, duplicates(collected)) {
            (Some(filtered), _) => filtered.packets,
            (None, (dropped, counted)) if options.dedup => counted + dropped,
            (None, (_, counted)) => counted,
        };
        let interrupted = collected.inputs.iter().find_map(|input| match input.completeness {
            Completeness::Interrupted { offset } => {
                Some((input.name.to_string(), offset, input.compression != Compression::None))
            }
            _ => None,
        });
        let at = interrupted.as_ref().map(|(input, offset, is_compressed)| InterruptedAt {
            input,
            offset: *offset,
            is_compressed: *is_compressed,
        });
        self.problem(&MESSAGES.reading_interrupted(&signal.to_string(), packets, at, collected.unread));
    }

    /// Reports the entries of folders that were not read.
    pub fn folders(self, inputs: &Inputs) {
        if !inputs.folders.is_empty() {
            self.remark(&MESSAGES.passed_over(&inputs.folders, inputs.passed_over));
        }
    }

    /// Reports in one message how the inputs lie in time, unless they follow one another in the order in which they were given.
    pub fn order(self, collected: &Collected<'_>, is_reordered: bool) {
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
            self.remark(&sentences.join("; "));
        }
    }

    /// Reports how many packets matched the filter, and which it may have missed.
    fn filtered(self, filtered: &Filtered) {
        self.remark(&MESSAGES.filter_matched(filtered.matched, filtered.packets));
        self.missed(filtered);
    }

    /// Reports packets that the filter may have missed.
    pub fn missed(self, filtered: &Filtered) {
        if filtered.tagged > 0 {
            self.remark(&MESSAGES.filter_missed_tagged(filtered.tagged, &filtered.with_vlan()));
        }
        let (named, others) = filtered.unasked.split_at(filtered.unasked.len().min(MAX_LINK_TYPES));
        for (link_type, why, packets) in named {
            self.remark(&MESSAGES.filter_unusable(link_type.0, &protocols::link_type(*link_type), why, *packets));
        }
        if !others.is_empty() {
            self.remark(&MESSAGES.filter_unusable_for_more(others.len(), others.iter().map(|(.., packets)| packets).sum()));
        }
    }
}

/// The numbers of suspected duplicates and of counted packets.
fn duplicates(collected: &Collected<'_>) -> (u64, u64) {
    let tallies = collected.inputs.iter().flat_map(|input| &input.interfaces).map(|(_, tally)| tally);
    tallies.fold((0, 0), |(duplicates, counted), tally| (duplicates + tally.duplicates, counted + tally.traffic.packets))
}
