//! Sentences of an explanation, but for those of the ladder.

use crate::decode::EncapsulationStack;
use crate::explain::{Conclusion, Endpoint, NamedPort, Opener, OtherNames, PortlessExchange, RequestedPacket, Translation};
use crate::flow::FlowId;
use crate::service::{FlowFlags, NameSource, Transport};

/// Sentences of an explanation.
pub trait ExplainMessages {
    /// The heading: number, protocol, and endpoints, the one that sent the first packet first.
    fn flow_title(&self, id: FlowId, protocol: &str, ends: [Endpoint; 2]) -> String;

    /// The volume of a flow; nanoseconds from the start of the capture to its first and its last packet.
    fn flow_size(&self, packets: u64, wire_bytes: u64, times: Option<(i64, i64)>) -> String;

    /// The names that the capture gives the endpoints of a flow; `None` if it gives none.
    fn host_names(&self, ends: [Endpoint; 2], names: [Option<&str>; 2]) -> Option<String>;

    /// The VLANs and tunnels that the two directions of a flow were seen in; `None` if there were none.
    fn encapsulations(&self, stacks: &[EncapsulationStack; 2]) -> Option<String>;

    /// The packet that was asked for.
    fn requested_packet(&self, requested: &RequestedPacket) -> String;

    /// The heading of the ladder.
    fn who_is_the_server(&self) -> &'static str;

    /// The conclusion from the ladder.
    fn conclusion(&self, conclusion: &Conclusion) -> String;

    /// The side that opened the flow.
    fn opener(&self, opener: &Opener) -> String;

    /// The protocol has no ports.
    fn protocol_without_ports(&self, protocol: &str) -> String;

    /// The messages of a flow without ports.
    fn portless_exchange(&self, exchange: &PortlessExchange) -> String;

    /// The heading of the sentences on the name.
    fn what_is_the_service(&self) -> &'static str;

    /// The source of a port's name.
    fn source_of_name(&self, source: NameSource, port: &NamedPort<'_>) -> String;

    /// The name is registered, and nothing else speaks for it: the reason why this matters.
    fn name_is_merely_registered(&self, name: &str) -> String;

    /// The value of a name by port.
    fn port_name_is_no_proof(&self) -> &'static str;

    /// The value of a name by announcement.
    fn announced_name_is_no_proof(&self) -> &'static str;

    /// The server's port has no name.
    fn port_without_name(&self, port: u16, transport: Transport) -> String;

    /// The client's port never gives a flow its name.
    fn client_port_names_nothing(&self) -> &'static str;

    /// Without a server there is no name.
    fn no_server_no_name(&self) -> &'static str;

    /// The other names that the flow could have had.
    fn other_names(&self, others: &OtherNames<'_>) -> String;

    /// The address of an announced flow was translated.
    fn address_translated(&self, translation: &Translation) -> String;

    /// The heading of the flags.
    fn what_else(&self) -> &'static str;

    /// The meaning of a single flag; nothing for those of rungs that disagree, which the ladder shows.
    fn flag_meaning(&self, flag: FlowFlags) -> &'static str;
}
