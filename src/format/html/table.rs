//! Tables: the cells of a terminal's tables with exact numbers beside rounded ones, bars for shares, colours for categories, and the
//! meanings of columns and words below.

use std::io;

use super::markup::{Markup, outside};
use super::palette::{Palette, write_square};
use crate::compare::Change;
use crate::format::legend::{self, SeenWords, Vocabulary};
use crate::format::terminal::{DOUBT, ValueStyle, View, columns_of, is_doubtful, title};
use crate::glossary::Term;
use crate::messages::Messages;
use crate::report::{Arrangement, Field, Kind, Share, Table, TableId, Value};

/// The width of a bar in a cell, in pixels, as the style sheet has it.
const BAR: f64 = 90.0;

/// The most bytes of a long list in a cell.
const MAX_LIST: usize = 300;
/// The part of the room on the page that a table may take: one in so many.
const ROOM_OF_TABLE: u64 = 8;

/// The place of a table on the page.
#[derive(Clone, Copy)]
pub struct TablePlace {
    /// The id of the element.
    pub id: &'static str,
    /// The most rows; 0 = all.
    pub most_rows: usize,
    /// The number of rows that the table is a part of; 0 = it is the whole.
    pub of: usize,
    /// True if there is a field to search the rows.
    pub has_search: bool,
}

/// Writes a table with its caption, and the meanings of its columns and words. Columns without any value are left out, unless they have
/// been chosen.
pub fn write(markup: &mut Markup<'_>, table: Table<'_>, place: TablePlace, palette: &Palette<'_>, view: View) -> io::Result<()> {
    let messages = view.messages;
    if table.is_empty() {
        return markup.element("p", &[("class", &"empty")], messages.empty_table(table.id));
    }
    let rows = if place.most_rows == 0 { table.len() } else { place.most_rows.min(table.len()) };
    let table = &without_empty_columns(table, rows);
    // Whoever asks for a number of rows gets them.
    let most_bytes = if view.top.is_some() { u64::MAX } else { markup.room() / ROOM_OF_TABLE };
    let Body { markup: body, rows, seen } = body_of(table, rows, most_bytes, palette, view)?;
    let caption = messages.page_caption(messages.table_title(table.id), rows, table.len().max(place.of));
    if place.has_search {
        write_search(markup, place.id, messages)?;
    }
    let label: &dyn std::fmt::Display = &caption;
    markup.open("div", &[("class", &"scroll"), ("tabindex", &0), ("role", &"region"), ("aria-label", label)])?;
    markup.open("table", &[("id", &place.id), ("class", &classes_of(&table.fields))])?;
    markup.element("caption", &[], &caption)?;
    write_head(markup, table, view)?;
    markup.made(&body)?;
    markup.close("table")?;
    markup.close("div")?;
    write_legend(markup, table, &seen, messages)
}

/// The table without the columns that have no value in the first rows. A table whose columns have been chosen stays as it is.
fn without_empty_columns(table: Table<'_>, rows: usize) -> Table<'_> {
    if table.has_chosen_columns() {
        return table;
    }
    let has_value = columns_with_values(&table, rows);
    let keys = table.fields.iter().zip(has_value).filter(|(_, has_value)| *has_value).map(|(field, _)| field.key.to_owned());
    let columns = keys.collect();
    table.arranged(&Arrangement { sort: Vec::new(), columns })
}

/// For each column, whether it has a value in the first rows.
pub fn columns_with_values(table: &Table<'_>, rows: usize) -> Vec<bool> {
    let mut has_value = vec![false; table.fields.len()];
    table.visit(0..rows, |values| {
        has_value.iter_mut().zip(values).for_each(|(has_value, value)| *has_value |= !is_empty(*value));
    });
    has_value
}

fn is_empty(value: Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::List(list) => {
            let mut is_empty = true;
            list.each(&mut |_| is_empty = false);
            is_empty
        }
        _ => false,
    }
}

/// Writes the field that searches the rows of a table. Only a script can use it.
pub fn write_search(markup: &mut Markup<'_>, id: &'static str, messages: &dyn Messages) -> io::Result<()> {
    markup.open("p", &[("class", &"find only-js"), ("hidden", &"")])?;
    markup.open("label", &[])?;
    markup.text(messages.page_search())?;
    let field: [(&str, &dyn std::fmt::Display); 4] =
        [("type", &"search"), ("data-for", &id), ("autocomplete", &"off"), ("spellcheck", &"false")];
    markup.open("input", &field)?;
    markup.close("label")?;
    markup.element("output", &[("data-of", &id)], "")?;
    markup.close("p")
}

