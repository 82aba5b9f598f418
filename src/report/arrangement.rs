//! The user's own order of rows and choice of columns, for any table that has these columns.

use super::column::Field;
use super::order::{self, Direction};
use super::table::Table;

/// A column to sort by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SortColumn {
    /// The key of the column.
    pub key: String,
    /// The direction; the column's [usual one](Direction::usual), if `None`.
    pub direction: Option<Direction>,
}

/// An order of rows and a choice of columns. A table takes as much of it as it has columns for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The columns to sort by, the most important first.
    pub sort: Vec<SortColumn>,
    /// The keys of the columns to show and write, in order; all columns, if empty.
    pub columns: Vec<String>,
}

impl Arrangement {
    /// True if every table stays as it is.
    pub fn is_empty(&self) -> bool {
        self.sort.is_empty() && self.columns.is_empty()
    }

    /// True if a table with these columns has something to show: one of the chosen columns.
    pub fn leaves(&self, fields: &[Field]) -> bool {
        self.columns.is_empty() || self.columns.iter().any(|key| has(fields, key))
    }

    /// The first key, with the part of the arrangement that has it, that no table has a column for.
    pub fn missing(&self, tables: &[Vec<Field>]) -> Option<(ArrangementPart, &str)> {
        let sort = self.sort.iter().map(|column| (ArrangementPart::Sort, column.key.as_str()));
        let columns = self.columns.iter().map(|key| (ArrangementPart::Columns, key.as_str()));
        sort.chain(columns).find(|(_, key)| !tables.iter().any(|fields| has(fields, key)))
    }

    /// True if the user has named the column.
    pub fn names(&self, key: &str) -> bool {
        self.columns.iter().any(|name| name == key) || self.sort.iter().any(|column| column.key == key)
    }
}

/// A part of an arrangement that names columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArrangementPart {
    /// The columns to sort by.
    Sort,
    /// The columns to show.
    Columns,
}

fn has(fields: &[Field], key: &str) -> bool {
    fields.iter().any(|field| field.key == key)
}

impl<'a> Table<'a> {
    /// Sorts the rows and chooses the columns, as far as the table has the columns that are named. The total stays last.
    ///
    /// The rows themselves are not held, but computed again in their new order: a sorted table holds 4 bytes for each row, and while
    /// it is sorted the values of one column.
    pub fn arranged(mut self, arrangement: &Arrangement) -> Table<'a> {
        for SortColumn { key, direction } in arrangement.sort.iter().rev() {
            let Some(index) = self.fields.iter().position(|field| field.key == key) else { continue };
            let direction = direction.unwrap_or(Direction::usual(self.fields[index].kind));
            let places = order::sorted(&self, index, direction);
            self.reorder(places);
        }
        self.name_columns(|key| arrangement.names(key));
        if !arrangement.columns.is_empty() {
            let fields = &self.fields;
            let index_of = |key: &String| fields.iter().position(|field| field.key == key);
            let mut chosen: Vec<usize> = Vec::new();
            for index in arrangement.columns.iter().filter_map(index_of) {
                if !chosen.contains(&index) {
                    chosen.push(index);
                }
            }
            self.choose(chosen);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::net::IpAddr;

    use proptest::prelude::*;

    use super::*;
    use crate::report::{Column, Kind, Record, Rows, Share, TableId, Value};

    struct Visit(Option<&'static str>, Option<IpAddr>, u64, Vec<u16>);

    impl Record for Visit {
        type Row<'a> = Visit;
        const ID: TableId = TableId::Other("visits");
        const COLUMNS: &'static [Column<Self>] = &[
            Column::<Self>::key("name", Kind::Text, |row| row.0.into()).or_word("others"),
            Column::attribute("address", Kind::Address, |row| row.1.into()),
            Column::measure("packets", Kind::Count, |row| row.2.into()),
            Column::measure("share", Kind::Share, |row| Share { part: row.2, whole: 1 << 60 }.into()),
            Column::attribute("ports", Kind::List(&Kind::Number), |row| Value::List(&row.3)),
        ];
    }

    fn visits() -> Table<'static> {
        let rows = vec![
            Visit(Some("b"), None, 7, vec![80, 443]),
            Visit(Some("A"), "10.0.0.10".parse().ok(), 1 << 59, vec![9]),
            Visit(Some("c"), "10.0.0.9".parse().ok(), 7, vec![]),
            Visit(None, None, 9, vec![1]),
            Visit(Some("a"), "::1".parse().ok(), (1 << 59) + 1, vec![80]),
        ];
        let total = Visit(Some("total"), None, 0, vec![]);
        Rows::<Visit>::stored(rows).with_total(Some(total)).into()
    }

    fn sort(column: &str, direction: Option<Direction>) -> Arrangement {
        Arrangement { sort: vec![SortColumn { key: column.into(), direction }], ..Arrangement::default() }
    }

