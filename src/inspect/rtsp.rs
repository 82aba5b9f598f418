//! RTSP: the UDP ports of a stream's data and reports, from `Transport` headers and session descriptions.

use std::net::{IpAddr, SocketAddr};

use super::announcement::{Expectation, ServerEnd};
use super::packet::ChannelPacket;
use super::sdp::{MediaEndpoint, MediaProtocol, SessionDescription};
use super::wire_text::Lines;
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// The most alternatives that are read from one header.
const MAX_ALTERNATIVES: usize = 8;

/// A transport specification over UDP, one of the alternatives in a `Transport` header (RFC 2326, section 12.39; RFC 7826,
/// section 18.54). Pairs are the port of the data (RTP) and the port of the reports (RTCP), never 0. At least one pair is
/// present.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TransportSpec {
    /// The destination of the stream; the client's own address, if `None`.
    pub destination: Option<IpAddr>,
    /// The source of the stream; the server's own address, if `None`.
    pub source: Option<IpAddr>,
    /// The client's ports for a stream to one receiver.
    pub client_ports: Option<(u16, u16)>,
    /// The server's ports.
    pub server_ports: Option<(u16, u16)>,
    /// The ports of a multicast group, whose address is the destination.
    pub group_ports: Option<(u16, u16)>,
}

/// The streams that a packet's lines describe or set up; those of session descriptions come first.
pub(super) fn expectations(packet: &ChannelPacket<'_>, lines: Lines<'_>) -> Vec<Expectation> {
    let (mut description, mut specs) = (SessionDescription::default(), Vec::new());
    for line in lines {
        description.push_line(&line);
        specs.extend(transport_header(&line));
    }
    let described = description.into_endpoints().into_iter().map(|endpoint| described_stream(packet, endpoint));
    described.chain(specs.iter().flat_map(|spec| set_up_streams(packet, spec))).collect()
}

/// The expectation of a stream in a session description. The RTSP server sends the stream.
fn described_stream(packet: &ChannelPacket<'_>, MediaEndpoint { protocol, address }: MediaEndpoint) -> Expectation {
    let service = match protocol {
        MediaProtocol::Rtp => ExpectedService::STREAM_RTP,
        MediaProtocol::Rtcp => ExpectedService::STREAM_RTCP,
        MediaProtocol::T38 | MediaProtocol::Msrp => protocol.service_in_call(),
    };
    let expectation = packet.expectation(AnnouncementKind::Rtsp, protocol.transport(), address, service);
    Expectation { server: ServerEnd::Peer, ..expectation }
}

/// The streams of a transport specification, by destination and source (RFC 7826, section 18.54).
fn set_up_streams(packet: &ChannelPacket<'_>, spec: &TransportSpec) -> Vec<Expectation> {
    let server = spec.source.unwrap_or(packet.address(packet.server));
    let client = spec.destination.unwrap_or(packet.address(packet.server.other()));
    let mut expectations = Vec::new();
    for (ports, address, server) in [
        (spec.client_ports, client, ServerEnd::Peer),
        (spec.group_ports, client, ServerEnd::Peer),
        (spec.server_ports, server, ServerEnd::Target),
    ] {
        let Some((rtp, rtcp)) = ports else { continue };
        for (port, service) in [(rtp, ExpectedService::STREAM_RTP), (rtcp, ExpectedService::STREAM_RTCP)] {
            let target = SocketAddr::new(address, port);
            let expectation = packet.expectation(AnnouncementKind::Rtsp, Transport::Udp, target, service);
            // Either side sends the header, so that the sender's address is no alternative.
            expectations.push(Expectation { or_address: None, server, ..expectation });
        }
    }
    expectations
}

/// The alternatives over UDP with a port in a header line (without its line end). Empty for other headers.
pub fn transport_header(line: &[u8]) -> Vec<TransportSpec> {
    let Some(value) = str::from_utf8(line).ok().and_then(value) else { return Vec::new() };
    unquoted_split(value, ',').take(MAX_ALTERNATIVES).filter_map(alternative).collect()
}

