//! IRC's direct client connections (DCC): the endpoints where a user waits for a file's receiver or a chat's partner.
//!
//! No standards body defines DCC; its customary form is a CTCP message in a `PRIVMSG` (RFC 2812, section 3.3.1).

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::announcement::Expectation;
use super::packet::ChannelPacket;
use super::wire_text::{Lines, parse};
use crate::service::{AnnouncementKind, ExpectedService, Transport};

/// The connections that a packet's lines offer. An offer from a user may contain an address that is valid only in the user's own
/// network. An offer that the IRC server forwards has nothing to do with the server's address.
pub(super) fn expectations(packet: &ChannelPacket<'_>, lines: Lines<'_>) -> Vec<Expectation> {
    let expectation = |target| {
        let expectation = packet.expectation(AnnouncementKind::DccOffer, Transport::Tcp, target, ExpectedService::DCC);
        Expectation { or_address: expectation.or_address.filter(|_| !packet.is_from_server()), ..expectation }
    };
    lines.filter_map(|line| dcc_offer(&line)).map(expectation).collect()
}

/// The TCP endpoint that the sender of an offer listens on. A sender that is behind an address translator may give an address
/// that nobody else can reach; it is never unspecified. The port is never 0, which would only ask the other side to listen.
/// `None` for a line (without its line end) that offers no connection.
pub fn dcc_offer(line: &[u8]) -> Option<SocketAddr> {
    let text = message_text(line)?;
    let text = text.strip_prefix(b"\x01")?;
    let text = text.split(|byte| *byte == 1).next()?;
    let (kind, rest) = word(text).filter(|(kind, _)| kind.eq_ignore_ascii_case(b"DCC")).and_then(|(_, rest)| word(rest))?;
    if !kind.eq_ignore_ascii_case(b"SEND") && !kind.eq_ignore_ascii_case(b"CHAT") {
        return None;
    }
    let (written, rest) = word(after_name(rest)?)?;
    let (port, _) = word(rest)?;
    let (address, port) = (address(written)?, parse(port)?);
    (port > 0 && !address.is_unspecified()).then_some(SocketAddr::new(address, port))
}

/// The text of a `PRIVMSG`, without tags, prefix, command and target.
fn message_text(line: &[u8]) -> Option<&[u8]> {
    let (mut command, mut rest) = word(line)?;
    for mark in [b'@', b':'] {
        if command.first() == Some(&mark) {
            (command, rest) = word(rest)?;
        }
    }
    if !command.eq_ignore_ascii_case(b"PRIVMSG") {
        return None;
    }
    let (_target, text) = word(rest)?;
    text.trim_ascii_start().strip_prefix(b":")
}

/// The first word and the text after it. `None` if there is no word.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The text after a file's name, which is in quotation marks if it has spaces.
fn after_name(text: &[u8]) -> Option<&[u8]> {
    match text.trim_ascii_start().strip_prefix(b"\"") {
        Some(quoted) => quoted.get(quoted.iter().position(|&byte| byte == b'"')? + 1..),
        None => word(text).map(|(_, rest)| rest),
    }
}

/// Parses an address: IPv4 is a decimal number by custom; others are text.
fn address(text: &[u8]) -> Option<IpAddr> {
    parse::<u32>(text).map(|number| IpAddr::V4(Ipv4Addr::from(number))).or_else(|| parse(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offer(endpoint: &str) -> Option<SocketAddr> {
        Some(endpoint.parse().unwrap())
    }

    #[test]
    fn files_and_chats_are_offered() {
        assert_eq!(dcc_offer(b"PRIVMSG bob :\x01DCC SEND a.txt 3221225985 5000 123\x01"), offer("192.0.2.1:5000"));
        assert_eq!(dcc_offer(b":al!a@h PRIVMSG bob :\x01DCC CHAT chat 3221225985 5000\x01"), offer("192.0.2.1:5000"));
        assert_eq!(dcc_offer(b"@time=1 :al privmsg bob :\x01dcc send a 192.0.2.1 5000"), offer("192.0.2.1:5000"));
        assert_eq!(dcc_offer(b"PRIVMSG bob :\x01DCC SEND \"a b 1 2\" 2001:db8::1 5000 9\x01"), offer("[2001:db8::1]:5000"));
    }

    #[test]
    fn other_talk_offers_nothing() {
        let nothing: [&[u8]; 9] = [
            b"PRIVMSG bob :\x01DCC SEND a 3221225985 0 123 7\x01",
            b"PRIVMSG bob :\x01DCC SEND a 0 5000\x01",
            b"PRIVMSG bob :\x01DCC SEND a 4294967296 5000\x01",
            b"PRIVMSG bob :\x01DCC SEND \"a 3221225985 5000\x01",
            b"PRIVMSG bob :\x01DCC RESUME a 3221225985 5000\x01",
            b"PRIVMSG bob :\x01DCC SEND a 3221225985\x01 5000",
            b"PRIVMSG bob :DCC SEND a 3221225985 5000",
            b"NOTICE bob :\x01DCC SEND a 3221225985 5000\x01",
            b"",
        ];
        for line in nothing {
            assert_eq!(dcc_offer(line), None, "{}", line.escape_ascii());
        }
    }

    proptest! {
        #[test]
        fn hostile_lines_are_harmless(bytes in any::<Vec<u8>>(), cut in 0..60usize) {
            let valid = b":al!a@h PRIVMSG bob :\x01DCC SEND \"a b\" 3221225985 5000 123\x01";
            let start = &valid[..cut.min(valid.len())];
            dcc_offer(&bytes);
            dcc_offer(start);
            dcc_offer(&[start, &bytes].concat());
        }
    }
}
