//! The traffic of the sides over time, by category: columns of the same width, counted from the beginning of each capture.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::analysis::{Decided, PORTLESS};
use crate::report::{Share, counted_category, round_width};
use crate::time::Time;
use crate::traffic::Traffic;

/// The most columns of all sides together, so that the size of a page does not depend on the number of sides.
const MAX_COLUMNS: usize = 300;

/// The traffic of one side over time, in buckets. It needs no capture.
#[derive(Clone, Debug, Default)]
pub struct SideTimeline {
    /// Nanoseconds of a bucket.
    width: i64,
    /// The buckets of each category with traffic, in the order of time. Packets without a time come first.
    categories: BTreeMap<Box<str>, Vec<(Time, Traffic)>>,
}

impl SideTimeline {
    /// The buckets of a decided capture; `None` if packets are not counted by time.
    pub fn new(decided: &Decided<'_>) -> Option<SideTimeline> {
        let registry = &decided.collected.registry;
        let (width, sums) = decided.by_time(|category| counted_category(registry, category))?;
        let mut categories: BTreeMap<Box<str>, Vec<(Time, Traffic)>> = BTreeMap::new();
        for ((start, category), traffic) in sums {
            match categories.get_mut(category) {
                Some(buckets) => buckets.push((start, traffic)),
                None => drop(categories.insert(category.into(), vec![(start, traffic)])),
            }
        }
        Some(SideTimeline { width, categories })
    }

    /// The starts of the first and the last bucket with a time.
    fn ends(&self) -> Option<(i64, i64)> {
        let times = || self.categories.values().flatten().filter_map(|(start, _)| start.nanoseconds());
        Some((times().min()?, times().max()?))
    }

    /// The traffic of a category.
    fn total(&self, category: &str) -> Traffic {
        sum(self.categories.get(category).into_iter().flatten().map(|(_, traffic)| *traffic))
    }

    /// Combines the buckets into columns that are `width` nanoseconds wide, a multiple of the width of the buckets.
    fn columns(&self, width: i64, categories: &[Box<str>]) -> SideColumns {
        let none = vec![Traffic::default(); categories.len()];
        let mut without_time = none.clone();
        let ends = self.ends();
        let column_of = |first: i64, time: i64| (time.abs_diff(first) / width.unsigned_abs().max(1)) as usize;
        let mut columns = ends.map_or_else(Vec::new, |(first, last)| vec![none; column_of(first, last) + 1]);
        for (place, category) in categories.iter().enumerate() {
            for (start, traffic) in self.categories.get(category).into_iter().flatten() {
                let column = match (start.nanoseconds(), ends) {
                    (Some(time), Some((first, _))) => &mut columns[column_of(first, time)],
                    _ => &mut without_time,
                };
                column[place].merge(*traffic);
            }
        }
        let start = ends.map_or(Time::UNKNOWN, |(first, _)| Time::from_nanoseconds(first));
        SideColumns { start, columns, without_time }
    }
}

/// The traffic of the sides over time by category.
///
/// The first column of each side begins with its capture, so that column by column the sides are equally far from their beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedTimeline {
    /// Nanoseconds of a column: the smallest round width at which the longest side does not have too many columns.
    pub width: i64,
    /// The keys of the categories, the one with the largest share of the bytes on any side first; `portless` comes last.
    pub categories: Vec<Box<str>>,
    /// The sides, in order.
    pub sides: Vec<SideColumns>,
}

/// The traffic of one side over time, by category. All columns and [`SideColumns::without_time`] add up to the table `timeline` of the
/// side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SideColumns {
    /// The start of the first column, which is that of the first bucket of the side's timeline; unknown if no packet has a time.
    pub start: Time,
    /// By column, then by category: the traffic. Columns without traffic are among them; the first and the last have some.
    pub columns: Vec<Vec<Traffic>>,
    /// By category: the traffic of packets without a time, which is in no column.
    pub without_time: Vec<Traffic>,
}

impl SideColumns {
    /// The traffic of each category, packets without a time included.
    pub fn totals(&self) -> Vec<Traffic> {
        let column = |place: usize| self.columns.iter().chain([&self.without_time]).map(move |column| column[place]);
        (0..self.without_time.len()).map(|place| sum(column(place))).collect()
    }
}

impl ComparedTimeline {
    /// Brings the sides to one width.
    pub fn new(sides: &[SideTimeline]) -> ComparedTimeline {
        // The widths of buckets divide each other.
        let narrow = sides.iter().map(|side| side.width).max().unwrap_or(1);
        let longest = sides.iter().filter_map(SideTimeline::ends).map(|(first, last)| last.abs_diff(first)).max().unwrap_or(0);
        let most = (MAX_COLUMNS / sides.len().max(1)) as u64;
        let width = round_width(narrow, |width| longest / width.unsigned_abs() < most);
        let categories = categories(sides);
        ComparedTimeline { width, sides: sides.iter().map(|side| side.columns(width, &categories)).collect(), categories }
    }

