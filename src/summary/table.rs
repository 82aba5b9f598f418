//! What a table is: columns with a key, and rows of typed cells. Writers turn cells into text and compute nothing.

use std::borrow::Cow;
use std::net::IpAddr;
use std::ops::Range;

use super::community_id::CommunityId;
use crate::parallel;
use crate::tally::flows::Outcomes;
use crate::unit::{Time, Traffic};

/// A value in a table, typed by what it means.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// Not known, or not applicable.
    Empty,
    /// A number of things.
    Count(u64),
    /// A number that names something: a port, a type.
    Number(u64),
    /// A number of bytes.
    Bytes(u64),
    /// A part of a whole, shown as a percentage with two digits.
    Share {
        /// The part.
        part: u64,
        /// The whole; if it is 0, so is the share.
        whole: u64,
    },
    /// `value` divided by 10 to the power of `digits`.
    Decimal {
        /// The number without its decimal point.
        value: i128,
        /// Digits behind the point.
        digits: u8,
    },
    /// A point in time.
    Time(Time),
    /// An address.
    Address(IpAddr),
    /// The name of a flow that other programs give it too.
    CommunityId(CommunityId<'a>),
    /// Two numbers of which the first is the larger, because of which a side is the server: `6>-1`.
    Compared([i32; 2]),
    /// Text of our own, or of the user's port table.
    Text(Cow<'a, str>),
    /// Text that came from the wire or from a file name: hostile until it is cleaned.
    Outside(Cow<'a, str>),
}

impl<'a> Cell<'a> {
    /// Text of our own.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
        Cell::Text(text.into())
    }

    /// Text of our own; nothing if it has no letters.
    pub fn text_or_empty(text: impl Into<Cow<'a, str>>) -> Cell<'a> {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// A number that may be missing.
    pub fn optional(number: Option<u64>) -> Cell<'a> {
        number.map_or(Cell::Empty, Cell::Count)
    }

    /// A duration in nanoseconds as seconds with nine digits.
    pub fn seconds(nanoseconds: Option<i64>) -> Cell<'a> {
        nanoseconds.map_or(Cell::Empty, |value| Cell::Decimal { value: i128::from(value), digits: 9 })
    }

    /// `count * unit / divisor` with `digits` behind the point, rounded half up; nothing if the divisor is 0 or missing.
    pub fn ratio(count: u64, unit: u64, divisor: Option<u64>, digits: u8) -> Cell<'a> {
        let Some(divisor) = divisor.filter(|divisor| *divisor > 0).map(i128::from) else { return Cell::Empty };
        let scaled = i128::from(count) * i128::from(unit) * 10i128.pow(u32::from(digits));
        Cell::Decimal { value: (scaled * 2 + divisor) / (divisor * 2), digits }
    }

    /// Two numbers that were compared, if any were.
    pub fn compared(numbers: Option<[i32; 2]>) -> Cell<'a> {
        numbers.map_or(Cell::Empty, Cell::Compared)
    }

    /// A known time, or nothing.
    pub fn time(time: Time) -> Cell<'a> {
        if time.is_known() { Cell::Time(time) } else { Cell::Empty }
    }

    /// Adds up two cells of one column in the row "others".
    fn plus(&self, other: &Cell<'a>) -> Cell<'a> {
        match (self, other) {
            (Cell::Count(a), Cell::Count(b)) => Cell::Count(a + b),
            (Cell::Bytes(a), Cell::Bytes(b)) => Cell::Bytes(a + b),
            (Cell::Share { part: a, whole }, Cell::Share { part: b, .. }) => Cell::Share { part: a + b, whole: *whole },
            (Cell::Empty, other) => other.clone(),
            (cell, _) => cell.clone(),
        }
    }

    /// Takes what some of the rows hold out of a sum of numbers.
    fn minus(&self, other: &Cell<'a>) -> Cell<'a> {
        match (self, other) {
            (Cell::Count(a), Cell::Count(b)) => Cell::Count(a.saturating_sub(*b)),
            (Cell::Bytes(a), Cell::Bytes(b)) => Cell::Bytes(a.saturating_sub(*b)),
            (cell, _) => cell.clone(),
        }
    }
}

/// Hundredths of a per cent, rounded half up.
pub fn hundredths(part: u64, whole: u64) -> u64 {
    if whole == 0 {
        return 0;
    }
    let (part, whole) = (u128::from(part), u128::from(whole));
    ((part * 20_000 + whole) / (whole * 2)) as u64
}

/// When a column is shown on a terminal. CSV and JSON always have every column.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub enum Show {
    /// However narrow it is.
    Always,
    /// If there is room; those with the smallest number are the last to go. Columns with the same number are shown together or not
    /// at all. For the number 0 long addresses give way: what stands behind one goes on in the next line.
    WithRoom(u8),
    /// Never.
    InData,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its key in CSV and JSON. A key never changes its meaning.
    pub key: &'static str,
    /// When it is shown on a terminal.
    pub show: Show,
    /// True if the row "others" shows the sum of what it stands for.
    pub adds_up: bool,
    /// Places of a terminal that are enough for its texts, if they would take more and other columns need room, too.
    pub enough: usize,
}

