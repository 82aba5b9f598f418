//! The frame of every page: its head with the policy, the links to the sections, the sections themselves, and the foot, which says how
//! the page was made.

use std::fmt::Display;
use std::io;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::markup::Markup;
use crate::flow::DEFAULT_MAX_FLOWS;
use crate::format::json::{Heading, Settings};
use crate::messages::Messages;
use crate::untrusted::clean;

/// The style sheet of a page.
const STYLE: &str = include_str!("page.css");
/// The script of a page.
const SCRIPT: &str = include_str!("page.js");

/// The parts of a page around its content.
pub struct Frame<'f> {
    /// The title.
    pub title: String,
    /// The ids of the sections, each with the text of its link.
    pub links: Vec<(&'static str, &'static str)>,
    /// The program, the inputs and the options.
    pub heading: &'f Heading<'f>,
    /// Further options, each with its value.
    pub options: Vec<(String, String)>,
    /// The language.
    pub messages: &'static dyn Messages,
}

impl Frame<'_> {
    /// Writes everything up to the first lines of the header.
    pub fn begin(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        let messages = self.messages;
        markup.constant("<!doctype html>\n")?;
        markup.open("html", &[("lang", &messages.language_tag())])?;
        write_head(markup, &self.title)?;
        markup.open("body", &[])?;
        markup.element("a", &[("class", &"skip"), ("href", &"#main")], messages.page_skip_link())?;
        markup.open("header", &[])?;
        markup.within("p", &[("class", &"brand")], |markup| {
            markup.element("b", &[], "Portolan")?;
            markup.text(" ")?;
            markup.element("span", &[], messages.page_motto())
        })
    }

    /// Ends the header, and writes the links to the sections.
    pub fn begin_sections(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        markup.close("header")?;
        write_links(markup, self)?;
        markup.open("main", &[("id", &"main"), ("tabindex", &-1)])
    }

    /// Ends the sections, and writes everything after them.
    pub fn end(&self, markup: &mut Markup<'_>) -> io::Result<()> {
        markup.close("main")?;
        write_foot(markup, self)?;
        markup.constant("<script>")?;
        markup.constant(SCRIPT)?;
        markup.constant("</script></body></html>\n")
    }
}

/// Writes a section: its title, the sentences below it, and its content.
pub fn write_section(
    markup: &mut Markup<'_>,
    id: &'static str,
    [title, lead]: [&str; 2],
    content: impl FnOnce(&mut Markup<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let heading = format!("{id}-h");
    markup.open("section", &[("id", &id), ("aria-labelledby", &heading)])?;
    markup.element("h2", &[("id", &heading)], title)?;
    markup.element("p", &[("class", &"lead")], lead)?;
    content(markup)?;
    markup.close("section")
}

fn write_head(markup: &mut Markup<'_>, title: &str) -> io::Result<()> {
    markup.open("head", &[])?;
    markup.constant("<meta charset=\"utf-8\">")?;
    let policy = policy();
    let metas: [[(&str, &dyn Display); 2]; 4] = [
        [("name", &"viewport"), ("content", &"width=device-width, initial-scale=1")],
        [("name", &"color-scheme"), ("content", &"light dark")],
        [("name", &"referrer"), ("content", &"no-referrer")],
        [("http-equiv", &"Content-Security-Policy"), ("content", &policy)],
    ];
    metas.iter().try_for_each(|attributes| markup.open("meta", attributes))?;
    markup.element("title", &[], format_args!("{title} – Portolan"))?;
    markup.constant("<style>")?;
    markup.constant(STYLE)?;
    markup.constant("</style>")?;
    markup.close("head")
}

/// The content security policy (<https://www.w3.org/TR/CSP3/>): nothing is loaded from anywhere, and only the page's own style and
/// script are used, which it knows by their hashes.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

fn write_links(markup: &mut Markup<'_>, frame: &Frame<'_>) -> io::Result<()> {
    markup.open("nav", &[("aria-label", &frame.messages.page_contents())])?;
    markup.open("ul", &[])?;
    for (id, text) in &frame.links {
        markup.open("li", &[])?;
        markup.element("a", &[("href", &format_args!("#{id}"))], text)?;
        markup.close("li")?;
    }
    markup.close("ul")?;
    markup.close("nav")
}

fn write_foot(markup: &mut Markup<'_>, frame: &Frame<'_>) -> io::Result<()> {
    let messages = frame.messages;
    let producer = &frame.heading.portolan;
    let options = [stated(&frame.heading.options), frame.options.clone()].concat();
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
