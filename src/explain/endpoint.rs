//! An endpoint of a flow, as people write it.

use std::fmt::{Display, Formatter, Result};
use std::net::{IpAddr, SocketAddr};

use crate::decode::Side;
use crate::flow::Flow;

/// An endpoint: an address, and a port where the protocol has ports.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// The address.
    pub address: IpAddr,
    /// The port; `None` for a protocol without ports. In a question it stands for any port, too.
    pub port: Option<u16>,
}

impl Endpoint {
    /// The endpoint of a flow on one side.
    pub(super) fn of_flow(flow: &Flow, side: Side) -> Endpoint {
        Endpoint { address: flow.key.ip_addr(side), port: flow.key.has_ports().then(|| flow.key.port(side)) }
    }

    /// Reads `10.0.0.5:51544`, `[2001:db8::5]:51544`, or an address alone.
    pub(super) fn parse(text: &str) -> Option<Endpoint> {
        let text = text.trim();
        let with_port = |end: SocketAddr| Endpoint { address: end.ip(), port: Some(end.port()) };
        text.parse().map(with_port).ok().or_else(|| text.parse().map(|address| Endpoint { address, port: None }).ok())
    }

    /// True if a flow has this endpoint on that side.
    pub(super) fn is(self, flow: &Flow, side: Side) -> bool {
        let theirs = Endpoint::of_flow(flow, side);
        theirs.address == self.address && self.port.is_none_or(|wanted| theirs.port == Some(wanted))
    }
}

impl Display for Endpoint {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.port {
            Some(port) => SocketAddr::new(self.address, port).fmt(f),
            None => self.address.fmt(f),
        }
    }
}
