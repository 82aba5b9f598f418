//! A flow: all packets between two endpoints, counted by direction, and the events that show how it was opened and closed.

use bitflags::bitflags;

use crate::decode::protocol::ip;
use crate::decode::{Address, EncapsulationId, FlowKey, Fragment, IpVersion, Observation, Side, is_port_unreachable};
use crate::time::{Span, Time};

bitflags! {
    /// Events that have been seen of a flow. An event that either side can cause has two bits: the constant is that of side A,
    /// and the bit after it that of side B ([`FlowEvents::by`]).
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub(super) struct FlowEvents: u32 {
        /// The side sent an opening.
        const OPENED = 1;
        /// The side answered an opening.
        const ANSWERED = 1 << 2;
        /// The side closed the connection.
        const FINISHED = 1 << 4;
        /// The side sent a reset.
        const RESET = 1 << 6;
        /// The side sent data.
        const CARRIED = 1 << 8;
        /// Packets went to the side as to a group.
        const ADDRESSED_AS_GROUP = 1 << 10;
        /// A packet of the side did not reach the port that it was for.
        const PORT_UNREACHABLE = 1 << 12;
        /// Side B sent the first packet.
        const FIRST_FROM_B = 1 << 14;
        /// An answer was followed by a packet that uses the connection.
        const ANSWER_USED = 1 << 15;
        /// A packet was a fragment.
        const FRAGMENTED = 1 << 16;
        /// Another flow had the same ports before.
        const PORT_REUSED = 1 << 17;
        /// The record stands for all flows of its protocol that the table had no room for.
        const OVERFLOW = 1 << 18;
        /// The side sent a packet that neither opens nor resets: such a packet from a client shows that it was answered.
        const WENT_ON = 1 << 19;
        /// The two directions came in different encapsulations.
        const JOINED = 1 << 21;
        /// The side sent a reset before it had closed the connection.
        const RESET_UNFINISHED = 1 << 22;
        /// The side sent a reset before the other side had closed the connection.
        const RESET_PEER_UNFINISHED = 1 << 24;
        /// The side sent a reset before the other side, which had sent packets, had closed the connection.
        const RESET_PEER_ACTIVE = 1 << 26;
        /// The two directions came in different encapsulations, and that of side B is in the key.
        const KEY_ENCAPSULATION_OF_B = 1 << 28;

        /// The bits of side B.
        const _ = !0;
    }
}

impl FlowEvents {
    /// The states in which resets found the connection, of either side.
    pub(super) const RESET_STATES: FlowEvents = FlowEvents::RESET_UNFINISHED
        .by_any()
        .union(FlowEvents::RESET_PEER_UNFINISHED.by_any())
        .union(FlowEvents::RESET_PEER_ACTIVE.by_any());

    /// The bit of an event that one side caused.
    #[inline]
    pub(super) const fn by(self, side: Side) -> FlowEvents {
        FlowEvents::from_bits_retain(self.bits() << side.index())
    }

    /// The bits of an event that either side caused.
    #[inline]
    pub(super) const fn by_any(self) -> FlowEvents {
        self.union(self.by(Side::B))
    }

    /// Adds the events of the other half of a flow. The first packet is that of this half.
    pub(super) fn join(&mut self, other: FlowEvents) {
        *self |= (other - FlowEvents::FIRST_FROM_B) | FlowEvents::JOINED;
        if self.intersects(FlowEvents::ANSWERED.by_any()) && self.intersects(FlowEvents::WENT_ON.by_any()) {
            self.insert(FlowEvents::ANSWER_USED);
        }
    }
}

