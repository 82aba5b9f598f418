//! The flows of each machine and of each server: the flows from which a row is summed up when it is shown. The sums of all rows
//! at once would take several times the memory of the flows.
//!
//! Each flow is in one list for every machine or server that it has. The list is sorted by address, so that the flows of one
//! machine or server are adjacent.

use std::cmp::Reverse;
use std::ops::Range;

use super::budget::KeyBudget;
use super::flows::FlowSums;
use super::sums::{Host, HostSum, ServerKey, ServerSum, total};
use crate::decode::{Address, IpVersion, Side};
use crate::flow::Flows;
use crate::service::{Transport, Verdict};
use crate::support::chunked_vec::ChunkedVec;
use crate::support::parallel;
use crate::support::prefetch::prefetch;
use crate::traffic::Traffic;

/// Stands for the closed flows, of which sums are kept, in the place of a flow's number. Flows' numbers are lower.
pub(super) const CLOSED_FLOWS: u32 = u32::MAX;
/// The distance, in flows, at which memory is prefetched.
const AHEAD: usize = 16;

/// Decided flows, and the sums of the closed ones, which are no longer kept.
#[derive(Clone, Copy, Debug)]
pub struct DecidedFlows<'a> {
    /// The flows, fewer than 2^32 - 1.
    pub flows: &'a Flows,
    /// Their verdicts, in the same order.
    pub verdicts: &'a ChunkedVec<Verdict>,
    /// The sums of the closed flows.
    pub closed: Option<&'a FlowSums>,
    /// Threads that share the work.
    pub threads: usize,
}

/// A flow of a machine (`A`: its address), or of a `place` on that machine. Members are sorted by these, then by the flows'
/// numbers.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member<A, P> {
    address: A,
    place: P,
    flow: u32,
}

/// The flows of all places of one kind, by address. An IPv4 address takes four bytes: a number with the order of the addresses.
pub(super) struct ByAddress<P> {
    v4: Vec<Member<u32, P>>,
    v6: Vec<Member<Address, P>>,
}

impl<P> Default for ByAddress<P> {
    fn default() -> ByAddress<P> {
        ByAddress { v4: Vec::new(), v6: Vec::new() }
    }
}

impl<P: Copy + Ord + Send + Sync> ByAddress<P> {
    /// Collects the members that `push` adds for each flow's number, and then those that `last` adds, sorted.
    pub(super) fn collect(
        decided: DecidedFlows<'_>,
        push: impl Fn(&mut Self, usize) + Sync,
        last: impl FnOnce(&mut Self),
    ) -> Self {
        let parts = parallel::parts(decided.flows.len(), decided.threads, |part| {
            let mut members = ByAddress::default();
            part.for_each(|number| push(&mut members, number));
            members
        });
        let (v4, v6) = parts.into_iter().map(|part| (part.v4, part.v6)).unzip();
        let mut all = ByAddress { v4: parallel::joined(v4), v6: parallel::joined(v6) };
        last(&mut all);
        parallel::sort(&mut all.v4, decided.threads);
        parallel::sort(&mut all.v6, decided.threads);
        all
    }

