//! Flows for a page that has no room for all: the largest ones, and some of every kind, so that a search finds every service.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::analysis::Decided;
use crate::flow::{Flow, Outcome};
use crate::report::flows::FlowRow;
use crate::report::{Rows, Table, names};
use crate::service::{Evidence, Service, Transport, Verdict};
use crate::stats::flows::{Outcomes, total};

/// The most flows in a sample.
pub const MAX_SAMPLED_FLOWS: usize = 2_000;
/// The flows that are in the sample because they are the largest.
const LARGEST: usize = 1_000;
/// The flows of each evidence, outcome and service, if there are as many.
const OF_EACH: usize = 10;

/// Flows for a page, chosen so that a search finds every service.
///
/// First come the 1,000 flows with the most bytes; then the ten largest of every kind of evidence and of every outcome; then the largest
/// flow of every service, then its second, and so on to its tenth, each time in the order of the services' bytes; then the largest
/// flows without a verdict, and then the largest of all others, until there are [`MAX_SAMPLED_FLOWS`]. Among equally large ones, the
/// first counts as the largest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlowSample {
    /// The numbers of the flows, counted from 0, in the table `flows`. The flow with the most bytes comes first; among equal ones, the one
    /// with the lower number.
    pub numbers: Vec<usize>,
    /// The number of all flows of that table.
    pub all: u64,
}

impl FlowSample {
    /// The rows of these flows, as a table with the columns of `flows`.
    pub(in crate::report) fn table<'a>(&self, decided: &'a Decided<'_>) -> Table<'a> {
        let start = decided.collected.span().first;
        let numbers = self.numbers.clone();
        let row = move |place: usize| FlowRow::new(decided, numbers[place], start);
        Rows::<FlowRow<'static>>::computed(self.numbers.len(), row).into()
    }
}

/// A flow: its bytes, and its number. The largest flow is the greatest, and the first one of equally large flows.
type Sized = (u64, Reverse<u32>);

/// The largest flows of some kind, at most a certain number.
#[derive(Clone, Debug)]
struct Largest {
    most: usize,
    flows: BinaryHeap<Reverse<Sized>>,
}

impl Largest {
    fn new(most: usize) -> Largest {
        Largest { most, flows: BinaryHeap::new() }
    }

    #[inline]
    fn add(&mut self, flow: Sized) {
        if self.flows.len() < self.most {
            self.flows.push(Reverse(flow));
        } else if let Some(mut smallest) = self.flows.peek_mut()
            && flow > smallest.0
        {
            *smallest = Reverse(flow);
        }
    }

    fn merge(&mut self, other: Largest) {
        other.flows.into_iter().for_each(|Reverse(flow)| self.add(flow));
    }

    /// The flows, the largest first.
    fn in_order(self) -> Vec<Sized> {
        self.flows.into_sorted_vec().into_iter().map(|Reverse(flow)| flow).collect()
    }
}

/// The flows of a service: all their bytes, and the largest of them.
#[derive(Clone, Debug)]
struct OfService {
    bytes: u64,
    largest: Largest,
}

impl OfService {
    fn none() -> OfService {
        OfService { bytes: 0, largest: Largest::new(OF_EACH) }
    }

    fn merge(&mut self, other: OfService) {
        self.bytes += other.bytes;
        self.largest.merge(other.largest);
    }
}

/// The flows that may come into the sample.
#[derive(Debug)]
pub(super) struct Candidates {
    largest: Largest,
    undecided: Largest,
    /// By [kind](Evidence::kind).
    evidence: HashMap<Evidence, Largest, RandomState>,
    outcomes: [Largest; OUTCOMES],
    services: HashMap<Service, OfService, RandomState>,
}

/// The number of outcomes.
const OUTCOMES: usize = 5;

fn outcome_index(outcome: Outcome) -> usize {
    match outcome {
        Outcome::Attempted => 0,
        Outcome::Established => 1,
        Outcome::Refused => 2,
        Outcome::Reset => 3,
        Outcome::Midstream => 4,
    }
}

impl Default for Candidates {
    fn default() -> Candidates {
        Candidates {
            largest: Largest::new(MAX_SAMPLED_FLOWS),
            undecided: Largest::new(MAX_SAMPLED_FLOWS),
            evidence: HashMap::default(),
            outcomes: std::array::from_fn(|_| Largest::new(OF_EACH)),
            services: HashMap::default(),
        }
    }
}

