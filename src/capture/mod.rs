//! Floor 1: from a file, a pipe or a compressed stream to packets. Knows formats and offsets, and no protocol.
//!
//! [`Source`] is the door: it opens an [`InputName`], finds the decompressor and the format by magic number, and lends
//! out one [`Packet`] at a time. The format parsers ([`pcap`], [`pcapng`], [`snoop`]) look at bytes and do no I/O.
//! The other way round, [`pcapng_write`] makes pcapng blocks of packets, and [`Saving`] puts a stream of such blocks into
//! files. [`Inputs`] are what a user's arguments mean: folders, and files in the order of time. The module `live` captures from interfaces. A [`Filter`] says which packets are looked at.

mod ahead;
mod buffer;
mod datalink;
mod digest;
mod duplicates;
mod filter;
mod folder;
mod foreign;
pub mod format;
mod gzip;
mod identity;
mod input;
mod inputs;
mod interrupt;
#[cfg(all(unix, feature = "live"))]
pub mod live;
mod lz4;
mod near;
mod packet;
pub mod pcap;
mod pcap_write;
pub mod pcapng;
pub mod pcapng_write;
mod read_problem;
mod saved_file;
mod saving;
mod skippable;
pub mod snoop;
mod source;
mod xz;
mod zstd;

pub use digest::HashingReader;
pub use duplicates::{FIRST_LOOKED_AT, MOST_APART, WINDOW};
pub use filter::{Filter, Filtered, Filtering};
pub use identity::Identity;
pub use input::{Compression, InputName, Position, ReadOnlyOnce};
pub use inputs::Inputs;
pub use interrupt::Interrupt;
pub use near::{near_paths, near_words};
pub use packet::{Interface, LinkType, Packet, Resolution};
pub use read_problem::{ReadProblem, ReadReason};
pub use saving::{SaveTarget, Saved, Saving};
pub use source::{Completeness, MAX_REPORTED_PROBLEMS, Seen, Source};
