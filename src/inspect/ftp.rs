//! FTP's control channel: the endpoint of the next data connection, and the beginning of encryption.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::announcement::{ChannelEvent, Expectation, ServerEnd};
use super::packet::ChannelPacket;
use super::wire_text::{Lines, parse};
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// A relevant command or reply. Addresses are as written: a host whose address is translated writes one that nobody else sees,
/// and some servers write `0.0.0.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ControlLine {
    /// The client's `PORT` (RFC 959, section 4.1.2): the client listens there.
    Port(SocketAddr),
    /// The client's `EPRT` (RFC 2428, section 2): the client listens there.
    ExtendedPort(SocketAddr),
    /// The server's reply 227 to `PASV` (RFC 959, section 4.1.2): the server listens there.
    Passive(SocketAddr),
    /// The server's reply 229 to `EPSV` (RFC 2428, section 3): it listens on this TCP port, on the control channel's address.
    ExtendedPassive(u16),
    /// The client's request for TLS (RFC 4217, section 4).
    AuthAsked,
    /// The server's reply 234: TLS begins right after the reply, and no further line can be read (RFC 4217, section 4).
    AuthAccepted,
}

/// The events of a packet's lines (RFC 959, RFC 2428, RFC 4217).
pub(super) fn events(packet: &ChannelPacket<'_>, lines: Lines<'_>) -> Vec<ChannelEvent> {
    lines.filter_map(|line| event(packet, control_line(&line)?)).collect()
}

fn event(packet: &ChannelPacket<'_>, line: ControlLine) -> Option<ChannelEvent> {
    let expectation = match line {
        ControlLine::Port(target) => active_transfer(packet, AnnouncementKind::FtpPort, target),
        ControlLine::ExtendedPort(target) => active_transfer(packet, AnnouncementKind::FtpEprt, target),
        ControlLine::Passive(target) => passive_transfer(packet, AnnouncementKind::FtpPasv, target),
        ControlLine::ExtendedPassive(port) => {
            passive_transfer(packet, AnnouncementKind::FtpEpsv, SocketAddr::new(packet.sender(), port))
        }
        ControlLine::AuthAsked => return None,
        ControlLine::AuthAccepted => return Some(ChannelEvent::Encrypted),
    };
    Some(ChannelEvent::Flow(expectation))
}

/// The expectation that the server connects to the client's endpoint `target`.
fn active_transfer(packet: &ChannelPacket<'_>, by: AnnouncementKind, target: SocketAddr) -> Expectation {
    let expectation = passive_transfer(packet, by, target);
    Expectation { peer: Some(packet.receiver()), server: ServerEnd::Peer, ..expectation }
}

/// The expectation that the client connects to the server's endpoint `target`.
fn passive_transfer(packet: &ChannelPacket<'_>, by: AnnouncementKind, target: SocketAddr) -> Expectation {
    packet.expectation(by, Transport::Tcp, target, ExpectedService::FTP_DATA)
}

/// Reads a line without its line end. `None` if the line announces nothing.
pub fn control_line(line: &[u8]) -> Option<ControlLine> {
    if let Some(text) = line.strip_prefix(b"227 ") {
        return first_host_port(text).map(ControlLine::Passive);
    }
    if let Some(text) = line.strip_prefix(b"229 ") {
        return extended_port(text).map(ControlLine::ExtendedPassive);
    }
    if line == b"234" || line.starts_with(b"234 ") || line.starts_with(b"234-") {
        return Some(ControlLine::AuthAccepted);
    }
    let (command, argument) = line.split_at(line.iter().position(|&byte| byte == b' ')?);
    let argument = argument.trim_ascii();
    match command.to_ascii_uppercase().as_slice() {
        b"PORT" => host_port(argument).map(ControlLine::Port),
        b"EPRT" => extended_address(argument).map(ControlLine::ExtendedPort),
        b"AUTH" if [&b"TLS"[..], b"SSL", b"TLS-C"].iter().any(|name| argument.eq_ignore_ascii_case(name)) => {
            Some(ControlLine::AuthAsked)
        }
        _ => None,
    }
}

/// The first six numbers in a reply. RFC 1123 (section 4.1.2.6) requires a search, as the text around them varies.
fn first_host_port(text: &[u8]) -> Option<SocketAddr> {
    let begins_number = |at: usize| text[at].is_ascii_digit() && (at == 0 || !text[at - 1].is_ascii_digit());
    (0..text.len()).filter(|&at| begins_number(at)).find_map(|at| host_port(&text[at..]))
}

/// Parses `h1,h2,h3,h4,p1,p2` at the beginning of `text`.
fn host_port(mut text: &[u8]) -> Option<SocketAddr> {
    let mut numbers = [0; 6];
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 {
            text = text.strip_prefix(b",")?;
        }
        // A fourth digit is enough to reject a number, so that a long row of digits costs nothing.
        let digits = text.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let (written, rest) = text.split_at(digits);
        *number = if digits < 4 { parse::<u8>(written)? } else { return None };
        text = rest;
    }
    let [a, b, c, d, high, low] = numbers;
    socket(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), u16::from_be_bytes([high, low]))
}