    fn names(table: &Table<'_>) -> Vec<String> {
        let mut names = Vec::new();
        table.visit_with_words(0..table.len() + 1, |values| match values[0] {
            Value::Text(name) => names.push(name.to_owned()),
            _ => panic!("{values:?}"),
        });
        names
    }

    fn sorted(column: &str, direction: Option<Direction>) -> String {
        names(&visits().arranged(&sort(column, direction))).join(" ")
    }

    #[test]
    fn values_are_sorted_by_their_type_and_nulls_others_and_total_come_last() {
        assert_eq!(sorted("packets", None), "a A b c others total");
        assert_eq!(sorted("packets", Some(Direction::Ascending)), "b c A a others total");
        // 50 % and a little more are the same to a hundredth of a per cent.
        assert_eq!(sorted("share", None), "a A b c others total");
        assert_eq!(sorted("address", None), "c A a b others total");
        assert_eq!(sorted("address", Some(Direction::Descending)), "a A c b others total");
        assert_eq!(sorted("name", None), "A a b c others total");
        assert_eq!(sorted("ports", None), "A a b c others total");
        assert_eq!(sorted("unknown", None), "b A c others a total");
    }

    /// A row with its place, and a number that may be missing.
    struct Numbered(u64, Option<u64>);

    impl Record for Numbered {
        type Row<'a> = Numbered;
        const ID: TableId = TableId::Other("numbered");
        const COLUMNS: &'static [Column<Self>] = &[
            Column::key("place", Kind::Number, |row| row.0.into()),
            Column::attribute("number", Kind::Count, |row| row.1.into()),
        ];
    }

    proptest! {
        /// Large enough that several threads share the rows. Every other number occurs often.
        #[test]
        fn an_order_is_stable_and_has_every_row_once(factor in 1u64..1000, values in 1u64..100_000, threads in 1usize..5) {
            let value = |place: u64| Some(place.wrapping_mul(factor) % values).filter(|number| number % 7 != 3);
            let len = 20_000;
            for direction in [Direction::Ascending, Direction::Descending] {
                let rows = Rows::<Numbered>::computed(len, |place| Numbered(place as u64, value(place as u64)));
                let mut table = Table::from(rows);
                table.threads = threads;
                let mut sorted = Vec::new();
                table.arranged(&sort("number", Some(direction))).visit(0..len, |values| match values[0] {
                    Value::Integer(place) => sorted.push(place),
                    _ => panic!("{values:?}"),
                });
                let mut expected: Vec<u64> = (0..len as u64).collect();
                match direction {
                    Direction::Ascending => expected.sort_by_key(|&place| (value(place).is_none(), value(place))),
                    Direction::Descending => expected.sort_by_key(|&place| (value(place).is_none(), Reverse(value(place)))),
                }
                prop_assert!(sorted == expected, "{direction:?}");
            }
        }
    }

    #[test]
    fn a_second_column_decides_between_equal_values() {
        let both = |direction| {
            let second = SortColumn { key: "name".into(), direction: Some(direction) };
            let first = SortColumn { key: "packets".into(), direction: None };
            names(&visits().arranged(&Arrangement { sort: vec![first, second], ..Arrangement::default() })).join(" ")
        };
        assert_eq!(both(Direction::Ascending), "a A b c others total");
        assert_eq!(both(Direction::Descending), "a A c b others total");
    }

    #[test]
    fn chosen_columns_come_in_the_order_in_which_they_are_named() {
        let columns =
            |keys: &[&str]| Arrangement { columns: keys.iter().map(|&key| key.into()).collect(), ..sort("packets", None) };
        let table = visits().arranged(&columns(&["packets", "unknown", "name", "packets"]));
        assert_eq!(table.fields.iter().map(|field| field.key).collect::<Vec<_>>(), ["packets", "name"]);
        let mut rows = Vec::new();
        table.visit_with_words(2..6, |values| rows.push(format!("{values:?}")));
        assert_eq!(
            rows,
            [
                "[Integer(7), Text(\"b\")]",
                "[Integer(7), Text(\"c\")]",
                "[Integer(9), Text(\"others\")]",
                "[Integer(0), Text(\"total\")]"
            ]
        );
        let others = table.others(4, &table.no_rows()).unwrap();
        assert_eq!(others, [Value::Integer(9), Value::Null]);
        // Without the column that has a word for all others, null stays null.
        let table = visits().arranged(&columns(&["address"]));
        table.visit_with_words(4..5, |values| assert_eq!(values, [Value::Null]));
    }

    #[test]
    fn a_key_without_any_column_is_found() {
        let tables = [Visit::fields()];
        let arrangement = Arrangement { columns: vec!["name".into(), "nam".into()], ..sort("packets", None) };
        assert_eq!(arrangement.missing(&tables), Some((ArrangementPart::Columns, "nam")));
        assert_eq!(sort("pakets", None).missing(&tables), Some((ArrangementPart::Sort, "pakets")));
        assert!(
            arrangement.leaves(&tables[0])
                && !Arrangement { columns: vec!["x".into()], ..Arrangement::default() }.leaves(&tables[0])
        );
    }
}
