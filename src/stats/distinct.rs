//! Numbers of different machines, pairs of machines, and servers: the numbers of rows that the tables of them have, without the rows.

use std::collections::HashSet;

use super::conversations::{Pair, pair};
use super::flows::FlowSums;
use super::host_set::HostSet;
use super::sums::{Host, ServerKey};
use super::{DecidedFlows, KeyBudget};
use crate::decode::{Address, IpVersion};
use crate::flow::Flow;
use crate::service::Verdict;
use crate::support::int_set::IntSet;
use crate::support::parallel;

type Set<K> = HashSet<K, foldhash::fast::RandomState>;

/// The different machines, pairs of machines, and servers of flows. Those with IPv4 addresses are numbers of eight bytes.
#[derive(Clone, Debug, Default)]
struct Distinct {
    hosts: HostSet,
    pairs_v4: IntSet<u64>,
    pairs_v6: Set<[Address; 2]>,
    servers_v4: IntSet<u64>,
    servers_v6: Set<ServerKey>,
    /// The pair of the latest flow.
    latest: Option<Pair>,
}

impl Distinct {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, closed_ports: bool) {
        if flow.is_overflow() {
            return;
        }
        let pair = pair(flow);
        if self.latest != Some(pair) {
            self.add_pair(pair);
            pair.hosts().into_iter().for_each(|host| self.add_host(host));
            self.latest = Some(pair);
        }
        if let Some(key) = ServerKey::from_flow(flow, verdict).filter(|_| closed_ports || verdict.shows_server()) {
            self.add_server(key);
        }
    }

    fn add_host(&mut self, host: Host) {
        self.hosts.insert(host, &mut KeyBudget::unlimited());
    }

    fn add_pair(&mut self, Pair { lower, higher }: Pair) {
        match lower.version {
            IpVersion::V4 => {
                let [lower, higher] = [lower.address, higher].map(|address| u64::from(address.v4_number()));
                self.pairs_v4.insert(lower << 32 | higher);
            }
            IpVersion::V6 => {
                self.pairs_v6.insert([lower.address, higher]);
            }
        }
    }

    fn add_server(&mut self, key: ServerKey) {
        let ServerKey { host, transport, port } = key;
        match host.version {
            IpVersion::V4 => {
                let of_host = u64::from(transport as u8) << 16 | u64::from(port);
                self.servers_v4.insert(u64::from(host.address.v4_number()) << 32 | of_host);
            }
            IpVersion::V6 => {
                self.servers_v6.insert(key);
            }
        }
    }

    fn add_closed(&mut self, sums: &FlowSums, closed_ports: bool) {
        sums.hosts.each.keys().for_each(|host| self.add_host(*host));
        sums.conversations.each.keys().for_each(|pair| self.add_pair(*pair));
        let servers = sums.servers.each.iter().filter(|(_, sum)| closed_ports || sum.shows_server);
        servers.for_each(|(key, _)| self.add_server(*key));
    }

    fn merge(&mut self, other: Distinct) {
        self.hosts.extend(&other.hosts);
        self.pairs_v4.extend(&other.pairs_v4);
        self.pairs_v6.extend(other.pairs_v6);
        self.servers_v4.extend(&other.servers_v4);
        self.servers_v6.extend(other.servers_v6);
    }
}

/// Numbers of rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DistinctCounts {
    /// Machines and groups of machines, those of flows without ports included.
    pub hosts: u64,
    /// Pairs of machines with traffic between them.
    pub conversations: u64,
    /// Servers.
    pub servers: u64,
}

impl DistinctCounts {
    /// Counts the rows of all flows: one for each machine, pair or server, and one for all for which closed flows had no room. Servers
    /// that show themselves in no flow count only if `closed_ports` are wanted.
    pub fn new(decided: DecidedFlows<'_>, closed_ports: bool) -> DistinctCounts {
        let parts = parallel::parts(decided.flows.len(), decided.threads, |part| {
            let mut distinct = Distinct::default();
            part.for_each(|number| distinct.add(decided.flows.get(number), &decided.verdicts[number], closed_ports));
            distinct
        });
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        parts.for_each(|part| all.merge(part));
        decided.closed.into_iter().for_each(|closed| all.add_closed(closed, closed_ports));
        let others = |has_others: fn(&FlowSums) -> bool| usize::from(decided.closed.is_some_and(has_others));
        let hosts = all.hosts.len() + others(|closed| closed.hosts.others.is_some());
        let conversations = all.pairs_v4.len() + all.pairs_v6.len() + others(|closed| closed.conversations.others.is_some());
        let servers = all.servers_v4.len() + all.servers_v6.len() + others(|closed| closed.servers.others.is_some());
        DistinctCounts { hosts: hosts as u64, conversations: conversations as u64, servers: servers as u64 }
    }
}
