//! The packets that one interface of one input contributed.

use crate::capture::Packet;
use crate::time::{Span, Time};
use crate::traffic::Traffic;

/// The packets of one interface.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct InterfaceTally {
    /// Packets and bytes on the wire.
    pub traffic: Traffic,
    /// Bytes that were stored.
    pub captured_bytes: u64,
    /// From the earliest to the latest packet.
    pub span: Span,
    /// True if a packet was stored after one that is later.
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
        // Nearly every packet is later than all before it.
        if self.span.first.is_known() && packet.time >= self.span.last {
            self.span.last = packet.time;
        } else {
            self.add_out_of_order(packet.time);
        }
    }

    /// Counts the time of a packet that is the first one, earlier than another, or without a time.
    #[cold]
    fn add_out_of_order(&mut self, time: Time) {
        self.backwards |= time.is_known() && time < self.span.last;
        self.span.add(time);
    }

    /// Adds the packets of another interface. The order of time between the two is ignored.
    pub fn merge(&mut self, other: &InterfaceTally) {
        self.traffic.merge(other.traffic);
        self.captured_bytes += other.captured_bytes;
        self.span.merge(other.span);
        self.backwards |= other.backwards;
        self.duplicates += other.duplicates;
    }

    /// Adds later packets of the same interface. The result is the same as if they had been added one by one.
    pub fn merge_later(&mut self, later: &InterfaceTally) {
        let steps_back = later.span.first.is_known() && later.span.first < self.span.last;
        self.merge(later);
        self.backwards |= steps_back;
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Packets with these times and lengths, some of which are suspected duplicates.
    fn tally(packets: &[(Option<i64>, u32, bool)]) -> InterfaceTally {
        let mut tally = InterfaceTally::default();
        for &(time, wire_len, is_duplicate) in packets {
            let time = time.map_or(Time::UNKNOWN, Time::from_nanoseconds);
            tally.add(&Packet { time, wire_len, interface: 0, data: &[0; 14] });
            tally.duplicates += u64::from(is_duplicate);
        }
        tally
    }

    fn any_packet() -> impl Strategy<Value = (Option<i64>, u32, bool)> {
        (prop::option::weighted(0.8, 0..6i64), 14..1514u32, any::<bool>())
    }

    proptest! {
        #[test]
        fn parts_of_an_interface_merge_to_the_interface(earlier in vec(any_packet(), 0..6), later in vec(any_packet(), 0..6)) {
            let mut merged = tally(&earlier);
            merged.merge_later(&tally(&later));
            prop_assert_eq!(merged, tally(&[earlier, later].concat()));
        }
    }
}
