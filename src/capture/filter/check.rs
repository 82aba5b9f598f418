//! Finds the error in a filter expression, and its position.
//!
//! libpcap reports the error but not its position. However, the beginning of an expression that is valid so far can be completed
//! to a valid one: the first word after which no completion helps is the wrong one. Where that is not certain, no position is
//! given.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::super::datalink;
use super::REJECTS_ALL;
use super::program::{self, Program};
use crate::error::{Error, FilterProblem};
use crate::link_type::LinkType;

/// The link types that an expression may be meant for if it is invalid for Ethernet: each has keywords of its own.
const OTHER_LINK_TYPES: [LinkType; 5] = [
    LinkType::IEEE802_11_RADIOTAP,
    LinkType::LINUX_SLL2,
    LinkType::PFLOG,
    LinkType::SUNATM,
    // MTP2, of telephone signalling.
    LinkType(140),
];
/// Maximum number of words searched for the wrong one.
const MAX_WORDS: usize = 100;
/// Maximum depth of nested brackets in that search.
const MAX_DEPTH: usize = 6;
/// Texts of which one completes the beginning of any valid expression.
const COMPLETIONS: [&str; 35] = [
    "",
    "1",
    "1.2.3.4",
    "tcp",
    "port 1",
    "host 1.2.3.4",
    "dst host 1.2.3.4",
    "dst port 1",
    "0 = 1",
    "1 = 1",
    "= 1",
    "+ 1 = 1",
    "0",
    "/ 32",
    "32",
    "1.0.0.0",
    "mask 255.0.0.0",
    "255.255.255.255",
    "1-2",
    "00:11:22:33:44:55",
    "host 00:11:22:33:44:55",
    "::1",
    "broadcast",
    "proto 1",
    "subtype beacon",
    "type mgt",
    "tcp and tcp",
    "[0]",
    "$1",
    "eth0",
    "pass",
    "match",
    "mgt",
    "beacon",
    "nods",
];
/// Text that turns a number into a condition, wherever parentheses end after it.
const CONDITION: &str = " = 1";

/// The position of a word in an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word(Range<usize>);

/// True for the characters of words. Numbers with units, addresses and options with dashes are one word each.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '\\' | '$' | ':')
}

/// The words of an expression: names, numbers, and every other character by itself, except operators of two characters.
fn split(expression: &str) -> Vec<Word> {
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(first) = expression[at..].chars().next() {
        let rest = &expression[at..];
        let length = if is_of_word(first) && first != '-' {
            rest.find(|c| !is_of_word(c)).unwrap_or(rest.len())
        } else if ["&&", "||", "==", "!=", "<=", ">=", "<<", ">>"].iter().any(|pair| rest.starts_with(pair)) {
            2
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            words.push(Word(at..at + length));
        }
        at += length;
    }
    words
}

/// The words of an expression, as text.
pub fn words(expression: &str) -> impl Iterator<Item = &str> {
    split(expression).into_iter().map(|Word(place)| &expression[place])
}

/// Checks an expression.
///
/// # Errors
///
/// The problem and, where it is certain, its position.
pub fn check(expression: &str) -> Result<(), Error> {
    let invalid = |problem, span| Error::Filter { expression: expression.to_owned(), problem, span };
    program::load().map_err(Error::NoFilter)?;
    if let Some((name, place)) = look_for_host(expression) {
        return Err(invalid(FilterProblem::HostName(name.to_owned()), Some(place)));
    }
    let Some(why) = failure(LinkType::ETHERNET, expression) else { return Ok(()) };
    // No single word is the reason.
    if why == REJECTS_ALL {
        return Err(invalid(FilterProblem::RejectsAll, None));
    }
    let mut failures = vec![(LinkType::ETHERNET, why)];
    for link_type in OTHER_LINK_TYPES {
        match failure(link_type, expression) {
            None => return Ok(()),
            Some(why) => failures.push((link_type, why)),
        }
    }
    match wrong_word(expression, &failures) {
        Some((why, place)) => Err(invalid(FilterProblem::Libpcap(why.to_owned()), Some(place))),
        None => Err(invalid(FilterProblem::Libpcap(failures.swap_remove(0).1), None)),
    }
}

fn failure(link_type: LinkType, expression: &str) -> Option<String> {
    Program::compile(datalink::from_link_type(link_type), expression).err()
}

