//! Findings of the rungs about a flow, and the verdict that follows from them.

use super::facts::FlowFacts;
use crate::decode::Side;
use crate::service::FlowFlags;
use crate::service::Handshake;
use crate::service::Rung;
use crate::service::registry::{EntryId, NameSource, Registry};
use crate::service::{Confidence, Evidence, Service, Verdict};

/// The finding of a rung.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The side that offers the service; `None` if the rung knows the service, but no side as its server.
    pub server: Option<Side>,
    /// The evidence for it.
    pub evidence: Evidence,
    /// The confidence that this side is the server.
    pub confidence: Confidence,
}

impl Finding {
    /// A finding that names a server.
    pub(super) const fn new(server: Side, evidence: Evidence, confidence: Confidence) -> Finding {
        Finding { server: Some(server), evidence, confidence }
    }

    /// The finding of a handshake: the side that was asked is the server. `None` if it does not distinguish the sides.
    pub(super) const fn from_handshake(handshake: Handshake) -> Option<Finding> {
        let (server, evidence, confidence) = match handshake {
            Handshake::NotSeen | Handshake::SimultaneousOpen => return None,
            Handshake::SynAndSynAck(side) => (side, Evidence::Handshake, Confidence::Proven),
            Handshake::SynAckUsed(side) => (side, Evidence::SynAckAck, Confidence::Proven),
            Handshake::SynOnly(side) => (side, Evidence::Syn, Confidence::Strong),
            Handshake::SynAckOnly(side) => (side, Evidence::SynAckOnly, Confidence::Moderate),
        };
        Some(Finding::new(server, evidence, confidence))
    }
}

/// The findings of all rungs about one flow.
#[derive(Clone, Copy, Debug)]
pub struct Assessment {
    findings: [Option<Finding>; Rung::ALL.len()],
    /// True if the sides are peers of each other, so that no guess counts.
    pub between_peers: bool,
    /// True if a rung found evidence in the flow itself ([`Rung::is_direct`]).
    pub has_direct_evidence: bool,
}

impl Assessment {
    /// An assessment without findings.
    #[inline(always)]
    pub(super) const fn new(between_peers: bool) -> Assessment {
        Assessment { findings: [None; Rung::ALL.len()], between_peers, has_direct_evidence: false }
    }

    /// Records the finding of a rung.
    #[inline(always)]
    pub(super) const fn record(&mut self, rung: Rung, finding: Option<Finding>) {
        self.findings[rung as usize] = finding;
        self.has_direct_evidence |= rung.is_direct() && finding.is_some();
    }

    /// The finding of a rung; `None` if the rung has none.
    #[inline(always)]
    pub const fn get(&self, rung: Rung) -> Option<Finding> {
        self.findings[rung as usize]
    }

    /// All findings, from the first rung that was asked to the last.
    #[inline(always)]
    pub fn findings(&self) -> impl Iterator<Item = (Rung, Finding)> {
        Rung::ALL.iter().zip(&self.findings).filter_map(|(rung, finding)| Some((*rung, (*finding)?)))
    }

    /// The first finding, which decides.
    #[inline]
    pub fn decisive(&self) -> Option<(Rung, Finding)> {
        self.findings().next()
    }

    /// The verdict of the first finding.
    #[inline(always)]
    pub fn verdict(&self, registry: &Registry, flow: &FlowFacts) -> Verdict {
        let mut flags = FlowFlags::default();
        if self.between_peers {
            flags |= FlowFlags::PEER_TO_PEER;
        }
        let Some((_, Finding { server, evidence, confidence })) = self.decisive() else {
            let alternatives = [Side::A, Side::B].map(|side| name_of_port(registry, flow, side));
            return Verdict { alternatives, flags, ..Verdict::without_server(Service::Undetermined) };
        };
        let mut alternatives = [None; 2];
        if let Some(other) = server.map(Side::other)
            && confidence < Confidence::Strong
        {
            alternatives[other.index()] = name_of_port(registry, flow, other);
        }
        let service = service_name(registry, flow, server).map_or(Service::Unassigned, Service::Named);
        if let Some(server) = server {
            flags |= self.conflicts(server);
        }
        Verdict { server, service, evidence, confidence, alternatives, flags, reply: None }
    }

    /// The flags of the rungs that would have named the other side. A weak finding contradicts nothing: it is hardly better than
    /// a guess.
    #[inline(always)]
    fn conflicts(&self, server: Side) -> FlowFlags {
        let disagrees = |finding: &Finding| finding.server == Some(server.other()) && finding.confidence != Confidence::Weak;
        let flags = self.findings().filter(|(_, finding)| disagrees(finding)).map(|(rung, _)| rung.conflict());
        flags.fold(FlowFlags::default(), FlowFlags::union)
    }
}

/// The verdict on a flow without ports, by its queries and replies alone.
pub fn portless_verdict(handshake: Handshake) -> Verdict {
    let without_server = Verdict::without_server(Service::Portless);
    let Some(Finding { server, evidence, confidence }) = Finding::from_handshake(handshake) else { return without_server };
    // A reply is a reply, whatever came after it.
    let evidence = if evidence == Evidence::SynAckAck { Evidence::Handshake } else { evidence };
    Verdict { server, evidence, confidence, ..without_server }
}

/// The verdict on an overflow record, which stands for many flows.
pub fn overflow_verdict(has_ports: bool) -> Verdict {
    let service = if has_ports { Service::Undetermined } else { Service::Portless };
    Verdict { flags: FlowFlags::OVERFLOW, ..Verdict::without_server(service) }
}

/// The name of a side's port: by the user's rule for the machine, or in the registry.
fn name_of_port(registry: &Registry, flow: &FlowFacts, side: Side) -> Option<EntryId> {
    flow.host_rules[side.index()].or_else(|| registry.look_up(flow.transport, flow.port(side)))
}

/// The name of the service: the user's name counts most, then the announced one, then the one in the registry.
fn service_name(registry: &Registry, flow: &FlowFacts, server: Option<Side>) -> Option<EntryId> {
    let announced = flow.announced.map(|announced| announced.service);
    let Some(server) = server else { return announced.or_else(|| name_of_port(registry, flow, Side::A)) };
    let registered = name_of_port(registry, flow, server);
    match registered {
        Some(id) if registry.entry(id).source == NameSource::User => registered,
        _ => announced.or(registered),
    }
}
