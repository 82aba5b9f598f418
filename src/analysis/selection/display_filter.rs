//! Wireshark's display filters, which people type where a tcpdump filter is expected. The common ones are translated, so that the
//! user sees the right spelling.
//!
//! The language: <https://www.wireshark.org/docs/man-pages/wireshark-filter.html>. Fields of addresses, ports and VLANs, names of
//! protocols, comparisons for equality, sets and their combinations are known; everything else is not translated.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::{Condition, Criterion, PortSpan, Selection, WantedHost, WantedServer};
use crate::decode::protocol::ip;

/// A display filter in other words. A part is `None` if it cannot be said that way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterTranslation {
    /// In tcpdump's language.
    pub tcpdump: Option<String>,
    /// As a selection of flows. A source is taken for a client, and a destination for a server.
    pub selection: Option<Selection>,
}

/// The deepest nesting of parentheses and negations.
const MAX_DEPTH: usize = 50;

/// Translates a display filter; `None` if the expression does not look like one.
pub fn translate_display_filter(expression: &str) -> Option<FilterTranslation> {
    let tokens = tokens(expression);
    let is_comparison = |token: &Token| matches!(token, Token::Equal | Token::Unequal);
    let is_like_one = |token: &Token| match token {
        Token::Word(word) => is_field(word) || protocol(word).is_some_and(|protocol| protocol.ports.is_some()),
        other => is_comparison(other),
    };
    if !tokens.iter().flatten().any(is_like_one) {
        return None;
    }
    let parsed = tokens.and_then(|tokens| {
        let mut parser = Parser(tokens.into_iter().peekable());
        let expression = parser.any_of(0)?;
        parser.0.next().is_none().then_some(expression)
    });
    let tcpdump = parsed.as_ref().map(|expression| expression.tcpdump(true));
    let selection = parsed.and_then(|expression| expression.terms()).map(|terms| Selection { terms });
    Some(FilterTranslation { tcpdump, selection })
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    And,
    Or,
    Not,
    Equal,
    Unequal,
    In,
    Open,
    Close,
    OpenSet,
    CloseSet,
    Comma,
}

/// The tokens of an expression; `None` if it has a character that no known filter has.
fn tokens(expression: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = expression.trim_start();
    while let Some(first) = rest.chars().next() {
        const SIGNS: [(&str, Token); 12] = [
            ("&&", Token::And),
            ("||", Token::Or),
            ("===", Token::Equal),
            ("==", Token::Equal),
            ("!=", Token::Unequal),
            ("=", Token::Equal),
            ("!", Token::Not),
            ("(", Token::Open),
            (")", Token::Close),
            ("{", Token::OpenSet),
            ("}", Token::CloseSet),
            (",", Token::Comma),
        ];
        let sign = SIGNS.iter().find_map(|(sign, token)| Some((rest.strip_prefix(sign)?, token)));
        if let Some((behind, token)) = sign {
            tokens.push(token.clone());
            rest = behind.trim_start();
            continue;
        }
        let is_of_word = |char: char| char.is_ascii_alphanumeric() || matches!(char, '.' | ':' | '/' | '_' | '-');
        if !is_of_word(first) {
            return None;
        }
        let (word, behind) = rest.split_at(rest.find(|char| !is_of_word(char)).unwrap_or(rest.len()));
        tokens.push(match word.to_ascii_lowercase().as_str() {
            "and" => Token::And,
            "or" => Token::Or,
            "not" => Token::Not,
            "eq" => Token::Equal,
            "ne" => Token::Unequal,
            "in" => Token::In,
            word => Token::Word(word.to_owned()),
        });
        rest = behind.trim_start();
    }
    Some(tokens)
}

/// The side of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Either,
    Source,
    Destination,
}