/// True if libpcap accepts an expression, or only reports that no packet can match it.
fn is_valid(link_type: LinkType, expression: &str) -> bool {
    failure(link_type, expression).is_none_or(|why| why == REJECTS_ALL)
}

/// The first wrong word and libpcap's message, by the link type for which most of the expression is valid.
fn wrong_word<'f>(expression: &str, failures: &'f [(LinkType, String)]) -> Option<(&'f str, Range<usize>)> {
    let words = split(expression);
    if words.len() > MAX_WORDS || depth(expression) > MAX_DEPTH {
        return None;
    }
    let is_valid_up_to = |link_type, count| can_be_completed(link_type, beginning(expression, &words[..count]));
    let (&(ethernet, ref why), others) = failures.split_first()?;
    // From the end: even if no completion fits a valid beginning, a longer beginning still shows that it is valid.
    let mut furthest = ((0..=words.len()).rev().find(|count| is_valid_up_to(ethernet, *count))?, why);
    for (link_type, why) in others {
        while furthest.0 < words.len() && is_valid_up_to(*link_type, furthest.0 + 1) {
            furthest = (furthest.0 + 1, why);
        }
    }
    let (right, why) = furthest;
    let end = words.last().map_or(0, |Word(place)| place.end);
    let place = words.get(right).map_or(end..end, |Word(place)| place.clone());
    Some((why, place))
}

fn beginning<'e>(expression: &'e str, words: &[Word]) -> &'e str {
    &expression[..words.last().map_or(0, |Word(place)| place.end)]
}

fn can_be_completed(link_type: LinkType, beginning: &str) -> bool {
    let Some(open) = open_brackets(beginning) else { return false };
    COMPLETIONS.iter().any(|completion| {
        let body = format!("{beginning} {completion}");
        if look_for_host(&body).is_some() {
            return false;
        }
        // A number becomes a condition before the first, the second... of the closing brackets, or after them.
        is_valid(link_type, &format!("{body}{open}"))
            || (0..=open.len()).any(|at| is_valid(link_type, &format!("{body}{}{CONDITION}{}", &open[..at], &open[at..])))
    })
}

/// The brackets that close those open at the end; `None` where they do not match.
fn open_brackets(beginning: &str) -> Option<String> {
    let mut open = Vec::new();
    for c in beginning.chars() {
        match c {
            '(' => open.push(')'),
            '[' => open.push(']'),
            ')' | ']' if open.pop() != Some(c) => return None,
            _ => {}
        }
    }
    Some(open.into_iter().rev().collect())
}

/// Maximum depth of nested brackets.
fn depth(expression: &str) -> usize {
    let (mut depth, mut most) = (0usize, 0);
    for c in expression.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        most = most.max(depth);
    }
    most
}

/// The first name that libpcap would look up as that of a host or a network, and its position. No expression with such a name is
/// ever passed to libpcap.
fn look_for_host(expression: &str) -> Option<(&str, Range<usize>)> {
    // True if a name at this point would be that of a host, by the words before it.
    let mut is_awaited = false;
    for Word(place) in split(expression) {
        let word = &expression[place.clone()];
        match word {
            "host" | "net" | "gateway" | "src" | "dst" => is_awaited = true,
            "and" | "or" | "not" | "&&" | "||" | "!" | "(" | ")" | "/" => {}
            _ if is_number_or_address(word) => {}
            _ if is_awaited && is_name(word) => return Some((word, place)),
            _ => is_awaited = false,
        }
    }
    None
}

fn is_number_or_address(word: &str) -> bool {
    let is_hex = |digits: &str| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_hexdigit());
    let is_ethernet = || word.split(':').count() == 6 && word.split(':').all(is_hex);
    word.chars().all(|c| c.is_ascii_digit() || c == '.')
        || word.chars().all(|c| !is_of_word(c))
        || word.strip_prefix("0x").is_some_and(is_hex)
        || word.parse::<Ipv6Addr>().is_ok()
        || is_ethernet()
}

