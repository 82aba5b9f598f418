//! Floor 3: what a port is called, and which side of a flow is the server. Knows nothing of how flows are stored.
//!
//! The [`Registry`] is the book of ports, [`book`] looks things up in it for people, the [`ladder`] turns evidence into a
//! [`Verdict`], [`protocols`] names what has no ports.

pub mod assessment;
pub mod book;
pub mod category;
pub mod expected;
pub mod facts;
mod flow_flags;
mod keyed_enum;
pub mod ladder;
mod one_way;
mod opening;
mod port_set;
pub mod protocols;
pub mod registry;
mod rung;
mod transport;
mod tsv;
pub mod user_table;
pub mod verdict;

pub use category::Category;
pub use expected::{Announcer, Expected};
pub use flow_flags::FlowFlags;
pub use opening::Opening;
pub use port_set::PortSet;
pub use registry::{Entry, EntryId, NameSource, Rank, Registry};
pub use rung::Rung;
pub use transport::Transport;
pub use verdict::{Confidence, Evidence, Reply, Service, Verdict};