impl End {
    const fn tcpdump(self) -> &'static str {
        match self {
            End::Either => "",
            End::Source => "src ",
            End::Destination => "dst ",
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Address(End),
    Port(u8, End),
    Vlan,
}

fn field(name: &str) -> Option<Field> {
    Some(match name {
        "ip.addr" | "ipv6.addr" | "ip.host" => Field::Address(End::Either),
        "ip.src" | "ipv6.src" | "ip.src_host" => Field::Address(End::Source),
        "ip.dst" | "ipv6.dst" | "ip.dst_host" => Field::Address(End::Destination),
        "tcp.port" => Field::Port(ip::TCP, End::Either),
        "tcp.srcport" => Field::Port(ip::TCP, End::Source),
        "tcp.dstport" => Field::Port(ip::TCP, End::Destination),
        "udp.port" => Field::Port(ip::UDP, End::Either),
        "udp.srcport" => Field::Port(ip::UDP, End::Source),
        "udp.dstport" => Field::Port(ip::UDP, End::Destination),
        "vlan.id" => Field::Vlan,
        _ => return None,
    })
}

/// True for the name of any field of a common protocol, such as `tcp.flags.syn`.
fn is_field(word: &str) -> bool {
    let of_protocol = word.split_once('.').map(|(protocol, _)| protocol);
    of_protocol.is_some_and(|name| ["frame", "eth", "ip", "ipv6", "arp", "vlan"].contains(&name) || protocol(name).is_some())
}

/// A protocol by its name in Wireshark.
#[derive(Clone, Copy, Debug)]
struct Protocol {
    /// The name of its service here, if it has ports.
    service: &'static str,
    /// Its usual ports in tcpdump's language; `None` for protocols that tcpdump knows by name.
    ports: Option<&'static str>,
}

fn protocol(name: &str) -> Option<Protocol> {
    const PORTS: [(&str, &str, &str); 20] = [
        ("http", "http", "tcp port 80"),
        ("http2", "https", "tcp port 443"),
        ("tls", "https", "tcp port 443"),
        ("ssl", "https", "tcp port 443"),
        ("quic", "https", "udp port 443"),
        ("dns", "dns", "port 53"),
        ("mdns", "mdns", "udp port 5353"),
        ("ftp", "ftp", "tcp port 21"),
        ("ssh", "ssh", "tcp port 22"),
        ("telnet", "telnet", "tcp port 23"),
        ("smtp", "smtp", "tcp port 25"),
        ("dhcp", "dhcp", "udp port 67"),
        ("bootp", "dhcp", "udp port 67"),
        ("tftp", "tftp", "udp port 69"),
        ("pop", "pop3", "tcp port 110"),
        ("ntp", "ntp", "udp port 123"),
        ("imap", "imap", "tcp port 143"),
        ("snmp", "snmp", "udp port 161"),
        ("sip", "sip", "port 5060"),
        ("mqtt", "mqtt", "tcp port 1883"),
    ];
    let with_ports = PORTS.into_iter().find(|(wireshark, ..)| *wireshark == name);
    let known = with_ports.map(|(_, service, ports)| Protocol { service, ports: Some(ports) });
    known.or_else(|| transport(name).map(|_| Protocol { service: "", ports: None }))
}

/// The number of an IP protocol, and its name in tcpdump's language, by its name in Wireshark.
fn transport(name: &str) -> Option<(u8, &'static str)> {
    Some(match name {
        "tcp" => (ip::TCP, "tcp"),
        "udp" => (ip::UDP, "udp"),
        "icmp" => (ip::ICMP, "icmp"),
        "icmpv6" => (ip::ICMPV6, "icmp6"),
        "sctp" => (ip::SCTP, "sctp"),
        _ => return None,
    })
}

#[derive(Clone, Debug)]
enum Expression {
    All(Vec<Expression>),
    Any(Vec<Expression>),
    Not(Box<Expression>),
    Host(WantedHost, End),
    Port(u8, PortSpan, End),
    Vlan(u16),
    Service(Protocol),
    Transport(u8, &'static str),
}

struct Parser(Peekable<IntoIter<Token>>);

impl Parser {
    fn takes(&mut self, token: &Token) -> bool {
        self.0.next_if_eq(token).is_some()
    }

    fn any_of(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.all_of(depth)?];
        while self.takes(&Token::Or) {
            parts.push(self.all_of(depth)?);
        }
        Some(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Any(parts) })
    }

