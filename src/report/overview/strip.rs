//! The traffic over time. The bytes are counted packet by packet; the categories are estimated from the flows.
//!
//! A flow's bytes are divided among the buckets from its first to its last packet in proportion to all bytes in these buckets, so that
//! a burst goes to the flows that are large enough for it. A count of each flow in each bucket would be exact, and cost more than all
//! the rest of the overview. Of selected flows, which are usually few, there is such a count, and the strip is exact.

use crate::analysis::{Decided, TrafficByTime};
use crate::report::names;
use crate::service::category::PORTLESS;
use crate::service::{Category, CategoryId};
use crate::stats::TimeHistogram;
use crate::time::{Span, Time};

/// The built-in categories of flows: those of services and verdicts, and that of flows without ports.
const BUILT_IN: usize = Category::ALL.len() + 1;
/// The most buckets of a strip of selected flows.
const MAX_BUCKETS: i128 = 1 << 10;
/// The unit of weights is 1 divided by 2 to the power of this.
const WEIGHT_BITS: u32 = 32;

/// The place of a category: the built-in ones come first, then that of flows without ports, then the user's own.
fn index(category: Option<CategoryId>) -> usize {
    match category {
        Some(CategoryId::BuiltIn(category)) => category as usize,
        None => Category::ALL.len(),
        Some(CategoryId::Own(own)) => BUILT_IN + own.index(),
    }
}

/// By category: the sum over its flows of their bytes divided by all bytes in their time, in each bucket. Each bucket has the difference
/// from the one before, so that a flow is added in two steps, however long it is.
pub struct FlowShares {
    weights: Vec<Vec<i128>>,
}

impl FlowShares {
    /// No flows, with room for so many categories of the user's own.
    pub fn none(histogram: &TimeHistogram, own_categories: usize) -> FlowShares {
        FlowShares { weights: vec![vec![0; histogram.buckets().len() + 1]; BUILT_IN + own_categories] }
    }

    /// By bucket: all bytes before it. The last number is the sum of all.
    pub fn bytes_before(histogram: &TimeHistogram) -> Vec<u64> {
        let mut sum = 0_u64;
        let mut before = vec![0];
        for bytes in histogram.buckets() {
            sum = sum.saturating_add(*bytes);
            before.push(sum);
        }
        before
    }

    /// Adds a flow. `before` are the [bytes before](FlowShares::bytes_before) each bucket.
    pub fn add(&mut self, category: Option<CategoryId>, bytes: u64, span: Span, (histogram, before): (&TimeHistogram, &[u64])) {
        let Some((first, last)) = histogram.index_of(span.first).zip(histogram.index_of(span.last)) else { return };
        let all = before[last + 1].saturating_sub(before[first]);
        if first > last || all == 0 {
            return;
        }
        // A division of wide numbers takes longer than all the rest, and few flows need it.
        let weight = match bytes.checked_mul(1 << WEIGHT_BITS) {
            Some(scaled) => i128::from(scaled / all),
            None => (i128::from(bytes) << WEIGHT_BITS) / i128::from(all),
        };
        let weights = &mut self.weights[index(category)];
        weights[first] += weight;
        weights[last + 1] -= weight;
    }

    /// Adds the flows of another part.
    pub fn merge(&mut self, other: &FlowShares) {
        for (mine, theirs) in self.weights.iter_mut().zip(&other.weights) {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
    }
}

/// The traffic over time, in buckets of equal width.
#[derive(Clone, Debug)]
pub struct TrafficStrip<'a> {
    /// The start of each bucket, and the end of the last one.
    starts: Vec<Time>,
    /// The bytes of each bucket.
    bytes: Vec<u64>,
    /// The bytes of each category that has any, in each bucket: estimated, unless flows are selected.
    categories: Vec<(&'a str, Vec<u64>)>,
}

/// Some buckets together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StripColumn<'a> {
    /// The start.
    pub start: Time,
    /// The length in nanoseconds.
    pub length: i64,
    /// The bytes on the wire.
    pub bytes: u64,
    /// The category that has, or is estimated to have, the most of these bytes, if it has more than half of them.
    pub category: Option<&'a str>,
}

