//! The join of one table of several captures on its keys. It knows no table: roles and kinds of columns are all it goes by.

use std::collections::BTreeMap;

use super::cell::Cell;
use crate::report::{ColumnRole, Comparability, Field, Kind, Table, TableName, Value};

/// The columns of a table that a comparison uses, by their index in the table.
#[derive(Clone, Debug)]
pub struct JoinColumns {
    /// The keys.
    pub keys: Vec<usize>,
    /// The names and other words about a row, which help people to know it.
    pub words: Vec<usize>,
    /// The counts and bytes. Shares are none of them: they are computed anew.
    pub measures: Vec<usize>,
}

impl JoinColumns {
    fn new(fields: &[Field]) -> JoinColumns {
        let of = |is_wanted: fn(&Field) -> bool| (0..fields.len()).filter(|index| is_wanted(&fields[*index])).collect();
        JoinColumns {
            keys: of(|field| field.role == ColumnRole::Key),
            words: of(|field| field.role == ColumnRole::Attribute && matches!(field.kind, Kind::Text | Kind::Untrusted)),
            measures: of(|field| field.role == ColumnRole::Measure && matches!(field.kind, Kind::Count | Kind::Bytes)),
        }
    }
}

/// The rows of all sides that have the same key.
#[derive(Clone, Debug, Default)]
pub struct JoinedRow {
    /// The words about the row, from the last side that has it.
    pub words: Box<[Cell]>,
    /// True if one of the sides says that other captures should have the row, too.
    pub is_lasting: bool,
    /// The measures of each side so far; `None` where a side does not have the key.
    pub sides: Vec<Option<Box<[u64]>>>,
}

/// One table of several captures, joined on its keys.
#[derive(Clone, Debug)]
pub struct TableJoin {
    /// The table.
    pub name: TableName,
    /// All columns of the table.
    pub fields: Vec<Field>,
    /// The columns that are used.
    pub columns: JoinColumns,
    /// The rows by their keys.
    pub rows: BTreeMap<Box<[Cell]>, JoinedRow>,
}

impl TableJoin {
    /// Creates the join of a table, without any side.
    pub fn new(name: TableName) -> TableJoin {
        let fields = name.fields();
        TableJoin { name, columns: JoinColumns::new(&fields), fields, rows: BTreeMap::new() }
    }

    /// Adds the table of side number `side`, counted from 0, after those of all sides before it.
    pub fn add(&mut self, side: usize, table: &Table<'_>) {
        let names_things = self.name.comparability() == Comparability::Things;
        let JoinColumns { keys, words, measures } = &self.columns;
        table.visit_lasting(|values, is_lasting| {
            let cells = |columns: &[usize]| columns.iter().map(|index| Cell::new(values[*index])).collect::<Box<[Cell]>>();
            let key = cells(keys);
            // The row for all others together names nothing.
            let has_name = key.iter().any(|cell| *cell != Cell::Null);
            let row = self.rows.entry(key).or_default();
            row.words = cells(words);
            row.is_lasting |= names_things && has_name && is_lasting;
            row.sides.resize(side, None);
            let numbers = measures.iter().map(|index| match values[*index] {
                Value::Integer(number) => number,
                _ => 0,
            });
            row.sides.push(Some(numbers.collect()));
        });
    }

    /// Completes the rows that the last of `sides` sides do not have.
    pub fn complete(&mut self, sides: usize) {
        self.rows.values_mut().for_each(|row| row.sides.resize(sides, None));
    }
}
