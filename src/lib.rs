//! Portolan says which services a packet capture holds, by port, and why.
//!
//! This page is the architecture. The house has floors, and a file imports its own floor or lower ones, never a higher
//! one; a test keeps it so.
//!
//! ```text
//! 10  main, app             the binary: arguments to a job, the job to an exit code; its page is `app/mod.rs`
//!  9  output                tables to text, one file per format; writers compute nothing
//!  8  summary, explain      sums to tables of typed values, one file per table; one flow's packets and its verdict, step by step
//!     doctor                what is missing for a live capture, and the commands that mend it
//!     messages              every sentence that people read, by topic, in each language
//!  7  analysis              the whole program in one screen: packets in, decided flows out
//!  6  tally                 all sums; each can `add` and `merge`, and a law ties the two
//!  5  flow                  the flow table, fragments' link to their flow, the verdict on every flow
//!  4  content               what is read of payloads: which flows a control channel announces, what hosts are called
//!  3  service               the book of ports, the ladder from evidence to verdict, names of what has no ports
//!  2  decode                the walk over a packet's layers, from its link header to its ports
//!  1  capture               from a file, a pipe, a compressed stream or interfaces to packets
//!     machine               what this computer has for a live capture: libpcap, rights, interfaces
//!     privileges            gives up every right that a live capture took, before the first packet is parsed
//!  0  error, unit           trouble as data; time and traffic
//!     untrusted             cleaning of text from outside
//!     parallel, arena       work divided among threads, in order; arrays that grow without a copy
//!     prefetch              asks the processor for memory before it is needed
//! ```
//!
//! # The packet's path
//!
//! 1. [`capture::Source::next_packet`] lends a packet out of a large block of bytes: time, interface, wire length, data.
//! 2. [`decode::Decoder::decode`] walks over its layers as far as it can and says where it stopped. It never fails: what it
//!    cannot follow has its place in the ledger, too.
//! 3. An [`decode::Observation`] is what is left: a small record with all that a flow needs. Later fragments wait in
//!    [`flow::Fragments`] for the first one, which has the ports.
//! 4. [`flow::FlowTable`] takes observations in, a batch at a time, because looking up a flow is waiting for memory.
//! 5. Where a port's service announces other flows or names hosts, and only there, [`content::Listener`] reads the payload.
//! 6. At the end flows that are two directions of one connection are [joined](flow::Joined), and [`flow::Relations`] joins
//!    announcements to flows; [`flow::Roles`] joins what all flows say about each other's endpoints, asks the ladder
//!    ([`service::ladder`]) for a [`service::Verdict`] on each, and notes whether the server [answered](service::Reply).
//!    [`tally::Scans`] finds out who scans what.
//! 7. [`analysis::Decided::table`] builds tables; [`output`] writes them.
//!
//! Until step 6 everything is [`analysis::Collected`]; deciding makes it [`analysis::Decided`] and changes none of it. A live capture
//! takes the same path. Its [`analysis::Engine`] lends what it has collected, or copies it for another thread to decide about, and
//! removes flows that have expired: [`analysis::Ended`] keeps their sums.
//!
//! # What holds everywhere
//!
//! - Every packet is counted exactly once in the [`tally::Ledger`].
//! - A flow's key has no direction. Who opened it, who serves, and what the port is called are three verdicts laid over it.
//! - Time is the packet's own. No clock is read but in a live capture, to see which flows are silent and when to show how it goes.
//! - The same input and options give the same bytes. Hashes are seeded afresh for each run because traffic chooses the
//!   keys, and nothing that is shown depends on them.
//! - What traffic can make grow has a bound, but for the flows themselves, and so has the work that it can cause. Text from outside is cleaned for the terminal and
//!   guarded in CSV.
//!
//! # What is deliberately absent
//!
//! No name rests on what a flow's own payload looks like: it says what a port is registered or customarily used for, or what
//! a control channel announced. Nothing is sent and nothing is looked up on the network. There is no configuration file and no state between runs.

#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod analysis;
pub mod arena;
pub mod capture;
pub mod content;
pub mod decode;
#[cfg(feature = "live")]
pub mod doctor;
pub mod error;
pub mod explain;
pub mod flow;
#[cfg(feature = "live")]
pub mod machine;
pub mod messages;
pub mod output;
pub mod parallel;
pub mod prefetch;
#[cfg(feature = "live")]
pub mod privileges;
pub mod service;
pub mod summary;
pub mod tally;
pub mod unit;
pub mod untrusted;