/// True if a word is not a keyword of the language but a name that the user has chosen: one that can name a port.
fn is_name(word: &str) -> bool {
    // The part after a colon is another word, if the whole is not an address.
    let word = word.split(':').next().unwrap_or(word);
    word.starts_with('\\') || failure(LinkType::ETHERNET, &format!("port {word}")).is_none_or(|why| !why.contains("syntax error"))
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;

    /// Valid expressions, with words of all kinds.
    const RIGHT: &str = include_str!("right_expressions.txt");

    fn is_skipped() -> bool {
        portolan_libpcap::load().inspect_err(|why| println!("skipped: {why}")).is_err()
    }

    /// The word at which an expression is wrong; empty for its end.
    fn wrong(expression: &str) -> Option<String> {
        match check(expression) {
            Err(Error::Filter { span: Some(span), .. }) => Some(expression[span].to_owned()),
            Err(Error::Filter { span: None, .. }) => None,
            other => panic!("{expression:?}: {other:?}"),
        }
    }

    #[test]
    fn the_first_wrong_word_is_found() {
        if is_skipped() {
            return;
        }
        let cases = [
            ("tpc", "tpc"),
            ("tcp port 80 adn host 10.0.0.1", "adn"),
            ("tcp port 80 and and udp", "and"),
            ("host 1.2.3.999 or tcp", "1.2.3.999"),
            ("udp and (port 53 or port 99999)", "99999"),
            ("tcp host 1.2.3.4", "host"),
            ("tcp and 'udp'", "'"),
            ("tcp) or udp", ")"),
            ("(tcp or udp", ""),
            ("tcp[13", ""),
            ("tcp port", ""),
            ("not", ""),
            ("tcp port nosuchport", "nosuchport"),
            ("tcp[tcpflags] & tcp-sin != 0", "tcp-sin"),
            ("net 10.0.0.0/33", "33"),
            ("type mgt subtyp beacon", "subtyp"),
            ("tcp and @ and udp", "@"),
            ("port 80 \u{2013} tcp", "\u{2013}"),
        ];
        for (expression, word) in cases {
            assert_eq!(wrong(expression).as_deref(), Some(word), "{expression}");
        }
    }

    #[test]
    fn every_beginning_of_a_right_expression_can_be_completed() {
        if is_skipped() {
            return;
        }
        for expression in RIGHT.lines() {
            check(expression).unwrap_or_else(|error| panic!("{expression}: {error}"));
            let words = split(expression);
            for count in 0..=words.len() {
                let beginning = beginning(expression, &words[..count]);
                let is_possible = std::iter::once(LinkType::ETHERNET)
                    .chain(OTHER_LINK_TYPES)
                    .any(|link_type| can_be_completed(link_type, beginning));
                assert!(is_possible, "{beginning:?} of {expression:?}");
            }
        }
    }

    #[test]
    fn an_inserted_wrong_word_is_found() {
        if is_skipped() {
            return;
        }
        for expression in RIGHT.lines() {
            for Word(place) in split(expression) {
                let spoilt = format!("{} @ {}", &expression[..place.start], &expression[place.start..]);
                assert_eq!(wrong(&spoilt).as_deref(), Some("@"), "{spoilt}");
            }
        }
    }

    #[test]
    fn names_of_hosts_are_refused_and_all_other_names_are_not() {
        if is_skipped() {
            return;
        }
        for (expression, name) in [
            ("host www.example.com", "www.example.com"),
            ("tcp and (src 1.2.3.4 or printer)", "printer"),
            ("not src or dst net \\tcp", "\\tcp"),
            ("host 10.0.0.1 or port http and dst gate-7", "gate-7"),
            ("host 1-2", "1-2"),
            ("host 0x1-2", "0x1-2"),
            ("host face:b00c", "face:b00c"),
        ] {
            assert_eq!(wrong(expression).as_deref(), Some(name), "{expression}");
        }
        for expression in ["src port http or https", "host 10.0.0.1 or tcp", "host 0x7f000001", "ip proto \\tcp", "src host ::1"]
        {
            check(expression).unwrap();
        }
    }

    #[test]
    fn an_expression_that_nothing_matches_has_no_position_and_a_huge_one_is_not_searched() {
        if is_skipped() {
            return;
        }
        assert_eq!(wrong("ip and arp and tcp and ip6"), None);
        assert_eq!(wrong(&"tcp and ".repeat(MAX_WORDS)), None);
        assert_eq!(wrong(&"(".repeat(1000)), None);
    }
}