    /// The columns of the longest side.
    pub fn columns(&self) -> usize {
        self.sides.iter().map(|side| side.columns.len()).max().unwrap_or(0)
    }
}

/// The categories of all sides, the one with the largest share first, traffic without ports last.
fn categories(sides: &[SideTimeline]) -> Vec<Box<str>> {
    let mut largest: BTreeMap<&str, u64> = BTreeMap::new();
    for side in sides {
        let whole = sum(side.categories.keys().map(|category| side.total(category))).wire_bytes;
        for category in side.categories.keys() {
            let share = Share { part: side.total(category).wire_bytes, whole }.basis_points();
            let most = largest.entry(category).or_default();
            *most = share.max(*most);
        }
    }
    let mut categories: Vec<(&str, u64)> = largest.into_iter().collect();
    categories.sort_by_key(|(category, share)| (*category == PORTLESS, Reverse(*share)));
    categories.into_iter().map(|(category, _)| category.into()).collect()
}

fn sum(parts: impl Iterator<Item = Traffic>) -> Traffic {
    parts.fold(Traffic::default(), |mut sum, part| {
        sum.merge(part);
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::NANOSECONDS;

    const S: i64 = NANOSECONDS;

    /// Buckets that are `width` nanoseconds wide, with a packet of so many bytes in each.
    fn side(width: i64, buckets: &[(&str, Option<i64>, u64)]) -> SideTimeline {
        let mut side = SideTimeline { width, ..SideTimeline::default() };
        for (category, start, wire_bytes) in buckets {
            let start = start.map_or(Time::UNKNOWN, Time::from_nanoseconds);
            let bucket = (start, Traffic { packets: 1, wire_bytes: *wire_bytes });
            side.categories.entry((*category).into()).or_default().push(bucket);
        }
        side
    }

    fn bytes(columns: &[Vec<Traffic>]) -> Vec<Vec<u64>> {
        columns.iter().map(|column| column.iter().map(|traffic| traffic.wire_bytes).collect()).collect()
    }

    #[test]
    fn columns_are_counted_from_the_beginning_of_each_side_and_as_wide_as_the_longest_side_needs() {
        let short = side(S, &[("web", Some(7 * S), 10), ("mail", Some(9 * S), 5), ("portless", Some(7 * S), 99)]);
        let long = side(10 * S, &[("mail", Some(1000 * S), 30), ("web", Some(1050 * S), 1), ("web", None, 4)]);
        let ComparedTimeline { width, categories, sides } = ComparedTimeline::new(&[short, long]);
        assert_eq!(
            (width, categories.iter().map(|category| &**category).collect::<Vec<_>>()),
            (10 * S, vec!["mail", "web", "portless"])
        );
        assert_eq!(bytes(&sides[0].columns), [[5, 10, 99]]);
        assert_eq!(bytes(&sides[1].columns), [[30, 0, 0], [0; 3], [0; 3], [0; 3], [0; 3], [0, 1, 0]]);
        assert_eq!(sides.iter().map(|side| side.start.nanoseconds().unwrap() / S).collect::<Vec<_>>(), [7, 1000]);
        assert_eq!(bytes(&[sides[1].without_time.clone(), sides[1].totals()]), [[0, 4, 0], [30, 5, 0]]);
    }

    #[test]
    fn all_sides_together_have_a_bounded_number_of_columns() {
        for number in [2, 3, 26] {
            let sides: Vec<SideTimeline> =
                (0..number).map(|_| side(S / 1000, &[("web", Some(0), 1), ("web", Some(86_400 * S), 1)])).collect();
            let timeline = ComparedTimeline::new(&sides);
            let columns = timeline.columns() * sides.len();
            assert!((100..=MAX_COLUMNS).contains(&columns), "{number}: {columns}");
        }
    }

    #[test]
    fn the_ends_of_time_and_no_time_at_all_have_columns_that_make_sense() {
        let ends = side(S / 1000, &[("web", Some(i64::MIN + 1), 1), ("web", Some(i64::MAX), 1)]);
        let never = side(S / 1000, &[("web", None, 1)]);
        let timeline = ComparedTimeline::new(&[ends, never, side(S / 1000, &[])]);
        assert!(timeline.columns() <= MAX_COLUMNS / 3 && timeline.columns() > 10);
        assert_eq!(timeline.sides.iter().map(|side| side.totals()[0].wire_bytes).collect::<Vec<_>>(), [2, 1, 0]);
        assert!(timeline.sides[1..].iter().all(|side| side.columns.is_empty() && !side.start.is_known()));
        assert_eq!(ComparedTimeline::new(&[]).columns(), 0);
    }
}
