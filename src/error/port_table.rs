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
    /// A category is none.
    NoCategory {
        /// The word.
        word: String,
        /// All categories.
        known: Vec<&'static str>,
    },
}
