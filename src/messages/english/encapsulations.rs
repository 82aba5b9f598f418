//! The VLANs and tunnels that a flow was seen in, in a sentence.

use crate::decode::{Encapsulation, EncapsulationStack};

/// The sentence for the ways of a flow's two directions; `None` if it was not encapsulated.
pub fn sentence([one, other]: &[EncapsulationStack; 2]) -> Option<String> {
    match (network(one), network(other)) {
        (None, None) => None,
        (Some(here), Some(there)) if here == there => Some(format!("It was seen {here}.")),
        (Some(here), Some(there)) => Some(format!("One direction was seen {here}, the other {there}.")),
        (Some(here), None) | (None, Some(here)) => {
            Some(format!("One direction was seen {here}, the other in no VLAN and no tunnel."))
        }
    }
}

/// The encapsulations of a flow, from the innermost outwards; adjacent VLAN tags are named together.
fn network(stack: &EncapsulationStack) -> Option<String> {
    let steps: Vec<Encapsulation> = stack.steps().collect();
    let mut parts = Vec::new();
    for group in steps.chunk_by(|one, other| [one, other].iter().all(|step| matches!(step, Encapsulation::Vlan(_)))) {
        let ids: Vec<String> = group.iter().filter_map(vlan).collect();
        match (ids.as_slice(), group) {
            ([], [step]) => parts.push(inside(*step)),
            ([id], _) => parts.push(format!("in VLAN {id}")),
            _ => parts.push(format!("in VLAN {} (outer to inner tag)", ids.join("/"))),
        }
    }
    parts.reverse();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn vlan(step: &Encapsulation) -> Option<String> {
    match step {
        Encapsulation::Vlan(id) => Some(id.to_string()),
        _ => None,
    }
}

/// The place of a flow inside one encapsulation.
fn inside(step: Encapsulation) -> String {
    let plain = match step {
        Encapsulation::Vlan(id) => return format!("in VLAN {id}"),
        Encapsulation::Nvgre(id) => return format!("inside an NVGRE tunnel (virtual subnet {id})"),
        Encapsulation::Vxlan(id) => return format!("inside a VXLAN tunnel (network {id})"),
        Encapsulation::VxlanGpe(id) => return format!("inside a VXLAN-GPE tunnel (network {id})"),
        Encapsulation::Geneve(id) => return format!("inside a Geneve tunnel (network {id})"),
        Encapsulation::Mpls => "with MPLS labels",
        Encapsulation::Pppoe => "inside a PPPoE session",
        Encapsulation::Pbb => "inside a provider backbone bridge (PBB)",
        Encapsulation::Macsec => "inside MACsec",
        Encapsulation::VnTag => "with a VN-Tag",
        Encapsulation::Nsh => "with a Network Service Header (NSH)",
        Encapsulation::Ah => "with an Authentication Header (AH)",
        Encapsulation::Ipip => "inside an IPv4-in-IPv4 tunnel",
        Encapsulation::SixInFour => "inside an IPv6-in-IPv4 tunnel",
        Encapsulation::FourInSix => "inside an IPv4-in-IPv6 tunnel",
        Encapsulation::SixInSix => "inside an IPv6-in-IPv6 tunnel",
        Encapsulation::Gre => "inside a GRE tunnel",
        Encapsulation::Pptp => "inside a PPTP tunnel",
        Encapsulation::Erspan => "inside an ERSPAN mirror session",
        Encapsulation::EtherIp => "inside an EtherIP tunnel",
        Encapsulation::PimRegister => "inside a PIM Register message",
        Encapsulation::GtpUser => "inside a GTP-U tunnel",
        Encapsulation::Teredo => "inside a Teredo tunnel",
        Encapsulation::L2tp => "inside an L2TP tunnel",
        Encapsulation::Lisp => "inside a LISP tunnel",
        Encapsulation::MplsInUdp => "inside an MPLS-in-UDP tunnel",
        Encapsulation::CapwapData => "inside a CAPWAP data channel",
        Encapsulation::CiscoMetadata => "with a Cisco metadata tag",
        Encapsulation::CiscoTimestamp => "with a Cisco timestamp tag",
        Encapsulation::ETag => "with an E-TAG",
        Encapsulation::AristaTimestamp => "with an Arista timestamp",
        Encapsulation::RTag => "with an R-TAG",
        Encapsulation::Hsr => "with an HSR tag",
        Encapsulation::Trill => "inside a TRILL network",
        Encapsulation::FabricPath => "inside a FabricPath network",
        Encapsulation::BatmanAdv => "inside a batman-adv mesh",
        Encapsulation::Tzsp => "inside a TZSP stream",
        Encapsulation::Peekremote => "inside a Peekremote stream",
        Encapsulation::ArubaErm => "inside an Aruba ERM stream",
    };
    plain.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stack(steps: &[Encapsulation]) -> EncapsulationStack {
        let mut stack = EncapsulationStack::default();
        assert!(steps.iter().all(|step| stack.push(*step)));
        stack
    }

    #[test]
    fn the_innermost_encapsulation_is_told_first() {
        use Encapsulation::{Gre, Vlan, Vxlan};
        let sentence = |steps: &[Encapsulation]| sentence(&[stack(steps); 2]).unwrap_or_default();
        assert_eq!(sentence(&[]), "");
        assert_eq!(sentence(&[Vlan(10)]), "It was seen in VLAN 10.");
        assert_eq!(sentence(&[Vlan(100), Vlan(20)]), "It was seen in VLAN 100/20 (outer to inner tag).");
        assert_eq!(sentence(&[Vlan(10), Gre]), "It was seen inside a GRE tunnel, in VLAN 10.");
        assert_eq!(
            sentence(&[Gre, Vlan(10), Vxlan(42)]),
            "It was seen inside a VXLAN tunnel (network 42), in VLAN 10, inside a GRE tunnel."
        );
    }

    #[test]
    fn directions_that_differ_are_told_apart() {
        use Encapsulation::Vlan;
        let sentence = |one: &[Encapsulation], other: &[Encapsulation]| sentence(&[stack(one), stack(other)]).unwrap();
        assert_eq!(sentence(&[Vlan(10)], &[Vlan(20)]), "One direction was seen in VLAN 10, the other in VLAN 20.");
        assert_eq!(sentence(&[], &[Vlan(20)]), "One direction was seen in VLAN 20, the other in no VLAN and no tunnel.");
    }
}
