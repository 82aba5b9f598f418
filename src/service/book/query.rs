//! Queries to the book of ports, as people write them.

use std::ops::RangeInclusive;

use crate::service::Transport;
use crate::service::user_table::parse_ports;

/// A query to the book of ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortQuery {
    /// The ports or the word to look up.
    pub subject: Subject,
    /// The one transport to look in; all, if `None`.
    pub transport: Option<Transport>,
}

/// A mistake in a query.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueryProblem {
    /// There is nothing.
    Empty,
    /// Several ports have commas between them.
    Commas,
    /// A number is no port, or a range goes downwards.
    NoPort,
    /// The word beside a port is no transport.
    NoTransport,
}

impl std::error::Error for QueryProblem {}

/// The subject of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A port, or several.
    Ports(RangeInclusive<u16>),
    /// A name, a part of one, or a category; lower case.
    Word(String),
}

impl PortQuery {
    /// Reads `443`, `443/udp`, `udp/443`, `6881-6889`, `https`, `https/udp` or `games`.
    ///
    /// # Errors
    ///
    /// The mistake, if the text is empty or looks like ports that do not exist.
    pub fn parse(text: &str) -> Result<PortQuery, QueryProblem> {
        let text = text.trim().to_lowercase();
        if text.is_empty() {
            return Err(QueryProblem::Empty);
        }
        let halves = text.split_once('/').and_then(|(a, b)| match (Transport::from_name(a), Transport::from_name(b)) {
            (Some(transport), _) => Some((b, transport)),
            (_, Some(transport)) => Some((a, transport)),
            _ => None,
        });
        let (subject, transport) = halves.map_or((text.as_str(), None), |(subject, transport)| (subject, Some(transport)));
        // Names may have digits, hyphens and slashes, but none begins with a digit and continues like a port.
        let is_number = |part: &str| !part.trim().is_empty() && part.trim().bytes().all(|byte| byte.is_ascii_digit());
        let is_numeric = subject.split('-').all(is_number);
        let subject = match parse_ports(subject) {
            Some(ports) => Subject::Ports(ports),
            None if subject.contains(',') && subject.split(',').all(is_number) => {
                return Err(QueryProblem::Commas);
            }
            None if is_numeric => {
                return Err(QueryProblem::NoPort);
            }
            None if subject.split('/').any(is_number) && transport.is_none() => {
                return Err(QueryProblem::NoTransport);
            }
            None => Subject::Word(subject.to_owned()),
        };
        Ok(PortQuery { subject, transport })
    }

    /// The port, if the query is about exactly one.
    pub fn single_port(&self) -> Option<u16> {
        match &self.subject {
            Subject::Ports(ports) if ports.start() == ports.end() => Some(*ports.start()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_a_port_a_range_a_name_or_a_category() {
        let parse = |text: &str| PortQuery::parse(text).unwrap();
        assert_eq!(parse("443"), PortQuery { subject: Subject::Ports(443..=443), transport: None });
        assert_eq!(parse("443/udp"), PortQuery { subject: Subject::Ports(443..=443), transport: Some(Transport::Udp) });
        assert_eq!(parse("UDP/443"), parse("443/udp"));
        assert_eq!(parse("6881-6889").subject, Subject::Ports(6881..=6889));
        assert_eq!(parse("HTTPS"), PortQuery { subject: Subject::Word("https".into()), transport: None });
        assert_eq!(parse("tcp/https").transport, Some(Transport::Tcp));
        assert_eq!(parse("cl/1x").subject, Subject::Word("cl/1x".into()));
        assert_eq!((parse("443").single_port(), parse("1-2").single_port(), parse("x").single_port()), (Some(443), None, None));
    }

    #[test]
    fn text_that_cannot_be_a_query_is_an_error() {
        use QueryProblem::{Commas, Empty, NoPort, NoTransport};
        let wrong = [("70000", NoPort), ("90-80", NoPort), ("1-2-3", NoPort), ("443/quic", NoTransport), ("80,443", Commas)];
        for (text, problem) in wrong.into_iter().chain([("", Empty)]) {
            assert_eq!(PortQuery::parse(text), Err(problem), "{text}");
        }
    }
}
