//! Sums over flows of one kind: those of a service, a port, a range of ports, a server, a machine, an evidence.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};

use super::budget::KeyBudget;
use super::host_set::HostSet;
use crate::decode::{Address, IpVersion, Side};
use crate::flow::{Flow, Outcome};
use crate::service::keyed_enum::keyed_enum;
use crate::service::{Confidence, Evidence, Reply, Service, Transport, Verdict};
use crate::time::Span;
use crate::traffic::Traffic;

type Set<K> = HashSet<K, foldhash::fast::RandomState>;

/// A sum that another of its kind can be added to.
pub trait Sum {
    /// Adds another sum.
    fn merge(&mut self, other: &Self);
}

impl<S: Sum> Sum for Box<S> {
    fn merge(&mut self, other: &Self) {
        S::merge(self, other);
    }
}

/// An IP address as a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct Host {
    /// Version of the address.
    pub version: IpVersion,
    /// The address.
    pub address: Address,
}

impl Host {
    pub(super) fn from_flow(flow: &Flow, side: Side) -> Host {
        Host { version: flow.key.version, address: flow.key.addresses[side.index()] }
    }
}

/// The side that is shown as the client: the one that is not the server, or the side that sent first if the server is unknown.
pub fn client_side(flow: &Flow, verdict: &Verdict) -> Side {
    verdict.server.map_or_else(|| flow.first_side(), Side::other)
}

/// The traffic that one side of a flow sent.
pub fn sent_by(flow: &Flow, side: Side) -> Traffic {
    Traffic { packets: flow.packets[side.index()], wire_bytes: flow.wire_bytes[side.index()] }
}

/// The traffic that both sides sent.
pub fn total(flow: &Flow) -> Traffic {
    let mut total = sent_by(flow, Side::A);
    total.merge(sent_by(flow, Side::B));
    total
}

/// Numbers of flows by outcome. Connections, which are TCP's, SCTP's and DCCP's, have exactly one outcome; of other flows only
/// those count that got no answer (attempted) or were denied by ICMP's port unreachable (refused).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Asked for, not answered.
    pub attempted: u64,
    /// Opened, and not reset.
    pub established: u64,
    /// Asked for and denied.
    pub refused: u64,
    /// Opened, and ended by a reset.
    pub reset: u64,
    /// Opened before the capture began, or not visible in it.
    pub midstream: u64,
}

impl Outcomes {
    fn add(&mut self, flow: &Flow, verdict: &Verdict, transport: Transport) {
        let count = match Outcomes::of(flow, verdict, transport) {
            Some(Outcome::Attempted) => &mut self.attempted,
            Some(Outcome::Established) => &mut self.established,
            Some(Outcome::Refused) => &mut self.refused,
            Some(Outcome::Reset) => &mut self.reset,
            Some(Outcome::Midstream) => &mut self.midstream,
            None => return,
        };
        *count += 1;
    }

    /// The outcome that a flow counts under, if any.
    #[inline]
    pub fn of(flow: &Flow, verdict: &Verdict, transport: Transport) -> Option<Outcome> {
        if flow.is_overflow() {
            None
        } else if transport.has_connections() {
            Some(flow.outcome())
        } else if flow.is_port_unreachable() {
            Some(Outcome::Refused)
        } else {
            (verdict.reply == Some(Reply::Silent)).then_some(Outcome::Attempted)
        }
    }

    fn merge(&mut self, other: Outcomes) {
        self.attempted += other.attempted;
        self.established += other.established;
        self.refused += other.refused;
        self.reset += other.reset;
        self.midstream += other.midstream;
    }
}

/// The flows of one service over one transport.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceSum {
    /// Flows.
    pub flows: u64,
    /// Sent by clients.
    pub from_clients: Traffic,
    /// Sent by servers.
    pub from_servers: Traffic,
    /// Bytes of IP packets.
    pub ip_bytes: u64,
    /// Bytes of payload.
    pub payload_bytes: u64,
    /// The outcomes of the connections.
    pub outcomes: Outcomes,
    /// First and last packet.
    pub span: Span,
    /// Different clients.
    pub clients: HostSet,
    /// Different servers: those that [showed themselves](Verdict::shows_server).
    pub servers: HostSet,
    /// The servers' ports, including those where nobody answered.
    pub ports: BTreeSet<u16>,
    /// The best reply that any of the flows had.
    pub reply: Option<Reply>,
}