    fn all_of(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.one(depth)?];
        while self.takes(&Token::And) {
            parts.push(self.one(depth)?);
        }
        Some(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::All(parts) })
    }

    fn one(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        match self.0.next()? {
            Token::Not => Some(Expression::Not(Box::new(self.one(depth + 1)?))),
            Token::Open => {
                let inner = self.any_of(depth + 1)?;
                self.takes(&Token::Close).then_some(inner)
            }
            Token::Word(word) => match field(&word) {
                Some(field) => self.comparison(field),
                None => protocol_test(&word),
            },
            _ => None,
        }
    }

    fn comparison(&mut self, field: Field) -> Option<Expression> {
        match self.0.next()? {
            Token::Equal => self.value(field),
            Token::Unequal => Some(Expression::Not(Box::new(self.value(field)?))),
            Token::In => {
                if !self.takes(&Token::OpenSet) {
                    return None;
                }
                let mut members = vec![self.value(field)?];
                while !self.takes(&Token::CloseSet) {
                    self.takes(&Token::Comma);
                    members.push(self.value(field)?);
                }
                Some(if members.len() == 1 { members.swap_remove(0) } else { Expression::Any(members) })
            }
            _ => None,
        }
    }

    fn value(&mut self, field: Field) -> Option<Expression> {
        let Token::Word(word) = self.0.next()? else { return None };
        match field {
            Field::Address(end) => {
                let machine: WantedHost = word.parse().ok()?;
                (!matches!(machine, WantedHost::Name(_))).then_some(Expression::Host(machine, end))
            }
            Field::Port(transport, end) => Some(Expression::Port(transport, word.replace("..", "-").parse().ok()?, end)),
            Field::Vlan => Some(Expression::Vlan(word.parse().ok()?)),
        }
    }
}

fn protocol_test(word: &str) -> Option<Expression> {
    if let Some((number, name)) = transport(word) {
        return Some(Expression::Transport(number, name));
    }
    protocol(word).map(Expression::Service)
}

impl Expression {
    /// The expression in tcpdump's language; in parentheses, if it needs them, unless it is the `outermost`.
    fn tcpdump(&self, outermost: bool) -> String {
        let joined = |parts: &[Expression], word: &str| {
            let text = parts.iter().map(|part| part.tcpdump(false)).collect::<Vec<_>>().join(word);
            if outermost { text } else { format!("({text})") }
        };
        let name = |number: u8| if number == ip::TCP { "tcp" } else { "udp" };
        match self {
            Expression::All(parts) => joined(parts, " and "),
            Expression::Any(parts) => joined(parts, " or "),
            Expression::Not(part) => format!("not {}", part.tcpdump(false)),
            Expression::Host(network @ WantedHost::Network(_), end) => format!("{}net {network}", end.tcpdump()),
            Expression::Host(machine, end) => format!("{}host {machine}", end.tcpdump()),
            Expression::Port(transport, span, end) => {
                let text = span.to_string();
                let word = if text.contains('-') { "portrange" } else { "port" };
                format!("{} {}{word} {text}", name(*transport), end.tcpdump())
            }
            Expression::Vlan(id) => format!("vlan {id}"),
            Expression::Service(protocol) => protocol.ports.unwrap_or_default().to_owned(),
            Expression::Transport(_, name) => (*name).to_owned(),
        }
    }

    /// The terms of a selection, all of which must hold; `None` if options cannot say it.
    fn terms(&self) -> Option<Vec<Condition>> {
        let wanted = |criterion| Some(vec![Condition::wanted(criterion)]);
        match self {
            Expression::All(parts) => {
                let mut all: Vec<Condition> = Vec::new();
                for term in parts.iter().map(Expression::terms).collect::<Option<Vec<_>>>()?.into_iter().flatten() {
                    match all.iter_mut().find(|other| other.key() == term.key()) {
                        None => all.push(term),
                        Some(same) if *same == term => {}
                        // Neither of two is the same as not one of them; two that are wanted at once cannot be said.
                        Some(other) if term.is_excluded => other.criterion = other.criterion.clone().or(term.criterion),
                        Some(_) => return None,
                    }
                }
                Some(all)
            }
            Expression::Any(parts) => {
                let parts = parts.iter().map(Expression::terms).collect::<Option<Vec<_>>>()?;
                parts.into_iter().map(Some).reduce(|one, other| either(one?, other?))?
            }
            Expression::Not(part) => match part.terms()?.as_slice() {
                [term] => Some(vec![Condition { is_excluded: !term.is_excluded, ..term.clone() }]),
                _ => None,
            },
            Expression::Host(machine, End::Either) => wanted(Criterion::Hosts(vec![machine.clone()])),
            Expression::Host(machine, End::Source) => wanted(Criterion::Clients(vec![machine.clone()])),
            Expression::Host(machine, End::Destination) => {
                wanted(Criterion::Servers(vec![WantedServer { machine: machine.clone(), port: None }]))
            }
            Expression::Port(transport, span, _) => {
                let (transport, port) = (Criterion::Transports(vec![*transport]), Criterion::Ports(vec![*span]));
                Some(vec![Condition::wanted(transport), Condition::wanted(port)])
            }
            Expression::Vlan(id) => wanted(Criterion::Vlans(vec![*id])),
            Expression::Service(protocol) => wanted(Criterion::Services(vec![protocol.service.to_owned()])),
            Expression::Transport(number, _) => wanted(Criterion::Transports(vec![*number])),
        }
    }
}

