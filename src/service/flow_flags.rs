//! Flags of a flow: everything unusual about it, in one set.

use bitflags::bitflags;

bitflags! {
    /// Flags of a flow, in the order in which the `flags` column shows them.
    ///
    /// The first ones follow from the flow's own packets, the others from its relations to other flows and from its verdict. A
    /// verdict carries only the others.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
    pub struct FlowFlags: u32 {
        /// The opening of the connection is not in the capture.
        const MIDSTREAM = 1 << 0;
        /// Only one side sent.
        const ONE_WAY = 1 << 1;
        /// A connection was asked for, and no answer is in the capture.
        const ATTEMPT = 1 << 2;
        /// A connection was denied, or an ICMP error said that nobody serves the port.
        const REFUSED = 1 << 3;
        /// Both sides have the same port.
        const SYMMETRIC = 1 << 4;
        /// One side is a group address.
        const GROUP_DST = 1 << 5;
        /// A packet of the flow was a fragment.
        const FRAGMENTED = 1 << 6;
        /// Its packets came through a tunnel.
        const TUNNELLED = 1 << 7;
        /// Its two directions came in different scopes.
        const SCOPE_BY_DIRECTION = 1 << 8;
        /// Another flow had the same ports before.
        const PORT_REUSE = 1 << 9;
        /// Both sides opened the connection.
        const SIMULTANEOUS_OPEN = 1 << 10;
        /// A SYN-ACK and nothing else.
        const SYNACK_ONLY = 1 << 11;

        /// Both sides met many machines, and neither port is a registered one: machines that are client and server to each other.
        const PEER_TO_PEER = 1 << 12;
        /// The flow went to another address than the one announced: an address translator is on the way.
        const NAT = 1 << 13;
        /// It ran beside an FTP control connection that could not be read, between the same machines: perhaps its data.
        const SIBLING_OF_FTP = 1 << 14;
        /// A control connection that switched to encryption: its announcements are not known.
        const CONTROL_ENCRYPTED = 1 << 15;
        /// A control connection of which the capture kept only a part: announcements may be missing.
        const CONTROL_TRUNCATED = 1 << 16;
        /// An overflow record: it stands for all flows of its protocol that the table had no room for.
        const OVERFLOW = 1 << 17;

        /// A rule of the user names the other side as the server.
        const CONFLICT_USER = 1 << 18;
        /// An announcement names the other side.
        const CONFLICT_ANNOUNCEMENT = 1 << 19;
        /// The handshake points to the other side.
        const CONFLICT_OPENING = 1 << 20;
        /// DHCP's ports point to the other side.
        const CONFLICT_DHCP_PORTS = 1 << 21;
        /// The group address points to the other side.
        const CONFLICT_GROUP = 1 << 22;
        /// The equal ports and the first packet point to the other side.
        const CONFLICT_EQUAL_PORTS = 1 << 23;
        /// The other side is the one known as a server.
        const CONFLICT_KNOWN_SERVER = 1 << 24;
        /// The port of the other side has the higher rank.
        const CONFLICT_RANK = 1 << 25;
        /// The other side met more ports.
        const CONFLICT_PORT_DIVERSITY = 1 << 26;
        /// The first packet went to the other side.
        const CONFLICT_FIRST_PACKET = 1 << 27;

        /// All flags of rungs that would have decided otherwise.
        const CONFLICTS = Self::CONFLICT_USER.bits()
            | Self::CONFLICT_ANNOUNCEMENT.bits()
            | Self::CONFLICT_OPENING.bits()
            | Self::CONFLICT_DHCP_PORTS.bits()
            | Self::CONFLICT_GROUP.bits()
            | Self::CONFLICT_EQUAL_PORTS.bits()
            | Self::CONFLICT_KNOWN_SERVER.bits()
            | Self::CONFLICT_RANK.bits()
            | Self::CONFLICT_PORT_DIVERSITY.bits()
            | Self::CONFLICT_FIRST_PACKET.bits();
    }
}

/// All single flags with their keys.
const CODES: [(FlowFlags, &str); 28] = [
    (FlowFlags::MIDSTREAM, "midstream"),
    (FlowFlags::ONE_WAY, "one-way"),
    (FlowFlags::ATTEMPT, "attempt"),
    (FlowFlags::REFUSED, "refused"),
    (FlowFlags::SYMMETRIC, "symmetric"),
    (FlowFlags::GROUP_DST, "group-dst"),
    (FlowFlags::FRAGMENTED, "fragmented"),
    (FlowFlags::TUNNELLED, "tunnelled"),
    (FlowFlags::SCOPE_BY_DIRECTION, "scope-by-direction"),
    (FlowFlags::PORT_REUSE, "port-reuse"),
    (FlowFlags::SIMULTANEOUS_OPEN, "simultaneous-open"),
    (FlowFlags::SYNACK_ONLY, "synack-only"),
    (FlowFlags::PEER_TO_PEER, "pattern:p2p"),
    (FlowFlags::NAT, "nat"),
    (FlowFlags::SIBLING_OF_FTP, "sibling-of:ftp"),
    (FlowFlags::CONTROL_ENCRYPTED, "control-encrypted"),
    (FlowFlags::CONTROL_TRUNCATED, "truncated-control"),
    (FlowFlags::OVERFLOW, "overflow"),
    (FlowFlags::CONFLICT_USER, "conflict:user"),
    (FlowFlags::CONFLICT_ANNOUNCEMENT, "conflict:expect"),
    (FlowFlags::CONFLICT_OPENING, "conflict:handshake"),
    (FlowFlags::CONFLICT_DHCP_PORTS, "conflict:pair:dhcp"),
    (FlowFlags::CONFLICT_GROUP, "conflict:group"),
    (FlowFlags::CONFLICT_EQUAL_PORTS, "conflict:pair:equal"),
    (FlowFlags::CONFLICT_KNOWN_SERVER, "conflict:known-server"),
    (FlowFlags::CONFLICT_RANK, "conflict:rank"),
    (FlowFlags::CONFLICT_PORT_DIVERSITY, "conflict:port-diversity"),
    (FlowFlags::CONFLICT_FIRST_PACKET, "conflict:first-packet"),
];

impl FlowFlags {
    /// The keys of the flags in the set, as the `flags` column shows them.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        CODES.into_iter().filter(move |(flag, _)| self.contains(*flag)).map(|(_, code)| code)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_flag_has_one_key_of_its_own() {
        assert_eq!(FlowFlags::all().codes().collect::<HashSet<_>>().len(), FlowFlags::all().bits().count_ones() as usize);
        assert_eq!((FlowFlags::NAT | FlowFlags::MIDSTREAM).codes().collect::<Vec<_>>(), ["midstream", "nat"]);
        assert_eq!(FlowFlags::default().codes().next(), None);
    }
}
