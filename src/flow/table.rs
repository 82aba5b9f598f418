//! The flow table: from observations to flows, a batch at a time.
//!
//! With more flows than the cache holds, looking up a flow waits for memory twice: for its slot in the index and for its record.
//! So three batches of observations are under way: the slots of the newest are prefetched, then the records of the one before,
//! whose slots have arrived meanwhile, and the oldest is counted.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};

use super::flows::{Flows, SpareFlows};
use super::numbers::FlowIndex;
use super::record::Flow;
use super::timeline::{Timeline, TimelineOptions};
use crate::decode::{FlowKey, Fragment, Observation};
use crate::support::hash_index::HashIndex;
use crate::support::prefetch::prefetch;

/// Observations in a batch: about as many as a core can have loads in flight.
pub const BATCH: usize = 16;

/// The options of a flow table.
#[derive(Clone, Copy, Debug)]
pub struct TableOptions {
    /// Observations that are counted at a time (at least 1); changes nothing but the speed.
    pub batch_size: usize,
    /// Nanoseconds of silence after which a flow ends; `None` if it never does.
    pub idle_timeout: Option<i64>,
    /// The most flows that are kept apart. Packets of further flows are counted together, by protocol.
    pub max_flows: usize,
    /// The options for counting packets by time, too; `None` if they are not counted so.
    pub timeline: Option<TimelineOptions>,
}

/// The most flows that can be kept apart: their numbers have 32 bits, of which a few values have other uses.
pub const MAX_FLOWS: usize = 4_000_000_000;
/// The most flows that are kept apart unless the user chooses otherwise: four to five gigabytes of memory.
pub const DEFAULT_MAX_FLOWS: usize = 20_000_000;

impl Default for TableOptions {
    fn default() -> TableOptions {
        TableOptions { batch_size: BATCH, idle_timeout: None, max_flows: DEFAULT_MAX_FLOWS, timeline: None }
    }
}

/// The flow table.
#[derive(Debug)]
pub struct FlowTable {
    flows: Flows,
    index: HashIndex,
    /// Seeded afresh for each run, because traffic chooses the keys; the seed has no effect on the output.
    hasher: foldhash::fast::RandomState,
    /// The hashes of the keys in the batches that are under way.
    hashes: Vec<u64>,
    /// The most likely flow of each hash, as far as it has been looked up.
    guesses: Vec<Option<FlowIndex>>,
    options: TableOptions,
    /// By protocol: the number of its overflow record, which stands for the flows that there was no room for.
    overflows: BTreeMap<u8, usize>,
    timeline: Option<Timeline>,
}

impl FlowTable {
    /// An empty table.
    pub fn new(options: TableOptions) -> FlowTable {
        let options = TableOptions { batch_size: options.batch_size.max(1), ..options };
        FlowTable {
            flows: Flows::default(),
            index: HashIndex::default(),
            hasher: foldhash::fast::RandomState::default(),
            hashes: Vec::new(),
            guesses: Vec::new(),
            options,
            overflows: BTreeMap::new(),
            timeline: options.timeline.map(|timeline| Timeline::new(timeline.interval)),
        }
    }

    /// Counts packets, and original datagrams in ICMP errors, in order of arrival.
    pub fn push(&mut self, observations: &[Observation]) {
        let (size, end) = (self.options.batch_size, observations.len());
        let batch = |number: usize| end.min(number * size)..end.min((number + 1) * size);
        // Taken out of the table, so that both can change.
        let (mut hashes, mut guesses) = (std::mem::take(&mut self.hashes), std::mem::take(&mut self.guesses));
        for number in 0..end.div_ceil(size) + 2 {
            self.hash_batch(&observations[batch(number)], &mut hashes);
            if number >= 1 {
                self.guess_batch(&hashes[batch(number - 1)], &mut guesses);
            }
            if number >= 2 {
                let counted = batch(number - 2);
                self.count_batch(&observations[counted.clone()], &hashes[counted.clone()], &mut guesses[counted.start..]);
            }
        }
        hashes.clear();
        guesses.clear();
        (self.hashes, self.guesses) = (hashes, guesses);
    }

    /// The flows so far, in the order of their first packets.
    pub fn flows(&self) -> &Flows {
        &self.flows
    }

