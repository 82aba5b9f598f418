//! The link types of packets, by their numbers in capture files.

/// The type of link layer that a packet begins with: a value of the LINKTYPE registry
/// (<https://www.tcpdump.org/linktypes.html>, draft-ietf-opsawg-pcaplinktype).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct LinkType(pub u32);

impl LinkType {
    /// BSD loopback: the address family in the capturing machine's byte order.
    pub const NULL: LinkType = LinkType(0);
    /// Ethernet.
    pub const ETHERNET: LinkType = LinkType(1);
    /// Token Ring.
    pub const TOKEN_RING: LinkType = LinkType(6);
    /// ARCnet with a BSD header.
    pub const ARCNET_BSD: LinkType = LinkType(7);
    /// SLIP with a header of direction and compression.
    pub const SLIP: LinkType = LinkType(8);
    /// PPP, with HDLC-like framing or without.
    pub const PPP: LinkType = LinkType(9);
    /// FDDI.
    pub const FDDI: LinkType = LinkType(10);
    /// Raw IP, as written by some systems under their own DLT number.
    pub const RAW_BSD: LinkType = LinkType(12);
    /// Raw IP, as written by OpenBSD.
    pub const RAW_OPENBSD: LinkType = LinkType(14);
    /// Firewall log of OpenBSD before 3.4, under its own DLT number.
    pub const OLD_PFLOG: LinkType = LinkType(17);
    /// PPP in HDLC-like framing, or Cisco HDLC.
    pub const PPP_HDLC: LinkType = LinkType(50);
    /// PPP over Ethernet, without the Ethernet header.
    pub const PPP_ETHER: LinkType = LinkType(51);
    /// Symantec Enterprise Firewall.
    pub const SYMANTEC_FIREWALL: LinkType = LinkType(99);
    /// ATM AAL5 frames with LLC.
    pub const ATM_RFC1483: LinkType = LinkType(100);
    /// Raw IP, version 4 or 6 by its first nibble.
    pub const RAW: LinkType = LinkType(101);
    /// SLIP of BSD/OS.
    pub const SLIP_BSDOS: LinkType = LinkType(102);
    /// Cisco HDLC.
    pub const C_HDLC: LinkType = LinkType(104);
    /// Wi-Fi frames.
    pub const IEEE802_11: LinkType = LinkType(105);
    /// Linux Classical IP over ATM.
    pub const ATM_CLIP: LinkType = LinkType(106);
    /// Frame Relay.
    pub const FRELAY: LinkType = LinkType(107);
    /// OpenBSD loopback: the address family in network byte order.
    pub const LOOP: LinkType = LinkType(108);
    /// OpenBSD IPsec interface.
    pub const ENC: LinkType = LinkType(109);
    /// ATM LAN emulation of Ethernet.
    pub const LANE8023: LinkType = LinkType(110);
    /// Linux cooked capture, version 1.
    pub const LINUX_SLL: LinkType = LinkType(113);
    /// OpenBSD firewall log.
    pub const PFLOG: LinkType = LinkType(117);
    /// Wi-Fi frames with a Prism header.
    pub const IEEE802_11_PRISM: LinkType = LinkType(119);
    /// IP over Fibre Channel.
    pub const IP_OVER_FC: LinkType = LinkType(122);
    /// ATM frames of a SunATM device.
    pub const SUNATM: LinkType = LinkType(123);
    /// Wi-Fi frames with a radiotap header.
    pub const IEEE802_11_RADIOTAP: LinkType = LinkType(127);
    /// Frames with a header of the Tazmen Sniffer Protocol.
    pub const TZSP: LinkType = LinkType(128);
    /// ARCnet with a Linux header.
    pub const ARCNET_LINUX: LinkType = LinkType(129);
    /// Juniper GGSN.
    pub const JUNIPER_GGSN: LinkType = LinkType(133);
    /// Juniper ATM2 card.
    pub const JUNIPER_ATM2: LinkType = LinkType(135);
    /// Juniper services card.
    pub const JUNIPER_SERVICES: LinkType = LinkType(136);
    /// Juniper ATM1 card.
    pub const JUNIPER_ATM1: LinkType = LinkType(137);
    /// Apple's IP over FireWire.
    pub const APPLE_IP_OVER_IEEE1394: LinkType = LinkType(138);
    /// Cable modem frames.
    pub const DOCSIS: LinkType = LinkType(143);
    /// For private use; used by Apple's first PKTAP.
    pub const USER2: LinkType = LinkType(149);
    /// Wi-Fi frames with an AVS header.
    pub const IEEE802_11_AVS: LinkType = LinkType(163);
    /// PPP of Linux's pppd, the first byte of its framing replaced by the direction.
    pub const PPP_PPPD: LinkType = LinkType(166);
    /// Juniper PPPoE.
    pub const JUNIPER_PPPOE: LinkType = LinkType(167);
    /// Juniper PPPoE over ATM.
    pub const JUNIPER_PPPOE_ATM: LinkType = LinkType(168);
    /// Juniper Ethernet.
    pub const JUNIPER_ETHER: LinkType = LinkType(178);
    /// Juniper PPP.
    pub const JUNIPER_PPP: LinkType = LinkType(179);
    /// Juniper Frame Relay.
    pub const JUNIPER_FRELAY: LinkType = LinkType(180);
    /// Juniper Cisco HDLC.
    pub const JUNIPER_CHDLC: LinkType = LinkType(181);
    /// A link of a Frame Relay bundle.
    pub const MFR: LinkType = LinkType(182);
    /// Juniper voice card.
    pub const JUNIPER_VP: LinkType = LinkType(183);
    /// IEEE 802.15.4 with addresses as Linux drivers padded them.
    pub const IEEE802_15_4_LINUX: LinkType = LinkType(191);
    /// Per-packet information, then any link type.
    pub const PPI: LinkType = LinkType(192);
    /// IEEE 802.15.4 with its check sequence.
    pub const IEEE802_15_4_WITHFCS: LinkType = LinkType(195);
    /// Endace ERF records.
    pub const ERF: LinkType = LinkType(197);
    /// PPP after a direction byte.
    pub const PPP_WITH_DIR: LinkType = LinkType(204);
    /// Cisco HDLC after a direction byte.
    pub const C_HDLC_WITH_DIR: LinkType = LinkType(205);
    /// Frame Relay after a direction byte.
    pub const FRELAY_WITH_DIR: LinkType = LinkType(206);
    /// IEEE 802.15.4 with a header of the physical layer.
    pub const IEEE802_15_4_NONASK_PHY: LinkType = LinkType(215);
    /// MPLS label stacks.
    pub const MPLS: LinkType = LinkType(219);
    /// Solaris ipnet.
    pub const IPNET: LinkType = LinkType(226);
    /// CAN bus frames of Linux.
    pub const CAN_SOCKETCAN: LinkType = LinkType(227);
    /// Raw IPv4.
    pub const IPV4: LinkType = LinkType(228);
    /// Raw IPv6.
    pub const IPV6: LinkType = LinkType(229);
    /// IEEE 802.15.4 without its check sequence.
    pub const IEEE802_15_4_NOFCS: LinkType = LinkType(230);
    /// Linux netfilter log.
    pub const NFLOG: LinkType = LinkType(239);
    /// Ethernet with a Hilscher netANALYZER header.
    pub const NETANALYZER: LinkType = LinkType(240);
    /// Ethernet and its preamble, with a Hilscher netANALYZER header.
    pub const NETANALYZER_TRANSPARENT: LinkType = LinkType(241);
    /// IP over InfiniBand.
    pub const IPOIB: LinkType = LinkType(242);
    /// The input of one of Wireshark's dissectors, with tags that describe its origin.
    pub const WIRESHARK_UPPER_PDU: LinkType = LinkType(252);
    /// Linux netlink messages.
    pub const NETLINK: LinkType = LinkType(253);
    /// Apple PKTAP: interface and process, then any link type.
    pub const PKTAP: LinkType = LinkType(258);
    /// Linux vsock.
    pub const VSOCK: LinkType = LinkType(271);
    /// Ethernet with preemption.
    pub const ETHERNET_MPACKET: LinkType = LinkType(274);
    /// Linux cooked capture, version 2.
    pub const LINUX_SLL2: LinkType = LinkType(276);
    /// Ethernet with a Broadcom switch tag inside.
    pub const DSA_TAG_BRCM: LinkType = LinkType(281);
    /// Ethernet after a Broadcom switch tag.
    pub const DSA_TAG_BRCM_PREPEND: LinkType = LinkType(282);
    /// IEEE 802.15.4 with a TAP header.
    pub const IEEE802_15_4_TAP: LinkType = LinkType(283);
    /// Ethernet with a Marvell DSA switch tag.
    pub const DSA_TAG_DSA: LinkType = LinkType(284);
    /// Ethernet with a Marvell EDSA switch tag.
    pub const DSA_TAG_EDSA: LinkType = LinkType(285);
}