fn write_head(markup: &mut Markup<'_>, table: &Table<'_>, view: View) -> io::Result<()> {
    markup.open("thead", &[])?;
    markup.open("tr", &[])?;
    for field in &table.fields {
        let meaning = view.messages.definition(Term::Column(table.id, *field)).map_or("", |definition| definition.meaning);
        markup.element("th", &[("scope", &"col"), ("title", &meaning)], title(table.id, field, view))?;
    }
    markup.close("tr")?;
    markup.close("thead")
}

/// The rows of a table in markup.
struct Body {
    markup: Vec<u8>,
    /// The number of rows, without that of all others.
    rows: usize,
    /// The words that stand in them.
    seen: SeenWords,
}

/// Makes the first rows: as many as fit into so many bytes, and at least one.
fn body_of(table: &Table<'_>, most_rows: usize, most_bytes: u64, palette: &Palette<'_>, view: View) -> io::Result<Body> {
    let mut cells = Cells::new(table, palette, view);
    cells.measure_shares(most_rows);
    let (mut body, mut rows, mut result) = (Vec::new(), 0, Ok(()));
    Markup::new(&mut body).open("tbody", &[])?;
    let mut is_full = false;
    table.visit_with_words(0..most_rows, |values| {
        if result.is_ok() && !is_full {
            let before = body.len();
            result = cells.write_row(&mut Markup::new(&mut body), values);
            is_full = rows > 0 && body.len() as u64 > most_bytes;
            if is_full {
                body.truncate(before);
            } else {
                rows += 1;
            }
        }
    });
    if table.has_total() {
        table.visit_with_words(table.len()..table.len() + 1, |values| {
            if result.is_ok() {
                result = cells.write_row(&mut Markup::new(&mut body), values);
            }
        });
    }
    result?;
    Markup::new(&mut body).close("tbody")?;
    Ok(Body { rows, seen: cells.seen, markup: body })
}

/// The cells of a table.
struct Cells<'t> {
    fields: &'t [Field],
    style: ValueStyle,
    palette: &'t Palette<'t>,
    vocabulary: Vocabulary,
    seen: SeenWords,
    /// The column of names, and the one with their worth, if the table has both.
    names: Option<[usize; 2]>,
    /// The largest share of each column.
    largest: Vec<u64>,
    table: &'t Table<'t>,
    text: String,
}

impl<'t> Cells<'t> {
    fn new(table: &'t Table<'t>, palette: &'t Palette<'t>, view: View) -> Cells<'t> {
        Cells {
            fields: &table.fields,
            style: ValueStyle::of(table, view),
            palette,
            vocabulary: Vocabulary::of_table(table.id, &table.fields),
            seen: SeenWords::default(),
            names: columns_of(table, ["service", "named_by"]),
            largest: vec![0; table.fields.len()],
            table,
            text: String::new(),
        }
    }

    /// Finds the largest shares, which have the longest bars.
    fn measure_shares(&mut self, rows: usize) {
        if !self.fields.iter().any(|field| field.kind == Kind::Share) {
            return;
        }
        let largest = &mut self.largest;
        self.table.visit(0..rows, |values| {
            for (largest, value) in largest.iter_mut().zip(values) {
                if let Value::Share(share) = value {
                    *largest = share.basis_points().max(*largest);
                }
            }
        });
        // The sides of a comparison have one scale.
        if matches!(self.table.id, TableId::Compared(_)) {
            let longest = self.largest.iter().copied().max().unwrap_or(0);
            self.largest.fill(longest);
        }
    }

    fn write_row(&mut self, markup: &mut Markup<'_>, values: &[Value<'_>]) -> io::Result<()> {
        markup.cell("tr", &[])?;
        values.iter().enumerate().try_for_each(|(index, value)| self.write_cell(markup, index, *value, values))
    }

    fn write_cell(&mut self, markup: &mut Markup<'_>, index: usize, value: Value<'_>, row: &[Value<'_>]) -> io::Result<()> {
        let kind = self.fields[index].kind;
        self.text.clear();
        append(self.style, value, kind, &mut self.text);
        self.vocabulary.note(index, &self.text, &mut self.seen);
        if self.names.is_some_and(|[name, worth]| name == index && is_doubtful(row[worth])) {
            self.text.push(DOUBT);
            self.seen.has_doubts = true;
        }
        let change = self.change_of(index, value);
        match change.map(|change| change.rank().to_string()).or_else(|| sort_key(value, kind)) {
            Some(key) => markup.cell("td", &[("data-k", &key)])?,
            None => markup.cell("td", &[])?,
        }
        if let Some(change) = change {
            let class = format_args!("mark-of-change {change}", change = change.name());
            markup.element("b", &[("class", &class), ("aria-hidden", &"true")], mark_of(change))?;
        }
        match value {
            Value::Share(share) => {
                self.write_bar(markup, index, share, row)?;
                markup.element("span", &[("class", &"num")], &self.text)?;
            }
            Value::Untrusted(_) => markup.element("bdi", &[], &self.text)?,
            Value::Text(category) if self.fields[index].key == "category" => {
                write_square(markup, self.palette.class(category))?;
                markup.text(&self.text)?;
            }
            _ => markup.text(&self.text)?,
        }
        Ok(())
    }

    /// The change that a cell of a compared table names.
    fn change_of(&self, index: usize, value: Value<'_>) -> Option<Change> {
        match (self.table.id, self.fields[index].key, value) {
            (TableId::Compared(_), "change", Value::Text(word)) => Change::from_name(word),
            _ => None,
        }
    }

    /// Writes a bar for a share, in the colour of the row's category.
    fn write_bar(&self, markup: &mut Markup<'_>, index: usize, share: Share, row: &[Value<'_>]) -> io::Result<()> {
        let points = share.basis_points();
        let width = BAR * points as f64 / self.largest[index].max(1) as f64;
        // A part that is more than nothing can be seen.
        let width = if share.part > 0 { width.clamp(1.0, BAR) } else { 0.0 };
        let category = self.fields.iter().position(|field| field.key == "category");
        let class = match category.map(|category| row[category]) {
            Some(Value::Text(category)) => self.palette.class(category),
            _ => "plain",
        };
        markup.open("svg", &[("class", &"bar"), ("aria-hidden", &"true")])?;
        markup.shape("rect", &[("class", &class), ("width", &format_args!("{width:.1}")), ("height", &10)])?;
        markup.close("svg")
    }
}

