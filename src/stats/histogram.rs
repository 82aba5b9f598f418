//! Bytes over time, without a distinction of flows: cheap enough to be counted for every packet.

use crate::time::Time;

/// The bytes of successive packets in one bucket, on their way to a histogram: most packets are in the bucket of the packet before
/// them, which is seen by one comparison.
#[derive(Clone, Copy, Debug, Default)]
pub struct BucketRun {
    /// The first known time in the bucket.
    start: i64,
    /// The times from there to the end of the bucket; 0 if there is no bucket.
    width: u64,
    /// The bytes that the histogram does not have yet.
    bytes: u64,
}

impl BucketRun {
    /// Counts a packet.
    #[inline(always)]
    pub fn add(&mut self, time: Time, wire_len: u32, histogram: &mut TimeHistogram) {
        // A time before the start wraps to a large distance. An unknown time is in no bucket.
        if (time.as_number().wrapping_sub(self.start) as u64) < self.width {
            self.bytes += u64::from(wire_len);
        } else {
            self.add_elsewhere(time, wire_len, histogram);
        }
    }

    /// Counts a packet in another bucket, or without a time.
    #[cold]
    #[inline(never)]
    fn add_elsewhere(&mut self, time: Time, wire_len: u32, histogram: &mut TimeHistogram) {
        self.flush(histogram);
        histogram.add(time, wire_len.into());
        if let Some(nanoseconds) = time.nanoseconds() {
            let (start, end) = histogram.bucket_around(nanoseconds);
            let start = start.max(i128::from(i64::MIN) + 1);
            *self = BucketRun { start: start as i64, width: (end - start) as u64, bytes: 0 };
        }
    }

    /// Adds the bytes to the histogram.
    pub fn flush(&mut self, histogram: &mut TimeHistogram) {
        if self.bytes > 0 {
            histogram.add(Time::from_nanoseconds(self.start), std::mem::take(&mut self.bytes));
        }
    }
}

/// The most buckets.
const MAX_BUCKETS: u128 = 1 << 10;

/// Bytes on the wire in buckets of time. Their width is a power of two nanoseconds: the smallest at which all packets fit, so that
/// it does not depend on the order in which packets come. Packets without a time are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeHistogram {
    /// The binary logarithm of the width in nanoseconds.
    shift: u32,
    /// The number of the first bucket: its start divided by the width.
    first: i64,
    /// The bytes of each bucket, from that of the earliest packet to that of the latest.
    bytes: Vec<u64>,
}

impl TimeHistogram {
    /// Counts the bytes of packets at one time.
    pub fn add(&mut self, time: Time, bytes: u64) {
        let Some(nanoseconds) = time.nanoseconds() else { return };
        match self.index(nanoseconds) {
            Some(index) => self.bytes[index] += bytes,
            None => self.add_outside(nanoseconds, bytes),
        }
    }

    /// Counts bytes whose bucket does not exist yet.
    fn add_outside(&mut self, nanoseconds: i64, bytes: u64) {
        if self.bytes.is_empty() {
            self.first = nanoseconds >> self.shift;
        }
        self.reach(nanoseconds, nanoseconds);
        if let Some(index) = self.index(nanoseconds) {
            self.bytes[index] += bytes;
        }
    }

    /// Creates the buckets between two times and those that exist, wider ones if these would be too many.
    fn reach(&mut self, from: i64, to: i64) {
        loop {
            let first = self.first.min(from >> self.shift);
            let last = self.first.saturating_add(self.bytes.len().saturating_sub(1) as i64).max(to >> self.shift);
            let buckets = (i128::from(last) - i128::from(first)).unsigned_abs() + 1;
            if buckets <= MAX_BUCKETS {
                let before = (i128::from(self.first) - i128::from(first)).unsigned_abs() as usize;
                self.bytes.splice(0..0, std::iter::repeat_n(0, before));
                self.bytes.resize(buckets as usize, 0);
                self.first = first;
                return;
            }
            self.widen();
        }
    }

    /// Doubles the width.
    fn widen(&mut self) {
        // An odd number is that of the second half of a wider bucket.
        let odd = (self.first & 1) as usize;
        let mut wide = vec![0; (self.bytes.len() + odd).div_ceil(2)];
        self.bytes.iter().enumerate().for_each(|(index, bytes)| wide[(index + odd) / 2] += bytes);
        (self.bytes, self.first, self.shift) = (wide, self.first >> 1, self.shift + 1);
    }

