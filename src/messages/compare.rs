//! Sentences of `portolan compare`.

use crate::compare::Summary;
use crate::report::TableName;

/// Sentences about compared captures.
pub trait CompareMessages {
    /// The differences in one sentence.
    fn comparison(&self, summary: &Summary) -> String;

    /// Tables with the numbers of their rows that are not shown, because their shares changed by less than `threshold` hundredths of a
    /// percentage point. There is at least one table.
    fn unchanged_rows(&self, tables: &[(TableName, usize)], threshold: u64) -> String;

    /// The command line names `given` captures: fewer than two.
    fn name_two_captures(&self, given: usize) -> &'static str;

    /// The command line names `given` sides, more than `most`.
    fn too_many_sides(&self, given: usize, most: usize) -> String;

    /// A capture that can be read only once is on two sides.
    fn one_capture_on_two_sides(&self, capture: &str) -> String;

    /// A sentence about the reading of the side with this name.
    fn about_side(&self, side: &str, sentence: &str) -> String;

    /// Nothing could be read of the side that the user named `inputs`.
    fn nothing_to_compare(&self, inputs: &str) -> String;
}
