//! Flows: the first ones as rows of a table, and all of them as data that the script searches and sorts.

use std::collections::HashMap;
use std::io;

use serde_json::{Map, Value as Json, json};

use super::PageDocument;
use super::markup::Markup;
use super::palette::Palette;
use super::sections::arranged;
use super::table::{self, TablePlace};
use crate::format::terminal::ValueStyle;
use crate::report::{Field, Kind, Table, Value};

/// Rows that are there without a script.
const PLAIN_ROWS: usize = 50;
/// The room in bytes that is left for the rest of the page.
const REST_OF_PAGE: u64 = 150_000;
/// The columns, unless the user has chosen others.
const COLUMNS: [&str; 18] = [
    "flow_id",
    "transport",
    "client_ip",
    "client_name",
    "client_port",
    "server_ip",
    "server_name",
    "server_port",
    "category",
    "service",
    "evidence",
    "confidence",
    "start_time",
    "duration_s",
    "packets_c2s",
    "packets_s2c",
    "wire_bytes_c2s",
    "wire_bytes_s2c",
];

/// Writes the table and the data.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let flows = arranged((document.sampled_flows)(), &COLUMNS);
    // Whoever asks for a number of rows has no limit of the page.
    let most_bytes = if document.view.top.is_some() { u64::MAX } else { markup.room().saturating_sub(REST_OF_PAGE) };
    let data = data_of(&flows, most_bytes, document, palette);
    let place = TablePlace { id: "t-flows", most_rows: PLAIN_ROWS, has_search: true, of: document.page.flows.all as usize };
    table::write(markup, flows, place, palette, document.view)?;
    markup.data("flows-data", &data.to_string())
}

/// The flows as data: the kinds of the columns, the colours of the categories, all texts, and the cells of the rows. A text is given by
/// its number, because most of them stand in many rows. There are as many flows as fit into so many bytes.
fn data_of(flows: &Table<'_>, most_bytes: u64, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> Json {
    let style = ValueStyle::of(flows, document.view);
    let kinds: Vec<&str> = flows.fields.iter().map(|field| kind_of(field, document.view.exact)).collect();
    let mut texts = Texts::default();
    let mut rows: Vec<Json> = Vec::new();
    let (mut bytes, mut is_full) = (0, false);
    flows.visit_with_words(0..flows.len(), |values| {
        if !is_full {
            let row: Json =
                values.iter().zip(&flows.fields).map(|(value, field)| texts.cell(*value, field.kind, style)).collect();
            bytes += row.to_string().len() + 1;
            is_full = (bytes + texts.bytes) as u64 > most_bytes;
            rows.push(row);
        }
    });
    let colours: Map<String, Json> = palette.coloured().map(|(category, class)| (category.to_owned(), class.into())).collect();
    let messages = document.view.messages;
    let caption = messages.page_caption(messages.table_title(flows.id), rows.len(), document.page.flows.all as usize);
    json!({
        "caption": caption,
        "found": messages.page_found(),
        "kinds": kinds,
        "colours": colours,
        "texts": texts.list,
        "rows": rows,
    })
}

/// The form in which the script shows the values of a column.
fn kind_of(field: &Field, is_exact: bool) -> &'static str {
    match field.kind {
        _ if field.key == "category" => "category",
        Kind::Count if !is_exact => "count",
        Kind::Bytes if !is_exact => "bytes",
        Kind::Seconds(_) => "seconds",
        Kind::Untrusted => "outside",
        kind if kind.is_numeric() => "number",
        _ => "text",
    }
}

/// Texts, each with its number.
#[derive(Default)]
struct Texts {
    list: Vec<String>,
    numbers: HashMap<String, usize>,
    /// The bytes of all of them in a script, about.
    bytes: usize,
}

impl Texts {
    /// A value as the script gets it: a number, the number of a text, or a number to sort by with its text.
    fn cell(&mut self, value: Value<'_>, kind: Kind, style: ValueStyle) -> Json {
        let text = || {
            let mut text = String::new();
            table::append(style, value, kind, &mut text);
            text
        };
        match value {
            Value::Null => Json::Null,
            Value::Integer(number) => number.into(),
            Value::Decimal { value, digits } => json!([value as f64 / 10_f64.powi(i32::from(digits)), text()]),
            _ => self.number(text()).into(),
        }
    }

    fn number(&mut self, text: String) -> usize {
        let (list, bytes) = (&mut self.list, &mut self.bytes);
        *self.numbers.entry(text).or_insert_with_key(|text| {
            // Quotes, a comma, and escapes: an angle bracket has the longest one.
            *bytes += 3 + text.len() + text.matches(['"', '\\']).count() + 5 * text.matches('<').count();
            list.push(text.clone());
            list.len() - 1
        })
    }
}
