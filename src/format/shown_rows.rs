//! The rows of a table as people read them: the texts of the cells, the rows that are shown, and the columns for which there is room.

use std::borrow::Cow;
use std::ops::Range;

use super::data::{append, append_decimal};
use super::layout::{ColumnWidths, GAP, Overflow, columns_that_fit};
use super::legend::{self, LegendEntry, SeenWords, Vocabulary};
use super::priorities::{Placement, Priority, default_rows, placements};
use super::terminal::View;
use super::wrap::width_of;
use crate::messages::Messages;
use crate::report::{ColumnRole, Field, Kind, Table, TableId, Value};
use crate::service::NamedBy;
use crate::support::parallel;
use crate::time::{Time, Zone};
use crate::untrusted;

/// The mark of a name of doubtful worth.
pub const DOUBT: char = '?';
/// Characters of `2026-11-23 21:07:16`.
const TO_THE_SECOND: usize = 19;
/// The most rows that are kept while a table is written: each is used several times, and may combine millions of flows.
pub const MAX_KEPT: usize = 1 << 12;

/// A value as shown to people.
#[derive(Clone, Default)]
pub struct Shown {
    /// The text.
    pub text: String,
    /// Places of the terminal that the text takes in its column.
    pub width: usize,
    /// The way to make the text narrower.
    pub fit: Overflow,
}

impl Shown {
    /// Sets the text.
    pub fn set(&mut self, fit: Overflow, append: impl FnOnce(&mut String)) {
        self.text.clear();
        append(&mut self.text);
        self.width = width_of(&self.text);
        self.fit = fit;
    }
}

/// The rows that are shown, then the row for all others, and last the total.
pub struct ShownRows<'t, 'a> {
    /// The table.
    pub table: &'t Table<'a>,
    /// The places of all columns.
    pub placements: Vec<Placement>,
    /// The number of rows of the table that are shown.
    pub shown: usize,
    /// The shown rows, if they are few, with the text of all columns that may be shown.
    kept: Vec<Vec<Shown>>,
    others: Option<Vec<Shown>>,
    style: ValueStyle,
    /// The column of names, and the one with their worth, if the table has both.
    names: Option<[usize; 2]>,
}

/// The form of values.
#[derive(Clone, Copy)]
pub struct ValueStyle {
    /// Digits of a second that times are shown with.
    time_digits: u8,
    zone: &'static Zone,
    /// True if numbers have all their digits, and nothing else.
    is_exact: bool,
    /// The language of numbers.
    pub(super) messages: &'static dyn Messages,
}

impl<'t, 'a> ShownRows<'t, 'a> {
    /// The rows of a table that the view asks for.
    pub fn new(table: &'t Table<'a>, view: View) -> ShownRows<'t, 'a> {
        let top = view.top.unwrap_or(default_rows(table.id));
        let shown = if top == 0 { table.len() } else { top.min(table.len()) };
        let style = ValueStyle::of(table, view);
        let (placements, kept) = (placements(table), Vec::new());
        let names = columns_of(table, ["service", "named_by"]);
        let mut rows = ShownRows { table, placements, shown, kept, others: None, style, names };
        let (mut kept, mut first) = (Vec::new(), table.no_rows());
        let (is_kept, has_others) = (shown <= MAX_KEPT, shown < table.len());
        if is_kept || has_others {
            let columns = rows.columns();
            table.visit_with_words(0..shown, |values| {
                first.add(values);
                if is_kept {
                    let mut cells = rows.no_cells();
                    rows.show(values, &columns, &mut cells);
                    kept.push(cells);
                }
            });
        }
        let others = table.others(shown, &first).map(|values| rows.others(&values, view));
        (rows.kept, rows.others) = (kept, others);
        rows
    }

    /// The columns that may be shown, by index.
    fn columns(&self) -> Vec<usize> {
        (0..self.placements.len()).filter(|&index| self.placements[index].priority != Priority::Never).collect()
    }

