//! The encapsulations around a packet's flow: VLAN tags and tunnels, outermost first.
//!
//! Two packets with equal addresses and ports belong to one flow only if they came through the same encapsulations: 10.0.0.1 in
//! VLAN 10 need not be 10.0.0.1 in VLAN 20. A flow's key holds the number of its stack, an [`EncapsulationId`], and
//! [`Encapsulations`] holds the stacks.

use std::collections::HashMap;
use std::fmt;

/// The most encapsulations around one flow. A packet with more contradicts all practice and counts as malformed.
pub const MAX_DEPTH: usize = 8;
/// The most stacks that are distinguished. Packets with further ones share [`EncapsulationId::OTHER`].
pub const MAX_ENCAPSULATIONS: usize = 1 << 15;

/// One layer around a flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Encapsulation {
    /// An IEEE 802.1Q or 802.1ad tag, or an older one of the same shape, with its VLAN identifier (1 to 4095).
    Vlan(u16),
    /// An MPLS label stack (RFC 3032). Labels differ by direction and do not distinguish flows.
    Mpls,
    /// PPP over Ethernet (RFC 2516).
    Pppoe,
    /// Provider backbone bridging (IEEE 802.1ah).
    Pbb,
    /// MACsec without encryption (IEEE 802.1AE).
    Macsec,
    /// VN-Tag (IEEE 802.1Qbh draft).
    VnTag,
    /// Network Service Header (RFC 8300).
    Nsh,
    /// An Authentication Header (RFC 4302).
    Ah,
    /// IPv4 in IPv4 (RFC 2003).
    Ipip,
    /// IPv6 in IPv4 (RFC 4213).
    SixInFour,
    /// IPv4 in IPv6 (RFC 2473).
    FourInSix,
    /// IPv6 in IPv6 (RFC 2473).
    SixInSix,
    /// GRE (RFC 2784).
    Gre,
    /// GRE version 1, of PPTP (RFC 2637).
    Pptp,
    /// NVGRE (RFC 7637) with its virtual subnet.
    Nvgre(u32),
    /// ERSPAN, any type.
    Erspan,
    /// EtherIP (RFC 3378).
    EtherIp,
    /// PIM Register (RFC 7761).
    PimRegister,
    /// VXLAN (RFC 7348) with its network identifier.
    Vxlan(u32),
    /// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe) with its network identifier.
    VxlanGpe(u32),
    /// GENEVE (RFC 8926) with its network identifier.
    Geneve(u32),
    /// GTP-U (3GPP TS 29.281). Tunnel endpoint identifiers differ by direction and do not distinguish flows.
    GtpUser,
    /// Teredo (RFC 4380).
    Teredo,
    /// L2TP version 2 (RFC 2661).
    L2tp,
    /// LISP (RFC 9300).
    Lisp,
    /// MPLS in UDP (RFC 7510).
    MplsInUdp,
    /// CAPWAP data (RFC 5415).
    CapwapData,
    /// Cisco's metadata tag, which holds a security group (EtherType 0x8909).
    CiscoMetadata,
    /// Cisco's timestamp tag (EtherType 0x8988).
    CiscoTimestamp,
    /// E-TAG of bridge port extension (IEEE 802.1BR).
    ETag,
    /// Arista's timestamp (EtherType 0xd28b).
    AristaTimestamp,
    /// R-TAG of frame replication and elimination (IEEE 802.1CB).
    RTag,
    /// High-availability Seamless Redundancy (IEC 62439-3).
    Hsr,
    /// TRILL (RFC 6325).
    Trill,
    /// Cisco FabricPath.
    FabricPath,
    /// A mesh of batman-adv.
    BatmanAdv,
    /// Tazmen Sniffer Protocol.
    Tzsp,
    /// Frames that an access point sends to OmniPeek.
    Peekremote,
    /// Remote mirroring of Aruba access points.
    ArubaErm,
}

