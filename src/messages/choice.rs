//! Sentences of `portolan explain` about an unclear choice of a flow.

use crate::capture::ReadOnlyOnce;
use crate::explain::ChoiceProblem;

/// Sentences about the choice of a flow.
pub trait ChoiceMessages {
    /// The choice does not lead to one flow.
    fn choice_problem(&self, problem: &ChoiceProblem) -> String;

    /// Neither a capture nor a flow is named; to be followed by the [forms](ChoiceMessages::flow_forms).
    fn name_a_capture_and_a_flow(&self) -> &'static str;

    /// Captures are named, but no flow.
    fn name_a_flow(&self, captures: &str) -> String;

    /// A flow is named, but no capture.
    fn name_the_capture(&self, flow: &str) -> String;

    /// A word names no flow; to be followed by the [forms](ChoiceMessages::flow_forms).
    fn not_a_flow(&self, word: &str) -> String;

    /// The forms in which a flow can be named, each with an example.
    fn flow_forms(&self) -> [(&'static str, &'static str); 5];

    /// `matched` of `packets` packets match the filter of an explanation, and belong to `flows` of `all` flows.
    fn filter_matched_flows(&self, matched: u64, packets: u64, flows: usize, all: usize) -> String;

    /// The options that select flows select so many of `all` flows.
    fn selected_flows(&self, flows: usize, all: usize) -> String;

    /// A capture can be read only once.
    fn read_only_once(&self, capture: &str, reason: ReadOnlyOnce) -> String;
}
