//! Connections whose two directions came in different encapsulations: mirror ports that tag each direction with a VLAN of its
//! own, overlay networks with one identifier for each direction, a tag on one direction only. Such a connection looks like two
//! flows, each with the direction that the other lacks.
//!
//! Halves are joined at the end, because only then is it known which flows have one direction only. Two whole connections between
//! equal endpoints in two encapsulations stay two: the addresses mean different machines there.

use std::collections::HashMap;
use std::ops::Range;

use super::flows::{Flows, RareCounters};
use super::numbers::FlowIndex;
use super::record::{Flow, REUSE_AFTER};
use crate::decode::{EncapsulationId, FlowKey, Observation, Side};
use crate::support::chunked_vec::ChunkedVec;
use crate::support::parallel;

type Map<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// The most halves between the same endpoints that are compared with one: enough for ports that are used again and again, and a
/// bound on the work that traffic can cause.
const MAX_COMPARED: usize = 64;

/// Flows after halves were joined, and the mapping from the earlier flows to these.
#[derive(Debug)]
pub struct Joined {
    /// The joined flows.
    pub flows: Flows,
    /// The numbers of the joined flows.
    pub numbers: JoinedNumbers,
}

/// The numbers of flows after halves were joined.
#[derive(Debug)]
pub struct JoinedNumbers(Vec<FlowIndex>);

/// Encapsulations that are two directions of one network. Each is mapped to the one that its flows have after joining.
#[derive(Clone, Debug, Default)]
pub struct Networks(Map<EncapsulationId, EncapsulationId>);

impl Networks {
    /// The encapsulation that stands for the network of `encapsulation`: nearly always `encapsulation` itself.
    #[inline]
    pub fn of(&self, encapsulation: EncapsulationId) -> EncapsulationId {
        if self.0.is_empty() { encapsulation } else { self.root(encapsulation) }
    }

    /// The key with the encapsulation of its network.
    pub fn key(&self, key: FlowKey) -> FlowKey {
        FlowKey { encapsulation: self.of(key.encapsulation), ..key }
    }

    fn root(&self, mut encapsulation: EncapsulationId) -> EncapsulationId {
        while let Some(&next) = self.0.get(&encapsulation) {
            encapsulation = next;
        }
        encapsulation
    }

    fn unite(&mut self, one: EncapsulationId, other: EncapsulationId) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            self.0.insert(one.max(other), one.min(other));
        }
    }
}

/// Joins halves, and assigns ICMP errors, which come back in the other encapsulation, to the half that their original
/// datagram belongs to. `None` if there is nothing to do.
pub fn join(flows: &Flows, threads: usize) -> Option<Joined> {
    let halves = Halves::new(flows, threads);
    let (pairs, originals) = (halves.pairs(flows), halves.icmp_originals(flows));
    if pairs.is_empty() && originals.is_empty() {
        return None;
    }
    let mut networks = Networks::default();
    pairs
        .iter()
        .for_each(|(kept, absorbed)| networks.unite(flows.get(*kept).key.encapsulation, flows.get(*absorbed).key.encapsulation));
    let (later, halves): (Map<usize, usize>, Map<usize, usize>) =
        (pairs.iter().copied().collect(), pairs.iter().map(|(kept, absorbed)| (*absorbed, *kept)).collect());
    let mut numbers: Vec<FlowIndex> = Vec::with_capacity(flows.len());
    let mut joined = ChunkedVec::default();
    for (number, flow) in flows.iter().enumerate() {
        // The half that is kept has the lower number.
        if let Some(kept) = halves.get(&number) {
            numbers.push(numbers[*kept]);
            continue;
        }
        numbers.push(FlowIndex::new(joined.len()));
        joined.push(match later.get(&number) {
            Some(other) => flow.joined_with(flows.get(*other)),
            None => flow.clone(),
        });
    }
    let mut rare: HashMap<usize, RareCounters> = HashMap::new();
    for (number, original) in originals {
        let number = numbers[number].place();
        joined.get_mut(number).add_icmp_error(original);
        rare.entry(number).or_default().icmp_errors += 1;
    }
    for (number, counts) in flows.all_rare() {
        rare.entry(numbers[number].place()).or_default().merge(counts);
    }
    let kept = (0..flows.len()).filter(|number| !halves.contains_key(number));
    let together = flows.rearranged(joined, rare, networks, kept);
    Some(Joined { flows: together, numbers: JoinedNumbers(numbers) })
}

impl JoinedNumbers {
    /// The present number of the flow that had the number `before`. The two halves of one flow have the same.
    pub fn now(&self, before: FlowIndex) -> FlowIndex {
        self.0[before.place()]
    }

