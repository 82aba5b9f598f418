//! The flags of a flow.

use super::connection::Outcome;
use super::record::Flow;
use crate::decode::{Encapsulation, EncapsulationStack};
use crate::service::{FlowFlags, Handshake, Transport, Verdict};

impl Flow {
    /// Everything unusual about the flow: by its packets, by the encapsulations of its two directions (`stacks`), and by its
    /// verdict.
    pub fn flags(&self, verdict: &Verdict, stacks: &[EncapsulationStack]) -> FlowFlags {
        let mut flags = verdict.flags;
        // An overflow record stands for many flows, and has the flags of none.
        if self.is_overflow() {
            return flags;
        }
        let transport = Transport::from_protocol(self.key.protocol);
        let has_connections = transport.is_some_and(Transport::has_connections);
        let (handshake, outcome) = (self.handshake(), has_connections.then(|| self.outcome()));
        let is_tunnel = |step: Encapsulation| !matches!(step, Encapsulation::Vlan(_));
        flags.set(FlowFlags::MIDSTREAM, outcome == Some(Outcome::Midstream));
        flags.set(FlowFlags::ONE_WAY, !self.is_two_way());
        flags.set(FlowFlags::ATTEMPT, outcome == Some(Outcome::Attempted));
        flags.set(FlowFlags::REFUSED, outcome == Some(Outcome::Refused) || self.is_port_unreachable());
        flags.set(FlowFlags::SYMMETRIC, transport.is_some() && self.key.ports[0] == self.key.ports[1]);
        flags.set(FlowFlags::GROUP_DST, self.group_side().is_some());
        flags.set(FlowFlags::FRAGMENTED, self.is_fragmented());
        flags.set(FlowFlags::TUNNELLED, stacks.iter().flat_map(EncapsulationStack::steps).any(is_tunnel));
        flags.set(FlowFlags::SCOPE_BY_DIRECTION, self.other_encapsulation().is_some());
        flags.set(FlowFlags::PORT_REUSE, self.is_port_reuse());
        flags.set(FlowFlags::SIMULTANEOUS_OPEN, has_connections && handshake == Handshake::SimultaneousOpen);
        flags.set(FlowFlags::SYNACK_ONLY, has_connections && matches!(handshake, Handshake::SynAckOnly(_)));
        flags
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Segment, observation};
    use super::super::{FlowTable, Initiator, TableOptions};
    use super::*;
    use crate::decode::Side;
    use crate::service::Service;

    const SYN: Segment = (Side::A, "S", 7, 0, 0);
    const SYN_ACK: Segment = (Side::B, "SA", 100, 8, 0);

    fn flow(segments: &[Segment]) -> Flow {
        let mut table = FlowTable::new(TableOptions::default());
        table.push(&segments.iter().copied().map(observation).collect::<Vec<_>>());
        table.flows().get(0).clone()
    }

    #[test]
    fn a_flow_has_flags_of_its_packets_and_of_its_verdict() {
        let none = Verdict::without_server(Service::Portless);
        let overflow = Verdict { flags: FlowFlags::OVERFLOW, ..none };
        let nat = Verdict { flags: FlowFlags::NAT, ..none };
        assert_eq!(flow(&[SYN]).flags(&nat, &[]), FlowFlags::ONE_WAY | FlowFlags::ATTEMPT | FlowFlags::NAT);
        assert_eq!(flow(&[SYN, SYN_ACK]).flags(&none, &[]), FlowFlags::empty());
        assert_eq!(flow(&[SYN_ACK]).flags(&none, &[]), FlowFlags::ONE_WAY | FlowFlags::ATTEMPT | FlowFlags::SYNACK_ONLY);
        assert_eq!(Flow::overflow(6).flags(&overflow, &[]), FlowFlags::OVERFLOW, "none of a single flow's");
    }

    #[test]
    fn the_opening_or_else_the_first_packet_shows_the_initiator() {
        let verdict = |server| Verdict { server: Some(server), ..Verdict::without_server(Service::Portless) };
        let opened = flow(&[SYN, SYN_ACK]);
        assert_eq!(opened.initiator(&verdict(Side::B), false), Initiator::Client);
        assert_eq!(opened.initiator(&verdict(Side::A), false), Initiator::Server, "active FTP");
        let midstream = flow(&[(Side::B, "A", 100, 8, 0)]);
        assert_eq!(midstream.initiator(&verdict(Side::B), false), Initiator::Unknown);
        assert_eq!(midstream.initiator(&verdict(Side::B), true), Initiator::Server);
        assert_eq!(flow(&[SYN, (Side::B, "S", 100, 0, 0)]).initiator(&verdict(Side::B), true), Initiator::Unknown);
    }
}
