//! The form of the tables in `data/`: columns separated by tabs, `#` lines at the top.

/// The rows of a tab-separated table, without comments.
pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(|line| line.split('\t').collect())
}
