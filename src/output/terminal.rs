//! Tables for people: aligned, as wide as the terminal at most, with a row for what is not shown.
//!
//! Numbers, times and addresses are never broken or shortened. Where they do not fit, columns are left out, text is broken between
//! words, long addresses push what stands behind them to the next line, and words are shortened, in this order. A line is longer than
//! the terminal only where nothing of that helps.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use anstyle::{Effects, Style};

use super::data::{append, append_decimal};
use super::layout::{GAP, Kind, Narrowest, Wish, columns_that_fit, widths};
use super::wrap::{shortened, width_of, wrapped};
use crate::messages::{Messages, TitledTable};
use crate::summary::{Cell, Row, Show, Table};
use crate::{parallel, text};

/// How tables are shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Columns of the terminal.
    pub width: usize,
    /// True if every column for people is shown, however narrow the terminal is.
    pub wide: bool,
    /// True if the heading of a table tells how many columns had no room.
    pub tells_left_out: bool,
    /// Rows shown of each table, 0 = all; as many as are usual for it, if `None`.
    pub top: Option<usize>,
    /// True if headings may be emphasised. Nothing is told by emphasis or colour alone.
    pub styled: bool,
    /// The language of titles and notes.
    pub messages: &'static dyn Messages,
}

impl View {
    /// A column's title.
    fn column_title(self, table: &Table<'_>, key: &'static str) -> &'static str {
        TitledTable::from_key(table.name).map_or(key, |table| self.messages.column_title(table, key))
    }
}

const EMPHASIS: Style = Style::new().effects(Effects::BOLD);
/// Digits of `2026-11-23 21:07:16`.
const TO_THE_SECOND: usize = 19;
/// The most rows that are kept while a table is written: each is looked at several times, and one can be made from millions of flows.
const MOST_KEPT: usize = 1 << 12;

/// Writes a table with its heading, and an empty line behind it.
///
/// Many rows are made once or twice to be measured and once to be written, because all of them can be more than there is memory for.
pub fn write(table: &Table<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let titled = TitledTable::from_key(table.name);
    let title = titled.map_or(table.name, |table| view.messages.table_title(table));
    if table.is_empty() {
        let empty = titled.map_or("", |table| view.messages.empty_table(table));
        return writeln!(output, "{}\n  {empty}\n", emphasised(title, view));
    }
    let rows = Rows::of(table, view);
    let layout = Layout::of(&rows, view);
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
    parallel::in_order((rows.len(), rows.work()), table.threads, append, |lines| output.write_all(lines))?;
    writeln!(output)
}

/// The line as a heading.
pub(super) fn emphasised(line: &str, view: View) -> String {
    if view.styled { format!("{EMPHASIS}{line}{EMPHASIS:#}") } else { line.to_owned() }
}

/// A cell as people read it.
#[derive(Clone, Default)]
struct Shown {
    text: String,
    /// Places of the terminal that it takes in its column.
    width: usize,
    kind: Kind,
}

impl Shown {
    fn set(&mut self, kind: Kind, append: impl FnOnce(&mut String)) {
        self.text.clear();
        append(&mut self.text);
        self.width = width_of(&self.text);
        self.kind = kind;
    }
}

/// The rows that are shown, behind them the one for all others, and last that of the total.
struct Rows<'t, 'a> {
    table: &'t Table<'a>,
    /// How many of the table are shown.
    shown: usize,
    /// Those, if they are few.
    kept: Vec<Cow<'t, [Cell<'a>]>>,
    others: Option<Row<'a>>,
    /// The column in which the others are called so, and how many places that needs there.
    label: (usize, usize),
}

