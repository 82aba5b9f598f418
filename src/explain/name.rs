//! The name of a flow: who gives it, and how little it says about the protocol that was really spoken.

use std::net::SocketAddr;

use super::FlowContext;
use crate::decide::facts::FlowFacts;
use crate::inspect::ChannelEvent;
use crate::messages::NamedPort;
use crate::report::names;
use crate::service::book::{Book, PortQuery, Subject};
use crate::service::{Entry, FlowFlags, NameSource, Service};

/// The sentences, in order.
pub fn sentences(context: &FlowContext<'_>, facts: &FlowFacts) -> Vec<String> {
    let (registry, messages, verdict) = (&context.analysis.registry, context.messages, context.verdict);
    let mut sentences = Vec::new();
    match verdict.service {
        Service::Named(id) => {
            let entry = registry.entry(id);
            let port = verdict.server.map_or(facts.ports[0], |side| facts.port(side));
            sentences.extend(named(context, facts, port, entry));
            let worth = match entry.source {
                NameSource::Expected => messages.announced_name_is_no_proof(),
                _ => messages.port_name_is_no_proof(),
            };
            sentences.push(worth.into());
        }
        Service::Unassigned => {
            let port = verdict.server.map_or(0, |side| facts.port(side));
            sentences.push(messages.port_without_name(port, facts.transport));
            sentences.push(messages.client_port_names_nothing().into());
        }
        Service::Undetermined | Service::Portless => sentences.push(messages.no_server_no_name().into()),
    }
    let others: Vec<&str> =
        verdict.alternatives.into_iter().flatten().map(|id| names::service(registry, Service::Named(id))).collect();
    if !others.is_empty() {
        sentences.push(match verdict.server {
            Some(_) => messages.name_with_other_server(&others),
            None => messages.names_by_ports(&others),
        });
    }
    if context.relation.flags.contains(FlowFlags::NAT) {
        sentences.extend(translation(context));
    }
    sentences
}

/// The source of the name, and the purpose of the service.
fn named(context: &FlowContext<'_>, facts: &FlowFacts, port: u16, entry: &Entry) -> Vec<String> {
    let book = Book::open(&context.analysis.registry);
    let query = PortQuery { subject: Subject::Ports(port..=port), transport: Some(facts.transport) };
    let pages = book.answer(&query);
    let page = pages.iter().find(|page| page.host.is_none());
    let iana = page.and_then(|page| page.iana).map(|iana| iana.name);
    let named = NamedPort { name: &entry.name, port, transport: facts.transport, iana };
    let source = context.messages.source_of_name(entry.source, &named);
    let description =
        page.and_then(|page| page.description()).map(|description| context.messages.port_description(&description).into_owned());
    let description = description.filter(|_| matches!(entry.source, NameSource::Iana | NameSource::Overlay));
    std::iter::once(source).chain(description).collect()
}

/// The translation of the addresses of an announced flow.
fn translation(context: &FlowContext<'_>) -> Option<String> {
    let index = context.relation.announcement?;
    let ChannelEvent::Flow(expectation) = context.analysis.announcements.log().get(index)?.event else { return None };
    let seen = SocketAddr::new(expectation.or_address?, expectation.target.port());
    Some(context.messages.address_translated(expectation.target, seen))
}
