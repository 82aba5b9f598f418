//! The picture of the ledger: one bar of all packets, in greys, because colours are for categories.

use std::io;

use super::PageDocument;
use super::markup::Markup;
use super::parts::{self, Part};

/// Classes of neighbouring parts.
const GREYS: [&str; 3] = ["g0", "g1", "g2"];

/// Writes the bar.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>) -> io::Result<()> {
    let rows = document.page.ledger.iter().filter(|row| row.traffic.part.packets > 0);
    let parts: Vec<Part<'_>> = rows
        .zip(GREYS.iter().cycle())
        .map(|(row, class)| Part { name: row.place.name(), share: row.traffic.packets(), class })
        .collect();
    parts::write(markup, &parts, document.view.messages)
}
