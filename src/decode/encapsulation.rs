//! The encapsulations around a packet's flow: VLAN tags and tunnels, outermost first.
//!
//! Two packets with equal addresses and ports belong to one flow only if they came through the same encapsulations: 10.0.0.1 in
//! VLAN 10 need not be 10.0.0.1 in VLAN 20. A flow's key holds the number of its path, a [`EncapsulationId`], and [`Encapsulations`] holds the
//! paths.

use std::collections::HashMap;
use std::fmt;

/// The most encapsulations around one flow. A packet with more contradicts all practice and counts as malformed.
pub const MAX_DEPTH: usize = 8;
/// The most paths that are distinguished; packets of further ones share [`EncapsulationId::OTHER`].
pub const MAX_SCOPES: usize = 1 << 15;

/// One layer around a flow.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
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
pub struct Path {
    // `None` after the last one, so that equal paths are equal as values.
    steps: [Option<Encapsulation>; MAX_DEPTH],
}

impl Path {
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

/// The number of a [`Path`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, PartialOrd, Ord)]
pub struct EncapsulationId(pub u16);

impl EncapsulationId {
    /// No encapsulation at all.
    pub const PLAIN: EncapsulationId = EncapsulationId(0);
    /// All paths beyond the first [`MAX_SCOPES`].
    pub const OTHER: EncapsulationId = EncapsulationId(MAX_SCOPES as u16);
}

/// The paths seen so far and their numbers, in the order of their first packets.
#[derive(Clone, Debug)]
pub struct Encapsulations {
    paths: Vec<Path>,
    numbers: HashMap<Path, EncapsulationId>,
    latest: (Path, EncapsulationId),
}

/// The numbers that the paths of one capture's [`Encapsulations`] have in another's.
#[derive(Clone, Debug)]
pub struct EncapsulationIds(Vec<EncapsulationId>);

impl EncapsulationIds {
    /// The number there of the path that has the number `id` here.
    pub fn of(&self, id: EncapsulationId) -> EncapsulationId {
        self.0.get(usize::from(id.0)).copied().unwrap_or(EncapsulationId::OTHER)
    }
}

impl Default for Encapsulations {
    fn default() -> Self {
        let plain = (Path::default(), EncapsulationId::PLAIN);
        Encapsulations { paths: vec![plain.0], numbers: HashMap::from([plain]), latest: plain }
    }
}

impl Encapsulations {
    /// The number of `path`, which is added if it is new.
    #[inline]
    pub fn number(&mut self, path: &Path) -> EncapsulationId {
        if path.is_empty() {
            return EncapsulationId::PLAIN;
        }
        if *path != self.latest.0 {
            self.latest = (*path, self.look_up(path));
        }
        self.latest.1
    }

    fn look_up(&mut self, path: &Path) -> EncapsulationId {
        if let Some(&known) = self.numbers.get(path) {
            return known;
        }
        if self.paths.len() == MAX_SCOPES {
            return EncapsulationId::OTHER;
        }
        let number = EncapsulationId(self.paths.len() as u16);
        self.paths.push(*path);
        self.numbers.insert(*path, number);
        number
    }

    /// Adds the paths of a later part of the capture, and gives the numbers that they have here. The result is the same as if that
    /// part's packets had been numbered here, unless it had so many paths that some share [`EncapsulationId::OTHER`]: these stay there.
    pub fn merge(&mut self, later: &Encapsulations) -> EncapsulationIds {
        EncapsulationIds(later.paths.iter().map(|path| self.number(path)).collect())
    }

    /// True if no encapsulation was met so far.
    pub fn is_plain(&self) -> bool {
        self.paths.len() == 1
    }

    /// The path with that number; empty for [`EncapsulationId::OTHER`].
    pub fn path(&self, id: EncapsulationId) -> Path {
        self.paths.get(usize::from(id.0)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn vlan(ids: &[u16]) -> Path {
        let mut path = Path::default();
        assert!(ids.iter().all(|&id| path.push(Encapsulation::Vlan(id))));
        path
    }

    #[test]
    fn equal_paths_have_one_number_and_order_counts() {
        let mut scopes = Encapsulations::default();
        assert_eq!(scopes.number(&vlan(&[])), EncapsulationId::PLAIN);
        let (a, b) = (scopes.number(&vlan(&[1, 2])), scopes.number(&vlan(&[2, 1])));
        assert_ne!(a, b);
        assert_eq!(scopes.number(&vlan(&[1, 2])), a);
        assert_eq!(scopes.path(b).steps().map(|step| step.to_string()).collect::<Vec<_>>(), ["vlan:2", "vlan:1"]);
    }

    #[test]
    fn depth_and_number_of_paths_are_bounded() {
        let mut deep = vlan(&[0; MAX_DEPTH]);
        assert!(!deep.push(Encapsulation::Ah));
        let mut scopes = Encapsulations::default();
        let last = (0..MAX_SCOPES as u16 + 9).map(|n| scopes.number(&vlan(&[n / 4096, n % 4096]))).last();
        assert_eq!(last, Some(EncapsulationId::OTHER));
        assert_eq!(scopes.path(EncapsulationId::OTHER), Path::default());
    }

    /// The scopes of packets in these VLANs, and the packets' numbers.
    fn numbered(earlier: &[u16], later: &[u16]) -> (Encapsulations, Vec<EncapsulationId>) {
        let mut scopes = Encapsulations::default();
        for id in earlier {
            scopes.number(&vlan(&[*id]));
        }
        let numbers = later.iter().map(|id| scopes.number(&if *id == 0 { vlan(&[]) } else { vlan(&[*id]) })).collect();
        (scopes, numbers)
    }

    proptest! {
        #[test]
        fn scopes_of_parts_merge_to_the_scopes_of_all(earlier in vec(1..8u16, 0..8), later in vec(0..8u16, 0..8)) {
            let ((mut merged, _), (alone, numbers)) = (numbered(&earlier, &[]), numbered(&[], &later));
            let here = merged.merge(&alone);
            let (all, expected) = numbered(&earlier, &later);
            prop_assert_eq!(merged.paths, all.paths);
            prop_assert_eq!(numbers.into_iter().map(|id| here.of(id)).collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn paths_of_a_later_part_find_room_in_their_order() {
        let (earlier, later): (Vec<u16>, _) = ((1..MAX_SCOPES as u16 - 2).collect(), [9, 40_001, 40_003, 40_002, 40_000]);
        let ((mut merged, _), (alone, numbers)) = (numbered(&earlier, &[]), numbered(&[], &later));
        let here = merged.merge(&alone);
        let (_, expected) = numbered(&earlier, &later);
        assert_eq!(expected[2..], [EncapsulationId(MAX_SCOPES as u16 - 1), EncapsulationId::OTHER, EncapsulationId::OTHER]);
        assert_eq!(numbers.into_iter().map(|id| here.of(id)).collect::<Vec<_>>(), expected);
        assert_eq!(here.of(EncapsulationId::OTHER), EncapsulationId::OTHER);
    }
}