    /// The times of the flows' packets, by the flows' numbers, if they are counted.
    pub fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }

    /// The flows and their timeline, when all packets have been counted. Memory that only counting needs is freed.
    pub fn finish(self) -> (Flows, Option<Timeline>) {
        (self.flows, self.timeline)
    }

    /// True if the next flows need memory that has not been allocated ahead.
    #[inline]
    pub fn wants_spare(&self) -> bool {
        self.flows.wants_spare()
    }

    /// Gives the table memory for more flows.
    pub fn give_spare(&mut self, spare: SpareFlows) {
        self.flows.give_spare(spare);
    }

    /// The number of flows so far.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// True if there are no flows so far.
    pub fn is_empty(&self) -> bool {
        self.flows.is_empty()
    }

    /// The number of the flow in which packets of `key` are counted at present.
    pub fn number_of(&self, key: &FlowKey) -> Option<usize> {
        self.index.find(self.hash(key), |number| self.flows.get(number).key == *key).map(|(number, _)| number).ok()
    }

    /// The number of the record that stands for all flows of a protocol that there was no room for.
    pub fn overflow_of(&self, protocol: u8) -> Option<usize> {
        self.overflows.get(&protocol).copied()
    }

    /// Removes the flows for which `is_expired` is true (one flag for each flow, in order), and their part of the timeline. The
    /// others get new numbers in the same order, and keep their [identifiers](Flows::id).
    pub fn remove(&mut self, is_expired: &[bool]) {
        self.index = HashIndex::default();
        let numbers = self.flows.remove(is_expired);
        self.overflows.values_mut().for_each(|number| *number = numbers[*number].place());
        self.index_flows();
        if let Some(timeline) = &mut self.timeline {
            *timeline = timeline.part_of(|owner| !is_expired[FlowIndex::from_owner(owner).place()]);
            timeline.renumber(|owner| numbers[FlowIndex::from_owner(owner).place()].owner());
        }
    }

    fn index_flows(&mut self) {
        self.index = HashIndex::with_capacity(self.flows.len());
        for (number, flow) in self.flows.iter().enumerate().filter(|(_, flow)| !flow.is_overflow()) {
            let hash = self.hash(&flow.key);
            // Of several flows between the same ports, the last one continues.
            match self.index.find(hash, |other| self.flows.get(other).key == flow.key) {
                Ok((_, at)) => self.index.replace(at, number),
                Err(at) => self.index.insert(at, hash, number),
            }
        }
    }

    /// Widens the buckets of the timeline while it has more than `max_counts` counts, as [`Timeline::bound`] does.
    pub fn bound_timeline(&mut self, max_counts: usize) {
        if let Some(timeline) = &mut self.timeline {
            timeline.bound(max_counts);
        }
    }

    #[inline]
    fn hash(&self, key: &FlowKey) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        let [a, b] = &key.addresses;
        a.hash(&mut hasher);
        b.hash(&mut hasher);
        let [a, b] = key.ports.map(u64::from);
        hasher.write_u64(
            a << 48 | b << 32 | u64::from(key.encapsulation.0) << 16 | u64::from(key.protocol) << 8 | key.version as u64,
        );
        hasher.finish()
    }

    /// Hashes keys and brings their slots into the cache.
    #[inline]
    fn hash_batch(&self, batch: &[Observation], hashes: &mut Vec<u64>) {
        hashes.extend(batch.iter().map(|observation| {
            let hash = self.hash(&observation.key);
            self.index.prefetch(hash);
            hash
        }));
    }

    /// Guesses the flows of a batch and brings their records into the cache.
    #[inline]
    fn guess_batch(&self, hashes: &[u64], guesses: &mut Vec<Option<FlowIndex>>) {
        guesses.extend(hashes.iter().map(|hash| {
            let number = self.index.guess(*hash)?;
            let flow = self.flows.get(number);
            // One field in each of the flow's cache lines.
            prefetch(&flow.key);
            prefetch(&flow.payload_bytes);
            Some(FlowIndex::new(number))
        }));
    }

    /// Counts a batch of observations into their flows. After the guesses for these come guesses for later ones.
    #[inline]
    fn count_batch(&mut self, batch: &[Observation], hashes: &[u64], guesses: &mut [Option<FlowIndex>]) {
        for (place, (observation, hash)) in batch.iter().zip(hashes).enumerate() {
            let counted = guesses[place].is_some_and(|index| self.count_at_once(index.place(), observation));
            if !counted && self.count_elsewhere(*hash, observation) {
                // The guesses may lead to the flow before this one.
                guesses[place..].fill(None);
            }
        }
    }

    /// Counts an observation if it is just another packet of the guessed flow, as nearly all are.
    #[inline]
    fn count_at_once(&mut self, number: usize, observation: &Observation) -> bool {
        let flow = self.flows.get_mut(number);
        let is_whole = !observation.is_icmp_original && observation.fragment == Fragment::Whole;
        let fits = flow.key == observation.key && is_whole && !flow.is_ended_by(observation, self.options.idle_timeout);
        if fits {
            flow.add(observation);
            self.add_to_timeline(number, observation);
        }
        fits
    }

    /// Counts any observation. Returns true if its key now leads to another flow than before.
    fn count_elsewhere(&mut self, hash: u64, observation: &Observation) -> bool {
        match self.find(hash, observation).map(|(number, _)| number) {
            Ok(number) if observation.is_icmp_original => self.add_icmp_error(number, observation),
            Ok(number) if self.begins_anew(number, observation) => {
                self.begin_anew(hash, observation);
                return true;
            }
            Ok(number) => self.add(number, observation),
            Err(_) if observation.is_icmp_original => self.flows.keep_icmp_original(observation),
            Err(_) if self.is_full() => self.add_overflow(observation),
            Err(at) => {
                let number = self.begin(observation);
                self.index.insert(at, hash, number);
                self.add(number, observation);
            }
        }
        false
    }

    /// The number of the observation's flow and its slot, or the slot for a new one.
    #[inline]
    fn find(&self, hash: u64, observation: &Observation) -> Result<(usize, usize), usize> {
        self.index.find(hash, |number| self.flows.get(number).key == observation.key)
    }

    #[inline]
    fn add(&mut self, number: usize, observation: &Observation) {
        self.flows.get_mut(number).add(observation);
        if observation.fragment != Fragment::Whole {
            self.flows.rare_mut(number).fragments += 1;
        }
        self.add_to_timeline(number, observation);
    }

    #[inline]
    fn add_to_timeline(&mut self, number: usize, observation: &Observation) {
        if let Some(timeline) = &mut self.timeline {
            timeline.add(FlowIndex::new(number).owner(), observation.time, observation.wire_len);
        }
    }

    /// True if no further flow is kept apart.
    #[inline]
    fn is_full(&self) -> bool {
        self.flows.len() - self.overflows.len() >= self.options.max_flows
    }

    /// Counts a packet of a flow that there is no room for.
    #[cold]
    fn add_overflow(&mut self, observation: &Observation) {
        let FlowTable { flows, overflows, .. } = self;
        let protocol = observation.key.protocol;
        let number = *overflows.entry(protocol).or_insert_with(|| {
            flows.push(Flow::overflow(protocol));
            flows.len() - 1
        });
        flows.get_mut(number).add_volume(observation);
        self.add_to_timeline(number, observation);
    }

    /// Begins another flow between the same ports. From then on their key leads to it.
    #[cold]
    fn begin_anew(&mut self, hash: u64, observation: &Observation) {
        let number = self.begin(observation);
        self.flows.get_mut(number).mark_port_reuse();
        if let Ok((_, at)) = self.find(hash, observation) {
            self.index.replace(at, number);
        }
        self.add(number, observation);
    }

    /// True if the packet belongs to another connection between the same ports, and there is room for it.
    #[inline]
    fn begins_anew(&self, number: usize, observation: &Observation) -> bool {
        self.flows.get(number).is_ended_by(observation, self.options.idle_timeout) && !self.is_full()
    }

    #[inline]
    fn begin(&mut self, observation: &Observation) -> usize {
        self.flows.push(Flow::begin(observation));
        self.flows.len() - 1
    }

    fn add_icmp_error(&mut self, number: usize, original: &Observation) {
        self.flows.rare_mut(number).icmp_errors += 1;
        self.flows.get_mut(number).add_icmp_error(original);
    }
}

