//! Tables for people: aligned, at most as wide as the terminal, with a row for all rows that are not shown.
//!
//! Numbers, times and addresses are never broken or shortened. If they do not fit, these steps are taken in order: columns are
//! left out, text is broken between words, long addresses push the text after them to the next line, and words are shortened. A
//! line is longer than the terminal only if none of this helps.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use anstyle::{Effects, Style};

use super::data::{append, append_decimal};
use super::layout::{ColumnWidths, GAP, MinWidths, Overflow, columns_that_fit, widths};
use super::legend::{self, SeenWords, Vocabulary};
use super::priorities::{Placement, Priority, default_rows, placements};
use super::wrap::{shortened, width_of, wrapped};
use crate::messages::Messages;
use crate::report::{ColumnRole, Field, Kind, Table, TableId, Value};
use crate::service::NamedBy;
use crate::support::parallel;
use crate::time::{Time, Zone};
use crate::untrusted;

/// The settings for showing tables.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Columns of the terminal.
    pub width: usize,
    /// True if every column for people is shown, however narrow the terminal is.
    pub wide: bool,
    /// True if the heading of a table reports the number of columns without room.
    pub tells_left_out: bool,
    /// Rows shown of each table, 0 = all; the table's default, if `None`.
    pub top: Option<usize>,
    /// True if the columns and words of each table are explained below it.
    pub legend: bool,
    /// True if numbers are shown with all digits, without units and groups of digits.
    pub exact: bool,
    /// The time zone of times, which their columns name.
    pub zone: &'static Zone,
    /// True if headings may be emphasised. Emphasis and colour never carry information of their own.
    pub styled: bool,
    /// The language of titles and notes.
    pub messages: &'static dyn Messages,
}

const EMPHASIS: Style = Style::new().effects(Effects::BOLD);
/// The mark of a name of doubtful worth.
pub(super) const DOUBT: char = '?';
/// Characters of `2026-11-23 21:07:16`.
const TO_THE_SECOND: usize = 19;
/// The most rows that are kept while a table is written: each is used several times, and may combine millions of flows.
const MAX_KEPT: usize = 1 << 12;

/// Writes a table with its heading, and an empty line after it.
///
/// Rows beyond that number are computed once or twice to be measured and once to be written, because all of them may not fit into
/// memory.
pub fn write(table: &Table<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let title = view.messages.table_title(table.id);
    if table.is_empty() {
        let empty = view.messages.empty_table(table.id);
        return writeln!(output, "{}\n  {empty}\n", emphasised(title, view));
    }
    let rows = ShownRows::new(table, view);
    let layout = Layout::new(&rows, view);
    writeln!(output, "{}{}", emphasised(title, view), layout.note(title, view))?;
    let mut lines = String::new();
    layout.append(&layout.titles(table, view), &mut lines);
    let (first, more) = lines.split_once('\n').unwrap_or((&lines, ""));
    write!(output, "{}\n{more}", emphasised(first, view))?;
    let append = |numbers: Range<usize>, block: &mut Vec<u8>| {
        let mut lines = String::new();
        rows.each(numbers, &layout.columns, |cells| layout.append(cells, &mut lines));
        block.extend_from_slice(lines.as_bytes());
        Ok(())
    };
    parallel::in_order((rows.len(), rows.cost()), table.threads, append, |lines| output.write_all(lines))?;
    writeln!(output)?;
    if view.legend { write_legend(&rows, &layout.columns, view, output) } else { Ok(()) }
}

/// Writes the meanings of the columns that are shown, and of the words in them.
fn write_legend(rows: &ShownRows<'_, '_>, columns: &[usize], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let vocabulary = Vocabulary::of_table(rows.table.id, &rows.table.fields);
    let look = |seen: &mut SeenWords, cells: &[Shown]| {
        columns.iter().for_each(|&index| vocabulary.note(index, &cells[index].text, seen));
        seen.has_doubts |= rows.names.is_some_and(|[name, _]| columns.contains(&name) && cells[name].text.ends_with(DOUBT));
    };
    let words = rows.noted(columns, &SeenWords::default(), look, SeenWords::merge);
    let fields: Vec<Field> = columns.iter().map(|&index| rows.table.fields[index]).collect();
    legend::write(rows.table.id, &fields, &words, view, output)
}

