//! The values of criteria, and their parsers.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;

use crate::service::{Confidence, Transport, protocols};

/// A machine or several: an address, a network, or a name that the capture gives an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WantedHost {
    /// One address.
    Address(IpAddr),
    /// All addresses of a network.
    Network(IpNet),
    /// The addresses with a name: the whole name or, if no address has it, the part before its first dot. Case is ignored.
    Name(String),
}

/// The servers on a machine, or only the one on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedServer {
    /// The machine.
    pub machine: WantedHost,
    /// The port; `None` = all ports.
    pub port: Option<u16>,
}

/// A port, or the ports from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PortSpan {
    first: u16,
    last: u16,
}

/// The word for the reply of a server or the outcome of a connection, as tables use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum OutcomeWord {
    /// The server answered.
    Answered,
    /// Nobody waits for an answer.
    OneWay,
    /// Nothing came back.
    Silent,
    /// The port was denied.
    Refused,
    /// Asked for, not answered.
    Attempted,
    /// Opened, and not reset.
    Established,
    /// Opened, and ended by a reset.
    Reset,
    /// The opening is not in the capture.
    Midstream,
}

/// A word that is none of a closed list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSuchWord {
    /// All words of the list.
    pub known: Vec<String>,
}

/// Text that is no value of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAValue;

impl FromStr for WantedHost {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<WantedHost, NotAValue> {
        if let Ok(address) = text.parse() {
            return Ok(WantedHost::Address(address));
        }
        if let Ok(network) = text.parse::<IpNet>() {
            return Ok(WantedHost::Network(network.trunc()));
        }
        // Mistyped addresses would otherwise be names that no capture has.
        let is_like_address = text.contains([':', '/']) || text.chars().all(|char| char.is_ascii_digit() || char == '.');
        if is_like_address { Err(NotAValue) } else { Ok(WantedHost::Name(text.to_owned())) }
    }
}

impl fmt::Display for WantedHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WantedHost::Address(address) => address.fmt(f),
            WantedHost::Network(network) => network.fmt(f),
            WantedHost::Name(name) => name.fmt(f),
        }
    }
}

impl FromStr for WantedServer {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<WantedServer, NotAValue> {
        if let Ok(machine) = text.parse() {
            return Ok(WantedServer { machine, port: None });
        }
        let (machine, port) = text.rsplit_once(':').ok_or(NotAValue)?;
        let in_brackets = machine.strip_prefix('[').and_then(|machine| machine.strip_suffix(']'));
        if in_brackets.is_none() && machine.contains(':') {
            return Err(NotAValue);
        }
        let machine = in_brackets.unwrap_or(machine).parse()?;
        Ok(WantedServer { machine, port: Some(port.parse().map_err(|_| NotAValue)?) })
    }
}

impl fmt::Display for WantedServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.machine, self.port) {
            (machine, None) => machine.fmt(f),
            (machine, Some(port)) if machine.to_string().contains(':') => write!(f, "[{machine}]:{port}"),
            (machine, Some(port)) => write!(f, "{machine}:{port}"),
        }
    }
}

impl PortSpan {
    /// True if the port is among these.
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }
}

impl FromStr for PortSpan {
    type Err = NotAValue;

    fn from_str(text: &str) -> Result<PortSpan, NotAValue> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let port = |text: &str| text.parse().map_err(|_| NotAValue);
        let span = PortSpan { first: port(first)?, last: port(last)? };
        if span.first <= span.last { Ok(span) } else { Err(NotAValue) }
    }
}

impl fmt::Display for PortSpan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let PortSpan { first, last } = self;
        if first == last { write!(f, "{first}") } else { write!(f, "{first}-{last}") }
    }
}

impl OutcomeWord {
    /// All words: those of the columns `outcome`, then those of columns that count outcomes.
    pub const ALL: [OutcomeWord; 8] = [
        OutcomeWord::Answered,
        OutcomeWord::OneWay,
        OutcomeWord::Silent,
        OutcomeWord::Refused,
        OutcomeWord::Attempted,
        OutcomeWord::Established,
        OutcomeWord::Reset,
        OutcomeWord::Midstream,
    ];

