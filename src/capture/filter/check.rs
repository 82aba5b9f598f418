//! What is wrong with an expression, and where.
//!
//! libpcap says what is wrong and not where. But what is not wrong up to some word can be completed to a right expression: the
//! first word after which nothing helps is the wrong one. Where that cannot be told with certainty, no place is.

use std::net::Ipv6Addr;
use std::ops::Range;

use super::super::datalink;
use super::super::packet::LinkType;
use super::REJECTS_ALL;
use super::program::{self, Program};
use crate::error::{Error, FilterProblem};

/// The link types that an expression may be meant for if it is wrong for Ethernet: each has words of its own.
const OTHER_LINK_TYPES: [LinkType; 5] = [
    LinkType::IEEE802_11_RADIOTAP,
    LinkType::LINUX_SLL2,
    LinkType::PFLOG,
    LinkType::SUNATM,
    // MTP2, of telephone signalling.
    LinkType(140),
];
/// More words are not looked through for the wrong one.
const MAX_WORDS: usize = 100;
/// Nor are more parentheses, one in another.
const MAX_DEPTH: usize = 6;
/// What can stand behind the beginning of a right expression, so that one of them completes it.
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
/// What makes a condition of a number, wherever parentheses end behind it.
const CONDITION: &str = " = 1";

/// A piece of an expression, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word(Range<usize>);

/// True for what words are made of. Numbers with units, addresses and options with dashes are one word each.
fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '\\' | '$' | ':')
}

/// The words of an expression: names, numbers, and each other character by itself, but for comparisons of two.
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

/// Says what is wrong with an expression, if anything is.
pub fn check(expression: &str) -> Result<(), Error> {
    let invalid = |problem, span| Error::Filter { expression: expression.to_owned(), problem, span };
    program::load().map_err(Error::NoFilter)?;
    if let Some((name, place)) = look_for_host(expression) {
        return Err(invalid(FilterProblem::HostName(name.to_owned()), Some(place)));
    }
    let Some(why) = failure(LinkType::ETHERNET, expression) else { return Ok(()) };
    // That is in no single word.
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

/// True if libpcap finds nothing wrong with an expression, be there packets that meet it or not.
fn is_right(link_type: LinkType, expression: &str) -> bool {
    failure(link_type, expression).is_none_or(|why| why == REJECTS_ALL)
}

/// The first wrong word, with what is wrong, by the link type for which most of the expression is right.
fn wrong_word<'f>(expression: &str, failures: &'f [(LinkType, String)]) -> Option<(&'f str, Range<usize>)> {
    let words = split(expression);
    if words.len() > MAX_WORDS || depth(expression) > MAX_DEPTH {
        return None;
    }
    let is_right_up_to = |link_type, count| can_be_completed(link_type, beginning(expression, &words[..count]));
    let (&(ethernet, ref why), others) = failures.split_first()?;
    // From the end: should nothing here complete a beginning that is right, a longer one still shows that it is.
    let mut furthest = ((0..=words.len()).rev().find(|count| is_right_up_to(ethernet, *count))?, why);
    for (link_type, why) in others {
        while furthest.0 < words.len() && is_right_up_to(*link_type, furthest.0 + 1) {
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
        // A number becomes a condition before the first, the second... of the closing brackets, or behind them.
        is_right(link_type, &format!("{body}{open}"))
            || (0..=open.len()).any(|at| is_right(link_type, &format!("{body}{}{CONDITION}{}", &open[..at], &open[at..])))
    })
}

/// What closes the brackets that are open at the end; nothing where they do not fit.
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

/// How many brackets are open at a time, at most.
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

/// The first name that libpcap would look up as that of a host or a network, and its place. No expression with such a name is
/// ever given to libpcap.
fn look_for_host(expression: &str) -> Option<(&str, Range<usize>)> {
    // Whether a name, were it here, would be one of a host: by the words before it.
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

/// True if a word is none of the language, but one that the user has chosen: a port can be named by it.
fn is_name(word: &str) -> bool {
    // What stands behind a colon is another word, if the whole is no address.
    let word = word.split(':').next().unwrap_or(word);
    word.starts_with('\\') || failure(LinkType::ETHERNET, &format!("port {word}")).is_none_or(|why| !why.contains("syntax error"))
}

#[cfg(all(test, feature = "live"))]
mod tests {
    use super::*;

    /// What is right, with words of all kinds.
    const RIGHT: &str = include_str!("right_expressions.txt");

    fn is_skipped() -> bool {
        portolan_libpcap::load().inspect_err(|why| println!("skipped: {why}")).is_err()
    }

    /// The word that an expression is wrong at; empty for its end.
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
    fn what_is_put_in_is_what_is_found() {
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
    fn what_nothing_can_meet_has_no_place_and_what_is_monstrous_is_not_searched() {
        if is_skipped() {
            return;
        }
        assert_eq!(wrong("ip and arp and tcp and ip6"), None);
        assert_eq!(wrong(&"tcp and ".repeat(MAX_WORDS)), None);
        assert_eq!(wrong(&"(".repeat(1000)), None);
    }
}
