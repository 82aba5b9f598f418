//! Session descriptions (SDP) in SIP, MGCP and RTSP messages: the endpoints that receive media.

use std::net::{IpAddr, SocketAddr};

use super::announcement::{Expectation, ServerEnd};
use super::packet::ChannelPacket;
use super::wire_text::Lines;
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// The most pairs of ports that are read from one media line.
const MAX_PAIRS: u16 = 8;
/// The most candidates that are read from one message.
const MAX_CANDIDATES: usize = 32;
/// The discard port, on which nobody listens. It stands for TCP media whose host will open the connection itself (RFC 4145,
/// section 4.1) and for media whose candidates are still to come (RFC 8840, section 4.1.1).
const DISCARD: u16 = 9;

/// The protocol of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaProtocol {
    /// Media by RTP over UDP (RFC 8866, section 5.14), plain or encrypted.
    Rtp,
    /// Reports on such media, over UDP (RFC 3550, section 6).
    Rtcp,
    /// Fax by UDPTL over UDP (ITU-T T.38, annex D).
    T38,
    /// Messages by MSRP over TCP (RFC 4975, section 8).
    Msrp,
}

impl MediaProtocol {
    /// The transport of the protocol.
    pub(super) fn transport(self) -> Transport {
        if self == MediaProtocol::Msrp { Transport::Tcp } else { Transport::Udp }
    }

    /// The service of the protocol in a call.
    pub(super) fn service_in_call(self) -> ExpectedService {
        match self {
            MediaProtocol::Rtp => ExpectedService::CALL_RTP,
            MediaProtocol::Rtcp => ExpectedService::CALL_RTCP,
            MediaProtocol::T38 => ExpectedService::FAX,
            MediaProtocol::Msrp => ExpectedService::MSRP,
        }
    }
}

/// An endpoint that receives media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaEndpoint {
    /// The protocol.
    pub protocol: MediaProtocol,
    /// The address, never unspecified, and the port, never 0.
    pub address: SocketAddr,
}

/// The media that the session descriptions in a packet's lines announce (SIP and MGCP). The parties of a call are equals.
pub(super) fn expectations(packet: &ChannelPacket<'_>, lines: Lines<'_>) -> Vec<Expectation> {
    let mut description = SessionDescription::default();
    lines.for_each(|line| description.push_line(&line));
    let expectation = |MediaEndpoint { protocol, address }| Expectation {
        server: ServerEnd::Neither,
        ..packet.expectation(AnnouncementKind::Sdp, protocol.transport(), address, protocol.service_in_call())
    };
    description.into_endpoints().into_iter().map(expectation).collect()
}

/// The session descriptions of a message, read line by line. Lines before the first `v=0` belong to another protocol and are
/// skipped.
#[derive(Clone, Debug, Default)]
pub struct SessionDescription {
    begun: bool,
    /// The address of media without an address of their own.
    address: Option<IpAddr>,
    /// The media whose lines are being read.
    media: Option<MediaDescription>,
    /// The number of candidates read.
    candidates: usize,
    /// The endpoints of candidates, and of media whose lines are all read.
    endpoints: Vec<MediaEndpoint>,
}

/// A media description: an `m=` line, and the lines that belong to it (RFC 8866, section 5.14).
#[derive(Clone, Debug)]
struct MediaDescription {
    /// The protocol; `None` for one that is not followed.
    protocol: Option<MediaProtocol>,
    address: Option<IpAddr>,
    port: u16,
    /// The number of pairs of ports, each two higher than the one before.
    pairs: u16,
    rtcp: RtcpPort,
}

/// The destination of RTCP.
#[derive(Clone, Copy, Debug, PartialEq)]
enum RtcpPort {
    /// The port after the media port (RFC 3550, section 11).
    Next,
    /// The port of an `a=rtcp` line (RFC 3605); on the media's own address, if the line has none.
    Given(Option<IpAddr>, u16),
    /// A port of a host with an unknown address.
    Unknown,
    /// The media port (RFC 5761).
    Shared,
}

