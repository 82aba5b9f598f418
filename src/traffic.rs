//! Numbers of packets and bytes.

/// A number of packets and their bytes on the wire, link header included.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Traffic {
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire: the original length that the capture recorded, not what was stored.
    pub wire_bytes: u64,
}

impl Traffic {
    /// Counts one packet of `wire_len` bytes.
    #[inline]
    pub fn add(&mut self, wire_len: u32) {
        self.packets += 1;
        self.wire_bytes += u64::from(wire_len);
    }

    /// Removes one packet of `wire_len` bytes that was counted before.
    pub fn remove(&mut self, wire_len: u32) {
        self.packets -= 1;
        self.wire_bytes -= u64::from(wire_len);
    }

    /// This count without another one, at least 0.
    pub fn without(self, other: Traffic) -> Traffic {
        Traffic {
            packets: self.packets.saturating_sub(other.packets),
            wire_bytes: self.wire_bytes.saturating_sub(other.wire_bytes),
        }
    }

    /// Adds another count.
    #[inline]
    pub fn merge(&mut self, other: Traffic) {
        self.packets += other.packets;
        self.wire_bytes += other.wire_bytes;
    }
}
