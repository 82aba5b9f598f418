//! The top of the page: what it is about, in sentences and large numbers; and its foot: how it was made.

use std::ffi::OsStr;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::PageDocument;
use super::markup::Markup;
use super::sections::CountedTables;
use crate::flow::DEFAULT_MAX_FLOWS;
use crate::format::json::Settings;
use crate::messages::PageTile;
use crate::report::TableName;
use crate::untrusted::clean;

/// The title of the page: the name of the only input, or the number of inputs.
pub fn title(document: &PageDocument<'_, '_>) -> String {
    let facts = &document.page.overview.facts;
    match &facts.file {
        Some(file) => {
            let name = Path::new(file).file_name().and_then(OsStr::to_str);
            clean(name.unwrap_or(file)).into_owned()
        }
        None => document.view.messages.page_title_of_several(facts.inputs),
    }
}

/// Writes the top.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, tables: &CountedTables<'_>) -> io::Result<()> {
    let messages = document.view.messages;
    let overview = &document.page.overview;
    markup.open("header", &[])?;
    markup.within("p", &[("class", &"brand")], |markup| {
        markup.element("b", &[], "Portolan")?;
        markup.text(" ")?;
        markup.element("span", &[], messages.page_motto())
    })?;
    markup.within("h1", &[], |markup| markup.element("bdi", &[], title(document)))?;
    let facts = &overview.facts;
    let file = facts.file.as_deref().map(clean);
    let selection = facts.part.as_ref().and_then(|part| part.selection.as_deref()).map(clean);
    let sentence = messages.overview_facts(facts, file.as_deref(), selection.as_deref(), document.view.zone);
    markup.element("p", &[("class", &"facts")], sentence)?;
    if facts.part.is_some() {
        markup.element("p", &[("class", &"selection")], messages.page_selection())?;
    }
    let missing = messages.overview_missing(&facts.missing, facts.part.as_ref());
    markup.within("p", &[("class", &"lead")], |markup| {
        if let Some(largest) = messages.page_largest_category(overview) {
            markup.text(largest)?;
            markup.text(" ")?;
        }
        markup.text(messages.page_certainty(overview.certainty))?;
        if missing.is_none() {
            markup.text(" ")?;
            markup.text(messages.page_complete())?;
        }
        Ok(())
    })?;
    if let Some(missing) = missing {
        markup.within("p", &[("class", &"missing")], |markup| {
            markup.element("strong", &[], format_args!("{} {missing}.", messages.page_incomplete()))
        })?;
    }
    write_tiles(markup, document, tables)?;
    markup.close("header")
}

fn write_tiles(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, tables: &CountedTables<'_>) -> io::Result<()> {
    let messages = document.view.messages;
    let (facts, counts) = (&document.page.overview.facts, &document.page.counts);
    let mut bytes = String::new();
    messages.append_bytes(facts.traffic.wire_bytes, &mut bytes);
    let duration = facts.span.duration().map(|duration| {
        let mut text = String::new();
        messages.append_duration(duration, &mut text);
        (PageTile::Duration, text)
    });
    let counted = |tile: PageTile, number: u64| {
        let mut text = String::new();
        messages.append_count(number, &mut text);
        (tile, text)
    };
    let of_table = |name: TableName, tile: fn(u64) -> PageTile| {
        let rows = tables.len(name)? as u64;
        Some(counted(tile(rows), rows))
    };
    let tiles = [
        Some(counted(PageTile::Packets(facts.traffic.packets), facts.traffic.packets)),
        Some((PageTile::Bytes, bytes)),
        duration,
        Some(counted(PageTile::Flows(counts.flows_with_ports), counts.flows_with_ports)),
        Some(counted(PageTile::Services(counts.services), counts.services)),
        of_table(TableName::Servers, PageTile::Servers),
        of_table(TableName::Hosts, PageTile::Hosts),
    ];
    markup.open("ul", &[("class", &"tiles")])?;
    for (tile, number) in tiles.into_iter().flatten() {
        markup.open("li", &[])?;
        markup.element("b", &[], number)?;
        markup.text(" ")?;
        markup.element("span", &[], messages.page_tile(tile))?;
        markup.close("li")?;
    }
    markup.close("ul")
}

/// Writes the foot.
pub fn write_foot(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>) -> io::Result<()> {
    let messages = document.view.messages;
    let producer = &document.heading.portolan;
    let options = stated(&document.heading.options);
    markup.open("footer", &[])?;
    markup.element("p", &[], messages.page_producer(producer.version, &clean(&producer.services_table)))?;
    if !options.is_empty() {
        markup.element("p", &[], messages.page_options(&options))?;
    }
    markup.element("p", &[], messages.page_is_silent())?;
    markup.close("footer")
}

/// The options that are set, each with its value.
fn stated(settings: &Settings) -> Vec<(String, String)> {
    // The usual number of flows goes without saying.
    let max_flows = settings.max_flows.filter(|most| *most != DEFAULT_MAX_FLOWS);
    let settings = Settings { max_flows, ..settings.clone() };
    let Ok(Value::Object(settings)) = serde_json::to_value(settings) else { return Vec::new() };
    let stated = settings.into_iter().filter_map(|(key, value)| {
        let value = match value {
            Value::String(text) => clean(&text).into_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(true) => String::new(),
            _ => return None,
        };
        Some((key.replace('_', " "), value))
    });
    stated.collect()
}