impl<'t, 'a> Rows<'t, 'a> {
    fn of(table: &'t Table<'a>, view: View) -> Rows<'t, 'a> {
        let top = view.top.unwrap_or(table.usual_rows);
        let shown = if top == 0 { table.len() } else { top.min(table.len()) };
        let kept: Vec<_> = table.rows().take(if shown <= MOST_KEPT { shown } else { 0 }).collect();
        let mut others = table.others(shown, &kept);
        // "(12 others)" stands in the first column that is always shown and does not add up.
        let first = table.columns.iter().position(|column| column.show == Show::Always && !column.adds_up).unwrap_or(0);
        let mut label = (first, 0);
        if let Some(others) = &mut others {
            let text = view.messages.others(table.len() - shown);
            // It reaches into the columns behind, which are empty.
            let behind = table.columns[first + 1..].iter().filter(|column| column.show != Show::InData);
            let empty = behind.take_while(|column| !column.adds_up).filter(|column| column.show == Show::Always);
            let room: usize = empty.map(|column| GAP + width_of(view.column_title(table, column.key))).sum();
            label.1 = width_of(&text).saturating_sub(room);
            others[first] = Cell::text(text);
        }
        Rows { table, shown, kept, others, label }
    }

    fn len(&self) -> usize {
        self.shown + usize::from(self.others.is_some()) + usize::from(self.table.total().is_some())
    }

    /// How long it takes to look at all: as long as at so many rows that are there.
    fn work(&self) -> usize {
        if self.kept.is_empty() { self.table.work_of(self.shown) } else { self.len() }
    }

    fn row(&self, number: usize) -> Cow<'_, [Cell<'a>]> {
        match self.kept.get(number) {
            Some(row) => Cow::Borrowed(row),
            None if number < self.shown => self.table.row(number),
            None => {
                let mut behind = self.others.as_deref().into_iter().chain(self.table.total());
                Cow::Borrowed(behind.nth(number - self.shown).unwrap_or_default())
            }
        }
    }

    /// Lends the cells of these columns, row by row.
    fn each(&self, numbers: Range<usize>, columns: &[usize], mut look: impl FnMut(&[Shown])) {
        let mut cells = vec![Shown::default(); columns.len()];
        for number in numbers {
            let row = self.row(number);
            let is_others = self.others.is_some() && number == self.shown;
            for (shown, &index) in cells.iter_mut().zip(columns) {
                shown.set(kind_of(&row[index]), |text| append_shown(&row[index], self.table.time_digits, text));
                if is_others && index == self.label.0 {
                    (shown.kind, shown.width) = (Kind::Whole, self.label.1);
                }
            }
            look(&cells);
        }
    }

    /// What `look` notes of all rows, threads sharing the rows, put together by `merge`.
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

/// Which columns are shown, and how.
struct Layout {
    /// By their index in the table.
    columns: Vec<usize>,
    /// The width of each.
    widths: Vec<usize>,
    /// True where numbers stand.
    right_aligned: Vec<bool>,
    /// Columns for which there is no room.
    left_out: usize,
}

impl Layout {
    fn of(rows: &Rows<'_, '_>, view: View) -> Layout {
        let all = rows.table.columns;
        let candidates: Vec<usize> = (0..all.len()).filter(|&index| all[index].show != Show::InData).collect();
        let title = |index: usize| view.column_title(rows.table, all[index].key);
        let titles: Vec<Wish> = (0..all.len()).map(|index| Wish::of_title(width_of(title(index)))).collect();
        let look = |wishes: &mut Vec<Wish>, cells: &[Shown]| {
            for (cell, &index) in cells.iter().zip(&candidates) {
                wishes[index].add(cell.kind, cell.width);
            }
        };
        let wishes = rows.noted(&candidates, &titles, look, |all, part| {
            all.iter_mut().zip(part).for_each(|(one, other)| one.merge(other));
        });
        let width = if view.wide { usize::MAX / 2 } else { view.width };
        let (columns, left_out) = columns_that_fit(all, &wishes, width);
        let wanted: Vec<usize> = columns.iter().map(|&index| wishes[index].wanted()).collect();
        let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
        let widths = if wanted.iter().sum::<usize>() <= room {
            wanted
        } else {
            let mut titles = vec![Narrowest::default(); columns.len()];
            titles.iter_mut().zip(&columns).for_each(|(narrowest, &index)| narrowest.add_title(title(index)));
            let look = |narrowest: &mut Vec<Narrowest>, cells: &[Shown]| {
                for ((narrowest, cell), &index) in narrowest.iter_mut().zip(cells).zip(&columns) {
                    narrowest.add(cell.kind, &cell.text, cell.width, all[index].enough);
                }
            };
            let narrowest = rows.noted(&columns, &titles, look, |all, part| {
                all.iter_mut().zip(part).for_each(|(one, other)| one.merge(other));
            });
            widths(&wanted, &narrowest, room)
        };
        let right_aligned = columns.iter().map(|&index| wishes[index].holds_numbers()).collect();
        Layout { columns, widths, right_aligned, left_out }
    }

