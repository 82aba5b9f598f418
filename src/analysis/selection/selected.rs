//! A decided capture reduced to selected flows: every table of it is a table of these flows.

use std::borrow::Cow;
use std::collections::HashMap;

use super::Selection;
use super::matcher::Matcher;
use crate::analysis::Decided;
use crate::flow::{FlowId, FlowIndex};
use crate::stats::{FlowlessPackets, Ledger, SelectedTally};
use crate::support::parallel;
use crate::traffic::Traffic;

/// The whole capture beside the selected part.
#[derive(Clone, Debug)]
pub struct Selected {
    /// The selection.
    pub selection: Selection,
    /// The ledger of the whole capture.
    pub whole: Ledger,
    /// The number of flows in the whole capture, those that expired included.
    pub all_flows: u64,
    /// The flows that had expired, which cannot be selected: only their sums are known.
    pub expired_flows: u64,
    /// The names in the selection that no address of the capture has.
    pub unknown_names: Vec<String>,
    /// Packets by encapsulation to [subtract](SelectedTally::not_selected).
    pub not_selected: Vec<Traffic>,
    /// The control flows of the selected flows, by the selected flows' numbers.
    pub(in crate::analysis) controls: HashMap<usize, FlowId>,
}

/// The flows of a selection.
#[derive(Clone, Debug)]
pub struct SelectedFlows {
    /// The numbers of the flows, from 0, in order.
    pub flows: Vec<usize>,
    /// The names in the selection that no address of the capture has.
    pub unknown_names: Vec<String>,
}

impl Selected {
    /// The sum over all packets of the whole capture, without those outside of the time that was asked for.
    pub fn total(&self) -> Traffic {
        self.whole.inside()
    }
}

impl Decided<'_> {
    /// Reduces the capture to the selected flows and packets: all tables of the result are about these only. Verdicts stay those
    /// of the whole capture, and so do its inputs, host names, announcements and scans. [`Decided::selected`] describes the
    /// whole. Packets by size are not known of flows.
    pub fn select(self, selection: &Selection) -> Self {
        let matcher = Matcher::new(selection, &self);
        let kept: Vec<FlowIndex> = self.matching(&matcher).into_iter().map(FlowIndex::new).collect();
        let (flowless, unknown_names) = (matcher.flowless(), matcher.unknown_names);
        self.reduced(selection, &kept, flowless, unknown_names)
    }

    /// Finds the flows that a selection selects, and keeps the capture whole.
    pub fn selected_flows(&self, selection: &Selection) -> SelectedFlows {
        let matcher = Matcher::new(selection, self);
        SelectedFlows { flows: self.matching(&matcher), unknown_names: matcher.unknown_names }
    }

    /// The numbers of the flows that match, which ascend.
    fn matching(&self, matcher: &Matcher<'_>) -> Vec<usize> {
        parallel::joined(parallel::parts(self.collected.flows.len(), self.collected.threads, |part| {
            part.filter(|number| matcher.matches(*number)).collect()
        }))
    }

    /// Keeps only these flows, which ascend.
    fn reduced(
        mut self,
        selection: &Selection,
        kept: &[FlowIndex],
        flowless: FlowlessPackets,
        unknown_names: Vec<String>,
    ) -> Self {
        let (collected, relations) = (&mut self.collected, &self.relations);
        let mut is_kept = vec![false; collected.flows.len()];
        kept.iter().for_each(|index| is_kept[index.place()] = true);

        let flow_of = |owner: u32| {
            let index = FlowIndex::from_owner(owner);
            self.joined.as_ref().map_or(index, |joined| joined.now(index))
        };
        collected.timeline = collected.timeline.take().map(|timeline| {
            let mut part = timeline.part_of(|owner| is_kept[flow_of(owner).place()]);
            part.renumber(|owner| kept.binary_search(&flow_of(owner)).unwrap_or_default() as u32);
            Cow::Owned(part)
        });
        if !flowless.non_ip {
            collected.non_ip = collected.non_ip.take().map(|timeline| Cow::Owned(timeline.emptied()));
        }

        let flows =
            |wanted: bool| collected.flows.iter().zip(&is_kept).filter(move |(_, is)| **is == wanted).map(|(flow, _)| flow);
        let SelectedTally { tally, not_selected } = collected.tally.selected(flows(true), flows(false), flowless);
        let control = |index: &FlowIndex| Some(collected.flows.id(relations.get(index.place()).control?));
        let controls = kept.iter().enumerate().filter_map(|(place, index)| Some((place, control(index)?))).collect();
        let expired_flows = collected.closed.as_ref().map_or(0, |closed| closed.flows);
        let all_flows = collected.flows.len() as u64 + expired_flows;
        let whole = collected.tally.ledger;
        let selection = selection.clone();
        self.selected = Some(Selected { selection, whole, all_flows, expired_flows, unknown_names, not_selected, controls });

        collected.tally = Cow::Owned(tally);
        collected.closed = None;
        collected.flows.to_mut().keep(kept);
        self.verdicts.keep(kept.iter().map(|index| index.place()));
        self.relations = self.relations.of_kept(kept);
        self.joined = None;
        self
    }
}
