//! Machines by their part in the traffic: those that serve, with their open ports, and those that use services. Only those with the
//! most traffic are summed up port by port, because there can be as many as flows.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::grouped::{ByAddress, CLOSED_FLOWS, DecidedFlows, PortSlot, ServerFlows};
use super::sums::{Host, Role, ServerKey, ServerSum, client_side, total};
use crate::flow::Flow;
use crate::service::{Evidence, Reply, Service, Transport, Verdict};
use crate::support::parallel;
use crate::traffic::Traffic;

/// A port at which a machine serves.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenPort {
    /// The transport.
    pub transport: Transport,
    /// The port.
    pub port: u16,
    /// The name of the port.
    pub service: Service,
    /// Packets and bytes of both directions.
    pub traffic: Traffic,
    /// True if the port was announced on a control channel, and serves no one else.
    pub is_announced: bool,
}

/// A machine that serves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServingMachine {
    /// The machine.
    pub host: Host,
    /// Packets and bytes of all its open ports.
    pub traffic: Traffic,
    /// Its open ports, in order.
    pub ports: Vec<OpenPort>,
}

/// The machines that serve.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServingMachines {
    /// Those with the most bytes, in that order; among equal ones, the lowest address first.
    pub first: Vec<ServingMachine>,
    /// The number of all of them. Groups are no machines.
    pub number: usize,
}

/// The part of a flow, or of closed flows, in the sums of an open port.
struct Part {
    traffic: Traffic,
    service: Service,
    is_announced: bool,
    addressed_as_group: bool,
    is_answered: bool,
}

impl Part {
    fn of_flow(flow: &Flow, verdict: &Verdict) -> Part {
        Part {
            traffic: total(flow),
            service: verdict.service,
            is_announced: is_announced(verdict.evidence),
            addressed_as_group: verdict.server.is_some() && flow.group_side() == verdict.server,
            is_answered: verdict.reply == Some(Reply::Answered),
        }
    }

    fn of_closed(sum: &ServerSum) -> Part {
        Part {
            traffic: sum.traffic,
            service: sum.service,
            is_announced: is_announced(sum.evidence),
            addressed_as_group: sum.addressed_as_group,
            is_answered: sum.reply == Some(Reply::Answered),
        }
    }
}

fn is_announced(evidence: Evidence) -> bool {
    matches!(evidence, Evidence::Announced(_))
}

impl ServingMachines {
    /// Finds the machines that serve, and sums up the `most` first ones. Ports that refused everybody or never answered do not count.
    pub fn find(decided: DecidedFlows<'_>, most: usize) -> ServingMachines {
        let servers = ServerFlows::new(decided, false);
        let members = &servers.members;
        let mut machines = members.groups_by(
            |host, _| host,
            decided.threads,
            |start| {
                let (host, ..) = members.at(start)?;
                let (mut bytes, mut addressed_as_group, mut is_answered) = (0, false, false);
                for (_, part) in parts(members, start, decided) {
                    bytes += part.traffic.wire_bytes;
                    addressed_as_group |= part.addressed_as_group;
                    is_answered |= part.is_answered;
                }
                (Role::new(host, addressed_as_group, is_answered) == Role::Machine).then_some((Reverse(bytes), start as u64))
            },
        );
        parallel::sort(&mut machines, decided.threads);
        let first = machines.iter().take(most).filter_map(|(_, start)| machine(members, *start as usize, decided));
        ServingMachines { first: first.collect(), number: machines.len() }
    }
}

/// The flows of the machine at a position, with their ports.
fn parts<'a>(
    members: &'a ByAddress<PortSlot>,
    start: usize,
    decided: DecidedFlows<'a>,
) -> impl Iterator<Item = (ServerKey, Part)> + 'a {
    let of_host = members.at(start).map(|(host, ..)| host);
    let members = (start..).map_while(move |position| members.at(position).filter(|(host, ..)| Some(*host) == of_host));
    members.filter_map(move |(host, slot, number)| {
        let key = slot.key(host)?;
        let part = match number {
            CLOSED_FLOWS => Part::of_closed(decided.closed?.servers.each.get(&key)?),
            number => Part::of_flow(decided.flows.get(number as usize), &decided.verdicts[number as usize]),
        };
        Some((key, part))
    })
}

/// The machine at a position with its open ports.
fn machine(members: &ByAddress<PortSlot>, start: usize, decided: DecidedFlows<'_>) -> Option<ServingMachine> {
    let (host, ..) = members.at(start)?;
    let (mut traffic, mut ports) = (Traffic::default(), BTreeMap::<(u16, Transport), OpenPort>::new());
    for (ServerKey { transport, port, .. }, part) in parts(members, start, decided) {
        traffic.merge(part.traffic);
        let Part { service, is_announced, .. } = part;
        let new = OpenPort { transport, port, service, traffic: Traffic::default(), is_announced };
        let open = ports.entry((port, transport)).or_insert(new);
        open.traffic.merge(part.traffic);
        open.is_announced &= is_announced;
    }
    Some(ServingMachine { host, traffic, ports: ports.into_values().collect() })
}

/// The machines that use services: the clients of flows whose server is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClientMachines {
    /// Those with the most bytes as clients, in that order; among equal ones, the lowest address first.
    pub first: Vec<(Host, u64)>,
    /// The number of all of them.
    pub number: usize,
}

impl ClientMachines {
    /// Finds the machines that use services, and lists the `most` first ones. Of closed flows, only machines that serve nobody count.
    pub fn find(decided: DecidedFlows<'_>, most: usize) -> ClientMachines {
        let push = |members: &mut ByAddress<()>, number: usize| {
            let (flow, verdict) = (decided.flows.get(number), &decided.verdicts[number]);
            if verdict.server.is_some() && flow.key.has_ports() && !flow.is_overflow() {
                members.push(Host::from_flow(flow, client_side(flow, verdict)), (), number as u32);
            }
        };
        let closed = decided.closed.map(|closed| &closed.hosts.each);
        let push_closed = |members: &mut ByAddress<()>| {
            let clients = closed.into_iter().flatten().filter(|(_, sum)| !sum.uses.is_empty() && sum.serves.is_empty());
            clients.for_each(|(host, _)| members.push(*host, (), CLOSED_FLOWS));
        };
        let members = ByAddress::collect(decided, push, push_closed);
        let mut machines = members.groups(decided.threads, |start| {
            let (host, ..) = members.at(start)?;
            let bytes = |number: u32| match number {
                CLOSED_FLOWS => {
                    let sum = closed.and_then(|closed| closed.get(&host));
                    sum.map_or(0, |sum| sum.sent.wire_bytes + sum.received.wire_bytes)
                }
                number => total(decided.flows.get(number as usize)).wire_bytes,
            };
            let is_machine = Role::new(host, false, true) == Role::Machine;
            is_machine.then(|| (Reverse(members.group(start, decided.flows).map(bytes).sum::<u64>()), start as u64))
        });
        parallel::sort(&mut machines, decided.threads);
        let first = machines.iter().take(most).filter_map(|(bytes, start)| Some((members.at(*start as usize)?.0, bytes.0)));
        ClientMachines { first: first.collect(), number: machines.len() }
    }
}
