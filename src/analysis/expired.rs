//! Expired flows, as the engine passes them to their receiver before it removes them.

use crate::flow::{Flow, FlowIndex, Flows, JoinedNumbers, Timeline};
use crate::service::{CategoryId, Registry, Verdict};
use crate::stats::{Scanner, Scans};
use crate::support::chunked_vec::ChunkedVec;

/// Expired flows with the decisions about them. These are final; the flows are removed afterwards.
#[derive(Clone, Copy, Debug)]
pub struct Expired<'e> {
    /// All flows, including those that have not expired.
    pub(super) flows: &'e Flows,
    pub(super) verdicts: &'e ChunkedVec<Verdict>,
    pub(super) scans: &'e Scans,
    pub(super) registry: &'e Registry,
    /// For each flow, true if it has expired.
    pub(super) has_expired: &'e [bool],
    /// The timeline of the flow table, if packets are counted by time.
    pub(super) timeline: Option<&'e Timeline>,
    /// The numbers of the flows by those in the flow table, if directions were joined into flows.
    pub(super) joined: Option<&'e JoinedNumbers>,
}

/// One expired flow.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredFlow<'e> {
    /// The flow. Two directions that came in different encapsulations are one flow.
    pub flow: &'e Flow,
    /// Its server and service.
    pub verdict: &'e Verdict,
    /// The scanner whose scan the flow belongs to.
    pub scanner: Option<Scanner>,
}

impl<'e> Expired<'e> {
    /// The port table that the verdicts refer to.
    pub fn registry(&self) -> &'e Registry {
        self.registry
    }

    /// The expired flows, in the order of their first packets.
    pub fn iter(&self) -> impl Iterator<Item = ExpiredFlow<'e>> {
        let Expired { scans, registry, .. } = *self;
        let decided = self.flows.iter().zip(self.verdicts.iter()).zip(self.has_expired);
        decided.filter(|(_, has_expired)| **has_expired).map(|((flow, verdict), _)| ExpiredFlow {
            flow,
            verdict,
            scanner: scans.scanner_of(flow, verdict, registry),
        })
    }

    /// The times of the expired flows' packets, if packets are counted by time. Its owners are numbers for
    /// [`Expired::category_of`].
    pub fn timeline(&self) -> Option<Timeline> {
        let flow_of = |owner: u32| {
            let index = FlowIndex::from_owner(owner);
            self.joined.map_or(index, |joined| joined.now(index))
        };
        let mut timeline = self.timeline?.part_of(|owner| self.has_expired[flow_of(owner).place()]);
        timeline.renumber(|owner| flow_of(owner).owner());
        Some(timeline)
    }

    /// The category that flow `number` counts as; `None` if it has no ports.
    pub fn category_of(&self, number: u32) -> Option<CategoryId> {
        let number = number as usize;
        self.scans.category_of(self.flows.get(number), &self.verdicts[number], self.registry)
    }
}
