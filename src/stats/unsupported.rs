//! Packets of link types that cannot be decoded, by link type.
//!
//! Headers such as PPI's and PKTAP's name the link type of their content, so that each packet can have another one.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::capture::LinkType;
use crate::traffic::Traffic;

/// The most link types that are distinguished.
pub const MAX_LINK_TYPES: usize = 1 << 10;

/// Packets of link types that cannot be decoded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Unsupported {
    each: BTreeMap<LinkType, Traffic>,
    /// Packets of link types that came when [`MAX_LINK_TYPES`] were known.
    others: Traffic,
}

impl Unsupported {
    /// Adds a packet with its length on the wire.
    pub fn add(&mut self, link_type: LinkType, wire_len: u32) {
        self.traffic_mut(link_type).add(wire_len);
    }

    /// The packets of a link type; those of all others if there is no room for an entry of its own.
    fn traffic_mut(&mut self, link_type: LinkType) -> &mut Traffic {
        let has_room = self.each.len() < MAX_LINK_TYPES || self.each.contains_key(&link_type);
        if has_room { self.each.entry(link_type).or_default() } else { &mut self.others }
    }

    /// Adds the counts of `other`.
    pub fn merge(&mut self, other: &Unsupported) {
        other.each.iter().for_each(|(link_type, traffic)| self.traffic_mut(*link_type).merge(*traffic));
        self.others.merge(other.others);
    }

    /// The `most` link types with the most packets, in the order of their numbers; and the packets of all others.
    pub fn largest(&self, most: usize) -> (Vec<(LinkType, Traffic)>, u64) {
        let mut each: Vec<_> = self.each.iter().map(|(link_type, traffic)| (*link_type, *traffic)).collect();
        each.sort_by_key(|(_, traffic)| Reverse(traffic.packets));
        let smaller = each.split_off(most.min(each.len()));
        each.sort_by_key(|(link_type, _)| *link_type);
        (each, smaller.iter().map(|(_, traffic)| traffic.packets).sum::<u64>() + self.others.packets)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_packet_is_lost_however_many_link_types_there_are() {
        let mut unsupported = Unsupported::default();
        let count = MAX_LINK_TYPES as u32 + 5;
        (0..count).for_each(|number| unsupported.add(LinkType(number), 60));
        for number in [700, 3, count - 1] {
            unsupported.add(LinkType(number), 60);
        }
        assert_eq!(unsupported.each.len(), MAX_LINK_TYPES);
        let (largest, others) = unsupported.largest(2);
        let largest: Vec<_> = largest.iter().map(|(link_type, traffic)| (link_type.0, traffic.packets)).collect();
        assert_eq!((largest, others), (vec![(3, 2), (700, 2)], u64::from(count) + 3 - 4));
        assert_eq!(unsupported.largest(usize::MAX).1, 6);
        let mut merged = Unsupported::default();
        for number in [0, 1, MAX_LINK_TYPES as u32] {
            merged.add(LinkType(number), 60);
        }
        merged.merge(&unsupported);
        assert_eq!(merged.each.len(), MAX_LINK_TYPES);
        let (each, others) = merged.largest(usize::MAX);
        let all = each.iter().map(|(_, traffic)| traffic.packets).sum::<u64>() + others;
        assert_eq!(all, u64::from(count) + 3 + 3);
    }
}
