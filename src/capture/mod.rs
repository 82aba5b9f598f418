//! Reads packets from a file, a pipe or a compressed stream. Knows formats and offsets, and no protocol.
//!
//! [`Source`] is the entry point: it opens an [`InputName`], recognises compression and format by magic number, and lends out one
//! [`Packet`] at a time. The format parsers ([`pcap`], [`pcapng`], [`snoop`]) look at bytes and do no I/O. In the other
//! direction, [`pcapng_write`] turns packets into pcapng blocks, and [`PacketWriter`] writes a stream of such blocks to files.
//! [`Inputs`] resolves a user's arguments: folders, and files in the order of time. The module `live` captures from interfaces. A
//! [`Filter`] selects packets.

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
mod output_file;
mod packet;
mod packet_writer;
pub mod pcap;
mod pcap_write;
pub mod pcapng;
pub mod pcapng_write;
mod read_ahead;
mod read_problem;
mod skippable;
pub mod snoop;
mod source;
mod xz;
mod zstd;

pub use digest::HashingReader;
pub use duplicates::{FIRST_LOOKED_AT, MAX_INTERVAL, WINDOW};
pub use filter::{Filter, Filtered, Filtering};
pub use identity::Identity;
pub use input::{Compression, InputName, Position, ReadOnlyOnce};
pub use inputs::Inputs;
pub use interrupt::Interrupt;
pub use near::{near_paths, near_words};
pub use packet::{Interface, Packet, Resolution};

pub use crate::link_type::LinkType;
pub use packet_writer::{PacketWriter, SaveTarget, WriteStats};
pub use read_problem::{ReadProblem, ReadReason};
pub use source::{CheckedPacket, Completeness, MAX_REPORTED_PROBLEMS, Source};
