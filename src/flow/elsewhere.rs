//! What the rest of the capture says about the endpoints of flows that cannot be decided by themselves.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use super::index::Index;
use super::record::Flow;
use super::table::{BATCH, Flows};
use crate::decode::{Address, IpVersion, ScopeId, Side};
use crate::parallel;
use crate::service::ladder::Elsewhere;
use crate::service::registry::RANK_REGISTERED;
use crate::service::{Registry, Transport};

/// One side of a flow as other flows may have it too.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Endpoint {
    address: Address,
    port: u16,
    scope: ScopeId,
    protocol: u8,
    version: IpVersion,
}

impl Hash for Endpoint {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [port, scope] = [self.port, self.scope.0].map(u64::from);
        self.address.hash(state);
        state.write_u64(port << 32 | scope << 16 | u64::from(self.protocol) << 8 | self.version as u64);
    }
}

impl Endpoint {
    #[inline]
    fn of(flow: &Flow, side: Side) -> Endpoint {
        let key = &flow.key;
        let address = key.addresses[side.index()];
        Endpoint { address, port: key.port(side), scope: key.scope, protocol: key.protocol, version: key.version }
    }
}

const SIDES: [Side; 2] = [Side::A, Side::B];

/// Numbers for the endpoints that are asked about.
///
/// With millions of them memory is what takes time, so this keeps twelve bytes and a few bits for each, and looks the rest
/// up in the flows.
struct Numbers<'a> {
    flows: &'a Flows,
    index: Index,
    /// By number: a flow that the endpoint is in, and its side there.
    holders: Vec<(u32, Side)>,
    /// One bit for each endpoint, at a place that its hash tells: a quick "no" for most of those that nobody asks about.
    asked: Vec<u64>,
    hasher: foldhash::fast::RandomState,
}

/// Bits for each endpoint, of which one is set: one in eight others passes.
const BITS_PER_ENDPOINT: usize = 8;

impl<'a> Numbers<'a> {
    /// Numbers the endpoints of the flows that have these numbers.
    fn of(flows: &'a Flows, asked: &[u32]) -> Numbers<'a> {
        let endpoints = asked.len() * SIDES.len();
        let mut numbers = Numbers {
            flows,
            index: Index::with_capacity(endpoints),
            holders: Vec::with_capacity(endpoints),
            asked: vec![0; (endpoints * BITS_PER_ENDPOINT / 64).next_power_of_two()],
            hasher: foldhash::fast::RandomState::default(),
        };
        let mut hashes = Vec::with_capacity(SIDES.len() * BATCH);
        for batch in asked.chunks(BATCH) {
            hashes.extend(batch.iter().flat_map(|flow| SIDES.map(|side| numbers.hash(*flow as usize, side))));
            hashes.iter().for_each(|hash| numbers.index.prefetch(*hash));
            let ends = batch.iter().flat_map(|flow| SIDES.map(|side| (*flow, side)));
            ends.zip(hashes.drain(..)).for_each(|((flow, side), hash)| numbers.add(flow, side, hash));
        }
        numbers
    }

    fn endpoint(&self, flow: usize, side: Side) -> Endpoint {
        Endpoint::of(self.flows.get(flow), side)
    }

    fn hash(&self, flow: usize, side: Side) -> u64 {
        self.hasher.hash_one(self.endpoint(flow, side))
    }

    fn add(&mut self, flow: u32, side: Side, hash: u64) {
        if let Err(slot) = self.find(hash, &self.endpoint(flow as usize, side)) {
            self.index.insert(slot, hash, self.holders.len());
            self.holders.push((flow, side));
            let (word, bit) = self.place(hash);
            self.asked[word] |= bit;
        }
    }

    #[inline]
    fn find(&self, hash: u64, endpoint: &Endpoint) -> Result<(usize, usize), usize> {
        self.index.find(hash, |number| {
            let (flow, side) = self.holders[number];
            Endpoint::of(self.flows.get(flow as usize), side) == *endpoint
        })
    }

    #[inline]
    fn place(&self, hash: u64) -> (usize, u64) {
        let place = hash as usize & (self.asked.len() * 64 - 1);
        (place / 64, 1 << (place % 64))
    }

    /// The numbers of the endpoints of these flows, or [`UNASKED`].
    fn of_ends(&self, flows: Range<usize>) -> Vec<[u32; 2]> {
        let mut ends = Vec::with_capacity(flows.len());
        let mut hashes = Vec::with_capacity(BATCH);
        for start in flows.clone().step_by(BATCH) {
            let batch = start..flows.end.min(start + BATCH);
            hashes.extend(batch.clone().map(|flow| SIDES.map(|side| self.may_hold(self.hash(flow, side)))));
            hashes.iter().flatten().flatten().for_each(|hash| self.index.prefetch(*hash));
            ends.extend(batch.zip(hashes.drain(..)).map(|(flow, hashes)| {
                SIDES.map(|side| hashes[side.index()].map_or(UNASKED, |hash| self.get(hash, &self.endpoint(flow, side))))
            }));
        }
        ends
    }

    /// The hash, if an endpoint with it may be among those that are asked about.
    #[inline]
    fn may_hold(&self, hash: u64) -> Option<u64> {
        let (word, bit) = self.place(hash);
        (self.asked[word] & bit != 0).then_some(hash)
    }

    #[inline]
    fn get(&self, hash: u64, endpoint: &Endpoint) -> u32 {
        self.find(hash, endpoint).map_or(UNASKED, |(number, _)| number as u32)
    }
}

/// What a part of the flows says about the endpoints that have numbers.
#[derive(Default)]
struct Met {
    /// By flow and side: the endpoint's number, or [`UNASKED`].
    ends: Vec<[u32; 2]>,
    /// Each endpoint with a port that it met: the endpoint's number, and the port in the last 16 bits. Sorted.
    ports: Vec<u64>,
    /// Each endpoint with a machine that it met. Sorted.
    machines: Vec<(u32, Address)>,
}

impl Met {
    fn by(numbers: &Numbers<'_>, registry: &Registry, part: Range<usize>) -> Met {
        let mut met = Met { ends: numbers.of_ends(part.clone()), ..Met::default() };
        for (flow, ends) in part.zip(&met.ends).filter(|(_, ends)| **ends != [UNASKED; 2]) {
            let flow = numbers.flows.get(flow);
            let (tells_port, tells_machine) = (tells_peer_port(flow), tells_peer(flow, registry));
            for side in SIDES.into_iter().filter(|side| ends[side.index()] != UNASKED) {
                let (end, peer) = (ends[side.index()], side.other());
                if tells_port {
                    met.ports.push(u64::from(end) << 16 | u64::from(flow.key.port(peer)));
                }
                if tells_machine {
                    met.machines.push((end, flow.key.addresses[peer.index()]));
                }
            }
        }
        met.ports.sort_unstable();
        met.machines.sort_unstable();
        met
    }
}

/// What all flows together say about the endpoints of those that are asked about.
#[derive(Default)]
pub struct Evidences {
    /// By flow and side: the endpoint's number, or [`UNASKED`].
    ends: Vec<[u32; 2]>,
    served: Vec<u32>,
    peer_ports: Vec<u32>,
    peers: Vec<u32>,
}

/// In place of the number of an endpoint that nobody asks about.
const UNASKED: u32 = u32::MAX;

impl Evidences {
    /// Gathers what is known about the endpoints of the flows for which `is_asked` holds; of less than 2^32 flows in all.
    /// `proven` tells the side of a flow that was proven to be a server there.
    pub fn gather(
        (flows, registry): (&Flows, &Registry),
        proven: impl Fn(usize) -> Option<Side>,
        is_asked: impl Fn(usize) -> bool,
        threads: usize,
    ) -> Evidences {
        let asked: Vec<u32> = (0..flows.len() as u32).filter(|number| is_asked(*number as usize)).collect();
        if asked.is_empty() {
            return Evidences::default();
        }
        let numbers = Numbers::of(flows, &asked);
        let met = parallel::parts(flows.len(), threads, |part| Met::by(&numbers, registry, part));
        let (mut ends, mut ports, mut machines) = (Vec::new(), Vec::new(), Vec::new());
        for part in met {
            ends.push(part.ends);
            ports.push(part.ports);
            machines.push(part.machines);
        }
        let ends = parallel::joined(ends);
        let endpoints = numbers.holders.len();
        Evidences {
            served: count_services(endpoints, &ends, proven),
            peer_ports: count_different(endpoints, ports, |met| (met >> 16) as u32),
            peers: count_different(endpoints, machines, |(end, _)| end),
            ends,
        }
    }

