//! An explanation: what stands where is decided by those who lay it out.

/// A part of an explanation, in the order of reading.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Block {
    /// The heading of what follows.
    Heading(String),
    /// One or more whole sentences.
    Paragraph(String),
    /// A rung of the ladder.
    Rung {
        /// Its key.
        code: &'static str,
        /// Its part in the decision.
        state: &'static str,
        /// Its finding, or the reason why it has none.
        sentence: String,
    },
    /// A flag of the flow.
    Flag {
        /// Its key.
        code: &'static str,
        /// Its meaning.
        meaning: &'static str,
    },
}

/// The part of a rung in a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RungState {
    /// It found nothing.
    Silent,
    /// It was the first to find something.
    Decides,
    /// It found the same.
    Agrees,
    /// It found something else.
    Disagrees,
}