/// Places that are enough for the texts of most columns.
const ENOUGH: usize = 24;

impl Column {
    /// A column that the terminal always shows.
    pub const fn always(key: &'static str) -> Column {
        Column { key, show: Show::Always, adds_up: false, enough: ENOUGH }
    }

    /// A column that the terminal shows if there is room behind those with smaller numbers.
    pub const fn with_room(key: &'static str, order: u8) -> Column {
        Column { key, show: Show::WithRoom(order), adds_up: false, enough: ENOUGH }
    }

    /// A column that only data formats have.
    pub const fn in_data(key: &'static str) -> Column {
        Column { key, show: Show::InData, adds_up: false, enough: ENOUGH }
    }

    /// The same column, adding up.
    pub const fn adding_up(self) -> Column {
        Column { adds_up: true, ..self }
    }

    /// The same column, of whose texts so many places are enough.
    pub const fn with_enough(self, enough: usize) -> Column {
        Column { enough, ..self }
    }
}

/// Rows that a terminal shows of most tables, unless the user wants another number.
pub const USUAL_ROWS: usize = 50;

/// A row of cells, in the order of the columns.
pub type Row<'a> = Vec<Cell<'a>>;

/// Shows the cells of the row with a number one after the other: a row that nobody keeps is nowhere as a whole.
type ShowRow<'a> = Box<dyn Fn(usize, &mut dyn FnMut(&Cell<'a>)) + Sync + 'a>;

enum Rows<'a> {
    Stored(Vec<Row<'a>>),
    /// Made when asked for, where storing them would take more memory than what they are made from.
    Made(usize, ShowRow<'a>),
}

/// Makes the sum of all rows.
type SumRows<'a> = Box<dyn Fn() -> Row<'a> + Sync + 'a>;

/// A table.
pub struct Table<'a> {
    /// Its key.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [Column],
    /// Threads that share the work of writing it.
    pub threads: usize,
    /// Rows that a terminal shows of it, unless the user wants another number.
    pub usual_rows: usize,
    /// Digits of a second that a terminal shows of its times. Data formats always have nine.
    pub time_digits: u8,
    rows: Rows<'a>,
    /// How long it takes to make all rows: as long as so many flows do.
    work: usize,
    /// Their sum in the columns that add up, where there is a faster way to it than making all rows.
    sum: Option<SumRows<'a>>,
    total: Option<Row<'a>>,
}

