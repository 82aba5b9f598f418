//! Columns that do not exist.

/// A column that the user has named and that no table in question has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownColumn {
    /// The option that names it.
    pub option: &'static str,
    /// The key as the user has typed it.
    pub key: String,
    /// Keys like it.
    pub near: Vec<&'static str>,
    /// The keys of other tables that have such a column.
    pub elsewhere: Vec<&'static str>,
    /// The keys of the columns that there are.
    pub known: Vec<&'static str>,
}
