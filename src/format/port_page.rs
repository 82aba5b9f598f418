//! One port in plain sentences, for those who ask what a number means.

use std::io::{self, Write};

use super::prose::Prose;
use super::terminal::View;
use crate::messages::{Messages, PortLabel};
use crate::service::book::{Page, PortRange};
use crate::service::{NameSource, Transport};

/// Columns in front of what an entry says.
const ENTRY_INDENT: usize = 12;

/// Writes what the pages of a port say, and what its number says by itself.
pub fn write(port: u16, pages: &[Page<'_>], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let mut prose = Prose::new(view, output);
    let has = |transport| pages.iter().any(|page| page.transport == transport);
    let is_usual = has(Transport::Tcp) || has(Transport::Udp);
    for page in pages {
        prose.title(&title(page, messages))?;
        // Beginners meet two transports; the others have no more than a title, unless they are asked for.
        if !is_usual || matches!(page.transport, Transport::Tcp | Transport::Udp) {
            write_page(port, page, &mut prose)?;
        }
        prose.empty_line()?;
    }
    let range = PortRange::from_port(port);
    prose.title(&messages.port_range(port, range))?;
    prose.paragraph(messages.range_meaning(range))?;
    if has(Transport::Tcp) && has(Transport::Udp) {
        prose.paragraph(&messages.two_ports(port))?;
    }
    if pages.iter().all(|page| page.entry.is_none()) {
        return Ok(());
    }
    prose.paragraph(messages.names_are_no_proof())
}

fn write_page(port: u16, page: &Page<'_>, prose: &mut Prose<'_, impl Write + ?Sized>) -> io::Result<()> {
    let messages = prose.view.messages;
    match page.entry {
        None => prose.paragraph(messages.no_name(port))?,
        Some(_) => {
            prose.paragraphs(page.description().map(|description| messages.port_description(&description).into_owned()))?;
            write_entry(PortLabel::Category, page.category.unwrap_or_default(), prose)?;
        }
    }
    write_entry(PortLabel::Name, &naming(page, messages), prose)?;
    if let Some(document) = page.document() {
        write_entry(PortLabel::Document, messages.document(document), prose)?;
    }
    write_entry(PortLabel::Rank, &messages.rank(page.rank, page.is_users()), prose)
}

fn write_entry(label: PortLabel, text: &str, prose: &mut Prose<'_, impl Write + ?Sized>) -> io::Result<()> {
    let head = format!("  {}", prose.view.messages.port_label(label));
    prose.entry(&head, ENTRY_INDENT, text)
}

fn title(page: &Page<'_>, messages: &dyn Messages) -> String {
    messages.port_title(page.transport, &page.ports, page.network().as_deref(), page.entry.map(|entry| &*entry.name))
}

/// The source of the name, and the name that IANA gives.
fn naming(page: &Page<'_>, messages: &dyn Messages) -> String {
    let iana = page.iana.map(|iana| iana.name);
    match page.entry.map(|entry| (entry.source, &*entry.name)) {
        // A control channel names a flow, never a port of the book.
        None | Some((NameSource::Expected, _)) => messages.named_by_nobody().into(),
        Some((NameSource::User, _)) => messages.named_by_user().into(),
        Some((NameSource::Iana, name)) => messages.named_by_iana(iana.filter(|iana| !iana.eq_ignore_ascii_case(name))),
        Some((NameSource::Overlay, _)) => messages.named_by_custom(iana),
    }
}
