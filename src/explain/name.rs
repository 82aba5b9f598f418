//! The name of a flow's service: its source, and the other names that the flow could have had.

use std::net::SocketAddr;

use super::FlowContext;
use crate::decide::facts::FlowFacts;
use crate::inspect::ChannelEvent;
use crate::report::names;
use crate::service::book::{Book, PortDescription, PortQuery, Subject};
use crate::service::{Entry, FlowFlags, NameSource, NamedBy, Service, Transport};

/// The explanation of the name of a flow's service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameExplanation<'a> {
    /// The basis of the name, or the reason why there is none.
    pub basis: NameBasis<'a>,
    /// The other names that the flow could have had, if there are any.
    pub others: Option<OtherNames<'a>>,
    /// The translation of the announced address, if there was one.
    pub translation: Option<Translation>,
}

/// The basis of a name, or the reason why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameBasis<'a> {
    /// The service has a name.
    Named {
        /// The source of the name.
        source: NameSource,
        /// The worth of the name.
        named_by: NamedBy,
        /// The port that the name belongs to.
        port: NamedPort<'a>,
        /// The purpose of the port, if Portolan's own tables name the service.
        description: Option<PortDescription>,
    },
    /// The server's port has no name.
    Unnamed {
        /// The port.
        port: u16,
        /// Its transport.
        transport: Transport,
    },
    /// Without a server there is no name.
    NoServer,
}

/// A port whose service has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedPort<'a> {
    /// The name.
    pub name: &'a str,
    /// The port.
    pub port: u16,
    /// Its transport.
    pub transport: Transport,
    /// The name under which IANA has assigned the port.
    pub iana: Option<&'a str>,
}

/// Other names that a flow could have had, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OtherNames<'a> {
    /// Those with the other side as the server.
    WithOtherServer(Vec<&'a str>),
    /// Those of the ports of a flow without a known server.
    ByPorts(Vec<&'a str>),
}

/// The translation of the address of an announced flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Translation {
    /// The announced endpoint.
    pub announced: SocketAddr,
    /// The endpoint that the flow went to.
    pub seen: SocketAddr,
}

/// Explains the name of a flow's service.
pub(super) fn explain<'a>(context: &FlowContext<'a>, facts: &FlowFacts) -> NameExplanation<'a> {
    let (registry, verdict) = (&context.decided.collected.registry, context.verdict);
    let basis = match verdict.service {
        Service::Named(id) => {
            let port = verdict.server.map_or(facts.ports[0], |side| facts.port(side));
            named(context, port, facts.transport, registry.entry(id))
        }
        Service::Unassigned => {
            let port = verdict.server.map_or(0, |side| facts.port(side));
            NameBasis::Unnamed { port, transport: facts.transport }
        }
        Service::Undetermined | Service::Portless => NameBasis::NoServer,
    };
    let others: Vec<&str> =
        verdict.alternatives.into_iter().flatten().map(|id| names::service(registry, Service::Named(id))).collect();
    let others = match verdict.server {
        _ if others.is_empty() => None,
        Some(_) => Some(OtherNames::WithOtherServer(others)),
        None => Some(OtherNames::ByPorts(others)),
    };
    let is_translated = context.relation.flags.contains(FlowFlags::NAT);
    NameExplanation { basis, others, translation: if is_translated { translation(context) } else { None } }
}

/// The source of a name, and the purpose of the service.
fn named<'a>(context: &FlowContext<'a>, port: u16, transport: Transport, entry: &'a Entry) -> NameBasis<'a> {
    let book = Book::open(&context.decided.collected.registry);
    let query = PortQuery { subject: Subject::Ports(port..=port), transport: Some(transport) };
    let pages = book.answer(&query);
    let page = pages.iter().find(|page| page.host.is_none());
    let iana = page.and_then(|page| page.iana).map(|iana| iana.name);
    let has_description = matches!(entry.source, NameSource::Iana | NameSource::Overlay);
    NameBasis::Named {
        source: entry.source,
        named_by: NamedBy::from_entry(entry),
        port: NamedPort { name: &entry.name, port, transport, iana },
        description: page.filter(|_| has_description).and_then(|page| page.description()),
    }
}

fn translation(context: &FlowContext<'_>) -> Option<Translation> {
    let index = context.relation.announcement?;
    let ChannelEvent::Flow(expectation) = context.decided.collected.announcements.log().get(index)?.event else { return None };
    let seen = SocketAddr::new(expectation.or_address?, expectation.target.port());
    Some(Translation { announced: expectation.target, seen })
}
