//! Tables as formats see them: fields that are known before the first row, and a visit of the rows. Writers create the text.

use std::ops::Range;

use super::column::{ColumnRole, Field, Kind, Record};
use super::dynamic_rows::DynamicRows;
use super::rows::{AnyRows, Rows};
use super::table_id::TableId;
use super::value::Value;

/// A table: rows of any type.
pub struct Table<'a> {
    /// The table's identity.
    pub id: TableId,
    /// The table's columns.
    pub fields: Vec<Field>,
    /// The number of threads that share the work of writing the table.
    pub threads: usize,
    /// The index of the field with a word instead of null, and the word.
    null_word: Option<(usize, &'static str)>,
    /// The keys of the columns that the user has named.
    named: Vec<&'static str>,
    /// The chosen columns, by their index in the source of the rows; `None` = all.
    chosen: Option<Vec<usize>>,
    /// The numbers of the rows in their new order; `None` = as they are.
    order: Option<Vec<u32>>,
    rows: Box<dyn AnyRows + 'a>,
}

impl<'a, R: Record> From<Rows<'a, R>> for Table<'a> {
    fn from(rows: Rows<'a, R>) -> Table<'a> {
        Table::new(R::ID, R::fields(), Box::new(rows))
    }
}

impl<'a> Table<'a> {
    fn new(id: TableId, fields: Vec<Field>, rows: Box<dyn AnyRows + 'a>) -> Table<'a> {
        let null_word = null_word(&fields);
        Table { id, fields, threads: 1, null_word, named: Vec::new(), chosen: None, order: None, rows }
    }

    /// Creates a table whose columns are known only at run time. `row` passes the values of a row, in the order of `fields`; rows
    /// are numbered from 0.
    pub fn of_fields(
        id: TableId,
        fields: Vec<Field>,
        len: usize,
        row: impl Fn(usize, &mut dyn FnMut(&[Value<'_>])) + Sync + 'a,
    ) -> Table<'a> {
        Table::new(id, fields, Box::new(DynamicRows { len, row }))
    }
}

/// The index of the field with a word instead of null, and the word.
fn null_word(fields: &[Field]) -> Option<(usize, &'static str)> {
    fields.iter().enumerate().find_map(|(index, field)| Some((index, field.null_word?)))
}

impl Table<'_> {
    /// The number of rows, without the total.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there are no rows, apart from the total.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if the table has a row for all others together, which every format writes last.
    pub fn has_total(&self) -> bool {
        self.rows.has_total()
    }

    /// The number of nanoseconds of which all times in the table are multiples, if known.
    pub fn time_step(&self) -> Option<i64> {
        self.rows.time_step()
    }

    /// The cost of computing `rows` of the rows, in flows, if all rows cost the same.
    pub fn cost_of(&self, rows: usize) -> usize {
        let cost = self.rows.cost() as u128 * rows as u128;
        cost.checked_div(self.len() as u128).map_or(rows, |cost| rows.max(cost as usize))
    }

    /// Passes the values of rows to `see`, in the order of the fields. Rows are numbered from 0; the total comes after the last
    /// one. Numbers without a row are skipped.
    pub fn visit(&self, numbers: Range<usize>, mut see: impl FnMut(&[Value<'_>])) {
        let Some(chosen) = &self.chosen else { return self.visit_source(numbers, &mut see) };
        self.visit_source(numbers, &mut |values| {
            let values: Vec<Value<'_>> = chosen.iter().map(|&index| values[index]).collect();
            see(&values);
        });
    }

    /// Passes the values of all columns that the rows have, chosen or not, to `see`.
    pub(super) fn visit_source(&self, numbers: Range<usize>, see: &mut dyn FnMut(&[Value<'_>])) {
        let len = self.len();
        let part = numbers.start.min(len)..numbers.end.min(len);
        match &self.order {
            None => self.rows.visit(part, see),
            Some(order) => self.rows.visit_listed(&order[part], see),
        }
        if numbers.contains(&len) {
            self.rows.visit_total(see);
        }
    }

    /// The kind of a column of a table whose columns have not been chosen yet.
    pub(super) fn source_kind(&self, index: usize) -> Kind {
        self.fields[index].kind
    }

    /// True for the values of the row that stands for all rows without a place of their own, before columns are chosen.
    pub(super) fn is_rest(&self, values: &[Value<'_>]) -> bool {
        self.null_word.is_some_and(|(index, _)| values[index] == Value::Null)
    }

    /// Gives the rows a new order: the present place of each, in the new order.
    pub(super) fn reorder(&mut self, mut places: Vec<u32>) {
        if let Some(order) = &self.order {
            places.iter_mut().for_each(|place| *place = order[*place as usize]);
        }
        self.order = Some(places);
    }

    /// Remembers which columns the user has named.
    pub(super) fn name_columns(&mut self, is_named: impl Fn(&str) -> bool) {
        self.named = self.fields.iter().map(|field| field.key).filter(|key| is_named(key)).collect();
    }

    /// Leaves only these columns, in this order.
    pub(super) fn choose(&mut self, chosen: Vec<usize>) {
        self.fields = chosen.iter().map(|&index| self.fields[index]).collect();
        self.null_word = null_word(&self.fields);
        self.chosen = Some(chosen);
    }

    /// True if the user has named the column, to sort by it or to see it.
    pub fn is_named(&self, key: &str) -> bool {
        self.named.contains(&key)
    }

    /// True if the user has chosen the columns.
    pub fn has_chosen_columns(&self) -> bool {
        self.chosen.is_some()
    }

    /// Passes the values of all rows to `see`, without the total, and whether each row [is lasting](Record::is_lasting).
    pub fn visit_lasting(&self, mut see: impl FnMut(&[Value<'_>], bool)) {
        self.rows.visit_lasting(0..self.len(), &mut see);
    }

    /// Passes the values of rows as text formats write them: with the [word](Field::null_word) instead of null.
    pub fn visit_with_words(&self, numbers: Range<usize>, mut see: impl FnMut(&[Value<'_>])) {
        let Some((index, word)) = self.null_word else { return self.visit(numbers, see) };
        self.visit(numbers, |values| match values[index] {
            Value::Null => {
                let mut values = values.to_vec();
                values[index] = Value::Text(word);
                see(&values);
            }
            _ => see(values),
        });
    }

    /// Returns empty sums, to which rows can be added.
    pub fn no_rows(&self) -> Sums<'_> {
        Sums { fields: &self.fields, values: vec![Value::Null; self.fields.len()] }
    }

    /// Sums the measures of the rows after the first `shown` ones, without the total. `first` are the sums of those first rows.
    /// `None` if there are no rows after them.
    pub fn others(&self, shown: usize, first: &Sums<'_>) -> Option<Vec<Value<'static>>> {
        if shown >= self.len() {
            return None;
        }
        let Some(all) = self.rows.sum() else {
            let mut others = self.no_rows();
            self.visit(shown..self.len(), |values| others.add(values));
            return Some(others.values);
        };
        let all: Vec<Value<'static>> = match &self.chosen {
            Some(chosen) => chosen.iter().map(|&index| all[index]).collect(),
            None => all,
        };
        Some(all.into_iter().zip(&first.values).map(|(all, first)| all.minus(*first)).collect())
    }
}

/// The sums of the measures of rows.
pub struct Sums<'t> {
    fields: &'t [Field],
    values: Vec<Value<'static>>,
}

impl Sums<'_> {
    /// Adds the measures of a row.
    pub fn add(&mut self, row: &[Value<'_>]) {
        for ((sum, value), field) in self.values.iter_mut().zip(row).zip(self.fields) {
            if field.role == ColumnRole::Measure {
                *sum = sum.plus(*value);
            }
        }
    }

    /// The sums, in the order of the fields; null for fields that are no measure.
    pub fn values(&self) -> &[Value<'static>] {
        &self.values
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Column, Kind};

    struct Sent {
        name: Option<&'static str>,
        packets: u64,
        hosts: u64,
    }

    impl Record for Sent {
        type Row<'a> = Sent;
        const ID: TableId = TableId::Other("sent");
        const COLUMNS: &'static [Column<Self>] = &[
            Column::<Self>::key("name", Kind::Text, |row| row.name.into()).or_word("others"),
            Column::measure("packets", Kind::Count, |row| row.packets.into()),
            Column::attribute("hosts", Kind::Count, |row| row.hosts.into()),
        ];
    }

    fn sent(name: &'static str, packets: u64) -> Sent {
        Sent { name: Some(name), packets, hosts: 1 }
    }

    fn others(table: &Table<'_>, shown: usize) -> Option<Vec<Value<'static>>> {
        let mut first = table.no_rows();
        table.visit(0..shown.min(table.len()), |values| first.add(values));
        table.others(shown, &first)
    }

    fn sums(packets: u64) -> Option<Vec<Value<'static>>> {
        Some(vec![Value::Null, Value::Integer(packets), Value::Null])
    }

    #[test]
    fn rows_after_the_first_ones_are_added_up() {
        let table = Table::from(Rows::<Sent>::stored(vec![sent("a", 5), sent("b", 3), sent("c", 2)]));
        assert_eq!(others(&table, 1), sums(5));
        assert_eq!(others(&table, 3), None);
    }

    #[test]
    fn with_a_known_sum_only_the_first_rows_are_computed() {
        let row = |number: usize| {
            assert!(number < 2, "row {number}");
            Sent { name: Some("x"), packets: 10 - number as u64, hosts: 1 }
        };
        let sum = || Sent { name: None, packets: 55, hosts: 7 };
        assert_eq!(others(&Rows::<Sent>::computed(10, row).with_sum(sum).into(), 2), sums(36));
    }

    #[test]
    fn computed_rows_come_in_order_whatever_the_range() {
        let rows = || Rows::<Sent>::computed(100, |number| Sent { name: None, packets: number as u64, hosts: 0 });
        let table = Table::from(rows());
        for range in [0..0, 0..100, 31..33, 5..99] {
            let mut seen = Vec::new();
            table.visit(range.clone(), |values| seen.push(format!("{:?}", values[1])));
            assert!(seen.iter().eq(&range.map(|number| format!("Integer({number})")).collect::<Vec<_>>()));
        }
        assert!(rows().into_iter().map(|row| row.packets).eq(0..100));
    }

    #[test]
    fn the_total_comes_last_and_is_not_added_up_again() {
        let total = Sent { name: None, packets: 8, hosts: 2 };
        let table = Table::from(Rows::<Sent>::stored(vec![sent("a", 5), sent("b", 3)]).with_total(Some(total)));
        assert_eq!((table.len(), others(&table, 1)), (2, sums(3)));
        let (mut names, mut words) = (Vec::new(), Vec::new());
        table.visit(0..3, |values| names.push(format!("{:?}", values[0])));
        table.visit_with_words(0..3, |values| words.push(format!("{:?}", values[0])));
        assert_eq!(names, ["Text(\"a\")", "Text(\"b\")", "Null"]);
        assert_eq!(words, ["Text(\"a\")", "Text(\"b\")", "Text(\"others\")"]);
    }
}
