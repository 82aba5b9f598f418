//! Expired flows, as the engine shows them to whoever keeps something of them, before it removes them.

use crate::flow::{Flow, Flows, JoinedNumbers, Timeline};
use crate::service::{Category, Registry, Verdict};
use crate::support::chunked_vec::ChunkedVec;
use crate::tally::{Scanner, Scans};

/// Flows that have expired, and what was decided about them. It is final, and this is the last time that they are seen.
#[derive(Clone, Copy, Debug)]
pub struct Expired<'e> {
    /// All flows, those that have not expired among them.
    pub(super) flows: &'e Flows,
    pub(super) verdicts: &'e ChunkedVec<Verdict>,
    pub(super) scans: &'e Scans,
    pub(super) registry: &'e Registry,
    /// For each flow whether it has expired.
    pub(super) has_expired: &'e [bool],
    /// The timeline of the flow table, if packets are counted by time.
    pub(super) timeline: Option<&'e Timeline>,
    /// The numbers of the flows by those that the flow table has, where two directions became one flow.
    pub(super) joined: Option<&'e JoinedNumbers>,
}

/// One flow that has expired.
#[derive(Clone, Copy, Debug)]
pub struct ExpiredFlow<'e> {
    /// The flow. Two directions that came in different scopes are one flow.
    pub flow: &'e Flow,
    /// Its server and service.
    pub verdict: &'e Verdict,
    /// The scanner whose scan it is a part of.
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
            scanner: scans.of(flow, verdict, registry),
        })
    }

    /// The times of the expired flows' packets, if packets are counted by time. Its owners are numbers that
    /// [`Expired::category_of`] knows.
    pub fn timeline(&self) -> Option<Timeline> {
        let number_of = |owner: u32| self.joined.map_or(owner, |joined| joined.now(owner));
        let mut timeline = self.timeline?.part_of(|owner| self.has_expired[number_of(owner) as usize]);
        timeline.renumber(number_of);
        Some(timeline)
    }

    /// The category that the flow with that number counts as; `None` for what has no ports.
    pub fn category_of(&self, number: u32) -> Option<Category> {
        let number = number as usize;
        self.scans.category_of(self.flows.get(number), &self.verdicts[number], self.registry)
    }
}
