//! Connections: the handshake and the end of a flow, from the events that were seen.

use super::record::{Flow, FlowEvents, REUSE_AFTER};
use crate::decode::protocol::ip;
use crate::decode::{ConnectionFlags, Observation, Side};
use crate::service::keyed_enum::keyed_enum;
use crate::service::{ConnState, Handshake, Verdict};

/// The largest distance between the sequence numbers of two directions that are captured from about the same time on, beyond the
/// bytes sent meanwhile: many times the bytes in flight on a fast connection.
const IN_FLIGHT: i64 = 64 << 20;

impl Flow {
    /// Records the events of a packet.
    #[inline(always)]
    pub(super) fn note_flags(&mut self, observation: &Observation) {
        let (side, flags) = (observation.side, observation.flags);
        let answered = self.has_answer();
        if flags.contains(ConnectionFlags::SYN) {
            self.note_opening(observation, answered);
        } else if !flags.contains(ConnectionFlags::RST) {
            self.seen.insert(FlowEvents::WENT_ON.by(side));
            if answered {
                self.seen.insert(FlowEvents::ANSWER_USED);
            }
        }
        if flags.contains(ConnectionFlags::FIN) {
            self.seen.insert(FlowEvents::FINISHED.by(side));
        }
        if flags.contains(ConnectionFlags::RST) {
            self.note_reset(side);
        }
    }

    fn note_opening(&mut self, observation: &Observation, answered: bool) {
        let side = observation.side;
        if observation.flags.contains(ConnectionFlags::ACK) {
            if !answered {
                self.answered_sequence = observation.acknowledgment.wrapping_sub(1);
            }
            self.seen.insert(FlowEvents::ANSWERED.by(side));
            return;
        }
        if !answered || !self.has_opening() {
            let again = self.has_opening() && self.opening_sequence == observation.sequence;
            // The first try may carry data, and a second one without it may still be answered for both.
            let data = u16::try_from(observation.payload_len).unwrap_or(u16::MAX);
            self.opening_data = if again { self.opening_data.max(data) } else { data };
            self.opening_sequence = observation.sequence;
            // Packets before the opening belong to a connection before this one.
            self.seen.remove(FlowEvents::WENT_ON.by(side));
        }
        self.seen.insert(FlowEvents::OPENED.by(side));
    }

    /// Records a reset. After both sides have closed, a reset ends nothing: hosts send one for packets that still arrive then.
    /// If the other side's packets are not in the capture, neither is its close.
    fn note_reset(&mut self, side: Side) {
        let peer = side.other();
        self.seen.insert(FlowEvents::RESET.by(side));
        if !self.has_finished(side) {
            self.seen.insert(FlowEvents::RESET_UNFINISHED.by(side));
        }
        if !self.has_finished(peer) {
            self.seen.insert(FlowEvents::RESET_PEER_UNFINISHED.by(side));
            if self.packets[peer.index()] > 0 {
                self.seen.insert(FlowEvents::RESET_PEER_ACTIVE.by(side));
            }
        }
    }

    /// True if a reset came before the connection was closed.
    fn is_aborted(&self) -> bool {
        self.seen.intersects(FlowEvents::RESET_UNFINISHED.by_any().union(FlowEvents::RESET_PEER_ACTIVE.by_any()))
    }

    /// True if the side closed the connection.
    #[inline]
    pub(super) fn has_finished(&self, side: Side) -> bool {
        self.seen.intersects(FlowEvents::FINISHED.by(side))
    }

    /// True if either side opened the connection.
    #[inline]
    pub(super) fn has_opening(&self) -> bool {
        self.seen.intersects(FlowEvents::OPENED.by_any())
    }

    /// True if either side answered an opening.
    #[inline]
    pub(super) fn has_answer(&self) -> bool {
        self.seen.intersects(FlowEvents::ANSWERED.by_any())
    }

    /// True if `observation` opens another connection between the same ports after the old one was closed, or silent for
    /// [`REUSE_AFTER`]: a SYN with another initial sequence number, or, where the capture holds only the server's direction, a
    /// SYN-ACK that acknowledges another one.
    #[inline]
    pub(super) fn is_reused_by(&self, observation: &Observation) -> bool {
        observation.flags.contains(ConnectionFlags::SYN) && self.key.has_ports() && self.may_be_reopened(observation)
    }

