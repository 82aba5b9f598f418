//! The rungs of the ladder by name, and those of them that disagree.

/// The rungs, from the first that is asked to the last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rung {
    /// The user's rule for that machine.
    User,
    /// What a control channel announced.
    Announcement,
    /// The handshake in its variants.
    Opening,
    /// DHCP's pair of ports.
    DhcpPorts,
    /// A group address.
    Group,
    /// The same named port on both sides.
    EqualPorts,
    /// A server known from other flows.
    KnownServer,
    /// Ranks far apart.
    ClearRank,
    /// Many peer ports on one side.
    PortDiversity,
    /// Ranks close to each other.
    CloseRank,
    /// The first packet.
    FirstPacket,
}

impl Rung {
    /// All of them, in order.
    pub const ALL: [Rung; 11] = [
        Rung::User,
        Rung::Announcement,
        Rung::Opening,
        Rung::DhcpPorts,
        Rung::Group,
        Rung::EqualPorts,
        Rung::KnownServer,
        Rung::ClearRank,
        Rung::PortDiversity,
        Rung::CloseRank,
        Rung::FirstPacket,
    ];

    /// Its key, as in `conflict:rank`.
    pub const fn code(self) -> &'static str {
        match self {
            Rung::User => "user",
            Rung::Announcement => "expect",
            Rung::Opening => "handshake",
            Rung::DhcpPorts => "pair:dhcp",
            Rung::Group => "group",
            Rung::EqualPorts => "pair:equal",
            Rung::KnownServer => "known-server",
            Rung::ClearRank | Rung::CloseRank => "rank",
            Rung::PortDiversity => "port-diversity",
            Rung::FirstPacket => "first-packet",
        }
    }
}

/// The rungs that would have said otherwise, one bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Conflicts(u16);

impl Conflicts {
    /// Those of these rungs.
    pub fn of(rungs: impl Iterator<Item = Rung>) -> Conflicts {
        Conflicts(rungs.fold(0, |bits, rung| bits | 1 << rung as u16))
    }

    /// The keys of the rungs that disagree.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        Rung::ALL.into_iter().filter(move |rung| self.0 & 1 << *rung as u16 != 0).map(Rung::code)
    }
}