impl Encapsulation {
    /// The key in the `tunnels` table.
    pub fn name(self) -> &'static str {
        match self {
            Encapsulation::Vlan(_) => "vlan",
            Encapsulation::Mpls => "mpls",
            Encapsulation::Pppoe => "pppoe",
            Encapsulation::Pbb => "pbb",
            Encapsulation::Macsec => "macsec",
            Encapsulation::VnTag => "vn-tag",
            Encapsulation::Nsh => "nsh",
            Encapsulation::Ah => "ah",
            Encapsulation::Ipip => "ipip",
            Encapsulation::SixInFour => "6in4",
            Encapsulation::FourInSix => "4in6",
            Encapsulation::SixInSix => "6in6",
            Encapsulation::Gre => "gre",
            Encapsulation::Pptp => "pptp",
            Encapsulation::Nvgre(_) => "nvgre",
            Encapsulation::Erspan => "erspan",
            Encapsulation::EtherIp => "etherip",
            Encapsulation::PimRegister => "pim-register",
            Encapsulation::Vxlan(_) => "vxlan",
            Encapsulation::VxlanGpe(_) => "vxlan-gpe",
            Encapsulation::Geneve(_) => "geneve",
            Encapsulation::GtpUser => "gtp-u",
            Encapsulation::Teredo => "teredo",
            Encapsulation::L2tp => "l2tp",
            Encapsulation::Lisp => "lisp",
            Encapsulation::MplsInUdp => "mpls-in-udp",
            Encapsulation::CapwapData => "capwap-data",
            Encapsulation::CiscoMetadata => "cisco-metadata",
            Encapsulation::CiscoTimestamp => "cisco-timestamp",
            Encapsulation::ETag => "e-tag",
            Encapsulation::AristaTimestamp => "arista-timestamp",
            Encapsulation::RTag => "r-tag",
            Encapsulation::Hsr => "hsr",
            Encapsulation::Trill => "trill",
            Encapsulation::FabricPath => "fabricpath",
            Encapsulation::BatmanAdv => "batman-adv",
            Encapsulation::Tzsp => "tzsp",
            Encapsulation::Peekremote => "peekremote",
            Encapsulation::ArubaErm => "aruba-erm",
        }
    }
}

impl fmt::Display for Encapsulation {
    /// Writes the key, with the number of the virtual network where there is one: `vlan:10`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Encapsulation::Vlan(id) => write!(f, ":{id}"),
            Encapsulation::Nvgre(id) | Encapsulation::Vxlan(id) | Encapsulation::VxlanGpe(id) | Encapsulation::Geneve(id) => {
                write!(f, ":{id}")
            }
            _ => Ok(()),
        }
    }
}

/// The encapsulations around a flow, outermost first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct EncapsulationStack {
    // `None` after the last one, so that equal stacks are equal as values.
    steps: [Option<Encapsulation>; MAX_DEPTH],
}

impl EncapsulationStack {
    /// Adds an inner encapsulation. False if there are [`MAX_DEPTH`] already.
    #[must_use]
    pub fn push(&mut self, step: Encapsulation) -> bool {
        let free = self.steps.iter_mut().find(|place| place.is_none());
        free.map(|place| *place = Some(step)).is_some()
    }

    /// The encapsulations, outermost first.
    pub fn steps(&self) -> impl Iterator<Item = Encapsulation> {
        self.steps.iter().map_while(|step| *step)
    }

    fn is_empty(&self) -> bool {
        self.steps[0].is_none()
    }
}

/// The number of an [`EncapsulationStack`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct EncapsulationId(pub u16);

impl EncapsulationId {
    /// No encapsulation at all.
    pub const NONE: EncapsulationId = EncapsulationId(0);
    /// All stacks beyond the first [`MAX_ENCAPSULATIONS`].
    pub const OTHER: EncapsulationId = EncapsulationId(MAX_ENCAPSULATIONS as u16);
}

/// The stacks seen so far and their numbers, in the order of their first packets.
#[derive(Clone, Debug)]
pub struct Encapsulations {
    stacks: Vec<EncapsulationStack>,
    numbers: HashMap<EncapsulationStack, EncapsulationId>,
    latest: (EncapsulationStack, EncapsulationId),
}

/// The numbers that the stacks of one capture's [`Encapsulations`] have in another's.
#[derive(Clone, Debug)]
pub struct EncapsulationIds(Vec<EncapsulationId>);

impl EncapsulationIds {
    /// The number there of the stack that has the number `id` here.
    pub fn of(&self, id: EncapsulationId) -> EncapsulationId {
        self.0.get(usize::from(id.0)).copied().unwrap_or(EncapsulationId::OTHER)
    }
}

impl Default for Encapsulations {
    fn default() -> Self {
        let none = (EncapsulationStack::default(), EncapsulationId::NONE);
        Encapsulations { stacks: vec![none.0], numbers: HashMap::from([none]), latest: none }
    }
}

impl Encapsulations {
    /// The number of `stack`, which is added if it is new.
    #[inline]
    pub fn number(&mut self, stack: &EncapsulationStack) -> EncapsulationId {
        if stack.is_empty() {
            return EncapsulationId::NONE;
        }
        if *stack != self.latest.0 {
            self.latest = (*stack, self.look_up(stack));
        }
        self.latest.1
    }