/// A flow. Two cache lines, `key` in the first and `payload_bytes` in the second: everything that a packet touches, and
/// nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
#[repr(C, align(64))]
pub struct Flow {
    /// The endpoints, protocol and encapsulation.
    pub key: FlowKey,
    /// The times of the first and last packet.
    pub span: Span,
    /// Packets sent by each side.
    pub packets: [u64; 2],
    /// Bytes on the wire sent by each side.
    pub wire_bytes: [u64; 2],
    /// Bytes of payload sent by each side.
    pub payload_bytes: [u64; 2],
    /// Bytes of IP packets, both directions.
    pub ip_bytes: u64,
    /// Initial sequence number of the latest opening that came before an answer; if the connection was already under way, the
    /// sequence number of its first packet.
    pub(super) opening_sequence: u32,
    /// The sequence number before the one that the first answer acknowledges; if the connection was already under way, the one
    /// before the number that its first packet acknowledges.
    pub(super) answered_sequence: u32,
    pub(super) seen: FlowEvents,
    /// Bytes of data in the opening whose sequence number is kept (TCP Fast Open, RFC 7413).
    pub(super) opening_data: u16,
    /// The encapsulation of the other direction, where the two differ.
    pub(super) other_encapsulation: EncapsulationId,
}

/// The silence in nanoseconds after which a new SYN opens a new connection even if the old one was never closed.
pub const REUSE_AFTER: i64 = 60 * crate::time::NANOSECONDS;

impl Flow {
    /// The flow that a packet begins. The packet is not counted yet.
    pub fn begin(observation: &Observation) -> Flow {
        let mut seen = FlowEvents::default();
        if observation.side == Side::B {
            seen.insert(FlowEvents::FIRST_FROM_B);
        }
        let (opening_sequence, answered_sequence) = (observation.sequence, observation.acknowledgment.wrapping_sub(1));
        Flow { opening_sequence, answered_sequence, ..Flow::empty(observation.key, seen) }
    }

    fn empty(key: FlowKey, seen: FlowEvents) -> Flow {
        Flow {
            key,
            span: Span::default(),
            packets: [0; 2],
            wire_bytes: [0; 2],
            payload_bytes: [0; 2],
            ip_bytes: 0,
            opening_sequence: 0,
            answered_sequence: 0,
            seen,
            opening_data: 0,
            other_encapsulation: EncapsulationId::NONE,
        }
    }

    /// The overflow record of a protocol, which stands for all flows for which the table has no room. It has no endpoints.
    pub fn overflow(protocol: u8) -> Flow {
        let nowhere = (Address::default(), 0);
        let (key, _) = FlowKey::with_ports(IpVersion::V4, protocol, EncapsulationId::NONE, nowhere, nowhere);
        let mut seen = FlowEvents::default();
        seen.insert(FlowEvents::OVERFLOW);
        Flow::empty(key, seen)
    }

    /// True if this record stands for all flows of its protocol for which the table had no room.
    #[inline]
    pub fn is_overflow(&self) -> bool {
        self.seen.contains(FlowEvents::OVERFLOW)
    }

    /// Adds a packet's volume to an overflow record, which has no client or server.
    pub fn add_volume(&mut self, observation: &Observation) {
        self.span.add(observation.time);
        self.packets[0] += 1;
        self.wire_bytes[0] += u64::from(observation.wire_len);
        self.payload_bytes[0] += u64::from(observation.payload_len);
        self.ip_bytes += u64::from(observation.ip_len);
    }

    /// Counts a packet.
    #[inline(always)]
    pub fn add(&mut self, observation: &Observation) {
        let side = observation.side;
        self.span.add(observation.time);
        self.packets[side.index()] += 1;
        self.wire_bytes[side.index()] += u64::from(observation.wire_len);
        self.payload_bytes[side.index()] += u64::from(observation.payload_len);
        self.ip_bytes += u64::from(observation.ip_len);
        if observation.payload_len > 0 {
            self.seen.insert(FlowEvents::CARRIED.by(side));
        }
        if observation.to_group {
            self.seen.insert(FlowEvents::ADDRESSED_AS_GROUP.by(side.other()));
        }
        if observation.fragment != Fragment::Whole {
            self.seen.insert(FlowEvents::FRAGMENTED);
        }
        self.note_flags(observation);
    }