    /// Expands values by the present numbers to values by the earlier numbers.
    pub fn spread<T: Copy>(&self, now: &[T]) -> Vec<T> {
        self.0.iter().map(|number| now[number.place()]).collect()
    }

    /// Combines flags by the earlier numbers to flags by the present numbers: true where all halves of the flow had true.
    pub fn gathered(&self, before: &[bool]) -> Vec<bool> {
        let mut now = Vec::new();
        for (number, holds) in self.0.iter().zip(before) {
            match now.get_mut(number.place()) {
                Some(other) => *other &= *holds,
                // Joined flows are numbered in the order of their first halves.
                None => now.push(*holds),
            }
        }
        now
    }
}

/// The flows that have one direction only.
struct Halves {
    /// The numbers of these flows, in order.
    numbers: Vec<usize>,
    /// The numbers of those between the same endpoints, in order.
    between: Map<FlowKey, Vec<usize>>,
}

impl Halves {
    fn new(flows: &Flows, threads: usize) -> Halves {
        let halves_of = |part: Range<usize>| part.filter(|number| is_half(flows.get(*number))).collect();
        let mut numbers = parallel::joined(parallel::parts(flows.len(), threads, halves_of));
        let mut encapsulations = numbers.iter().map(|number| flows.get(*number).key.encapsulation);
        let first = encapsulations.next();
        if flows.icmp_originals().is_empty() && encapsulations.all(|encapsulation| Some(encapsulation) == first) {
            // No flow has its other half elsewhere; a scan in one network can have millions of halves.
            numbers.clear();
        }
        let mut between: Map<FlowKey, Vec<usize>> = Map::default();
        for &number in &numbers {
            between.entry(endpoints(flows.get(number).key)).or_default().push(number);
        }
        Halves { numbers, between }
    }

    /// The numbers of flows that are two halves of one, the earlier first, in the order of the earlier ones.
    fn pairs(&self, flows: &Flows) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        let mut taken = vec![false; self.numbers.len()];
        for (place, &number) in self.numbers.iter().enumerate() {
            if taken[place] {
                continue;
            }
            let others = &self.between[&endpoints(flows.get(number).key)];
            let later = others.partition_point(|other| *other <= number);
            let fitting = others[later..].iter().take(MAX_COMPARED).find_map(|&other| {
                let place = self.numbers.binary_search(&other).ok().filter(|place| !taken[*place])?;
                flows.get(number).is_other_half(flows.get(other)).then_some((other, place))
            });
            if let Some((other, place)) = fitting {
                taken[place] = true;
                pairs.push((number, other));
            }
        }
        pairs
    }

    /// The original datagrams that found no flow in their own encapsulation, each with the half that it belongs to: the latest
    /// that had begun by then.
    fn icmp_originals<'f>(&self, flows: &'f Flows) -> Vec<(usize, &'f Observation)> {
        let half_of = |original: &'f Observation| {
            let between = self.between.get(&endpoints(original.key))?;
            let begun = between.partition_point(|number| flows.get(*number).span.first <= original.time);
            let fits = |number: &&usize| {
                let flow = flows.get(**number);
                flow.key.encapsulation != original.key.encapsulation && flow.sender() == original.side
            };
            between[..begun].iter().rev().take(MAX_COMPARED).find(fits).map(|number| (*number, original))
        };
        flows.icmp_originals().iter().filter_map(half_of).collect()
    }
}

/// True if a flow has one direction only, so that the other one may have come in another encapsulation.
fn is_half(flow: &Flow) -> bool {
    !flow.is_two_way() && !flow.is_overflow() && flow.group_side().is_none()
}

/// The key without its encapsulation.
fn endpoints(key: FlowKey) -> FlowKey {
    FlowKey { encapsulation: EncapsulationId::NONE, ..key }
}

impl Flow {
    /// The side that sent all packets of the flow.
    fn sender(&self) -> Side {
        if self.packets[0] > 0 { Side::A } else { Side::B }
    }

    /// True if this flow and another one between the same endpoints hold one direction of one connection each: the numbers
    /// of the two fit as far as they are known, and neither was silent for long when the other began.
    fn is_other_half(&self, other: &Flow) -> bool {
        self.key.encapsulation != other.key.encapsulation
            && self.sender() != other.sender()
            && other.silence_before(self.span.first) <= REUSE_AFTER
            && self.silence_before(other.span.first) <= REUSE_AFTER
            && self.numbers_fit(other)
    }
}
