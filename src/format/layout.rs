//! The layout of columns in the width of a line: which columns are shown, and how wide each is.

use std::net::IpAddr;

use super::priorities::{Placement, Priority};
use super::wrap::width_of;

/// Spaces between columns.
pub const GAP: usize = 2;
/// The least width in places at which a name is worth showing.
const MIN_NAME: usize = 12;
/// Width in places of an address that gives way: that of the longest IPv4 address.
const SHORT_ADDRESS: usize = 15;
/// Width in places to which a word may be shortened as a last resort.
const MIN_WORD: usize = 5;

/// The ways to fit a text that is wider than its column.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Overflow {
    /// Never broken or shortened: a number.
    Number,
    /// Never broken or shortened: a time.
    Whole,
    /// Never broken or shortened, but the text after it may continue on the next line.
    Address,
    /// Text that may be broken between words, and whose words may be shortened.
    #[default]
    Words,
    /// Text that may be shortened in the middle: a name from outside, a path.
    Name,
}

/// The widths in places that the texts of a column need.
#[derive(Clone, Copy, Default, Debug)]
pub struct ColumnWidths {
    /// The title in one line.
    title: usize,
    /// The widest text that may be broken or shortened.
    text: usize,
    /// The widest text that may not be broken or shortened.
    whole: usize,
    /// The widest text that may not be broken or shortened, if addresses give way.
    stubborn: usize,
    holds_words: bool,
}

impl ColumnWidths {
    /// Creates the wish of a column that has only a title of `width` places.
    pub fn of_title(width: usize) -> ColumnWidths {
        ColumnWidths { title: width, ..ColumnWidths::default() }
    }

    /// Adds a text of `width` places.
    pub fn add(&mut self, fit: Overflow, width: usize) {
        match fit {
            Overflow::Words | Overflow::Name => self.text = self.text.max(width),
            Overflow::Number | Overflow::Whole | Overflow::Address => self.whole = self.whole.max(width),
        }
        self.stubborn = self.stubborn.max(stubborn(fit, width));
        self.holds_words |= fit == Overflow::Words && width > 0;
    }

    /// Adds the texts of another wish of the same column.
    pub fn merge(&mut self, other: ColumnWidths) {
        self.title = self.title.max(other.title);
        self.text = self.text.max(other.text);
        self.whole = self.whole.max(other.whole);
        self.stubborn = self.stubborn.max(other.stubborn);
        self.holds_words |= other.holds_words;
    }

    /// The widest text, title or not.
    pub fn wanted(&self) -> usize {
        self.content_with(usize::MAX, self.whole)
    }

    fn says_something(&self) -> bool {
        self.text.max(self.whole) > 0
    }

    /// The width of the column if `enough` places are enough for texts that may be shortened.
    fn content_with(&self, enough: usize, whole: usize) -> usize {
        self.text.min(enough).max(whole).max(self.title)
    }

    /// The fewest and the most places that are reserved for a column while others may follow. A column that need not be shown is
    /// only shown if none of its texts has to be broken.
    fn claim(&self, column: Placement, addresses_give_way: bool) -> [usize; 2] {
        let whole = if addresses_give_way { self.stubborn } else { self.whole };
        let most = self.content_with(column.enough, whole);
        match column.priority {
            Priority::Always => [most, most],
            _ if self.holds_words => [self.wanted(); 2],
            _ => [self.content_with(MIN_NAME, whole), most],
        }
    }
}

/// The width in places of a text that may neither be broken nor shortened, if addresses give way; 0 for other texts.
fn stubborn(fit: Overflow, width: usize) -> usize {
    match fit {
        Overflow::Number | Overflow::Whole => width,
        Overflow::Address => width.min(SHORT_ADDRESS),
        Overflow::Words | Overflow::Name => 0,
    }
}

/// Chooses the columns to show, by index, and counts those without room: all that must be shown, and as many others as fit, in
/// order of importance. A column without a value in any row is left out and not counted.
pub fn columns_that_fit(columns: &[Placement], wishes: &[ColumnWidths], width: usize) -> (Vec<usize>, usize) {
    let mut by_importance: Vec<usize> = (0..columns.len())
        .filter(|&index| match columns[index].priority {
            Priority::Always => true,
            Priority::WithRoom(_) => wishes[index].says_something(),
            Priority::Never => false,
        })
        .collect();
    by_importance.sort_by_key(|&index| columns[index].priority);
    let (mut chosen, mut left_out) = (Vec::new(), 0);
    // Free places if addresses are shown in full, and if they give way.
    let mut free = [width.saturating_add(GAP); 2];
    for group in by_importance.chunk_by(|&one, &other| columns[one].priority == columns[other].priority) {
        let claims = [false, true].map(|give_way| {
            let claims = group.iter().map(|&index| wishes[index].claim(columns[index], give_way));
            claims.fold([0, 0], |[all_least, all_most], [least, most]| [all_least + GAP + least, all_most + GAP + most])
        });
        let is_chosen = match columns[group[0]].priority {
            Priority::Always => true,
            Priority::WithRoom(0) => claims[1][0] <= free[1],
            _ => claims[0][0] <= free[0],
        };
        if is_chosen {
            free = [0, 1].map(|which| free[which].saturating_sub(claims[which][1]));
            chosen.extend_from_slice(group);
        } else {
            left_out += group.len();
        }
    }
    chosen.sort_unstable();
    (chosen, left_out)
}

