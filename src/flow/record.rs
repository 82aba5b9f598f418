//! A flow: all packets between two endpoints, counted by direction, and what is remembered of how it was opened.

use crate::decode::protocol::ip;
use crate::decode::{Address, FlowKey, Fragment, IpVersion, Observation, ScopeId, Side, is_port_unreachable};
use crate::unit::{Span, Time};

/// What has been seen of a flow: one bit each, in pairs for what either side can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Seen(u32);

impl Seen {
    /// Bits with a place for each side: shift by the side's index.
    pub(super) const OPENED: u32 = 1;
    pub(super) const ANSWERED: u32 = 1 << 2;
    pub(super) const FINISHED: u32 = 1 << 4;
    pub(super) const RESET: u32 = 1 << 6;
    pub(super) const CARRIED: u32 = 1 << 8;
    pub(super) const ADDRESSED_AS_GROUP: u32 = 1 << 10;
    /// A packet of the side did not reach the port that it was for.
    pub(super) const PORT_UNREACHABLE: u32 = 1 << 12;
    /// Bits of the flow as a whole.
    pub(super) const FIRST_FROM_B: u32 = 1 << 14;
    pub(super) const ANSWER_USED: u32 = 1 << 15;
    pub(super) const FRAGMENTED: u32 = 1 << 16;
    pub(super) const PORT_REUSED: u32 = 1 << 17;
    pub(super) const OVERFLOW: u32 = 1 << 18;
    /// A side sent a packet that neither opens nor resets: from a client it says that it was answered.
    pub(super) const WENT_ON: u32 = 1 << 19;
    /// A reset came before the connection was closed.
    pub(super) const ABORTED: u32 = 1 << 21;
    /// The two directions came in different scopes.
    pub(super) const JOINED: u32 = 1 << 22;

    #[inline]
    pub(super) fn set(&mut self, bit: u32) {
        self.0 |= bit;
    }

    #[inline]
    pub(super) fn set_for(&mut self, bit: u32, side: Side) {
        self.0 |= bit << side.index();
    }

    pub(super) fn clear_for(&mut self, bit: u32, side: Side) {
        self.0 &= !(bit << side.index());
    }

    /// What two halves of a flow have seen, the first half's own.
    pub(super) fn join(&mut self, other: Seen) {
        self.0 |= other.0 & !Seen::FIRST_FROM_B | Seen::JOINED;
        if self.has_any(Seen::ANSWERED) && self.has_any(Seen::WENT_ON) {
            self.set(Seen::ANSWER_USED);
        }
    }

    #[inline]
    pub(super) fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    #[inline]
    pub(super) fn has_for(self, bit: u32, side: Side) -> bool {
        self.0 & bit << side.index() != 0
    }

    #[inline]
    pub(super) fn has_any(self, bit: u32) -> bool {
        self.0 & (bit | bit << 1) != 0
    }
}

/// A flow. Two cache lines, `key` in the first and `payload_bytes` in the second: everything that a packet touches, and
/// nothing else.
#[derive(Clone, Debug)]
#[repr(C, align(64))]
pub struct Flow {
    /// Its endpoints, protocol and scope.
    pub key: FlowKey,
    /// Its first and last packet.
    pub span: Span,
    /// Packets sent by each side.
    pub packets: [u64; 2],
    /// Bytes on the wire sent by each side.
    pub wire_bytes: [u64; 2],
    /// Bytes of payload sent by each side.
    pub payload_bytes: [u64; 2],
    /// Bytes of IP packets, both directions.
    pub ip_bytes: u64,
    /// Initial sequence number of the latest opening that came before an answer; of a connection that was under way
    /// already, the sequence number of its first packet.
    pub(super) opening_sequence: u32,
    /// The sequence number in front of the one that the first answer acknowledges; of a connection that was under way
    /// already, that of its first packet.
    pub(super) answered_sequence: u32,
    pub(super) seen: Seen,
    /// Bytes of data in the opening whose sequence number is kept (TCP Fast Open, RFC 7413).
    pub(super) opening_data: u16,
    /// The scope of the other direction, where the two differ.
    pub(super) other_scope: ScopeId,
}

