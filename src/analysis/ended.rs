//! What is left of flows that have ended and were let go: their sums. So a capture can go on for days in bounded memory.

use std::collections::HashMap;

use crate::arena::Arena;
use crate::flow::{Flows, Timeline};
use crate::service::{Service, Verdict};
use crate::tally::Room;
use crate::tally::flows::FlowSums;

/// Members of sets (the clients of a service, the peers of a machine) that are remembered of flows that have ended: some 60 MB.
const MOST_MEMBERS: usize = 1 << 20;
/// Counts of a timeline (of a service, or of a flow that goes on, in a bucket) beyond which its buckets get wider: 16 MB.
pub(super) const MOST_COUNTS: usize = 1 << 20;
/// The first of the owners in a timeline that are services of ended flows. Flows' numbers stay below, as does what is not IP above.
const FIRST_OWNER: u32 = u32::MAX - (1 << 24);

/// The flows that were let go.
#[derive(Debug)]
pub struct Ended {
    /// How many.
    pub flows: u64,
    /// Their sums.
    pub sums: FlowSums,
    room: Room,
    /// When their packets came, by service.
    timeline: Option<Timeline>,
    /// The services in it, by their owners' numbers from [`FIRST_OWNER`] on.
    services: Vec<Service>,
    /// Their owners' numbers.
    owners: HashMap<Service, u32>,
}

impl Default for Ended {
    fn default() -> Ended {
        Ended::with_room(Room::of(MOST_MEMBERS))
    }
}

impl Ended {
    /// None so far, and room for what is to be remembered of them.
    pub(super) fn with_room(room: Room) -> Ended {
        let (sums, services, owners) = (FlowSums::default(), Vec::new(), HashMap::new());
        Ended { flows: 0, sums, room, timeline: None, services, owners }
    }

    /// Takes in the flows that are over, with their final verdicts.
    pub(super) fn take_in(&mut self, flows: &Flows, verdicts: &Arena<Verdict>, is_over: &[bool]) {
        for ((flow, verdict), _) in flows.iter().zip(verdicts.iter()).zip(is_over).filter(|(_, is_over)| **is_over) {
            self.sums.add(flow, verdict, &mut self.room);
            self.flows += 1;
        }
    }

    /// Takes what belongs to flows that are over out of their timeline, and gives what stays.
    pub(super) fn take_in_timeline(&mut self, mut timeline: Timeline, verdicts: &Arena<Verdict>, is_over: &[bool]) -> Timeline {
        let over = timeline.split_off(|flow| is_over[flow as usize]);
        let owners: Vec<u32> = verdicts.iter().map(|verdict| self.owner_of(verdict.service)).collect();
        let mut mine = self.timeline.take().unwrap_or_else(|| over.emptied());
        mine.merge(over, |flow| owners[flow as usize]);
        mine.put_all_together();
        mine.bound(MOST_COUNTS);
        timeline.bound(MOST_COUNTS);
        self.timeline = Some(mine);
        timeline
    }

    fn owner_of(&mut self, service: Service) -> u32 {
        *self.owners.entry(service).or_insert_with(|| {
            self.services.push(service);
            FIRST_OWNER + (self.services.len() - 1) as u32
        })
    }

    /// When their packets came. Who the owners are, [`Ended::service_of`] tells.
    pub(super) fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }

    /// The service of an owner in their timeline.
    pub(super) fn service_of(&self, owner: u32) -> Option<Service> {
        let index = owner.checked_sub(FIRST_OWNER)?;
        self.services.get(index as usize).copied()
    }
}