/// The smallest widths of a column.
#[derive(Clone, Copy, Default, Debug)]
pub struct MinWidths {
    /// The width at which its words are whole and its names can be read.
    readable: usize,
    /// The width at which addresses give way, too.
    stubborn: usize,
    /// The width at which its words are shortened as far as possible.
    least: usize,
}

impl MinWidths {
    /// Adds the title, whose words stay whole.
    pub fn add_title(&mut self, title: &str) {
        title.split(' ').map(width_of).for_each(|width| self.add_places([width; 3]));
    }

    /// Adds a text of `width` places, of which `enough` are enough.
    pub fn add(&mut self, fit: Overflow, text: &str, width: usize, enough: usize) {
        match fit {
            Overflow::Number | Overflow::Whole | Overflow::Address => {
                let least = stubborn(fit, width);
                self.add_places([width, least, least]);
            }
            Overflow::Name => self.add_places([width.min(MIN_NAME), width.min(MIN_NAME), width.min(MIN_WORD)]),
            Overflow::Words => text.split(' ').for_each(|word| match width_of(word) {
                width if is_number_or_address(word) => self.add_places([width; 3]),
                width => self.add_places([width.min(enough), width.min(enough), width.min(MIN_WORD)]),
            }),
        }
    }

    /// Adds the texts of another value for the same column.
    pub fn merge(&mut self, other: MinWidths) {
        self.add_places([other.readable, other.stubborn, other.least]);
    }

    fn add_places(&mut self, [readable, stubborn, least]: [usize; 3]) {
        self.readable = self.readable.max(readable);
        self.stubborn = self.stubborn.max(stubborn);
        self.least = self.least.max(least);
    }
}

/// True for a word whose meaning would change if a part of it were missing.
fn is_number_or_address(word: &str) -> bool {
    let word = word.trim_start_matches('(');
    word.starts_with(|c: char| c.is_ascii_digit()) || word.parse::<IpAddr>().is_ok()
}

/// Computes the widths of columns that need `wanted` places and share `room`. First, texts are broken and names shortened; then
/// addresses give way; last, words are shortened. If there is still no room for numbers, the line becomes too long, but can be
/// read.
pub fn widths(wanted: &[usize], narrowest: &[MinWidths], room: usize) -> Vec<usize> {
    let of = |width: fn(&MinWidths) -> usize| narrowest.iter().map(width).collect::<Vec<_>>();
    let (readable, stubborn, least) = (of(|one| one.readable), of(|one| one.stubborn), of(|one| one.least));
    let fits = |widths: &[usize]| widths.iter().sum::<usize>() <= room;
    if fits(&readable) {
        divided(&readable, wanted, room)
    } else if fits(&stubborn) {
        divided(&stubborn, &readable, room)
    } else {
        divided(&least, &stubborn, room)
    }
}