    fn may_be_reopened(&self, observation: &Observation) -> bool {
        let retransmitted = if observation.flags.contains(ConnectionFlags::ACK) {
            let others = self.packets[observation.side.other().index()];
            others > 0 || self.answered_sequence == observation.acknowledgment.wrapping_sub(1)
        } else {
            self.has_opening() && self.opening_sequence == observation.sequence
        };
        let closed = self.seen.intersects(FlowEvents::FINISHED.by_any()) || self.seen.intersects(FlowEvents::RESET.by_any());
        !retransmitted && (closed || self.silence_before(observation.time) >= REUSE_AFTER)
    }

    /// The handshake of the flow, as far as the capture shows it.
    pub fn handshake(&self) -> Handshake {
        let seen = self.seen;
        let side = |event: FlowEvents| match (seen.intersects(event.by(Side::A)), seen.intersects(event.by(Side::B))) {
            (true, false) => Some(Side::A),
            (false, true) => Some(Side::B),
            _ => None,
        };
        if seen.contains(FlowEvents::OPENED.by_any()) {
            return Handshake::SimultaneousOpen;
        }
        match (side(FlowEvents::OPENED), side(FlowEvents::ANSWERED)) {
            (Some(asking), Some(answering)) if asking != answering && acknowledges(self, self) => {
                Handshake::SynAndSynAck(answering)
            }
            (_, Some(answering)) if seen.contains(FlowEvents::ANSWER_USED) => Handshake::SynAckUsed(answering),
            (Some(asking), _) => Handshake::SynOnly(asking.other()),
            (None, Some(answering)) => Handshake::SynAckOnly(answering),
            (None, None) => Handshake::NotSeen,
        }
    }

    /// The role of the side that opened the flow, given its server. Where no opening is in the capture, the first packet stands
    /// for it, if `start_observed` says that no earlier one is likely.
    pub fn initiator(&self, verdict: &Verdict, start_observed: bool) -> Initiator {
        let side = match (self.handshake(), self.group_side()) {
            (Handshake::NotSeen, Some(group)) => Some(group.other()),
            (Handshake::NotSeen, None) => start_observed.then(|| self.first_side()),
            (handshake, _) => handshake.initiator(),
        };
        match side {
            None => Initiator::Unknown,
            Some(side) if Some(side) == verdict.server => Initiator::Server,
            Some(_) => Initiator::Client,
        }
    }

    /// True if the client opened the connection and then went on with it, although no answer is in the capture: the server's
    /// answer was not captured.
    pub fn was_answered_unseen(&self) -> bool {
        matches!(self.handshake(), Handshake::SynOnly(server) if self.went_on(server.other()))
    }

    /// True if the side sent a packet, other than an opening or a reset, after its opening if it sent one.
    pub fn went_on(&self, side: Side) -> bool {
        self.seen.intersects(FlowEvents::WENT_ON.by(side))
    }

    /// True if a side sent nothing but resets.
    pub fn is_only_reset(&self) -> bool {
        [Side::A, Side::B].into_iter().any(|side| self.is_only_reset_by(side))
    }

    /// True if `side` sent nothing but resets.
    pub fn is_only_reset_by(&self, side: Side) -> bool {
        let others = FlowEvents::OPENED | FlowEvents::ANSWERED | FlowEvents::WENT_ON;
        self.was_reset_by(side) && !self.seen.intersects(others.by(side))
    }

    /// True if the side opened the connection.
    pub fn opened(&self, side: Side) -> bool {
        self.seen.intersects(FlowEvents::OPENED.by(side))
    }

    /// True if the side answered an opening.
    pub fn answered(&self, side: Side) -> bool {
        self.seen.intersects(FlowEvents::ANSWERED.by(side))
    }

    /// True if the side sent a reset.
    pub fn was_reset_by(&self, side: Side) -> bool {
        self.seen.intersects(FlowEvents::RESET.by(side))
    }

    /// True if the side sent data.
    pub fn carried(&self, side: Side) -> bool {
        self.seen.intersects(FlowEvents::CARRIED.by(side))
    }

    /// The outcome of the connection.
    #[inline]
    pub fn outcome(&self) -> Outcome {
        let reset = self.is_aborted();
        match self.handshake() {
            Handshake::NotSeen => Outcome::Midstream,
            Handshake::SynOnly(server) if self.went_on(server.other()) && reset => Outcome::Reset,
            Handshake::SynOnly(server) if self.went_on(server.other()) => Outcome::Established,
            Handshake::SynOnly(server) if self.was_reset_by(server) || self.is_port_unreachable() => Outcome::Refused,
            Handshake::SynOnly(_) | Handshake::SynAckOnly(_) => Outcome::Attempted,
            Handshake::SimultaneousOpen if !self.has_answer() => Outcome::Attempted,
            Handshake::SynAndSynAck(_) | Handshake::SynAckUsed(_) | Handshake::SimultaneousOpen if reset => Outcome::Reset,
            Handshake::SynAndSynAck(_) | Handshake::SynAckUsed(_) | Handshake::SimultaneousOpen => Outcome::Established,
        }
    }

