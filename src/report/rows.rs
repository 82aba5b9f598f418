//! Rows of one type, stored or computed on demand.

use std::ops::Range;

use super::column::{ColumnRole, Record};
use super::value::Value;

/// The most computed rows that are held at a time.
const BLOCK: usize = 32;

enum Source<'a, R: Record> {
    Stored(Vec<R::Row<'a>>),
    /// For tables whose rows would take more memory than their source.
    Computed(usize, Box<dyn Fn(usize) -> R::Row<'a> + Sync + 'a>),
}

/// The rows of a table, in order.
pub struct Rows<'a, R: Record> {
    source: Source<'a, R>,
    cost: usize,
    sum: Option<Box<dyn Fn() -> R::Row<'a> + Sync + 'a>>,
    total: Option<R::Row<'a>>,
    time_step: Option<i64>,
}

impl<'a, R: Record> Rows<'a, R> {
    /// Creates stored rows.
    pub fn stored(rows: Vec<R::Row<'a>>) -> Rows<'a, R> {
        Rows::new(Source::Stored(rows))
    }

    /// Creates `len` rows; `row` computes one from its number, counted from 0.
    pub fn computed(len: usize, row: impl Fn(usize) -> R::Row<'a> + Sync + 'a) -> Rows<'a, R> {
        Rows::new(Source::Computed(len, Box::new(row)))
    }

    fn new(source: Source<'a, R>) -> Rows<'a, R> {
        Rows { source, cost: 0, sum: None, total: None, time_step: None }
    }

    /// Sets the cost of computing all rows: that of computing the rows of `flows` flows.
    pub fn with_cost(self, flows: usize) -> Rows<'a, R> {
        Rows { cost: flows, ..self }
    }

    /// Adds a fast way to the sum of all rows: a row whose measures are the sums.
    pub fn with_sum(self, sum: impl Fn() -> R::Row<'a> + Sync + 'a) -> Rows<'a, R> {
        Rows { sum: Some(Box::new(sum)), ..self }
    }

    /// Adds a last row for all rows together, which every format writes.
    pub fn with_total(self, total: Option<R::Row<'a>>) -> Rows<'a, R> {
        Rows { total, ..self }
    }

    /// Sets the number of nanoseconds of which all times in the rows are multiples.
    pub fn with_time_step(self, time_step: Option<i64>) -> Rows<'a, R> {
        Rows { time_step, ..self }
    }

    /// The number of rows, without the total.
    pub fn len(&self) -> usize {
        match &self.source {
            Source::Stored(rows) => rows.len(),
            Source::Computed(len, _) => *len,
        }
    }

    /// True if there are no rows, apart from the total.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row for all rows together, if the table has one.
    pub fn total(&self) -> Option<&R::Row<'a>> {
        self.total.as_ref()
    }
}

impl<'a, R: Record> IntoIterator for Rows<'a, R> {
    type Item = R::Row<'a>;
    type IntoIter = Box<dyn Iterator<Item = R::Row<'a>> + 'a>;

    /// All rows in order, without the total.
    fn into_iter(self) -> Self::IntoIter {
        match self.source {
            Source::Stored(rows) => Box::new(rows.into_iter()),
            Source::Computed(len, row) => Box::new((0..len).map(row)),
        }
    }
}

/// Rows whose type is hidden from their users.
pub(super) trait AnyRows: Sync {
    /// The number of rows, without the total.
    fn len(&self) -> usize;

    /// True if there is a total.
    fn has_total(&self) -> bool;

    /// The cost of computing all rows, in flows.
    fn cost(&self) -> usize;

    /// The nanoseconds of which all times are multiples.
    fn time_step(&self) -> Option<i64>;

    /// Passes the values of rows to `see`, in the order of the columns.
    fn visit(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>]));

    /// Passes the values of rows to `see`, and whether each row [is lasting](Record::is_lasting).
    fn visit_lasting(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>], bool));

    /// Passes the values of the rows with these numbers to `see`, in the order of the list.
    fn visit_listed(&self, numbers: &[u32], see: &mut dyn FnMut(&[Value<'_>]));

    /// Passes the values of the total to `see`, if there is one.
    fn visit_total(&self, see: &mut dyn FnMut(&[Value<'_>]));

    /// The sums of the measures over all rows, if there is a fast way to them.
    fn sum(&self) -> Option<Vec<Value<'static>>>;
}

/// Passes each row and its values to `see`.
fn visit_rows<'r, 'a: 'r, R: Record>(
    rows: impl IntoIterator<Item = &'r R::Row<'a>>,
    see: &mut impl FnMut(&R::Row<'a>, &[Value<'_>]),
) {
    let mut values = Vec::with_capacity(R::COLUMNS.len());
    for row in rows {
        values.clear();
        values.extend(R::COLUMNS.iter().map(|column| (column.value)(row)));
        see(row, &values);
    }
}

impl<R: Record> Rows<'_, R> {
    /// Passes rows and their values to `see`.
    fn each(&self, numbers: Range<usize>, see: &mut impl FnMut(&R::Row<'_>, &[Value<'_>])) {
        match &self.source {
            Source::Stored(rows) => visit_rows::<R>(&rows[numbers], see),
            Source::Computed(_, row) => {
                // One block at a time: the values of a row borrow from it, so that their vector can only be reused for rows that
                // live as long.
                for first in numbers.clone().step_by(BLOCK) {
                    let block: Vec<_> = (first..numbers.end.min(first + BLOCK)).map(row).collect();
                    visit_rows::<R>(&block, see);
                }
            }
        }
    }
}

impl<R: Record> AnyRows for Rows<'_, R> {
    fn len(&self) -> usize {
        self.len()
    }

    fn has_total(&self) -> bool {
        self.total.is_some()
    }

    fn cost(&self) -> usize {
        self.cost
    }

    fn time_step(&self) -> Option<i64> {
        self.time_step
    }

    fn visit(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>])) {
        self.each(numbers, &mut |_, values| see(values));
    }

    fn visit_lasting(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>], bool)) {
        self.each(numbers, &mut |row, values| see(values, R::is_lasting(row)));
    }

    fn visit_listed(&self, numbers: &[u32], see: &mut dyn FnMut(&[Value<'_>])) {
        match &self.source {
            Source::Stored(rows) => {
                visit_rows::<R>(numbers.iter().map(|&number| &rows[number as usize]), &mut |_, values| see(values));
            }
            Source::Computed(_, row) => {
                for numbers in numbers.chunks(BLOCK) {
                    let block: Vec<_> = numbers.iter().map(|&number| row(number as usize)).collect();
                    visit_rows::<R>(&block, &mut |_, values| see(values));
                }
            }
        }
    }

    fn visit_total(&self, see: &mut dyn FnMut(&[Value<'_>])) {
        visit_rows::<R>(self.total.as_slice(), &mut |_, values| see(values));
    }

    fn sum(&self) -> Option<Vec<Value<'static>>> {
        let row = self.sum.as_ref()?();
        let sum = R::COLUMNS.iter().map(|column| match column.field.role {
            ColumnRole::Measure => Value::Null.plus((column.value)(&row)),
            ColumnRole::Key | ColumnRole::Attribute => Value::Null,
        });
        Some(sum.collect())
    }
}
