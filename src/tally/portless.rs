//! What has no ports: ICMP by type and code, other IP protocols, and what lies directly above the link layer.

use std::collections::{HashMap, HashSet};

use crate::decode::{Address, IcmpMessage, IpVersion, LinkAddress, LinkProtocol, Observation, Side};
use crate::unit::{Span, Time, Traffic};

/// The most kinds that are told apart; further ones share [`PortlessKind::Others`].
pub const MAX_KINDS: usize = 1 << 16;
/// The most pairs of kind and host that are remembered. Beyond, `hosts` counts no new ones and is a least number.
pub const MAX_HOSTS: usize = 1 << 20;

/// What a packet without ports was.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum PortlessKind {
    /// An IP protocol, with type and code if it is ICMP or ICMPv6.
    Ip(u8, Option<IcmpMessage>),
    /// A protocol that is not IP.
    Link(LinkProtocol),
    /// Kinds beyond the first [`MAX_KINDS`].
    Others,
}

/// A machine, by the address of the layer it speaks on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Host {
    Ip(IpVersion, Address),
    Link(LinkAddress),
}

/// What is known of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PortlessSum {
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
    /// First and last packet.
    pub span: Span,
    /// Different machines that sent it or that it was sent to; groups do not count.
    pub hosts: u64,
}

/// Everything without ports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portless {
    rows: HashMap<PortlessKind, PortlessSum, foldhash::fast::RandomState>,
    hosts: HashSet<(PortlessKind, Host), foldhash::fast::RandomState>,
}

impl Portless {
    /// Counts a packet of an IP protocol without ports.
    pub fn add_ip(&mut self, observation: &Observation) {
        let key = &observation.key;
        let kind = PortlessKind::Ip(key.protocol, observation.message);
        let kind = self.count(kind, observation.time, observation.wire_len);
        for side in [Side::A, Side::B] {
            let address = key.addresses[side.index()];
            let received_by_group = side != observation.side && (observation.to_group || key.version.is_group(address));
            if !received_by_group {
                self.meet(kind, Host::Ip(key.version, address));
            }
        }
    }

    /// Counts a packet that is not IP.
    pub fn add_link(&mut self, protocol: LinkProtocol, addresses: [Option<LinkAddress>; 2], time: Time, wire_len: u32) {
        let kind = self.count(PortlessKind::Link(protocol), time, wire_len);
        for address in addresses.into_iter().flatten().filter(|address| !address.is_group()) {
            self.meet(kind, Host::Link(address));
        }
    }

    /// The kind that it was counted under.
    fn count(&mut self, kind: PortlessKind, time: Time, wire_len: u32) -> PortlessKind {
        let kind = self.room_for(kind);
        let row = self.rows.entry(kind).or_default();
        row.traffic.add(wire_len);
        row.span.add(time);
        kind
    }

    fn room_for(&self, kind: PortlessKind) -> PortlessKind {
        let known = self.rows.len() < MAX_KINDS || self.rows.contains_key(&kind);
        if known { kind } else { PortlessKind::Others }
    }

    fn meet(&mut self, kind: PortlessKind, host: Host) {
        if self.hosts.len() < MAX_HOSTS && self.hosts.insert((kind, host)) {
            self.rows.entry(kind).or_default().hosts += 1;
        }
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Portless) {
        for (&kind, row) in &other.rows {
            let kind = self.room_for(kind);
            let mine = self.rows.entry(kind).or_default();
            mine.traffic.merge(row.traffic);
            mine.span.merge(row.span);
        }
        for &(kind, host) in &other.hosts {
            self.meet(self.room_for(kind), host);
        }
    }

    /// The EtherType, not decoded, that more than half of `all` packets have, if there is one, and how many have it.
    pub fn main_ether_type(&self, all: u64) -> Option<(u16, u64)> {
        self.rows.iter().find_map(|(kind, row)| match kind {
            PortlessKind::Link(LinkProtocol::EtherType(number)) if row.traffic.packets > all / 2 => {
                Some((*number, row.traffic.packets))
            }
            _ => None,
        })
    }

    /// All kinds, in no order.
    pub fn rows(&self) -> impl Iterator<Item = (PortlessKind, PortlessSum)> {
        self.rows.iter().map(|(kind, row)| (*kind, *row))
    }
}
