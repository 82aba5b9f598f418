//! A map from endpoints to dense numbers.
//!
//! Threads divide the endpoints among themselves, not the flows, so that no merge is needed: an index holds the endpoints of one
//! shard, which their hashes choose. With millions of endpoints most of the time is spent waiting for memory, so the index keeps
//! twelve bytes and a few bits for each, and reads the endpoint itself in its flow.

use std::hash::{BuildHasher, Hash, Hasher};

use crate::decode::{Address, EncapsulationId, IpVersion, Side};
use crate::flow::BATCH;
use crate::flow::Flow;
use crate::flow::Flows;
use crate::support::hash_index::HashIndex;
use crate::support::prefetch::prefetch;

pub const SIDES: [Side; 2] = [Side::A, Side::B];

/// Stands in place of the number of an endpoint that the index does not hold.
pub const NONE: u32 = u32::MAX;

/// Bits of the filter for each endpoint, of which one is set: one in eight other endpoints passes.
const BITS_PER_ENDPOINT: usize = 8;

/// One side of a flow, which other flows may have, too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Endpoint {
    address: Address,
    port: u16,
    encapsulation: EncapsulationId,
    protocol: u8,
    version: IpVersion,
}

impl Hash for Endpoint {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [port, encapsulation] = [self.port, self.encapsulation.0].map(u64::from);
        self.address.hash(state);
        state.write_u64(port << 32 | encapsulation << 16 | u64::from(self.protocol) << 8 | self.version as u64);
    }
}

impl Endpoint {
    #[inline]
    fn new(flow: &Flow, side: Side) -> Endpoint {
        let key = &flow.key;
        let address = key.addresses[side.index()];
        Endpoint { address, port: key.port(side), encapsulation: key.encapsulation, protocol: key.protocol, version: key.version }
    }
}

/// Numbers, from 0, for endpoints of one shard.
pub struct EndpointIndex<'a, S> {
    flows: &'a Flows,
    index: HashIndex,
    /// By the endpoint's number: a flow that has the endpoint, and its side there.
    holders: Vec<(u32, Side)>,
    /// A quick "no" for most of the endpoints that are not in the index: for each that is, the bit that its hash chooses is set.
    filter: Vec<u64>,
    hasher: S,
    /// The shard's number, and the number of shards.
    shard: (usize, usize),
}

