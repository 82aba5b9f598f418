//! The names of ports, and the vocabulary of verdicts on flows. It knows nothing of how flows are stored.
//!
//! The [`Registry`] names and ranks ports, and [`book`] looks them up for people. A [`Verdict`] names the server of a flow and
//! the [`Evidence`] for it. [`protocols`] names protocols without ports.

pub mod book;
pub mod category;
mod conn_state;
pub mod expected;
mod flow_flags;
mod handshake;
pub(crate) mod keyed_enum;
mod named_by;
mod one_way;
pub mod own_category;
mod port_set;
pub mod protocols;
pub mod registry;
mod rung;
mod transport;
mod tsv;
pub mod user_table;
pub mod verdict;

pub use category::{Category, CategoryId};
pub use conn_state::ConnState;
pub use expected::{AnnouncementKind, ExpectedService};
pub use flow_flags::FlowFlags;
pub use handshake::Handshake;
pub use named_by::NamedBy;
pub use own_category::{OwnCategories, OwnCategory, OwnCategoryId};
pub use port_set::PortSet;
pub use registry::{Entry, EntryId, NameSource, Rank, Registry};
pub use rung::Rung;
pub use transport::Transport;
pub use verdict::{Confidence, Evidence, Reply, Service, Verdict};