#[cfg(test)]
mod tests {
    use super::super::flows::RareCounters;
    use super::super::timeline::Timelines;
    use super::*;
    use crate::decode::protocol::ip;
    use crate::decode::{Address, EncapsulationId, IpVersion, Side};
    use crate::flow::tests::observation;
    use crate::time::NANOSECONDS;

    /// A TCP packet from `port` at `second`.
    fn packet(port: u16, second: i64) -> Observation {
        let (client, server) = ((Address::v4([10, 0, 0, 5]), port), (Address::v4([192, 0, 2, 80]), 443));
        let (key, side) = FlowKey::with_ports(IpVersion::V4, ip::TCP, EncapsulationId::NONE, client, server);
        Observation { key, ..observation((side, "", 0, 0, second)) }
    }

    fn table(options: TableOptions) -> FlowTable {
        FlowTable::new(TableOptions { batch_size: 4, ..options })
    }

    /// (Identifier, client's port, packets of the client) of each flow.
    fn flow_counts(table: &FlowTable) -> Vec<(u64, u16, u64)> {
        let flows = table.flows();
        flows.iter().enumerate().map(|(number, flow)| (flows.id(number).0, flow.key.port(Side::A), flow.packets[0])).collect()
    }

    #[test]
    fn remaining_flows_keep_their_identifiers_and_continue() {
        let mut table = table(TableOptions::default());
        table.push(&[1, 2, 3, 4].map(|port| packet(port, 0)));
        table.remove(&[true, false, true, false]);
        assert_eq!(flow_counts(&table), [(2, 2, 1), (4, 4, 1)]);
        assert_eq!([1, 2, 3, 4].map(|port| table.number_of(&packet(port, 0).key).is_some()), [false, true, false, true]);
        table.push(&[4, 1, 2, 5].map(|port| packet(port, 1)));
        assert_eq!(flow_counts(&table), [(2, 2, 2), (4, 4, 2), (5, 1, 1), (6, 5, 1)]);
        table.remove(&[true, false, true, false]);
        table.push(&[packet(1, 2)]);
        assert_eq!(flow_counts(&table), [(4, 4, 2), (6, 5, 1), (7, 1, 1)]);
    }

