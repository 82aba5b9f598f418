//! The identity of a table: titles, places of columns and keys of documents belong to it.

use super::TableName;

/// The identity of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableId {
    /// A table of a decided capture.
    Analysis(TableName),
    /// A table of several captures, joined by its keys.
    Compared(TableName),
    /// The captures that are compared.
    Sides,
    /// The interfaces of this computer.
    Interfaces,
    /// The book of ports.
    Book,
    /// The flows that a user may have meant.
    Candidates,
    /// A table of a user of the library, by its key.
    Other(&'static str),
}

impl TableId {
    /// The key of the table: its name in documents, and the name of its file.
    pub const fn key(self) -> &'static str {
        match self {
            TableId::Analysis(name) | TableId::Compared(name) => name.key(),
            TableId::Sides => "sides",
            TableId::Interfaces => "interfaces",
            TableId::Book => "book",
            TableId::Candidates => "candidates",
            TableId::Other(key) => key,
        }
    }
}