/// Divides `room` between columns: each has the same width, but at least `least` and at most `most`. The remainder goes to the
/// first columns.
fn divided(least: &[usize], most: &[usize], room: usize) -> Vec<usize> {
    let width = |column: usize, level: usize| level.min(most[column]).max(least[column]);
    let total = |level: usize| (0..least.len()).map(|column| width(column, level)).sum::<usize>();
    // The widest level at which all columns fit.
    let (mut level, mut too_wide) = (0, most.iter().copied().max().unwrap_or(0) + 1);
    while level + 1 < too_wide {
        let middle = level.midpoint(too_wide);
        if total(middle) <= room { level = middle } else { too_wide = middle }
    }
    let mut rest = room.saturating_sub(total(level));
    (0..least.len())
        .map(|column| {
            let more = usize::from(rest > 0 && width(column, level + 1) > width(column, level));
            rest -= more;
            width(column, level) + more
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn placed(priority: Priority) -> Placement {
        Placement { priority, enough: 24 }
    }

    /// A name, a list, two numbers that belong together, the name of a machine, and a column that is never shown.
    const COLUMNS: &[Placement] = &[
        placed(Priority::Always),
        placed(Priority::WithRoom(2)),
        placed(Priority::WithRoom(1)),
        placed(Priority::WithRoom(1)),
        placed(Priority::WithRoom(3)),
        placed(Priority::Never),
    ];

    fn wish(fit: Overflow, title: usize, width: usize) -> ColumnWidths {
        let mut wish = ColumnWidths::of_title(title);
        wish.add(fit, width);
        wish
    }

    fn fitting(width: usize) -> (Vec<usize>, usize) {
        let wishes = [
            wish(Overflow::Words, 4, 100),
            wish(Overflow::Words, 4, 40),
            wish(Overflow::Number, 4, 6),
            wish(Overflow::Number, 8, 6),
            wish(Overflow::Name, 4, 60),
            wish(Overflow::Number, 1, 6),
        ];
        columns_that_fit(COLUMNS, &wishes, width)
    }

    #[test]
    fn columns_are_left_out_by_importance_and_in_their_groups() {
        assert_eq!(fitting(24 + 2 + 6 + 2 + 8 + 2 + 40 + 2 + 12), (vec![0, 1, 2, 3, 4], 0));
        assert_eq!(fitting(24 + 2 + 6 + 2 + 8 + 2 + 40 + 2 + 11), (vec![0, 1, 2, 3], 1));
        // The list would have to be broken; the name is shortened.
        assert_eq!(fitting(24 + 2 + 6 + 2 + 8 + 2 + 39), (vec![0, 2, 3, 4], 1));
        assert_eq!(fitting(24 + 2 + 6 + 2 + 7), (vec![0, 4], 3));
        assert_eq!(fitting(0), (vec![0], 4));
    }

    #[test]
    fn a_column_without_a_value_is_neither_shown_nor_missing() {
        let wishes: Vec<ColumnWidths> = COLUMNS.iter().map(|_| ColumnWidths::of_title(4)).collect();
        assert_eq!(columns_that_fit(COLUMNS, &wishes, 1000), (vec![0], 0));
    }

    #[test]
    fn remaining_room_is_divided_equally_among_columns_that_need_more() {
        assert_eq!(divided(&[1, 1, 1], &[5, 30, 40], 26), [5, 11, 10]);
        assert_eq!(divided(&[1, 1, 1], &[5, 3, 8], 16), [5, 3, 8]);
        assert_eq!(divided(&[1, 1, 1], &[5, 3, 8], 1000), [5, 3, 8]);
        assert_eq!(divided(&[5, 9], &[20, 9], 18), [9, 9]);
        assert_eq!(divided(&[9, 9], &[9, 20], 3), [9, 9]);
        assert_eq!(divided(&[], &[], 3), [0; 0]);
    }

    #[test]
    fn words_stay_whole_while_they_can_and_numbers_and_addresses_always() {
        let narrowest = |fit, text| {
            let mut narrowest = MinWidths::default();
            narrowest.add(fit, text, width_of(text), 24);
            [narrowest.readable, narrowest.stubborn, narrowest.least]
        };
        assert_eq!(narrowest(Overflow::Words, "a time-and-address"), [16, 16, 5]);
        assert_eq!(narrowest(Overflow::Words, "1000-2000 (2001:db8::1"), [12, 12, 12]);
        assert_eq!(narrowest(Overflow::Name, "/a/b c/d/a long one.pcap"), [12, 12, 5]);
        assert_eq!(narrowest(Overflow::Whole, "2026-11-23 21:07:16"), [19, 19, 19]);
        assert_eq!(narrowest(Overflow::Address, "2001:db8:20::ff:fe00:2067"), [25, 15, 15]);
    }

    #[test]
    fn addresses_give_way_only_to_the_most_important_columns() {
        const COLUMNS: [Placement; 3] = [placed(Priority::Always), placed(Priority::WithRoom(0)), placed(Priority::WithRoom(1))];
        let wishes = [wish(Overflow::Address, 6, 39), wish(Overflow::Number, 5, 8), wish(Overflow::Number, 5, 5)];
        assert_eq!(columns_that_fit(&COLUMNS, &wishes, 39 + 2 + 8 + 2 + 5), (vec![0, 1, 2], 0));
        assert_eq!(columns_that_fit(&COLUMNS, &wishes, 39 + 2 + 8 + 2 + 4), (vec![0, 1], 1));
        assert_eq!(columns_that_fit(&COLUMNS, &wishes, 15 + 2 + 8), (vec![0, 1], 1));
        assert_eq!(columns_that_fit(&COLUMNS, &wishes, 15 + 2 + 7), (vec![0], 2));
    }
}
