//! Community ID v1 with seed 0: an identifier of flows that Zeek, Suricata and Wireshark use, too. Specification:
//! <https://github.com/corelight/community-id-spec>.

use std::fmt;
use std::net::IpAddr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::decode::protocol::ip;
use crate::decode::{FlowKey, Side};
use crate::flow::Flow;

/// The identifier of a flow. The hash is computed only when it is written, because most tables that are shown do without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CommunityId<'a> {
    key: &'a FlowKey,
    /// The side whose endpoint comes first.
    first: Side,
    /// The ports, or the numbers that replace them.
    numbers: Option<[u16; 2]>,
}

/// The seed, two addresses, protocol and padding, two numbers.
const MAX_HASHED: usize = 2 + 16 * 2 + 2 + 2 * 2;

impl<'a> CommunityId<'a> {
    /// Returns the identifier of a flow.
    pub fn new(flow: &'a Flow) -> CommunityId<'a> {
        let key = &flow.key;
        let (first, numbers) = match key.protocol {
            // The key already has the smaller endpoint first, as the specification requires.
            ip::TCP | ip::UDP | ip::SCTP => (Side::A, Some(key.ports)),
            ip::ICMP | ip::ICMPV6 => icmp_order(flow, asking_side(flow)),
            _ => (Side::A, None),
        };
        CommunityId { key, first, numbers }
    }

    /// Returns the characters of the identifier: the version, a colon, and base64.
    pub fn to_ascii(self) -> [u8; 30] {
        let mut letters = *b"1:0000000000000000000000000000";
        // The base64 form of 20 bytes is 28 characters.
        let _ = STANDARD.encode_slice(self.digest(), &mut letters[2..]);
        letters
    }

    fn digest(self) -> [u8; 20] {
        // Hashing one buffer takes a fraction of the time of hashing its parts one by one.
        let (mut hashed, mut len) = ([0; MAX_HASHED], 2);
        let mut put = |bytes: &[u8]| {
            hashed[len..len + bytes.len()].copy_from_slice(bytes);
            len += bytes.len();
        };
        for side in [self.first, self.first.other()] {
            match self.key.ip_addr(side) {
                IpAddr::V4(address) => put(&address.octets()),
                IpAddr::V6(address) => put(&address.octets()),
            }
        }
        put(&[self.key.protocol, 0]);
        for number in self.numbers.into_iter().flatten() {
            put(&number.to_be_bytes());
        }
        Sha1::digest(&hashed[..len]).into()
    }
}

impl fmt::Display for CommunityId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.to_ascii()).map_err(|_| fmt::Error)?)
    }
}

/// The side that sent messages of the flow's type: the one that asked in a query, the first sender otherwise.
fn asking_side(flow: &Flow) -> Side {
    flow.handshake().initiator().unwrap_or_else(|| flow.first_side())
}

/// Returns the first side and the two numbers in place of ports: for a type with a counterpart, both types, with the smaller
/// endpoint first; otherwise type and code, with the sender first.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::{Address, ConnectionFlags, EncapsulationId, IcmpMessage, IpVersion, Observation};

    fn flow(key: FlowKey, side: Side, message: Option<IcmpMessage>, flags: ConnectionFlags) -> Flow {
        let observation = Observation { key, side, flags, acknowledgment: 1, message, ..Observation::BLANK };
        let mut flow = Flow::begin(&observation);
        flow.add(&observation);
        flow
    }

    /// The values of the specification's own test captures.
    #[test]
    fn the_specifications_examples_have_their_identifiers() {
        let transport = |protocol, from: ([u8; 4], u16), to: ([u8; 4], u16)| {
            let ends = ((Address::v4(from.0), from.1), (Address::v4(to.0), to.1));
            let (key, side) = FlowKey::with_ports(IpVersion::V4, protocol, EncapsulationId::NONE, ends.0, ends.1);
            CommunityId::new(&flow(key, side, None, ConnectionFlags::default())).to_string()
        };
        let (client, server) = (([128, 232, 110, 120], 34855), ([66, 35, 250, 204], 80));
        assert_eq!(transport(ip::TCP, client, server), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(transport(ip::TCP, server, client), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(transport(ip::UDP, ([192, 168, 1, 52], 54585), ([8, 8, 8, 8], 53)), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
        let (host, router) = (Address::v4([192, 168, 0, 89]), Address::v4([192, 168, 0, 1]));
        let (key, side) = FlowKey::without_ports(IpVersion::V4, ip::ICMP, EncapsulationId::NONE, host, router, [8, 512]);
        let ping = flow(key, side, Some(IcmpMessage { kind: 8, code: 0 }), ConnectionFlags::SYN);
        assert_eq!(CommunityId::new(&ping).to_string(), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    }
}
