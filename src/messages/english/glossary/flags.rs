//! The meanings of flags.

use bitflags::bitflags_match;

use crate::messages::{Definition, English, ExplainMessages};
use crate::service::FlowFlags;

/// The meaning of a single flag. Its first sentence is that of an explanation, if there is one.
pub fn definition(flag: FlowFlags) -> Option<Definition> {
    let meaning = Some(English.flag_meaning(flag)).filter(|meaning| !meaning.is_empty()).or_else(|| conflict(flag))?;
    Some(Definition::new(meaning).more(more(flag)))
}

/// The meaning of the flag of a rung that would have decided otherwise.
fn conflict(flag: FlowFlags) -> Option<&'static str> {
    let meaning = bitflags_match!(flag, {
        FlowFlags::CONFLICT_USER => "Better evidence decided, but your own rule points to the other side.",
        FlowFlags::CONFLICT_ANNOUNCEMENT => "Better evidence decided, but an announcement points to the other side.",
        FlowFlags::CONFLICT_OPENING => "Better evidence decided, but the handshake points to the other side.",
        FlowFlags::CONFLICT_DHCP_PORTS => "Better evidence decided, but the ports of DHCP point to the other side.",
        FlowFlags::CONFLICT_GROUP => "Better evidence decided, but the group address points to the other side.",
        FlowFlags::CONFLICT_EQUAL_PORTS => "Better evidence decided, but equal ports and the first packet point to the other side.",
        FlowFlags::CONFLICT_KNOWN_SERVER => "Better evidence decided, but the other side is the one that other flows show to be a server.",
        FlowFlags::CONFLICT_RANK => "Better evidence decided, but the port of the other side has the higher rank.",
        FlowFlags::CONFLICT_PORT_DIVERSITY => "Better evidence decided, but the other side was met by more different ports.",
        FlowFlags::CONFLICT_FIRST_PACKET => "Better evidence decided, but the first packet went to the other side.",
        _ => "",
    });
    Some(meaning).filter(|meaning| !meaning.is_empty())
}

/// Further sentences.
fn more(flag: FlowFlags) -> &'static str {
    bitflags_match!(flag, {
        FlowFlags::MIDSTREAM => "So the handshake cannot say which side is the server.",
        FlowFlags::ONE_WAY => "The other direction was silent, or took another path.",
        FlowFlags::SYMMETRIC => "That is usual for NTP, routing protocols and peers.",
        FlowFlags::GROUP_DST => "A group address is never a client.",
        FlowFlags::FRAGMENTED => "The column fragments has their number.",
        FlowFlags::SCOPE_BY_DIRECTION => "They are one flow because each has the direction that the other lacks, and their TCP numbers match.",
        FlowFlags::SIMULTANEOUS_OPEN => "This is rare, and then the handshake names no server (RFC 9293 section 3.5).",
        FlowFlags::OVERFLOW => "The limit is that of --max-flows.",
        FlowFlags::NAT => "The column control_flow has the number of the flow that announced it.",
        FlowFlags::SIBLING_OF_FTP => "This is a hint and not a name.",
        _ => "",
    })
}