    fn no_cells(&self) -> Vec<Shown> {
        vec![Shown::default(); self.table.fields.len()]
    }

    /// Converts the values of `columns` to text.
    fn show(&self, values: &[Value<'_>], columns: &[usize], cells: &mut [Shown]) {
        for &index in columns {
            let (value, kind) = (values[index], self.table.fields[index].kind);
            let is_doubtful = self.names.is_some_and(|[name, worth]| name == index && is_doubtful(values[worth]));
            cells[index].set(fit_of(value), |text| {
                self.style.append(value, kind, text);
                text.extend(is_doubtful.then_some(DOUBT));
            });
        }
    }

    /// Creates the row for all rows that are not shown, with its label: `(12 others)`.
    fn others(&self, values: &[Value<'_>], view: View) -> Vec<Shown> {
        let fields = &self.table.fields;
        let mut cells = self.no_cells();
        self.show(values, &self.columns(), &mut cells);
        // The label is in the first always shown column that is no measure.
        let is_always_shown = |index: usize| self.placements[index].priority == Priority::Always;
        let is_free = |index: usize| is_always_shown(index) && !is_measure(&fields[index]);
        let text = view.messages.others(self.table.len() - self.shown);
        let Some(label) = (0..fields.len()).find(|&index| is_free(index)) else {
            // Only measures are shown: the label stands before the first sum.
            if let Some(first) = cells.first_mut() {
                let sum = std::mem::take(&mut first.text);
                first.set(Overflow::Whole, |cell| cell.push_str(format!("{text} {sum}").trim_end()));
            }
            return cells;
        };
        // The label extends over the following columns, which are empty.
        let behind = (label + 1..fields.len()).filter(|&index| self.placements[index].priority != Priority::Never);
        let empty = behind.take_while(|&index| !is_measure(&fields[index])).filter(|&index| is_always_shown(index));
        let room: usize = empty.map(|index| GAP + width_of(&title(self.table.id, &fields[index], view))).sum();
        cells[label] = Shown { width: width_of(&text).saturating_sub(room), text, fit: Overflow::Whole };
        cells
    }

    /// The number of rows, with that for all others and the total.
    pub fn len(&self) -> usize {
        self.shown + usize::from(self.others.is_some()) + usize::from(self.table.has_total())
    }

    /// The cost of visiting all rows, in flows.
    pub fn cost(&self) -> usize {
        if self.kept.is_empty() { self.table.cost_of(self.shown) } else { self.len() }
    }

    /// Passes rows with the text of `columns` to `look`. The cells of other columns are undefined.
    pub fn each(&self, numbers: Range<usize>, columns: &[usize], mut look: impl FnMut(&[Shown])) {
        let part_of = |end: usize| numbers.start.min(end)..numbers.end.min(end);
        self.kept[part_of(self.kept.len())].iter().for_each(|cells| look(cells));
        let mut cells = self.no_cells();
        let mut look_at = |values: &[Value<'_>], look: &mut dyn FnMut(&[Shown])| {
            self.show(values, columns, &mut cells);
            look(&cells);
        };
        if self.kept.is_empty() {
            self.table.visit_with_words(part_of(self.shown), |values| look_at(values, &mut look));
        }
        if let Some(others) = self.others.as_ref().filter(|_| numbers.contains(&self.shown)) {
            look(others);
        }
        if self.table.has_total() && numbers.contains(&(self.len() - 1)) {
            let total = self.table.len();
            self.table.visit_with_words(total..total + 1, |values| look_at(values, &mut look));
        }
    }

    /// Collects the notes of `look` on all rows. Threads share the rows, and `merge` combines their notes.
    pub fn noted<T: Clone + Send + Sync>(
        &self,
        columns: &[usize],
        nothing: &T,
        look: impl Fn(&mut T, &[Shown]) + Sync,
        merge: impl Fn(&mut T, T),
    ) -> T {
        let parts = parallel::parts(self.len(), self.table.threads, |part| {
            let mut noted = nothing.clone();
            self.each(part, columns, |cells| look(&mut noted, cells));
            noted
        });
        let mut all = nothing.clone();
        parts.into_iter().for_each(|part| merge(&mut all, part));
        all
    }

    /// Chooses the columns for a width. Columns without a value in any row are left out and not counted.
    pub fn fitting_columns(&self, width: usize, view: View) -> FittingColumns {
        let fields = &self.table.fields;
        let candidates = self.columns();
        let title = |index: usize| title(self.table.id, &fields[index], view);
        let titles: Vec<ColumnWidths> = (0..fields.len()).map(|index| ColumnWidths::of_title(width_of(&title(index)))).collect();
        let look = |wishes: &mut Vec<ColumnWidths>, cells: &[Shown]| {
            candidates.iter().for_each(|&index| wishes[index].add(cells[index].fit, cells[index].width));
        };
        let wishes = self.noted(&candidates, &titles, look, |all, part| {
            all.iter_mut().zip(part).for_each(|(one, other)| one.merge(other));
        });
        let (columns, left_out) = columns_that_fit(&self.placements, &wishes, width);
        FittingColumns { columns, wishes, left_out }
    }

    /// The meanings of the columns that are shown, and of the words in them.
    pub fn legend(&self, columns: &[usize], view: View) -> Vec<LegendEntry> {
        let vocabulary = Vocabulary::of_table(self.table.id, &self.table.fields);
        let look = |seen: &mut SeenWords, cells: &[Shown]| {
            columns.iter().for_each(|&index| vocabulary.note(index, &cells[index].text, seen));
            seen.has_doubts |= self.names.is_some_and(|[name, _]| columns.contains(&name) && cells[name].text.ends_with(DOUBT));
        };
        let words = self.noted(columns, &SeenWords::default(), look, SeenWords::merge);
        let fields: Vec<Field> = columns.iter().map(|&index| self.table.fields[index]).collect();
        legend::entries(self.table.id, &fields, &words, view.messages)
    }
}

/// The columns that have room.
pub struct FittingColumns {
    /// The columns by their index in the table.
    pub columns: Vec<usize>,
    /// The widths that the texts of all columns want.
    pub wishes: Vec<ColumnWidths>,
    /// The number of columns without room.
    pub left_out: usize,
}

/// The columns of a table with these keys, if it has all of them.
pub fn columns_of<const N: usize>(table: &Table<'_>, keys: [&str; N]) -> Option<[usize; N]> {
    let columns = keys.iter().filter_map(|key| table.fields.iter().position(|field| field.key == *key));
    columns.collect::<Vec<_>>().try_into().ok()
}

/// True if a name is of doubtful worth, whatever port it stands for.
pub fn is_doubtful(worth: Value<'_>) -> bool {
    let mut words = 0;
    let mut is_doubtful = false;
    let mut note = |value: Value<'_>| {
        words += 1;
        is_doubtful = value == Value::Text(NamedBy::Registered.name());
    };
    match worth {
        Value::List(list) => list.each(&mut note),
        value => note(value),
    }
    is_doubtful && words == 1
}

fn is_measure(field: &Field) -> bool {
    field.role == ColumnRole::Measure
}

/// The title of a column. Times name their zone, and durations in plain seconds their unit.
pub fn title(table: TableId, field: &Field, view: View) -> Cow<'static, str> {
    let title = view.messages.column_title(table, field.key);
    match field.kind {
        Kind::Time => view.messages.title_with_zone(title, view.zone.name()).into(),
        Kind::Seconds(_) if view.exact => view.messages.title_of_seconds().into(),
        _ => title.into(),
    }
}

