//! Sentences of the ladder.

use crate::explain::{RungResult, RungState};

/// Sentences of the ladder.
pub trait RungMessages {
    /// The part of a rung in the decision, in at most 9 columns.
    fn rung_state(&self, state: RungState) -> &'static str;

    /// The finding of a rung, or the reason why it has none.
    fn rung_result(&self, result: &RungResult<'_>) -> String;
}
