//! UDP ports of tunnels: the assigned ports, and those that a user has chosen.

use std::sync::Arc;

/// The least and the greatest of the ports below, except TZSP's.
const MIN_PORT: u16 = 1701;
const MAX_PORT: u16 = 8472;
const TZSP: u16 = 37008;

/// A tunnel over UDP.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum UdpTunnel {
    /// VXLAN (RFC 7348).
    Vxlan,
    /// VXLAN-GPE (draft-ietf-nvo3-vxlan-gpe).
    VxlanGpe,
    /// GENEVE (RFC 8926).
    Geneve,
    /// GTP-U (3GPP TS 29.281).
    GtpUser,
    /// Teredo (RFC 4380).
    Teredo,
    /// L2TP version 2 (RFC 2661).
    L2tp,
    /// LISP (RFC 9300).
    Lisp,
    /// GRE in UDP (RFC 8086).
    GreInUdp,
    /// MPLS in UDP (RFC 7510).
    MplsInUdp,
    /// CAPWAP data (RFC 5415).
    CapwapData,
    /// Tazmen Sniffer Protocol.
    Tzsp,
    /// Frames that an access point sends to OmniPeek.
    Peekremote,
    /// Remote mirroring of Aruba access points.
    ArubaErm,
}

impl UdpTunnel {
    /// The tunnel with a service of this name: the names of the table `tunnels`, and IANA's names for their ports.
    pub fn from_name(name: &str) -> Option<UdpTunnel> {
        Some(match name {
            "vxlan" => UdpTunnel::Vxlan,
            "vxlan-gpe" => UdpTunnel::VxlanGpe,
            "geneve" => UdpTunnel::Geneve,
            "gtp-u" | "gtp-user" => UdpTunnel::GtpUser,
            "teredo" => UdpTunnel::Teredo,
            "l2tp" => UdpTunnel::L2tp,
            "lisp" | "lisp-data" => UdpTunnel::Lisp,
            "gre-in-udp" => UdpTunnel::GreInUdp,
            "mpls-in-udp" | "mpls-udp" => UdpTunnel::MplsInUdp,
            "capwap-data" => UdpTunnel::CapwapData,
            "tzsp" => UdpTunnel::Tzsp,
            "peekremote" => UdpTunnel::Peekremote,
            "aruba-erm" => UdpTunnel::ArubaErm,
            _ => return None,
        })
    }

    /// The tunnel of the assigned or customary port among these two.
    #[inline(always)]
    pub fn assigned(source: u16, destination: u16) -> Option<UdpTunnel> {
        // A quick "no" for nearly all datagrams: neither port is near those of tunnels.
        let is_near = |port: u16| port.wrapping_sub(MIN_PORT) <= MAX_PORT - MIN_PORT;
        if is_near(source) | is_near(destination) | (destination == TZSP) {
            UdpTunnel::at_ports(source, destination)
        } else {
            None
        }
    }

    #[inline(never)]
    fn at_ports(source: u16, destination: u16) -> Option<UdpTunnel> {
        Some(match destination {
            1701 => UdpTunnel::L2tp,
            2152 => UdpTunnel::GtpUser,
            3544 => UdpTunnel::Teredo,
            4341 => UdpTunnel::Lisp,
            4754 => UdpTunnel::GreInUdp,
            // Linux used the second before a port was assigned.
            4789 | 8472 => UdpTunnel::Vxlan,
            4790 => UdpTunnel::VxlanGpe,
            5000 => UdpTunnel::Peekremote,
            5247 => UdpTunnel::CapwapData,
            5555 => UdpTunnel::ArubaErm,
            6081 => UdpTunnel::Geneve,
            6635 => UdpTunnel::MplsInUdp,
            TZSP => UdpTunnel::Tzsp,
            _ => return UdpTunnel::answering(source),
        })
    }

    /// The tunnel whose server answers from port `source`.
    fn answering(source: u16) -> Option<UdpTunnel> {
        match source {
            1701 => Some(UdpTunnel::L2tp),
            3544 => Some(UdpTunnel::Teredo),
            5247 => Some(UdpTunnel::CapwapData),
            _ => None,
        }
    }

    /// True if one end chooses its port and gets its answers there.
    ///
    /// L2TP does so (RFC 2661 section 8.1: the initiator picks its port, the answer goes there), and so do CAPWAP (RFC 5415
    /// section 3.1: only the controller's port is fixed) and Teredo (RFC 4380 section 5.2: the client's port is any). In all
    /// others each direction is sent to the assigned port: VXLAN, VXLAN-GPE, GENEVE, LISP, GRE and MPLS in UDP have a source port
    /// that only spreads the load, GTP-U's user packets go to 2152 whatever port they come from, and a sender of mirrored frames
    /// gets none back.
    fn answers_from_its_port(self) -> bool {
        matches!(self, UdpTunnel::L2tp | UdpTunnel::CapwapData | UdpTunnel::Teredo)
    }
}

/// Ports that a user has given to tunnels. A copy is cheap, and without such ports nothing is looked up.
#[derive(Clone, Debug, Default)]
pub struct TunnelPorts(Option<Arc<[Option<UdpTunnel>]>>);

impl TunnelPorts {
    /// No ports but the assigned ones.
    pub const NONE: &'static TunnelPorts = &TunnelPorts(None);

    /// The ports of these tunnels. If several tunnels have one port, the first one counts.
    pub fn new(chosen: impl Iterator<Item = (u16, UdpTunnel)>) -> TunnelPorts {
        let mut table = None;
        for (port, tunnel) in chosen {
            let ports = table.get_or_insert_with(|| vec![None; 1 << 16]);
            ports[usize::from(port)].get_or_insert(tunnel);
        }
        TunnelPorts(table.map(Arc::from))
    }

    /// The tunnel that was chosen for one of these two ports.
    #[inline(always)]
    pub fn between(&self, source: u16, destination: u16) -> Option<UdpTunnel> {
        self.0.as_ref().and_then(|ports| chosen(ports, source, destination))
    }
}

/// Looks up a port: out of line, to keep the path of packets without tunnels short.
#[cold]
fn chosen(ports: &[Option<UdpTunnel>], source: u16, destination: u16) -> Option<UdpTunnel> {
    let at = |port: u16| ports.get(usize::from(port)).copied().flatten();
    at(destination).or_else(|| at(source).filter(|tunnel| tunnel.answers_from_its_port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_looked_for_where_a_client_chooses_its_port() {
        for port in 1..=u16::MAX {
            assert_eq!(UdpTunnel::assigned(50_000, port), UdpTunnel::at_ports(50_000, port), "the quick answer is right");
            let Some(tunnel) = UdpTunnel::assigned(50_000, port) else { continue };
            let answers = UdpTunnel::assigned(port, 50_000);
            assert_eq!(answers.is_some(), tunnel.answers_from_its_port(), "{tunnel:?}");
            let ports = TunnelPorts::new([(7, tunnel)].into_iter());
            assert_eq!((ports.between(9, 7), ports.between(7, 9)), (Some(tunnel), answers), "{tunnel:?}");
        }
    }

    #[test]
    fn the_first_choice_for_a_port_counts_and_nothing_is_chosen_by_itself() {
        let ports = TunnelPorts::new([(7, UdpTunnel::Vxlan), (7, UdpTunnel::Geneve)].into_iter());
        assert_eq!((ports.between(9, 7), ports.between(9, 4789)), (Some(UdpTunnel::Vxlan), None));
        assert!(TunnelPorts::NONE.between(4789, 4789).is_none());
        assert!(TunnelPorts::new(std::iter::empty()).0.is_none());
    }
}
