//! Names of protocols without ports: IP protocols, ICMP messages, and the protocols directly above the link layer.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::tsv::rows;
use crate::capture::LinkType;
use crate::decode::protocol::{ether, ip};
use crate::decode::{IcmpMessage, LinkProtocol};

/// A two-column table by number.
type Names = HashMap<u32, &'static str>;

/// ICMP names by (IP protocol, type, code); `None` stands for the type as a whole.
type IcmpNames = HashMap<(u8, u8, Option<u8>), &'static str>;

static IP_PROTOCOLS: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/ip_protocols.tsv")));
static ETHERTYPES: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/ethertypes.tsv")));
static LLC_SAPS: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/llc_saps.tsv")));
static SNAP_CISCO: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/snap_cisco.tsv")));
static ARP_OPCODES: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/arp_opcodes.tsv")));
static LINK_TYPES: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/link_types.tsv")));
static PPP_PROTOCOLS: LazyLock<Names> = LazyLock::new(|| numbered(include_str!("../../data/ppp_protocols.tsv")));
static ICMP: LazyLock<IcmpNames> = LazyLock::new(|| {
    let row = |[family, kind, code, name]: [&'static str; 4]| {
        let protocol = if family == "icmp" { ip::ICMP } else { ip::ICMPV6 };
        let code = (code != "*").then(|| code.parse().expect("icmp.tsv: code"));
        ((protocol, kind.parse().expect("icmp.tsv: type"), code), name)
    };
    rows(include_str!("../../data/icmp.tsv")).map(row).collect()
});

fn numbered(table: &'static str) -> Names {
    let number = |text: &str| match text.strip_prefix("0x") {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => text.parse(),
    };
    rows(table).map(|[key, name]| (number(key).expect("a table of names begins with a number"), name)).collect()
}

/// Cisco's organisation identifier in SNAP headers.
const CISCO: [u8; 3] = [0x00, 0x00, 0x0c];

/// The key of an IP protocol (`icmp`, `gre`, ...), or `ip-protocol-N` for one without a name.
pub fn ip_protocol(number: u8) -> String {
    IP_PROTOCOLS.get(&u32::from(number)).map_or_else(|| format!("ip-protocol-{number}"), |name| (*name).to_owned())
}

/// The name of an ICMP message (`echo-request`, `port-unreachable`, ...), or nothing if neither its code nor its type has one.
pub fn icmp_message(protocol: u8, message: IcmpMessage) -> &'static str {
    let by_code = ICMP.get(&(protocol, message.kind, Some(message.code)));
    by_code.or_else(|| ICMP.get(&(protocol, message.kind, None))).copied().unwrap_or_default()
}

/// Key, number and name of a protocol above the link layer.
pub fn link_protocol(protocol: LinkProtocol) -> (String, u32, &'static str) {
    let named = |names: &Names, number: u32, unnamed: String| names.get(&number).map_or(unnamed, |name| (*name).to_owned());
    match protocol {
        LinkProtocol::Arp { ether_type, opcode } => {
            let key = if ether_type == ether::RARP { "rarp" } else { "arp" };
            let name = opcode.and_then(|opcode| ARP_OPCODES.get(&u32::from(opcode))).copied().unwrap_or_default();
            (key.to_owned(), u32::from(ether_type), name)
        }
        LinkProtocol::EtherType(number) => {
            (named(&ETHERTYPES, u32::from(number), format!("ethertype-0x{number:04x}")), u32::from(number), "")
        }
        LinkProtocol::Llc { sap } => (named(&LLC_SAPS, u32::from(sap), format!("llc-0x{sap:02x}")), u32::from(sap), ""),
        LinkProtocol::Snap { organisation: CISCO, number } => {
            (named(&SNAP_CISCO, u32::from(number), format!("snap-cisco-0x{number:04x}")), u32::from(number), "")
        }
        LinkProtocol::Snap { organisation: [a, b, c], number } => {
            (format!("snap-{a:02x}{b:02x}{c:02x}-0x{number:04x}"), u32::from(number), "")
        }
        LinkProtocol::Ppp(number) => {
            (named(&PPP_PROTOCOLS, u32::from(number), format!("ppp-0x{number:04x}")), u32::from(number), "")
        }
        LinkProtocol::MplsChannel => ("mpls-channel".to_owned(), u32::from(ether::MPLS), ""),
        LinkProtocol::MplsPayload => ("mpls-payload".to_owned(), u32::from(ether::MPLS), ""),
        LinkProtocol::Nlpid(number) => (nlpid(number), u32::from(number), ""),
        LinkProtocol::CiscoHdlc(number @ 0x8035) => ("slarp".to_owned(), u32::from(number), ""),
        LinkProtocol::CiscoHdlc(number) => {
            (named(&SNAP_CISCO, u32::from(number), format!("c-hdlc-0x{number:04x}")), u32::from(number), "")
        }
        LinkProtocol::Link(frame) => (link_type(frame), frame.0, ""),
        LinkProtocol::Ieee802154 => ("ieee802-15-4".to_owned(), LinkType::IEEE802_15_4_NOFCS.0, ""),
        LinkProtocol::AddressFamily(number) => (format!("address-family-{number}"), number, ""),
        LinkProtocol::IpVersion(number) => (format!("ip-version-{number}"), u32::from(number), ""),
    }
}

