//! The traffic over time by category, in columns of equal length. They add up to the table `timeline`, whose rows they combine.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::analysis::{Decided, PORTLESS, TrafficByTime};
use crate::report::names;
use crate::time::{NANOSECONDS, Time};
use crate::traffic::Traffic;

/// The most columns.
pub const MAX_TIME_COLUMNS: usize = 150;

/// Round widths in nanoseconds, from a millisecond to a week: those of the timeline's buckets, and some between. Each divides the
/// last one.
const WIDTHS: [i64; 29] = {
    const MS: i64 = NANOSECONDS / 1000;
    const S: i64 = NANOSECONDS;
    const MIN: i64 = 60 * S;
    const H: i64 = 60 * MIN;
    [
        MS,
        2 * MS,
        5 * MS,
        10 * MS,
        20 * MS,
        50 * MS,
        100 * MS,
        200 * MS,
        500 * MS,
        S,
        2 * S,
        5 * S,
        10 * S,
        20 * S,
        30 * S,
        MIN,
        2 * MIN,
        5 * MIN,
        10 * MIN,
        20 * MIN,
        30 * MIN,
        H,
        2 * H,
        3 * H,
        6 * H,
        8 * H,
        12 * H,
        24 * H,
        168 * H,
    ]
};

/// The traffic over time by category, in columns of equal length on a linear axis of time.
///
/// With [`TimeColumns::without_time`], the columns add up to the table `timeline`, category by category.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeColumns<'a> {
    /// The start of the first column: a multiple of the width since 1970, or the first time that exists.
    pub first: Time,
    /// Nanoseconds of a column: the smallest round width at which there are at most [`MAX_TIME_COLUMNS`] columns. It is a multiple of
    /// the timeline's width.
    pub width: i64,
    /// The keys of the categories, the one with the most bytes first; `portless` comes last.
    pub categories: Vec<&'a str>,
    /// By column, then by category: the traffic. Columns without traffic are among them; the first and the last have some.
    pub columns: Vec<Vec<Traffic>>,
    /// By category: the traffic of packets without a time, which is in no column.
    pub without_time: Vec<Traffic>,
}

impl<'a> TimeColumns<'a> {
    /// Computes the columns; `None` if packets are not counted by time, or none has a time.
    pub(super) fn new(decided: &'a Decided<'_>) -> Option<TimeColumns<'a>> {
        let registry = &decided.collected.registry;
        let (narrow, sums) = decided.by_time(|category| names::counted_category(registry, category))?;
        TimeColumns::from_buckets(narrow, &sums)
    }

    /// Combines buckets that are `narrow` nanoseconds wide.
    fn from_buckets(narrow: i64, sums: &TrafficByTime<&'a str>) -> Option<TimeColumns<'a>> {
        let mut times = sums.keys().filter_map(|(start, _)| start.nanoseconds());
        let first = times.next()?;
        let last = times.next_back().unwrap_or(first);
        let width = width(narrow, first, last);
        let categories = categories(sums);
        let places: HashMap<&str, usize> = categories.iter().enumerate().map(|(place, category)| (*category, place)).collect();
        let none = vec![Traffic::default(); categories.len()];
        let column_of = |time: i64| columns_between(first, time, width) as usize;
        let (mut columns, mut without_time) = (vec![none.clone(); column_of(last) + 1], none);
        for ((start, category), traffic) in sums {
            let column = match start.nanoseconds() {
                Some(time) => &mut columns[column_of(time)],
                None => &mut without_time,
            };
            column[places[category]].merge(*traffic);
        }
        let first = Time::from_wide_nanoseconds(i128::from(first.div_euclid(width)) * i128::from(width));
        Some(TimeColumns { first, width, categories, columns, without_time })
    }

    /// The start of a column, or the end of the one before. Times beyond the last one that exists are that one.
    pub fn start(&self, column: usize) -> Time {
        let Some(first) = self.first.nanoseconds() else { return Time::UNKNOWN };
        // The first column may begin before the first time that exists.
        let number = i128::from(first.div_euclid(self.width)) + column as i128;
        Time::from_wide_nanoseconds(number.saturating_mul(i128::from(self.width)))
    }
}

/// The number of columns after the one of `first` up to the one of `last`.
fn columns_between(first: i64, last: i64, width: i64) -> u64 {
    last.div_euclid(width).abs_diff(first.div_euclid(width))
}

/// The smallest round width at which there are not too many columns. Beyond the widest one, and where the user chose a width that is
/// not round, the width is doubled.
fn width(narrow: i64, first: i64, last: i64) -> i64 {
    let fits = |width: i64| columns_between(first, last, width) < MAX_TIME_COLUMNS as u64;
    let is_round = WIDTHS.contains(&narrow);
    let mut multiples = WIDTHS.into_iter().filter(|width| is_round && width % narrow == 0);
    if let Some(width) = multiples.clone().find(|width| fits(*width)) {
        return width;
    }
    let mut width = multiples.next_back().unwrap_or(narrow);
    while !fits(width)
        && let Some(wider) = width.checked_mul(2)
    {
        width = wider;
    }
    width
}

