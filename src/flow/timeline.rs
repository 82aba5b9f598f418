//! When each flow's packets came: counts by flow and bucket of time, kept only when somebody asks for them.
//!
//! The buckets' width is not known before the end, unless the user chose it: it is the smallest of a row of widths at which
//! there are not too many buckets with traffic. Each width divides the next, so that narrow buckets can be put together
//! into wide ones without an error, and a gap of three years costs nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::unit::{NANOSECONDS, Time, Traffic};

/// The most buckets with traffic, where the width is chosen here.
pub const MOST_BUCKETS: usize = 600;
/// The widths that are chosen from, in nanoseconds: a millisecond to a week.
const WIDTHS: [i64; 11] = {
    const S: i64 = NANOSECONDS;
    [S / 1000, S / 100, S / 10, S, 10 * S, 60 * S, 600 * S, 3600 * S, 21_600 * S, 86_400 * S, 604_800 * S]
};

/// A bucket's number: its start divided by the width. `None` for packets without a time.
type Bucket = Option<i64>;

/// Counts by owner (a flow's number, or whatever the caller counts by) and bucket.
#[derive(Clone, Debug)]
pub struct Timeline {
    width: i64,
    /// True if the width may grow.
    adapts: bool,
    counts: HashMap<(u32, Bucket), Traffic, foldhash::fast::RandomState>,
    /// The buckets with traffic.
    buckets: BTreeSet<Bucket>,
    latest: Bucket,
}

impl Timeline {
    /// An empty timeline. Buckets are `interval` nanoseconds wide, or as wide as it takes.
    pub fn new(interval: Option<i64>) -> Timeline {
        Timeline {
            width: interval.unwrap_or(WIDTHS[0]).max(1),
            adapts: interval.is_none(),
            counts: HashMap::default(),
            buckets: BTreeSet::new(),
            latest: None,
        }
    }

    /// Counts a packet.
    pub fn add(&mut self, owner: u32, time: Time, wire_len: u32) {
        let bucket = self.bucket(time);
        self.counts.entry((owner, bucket)).or_default().add(wire_len);
        if bucket != self.latest || self.buckets.is_empty() {
            self.latest = bucket;
            self.buckets.insert(bucket);
            while self.adapts && self.buckets.len() > MOST_BUCKETS && self.widen() {}
        }
    }

    fn bucket(&self, time: Time) -> Bucket {
        time.nanoseconds().map(|nanoseconds| nanoseconds.div_euclid(self.width))
    }

    /// Goes over to the next width; false if there is none.
    fn widen(&mut self) -> bool {
        let Some(&width) = WIDTHS.iter().find(|width| **width > self.width) else { return false };
        let wider = |bucket: Bucket| bucket.map(|bucket| bucket.div_euclid(width / self.width));
        let mut counts: HashMap<(u32, Bucket), Traffic, _> = HashMap::default();
        for ((owner, bucket), traffic) in &self.counts {
            counts.entry((*owner, wider(*bucket))).or_default().merge(*traffic);
        }
        self.buckets = self.buckets.iter().map(|bucket| wider(*bucket)).collect();
        self.latest = wider(self.latest);
        (self.counts, self.width) = (counts, width);
        true
    }

    /// Adds another timeline, whose owners are put in place by `owner`.
    pub fn merge(&mut self, mut other: Timeline, owner: impl Fn(u32) -> u32) {
        while self.width < other.width && self.widen() {}
        while other.width < self.width && other.widen() {}
        for ((theirs, bucket), traffic) in other.counts {
            self.counts.entry((owner(theirs), bucket)).or_default().merge(traffic);
            self.buckets.insert(bucket);
        }
        while self.adapts && self.buckets.len() > MOST_BUCKETS && self.widen() {}
    }

    /// What each bucket holds, under the names that `name` gives the owners; in the order of time, then name. Packets without
    /// a time come first.
    pub fn by<N: Ord>(&self, name: impl Fn(u32) -> N) -> BTreeMap<(Time, N), Traffic> {
        let mut sums: BTreeMap<(Time, N), Traffic> = BTreeMap::new();
        for ((owner, bucket), traffic) in &self.counts {
            let start =
                bucket.map_or(Time::UNKNOWN, |bucket| Time::from_wide_nanoseconds(i128::from(bucket) * i128::from(self.width)));
            sums.entry((start, name(*owner))).or_default().merge(*traffic);
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Time {
        Time::from_nanoseconds(milliseconds * 1_000_000)
    }

    /// (start in milliseconds, packets) of one owner's buckets.
    fn told(timeline: &Timeline) -> Vec<(i64, u64)> {
        let start = |time: Time| time.nanoseconds().map_or(-1, |nanoseconds| nanoseconds / 1_000_000);
        timeline.by(|_| ()).into_iter().map(|((time, ()), traffic)| (start(time), traffic.packets)).collect()
    }

    #[test]
    fn a_chosen_width_stays_and_gaps_cost_nothing() {
        let mut timeline = Timeline::new(Some(500 * 1_000_000));
        for time in [0, 499, 500, 94_608_000_000, -1] {
            timeline.add(7, at(time), 60);
        }
        timeline.add(7, Time::UNKNOWN, 60);
        assert_eq!(told(&timeline), [(-1, 1), (-500, 1), (0, 2), (500, 1), (94_608_000_000, 1)]);
    }

    #[test]
    fn the_width_grows_until_there_are_few_enough_buckets_and_nothing_is_lost() {
        let mut timeline = Timeline::new(None);
        (0..5000).for_each(|number| timeline.add(number % 3, at(i64::from(number)), 60));
        assert_eq!(timeline.width, WIDTHS[1]);
        assert_eq!(told(&timeline).len(), 500);
        assert!(told(&timeline).iter().all(|(_, packets)| *packets == 10));
        let far = at(94_608_000_000);
        timeline.add(0, far, 60);
        assert_eq!((timeline.width, told(&timeline).len()), (WIDTHS[1], 501), "a gap is no reason to widen");
    }

    #[test]
    fn timelines_of_different_widths_merge_to_the_wider() {
        let (mut one, mut other) = (Timeline::new(None), Timeline::new(None));
        (0..5000).for_each(|number| one.add(0, at(number), 60));
        (0..20).for_each(|number| other.add(0, at(number), 60));
        other.merge(one.clone(), |_| 1);
        assert_eq!(told(&other)[..3], [(0, 20), (10, 20), (20, 10)]);
        assert_eq!(told(&other).iter().map(|(_, packets)| packets).sum::<u64>(), 5020);
    }
}
