//! From all flows of a capture to a verdict on each.
//!
//! [`Relations`] joins announcements on control channels to the flows that they were about. [`Roles`] asks the rules of the
//! [`ladder`] about the [facts](facts::FlowFacts) of every flow: the evidence of its own packets, and statistics about its two
//! endpoints over all flows. The findings of the rules are an [`assessment`], which gives the
//! [`Verdict`](crate::service::Verdict).

pub mod assessment;
mod endpoint_index;
mod endpoint_stats;
pub mod facts;
pub mod ladder;
mod relations;
mod reply;
pub mod roles;

pub use relations::{Relation, Relations};
pub use roles::Roles;
