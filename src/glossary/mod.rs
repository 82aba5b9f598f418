//! The vocabulary of tables and explanations: every table, column and word that needs a meaning, the places where it appears, and
//! words that are related to it.
//!
//! A [`Term`] is data. Its meaning is a sentence of the trait `GlossaryMessages`, for which the compiler
//! or a test demands a text for each variant and each column.

mod encapsulations;
mod search;
mod term;

pub use search::{look_up, near, own_category};
pub use term::{RowWord, Term, Topic};

use crate::explain::CandidateRow;
#[cfg(feature = "live")]
use crate::report::InterfaceRow;
use crate::report::{BookRow, Field, Record, TableId, TableName};

/// All tables with their columns: those of a decided capture in their order, then those of other commands.
pub fn tables() -> Vec<(TableId, Vec<Field>)> {
    let mut tables: Vec<(TableId, Vec<Field>)> =
        TableName::ALL.into_iter().map(|name| (TableId::Analysis(name), name.fields())).collect();
    tables.push((BookRow::ID, BookRow::fields()));
    #[cfg(feature = "live")]
    tables.push((InterfaceRow::ID, InterfaceRow::fields()));
    tables.push((CandidateRow::ID, CandidateRow::fields()));
    tables
}

/// Names of columns in which words of the topic stand: `flows.evidence`.
pub fn columns_with(topic: Topic) -> Vec<String> {
    let columns = tables().into_iter().flat_map(|(table, fields)| fields.into_iter().map(move |field| (table, field.key)));
    columns.filter(|(_, key)| topic.columns().contains(key)).map(|(table, key)| qualified(table, key)).collect()
}

/// The name of a column together with its table: `flows.evidence`.
pub fn qualified(table: TableId, key: &str) -> String {
    format!("{}.{key}", table.key())
}

/// The topic whose words stand in a column, if there is one.
pub fn topic_of(table: TableId, key: &str) -> Option<Topic> {
    Topic::ALL.into_iter().find(|topic| topic.columns().contains(&key)).filter(|_| is_own(table))
}

/// True for a column of Portolan's own: a table of a user of the library may have other values under the same key.
fn is_own(table: TableId) -> bool {
    !matches!(table, TableId::Other(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_topic_with_a_column_stands_in_a_table() {
        for topic in Topic::ALL {
            assert_eq!(topic.columns().is_empty(), columns_with(topic).is_empty(), "{topic:?}");
        }
        assert_eq!(columns_with(Topic::Confidence), ["flows.confidence", "evidence.confidence"]);
        assert_eq!(topic_of(TableId::Analysis(TableName::Flows), "evidence"), Some(Topic::Evidence));
        assert_eq!(topic_of(TableId::Other("mine"), "evidence"), None);
    }
}
