//! Packets over time: counts by flow and bucket of time, kept only on request.
//!
//! Packets are noted one after the other and combined from time to time, which is several times as fast as a lookup of each
//! packet's count, and takes half the memory.
//!
//! Unless the user chose it, the width of the buckets is not known before the end: it is the smallest of a series of widths at
//! which there are not too many buckets with traffic. Each width divides the next, so that narrow buckets can be combined into
//! wide ones without an error, and a gap of three years costs nothing. Buckets are also widened where they would need too much
//! memory ([`Bounds`]): a flow has a count in each bucket in which it has packets.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;

use crate::support::parallel;
use crate::time::{NANOSECONDS, Time};
use crate::traffic::Traffic;

/// The most buckets with traffic, where Portolan chooses the width.
pub const MAX_BUCKETS: usize = 600;
/// The widths to choose from, in nanoseconds: a millisecond to a week.
const WIDTHS: [i64; 11] = {
    const S: i64 = NANOSECONDS;
    [S / 1000, S / 100, S / 10, S, 10 * S, 60 * S, 600 * S, 3600 * S, 21_600 * S, 86_400 * S, 604_800 * S]
};
/// The width beyond which buckets are widened only where they must be.
const WIDEST: i64 = WIDTHS[WIDTHS.len() - 1];

/// The limits of a timeline.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    /// Packets that are noted before they are combined.
    noted: usize,
    /// Buckets with traffic, where the user chose the width.
    buckets: usize,
    /// Counts, of 16 bytes each, that there is always room for.
    counts: usize,
    /// Counts for each owner, if these are more.
    counts_of_owner: usize,
}

/// The limits outside of tests: 64 MB, or 64 bytes a flow.
const DEFAULT_BOUNDS: Bounds = Bounds { noted: 1 << 20, buckets: 1 << 20, counts: 1 << 22, counts_of_owner: 4 };

/// A bucket: its start divided by the width. `None` for packets without a time.
type Bucket = Option<i64>;

/// The count of one owner (a flow's number, or any other number that the caller counts by) in one bucket, or a part of that
/// count.
#[derive(Clone, Copy, Debug)]
struct Count {
    /// The index of the bucket among those with traffic.
    bucket: u32,
    owner: u32,
    packets: u32,
    wire_bytes: u32,
}

impl Count {
    fn key(&self) -> u64 {
        u64::from(self.bucket) << 32 | u64::from(self.owner)
    }

    /// Adds another count of the same owner and bucket. Returns false if the sum does not fit.
    fn take_in(&mut self, other: &Count) -> bool {
        let sums = (self.packets.checked_add(other.packets), self.wire_bytes.checked_add(other.wire_bytes));
        let (Some(packets), Some(wire_bytes)) = sums else { return false };
        (self.packets, self.wire_bytes) = (packets, wire_bytes);
        true
    }
}

/// The options for counting packets by time.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimelineOptions {
    /// Nanoseconds of a bucket; chosen to fit, if `None`. Where flows expire, the width is doubled when the counts would grow
    /// [without bound](Timeline::bound).
    pub interval: Option<i64>,
}

/// Counts by owner and bucket.
#[derive(Clone, Debug)]
pub struct Timeline {
    width: i64,
    /// True if the width may grow.
    adapts: bool,
    counts: Vec<Count>,
    /// The number of counts at the front that have been combined.
    together: usize,
    /// The buckets with traffic, in order of appearance.
    buckets: Vec<Bucket>,
    places: HashMap<Bucket, u32, foldhash::fast::RandomState>,
    /// The bucket of the latest packet, and its index.
    latest: Option<(Bucket, u32)>,
    /// An upper bound on the numbers of owners whose packets have been combined, exclusive.
    owners: usize,
    bounds: Bounds,
}

impl Timeline {
    /// An empty timeline. Buckets are `interval` nanoseconds wide, or as wide as needed.
    pub fn new(interval: Option<i64>) -> Timeline {
        Timeline {
            width: interval.unwrap_or(WIDTHS[0]).max(1),
            adapts: interval.is_none(),
            counts: Vec::new(),
            together: 0,
            buckets: Vec::new(),
            places: HashMap::default(),
            latest: None,
            owners: 0,
            bounds: DEFAULT_BOUNDS,
        }
    }