impl ServiceSum {
    /// Adds a flow.
    #[inline]
    pub(super) fn add(&mut self, flow: &Flow, verdict: &Verdict, transport: Transport, room: &mut KeyBudget) {
        let client = client_side(flow, verdict);
        self.flows += 1;
        self.from_clients.merge(sent_by(flow, client));
        self.from_servers.merge(sent_by(flow, client.other()));
        self.ip_bytes += flow.ip_bytes;
        self.payload_bytes += flow.payload_bytes.iter().sum::<u64>();
        self.outcomes.add(flow, verdict, transport);
        self.span.merge(flow.span);
        if !flow.is_overflow() {
            self.clients.insert(Host::from_flow(flow, client), room);
        }
        self.reply = self.reply.max(verdict.reply);
        if let Some(server) = verdict.server {
            self.ports.insert(flow.key.port(server));
            if verdict.shows_server() {
                self.servers.insert(Host::from_flow(flow, server), room);
            }
        }
    }

    /// The traffic of both directions.
    pub fn traffic(&self) -> Traffic {
        let mut traffic = self.from_clients;
        traffic.merge(self.from_servers);
        traffic
    }
}

impl Sum for ServiceSum {
    fn merge(&mut self, other: &ServiceSum) {
        self.flows += other.flows;
        self.from_clients.merge(other.from_clients);
        self.from_servers.merge(other.from_servers);
        self.ip_bytes += other.ip_bytes;
        self.payload_bytes += other.payload_bytes;
        self.outcomes.merge(other.outcomes);
        self.span.merge(other.span);
        self.clients.extend(&other.clients);
        self.servers.extend(&other.servers);
        self.ports.extend(&other.ports);
        self.reply = self.reply.max(other.reply);
    }
}

/// The flows that touch one port.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PortSum {
    /// Packets from or to the port; of a flow between equal ports each packet counts once.
    pub traffic: Traffic,
    /// Flows whose server had the port.
    pub as_server: u64,
    /// Flows whose client had the port.
    pub as_client: u64,
    /// The outcomes of the connections to the port.
    pub outcomes: Outcomes,
    /// Flows that [showed a server](Verdict::shows_server) at the port.
    pub serving: u64,
}

impl PortSum {
    pub(super) fn add(&mut self, flow: &Flow, verdict: &Verdict, transport: Transport, [as_server, as_client]: [bool; 2]) {
        self.traffic.merge(total(flow));
        self.as_server += u64::from(as_server);
        self.as_client += u64::from(as_client);
        if as_server {
            self.outcomes.add(flow, verdict, transport);
            self.serving += u64::from(verdict.shows_server());
        }
    }
}

impl Sum for PortSum {
    fn merge(&mut self, other: &PortSum) {
        self.traffic.merge(other.traffic);
        self.as_server += other.as_server;
        self.as_client += other.as_client;
        self.outcomes.merge(other.outcomes);
        self.serving += other.serving;
    }
}

/// The flows to one range of ports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RangeSum {
    /// Flows.
    pub flows: u64,
    /// Both directions.
    pub traffic: Traffic,
    /// Different servers' ports.
    pub ports: Set<u16>,
    /// The outcomes of the connections.
    pub outcomes: Outcomes,
}

impl RangeSum {
    pub(super) fn add(&mut self, flow: &Flow, verdict: &Verdict, transport: Transport, port: Option<u16>) {
        self.flows += 1;
        self.traffic.merge(total(flow));
        self.ports.extend(port);
        self.outcomes.add(flow, verdict, transport);
    }
}

impl Sum for RangeSum {
    fn merge(&mut self, other: &RangeSum) {
        self.flows += other.flows;
        self.traffic.merge(other.traffic);
        self.ports.extend(&other.ports);
        self.outcomes.merge(other.outcomes);
    }
}

/// One port of one machine that offers a service.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ServerKey {
    /// The machine.
    pub host: Host,
    /// The transport.
    pub transport: Transport,
    /// The port.
    pub port: u16,
}

impl ServerKey {
    /// The server's port in a flow; `None` if no side is the server, or the flow has no ports.
    pub fn from_flow(flow: &Flow, verdict: &Verdict) -> Option<ServerKey> {
        let (transport, server) = (Transport::from_protocol(flow.key.protocol)?, verdict.server?);
        Some(ServerKey { host: Host::from_flow(flow, server), transport, port: flow.key.port(server) })
    }
}

/// The flows that one server had.
#[derive(Clone, Debug, PartialEq)]
pub struct ServerSum {
    /// The name of its port.
    pub service: Service,
    /// Flows.
    pub flows: u64,
    /// Both directions.
    pub traffic: Traffic,
    /// The best reason to call it a server.
    pub evidence: Evidence,
    /// The confidence of that evidence.
    pub confidence: Confidence,
    /// First and last packet.
    pub span: Span,
    /// Different clients.
    pub clients: HostSet,
    /// The best reply that any of the flows had.
    pub reply: Option<Reply>,
    /// True if any of the flows [showed a server](Verdict::shows_server); otherwise the port is closed.
    pub shows_server: bool,
    /// True if packets were sent to the server as to a group.
    pub addressed_as_group: bool,
}

