//! Numbers that announce the next layer: IP protocol numbers (IANA "Protocol Numbers") and EtherTypes (IEEE).

/// IP protocol numbers that the walk or a flow's key needs.
pub mod ip {
    /// IPv6 Hop-by-Hop Options (RFC 8200).
    pub const HOP_BY_HOP: u8 = 0;
    /// ICMP (RFC 792).
    pub const ICMP: u8 = 1;
    /// IPv4 in IP (RFC 2003).
    pub const IPV4: u8 = 4;
    /// TCP (RFC 9293).
    pub const TCP: u8 = 6;
    /// UDP (RFC 768).
    pub const UDP: u8 = 17;
    /// DCCP (RFC 4340).
    pub const DCCP: u8 = 33;
    /// IPv6 in IP (RFC 4213).
    pub const IPV6: u8 = 41;
    /// IPv6 Routing header (RFC 8200).
    pub const ROUTING: u8 = 43;
    /// IPv6 Fragment header (RFC 8200).
    pub const FRAGMENT: u8 = 44;
    /// GRE (RFC 2784).
    pub const GRE: u8 = 47;
    /// Authentication Header (RFC 4302).
    pub const AH: u8 = 51;
    /// ICMPv6 (RFC 4443).
    pub const ICMPV6: u8 = 58;
    /// IPv6 Destination Options (RFC 8200).
    pub const DESTINATION_OPTIONS: u8 = 60;
    /// Ethernet in IP (RFC 3378).
    pub const ETHERIP: u8 = 97;
    /// PIM (RFC 7761).
    pub const PIM: u8 = 103;
    /// SCTP (RFC 9260).
    pub const SCTP: u8 = 132;
    /// UDP-Lite (RFC 3828).
    pub const UDP_LITE: u8 = 136;
    /// MPLS in IP (RFC 4023).
    pub const MPLS_IN_IP: u8 = 137;
    /// Shim6 (RFC 5533), an IPv6 extension header.
    pub const SHIM6: u8 = 140;

    /// True for the transport protocols that have ports.
    #[inline]
    pub const fn has_ports(protocol: u8) -> bool {
        matches!(protocol, TCP | UDP | SCTP | DCCP | UDP_LITE)
    }
}

/// EtherTypes that the walk needs.
pub mod ether {
    /// IPv4.
    pub const IPV4: u16 = 0x0800;
    /// ARP (RFC 826).
    pub const ARP: u16 = 0x0806;
    /// Reverse ARP (RFC 903).
    pub const RARP: u16 = 0x8035;
    /// IEEE 802.1Q customer VLAN tag.
    pub const VLAN: u16 = 0x8100;
    /// IPv6.
    pub const IPV6: u16 = 0x86dd;
    /// MPLS label stack (RFC 3032).
    pub const MPLS: u16 = 0x8847;
    /// MPLS label stack, multicast (RFC 5332).
    pub const MPLS_MULTICAST: u16 = 0x8848;
    /// PPP over Ethernet, session stage (RFC 2516).
    pub const PPPOE_SESSION: u16 = 0x8864;
    /// IEEE 802.1ad service VLAN tag.
    pub const SERVICE_VLAN: u16 = 0x88a8;
    /// MACsec (IEEE 802.1AE).
    pub const MACSEC: u16 = 0x88e5;
    /// Provider backbone bridging (IEEE 802.1ah).
    pub const PBB: u16 = 0x88e7;
    /// VN-Tag (IEEE 802.1Qbh draft).
    pub const VN_TAG: u16 = 0x8926;
    /// Network Service Header (RFC 8300).
    pub const NSH: u16 = 0x894f;
    /// Double tagging before 802.1ad, still common on switches.
    pub const OLD_QINQ: u16 = 0x9100;
    /// Double tagging before 802.1ad, second number.
    pub const OLD_QINQ_2: u16 = 0x9200;
    /// Double tagging before 802.1ad, third number.
    pub const OLD_QINQ_3: u16 = 0x9300;
    /// TRILL (RFC 6325).
    pub const TRILL: u16 = 0x22f3;
    /// Mesh networks of batman-adv (Linux).
    pub const BATMAN_ADV: u16 = 0x4305;
    /// PPPoE, discovery stage (RFC 2516).
    pub const PPPOE_DISCOVERY: u16 = 0x8863;
    /// Slow protocols, such as LACP (IEEE 802.3 annex 57A).
    pub const SLOW_PROTOCOLS: u16 = 0x8809;
    /// Port authentication (IEEE 802.1X).
    pub const EAPOL: u16 = 0x888e;
    /// LLDP (IEEE 802.1AB).
    pub const LLDP: u16 = 0x88cc;
    /// Cisco FabricPath.
    pub const FABRIC_PATH: u16 = 0x8903;
    /// Cisco's metadata tag.
    pub const CISCO_METADATA: u16 = 0x8909;
    /// High-availability Seamless Redundancy (IEC 62439-3).
    pub const HSR: u16 = 0x892f;
    /// E-TAG of bridge port extension (IEEE 802.1BR).
    pub const E_TAG: u16 = 0x893f;
    /// Cisco's timestamp tag.
    pub const CISCO_TIMESTAMP: u16 = 0x8988;
    /// Arista's vendor-specific protocol, of which one sub-type is a timestamp.
    pub const ARISTA: u16 = 0xd28b;
    /// R-TAG of frame replication and elimination (IEEE 802.1CB).
    pub const R_TAG: u16 = 0xf1c1;
    /// Ethernet in another protocol's payload (RFC 1701).
    pub const TRANSPARENT_ETHERNET: u16 = 0x6558;
    /// The least number that is an EtherType; below it the field is a length (IEEE 802.3 clause 3.2.6).
    pub const MIN: u16 = 0x0600;

    /// True for the four-byte tags that name a VLAN.
    #[inline]
    pub const fn is_vlan(value: u16) -> bool {
        matches!(value, VLAN | SERVICE_VLAN | OLD_QINQ | OLD_QINQ_2 | OLD_QINQ_3)
    }
}
