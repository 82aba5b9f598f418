//! Tables for people: aligned, at most as wide as the terminal, with a row for all rows that are not shown.
//!
//! Numbers, times and addresses are never broken or shortened. If they do not fit, these steps are taken in order: columns are
//! left out, text is broken between words, long addresses push the text after them to the next line, and words are shortened. A
//! line is longer than the terminal only if none of this helps.

use std::io::{self, Write};
use std::ops::Range;

use anstyle::{Effects, Style};

use super::layout::{GAP, MinWidths, Overflow, widths};
use super::legend;
pub(super) use super::shown_rows::{DOUBT, ValueStyle, columns_of, is_doubtful, title};
use super::shown_rows::{FittingColumns, Shown, ShownRows};
use super::wrap::{shortened, width_of, wrapped};
use crate::messages::Messages;
use crate::report::{Field, Table};
use crate::support::parallel;
use crate::time::Zone;

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
    if view.legend { legend::write(&rows.legend(&layout.columns, view), view, output) } else { Ok(()) }
}

/// Formats the line as a heading.
pub(super) fn emphasised(line: &str, view: View) -> String {
    if view.styled { format!("{EMPHASIS}{line}{EMPHASIS:#}") } else { line.to_owned() }
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
        let title = |index: usize| title(rows.table.id, &fields[index], view);
        let width = if view.wide { usize::MAX / 2 } else { view.width };
        let FittingColumns { columns, wishes, left_out } = rows.fitting_columns(width, view);
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

#[cfg(test)]
mod tests {
    use super::super::shown_rows::MAX_KEPT;
    use super::*;
    use crate::messages::English;
    use crate::report::{self, Column, Kind, Record, TableId, TableName, Value};
    use crate::time::Time;

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
