//! Floor 5: from observations to flows, and to a verdict on each.
//!
//! [`FlowTable`] counts packets into [`Flow`]s, [`Fragments`] brings later fragments to their datagram's flow in front of
//! it. When the capture is over, [`Relations`] joins what control channels announced to the flows it was about, and
//! [`Roles`] asks the ladder about every flow.

mod connection;
mod endpoint_index;
mod endpoint_stats;
mod flags;
mod fragments;
mod halves;
mod index;
mod record;
mod relations;
mod reply;
pub mod roles;
mod table;
#[cfg(test)]
mod tests;
mod timeline;

pub use connection::{Initiator, Outcome};
pub use fragments::{Datagram, Fragments, MAX_DATAGRAMS, MAX_WAITING};
pub use halves::{Joined, Networks};
pub use record::{Flow, REUSE_AFTER};
pub use relations::{Relation, Relations};
pub use roles::Roles;
pub use table::{BATCH, FlowTable, Flows, MAX_FLOWS, Rare, SpareFlows, TableOptions, USUAL_MAX_FLOWS};
pub use timeline::{MOST_BUCKETS, Timeline, TimelineOptions};
