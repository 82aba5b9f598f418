//! Tables for people: aligned, as wide as the terminal at most, with a row for what is not shown.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use anstyle::{Effects, Style};

use super::data::{append, append_decimal};
use super::wrap::{width_of, widths, wrapped};
use crate::summary::{Cell, Column, Row, Show, Table};
use crate::{parallel, text};

/// How tables are shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Columns of the terminal.
    pub width: usize,
    /// Rows shown of each table, 0 = all; as many as are usual for it, if `None`.
    pub top: Option<usize>,
    /// True if headings may be emphasised. Nothing is told by emphasis or colour alone.
    pub styled: bool,
}

const EMPHASIS: Style = Style::new().effects(Effects::BOLD);
/// Spaces between columns.
const GAP: usize = 2;
/// The most rows that are kept while a table is written: each is looked at several times, and one can be made from millions of flows.
const MOST_KEPT: usize = 1 << 12;

/// Writes a table with its heading, and an empty line behind it.
///
/// Many rows are made once to be measured and once to be written, because all of them can be more than there is memory for.
pub fn write(table: &Table<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let title = text::table_title(table.name);
    writeln!(output, "{}", emphasised(title, view))?;
    if table.is_empty() {
        return writeln!(output, "  {}\n", text::empty_table(table.name));
    }
    let rows = Rows::of(table, view.top);
    let layout = Layout::of(&rows, view.width);
    let mut lines = String::new();
    layout.append(&layout.titles(table.columns), &mut lines);
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
    /// Places of the terminal that it takes.
    width: usize,
    is_number: bool,
}

