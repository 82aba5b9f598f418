//! One page about a capture, to look at, hand out and print. It is self-contained: it loads nothing, sends nothing, and shows
//! everything without its script, which only sorts, searches, points and hides.

mod columns;
mod doors;
mod flows;
mod header;
mod ledger;
mod machines;
mod markup;
mod palette;
mod parts;
mod relations;
mod sections;
mod services;
mod table;

use std::fmt::Display;
use std::io::{self, Write};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

use self::markup::Markup;
use self::palette::Palette;
use self::sections::CountedTables;
use super::json::Heading;
use super::terminal::View;
use crate::report::{PageData, Table, TableName};

/// The style sheet of the page.
const STYLE: &str = include_str!("html/page.css");
/// The script of the page.
const SCRIPT: &str = include_str!("html/page.js");

/// The content of a page.
pub struct PageDocument<'d, 'a> {
    /// The data of the pictures.
    pub page: &'d PageData<'a>,
    /// The tables, in the user's order and with the user's columns.
    pub table: &'d dyn Fn(TableName) -> Table<'d>,
    /// The flows of the page.
    pub sampled_flows: &'d dyn Fn() -> Table<'d>,
    /// The tables that the user wants.
    pub tables: &'d [TableName],
    /// The program, the inputs and the options.
    pub heading: &'d Heading<'d>,
    /// The language, the form of values, and the most rows of a table.
    pub view: View,
}

/// Writes the page.
pub fn write(document: &PageDocument<'_, '_>, output: &mut dyn Write) -> io::Result<()> {
    let messages = document.view.messages;
    let palette = Palette::new(&document.page.overview);
    let sections = sections::shown(document);
    let mut markup = Markup::new(output);
    markup.constant("<!doctype html>\n")?;
    markup.open("html", &[("lang", &messages.language_tag())])?;
    write_head(&mut markup, document)?;
    markup.open("body", &[])?;
    markup.element("a", &[("class", &"skip"), ("href", &"#main")], messages.page_skip_link())?;
    let mut counted = CountedTables::new(document);
    header::write(&mut markup, document, &counted)?;
    sections::write_links(&mut markup, &sections, messages)?;
    markup.open("main", &[("id", &"main"), ("tabindex", &-1)])?;
    for section in &sections {
        sections::write(&mut markup, *section, document, &mut counted, &palette)?;
    }
    markup.close("main")?;
    header::write_foot(&mut markup, document)?;
    markup.constant("<script>")?;
    markup.constant(SCRIPT)?;
    markup.constant("</script></body></html>\n")?;
    output.flush()
}

fn write_head(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>) -> io::Result<()> {
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
    markup.element("title", &[], format_args!("{} – Portolan", header::title(document)))?;
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