    /// What is known about the ends of one of the flows that were asked about.
    pub fn about(&self, number: usize) -> Elsewhere {
        let ends = self.ends[number];
        let of = |counts: &[u32]| ends.map(|end| counts[end as usize]);
        Elsewhere { served: of(&self.served), peer_ports: of(&self.peer_ports), peers: of(&self.peers) }
    }
}

/// True if both sides spoke, so that the port of each counts as one that the other met.
fn tells_peer_port(flow: &Flow) -> bool {
    flow.key.has_ports() && flow.is_two_way()
}

/// The same for the machines themselves: only between ports that nobody has registered; elsewhere it does not matter.
fn tells_peer(flow: &Flow, registry: &Registry) -> bool {
    let is_unregistered = |transport, port: &u16| registry.rank(transport, *port) < RANK_REGISTERED;
    flow.is_two_way()
        && Transport::from_protocol(flow.key.protocol)
            .is_some_and(|transport| flow.key.ports.iter().all(|port| is_unregistered(transport, port)))
}

/// In how many flows each endpoint was proven to be the server.
fn count_services(endpoints: usize, ends: &[[u32; 2]], proven: impl Fn(usize) -> Option<Side>) -> Vec<u32> {
    let mut counts = vec![0; endpoints];
    for (number, ends) in ends.iter().enumerate().filter(|(_, ends)| **ends != [UNASKED; 2]) {
        if let Some(side) = proven(number)
            && let Some(count) = counts.get_mut(ends[side.index()] as usize)
        {
            *count += 1;
        }
    }
    counts
}

/// How many different things each endpoint met. Each part is sorted.
fn count_different<T: Ord + Copy>(endpoints: usize, parts: Vec<Vec<T>>, end: impl Fn(T) -> u32) -> Vec<u32> {
    let mut met = parallel::joined(parts);
    // The stable sort merges what is in order already.
    met.sort();
    met.dedup();
    let mut counts = vec![0; endpoints];
    met.into_iter().for_each(|thing| counts[end(thing) as usize] += 1);
    counts
}
