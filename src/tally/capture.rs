//! What one interface of one input contributed.

use crate::capture::Packet;
use crate::unit::{Span, Traffic};

/// The packets of one interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InterfaceTally {
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
    /// Bytes that were stored.
    pub captured_bytes: u64,
    /// From the earliest to the latest packet.
    pub span: Span,
    /// True if a packet was stored behind one that is later than it.
    pub backwards: bool,
    /// Suspected duplicates, counted among the packets or dropped.
    pub duplicates: u64,
}

impl InterfaceTally {
    /// Counts a packet.
    #[inline]
    pub fn add(&mut self, packet: &Packet<'_>) {
        self.traffic.add(packet.wire_len);
        self.captured_bytes += packet.data.len() as u64;
        self.backwards |= packet.time.is_known() && packet.time < self.span.last;
        self.span.add(packet.time);
    }

    /// Adds what another interface contributed. The order of time between the two is not looked at.
    pub fn merge(&mut self, other: &InterfaceTally) {
        self.traffic.merge(other.traffic);
        self.captured_bytes += other.captured_bytes;
        self.span.merge(other.span);
        self.backwards |= other.backwards;
        self.duplicates += other.duplicates;
    }
}
