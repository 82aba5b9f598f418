//! Closed flows: those that have expired and are no longer kept. Their sums remain, so that a capture can go on for days in
//! bounded memory.

use super::expired::{Expired, ExpiredFlow};
use crate::flow::Timeline;
use crate::service::CategoryId;
use crate::stats::flows::FlowSums;
use crate::stats::{ExpiredProbes, KeyBudget};

/// Members of sets (the clients of a service, the peers of a machine) that are kept of closed flows: some 60 MB.
const MAX_MEMBERS: usize = 1 << 20;
/// Pairs of machines that are kept of closed flows, and their services, in members of sets: some 30 MB.
const MAX_CONVERSATION_MEMBERS: usize = 1 << 20;
/// Closed ports of machines that are kept of closed flows: some 15 MB.
const MAX_CLOSED_DOORS: usize = 1 << 18;
/// Counts of a timeline (of a service, or of an open flow, in a bucket) beyond which its buckets get wider: 16 MB.
pub(super) const MAX_COUNTS: usize = 1 << 20;

/// The sums of closed flows.
#[derive(Clone, Debug)]
pub struct ClosedFlows {
    /// The number of closed flows.
    pub flows: u64,
    /// The sums over closed flows.
    pub sums: FlowSums,
    room: KeyBudget,
    room_for_conversations: KeyBudget,
    /// The ports that were closed to them: a slow scan lasts longer than its flows are kept.
    pub closed_doors: ExpiredProbes,
    room_for_doors: KeyBudget,
    /// The times of their packets, by category.
    timeline: Option<Timeline>,
    /// The categories in the timeline (`None` for flows without ports), by the numbers of their owners.
    categories: Vec<Option<CategoryId>>,
}

impl Default for ClosedFlows {
    fn default() -> ClosedFlows {
        ClosedFlows::with_room(KeyBudget::new(MAX_MEMBERS))
    }
}

impl ClosedFlows {
    /// Creates empty sums with `room` for distinct members.
    pub(super) fn with_room(room: KeyBudget) -> ClosedFlows {
        let (sums, closed_doors, categories) = (FlowSums::default(), ExpiredProbes::default(), Vec::new());
        let room_for_conversations = KeyBudget::new(MAX_CONVERSATION_MEMBERS);
        let room_for_doors = KeyBudget::new(MAX_CLOSED_DOORS);
        ClosedFlows { flows: 0, sums, room, room_for_conversations, closed_doors, room_for_doors, timeline: None, categories }
    }

    /// Adds expired flows: their sums, the ports that were closed to them, and the times of their packets.
    pub(super) fn add(&mut self, expired: &Expired<'_>) {
        for ExpiredFlow { flow, verdict, scanner } in expired.iter() {
            self.sums.add(flow, verdict, scanner, &mut self.room, &mut self.room_for_conversations);
            self.closed_doors.add(flow, verdict, expired.registry(), &mut self.room_for_doors);
            self.flows += 1;
        }
        if let Some(timeline) = expired.timeline() {
            self.add_timeline(timeline, expired);
        }
    }

    fn add_timeline(&mut self, mut timeline: Timeline, expired: &Expired<'_>) {
        timeline.renumber(|number| self.owner_of(expired.category_of(number)));
        let mut mine = self.timeline.take().unwrap_or_else(|| timeline.emptied());
        mine.merge(timeline, |owner| owner);
        mine.put_all_together();
        mine.bound(MAX_COUNTS);
        self.timeline = Some(mine);
    }

    fn owner_of(&mut self, category: Option<CategoryId>) -> u32 {
        let known = self.categories.iter().position(|other| *other == category);
        let place = known.unwrap_or_else(|| {
            self.categories.push(category);
            self.categories.len() - 1
        });
        place as u32
    }

    /// The times of their packets. [`ClosedFlows::category_of`] gives the category of each owner.
    pub(super) fn timeline(&self) -> Option<&Timeline> {
        self.timeline.as_ref()
    }

    /// The category of an owner in the timeline.
    pub(super) fn category_of(&self, owner: u32) -> Option<CategoryId> {
        self.categories.get(owner as usize).copied().flatten()
    }
}