impl SessionDescription {
    /// Reads the next line of the message, without its line end.
    pub fn push_line(&mut self, line: &[u8]) {
        let [kind, b'=', value @ ..] = line else { return };
        // Text that is not UTF-8 may be a title or a name; addresses and ports are ASCII.
        let Ok(value) = str::from_utf8(value) else { return };
        match kind {
            b'v' if value.trim() == "0" => {
                self.end_media();
                (self.begun, self.address) = (true, None);
            }
            _ if !self.begun => {}
            b'c' => *self.media.as_mut().map_or(&mut self.address, |media| &mut media.address) = connection(value),
            b'm' => {
                self.end_media();
                self.media = Some(MediaDescription::new(value, self.address));
            }
            b'a' => self.attribute(value),
            _ => {}
        }
    }

    /// The endpoints of the message, after its last line.
    pub fn into_endpoints(mut self) -> Vec<MediaEndpoint> {
        self.end_media();
        self.endpoints
    }

    fn end_media(&mut self) {
        if let Some(media) = self.media.take() {
            media.append_endpoints(&mut self.endpoints);
        }
    }

    fn attribute(&mut self, value: &str) {
        let Some(media) = self.media.as_mut().filter(|media| media.protocol == Some(MediaProtocol::Rtp)) else { return };
        let (name, value) = value.split_once(':').unwrap_or((value, ""));
        match name.trim() {
            "rtcp-mux" => media.rtcp = RtcpPort::Shared,
            // A receiver that cannot share may be offered another port as well: sharing takes precedence.
            "rtcp" if media.rtcp != RtcpPort::Shared => media.rtcp = rtcp_port(value).unwrap_or(media.rtcp),
            "candidate" if self.candidates < MAX_CANDIDATES => {
                if let Some(endpoint) = candidate(value) {
                    self.candidates += 1;
                    self.endpoints.push(endpoint);
                }
            }
            _ => {}
        }
    }
}

impl MediaDescription {
    /// Reads `audio 49170/2 RTP/AVP 0`. A line that is not understood begins a media description, too: the following lines belong
    /// to it.
    fn new(value: &str, address: Option<IpAddr>) -> Self {
        let mut words = value.split_ascii_whitespace().skip(1);
        let (ports, protocol) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (port, pairs) = ports.split_once('/').unwrap_or((ports, "1"));
        let pairs = pairs.parse().unwrap_or(1).clamp(1, MAX_PAIRS);
        Self { protocol: media_protocol(protocol), address, port: port.parse().unwrap_or(0), pairs, rtcp: RtcpPort::Next }
    }

    fn append_endpoints(&self, endpoints: &mut Vec<MediaEndpoint>) {
        // Port 0 refuses the media (RFC 3264, section 6): there are no reports either.
        let (Some(protocol), Some(first)) = (self.protocol, reachable(self.address, self.port)) else { return };
        if protocol != MediaProtocol::Rtp {
            return endpoints.push(MediaEndpoint { protocol, address: first });
        }
        for pair in 0..self.pairs {
            let Some(port) = first.port().checked_add(2 * pair) else { return };
            let rtp = SocketAddr::new(first.ip(), port);
            endpoints.push(MediaEndpoint { protocol, address: rtp });
            let rtcp = self.rtcp_of(rtp, pair == 0);
            endpoints.extend(rtcp.map(|address| MediaEndpoint { protocol: MediaProtocol::Rtcp, address }));
        }
    }

    /// The endpoint of reports on the media at `rtp`, if the two differ. `a=rtcp` gives a single port, that of the first pair.
    fn rtcp_of(&self, rtp: SocketAddr, is_first: bool) -> Option<SocketAddr> {
        match self.rtcp {
            RtcpPort::Next => reachable(Some(rtp.ip()), rtp.port().checked_add(1)?),
            RtcpPort::Given(address, port) if is_first => reachable(address.or(Some(rtp.ip())), port).filter(|rtcp| *rtcp != rtp),
            _ => None,
        }
    }
}

/// The protocol of a media line. RTP over TCP or DCCP (RFC 4571, RFC 5762) is not followed.
fn media_protocol(protocol: &str) -> Option<MediaProtocol> {
    let protocol = protocol.to_ascii_uppercase();
    let has = |name| protocol.split('/').any(|part| part == name);
    match protocol.as_str() {
        "TCP/MSRP" | "TCP/TLS/MSRP" => Some(MediaProtocol::Msrp),
        "UDPTL" | "UDP/TLS/UDPTL" => Some(MediaProtocol::T38),
        _ if protocol.contains("RTP/") && !has("TCP") && !has("DCCP") => Some(MediaProtocol::Rtp),
        _ => None,
    }
}

