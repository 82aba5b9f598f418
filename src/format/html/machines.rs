//! Machines with the servers on them: a row for each machine, and a chip for each of its open ports.

use std::io;

use super::PageDocument;
use super::markup::{Markup, outside};
use super::palette::Palette;
use crate::report::{NamedHost, ServerMachine};

/// The most chips of a machine.
const MAX_CHIPS: usize = 24;

/// A host as plain text: its address, and its name if there is one.
pub fn text(host: &NamedHost<'_>) -> String {
    match host.name {
        Some(name) => format!("{} {}", host.address, outside(name)),
        None => host.address.to_string(),
    }
}

/// Writes a host: its address, and its name if there is one.
pub fn write_host(markup: &mut Markup<'_>, host: &NamedHost<'_>) -> io::Result<()> {
    markup.element("code", &[], host.address)?;
    match host.name {
        Some(name) => {
            markup.text(" ")?;
            markup.outside(name)
        }
        None => Ok(()),
    }
}

/// Writes the machines.
pub fn write(markup: &mut Markup<'_>, document: &PageDocument<'_, '_>, palette: &Palette<'_>) -> io::Result<()> {
    let messages = document.view.messages;
    let servers = &document.page.overview.servers;
    if servers.first.is_empty() {
        return Ok(());
    }
    markup.open("dl", &[("class", &"machines")])?;
    for machine in &servers.first {
        markup.within("dt", &[], |markup| write_host(markup, &machine.host))?;
        markup.within("dd", &[], |markup| write_chips(markup, machine, document, palette))?;
    }
    markup.close("dl")?;
    match servers.number - servers.first.len() {
        0 => Ok(()),
        left_out => markup.element("p", &[("class", &"more")], messages.servers_left_out(left_out)),
    }
}

fn write_chips(
    markup: &mut Markup<'_>,
    machine: &ServerMachine<'_>,
    document: &PageDocument<'_, '_>,
    palette: &Palette<'_>,
) -> io::Result<()> {
    let messages = document.view.messages;
    let shown = machine.services.len().min(MAX_CHIPS);
    for service in &machine.services[..shown] {
        let class = format!("chip {}", palette.class(service.category));
        markup.open("span", &[("class", &class), ("title", &service.category)])?;
        if let Some(port) = service.port {
            markup.element("b", &[], port)?;
            markup.text(" ")?;
        }
        markup.text(service.name)?;
        markup.close("span")?;
        markup.text(" ")?;
    }
    match machine.services.len() - shown {
        0 => Ok(()),
        left_out => markup.text(messages.items_left_out(left_out)),
    }
}
