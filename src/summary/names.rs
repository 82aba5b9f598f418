//! Words that several tables share: what a verdict, a port or a path is called.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::table::Cell;
use crate::decode::{Encapsulation, Path};
use crate::service::{Category, EntryId, Registry, Service, Transport};

/// The most ranges of ports that a cell lists; of further ones it tells the number.
const MAX_PORT_RANGES: usize = 32;

/// What stands for all that had no place of its own.
pub const OTHERS: &str = "others";

/// The name of a service.
pub fn service(registry: &Registry, service: Service) -> &str {
    match service {
        Service::Named(id) => &registry.entry(id).name,
        Service::Unassigned => Category::Unassigned.name(),
        Service::Undetermined => Category::Undetermined.name(),
        Service::Portless => "",
    }
}

/// The category of a service.
pub fn category(registry: &Registry, service: Service) -> &'static str {
    registry.category(service).map_or("", Category::name)
}

/// What the book calls a port, whoever uses it.
pub fn of_port(registry: &Registry, transport: Transport, port: u16) -> Service {
    registry.look_up(transport, port).map_or(Service::Unassigned, Service::Named)
}

/// Where a service's name comes from.
pub fn source(registry: &Registry, service: Service) -> &'static str {
    match service {
        Service::Named(id) => registry.entry(id).source.name(),
        Service::Unassigned | Service::Undetermined => "none",
        Service::Portless => "",
    }
}

/// Several words in one cell. Most flows have none or one of a kind, for which no memory is asked for.
pub fn words<'a>(words: impl Iterator<Item = Cow<'a, str>>, separator: &str) -> Cell<'a> {
    joined(words, separator).map_or(Cell::Empty, Cell::text_or_empty)
}

fn joined<'a>(mut words: impl Iterator<Item = Cow<'a, str>>, separator: &str) -> Option<Cow<'a, str>> {
    let mut text = words.next()?;
    for word in words {
        text.to_mut().push_str(separator);
        text.to_mut().push_str(&word);
    }
    Some(text)
}

/// The names of several services, sorted, with spaces between.
pub fn services<'a>(registry: &'a Registry, services: impl Iterator<Item = Service>) -> Cell<'a> {
    let names: BTreeSet<&str> = services.map(|one| service(registry, one)).collect();
    words(names.into_iter().map(Cow::Borrowed), " ")
}

/// The names that a flow could have had, with spaces between.
pub fn alternatives<'a>(registry: &'a Registry, alternatives: [Option<EntryId>; 2]) -> Cell<'a> {
    services(registry, alternatives.into_iter().flatten().map(Service::Named))
}

/// Ports with spaces between, neighbours as ranges: `80 8080-8083`.
pub fn ports<'a>(ports: &BTreeSet<u16>) -> Cell<'a> {
    let mut ranges: Vec<(u16, u16)> = Vec::new();
    for &port in ports {
        match ranges.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(port) => *last = port,
            _ => ranges.push((port, port)),
        }
    }
    let word = |&(first, last): &(u16, u16)| match last - first {
        0 => first.to_string(),
        1 => format!("{first} {last}"),
        _ => format!("{first}-{last}"),
    };
    let mut words: Vec<String> = ranges.iter().take(MAX_PORT_RANGES).map(word).collect();
    if ranges.len() > MAX_PORT_RANGES {
        let listed: usize = ranges[..MAX_PORT_RANGES].iter().map(|(first, last)| usize::from(last - first) + 1).sum();
        words.push(format!("(and {} more)", ports.len() - listed));
    }
    Cell::text_or_empty(words.join(" "))
}

/// The VLAN identifiers of a flow, outermost first: `10` or `10/20`. Where its directions differ, both are there, with a
/// space between: `10 20`.
pub fn vlan<'a>(paths: &[Path]) -> Cell<'a> {
    ways(paths, |path| {
        let ids = path.steps().filter_map(|step| match step {
            Encapsulation::Vlan(id) => Some(Cow::Owned(id.to_string())),
            _ => None,
        });
        joined(ids, "/")
    })
}

/// The other encapsulations of a flow, in the same form.
pub fn tunnel<'a>(paths: &[Path]) -> Cell<'a> {
    ways(paths, |path| {
        let steps = path.steps().filter(|step| !matches!(step, Encapsulation::Vlan(_)));
        joined(steps.map(|step| Cow::Owned(step.to_string())), "/")
    })
}

/// What there is to say of the ways of both directions; once, if that is the same.
fn ways<'a>(paths: &[Path], say: impl Fn(&Path) -> Option<Cow<'a, str>>) -> Cell<'a> {
    let mut said: Vec<Cow<'a, str>> = paths.iter().filter_map(say).collect();
    said.dedup();
    words(said.into_iter(), " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbouring_ports_become_ranges_and_long_lists_end() {
        assert_eq!(ports(&BTreeSet::from([80, 8080, 8081, 8082, 9000, 9001, 65535])), Cell::text("80 8080-8082 9000 9001 65535"));
        assert_eq!(ports(&BTreeSet::new()), Cell::Empty);
        let Cell::Text(many) = ports(&(0..100).map(|n| n * 3).collect()) else { panic!() };
        assert!(many.ends_with("93 (and 68 more)"), "{many}");
    }
}