/// The mark of a change, so that rows can be told apart at a glance, without their colours, too.
fn mark_of(change: Change) -> &'static str {
    match change {
        Change::New => "+",
        Change::Gone => "−",
        Change::Intermittent => "~",
        Change::Grown => "▲",
        Change::Shrunk => "▼",
        Change::Same => "=",
    }
}

/// Appends a value as the page shows it: text from outside, and lists, are not too long.
pub fn append(style: ValueStyle, value: Value<'_>, kind: Kind, text: &mut String) {
    if let Value::Untrusted(name) = value {
        return text.push_str(&outside(name));
    }
    let start = text.len();
    style.append(value, kind, text);
    let list = &text[start..];
    if matches!(value, Value::List(_)) && list.len() > MAX_LIST {
        let end = list.char_indices().take_while(|(at, _)| *at <= MAX_LIST).filter(|(_, c)| *c == ' ').last();
        let end = end.map_or(list.len(), |(at, _)| at);
        let left_out = list[end..].split_whitespace().count();
        text.truncate(start + end);
        if left_out > 0 {
            text.push(' ');
            text.push_str(&style.messages.items_left_out(left_out));
        }
    }
}

/// The classes of a table. They have the numbers of its columns of numbers (`n`) and of its columns of long text (`l`), counted from 1,
/// so that the style sheet lays these columns out without a class in each cell.
fn classes_of(fields: &[Field]) -> String {
    let class = |field: &Field| match field.kind {
        Kind::List(_) | Kind::Untrusted | Kind::PortFact => Some('l'),
        kind => kind.is_numeric().then_some('n'),
    };
    let classes = (1..).zip(fields).filter_map(|(number, field)| Some(format!(" {}{number}", class(field)?)));
    classes.fold("sortable".to_owned(), |all, class| all + &class)
}

/// The number that a cell is sorted by, if its text is a rounded one.
fn sort_key(value: Value<'_>, kind: Kind) -> Option<String> {
    match (value, kind) {
        (Value::Integer(number @ 1000..), Kind::Bytes) => Some(number.to_string()),
        (Value::Decimal { value, digits }, Kind::Seconds(_) | Kind::Decimal(_)) => {
            Some(format!("{}", value as f64 / 10_f64.powi(i32::from(digits))))
        }
        _ => None,
    }
}

/// Writes the meanings of the columns of a table, and of the words in them.
fn write_legend(markup: &mut Markup<'_>, table: &Table<'_>, seen: &SeenWords, messages: &dyn Messages) -> io::Result<()> {
    let entries = legend::entries(table.id, &table.fields, seen, messages);
    if entries.is_empty() {
        return Ok(());
    }
    markup.open("details", &[("class", &"legend-of-table")])?;
    markup.element("summary", &[], messages.page_legend())?;
    markup.open("dl", &[])?;
    for (head, meaning) in entries {
        markup.element("dt", &[], head)?;
        markup.element("dd", &[], meaning)?;
    }
    markup.close("dl")?;
    markup.close("details")
}
