//! The flows of a capture, and access to each: its record, the counts that few flows have, and its identifier.

use std::collections::HashMap;

use super::halves::{self, Joined, Networks};
use super::numbers::{FlowId, FlowIndex};
use super::record::Flow;
use crate::decode::Observation;
use crate::support::chunked_vec::{ChunkedVec, PreallocatedChunk};

/// Counts that few flows have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RareCounters {
    /// Packets that were fragments.
    pub fragments: u64,
    /// ICMP errors about packets of the flow.
    pub icmp_errors: u64,
}

impl RareCounters {
    /// Adds the counts of another part of the flow.
    pub fn merge(&mut self, other: RareCounters) {
        self.fragments += other.fragments;
        self.icmp_errors += other.icmp_errors;
    }
}

/// The most original datagrams of unknown flows that are kept; each takes some 120 bytes.
const MAX_ICMP_ORIGINALS: usize = 1 << 14;

/// Memory for more flows.
pub type SpareFlows = PreallocatedChunk<Flow>;

/// Makes memory for more flows, on any thread.
pub fn make_spare() -> SpareFlows {
    PreallocatedChunk::made(|| Flow::overflow(0))
}

/// The flows' numbers over the whole capture, expired flows counted among them.
#[derive(Clone, Debug, Default)]
struct Ids {
    /// The identifiers of the first flows, which were there when flows were last removed.
    first: Vec<FlowId>,
    /// The number of flows that had begun by then.
    following: u64,
}

impl Ids {
    fn id(&self, place: usize) -> FlowId {
        match self.first.get(place) {
            Some(id) => *id,
            None => FlowId(self.following + (place - self.first.len()) as u64 + 1),
        }
    }
}

/// The flows of a capture, in the order of their first packets.
#[derive(Clone, Debug, Default)]
pub struct Flows {
    flows: ChunkedVec<Flow>,
    rare: HashMap<usize, RareCounters>,
    ids: Ids,
    /// Original datagrams in ICMP errors whose flows are not known in the encapsulation of the error.
    icmp_originals: Vec<Observation>,
    networks: Networks,
}

impl Flows {
    /// A copy, made by at most `threads` threads.
    pub fn copied(&self, threads: usize) -> Flows {
        Flows {
            flows: self.flows.copied(threads),
            rare: self.rare.clone(),
            ids: self.ids.clone(),
            icmp_originals: self.icmp_originals.clone(),
            networks: self.networks.clone(),
        }
    }

    /// The number of flows.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// True if there are no flows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The flow with the number `number`, counted from 0.
    #[inline]
    pub fn get(&self, number: usize) -> &Flow {
        self.flows.get(number)
    }

    /// All flows, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Flow> {
        self.flows.iter()
    }

    /// The identifier of the flow with the number `number`. Unless flows have expired, it is `number` + 1.
    pub fn id(&self, number: usize) -> FlowId {
        self.ids.id(number)
    }

    /// The number of flows that have begun, expired ones included.
    fn begun(&self) -> u64 {
        self.ids.following + (self.len() - self.ids.first.len()) as u64
    }

    /// The largest number of items that any part of the collection has memory for.
    #[cfg(test)]
    pub(super) fn room(&self) -> usize {
        self.flows.room().max(self.rare.capacity()).max(self.ids.first.capacity())
    }

    /// The encapsulations that are two directions of one network.
    pub fn networks(&self) -> &Networks {
        &self.networks
    }

    /// Joins flows that are two directions of one connection; `None` if there are none.
    pub fn join_halves(&self, threads: usize) -> Option<Joined> {
        halves::join(self, threads)
    }

    #[inline]
    pub(super) fn wants_spare(&self) -> bool {
        self.flows.wants_spare()
    }

    pub(super) fn give_spare(&mut self, spare: SpareFlows) {
        self.flows.give_spare(spare);
    }

    #[inline]
    pub(super) fn push(&mut self, flow: Flow) {
        self.flows.push(flow);
    }

    #[inline]
    pub(super) fn get_mut(&mut self, number: usize) -> &mut Flow {
        self.flows.get_mut(number)
    }

    pub(super) fn rare_mut(&mut self, number: usize) -> &mut RareCounters {
        self.rare.entry(number).or_default()
    }

    /// Keeps an original datagram whose flow may be known in another encapsulation.
    pub(super) fn keep_icmp_original(&mut self, original: &Observation) {
        if self.icmp_originals.len() < MAX_ICMP_ORIGINALS {
            self.icmp_originals.push(*original);
        }
    }

    /// Removes the flows for which `is_expired` is true. Returns the new numbers of the others, by their old ones.
    pub(super) fn remove(&mut self, is_expired: &[bool]) -> Vec<FlowIndex> {
        let staying = is_expired.iter().filter(|is_expired| !**is_expired).count();
        let mut numbers = vec![FlowIndex::default(); is_expired.len()];
        let mut flows = ChunkedVec::default();
        let mut ids = Vec::with_capacity(staying);
        for (number, flow) in self.flows.iter().enumerate().filter(|(number, _)| !is_expired[*number]) {
            numbers[number] = FlowIndex::new(flows.len());
            ids.push(self.ids.id(number));
            flows.push(flow.clone());
        }
        self.ids = Ids { first: ids, following: self.begun() };
        self.flows = flows;
        self.icmp_originals.clear();
        let kept = std::mem::take(&mut self.rare).into_iter().filter(|(number, _)| !is_expired[*number]);
        self.rare = kept.map(|(number, rare)| (numbers[number].place(), rare)).collect();
        numbers
    }

    /// Keeps only these flows, which ascend. They keep their identifiers.
    pub fn keep(&mut self, kept: &[FlowIndex]) {
        let ids = Ids { first: kept.iter().map(|index| self.ids.id(index.place())).collect(), following: self.begun() };
        let rare = kept.iter().enumerate().filter_map(|(place, index)| Some((place, *self.rare.get(&index.place())?)));
        self.rare = if self.rare.is_empty() { HashMap::new() } else { rare.collect() };
        self.flows.keep(kept.iter().map(|index| index.place()));
        self.icmp_originals.clear();
        self.ids = ids;
    }

    /// The collection with `flows`, which had the numbers `kept`, in place of these. They keep their identifiers if flows have
    /// expired.
    pub(super) fn rearranged(
        &self,
        flows: ChunkedVec<Flow>,
        rare: HashMap<usize, RareCounters>,
        networks: Networks,
        kept: impl Iterator<Item = usize>,
    ) -> Flows {
        let have_expired = self.ids.following > 0;
        let ids = if have_expired {
            Ids { first: kept.map(|number| self.ids.id(number)).collect(), following: self.begun() }
        } else {
            Ids::default()
        };
        Flows { flows, rare, ids, icmp_originals: Vec::new(), networks }
    }

    /// Original datagrams in ICMP errors whose flows are not known in the encapsulation of the error.
    pub(super) fn icmp_originals(&self) -> &[Observation] {
        &self.icmp_originals
    }

    /// All rare counts, by the flows' numbers.
    pub fn all_rare(&self) -> impl Iterator<Item = (usize, RareCounters)> {
        self.rare.iter().map(|(number, rare)| (*number, *rare))
    }

    /// The rare counts of the flow with the number `number`.
    pub fn rare(&self, number: usize) -> RareCounters {
        self.rare.get(&number).copied().unwrap_or_default()
    }
}