/// The terms of one of two selections, which may differ in one wanted criterion.
fn either(one: Vec<Condition>, other: Vec<Condition>) -> Option<Vec<Condition>> {
    let is_alike = one.len() == other.len()
        && one.iter().zip(&other).all(|(one, other)| one == other || one.key() == other.key() && !one.is_excluded);
    if !is_alike || one.iter().zip(&other).filter(|(one, other)| one != other).count() > 1 {
        return None;
    }
    let both = one.into_iter().zip(other).map(|(one, other)| match one == other {
        true => one,
        false => Condition::wanted(one.criterion.or(other.criterion)),
    });
    Some(both.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two translations.
    fn translated(expression: &str) -> [Option<String>; 2] {
        let translation = translate_display_filter(expression).unwrap_or_else(|| panic!("{expression} is a display filter"));
        [translation.tcpdump, translation.selection.map(|selection| selection.to_string())]
    }

    #[test]
    fn common_filters_have_two_other_spellings() {
        for (expression, tcpdump, options) in [
            ("tcp.port == 80", "tcp port 80", "--transport tcp --port 80"),
            ("ip.addr==10.0.0.1", "host 10.0.0.1", "--host 10.0.0.1"),
            ("ipv6.addr eq 2001:db8::1", "host 2001:db8::1", "--host 2001:db8::1"),
            ("http", "tcp port 80", "--service http"),
            ("dns && ip.src == 10.0.0.5", "port 53 and src host 10.0.0.5", "--service dns --client 10.0.0.5"),
            (
                "ip.dst == 10.20.0.0/16 and !dns",
                "dst net 10.20.0.0/16 and not port 53",
                "--server 10.20.0.0/16 --not-service dns",
            ),
            (
                "tcp.port in {80, 443 8000..8080}",
                "tcp port 80 or tcp port 443 or tcp portrange 8000-8080",
                "--transport tcp --port 80,443,8000-8080",
            ),
            ("dns or tls", "port 53 or tcp port 443", "--service dns,https"),
            (
                "ip.addr != 10.0.0.1 && ip.addr != 10.0.0.2",
                "not host 10.0.0.1 and not host 10.0.0.2",
                "--not-host 10.0.0.1,10.0.0.2",
            ),
            ("vlan.id == 5 and (icmp or udp)", "vlan 5 and (icmp or udp)", "--vlan 5 --transport icmp,udp"),
        ] {
            assert_eq!(
                translated(expression),
                [Some(tcpdump), Some(options)].map(|text| text.map(str::to_owned)),
                "{expression}"
            );
        }
    }

    #[test]
    fn what_options_cannot_say_is_only_in_the_language_of_tcpdump() {
        for expression in ["dns or ip.addr == 10.0.0.1", "ip.addr == 10.0.0.1 and ip.addr == 10.0.0.2", "not (tcp.port == 80)"] {
            let [tcpdump, options] = translated(expression);
            assert!(tcpdump.is_some() && options.is_none(), "{expression}");
        }
    }

    #[test]
    fn other_display_filters_are_recognised_and_not_translated() {
        for expression in [
            "tcp.flags.syn == 1",
            "frame.len == 60 && http",
            "http.host contains x",
            "ip.addr == desk",
            "tcp.port == ",
            "ip.addr",
        ] {
            let translation = translate_display_filter(expression);
            assert!(translation.is_none_or(|translation| translation.tcpdump.is_none()), "{expression}");
        }
        assert_eq!(translated("tcp.flags.syn == 1"), [None, None]);
        assert!(translate_display_filter(&format!("{}dns{}", "(".repeat(5000), ")".repeat(5000))).is_some());
    }

    #[test]
    fn filters_of_tcpdump_are_none() {
        for expression in ["tcp port 80", "host 10.0.0.1 and not port 53", "", "portt 80", "tcp and udp"] {
            assert_eq!(translate_display_filter(expression), None, "{expression}");
        }
    }
}
