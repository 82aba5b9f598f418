//! Trouble with the user's port table.

/// The reason why a file is not a port table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotAPortTable {
    /// It is a folder.
    Folder,
    /// It is a device, a pipe or a socket.
    NotAFile,
    /// It is larger than any table may be.
    TooLarge {
        /// Bytes that a table may have.
        limit: u64,
    },
    /// It is no text in UTF-8.
    NotUtf8 {
        /// The first byte that is none, counted from 0.
        offset: usize,
    },
}

/// The reason why a line of a port table is no rule. Strings are untrusted text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RuleProblem {
    /// The table has more rules than it may have.
    TooMany {
        /// Rules that it may have.
        limit: usize,
    },
    /// The line has no `=`.
    NoEquals(String),
    /// A port is without transport.
    NoPort(String),
    /// A transport is none, or has no ports.
    NoTransport(String),
    /// A port or range of ports is none.
    NoPorts(String),
    /// An address or network is none.
    NoAddress(String),
    /// A name is too long, empty, or has characters that no service's name has.
    NoName(String),
    /// A name has a meaning of its own.
    ReservedName(String),
    /// A category is none, neither built in nor declared.
    NoCategory {
        /// The word.
        word: String,
        /// Similar categories, the most similar first.
        near: Vec<String>,
        /// All categories that a rule may name.
        known: Vec<String>,
        /// True if a category of the user's own can have that name.
        can_be_declared: bool,
    },
    /// A category is no service's: it is a verdict on flows, or stands for traffic without ports.
    ReservedCategory(String),
    /// A declared category is built in.
    BuiltInCategory(String),
    /// The name of a declared category is too long, empty, or has characters that no category's name has.
    NoCategoryName {
        /// The name.
        name: String,
        /// Characters that it may have.
        limit: usize,
    },
    /// A category is declared twice.
    RepeatedCategory {
        /// The name.
        name: String,
        /// The line that declares it first, from 1.
        line: usize,
    },
    /// The meaning of a declared category is too long, or has characters that are no text.
    NoMeaning {
        /// The name of the category.
        name: String,
        /// Characters that the meaning may have.
        limit: usize,
    },
    /// The table declares more categories than it may.
    TooManyCategories {
        /// Categories that it may declare.
        limit: usize,
    },
}