/// Formats the line as a heading.
pub(super) fn emphasised(line: &str, view: View) -> String {
    if view.styled { format!("{EMPHASIS}{line}{EMPHASIS:#}") } else { line.to_owned() }
}

/// A value as shown to people.
#[derive(Clone, Default)]
struct Shown {
    text: String,
    /// Places of the terminal that the text takes in its column.
    width: usize,
    fit: Overflow,
}

impl Shown {
    fn set(&mut self, fit: Overflow, append: impl FnOnce(&mut String)) {
        self.text.clear();
        append(&mut self.text);
        self.width = width_of(&self.text);
        self.fit = fit;
    }
}

/// The rows that are shown, then the row for all others, and last the total.
struct ShownRows<'t, 'a> {
    table: &'t Table<'a>,
    placements: Vec<Placement>,
    /// The number of rows of the table that are shown.
    shown: usize,
    /// The shown rows, if they are few, with the text of all columns that may be shown.
    kept: Vec<Vec<Shown>>,
    others: Option<Vec<Shown>>,
    style: ValueStyle,
    /// The column of names, and the one with their worth, if the table has both.
    names: Option<[usize; 2]>,
}

/// The form of values.
#[derive(Clone, Copy)]
pub(super) struct ValueStyle {
    /// Digits of a second that times are shown with.
    time_digits: u8,
    zone: &'static Zone,
    /// True if numbers have all their digits, and nothing else.
    is_exact: bool,
    /// The language of numbers.
    pub(super) messages: &'static dyn Messages,
}

