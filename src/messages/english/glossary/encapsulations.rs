//! The meanings of encapsulations.

use crate::decode::Encapsulation;
use crate::messages::Definition;

/// The meaning of an encapsulation.
pub fn definition(encapsulation: Encapsulation) -> Definition {
    match encapsulation {
        Encapsulation::Vlan(_) => Definition::new("A VLAN tag: one of several virtual networks on the same cables.")
            .more("The number after the colon is that of the VLAN; the table flows has it in the column vlan.")
            .source("IEEE 802.1Q, 802.1ad"),
        Encapsulation::Mpls => Definition::new("Labels by which routers of a provider forward packets (MPLS).")
            .more("Labels differ by direction and do not distinguish flows.")
            .source("RFC 3032"),
        Encapsulation::Pppoe => {
            Definition::new("PPP over Ethernet, by which DSL routers log in to their provider.").source("RFC 2516")
        }
        Encapsulation::Pbb => Definition::new("Provider backbone bridging: frames of a customer inside frames of a provider.")
            .source("IEEE 802.1ah"),
        Encapsulation::Macsec => {
            Definition::new("MACsec, which protects the frames of a link; here without encryption.").source("IEEE 802.1AE")
        }
        Encapsulation::VnTag => Definition::new("A VN-Tag between a switch and its extenders.").source("IEEE 802.1Qbh draft"),
        Encapsulation::Nsh => {
            Definition::new("A Network Service Header, which leads packets through a chain of services such as firewalls.")
                .source("RFC 8300")
        }
        Encapsulation::Ah => {
            Definition::new("An Authentication Header of IPsec: the packet is signed, but not encrypted.").source("RFC 4302")
        }
        Encapsulation::Ipip => Definition::new("IPv4 inside IPv4.").source("RFC 2003"),
        Encapsulation::SixInFour => Definition::new("IPv6 inside IPv4, to cross a network without IPv6.").source("RFC 4213"),
        Encapsulation::FourInSix => Definition::new("IPv4 inside IPv6, to cross a network without IPv4.").source("RFC 2473"),
        Encapsulation::SixInSix => Definition::new("IPv6 inside IPv6.").source("RFC 2473"),
        Encapsulation::Gre => {
            Definition::new("Generic Routing Encapsulation: a simple tunnel for packets of any protocol.").source("RFC 2784")
        }
        Encapsulation::Pptp => Definition::new("A PPTP tunnel: PPP inside GRE, an old kind of VPN.").source("RFC 2637"),
        Encapsulation::Nvgre(_) => Definition::new("NVGRE: a virtual network of a data centre inside GRE.")
            .more("The number after the colon is that of the virtual subnet.")
            .source("RFC 7637"),
        Encapsulation::Erspan => {
            Definition::new("A mirror session over IP: a switch sends copies of packets to an analyser (ERSPAN).")
                .source("draft-foschiano-erspan")
        }
        Encapsulation::EtherIp => Definition::new("Ethernet inside IP.").source("RFC 3378"),
        Encapsulation::PimRegister => {
            Definition::new("A PIM Register message: a router sends a multicast packet to the rendezvous point.")
                .source("RFC 7761")
        }
        Encapsulation::Vxlan(_) => Definition::new("VXLAN: a virtual network of a data centre inside UDP.")
            .more("The number after the colon is that of the network.")
            .source("RFC 7348"),
        Encapsulation::VxlanGpe(_) => Definition::new("VXLAN for payloads other than Ethernet.")
            .more("The number after the colon is that of the network.")
            .source("draft-ietf-nvo3-vxlan-gpe"),
        Encapsulation::Geneve(_) => Definition::new("Geneve: a virtual network of a data centre inside UDP.")
            .more("The number after the colon is that of the network.")
            .source("RFC 8926"),
        Encapsulation::GtpUser => Definition::new("GTP-U: packets of mobile phones inside the provider's network.")
            .more("Tunnel endpoint identifiers differ by direction and do not distinguish flows.")
            .source("3GPP TS 29.281"),
        Encapsulation::Teredo => Definition::new("Teredo: IPv6 inside UDP, to cross address translators.").source("RFC 4380"),
        Encapsulation::L2tp => Definition::new("An L2TP tunnel: PPP inside UDP.").source("RFC 2661"),
        Encapsulation::Lisp => {
            Definition::new("LISP, which separates the address of a machine from its place in the network.").source("RFC 9300")
        }
        Encapsulation::MplsInUdp => Definition::new("MPLS labels inside UDP.").source("RFC 7510"),
        Encapsulation::CapwapData => {
            Definition::new("CAPWAP data: frames of Wi-Fi clients between an access point and its controller.").source("RFC 5415")
        }
        Encapsulation::CiscoMetadata => {
            Definition::new("Cisco's metadata tag, which holds a security group.").source("Cisco TrustSec")
        }
        Encapsulation::CiscoTimestamp => {
            Definition::new("Cisco's timestamp tag, which a switch adds to mirrored packets.").source("Wireshark, ttag")
        }
        Encapsulation::ETag => Definition::new("An E-TAG between a switch and its extenders.").source("IEEE 802.1BR"),
        Encapsulation::AristaTimestamp => {
            Definition::new("Arista's timestamp, which a switch adds to packets.").source("tcpdump, print-arista.c")
        }
        Encapsulation::RTag => {
            Definition::new("An R-TAG: frames are sent twice over different paths for reliability.").source("IEEE 802.1CB")
        }
        Encapsulation::Hsr => {
            Definition::new("High-availability Seamless Redundancy: frames go both ways around a ring.").source("IEC 62439-3")
        }
        Encapsulation::Trill => Definition::new("TRILL, by which switches route frames.").source("RFC 6325"),
        Encapsulation::FabricPath => {
            Definition::new("Cisco FabricPath, by which switches route frames.").source("Wireshark, cfp")
        }
        Encapsulation::BatmanAdv => Definition::new("A mesh of batman-adv, in which Wi-Fi nodes forward frames for each other.")
            .source("Linux, batadv_packet.h"),
        Encapsulation::Tzsp => Definition::new("The Tazmen Sniffer Protocol: a device sends captured frames to an analyser.")
            .source("Tazmen Sniffer Protocol"),
        Encapsulation::Peekremote => Definition::new("Frames that an access point sends to the analyser OmniPeek.")
            .source("Wireshark, packet-peekremote.c"),
        Encapsulation::ArubaErm => {
            Definition::new("Remote mirroring of Aruba access points.").source("Wireshark, packet-aruba-erm.c")
        }
    }
}
