//! What the rest of the capture says about the endpoints of flows that cannot be decided by themselves.

use std::hash::{BuildHasher, Hash, Hasher};

use foldhash::fast::RandomState;

use super::flows::Flows;
use super::index::Index;
use super::record::Flow;
use super::table::BATCH;
use crate::decode::{Address, IpVersion, ScopeId, Side};
use crate::parallel;
use crate::prefetch::prefetch;
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

/// In place of the number of an endpoint that has none here.
const NONE: u32 = u32::MAX;

/// Numbers for those endpoints that are asked about and that a share of them holds: threads share the endpoints and not the
/// flows, so that nothing has to be put together afterwards.
///
/// With millions of endpoints memory is what takes time, so this keeps twelve bytes and a few bits for each, and looks the
/// rest up in the flows.
struct Numbers<'a> {
    flows: &'a Flows,
    index: Index,
    /// By number: a flow that the endpoint is in, and its side there.
    holders: Vec<(u32, Side)>,
    /// One bit for each endpoint, at a place that its hash tells: a quick "no" for most of those that nobody asks about.
    asked: Vec<u64>,
    hasher: RandomState,
    /// Which share, and of how many.
    share: (usize, usize),
}

/// Bits for each endpoint, of which one is set: one in eight others passes.
const BITS_PER_ENDPOINT: usize = 8;