    /// How many columns had no room, to stand behind the title of the table: in its line, or in the next one.
    fn note(&self, title: &str, view: View) -> String {
        if self.left_out == 0 || !view.tells_left_out {
            return String::new();
        }
        let note = view.messages.left_out_columns(self.left_out);
        let has_room = width_of(title) + GAP + note.len() + 2 <= view.width;
        if has_room { format!("  ({note})") } else { format!("\n  ({note})") }
    }

    fn titles(&self, table: &Table<'_>, view: View) -> Vec<Shown> {
        let title = |&index: &usize| {
            let mut shown = Shown::default();
            shown.set(Kind::Words, |text| text.push_str(view.column_title(table, table.columns[index].key)));
            shown
        };
        self.columns.iter().map(title).collect()
    }

    /// Appends a row: one line, or as many as the cell needs that has to be wrapped most.
    fn append(&self, cells: &[Shown], lines: &mut String) {
        if cells.iter().zip(&self.widths).all(|(cell, width)| cell.width <= *width) {
            return self.append_line(cells.iter().map(|cell| cell.text.as_str()), lines);
        }
        let in_lines = |(cell, width): (&'_ Shown, &usize)| match cell.kind {
            Kind::Words => wrapped(&cell.text, *width).into_iter().map(|line| line.into_owned()).collect(),
            Kind::Name => vec![shortened(&cell.text, *width).into_owned()],
            Kind::Number | Kind::Whole | Kind::Address => vec![cell.text.clone()],
        };
        let parts: Vec<Vec<String>> = cells.iter().zip(&self.widths).map(in_lines).collect();
        for number in 0..parts.iter().map(Vec::len).max().unwrap_or(0) {
            self.append_line(parts.iter().map(|parts| parts.get(number).map_or("", |part| part.as_str())), lines);
        }
    }

