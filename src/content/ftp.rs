//! FTP's control channel: where the next data connection goes, and whether the channel is about to be encrypted.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// What one line of a control channel announces. Addresses are as written: a host behind a translator writes one that
/// nobody else sees, and some servers write `0.0.0.0`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The client's `PORT` (RFC 959, section 4.1.2): it listens there.
    Port(SocketAddr),
    /// The client's `EPRT` (RFC 2428, section 2): it listens there.
    ExtendedPort(SocketAddr),
    /// The server's reply 227 to `PASV` (RFC 959, section 4.1.2): it listens there.
    Passive(SocketAddr),
    /// The server's reply 229 to `EPSV` (RFC 2428, section 3): it listens on this TCP port, on the control channel's address.
    ExtendedPassive(u16),
    /// The client asks for TLS (RFC 4217, section 4).
    AuthAsked,
    /// The server's reply 234: TLS begins right after it, and no further line can be read (RFC 4217, section 4).
    AuthAccepted,
}

/// Reads a line without its line end. `None` if it announces nothing.
pub fn line(line: &[u8]) -> Option<Line> {
    if let Some(text) = line.strip_prefix(b"227 ") {
        return first_host_port(text).map(Line::Passive);
    }
    if let Some(text) = line.strip_prefix(b"229 ") {
        return extended_port(text).map(Line::ExtendedPassive);
    }
    if line == b"234" || line.starts_with(b"234 ") || line.starts_with(b"234-") {
        return Some(Line::AuthAccepted);
    }
    let (command, argument) = line.split_at(line.iter().position(|&byte| byte == b' ')?);
    let argument = argument.trim_ascii();
    match command.to_ascii_uppercase().as_slice() {
        b"PORT" => host_port(argument).map(Line::Port),
        b"EPRT" => extended_address(argument).map(Line::ExtendedPort),
        b"AUTH" if [&b"TLS"[..], b"SSL", b"TLS-C"].iter().any(|name| argument.eq_ignore_ascii_case(name)) => {
            Some(Line::AuthAsked)
        }
        _ => None,
    }
}

/// The first six numbers in a reply. RFC 1123 (section 4.1.2.6) asks for a search, because servers differ in what is around.
fn first_host_port(text: &[u8]) -> Option<SocketAddr> {
    let begins_number = |at: usize| text[at].is_ascii_digit() && (at == 0 || !text[at - 1].is_ascii_digit());
    (0..text.len()).filter(|&at| begins_number(at)).find_map(|at| host_port(&text[at..]))
}

/// `h1,h2,h3,h4,p1,p2` at the beginning of `text`.
fn host_port(mut text: &[u8]) -> Option<SocketAddr> {
    let mut numbers = [0; 6];
    for (index, number) in numbers.iter_mut().enumerate() {
        if index > 0 {
            text = text.strip_prefix(b",")?;
        }
        // One digit more than fits tells a longer number, and a long row of digits costs nothing.
        let digits = text.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        let (written, rest) = text.split_at(digits);
        *number = if digits < 4 { parse::<u8>(written)? } else { return None };
        text = rest;
    }
    let [a, b, c, d, high, low] = numbers;
    socket(IpAddr::V4(Ipv4Addr::new(a, b, c, d)), u16::from_be_bytes([high, low]))
}

/// `|1|192.0.2.1|6275|` or `|2|2001:db8::1|6275|`, with any delimiter.
fn extended_address(text: &[u8]) -> Option<SocketAddr> {
    let mut fields = text.get(1..)?.split(|byte| *byte == text[0]);
    let (family, address, port) = (fields.next()?, fields.next()?, fields.next()?);
    // The last field must be closed, or a port that was cut short would be taken for another one.
    fields.next()?;
    let address: IpAddr = parse(address)?;
    let agrees = if address.is_ipv4() { family == b"1" } else { family == b"2" };
    if agrees { socket(address, parse(port)?) } else { None }
}

/// The port in `(|||6446|)`, with any delimiter.
fn extended_port(text: &[u8]) -> Option<u16> {
    let within = |opened: &[u8]| {
        let (delimiter, rest) = opened.split_first()?;
        let port = rest.strip_prefix(&[*delimiter; 2])?;
        let end = port.iter().take(6).position(|byte| byte == delimiter)?;
        parse(&port[..end]).filter(|port| *port > 0)
    };
    (0..text.len()).filter(|&at| text[at] == b'(').find_map(|at| within(&text[at + 1..]))
}

/// Port 0 is no place to connect to.
fn socket(address: IpAddr, port: u16) -> Option<SocketAddr> {
    (port > 0).then_some(SocketAddr::new(address, port))
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> SocketAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_client_says_where_it_listens() {
        assert_eq!(line(b"PORT 192,0,2,1,19,137"), Some(Line::Port(at("192.0.2.1:5001"))));
        assert_eq!(line(b"port 192,0,2,1,0,20 "), Some(Line::Port(at("192.0.2.1:20"))));
        assert_eq!(line(b"EPRT |1|192.0.2.1|6275|"), Some(Line::ExtendedPort(at("192.0.2.1:6275"))));
        assert_eq!(line(b"eprt !2!2001:db8::1!6275!"), Some(Line::ExtendedPort(at("[2001:db8::1]:6275"))));
    }

    #[test]
    fn a_server_says_where_it_listens_in_many_ways() {
        let there = Some(Line::Passive(at("192.0.2.1:5001")));
        assert_eq!(line(b"227 Entering Passive Mode (192,0,2,1,19,137)."), there);
        assert_eq!(line(b"227 Entering Passive Mode. 192,0,2,1,19,137"), there);
        assert_eq!(line(b"227 =192,0,2,1,19,137"), there);
        assert_eq!(line(b"227 No 7 of 1,2,3 (192,0,2,1,19,137)"), there);
        assert_eq!(line(b"229 Entering Extended Passive Mode (|||6446|)"), Some(Line::ExtendedPassive(6446)));
        assert_eq!(line(b"229 (soon) (!!!6446!)"), Some(Line::ExtendedPassive(6446)));
    }

    #[test]
    fn encryption_is_asked_for_and_accepted() {
        for asked in [&b"AUTH TLS"[..], b"auth ssl", b"AUTH TLS-C"] {
            assert_eq!(line(asked), Some(Line::AuthAsked));
        }
        assert_eq!(line(b"234 Go ahead"), Some(Line::AuthAccepted));
        assert_eq!(line(b"AUTH GSSAPI"), None);
        assert_eq!(line(b"2345"), None);
    }

    #[test]
    fn what_is_no_place_announces_nothing() {
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
            assert_eq!(line(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn hostile_lines_are_harmless(bytes in any::<Vec<u8>>(), which in 0..4usize, cut in 0..50usize) {
            let valid: [&[u8]; 4] = [
                b"PORT 192,0,2,1,19,137",
                b"EPRT |2|2001:db8::1|6275|",
                b"227 Entering Passive Mode (192,0,2,1,19,137).",
                b"229 Entering Extended Passive Mode (|||6446|)",
            ];
            let start = &valid[which][..cut.min(valid[which].len())];
            line(&bytes);
            line(start);
            line(&[start, &bytes].concat());
        }
    }
}
