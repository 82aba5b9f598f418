//! Floor 6: all sums. Two kinds of accumulators: those that packets are added to as they pass ([`Tally`]), and those that
//! decided flows are added to when the capture is over ([`flows`]). Each can also take in another of its kind (`merge`),
//! with the same result as if that one's packets or flows had been added to it.

mod capture;
pub mod flows;
mod grouped;
mod host_set;
mod ledger;
mod portless;
mod room;
mod scans;
pub mod sizes;
mod sums;
mod unsupported;

pub use capture::InterfaceTally;
pub use grouped::{DecidedFlows, HostFlows, ServerFlows};
pub use host_set::HostSet;
pub use ledger::{Ledger, Place};
pub use portless::{MAX_HOSTS, MAX_KINDS, Portless, PortlessKind, PortlessSum};
pub use room::Room;
pub use scans::{ClosedDoors, ScanSum, Scanner, Scans};
pub use sizes::Sizes;
pub use unsupported::Unsupported;

use crate::decode::{Decoded, Observation, ScopeId, ScopeNumbers, Walked};
use crate::unit::{Time, Traffic};

/// What is summed packet by packet, flows aside.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// One place for every packet.
    pub ledger: Ledger,
    /// Packets by size.
    pub sizes: Sizes,
    /// What has no ports.
    pub portless: Portless,
    /// Packets by scope, at the scope's number. The first place, that of packets without encapsulation, stays 0.
    pub scopes: Vec<Traffic>,
    /// Packets of link types that cannot be decoded.
    pub unsupported: Unsupported,
}

impl Tally {
    /// Counts how a packet was encapsulated, if it was.
    pub fn add_scope(&mut self, wire_len: u32, scope: ScopeId) {
        if scope == ScopeId::PLAIN {
            return;
        }
        self.scope_mut(scope).add(wire_len);
    }

    fn scope_mut(&mut self, scope: ScopeId) -> &mut Traffic {
        let index = usize::from(scope.0);
        if self.scopes.len() <= index {
            self.scopes.resize(index + 1, Traffic::default());
        }
        &mut self.scopes[index]
    }

    /// Counts a packet that became no observation.
    pub fn add_stopped(&mut self, walked: &Walked<'_>, time: Time, wire_len: u32) {
        self.add_packet(Place::of(&walked.decoded), wire_len);
        match walked.decoded {
            Decoded::NonIp(protocol) => self.portless.add_link(protocol, walked.link_addresses, time, wire_len),
            Decoded::UnsupportedLink(link_type) => self.unsupported.add(link_type, wire_len),
            _ => {}
        }
    }

    /// Counts a packet whose flow is known. Where the protocol is known when the program is built, nothing of it is asked
    /// when it runs.
    #[inline(always)]
    pub fn add_observed(&mut self, observation: &Observation) {
        self.add_packet(Place::of_protocol(observation.key.protocol), observation.wire_len);
        if !observation.key.has_ports() {
            self.portless.add_ip(observation);
        }
    }

    /// Counts a fragment whose flow is not known, and will not be unless the first of its datagram comes later.
    pub fn add_orphan(&mut self, observation: &Observation) {
        self.add_packet(Place::Fragment, observation.wire_len);
    }

    /// Counts a fragment again that was counted as an [orphan](Tally::add_orphan): now its flow is known.
    pub fn adopt_orphan(&mut self, observation: &Observation) {
        let Observation { key, wire_len, .. } = observation;
        self.ledger.reclassify(Place::Fragment, Place::of_protocol(key.protocol), *wire_len);
        if !key.has_ports() {
            self.portless.add_ip(observation);
        }
    }

    /// What is counted of every packet, once.
    #[inline(always)]
    fn add_packet(&mut self, place: Place, wire_len: u32) {
        self.ledger.add(place, wire_len);
        self.sizes.add(wire_len);
    }

    /// Adds another tally, whose scopes have the numbers `scopes` here.
    pub fn merge(&mut self, other: &Tally, scopes: &ScopeNumbers) {
        self.ledger.merge(&other.ledger);
        self.sizes.merge(&other.sizes);
        self.portless.merge(&other.portless);
        self.unsupported.merge(&other.unsupported);
        for (id, traffic) in (0..).zip(&other.scopes).filter(|(_, traffic)| traffic.packets > 0) {
            self.scope_mut(scopes.of(ScopeId(id))).merge(*traffic);
        }
    }
}
