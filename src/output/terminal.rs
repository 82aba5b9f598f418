//! Tables for people: aligned, as wide as the terminal at most, with a row for what is not shown.

use std::io::{self, Write};

use anstyle::{Effects, Style};
use comfy_table::{CellAlignment, ContentArrangement, presets};

use super::data::decimal_text;
use crate::summary::{Cell, Column, Show, Table, Top, hundredths};
use crate::text;

/// How tables are shown.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Columns of the terminal.
    pub width: usize,
    /// Rows shown of each table; 0 = all.
    pub top: usize,
    /// True if headings may be emphasised. Nothing is told by emphasis or colour alone.
    pub styled: bool,
}

const EMPHASIS: Style = Style::new().effects(Effects::BOLD);
/// Spaces between columns.
const GAP: usize = 2;

/// Writes a table with its heading, and an empty line behind it.
pub fn write(table: &Table<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let title = text::table_title(table.name);
    writeln!(output, "{}", emphasised(title, view))?;
    if table.is_empty() {
        return writeln!(output, "  {}\n", text::empty_table(table.name));
    }
    let Top { rows, others } = table.top(view.top);
    let mut lines: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    if let Some((sum, number)) = &others {
        lines.push(sum.iter().map(shown).collect());
        if let Some(line) = lines.last_mut() {
            name_others(line, table.columns, *number);
        }
    }
    let right_aligned: Vec<bool> = (0..table.columns.len()).map(|index| rows.iter().any(|row| is_number(&row[index]))).collect();
    let columns = columns_that_fit(table.columns, &lines, view.width);
    let rendered = render(table.columns, &columns, &lines, &right_aligned, view.width);
    let mut rendered = rendered.lines().map(str::trim_end);
    if let Some(header) = rendered.next() {
        writeln!(output, "{}", emphasised(header, view))?;
    }
    rendered.try_for_each(|line| writeln!(output, "{line}"))?;
    writeln!(output)
}

/// The line as a heading.
pub(super) fn emphasised(line: &str, view: View) -> String {
    if view.styled { format!("{EMPHASIS}{line}{EMPHASIS:#}") } else { line.to_owned() }
}

/// Puts "(12 others)" into the first column that is always shown and does not add up.
fn name_others(line: &mut [String], columns: &[Column], number: usize) {
    let place = columns.iter().position(|column| column.show == Show::Always && !column.adds_up);
    if let Some(cell) = place.and_then(|place| line.get_mut(place)) {
        *cell = text::others(number);
    }
}

/// The columns to show, by index: those that must be, and of the others as many as fit, in their order of importance.
/// A column that says nothing in any row is left out.
fn columns_that_fit(columns: &[Column], lines: &[Vec<String>], width: usize) -> Vec<usize> {
    let says_something = |index: &usize| lines.iter().any(|line| !line[*index].is_empty());
    let width_of = |index: usize| {
        let cells = lines.iter().map(|line| line[index].as_str()).chain([text::column_title(columns[index].key)]);
        cells.map(console_width).max().unwrap_or(0) + GAP
    };
    let mut by_importance: Vec<usize> = (0..columns.len()).filter(|&index| columns[index].show != Show::InData).collect();
    by_importance.sort_by_key(|&index| columns[index].show);
    let mut used = 0;
    let mut chosen: Vec<usize> = Vec::new();
    for index in by_importance.into_iter().filter(|index| columns[*index].show == Show::Always || says_something(index)) {
        let needed = width_of(index);
        if columns[index].show == Show::Always || used + needed <= width + GAP {
            used += needed;
            chosen.push(index);
        }
    }
    chosen.sort_unstable();
    chosen
}

fn render(columns: &[Column], chosen: &[usize], lines: &[Vec<String>], right_aligned: &[bool], width: usize) -> String {
    let mut table = comfy_table::Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(width.min(u16::MAX.into()) as u16);
    table.set_header(chosen.iter().map(|&index| text::column_title(columns[index].key)));
    for line in lines {
        table.add_row(chosen.iter().map(|&index| line[index].as_str()));
    }
    for (place, &index) in chosen.iter().enumerate() {
        if let Some(column) = table.column_mut(place) {
            column.set_padding((0, if place + 1 == chosen.len() { 0 } else { GAP as u16 }));
            if right_aligned[index] {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    table.to_string()
}

/// Columns of the terminal that a text takes.
fn console_width(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

fn is_number(cell: &Cell<'_>) -> bool {
    matches!(cell, Cell::Count(_) | Cell::Number(_) | Cell::Bytes(_) | Cell::Share { .. } | Cell::Decimal { .. })
}

/// A decimal number as people read it: three digits behind the point are enough, and from a thousand on none.
fn shown_decimal(value: i128, digits: u8) -> String {
    let unit = 10i128.pow(u32::from(digits));
    match u64::try_from(value / unit) {
        Ok(whole) if whole >= 1000 => text::grouped(whole),
        _ if digits > 3 => decimal_text(value / 10i128.pow(u32::from(digits) - 3), 3),
        _ => decimal_text(value, digits),
    }
}

/// A cell as people read it.
fn shown(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Empty => String::new(),
        Cell::Count(number) => text::grouped(*number),
        Cell::Number(number) => number.to_string(),
        Cell::Bytes(number) => text::bytes(*number),
        Cell::Share { part, whole } => decimal_text(i128::from(hundredths(*part, *whole)), 2),
        Cell::Decimal { value, digits } => shown_decimal(*value, *digits),
        Cell::Time(time) => time.to_string().chars().take(19).map(|c| if c == 'T' { ' ' } else { c }).collect(),
        Cell::Address(address) => address.to_string(),
        Cell::Text(text) => text.clone().into_owned(),
        Cell::Outside(text) => text::clean(text).into_owned(),
    }
}
