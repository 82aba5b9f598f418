//! The kinds of encapsulation, without the numbers of virtual networks.

use crate::decode::Encapsulation;

/// All kinds, in the order of the layers that they belong to.
pub const ALL: [Encapsulation; 39] = [
    Encapsulation::Vlan(0),
    Encapsulation::Mpls,
    Encapsulation::Pppoe,
    Encapsulation::Pbb,
    Encapsulation::Macsec,
    Encapsulation::VnTag,
    Encapsulation::Nsh,
    Encapsulation::Ah,
    Encapsulation::Ipip,
    Encapsulation::SixInFour,
    Encapsulation::FourInSix,
    Encapsulation::SixInSix,
    Encapsulation::Gre,
    Encapsulation::Pptp,
    Encapsulation::Nvgre(0),
    Encapsulation::Erspan,
    Encapsulation::EtherIp,
    Encapsulation::PimRegister,
    Encapsulation::Vxlan(0),
    Encapsulation::VxlanGpe(0),
    Encapsulation::Geneve(0),
    Encapsulation::GtpUser,
    Encapsulation::Teredo,
    Encapsulation::L2tp,
    Encapsulation::Lisp,
    Encapsulation::MplsInUdp,
    Encapsulation::CapwapData,
    Encapsulation::CiscoMetadata,
    Encapsulation::CiscoTimestamp,
    Encapsulation::ETag,
    Encapsulation::AristaTimestamp,
    Encapsulation::RTag,
    Encapsulation::Hsr,
    Encapsulation::Trill,
    Encapsulation::FabricPath,
    Encapsulation::BatmanAdv,
    Encapsulation::Tzsp,
    Encapsulation::Peekremote,
    Encapsulation::ArubaErm,
];

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_kind_is_listed_once() {
        assert_eq!(ALL.map(Encapsulation::name).into_iter().collect::<HashSet<_>>().len(), ALL.len());
    }
}