    /// The word.
    pub const fn name(self) -> &'static str {
        match self {
            OutcomeWord::Answered => "answered",
            OutcomeWord::OneWay => "one-way",
            OutcomeWord::Silent => "silent",
            OutcomeWord::Refused => "refused",
            OutcomeWord::Attempted => "attempted",
            OutcomeWord::Established => "established",
            OutcomeWord::Reset => "reset",
            OutcomeWord::Midstream => "midstream",
        }
    }
}

impl FromStr for OutcomeWord {
    type Err = NoSuchWord;

    fn from_str(text: &str) -> Result<OutcomeWord, NoSuchWord> {
        one_of(text, OutcomeWord::ALL, OutcomeWord::name)
    }
}

/// The confidence with this key.
///
/// # Errors
///
/// If there is no such confidence.
pub fn parse_confidence(text: &str) -> Result<Confidence, NoSuchWord> {
    let all = [Confidence::Proven, Confidence::Strong, Confidence::Moderate, Confidence::Weak, Confidence::None];
    one_of(text, all, Confidence::name)
}

/// The number of the IP protocol with this key: a transport with ports (`tcp`), or a protocol without (`icmp`).
///
/// # Errors
///
/// If there is no such protocol.
pub fn parse_transport(text: &str) -> Result<u8, NoSuchWord> {
    let number = (0..=u8::MAX).find(|number| transport_key(*number) == text);
    number.ok_or_else(|| {
        let transports = Transport::ALL.map(|transport| transport.name().to_owned());
        NoSuchWord { known: transports.into_iter().chain(["icmp".to_owned(), "icmpv6".to_owned()]).collect() }
    })
}

/// The key of an IP protocol, as in the column `transport` of the table `flows`.
pub(super) fn transport_key(number: u8) -> String {
    Transport::from_protocol(number).map_or_else(|| protocols::ip_protocol(number), |transport| transport.name().to_owned())
}

fn one_of<T: Copy>(
    text: &str,
    all: impl IntoIterator<Item = T> + Clone,
    name: impl Fn(T) -> &'static str,
) -> Result<T, NoSuchWord> {
    let found = all.clone().into_iter().find(|value| name(*value) == text);
    found.ok_or_else(|| NoSuchWord { known: all.into_iter().map(|value| name(value).to_owned()).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machines_are_addresses_networks_or_names() {
        let machine = |text: &str| text.parse::<WantedHost>();
        assert_eq!(machine("10.0.0.5"), Ok(WantedHost::Address(IpAddr::from([10, 0, 0, 5]))));
        assert_eq!(machine("10.20.3.4/16").unwrap().to_string(), "10.20.0.0/16");
        assert_eq!(machine("2001:db8::/32").unwrap().to_string(), "2001:db8::/32");
        assert_eq!(machine("desk1"), Ok(WantedHost::Name("desk1".to_owned())));
        for wrong in ["", "10.0.0.300", "10.0.0", "10.0.0.0/33", "a/b", "a:b"] {
            assert_eq!(machine(wrong), Err(NotAValue), "{wrong}");
        }
    }

    #[test]
    fn servers_may_have_a_port() {
        for text in
            ["10.0.0.5", "10.0.0.5:443", "[2001:db8::1]:443", "2001:db8::1", "www:80", "10.0.0.0/8:25", "[2001:db8::/32]:25"]
        {
            assert_eq!(text.parse::<WantedServer>().unwrap().to_string(), text);
        }
        assert_eq!("2001:db8::1:443".parse::<WantedServer>().unwrap().port, None);
        for wrong in ["10.0.0.5:", "10.0.0.5:x", "10.0.0.5:65536", "2001:db8::x:1", ":80"] {
            assert_eq!(wrong.parse::<WantedServer>(), Err(NotAValue), "{wrong}");
        }
    }

    #[test]
    fn ports_are_single_or_ranges() {
        for text in ["0", "443", "6881-6889", "0-65535"] {
            assert_eq!(text.parse::<PortSpan>().unwrap().to_string(), text);
        }
        for wrong in ["", "-", "80-", "90-80", "65536", "http"] {
            assert_eq!(wrong.parse::<PortSpan>(), Err(NotAValue), "{wrong}");
        }
    }

    #[test]
    fn words_of_tables_lead_back() {
        assert_eq!((parse_transport("tcp"), parse_transport("icmp")), (Ok(6), Ok(1)));
        assert_eq!(parse_confidence("proven"), Ok(Confidence::Proven));
        assert!(OutcomeWord::ALL.into_iter().all(|word| word.name().parse() == Ok(word)));
    }
}
