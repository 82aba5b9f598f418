//! The one pass over the flows of an overview for all but its machines: traffic by service, scans, certainty, refusals, and the flows'
//! shares of the traffic over time.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::strip::FlowShares;
use super::{Certainty, category_of};
use crate::analysis::Decided;
use crate::report::scans;
use crate::service::{Category, Reply, Service};
use crate::stats::flows::{ScanSums, total};
use crate::stats::{self, KeyBudget};
use crate::support::parallel;
use crate::traffic::Traffic;

/// Sums over flows.
pub struct FlowParts {
    /// The traffic of each service, without the unanswered parts of scans.
    pub services: HashMap<Service, Traffic, RandomState>,
    /// The scans.
    pub scans: ScanSums,
    /// The certainty of the verdicts.
    pub certainty: Certainty,
    /// Flows that were refused and belong to no scan, without those of traceroute, which asks for ports where nobody is meant to
    /// answer.
    pub refused: u64,
    /// The number of the first of them that is still kept.
    pub first_refused: Option<usize>,
    /// The flows' shares of the traffic over time.
    pub shares: FlowShares,
}

impl FlowParts {
    /// Sums up all flows, those that have expired included.
    pub fn sum(decided: &Decided<'_>) -> FlowParts {
        let histogram = &decided.collected.tally.by_time;
        let flows = &decided.collected.flows;
        let empty = || FlowParts {
            services: HashMap::default(),
            scans: ScanSums::default(),
            certainty: Certainty::default(),
            refused: 0,
            first_refused: None,
            shares: FlowShares::none(histogram, decided.collected.registry.own_categories().len()),
        };
        let before = FlowShares::bytes_before(histogram);
        let parts = parallel::parts(flows.len(), decided.collected.threads, |part| {
            let mut parts = empty();
            part.for_each(|number| parts.add(decided, number, &before));
            parts
        });
        let mut all = empty();
        all.add_closed(decided, &before);
        parts.into_iter().for_each(|part| all.merge(part));
        all
    }

    fn add(&mut self, decided: &Decided<'_>, number: usize, before: &[u64]) {
        let (flow, verdict) = decided.flow(number);
        let traffic = total(flow);
        let scanner = decided.scanner_of(flow, verdict);
        if let Some(scanner) = scanner {
            self.scans.add(scanner, flow, verdict, &mut KeyBudget::unlimited());
        }
        // The unanswered part of a scan counts as the scan, and not as its service.
        let category = match scanner {
            Some(_) if verdict.is_closed() => Some(Category::Scan.into()),
            _ => decided.collected.registry.category(verdict.service),
        };
        if flow.key.has_ports() {
            if category != Some(Category::Scan.into()) {
                self.services.entry(verdict.service).or_default().merge(traffic);
                if verdict.reply == Some(Reply::Refused) && !is_traceroute(decided, verdict.service) {
                    self.refused += 1;
                    self.first_refused.get_or_insert(number);
                }
            }
            self.certainty.add(verdict.evidence, verdict.confidence, 1);
        }
        self.shares.add(category, traffic.wire_bytes, flow.span, (&decided.collected.tally.by_time, before));
    }

    fn add_closed(&mut self, decided: &Decided<'_>, before: &[u64]) {
        let Some(closed) = &decided.collected.closed else { return };
        for ((service, _), sum) in &closed.sums.services.0 {
            self.services.entry(*service).or_default().merge(sum.traffic());
            if !is_traceroute(decided, *service) {
                self.refused += sum.outcomes.refused;
            }
            let category = category_of(decided, *service);
            self.shares.add(category, sum.traffic().wire_bytes, sum.span, (&decided.collected.tally.by_time, before));
        }
        for ((evidence, confidence), sum) in &closed.sums.evidences.0 {
            self.certainty.add(*evidence, *confidence, sum.flows);
        }
        self.scans = scans::closed_sums(decided);
    }

    fn merge(&mut self, other: FlowParts) {
        for (service, traffic) in other.services {
            self.services.entry(service).or_default().merge(traffic);
        }
        self.scans.merge(other.scans);
        self.certainty.merge(other.certainty);
        self.refused += other.refused;
        self.first_refused = match (self.first_refused, other.first_refused) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (mine, theirs) => mine.or(theirs),
        };
        self.shares.merge(&other.shares);
    }
}

fn is_traceroute(decided: &Decided<'_>, service: Service) -> bool {
    stats::is_traceroute(service, &decided.collected.registry)
}