    pub(super) fn push(&mut self, host: Host, place: P, flow: u32) {
        match host.version {
            IpVersion::V4 => self.v4.push(Member { address: host.address.v4_number().swap_bytes(), place, flow }),
            IpVersion::V6 => self.v6.push(Member { address: host.address, place, flow }),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// The member at a position: members with IPv4 addresses come first.
    #[inline]
    pub(super) fn at(&self, position: usize) -> Option<(Host, P, u32)> {
        if let Some(Member { address, place, flow }) = self.v4.get(position) {
            return Some((Host { version: IpVersion::V4, address: Address::v4(address.to_be_bytes()) }, *place, *flow));
        }
        let Member { address, place, flow } = self.v6.get(position - self.v4.len())?;
        Some((Host { version: IpVersion::V6, address: *address }, *place, *flow))
    }

    /// The flows of the group that begins at a position, in their order. The flows after the current one are prefetched
    /// meanwhile.
    pub(super) fn group<'a>(&'a self, start: usize, flows: &'a Flows) -> impl Iterator<Item = u32> + 'a {
        let key = self.at(start).map(|(host, place, _)| (host, place));
        (start..).map_while(move |position| {
            let (host, place, flow) = self.at(position)?;
            if let Some((_, _, flow)) = self.at(position + AHEAD).filter(|(.., flow)| *flow != CLOSED_FLOWS) {
                let flow = flows.get(flow as usize);
                // One field in each of the flow's cache lines.
                prefetch(&flow.key);
                prefetch(&flow.payload_bytes);
            }
            (Some((host, place)) == key).then_some(flow)
        })
    }

    /// The positions where the groups begin: the groups with the most packets come first; among equal ones, in the order of the groups.
    /// `closed_packets` gives the packets of a group's closed flows.
    pub(super) fn groups_by_packets(
        &self,
        decided: DecidedFlows<'_>,
        closed_packets: impl Fn(Host, P) -> u64 + Sync,
    ) -> Vec<u64> {
        let packets = |start: usize| {
            let (host, place, _) = self.at(start)?;
            let packets = |flow: u32| match flow {
                CLOSED_FLOWS => closed_packets(host, place),
                flow => total(decided.flows.get(flow as usize)).packets,
            };
            Some((Reverse(self.group(start, decided.flows).map(packets).sum::<u64>()), start as u64))
        };
        let mut rows = self.groups(decided.threads, packets);
        parallel::sort(&mut rows, decided.threads);
        rows.into_iter().map(|(_, start)| start).collect()
    }

    /// The results of `look` for the positions where groups begin, in the order of the groups.
    pub(super) fn groups<T: Send>(&self, threads: usize, look: impl Fn(usize) -> Option<T> + Sync) -> Vec<T> {
        let key_at = |position| self.at(position).map(|(host, place, _)| (host, place));
        let begins = |position: &usize| *position == 0 || key_at(*position) != key_at(position - 1);
        let of_part = |part: Range<usize>| part.filter(begins).filter_map(&look).collect();
        parallel::joined(parallel::parts(self.len(), threads, of_part))
    }
}

/// Flows in groups, one for each row of a table: those of a machine, or of a `place` on a machine.
pub struct GroupedFlows<P> {
    pub(super) members: ByAddress<P>,
    /// By row: the position where the flows of the group begin.
    rows: Vec<u64>,
}

impl<P: Copy + Ord + Send + Sync> GroupedFlows<P> {
    /// Groups whose flows begin at these positions.
    pub(super) fn of_rows(members: ByAddress<P>, rows: Vec<u64>) -> GroupedFlows<P> {
        GroupedFlows { members, rows }
    }

    /// The number of groups.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True if there are no groups.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The number of flows of all groups together.
    pub fn members(&self) -> usize {
        self.members.len()
    }

    /// The position where the flows of a row begin; `None` after the last row.
    pub(super) fn start(&self, row: usize) -> Option<usize> {
        self.rows.get(row).map(|start| *start as usize)
    }
}

/// The flows of each machine.
pub type HostFlows = GroupedFlows<()>;

impl HostFlows {
    /// Groups flows by machine. The machines with the most packets come first; among equal ones, the lowest address.
    pub fn new(decided: DecidedFlows<'_>) -> HostFlows {
        let closed = || decided.closed.iter().flat_map(|closed| &closed.hosts.each);
        let push = |members: &mut ByAddress<()>, number: usize| {
            let flow = decided.flows.get(number);
            if !flow.is_overflow() {
                [Side::A, Side::B].into_iter().for_each(|side| members.push(Host::from_flow(flow, side), (), number as u32));
            }
        };
        let push_closed = |members: &mut ByAddress<()>| closed().for_each(|(host, _)| members.push(*host, (), CLOSED_FLOWS));
        let members = ByAddress::collect(decided, push, push_closed);
        let closed_packets = |host: Host, ()| closed_host(decided, &host).map_or(0, HostSum::packets);
        let rows = members.groups_by_packets(decided, closed_packets);
        HostFlows::of_rows(members, rows)
    }

    /// The machine of a row and its sum, over the flows that the rows were made for; `None` after the last row.
    pub fn sum(&self, row: usize, decided: DecidedFlows<'_>) -> Option<(Host, HostSum)> {
        let start = self.start(row)?;
        let (host, ..) = self.members.at(start)?;
        let mut sum = closed_host(decided, &host).cloned().unwrap_or_default();
        let mut latest = CLOSED_FLOWS;
        for number in self.members.group(start, decided.flows).filter(|number| *number != CLOSED_FLOWS) {
            let flow = decided.flows.get(number as usize);
            // A flow from a machine to itself is in its list twice: once for each side.
            let is_first = Host::from_flow(flow, Side::A) == host && latest != number;
            let side = if is_first { Side::A } else { Side::B };
            sum.add(flow, &decided.verdicts[number as usize], side, &mut KeyBudget::unlimited());
            latest = number;
        }
        Some((host, sum))
    }

    /// The traffic that all machines sent, and the traffic that they received.
    pub fn whole(decided: DecidedFlows<'_>) -> [Traffic; 2] {
        let mut whole = Traffic::default();
        let parts = parallel::parts(decided.flows.len(), decided.threads, |part| {
            let mut traffic = Traffic::default();
            let flows = part.map(|number| decided.flows.get(number)).filter(|flow| !flow.is_overflow());
            flows.for_each(|flow| traffic.merge(total(flow)));
            traffic
        });
        parts.into_iter().for_each(|part| whole.merge(part));
        // Traffic that one side sends is received by the other.
        let (mut sent, mut received) = (whole, whole);
        for sum in decided.closed.iter().flat_map(|closed| closed.hosts.each.values().chain(&closed.hosts.others)) {
            sent.merge(sum.sent);
            received.merge(sum.received);
        }
        [sent, received]
    }
}

fn closed_host<'a>(decided: DecidedFlows<'a>, host: &Host) -> Option<&'a HostSum> {
    decided.closed?.hosts.each.get(host)
}

