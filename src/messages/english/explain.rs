//! Explanations, but for the ladder.

use super::encapsulations;
use super::numbers::{bytes, grouped, packets, rounded_duration};
use super::{English, one_of};
use crate::decode::EncapsulationStack;
use crate::explain::{
    Actor, Conclusion, Endpoint, NamedPort, Opener, OtherNames, PacketAt, PortlessExchange, RequestedPacket, ServerConclusion,
    ServerRole, Translation,
};
use crate::flow::FlowId;
use crate::messages::ExplainMessages;
use crate::service::{Confidence, FlowFlags, NameSource, Reply, Transport};

/// A time after the start of the capture: `0.021 s`.
fn seconds(offset: i64) -> String {
    format!("{:.3} s", offset as f64 / 1e9)
}

/// ` in packet 3 at 0.021 s`; nothing if the packet is not known.
pub fn in_packet(packet: Option<PacketAt>) -> String {
    match packet {
        None => String::new(),
        Some(PacketAt { number, offset: None }) => format!(" in packet {}", grouped(number)),
        Some(PacketAt { number, offset: Some(offset) }) => format!(" in packet {} at {}", grouped(number), seconds(offset)),
    }
}

/// ` (packet 3, at 0.021 s)`; nothing if the packet is not known.
pub fn in_brackets(packet: Option<PacketAt>) -> String {
    match packet {
        None => String::new(),
        Some(PacketAt { number, offset: None }) => format!(" (packet {})", grouped(number)),
        Some(PacketAt { number, offset: Some(offset) }) => format!(" (packet {}, at {})", grouped(number), seconds(offset)),
    }
}

fn server_conclusion(conclusion: ServerConclusion) -> String {
    let ServerConclusion { server, role, evidence, confidence, reply } = conclusion;
    let role = match role {
        ServerRole::Server => "is the server",
        ServerRole::Group => "stands for the servers of the group",
        ServerRole::Intended => "is the intended server",
    };
    let meaning = match confidence {
        Confidence::Proven => "observed and not inferred",
        Confidence::Strong => "right in at least 99 of 100 flows where this could be checked",
        Confidence::Moderate => "right in at least 92 of 100 flows where this could be checked",
        Confidence::Weak => "only a little better than a guess",
        Confidence::None => "it cannot be told",
    };
    let evidence = match evidence.compared() {
        Some([winner, loser]) => format!("{} ({winner} against {loser})", evidence.code()),
        None => evidence.code().to_owned(),
    };
    let reply = match reply {
        Some(Reply::Refused) => " It refused: nothing was listening there, as far as this flow shows.",
        Some(Reply::Silent) => " It did not answer: this flow does not show whether anything was listening there.",
        Some(Reply::OneWay | Reply::Answered) | None => "",
    };
    format!("So {server} {role}. Evidence: {evidence}. Confidence: {}, that is, {meaning}.{reply}", confidence.name())
}

impl ExplainMessages for English {
    fn flow_title(&self, id: FlowId, protocol: &str, [one, other]: [Endpoint; 2]) -> String {
        format!("Flow {id}: {protocol} between {one} and {other}")
    }

    fn flow_size(&self, count: u64, wire_bytes: u64, times: Option<(i64, i64)>) -> String {
        let volume = format!("{}, {}", packets(count), bytes(wire_bytes));
        match times {
            None => format!("{volume}."),
            Some((first, last)) if first == last => format!("{volume}, {} into the capture.", seconds(first)),
            Some((first, last)) => {
                format!(
                    "{volume}, {} into the capture, lasting {}.",
                    seconds(first),
                    rounded_duration(last.saturating_sub(first))
                )
            }
        }
    }

    fn host_names(&self, ends: [Endpoint; 2], names: [Option<&str>; 2]) -> Option<String> {
        let named: Vec<String> =
            ends.iter().zip(names).filter_map(|(end, name)| Some(format!("{} is {}", end.address, name?))).collect();
        match &named[..] {
            [] => None,
            // A machine can talk to itself.
            [one, other] if one != other => Some(format!("Names in the capture: {one}, {other}.")),
            [one, ..] => Some(format!("Name in the capture: {one}.")),
        }
    }

    fn encapsulations(&self, stacks: &[EncapsulationStack; 2]) -> Option<String> {
        encapsulations::sentence(stacks)
    }

    fn requested_packet(&self, requested: &RequestedPacket) -> String {
        let RequestedPacket { packet, sender, about } = *requested;
        let number = grouped(packet.number);
        let at = packet.offset.map_or_else(String::new, |offset| format!(" at {}", seconds(offset)));
        let about = about.map_or_else(String::new, |flow| format!("; it is an ICMP error about a packet of flow {flow}"));
        match sender {
            Some(sender) => format!("Packet {number}{at} was sent by {sender}{about}."),
            None => format!("Packet {number}{at} is a later fragment of one of this flow's datagrams{about}."),
        }
    }