    /// Counts a packet. The owners' numbers are dense, and start at 0.
    pub fn add(&mut self, owner: u32, time: Time, wire_len: u32) {
        let bucket = time.nanoseconds().map(|nanoseconds| nanoseconds.div_euclid(self.width));
        let place = match self.latest {
            Some((latest, place)) if latest == bucket => place,
            _ => self.place(bucket),
        };
        self.latest = Some((bucket, place));
        self.counts.push(Count { bucket: place, owner, packets: 1, wire_bytes: wire_len });
        if self.counts.len() - self.together >= self.bounds.noted {
            self.put_noted_together();
        }
        self.widen_while_too_many();
    }

    /// Combines the noted packets, and widens the buckets if there are still too many counts.
    #[cold]
    fn put_noted_together(&mut self) {
        let owners = self.counts[self.together..].iter().map(|count| count.owner as usize + 1);
        self.owners = owners.fold(self.owners, usize::max);
        self.put_together(self.together);
        let most = self.bounds.counts.max(self.owners.saturating_mul(self.bounds.counts_of_owner));
        if self.counts.len() > most {
            self.put_all_together();
            // Half of the room is then free, so that the next widening is not soon.
            while self.counts.len() > most / 2 && self.widen() {}
        }
    }

    /// The index of a bucket, known or new.
    fn place(&mut self, bucket: Bucket) -> u32 {
        *self.places.entry(bucket).or_insert_with(|| {
            self.buckets.push(bucket);
            (self.buckets.len() - 1) as u32
        })
    }

    /// Combines the counts of each owner and bucket, from the index `start` on.
    fn put_together(&mut self, start: usize) {
        self.counts[start..].sort_unstable_by_key(Count::key);
        let mut last = start;
        for number in start + 1..self.counts.len() {
            let count = self.counts[number];
            if self.counts[last].key() != count.key() || !self.counts[last].take_in(&count) {
                last += 1;
                self.counts[last] = count;
            }
        }
        self.counts.truncate(last + 1);
        self.together = self.counts.len();
    }

    fn widen_while_too_many(&mut self) {
        while self.buckets.len() > self.max_buckets(self.width) && self.widen() {}
    }

    /// The most buckets of the width `width`.
    fn max_buckets(&self, width: i64) -> usize {
        if self.adapts && width < WIDEST { MAX_BUCKETS } else { self.bounds.buckets }
    }

    /// The width after `width`, if there is one: the next of the series, or twice `width` if the user chose the width or the
    /// series ends.
    fn next_width(&self, width: i64) -> Option<i64> {
        let of_row = WIDTHS.into_iter().find(|next| self.adapts && *next > width);
        of_row.or_else(|| width.checked_mul(2))
    }

    /// Changes to the next width; false if there is none.
    fn widen(&mut self) -> bool {
        let Some(width) = self.next_width(self.width) else { return false };
        let narrow = std::mem::take(&mut self.buckets);
        self.places.clear();
        let wide: Vec<Bucket> = narrow.iter().map(|bucket| self.widened(bucket, width)).collect();
        let places: Vec<u32> = wide.into_iter().map(|bucket| self.place(bucket)).collect();
        self.counts.iter_mut().for_each(|count| count.bucket = places[count.bucket as usize]);
        (self.latest, self.width) = (None, width);
        self.put_together(0);
        true
    }

    /// Adds another timeline. `owner` maps its owners to those of this one.
    pub fn merge(&mut self, mut other: Timeline, owner: impl Fn(u32) -> u32) {
        while self.width < other.width && self.widen() {}
        while other.width < self.width && other.widen() {}
        let places: Vec<u32> = other.buckets.iter().map(|bucket| self.place(*bucket)).collect();
        let moved = |count: &Count| Count { bucket: places[count.bucket as usize], owner: owner(count.owner), ..*count };
        if self.counts.is_empty() {
            // The memory of the other counts is reused: there may be a lot of it.
            other.counts.iter_mut().for_each(|count| *count = moved(count));
            self.counts = other.counts;
        } else {
            self.counts.extend(other.counts.iter().map(moved));
        }
        self.widen_while_too_many();
    }

