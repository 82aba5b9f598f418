//! Words that several tables share: the names of verdicts, ports and encapsulations.

use std::borrow::Cow;

use crate::decode::{Encapsulation, EncapsulationStack};
use crate::service::category::PORTLESS;
use crate::service::{CategoryId, EntryId, NamedBy, Registry, Service, Transport, protocols};

/// The word for all items without a row of their own.
pub const OTHERS: &str = "others";

/// The name of a service.
pub fn service(registry: &Registry, service: Service) -> &str {
    registry.name(service)
}

/// The category of a service.
pub fn category(registry: &Registry, service: Service) -> &str {
    registry.category(service).map_or("", |category| registry.category_name(category))
}

/// The category that flows count as: its name, or the word for traffic without ports.
pub fn counted_category(registry: &Registry, category: Option<CategoryId>) -> &str {
    category.map_or(PORTLESS, |category| registry.category_name(category))
}

/// Looks up the service of a port in the port table, regardless of who uses the port.
pub fn of_port(registry: &Registry, transport: Transport, port: u16) -> Service {
    registry.look_up(transport, port).map_or(Service::Unassigned, Service::Named)
}

/// Returns the source of a service's name.
pub fn source(registry: &Registry, service: Service) -> &'static str {
    match service {
        Service::Named(id) => registry.entry(id).source.name(),
        Service::Unassigned | Service::Undetermined => "none",
        Service::Portless => "",
    }
}

/// The worth of a service's name; `None` if it has none.
pub fn named_by(registry: &Registry, service: Service) -> Option<NamedBy> {
    match service {
        Service::Named(id) => Some(NamedBy::from_entry(registry.entry(id))),
        Service::Unassigned | Service::Undetermined | Service::Portless => None,
    }
}

/// The key of the transport of an IP protocol, or of the protocol itself if it has no ports.
pub fn transport(protocol: u8) -> Cow<'static, str> {
    Transport::from_protocol(protocol)
        .map_or_else(|| protocols::ip_protocol(protocol).into(), |transport| Cow::Borrowed(transport.name()))
}

/// The text, unless it is empty.
pub fn non_empty(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// The names of several services, in order.
pub fn services(registry: &Registry, services: impl Iterator<Item = Service>) -> Vec<&str> {
    let mut names: Vec<&str> = services.map(|one| service(registry, one)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The possible names of a flow, in order.
pub fn alternatives(registry: &Registry, alternatives: [Option<EntryId>; 2]) -> [Option<&str>; 2] {
    match alternatives.map(|entry| entry.map(|id| service(registry, Service::Named(id)))) {
        [Some(first), Some(second)] if first == second => [Some(first), None],
        [Some(first), Some(second)] if first > second => [Some(second), Some(first)],
        names => names,
    }
}

/// The VLAN identifiers in the stacks of a flow's two directions, outermost first; once, if they are the same.
pub fn vlan(stacks: &[EncapsulationStack]) -> Vec<Vec<u16>> {
    different(stacks, |step| match step {
        Encapsulation::Vlan(id) => Some(id),
        _ => None,
    })
}

/// The other encapsulations in the stacks, in the same form.
pub fn tunnel(stacks: &[EncapsulationStack]) -> Vec<Vec<Encapsulation>> {
    different(stacks, |step| match step {
        Encapsulation::Vlan(_) => None,
        tunnel => Some(tunnel),
    })
}

/// The different lists of the items that `pick` takes from each stack. A stack without such items has no list.
fn different<T: PartialEq>(stacks: &[EncapsulationStack], pick: impl Fn(Encapsulation) -> Option<T>) -> Vec<Vec<T>> {
    let mut picked: Vec<Vec<T>> = Vec::new();
    for stack in stacks {
        let steps: Vec<T> = stack.steps().filter_map(&pick).collect();
        if !steps.is_empty() && picked.last() != Some(&steps) {
            picked.push(steps);
        }
    }
    picked
}
