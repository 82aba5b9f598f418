//! Sentences on the name of a flow: who gives it, and how little it says about the protocol that was really spoken.

use super::{Story, rungs};
use crate::decide::facts::FlowFacts;
use crate::service::book::{Book, PortQuery, Subject};
use crate::service::{FlowFlags, NameSource, Service, Transport};
use crate::summary::names;
use crate::text;

/// The sentences, in order.
pub fn sentences(story: &Story<'_>, facts: &FlowFacts) -> Vec<String> {
    let registry = &story.analysis.registry;
    let mut lines = Vec::new();
    match story.verdict.service {
        Service::Named(id) => {
            let entry = registry.entry(id);
            let port = story.verdict.server.map_or(facts.ports[0], |side| facts.ports[side.index()]);
            lines.extend(named(story, facts.transport, port, &entry.name, entry.source));
            lines.push(match entry.source {
                NameSource::Expected => text::ANNOUNCED_NAME.into(),
                _ => text::NAME_IS_NO_PROOF.into(),
            });
        }
        Service::Unassigned => {
            let port = story.verdict.server.map_or(0, |side| facts.ports[side.index()]);
            lines.push(format!("unassigned: {}/{} has no name.", port, facts.transport.name()));
            lines.push(text::CLIENTS_PORT_NAMES_NOTHING.into());
        }
        Service::Undetermined | Service::Portless => lines.push(text::NO_SERVER_NO_NAME.into()),
    }
    let others: Vec<&str> =
        story.verdict.alternatives.into_iter().flatten().map(|id| names::service(registry, Service::Named(id))).collect();
    if !others.is_empty() {
        let others = others.join(" or ");
        lines.push(match story.verdict.server {
            Some(_) => format!("If the other side were the server, it would be {others}."),
            None => format!("By its ports it could be {others}."),
        });
    }
    if story.relation.flags.contains(FlowFlags::NAT) {
        lines.extend(rungs::translation(story));
    }
    lines
}

/// The sentence on who gives the name, and one on the service.
fn named(story: &Story<'_>, transport: Transport, port: u16, name: &str, source: NameSource) -> Vec<String> {
    let door = format!("{port}/{}", transport.name());
    let book = Book::open(&story.analysis.registry);
    let query = PortQuery { subject: Subject::Ports(port..=port), transport: Some(transport) };
    let pages = book.answer(&query);
    let page = pages.iter().find(|page| page.host.is_none());
    let iana = page.and_then(|page| page.iana).map(|iana| iana.name);
    let note = page.map(|page| page.sentence().into_owned()).filter(|note| !note.is_empty());
    let giver = match (source, iana) {
        (NameSource::User, _) => format!("{name}: your own table says so."),
        (NameSource::Expected, _) => format!("{name}: that is what was announced, whatever its ports are registered for."),
        (NameSource::Iana, Some(iana)) if !iana.eq_ignore_ascii_case(name) => {
            format!("{name}: {door} is registered for it with IANA, as {iana}.")
        }
        (NameSource::Iana, _) => format!("{name}: {door} is registered for it with IANA."),
        (NameSource::Overlay, Some(iana)) => format!("{name}: a customary use of {door}, which IANA has registered for {iana}."),
        (NameSource::Overlay, None) => format!("{name}: a customary use of {door}, which IANA has registered for nobody."),
    };
    let note = note.filter(|_| matches!(source, NameSource::Iana | NameSource::Overlay));
    std::iter::once(giver).chain(note).collect()
}
