//! The overview: one page that answers what is in a capture before anybody asks for a table. Its numbers are those of the tables.

mod flow_parts;
mod strip;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;

use self::flow_parts::FlowParts;
pub use self::strip::{StripColumn, TrafficStrip};
use super::value::{Share, TrafficShare};
use super::{capture, names, scans};
use crate::analysis::{Decided, Window};
use crate::decode::Side;
use crate::service::{Category, CategoryId, Confidence, Evidence, Service, Transport};
use crate::stats::flows::Host;
use crate::stats::{OpenPort, Participants, Place, PortlessKind, ScanSum, Scanner, ServingMachine};
use crate::time::Span;
use crate::traffic::Traffic;

/// The most machines of one kind in an overview.
pub const MAX_MACHINES: usize = 40;

/// One page about a capture.
#[derive(Clone, Debug)]
pub struct Overview<'a> {
    /// The inputs.
    pub facts: InputFacts,
    /// The traffic by category, the largest part first. Traffic without ports is not among it.
    pub categories: Vec<CategoryPart<'a>>,
    /// The machines that serve, the one with the most bytes first.
    pub servers: Machines<ServerMachine<'a>>,
    /// The machines that use services, with their bytes, the one with the most first.
    pub clients: Machines<(NamedHost<'a>, u64)>,
    /// The traffic over time; `None` if no packet has a time.
    pub strip: Option<TrafficStrip<'a>>,
    /// The protocols without ports, the one with the most bytes first.
    pub portless: Vec<(Cow<'a, str>, Traffic)>,
    /// The traffic without ports.
    pub portless_traffic: TrafficShare,
    /// The scans, the largest first.
    pub scans: Vec<ScanSummary<'a>>,
    /// The flows that were refused and belong to no scan or traceroute; `None` if there are none.
    pub refusals: Option<Refusals<'a>>,
    /// The certainty of the verdicts.
    pub certainty: Certainty,
}

/// An address, and the name that the capture gives it. The name is untrusted text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamedHost<'a> {
    /// The address.
    pub address: IpAddr,
    /// The name.
    pub name: Option<&'a str>,
}

impl<'a> NamedHost<'a> {
    pub(super) fn new(decided: &'a Decided<'_>, host: Host) -> NamedHost<'a> {
        let address = host.version.ip_addr(host.address);
        NamedHost { address, name: decided.collected.names.get(&address) }
    }
}

/// Some machines, of many.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machines<M> {
    /// The first machines, at most [`MAX_MACHINES`].
    pub first: Vec<M>,
    /// The number of all machines.
    pub number: usize,
}

/// The inputs, and what is missing from them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFacts {
    /// The name of the only input; `None` if there are several. Untrusted text.
    pub file: Option<String>,
    /// The number of inputs.
    pub inputs: usize,
    /// The packets that the overview is about: all of them, or the selected ones.
    pub traffic: Traffic,
    /// The first and the last of these packets.
    pub span: Span,
    /// The selection; `None` if the overview is about all packets.
    pub part: Option<SelectedPart>,
    /// The parts of the inputs that are missing.
    pub missing: Missing,
}

/// The part of the inputs that an overview is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectedPart {
    /// The time that packets were asked for, if any.
    pub window: Option<Window>,
    /// The options that select flows, if any. Untrusted text.
    pub selection: Option<String>,
    /// The selected flows and, if flows are selected, all flows in the time that was asked for.
    pub flows: (u64, Option<u64>),
    /// The packets of the inputs, those outside of the time that was asked for included.
    pub whole: Traffic,
    /// The first and the last packet of the inputs.
    pub whole_span: Span,
}

/// The parts of a capture that are missing, or of which nothing could be said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Packets that the kernel or an interface dropped.
    pub dropped: u64,
    /// Inputs that were not read to their end.
    pub incomplete: usize,
    /// Inputs that could not be opened, or that were not begun.
    pub unread: usize,
    /// Packets by the place at which decoding ended, for places without a service or protocol.
    pub undecoded: Vec<(Place, u64)>,
}

