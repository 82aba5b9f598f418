//! One page about a capture, or about several that are compared, to look at, hand out and print. It is self-contained: it loads
//! nothing, sends nothing, and shows everything without its script, which only sorts, searches, points and hides.

mod columns;
mod compared_columns;
pub mod comparison;
mod doors;
mod flows;
mod frame;
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

use std::io::{self, Write};

use self::frame::Frame;
use self::markup::Markup;
use self::palette::Palette;
use self::sections::CountedTables;
use super::json::Heading;
use super::terminal::View;
use crate::report::{PageData, Table, TableName};

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
    let frame = Frame {
        title: header::title(document),
        links: sections::links(&sections, messages),
        heading: document.heading,
        options: Vec::new(),
        messages,
    };
    let mut markup = Markup::new(output);
    frame.begin(&mut markup)?;
    let mut counted = CountedTables::new(document);
    header::write(&mut markup, document, &counted)?;
    frame.begin_sections(&mut markup)?;
    for section in &sections {
        sections::write(&mut markup, *section, document, &mut counted, &palette)?;
    }
    frame.end(&mut markup)?;
    output.flush()
}
