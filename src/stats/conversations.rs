//! Conversations: the flows between two machines, in both directions.

use std::collections::HashSet;

use super::budget::KeyBudget;
use super::flows::{FlowSum, FlowSums, merge_by_key, merge_others, place_for};
use super::grouped::{ByAddress, CLOSED_FLOWS, DecidedFlows, GroupedFlows};
use super::sums::{Host, Role, Sum, sent_by};
use crate::decode::{Address, Side};
use crate::flow::Flow;
use crate::service::{Service, Verdict};
use crate::support::parallel;
use crate::time::Span;
use crate::traffic::Traffic;

type Map<K, V> = std::collections::HashMap<K, V, foldhash::fast::RandomState>;

/// Two machines: the one with the lower address, and the other one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Pair {
    /// The machine with the lower address.
    pub lower: Host,
    /// The other machine, or the same one.
    pub higher: Address,
}

impl Pair {
    /// The two machines.
    pub fn hosts(&self) -> [Host; 2] {
        [self.lower, Host { address: self.higher, ..self.lower }]
    }
}

/// The sides of a flow: that of the machine with the lower address, and the other one.
fn sides(flow: &Flow) -> [Side; 2] {
    let [a, b] = flow.key.addresses;
    if a <= b { [Side::A, Side::B] } else { [Side::B, Side::A] }
}

pub(super) fn pair(flow: &Flow) -> Pair {
    let [lower, higher] = sides(flow);
    Pair { lower: Host::from_flow(flow, lower), higher: flow.key.addresses[higher.index()] }
}

/// The flows between two machines. Pairs of values are those of the machine with the lower address and of the other one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConversationSum {
    /// Flows, those without ports included.
    pub flows: u64,
    /// The traffic that each machine sent.
    pub sent: [Traffic; 2],
    /// First and last packet.
    pub span: Span,
    /// The services of all flows with ports.
    pub services: HashSet<Service, foldhash::fast::RandomState>,
    /// The services that each machine serves the other.
    pub serves: [HashSet<Service, foldhash::fast::RandomState>; 2],
    /// True if packets were sent to the machine as to a group.
    pub addressed_as_group: [bool; 2],
}

impl ConversationSum {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) {
        self.flows += 1;
        self.span.merge(flow.span);
        if flow.key.has_ports() {
            room.admit(|| self.services.insert(verdict.service));
        }
        for (index, side) in sides(flow).into_iter().enumerate() {
            self.sent[index].merge(sent_by(flow, side));
            self.addressed_as_group[index] |= flow.group_side() == Some(side);
            if verdict.server == Some(side) && verdict.shows_server() {
                room.admit(|| self.serves[index].insert(verdict.service));
            }
        }
    }

    /// The roles of the two addresses.
    pub fn roles(&self, pair: Pair) -> [Role; 2] {
        let [lower, higher] = pair.hosts();
        let role = |host, index: usize| Role::new(host, self.addressed_as_group[index], self.sent[index].packets > 0);
        [role(lower, 0), role(higher, 1)]
    }

    fn packets(&self) -> u64 {
        self.sent.iter().map(|sent| sent.packets).sum()
    }
}

impl Sum for ConversationSum {
    fn merge(&mut self, other: &ConversationSum) {
        self.flows += other.flows;
        self.span.merge(other.span);
        self.services.extend(&other.services);
        for index in 0..2 {
            self.sent[index].merge(other.sent[index]);
            self.serves[index].extend(&other.serves[index]);
            self.addressed_as_group[index] |= other.addressed_as_group[index];
        }
    }
}

/// Flows by pair of machines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversations {
    /// Each pair.
    pub(crate) each: Map<Pair, ConversationSum>,
    /// The sum of the pairs that there was no room for.
    pub others: Option<ConversationSum>,
}

impl Conversations {
    /// The sum of each pair, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (&Pair, &ConversationSum)> {
        self.each.iter()
    }
}

