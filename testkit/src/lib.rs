//! Captures to test and measure with.
//!
//! Two kinds: a [`Scene`] is a small capture that is built packet by packet, to show a single idea; [`generator`] writes captures as
//! large as wanted, with the traffic of many machines.
//!
//! ```
//! use testkit::{C, S, Scene, connection, udp};
//!
//! let mut scene = Scene::new();
//! scene.frames(connection((C, 51544), (S, 443), 1)).wait(3);
//! scene.frame(udp((C, 50001), (S, 53), b"who is www?"));
//! let capture = scene.pcap();
//! # assert_eq!(capture[..4], [0xd4, 0xc3, 0xb2, 0xa1]);
//! ```
//!
//! Frames are made by etherparse; anything that it does not know is written out in bytes. This crate does not depend on Portolan, so
//! that no mistake of its decoders can hide in the input of its tests. Functions panic where a test is written wrongly, for
//! example with two addresses of different IP versions.

mod conversation;
mod file;
mod frame;
pub mod generator;
pub mod named;
mod scene;
pub mod tunnels;

pub use conversation::{connection, dialogue, exchange, handshake, udp_exchange};
pub use file::{block, enhanced_packet, interface_description, section_header};
pub use frame::{Endpoint, arp, broadcast, ethernet, icmp_error, llc, ping, portless, tagged, tcp, udp, udp_fragments};
pub use scene::{C, D, R, S, START, Scene};