impl<'a> Numbers<'a> {
    /// No numbers yet, and room for some. All shares have the same `hasher`.
    fn for_share((share, of): (usize, usize), flows: &'a Flows, asked: usize, hasher: RandomState) -> Numbers<'a> {
        // Some more than the share of all, because shares are not quite equal.
        let endpoints = (asked * SIDES.len() / of) * 17 / 16;
        Numbers {
            flows,
            index: Index::with_capacity(endpoints),
            holders: Vec::with_capacity(endpoints),
            asked: vec![0; (endpoints * BITS_PER_ENDPOINT / 64).next_power_of_two()],
            hasher,
            share: (share, of),
        }
    }

    /// Numbers the endpoints of the flows that have these numbers, and tells which they are; [`NONE`] for those of another
    /// share.
    fn number(&mut self, asked: &[u32]) -> Vec<[u32; 2]> {
        let mut ends = Vec::with_capacity(asked.len());
        let mut hashes = Vec::with_capacity(BATCH);
        for (batch, next) in asked.chunks(BATCH).zip(asked.chunks(BATCH).skip(1).chain([&[][..]])) {
            next.iter().for_each(|flow| prefetch(&self.flows.get(*flow as usize).key));
            hashes.extend(batch.iter().map(|flow| SIDES.map(|side| self.mine(*flow as usize, side))));
            hashes.iter().flatten().flatten().for_each(|hash| self.index.prefetch(*hash));
            ends.extend(
                batch.iter().zip(hashes.drain(..)).map(|(flow, hashes)| {
                    SIDES.map(|side| hashes[side.index()].map_or(NONE, |hash| self.add(*flow, side, hash)))
                }),
            );
        }
        ends
    }

    fn endpoint(&self, flow: usize, side: Side) -> Endpoint {
        Endpoint::of(self.flows.get(flow), side)
    }

    /// The endpoint's hash, if it is in this share. Then its place among the bits is brought into the cache.
    #[inline]
    fn mine(&self, flow: usize, side: Side) -> Option<u64> {
        let hash = self.hasher.hash_one(self.endpoint(flow, side));
        let (share, of) = self.share;
        // By the first bits; the last ones tell places.
        let is_mine = ((hash >> 32) * of as u64) >> 32 == share as u64;
        if is_mine {
            prefetch(&self.asked[self.place(hash).0]);
        }
        is_mine.then_some(hash)
    }

    fn add(&mut self, flow: u32, side: Side, hash: u64) -> u32 {
        let number = match self.find(hash, &self.endpoint(flow as usize, side)) {
            Ok((number, _)) => number,
            Err(slot) => {
                let number = self.holders.len();
                self.index.insert(slot, hash, number);
                self.holders.push((flow, side));
                let (word, bit) = self.place(hash);
                self.asked[word] |= bit;
                number
            }
        };
        number as u32
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

    /// Calls `meet` with each flow that has endpoints with numbers, its own number, and those. The `ends` of the flows that
    /// were `asked` about are known.
    fn for_each_met(&self, asked: &[u32], ends: &[[u32; 2]], mut meet: impl FnMut(usize, &Flow, [u32; 2])) {
        let mut known = asked.iter().map(|flow| *flow as usize).zip(ends).peekable();
        let (mut others, mut likely) = (Vec::with_capacity(BATCH), Vec::with_capacity(BATCH));
        for start in (0..self.flows.len()).step_by(BATCH) {
            for number in start..self.flows.len().min(start + BATCH) {
                match known.next_if(|(flow, _)| *flow == number) {
                    Some((_, [NONE, NONE])) => {}
                    Some((_, ends)) => meet(number, self.flows.get(number), *ends),
                    None => others.push((number, SIDES.map(|side| self.mine(number, side)))),
                }
            }
            for (number, hashes) in others.drain(..) {
                let hashes = hashes.map(|hash| hash.filter(|hash| self.may_hold(*hash)));
                hashes.iter().flatten().for_each(|hash| self.index.prefetch(*hash));
                if hashes != [None; 2] {
                    likely.push((number, hashes));
                }
            }
            for (number, hashes) in likely.drain(..) {
                let flow = self.flows.get(number);
                let get = |side: Side| hashes[side.index()].map_or(NONE, |hash| self.get(hash, &Endpoint::of(flow, side)));
                let ends = SIDES.map(get);
                if ends != [NONE; 2] {
                    meet(number, flow, ends);
                }
            }
        }
    }

    /// True if an endpoint with that hash may be among those that are asked about.
    #[inline]
    fn may_hold(&self, hash: u64) -> bool {
        let (word, bit) = self.place(hash);
        self.asked[word] & bit != 0
    }

    #[inline]
    fn get(&self, hash: u64, endpoint: &Endpoint) -> u32 {
        self.find(hash, endpoint).map_or(NONE, |(number, _)| number as u32)
    }
}

/// What all flows together say about the endpoints of a share.
struct Share {
    /// By place in the list of those that were asked about, and side: the endpoint's number, or [`NONE`].
    ends: Vec<[u32; 2]>,
    /// By number: in how many flows the endpoint was proven to be the server.
    served: Vec<u32>,
    /// How many different ports it met.
    peer_ports: Vec<u32>,
    /// How many different machines.
    peers: Vec<u32>,
}

impl Share {
    fn gather(mut numbers: Numbers<'_>, registry: &Registry, asked: &[u32], proven: impl Fn(usize) -> Option<Side>) -> Share {
        let ends = numbers.number(asked);
        let mut served = vec![0; numbers.holders.len()];
        // The endpoint's number, and the port that it met in the last 16 bits.
        let mut ports: Vec<u64> = Vec::new();
        let mut machines: Vec<(u32, Address)> = Vec::new();
        numbers.for_each_met(asked, &ends, |number, flow, ends| {
            let proven = proven(number);
            let (tells_port, tells_machine) = (tells_peer_port(flow), tells_peer(flow, registry));
            for side in SIDES.into_iter().filter(|side| ends[side.index()] != NONE) {
                let (end, peer) = (ends[side.index()], side.other());
                served[end as usize] += u32::from(proven == Some(side));
                if tells_port {
                    ports.push(u64::from(end) << 16 | u64::from(flow.key.port(peer)));
                }
                if tells_machine {
                    machines.push((end, flow.key.addresses[peer.index()]));
                }
            }
        });
        let endpoints = served.len();
        let peer_ports = count_different(endpoints, ports, |met| (met >> 16) as u32);
        let peers = count_different(endpoints, machines, |(end, _)| end);
        Share { ends, served, peer_ports, peers }
    }
}

/// What all flows together say about the endpoints of those that are asked about.
#[derive(Default)]
pub struct Evidences(Vec<Share>);

impl Evidences {
    /// Gathers what is known about the endpoints of the flows with these numbers; of less than 2^32 flows in all. `proven`
    /// tells the side of a flow that was proven to be a server there.
    pub fn gather(
        (flows, registry): (&Flows, &Registry),
        asked: &[u32],
        proven: impl Fn(usize) -> Option<Side> + Sync,
        threads: usize,
    ) -> Evidences {
        if asked.is_empty() {
            return Evidences::default();
        }
        let hasher = RandomState::default();
        Evidences(parallel::shares(flows.len(), threads, |share, of| {
            let numbers = Numbers::for_share((share, of), flows, asked.len(), hasher.clone());
            Share::gather(numbers, registry, asked, &proven)
        }))
    }

    /// What is known about the ends of the flow in that place of the list of those that were asked about.
    pub fn about(&self, place: usize) -> Elsewhere {
        let mut told = Elsewhere::default();
        for share in &self.0 {
            for side in SIDES.map(Side::index) {
                let end = share.ends[place][side] as usize;
                if end != NONE as usize {
                    told.served[side] = share.served[end];
                    told.peer_ports[side] = share.peer_ports[end];
                    told.peers[side] = share.peers[end];
                }
            }
        }
        told
    }
}

/// True if both sides spoke, so that the port of each counts as one that the other met. Who is only refused meets nobody: a
/// scanner would otherwise look like a server with many clients.
fn tells_peer_port(flow: &Flow) -> bool {
    flow.key.has_ports() && flow.is_two_way() && !flow.is_only_reset()
}

/// The same for the machines themselves: only between ports that nobody has registered; elsewhere it does not matter.
fn tells_peer(flow: &Flow, registry: &Registry) -> bool {
    let is_unregistered = |transport, port: &u16| registry.rank(transport, *port) < RANK_REGISTERED;
    flow.is_two_way()
        && Transport::from_protocol(flow.key.protocol)
            .is_some_and(|transport| flow.key.ports.iter().all(|port| is_unregistered(transport, port)))
}

/// How many different things each endpoint met.
fn count_different<T: Ord + Copy>(endpoints: usize, mut met: Vec<T>, end: impl Fn(T) -> u32) -> Vec<u32> {
    met.sort_unstable();
    met.dedup();
    let mut counts = vec![0; endpoints];
    met.into_iter().for_each(|thing| counts[end(thing) as usize] += 1);
    counts
}
