//! IRC's direct client connections (DCC): where a user waits for a file's receiver or a chat's partner.
//!
//! DCC is no standard of a body; its customary form is a CTCP message in a `PRIVMSG` (RFC 2812, section 3.3.1).

use std::net::{IpAddr, Ipv4Addr};

/// Where the sender of an offer listens, by TCP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The address as written; behind a translator it may be one that nobody else sees. Never unspecified.
    pub address: IpAddr,
    /// The TCP port, never 0: that would ask the other side to listen, and says nothing about where.
    pub port: u16,
}

/// Reads a line without its line end. `None` if it offers no connection.
pub fn dcc_offer(line: &[u8]) -> Option<Offer> {
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
    (port > 0 && !address.is_unspecified()).then_some(Offer { address, port })
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

/// The first word and what follows it. `None` if there is none.
fn word(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let text = text.trim_ascii_start();
    let end = text.iter().position(|&byte| byte == b' ').unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// What follows a file's name, which is in quotes if it has spaces.
fn after_name(text: &[u8]) -> Option<&[u8]> {
    match text.trim_ascii_start().strip_prefix(b"\"") {
        Some(quoted) => quoted.get(quoted.iter().position(|&byte| byte == b'"')? + 1..),
        None => word(text).map(|(_, rest)| rest),
    }
}

/// An IPv4 address is written as one decimal number, by custom; others as text.
fn address(text: &[u8]) -> Option<IpAddr> {
    parse::<u32>(text).map(|number| IpAddr::V4(Ipv4Addr::from(number))).or_else(|| parse(text))
}

fn parse<T: std::str::FromStr>(text: &[u8]) -> Option<T> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offer(address: &str, port: u16) -> Option<Offer> {
        Some(Offer { address: address.parse().unwrap(), port })
    }

    #[test]
    fn files_and_chats_are_offered() {
        assert_eq!(dcc_offer(b"PRIVMSG bob :\x01DCC SEND a.txt 3221225985 5000 123\x01"), offer("192.0.2.1", 5000));
        assert_eq!(dcc_offer(b":al!a@h PRIVMSG bob :\x01DCC CHAT chat 3221225985 5000\x01"), offer("192.0.2.1", 5000));
        assert_eq!(dcc_offer(b"@time=1 :al privmsg bob :\x01dcc send a 192.0.2.1 5000"), offer("192.0.2.1", 5000));
        assert_eq!(dcc_offer(b"PRIVMSG bob :\x01DCC SEND \"a b 1 2\" 2001:db8::1 5000 9\x01"), offer("2001:db8::1", 5000));
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
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

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
