//! The ledger: each packet has exactly one place. The sum over all places is the capture's total, whatever the packets are.

use super::sums::total;
use crate::decode::Decoded;
use crate::flow::Flow;
use crate::service::Transport;
use crate::traffic::Traffic;

/// The place at which a packet is counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Place {
    /// In a transport with ports.
    Transport(Transport),
    /// In an IP protocol without ports.
    PortlessIp,
    /// In a protocol that is not IP.
    NonIp,
    /// A fragment whose first fragment is not in the capture.
    Fragment,
    /// Cut by the capture before its ports or its IP protocol.
    Truncated,
    /// A packet that contradicts itself.
    Malformed,
    /// A link type that cannot be decoded.
    UnsupportedLink,
    /// Outside of the time that was asked for: not decoded, and in no other sum.
    Outside,
}

impl Place {
    /// All places, in the order of the table.
    pub const ALL: [Place; 12] = [
        Place::Transport(Transport::Tcp),
        Place::Transport(Transport::Udp),
        Place::Transport(Transport::Sctp),
        Place::Transport(Transport::Dccp),
        Place::Transport(Transport::UdpLite),
        Place::PortlessIp,
        Place::NonIp,
        Place::Fragment,
        Place::Truncated,
        Place::Malformed,
        Place::UnsupportedLink,
        Place::Outside,
    ];

    /// The places of packets without a known protocol.
    pub const UNDECODED: [Place; 4] = [Place::Fragment, Place::Truncated, Place::Malformed, Place::UnsupportedLink];

    /// The place of a packet after decoding. Later fragments get the place of their flow once the flow is known.
    #[inline]
    pub fn from_decoded(decoded: &Decoded) -> Place {
        match decoded {
            Decoded::Observed(observation) => Place::of_protocol(observation.key.protocol),
            Decoded::NonIp(_) => Place::NonIp,
            Decoded::Truncated => Place::Truncated,
            Decoded::Malformed => Place::Malformed,
            Decoded::UnsupportedLink(_) => Place::UnsupportedLink,
        }
    }

    /// The place of a packet of an IP protocol.
    #[inline]
    pub fn of_protocol(protocol: u8) -> Place {
        Transport::from_protocol(protocol).map_or(Place::PortlessIp, Place::Transport)
    }

    /// The key of the place.
    pub const fn name(self) -> &'static str {
        match self {
            Place::Transport(transport) => transport.name(),
            Place::PortlessIp => "portless-ip",
            Place::NonIp => "non-ip",
            Place::Fragment => "fragment",
            Place::Truncated => "truncated",
            Place::Malformed => "malformed",
            Place::UnsupportedLink => "unsupported-link",
            Place::Outside => "outside",
        }
    }

    /// The index in [`Place::ALL`].
    #[inline]
    const fn index(self) -> usize {
        const FIRST: usize = Transport::ALL.len();
        match self {
            Place::Transport(transport) => transport as usize,
            Place::PortlessIp => FIRST,
            Place::NonIp => FIRST + 1,
            Place::Fragment => FIRST + 2,
            Place::Truncated => FIRST + 3,
            Place::Malformed => FIRST + 4,
            Place::UnsupportedLink => FIRST + 5,
            Place::Outside => FIRST + 6,
        }
    }
}

/// Each place has its own row of the ledger, in the order of the table.
const _: () = {
    let mut index = 0;
    while index < Place::ALL.len() {
        assert!(Place::ALL[index].index() == index);
        index += 1;
    }
};

/// Packets and bytes by place.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Ledger {
    places: [Traffic; Place::ALL.len()],
}

impl Ledger {
    /// Counts a packet.
    #[inline]
    pub fn add(&mut self, place: Place, wire_len: u32) {
        self.places[place.index()].add(wire_len);
    }

    /// Moves a packet that was counted at one place to another.
    pub fn reclassify(&mut self, from: Place, to: Place, wire_len: u32) {
        self.places[from.index()].remove(wire_len);
        self.add(to, wire_len);
    }

    /// Adds another ledger.
    pub fn merge(&mut self, other: &Ledger) {
        for (mine, theirs) in self.places.iter_mut().zip(other.places) {
            mine.merge(theirs);
        }
    }

    /// The traffic counted at one place.
    pub fn at(&self, place: Place) -> Traffic {
        self.places[place.index()]
    }

    /// The traffic counted at all places.
    pub fn total(&self) -> Traffic {
        let mut total = self.inside();
        total.merge(self.at(Place::Outside));
        total
    }

    /// The traffic counted at all places but [`Place::Outside`].
    pub fn inside(&self) -> Traffic {
        let mut inside = Traffic::default();
        Place::ALL.into_iter().filter(|place| *place != Place::Outside).for_each(|place| inside.merge(self.at(place)));
        inside
    }

    /// Counts the traffic of a flow's protocol.
    pub fn add_flow(&mut self, flow: &Flow) {
        self.places[Place::of_protocol(flow.key.protocol).index()].merge(total(flow));
    }

    /// Copies one place of another ledger.
    pub fn take_over(&mut self, place: Place, from: &Ledger) {
        self.places[place.index()] = from.at(place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_has_its_own_row() {
        let mut ledger = Ledger::default();
        for (number, place) in Place::ALL.into_iter().enumerate() {
            ledger.add(place, number as u32);
        }
        for (number, place) in Place::ALL.into_iter().enumerate() {
            assert_eq!(ledger.at(place), Traffic { packets: 1, wire_bytes: number as u64 });
        }
        assert_eq!(ledger.total(), Traffic { packets: 12, wire_bytes: 66 });
        ledger.reclassify(Place::Fragment, Place::PortlessIp, 7);
        assert_eq!(ledger.at(Place::Fragment), Traffic::default());
        assert_eq!(ledger.at(Place::PortlessIp), Traffic { packets: 2, wire_bytes: 12 });
        assert_eq!(ledger.total(), Traffic { packets: 12, wire_bytes: 66 });
        assert_eq!(ledger.inside(), Traffic { packets: 11, wire_bytes: 55 });
    }
}
