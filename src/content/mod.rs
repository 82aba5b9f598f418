//! Floor 4: the little that is read of payloads. What machines announce of flows to come, and what hosts are called.
//!
//! Only packets to or from a port whose service announces something are read ([`Channel`]), and only for that: a
//! [`Listener`] hands each to the parser of its protocol. Announcements are kept as a log ([`Announcements`]), in the
//! order of the packets; which flows they are about is for the end of the capture. Host names go into [`HostNames`].
//! Both are bounded, because whoever sends the traffic chooses what they say.

mod announcement;
mod channel;
pub mod dcerpc;
pub mod dhcp;
pub mod dns;
pub mod ftp;
pub mod irc;
mod listener;
pub mod names;
pub mod netbios;
pub mod rtsp;
pub mod sdp;
mod stream;
pub mod sunrpc;
#[cfg(test)]
mod tests;

pub use announcement::{Announcement, Announcements, Expectation, MAX_ANNOUNCEMENTS, MAX_PER_CHANNEL, ServerEnd, What};
pub use channel::Channel;
pub use listener::Listener;
pub use names::{HostNames, NameOrigin};
