//! From observations to flows.
//!
//! [`FlowTable`] counts packets into [`Flow`]s. Before it, [`Fragments`] brings later fragments to their datagram's flow.

mod connection;
mod flags;
mod flows;
mod fragments;
mod halves;
mod merge;
mod numbers;
mod record;
mod table;
#[cfg(test)]
mod tests;
mod timeline;

pub use connection::{Initiator, Outcome};
pub use flows::{Flows, RareCounters, SpareFlows, make_spare};
pub use fragments::{FragmentOwner, Fragments, MAX_DATAGRAMS, MAX_WAITING};
pub use halves::{Joined, JoinedNumbers, Networks};
pub use numbers::{FlowId, FlowIndex};
pub use record::{Flow, REUSE_AFTER};
pub use table::{BATCH, DEFAULT_MAX_FLOWS, FlowTable, MAX_FLOWS, TableOptions};
pub use timeline::{MAX_BUCKETS, Timeline, TimelineOptions, Timelines};
