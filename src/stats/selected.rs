//! The part of a tally that belongs to selected flows. Sums over packets are made before anybody knows the flows, so that they are
//! made again from the flows.

use super::{Ledger, Place, Portless, Sizes, Tally, TimeHistogram, Unsupported};
use crate::decode::EncapsulationId;
use crate::flow::Flow;
use crate::stats::flows::{sent_by, total};
use crate::traffic::Traffic;

/// Packets that belong to no flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FlowlessPackets {
    /// True if packets that are not IP are selected.
    pub non_ip: bool,
    /// True if packets without a known protocol are selected: cut, malformed, of a link type without a decoder, and fragments
    /// of unknown flows.
    pub undecoded: bool,
}

/// The sums over flows that a tally of their packets would have, too.
#[derive(Clone, Debug, Default)]
struct FlowTally {
    ledger: Ledger,
    /// Flows without ports.
    portless: Portless,
    encapsulations: Vec<Traffic>,
}

impl FlowTally {
    fn over<'f>(flows: impl Iterator<Item = &'f Flow>) -> FlowTally {
        let mut tally = FlowTally::default();
        for flow in flows {
            tally.ledger.add_flow(flow);
            if !flow.key.has_ports() {
                tally.portless.add_flow(flow);
            }
            tally.add_encapsulations(flow);
        }
        tally
    }

    fn add_encapsulations(&mut self, flow: &Flow) {
        match flow.other_encapsulation() {
            None => self.add_encapsulated(flow.key.encapsulation, total(flow)),
            Some(other) => {
                let side = flow.key_encapsulation_side();
                self.add_encapsulated(flow.key.encapsulation, sent_by(flow, side));
                self.add_encapsulated(other, sent_by(flow, side.other()));
            }
        }
    }

    fn add_encapsulated(&mut self, EncapsulationId(number): EncapsulationId, traffic: Traffic) {
        if number > 0 {
            let place = usize::from(number);
            if self.encapsulations.len() <= place {
                self.encapsulations.resize(place + 1, Traffic::default());
            }
            self.encapsulations[place].merge(traffic);
        }
    }
}

/// The part of a tally that belongs to selected flows and packets.
#[derive(Clone, Debug)]
pub struct SelectedTally {
    /// The part. Its packets by encapsulation are too many by `not_selected`.
    pub tally: Tally,
    /// Packets by encapsulation to subtract, by the names of encapsulations: a flow may have fewer encapsulations than the deepest
    /// one that its packets were searched for, so that the numbers of the two differ.
    pub not_selected: Vec<Traffic>,
}

impl Tally {
    /// The part of this tally that belongs to `selected` flows and packets. `others` are the flows that are not selected.
    ///
    /// Packets by size are missing, because flows do not know them. Flows do not know the types of ICMP messages either: where
    /// only some of the flows without ports are selected, their packets are counted by protocol.
    pub fn selected<'f>(
        &self,
        selected: impl Iterator<Item = &'f Flow>,
        others: impl Iterator<Item = &'f Flow>,
        flowless: FlowlessPackets,
    ) -> SelectedTally {
        let FlowTally { mut ledger, mut portless, mut encapsulations } = FlowTally::over(selected);
        let (mut not_selected, mut unsupported) = (Vec::new(), Unsupported::default());
        if ledger.at(Place::PortlessIp) == self.ledger.at(Place::PortlessIp) {
            portless = self.portless.of_layer(true);
        }
        if flowless.non_ip {
            portless.merge(&self.portless.of_layer(false));
            ledger.take_over(Place::NonIp, &self.ledger);
        }
        if flowless.undecoded {
            Place::UNDECODED.into_iter().for_each(|place| ledger.take_over(place, &self.ledger));
            encapsulations = self.encapsulations.clone();
            not_selected = FlowTally::over(others).encapsulations;
            unsupported = self.unsupported.clone();
        }
        // Neither are packets by size and by time known for single flows.
        let (sizes, by_time) = (Sizes::default(), TimeHistogram::default());
        SelectedTally { tally: Tally { ledger, sizes, portless, encapsulations, unsupported, by_time }, not_selected }
    }
}