impl<'a> Table<'a> {
    /// A table of rows that are there.
    pub fn stored(name: &'static str, columns: &'static [Column], rows: Vec<Row<'a>>) -> Table<'a> {
        Table::of(name, columns, Rows::Stored(rows))
    }

    /// A table of `len` rows that are made one by one: `show` shows the cells of one.
    pub fn made(
        name: &'static str,
        columns: &'static [Column],
        len: usize,
        show: impl Fn(usize, &mut dyn FnMut(&Cell<'a>)) + Sync + 'a,
    ) -> Table<'a> {
        Table::of(name, columns, Rows::Made(len, Box::new(show)))
    }

    fn of(name: &'static str, columns: &'static [Column], rows: Rows<'a>) -> Table<'a> {
        Table { name, columns, threads: 1, usual_rows: USUAL_ROWS, time_digits: 0, rows, work: 0, sum: None, total: None }
    }

    /// The same table, where making all rows takes as long as that of so many flows.
    pub fn with_work(self, work: usize) -> Table<'a> {
        Table { work, ..self }
    }

    /// The same table with a fast way to the sum of all its rows: `sum` tells the cells of those columns that add up, by their
    /// keys.
    pub fn with_sum<const N: usize>(self, sum: impl Fn() -> [(&'static str, Cell<'a>); N] + Sync + 'a) -> Table<'a> {
        let columns = self.columns;
        let sum_row = move || {
            let mut cells = sum();
            let mut cell_of = |column: &Column| {
                let found = cells.iter_mut().find(|(key, _)| *key == column.key);
                found.map_or(Cell::Empty, |(_, cell)| std::mem::replace(cell, Cell::Empty))
            };
            columns.iter().map(&mut cell_of).collect()
        };
        Table { sum: Some(Box::new(sum_row)), ..self }
    }

    /// The same table with a row for all others together, which every output has as the last one.
    pub fn with_total(self, total: Option<Row<'a>>) -> Table<'a> {
        Table { total, ..self }
    }

    /// The row for all others together, if the table has one.
    pub fn total(&self) -> Option<&[Cell<'a>]> {
        self.total.as_deref()
    }

    /// How many rows there are, without that of the total.
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Stored(rows) => rows.len(),
            Rows::Made(len, _) => *len,
        }
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All rows, in order, without that of the total.
    pub fn rows(&self) -> impl Iterator<Item = Cow<'_, [Cell<'a>]>> {
        (0..self.len()).map(|number| self.row(number))
    }

    /// The row with that number, from 0.
    pub fn row(&self, number: usize) -> Cow<'_, [Cell<'a>]> {
        match &self.rows {
            Rows::Stored(rows) => Cow::Borrowed(rows[number].as_slice()),
            Rows::Made(_, show) => {
                let mut row = Vec::with_capacity(self.columns.len());
                show(number, &mut |cell| row.push(cell.clone()));
                Cow::Owned(row)
            }
        }
    }

    /// How long it takes to make so many rows, if all take equally long: as long as so many flows do.
    pub fn work_of(&self, rows: usize) -> usize {
        let work = self.work as u128 * rows as u128;
        work.checked_div(self.len() as u128).map_or(rows, |work| rows.max(work as usize))
    }

    /// All rows as text, and behind them that of the total: `append` appends the cell of a column to what there is, `end` what
    /// stands behind a row, and `write` gets several rows at a time, in order. The appending is shared by threads.
    pub fn write<E: Send>(
        &self,
        append: impl Fn(usize, &Cell<'a>, &mut Vec<u8>) -> Result<(), E> + Sync,
        end: &str,
        write: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let append_rows = |numbers: Range<usize>, text: &mut Vec<u8>| {
            let mut failure = None;
            for number in numbers {
                let mut column = 0;
                // One for both kinds of rows, because what it does is long.
                let append_next: &mut dyn FnMut(&Cell<'a>) = &mut |cell| {
                    if let Err(error) = append(column, cell, text) {
                        failure.get_or_insert(error);
                    }
                    column += 1;
                };
                match &self.rows {
                    _ if number == self.len() => self.total.iter().flatten().for_each(append_next),
                    Rows::Stored(rows) => rows[number].iter().for_each(append_next),
                    Rows::Made(_, show) => show(number, append_next),
                }
                text.extend_from_slice(end.as_bytes());
            }
            failure.map_or(Ok(()), Err)
        };
        let len = self.len() + usize::from(self.total.is_some());
        parallel::in_order((len, self.work), self.threads, append_rows, write)
    }

    /// The sum of all rows behind the first `shown` ones, without that of the total; `None` if there are none. The first of those
    /// that are shown may be `at_hand`, so that they need not be made once more.
    pub fn others(&self, shown: usize, at_hand: &[Cow<'_, [Cell<'a>]>]) -> Option<Row<'a>> {
        if shown >= self.len() {
            return None;
        }
        let row = |number: usize| at_hand.get(number).map_or_else(|| self.row(number), |row| Cow::Borrowed(&**row));
        let Some(sum) = &self.sum else { return Some(self.sum_of((shown..self.len()).map(row))) };
        let (mut sums, shown) = (sum(), self.sum_of((0..shown).map(row)));
        sums.iter_mut().zip(&shown).for_each(|(sum, shown)| *sum = sum.minus(shown));
        Some(sums)
    }

