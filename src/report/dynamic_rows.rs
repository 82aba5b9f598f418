//! Rows whose columns are known only at run time.

use std::ops::Range;

use super::rows::AnyRows;
use super::value::Value;

/// Rows that are computed by their number.
pub(super) struct DynamicRows<F> {
    /// The number of rows.
    pub len: usize,
    /// Passes the values of a row.
    pub row: F,
}

impl<F: Fn(usize, &mut dyn FnMut(&[Value<'_>])) + Sync> AnyRows for DynamicRows<F> {
    fn len(&self) -> usize {
        self.len
    }

    fn has_total(&self) -> bool {
        false
    }

    fn cost(&self) -> usize {
        0
    }

    fn time_step(&self) -> Option<i64> {
        None
    }

    fn visit(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>])) {
        numbers.for_each(|number| (self.row)(number, see));
    }

    fn visit_lasting(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>], bool)) {
        self.visit(numbers, &mut |values| see(values, true));
    }

    fn visit_listed(&self, numbers: &[u32], see: &mut dyn FnMut(&[Value<'_>])) {
        numbers.iter().for_each(|&number| (self.row)(number as usize, see));
    }

    fn visit_total(&self, _see: &mut dyn FnMut(&[Value<'_>])) {}

    fn sum(&self) -> Option<Vec<Value<'static>>> {
        None
    }
}
