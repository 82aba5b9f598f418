//! Which flow is meant: by its number in the `flows` table, or by its endpoints.

use std::net::{IpAddr, SocketAddr};

use crate::analysis::Analysis;
use crate::decode::Side;
use crate::flow::Flow;
use crate::text;

/// How many flows are listed where several fit.
const MOST_LISTED: usize = 20;

/// A flow that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// By its number, from 1.
    Number(usize),
    /// By one endpoint or both, in any order.
    Ends(End, Option<End>),
}

/// An endpoint that is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    address: IpAddr,
    /// `None` stands for any port, and for flows that have none.
    port: Option<u16>,
}

impl End {
    fn parse(text: &str) -> Option<End> {
        let with_port = |end: SocketAddr| End { address: end.ip(), port: Some(end.port()) };
        text.parse().map(with_port).ok().or_else(|| text.parse().map(|address| End { address, port: None }).ok())
    }

    fn is(self, flow: &Flow, side: Side) -> bool {
        let port = flow.key.has_ports().then(|| flow.key.port(side));
        flow.key.ip_addr(side) == self.address && self.port.is_none_or(|wanted| port == Some(wanted))
    }
}

impl Question {
    /// Understands `12`, `10.0.0.5:51544-192.0.2.80:443`, `[2001:db8::5]:51544-[2001:db8::80]:443`, `10.0.0.5-192.0.2.80` and a
    /// single endpoint.
    pub fn parse(text: &str) -> Result<Question, String> {
        if let Ok(number) = text.parse() {
            return Ok(Question::Number(number));
        }
        let ends = match text.split_once('-') {
            Some((one, other)) => End::parse(one.trim()).zip(End::parse(other.trim())).map(|(one, other)| (one, Some(other))),
            None => End::parse(text.trim()).map(|one| (one, None)),
        };
        let (one, other) = ends.ok_or(
            "it must be a flow's number in the flows table, or its endpoints: 10.0.0.5:51544-192.0.2.80:443, \
             [2001:db8::5]:51544-[2001:db8::80]:443",
        )?;
        Ok(Question::Ends(one, other))
    }

    fn fits(self, number: usize, flow: &Flow) -> bool {
        match self {
            Question::Number(wanted) => number + 1 == wanted,
            Question::Ends(one, None) => [Side::A, Side::B].into_iter().any(|side| one.is(flow, side)),
            Question::Ends(one, Some(other)) => {
                [Side::A, Side::B].into_iter().any(|side| one.is(flow, side) && other.is(flow, side.other()))
            }
        }
    }

    /// The one flow that is meant; otherwise what to tell instead.
    pub fn find(self, analysis: &Analysis) -> Result<usize, String> {
        let fitting: Vec<usize> = analysis
            .flows
            .iter()
            .enumerate()
            .filter(|(number, flow)| self.fits(*number, flow))
            .map(|(number, _)| number)
            .collect();
        match (fitting.as_slice(), self) {
            ([only], _) => Ok(*only),
            ([], Question::Number(number)) => Err(text::no_such_flow(number, analysis.flows.len())),
            ([], Question::Ends(..)) => Err("no flow has these endpoints; see them all with --table flows --top 0".into()),
            (several, _) => {
                let numbers: Vec<String> = several.iter().take(MOST_LISTED).map(|number| (number + 1).to_string()).collect();
                let more = several.len() - numbers.len();
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                Err(format!("{} flows have these endpoints; ask for one of {}{more}", several.len(), numbers.join(", ")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flow_is_a_number_or_its_ends() {
        assert_eq!(Question::parse("12"), Ok(Question::Number(12)));
        let end = |address: &str, port| End { address: address.parse().unwrap(), port };
        let both = Question::Ends(end("10.0.0.5", Some(51544)), Some(end("192.0.2.80", Some(443))));
        assert_eq!(Question::parse("10.0.0.5:51544-192.0.2.80:443"), Ok(both));
        assert_eq!(Question::parse("[2001:db8::5]:80"), Ok(Question::Ends(end("2001:db8::5", Some(80)), None)));
        assert_eq!(Question::parse("10.0.0.5-::1"), Ok(Question::Ends(end("10.0.0.5", None), Some(end("::1", None)))));
        for wrong in ["", "x", "10.0.0.5:70000-1.2.3.4:5", "-", "1.2.3.4:5-", "99999999999999999999999"] {
            assert!(Question::parse(wrong).unwrap_err().contains("it must be"), "{wrong}");
        }
    }
}