    fn look_up(&mut self, stack: &EncapsulationStack) -> EncapsulationId {
        if let Some(&known) = self.numbers.get(stack) {
            return known;
        }
        if self.stacks.len() == MAX_ENCAPSULATIONS {
            return EncapsulationId::OTHER;
        }
        let number = EncapsulationId(self.stacks.len() as u16);
        self.stacks.push(*stack);
        self.numbers.insert(*stack, number);
        number
    }

    /// Adds the stacks of a later part of the capture, and gives the numbers that they have here. The result is the same as if that
    /// part's packets had been numbered here, unless it had so many stacks that some share [`EncapsulationId::OTHER`]: these stay there.
    pub fn merge(&mut self, later: &Encapsulations) -> EncapsulationIds {
        EncapsulationIds(later.stacks.iter().map(|stack| self.number(stack)).collect())
    }

    /// True if no encapsulation was met so far.
    pub fn is_empty(&self) -> bool {
        self.stacks.len() == 1
    }

    /// The stack with that number; empty for [`EncapsulationId::OTHER`].
    pub fn stack(&self, id: EncapsulationId) -> EncapsulationStack {
        self.stacks.get(usize::from(id.0)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn vlan(ids: &[u16]) -> EncapsulationStack {
        let mut stack = EncapsulationStack::default();
        assert!(ids.iter().all(|&id| stack.push(Encapsulation::Vlan(id))));
        stack
    }

    #[test]
    fn equal_stacks_have_one_number_and_order_counts() {
        let mut encapsulations = Encapsulations::default();
        assert_eq!(encapsulations.number(&vlan(&[])), EncapsulationId::NONE);
        let (a, b) = (encapsulations.number(&vlan(&[1, 2])), encapsulations.number(&vlan(&[2, 1])));
        assert_ne!(a, b);
        assert_eq!(encapsulations.number(&vlan(&[1, 2])), a);
        assert_eq!(encapsulations.stack(b).steps().map(|step| step.to_string()).collect::<Vec<_>>(), ["vlan:2", "vlan:1"]);
    }

    #[test]
    fn depth_and_number_of_stacks_are_bounded() {
        let mut deep = vlan(&[0; MAX_DEPTH]);
        assert!(!deep.push(Encapsulation::Ah));
        let mut encapsulations = Encapsulations::default();
        let last = (0..MAX_ENCAPSULATIONS as u16 + 9).map(|n| encapsulations.number(&vlan(&[n / 4096, n % 4096]))).last();
        assert_eq!(last, Some(EncapsulationId::OTHER));
        assert_eq!(encapsulations.stack(EncapsulationId::OTHER), EncapsulationStack::default());
    }

    /// The encapsulations of packets in these VLANs, and the packets' numbers.
    fn numbered(earlier: &[u16], later: &[u16]) -> (Encapsulations, Vec<EncapsulationId>) {
        let mut encapsulations = Encapsulations::default();
        for id in earlier {
            encapsulations.number(&vlan(&[*id]));
        }
        let numbers = later.iter().map(|id| encapsulations.number(&if *id == 0 { vlan(&[]) } else { vlan(&[*id]) })).collect();
        (encapsulations, numbers)
    }

    proptest! {
        #[test]
        fn encapsulations_of_parts_merge_to_the_encapsulations_of_all(earlier in vec(1..8u16, 0..8), later in vec(0..8u16, 0..8)) {
            let ((mut merged, _), (alone, numbers)) = (numbered(&earlier, &[]), numbered(&[], &later));
            let here = merged.merge(&alone);
            let (all, expected) = numbered(&earlier, &later);
            prop_assert_eq!(merged.stacks, all.stacks);
            prop_assert_eq!(numbers.into_iter().map(|id| here.of(id)).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn stacks_of_a_later_part_find_room_in_their_order() {
        let (earlier, later): (Vec<u16>, _) = ((1..MAX_ENCAPSULATIONS as u16 - 2).collect(), [9, 40_001, 40_003, 40_002, 40_000]);
        let ((mut merged, _), (alone, numbers)) = (numbered(&earlier, &[]), numbered(&[], &later));
        let here = merged.merge(&alone);
        let (_, expected) = numbered(&earlier, &later);
        assert_eq!(
            expected[2..],
            [EncapsulationId(MAX_ENCAPSULATIONS as u16 - 1), EncapsulationId::OTHER, EncapsulationId::OTHER]
        );
        assert_eq!(numbers.into_iter().map(|id| here.of(id)).collect::<Vec<_>>(), expected);
        assert_eq!(here.of(EncapsulationId::OTHER), EncapsulationId::OTHER);
    }
}
