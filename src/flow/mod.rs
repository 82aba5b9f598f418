//! Floor 4: from observations to flows, and to a verdict on each.
//!
//! [`FlowTable`] counts packets into [`Flow`]s, [`Fragments`] brings later fragments to their datagram's flow in front of
//! it, and [`roles`] asks the ladder about every flow when the capture is over.

mod arena;
mod fragments;
mod index;
mod record;
pub mod roles;
mod table;
#[cfg(test)]
mod tests;

pub use fragments::{Fragments, MAX_DATAGRAMS, MAX_WAITING};
pub use record::{Flow, Outcome, REUSE_AFTER};
pub use table::{BATCH, FlowTable, Flows, Rare};
