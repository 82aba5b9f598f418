//! One page about several captures: what is new, gone, grown and shrunk, and their traffic over time on one scale.

use std::io::{self, Write};

use super::compared_columns;
use super::frame::{self, Frame};
use super::markup::{Markup, outside};
use super::palette::Palette;
use super::parts::{self, Part};
use super::table::{self, TablePlace};
use crate::compare::{ComparedSide, ComparedTimeline, Comparison, side_and_key, side_name};
use crate::format::json::Heading;
use crate::format::terminal::View;
use crate::report::{Arrangement, ColumnRole, Field, Share, Table, TableName};
use crate::support::intern::intern;
use crate::traffic::Traffic;

/// The most rows of a table on the page, unless the user wants another number.
const MAX_ROWS: usize = 200;
/// The words about a row that are on the page, besides its keys.
const WORDS: [&str; 4] = ["service", "category", "name", "server_name"];
/// The numbers of a side, in the order of importance, without rates.
const NUMBERS: [&str; 4] = ["wire_bytes_pct", "wire_bytes", "packets", "flows"];
/// The numbers of sides of different length: rates are among them.
const NUMBERS_AND_RATE: [&str; 5] = ["wire_bytes_pct", "wire_bytes", "wire_bytes_per_s", "packets", "flows"];
/// The most columns of numbers; with more sides, there are fewer numbers of each.
const MAX_NUMBERS: usize = 15;
/// The columns of the sides.
const SIDES: [&str; 8] =
    ["side", "input", "packets", "wire_bytes", "start_time", "duration_s", "packets_per_s", "wire_bytes_per_s"];
/// The most captures that the title names.
const MAX_NAMES: usize = 3;
/// The id of the section with the shares of the categories.
const SHARES: &str = "shares";
/// The id of the section with the traffic over time.
const TIME: &str = "time";
/// The columns about the change; the first one is the first of the table.
const OF_CHANGE: [&str; 3] = ["change", "lasting", "wire_bytes_pct_change"];

/// The content of a page about a comparison.
pub struct ComparisonPage<'d> {
    /// The comparison.
    pub comparison: &'d Comparison,
    /// A short name of each side. Untrusted text.
    pub names: &'d [String],
    /// True if all rows are shown, not only those that are worth it.
    pub shows_all: bool,
    /// The order of the rows, and the columns.
    pub arrangement: &'d Arrangement,
    /// The program, the inputs and the options.
    pub heading: &'d Heading<'d>,
    /// The language, the form of values, and the most rows of a table.
    pub view: View,
}

