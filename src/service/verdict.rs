//! The verdict on a flow: its server, the evidence and the confidence, and the name of the service.

use super::expected::AnnouncementKind;
use super::flow_flags::FlowFlags;
use super::keyed_enum::keyed_enum;
use super::registry::{EntryId, Rank};
use crate::decode::Side;

/// The evidence that a side is the server, from the rung that decided. In the variants, "it" is that side.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Evidence {
    /// A rule of the user.
    User,
    /// An announcement on a control channel in the capture.
    Announced(AnnouncementKind),
    /// It answered an opening.
    Handshake,
    /// Its answer to an opening that is not in the capture was taken up.
    SynAckAck,
    /// An opening was sent to it.
    Syn,
    /// It sent an answer to an opening, and no other packet was seen.
    SynAckOnly,
    /// It opened from port 20: the server of active FTP.
    SourcePort20,
    /// The two ports together are DHCP's or DHCPv6's.
    PairDhcp,
    /// Both ports are the same named one; the service is clear, the side need not be.
    PairEqual,
    /// It is a group address.
    Group,
    /// It was proven to be a server in other flows of the capture; the number of these flows.
    KnownServer(u32),
    /// Its port has the higher rank; both ranks.
    Rank(Rank, Rank),
    /// It met more different peer ports; both numbers, 65,535 for one that is higher.
    PortDiversity(u16, u16),
    /// The first packet went to it.
    FirstPacket,
    /// No evidence.
    None,
}

impl Evidence {
    /// This evidence without its numbers.
    pub const fn kind(self) -> Evidence {
        match self {
            Evidence::KnownServer(_) => Evidence::KnownServer(0),
            Evidence::Rank(..) => Evidence::Rank(0, 0),
            Evidence::PortDiversity(..) => Evidence::PortDiversity(0, 0),
            other => other,
        }
    }

    /// The key without numbers, by which the `evidence` table groups.
    pub const fn code(self) -> &'static str {
        match self {
            Evidence::User => "user",
            Evidence::Announced(announcer) => announcer.code(),
            Evidence::Handshake => "handshake",
            Evidence::SynAckAck => "synack+ack",
            Evidence::Syn => "syn",
            Evidence::SynAckOnly => "synack-only",
            Evidence::SourcePort20 => "srcport:20",
            Evidence::PairDhcp => "pair:dhcp",
            Evidence::PairEqual => "pair:equal",
            Evidence::Group => "group",
            Evidence::KnownServer(_) => "known-server",
            Evidence::Rank(..) => "rank",
            Evidence::PortDiversity(..) => "port-diversity",
            Evidence::FirstPacket => "first-packet",
            Evidence::None => "none",
        }
    }

    /// The two numbers that were compared, the server's first.
    pub const fn compared(self) -> Option<[i32; 2]> {
        match self {
            Evidence::Rank(winner, loser) => Some([winner as i32, loser as i32]),
            Evidence::PortDiversity(more, fewer) => Some([more as i32, fewer as i32]),
            _ => None,
        }
    }
}

impl std::fmt::Display for Evidence {
    /// The key with its numbers.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.compared() {
            Some([server, client]) => write!(f, "{}:{server}>{client}", self.code()),
            None => f.write_str(self.code()),
        }
    }
}

keyed_enum! {
    /// The confidence that the server is the right side. A name is never proven: payload is not inspected.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord, Hash)]
    pub enum Confidence by name {
        /// No side could be called the server.
        None = "none",
        /// Better than a guess.
        Weak = "weak",
        /// Right in at least 92 of 100 cases, where it could be measured.
        Moderate = "moderate",
        /// Right in at least 99 of 100 cases, where it could be measured.
        Strong = "strong",
        /// Seen, not inferred.
        Proven = "proven",
    }
}

/// The name of a flow's service.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub enum Service {
    /// The name of an entry in the registry.
    Named(EntryId),
    /// The server's port has no name.
    Unassigned,
    /// No side could be called the server.
    Undetermined,
    /// The protocol has no ports, and so no service by port.
    Portless,
}

keyed_enum! {
    /// The reply of a flow's server side, by its key in the columns `outcome`. Of a server's several flows, the later variants are the
    /// stronger evidence.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
    pub enum Reply by name {
        /// Nothing came back.
        Silent = "silent",
        /// It was denied: by a reset, or an ICMP error saying that nobody serves the port.
        Refused = "refused",
        /// Nobody waits for an answer: traffic to a group, a stream, a service such as syslog, or a connection of which the
        /// capture holds only the client's direction.
        OneWay = "one-way",
        /// It sent something other than a refusal.
        Answered = "answered",
    }
}

impl Reply {
    /// True if the port was closed as far as the flow shows: it was asked, and nobody answered.
    pub const fn is_closed(self) -> bool {
        matches!(self, Reply::Silent | Reply::Refused)
    }
}

/// The verdict on one flow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Verdict {
    /// The side that offers the service; `None` if it is unknown, or if the flow is between equals.
    pub server: Option<Side>,
    /// The name of the service.
    pub service: Service,
    /// The evidence for the server.
    pub evidence: Evidence,
    /// The confidence that this side is the server.
    pub confidence: Confidence,
    /// The name that each side would have as the server, where the server is not nearly certain.
    pub alternatives: [Option<EntryId>; 2],
    /// Everything unusual about the flow, including the conflicts with rungs that would have decided otherwise.
    pub flags: FlowFlags,
    /// The reply of the server side; `None` for protocols without ports, and for an overflow record.
    pub reply: Option<Reply>,
}

impl Verdict {
    /// A verdict that names no server.
    pub(crate) const fn without_server(service: Service) -> Verdict {
        Verdict {
            server: None,
            service,
            evidence: Evidence::None,
            confidence: Confidence::None,
            alternatives: [None; 2],
            flags: FlowFlags::empty(),
            reply: None,
        }
    }

    /// True if the flow shows a server: it answered, or nobody waits for its answer, or somebody else vouches for it. A refusal
    /// outweighs the last two.
    #[inline]
    pub fn shows_server(&self) -> bool {
        match self.reply {
            None | Some(Reply::Refused) => false,
            Some(Reply::Answered | Reply::OneWay) => true,
            Some(Reply::Silent) => self.is_vouched_for(),
        }
    }

    /// True if somebody vouches for the server besides the flow's own packets: the user, or a control channel that announced it.
    pub fn is_vouched_for(&self) -> bool {
        matches!(self.evidence, Evidence::User | Evidence::Announced(_))
    }

    /// True if a port was asked and nobody answered there.
    #[inline]
    pub fn is_closed(&self) -> bool {
        self.server.is_some() && self.reply.is_some_and(Reply::is_closed)
    }
}
