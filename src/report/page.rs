//! The data behind a page about a capture: the overview, and the pictures that no table has. Their numbers are those of the tables.

mod doors;
mod flow_sample;
mod relations;
mod time_columns;

pub use self::doors::{Door, Doors};
use self::flow_sample::Candidates;
pub use self::flow_sample::{FlowSample, MAX_SAMPLED_FLOWS};
use self::relations::Uses;
pub use self::relations::{MAX_RELATED, RelatedService, RelationEnd, ServiceRelations};
pub use self::time_columns::{MAX_TIME_COLUMNS, TimeColumns};
use super::{FromDecided, LedgerRow, Overview};
use crate::analysis::Decided;
use crate::service::Category;
use crate::support::parallel;

/// One page about a capture.
#[derive(Clone, Debug)]
pub struct PageData<'a> {
    /// The overview.
    pub overview: Overview<'a>,
    /// The places of packets.
    pub ledger: Vec<LedgerRow>,
    /// The traffic over time; `None` if packets are not counted by time, or none has a time.
    pub time: Option<TimeColumns<'a>>,
    /// The ports.
    pub doors: Doors<'a>,
    /// The use of services; `None` if the largest clients, services or servers have less than half of the traffic.
    pub relations: Option<ServiceRelations<'a>>,
    /// Flows to show.
    pub flows: FlowSample,
    /// The numbers of things.
    pub counts: PageCounts,
}

/// The numbers of things in a capture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PageCounts {
    /// Flows with ports, those included that are no longer kept.
    pub flows_with_ports: u64,
    /// Flows without ports, those included that are no longer kept.
    pub flows_without_ports: u64,
    /// Services with a name, whatever their transports. Scans are none.
    pub services: u64,
}

impl<'a> PageData<'a> {
    /// Computes the page of a decided capture.
    pub(super) fn new(decided: &'a Decided<'_>) -> PageData<'a> {
        let overview = Overview::new(decided);
        let (candidates, uses) = look_at_flows(decided);
        PageData {
            ledger: LedgerRow::rows(decided).into_iter().collect(),
            time: TimeColumns::new(decided),
            doors: Doors::new(decided),
            relations: ServiceRelations::new(decided, &uses),
            flows: candidates.choose(decided),
            counts: PageCounts::new(decided, &overview),
            overview,
        }
    }
}

/// The first pass over the flows.
fn look_at_flows(decided: &Decided<'_>) -> (Candidates, Uses) {
    let parts = parallel::parts(decided.collected.flows.len(), decided.collected.threads, |part| {
        let (mut candidates, mut uses) = (Candidates::default(), Uses::default());
        for number in part {
            let (flow, verdict) = decided.flow(number);
            candidates.add(number, flow, verdict);
            uses.add(decided, flow, verdict);
        }
        (candidates, uses)
    });
    let (mut candidates, mut uses) = (Candidates::default(), Uses::default());
    for (more, of_part) in parts {
        candidates.merge(more);
        uses.merge(of_part);
    }
    (candidates, uses)
}

impl PageCounts {
    fn new(decided: &Decided<'_>, overview: &Overview<'_>) -> PageCounts {
        let expired = decided.collected.closed.as_ref().map_or(0, |closed| closed.flows);
        let flows = decided.collected.flows.len() as u64 + expired;
        let is_of_services = |key: &str| Category::VERDICTS.iter().all(|verdict| verdict.name() != key);
        let services = overview.categories.iter().filter(|part| is_of_services(part.category));
        PageCounts {
            flows_with_ports: overview.certainty.flows,
            flows_without_ports: flows.saturating_sub(overview.certainty.flows),
            services: services.map(|part| part.services.len() as u64).sum(),
        }
    }
}
