//! All sums. There are two kinds of accumulators: [`Tally`] takes in packets as they pass, and those in [`flows`] take
//! in decided flows when the capture is over. Each can also take in another of its kind (`merge`), with the same result as if the
//! packets or flows of the other had been added one by one.

mod budget;
mod capture;
pub mod conversations;
pub mod flows;
mod grouped;
mod histogram;
mod host_set;
mod ledger;
mod machines;
mod portless;
mod scans;
mod selected;
pub mod sizes;
mod sums;
mod unsupported;

pub use budget::KeyBudget;
pub use capture::InterfaceTally;
pub use conversations::ConversationFlows;
pub use grouped::{DecidedFlows, HostFlows, ServerFlows};
pub use histogram::{BucketRun, TimeHistogram};
pub use host_set::HostSet;
pub use ledger::{Ledger, Place};
pub use machines::{OpenPort, Participants, Ranked, ServingMachine};
pub use portless::{MAX_HOSTS, MAX_KINDS, Portless, PortlessKind, PortlessSum};
pub use scans::{ExpiredProbes, ScanSum, Scanner, Scans, is_traceroute};
pub use selected::{FlowlessPackets, SelectedTally};
pub use sizes::Sizes;
pub use unsupported::Unsupported;

use crate::decode::{Decoded, DecodedPacket, EncapsulationId, EncapsulationIds, Observation};
use crate::time::Time;
use crate::traffic::Traffic;

/// The sums that are made packet by packet, not by flow.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tally {
    /// One place for every packet.
    pub ledger: Ledger,
    /// Packets by size.
    pub sizes: Sizes,
    /// Packets without ports.
    pub portless: Portless,
    /// Packets by the number of their encapsulations. The first entry, which is for packets without encapsulation, stays 0.
    pub encapsulations: Vec<Traffic>,
    /// Packets of link types that cannot be decoded.
    pub unsupported: Unsupported,
    /// Bytes over time.
    pub by_time: TimeHistogram,
}

impl Tally {
    /// Counts a packet under its encapsulation, if it has one.
    pub fn add_encapsulation(&mut self, wire_len: u32, encapsulation: EncapsulationId) {
        if encapsulation == EncapsulationId::NONE {
            return;
        }
        self.encapsulation_mut(encapsulation).add(wire_len);
    }

    fn encapsulation_mut(&mut self, encapsulation: EncapsulationId) -> &mut Traffic {
        let index = usize::from(encapsulation.0);
        if self.encapsulations.len() <= index {
            self.encapsulations.resize(index + 1, Traffic::default());
        }
        &mut self.encapsulations[index]
    }

    /// Counts a packet that gave no observation.
    pub fn add_stopped(&mut self, walked: &DecodedPacket<'_>, time: Time, wire_len: u32) {
        self.add_packet(Place::from_decoded(&walked.decoded), wire_len);
        match walked.decoded {
            Decoded::NonIp(protocol) => self.portless.add_link(protocol, walked.link_addresses, time, wire_len),
            Decoded::UnsupportedLink(link_type) => self.unsupported.add(link_type, wire_len),
            _ => {}
        }
    }

    /// Counts a packet that belongs to a flow. Inlined: where the caller's protocol is a compile-time constant, the test for
    /// ports folds away.
    #[inline(always)]
    pub fn add_observed(&mut self, observation: &Observation) {
        self.add_packet(Place::of_protocol(observation.key.protocol), observation.wire_len);
        if !observation.key.has_ports() {
            self.portless.add_ip(observation);
        }
    }

    /// Counts a fragment whose flow is not known, and will not be unless the first fragment of its datagram comes later.
    pub fn add_orphan(&mut self, observation: &Observation) {
        self.add_packet(Place::Fragment, observation.wire_len);
    }

    /// Moves a fragment that was counted as an [orphan](Tally::add_orphan) to the place of its flow, which is known now.
    pub fn adopt_orphan(&mut self, observation: &Observation) {
        let Observation { key, wire_len, .. } = observation;
        self.ledger.reclassify(Place::Fragment, Place::of_protocol(key.protocol), *wire_len);
        if !key.has_ports() {
            self.portless.add_ip(observation);
        }
    }

    /// Adds a packet to the sums that count every packet once.
    #[inline(always)]
    fn add_packet(&mut self, place: Place, wire_len: u32) {
        self.ledger.add(place, wire_len);
        self.sizes.add(wire_len);
    }

    /// Adds another tally. `encapsulations` gives the numbers that its encapsulations have here.
    pub fn merge(&mut self, other: &Tally, encapsulations: &EncapsulationIds) {
        self.ledger.merge(&other.ledger);
        self.sizes.merge(&other.sizes);
        self.portless.merge(&other.portless);
        self.unsupported.merge(&other.unsupported);
        self.by_time.merge(&other.by_time);
        for (id, traffic) in (0..).zip(&other.encapsulations).filter(|(_, traffic)| traffic.packets > 0) {
            self.encapsulation_mut(encapsulations.of(EncapsulationId(id))).merge(*traffic);
        }
    }
}
