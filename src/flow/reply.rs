//! Whether the server side of a flow answered. A port that refused everybody, or never said anything, is no server, however
//! often it was asked.

use super::connection::Outcome;
use super::record::Flow;
use crate::decode::Side;
use crate::service::{Evidence, Registry, Reply, Service, Transport, Verdict};

/// From so many packets without data on, the client of a connection whose other direction is not in the capture is taken to be
/// in a conversation: it acknowledges what it receives. Scanners send a probe once or twice (Nmap's default is one
/// retransmission).
const LEAST_ACKNOWLEDGMENTS: u64 = 3;

/// The reply of the side that the verdict calls the server; `None` for protocols without ports, and for what stands for many
/// flows.
pub fn reply(flow: &Flow, verdict: &Verdict, registry: &Registry) -> Option<Reply> {
    let transport = Transport::from_protocol(flow.key.protocol).filter(|_| !flow.is_overflow())?;
    let Some(server) = verdict.server else { return Some(between_equals(flow)) };
    Some(if transport.has_connections() { of_connection(flow, server) } else { of_datagrams(flow, server, verdict, registry) })
}

/// Where no side is the server, nobody was asked to answer.
fn between_equals(flow: &Flow) -> Reply {
    if flow.is_two_way() { Reply::Answered } else { Reply::OneWay }
}

fn of_connection(flow: &Flow, server: Side) -> Reply {
    match flow.outcome() {
        Outcome::Established | Outcome::Reset => Reply::Answered,
        Outcome::Refused => Reply::Refused,
        Outcome::Attempted if flow.answered(server) => Reply::Answered,
        Outcome::Attempted => Reply::Silent,
        Outcome::Midstream => of_midstream(flow, server),
    }
}

/// A connection whose opening is not in the capture; among these are scans with other packets than SYN.
fn of_midstream(flow: &Flow, server: Side) -> Reply {
    let client = server.other();
    if flow.went_on(server) {
        Reply::Answered
    } else if flow.was_reset_by(server) || flow.is_port_unreachable() {
        Reply::Refused
    } else if flow.carried(client) || flow.packets[client.index()] >= LEAST_ACKNOWLEDGMENTS {
        Reply::OneWay
    } else {
        Reply::Silent
    }
}

fn of_datagrams(flow: &Flow, server: Side, verdict: &Verdict, registry: &Registry) -> Reply {
    if flow.packets[server.index()] > 0 {
        Reply::Answered
    } else if flow.is_port_unreachable() {
        Reply::Refused
    } else if flow.group_side() == Some(server) || expects_no_answer(verdict, registry) {
        Reply::OneWay
    } else {
        Reply::Silent
    }
}

/// True if nobody waits for an answer: a stream that was announced, or a service such as syslog.
fn expects_no_answer(verdict: &Verdict, registry: &Registry) -> bool {
    let is_announced = matches!(verdict.evidence, Evidence::Announced(_));
    is_announced || matches!(verdict.service, Service::Named(id) if registry.expects_no_answer(id))
}