/// The address in `IN IP4 224.2.1.1/127/3`: the first one, without the TTL. `None` for a host's name.
fn connection(value: &str) -> Option<IpAddr> {
    let mut words = value.split_ascii_whitespace();
    let address = words.by_ref().next().filter(|net| *net == "IN").and(words.nth(1))?;
    address.split('/').next()?.parse().ok()
}

/// Reads `53020` or `53020 IN IP4 192.0.2.1`.
fn rtcp_port(value: &str) -> Option<RtcpPort> {
    let (port, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
    let port = port.parse().ok()?;
    Some(match connection(rest) {
        None if !rest.is_empty() => RtcpPort::Unknown,
        address => RtcpPort::Given(address, port),
    })
}

/// Reads `1 1 UDP 2130706431 192.0.2.1 8998 typ host` (RFC 8839, section 5.1): foundation, component, transport, priority,
/// address, port.
fn candidate(value: &str) -> Option<MediaEndpoint> {
    let mut words = value.split_ascii_whitespace().skip(1);
    let protocol = match words.next()? {
        "1" => MediaProtocol::Rtp,
        "2" => MediaProtocol::Rtcp,
        _ => return None,
    };
    let transport = words.next()?;
    let (address, port) = (words.nth(1)?.parse().ok()?, words.next()?.parse().ok()?);
    if !transport.eq_ignore_ascii_case("UDP") {
        return None;
    }
    reachable(Some(address), port).map(|address| MediaEndpoint { protocol, address })
}

/// The endpoint, if it can receive media.
fn reachable(address: Option<IpAddr>, port: u16) -> Option<SocketAddr> {
    let address = address.filter(|address| !address.is_unspecified() && port != 0 && port != DISCARD)?;
    Some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn endpoints(message: &str) -> Vec<String> {
        let mut description = SessionDescription::default();
        message.lines().for_each(|line| description.push_line(line.as_bytes()));
        let text = |MediaEndpoint { protocol, address }: &MediaEndpoint| format!("{protocol:?} {address}");
        description.into_endpoints().iter().map(text).collect()
    }

    #[test]
    fn media_are_received_at_the_sessions_address_or_their_own() {
        let message = "INVITE sip:a SIP/2.0\nm=audio 1 RTP/AVP 0\n\nv=0\nc=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\nm=video 6000 UDP/TLS/RTP/SAVPF 96\nc=IN IP6 2001:db8::1";
        let there = ["Rtp 192.0.2.1:5000", "Rtcp 192.0.2.1:5001", "Rtp [2001:db8::1]:6000", "Rtcp [2001:db8::1]:6001"];
        assert_eq!(endpoints(message), there);
    }

    #[test]
    fn every_kind_of_media_has_its_protocol() {
        let session = "v=0\nc=IN IP4 192.0.2.1\n";
        assert_eq!(endpoints(&format!("{session}m=image 5000 udptl t38")), ["T38 192.0.2.1:5000"]);
        assert_eq!(endpoints(&format!("{session}m=message 5000 TCP/MSRP *")), ["Msrp 192.0.2.1:5000"]);
        assert_eq!(endpoints(&format!("{session}m=message 5000 TCP/TLS/MSRP *")), ["Msrp 192.0.2.1:5000"]);
        for other in ["UDP/DTLS/SCTP", "TCP/RTP/AVP", "DCCP/RTP/AVP", "udp", ""] {
            assert_eq!(endpoints(&format!("{session}m=application 5000 {other} x")), [""; 0], "{other}");
        }
    }

    #[test]
    fn media_that_are_not_followed_keep_their_lines() {
        assert_eq!(endpoints("v=0\nc=IN IP4 192.0.2.1\nm=x\nc=IN IP4 192.0.2.9\nm=image 5000 udptl t38"), ["T38 192.0.2.1:5000"]);
    }

    #[test]
    fn reports_may_go_elsewhere() {
        let media = "v=0\nc=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\na=";
        let rtp = "Rtp 192.0.2.1:5000";
        assert_eq!(endpoints(&format!("{media}rtcp:53020")), [rtp, "Rtcp 192.0.2.1:53020"]);
        assert_eq!(endpoints(&format!("{media}rtcp:53020 IN IP4 192.0.2.2")), [rtp, "Rtcp 192.0.2.2:53020"]);
        assert_eq!(endpoints(&format!("{media}rtcp:53020 IN IP4 host.example")), [rtp]);
        assert_eq!(endpoints(&format!("{media}rtcp:9 IN IP4 0.0.0.0")), [rtp]);
        assert_eq!(endpoints(&format!("{media}rtcp:5000")), [rtp]);
        assert_eq!(endpoints(&format!("{media}rtcp-mux\na=rtcp:53020")), [rtp]);
        assert_eq!(endpoints(&format!("{media}rtcp:?")), [rtp, "Rtcp 192.0.2.1:5001"]);
    }

    #[test]
    fn candidates_are_endpoints_too() {
        let media = "v=0\nc=IN IP4 0.0.0.0\nm=audio 9 UDP/TLS/RTP/SAVPF 0\na=rtcp-mux\n";
        let one = "a=candidate:1 1 UDP 2130706431 192.0.2.1 8998 typ host\n";
        let two = "a=candidate:1 2 udp 2130706431 2001:db8::1 8999 typ srflx raddr 10.0.0.1 rport 5\n";
        let none = "a=candidate:1 1 TCP 1 192.0.2.1 9 typ host\na=candidate:1 1 UDP 1 x.local 8998 typ host\na=candidate:1 3 UDP 1 192.0.2.1 8998 typ host";
        assert_eq!(endpoints(&format!("{media}{one}{two}{none}")), ["Rtp 192.0.2.1:8998", "Rtcp [2001:db8::1]:8999"]);
        assert_eq!(endpoints(&format!("v=0\n{one}m=application 9 UDP/DTLS/SCTP x\n{one}")), [""; 0]);
        assert_eq!(endpoints(&format!("{media}{}{media}{}", one.repeat(20), one.repeat(20))).len(), MAX_CANDIDATES);
    }

    #[test]
    fn several_ports_are_pairs() {
        let pairs = |ports| endpoints(&format!("v=0\nc=IN IP4 224.2.1.1/127\nm=video {ports} RTP/AVP 31"));
        let there = ["Rtp 224.2.1.1:49170", "Rtcp 224.2.1.1:49171", "Rtp 224.2.1.1:49172", "Rtcp 224.2.1.1:49173"];
        assert_eq!(pairs("49170/2"), there);
        assert_eq!(pairs("49170/60000").len(), 16);
        assert_eq!(pairs("65534/3"), ["Rtp 224.2.1.1:65534", "Rtcp 224.2.1.1:65535"]);
    }

    #[test]
    fn endpoints_that_cannot_be_reached_are_left_out() {
        for (address, port) in [("192.0.2.1", "0"), ("0.0.0.0", "5000"), ("192.0.2.1", "65536"), ("host.example", "5000")] {
            assert_eq!(endpoints(&format!("v=0\nc=IN IP4 {address}\nm=audio {port} RTP/AVP 0")), [""; 0]);
        }
        let named = "v=0\nc=IN IP4 192.0.2.1\nm=audio 5000 RTP/AVP 0\nc=IN IP4 host.example";
        assert_eq!(endpoints(named), [""; 0]);
    }

    #[test]
    fn a_second_description_begins_afresh() {
        let message = "v=0\nc=IN IP4 192.0.2.1\nm=image 5000 udptl t38\nv=0\nm=image 6000 udptl t38";
        assert_eq!(endpoints(message), ["T38 192.0.2.1:5000"]);
    }

    proptest! {
        #[test]
        fn hostile_lines_are_harmless(bytes in any::<Vec<u8>>(), text in "[mca]=[ -~]{0,60}", cut in 0..200usize) {
            let valid = b"v=0\nc=IN IP4 1.2.3.4/127\nm=audio 65535/9 RTP/AVP 0\na=rtcp:53020 IN IP4 1.2.3.4\na=candidate:1 1 UDP 1 1.2.3.4 8998 typ host";
            let mut description = SessionDescription::default();
            let start = &valid[..cut.min(valid.len())];
            for line in start.split(|byte| *byte == b'\n').chain([text.as_bytes()]).chain(bytes.split(|byte| *byte == b'\n')) {
                description.push_line(line);
            }
            prop_assert!(description.into_endpoints().len() < 1000);
        }
    }
}
