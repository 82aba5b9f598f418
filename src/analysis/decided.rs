//! A capture with a verdict on each of its flows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::{Collected, Selected};
use crate::decide::{Relations, Roles};
use crate::flow::{Flow, FlowId, FlowIndex, Joined, JoinedNumbers, Timelines};
use crate::service::{CategoryId, Verdict};
use crate::stats::flows::FlowSum;
use crate::stats::{DecidedFlows, Scanner, Scans};
use crate::support::chunked_vec::ChunkedVec;
use crate::support::parallel;
use crate::time::Time;
use crate::traffic::Traffic;

/// Traffic by the start of a bucket of time and by a name.
pub type TrafficByTime<N> = BTreeMap<(Time, N), Traffic>;

/// A decided capture, from which all tables are made.
#[derive(Debug)]
pub struct Decided<'c> {
    /// The capture. Two directions that came in different encapsulations are one flow.
    pub collected: Collected<'c>,
    /// The verdict on each flow, in the flows' order.
    pub verdicts: ChunkedVec<Verdict>,
    /// The flows that control channels announced.
    pub relations: Relations,
    /// The scans, with their scanners.
    pub scans: Scans,
    /// The whole capture, if this is a [selected](Decided::select) part of it.
    pub selected: Option<Selected>,
    /// The new numbers of the flows by their old ones, if directions were joined into flows.
    pub(super) joined: Option<JoinedNumbers>,
}

impl<'c> Decided<'c> {
    /// Decides every flow. A verdict depends on all flows that were collected, and on nothing else.
    pub(super) fn new(mut collected: Collected<'c>) -> Decided<'c> {
        let threads = collected.threads;
        // Without encapsulations there are no directions to join.
        let joined = if collected.encapsulations.is_empty() { None } else { collected.flows.join_halves(threads) };
        let joined = joined.map(|Joined { flows, numbers }| {
            collected.flows = Cow::Owned(flows);
            numbers
        });
        let Collected { flows, announcements, registry, closed, .. } = &collected;
        let relations = Relations::join(flows, announcements, registry, threads);
        let verdicts = Roles { flows, relations: &relations, registry, start: collected.start() }.decide(threads);
        let closed_doors = closed.as_ref().map(|closed| &closed.closed_doors);
        let scans = Scans::find((flows, &verdicts), closed_doors, registry, threads);
        Decided { collected, verdicts, relations, scans, selected: None, joined }
    }

    /// The timelines of flows, of non-IP packets, and of expired flows, if packets are counted by time.
    fn timelines(&self) -> Option<Timelines<'_>> {
        let of_closed = self.collected.closed.as_ref().and_then(|closed| closed.timeline());
        let parts = [self.collected.timeline.as_deref()?, self.collected.non_ip.as_deref()?];
        Timelines::new(parts.into_iter().chain(of_closed).collect())
    }

    /// The width of a bucket of time in nanoseconds, if packets are counted by time.
    pub fn bucket_width(&self) -> Option<i64> {
        self.timelines().map(|timelines| timelines.width())
    }

    /// The width of a bucket of time in nanoseconds, and the traffic by time and by the name that `name` gives to each category
    /// (`None` for traffic without ports), if packets are counted by time. Packets without a time come first.
    pub fn by_time<N: Ord + Copy + Send>(
        &self,
        name: impl Fn(Option<CategoryId>) -> N + Sync,
    ) -> Option<(i64, TrafficByTime<N>)> {
        // The order of the parts.
        const FLOWS: usize = 0;
        const NON_IP: usize = 1;
        let timelines = self.timelines()?;
        // A flow has a count in each of its buckets, and they come in the order of time: the flows are not looked up for each of them.
        let of_flows = parallel::joined(parallel::parts(self.collected.flows.len(), self.collected.threads, |part| {
            part.map(|number| self.category_of(number)).collect()
        }));
        let category = |part: usize, owner: u32| match part {
            FLOWS => {
                let index = FlowIndex::from_owner(owner);
                of_flows[self.joined.as_ref().map_or(index, |joined| joined.now(index)).place()]
            }
            NON_IP => None,
            _ => self.collected.closed.as_ref().and_then(|closed| closed.category_of(owner)),
        };
        Some((timelines.width(), timelines.by(self.collected.threads, |part, owner| name(category(part, owner)))))
    }

    /// Flow `number`, counted from 0, and the verdict on it.
    ///
    /// # Panics
    ///
    /// If there is no such flow.
    #[inline]
    pub fn flow(&self, number: usize) -> (&Flow, &Verdict) {
        (self.collected.flows.get(number), &self.verdicts[number])
    }

    /// The number of the control connection that announced flow `number`, or beside which it was opened.
    pub fn control_flow(&self, number: usize) -> Option<FlowId> {
        match &self.selected {
            Some(selected) => selected.controls.get(&number).copied(),
            None => self.relations.get(number).control.map(|control| self.collected.flows.id(control)),
        }
    }

    /// The category that flow `number` counts as; `None` if it has no ports.
    pub fn category_of(&self, number: usize) -> Option<CategoryId> {
        let (flow, verdict) = self.flow(number);
        self.scans.category_of(flow, verdict, &self.collected.registry)
    }

    /// The scanner whose scan a flow belongs to.
    pub fn scanner_of(&self, flow: &Flow, verdict: &Verdict) -> Option<Scanner> {
        self.scans.scanner_of(flow, verdict, &self.collected.registry)
    }

    /// True for the unanswered part of a scan, which counts as the scan and not as its service.
    pub fn is_closed_to_scan(&self, flow: &Flow, verdict: &Verdict) -> bool {
        self.scans.has_unanswered(flow, verdict, &self.collected.registry)
    }

    /// The flows with their verdicts, for summing.
    pub fn decided_flows(&self) -> DecidedFlows<'_> {
        let closed = self.collected.closed.as_ref().map(|closed| &closed.sums);
        DecidedFlows { flows: &self.collected.flows, verdicts: &self.verdicts, closed, threads: self.collected.threads }
    }

    /// Sums all flows.
    pub fn sum<S: FlowSum + Clone + Send>(&self) -> S {
        self.sum_where(|_, _| true)
    }

    /// Sums the flows that `is_wanted` selects, and all expired flows.
    pub fn sum_where<S: FlowSum + Clone + Send>(&self, is_wanted: impl Fn(&Flow, &Verdict) -> bool + Sync) -> S {
        let over = |range: Range<usize>| {
            let flows = range.map(|number| self.flow(number));
            S::over(flows.filter(|(flow, verdict)| is_wanted(flow, verdict)))
        };
        let mut sum = self.collected.closed.as_ref().map(|closed| S::from_all(&closed.sums).clone()).unwrap_or_default();
        for part in parallel::parts(self.collected.flows.len(), self.collected.threads, over) {
            sum.merge(part);
        }
        sum
    }
}