    #[test]
    fn rare_counts_and_packet_times_stay_with_their_flow() {
        let timeline = Some(TimelineOptions { interval: Some(NANOSECONDS) });
        let mut table = table(TableOptions { timeline, ..TableOptions::default() });
        let fragment = |port| Observation { fragment: Fragment::First(7), ..packet(port, 0) };
        let original = Observation { is_icmp_original: true, ..packet(3, 0) };
        table.push(&[packet(1, 0), fragment(2), packet(3, 0), original, packet(3, 1)]);
        table.remove(&[true, true, false]);
        let flows = table.flows();
        assert_eq!(flows.rare(0), RareCounters { fragments: 0, icmp_errors: 1 });
        assert_eq!(flows.all_rare().count(), 1);
        let owners = |timeline: &Timeline| -> Vec<u32> {
            Timelines::new(vec![timeline]).unwrap().by(1, |_, owner| owner).into_keys().map(|(_, owner)| owner).collect()
        };
        assert_eq!(owners(table.timeline().unwrap()), [0, 0]);
    }

    #[test]
    fn the_last_of_several_flows_between_the_same_ports_continues() {
        let options = TableOptions { idle_timeout: Some(NANOSECONDS), ..TableOptions::default() };
        for (is_over, left) in [
            ([false, false, false], vec![(1, 1, 1), (2, 1, 1), (3, 1, 2)]),
            ([true, false, false], vec![(2, 1, 1), (3, 1, 2)]),
            ([false, true, true], vec![(1, 1, 1), (4, 1, 1)]),
        ] {
            let mut table = table(options);
            table.push(&[packet(1, 0), packet(1, 10), packet(1, 20)]);
            table.remove(&is_over);
            table.push(&[packet(1, 21)]);
            assert_eq!(flow_counts(&table), left, "{is_over:?}");
        }
    }

    #[test]
    fn a_full_table_has_room_for_as_many_flows_as_were_removed() {
        let mut table = table(TableOptions { max_flows: 2, ..TableOptions::default() });
        table.push(&[1, 2, 3, 4].map(|port| packet(port, 0)));
        assert_eq!(flow_counts(&table), [(1, 1, 1), (2, 2, 1), (3, 0, 2)], "two have none of their own");
        table.remove(&[true, false, false]);
        table.push(&[5, 6, 2].map(|port| packet(port, 1)));
        assert_eq!(flow_counts(&table), [(2, 2, 2), (3, 0, 3), (4, 5, 1)], "one has room, and one has none");
        // The overflow record stays one, wherever it is.
        table.remove(&[true, false, true]);
        table.push(&[7, 8, 9].map(|port| packet(port, 2)));
        assert_eq!(flow_counts(&table), [(3, 0, 4), (5, 7, 1), (6, 8, 1)]);
        assert_eq!(table.flows().iter().filter(|flow| flow.is_overflow()).count(), 1);
    }

    #[test]
    fn nothing_is_kept_of_removed_flows() {
        let timeline = Some(TimelineOptions { interval: Some(NANOSECONDS) });
        let mut table = table(TableOptions { timeline, ..TableOptions::default() });
        for round in 0..100 {
            let fragments = (0..1000).map(|port| Observation { fragment: Fragment::First(1), ..packet(port, round) });
            table.push(&fragments.collect::<Vec<_>>());
            let (flows, stay) = (table.len(), |number: usize| number % 100 == 99);
            table.remove(&(0..flows).map(|number| !stay(number)).collect::<Vec<_>>());
            assert!(table.len() <= 11 && table.flows.all_rare().count() == table.len());
            assert!(table.flows.room() < 100 && table.index.room() <= 1024);
        }
        assert_eq!(flow_counts(&table).len(), table.len());
    }
}