fn fit_of(value: Value<'_>) -> Overflow {
    match value {
        Value::Integer(_) | Value::Share(_) | Value::Decimal { .. } | Value::PortRange(..) => Overflow::Number,
        Value::Address(_) => Overflow::Address,
        Value::Time(_) | Value::CommunityId(_) | Value::Compared(_) => Overflow::Whole,
        Value::Untrusted(_) => Overflow::Name,
        Value::Null | Value::Text(_) | Value::PortFact(_) | Value::Boolean(_) | Value::List(_) => Overflow::Words,
    }
}

/// The number of digits of a second that distinguishes multiples of `step` nanoseconds.
fn digits_of_second(step: i64) -> u8 {
    (0..9).find(|&digits| step % 10_i64.pow(9 - u32::from(digits)) == 0).unwrap_or(9)
}

/// Appends a decimal number as people read it: at most three digits after the point, and none from a thousand on.
fn append_short_decimal(value: i128, digits: u8, messages: &dyn Messages, text: &mut String) {
    let unit = 10i128.pow(u32::from(digits));
    match u64::try_from(value / unit) {
        Ok(whole) if whole >= 1000 => messages.append_count(whole, text),
        _ if digits > 3 => as_in_data(text, |text| append_decimal(value / 10i128.pow(u32::from(digits) - 3), 3, text)),
        _ => as_in_data(text, |text| append_decimal(value, digits, text)),
    }
}