    /// Appends a line. A text may reach into the columns behind it; what stands there goes on in the next line.
    fn append_line<'s>(&self, cells: impl Iterator<Item = &'s str>, lines: &mut String) {
        // Where the column begins, and how far the line has got.
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

fn kind_of(cell: &Cell<'_>) -> Kind {
    match cell {
        Cell::Count(_) | Cell::Number(_) | Cell::Bytes(_) | Cell::Share { .. } | Cell::Decimal { .. } => Kind::Number,
        Cell::Address(_) => Kind::Address,
        Cell::Time(_) | Cell::CommunityId(_) | Cell::Compared(_) => Kind::Whole,
        Cell::Outside(_) => Kind::Name,
        Cell::Empty | Cell::Text(_) => Kind::Words,
    }
}

/// Appends a decimal number as people read it: three digits behind the point are enough, and from a thousand on none.
fn append_short_decimal(value: i128, digits: u8, text: &mut String) {
    let unit = 10i128.pow(u32::from(digits));
    match u64::try_from(value / unit) {
        Ok(whole) if whole >= 1000 => text::append_grouped(whole, text),
        _ if digits > 3 => as_in_data(text, |text| append_decimal(value / 10i128.pow(u32::from(digits) - 3), 3, text)),
        _ => as_in_data(text, |text| append_decimal(value, digits, text)),
    }
}

/// Appends a cell as people read it, times with so many digits of a second.
fn append_shown(cell: &Cell<'_>, time_digits: u8, text: &mut String) {
    match cell {
        Cell::Count(number) => text::append_grouped(*number, text),
        Cell::Bytes(number) => text::append_bytes(*number, text),
        Cell::Decimal { value, digits } => append_short_decimal(*value, *digits, text),
        // Without the T in the middle and the Z at the end.
        Cell::Time(time) => {
            let point = usize::from(time_digits > 0);
            let letters = TO_THE_SECOND + point + usize::from(time_digits.min(9));
            text.extend(time.to_string().chars().take(letters).map(|c| if c == 'T' { ' ' } else { c }));
        }
        Cell::Outside(outside) => text.push_str(&text::clean(outside)),
        Cell::Text(own) => text.push_str(own),
        Cell::Empty | Cell::Number(_) | Cell::Share { .. } | Cell::Address(_) | Cell::CommunityId(_) | Cell::Compared(_) => {
            as_in_data(text, |text| append(cell, text));
        }
    }
}

/// Appends what data formats have, too.
fn as_in_data(text: &mut String, append: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = std::mem::take(text).into_bytes();
    append(&mut bytes);
    // It is all UTF-8: the bytes of a string, and more of the kind.
    *text = String::from_utf8(bytes).unwrap_or_default();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::English;
    use crate::summary::Column;

    const COLUMNS: &[Column] = &[
        Column::always("service"),
        Column::always("packets").adding_up(),
        Column::with_room("clients", 1),
        Column::in_data("x"),
    ];

    fn written(table: &Table<'_>, width: usize, top: usize, wide: bool) -> String {
        let view = View { width, wide, tells_left_out: true, top: Some(top), styled: false, messages: &English };
        let mut output = Vec::new();
        write(table, view, &mut output).unwrap();
        String::from_utf8(output).unwrap()
    }

    fn services() -> Table<'static> {
        let row = |name: &'static str, packets| vec![Cell::text(name), Cell::Count(packets), Cell::Count(1), Cell::Empty];
        Table::stored("services", COLUMNS, vec![row("日本 a long name", 1234), row("b", 5), row("c", 6)])
    }

    /// What stands below the title, and the note if that has a line of its own.
    fn shown(width: usize, top: usize) -> String {
        let written = written(&services(), width, top, false);
        let below = written.split_once('\n').unwrap().1;
        below.strip_prefix("  (+1 column: --wide)\n").unwrap_or(below).to_owned()
    }

    #[test]
    fn columns_are_left_out_before_text_is_wrapped() {
        let all = "service           packets  clients\n日本 a long name    1,234        1\nb                       5        1\nc                       6        1\n\n";
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
            "service           packets  clients\n日本 a long name    1,234        1\n(2 others)             11\n\n"
        );
    }

    #[test]
    fn the_heading_tells_how_many_columns_had_no_room_and_wide_shows_them() {
        let head = |width, wide| written(&services(), width, 0, wide).lines().take(2).map(str::to_owned).collect::<Vec<_>>();
        let title = "Services: what the traffic was for, by the server's port";
        let (one_line, note) = (format!("{title}  (+1 column: --wide)"), "  (+1 column: --wide)");
        assert_eq!(head(80, false), [title, "service           packets  clients"]);
        assert_eq!(head(33, false), [title, note]);
        assert_eq!(head(10, true), [title, "service           packets  clients"]);
        let long = "x".repeat(60);
        let row = vec![Cell::Text(long.as_str().into()), Cell::Count(1), Cell::Text(long.as_str().into()), Cell::Empty];
        assert!(written(&Table::stored("services", COLUMNS, vec![row]), 90, 0, false).starts_with(&one_line));
    }

    #[test]
    fn numbers_addresses_and_times_are_never_broken_or_shortened() {
        const COLUMNS: &[Column] =
            &[Column::always("client_ip"), Column::always("start_time"), Column::always("file"), Column::always("ports")];
        let row = vec![
            Cell::Address("2001:db8:1111:2222:3333:4444:5555:6666".parse().unwrap()),
            Cell::time(crate::unit::Time::from_nanoseconds(0)),
            Cell::Outside("/a/very/long/path/capture.pcap".into()),
            Cell::text("1000-2000 60000"),
        ];
        let table = Table::stored("flows", COLUMNS, vec![row]);
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
    fn times_have_the_digits_that_their_table_asks_for() {
        let row = vec![Cell::time(crate::unit::Time::from_nanoseconds(1_250_000_000))];
        const COLUMNS: &[Column] = &[Column::always("start_time")];
        let mut table = Table::stored("timeline", COLUMNS, vec![row]);
        for (digits, expected) in [(0, "1970-01-01 00:00:01\n"), (2, "1970-01-01 00:00:01.25\n")] {
            table.time_digits = digits;
            assert!(written(&table, 80, 0, false).contains(expected));
        }
    }
}