/// How long after its last packet a new SYN opens a new connection even though the old one was never closed.
pub const REUSE_AFTER: i64 = 60 * crate::unit::NANOSECONDS;

impl Flow {
    /// The flow that a packet begins, without having counted it.
    pub fn begin(observation: &Observation) -> Flow {
        let mut seen = Seen::default();
        if observation.side == Side::B {
            seen.set(Seen::FIRST_FROM_B);
        }
        let (opening_sequence, answered_sequence) = (observation.sequence, observation.acknowledgment.wrapping_sub(1));
        Flow { opening_sequence, answered_sequence, ..Flow::empty(observation.key, seen) }
    }

    fn empty(key: FlowKey, seen: Seen) -> Flow {
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
            other_scope: ScopeId::PLAIN,
        }
    }

    /// What stands for all flows of a protocol for which the table has no room. It has no endpoints.
    pub fn overflow(protocol: u8) -> Flow {
        let nowhere = (Address::default(), 0);
        let (key, _) = FlowKey::with_ports(IpVersion::V4, protocol, ScopeId::PLAIN, nowhere, nowhere);
        let mut seen = Seen::default();
        seen.set(Seen::OVERFLOW);
        Flow::empty(key, seen)
    }

    /// True if it stands for all flows of its protocol for which the table had no room.
    #[inline]
    pub fn is_overflow(&self) -> bool {
        self.seen.has(Seen::OVERFLOW)
    }

    /// Counts a packet of one of the flows that this one stands for: its volume, and nothing of who is who.
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
            self.seen.set_for(Seen::CARRIED, side);
        }
        if observation.to_group {
            self.seen.set_for(Seen::ADDRESSED_AS_GROUP, side.other());
        }
        if observation.fragment != Fragment::Whole {
            self.seen.set(Seen::FRAGMENTED);
        }
        self.note_signals(observation);
    }

    /// Notes that an ICMP error quoted a packet of the flow.
    pub fn note_quote(&mut self, quote: &Observation) {
        let protocol = match quote.key.version {
            IpVersion::V4 => ip::ICMP,
            IpVersion::V6 => ip::ICMPV6,
        };
        if quote.message.is_some_and(|message| is_port_unreachable(protocol, message)) {
            self.seen.set_for(Seen::PORT_UNREACHABLE, quote.side);
        }
    }

    /// True if `observation` belongs to another flow between the same ports: it opens another connection, or comes after more
    /// than so many nanoseconds of silence.
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
        self.seen.set(Seen::PORT_REUSED);
    }

    /// True if it is another flow between ports that had one before.
    pub fn is_port_reuse(&self) -> bool {
        self.seen.has(Seen::PORT_REUSED)
    }

    /// The side that sent the first packet the capture holds.
    pub fn first_side(&self) -> Side {
        if self.seen.has(Seen::FIRST_FROM_B) { Side::B } else { Side::A }
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
            .find(|side| self.seen.has_for(Seen::ADDRESSED_AS_GROUP, *side) && self.packets[side.index()] == 0)
    }

    /// The scope of the other direction, where its two directions came in different scopes.
    pub fn other_scope(&self) -> Option<ScopeId> {
        self.seen.has(Seen::JOINED).then_some(self.other_scope)
    }

    /// True if any of its packets was a fragment.
    pub fn is_fragmented(&self) -> bool {
        self.seen.has(Seen::FRAGMENTED)
    }

    /// True if an ICMP error said that nobody serves the port, and nothing came from there. Without the latter it says only
    /// that one side was done sooner than the other: DNS clients close their port after the first of two answers.
    pub fn is_port_unreachable(&self) -> bool {
        [Side::A, Side::B]
            .into_iter()
            .any(|asking| self.seen.has_for(Seen::PORT_UNREACHABLE, asking) && self.packets[asking.other().index()] == 0)
    }
}
