//! What an engine knows at one moment, before anything is decided: as it lends it to itself, or as a copy for somebody else.

use std::sync::Arc;

use super::{Analysis, Ended, InputReport, Unsupported};
use crate::capture::Filtered;
use crate::content::{Announcements, HostNames};
use crate::decode::Scopes;
use crate::flow::{Flows, Joined, Relations, Roles, Timeline};
use crate::service::Registry;
use crate::tally::{Scans, Tally};
use crate::unit::Time;

/// In the place of a flow's number in a [`Timeline`]: packets that are not IP.
const NOT_IP: u32 = u32::MAX;

/// Everything that an [`Engine`](super::Engine) knows at one moment. It needs the engine no more: any thread can
/// [decide](Snapshot::decide) while the engine goes on.
#[derive(Debug)]
pub struct Snapshot {
    /// The inputs, with the one that is being read.
    pub(super) inputs: Vec<InputReport>,
    /// The time of the first packet.
    pub(super) start: Time,
    pub(super) filtered: Option<Filtered>,
    pub(super) tally: Tally,
    /// The flows as they were counted: the two directions of one may be apart.
    pub(super) flows: Flows,
    pub(super) scopes: Scopes,
    pub(super) registry: Arc<Registry>,
    pub(super) unsupported: Unsupported,
    pub(super) names: HostNames,
    pub(super) announcements: Announcements,
    /// When packets came, if that was asked for: those of flows, and those that are not IP.
    pub(super) timelines: Option<[Timeline; 2]>,
    pub(super) ended: Option<Arc<Ended>>,
    pub(super) closed_ports: bool,
    /// Threads that share the work of deciding and of summing flows.
    pub(super) threads: usize,
}

impl Snapshot {
    /// Decides whose the packets are.
    pub fn decide(self) -> Analysis {
        self.decide_and_tell_joined().0
    }

    /// Decides, and tells which flows were joined, if any were.
    pub(super) fn decide_and_tell_joined(self) -> (Analysis, Option<Joined>) {
        let Snapshot { start, registry, announcements, threads, ended, .. } = self;
        // Without encapsulation there is one scope, and nothing to join.
        let (flows, joined) = if self.scopes.is_plain() { (self.flows, None) } else { self.flows.join_halves(threads) };
        let relations = Relations::join(&flows, &announcements, &registry, threads);
        let verdicts = Roles { flows: &flows, relations: &relations, registry: &registry, start }.decide(threads);
        let closed_doors = ended.as_ref().map(|ended| &ended.closed_doors);
        let scans = Scans::find((&flows, &verdicts), closed_doors, &registry, threads);
        let timeline = self.timelines.map(|timelines| one_timeline(timelines, joined.as_ref(), ended.as_deref()));
        let analysis = Analysis {
            inputs: self.inputs,
            failures: Vec::new(),
            unread: 0,
            filtered: self.filtered,
            tally: self.tally,
            flows,
            verdicts,
            scopes: self.scopes,
            registry,
            unsupported: self.unsupported,
            names: self.names,
            announcements,
            relations,
            scans,
            timeline,
            ended,
            closed_ports: self.closed_ports,
            threads,
        };
        (analysis, joined)
    }
}

/// The packets of flows by their numbers now, those that are not IP, and those of flows that were let go.
fn one_timeline([of_flows, not_ip]: [Timeline; 2], joined: Option<&Joined>, ended: Option<&Ended>) -> Timeline {
    let mut timeline = of_flows;
    if let Some(Joined { numbers, .. }) = joined {
        timeline.renumber(|number| numbers[number as usize]);
    }
    timeline.merge(not_ip, |_| NOT_IP);
    if let Some(of_ended) = ended.and_then(Ended::timeline) {
        timeline.merge(of_ended.clone(), |owner| owner);
    }
    timeline
}