/// The categories, the one with the most bytes first, traffic without ports last.
fn categories<'a>(sums: &TrafficByTime<&'a str>) -> Vec<&'a str> {
    let mut bytes: HashMap<&'a str, u64> = HashMap::new();
    for ((_, category), traffic) in sums {
        *bytes.entry(category).or_default() += traffic.wire_bytes;
    }
    let mut categories: Vec<&'a str> = bytes.keys().copied().collect();
    categories.sort_unstable_by_key(|category| (*category == PORTLESS, Reverse(bytes[category]), *category));
    categories
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const S: i64 = NANOSECONDS;
    const YEAR: i64 = 365 * 86_400 * S;

    fn buckets(narrow: i64, packets: &[(Option<i64>, &'static str, u64)]) -> TrafficByTime<&'static str> {
        let mut sums: TrafficByTime<&'static str> = TrafficByTime::new();
        for (time, category, wire_bytes) in packets {
            let bucket = |time: &i64| Time::from_wide_nanoseconds(i128::from(time.div_euclid(narrow)) * i128::from(narrow));
            let start = time.as_ref().map_or(Time::UNKNOWN, bucket);
            sums.entry((start, *category)).or_default().merge(Traffic { packets: 1, wire_bytes: *wire_bytes });
        }
        sums
    }

    fn columns(narrow: i64, packets: &[(Option<i64>, &'static str, u64)]) -> Option<TimeColumns<'static>> {
        TimeColumns::from_buckets(narrow, &buckets(narrow, packets))
    }

    fn width_between(narrow: i64, first: i64, last: i64) -> (i64, usize) {
        let columns = columns(narrow, &[(Some(first), "web", 1), (Some(last), "web", 1)]).unwrap();
        (columns.width, columns.columns.len())
    }

    #[test]
    fn widths_are_round_and_each_divides_the_widest() {
        assert!(WIDTHS.is_sorted() && WIDTHS.iter().all(|width| WIDTHS[WIDTHS.len() - 1] % width == 0));
        assert_eq!(width_between(S, 0, 149 * S), (S, 150));
        assert_eq!(width_between(S, 0, 150 * S), (2 * S, 76));
        assert_eq!(width_between(10 * S, 5 * S, 5000 * S), (60 * S, 84));
        // 20 s do not fit into 30 s.
        assert_eq!(width_between(20 * S, 0, 3600 * S), (60 * S, 61));
        assert_eq!(width_between(7 * S, 0, 2000 * S), (14 * S, 143));
        assert_eq!(width_between(604_800 * S, 0, 5 * YEAR), (2 * 604_800 * S, 131));
    }

    #[test]
    fn gaps_and_the_ends_of_time_give_few_columns() {
        assert_eq!(width_between(S / 1000, 5, 5), (S / 1000, 1));
        let of_year = width_between(S / 1000, 0, YEAR);
        assert_eq!(of_year, (604_800 * S, 53));
        for narrow in [1, S / 1000, 7, 604_800 * S, i64::MAX] {
            let (width, number) = width_between(narrow, i64::MIN + 1, i64::MAX);
            assert!(number <= MAX_TIME_COLUMNS && width % narrow == 0, "{narrow}: {width}, {number}");
            let columns = columns(narrow, &[(Some(i64::MIN + 1), "web", 1), (Some(i64::MAX), "web", 1)]).unwrap();
            // The end of the last one is the last time that exists.
            assert!((1..number).all(|column| columns.start(column - 1) < columns.start(column)), "{narrow}");
        }
    }

    #[test]
    fn packets_without_a_time_are_in_no_column() {
        assert_eq!(columns(S, &[(None, "web", 1)]), None);
        assert_eq!(columns(S, &[]), None);
        let columns = columns(S, &[(None, "mail", 7), (Some(0), "portless", 99), (Some(2 * S), "web", 8)]).unwrap();
        assert_eq!(columns.categories, ["web", "mail", "portless"]);
        let bytes = |column: &[Traffic]| column.iter().map(|traffic| traffic.wire_bytes).collect::<Vec<_>>();
        assert_eq!(columns.columns.iter().map(|column| bytes(column)).collect::<Vec<_>>(), [[0, 0, 99], [0; 3], [8, 0, 0]]);
        assert_eq!(bytes(&columns.without_time), [0, 7, 0]);
    }

    proptest! {
        #[test]
        fn columns_lose_no_packet_and_hold_their_times(
            packets in vec((prop::option::weighted(0.9, any::<i64>()), prop::sample::select(vec!["web", "mail", "portless"]), 0..99u64), 1..40),
            shift in 0..60u32,
            narrow in prop_oneof![prop::sample::select(&WIDTHS[..]), 1..i64::MAX],
        ) {
            let packets: Vec<_> = packets.into_iter().map(|(time, category, bytes)| (time.map(|time| time >> shift), category, bytes)).collect();
            let sums = buckets(narrow, &packets);
            let Some(columns) = TimeColumns::from_buckets(narrow, &sums) else {
                prop_assert!(packets.iter().all(|(time, ..)| time.is_none()));
                return Ok(());
            };
            prop_assert!(columns.columns.len() <= MAX_TIME_COLUMNS && columns.width % narrow == 0);
            for (place, category) in columns.categories.iter().enumerate() {
                let sum = |parts: &mut dyn Iterator<Item = Traffic>| parts.fold(Traffic::default(), |mut sum, part| { sum.merge(part); sum });
                let of_columns = sum(&mut columns.columns.iter().chain([&columns.without_time]).map(|column| column[place]));
                let of_rows = sum(&mut sums.iter().filter(|((_, other), _)| other == category).map(|(_, traffic)| *traffic));
                prop_assert_eq!(of_columns, of_rows);
            }
            for (column, parts) in columns.columns.iter().enumerate() {
                let (from, to) = (columns.start(column), columns.start(column + 1));
                let is_last = column + 1 == columns.columns.len();
                let inside = sums.iter().filter(|((start, _), _)| (from..to).contains(start) || is_last && *start >= from);
                prop_assert_eq!(parts.iter().map(|part| part.packets).sum::<u64>(), inside.map(|(_, traffic)| traffic.packets).sum::<u64>());
            }
            prop_assert!([0, columns.columns.len() - 1].iter().all(|end| columns.columns[*end].iter().any(|part| part.packets > 0)));
        }
    }
}
