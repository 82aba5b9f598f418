//! One port in plain sentences, for those who ask what a number means.

use std::io::{self, Write};

use super::terminal::{View, emphasised};
use super::wrap::write_hanging;
use crate::messages::{Messages, PortLabel};
use crate::service::book::{Page, PortRange};
use crate::service::{NameSource, Transport};
use crate::untrusted::clean;

/// Columns in front of a sentence.
const INDENT: usize = 2;
/// Columns in front of what an entry says.
const ENTRY_INDENT: usize = 12;

/// Writes what the pages of a port say, and what its number says by itself.
pub fn write(port: u16, pages: &[Page<'_>], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let has = |transport| pages.iter().any(|page| page.transport == transport);
    let is_usual = has(Transport::Tcp) || has(Transport::Udp);
    for page in pages {
        writeln!(output, "{}", emphasised(&title(page, messages), view))?;
        // Beginners meet two transports; the others have no more than a title, unless they are asked for.
        if !is_usual || matches!(page.transport, Transport::Tcp | Transport::Udp) {
            write_page(port, page, view, output)?;
        }
        writeln!(output)?;
    }
    let range = PortRange::from_port(port);
    writeln!(output, "{}", emphasised(&messages.port_range(port, range), view))?;
    write_hanging("", INDENT, messages.range_meaning(range), view.width, output)?;
    if has(Transport::Tcp) && has(Transport::Udp) {
        write_hanging("", INDENT, &messages.two_ports(port), view.width, output)?;
    }
    if pages.iter().all(|page| page.entry.is_none()) {
        return Ok(());
    }
    write_hanging("", INDENT, messages.names_are_no_proof(), view.width, output)
}

fn write_page(port: u16, page: &Page<'_>, view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let mut paragraph = |label: Option<PortLabel>, text: &str| match label {
        Some(label) => {
            let head = format!("  {}", messages.port_label(label));
            write_hanging(&head, ENTRY_INDENT, &clean(text), view.width, output)
        }
        None => write_hanging("", INDENT, &clean(text), view.width, output),
    };
    match page.entry {
        None => paragraph(None, messages.no_name(port))?,
        Some(entry) => {
            if let Some(description) = page.description() {
                paragraph(None, &messages.port_description(&description))?;
            }
            paragraph(Some(PortLabel::Category), entry.category.name())?;
        }
    }
    paragraph(Some(PortLabel::Name), &naming(page, messages))?;
    if let Some(document) = page.document() {
        paragraph(Some(PortLabel::Document), messages.document(document))?;
    }
    paragraph(Some(PortLabel::Rank), &messages.rank(page.rank, page.is_users()))
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