    /// The sum of some rows.
    fn sum_of<'r>(&self, rows: impl Iterator<Item = Cow<'r, [Cell<'a>]>>) -> Row<'a>
    where
        'a: 'r,
    {
        let mut sums = vec![Cell::Empty; self.columns.len()];
        for row in rows {
            for ((sum, cell), column) in sums.iter_mut().zip(row.iter()).zip(self.columns) {
                if column.adds_up {
                    *sum = sum.plus(cell);
                }
            }
        }
        sums
    }
}

/// The cells of a count: packets, their share of all, bytes, their share of all.
pub fn traffic_cells<'a>(traffic: Traffic, total: Traffic) -> [Cell<'a>; 4] {
    [
        Cell::Count(traffic.packets),
        Cell::Share { part: traffic.packets, whole: total.packets },
        Cell::Bytes(traffic.wire_bytes),
        Cell::Share { part: traffic.wire_bytes, whole: total.wire_bytes },
    ]
}

/// The cells of outcomes, in the order of the contract: attempted, established, refused, reset, midstream.
pub fn outcome_cells<'a>(outcomes: Outcomes) -> [Cell<'a>; 5] {
    let Outcomes { attempted, established, refused, reset, midstream } = outcomes;
    [attempted, established, refused, reset, midstream].map(Cell::Count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_come_from_exact_integers() {
        assert_eq!(hundredths(1, 3), 3333);
        assert_eq!(hundredths(2, 3), 6667);
        assert_eq!(hundredths(1, 20_000), 1);
        assert_eq!(hundredths(0, 0), 0);
        assert_eq!(hundredths(u64::MAX, u64::MAX), 10_000);
    }

    #[test]
    fn what_is_cut_off_is_added_up() {
        const COLUMNS: &[Column] = &[Column::always("name"), Column::always("packets").adding_up(), Column::always("hosts")];
        let row = |name: &'static str, packets, hosts| vec![Cell::text(name), Cell::Count(packets), Cell::Count(hosts)];
        let table = Table::stored("t", COLUMNS, vec![row("a", 5, 1), row("b", 3, 1), row("c", 2, 1)]);
        assert_eq!(table.others(1, &[]), Some(vec![Cell::Empty, Cell::Count(5), Cell::Empty]));
        assert_eq!(table.others(3, &[]), None);
    }

    #[test]
    fn what_is_cut_off_is_what_the_rows_that_are_shown_lack_of_a_known_sum() {
        const COLUMNS: &[Column] =
            &[Column::always("n"), Column::always("packets").adding_up(), Column::always("bytes").adding_up()];
        let show_row = |number: usize, show: &mut dyn FnMut(&Cell<'static>)| {
            assert!(number < 2, "only those that are shown are made");
            let number = number as u64;
            [Cell::Number(number), Cell::Count(10 - number), Cell::Bytes(number)].iter().for_each(show);
        };
        let sum = || [("bytes", Cell::Bytes(45)), ("packets", Cell::Count(55))];
        let table = Table::made("t", COLUMNS, 10, show_row).with_sum(sum);
        let others = vec![Cell::Empty, Cell::Count(36), Cell::Bytes(44)];
        assert_eq!(table.others(2, &[]), Some(others.clone()));
        let at_hand: Vec<_> = table.rows().take(2).collect();
        assert_eq!(table.others(2, &at_hand), Some(others));
    }

    #[test]
    fn a_total_is_the_last_row_and_not_added_up_again() {
        const COLUMNS: &[Column] = &[Column::always("name"), Column::always("packets").adding_up()];
        let row = |name: &'static str, packets| vec![Cell::text(name), Cell::Count(packets)];
        let table = Table::stored("t", COLUMNS, vec![row("a", 5), row("b", 3)]).with_total(Some(row("total", 8)));
        assert_eq!((table.len(), table.others(1, &[])), (2, Some(vec![Cell::Empty, Cell::Count(3)])));
        let mut csv = Vec::new();
        crate::output::csv::write(&table, &mut csv).unwrap();
        assert_eq!(String::from_utf8(csv).unwrap(), "name,packets\na,5\nb,3\ntotal,8\n");
    }

    #[test]
    fn ratios_are_rounded_half_up() {
        assert_eq!(Cell::ratio(1, 1, Some(8), 2), Cell::Decimal { value: 13, digits: 2 });
        assert_eq!(Cell::ratio(1, 1, Some(0), 2), Cell::Empty);
        assert_eq!(
            Cell::ratio(u64::MAX, 8_000_000_000, Some(1), 2),
            Cell::Decimal { value: i128::from(u64::MAX) * 800_000_000_000, digits: 2 }
        );
    }
}