fn value(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.trim().eq_ignore_ascii_case("Transport").then_some(value)
}

/// Splits a text at separators that are not within quotation marks.
fn unquoted_split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

fn alternative(text: &str) -> Option<TransportSpec> {
    let mut parameters = unquoted_split(text, ';').map(str::trim);
    // RTP/AVP alone means UDP (RFC 2326, section 12.39).
    if parameters.next()?.split('/').any(|part| part.eq_ignore_ascii_case("TCP")) {
        return None;
    }
    let mut spec = TransportSpec::default();
    let (mut to_group, mut one_port) = (false, false);
    let (mut receivers, mut senders) = (None, None);
    for parameter in parameters {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match name.as_str() {
            "interleaved" => return None,
            "multicast" => to_group = true,
            "rtcp-mux" => one_port = true,
            "destination" => spec.destination = address(value),
            "source" => spec.source = address(value),
            "client_port" => spec.client_ports = ports(value),
            "server_port" => spec.server_ports = ports(value),
            "port" => spec.group_ports = ports(value),
            "dest_addr" => receivers = Some(value),
            "src_addr" => senders = Some(value),
            _ => {}
        }
    }
    if let Some(value) = receivers {
        let (address, ports) = endpoints(value, one_port);
        spec.destination = address.or(spec.destination);
        *if to_group { &mut spec.group_ports } else { &mut spec.client_ports } = ports;
    }
    if let Some(value) = senders {
        let (address, ports) = endpoints(value, one_port);
        spec.source = address.or(spec.source);
        spec.server_ports = ports;
    }
    let has_port = spec.client_ports.or(spec.server_ports).or(spec.group_ports).is_some();
    has_port.then_some(spec)
}

/// An address, in quotes or brackets; `None` for a host's name.
fn address(text: &str) -> Option<IpAddr> {
    text.trim_matches(['"', '[', ']']).parse().ok().filter(|address: &IpAddr| !address.is_unspecified())
}

/// Parses `4588-4589`, or `4588`, which stands for the same pair.
fn ports(text: &str) -> Option<(u16, u16)> {
    let (first, second) = match text.trim_matches('"').split_once('-') {
        Some((first, second)) => (first.trim().parse().ok()?, second.trim().parse().ok()?),
        None => pair(text.trim_matches('"').parse().ok()?)?,
    };
    (first > 0 && second > 0).then_some((first, second))
}

/// The port of the data and that of the reports, which is the next one (RFC 3550, section 11).
fn pair(first: u16) -> Option<(u16, u16)> {
    Some((first, first.checked_add(1)?))
}

/// Parses RTSP 2.0's `"192.0.2.1:4588"/"192.0.2.1:4589"`, in which addresses may be missing: the address, and the pair of ports.
/// A single endpoint also receives reports if both use one port (RFC 5761).
fn endpoints(text: &str, one_port: bool) -> (Option<IpAddr>, Option<(u16, u16)>) {
    let mut endpoints = text.split('/').map(|text| endpoint(text.trim().trim_matches('"')));
    let Some((address, first)) = endpoints.next().flatten() else { return (None, None) };
    let ports = match endpoints.next() {
        Some(second) => second.map(|(_, second)| (first, second)),
        None if one_port => Some((first, first)),
        None => pair(first),
    };
    (address, ports.filter(|(first, second)| *first > 0 && *second > 0))
}

