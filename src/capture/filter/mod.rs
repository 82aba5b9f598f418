//! Which packets are looked at: a filter in tcpdump's language, which libpcap compiles.
//!
//! The promise that no packet vanishes unseen holds here, too: what did not pass is counted, and so is what could not be
//! asked, because the expression means nothing for its link type, and what has hidden from the expression behind a VLAN tag.

mod check;
mod program;

use std::collections::BTreeMap;

use super::datalink;
use super::packet::{LinkType, Packet};
use crate::error::Error;
use program::Program;

/// What libpcap says of an expression that is right and that no packet of the link type can meet, such as `arp` for raw IP.
const REJECTS_ALL: &str = "expression rejects all packets";
/// The place of the EtherType in an Ethernet frame.
const ETHER_TYPE: usize = 12;

/// A filter expression that libpcap understands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    expression: String,
}

impl Filter {
    /// Checks an expression. It is right if it means something for packets of some link type; otherwise the error says what is
    /// wrong with it and, where that is certain, at which place. Without libpcap it says what to install.
    ///
    /// Names of hosts and networks are refused, because libpcap would ask the network for their addresses.
    pub fn new(expression: &str) -> Result<Filter, Error> {
        check::check(expression)?;
        Ok(Filter { expression: expression.to_owned() })
    }

    /// The expression, as it was typed.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Begins to ask packets.
    pub fn begin(&self) -> Filtering {
        let filtered = Filtered { expression: self.expression.clone(), packets: 0, matched: 0, tagged: 0, unasked: Vec::new() };
        Filtering { tests: BTreeMap::new(), filtered }
    }
}

/// What a filter did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filtered {
    /// The expression.
    pub expression: String,
    /// Packets that were asked, or could not be.
    pub packets: u64,
    /// Packets that passed.
    pub matched: u64,
    /// Packets that would have passed if the expression had looked behind their VLAN tag.
    pub tagged: u64,
    /// Link types that the expression means nothing for, in the order of their numbers: why, and how many packets of theirs did not
    /// pass for that reason.
    pub unasked: Vec<(LinkType, String, u64)>,
}

impl Filtered {
    /// Adds what the same expression did with later packets.
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

    /// The expression that looks behind one VLAN tag, too.
    pub fn with_vlan(&self) -> String {
        let expression = &self.expression;
        format!("{expression} or {}", behind_tag(expression))
    }
}

fn behind_tag(expression: &str) -> String {
    format!("(vlan and ({expression}))")
}

/// A filter at work.
pub struct Filtering {
    tests: BTreeMap<LinkType, Test>,
    filtered: Filtered,
}

/// What is asked of the packets of one link type.
enum Test {
    Ask {
        program: Program,
        /// The same behind a VLAN tag, where that can be asked and is not what the expression asks itself.
        behind_tag: Option<Program>,
    },
    /// None of them can pass.
    Reject,
    /// They cannot be asked: why, and how many there were.
    Unasked(String, u64),
}

impl Filtering {
    /// True if the packet passes.
    pub fn matches(&mut self, packet: &Packet<'_>, link_type: LinkType) -> bool {
        let Filtering { tests, filtered } = self;
        filtered.packets += 1;
        let matches = match tests.entry(link_type).or_insert_with(|| Test::new(&filtered.expression, link_type)) {
            Test::Ask { program, behind_tag } => {
                let matches = program.matches(packet.wire_len, packet.data);
                if !matches && is_tagged(packet.data) {
                    let is_hidden = behind_tag.as_ref().is_some_and(|program| program.matches(packet.wire_len, packet.data));
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

    /// What it has done so far.
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
                let behind_tag = may_hide.then(|| Program::compile(datalink, &behind_tag(expression)).ok()).flatten();
                Test::Ask { program, behind_tag }
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
    use crate::unit::Time;

    /// What a filter did with these packets, each with its link type and length on the wire; nothing without libpcap.
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
    fn each_link_type_is_asked_in_its_own_way() {
        let (arp, ip) = (frame([8, 6], &[]), [&[0x45, 0, 0, 20, 0, 0, 0, 0, 64, 17][..], &[0; 18]].concat());
        let packets = [(LinkType::ETHERNET, 60, &arp[..]), (LinkType::RAW, 28, &ip), (LinkType::RAW_OPENBSD, 28, &ip)];
        let Some(found) = filtered("arp", &packets) else { return };
        assert_eq!((found.packets, found.matched, found.unasked), (3, 1, vec![]));
        let found = filtered("udp or ether multicast", &packets[..2]).unwrap();
        assert_eq!((found.packets, found.matched), (2, 0));
        let (link_type, why, packets_unasked) = &found.unasked[0];
        assert_eq!((*link_type, *packets_unasked), (LinkType::RAW, 1));
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
    fn what_hides_behind_a_vlan_tag_is_counted_unless_the_expression_knows_of_tags() {
        let (tagged, other) = (frame([0x81, 0], &[0, 7, 8, 6]), frame([0x81, 0], &[0, 7, 8, 0]));
        let packets = [(LinkType::ETHERNET, 64, &tagged[..]), (LinkType::ETHERNET, 64, &other)];
        let Some(found) = filtered("arp", &packets) else { return };
        assert_eq!((found.matched, found.tagged), (0, 1));
        let with_vlan = filtered(&found.with_vlan(), &packets).unwrap();
        assert_eq!((with_vlan.matched, with_vlan.tagged), (1, 0));
        assert_eq!(filtered("vlan 8 and arp", &packets).unwrap().tagged, 0);
    }
}
