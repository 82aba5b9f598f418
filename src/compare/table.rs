//! A compared table: the rows in the order of their importance, for any writer.

use super::columns::{ComparedColumns, LASTING, without_obvious};
use super::join::{JoinedRow, TableJoin};
use super::row::ComparedRow;
use super::sides::ComparedSide;
use crate::report::{Arrangement, Table, TableId, TableName, Value};
use crate::traffic::Traffic;

/// One table of all sides, joined and compared.
#[derive(Clone, Debug)]
pub struct ComparedTable {
    name: TableName,
    columns: ComparedColumns,
    key_names: Vec<&'static str>,
    word_names: Vec<&'static str>,
    rows: Vec<ComparedRow>,
}

impl ComparedTable {
    /// Compares the sides of a joined table.
    pub fn new(mut join: TableJoin, sides: &[ComparedSide], threshold: u64) -> ComparedTable {
        join.complete(sides.len());
        let columns = ComparedColumns::new(&join, sides.len());
        let names = |columns: &[usize]| columns.iter().map(|index| join.fields[*index].key).collect();
        let (key_names, word_names) = (names(&join.columns.keys), names(&join.columns.words));
        let whole: Vec<Traffic> = sides.iter().map(|side| side.traffic).collect();
        let compared = |(key, row): (_, JoinedRow)| {
            let traffic = row.sides.iter().map(|measures| columns.traffic(measures.as_deref())).collect();
            ComparedRow::new(key, row, traffic, &whole, threshold)
        };
        // Rows of equal importance stay in the order of their keys.
        let mut rows: Vec<ComparedRow> = join.rows.into_iter().map(compared).collect();
        rows.sort_by_cached_key(ComparedRow::order);
        ComparedTable { name: join.name, columns, key_names, word_names, rows }
    }

    /// The table that was compared.
    pub fn name(&self) -> TableName {
        self.name
    }

    /// The keys of the columns that identify a row.
    pub fn key_names(&self) -> &[&'static str] {
        &self.key_names
    }

    /// The keys of the columns with words about a row.
    pub fn word_names(&self) -> &[&'static str] {
        &self.word_names
    }

    /// The rows, the most important first.
    pub fn rows(&self) -> &[ComparedRow] {
        &self.rows
    }

    /// The table with all rows and values.
    pub fn table<'c>(&'c self, sides: &'c [ComparedSide]) -> Table<'c> {
        self.of_rows(self.rows.iter().collect(), move |row| self.columns.values(row, sides))
    }

    /// The table for people: the rows that `is_wanted` selects, arranged, without values that go without saying, unless the arrangement
    /// names their column.
    pub fn table_for_people<'c>(
        &'c self,
        sides: &'c [ComparedSide],
        is_wanted: impl Fn(&ComparedRow) -> bool,
        arrangement: &Arrangement,
    ) -> Table<'c> {
        let rows = self.rows.iter().filter(|row| is_wanted(row)).collect();
        let has_all_values = arrangement.names(LASTING);
        let table = self.of_rows(rows, move |row| {
            let values = self.columns.values(row, sides);
            if has_all_values { values } else { without_obvious(row, values) }
        });
        table.arranged(arrangement)
    }

    fn of_rows<'c>(
        &'c self,
        rows: Vec<&'c ComparedRow>,
        values: impl Fn(&'c ComparedRow) -> Vec<Value<'c>> + Sync + 'c,
    ) -> Table<'c> {
        let id = TableId::Compared(self.name);
        Table::of_fields(id, self.columns.fields(), rows.len(), move |number, see| see(&values(rows[number])))
    }
}