impl Shown {
    fn set(&mut self, is_number: bool, append: impl FnOnce(&mut String)) {
        self.text.clear();
        append(&mut self.text);
        self.width = width_of(&self.text);
        self.is_number = is_number;
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
}

impl<'t, 'a> Rows<'t, 'a> {
    fn of(table: &'t Table<'a>, top: Option<usize>) -> Rows<'t, 'a> {
        let top = top.unwrap_or(table.usual_rows);
        let shown = if top == 0 { table.len() } else { top.min(table.len()) };
        let kept: Vec<_> = table.rows().take(if shown <= MOST_KEPT { shown } else { 0 }).collect();
        let mut others = table.others(shown, &kept);
        // "(12 others)" stands in the first column that is always shown and does not add up.
        let name = table.columns.iter().position(|column| column.show == Show::Always && !column.adds_up);
        if let (Some(others), Some(name)) = (&mut others, name) {
            others[name] = Cell::text(text::others(table.len() - shown));
        }
        Rows { table, shown, kept, others }
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
            for (shown, &index) in cells.iter_mut().zip(columns) {
                shown.set(is_number(&row[index]), |text| append_shown(&row[index], text));
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
}

impl Layout {
    fn of(rows: &Rows<'_, '_>, width: usize) -> Layout {
        let all = rows.table.columns;
        let candidates: Vec<usize> = (0..all.len()).filter(|&index| all[index].show != Show::InData).collect();
        let title_width = |index: usize| width_of(text::column_title(all[index].key));
        // By column: its width, and whether it holds numbers.
        let nothing = vec![(0, false); all.len()];
        let look = |noted: &mut Vec<(usize, bool)>, cells: &[Shown]| {
            for (cell, &index) in cells.iter().zip(&candidates) {
                noted[index] = (cell.width.max(noted[index].0), noted[index].1 | cell.is_number);
            }
        };
        let noted = rows.noted(&candidates, &nothing, look, |all, part| {
            for (one, other) in all.iter_mut().zip(part) {
                *one = (one.0.max(other.0), one.1 | other.1);
            }
        });
        let (mut wanted, holds_numbers): (Vec<usize>, Vec<bool>) = noted.into_iter().unzip();
        let says_something: Vec<bool> = wanted.iter().map(|width| *width > 0).collect();
        candidates.iter().for_each(|&index| wanted[index] = wanted[index].max(title_width(index)));
        let columns = columns_that_fit(all, &wanted, &says_something, width);
        let wanted: Vec<usize> = columns.iter().map(|&index| wanted[index]).collect();
        let room = width.saturating_sub(GAP * columns.len().saturating_sub(1));
        let widths = widths(&wanted, room, |place, width| {
            let title = longest_line(text::column_title(all[columns[place]].key), width);
            let look = |longest: &mut usize, cells: &[Shown]| *longest = longest_line(&cells[0].text, width).max(*longest);
            rows.noted(&columns[place..=place], &title, look, |longest, other| *longest = other.max(*longest))
        });
        let right_aligned = columns.iter().map(|&index| holds_numbers[index]).collect();
        Layout { columns, widths, right_aligned }
    }

    fn titles(&self, all: &[Column]) -> Vec<Shown> {
        let title = |&index: &usize| {
            let mut shown = Shown::default();
            shown.set(false, |text| text.push_str(text::column_title(all[index].key)));
            shown
        };
        self.columns.iter().map(title).collect()
    }

    /// Appends a row: one line, or as many as the cell needs that has to be wrapped most.
    fn append(&self, cells: &[Shown], lines: &mut String) {
        if cells.iter().zip(&self.widths).all(|(cell, width)| cell.width <= *width) {
            return self.append_line(cells.iter().map(|cell| (cell.text.as_str(), cell.width)), lines);
        }
        let parts: Vec<Vec<&str>> = cells.iter().zip(&self.widths).map(|(cell, width)| wrapped(&cell.text, *width)).collect();
        for number in 0..parts.iter().map(Vec::len).max().unwrap_or(0) {
            let line = parts.iter().map(|parts| parts.get(number).map_or(("", 0), |part| (*part, width_of(part))));
            self.append_line(line, lines);
        }
    }

    fn append_line<'s>(&self, cells: impl Iterator<Item = (&'s str, usize)>, lines: &mut String) {
        let begin = lines.len();
        for (place, (text, width)) in cells.enumerate() {
            let free = self.widths[place].saturating_sub(width);
            let (before, behind) = if self.right_aligned[place] { (free, GAP) } else { (0, free + GAP) };
            lines.extend(std::iter::repeat_n(' ', before));
            lines.push_str(text);
            lines.extend(std::iter::repeat_n(' ', behind));
        }
        lines.truncate(begin + lines[begin..].trim_end().len());
        lines.push('\n');
    }
}

/// The columns to show, by index: those that must be, and of the others as many as fit, in their order of importance.
/// A column that says nothing in any row is left out.
fn columns_that_fit(columns: &[Column], wanted: &[usize], says_something: &[bool], width: usize) -> Vec<usize> {
    let mut by_importance: Vec<usize> = (0..columns.len()).filter(|&index| columns[index].show != Show::InData).collect();
    by_importance.sort_by_key(|&index| columns[index].show);
    let mut used = 0;
    let mut chosen: Vec<usize> = Vec::new();
    for index in by_importance.into_iter().filter(|index| columns[*index].show == Show::Always || says_something[*index]) {
        let needed = wanted[index] + GAP;
        if columns[index].show == Show::Always || used + needed <= width + GAP {
            used += needed;
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen
}

/// The longest line of a text in lines of that width.
fn longest_line(text: &str, width: usize) -> usize {
    wrapped(text, width).into_iter().map(width_of).max().unwrap_or(0)
}

fn is_number(cell: &Cell<'_>) -> bool {
    matches!(cell, Cell::Count(_) | Cell::Number(_) | Cell::Bytes(_) | Cell::Share { .. } | Cell::Decimal { .. })
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

/// Appends a cell as people read it.
fn append_shown(cell: &Cell<'_>, text: &mut String) {
    match cell {
        Cell::Count(number) => text::append_grouped(*number, text),
        Cell::Bytes(number) => text::append_bytes(*number, text),
        Cell::Decimal { value, digits } => append_short_decimal(*value, *digits, text),
        // To the second, without the T in the middle and the Z at the end.
        Cell::Time(time) => text.extend(time.to_string().chars().take(19).map(|c| if c == 'T' { ' ' } else { c })),
        Cell::Outside(outside) => text.push_str(&text::clean(outside)),
        Cell::Text(own) => text.push_str(own),
        Cell::Empty | Cell::Number(_) | Cell::Share { .. } | Cell::Address(_) | Cell::CommunityId(_) | Cell::Evidence(_) => {
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

    const COLUMNS: &[Column] = &[
        Column::always("service"),
        Column::always("packets").adding_up(),
        Column::with_room("clients", 1),
        Column::in_data("x"),
    ];

    fn shown(width: usize, top: usize) -> String {
        let row = |name: &'static str, packets| vec![Cell::text(name), Cell::Count(packets), Cell::Count(1), Cell::Empty];
        let table = Table::stored("services", COLUMNS, vec![row("日本 a long name", 1234), row("b", 5), row("c", 6)]);
        let mut output = Vec::new();
        write(&table, View { width, top: Some(top), styled: false }, &mut output).unwrap();
        String::from_utf8(output).unwrap().split_once('\n').unwrap().1.to_owned()
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
}