impl<'a, S: BuildHasher> EndpointIndex<'a, S> {
    /// An empty index, with room for the shard's part of the endpoints of `expected` flows. All shards need the same `hasher`.
    pub fn new(flows: &'a Flows, expected: usize, hasher: S, (shard, shards): (usize, usize)) -> EndpointIndex<'a, S> {
        // A bit more than the average, because shards are not quite equal.
        let endpoints = (expected * SIDES.len() / shards) * 17 / 16;
        EndpointIndex {
            flows,
            index: HashIndex::with_capacity(endpoints),
            holders: Vec::with_capacity(endpoints),
            filter: vec![0; (endpoints * BITS_PER_ENDPOINT / 64).next_power_of_two()],
            hasher,
            shard: (shard, shards),
        }
    }

    /// The number of endpoints in the index.
    pub fn len(&self) -> usize {
        self.holders.len()
    }

    /// Adds the endpoints of `flows`, and returns the endpoints' numbers by flow and side; [`NONE`] for those of other shards.
    pub fn insert_flows(&mut self, flows: &[u32]) -> Vec<[u32; 2]> {
        let mut ends = Vec::with_capacity(flows.len());
        let mut hashes = Vec::with_capacity(BATCH);
        for (batch, next) in flows.chunks(BATCH).zip(flows.chunks(BATCH).skip(1).chain([&[][..]])) {
            next.iter().for_each(|flow| prefetch(&self.flows.get(*flow as usize).key));
            hashes.extend(batch.iter().map(|flow| SIDES.map(|side| self.hash_in_shard(*flow as usize, side))));
            hashes.iter().flatten().flatten().for_each(|hash| self.index.prefetch(*hash));
            ends.extend(batch.iter().zip(hashes.drain(..)).map(|(flow, hashes)| {
                SIDES.map(|side| hashes[side.index()].map_or(NONE, |hash| self.insert(*flow, side, hash)))
            }));
        }
        ends
    }

    /// Calls `visit` for every flow with an endpoint in the index: with the flow's number, the flow, and the endpoints' numbers
    /// by side. `inserted` are the flows that were added, in ascending order, and `ends` the numbers of their endpoints.
    pub fn for_each_flow(&self, inserted: &[u32], ends: &[[u32; 2]], mut visit: impl FnMut(usize, &Flow, [u32; 2])) {
        let mut known = inserted.iter().map(|flow| *flow as usize).zip(ends).peekable();
        let (mut others, mut likely) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        for start in (0..self.flows.len()).step_by(BATCH) {
            for number in start..self.flows.len().min(start + BATCH) {
                match known.next_if(|(flow, _)| *flow == number) {
                    Some((_, [NONE, NONE])) => {}
                    Some((_, ends)) => visit(number, self.flows.get(number), *ends),
                    None => others.push((number, SIDES.map(|side| self.hash_in_shard(number, side)))),
                }
            }
            for (number, hashes) in others.drain(..) {
                let hashes = hashes.map(|hash| hash.filter(|hash| self.may_contain(*hash)));
                hashes.iter().flatten().for_each(|hash| self.index.prefetch(*hash));
                if hashes != [None; 2] {
                    likely.push((number, hashes));
                }
            }
            for (number, hashes) in likely.drain(..) {
                let flow = self.flows.get(number);
                let get = |side: Side| hashes[side.index()].map_or(NONE, |hash| self.get(hash, &Endpoint::new(flow, side)));
                let ends = SIDES.map(get);
                if ends != [NONE; 2] {
                    visit(number, flow, ends);
                }
            }
        }
    }

    fn endpoint(&self, flow: usize, side: Side) -> Endpoint {
        Endpoint::new(self.flows.get(flow), side)
    }

    /// The endpoint's hash, if the endpoint belongs to this shard. The hash's word of the filter is then brought into the cache.
    #[inline]
    fn hash_in_shard(&self, flow: usize, side: Side) -> Option<u64> {
        let hash = self.hasher.hash_one(self.endpoint(flow, side));
        let (shard, shards) = self.shard;
        // The first bits choose the shard; the last ones choose the bit of the filter.
        let is_mine = ((hash >> 32) * shards as u64) >> 32 == shard as u64;
        if is_mine {
            prefetch(&self.filter[self.filter_bit(hash).0]);
        }
        is_mine.then_some(hash)
    }

    fn insert(&mut self, flow: u32, side: Side, hash: u64) -> u32 {
        let number = match self.find(hash, &self.endpoint(flow as usize, side)) {
            Ok((number, _)) => number,
            Err(slot) => {
                let number = self.holders.len();
                self.index.insert(slot, hash, number);
                self.holders.push((flow, side));
                let (word, bit) = self.filter_bit(hash);
                self.filter[word] |= bit;
                number
            }
        };
        number as u32
    }

    #[inline]
    fn get(&self, hash: u64, endpoint: &Endpoint) -> u32 {
        self.find(hash, endpoint).map_or(NONE, |(number, _)| number as u32)
    }

    #[inline]
    fn find(&self, hash: u64, endpoint: &Endpoint) -> Result<(usize, usize), usize> {
        self.index.find(hash, |number| {
            let (flow, side) = self.holders[number];
            self.endpoint(flow as usize, side) == *endpoint
        })
    }

    /// False if no endpoint with the hash `hash` is in the index; true most likely if one is.
    #[inline]
    fn may_contain(&self, hash: u64) -> bool {
        let (word, bit) = self.filter_bit(hash);
        self.filter[word] & bit != 0
    }

    /// The word of the filter, and the bit in it, that a hash chooses.
    #[inline]
    fn filter_bit(&self, hash: u64) -> (usize, u64) {
        let place = hash as usize & (self.filter.len() * 64 - 1);
        (place / 64, 1 << (place % 64))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::decode::protocol::ip;
    use crate::decode::{FlowKey, Observation};
    use crate::flow::{FlowTable, TableOptions};

    /// Hashes of four bits: two choose among shards and stand in the tag, two choose the bit of the filter, so that different
    /// endpoints often have the same hash.
    struct FewHashes;

    struct FewHashesHasher(foldhash::fast::FoldHasher<'static>);

    impl BuildHasher for FewHashes {
        type Hasher = FewHashesHasher;

        fn build_hasher(&self) -> FewHashesHasher {
            FewHashesHasher(foldhash::fast::FixedState::default().build_hasher())
        }
    }

    impl Hasher for FewHashesHasher {
        fn write(&mut self, bytes: &[u8]) {
            self.0.write(bytes);
        }

        fn finish(&self) -> u64 {
            self.0.finish() & 0xc000_0000_0000_0003
        }
    }

    /// The fields that identify an endpoint.
    type Model = (IpVersion, u8, EncapsulationId, Address, u16);

    fn model(flow: &Flow, side: Side) -> Model {
        let key = &flow.key;
        (key.version, key.protocol, key.encapsulation, key.addresses[side.index()], key.ports[side.index()])
    }

    /// One flow between any of few endpoints, all of which have twins that differ in one respect only.
    fn any_key() -> impl Strategy<Value = FlowKey> {
        let end = || (0u8..3, 0u16..3).prop_map(|(address, port)| (Address::v4([10, 0, 0, address]), port));
        (any::<bool>(), any::<bool>(), 0u16..2, end(), end()).prop_map(|(v6, udp, encapsulation, a, b)| {
            let version = if v6 { IpVersion::V6 } else { IpVersion::V4 };
            FlowKey::with_ports(version, if udp { ip::UDP } else { ip::TCP }, EncapsulationId(encapsulation), a, b).0
        })
    }

    fn flows(keys: &[FlowKey]) -> Flows {
        let mut table = FlowTable::new(TableOptions::default());
        table.push(&keys.iter().map(|key| Observation { key: *key, ..Observation::BLANK }).collect::<Vec<_>>());
        table.finish().0
    }

    proptest! {
        /// The shards together are a hash map from endpoints to numbers.
        #[test]
        fn shards_are_a_map(keys in vec(any_key(), 1..80), is_inserted in vec(any::<bool>(), 80), shards in 1usize..4) {
            let flows = flows(&keys);
            let inserted: Vec<u32> = (0..flows.len() as u32).filter(|flow| is_inserted[*flow as usize]).collect();
            let (mut numbers, mut visited) = (HashMap::<Model, (usize, u32)>::new(), BTreeMap::<usize, [Option<(usize, u32)>; 2]>::new());
            let mut len = 0;
            for shard in 0..shards {
                let mut index = EndpointIndex::new(&flows, inserted.len(), FewHashes, (shard, shards));
                let ends = index.insert_flows(&inserted);
                for (flow, ends) in inserted.iter().zip(&ends) {
                    for side in SIDES.into_iter().filter(|side| ends[side.index()] != NONE) {
                        let number = (shard, ends[side.index()]);
                        prop_assert!((number.1 as usize) < index.len());
                        let known = *numbers.entry(model(flows.get(*flow as usize), side)).or_insert(number);
                        prop_assert_eq!(known, number, "an endpoint has one number");
                    }
                }
                index.for_each_flow(&inserted, &ends, |number, flow, ends| {
                    assert_eq!(flow.key, flows.get(number).key);
                    for side in SIDES.into_iter().filter(|side| ends[side.index()] != NONE) {
                        let place = &mut visited.entry(number).or_default()[side.index()];
                        assert_eq!(place.replace((shard, ends[side.index()])), None, "each is visited once");
                    }
                });
                len += index.len();
            }
            let endpoint = |flow: usize| SIDES.map(|side| model(flows.get(flow), side));
            let all: std::collections::HashSet<Model> = inserted.iter().flat_map(|flow| endpoint(*flow as usize)).collect();
            prop_assert_eq!(numbers.len(), all.len(), "every endpoint is in some shard");
            prop_assert_eq!(len, all.len(), "and no number is left over");
            for number in 0..flows.len() {
                let expected = endpoint(number).map(|endpoint| numbers.get(&endpoint).copied());
                prop_assert_eq!(visited.get(&number).copied().unwrap_or_default(), expected);
            }
        }
    }
}
