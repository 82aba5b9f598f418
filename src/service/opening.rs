//! The opening of a flow: the side that asked, and the side that was asked.

use crate::decode::Side;

/// The opening of a flow, as far as the capture shows it.
///
/// SYN and SYN-ACK stand for their counterparts, too: INIT and INIT ACK in SCTP, Request and Response in DCCP, query and reply in
/// ICMP.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Opening {
    /// Not seen: no handshake in the capture, or a protocol without one.
    Unseen,
    /// A SYN and the SYN-ACK that acknowledges it; the side that answered.
    Handshake(Side),
    /// A SYN-ACK that the other side then used; the side that sent it.
    AnswerUsed(Side),
    /// A SYN without a matching answer; the side that it was sent to.
    Asked(Side),
    /// A SYN-ACK and nothing else; the side that sent it.
    AnswerOnly(Side),
    /// A SYN from both sides.
    Simultaneous,
}

impl Opening {
    /// The side that was asked, whether it answered or not; `None` if the capture does not show the side.
    #[inline]
    pub const fn responder(self) -> Option<Side> {
        match self {
            Opening::Handshake(side) | Opening::AnswerUsed(side) | Opening::Asked(side) | Opening::AnswerOnly(side) => Some(side),
            Opening::Unseen | Opening::Simultaneous => None,
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
    fn an_opening_has_a_responder_unless_it_is_unseen_or_from_both_sides() {
        for opening in [Opening::Handshake, Opening::AnswerUsed, Opening::Asked, Opening::AnswerOnly] {
            let opening = opening(Side::B);
            assert_eq!((opening.initiator(), opening.responder()), (Some(Side::A), Some(Side::B)), "{opening:?}");
        }
        assert_eq!([Opening::Unseen, Opening::Simultaneous].map(Opening::responder), [None; 2]);
    }
}
