//! Exported PDUs of Wireshark (LINKTYPE_WIRESHARK_UPPER_PDU): the input of one of its dissectors, after tags that name the
//! dissector and give the addresses and ports.

use std::ops::ControlFlow::Continue;

use super::{be16, bytes_at, own_frame, skip};
use crate::capture::LinkType;
use crate::decode::observation::{Address, Fragment, IpVersion};
use crate::decode::protocol::ip;
use crate::decode::walk::{IpFacts, Layer, Next, Walk};

/// Tags (<https://www.tcpdump.org/linktypes/LINKTYPE_WIRESHARK_UPPER_PDU.html>, Wireshark's `epan/exported_pdu.h`).
const END: u16 = 0;
const DISSECTOR: u16 = 12;
const IPV4_SOURCE: u16 = 20;
const IPV4_DESTINATION: u16 = 21;
const IPV6_SOURCE: u16 = 22;
const IPV6_DESTINATION: u16 = 23;
const PORT_TYPE: u16 = 24;
const SOURCE_PORT: u16 = 25;
const DESTINATION_PORT: u16 = 26;

/// The values of the tags so far.
#[derive(Default)]
struct Tags<'a> {
    dissector: &'a [u8],
    source: Option<(IpVersion, Address)>,
    destination: Option<(IpVersion, Address)>,
    port_type: Option<u32>,
    ports: [Option<u32>; 2],
}

/// Reads the tags: type, length, value, all in network order, up to the end tag. Then comes the PDU: a layer that the walk knows,
/// or the payload of a transport with ports. Everything else is the link layer's own.
pub fn exported(walk: &mut Walk<'_>) -> Next {
    let mut tags = Tags::default();
    // Each tag is at least four bytes, so the packet's length bounds the loop.
    loop {
        let (Some(tag), Some(length)) = (be16(walk.rest, 0), be16(walk.rest, 2)) else { return walk.too_short() };
        let length = usize::from(length);
        if tag == END {
            skip(walk, 4)?;
            return next_layer(walk, &tags);
        }
        let Some(value) = walk.rest.get(4..4 + length) else { return walk.too_short() };
        tags.add(tag, value);
        walk.advance(4 + length);
    }
}

impl<'a> Tags<'a> {
    fn add(&mut self, tag: u16, value: &'a [u8]) {
        let number = bytes_at(value, 0).map(u32::from_be_bytes);
        let v4 = || bytes_at(value, 0).map(|address| (IpVersion::V4, Address::v4(address)));
        let v6 = || bytes_at(value, 0).map(|address| (IpVersion::V6, Address(address)));
        match tag {
            // Padded with zeros to a multiple of four.
            DISSECTOR => self.dissector = value.split(|&byte| byte == 0).next().unwrap_or_default(),
            IPV4_SOURCE => self.source = v4(),
            IPV4_DESTINATION => self.destination = v4(),
            IPV6_SOURCE => self.source = v6(),
            IPV6_DESTINATION => self.destination = v6(),
            PORT_TYPE => self.port_type = number,
            SOURCE_PORT => self.ports[0] = number,
            DESTINATION_PORT => self.ports[1] = number,
            _ => {}
        }
    }

    /// The IP header of the PDU, as far as it is known: its length is not, and counts as 0.
    fn ip(&self) -> Option<IpFacts> {
        let ((version, source), (other, destination)) = (self.source?, self.destination?);
        (version == other).then_some(IpFacts { version, source, destination, length: 0, fragment: Fragment::Whole })
    }

    /// The transport and its ports.
    fn payload(&self) -> Option<Layer> {
        // Wireshark's numbers for kinds of ports (`EXP_PDU_PT_...`).
        let protocol = match self.port_type? {
            1 => ip::SCTP,
            2 => ip::TCP,
            3 => ip::UDP,
            4 => ip::DCCP,
            _ => return None,
        };
        let [source, destination] = self.ports.map(|port| u16::try_from(port?).ok());
        Some(Layer::Payload { protocol, ports: (source?, destination?) })
    }
}

/// The layer of the PDU, by the name of its dissector, or by its addresses and ports.
fn next_layer(walk: &mut Walk<'_>, tags: &Tags<'_>) -> Next {
    if let Some(layer) = lower_layer(tags.dissector) {
        return Continue(layer);
    }
    walk.ip = tags.ip();
    let transport = transport_header(tags.dissector).map(Layer::Transport);
    match (walk.ip, transport.or_else(|| tags.payload())) {
        (Some(_), Some(layer)) => Continue(layer),
        _ => own_frame(LinkType::WIRESHARK_UPPER_PDU),
    }
}

/// Wireshark's names of dissectors for layers up to IP.
fn lower_layer(dissector: &[u8]) -> Option<Layer> {
    Some(match dissector {
        b"ip" | b"ipv6" | b"raw_ip" => Layer::Ip,
        b"eth" | b"eth_withoutfcs" | b"eth_withfcs" | b"eth_maybefcs" => Layer::ETHERNET,
        b"llc" => Layer::Llc,
        b"ppp" => Layer::Ppp,
        b"ppp_hdlc" => Layer::Link(LinkType::PPP_HDLC),
        b"chdlc" => Layer::Link(LinkType::C_HDLC),
        b"mpls" => Layer::Mpls,
        b"fr" => Layer::Link(LinkType::FRELAY),
        b"tr" => Layer::Link(LinkType::TOKEN_RING),
        b"sll" => Layer::Link(LinkType::LINUX_SLL),
        b"wlan" | b"wlan_withoutfcs" | b"wlan_withfcs" | b"wlan_maybefcs" => Layer::IEEE_802_11,
        b"radiotap" => Layer::Link(LinkType::IEEE802_11_RADIOTAP),
        _ => return None,
    })
}

/// Wireshark's names of dissectors for transports: the PDU begins with their header.
fn transport_header(dissector: &[u8]) -> Option<u8> {
    Some(match dissector {
        b"tcp" => ip::TCP,
        b"udp" => ip::UDP,
        b"udplite" => ip::UDP_LITE,
        b"sctp" => ip::SCTP,
        b"dccp" => ip::DCCP,
        b"icmp" => ip::ICMP,
        b"icmpv6" => ip::ICMPV6,
        _ => return None,
    })
}