    /// Adds another histogram, with the same result as adding its packets one by one.
    pub fn merge(&mut self, other: &TimeHistogram) {
        if other.bytes.is_empty() {
            return;
        }
        if self.bytes.is_empty() {
            return self.clone_from(other);
        }
        let mut other = other.clone();
        loop {
            while self.shift < other.shift {
                self.widen();
            }
            while other.shift < self.shift {
                other.widen();
            }
            self.reach(other.first << other.shift, (other.first + (other.bytes.len() - 1) as i64) << other.shift);
            if self.shift == other.shift {
                break;
            }
        }
        let offset = (other.first - self.first) as usize;
        self.bytes[offset..].iter_mut().zip(&other.bytes).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// The bytes of each bucket, in order.
    pub fn buckets(&self) -> &[u64] {
        &self.bytes
    }

    /// Nanoseconds of a bucket.
    pub fn width(&self) -> i128 {
        1 << self.shift
    }

    /// The start of the bucket with this index, which may be the one after the last.
    pub fn start(&self, index: usize) -> Time {
        Time::from_wide_nanoseconds((i128::from(self.first) + index as i128) * self.width())
    }

    /// The index of the bucket that a time is in; `None` outside of all buckets.
    pub fn index_of(&self, time: Time) -> Option<usize> {
        self.index(time.nanoseconds()?)
    }

    /// The first point of the bucket around a time, and the first one after it.
    fn bucket_around(&self, nanoseconds: i64) -> (i128, i128) {
        let start = i128::from(nanoseconds >> self.shift) * self.width();
        (start, start + self.width())
    }

    #[inline]
    fn index(&self, nanoseconds: i64) -> Option<usize> {
        // A bucket before the first one wraps to a large index.
        let index = (nanoseconds >> self.shift).wrapping_sub(self.first) as u64;
        (index < self.bytes.len() as u64).then_some(index as usize)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn histogram(packets: &[(i64, u32)]) -> TimeHistogram {
        let mut histogram = TimeHistogram::default();
        packets.iter().for_each(|(time, len)| histogram.add(Time::from_nanoseconds(*time), u64::from(*len)));
        histogram
    }

    /// The histogram of packets that are counted bucket by bucket, with one of an unknown time after each.
    fn in_runs(packets: &[(i64, u32)]) -> TimeHistogram {
        let (mut histogram, mut run) = (TimeHistogram::default(), BucketRun::default());
        for (time, len) in packets {
            run.add(Time::from_nanoseconds(*time), *len, &mut histogram);
            run.add(Time::UNKNOWN, 1, &mut histogram);
        }
        run.flush(&mut histogram);
        histogram
    }

    #[test]
    fn buckets_are_as_narrow_as_the_span_allows() {
        let histogram = histogram(&[(5000, 1), (5001, 2), (5001, 4), (6023, 8)]);
        assert_eq!((histogram.width(), histogram.buckets().len()), (1, 1024));
        assert_eq!((histogram.buckets()[0], histogram.buckets()[1], histogram.buckets()[1023]), (1, 6, 8));
        let wider = self::histogram(&[(5000, 1), (6024, 8)]);
        assert_eq!(
            (wider.width(), wider.start(0), wider.index_of(Time::from_nanoseconds(5001))),
            (2, Time::from_nanoseconds(5000), Some(0))
        );
        assert_eq!(wider.index_of(Time::UNKNOWN), None);
    }

    #[test]
    fn the_ends_of_the_range_of_times_fit_in_any_order() {
        let ends = [(i64::MIN, 1), (i64::MAX, 2), (0, 4)];
        let in_order = histogram(&ends);
        assert_eq!((in_order.buckets().iter().sum::<u64>(), in_order.buckets().len()), (7, 1024));
        assert_eq!(histogram(&[ends[1], ends[0], ends[2]]), in_order);
        assert_eq!(histogram(&[ends[1], ends[2], ends[0]]), in_order);
    }

    fn any_time() -> impl Strategy<Value = i64> {
        prop_oneof![any::<i64>(), any::<i64>().prop_map(|time| time >> 9), Just(i64::MIN), Just(i64::MAX)]
    }

    proptest! {
        #[test]
        fn histograms_of_parts_merge_to_that_of_all_in_any_order(
            earlier in vec((-3000..9000i64, 0..9u32), 0..12), later in vec((any_time(), 0..9u32), 0..12), scale in 0..30u32,
        ) {
            let scaled: Vec<(i64, u32)> = earlier.iter().map(|(time, len)| (time << scale, *len)).collect();
            let mut merged = histogram(&scaled);
            merged.merge(&histogram(&later));
            let all = [later, scaled].concat();
            prop_assert_eq!(in_runs(&all), histogram(&all));
            prop_assert_eq!(merged, histogram(&all));
        }
    }
}