/// The traffic of one category.
#[derive(Clone, Debug)]
pub struct CategoryPart<'a> {
    /// The key of the category.
    pub category: &'a str,
    /// Its part of all traffic.
    pub traffic: TrafficShare,
    /// Its services, the one with the most bytes first.
    pub services: Vec<Cow<'a, str>>,
}

/// A machine that serves.
#[derive(Clone, Debug)]
pub struct ServerMachine<'a> {
    /// The machine.
    pub host: NamedHost<'a>,
    /// Packets and bytes of its services.
    pub traffic: Traffic,
    /// Its services, in the order of their ports. Ports that a control channel announced come last, and have no number.
    pub services: Vec<ServedName<'a>>,
}

/// A service of a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServedName<'a> {
    /// The port; `None` if it was announced for a single connection.
    pub port: Option<u16>,
    /// The name of the service.
    pub name: &'a str,
    /// The category of the service.
    pub category: &'a str,
}

/// A scan.
#[derive(Clone, Debug)]
pub struct ScanSummary<'a> {
    /// The machine that scans.
    pub scanner: NamedHost<'a>,
    /// The transport.
    pub transport: Transport,
    /// The only machine that was tried; `None` if there are several.
    pub target: Option<NamedHost<'a>>,
    /// The number of machines that were tried.
    pub hosts: u64,
    /// The number of ports that were tried.
    pub ports: u64,
    /// The only port that was tried; `None` if there are several.
    pub only_port: Option<u16>,
    /// The number of flows.
    pub flows: u64,
    /// The number of flows that were answered.
    pub answered: u64,
}

/// Flows that were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusals<'a> {
    /// Their number.
    pub flows: u64,
    /// The first one: its client, its server, the server's port and the name of that port. `None` if it is no longer kept.
    pub first: Option<(NamedHost<'a>, NamedHost<'a>, u16, &'a str)>,
}

/// The certainty of the verdicts on flows with ports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Certainty {
    /// All flows with ports.
    pub flows: u64,
    /// Flows whose server is known.
    pub decided: u64,
    /// Flows whose server was observed, by a handshake.
    pub by_handshake: u64,
    /// Flows with a known service and no server.
    pub peers: u64,
}

impl Certainty {
    fn add(&mut self, evidence: Evidence, confidence: Confidence, flows: u64) {
        self.flows += flows;
        match (evidence, confidence) {
            (Evidence::None, _) => {}
            (_, Confidence::None) => self.peers += flows,
            (Evidence::Handshake, _) => {
                self.by_handshake += flows;
                self.decided += flows;
            }
            _ => self.decided += flows,
        }
    }

    fn merge(&mut self, other: Certainty) {
        self.flows += other.flows;
        self.decided += other.decided;
        self.by_handshake += other.by_handshake;
        self.peers += other.peers;
    }

    /// Flows whose server cannot be told.
    pub fn undetermined(&self) -> u64 {
        self.flows.saturating_sub(self.decided + self.peers)
    }
}

impl<'a> Overview<'a> {
    /// Computes the overview of a decided capture.
    pub fn new(decided: &'a Decided<'_>) -> Overview<'a> {
        let mut parts = FlowParts::sum(decided);
        let scans: Vec<(Scanner, String, Box<ScanSum>)> = scans::named_of(std::mem::take(&mut parts.scans)).collect();
        let whole = decided.collected.total();
        let Participants { servers, clients } = Participants::find(decided.decided_flows(), MAX_MACHINES);
        let client = |(host, bytes): &(Host, u64)| (NamedHost::new(decided, *host), *bytes);
        let (portless, portless_traffic) = portless(decided);
        Overview {
            facts: facts(decided),
            categories: categories(decided, &parts, &scans),
            servers: Machines {
                first: servers.first.iter().map(|machine| server(decided, machine)).collect(),
                number: servers.number,
            },
            clients: Machines { first: clients.first.iter().map(client).collect(), number: clients.number },
            refusals: refusals(decided, &parts),
            certainty: parts.certainty,
            strip: TrafficStrip::new(decided, parts.shares),
            portless,
            portless_traffic: TrafficShare { part: portless_traffic, whole },
            scans: scans.iter().map(|(scanner, _, sum)| scan(decided, scanner, sum)).collect(),
        }
    }
}

