//! The handshake of a flow: the side that asked, and the side that was asked.

use crate::decode::Side;

/// The handshake of a flow, as far as the capture shows it.
///
/// SYN and SYN-ACK stand for their counterparts, too: INIT and INIT ACK in SCTP, Request and Response in DCCP, query and reply in
/// ICMP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Handshake {
    /// Not seen: no handshake in the capture, or a protocol without one.
    NotSeen,
    /// A SYN and the SYN-ACK that acknowledges it; the side that answered.
    SynAndSynAck(Side),
    /// A SYN-ACK that the other side then used; the side that sent it.
    SynAckUsed(Side),
    /// A SYN without a matching answer; the side that it was sent to.
    SynOnly(Side),
    /// A SYN-ACK and nothing else; the side that sent it.
    SynAckOnly(Side),
    /// A SYN from both sides.
    SimultaneousOpen,
}

impl Handshake {
    /// The side that was asked, whether it answered or not; `None` if the capture does not show the side.
    #[inline]
    pub const fn responder(self) -> Option<Side> {
        match self {
            Handshake::SynAndSynAck(side)
            | Handshake::SynAckUsed(side)
            | Handshake::SynOnly(side)
            | Handshake::SynAckOnly(side) => Some(side),
            Handshake::NotSeen | Handshake::SimultaneousOpen => None,
        }
    }

    /// The side that asked; `None` if the capture does not show the side.
    #[inline]
    pub const fn initiator(self) -> Option<Side> {
        match self.responder() {
            Some(responder) => Some(responder.other()),
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handshake_has_a_responder_unless_it_is_not_seen_or_both_sides_opened() {
        for handshake in [Handshake::SynAndSynAck, Handshake::SynAckUsed, Handshake::SynOnly, Handshake::SynAckOnly] {
            let handshake = handshake(Side::B);
            assert_eq!((handshake.initiator(), handshake.responder()), (Some(Side::A), Some(Side::B)), "{handshake:?}");
        }
        assert_eq!([Handshake::NotSeen, Handshake::SimultaneousOpen].map(Handshake::responder), [None; 2]);
    }
}
