//! Packet filters in tcpdump's language, which libpcap compiles.
//!
//! The promise that no packet vanishes unseen holds here, too. Packets that did not pass are counted; so are packets that could
//! not be tested, because the expression means nothing for their link type, and packets that a VLAN tag has hidden from the
//! expression.

mod check;
mod program;

use std::collections::BTreeMap;

use super::datalink;
use super::packet::Packet;
use crate::error::Error;
use crate::link_type::LinkType;
use program::Program;

/// libpcap's message for a valid expression that no packet of the link type can match, such as `arp` for raw IP.
const REJECTS_ALL: &str = "expression rejects all packets";
/// Offset of the EtherType in an Ethernet frame.
const ETHER_TYPE: usize = 12;

/// A filter expression that libpcap understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    expression: String,
}

impl Filter {
    /// Checks an expression. It is valid if it means something for packets of some link type.
    ///
    /// # Errors
    ///
    /// [`Error::Filter`] with the problem and, where that is certain, its position. Names of hosts and networks are refused,
    /// because libpcap would ask the network for their addresses. [`Error::NoFilter`] without libpcap, with what to install.
    pub fn new(expression: &str) -> Result<Filter, Error> {
        check::check(expression)?;
        Ok(Filter { expression: expression.to_owned() })
    }

    /// The expression, as it was typed.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Starts to test packets.
    pub fn begin(&self) -> Filtering {
        let filtered = Filtered { expression: self.expression.clone(), packets: 0, matched: 0, tagged: 0, unasked: Vec::new() };
        Filtering { tests: BTreeMap::new(), filtered }
    }
}

/// The counts of a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The expression.
    pub expression: String,
    /// All packets, whether they could be tested or not.
    pub packets: u64,
    /// Packets that passed.
    pub matched: u64,
    /// Packets that would have passed if the expression had looked past their VLAN tag.
    pub tagged: u64,
    /// Link types that the expression means nothing for, in the order of their numbers: the reason, and the number of their packets
    /// that did not pass for that reason.
    pub unasked: Vec<(LinkType, String, u64)>,
}

impl Filtered {
    /// Adds the counts of the same expression over later packets.
    pub fn merge(&mut self, later: &Filtered) {
        self.packets += later.packets;
        self.matched += later.matched;
        self.tagged += later.tagged;
        for (link_type, why, packets) in &later.unasked {
            match self.unasked.binary_search_by_key(link_type, |(link_type, ..)| *link_type) {
                Ok(place) => self.unasked[place].2 += packets,
                Err(place) => self.unasked.insert(place, (*link_type, why.clone(), *packets)),
            }
        }
    }

    /// The expression that also looks past one VLAN tag.
    pub fn with_vlan(&self) -> String {
        let expression = &self.expression;
        format!("{expression} or {}", past_tag(expression))
    }
}

fn past_tag(expression: &str) -> String {
    format!("(vlan and ({expression}))")
}

/// A filter in use.
pub struct Filtering {
    tests: BTreeMap<LinkType, Test>,
    filtered: Filtered,
}

/// The test for packets of one link type.
enum Test {
    Ask {
        program: Program,
        /// The program that looks past a VLAN tag, where that is possible and the expression does not do so itself.
        past_tag: Option<Program>,
    },
    /// No packet can pass.
    Reject,
    /// Packets cannot be tested: the reason, and their number.
    Unasked(String, u64),
}

impl Filtering {
    /// Tests and counts a packet. True if it passes.
    pub fn matches(&mut self, packet: &Packet<'_>, link_type: LinkType) -> bool {
        let Filtering { tests, filtered } = self;
        filtered.packets += 1;
        let matches = match tests.entry(link_type).or_insert_with(|| Test::new(&filtered.expression, link_type)) {
            Test::Ask { program, past_tag } => {
                let matches = program.matches(packet.wire_len, packet.data);
                if !matches && is_tagged(packet.data) {
                    let is_hidden = past_tag.as_ref().is_some_and(|program| program.matches(packet.wire_len, packet.data));
                    filtered.tagged += u64::from(is_hidden);
                }
                matches
            }
            Test::Reject => false,
            Test::Unasked(_, packets) => {
                *packets += 1;
                false
            }
        };
        filtered.matched += u64::from(matches);
        matches
    }

    /// The counts so far.
    pub fn so_far(&self) -> Filtered {
        let unasked = self.tests.iter().filter_map(|(link_type, test)| match test {
            Test::Unasked(why, packets) => Some((*link_type, why.clone(), *packets)),
            Test::Ask { .. } | Test::Reject => None,
        });
        Filtered { unasked: unasked.collect(), ..self.filtered.clone() }
    }
}

