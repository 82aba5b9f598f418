//! Community ID v1 with seed 0: a flow's name that Zeek, Suricata and Wireshark give it too.
//! Specification: <https://github.com/corelight/community-id-spec>.

use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::decode::Side;
use crate::decode::protocol::ip;
use crate::flow::Flow;
use crate::service::ladder::Opening;

/// The identifier of a flow.
pub fn community_id(flow: &Flow) -> String {
    let key = &flow.key;
    let (mut first, mut numbers) = match key.protocol {
        // The key has the smaller endpoint first already, which is what the specification asks for.
        ip::TCP | ip::UDP | ip::SCTP => (Side::A, Some(key.ports)),
        ip::ICMP | ip::ICMPV6 => (asking_side(flow), None),
        _ => (Side::A, None),
    };
    if matches!(key.protocol, ip::ICMP | ip::ICMPV6) {
        (first, numbers) = icmp_order(flow, first);
    }
    let mut hash = Sha1::new();
    hash.update([0, 0]);
    hash.update(bytes(key.ip_addr(first)));
    hash.update(bytes(key.ip_addr(first.other())));
    hash.update([key.protocol, 0]);
    for number in numbers.into_iter().flatten() {
        hash.update(number.to_be_bytes());
    }
    format!("1:{}", STANDARD.encode(hash.finalize()))
}

/// The side whose message the flow's type is: who asks in a query, who sent first in anything else.
fn asking_side(flow: &Flow) -> Side {
    match flow.opening() {
        Opening::Handshake(side) | Opening::AnswerUsed(side) | Opening::Asked(side) | Opening::AnswerOnly(side) => side.other(),
        Opening::Unseen | Opening::Simultaneous => flow.first_side(),
    }
}

/// For a type with a counterpart both types stand where ports would, the smaller endpoint first; else type and code, and
/// the sender first.
fn icmp_order(flow: &Flow, sender: Side) -> (Side, Option<[u16; 2]>) {
    let [kind, code] = flow.key.ports;
    let Some(counterpart) = counterpart(flow.key.protocol, kind) else { return (sender, Some([kind, code])) };
    let (from, to) = (flow.key.ip_addr(sender), flow.key.ip_addr(sender.other()));
    if (from, kind) <= (to, counterpart) {
        (sender, Some([kind, counterpart]))
    } else {
        (sender.other(), Some([counterpart, kind]))
    }
}

fn counterpart(protocol: u8, kind: u16) -> Option<u16> {
    let pairs: &[(u16, u16)] = match protocol {
        ip::ICMP => &[(8, 0), (13, 14), (15, 16), (10, 9), (17, 18)],
        _ => &[(128, 129), (133, 134), (135, 136), (130, 131), (139, 140), (144, 145)],
    };
    pairs.iter().find_map(|&(a, b)| match kind {
        kind if kind == a => Some(b),
        kind if kind == b => Some(a),
        _ => None,
    })
}

fn bytes(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(address) => address.octets().to_vec(),
        IpAddr::V6(address) => address.octets().to_vec(),
    }
}
