//! The flags of a flow.

use super::connection::Outcome;
use super::record::Flow;
use crate::decode::{Encapsulation, Path};
use crate::service::{FlowFlags, Opening, Transport, Verdict};

impl Flow {
    /// Everything out of the ordinary about the flow: by its packets, by the encapsulations of its two directions (`paths`), and by
    /// its verdict.
    pub fn flags(&self, verdict: &Verdict, paths: &[Path]) -> FlowFlags {
        let mut flags = verdict.flags;
        // An overflow record stands for many flows, and has the flags of none.
        if self.is_overflow() {
            return flags;
        }
        let transport = Transport::from_protocol(self.key.protocol);
        let has_connections = transport.is_some_and(Transport::has_connections);
        let (opening, outcome) = (self.opening(), has_connections.then(|| self.outcome()));
        let is_tunnel = |step: Encapsulation| !matches!(step, Encapsulation::Vlan(_));
        flags.set(FlowFlags::MIDSTREAM, outcome == Some(Outcome::Midstream));
        flags.set(FlowFlags::ONE_WAY, !self.is_two_way());
        flags.set(FlowFlags::ATTEMPT, outcome == Some(Outcome::Attempted));
        flags.set(FlowFlags::REFUSED, outcome == Some(Outcome::Refused) || self.is_port_unreachable());
        flags.set(FlowFlags::SYMMETRIC, transport.is_some() && self.key.ports[0] == self.key.ports[1]);
        flags.set(FlowFlags::GROUP_DST, self.group_side().is_some());
        flags.set(FlowFlags::FRAGMENTED, self.is_fragmented());
        flags.set(FlowFlags::TUNNELLED, paths.iter().flat_map(Path::steps).any(is_tunnel));
        flags.set(FlowFlags::SCOPE_BY_DIRECTION, self.other_scope().is_some());
        flags.set(FlowFlags::PORT_REUSE, self.is_port_reuse());
        flags.set(FlowFlags::SIMULTANEOUS_OPEN, has_connections && opening == Opening::Simultaneous);
        flags.set(FlowFlags::SYNACK_ONLY, has_connections && matches!(opening, Opening::AnswerOnly(_)));
        flags
    }
}