    /// Widens the buckets until there are at most `most_counts` counts, or no more than [`MAX_BUCKETS`] buckets. Even a width
    /// that the user chose is widened, because a capture that goes on for days has no end of buckets.
    pub fn bound(&mut self, most_counts: usize) {
        if self.counts.len() > most_counts {
            self.put_all_together();
        }
        while self.counts.len() > most_counts && self.buckets.len() > MAX_BUCKETS && self.widen() {}
    }

    /// An empty timeline of the same kind and width.
    pub fn emptied(&self) -> Timeline {
        let empty = Timeline::new(None);
        Timeline { width: self.width, adapts: self.adapts, bounds: self.bounds, ..empty }
    }

    /// A copy with the counts of the wanted owners only.
    pub fn part_of(&self, is_wanted: impl Fn(u32) -> bool) -> Timeline {
        let counts = self.counts.iter().filter(|count| is_wanted(count.owner)).copied().collect();
        Timeline { counts, ..self.emptied() }.in_buckets_of(&self.buckets)
    }

    /// Translates bucket indices into `buckets` to indices of this timeline, which gets only the buckets that are used.
    fn in_buckets_of(mut self, buckets: &[Bucket]) -> Timeline {
        let mut places = vec![None; buckets.len()];
        let mut counts = std::mem::take(&mut self.counts);
        for count in &mut counts {
            let place = count.bucket as usize;
            count.bucket = *places[place].get_or_insert_with(|| self.place(buckets[place]));
        }
        Timeline { counts, ..self }
    }

    /// Replaces the numbers of the owners.
    pub fn renumber(&mut self, mut owner: impl FnMut(u32) -> u32) {
        self.counts.iter_mut().for_each(|count| count.owner = owner(count.owner));
    }

    /// Combines all counts of each owner and bucket.
    pub fn put_all_together(&mut self) {
        if !self.counts.is_empty() {
            self.put_together(0);
        }
    }

    /// The traffic of the counts in `part` in buckets of the width `width`, a multiple of this timeline's, under the names that
    /// `name` gives the owners.
    fn part_by<N: Ord + Copy>(&self, part: Range<usize>, width: i64, name: impl Fn(u32) -> N) -> BTreeMap<(Time, N), Traffic> {
        let mut sums: BTreeMap<(Time, N), Traffic> = BTreeMap::new();
        for of_bucket in self.counts[part].chunk_by(|one, other| one.bucket == other.bucket) {
            // There are few names, so that a linear search is fastest.
            let mut named: Vec<(N, Traffic)> = Vec::new();
            for count in of_bucket {
                let traffic = Traffic { packets: u64::from(count.packets), wire_bytes: u64::from(count.wire_bytes) };
                let name = name(count.owner);
                match named.iter_mut().find(|(other, _)| *other == name) {
                    Some((_, sum)) => sum.merge(traffic),
                    None => named.push((name, traffic)),
                }
            }
            let bucket = self.widened(&self.buckets[of_bucket[0].bucket as usize], width);
            let start = bucket.map(|bucket| Time::from_wide_nanoseconds(i128::from(bucket) * i128::from(width)));
            let start = start.unwrap_or(Time::UNKNOWN);
            named.into_iter().for_each(|(name, traffic)| sums.entry((start, name)).or_default().merge(traffic));
        }
        sums
    }

    /// The bucket of the width `width`, a multiple of this timeline's, that contains a bucket of this timeline.
    fn widened(&self, bucket: &Bucket, width: i64) -> Bucket {
        bucket.map(|bucket| bucket.div_euclid(width / self.width))
    }
}

/// Several timelines read as one, without a copy. Its buckets are as wide as the widest, or wider if there would be too many.
#[derive(Clone, Debug)]
pub struct Timelines<'t> {
    parts: Vec<&'t Timeline>,
    width: i64,
}