impl ServerSum {
    pub(super) fn new(verdict: &Verdict) -> ServerSum {
        ServerSum {
            service: verdict.service,
            flows: 0,
            traffic: Traffic::default(),
            evidence: verdict.evidence,
            confidence: verdict.confidence,
            span: Span::default(),
            clients: HostSet::default(),
            reply: None,
            shows_server: false,
            addressed_as_group: false,
        }
    }

    pub(super) fn add(&mut self, flow: &Flow, verdict: &Verdict, client: Host, room: &mut KeyBudget) {
        self.flows += 1;
        self.reply = self.reply.max(verdict.reply);
        self.shows_server |= verdict.shows_server();
        self.addressed_as_group |= verdict.server.is_some() && flow.group_side() == verdict.server;
        self.traffic.merge(total(flow));
        self.better(verdict.confidence, verdict.evidence);
        self.span.merge(flow.span);
        self.clients.insert(client, room);
    }

    fn better(&mut self, confidence: Confidence, evidence: Evidence) {
        // Among equal confidences the text decides, so that the order of the flows does not.
        let better = match confidence.cmp(&self.confidence) {
            Ordering::Greater => true,
            Ordering::Equal => evidence != self.evidence && evidence.to_string() < self.evidence.to_string(),
            Ordering::Less => false,
        };
        if better {
            (self.confidence, self.evidence) = (confidence, evidence);
        }
    }
}

impl Sum for ServerSum {
    fn merge(&mut self, other: &ServerSum) {
        self.flows += other.flows;
        self.traffic.merge(other.traffic);
        self.better(other.confidence, other.evidence);
        self.span.merge(other.span);
        self.clients.extend(&other.clients);
        self.reply = self.reply.max(other.reply);
        self.shows_server |= other.shows_server;
        self.addressed_as_group |= other.addressed_as_group;
    }
}

/// The traffic, peers and services of one machine.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostSum {
    /// Traffic that the machine sent.
    pub sent: Traffic,
    /// Traffic that the machine received.
    pub received: Traffic,
    /// First and last packet.
    pub span: Span,
    /// Different machines at the other end.
    pub peers: HostSet,
    /// Services that the machine serves: those of flows that [show a server](Verdict::shows_server).
    pub serves: Set<Service>,
    /// Services that the machine uses, from the same flows.
    pub uses: Set<Service>,
    /// True if packets were sent to the machine as to a group.
    pub addressed_as_group: bool,
}

impl HostSum {
    /// Packets from and to the machine.
    pub(super) fn packets(&self) -> u64 {
        self.sent.packets + self.received.packets
    }

    pub(super) fn add(&mut self, flow: &Flow, verdict: &Verdict, side: Side, room: &mut KeyBudget) {
        self.sent.merge(sent_by(flow, side));
        self.received.merge(sent_by(flow, side.other()));
        self.span.merge(flow.span);
        self.peers.insert(Host::from_flow(flow, side.other()), room);
        self.addressed_as_group |= flow.group_side() == Some(side);
        if verdict.shows_server()
            && let Some(server) = verdict.server
        {
            let services = if server == side { &mut self.serves } else { &mut self.uses };
            room.admit(|| services.insert(verdict.service));
        }
    }
}

impl Sum for HostSum {
    fn merge(&mut self, other: &HostSum) {
        self.sent.merge(other.sent);
        self.received.merge(other.received);
        self.span.merge(other.span);
        self.peers.extend(&other.peers);
        self.serves.extend(&other.serves);
        self.uses.extend(&other.uses);
        self.addressed_as_group |= other.addressed_as_group;
    }
}

keyed_enum! {
    /// The kind of thing that an address stands for, by its key in the columns `role`.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub enum Role by name {
        /// One machine.
        Machine = "machine",
        /// A group of machines: multicast or broadcast.
        Group = "group",
        /// No machine: a sender that has no address yet (0.0.0.0 and ::, RFC 6890).
        Unspecified = "unspecified",
    }
}

impl Role {
    /// The role of an address, which may have been addressed as a group. An address that sends is a machine.
    pub fn new(host: Host, addressed_as_group: bool, sends: bool) -> Role {
        if host.version.is_group(host.address) || addressed_as_group && !sends {
            Role::Group
        } else if host.version.ip_addr(host.address).is_unspecified() {
            Role::Unspecified
        } else {
            Role::Machine
        }
    }
}

/// The flows that one kind of evidence decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EvidenceSum {
    /// Flows.
    pub flows: u64,
    /// Both directions.
    pub traffic: Traffic,
}

impl EvidenceSum {
    pub(super) fn add(&mut self, flow: &Flow) {
        self.flows += 1;
        self.traffic.merge(total(flow));
    }
}

impl Sum for EvidenceSum {
    fn merge(&mut self, other: &EvidenceSum) {
        self.flows += other.flows;
        self.traffic.merge(other.traffic);
    }
}
