//! The part of a tally that belongs to selected flows. Sums over packets are made before anybody knows the flows, so that they are
//! made again from the flows.

use super::{Ledger, Place, Portless, Sizes, Tally, Unsupported};
use crate::decode::{EncapsulationId, Side};
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

    /// The direction that came first has the encapsulation in the flow's key.
    fn add_encapsulations(&mut self, flow: &Flow) {
        let key = flow.key.encapsulation;
        match flow.other_encapsulation() {
            None => self.add_encapsulated(key, total(flow)),
            Some(other) => {
                let first: Side = flow.first_side();
                self.add_encapsulated(key, sent_by(flow, first));
                self.add_encapsulated(other, sent_by(flow, first.other()));
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
    ) -> Tally {
        let FlowTally { mut ledger, mut portless, mut encapsulations } = FlowTally::over(selected);
        if ledger.at(Place::PortlessIp) == self.ledger.at(Place::PortlessIp) {
            portless = self.portless.of_layer(true);
        }
        if flowless.non_ip {
            portless.merge(&self.portless.of_layer(false));
            ledger.take_over(Place::NonIp, &self.ledger);
        }
        if flowless.undecoded {
            let places = [Place::Fragment, Place::Truncated, Place::Malformed, Place::UnsupportedLink];
            places.into_iter().for_each(|place| ledger.take_over(place, &self.ledger));
            // Encapsulated packets that belong to no flow.
            let mut rest = self.encapsulations.clone();
            let of_others = FlowTally::over(others).encapsulations;
            for part in [&encapsulations, &of_others] {
                rest.iter_mut().zip(part).for_each(|(rest, part)| *rest = rest.without(*part));
            }
            encapsulations.resize(encapsulations.len().max(rest.len()), Traffic::default());
            encapsulations.iter_mut().zip(rest).for_each(|(sum, rest)| sum.merge(rest));
        }
        let unsupported = if flowless.undecoded { self.unsupported.clone() } else { Unsupported::default() };
        Tally { ledger, sizes: Sizes::default(), portless, encapsulations, unsupported }
    }
}
