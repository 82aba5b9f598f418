//! A capture with a verdict on each of its flows.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::{Deref, Range};

use super::Collected;
use crate::decide::{Relations, Roles};
use crate::flow::{Flow, Joined, JoinedNumbers, Timelines};
use crate::service::{Category, Verdict};
use crate::support::chunked_vec::ChunkedVec;
use crate::support::parallel;
use crate::tally::flows::FlowSum;
use crate::tally::{DecidedFlows, Scanner, Scans};
use crate::unit::{Time, Traffic};

/// A capture, decided: everything that the tables are made of.
#[derive(Debug)]
pub struct Decided<'c> {
    /// The capture. Flows that came as two directions of one are one flow.
    pub collected: Collected<'c>,
    /// The verdict on each flow, in the flows' order.
    pub verdicts: ChunkedVec<Verdict>,
    /// The flows that control channels announced.
    pub relations: Relations,
    /// The scans, with their scanners.
    pub scans: Scans,
    /// The numbers of the flows by those they had before two directions became one flow, if any did.
    pub(super) joined: Option<JoinedNumbers>,
}

impl<'c> Decided<'c> {
    /// Decides: the verdict on a flow depends on all flows that were collected, and on nothing else.
    pub(super) fn new(mut collected: Collected<'c>) -> Decided<'c> {
        let threads = collected.threads;
        // Without encapsulation there is one scope, and nothing to join.
        let joined = if collected.scopes.is_plain() { None } else { collected.flows.join_halves(threads) };
        let joined = joined.map(|Joined { flows, numbers }| {
            collected.flows = Cow::Owned(flows);
            numbers
        });
        let Collected { flows, announcements, registry, closed, .. } = &collected;
        let relations = Relations::join(flows, announcements, registry, threads);
        let verdicts = Roles { flows, relations: &relations, registry, start: collected.start() }.decide(threads);
        let closed_doors = closed.as_ref().map(|closed| &closed.closed_doors);
        let scans = Scans::find((flows, &verdicts), closed_doors, registry, threads);
        Decided { collected, verdicts, relations, scans, joined }
    }

    /// The timelines of flows, of packets that are not IP, and of flows that have expired, if packets are counted by time.
    fn timelines(&self) -> Option<Timelines<'_>> {
        let of_closed = self.closed.as_ref().and_then(|closed| closed.timeline());
        let parts = [self.timeline.as_deref()?, self.non_ip.as_deref()?];
        Timelines::new(parts.into_iter().chain(of_closed).collect())
    }

    /// The width of the buckets of [`Decided::by_time`] in nanoseconds.
    pub fn bucket_width(&self) -> Option<i64> {
        self.timelines().map(|timelines| timelines.width())
    }

    /// The traffic by time and by the name that `name` gives to each category (`None` for what has no ports), if packets are counted by
    /// time. Packets without a time come first.
    pub fn by_time<N: Ord + Copy + Send>(
        &self,
        name: impl Fn(Option<Category>) -> N + Sync,
    ) -> Option<BTreeMap<(Time, N), Traffic>> {
        // The order of the parts.
        const FLOWS: usize = 0;
        const NON_IP: usize = 1;
        let category = |part: usize, owner: u32| match part {
            FLOWS => self.category_of(self.joined.as_ref().map_or(owner, |joined| joined.now(owner)) as usize),
            NON_IP => None,
            _ => self.closed.as_ref().and_then(|closed| closed.category_of(owner)),
        };
        Some(self.timelines()?.by(self.threads, |part, owner| name(category(part, owner))))
    }

    /// The category that the flow with that number counts as; `None` for what has no ports.
    fn category_of(&self, number: usize) -> Option<Category> {
        self.scans.category_of(self.flows.get(number), &self.verdicts[number], &self.registry)
    }

    /// The scanner whose scan a flow is a part of.
    pub fn scanner_of(&self, flow: &Flow, verdict: &Verdict) -> Option<Scanner> {
        self.scans.of(flow, verdict, &self.registry)
    }

    /// True for the unanswered part of a scan, which counts as the scan's and not as its service's.
    pub fn is_closed_to_scan(&self, flow: &Flow, verdict: &Verdict) -> bool {
        self.scans.has_unanswered(flow, verdict, &self.registry)
    }

    /// The flows with the verdicts on them, to be summed.
    pub fn decided_flows(&self) -> DecidedFlows<'_> {
        let closed = self.closed.as_ref().map(|closed| &closed.sums);
        DecidedFlows { flows: &self.flows, verdicts: &self.verdicts, closed, threads: self.threads }
    }

    /// A sum over all flows.
    pub fn sum<S: FlowSum + Clone + Send>(&self) -> S {
        self.sum_where(|_, _| true)
    }

    /// A sum over some flows, and over all that have expired.
    pub fn sum_where<S: FlowSum + Clone + Send>(&self, is_wanted: impl Fn(&Flow, &Verdict) -> bool + Sync) -> S {
        let over = |range: Range<usize>| {
            let flows = range.map(|number| (self.flows.get(number), &self.verdicts[number]));
            S::over(flows.filter(|(flow, verdict)| is_wanted(flow, verdict)))
        };
        let mut sum = self.closed.as_ref().map(|closed| S::of(&closed.sums).clone()).unwrap_or_default();
        for part in parallel::parts(self.flows.len(), self.threads, over) {
            sum.merge(part);
        }
        sum
    }
}

impl<'c> Deref for Decided<'c> {
    type Target = Collected<'c>;

    fn deref(&self) -> &Collected<'c> {
        &self.collected
    }
}