impl ValueStyle {
    /// The form of the values of a table.
    pub fn of(table: &Table<'_>, view: View) -> ValueStyle {
        let time_digits = if view.exact { 9 } else { table.time_step().map_or(0, digits_of_second) };
        ValueStyle { time_digits, zone: view.zone, is_exact: view.exact, messages: view.messages }
    }

    /// Appends a value as people read it.
    pub fn append(self, value: Value<'_>, kind: Kind, text: &mut String) {
        match (value, kind) {
            (Value::Integer(_) | Value::Decimal { .. }, _) if self.is_exact => as_in_data(text, |text| append(value, text)),
            (Value::Integer(number), Kind::Count) => self.messages.append_count(number, text),
            (Value::Integer(number), Kind::Bytes) => self.messages.append_bytes(number, text),
            (Value::Decimal { value, digits }, Kind::Seconds(_)) => {
                self.messages.append_duration(nanoseconds(value, digits), text);
            }
            (Value::Decimal { value, digits }, _) => append_short_decimal(value, digits, self.messages, text),
            (Value::Time(time), _) => self.append_time(time, text),
            (Value::Untrusted(outside), _) => text.push_str(&untrusted::clean(outside)),
            (Value::Text(own), _) => text.push_str(own),
            (Value::PortFact(fact), _) => text.push_str(&self.messages.port_fact(fact)),
            _ => as_in_data(text, |text| append(value, text)),
        }
    }

    /// Appends the time that clocks of the zone show: RFC 3339 without the T in the middle and the Z at the end.
    fn append_time(self, time: Time, text: &mut String) {
        let point = usize::from(self.time_digits > 0);
        let characters = TO_THE_SECOND + point + usize::from(self.time_digits.min(9));
        let clock = self.zone.clock_time(time).to_string();
        text.extend(clock.chars().take(characters).map(|c| if c == 'T' { ' ' } else { c }));
    }
}

/// Seconds with `digits` after the decimal point in nanoseconds.
fn nanoseconds(value: i128, digits: u8) -> i64 {
    let scaled = value.saturating_mul(10i128.pow(9)) / 10i128.pow(u32::from(digits.min(38)));
    scaled.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
}

/// Appends text in the form that data formats use.
fn as_in_data(text: &mut String, append: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::mem::take(text).into_bytes();
    append(&mut bytes);
    // All bytes are UTF-8: those of a string, and appended text.
    *text = String::from_utf8(bytes).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_as_many_digits_as_their_step() {
        let steps = [604_800_000_000_000, 1_000_000_000, 1_500_000_000, 250_000_000, 1_000_000, 1000, 1, 2_000_000_001];
        assert_eq!(steps.map(digits_of_second), [0, 0, 1, 2, 3, 6, 9, 9]);
    }
}
