//! The small part of payloads that is read: announcements of future flows, and names of hosts.
//!
//! Only packets to or from the port of a [`Channel`] are read, and only for the announcements or names of its service. A
//! [`Inspector`] passes each packet to the module of its channel, which returns expected flows ([`Expectation`]) or names
//! ([`NamedAddress`]). Announcements are kept in a log ([`Announcements`]), in the order of the packets; the announced flows are
//! found at the end of the capture. Names go into [`HostNames`]. Both are bounded, because senders choose the contents.

mod announcement;
mod channel;
mod cursor;
pub mod dcerpc;
pub mod dhcp;
pub mod dns;
pub mod ftp;
mod group_query;
mod inspector;
pub mod irc;
pub mod names;
pub mod netbios;
mod packet;
pub mod rtsp;
pub mod sdp;
mod stream;
pub mod sunrpc;
#[cfg(test)]
mod tests;
mod tftp;
mod wire_text;

pub use announcement::{Announcement, Announcements, ChannelEvent, Expectation, MAX_ANNOUNCEMENTS, MAX_PER_CHANNEL, ServerEnd};
pub use channel::Channel;
pub use inspector::Inspector;
pub use names::{HostNames, NameOrigin, NamedAddress};
