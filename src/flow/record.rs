//! A flow: all packets between two endpoints, counted by direction, and what is remembered of how it was opened.

use crate::decode::protocol::ip;
use crate::decode::{Address, FlowKey, Fragment, IpVersion, Observation, ScopeId, Side, Signals, is_port_unreachable};
use crate::service::ladder::Opening;
use crate::unit::{Span, Time};

/// What has been seen of a flow: one bit each, in pairs for what either side can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
struct Seen(u32);

impl Seen {
    /// Bits with a place for each side: shift by the side's index.
    const OPENED: u32 = 1;
    const ANSWERED: u32 = 1 << 2;
    const FINISHED: u32 = 1 << 4;
    const RESET: u32 = 1 << 6;
    const CARRIED: u32 = 1 << 8;
    const ADDRESSED_AS_GROUP: u32 = 1 << 10;
    /// A packet of the side did not reach the port that it was for.
    const PORT_UNREACHABLE: u32 = 1 << 12;
    /// Bits of the flow as a whole.
    const FIRST_FROM_B: u32 = 1 << 14;
    const ANSWER_USED: u32 = 1 << 15;
    const FRAGMENTED: u32 = 1 << 16;
    const PORT_REUSED: u32 = 1 << 17;
    const OVERFLOW: u32 = 1 << 18;

    #[inline]
    fn set(&mut self, bit: u32) {
        self.0 |= bit;
    }

    #[inline]
    fn set_for(&mut self, bit: u32, side: Side) {
        self.0 |= bit << side.index();
    }

    #[inline]
    fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    #[inline]
    fn has_for(self, bit: u32, side: Side) -> bool {
        self.0 & bit << side.index() != 0
    }

    #[inline]
    fn has_any(self, bit: u32) -> bool {
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
    /// Initial sequence number of the latest opening that came before an answer.
    opening_sequence: u32,
    /// The initial sequence number that the first answer acknowledges.
    answered_sequence: u32,
    seen: Seen,
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
        Flow::empty(observation.key, seen)
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

    #[inline(always)]
    fn note_signals(&mut self, observation: &Observation) {
        let (side, signals) = (observation.side, observation.signals);
        let answered = self.seen.has_any(Seen::ANSWERED);
        if signals.has(Signals::SYN) {
            if signals.has(Signals::ACK) {
                if !answered {
                    self.answered_sequence = observation.acknowledgment.wrapping_sub(1);
                }
                self.seen.set_for(Seen::ANSWERED, side);
            } else {
                if !answered || !self.seen.has_any(Seen::OPENED) {
                    self.opening_sequence = observation.sequence;
                }
                self.seen.set_for(Seen::OPENED, side);
            }
        } else if answered && !signals.has(Signals::RST) {
            self.seen.set(Seen::ANSWER_USED);
        }
        if signals.has(Signals::FIN) {
            self.seen.set_for(Seen::FINISHED, side);
        }
        if signals.has(Signals::RST) {
            self.seen.set_for(Seen::RESET, side);
        }
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

    /// True if `observation` opens another connection between the same ports: a SYN with another initial sequence number
    /// after the old connection was closed, or silent for [`REUSE_AFTER`].
    #[inline]
    fn is_reused_by(&self, observation: &Observation) -> bool {
        let opens = observation.signals.has(Signals::SYN) && !observation.signals.has(Signals::ACK);
        opens && self.key.has_ports() && self.may_be_reopened(observation)
    }

    fn may_be_reopened(&self, observation: &Observation) -> bool {
        let retransmitted = self.seen.has_any(Seen::OPENED) && self.opening_sequence == observation.sequence;
        let closed = self.seen.has_any(Seen::FINISHED) || self.seen.has_any(Seen::RESET);
        !retransmitted && (closed || self.silence_before(observation.time) >= REUSE_AFTER)
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

    /// How it was opened, as far as the capture shows it.
    pub fn opening(&self) -> Opening {
        let seen = self.seen;
        let side = |bit| match (seen.has_for(bit, Side::A), seen.has_for(bit, Side::B)) {
            (true, false) => Some(Side::A),
            (false, true) => Some(Side::B),
            _ => None,
        };
        if seen.has_for(Seen::OPENED, Side::A) && seen.has_for(Seen::OPENED, Side::B) {
            return Opening::Simultaneous;
        }
        match (side(Seen::OPENED), side(Seen::ANSWERED)) {
            (Some(asking), Some(answering)) if asking != answering && self.opening_sequence == self.answered_sequence => {
                Opening::Handshake(answering)
            }
            (_, Some(answering)) if seen.has(Seen::ANSWER_USED) => Opening::AnswerUsed(answering),
            (Some(asking), _) => Opening::Asked(asking.other()),
            (None, Some(answering)) => Opening::AnswerOnly(answering),
            (None, None) => Opening::Unseen,
        }
    }

    /// How the connection went.
    pub fn outcome(&self) -> Outcome {
        let reset = self.seen.has_any(Seen::RESET);
        match self.opening() {
            Opening::Unseen => Outcome::Midstream,
            Opening::Asked(server) if self.seen.has_for(Seen::RESET, server) || self.is_port_unreachable() => Outcome::Refused,
            Opening::Asked(_) | Opening::AnswerOnly(_) => Outcome::Attempted,
            Opening::Simultaneous if !self.seen.has_any(Seen::ANSWERED) => Outcome::Attempted,
            Opening::Handshake(_) | Opening::AnswerUsed(_) | Opening::Simultaneous if reset => Outcome::Reset,
            Opening::Handshake(_) | Opening::AnswerUsed(_) | Opening::Simultaneous => Outcome::Established,
        }
    }

    /// How a TCP connection went, in the letters of Zeek's `conn_state`
    /// (<https://docs.zeek.org/en/master/scripts/base/protocols/conn/main.zeek.html>).
    pub fn conn_state(&self) -> &'static str {
        let (server, opened, answered) = match self.opening() {
            Opening::Handshake(side) => (side, true, true),
            Opening::Asked(side) => (side, true, false),
            Opening::AnswerUsed(side) | Opening::AnswerOnly(side) => (side, self.seen.has_any(Seen::OPENED), true),
            Opening::Unseen | Opening::Simultaneous => return "OTH",
        };
        let client = server.other();
        let (finished, reset) = (|side| self.seen.has_for(Seen::FINISHED, side), |side| self.seen.has_for(Seen::RESET, side));
        match (opened, answered) {
            (true, false) if reset(server) => "REJ",
            (true, false) if reset(client) => "RSTOS0",
            (true, false) if finished(client) => "SH",
            (true, false) => "S0",
            (false, true) if reset(server) => "RSTRH",
            (false, true) if finished(server) && !finished(client) => "SHR",
            (false, true) if finished(server) && finished(client) => "SF",
            (false, true) => "OTH",
            _ if finished(client) && finished(server) => "SF",
            _ if reset(client) => "RSTO",
            _ if reset(server) => "RSTR",
            _ if finished(client) => "S2",
            _ if finished(server) => "S3",
            _ => "S1",
        }
    }
}

/// How a connection went. Each connection has exactly one outcome.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was asked for, and no answer is in the capture.
    Attempted,
    /// It was opened, and not reset.
    Established,
    /// It was asked for and denied.
    Refused,
    /// It was opened, and ended by a reset.
    Reset,
    /// Its opening is not in the capture.
    Midstream,
}
