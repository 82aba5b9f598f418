//! Refuses columns that no table has, before anything is read.

use portolan::capture::near_words;
use portolan::compare::comparable_tables;
use portolan::error::{Error, UnknownColumn};
use portolan::report::{Arrangement, ArrangementPart, Field, TableId, TableName};

use super::MESSAGES;
use super::cli::{CompareJob, TablesJob};

/// The most suggestions for a column.
const MAX_SUGGESTED: usize = 3;

/// Checks that each column that is named in a job is in a table that is shown or written.
///
/// # Errors
///
/// [`Error::UnknownColumn`] about the first one that is not.
pub fn check_columns(job: &TablesJob) -> Result<(), Error> {
    let of = |table: TableName| (TableId::Analysis(table), table.fields());
    let used: Vec<_> = job.used().map(of).collect();
    check(&job.arrangement.order, &used, || TableName::ALL.map(of).to_vec())
}

/// Checks that each column that is named in a comparison is in a table that is compared.
///
/// # Errors
///
/// [`Error::UnknownColumn`] about the first one that is not.
pub fn check_compared_columns(job: &CompareJob) -> Result<(), Error> {
    let of = |table: &TableName| (TableId::Compared(*table), job.fields(*table));
    let used: Vec<_> = job.tables.iter().map(of).collect();
    check(&job.arrangement.order, &used, || comparable_tables().iter().map(of).collect())
}

/// Checks that each column that is named is in the one table of a command.
///
/// # Errors
///
/// [`Error::UnknownColumn`] about the first one that is not.
pub fn check_row_columns(arrangement: &Arrangement, table: TableId, fields: Vec<Field>) -> Result<(), Error> {
    check(arrangement, &[(table, fields)], Vec::new)
}

/// Checks the columns of the tables that a command uses. `all` gives the tables that it could use.
fn check(
    arrangement: &Arrangement,
    tables: &[(TableId, Vec<Field>)],
    all: impl Fn() -> Vec<(TableId, Vec<Field>)>,
) -> Result<(), Error> {
    let fields: Vec<Vec<Field>> = tables.iter().map(|(_, fields)| fields.clone()).collect();
    let Some((part, key)) = arrangement.missing(&fields) else { return Ok(()) };
    let mut known: Vec<&'static str> = Vec::new();
    for field in fields.iter().flatten() {
        if !known.contains(&field.key) {
            known.push(field.key);
        }
    }
    let has_it = |(_, fields): &(TableId, Vec<Field>)| fields.iter().any(|field| field.key == key);
    let elsewhere = all().into_iter().filter(has_it).map(|(table, _)| table.key()).collect();
    Err(Error::UnknownColumn(UnknownColumn {
        option: match part {
            ArrangementPart::Sort => "--sort",
            ArrangementPart::Columns => "--columns",
        },
        key: key.to_owned(),
        near: near_columns(key, tables, &known),
        elsewhere,
        known,
    }))
}

/// The columns that may be meant: those with that title on the terminal, those with similar keys, and those whose keys contain the
/// word.
fn near_columns(word: &str, tables: &[(TableId, Vec<Field>)], known: &[&'static str]) -> Vec<&'static str> {
    let fields = || tables.iter().flat_map(|(table, fields)| fields.iter().map(|field| (*table, field.key)));
    let titled = fields().filter(|(table, key)| MESSAGES.column_title(*table, key) == word).map(|(_, key)| key);
    let similar = near_words(word, known.iter().copied());
    let containing = known.iter().copied().filter(|key| word.len() > 2 && key.contains(word));
    let mut near = Vec::new();
    for key in titled.chain(similar).chain(containing) {
        if !near.contains(&key) && near.len() < MAX_SUGGESTED {
            near.push(key);
        }
    }
    near
}