/// Parses `192.0.2.1:4588`, `[2001:db8::1]:4588`, `:4588`, or a name and a port.
fn endpoint(text: &str) -> Option<(Option<IpAddr>, u16)> {
    if let Ok(endpoint) = text.parse::<SocketAddr>() {
        return Some((Some(endpoint.ip()).filter(|address| !address.is_unspecified()), endpoint.port()));
    }
    let (_, port) = text.rsplit_once(':')?;
    Some((None, port.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ip(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_client_offers_alternatives() {
        let line = b"Transport: RTP/AVP;multicast;ttl=127;mode=\"PLAY,RECORD\", RTP/AVP/TCP;interleaved=0-1,RTP/AVP;unicast;client_port=3456-3457";
        assert_eq!(transport_header(line), [TransportSpec { client_ports: Some((3456, 3457)), ..TransportSpec::default() }]);
    }

    #[test]
    fn a_quotation_is_not_split() {
        let there = TransportSpec { client_ports: Some((1, 2)), ..TransportSpec::default() };
        assert_eq!(transport_header(b"Transport: RTP/AVP;mode=\"PLAY;interleaved;a\";client_port=1-2"), [there]);
    }

    #[test]
    fn a_server_gives_both_sides() {
        let line =
            b"transport : RTP/AVP/UDP;unicast;destination=192.0.2.1;source=192.0.2.2;client_port=4588;server_port=6256-6258";
        let there = TransportSpec {
            destination: ip("192.0.2.1"),
            source: ip("192.0.2.2"),
            client_ports: Some((4588, 4589)),
            server_ports: Some((6256, 6258)),
            group_ports: None,
        };
        assert_eq!(transport_header(line), [there]);
    }

    #[test]
    fn a_group_has_ports_of_its_own() {
        let there = TransportSpec { destination: ip("224.2.0.1"), group_ports: Some((3456, 3457)), ..TransportSpec::default() };
        assert_eq!(transport_header(b"Transport: RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457;ttl=16"), [there]);
        assert_eq!(transport_header(b"Transport: RTP/AVP;multicast;dest_addr=\"224.2.0.1:3456\"/\"224.2.0.1:3457\""), [there]);
    }

    #[test]
    fn rtsp_2_writes_addresses_with_ports() {
        let line = b"Transport: RTP/AVP/UDP;unicast;dest_addr=\":4588\"/\":4590\";src_addr=\"[2001:db8::1]:6256\"/\"host:6257\"";
        let there = TransportSpec {
            source: ip("2001:db8::1"),
            client_ports: Some((4588, 4590)),
            server_ports: Some((6256, 6257)),
            ..TransportSpec::default()
        };
        assert_eq!(transport_header(line), [there]);
        let shared = transport_header(b"Transport: RTP/AVP;unicast;dest_addr=\":4588\";RTCP-mux");
        assert_eq!(shared, [TransportSpec { client_ports: Some((4588, 4588)), ..TransportSpec::default() }]);
    }

    #[test]
    fn alternatives_without_a_port_over_udp_are_left_out() {
        let nothing = [
            "Transport: RTP/AVP/TCP;unicast;client_port=1-2",
            "Transport: RTP/AVP;unicast;interleaved=0-1;client_port=1-2",
            "Transport: RTP/AVP;unicast",
            "Transport: RTP/AVP;client_port=0-1",
            "Transport: RTP/AVP;client_port=65535",
            "Transport: RTP/AVP;client_port=1-",
            "Transport: RTP/AVP;dest_addr=\":1\"/\"",
            "Transport: RTP/AVP;dest_addr=\":0\"/\":1\"",
            "Session: RTP/AVP;client_port=1-2",
            "",
        ];
        for line in nothing {
            assert_eq!(transport_header(line.as_bytes()), [], "{line}");
        }
    }

    #[test]
    fn alternatives_are_limited() {
        let line = format!("Transport: {}", ["RTP/AVP;client_port=1-2"; 20].join(","));
        assert_eq!(transport_header(line.as_bytes()).len(), MAX_ALTERNATIVES);
    }

    proptest! {
        #[test]
        fn hostile_lines_are_harmless(bytes in any::<Vec<u8>>(), text in "[ -~]{0,60}", cut in 0..120usize) {
            let valid = b"Transport: RTP/AVP;unicast;client_port=1-2;port=3;dest_addr=\"[::1]:1\"/\":2\",RTP/AVP;source=1.2.3.4";
            let start = &valid[..cut.min(valid.len())];
            transport_header(&bytes);
            transport_header(start);
            transport_header(&[start, text.as_bytes()].concat());
        }
    }
}
