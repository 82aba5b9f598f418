//! Packets without ports: ICMP by type and code, other IP protocols, and protocols directly above the link layer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::sums::total;
use crate::decode::{Address, IcmpMessage, IpVersion, LinkAddress, LinkProtocol, Observation, Side};
use crate::flow::Flow;
use crate::time::{Span, Time};
use crate::traffic::Traffic;

/// The most kinds that are distinguished; further ones share [`PortlessKind::Others`].
pub const MAX_KINDS: usize = 1 << 16;
/// The most pairs of kind and host that are remembered. Beyond them `hosts` counts no new ones and is a lower bound.
pub const MAX_HOSTS: usize = 1 << 20;

/// The kind of a packet without ports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PortlessKind {
    /// An IP protocol, with type and code if it is ICMP or ICMPv6.
    Ip(u8, Option<IcmpMessage>),
    /// A protocol that is not IP.
    Link(LinkProtocol),
    /// Kinds beyond the first [`MAX_KINDS`].
    Others,
}

/// A machine, by the address of the layer that it communicates on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Host {
    Ip(IpVersion, Address),
    Link(LinkAddress),
}

/// The packets of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PortlessSum {
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
    /// First and last packet.
    pub span: Span,
    /// Different machines that sent such packets or received them; groups do not count.
    pub hosts: u64,
}