impl<'t, 'a> ShownRows<'t, 'a> {
    fn new(table: &'t Table<'a>, view: View) -> ShownRows<'t, 'a> {
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

    fn len(&self) -> usize {
        self.shown + usize::from(self.others.is_some()) + usize::from(self.table.has_total())
    }

    /// The cost of visiting all rows, in flows.
    fn cost(&self) -> usize {
        if self.kept.is_empty() { self.table.cost_of(self.shown) } else { self.len() }
    }

    /// Passes rows with the text of `columns` to `look`. The cells of other columns are undefined.
    fn each(&self, numbers: Range<usize>, columns: &[usize], mut look: impl FnMut(&[Shown])) {
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
    fn noted<T: Clone + Send + Sync>(
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
}

/// The columns that are shown, and their widths.
struct Layout {
    /// The columns by their index in the table.
    columns: Vec<usize>,
    /// The width of each column.
    widths: Vec<usize>,
    /// True for columns of numbers.
    right_aligned: Vec<bool>,
    /// The number of columns without room.
    left_out: usize,
}

impl Layout {
    fn new(rows: &ShownRows<'_, '_>, view: View) -> Layout {
        let (fields, placements) = (&rows.table.fields, &rows.placements);
        let candidates = rows.columns();
        let title = |index: usize| title(rows.table.id, &fields[index], view);
        let titles: Vec<ColumnWidths> = (0..fields.len()).map(|index| ColumnWidths::of_title(width_of(&title(index)))).collect();
        let look = |wishes: &mut Vec<ColumnWidths>, cells: &[Shown]| {
            candidates.iter().for_each(|&index| wishes[index].add(cells[index].fit, cells[index].width));
        };
        let wishes = rows.noted(&candidates, &titles, look, |all, part| {
            all.iter_mut().zip(part).for_each(|(one, other)| one.merge(other));
        });
        let width = if view.wide { usize::MAX / 2 } else { view.width };
        let (columns, left_out) = columns_that_fit(placements, &wishes, width);
        let wanted: Vec<usize> = columns.iter().map(|&index| wishes[index].wanted()).collect();
        let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
        let widths = if wanted.iter().sum::<usize>() <= room {
            wanted
        } else {
            let mut titles = vec![MinWidths::default(); columns.len()];
            titles.iter_mut().zip(&columns).for_each(|(narrowest, &index)| narrowest.add_title(&title(index)));
            let look = |narrowest: &mut Vec<MinWidths>, cells: &[Shown]| {
                for (narrowest, &index) in narrowest.iter_mut().zip(&columns) {
                    let Shown { text, width, fit } = &cells[index];
                    narrowest.add(*fit, text, *width, placements[index].enough);
                }
            };
            let narrowest = rows.noted(&columns, &titles, look, |all, part| {
                all.iter_mut().zip(part).for_each(|(one, other)| one.merge(other));
            });
            widths(&wanted, &narrowest, room)
        };
        let right_aligned = columns.iter().map(|&index| fields[index].kind.is_numeric()).collect();
        Layout { columns, widths, right_aligned, left_out }
    }

    /// The note on columns that had no room. It follows the title of the table, in its line or on the next one.
    fn note(&self, title: &str, view: View) -> String {
        if self.left_out == 0 || !view.tells_left_out {
            return String::new();
        }
        let note = view.messages.left_out_columns(self.left_out);
        let has_room = width_of(title) + GAP + note.len() + 2 <= view.width;
        if has_room { format!("  ({note})") } else { format!("\n  ({note})") }
    }

    fn titles(&self, table: &Table<'_>, view: View) -> Vec<Shown> {
        let cell = |field: &Field| {
            let mut shown = Shown::default();
            shown.set(Overflow::Words, |text| text.push_str(&title(table.id, field, view)));
            shown
        };
        table.fields.iter().map(cell).collect()
    }

    /// Appends a row: one line, or as many as its most wrapped text needs.
    fn append(&self, cells: &[Shown], lines: &mut String) {
        let chosen = || self.columns.iter().map(|&index| &cells[index]).zip(&self.widths);
        if chosen().all(|(cell, width)| cell.width <= *width) {
            return self.append_line(chosen().map(|(cell, _)| cell.text.as_str()), lines);
        }
        let in_lines = |(cell, width): (&'_ Shown, &usize)| match cell.fit {
            Overflow::Words => wrapped(&cell.text, *width),
            Overflow::Name => vec![shortened(&cell.text, *width).into_owned()],
            Overflow::Number | Overflow::Whole | Overflow::Address => vec![cell.text.clone()],
        };
        let parts: Vec<Vec<String>> = chosen().map(in_lines).collect();
        for number in 0..parts.iter().map(Vec::len).max().unwrap_or(0) {
            self.append_line(parts.iter().map(|parts| parts.get(number).map_or("", |part| part.as_str())), lines);
        }
    }

    /// Appends a line. A text may extend over the columns after it; their text continues on the next line.
    fn append_line<'s>(&self, cells: impl Iterator<Item = &'s str>, lines: &mut String) {
        // The start of the column, and the end of the line so far.
        let (mut start, mut end) = (0, 0);
        for (place, text) in cells.enumerate() {
            if !text.is_empty() {
                let width = width_of(text);
                let before = if self.right_aligned[place] { self.widths[place].saturating_sub(width) } else { 0 };
                if end > 0 && start + before < end + GAP {
                    lines.push('\n');
                    end = 0;
                }
                lines.extend(std::iter::repeat_n(' ', start + before - end));
                lines.push_str(text);
                end = start + before + width;
            }
            start += self.widths[place] + GAP;
        }
        lines.push('\n');
    }
}

/// The columns of a table with these keys, if it has all of them.
pub(super) fn columns_of<const N: usize>(table: &Table<'_>, keys: [&str; N]) -> Option<[usize; N]> {
    let columns = keys.iter().filter_map(|key| table.fields.iter().position(|field| field.key == *key));
    columns.collect::<Vec<_>>().try_into().ok()
}

/// True if a name is of doubtful worth, whatever port it stands for.
pub(super) fn is_doubtful(worth: Value<'_>) -> bool {
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
pub(super) fn title(table: TableId, field: &Field, view: View) -> Cow<'static, str> {
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
    pub(super) fn of(table: &Table<'_>, view: View) -> ValueStyle {
        let time_digits = if view.exact { 9 } else { table.time_step().map_or(0, digits_of_second) };
        ValueStyle { time_digits, zone: view.zone, is_exact: view.exact, messages: view.messages }
    }

    /// Appends a value as people read it.
    pub(super) fn append(self, value: Value<'_>, kind: Kind, text: &mut String) {
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
    use crate::messages::English;
    use crate::report::{self, Column, Record, TableId, TableName};

    /// Three columns with the priorities of the table of that name, and one that is never shown.
    struct Service(&'static str, u64, &'static str);

    impl Record for Service {
        type Row<'a> = Service;
        const ID: TableId = TableId::Analysis(TableName::Services);
        const COLUMNS: &'static [Column<Self>] = &[
            Column::key("service", Kind::Text, |row| row.0.into()),
            Column::measure("packets", Kind::Count, |row| row.1.into()),
            Column::attribute("clients", Kind::Text, |row| row.2.into()),
            Column::attribute("first_seen", Kind::Time, |_| Value::Null),
        ];
    }

    fn services() -> Table<'static> {
        let rows = [("日本 a long name", 1234), ("b", 5), ("c", 6)];
        report::Rows::<Service>::stored(rows.map(|(name, packets)| Service(name, packets, "one")).into()).into()
    }

    fn view(width: usize, top: Option<usize>) -> View {
        let zone = Zone::utc();
        View {
            width,
            wide: false,
            tells_left_out: true,
            top,
            exact: false,
            zone,
            styled: false,
            legend: false,
            messages: &English,
        }
    }

    fn written(table: &Table<'_>, width: usize, top: usize, wide: bool) -> String {
        let view = view(width, Some(top));
        let view = View { wide, ..view };
        let mut output = Vec::new();
        write(table, view, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    /// The lines below the title, without the note if it has a line of its own.
    fn shown(width: usize, top: usize) -> String {
        let written = written(&services(), width, top, false);
        let below = written.split_once('\n').unwrap().1;
        below.strip_prefix("  (+1 column: --wide)\n").unwrap_or(below).to_owned()
    }

    #[test]
    fn columns_are_left_out_before_text_is_wrapped() {
        let all = "service           packets  clients\n日本 a long name    1,234  one\nb                       5  one\nc                       6  one\n\n";
        assert_eq!(shown(34, 0), all);
        assert_eq!(
            shown(33, 0),
            "service           packets\n日本 a long name    1,234\nb                       5\nc                       6\n\n"
        );
        assert_eq!(
            shown(20, 0),
            "service      packets\n日本 a long    1,234\nname\nb                  5\nc                  6\n\n"
        );
    }

    #[test]
    fn rows_that_are_not_shown_are_added_up() {
        assert_eq!(
            shown(80, 1),
            "service           packets  clients\n日本 a long name    1,234  one\n(2 others)             11\n\n"
        );
    }

    #[test]
    fn the_heading_reports_the_number_of_columns_without_room_and_wide_shows_them() {
        let head = |width, wide| written(&services(), width, 0, wide).lines().take(2).map(str::to_owned).collect::<Vec<_>>();
        let title = "Services: what the traffic was for, by the server's port";
        let (one_line, note) = (format!("{title}  (+1 column: --wide)"), "  (+1 column: --wide)");
        assert_eq!(head(80, false), [title, "service           packets  clients"]);
        assert_eq!(head(33, false), [title, note]);
        assert_eq!(head(10, true), [title, "service           packets  clients"]);
        let long = "x".repeat(60).leak();
        let table = report::Rows::<Service>::stored(vec![Service(long, 1, long)]).into();
        assert!(written(&table, 90, 0, false).starts_with(&one_line));
    }

    /// A table without priorities: its keys are always shown.
    struct Mixed(Time);

    impl Record for Mixed {
        type Row<'a> = Mixed;
        const ID: TableId = TableId::Other("mixed");
        const COLUMNS: &'static [Column<Self>] = &[
            Column::key("client_ip", Kind::Address, |_| {
                Value::Address("2001:db8:1111:2222:3333:4444:5555:6666".parse().unwrap())
            }),
            Column::key("start_time", Kind::Time, |row| row.0.into()),
            Column::key("file", Kind::Untrusted, |_| Value::Untrusted("/a/very/long/path/capture.pcap")),
            Column::key("ports", Kind::Text, |_| Value::Text("1000-2000 60000")),
        ];
    }

    #[test]
    fn numbers_addresses_and_times_are_never_broken_or_shortened() {
        let table = report::Rows::<Mixed>::stored(vec![Mixed(Time::from_nanoseconds(0))]).into();
        for width in [1, 20, 40, 60, 80] {
            let written = written(&table, width, 0, false);
            for whole in ["2001:db8:1111:2222:3333:4444:5555:6666", "1970-01-01 00:00:00", "1000-2000", "60000"] {
                assert!(written.contains(whole), "{whole} at {width}: {written}");
            }
        }
        let lines = |width| written(&table, width, 0, false).lines().skip(2).map(str::to_owned).collect::<Vec<_>>();
        let address = "2001:db8:1111:2222:3333:4444:5555:6666";
        let beneath = |columns: usize, text: &str| format!("{}{text}", " ".repeat(columns));
        let one_line = format!("{address}  1970-01-01 00:00:00  …/capture.pcap  1000-2000");
        assert_eq!(lines(91), [one_line, beneath(77, "60000"), String::new()]);
        let behind = beneath(36, "1970-01-01 00:00:00  /a/ver….pcap  1000-2000");
        assert_eq!(lines(80), [address.to_owned(), behind, beneath(71, "60000"), String::new()]);
    }

    #[test]
    fn times_have_the_digits_that_distinguish_their_steps() {
        for (step, expected) in [(1_000_000_000, "1970-01-01 00:00:01  "), (250_000_000, "1970-01-01 00:00:01.25  ")] {
            let rows = report::Rows::<Mixed>::stored(vec![Mixed(Time::from_nanoseconds(1_250_000_000))]);
            assert!(written(&rows.with_time_step(Some(step)).into(), 200, 0, false).contains(expected));
        }
        let steps = [604_800_000_000_000, 1_000_000_000, 1_500_000_000, 250_000_000, 1_000_000, 1000, 1, 2_000_000_001];
        assert_eq!(steps.map(digits_of_second), [0, 0, 1, 2, 3, 6, 9, 9]);
    }

    /// Rows that are kept and rows that are computed on each use give the same text.
    #[test]
    fn many_rows_look_like_few() {
        let row = |number: usize| Service(if number == 0 { "first" } else { "x" }, number as u64, "one");
        let table = |len| report::Rows::<Service>::computed(len, row).into();
        let lines = |len: usize, top| written(&table(len), 80, top, false).lines().map(str::to_owned).collect::<Vec<_>>();
        let (few, many) = (lines(MAX_KEPT + 3, MAX_KEPT), lines(MAX_KEPT + 3, MAX_KEPT + 1));
        assert_eq!(few[..MAX_KEPT + 2], many[..MAX_KEPT + 2]);
        assert_eq!(few[MAX_KEPT + 2], "(3 others)   12,291");
        assert_eq!(many[MAX_KEPT + 2..MAX_KEPT + 4], ["x             4,096  one", "(2 others)    8,195"]);
    }
}