fn facts(decided: &Decided<'_>) -> InputFacts {
    let collected = &decided.collected;
    let total = capture::total(collected);
    // The ledger of the inputs, whatever is selected.
    let ledger = decided.selected.as_ref().map_or(&collected.tally.ledger, |selected| &selected.whole);
    let undecoded = Place::UNDECODED.map(|place| (place, ledger.at(place).packets));
    let incomplete = collected.inputs.iter().filter(|input| input.completeness != crate::capture::Completeness::Complete);
    let file = match &collected.inputs[..] {
        [input] if collected.unread == 0 && collected.failures.is_empty() => Some(input.name.to_string()),
        _ => None,
    };
    InputFacts {
        file,
        inputs: collected.inputs.len(),
        traffic: collected.total(),
        span: if decided.selected.is_some() { selected_span(decided) } else { collected.span() },
        part: selected_part(decided, ledger.total()),
        missing: Missing {
            dropped: total.dropped_kernel.unwrap_or(0).saturating_add(total.dropped_interface.unwrap_or(0)),
            incomplete: incomplete.count(),
            unread: collected.failures.len() + collected.unread,
            undecoded: undecoded.into_iter().filter(|(_, packets)| *packets > 0).collect(),
        },
    }
}

fn selected_part(decided: &Decided<'_>, whole: Traffic) -> Option<SelectedPart> {
    let collected = &decided.collected;
    let selected = decided.selected.as_ref();
    let mut whole_span = Span::default();
    collected.inputs.iter().for_each(|input| whole_span.merge(input.span));
    (selected.is_some() || collected.window.is_some()).then(|| SelectedPart {
        window: collected.window,
        selection: selected.map(|selected| selected.selection.to_string()),
        flows: (collected.flows.len() as u64, selected.map(|selected| selected.all_flows)),
        whole,
        whole_span,
    })
}

/// The first and the last packet of selected flows, and of selected packets without ports.
fn selected_span(decided: &Decided<'_>) -> Span {
    let collected = &decided.collected;
    let mut span = Span::default();
    collected.flows.iter().for_each(|flow| span.merge(flow.span));
    collected.tally.portless.rows().for_each(|(_, sum)| span.merge(sum.span));
    // The times of packets that could not be decoded are not kept: they can be anywhere.
    let has_undecoded = Place::UNDECODED.into_iter().any(|place| collected.tally.ledger.at(place).packets > 0);
    if has_undecoded { collected.span() } else { span }
}

fn categories<'a>(
    decided: &'a Decided<'_>,
    parts: &FlowParts,
    scans: &[(Scanner, String, Box<ScanSum>)],
) -> Vec<CategoryPart<'a>> {
    let registry = &decided.collected.registry;
    // Several entries of the port table can have one name.
    let mut by_name: HashMap<(&'a str, Cow<'a, str>), Traffic> = HashMap::new();
    for (service, traffic) in &parts.services {
        let key = (names::category(registry, *service), names::service(registry, *service).into());
        by_name.entry(key).or_default().merge(*traffic);
    }
    for (_, name, sum) in scans {
        by_name.entry((Category::Scan.name(), name.clone().into())).or_default().merge(sum.closed.traffic());
    }
    let mut services: Vec<_> = by_name.into_iter().filter(|(_, traffic)| traffic.packets > 0).collect();
    services.sort_unstable_by(|((_, one), traffic), ((_, other), more)| {
        (Reverse(traffic.wire_bytes), one).cmp(&(Reverse(more.wire_bytes), other))
    });
    let whole = decided.collected.total();
    let mut categories: Vec<CategoryPart<'a>> = Vec::new();
    for ((category, name), traffic) in services {
        match categories.iter_mut().find(|part| part.category == category) {
            Some(part) => {
                part.traffic.part.merge(traffic);
                part.services.push(name);
            }
            None => {
                categories.push(CategoryPart { category, traffic: TrafficShare { part: traffic, whole }, services: vec![name] })
            }
        }
    }
    categories.sort_by_key(|part| (Reverse(part.traffic.part.wire_bytes), part.category));
    categories
}