/// Writes the page.
pub fn write(page: &ComparisonPage<'_>, output: &mut dyn Write) -> io::Result<()> {
    let (comparison, messages) = (page.comparison, page.view.messages);
    let all = comparison.tables.iter().map(|table| (table.name(), table.rows().len()));
    let tables: Vec<(TableName, usize, Table<'_>)> = all
        .zip(comparison.tables_for_people(page.shows_all, page.arrangement))
        .filter(|(_, table)| !table.fields.is_empty())
        .map(|((name, rows), table)| (name, rows - table.len(), table))
        .collect();
    let hidden: Vec<(TableName, usize)> = tables.iter().map(|(name, hidden, _)| (*name, *hidden)).collect();
    let hidden: Vec<(TableName, usize)> = hidden.into_iter().filter(|(_, rows)| *rows > 0).collect();
    let shown: Vec<(TableName, Table<'_>)> =
        tables.into_iter().filter(|(.., table)| !table.is_empty()).map(|(name, _, table)| (name, table)).collect();
    let timeline = comparison.timeline.as_ref();
    let title = |name: TableName| messages.compared_section_title(name);
    let frame = Frame {
        title: title_of(page),
        links: shown
            .iter()
            .map(|(name, _)| (name.key(), title(*name)))
            .chain(timeline.map(|_| (SHARES, messages.compared_shares()[0])))
            .chain(timeline.map(|_| (TIME, messages.compared_time()[0])))
            .collect(),
        heading: page.heading,
        options: vec![messages.compared_threshold(comparison.threshold)],
        messages,
    };
    let palette = Palette::of_categories(timeline.map_or(&[], |timeline| &timeline.categories));
    let mut markup = Markup::new(output);
    frame.begin(&mut markup)?;
    write_top(&mut markup, page, &palette)?;
    frame.begin_sections(&mut markup)?;
    let pictures = pictures(page, &palette)?;
    markup.reserve(pictures.len() as u64);
    write_tables(&mut markup, page, shown, &palette)?;
    if !hidden.is_empty() {
        markup.element("p", &[("class", &"lead")], messages.unchanged_rows(&hidden, comparison.threshold))?;
    }
    markup.made(&pictures)?;
    frame.end(&mut markup)?;
    output.flush()
}

/// The sections with pictures, which are there if packets are counted by time.
fn pictures(page: &ComparisonPage<'_>, palette: &Palette<'_>) -> io::Result<Vec<u8>> {
    let mut pictures = Vec::new();
    let (mut markup, messages) = (Markup::new(&mut pictures), page.view.messages);
    if let Some(timeline) = &page.comparison.timeline {
        frame::write_section(&mut markup, SHARES, messages.compared_shares(), |markup| {
            write_shares(markup, page, timeline, palette)
        })?;
        frame::write_section(&mut markup, TIME, messages.compared_time(), |markup| {
            compared_columns::write(markup, page, timeline, palette)
        })?;
    }
    Ok(pictures)
}

/// Writes a section for each table.
fn write_tables(
    markup: &mut Markup<'_>,
    page: &ComparisonPage<'_>,
    tables: Vec<(TableName, Table<'_>)>,
    palette: &Palette<'_>,
) -> io::Result<()> {
    let (comparison, messages) = (page.comparison, page.view.messages);
    let most_rows = page.view.top.unwrap_or(MAX_ROWS);
    let differences = comparison.summary().differences;
    for (name, table) in tables {
        let of_table = differences.iter().find(|of_table| of_table.table == name);
        let lead = messages.compared_section_lead(of_table, comparison.threshold);
        frame::write_section(markup, name.key(), [messages.compared_section_title(name), &lead], |markup| {
            let table = with_usual_columns(table, most_rows, &comparison.sides);
            let id = intern(&format!("t-{}", name.key()));
            table::write(markup, table, TablePlace { id, most_rows, of: 0, has_search: true }, palette, page.view)
        })?;
    }
    Ok(())
}

fn title_of(page: &ComparisonPage<'_>) -> String {
    let names: Vec<String> = page.names.iter().map(|name| outside(name)).collect();
    page.view.messages.compared_title(if names.len() > MAX_NAMES { Err(names.len()) } else { Ok(&names) })
}

fn write_top(markup: &mut Markup<'_>, page: &ComparisonPage<'_>, palette: &Palette<'_>) -> io::Result<()> {
    let (comparison, messages) = (page.comparison, page.view.messages);
    markup.within("h1", &[], |markup| markup.element("bdi", &[], title_of(page)))?;
    markup.element("p", &[("class", &"facts")], messages.comparison(&comparison.summary()))?;
    let mut is_complete = true;
    for (place, side) in comparison.sides.iter().enumerate() {
        let Some(missing) = messages.overview_missing(&side.missing, None) else { continue };
        is_complete = false;
        markup.within("p", &[("class", &"missing")], |markup| {
            markup.element("strong", &[], messages.compared_missing(side_name(place), &missing))
        })?;
    }
    if is_complete {
        markup.element("p", &[("class", &"lead")], messages.page_complete())?;
    }
    let place = TablePlace { id: "t-sides", most_rows: 0, of: 0, has_search: false };
    let columns = SIDES.iter().map(|key| (*key).to_owned()).collect();
    let sides = comparison.sides_table().arranged(&Arrangement { sort: Vec::new(), columns });
    table::write(markup, sides, place, palette, page.view)
}

/// Writes the name of a side.
pub fn write_side_name(markup: &mut Markup<'_>, page: &ComparisonPage<'_>, side: usize) -> io::Result<()> {
    markup.element("b", &[], side_name(side))?;
    markup.text(" ")?;
    markup.outside(page.names.get(side).map_or("", |name| name))
}

/// Writes a bar of all bytes of each side.
fn write_shares(
    markup: &mut Markup<'_>,
    page: &ComparisonPage<'_>,
    timeline: &ComparedTimeline,
    palette: &Palette<'_>,
) -> io::Result<()> {
    let messages = page.view.messages;
    palette.write(markup, messages)?;
    for (number, (side, columns)) in page.comparison.sides.iter().zip(&timeline.sides).enumerate() {
        let whole = side.traffic.wire_bytes;
        let share = |traffic: Traffic| Share { part: traffic.wire_bytes, whole };
        let parts = timeline.categories.iter().zip(columns.totals());
        let parts: Vec<Part<'_>> =
            parts.map(|(name, traffic)| Part { name, share: share(traffic), class: palette.class(name) }).collect();
        let mut bytes = String::new();
        messages.append_bytes(whole, &mut bytes);
        markup.open("figure", &[("class", &"share")])?;
        markup.within("figcaption", &[], |markup| {
            write_side_name(markup, page, number)?;
            markup.text(format_args!(", {bytes}"))
        })?;
        parts::write(markup, &parts, messages)?;
        markup.close("figure")?;
    }
    Ok(())
}

/// The table with the columns that help to compare the sides, the same number of all sides beside each other, unless the user has chosen
/// columns.
fn with_usual_columns<'t>(table: Table<'t>, rows: usize, sides: &[ComparedSide]) -> Table<'t> {
    if table.has_chosen_columns() {
        return table;
    }
    let rows = if rows == 0 { table.len() } else { rows };
    let has_value = table::columns_with_values(&table, rows);
    let is_number = |field: &Field| side_and_key(field.key).is_some();
    let is_usual = |(field, has_value): &(&Field, bool)| {
        let is_known = field.role == ColumnRole::Key || WORDS.contains(&field.key);
        !is_number(field) && *has_value && (is_known || OF_CHANGE.contains(&field.key))
    };
    let mut columns: Vec<String> =
        table.fields.iter().zip(has_value).filter(is_usual).map(|(field, _)| field.key.to_owned()).collect();
    // On a narrow screen, the first columns can be seen.
    columns.sort_by_key(|key| key != OF_CHANGE[0]);
    let differ = sides.windows(2).any(|pair| pair[0].duration() != pair[1].duration());
    let numbers: &[&str] = if differ { &NUMBERS_AND_RATE } else { &NUMBERS };
    for number in numbers.iter().take((MAX_NUMBERS / sides.len().max(1)).max(1)) {
        let keys = (0..sides.len()).map(|side| format!("{}_{number}", side_name(side)));
        columns.extend(keys.filter(|key| table.fields.iter().any(|field| field.key == key)));
    }
    table.arranged(&Arrangement { sort: Vec::new(), columns })
}
