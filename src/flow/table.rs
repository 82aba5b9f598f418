//! The flow table: from observations to flows, a batch at a time.
//!
//! With more flows than the cache holds, looking up a flow is waiting for memory, twice: for its slot in the index and
//! for its record. A batch of observations waits for all of its slots at once, then for all of its records, and only
//! then counts; the processor overlaps loads that do not depend on each other.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;

use super::arena::Arena;
use super::index::Index;
use super::record::Flow;
use crate::decode::{Address, FlowKey, Fragment, Observation};

/// Observations in a batch: enough to overlap all the loads that a core can have under way, few enough to stay in its
/// first-level cache.
pub const BATCH: usize = 64;

/// Counts that few flows have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rare {
    /// Packets that were fragments.
    pub fragments: u64,
    /// ICMP errors that quoted the flow.
    pub icmp_errors: u64,
}

/// The flow table.
#[derive(Debug)]
pub struct FlowTable {
    flows: Arena<Flow>,
    index: Index,
    rare: HashMap<usize, Rare>,
    /// Seeded afresh for each run, because traffic chooses the keys; nothing that is shown depends on it.
    hasher: foldhash::fast::RandomState,
    batch: Vec<(u64, Observation)>,
    batch_size: usize,
    /// Silence after which a flow ends, in nanoseconds.
    idle_timeout: Option<i64>,
}

impl FlowTable {
    /// An empty table. Flows end after `idle_timeout` nanoseconds of silence, if one is given.
    pub fn new(idle_timeout: Option<i64>) -> FlowTable {
        FlowTable::with_batch_size(idle_timeout, BATCH)
    }

    /// The same with another batch size (at least 1), which changes nothing but the speed.
    pub fn with_batch_size(idle_timeout: Option<i64>, batch_size: usize) -> FlowTable {
        FlowTable {
            flows: Arena::default(),
            index: Index::default(),
            rare: HashMap::new(),
            hasher: foldhash::fast::RandomState::default(),
            batch: Vec::with_capacity(batch_size),
            batch_size,
            idle_timeout,
        }
    }

    /// Takes in a packet, or the quotation of one.
    #[inline]
    pub fn observe(&mut self, observation: &Observation) {
        let hash = self.hash(&observation.key);
        self.batch.push((hash, *observation));
        if self.batch.len() >= self.batch_size {
            self.count_batch();
        }
    }

    /// How many flows there are so far, but for those that only the batch knows.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// True if there are none so far.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Counts what is still in the batch and gives the flows away, in the order of their first packets.
    pub fn finish(mut self) -> Flows {
        self.count_batch();
        Flows { flows: self.flows, rare: self.rare }
    }

    #[inline]
    fn hash(&self, key: &FlowKey) -> u64 {
        let halves = |Address(bytes): Address| {
            let number = u128::from_ne_bytes(bytes);
            [number as u64, (number >> 64) as u64]
        };
        let mut hasher = self.hasher.build_hasher();
        for address in key.addresses {
            let [low, high] = halves(address);
            hasher.write_u64(low);
            hasher.write_u64(high);
        }
        let [a, b] = key.ports.map(u64::from);
        hasher.write_u64(a << 48 | b << 32 | u64::from(key.scope.0) << 16 | u64::from(key.protocol) << 8 | key.version as u64);
        hasher.finish()
    }

    fn count_batch(&mut self) {
        let mut batch = std::mem::take(&mut self.batch);
        let mut likely = 0usize;
        for (hash, _) in &batch {
            likely ^= self.index.peek(*hash).unwrap_or(0);
        }
        black_box(likely);
        let mut touched = 0u64;
        for (hash, _) in &batch {
            if let Some(number) = self.index.peek(*hash) {
                let flow = self.flows.get(number);
                touched ^= flow.packets[0] ^ u64::from(flow.key.ports[0]);
            }
        }
        black_box(touched);
        for (hash, observation) in batch.drain(..) {
            self.count(hash, &observation);
        }
        self.batch = batch;
    }

    #[inline]
    fn count(&mut self, hash: u64, observation: &Observation) {
        let number = match self.index.find(hash, |number| self.flows.get(number).key == observation.key) {
            Ok((number, _)) if observation.quoted => return self.note_quote(number, observation),
            Ok((number, at)) if self.begins_anew(number, observation) => {
                let anew = self.begin(observation);
                self.flows.get_mut(anew).mark_port_reuse();
                self.index.replace(at, anew);
                anew
            }
            Ok((number, _)) => number,
            Err(_) if observation.quoted => return,
            Err(at) => {
                let number = self.begin(observation);
                self.index.insert(at, hash, number);
                number
            }
        };
        self.flows.get_mut(number).add(observation);
        if observation.fragment != Fragment::Whole {
            self.rare.entry(number).or_default().fragments += 1;
        }
    }

    /// True if the packet belongs to another connection between the same ports.
    #[inline]
    fn begins_anew(&self, number: usize, observation: &Observation) -> bool {
        let flow = self.flows.get(number);
        flow.is_reused_by(observation) || self.idle_timeout.is_some_and(|limit| flow.silence_before(observation.time) > limit)
    }

    #[inline]
    fn begin(&mut self, observation: &Observation) -> usize {
        self.flows.push(Flow::begin(observation));
        self.flows.len() - 1
    }

    fn note_quote(&mut self, number: usize, quote: &Observation) {
        self.rare.entry(number).or_default().icmp_errors += 1;
        self.flows.get_mut(number).note_quote(quote);
    }
}

/// The flows of a whole capture, in the order of their first packets.
#[derive(Debug, Default)]
pub struct Flows {
    flows: Arena<Flow>,
    rare: HashMap<usize, Rare>,
}

impl Flows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// True if there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The flow with that number, from 0.
    pub fn get(&self, number: usize) -> &Flow {
        self.flows.get(number)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Flow> {
        self.flows.iter()
    }

    /// The rare counts of the flow with that number.
    pub fn rare(&self, number: usize) -> Rare {
        self.rare.get(&number).copied().unwrap_or_default()
    }
}