fn server<'a>(decided: &'a Decided<'_>, machine: &ServingMachine) -> ServerMachine<'a> {
    let registry = &decided.collected.registry;
    let served = |open: &OpenPort| ServedName {
        port: (!open.is_announced).then_some(open.port),
        name: names::service(registry, open.service),
        category: names::category(registry, open.service),
    };
    let mut services: Vec<ServedName<'a>> = machine.ports.iter().filter(|open| !open.is_announced).map(served).collect();
    // One port can serve over two transports.
    services.dedup();
    // Ports that were announced come last.
    let announced: BTreeSet<ServedName<'a>> = machine.ports.iter().filter(|open| open.is_announced).map(served).collect();
    services.extend(announced);
    ServerMachine { host: NamedHost::new(decided, machine.host), traffic: machine.traffic, services }
}

fn portless<'a>(decided: &'a Decided<'_>) -> (Vec<(Cow<'a, str>, Traffic)>, Traffic) {
    let mut protocols: HashMap<Cow<'a, str>, Traffic> = HashMap::new();
    let mut whole = Traffic::default();
    for (kind, sum) in decided.collected.tally.portless.rows() {
        let name = match kind {
            PortlessKind::Ip(number, _) => crate::service::protocols::ip_protocol(number).into(),
            PortlessKind::Link(protocol) => crate::service::protocols::link_protocol(protocol).0.into(),
            PortlessKind::Others => names::OTHERS.into(),
        };
        whole.merge(sum.traffic);
        protocols.entry(name).or_default().merge(sum.traffic);
    }
    let mut protocols: Vec<(Cow<'a, str>, Traffic)> = protocols.into_iter().collect();
    protocols.sort_unstable_by(|(one, traffic), (other, more)| {
        (Reverse(traffic.wire_bytes), one).cmp(&(Reverse(more.wire_bytes), other))
    });
    (protocols, whole)
}

fn scan<'a>(decided: &'a Decided<'_>, scanner: &Scanner, sum: &ScanSum) -> ScanSummary<'a> {
    ScanSummary {
        scanner: NamedHost::new(decided, scanner.host),
        transport: scanner.transport,
        target: sum.only_host.map(|host| NamedHost::new(decided, host)),
        hosts: sum.hosts.len() as u64,
        ports: sum.ports.len() as u64,
        only_port: sum.ports.first().copied().filter(|_| sum.ports.len() == 1),
        flows: sum.flows(),
        answered: sum.answered,
    }
}

fn refusals<'a>(decided: &'a Decided<'_>, parts: &FlowParts) -> Option<Refusals<'a>> {
    let first = parts.first_refused.and_then(|number| {
        let (flow, verdict) = decided.flow(number);
        let server = verdict.server?;
        let host = |side: Side| {
            let address = flow.key.ip_addr(side);
            NamedHost { address, name: decided.collected.names.get(&address) }
        };
        let port = flow.key.port(server);
        Some((host(server.other()), host(server), port, names::service(&decided.collected.registry, verdict.service)))
    });
    (parts.refused > 0).then_some(Refusals { flows: parts.refused, first })
}

impl CategoryPart<'_> {
    /// Its share of the bytes of the capture.
    pub fn bytes(&self) -> Share {
        self.traffic.wire_bytes()
    }
}

/// The category of a service, for flows that are no longer kept.
fn category_of(decided: &Decided<'_>, service: Service) -> Option<CategoryId> {
    decided.collected.registry.category(service)
}