impl<'a> TrafficStrip<'a> {
    /// Creates the strip of a capture; `None` if no packet has a time.
    pub(super) fn new(decided: &'a Decided<'_>, shares: FlowShares) -> Option<TrafficStrip<'a>> {
        if decided.selected.is_some() {
            return TrafficStrip::of_selected(decided);
        }
        let histogram = &decided.collected.tally.by_time;
        let bytes = histogram.buckets().to_vec();
        if bytes.is_empty() {
            return None;
        }
        let registry = &decided.collected.registry;
        let built_in = Category::ALL.map(Category::name).into_iter().chain([PORTLESS]);
        let names = built_in.chain(registry.own_categories().iter().map(|category| &*category.name));
        let categories = names.zip(shares.weights).filter(|(_, weights)| weights.iter().any(|weight| *weight != 0));
        let categories = categories.map(|(name, weights)| {
            let mut weight = 0;
            let estimated = weights.iter().zip(&bytes).map(|(step, bytes)| {
                weight += step;
                ((weight * i128::from(*bytes)) >> WEIGHT_BITS).clamp(0, i128::from(*bytes)) as u64
            });
            (name, estimated.collect())
        });
        let starts = (0..=bytes.len()).map(|index| histogram.start(index)).collect();
        Some(TrafficStrip { starts, categories: categories.collect(), bytes })
    }

    /// Creates the strip of selected flows: their packets by time, if packets were counted so.
    fn of_selected(decided: &'a Decided<'_>) -> Option<TrafficStrip<'a>> {
        let registry = &decided.collected.registry;
        let (width, by_time) = decided.by_time(|category| names::counted_category(registry, category))?;
        TrafficStrip::of_steps(width, by_time)
    }

    /// Creates a strip of traffic by the start of steps of so many nanoseconds and by category. Where most steps have no traffic,
    /// several are one bucket.
    fn of_steps(width: i64, by_time: TrafficByTime<&'a str>) -> Option<TrafficStrip<'a>> {
        let known = || by_time.iter().filter_map(|((time, category), traffic)| Some((time.nanoseconds()?, *category, traffic)));
        let (first, last) = (known().next()?.0, known().next_back()?.0);
        let steps = (i128::from(last) - i128::from(first)) / i128::from(width) + 1;
        let width = i128::from(width) * (steps + MAX_BUCKETS - 1).div_euclid(MAX_BUCKETS);
        let place = |time: i64| ((i128::from(time) - i128::from(first)) / width) as usize;
        let mut bytes = vec![0; place(last) + 1];
        let mut categories: Vec<(&'a str, Vec<u64>)> = Vec::new();
        for (time, category, traffic) in known() {
            bytes[place(time)] += traffic.wire_bytes;
            let position = categories.iter().position(|(name, _)| *name == category).unwrap_or_else(|| {
                categories.push((category, vec![0; bytes.len()]));
                categories.len() - 1
            });
            categories[position].1[place(time)] += traffic.wire_bytes;
        }
        let start = |bucket: usize| Time::from_wide_nanoseconds(i128::from(first) + width * bucket as i128);
        Some(TrafficStrip { starts: (0..=bytes.len()).map(start).collect(), bytes, categories })
    }

    /// The strip in at most `most` columns of equal length, but for the last one.
    pub fn columns(&self, most: usize) -> Vec<StripColumn<'a>> {
        let together = self.bytes.len().div_ceil(most.max(1));
        (0..self.bytes.len())
            .step_by(together)
            .map(|first| self.column(first, (first + together).min(self.bytes.len())))
            .collect()
    }

    fn column(&self, first: usize, end: usize) -> StripColumn<'a> {
        let sum = |bytes: &[u64]| bytes[first..end].iter().fold(0_u64, |sum, bytes| sum.saturating_add(*bytes));
        let bytes = sum(&self.bytes);
        let largest = self.categories.iter().map(|(name, bytes)| (sum(bytes), *name)).max();
        StripColumn {
            start: self.starts[first],
            length: self.starts[end].since(self.starts[first]).unwrap_or(0),
            bytes,
            category: largest.filter(|(part, _)| part.saturating_mul(2) > bytes).map(|(_, name)| name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::traffic::Traffic;

    const SECOND: i64 = 1 << 30;

    fn at(second: i64) -> Time {
        Time::from_nanoseconds(second * SECOND)
    }

    #[test]
    fn a_burst_goes_to_the_flow_that_is_large_enough_for_it() {
        // A large flow and a small one all the time, with a burst in the middle.
        let mut histogram = TimeHistogram::default();
        for second in 0..1000 {
            histogram.add(at(second), if second == 500 { 100_000 } else { 10 });
        }
        let before = FlowShares::bytes_before(&histogram);
        let mut shares = FlowShares::none(&histogram, 0);
        let span = Span { first: at(0), last: at(999) };
        shares.add(Some(Category::Web.into()), 105_000, span, (&histogram, &before));
        shares.add(Some(Category::Mail.into()), 4_990, span, (&histogram, &before));
        let mut weight = 0;
        let web: Vec<i128> = shares.weights[index(Some(Category::Web.into()))]
            .iter()
            .map(|step| {
                weight += step;
                weight
            })
            .collect();
        let burst = histogram.index_of(at(500)).unwrap();
        let estimated = (web[burst] * 100_000) >> WEIGHT_BITS;
        assert!((95_000..96_000).contains(&estimated), "{estimated}");
        assert_eq!(*web.last().unwrap(), 0);
    }

    #[test]
    fn selected_traffic_has_buckets_of_equal_length_however_long_the_gaps_are() {
        let traffic = |wire_bytes| Traffic { packets: 1, wire_bytes };
        let steps = [(0, "web", 5), (0, "mail", 1), (1, "web", 2), (100_000, "mail", 4)];
        let by_time = steps.map(|(second, category, bytes)| ((at(second), category), traffic(bytes)));
        let unknown = ((Time::UNKNOWN, "web"), traffic(99));
        let strip = TrafficStrip::of_steps(SECOND, by_time.into_iter().chain([unknown]).collect()).unwrap();
        // A hundred steps are not enough for a bucket.
        assert_eq!((strip.bytes.len(), strip.bytes[0], strip.bytes.iter().sum::<u64>()), (1021, 8, 12), "{strip:?}");
        assert_eq!(strip.columns(2).iter().map(|column| column.category).collect::<Vec<_>>(), [Some("web"), Some("mail")]);
        assert!(TrafficStrip::of_steps(SECOND, [unknown].into()).is_none());
        let ends = [i64::MIN, i64::MAX].map(|end| ((Time::from_nanoseconds(end), "web"), traffic(1)));
        assert!(TrafficStrip::of_steps(1, ends.into()).unwrap().bytes.len() <= 1024);
    }

    #[test]
    fn columns_are_of_equal_length_and_lose_no_byte() {
        let strip = TrafficStrip {
            starts: (0..=10).map(at).collect(),
            bytes: (1..=10).collect(),
            categories: vec![("web", vec![1; 10]), ("mail", vec![0, 0, 3, 0, 0, 0, 0, 0, 0, 10])],
        };
        let columns = strip.columns(4);
        assert_eq!(columns.iter().map(|column| column.bytes).collect::<Vec<_>>(), [6, 15, 24, 10]);
        assert_eq!(columns.iter().map(|column| column.length / SECOND).collect::<Vec<_>>(), [3, 3, 3, 1]);
        assert_eq!(columns.iter().map(|column| column.category).collect::<Vec<_>>(), [None, None, None, Some("mail")]);
        assert_eq!(strip.columns(0).len(), 1);
        assert_eq!(strip.columns(100).len(), 10);
    }
}
