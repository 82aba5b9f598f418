//! The picture of the categories: one bar of all traffic.

use std::io;

use super::PageDocument;
use super::markup::Markup;
use super::palette::Palette;
use super::parts::{self, Part};
use crate::analysis::PORTLESS;

/// Writes the colours of the categories, and the bar.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let overview = &document.page.overview;
    let categories = overview.categories.iter().map(|part| (part.category, part.bytes()));
    let all = categories.chain([(PORTLESS, overview.portless_traffic.wire_bytes())]);
    let parts: Vec<Part<'_>> = all.map(|(name, share)| Part { name, share, class: palette.class(name) }).collect();
    palette.write(markup, document.view.messages)?;
    parts::write(markup, &parts, document.view.messages)
}
