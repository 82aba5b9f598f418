//! One port in plain lines, for those who ask what a number means.

use std::io::{self, Write};

use super::terminal::{View, emphasised};
use crate::messages::Messages;
use crate::service::book::{Page, PortRange};
use crate::service::{NameSource, Transport};
use crate::text;

/// Writes what the pages of a port say, and what its number says by itself.
pub fn write(port: u16, pages: &[Page<'_>], view: View, output: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let messages = view.messages;
    let has = |transport| pages.iter().any(|page| page.transport == transport);
    let has_main_doors = has(Transport::Tcp) || has(Transport::Udp);
    for page in pages {
        writeln!(output, "{}", emphasised(&heading(page), view))?;
        // Beginners meet two transports; the others are told, but not at length unless they are asked for.
        if has_main_doors && !matches!(page.transport, Transport::Tcp | Transport::Udp) {
            writeln!(output)?;
            continue;
        }
        match page.entry {
            None => writeln!(output, "  {}", messages.no_name(port))?,
            Some(entry) => {
                writeln!(output, "  {}", text::clean(&page.sentence()))?;
                writeln!(output, "  category  {}", entry.category.name())?;
            }
        }
        writeln!(output, "  name      {}", naming(page, messages))?;
        if !page.document().is_empty() {
            writeln!(output, "  source    {}", page.document())?;
        }
        writeln!(output, "  rank      {}: {}\n", page.rank, text::rank_meaning(page.rank))?;
    }
    let range = PortRange::from_port(port);
    writeln!(output, "{}", emphasised(&messages.port_range(port, range), view))?;
    messages.range_meaning(range).iter().try_for_each(|line| writeln!(output, "  {line}"))?;
    if has(Transport::Tcp) && has(Transport::Udp) {
        writeln!(output, "  {}", messages.two_ports(port))?;
    }
    if pages.iter().all(|page| page.entry.is_none()) {
        return Ok(());
    }
    messages.names_are_no_proof().iter().try_for_each(|line| writeln!(output, "  {line}"))
}

/// `TCP 443: https`
fn heading(page: &Page<'_>) -> String {
    let (first, last) = (page.ports.start(), page.ports.end());
    let ports = if first == last { first.to_string() } else { format!("{first}-{last}") };
    let on = page.network().map_or_else(String::new, |network| format!(" on {network}"));
    let name = page.entry.map_or("unassigned", |entry| &entry.name);
    format!("{} {ports}{on}: {name}", page.transport.name().to_uppercase())
}

/// Who calls it so, and what IANA calls it.
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