impl<'t> Timelines<'t> {
    /// Timelines with the same [options](TimelineOptions); `None` if there are none.
    pub fn new(parts: Vec<&'t Timeline>) -> Option<Timelines<'t>> {
        let widest = parts.iter().max_by_key(|part| part.width)?;
        let mut width = widest.width;
        let too_many = |width: i64| {
            let buckets = parts.iter().flat_map(|part| part.buckets.iter().map(move |bucket| part.widened(bucket, width)));
            buckets.collect::<HashSet<Bucket, foldhash::fast::RandomState>>().len() > widest.max_buckets(width)
        };
        while too_many(width)
            && let Some(wider) = widest.next_width(width)
        {
            width = wider;
        }
        Some(Timelines { parts, width })
    }

    /// Nanoseconds of a bucket.
    pub fn width(&self) -> i64 {
        self.width
    }

    /// The traffic of each bucket, under the names that `name` gives the owners, each with the number of its timeline; sorted by
    /// time, then name. Packets without a time come first.
    pub fn by<N: Ord + Copy + Send>(
        &self,
        threads: usize,
        name: impl Fn(usize, u32) -> N + Sync,
    ) -> BTreeMap<(Time, N), Traffic> {
        let mut sums: BTreeMap<(Time, N), Traffic> = BTreeMap::new();
        for (number, timeline) in self.parts.iter().enumerate() {
            let name = |owner| name(number, owner);
            let parts = parallel::parts(timeline.counts.len(), threads, |part| timeline.part_by(part, self.width, name));
            for (key, traffic) in parts.into_iter().flatten() {
                sums.entry(key).or_default().merge(traffic);
            }
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
    fn packets_by_time(timeline: &Timeline) -> Vec<(i64, u64)> {
        let start = |time: Time| time.nanoseconds().map_or(-1, |nanoseconds| nanoseconds / 1_000_000);
        Timelines::new(vec![timeline])
            .unwrap()
            .by(2, |_, _| ())
            .into_iter()
            .map(|((time, ()), traffic)| (start(time), traffic.packets))
            .collect()
    }

    #[test]
    fn a_chosen_width_stays_and_gaps_cost_nothing() {
        let mut timeline = Timeline::new(Some(500 * 1_000_000));
        for time in [0, 499, 500, 94_608_000_000, -1] {
            timeline.add(7, at(time), 60);
        }
        timeline.add(7, Time::UNKNOWN, 60);
        assert_eq!(packets_by_time(&timeline), [(-1, 1), (-500, 1), (0, 2), (500, 1), (94_608_000_000, 1)]);
    }

    #[test]
    fn the_width_grows_until_there_are_few_enough_buckets_and_nothing_is_lost() {
        let mut timeline = Timeline::new(None);
        (0..5000).for_each(|number| timeline.add(number % 3, at(i64::from(number)), 60));
        assert_eq!(timeline.width, WIDTHS[1]);
        assert_eq!(packets_by_time(&timeline).len(), 500);
        assert!(packets_by_time(&timeline).iter().all(|(_, packets)| *packets == 10));
        let far = at(94_608_000_000);
        timeline.add(0, far, 60);
        assert_eq!((timeline.width, packets_by_time(&timeline).len()), (WIDTHS[1], 501), "a gap is no reason to widen");
    }

    #[test]
    fn timelines_of_different_widths_merge_to_the_wider() {
        let (mut one, mut other) = (Timeline::new(None), Timeline::new(None));
        (0..5000).for_each(|number| one.add(0, at(number), 60));
        (0..20).for_each(|number| other.add(0, at(number), 60));
        other.merge(one.clone(), |_| 1);
        assert_eq!(packets_by_time(&other)[..3], [(0, 20), (10, 20), (20, 10)]);
        assert_eq!(packets_by_time(&other).iter().map(|(_, packets)| packets).sum::<u64>(), 5020);
    }

    #[test]
    fn buckets_get_wider_where_their_counts_would_take_too_much_memory() {
        let bounds = Bounds { noted: 64, buckets: 1000, counts: 256, counts_of_owner: 4 };
        for interval in [None, Some(1_000_000)] {
            let mut timeline = Timeline { bounds, ..Timeline::new(interval) };
            // 100 owners have a packet in each millisecond: 40,000 counts if none were combined.
            for number in 0..400i64 {
                (0..100).for_each(|owner| timeline.add(owner, at(number), 60));
                assert!(timeline.counts.len() <= 100 * 4 + 64, "{}", timeline.counts.len());
            }
            assert!(timeline.width > 1_000_000 && timeline.width % 1_000_000 == 0);
            assert_eq!(packets_by_time(&timeline).iter().map(|(_, packets)| packets).sum::<u64>(), 40_000);
            assert_eq!(
                Timelines::new(vec![&timeline]).unwrap().by(1, |_, owner| owner).keys().filter(|(_, owner)| *owner == 7).count(),
                packets_by_time(&timeline).len()
            );
        }
        // A single owner can need too many buckets, if the user chose their width.
        let mut timeline = Timeline { bounds: Bounds { buckets: 100, ..bounds }, ..Timeline::new(Some(1_000_000)) };
        for number in 0..2000 {
            timeline.add(0, at(number), 60);
            assert!(timeline.buckets.len() <= 101 && timeline.counts.len() <= 256 + 64);
        }
        assert_eq!((timeline.width, packets_by_time(&timeline)[0]), (32_000_000, (0, 32)));
    }

    /// One packet of each owner in each second from 0, in buckets of a second.
    fn by_seconds(owners: u32, seconds: i64) -> Timeline {
        let mut timeline = Timeline::new(Some(NANOSECONDS));
        (0..seconds).for_each(|second| (0..owners).for_each(|owner| timeline.add(owner, at(second * 1000), 60)));
        timeline
    }

    #[test]
    fn a_part_has_the_buckets_that_it_needs() {
        let mut timeline = Timeline::new(Some(NANOSECONDS));
        [(0, 1), (1, 2), (1, 3), (0, 3)].into_iter().for_each(|(owner, second)| timeline.add(owner, at(second * 1000), 60));
        let gone = timeline.part_of(|owner| owner == 1);
        timeline = timeline.part_of(|owner| owner != 1);
        assert_eq!(
            (packets_by_time(&gone), packets_by_time(&timeline)),
            (vec![(2000, 1), (3000, 1)], vec![(1000, 1), (3000, 1)])
        );
        assert_eq!([&gone, &timeline].map(|part| (part.buckets.len(), part.places.len())), [(2, 2), (2, 2)]);
        // It continues in the bucket of its latest packet.
        timeline.add(0, at(3000), 60);
        assert_eq!(packets_by_time(&timeline), [(1000, 1), (3000, 2)]);
        // An empty timeline keeps only its width.
        timeline = timeline.part_of(|_| false);
        assert_eq!((timeline.buckets.len(), timeline.places.len(), timeline.counts.len()), (0, 0, 0));
    }

    #[test]
    fn owners_get_new_numbers() {
        let mut timeline = by_seconds(3, 1);
        timeline.renumber(|owner| owner + 7);
        assert_eq!(
            Timelines::new(vec![&timeline])
                .unwrap()
                .by(1, |_, owner| owner)
                .into_keys()
                .map(|(_, owner)| owner)
                .collect::<Vec<_>>(),
            [7, 8, 9]
        );
    }

    #[test]
    fn a_chosen_width_doubles_when_buckets_grow_without_bound() {
        let mut timeline = by_seconds(2, 2000);
        timeline.bound(4000);
        assert_eq!((timeline.width, timeline.counts.len()), (NANOSECONDS, 4000), "they all have room");
        timeline.bound(1500);
        assert_eq!((timeline.width, timeline.counts.len()), (4 * NANOSECONDS, 1000));
        assert!(packets_by_time(&timeline).iter().all(|(_, packets)| *packets == 8));
        // A small number of buckets is kept whatever it costs.
        timeline.bound(1);
        assert_eq!((timeline.width, packets_by_time(&timeline).len()), (4 * NANOSECONDS, 500));
        // A timeline that is merged with it gets as wide.
        let mut other = by_seconds(1, 8);
        other.merge(timeline, |owner| owner);
        assert_eq!(packets_by_time(&other)[..3], [(0, 12), (4000, 12), (8000, 8)]);
    }

    #[test]
    fn counts_of_one_owner_and_bucket_are_one_count() {
        let mut timeline = by_seconds(1, 3);
        timeline.merge(by_seconds(1, 3), |owner| owner);
        assert_eq!(timeline.counts.len(), 6);
        timeline.put_all_together();
        assert_eq!((timeline.counts.len(), packets_by_time(&timeline)), (3, vec![(0, 2), (1000, 2), (2000, 2)]));
    }
}