/// Everything without ports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Portless {
    rows: HashMap<PortlessKind, PortlessSum, foldhash::fast::RandomState>,
    /// The kinds in the order of their first packets.
    kinds: Vec<PortlessKind>,
    /// The place of each pair of kind and host in order of first appearance.
    hosts: HashMap<(PortlessKind, Host), u32, foldhash::fast::RandomState>,
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
                self.add_host(kind, Host::Ip(key.version, address));
            }
        }
    }

    /// Counts the packets of a flow, which has no types of messages.
    pub fn add_flow(&mut self, flow: &Flow) {
        let kind = self.room_for(PortlessKind::Ip(flow.key.protocol, None));
        let row = self.row_mut(kind);
        row.traffic.merge(total(flow));
        row.span.merge(flow.span);
        for side in [Side::A, Side::B].into_iter().filter(|_| !flow.is_overflow()) {
            let address = flow.key.addresses[side.index()];
            if flow.group_side() != Some(side) && !flow.key.version.is_group(address) {
                self.add_host(kind, Host::Ip(flow.key.version, address));
            }
        }
    }

    /// The part of one layer: that of IP protocols, or of those that are not IP. [`PortlessKind::Others`] are in neither.
    pub fn of_layer(&self, ip: bool) -> Portless {
        let is_wanted = |kind: &PortlessKind| match kind {
            PortlessKind::Ip(..) => ip,
            PortlessKind::Link(_) => !ip,
            PortlessKind::Others => false,
        };
        Portless {
            rows: self.rows.iter().filter(|(kind, _)| is_wanted(kind)).map(|(kind, row)| (*kind, *row)).collect(),
            kinds: self.kinds.iter().copied().filter(is_wanted).collect(),
            hosts: self.hosts.iter().filter(|((kind, _), _)| is_wanted(kind)).map(|(host, place)| (*host, *place)).collect(),
        }
    }

    /// Counts a packet that is not IP.
    pub fn add_link(&mut self, protocol: LinkProtocol, addresses: [Option<LinkAddress>; 2], time: Time, wire_len: u32) {
        let kind = self.count(PortlessKind::Link(protocol), time, wire_len);
        for address in addresses.into_iter().flatten().filter(|address| !address.is_group()) {
            self.add_host(kind, Host::Link(address));
        }
    }

    /// Counts a packet and returns the kind under which it was counted.
    fn count(&mut self, kind: PortlessKind, time: Time, wire_len: u32) -> PortlessKind {
        let kind = self.room_for(kind);
        let row = self.row_mut(kind);
        row.traffic.add(wire_len);
        row.span.add(time);
        kind
    }

    fn row_mut(&mut self, kind: PortlessKind) -> &mut PortlessSum {
        let kinds = &mut self.kinds;
        self.rows.entry(kind).or_insert_with(|| {
            kinds.push(kind);
            PortlessSum::default()
        })
    }

    fn room_for(&self, kind: PortlessKind) -> PortlessKind {
        let known = self.rows.len() < MAX_KINDS || self.rows.contains_key(&kind);
        if known { kind } else { PortlessKind::Others }
    }

    fn add_host(&mut self, kind: PortlessKind, host: Host) {
        let met = self.hosts.len();
        if met >= MAX_HOSTS {
            return;
        }
        if let Entry::Vacant(place) = self.hosts.entry((kind, host)) {
            place.insert(met as u32);
            self.row_mut(kind).hosts += 1;
        }
    }

    /// Adds another tally, with the same result as if its packets had been added one by one. Only packets of kinds that `other`
    /// had no room for stay among [`PortlessKind::Others`].
    pub fn merge(&mut self, other: &Portless) {
        // If there is no room for all kinds, the first ones get it.
        for kind in &other.kinds {
            let row = &other.rows[kind];
            let mine = self.row_mut(self.room_for(*kind));
            mine.traffic.merge(row.traffic);
            mine.span.merge(row.span);
        }
        let mut hosts: Vec<_> = other.hosts.iter().collect();
        hosts.sort_unstable_by_key(|(_, place)| **place);
        for ((kind, host), _) in hosts {
            self.add_host(self.room_for(*kind), *host);
        }
    }

    /// The undecoded EtherType that more than half of `all` packets have, if there is one, and the number of those packets.
    pub fn main_ether_type(&self, all: u64) -> Option<(u16, u64)> {
        self.rows.iter().find_map(|(kind, row)| match kind {
            PortlessKind::Link(LinkProtocol::EtherType(number)) if row.traffic.packets > all / 2 => {
                Some((*number, row.traffic.packets))
            }
            _ => None,
        })
    }

    /// All kinds, in no particular order.
    pub fn rows(&self) -> impl Iterator<Item = (PortlessKind, PortlessSum)> {
        self.rows.iter().map(|(kind, row)| (*kind, *row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Adds a packet with `ether_type` from `machine`.
    fn add(portless: &mut Portless, ether_type: u16, machine: u32) {
        let addresses = [Some(address(machine)), None];
        portless.add_link(LinkProtocol::EtherType(ether_type), addresses, Time::UNKNOWN, 60);
    }

    fn address(machine: u32) -> LinkAddress {
        LinkAddress::from_bytes(&[&[2, 0][..], &machine.to_be_bytes()].concat())
    }

    /// The merged tally of two parts, and the tally of all packets.
    fn both(earlier: Portless, later: impl Iterator<Item = (u16, u32)> + Clone) -> (Portless, Portless) {
        let (mut merged, mut all, mut alone) = (earlier.clone(), earlier, Portless::default());
        later.clone().for_each(|(ether_type, machine)| add(&mut alone, ether_type, machine));
        merged.merge(&alone);
        later.for_each(|(ether_type, machine)| add(&mut all, ether_type, machine));
        (merged, all)
    }

    #[test]
    fn kinds_of_a_later_part_find_room_in_their_order() {
        let mut earlier = Portless::default();
        (0..MAX_KINDS as u32 - 40).for_each(|number| add(&mut earlier, number as u16, 0));
        // A kind of IP leaves room for fewer kinds.
        let ping = PortlessKind::Ip(1, None);
        earlier.row_mut(ping).traffic.add(60);
        let later = (0..40).map(|number| ((MAX_KINDS as u32 - 40 + number * 7 % 40) as u16, number));
        let (merged, all) = both(earlier, later);
        assert_eq!(all.rows[&PortlessKind::Others].traffic.packets, 1);
        assert!(merged == all);
    }

    #[test]
    fn machines_of_a_later_part_find_room_in_their_order() {
        let mut earlier = Portless::default();
        let machine = |number: u32| Host::Link(address(number));
        let kind = |ether_type| PortlessKind::Link(LinkProtocol::EtherType(ether_type));
        earlier.hosts = (0..MAX_HOSTS as u32 - 3).map(|number| ((kind(1), machine(number)), number)).collect();
        // The first two kinds find room, and a known kind needs none.
        let later = [(3, u32::MAX), (1, 5), (2, u32::MAX), (3, u32::MAX - 1), (4, u32::MAX), (5, u32::MAX), (3, u32::MAX - 2)];
        let (merged, all) = both(earlier, later.into_iter());
        assert_eq!([1, 2, 3, 4, 5].map(|ether_type| all.rows[&kind(ether_type)].hosts), [0, 1, 2, 0, 0]);
        assert!(merged == all);
    }
}