/// A port of a machine, in the order of ports, then transports; and a bit that marks flows that show no server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct PortSlot(u32);

impl PortSlot {
    /// The bit of a flow that does not show a server. It sorts after those that do.
    const CLOSED: u32 = 1;

    fn new(key: &ServerKey, shows_server: bool) -> PortSlot {
        let closed = if shows_server { 0 } else { PortSlot::CLOSED };
        PortSlot(u32::from(key.port) << 16 | (key.transport as u32) << 1 | closed)
    }

    fn is_closed(self) -> bool {
        self.0 & PortSlot::CLOSED != 0
    }

    fn opened(self) -> PortSlot {
        PortSlot(self.0 & !PortSlot::CLOSED)
    }

    fn key(self, host: Host) -> Option<ServerKey> {
        let transport = *Transport::ALL.get((self.0 >> 1) as usize & 0x7fff)?;
        Some(ServerKey { host, transport, port: (self.0 >> 16) as u16 })
    }
}

/// The flows of each server.
pub type ServerFlows = GroupedFlows<PortSlot>;

impl ServerFlows {
    /// Groups flows by server: by address, then port, then transport. Servers that show themselves in no flow are omitted, unless
    /// `closed_ports` are wanted.
    pub fn new(decided: DecidedFlows<'_>, closed_ports: bool) -> ServerFlows {
        let push = |members: &mut ByAddress<PortSlot>, number: usize| {
            let (flow, verdict) = (decided.flows.get(number), &decided.verdicts[number]);
            if let Some(key) = ServerKey::from_flow(flow, verdict) {
                members.push(key.host, PortSlot::new(&key, closed_ports || verdict.shows_server()), number as u32);
            }
        };
        let push_closed = |members: &mut ByAddress<PortSlot>| {
            for (key, sum) in decided.closed.iter().flat_map(|closed| &closed.servers.each) {
                members.push(key.host, PortSlot::new(key, closed_ports || sum.shows_server), CLOSED_FLOWS);
            }
        };
        let mut members = ByAddress::collect(decided, push, push_closed);
        keep_open(&mut members.v4);
        keep_open(&mut members.v6);
        let rows = members.groups(decided.threads, |start| Some(start as u64));
        ServerFlows::of_rows(members, rows)
    }

