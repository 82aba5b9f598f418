//! RTSP's `Transport` header: the UDP ports that a stream's data and reports will use.

use std::net::{IpAddr, SocketAddr};

/// The most alternatives that are read from one header.
const MAX_ALTERNATIVES: usize = 8;

/// One alternative over UDP (RFC 2326, section 12.39; RFC 7826, section 18.54). Pairs are the port of the data (RTP) and
/// the port of the reports (RTCP), never 0. At least one pair is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transport {
    /// Where the stream goes; the client's own address, if `None`.
    pub destination: Option<IpAddr>,
    /// Where the stream comes from; the server's own address, if `None`.
    pub source: Option<IpAddr>,
    /// The client's ports, of a stream to one receiver.
    pub client_ports: Option<(u16, u16)>,
    /// The server's ports.
    pub server_ports: Option<(u16, u16)>,
    /// The ports of a multicast group, whose address is the destination.
    pub group_ports: Option<(u16, u16)>,
}

/// Reads a header line without its line end: its alternatives over UDP that say a port. Empty for other headers.
pub fn transport_header(line: &[u8]) -> Vec<Transport> {
    let Some(value) = std::str::from_utf8(line).ok().and_then(value) else { return Vec::new() };
    unquoted_split(value, ',').take(MAX_ALTERNATIVES).filter_map(alternative).collect()
}

fn value(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.trim().eq_ignore_ascii_case("Transport").then_some(value)
}

/// Splits at a separator that is not within quotation marks.
fn unquoted_split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

fn alternative(text: &str) -> Option<Transport> {
    let mut parameters = unquoted_split(text, ';').map(str::trim);
    // RTP/AVP alone means UDP (RFC 2326, section 12.39).
    if parameters.next()?.split('/').any(|part| part.eq_ignore_ascii_case("TCP")) {
        return None;
    }
    let mut transport = Transport::default();
    let (mut to_group, mut one_port) = (false, false);
    let (mut receivers, mut senders) = (None, None);
    for parameter in parameters {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        let (name, value) = (name.trim().to_ascii_lowercase(), value.trim());
        match name.as_str() {
            "interleaved" => return None,
            "multicast" => to_group = true,
            "rtcp-mux" => one_port = true,
            "destination" => transport.destination = address(value),
            "source" => transport.source = address(value),
            "client_port" => transport.client_ports = ports(value),
            "server_port" => transport.server_ports = ports(value),
            "port" => transport.group_ports = ports(value),
            "dest_addr" => receivers = Some(value),
            "src_addr" => senders = Some(value),
            _ => {}
        }
    }
    if let Some(value) = receivers {
        let (address, ports) = places(value, one_port);
        transport.destination = address.or(transport.destination);
        *if to_group { &mut transport.group_ports } else { &mut transport.client_ports } = ports;
    }
    if let Some(value) = senders {
        let (address, ports) = places(value, one_port);
        transport.source = address.or(transport.source);
        transport.server_ports = ports;
    }
    let says_a_port = transport.client_ports.or(transport.server_ports).or(transport.group_ports).is_some();
    says_a_port.then_some(transport)
}

/// An address; a host's name is none.
fn address(text: &str) -> Option<IpAddr> {
    text.trim_matches(['"', '[', ']']).parse().ok().filter(|address: &IpAddr| !address.is_unspecified())
}

/// `4588-4589`, or `4588` for the same.
fn ports(text: &str) -> Option<(u16, u16)> {
    let (first, second) = match text.trim_matches('"').split_once('-') {
        Some((first, second)) => (first.trim().parse().ok()?, second.trim().parse().ok()?),
        None => pair(text.trim_matches('"').parse().ok()?)?,
    };
    (first > 0 && second > 0).then_some((first, second))
}

/// Reports use the next port (RFC 3550, section 11).
fn pair(first: u16) -> Option<(u16, u16)> {
    Some((first, first.checked_add(1)?))
}

/// RTSP 2.0's `"192.0.2.1:4588"/"192.0.2.1:4589"`, in which addresses may be left out. A place alone is for reports, too, if
/// both use one port (RFC 5761).
fn places(text: &str, one_port: bool) -> (Option<IpAddr>, Option<(u16, u16)>) {
    let mut places = text.split('/').map(|place| place_of(place.trim().trim_matches('"')));
    let Some((address, first)) = places.next().flatten() else { return (None, None) };
    let ports = match places.next() {
        Some(second) => second.map(|(_, second)| (first, second)),
        None if one_port => Some((first, first)),
        None => pair(first),
    };
    (address, ports.filter(|(first, second)| *first > 0 && *second > 0))
}

/// `192.0.2.1:4588`, `[2001:db8::1]:4588`, `:4588`, or a name and a port.
fn place_of(text: &str) -> Option<(Option<IpAddr>, u16)> {
    if let Ok(place) = text.parse::<SocketAddr>() {
        return Some((Some(place.ip()).filter(|address| !address.is_unspecified()), place.port()));
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
        assert_eq!(transport_header(line), [Transport { client_ports: Some((3456, 3457)), ..Transport::default() }]);
    }

    #[test]
    fn a_quotation_is_not_split() {
        let there = Transport { client_ports: Some((1, 2)), ..Transport::default() };
        assert_eq!(transport_header(b"Transport: RTP/AVP;mode=\"PLAY;interleaved;a\";client_port=1-2"), [there]);
    }

    #[test]
    fn a_server_says_both_sides() {
        let line =
            b"transport : RTP/AVP/UDP;unicast;destination=192.0.2.1;source=192.0.2.2;client_port=4588;server_port=6256-6258";
        let there = Transport {
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
        let there = Transport { destination: ip("224.2.0.1"), group_ports: Some((3456, 3457)), ..Transport::default() };
        assert_eq!(transport_header(b"Transport: RTP/AVP;multicast;destination=224.2.0.1;port=3456-3457;ttl=16"), [there]);
        assert_eq!(transport_header(b"Transport: RTP/AVP;multicast;dest_addr=\"224.2.0.1:3456\"/\"224.2.0.1:3457\""), [there]);
    }

    #[test]
    fn the_second_version_writes_places() {
        let line = b"Transport: RTP/AVP/UDP;unicast;dest_addr=\":4588\"/\":4590\";src_addr=\"[2001:db8::1]:6256\"/\"host:6257\"";
        let there = Transport {
            source: ip("2001:db8::1"),
            client_ports: Some((4588, 4590)),
            server_ports: Some((6256, 6257)),
            ..Transport::default()
        };
        assert_eq!(transport_header(line), [there]);
        let shared = transport_header(b"Transport: RTP/AVP;unicast;dest_addr=\":4588\";RTCP-mux");
        assert_eq!(shared, [Transport { client_ports: Some((4588, 4588)), ..Transport::default() }]);
    }

    #[test]
    fn what_is_no_port_over_udp_is_left_out() {
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
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
