//! The rungs of the ladder by name.

use super::flow_flags::FlowFlags;
use super::keyed_enum::keyed_enum;

keyed_enum! {
    /// A rung of the ladder. The first one with a finding decides.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[non_exhaustive]
    pub enum Rung by code {
        /// The user's rule for one of the machines.
        User = "user",
        /// An announcement on a control channel.
        Announcement = "expect",
        /// The handshake in its variants.
        Opening = "handshake",
        /// DHCP's pair of ports.
        DhcpPorts = "pair:dhcp",
        /// A group address.
        Group = "group",
        /// One named port on both sides.
        EqualPorts = "pair:equal",
        /// A server known from other flows.
        KnownServer = "known-server",
        /// Ranks far apart.
        ClearRank = "rank",
        /// Many peer ports on one side.
        PortDiversity = "port-diversity",
        /// Ranks close to each other.
        CloseRank = "rank",
        /// The first packet.
        FirstPacket = "first-packet",
    }
}

impl Rung {
    /// True if the rung is based on evidence in the flow itself: not on other flows, and not on a guess.
    pub const fn is_direct(self) -> bool {
        match self {
            Rung::User | Rung::Announcement | Rung::Opening | Rung::DhcpPorts | Rung::Group | Rung::EqualPorts => true,
            Rung::KnownServer | Rung::ClearRank | Rung::PortDiversity | Rung::CloseRank | Rung::FirstPacket => false,
        }
    }

    /// The flag of a flow that the rung would have decided otherwise.
    pub const fn conflict(self) -> FlowFlags {
        match self {
            Rung::User => FlowFlags::CONFLICT_USER,
            Rung::Announcement => FlowFlags::CONFLICT_ANNOUNCEMENT,
            Rung::Opening => FlowFlags::CONFLICT_OPENING,
            Rung::DhcpPorts => FlowFlags::CONFLICT_DHCP_PORTS,
            Rung::Group => FlowFlags::CONFLICT_GROUP,
            Rung::EqualPorts => FlowFlags::CONFLICT_EQUAL_PORTS,
            Rung::KnownServer => FlowFlags::CONFLICT_KNOWN_SERVER,
            Rung::ClearRank | Rung::CloseRank => FlowFlags::CONFLICT_RANK,
            Rung::PortDiversity => FlowFlags::CONFLICT_PORT_DIVERSITY,
            Rung::FirstPacket => FlowFlags::CONFLICT_FIRST_PACKET,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flag_of_a_conflict_names_the_rung() {
        for rung in Rung::ALL {
            let codes: Vec<&str> = rung.conflict().codes().collect();
            assert_eq!(codes, [format!("conflict:{}", rung.code())]);
            assert!(FlowFlags::CONFLICTS.contains(rung.conflict()));
        }
    }
}
