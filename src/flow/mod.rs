//! Floor 5: from observations to flows, and to a verdict on each.
//!
//! [`FlowTable`] counts packets into [`Flow`]s, [`Fragments`] brings later fragments to their datagram's flow in front of
//! it. When the capture is over, [`Relations`] joins what control channels announced to the flows it was about, and
//! [`Roles`] asks the ladder about every flow.

mod connection;
mod flags;
mod flows;
mod fragments;
mod halves;
mod merge;
mod record;
mod table;
#[cfg(test)]
mod tests;
mod timeline;

pub use connection::{Initiator, Outcome};
pub use flows::{Flows, Rare, SpareFlows, make_spare};
pub use fragments::{Followed, Fragments, MAX_DATAGRAMS, MAX_WAITING};
pub use halves::{Joined, JoinedNumbers, Networks};
pub use record::{Flow, REUSE_AFTER};
pub use table::{BATCH, FlowTable, MAX_FLOWS, TableOptions, USUAL_MAX_FLOWS};
pub use timeline::{MOST_BUCKETS, Timeline, TimelineOptions, Timelines};
