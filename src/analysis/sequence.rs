//! The order in time of inputs that are read one after another as one capture, with their overlaps and gaps.

use super::InputReport;
use crate::time::{NANOSECONDS, Span};

/// The shortest time between two inputs, in nanoseconds, that counts as a gap, in which packets may be missing.
///
/// Files of one capture follow each other as its packets do, and few networks are silent for a minute: hosts look for each other
/// (ARP, neighbor discovery), switches and routers announce themselves every few seconds. A minute is also the shortest usual
/// time after which captures begin a new file, so that a lost file leaves a gap at least as long.
pub const MIN_GAP: i64 = 60 * NANOSECONDS;

/// The order of inputs in time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sequence {
    /// True if an input begins earlier than one that was read before it.
    pub is_out_of_order: bool,
    /// Number of inputs that begin before all earlier ones have ended.
    pub overlaps: usize,
    /// The largest overlap.
    pub largest_overlap: Option<InputDistance>,
    /// Number of gaps of at least [`MIN_GAP`].
    pub gaps: usize,
    /// The longest gap.
    pub longest_gap: Option<InputDistance>,
}

/// Two inputs, and the length of their overlap or of the gap between them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InputDistance {
    /// The index of the input that begins earlier.
    pub earlier: usize,
    /// The index of the input that begins later.
    pub later: usize,
    /// Nanoseconds.
    pub nanoseconds: i64,
}

impl Sequence {
    /// Computes the order of inputs. Inputs without a packet whose time is known are left out.
    pub fn new(inputs: &[InputReport]) -> Sequence {
        let spans = inputs.iter().enumerate().map(|(number, input)| (input.span, number));
        Sequence::from_spans(spans.filter(|(span, _)| span.first.is_known()).collect())
    }

    /// Computes the order from the inputs' spans of time and indices, given in reading order.
    fn from_spans(mut spans: Vec<(Span, usize)>) -> Sequence {
        let mut sequence = Sequence { is_out_of_order: !spans.is_sorted_by_key(|(span, _)| span.first), ..Sequence::default() };
        spans.sort_by_key(|(span, _)| span.first);
        let mut spans = spans.into_iter();
        // The input that ends last of all so far.
        let Some(mut last) = spans.next() else { return sequence };
        for next in spans {
            if let Some(gap) = next.0.first.since(last.0.last).filter(|gap| *gap >= MIN_GAP) {
                sequence.gaps += 1;
                keep_larger(&mut sequence.longest_gap, last.1, next.1, gap);
            }
            if next.0.first < last.0.last {
                sequence.overlaps += 1;
                let shared = next.0.last.min(last.0.last).since(next.0.first).unwrap_or(0);
                keep_larger(&mut sequence.largest_overlap, last.1, next.1, shared);
            }
            if next.0.last > last.0.last {
                last = next;
            }
        }
        sequence
    }
}

fn keep_larger(largest: &mut Option<InputDistance>, earlier: usize, later: usize, nanoseconds: i64) {
    if largest.is_none_or(|largest| nanoseconds > largest.nanoseconds) {
        *largest = Some(InputDistance { earlier, later, nanoseconds });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Time;

    /// The sequence of inputs with these first and last seconds.
    fn sequence(spans: &[(i64, i64)]) -> Sequence {
        let at = |second: i64| Time::from_nanoseconds(second * NANOSECONDS);
        let spans = spans.iter().map(|(first, last)| Span { first: at(*first), last: at(*last) });
        Sequence::from_spans(spans.enumerate().map(|(number, span)| (span, number)).collect())
    }

    fn between(earlier: usize, later: usize, seconds: i64) -> Option<InputDistance> {
        Some(InputDistance { earlier, later, nanoseconds: seconds * NANOSECONDS })
    }

    #[test]
    fn consecutive_files_have_no_gap_or_overlap() {
        assert_eq!(sequence(&[]), Sequence::default());
        assert_eq!(sequence(&[(0, 10), (10, 20), (79, 90)]), Sequence::default());
    }

    #[test]
    fn a_gap_lies_between_the_latest_end_and_the_next_beginning() {
        let expected = Sequence {
            gaps: 2,
            longest_gap: between(0, 2, 70),
            overlaps: 1,
            largest_overlap: between(0, 1, 2),
            ..Sequence::default()
        };
        assert_eq!(sequence(&[(0, 10), (1, 3), (80, 90), (150, 151)]), expected);
    }

    #[test]
    fn an_overlap_is_the_time_that_two_inputs_share() {
        let largest_overlap = between(1, 2, 15);
        assert_eq!(sequence(&[(0, 10), (5, 30), (15, 40)]), Sequence { overlaps: 2, largest_overlap, ..Sequence::default() });
        // A single packet within the span of another input shares no time with it, and still overlaps.
        assert_eq!(sequence(&[(0, 10), (5, 5)]).largest_overlap, between(0, 1, 0));
    }

    #[test]
    fn inputs_out_of_order_are_noticed_and_their_gaps_are_found_in_order_of_time() {
        let found = sequence(&[(100, 110), (0, 40)]);
        assert_eq!(found, Sequence { is_out_of_order: true, gaps: 1, longest_gap: between(1, 0, 60), ..Sequence::default() });
    }
}