    fn who_is_the_server(&self) -> &'static str {
        "Who is the server? The first rung with evidence decides."
    }

    fn conclusion(&self, conclusion: &Conclusion) -> String {
        match conclusion {
            Conclusion::Server(conclusion) => server_conclusion(*conclusion),
            Conclusion::Peers => "So the service is known, and neither side is its server: the two sides are peers.".into(),
            Conclusion::ServiceAlone => "So the service is known, but it cannot be told which side is the server.".into(),
            Conclusion::Undetermined => "So it cannot be told which side is the server, and Portolan does not guess.".into(),
        }
    }

    fn opener(&self, opener: &Opener) -> String {
        match opener {
            Opener::Server => "The server opened the flow, not the client.".into(),
            Opener::Client => "The client opened the flow.".into(),
            Opener::FirstSender(Actor { end, packet }) => format!("{end} sent the first packet{}.", in_brackets(*packet)),
            Opener::Unknown => "It is not known which side opened the flow.".into(),
        }
    }

    fn protocol_without_ports(&self, protocol: &str) -> String {
        format!("{protocol} has no ports, so there is no service to name; see the table portless.")
    }

    fn portless_exchange(&self, exchange: &PortlessExchange) -> String {
        let requested = |client: &Actor| format!("{} sent a request{}", client.end, in_packet(client.packet));
        let replied = |server: &Actor| format!("{} replied{}", server.end, in_packet(server.packet));
        match exchange {
            PortlessExchange::Answered { client, server } => format!("{}, and {}.", requested(client), replied(server)),
            PortlessExchange::RequestAlone { client, server } => {
                format!("{}, and the capture has no reply from {server}.", requested(client))
            }
            PortlessExchange::ReplyAlone { server, client } => {
                format!("{}; the capture does not have the request from {client}.", replied(server))
            }
            PortlessExchange::FirstPacket(Actor { end, packet }) => {
                format!("The first packet{} came from {end}.", in_brackets(*packet))
            }
        }
    }

    fn what_is_the_service(&self) -> &'static str {
        "What is the service called?"
    }

    fn source_of_name(&self, source: NameSource, port: &NamedPort<'_>) -> String {
        let NamedPort { name, port, transport, iana } = *port;
        let port = format!("{port}/{}", transport.name());
        match (source, iana) {
            (NameSource::User, _) => format!("{name}: from your own port table."),
            (NameSource::Expected, _) => {
                format!("{name}: announced on a control channel, whatever its ports are assigned to.")
            }
            (NameSource::Iana, Some(iana)) if !iana.eq_ignore_ascii_case(name) => {
                format!("{name}: IANA has assigned {port} to it, under the name \"{iana}\".")
            }
            (NameSource::Iana, _) => format!("{name}: IANA has assigned {port} to it."),
            (NameSource::Overlay, Some(iana)) => {
                format!("{name}: a customary use of {port}, which IANA has assigned to \"{iana}\".")
            }
            (NameSource::Overlay, None) => format!("{name}: a customary use of {port}, which IANA has not assigned."),
        }
    }

    fn name_is_merely_registered(&self, name: &str) -> String {
        format!(
            "The name is merely registered: few programs use this port for it, and anything may run there. So the table servers shows it as {name}?, and \
             only other evidence, such as the machine's own configuration, can tell what it is."
        )
    }

    fn port_name_is_no_proof(&self) -> &'static str {
        "The name comes from the port, not from the payload: it says what the port is for, not what was actually sent."
    }

    fn announced_name_is_no_proof(&self) -> &'static str {
        "The name comes from the announcement, not from the flow's own payload: it says what was agreed on, not what was actually sent."
    }

    fn port_without_name(&self, port: u16, transport: Transport) -> String {
        format!("unassigned: {port}/{} has no name.", transport.name())
    }

    fn client_port_names_nothing(&self) -> &'static str {
        "The client's port may have a name, but it never names a flow: a client can use any port."
    }

    fn no_server_no_name(&self) -> &'static str {
        "undetermined: without a server there is no port to name the service by."
    }

    fn other_names(&self, others: &OtherNames<'_>) -> String {
        match others {
            OtherNames::WithOtherServer(names) => {
                format!("If the other side were the server, the service would be {}.", one_of(names))
            }
            OtherNames::ByPorts(names) => format!("By its ports, the service could be {}.", one_of(names)),
        }
    }

    fn address_translated(&self, Translation { announced, seen }: &Translation) -> String {
        format!("{announced} was announced, but {seen} was seen: something on the path translates addresses.")
    }

    fn what_else(&self) -> &'static str {
        "What else?"
    }

    fn flag_meaning(&self, flag: FlowFlags) -> &'static str {
        bitflags::bitflags_match!(flag, {
            FlowFlags::MIDSTREAM => "The beginning of the connection is not in the capture.",
            FlowFlags::ONE_WAY => "Only one side sent packets, as far as the capture shows.",
            FlowFlags::ATTEMPT => "No connection was established, as far as the capture shows.",
            FlowFlags::REFUSED => "It was refused: nothing was listening there, or a firewall rejected it.",
            FlowFlags::SYMMETRIC => "Both sides used the same port.",
            FlowFlags::GROUP_DST => "It went to a group address (multicast or broadcast).",
            FlowFlags::FRAGMENTED => "Some packets were fragmented; only the first fragment has ports.",
            FlowFlags::TUNNELLED => "It was encapsulated in another protocol; see the column tunnel of the table flows.",
            FlowFlags::SCOPE_BY_DIRECTION => "Its two directions had different VLAN tags or network identifiers.",
            FlowFlags::PORT_REUSE => "An earlier connection used the same two ports.",
            FlowFlags::SIMULTANEOUS_OPEN => "Both sides opened the connection at the same time.",
            FlowFlags::SYNACK_ONLY => "Only the answer to an opening was seen: perhaps a reply to forged packets, or a scan.",
            FlowFlags::OVERFLOW => "It stands for all flows of its protocol beyond the flow limit.",
            FlowFlags::PEER_TO_PEER => "Both sides talked to many machines: they are peers, each client and server to others.",
            FlowFlags::NAT => "It went to an address other than the announced one: something on the path translates addresses.",
            FlowFlags::SIBLING_OF_FTP => "It ran beside an FTP connection that could not be read, between the same machines: perhaps it carried that connection's data.",
            FlowFlags::CONTROL_ENCRYPTED => "It switched to encryption: the flows that it announced after that are not known.",
            FlowFlags::CONTROL_TRUNCATED => "The capture kept only part of its messages: announcements of flows may be missing.",
            _ => "",
        })
    }
}
