//! The reply of a flow's server side. A port that refused everybody, or never sent anything, is no server, however often it was
//! asked.

use crate::decode::Side;
use crate::flow::Flow;
use crate::service::{Evidence, Registry, Reply, Service, Transport, Verdict};

/// The number of packets without data from which the client of a connection whose other direction is not in the capture is taken
/// to be in a conversation: it acknowledges what it receives. Scanners send a probe once or twice (Nmap's default is one
/// retransmission).
const MIN_ACKNOWLEDGMENTS: u64 = 3;

/// The reply of the side that the verdict calls the server, in a flow of a transport with ports.
#[inline]
pub fn reply(flow: &Flow, transport: Transport, verdict: &Verdict, registry: &Registry) -> Reply {
    match verdict.server {
        None => between_equals(flow),
        Some(server) if transport.has_connections() => of_connection(flow, server),
        Some(server) => of_datagrams(flow, server, verdict, registry),
    }
}

/// The reply in a flow without a server, in which neither side was asked to answer.
fn between_equals(flow: &Flow) -> Reply {
    if flow.is_only_reset() {
        Reply::Refused
    } else if flow.is_two_way() {
        Reply::Answered
    } else {
        Reply::OneWay
    }
}

/// The reply of the server side of a connection. Anything it sent other than a refusal is an answer, unless it carries nothing
/// and is only reset: then it may be a scanner's. Without an answer in the capture, a client that goes on after its opening got
/// one that was not captured.
fn of_connection(flow: &Flow, server: Side) -> Reply {
    let client = server.other();
    let spoke = flow.went_on(server) && (flow.carried(server) || !flow.is_only_reset_by(client));
    if flow.answered(server) || spoke || flow.opened(client) && flow.went_on(client) {
        Reply::Answered
    } else if flow.was_reset_by(server) || flow.is_port_unreachable() {
        Reply::Refused
    } else if flow.opened(client) {
        Reply::Silent
    } else {
        of_midstream(flow, client)
    }
}

/// The reply in a connection whose opening is not in the capture, judged by the client's direction. Scans with packets other than
/// SYN are among these.
fn of_midstream(flow: &Flow, client: Side) -> Reply {
    let is_conversation = flow.carried(client) || flow.packets[client.index()] >= MIN_ACKNOWLEDGMENTS;
    if is_conversation { Reply::OneWay } else { Reply::Silent }
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