impl Test {
    #[cold]
    fn new(expression: &str, link_type: LinkType) -> Test {
        let datalink = datalink::from_link_type(link_type);
        match Program::compile(datalink, expression) {
            Ok(program) => {
                let may_hide = link_type == LinkType::ETHERNET && !check::words(expression).any(|word| word == "vlan");
                let past_tag = may_hide.then(|| Program::compile(datalink, &past_tag(expression)).ok()).flatten();
                Test::Ask { program, past_tag }
            }
            Err(why) if why == REJECTS_ALL => Test::Reject,
            Err(why) => Test::Unasked(why, 0),
        }
    }
}

/// True if an Ethernet frame has a VLAN tag (IEEE 802.1Q, 802.1ad, and the EtherType that switches used before).
#[inline]
fn is_tagged(frame: &[u8]) -> bool {
    matches!(frame.get(ETHER_TYPE..ETHER_TYPE + 2), Some([0x81, 0x00] | [0x88, 0xa8] | [0x91, 0x00]))
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;
    use crate::time::Time;

    /// The counts of a filter for `packets`, each with its link type and length on the wire; `None` without libpcap.
    fn filtered(expression: &str, packets: &[(LinkType, u32, &[u8])]) -> Option<Filtered> {
        if let Err(why) = portolan_libpcap::load() {
            println!("skipped: {why}");
            return None;
        }
        let mut filtering = Filter::new(expression).unwrap().begin();
        for (link_type, wire_len, data) in packets {
            let packet = Packet { time: Time::UNKNOWN, wire_len: *wire_len, interface: 0, data };
            filtering.matches(&packet, *link_type);
        }
        Some(filtering.so_far())
    }

    fn frame(ether_type: [u8; 2], rest: &[u8]) -> Vec<u8> {
        [&[0; 12][..], &ether_type, rest, &[0; 46]].concat()
    }

    #[test]
    fn each_link_type_is_tested_in_its_own_way() {
        let (arp, ip) = (frame([8, 6], &[]), [&[0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17][..], &[0; 18]].concat());
        let packets = [(LinkType::ETHERNET, 60, &arp[..]), (LinkType::RAW, 28, &ip), (LinkType::RAW_OPENBSD, 28, &ip)];
        let Some(found) = filtered("arp", &packets) else { return };
        assert_eq!((found.packets, found.matched, found.unasked), (3, 1, vec![]));
        let found = filtered("udp or ether multicast", &packets[..2]).unwrap();
        assert_eq!((found.packets, found.matched), (2, 0));
        let (link_type, why, untested) = &found.unasked[0];
        assert_eq!((*link_type, *untested), (LinkType::RAW, 1));
        assert!(!why.is_empty());
        assert_eq!(filtered("udp", &packets).unwrap().matched, 2);
    }

    #[test]
    fn what_became_of_parts_adds_up_to_what_became_of_all() {
        let (arp, tagged) = (frame([8, 6], &[]), frame([0x81, 0], &[0, 7, 8, 6]));
        let link_types = [LinkType::RAW_OPENBSD, LinkType::ETHERNET, LinkType::RAW, LinkType::ETHERNET, LinkType::RAW];
        let packets: Vec<(LinkType, u32, &[u8])> = link_types
            .into_iter()
            .zip([&arp, &arp, &arp, &tagged, &arp])
            .map(|(link_type, data)| (link_type, 60, &data[..]))
            .collect();
        // Ethernet alone has an answer to it.
        let expression = "arp or ether multicast";
        let Some(all) = filtered(expression, &packets) else { return };
        assert_eq!((all.matched, all.tagged, all.unasked.len()), (1, 1, 2));
        for cut in 0..=packets.len() {
            let mut merged = filtered(expression, &packets[..cut]).unwrap();
            merged.merge(&filtered(expression, &packets[cut..]).unwrap());
            assert_eq!(merged, all, "cut at {cut}");
        }
    }

    #[test]
    fn a_cut_packet_has_its_length_on_the_wire() {
        let arp = frame([8, 6], &[]);
        let Some(found) = filtered("greater 1000", &[(LinkType::ETHERNET, 1500, &arp), (LinkType::ETHERNET, 60, &arp)]) else {
            return;
        };
        assert_eq!(found.matched, 1);
    }

    #[test]
    fn packets_hidden_by_a_vlan_tag_are_counted_unless_the_expression_tests_tags() {
        let (tagged, other) = (frame([0x81, 0], &[0, 7, 8, 6]), frame([0x81, 0], &[0, 7, 8, 0]));
        let packets = [(LinkType::ETHERNET, 64, &tagged[..]), (LinkType::ETHERNET, 64, &other)];
        let Some(found) = filtered("arp", &packets) else { return };
        assert_eq!((found.matched, found.tagged), (0, 1));
        let with_vlan = filtered(&found.with_vlan(), &packets).unwrap();
        assert_eq!((with_vlan.matched, with_vlan.tagged), (1, 0));
        assert_eq!(filtered("vlan 8 and arp", &packets).unwrap().tagged, 0);
    }
}