    /// The server of a row and its sum, over the flows that the rows were made for; `None` after the last row.
    pub fn sum(&self, row: usize, decided: DecidedFlows<'_>) -> Option<(ServerKey, ServerSum)> {
        let start = self.start(row)?;
        let (host, door, _) = self.members.at(start)?;
        let key = door.key(host)?;
        let mut sum = decided.closed.and_then(|closed| closed.servers.each.get(&key)).cloned();
        for number in self.members.group(start, decided.flows).filter(|number| *number != CLOSED_FLOWS) {
            let (flow, verdict) = (decided.flows.get(number as usize), &decided.verdicts[number as usize]);
            if let Some(server) = verdict.server {
                let client = Host::from_flow(flow, server.other());
                sum.get_or_insert_with(|| ServerSum::new(verdict)).add(flow, verdict, client, &mut KeyBudget::unlimited());
            }
        }
        Some((key, sum?))
    }

    /// The number of flows of all servers, and their traffic.
    pub fn whole(&self, decided: DecidedFlows<'_>) -> (u64, Traffic) {
        let closed = decided.closed.map(|closed| &closed.servers);
        let parts = parallel::parts(self.members.len(), decided.threads, |part| {
            let (mut flows, mut traffic) = (0, Traffic::default());
            for (host, door, number) in part.filter_map(|position| self.members.at(position)) {
                let sum = || door.key(host).and_then(|key| closed?.each.get(&key));
                match number {
                    CLOSED_FLOWS => sum().into_iter().for_each(|sum| add(&mut flows, &mut traffic, sum)),
                    number => {
                        flows += 1;
                        traffic.merge(total(decided.flows.get(number as usize)));
                    }
                }
            }
            (flows, traffic)
        });
        let (mut flows, mut traffic) = (0, Traffic::default());
        closed.and_then(|closed| closed.others.as_ref()).into_iter().for_each(|sum| add(&mut flows, &mut traffic, sum));
        for (of_part, traffic_of_part) in parts {
            flows += of_part;
            traffic.merge(traffic_of_part);
        }
        (flows, traffic)
    }
}

fn add(flows: &mut u64, traffic: &mut Traffic, sum: &ServerSum) {
    *flows += sum.flows;
    traffic.merge(sum.traffic);
}

/// Removes the flows of ports that are closed in every flow, and puts the remaining flows into their order.
fn keep_open<A: Copy + Ord>(members: &mut Vec<Member<A, PortSlot>>) {
    let mut kept = 0;
    let mut start = 0;
    while start < members.len() {
        let Member { address, place, .. } = members[start];
        let is_of_group = |member: &Member<A, PortSlot>| (member.address, member.place.opened()) == (address, place.opened());
        let len = members[start..].iter().take_while(|member| is_of_group(member)).count();
        if !place.is_closed() {
            members.copy_within(start..start + len, kept);
            let group = &mut members[kept..kept + len];
            if group[len - 1].place.is_closed() {
                group.iter_mut().for_each(|member| member.place = place);
                group.sort_unstable();
            }
            kept += len;
        }
        start += len;
    }
    members.truncate(kept);
    members.shrink_to_fit();
}
