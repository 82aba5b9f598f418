//! What one interface of one input contributed.

use crate::capture::Packet;
use crate::unit::{Span, Time, Traffic};

/// The packets of one interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct InterfaceTally {
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
    /// Bytes that were stored.
    pub captured_bytes: u64,
    /// From the earliest to the latest packet.
    pub span: Span,
    /// True if a packet was stored behind one that is later than it.
    pub backwards: bool,
    previous: Time,
}

impl Default for InterfaceTally {
    fn default() -> Self {
        InterfaceTally {
            traffic: Traffic::default(),
            captured_bytes: 0,
            span: Span::default(),
            backwards: false,
            previous: Time::UNKNOWN,
        }
    }
}

impl InterfaceTally {
    /// Counts a packet.
    #[inline]
    pub fn add(&mut self, packet: &Packet<'_>) {
        self.traffic.add(packet.wire_len);
        self.captured_bytes += packet.data.len() as u64;
        self.span.add(packet.time);
        self.backwards |= packet.time.is_known() && packet.time < self.previous;
        self.previous = self.previous.max(packet.time);
    }
}
