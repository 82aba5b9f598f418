//! Statistics about endpoints over all flows, for the flows that cannot be decided by themselves.

use foldhash::fast::RandomState;

use super::endpoint_index::{EndpointIndex, NONE, SIDES};
use crate::decide::facts::EndpointStats;
use crate::decode::{Address, Side};
use crate::flow::Flow;
use crate::flow::Flows;
use crate::service::registry::RANK_REGISTERED;
use crate::service::{Registry, Transport};
use crate::support::parallel;

/// Statistics about the endpoints of one shard.
struct ShardStats {
    /// By index in the list of the flows that were asked for, and side: the endpoint's number, or [`NONE`].
    ends: Vec<[u32; 2]>,
    /// By the endpoint's number: the flows in which it was proven to be the server.
    served: Vec<u32>,
    /// The different ports that it met.
    peer_ports: Vec<u32>,
    /// The different machines that it met.
    peers: Vec<u32>,
}

impl ShardStats {
    fn gather(
        mut index: EndpointIndex<'_, RandomState>,
        registry: &Registry,
        asked: &[u32],
        proven: impl Fn(usize) -> Option<Side>,
    ) -> ShardStats {
        let ends = index.insert_flows(asked);
        let endpoints = index.len();
        let mut served = vec![0; endpoints];
        // The endpoint's number, and in the last 16 bits the port that it met.
        let mut ports: Vec<u64> = Vec::new();
        let mut machines: Vec<(u32, Address)> = Vec::new();
        index.for_each_flow(asked, &ends, |number, flow, ends| {
            let proven = proven(number);
            let (counts_ports, counts_machines) = (counts_peer_ports(flow), counts_peers(flow, registry));
            for side in SIDES.into_iter().filter(|side| ends[side.index()] != NONE) {
                let (end, peer) = (ends[side.index()], side.other());
                served[end as usize] += u32::from(proven == Some(side));
                if counts_ports {
                    ports.push(u64::from(end) << 16 | u64::from(flow.key.port(peer)));
                }
                if counts_machines {
                    machines.push((end, flow.key.addresses[peer.index()]));
                }
            }
        });
        let peer_ports = count_distinct(endpoints, ports, |met| (met >> 16) as u32);
        let peers = count_distinct(endpoints, machines, |(end, _)| end);
        ShardStats { ends, served, peer_ports, peers }
    }
}

/// Statistics about the endpoints of the flows that were asked for.
#[derive(Default)]
pub struct GatheredStats(Vec<ShardStats>);

impl GatheredStats {
    /// Gathers statistics over all flows, of which there are less than 2^32, about the endpoints of those with the numbers
    /// `asked`, in ascending order. `proven` returns the side of a flow that was proven to be a server there.
    pub fn gather(
        (flows, registry): (&Flows, &Registry),
        asked: &[u32],
        proven: impl Fn(usize) -> Option<Side> + Sync,
        threads: usize,
    ) -> GatheredStats {
        if asked.is_empty() {
            return GatheredStats::default();
        }
        let hasher = RandomState::default();
        GatheredStats(parallel::shares(flows.len(), threads, |shard, shards| {
            let index = EndpointIndex::new(flows, asked.len(), hasher.clone(), (shard, shards));
            ShardStats::gather(index, registry, asked, &proven)
        }))
    }

    /// The statistics about both ends of the flow at that index of the list `asked`.
    pub fn get(&self, index: usize) -> EndpointStats {
        let mut stats = EndpointStats::default();
        for shard in &self.0 {
            for side in SIDES.map(Side::index) {
                let end = shard.ends[index][side] as usize;
                if end != NONE as usize {
                    stats.served[side] = shard.served[end];
                    stats.peer_ports[side] = shard.peer_ports[end];
                    stats.peers[side] = shard.peers[end];
                }
            }
        }
        stats
    }
}

/// True if both sides sent, so that the port of each counts as one that the other met. An endpoint that is only refused meets
/// nobody: a scanner would otherwise look like a server with many clients.
fn counts_peer_ports(flow: &Flow) -> bool {
    flow.key.has_ports() && flow.is_two_way() && !flow.is_only_reset()
}

/// True if each side counts as a machine that the other met: if both sent, between ports that nobody has registered. No rule asks
/// about other ports.
fn counts_peers(flow: &Flow, registry: &Registry) -> bool {
    let is_unregistered = |transport, port: &u16| registry.rank(transport, *port) < RANK_REGISTERED;
    flow.is_two_way()
        && Transport::from_protocol(flow.key.protocol)
            .is_some_and(|transport| flow.key.ports.iter().all(|port| is_unregistered(transport, port)))
}

/// The number of distinct things that each endpoint met; `end` returns the endpoint's number.
fn count_distinct<T: Ord + Copy>(endpoints: usize, mut met: Vec<T>, end: impl Fn(T) -> u32) -> Vec<u32> {
    met.sort_unstable();
    met.dedup();
    let mut counts = vec![0; endpoints];
    met.into_iter().for_each(|thing| counts[end(thing) as usize] += 1);
    counts
}