/// Parses `|1|192.0.2.1|6275|` or `|2|2001:db8::1|6275|`, with any delimiter.
fn extended_address(text: &[u8]) -> Option<SocketAddr> {
    let mut fields = text.get(1..)?.split(|byte| *byte == text[0]);
    let (family, address, port) = (fields.next()?, fields.next()?, fields.next()?);
    // The last field must be closed, or a truncated port would be taken for another one.
    fields.next()?;
    let address: IpAddr = parse(address)?;
    let agrees = if address.is_ipv4() { family == b"1" } else { family == b"2" };
    if agrees { socket(address, parse(port)?) } else { None }
}

/// Parses the port in `(|||6446|)`, with any delimiter.
fn extended_port(text: &[u8]) -> Option<u16> {
    let within = |opened: &[u8]| {
        let (delimiter, rest) = opened.split_first()?;
        let port = rest.strip_prefix(&[*delimiter; 2])?;
        let end = port.iter().take(6).position(|byte| byte == delimiter)?;
        parse(&port[..end]).filter(|port| *port > 0)
    };
    (0..text.len()).filter(|&at| text[at] == b'(').find_map(|at| within(&text[at + 1..]))
}

/// Creates an endpoint; nobody can connect to port 0.
fn socket(address: IpAddr, port: u16) -> Option<SocketAddr> {
    (port > 0).then_some(SocketAddr::new(address, port))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_client_announces_its_endpoint() {
        assert_eq!(control_line(b"PORT 192,0,2,1,19,137"), Some(ControlLine::Port(at("192.0.2.1:5001"))));
        assert_eq!(control_line(b"port 192,0,2,1,0,20 "), Some(ControlLine::Port(at("192.0.2.1:20"))));
        assert_eq!(control_line(b"EPRT |1|192.0.2.1|6275|"), Some(ControlLine::ExtendedPort(at("192.0.2.1:6275"))));
        assert_eq!(control_line(b"eprt !2!2001:db8::1!6275!"), Some(ControlLine::ExtendedPort(at("[2001:db8::1]:6275"))));
    }

    #[test]
    fn a_server_announces_its_endpoint_in_many_ways() {
        let there = Some(ControlLine::Passive(at("192.0.2.1:5001")));
        assert_eq!(control_line(b"227 Entering Passive Mode (192,0,2,1,19,137)."), there);
        assert_eq!(control_line(b"227 Entering Passive Mode. 192,0,2,1,19,137"), there);
        assert_eq!(control_line(b"227 =192,0,2,1,19,137"), there);
        assert_eq!(control_line(b"227 No 7 of 1,2,3 (192,0,2,1,19,137)"), there);
        assert_eq!(control_line(b"229 Entering Extended Passive Mode (|||6446|)"), Some(ControlLine::ExtendedPassive(6446)));
        assert_eq!(control_line(b"229 (soon) (!!!6446!)"), Some(ControlLine::ExtendedPassive(6446)));
    }

    #[test]
    fn encryption_is_requested_and_accepted() {
        for asked in [&b"AUTH TLS"[..], b"auth ssl", b"AUTH TLS-C"] {
            assert_eq!(control_line(asked), Some(ControlLine::AuthAsked));
        }
        assert_eq!(control_line(b"234 Go ahead"), Some(ControlLine::AuthAccepted));
        assert_eq!(control_line(b"AUTH GSSAPI"), None);
        assert_eq!(control_line(b"2345"), None);
    }

    #[test]
    fn lines_without_a_usable_endpoint_announce_nothing() {
        let nothing = [
            "PORT 192,0,2,1,0,0",
            "PORT 192,0,2,256,1,1",
            "PORT 192,0,2,1,1",
            "PORT 192,0,2,1,1,0001",
            "EPRT |1|2001:db8::1|6275|",
            "EPRT |1|192.0.2.1|0|",
            "EPRT |1|192.0.2.1|62",
            "EPRT |3|192.0.2.1|6275|",
            "227 Entering Passive Mode",
            "227 192,0,2,1,0,0",
            "229 (|||0|)",
            "229 (|||65536|)",
            "229 (|||64",
            "229 (||!6446|)",
            "RETR 227 192,0,2,1,19,137",
            "",
        ];
        for text in nothing {
            assert_eq!(control_line(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn hostile_lines_are_harmless(bytes in any::<Vec<u8>>(), which in 0..4usize, cut in 0..50usize) {
            let valid: [&[u8]; 4] = [
                b"PORT 192,0,2,1,19,137",
                b"EPRT |2|2001:db8::1|6275|",
                b"227 Entering Passive Mode (192,0,2,1,19,137).",
                b"229 Entering Extended Passive Mode (|||6446|)",
            ];
            let start = &valid[which][..cut.min(valid[which].len())];
            control_line(&bytes);
            control_line(start);
            control_line(&[start, &bytes].concat());
        }
    }
}
