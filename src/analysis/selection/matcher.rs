//! The test whether a flow is selected.

use std::collections::HashSet;
use std::net::IpAddr;

use foldhash::fast::RandomState;
use ipnet::IpNet;

use super::{Criterion, OutcomeWord, PORTLESS, PortSpan, Selection, WantedHost};
use crate::analysis::Decided;
use crate::decode::{Encapsulation, EncapsulationId, Side};
use crate::flow::{Flow, Outcome};
use crate::inspect::HostNames;
use crate::service::{CategoryId, Confidence, Reply, Transport, Verdict};
use crate::stats::FlowlessPackets;
use crate::stats::flows::Outcomes;

/// A selection whose names are resolved by one capture.
pub struct Matcher<'d> {
    decided: &'d Decided<'d>,
    /// The tests, and whether they must fail.
    tests: Vec<(Test<'d>, bool)>,
    /// The names that no address has.
    pub unknown_names: Vec<String>,
}

enum Test<'s> {
    Services(&'s [String]),
    /// `None` stands for traffic without ports.
    Categories(Vec<Option<CategoryId>>),
    Servers(Vec<(Machines, Option<u16>)>),
    Clients(Machines),
    Hosts(Machines),
    Ports(&'s [PortSpan]),
    Transports(&'s [u8]),
    Outcomes(&'s [OutcomeWord]),
    Confidences(&'s [Confidence]),
    Vlans(&'s [u16]),
}

impl<'d> Matcher<'d> {
    /// Resolves the names of `selection` by those in the capture.
    pub fn new(selection: &'d Selection, decided: &'d Decided<'d>) -> Matcher<'d> {
        let mut unknown_names = Vec::new();
        let mut machines = |machines: &mut dyn Iterator<Item = &WantedHost>| {
            Machines::new(machines, &decided.collected.names, &mut unknown_names)
        };
        let registry = &decided.collected.registry;
        let tests = selection.terms.iter().map(|term| {
            let test = match &term.criterion {
                Criterion::Services(services) => Test::Services(services),
                Criterion::Categories(names) => {
                    let category = |name: &String| match registry.category_named(name) {
                        None if name == PORTLESS => Some(None),
                        known => known.map(Some),
                    };
                    Test::Categories(names.iter().filter_map(category).collect())
                }
                Criterion::Servers(servers) => {
                    let ends = servers.iter().map(|end| (machines(&mut std::iter::once(&end.machine)), end.port));
                    Test::Servers(ends.collect())
                }
                Criterion::Clients(clients) => Test::Clients(machines(&mut clients.iter())),
                Criterion::Hosts(hosts) => Test::Hosts(machines(&mut hosts.iter())),
                Criterion::Ports(ports) => Test::Ports(ports),
                Criterion::Transports(transports) => Test::Transports(transports),
                Criterion::Outcomes(outcomes) => Test::Outcomes(outcomes),
                Criterion::Confidences(confidences) => Test::Confidences(confidences),
                Criterion::Vlans(vlans) => Test::Vlans(vlans),
            };
            (test, term.is_excluded)
        });
        let tests = tests.collect();
        Matcher { decided, tests, unknown_names }
    }

    /// True if flow `number` is selected.
    pub fn matches(&self, number: usize) -> bool {
        let (flow, verdict) = self.decided.flow(number);
        self.tests.iter().all(|(test, is_excluded)| test.is_met(self.decided, flow, verdict) != *is_excluded)
    }

    /// The packets that belong to no flow and are selected: they meet no criterion, but packets that are not IP are traffic
    /// without ports.
    pub fn flowless(&self) -> FlowlessPackets {
        let are_portless = |test: &Test<'_>| matches!(test, Test::Categories(categories) if categories.contains(&None));
        FlowlessPackets {
            non_ip: self.tests.iter().all(|(test, is_excluded)| are_portless(test) != *is_excluded),
            undecoded: self.tests.iter().all(|(_, is_excluded)| *is_excluded),
        }
    }
}

impl Test<'_> {
    fn is_met(&self, decided: &Decided<'_>, flow: &Flow, verdict: &Verdict) -> bool {
        let registry = &decided.collected.registry;
        // Without ports nobody serves, as in the table of servers.
        let server = verdict.server.filter(|_| flow.key.has_ports() && !flow.is_overflow());
        match self {
            Test::Services(services) => {
                let name = registry.name(verdict.service);
                services.iter().any(|service| service == name) && !decided.is_closed_to_scan(flow, verdict)
            }
            Test::Categories(categories) => categories.contains(&decided.scans.category_of(flow, verdict, registry)),
            Test::Servers(ends) => server.is_some_and(|server| {
                let (address, port) = (flow.key.ip_addr(server), flow.key.port(server));
                let is_at = |wanted: &Option<u16>| wanted.is_none_or(|wanted| wanted == port);
                ends.iter().any(|(machines, wanted)| is_at(wanted) && machines.contain(address))
            }),
            Test::Clients(machines) => server.is_some_and(|server| machines.contain(flow.key.ip_addr(server.other()))),
            Test::Hosts(machines) => {
                !flow.is_overflow() && [Side::A, Side::B].into_iter().any(|side| machines.contain(flow.key.ip_addr(side)))
            }
            Test::Ports(ports) => server.is_some_and(|server| ports.iter().any(|span| span.contains(flow.key.port(server)))),
            Test::Transports(transports) => transports.contains(&flow.key.protocol),
            Test::Outcomes(words) => {
                let outcome =
                    Transport::from_protocol(flow.key.protocol).and_then(|transport| Outcomes::of(flow, verdict, transport));
                words.iter().any(|word| is_outcome(*word, verdict.reply, outcome))
            }
            Test::Confidences(confidences) => flow.key.has_ports() && confidences.contains(&verdict.confidence),
            Test::Vlans(vlans) => has_vlan(decided, flow, vlans),
        }
    }
}

fn is_outcome(word: OutcomeWord, reply: Option<Reply>, outcome: Option<Outcome>) -> bool {
    match word {
        OutcomeWord::Answered => reply == Some(Reply::Answered),
        OutcomeWord::OneWay => reply == Some(Reply::OneWay),
        OutcomeWord::Silent => reply == Some(Reply::Silent),
        OutcomeWord::Refused => reply == Some(Reply::Refused) || outcome == Some(Outcome::Refused),
        OutcomeWord::Attempted => outcome == Some(Outcome::Attempted),
        OutcomeWord::Established => outcome == Some(Outcome::Established),
        OutcomeWord::Reset => outcome == Some(Outcome::Reset),
        OutcomeWord::Midstream => outcome == Some(Outcome::Midstream),
    }
}

fn has_vlan(decided: &Decided<'_>, flow: &Flow, vlans: &[u16]) -> bool {
    // Nearly all flows have no encapsulation.
    if flow.key.encapsulation == EncapsulationId::NONE && flow.other_encapsulation().is_none() {
        return false;
    }
    let is_wanted = |step: Encapsulation| matches!(step, Encapsulation::Vlan(id) if vlans.contains(&id));
    decided.collected.stacks(flow).iter().any(|stack| stack.steps().any(is_wanted))
}

/// Addresses and networks.
#[derive(Default)]
struct Machines {
    addresses: HashSet<IpAddr, RandomState>,
    networks: Vec<IpNet>,
}

impl Machines {
    fn new(machines: &mut dyn Iterator<Item = &WantedHost>, names: &HostNames, unknown: &mut Vec<String>) -> Machines {
        let mut all = Machines::default();
        for machine in machines {
            match machine {
                WantedHost::Address(address) => drop(all.addresses.insert(*address)),
                WantedHost::Network(network) => all.networks.push(*network),
                WantedHost::Name(name) => {
                    let addresses = names.addresses_of(name);
                    if addresses.is_empty() && !unknown.contains(name) {
                        unknown.push(name.clone());
                    }
                    all.addresses.extend(addresses);
                }
            }
        }
        all
    }

    fn contain(&self, address: IpAddr) -> bool {
        self.addresses.contains(&address) || self.networks.iter().any(|network| network.contains(&address))
    }
}