/// The key of an ISO network layer protocol identifier (ISO/IEC TR 9577, RFC 2427 appendix A). The three protocols of an
/// ISO network have one key, as they have over LLC.
fn nlpid(number: u8) -> String {
    match number {
        0x08 => "q933".to_owned(),
        0x09 => "lmi".to_owned(),
        0x81..=0x83 => "isis".to_owned(),
        0xb0 => "fr-compression".to_owned(),
        0xb1 => "fr-fragment".to_owned(),
        0xb2 => "fr-oam".to_owned(),
        other => format!("nlpid-0x{other:02x}"),
    }
}

/// The name of a link type (`ethernet`, `linux-sll2`, ...), or `linktype-N`. Raw IP has it under all of its numbers.
pub fn link_type(link_type: LinkType) -> String {
    let link_type = if matches!(link_type, LinkType::RAW_BSD | LinkType::RAW_OPENBSD) { LinkType::RAW } else { link_type };
    LINK_TYPES.get(&link_type.0).map_or_else(|| format!("linktype-{}", link_type.0), |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_can_be_read_and_has_its_best_known_rows() {
        assert_eq!([1, 2, 6, 47, 50, 58, 89].map(ip_protocol), ["icmp", "igmp", "tcp", "gre", "esp", "icmpv6", "ospf"]);
        assert_eq!(ip_protocol(200), "ip-protocol-200");
        let icmp = |protocol, kind, code| icmp_message(protocol, IcmpMessage { kind, code });
        assert_eq!(
            [(8, 0), (0, 0), (3, 3), (11, 0)].map(|(kind, code)| icmp(1, kind, code)),
            ["echo-request", "echo-reply", "port-unreachable", "ttl-exceeded"]
        );
        assert_eq!(
            [128, 135, 136].map(|kind| icmp(58, kind, 0)),
            ["echo-request", "neighbor-solicitation", "neighbor-advertisement"]
        );
        assert_eq!(link_type(LinkType::ETHERNET), "ethernet");
        assert_eq!(link_type(LinkType(9999)), "linktype-9999");
    }

    #[test]
    fn link_protocols_have_keys_with_and_without_a_name() {
        let key = |protocol| link_protocol(protocol).0;
        assert_eq!(link_protocol(LinkProtocol::Arp { ether_type: 0x0806, opcode: Some(1) }), ("arp".into(), 0x0806, "request"));
        assert_eq!(key(LinkProtocol::EtherType(0x88cc)), "lldp");
        assert_eq!(key(LinkProtocol::EtherType(0x7777)), "ethertype-0x7777");
        assert_eq!(key(LinkProtocol::Llc { sap: 0x42 }), "stp");
        assert_eq!(key(LinkProtocol::Snap { organisation: CISCO, number: 0x2000 }), "cdp");
        assert_eq!(key(LinkProtocol::Snap { organisation: [8, 0, 7], number: 0x809b }), "snap-080007-0x809b");
    }
}
