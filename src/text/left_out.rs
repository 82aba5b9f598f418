//! Sentences about packets that a filter leaves out, and about those whose link type has no decoder.

use super::{grouped, number_of, packets};

/// The packets that have passed a filter, of all.
pub fn filter_matched(matched: u64, packets: u64) -> String {
    format!("the filter matches {} of {}", grouped(matched), self::packets(packets))
}

/// A filter has missed packets because of their VLAN tags; the expression is one that would not.
pub fn filter_missed_tagged(packets: u64, expression: &str) -> String {
    let packets = self::packets(packets);
    format!("the filter does not look behind VLAN tags, where {packets} would match; this one does: {expression}")
}

/// A filter means nothing for a link type.
pub fn filter_unasked(link_type: u32, name: &str, why: &str, packets: u64) -> String {
    let packets = self::packets(packets);
    format!("the filter cannot be used for link type {link_type} ({name}): {why}; left out: {packets}")
}

/// A filter means nothing for so many more link types, which are not named.
pub fn filter_unasked_others(link_types: usize, packets: u64) -> String {
    let link_types = number_of(link_types as u64, "more link type", "more link types");
    format!("the filter cannot be used for {link_types}; left out: {}", self::packets(packets))
}

/// There are packets of a link type without a decoder.
pub fn link_type_not_decoded(link_type: u32, name: &str, packets: u64) -> String {
    let counted = number_of(packets, "packet is", "packets are");
    format!("link type {link_type} ({name}) cannot be decoded: {counted} counted as unsupported-link")
}

/// There are packets of more link types without a decoder, which are not named.
pub fn other_link_types(packets: u64) -> String {
    let counted = number_of(packets, "packet of theirs is", "packets of theirs are");
    format!("more link types cannot be decoded: {counted} counted as unsupported-link")
}
