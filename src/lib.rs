//! Portolan says which services a packet capture holds, by port, and why.
//!
//! ```
//! use portolan::report::ServiceRow;
//! use portolan::{Options, Report, analyse};
//!
//! let decided = analyse(&Options::for_files(["samples/office.pcapng"]));
//! for row in Report::new(&decided).rows::<ServiceRow>() {
//!     println!("{:<16} {:>6} packets from {} clients", row.service, row.traffic.part.packets, row.clients);
//! }
//! ```
//!
//! [`analyse`] reads saved captures; an [`Engine`] or a [`Driver`] reads whatever a [`Source`] gives, and shows its state meanwhile.
//! [`Report`] makes [tables](TableName) of the result: typed rows such as [`ServiceRow`](report::ServiceRow), or a
//! [`Table`](report::Table) for a [format](format::Format). The program `portolan` and its command line are the feature `cli`, live
//! capture and filters the feature `live`; both are on unless they are turned off. Workbooks are the feature `xlsx`, which `cli` has.
//!
//! # Architecture
//!
//! This page is the architecture. Modules have floors: a file imports its own floor or lower ones, never a higher one, and no modules
//! import each other in a circle. A test reads the floors from here and checks that.
//!
//! ```text
//! 12  main, app              the binary: arguments to a job, the job to an exit code; a file for each command
//! 11  format                 tables and explanations to text: a file for each format; writers compute nothing
//! 10  messages               every sentence that people read, as methods of a trait; English implements it
//!  9  report, explain        a decided capture to tables of typed values, a file for each table; the reasons for one flow's verdict
//!     glossary               every table, column and word that has a meaning
//!     compare                tables of several captures to one: what is new, gone, grown and shrunk
//!  8  analysis               packets in, collected sums and decided flows out
//!  7  stats                  sums over packets and over decided flows; each can `add` and `merge`, and a law ties the two
//!  6  decide                 from all flows to a verdict on each: announcements, statistics of endpoints, the rules of the ladder
//!  5  flow                   the flow table, the link of fragments to their flow, times of packets
//!  4  inspect                the payload of control channels: the flows that they announce, the names of hosts
//!  3  service                the port table, categories, the vocabulary of verdicts, names of protocols without ports
//!  2  decode                 the walk over a packet's layers, from its link header to its ports
//!  1  capture                from a file, a pipe, a compressed stream or interfaces to packets
//!     platform               this computer: libpcap, privileges, interfaces, and what a live capture lacks
//!  0  error                  errors as data
//!     time, traffic          points in time; packets and bytes
//!     link_type              the types of link layers
//!     untrusted              cleaning of text from outside
//!     support                tools for speed and safety that know nothing of packets
//! ```
//!
//! # One packet, from a file to a row of CSV
//!
//! 1. [`capture::Source`] lends the packet out of a large block of bytes: time, interface, wire length, data. A format's parser does no
//!    reading of its own.
//! 2. [`analysis::pass_packets`], the one loop over packets, gives it to the [`analysis::Engine`].
//! 3. [`decode::Decoder::decode`] walks over its layers as far as it can and says where it stopped. It never fails: a packet that it
//!    cannot follow has its place in the [ledger](stats::Ledger), too. Most packets take a fast path, [`decode::decode_fast`], with
//!    the same result.
//! 4. An [`decode::Observation`] is left: a small record with all that a flow needs. Later fragments wait in [`flow::Fragments`] for
//!    the first one, which has the ports.
//! 5. If one of its ports is that of a control channel or a name service, and only then, [`inspect::Inspector`] reads the payload.
//! 6. [`stats::Tally`] counts the packet, and [`flow::FlowTable`] counts it into its flow, a batch at a time, because looking up a flow is
//!    waiting for memory.
//! 7. All this is [`analysis::Collected`]. Deciding changes none of it: flows that are two directions of one connection are
//!    joined ([`flow::Joined`]), [`decide::Relations`] joins announcements to flows, [`decide::Roles`] asks the rules of the ladder
//!    ([`decide::ladder`]) for a [`service::Verdict`] on each flow, and [`stats::Scans`] finds out who scans what. The result is
//!    [`analysis::Decided`].
//! 8. [`report::Report`] makes a row of the flow: a type with named fields, and a line for each column.
//! 9. [`format::csv`] writes the values of the row.
//!
//! A live capture takes the same path. [`analysis::Driver`] reads a slice of packets at a time and removes flows that have been idle for
//! long: [`analysis::ClosedFlows`] keeps their sums. Between two slices the engine lends what it has collected, or copies it for another
//! thread to decide about.
//!
//! # What holds everywhere
//!
//! - Every packet is counted exactly once in the [`stats::Ledger`].
//! - The key of a flow has no direction. The opener, the server and the name of the port are three verdicts laid over it.
//! - Time is the packet's own. Only a live capture reads a clock, to see which flows are idle and when to show its state.
//! - The same input and options give the same bytes. Hashes are seeded afresh for each run because traffic chooses the
//!   keys, and nothing that is shown depends on them.
//! - Everything that traffic can grow is bounded, and so is the work it causes. The flow table's bound is the user's (`max_flows`).
//! - Text from outside is cleaned for the terminal and guarded in CSV.
//!
//! # What is deliberately absent
//!
//! No name rests on what a flow's own payload looks like: it says what a port is registered or customarily used for, or what
//! a control channel announced. Nothing is sent and nothing is looked up on the network. There is no configuration file and no state between runs.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod capture;
pub mod compare;
#[doc(hidden)]
pub mod decide;
#[doc(hidden)]
pub mod decode;
pub mod error;
pub mod explain;
#[doc(hidden)]
pub mod flow;
pub mod format;
pub mod glossary;
#[doc(hidden)]
pub mod inspect;
pub mod link_type;
pub mod messages;
#[cfg(feature = "live")]
#[doc(hidden)]
pub mod platform;
pub mod report;
pub mod service;
pub mod stats;
#[doc(hidden)]
pub mod support;
pub mod time;
pub mod traffic;
#[doc(hidden)]
pub mod untrusted;

pub use analysis::{Collected, Decided, Driver, Engine, Options, analyse};
pub use capture::Source;
pub use error::Error;
pub use report::{Report, TableName};