    /// The state of a TCP connection.
    pub fn conn_state(&self) -> ConnState {
        let (server, opened, answered) = match self.handshake() {
            Handshake::SynAndSynAck(side) => (side, true, true),
            Handshake::SynOnly(side) => (side, true, false),
            Handshake::SynAckUsed(side) | Handshake::SynAckOnly(side) => (side, self.has_opening(), true),
            Handshake::NotSeen | Handshake::SimultaneousOpen => return ConnState::Oth,
        };
        let client = server.other();
        let (finished, reset) =
            (|side| self.seen.intersects(FlowEvents::FINISHED.by(side)), |side| self.seen.intersects(FlowEvents::RESET.by(side)));
        match (opened, answered) {
            (true, false) if reset(server) => ConnState::Rej,
            (true, false) if reset(client) => ConnState::Rstos0,
            (true, false) if finished(client) => ConnState::Sh,
            (true, false) => ConnState::S0,
            (false, true) if reset(server) => ConnState::Rstrh,
            (false, true) if finished(server) && !finished(client) => ConnState::Shr,
            (false, true) if finished(server) && finished(client) => ConnState::Sf,
            (false, true) => ConnState::Oth,
            _ if finished(client) && finished(server) => ConnState::Sf,
            _ if reset(client) => ConnState::Rsto,
            _ if reset(server) => ConnState::Rstr,
            _ if finished(client) => ConnState::S2,
            _ if finished(server) => ConnState::S3,
            _ => ConnState::S1,
        }
    }

    /// True if another flow may hold the other direction of the same connection: an answer in one acknowledges the opening in the
    /// other; without these, TCP's numbers at the beginning of both are near each other.
    pub(super) fn numbers_fit(&self, other: &Flow) -> bool {
        self.may_be_acknowledged_by(other) && other.may_be_acknowledged_by(self)
    }

    fn may_be_acknowledged_by(&self, other: &Flow) -> bool {
        if self.has_opening() && other.has_answer() {
            return acknowledges(self, other);
        }
        // An opening acknowledges nothing, and a reset may come without an acknowledgement number.
        if self.key.protocol != ip::TCP || other.has_opening() || other.answered_sequence == u32::MAX {
            return true;
        }
        let distance = i64::from(other.answered_sequence.wrapping_sub(self.opening_sequence) as i32);
        let sent = self.payload_bytes.iter().sum::<u64>();
        distance >= -IN_FLIGHT && distance <= i64::try_from(sent).unwrap_or(i64::MAX).saturating_add(IN_FLIGHT)
    }

    /// This flow joined with its other direction, which came in another encapsulation.
    pub(super) fn joined_with(&self, other: &Flow) -> Flow {
        let mut joined = self.clone();
        joined.add_counts(other);
        joined.seen.join(other.seen);
        if other.has_opening() {
            (joined.opening_sequence, joined.opening_data) = (other.opening_sequence, other.opening_data);
        }
        if other.has_answer() {
            joined.answered_sequence = other.answered_sequence;
        }
        (joined.key.encapsulation, joined.other_encapsulation) =
            (self.key.encapsulation.min(other.key.encapsulation), self.key.encapsulation.max(other.key.encapsulation));
        let of_key = if joined.key.encapsulation == self.key.encapsulation { self } else { other };
        joined.seen.set(FlowEvents::KEY_ENCAPSULATION_OF_B, of_key.packets[Side::A.index()] == 0);
        joined
    }
}

/// True if the first answer in `answer` acknowledges the opening in `opening`, with none, some or all of its data (RFC 7413
/// section 4.2).
fn acknowledges(opening: &Flow, answer: &Flow) -> bool {
    answer.answered_sequence.wrapping_sub(opening.opening_sequence) <= u32::from(opening.opening_data)
}

/// The outcome of a connection. Each connection has exactly one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
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

keyed_enum! {
    /// The role of the side that opened a flow. It is independent of which side serves: an FTP server opens connections, too.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub enum Initiator by name {
        /// The client, as nearly always; also the opener of a flow without a known server.
        Client = "client",
        /// The server.
        Server = "server",
        /// No opening was seen.
        #[default]
        Unknown = "unknown",
    }
}