impl Candidates {
    /// Adds a flow by its number.
    #[inline]
    pub(super) fn add(&mut self, number: usize, flow: &Flow, verdict: &Verdict) {
        let bytes = total(flow).wire_bytes;
        let sized = (bytes, Reverse(number as u32));
        self.largest.add(sized);
        let service = self.services.entry(verdict.service).or_insert_with(OfService::none);
        service.bytes += bytes;
        service.largest.add(sized);
        let Some(transport) = Transport::from_protocol(flow.key.protocol) else { return };
        self.evidence.entry(verdict.evidence.kind()).or_insert_with(|| Largest::new(OF_EACH)).add(sized);
        if verdict.evidence == Evidence::None {
            self.undecided.add(sized);
        }
        if let Some(outcome) = Outcomes::of(flow, verdict, transport) {
            self.outcomes[outcome_index(outcome)].add(sized);
        }
    }

    pub(super) fn merge(&mut self, other: Candidates) {
        self.largest.merge(other.largest);
        self.undecided.merge(other.undecided);
        for (kind, largest) in other.evidence {
            self.evidence.entry(kind).or_insert_with(|| Largest::new(OF_EACH)).merge(largest);
        }
        self.outcomes.iter_mut().zip(other.outcomes).for_each(|(mine, theirs)| mine.merge(theirs));
        for (service, more) in other.services {
            self.services.entry(service).or_insert_with(OfService::none).merge(more);
        }
    }

    /// Chooses the sample.
    pub(super) fn choose(self, decided: &Decided<'_>) -> FlowSample {
        let mut chosen = Chosen::default();
        let largest = self.largest.in_order();
        let (first, others) = largest.split_at(LARGEST.min(largest.len()));
        chosen.add(first);
        let mut evidence: Vec<(Evidence, Largest)> = self.evidence.into_iter().collect();
        evidence.sort_unstable_by_key(|(kind, _)| kind.code());
        let evidence = evidence.into_iter().map(|(_, largest)| largest);
        evidence.chain(self.outcomes).for_each(|largest| chosen.add(&largest.in_order()));
        let services = in_order_of_bytes(self.services, decided);
        for round in 0..OF_EACH {
            services.iter().for_each(|flows| chosen.add(flows.get(round..=round).unwrap_or_default()));
        }
        chosen.add(&self.undecided.in_order());
        chosen.add(others);
        let mut flows: Vec<Reverse<Sized>> = chosen.0.into_iter().map(Reverse).collect();
        flows.sort_unstable();
        let numbers = flows.into_iter().map(|Reverse((_, Reverse(number)))| number as usize).collect();
        FlowSample { numbers, all: decided.collected.flows.len() as u64 }
    }
}

/// The largest flows of each service, the service with the most bytes first. Several entries of the port table can have one name.
fn in_order_of_bytes(services: HashMap<Service, OfService, RandomState>, decided: &Decided<'_>) -> Vec<Vec<Sized>> {
    let registry = &decided.collected.registry;
    let mut by_name: BTreeMap<(&str, &str), OfService> = BTreeMap::new();
    for (service, of_service) in services {
        let name = (names::service(registry, service), names::category(registry, service));
        by_name.entry(name).or_insert_with(OfService::none).merge(of_service);
    }
    let mut services: Vec<OfService> = by_name.into_values().collect();
    services.sort_by_key(|service| Reverse(service.bytes));
    services.into_iter().map(|service| service.largest.in_order()).collect()
}

/// The flows that are in the sample so far.
#[derive(Default)]
struct Chosen(HashSet<Sized>);

impl Chosen {
    /// Adds flows while there is room.
    fn add(&mut self, flows: &[Sized]) {
        for flow in flows {
            if self.0.len() >= MAX_SAMPLED_FLOWS {
                return;
            }
            self.0.insert(*flow);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_equally_large_flows_stay() {
        let mut largest = Largest::new(3);
        let sized = |number: u32| (u64::from(number % 2), Reverse(number));
        (0..10).for_each(|number| largest.add(sized(number)));
        let mut parts = [Largest::new(3), Largest::new(3)];
        (0..10).for_each(|number| parts[number as usize / 5].add(sized(number)));
        let [mut merged, other] = parts;
        merged.merge(other);
        let numbers = |largest: Largest| largest.in_order().into_iter().map(|(_, Reverse(number))| number).collect::<Vec<_>>();
        assert_eq!((numbers(largest), numbers(merged)), (vec![1, 3, 5], vec![1, 3, 5]));
    }
}