    /// Adds the packets and bytes of another part of the flow.
    pub(super) fn add_counts(&mut self, other: &Flow) {
        self.span.merge(other.span);
        for side in [0, 1] {
            self.packets[side] += other.packets[side];
            self.wire_bytes[side] += other.wire_bytes[side];
            self.payload_bytes[side] += other.payload_bytes[side];
        }
        self.ip_bytes += other.ip_bytes;
    }

    /// Notes an ICMP error about a packet of the flow, given its original datagram.
    pub fn add_icmp_error(&mut self, original: &Observation) {
        let protocol = match original.key.version {
            IpVersion::V4 => ip::ICMP,
            IpVersion::V6 => ip::ICMPV6,
        };
        if original.message.is_some_and(|message| is_port_unreachable(protocol, message)) {
            self.seen.insert(FlowEvents::PORT_UNREACHABLE.by(original.side));
        }
    }

    /// True if `observation` belongs to another flow between the same ports: it opens another connection, or comes after more
    /// than `idle_timeout` nanoseconds of silence.
    #[inline]
    pub fn is_ended_by(&self, observation: &Observation, idle_timeout: Option<i64>) -> bool {
        self.is_reused_by(observation) || idle_timeout.is_some_and(|limit| self.silence_before(observation.time) > limit)
    }

    /// Nanoseconds between the flow's last packet and `time`; 0 if either is unknown.
    #[inline]
    pub fn silence_before(&self, time: Time) -> i64 {
        time.since(self.span.last).unwrap_or(0)
    }

    /// Marks the flow as another one between ports that had one before.
    pub fn mark_port_reuse(&mut self) {
        self.seen.insert(FlowEvents::PORT_REUSED);
    }

    /// True if another flow had the same ports before.
    pub fn is_port_reuse(&self) -> bool {
        self.seen.contains(FlowEvents::PORT_REUSED)
    }

    /// The side that sent the first packet the capture holds.
    pub fn first_side(&self) -> Side {
        if self.seen.contains(FlowEvents::FIRST_FROM_B) { Side::B } else { Side::A }
    }

    /// True if both sides sent.
    #[inline]
    pub fn is_two_way(&self) -> bool {
        self.packets[0] > 0 && self.packets[1] > 0
    }

    /// The side that is a group address: packets went to it as to a group, and none ever came from it.
    pub fn group_side(&self) -> Option<Side> {
        [Side::A, Side::B]
            .into_iter()
            .find(|side| self.seen.intersects(FlowEvents::ADDRESSED_AS_GROUP.by(*side)) && self.packets[side.index()] == 0)
    }

    /// The encapsulation of the other direction, if the two directions came in different ones.
    pub fn other_encapsulation(&self) -> Option<EncapsulationId> {
        self.seen.contains(FlowEvents::JOINED).then_some(self.other_encapsulation)
    }

    /// The side that sent the packets in the encapsulation of the key, where the other side's came in [another
    /// one](Flow::other_encapsulation).
    pub fn key_encapsulation_side(&self) -> Side {
        if self.seen.contains(FlowEvents::KEY_ENCAPSULATION_OF_B) { Side::B } else { Side::A }
    }

    /// True if any packet of the flow was a fragment.
    pub fn is_fragmented(&self) -> bool {
        self.seen.contains(FlowEvents::FRAGMENTED)
    }

    /// True if an ICMP error said that nobody serves the port, and no packet came from there. If packets came, the error only
    /// shows that one side was done sooner than the other: DNS clients close their port after the first of two answers.
    pub fn is_port_unreachable(&self) -> bool {
        [Side::A, Side::B].into_iter().any(|asking| {
            self.seen.intersects(FlowEvents::PORT_UNREACHABLE.by(asking)) && self.packets[asking.other().index()] == 0
        })
    }
}