impl FlowSum for Conversations {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, room: &mut KeyBudget) {
        if !flow.is_overflow() {
            let sum = place_for(pair(flow), &mut self.each, &mut self.others, room, ConversationSum::default);
            sum.add(flow, verdict, room);
        }
    }

    fn merge(&mut self, other: Self) {
        merge_by_key(&mut self.each, other.each);
        merge_others(&mut self.others, other.others);
    }

    fn from_all(sums: &FlowSums) -> &Self {
        &sums.conversations
    }
}

/// The flows of each pair of machines.
pub type ConversationFlows = GroupedFlows<Address>;

impl ConversationFlows {
    /// Groups flows by pair of machines. The pairs with the most packets come first; among equal ones, the lowest addresses.
    pub fn new(decided: DecidedFlows<'_>) -> ConversationFlows {
        let closed = || decided.closed.iter().flat_map(|closed| closed.conversations.each.keys());
        let push = |members: &mut ByAddress<Address>, number: usize| {
            let flow = decided.flows.get(number);
            if !flow.is_overflow() {
                let pair = pair(flow);
                members.push(pair.lower, pair.higher, number as u32);
            }
        };
        let push_closed = |members: &mut ByAddress<Address>| {
            closed().for_each(|pair| members.push(pair.lower, pair.higher, CLOSED_FLOWS));
        };
        let members = ByAddress::collect(decided, push, push_closed);
        let closed_packets =
            |lower: Host, higher: Address| closed_pair(decided, &Pair { lower, higher }).map_or(0, ConversationSum::packets);
        let rows = members.groups_by_packets(decided, closed_packets);
        ConversationFlows::of_rows(members, rows)
    }

    /// The pair of a row and its sum, over the flows that the rows were made for; `None` after the last row.
    pub fn sum(&self, row: usize, decided: DecidedFlows<'_>) -> Option<(Pair, ConversationSum)> {
        let start = self.start(row)?;
        let pair = pair_at(&self.members, start)?;
        let mut sum = closed_pair(decided, &pair).cloned().unwrap_or_default();
        for number in self.members.group(start, decided.flows).filter(|number| *number != CLOSED_FLOWS) {
            sum.add(decided.flows.get(number as usize), &decided.verdicts[number as usize], &mut KeyBudget::unlimited());
        }
        Some((pair, sum))
    }

    /// The number of all flows, and the traffic that the machines with the lower addresses and the others sent.
    pub fn whole(decided: DecidedFlows<'_>) -> (u64, [Traffic; 2]) {
        let (mut flows, mut sent) = (0, [Traffic::default(); 2]);
        let mut add = |more: u64, traffic: [Traffic; 2]| {
            flows += more;
            sent.iter_mut().zip(traffic).for_each(|(mine, theirs)| mine.merge(theirs));
        };
        let parts = parallel::parts(decided.flows.len(), decided.threads, |part| {
            let (mut flows, mut sent) = (0, [Traffic::default(); 2]);
            for flow in part.map(|number| decided.flows.get(number)).filter(|flow| !flow.is_overflow()) {
                flows += 1;
                sent.iter_mut().zip(sides(flow)).for_each(|(sent, side)| sent.merge(sent_by(flow, side)));
            }
            (flows, sent)
        });
        parts.into_iter().for_each(|(flows, sent)| add(flows, sent));
        for sum in decided.closed.iter().flat_map(|closed| closed.conversations.each.values().chain(&closed.conversations.others))
        {
            add(sum.flows, sum.sent);
        }
        (flows, sent)
    }
}

fn pair_at(members: &ByAddress<Address>, position: usize) -> Option<Pair> {
    let (lower, higher, _) = members.at(position)?;
    Some(Pair { lower, higher })
}

fn closed_pair<'a>(decided: DecidedFlows<'a>, pair: &Pair) -> Option<&'a ConversationSum> {
    decided.closed?.conversations.each.get(pair)
}
