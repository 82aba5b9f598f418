//! The listener: hands the payloads of channels to the parsers of their protocols, and turns what those read into
//! announcements and names.

use std::cell::RefCell;
use std::collections::HashSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use super::announcement::{Announcement, Announcements, Expectation, ServerEnd, What};
use super::channel::{Channel, Channels};
use super::dhcp::Leases;
use super::names::HostNames;
use super::stream::{Segment, Streams, lines};
use super::sunrpc::Portmapper;
use super::{dcerpc, dns, ftp, irc, netbios, rtsp, sdp, sunrpc};
use crate::decode::protocol::ip;
use crate::decode::{ConnectionFlags, FlowKey, Observation, Side};
use crate::service::{Announcer, Expected, Registry, Transport};
use crate::unit::{NANOSECONDS, Time};

/// The most flows of which it is remembered that something was said about them as a whole.
const MAX_REMARKS: usize = 1 << 16;
/// How long a device may wait with its answer to an SSDP search that does not say so, in seconds (UPnP Device
/// Architecture 2.0 section 1.3.3: at most 5).
const USUAL_SSDP_WAIT: i64 = 5;
/// How much longer an answer may take than the device was asked to wait, in seconds.
const GRACE: i64 = 2;
/// How long answers to a Web services search are waited for (WS-Discovery 1.1 appendix: match timeout), in nanoseconds.
const WS_DISCOVERY_WAIT: i64 = 10 * NANOSECONDS;

/// Reads what control channels announce and hosts are called.
#[derive(Debug)]
pub struct Listener {
    channels: Arc<Channels>,
    registry: Arc<Registry>,
    streams: Streams,
    portmapper: Portmapper<FlowKey>,
    leases: Leases,
    /// Flows that were said to be encrypted or cut.
    encrypted: HashSet<FlowKey, foldhash::fast::RandomState>,
    truncated: HashSet<FlowKey, foldhash::fast::RandomState>,
    announcements: Announcements,
    names: HostNames,
}

/// A packet that is read, as what, and the side of its flow that has the channel's port.
#[derive(Clone, Copy)]
struct Heard<'a> {
    channel: Channel,
    packet: u64,
    observation: &'a Observation,
    payload: &'a [u8],
    server: Side,
}

impl Heard<'_> {
    fn address(&self, side: Side) -> IpAddr {
        self.observation.key.ip_addr(side)
    }

    fn sender(&self) -> IpAddr {
        self.address(self.observation.side)
    }

    fn receiver(&self) -> IpAddr {
        self.address(self.observation.side.other())
    }

    fn sender_port(&self) -> u16 {
        self.observation.key.port(self.observation.side)
    }

    fn is_from_server(&self) -> bool {
        self.observation.side == self.server
    }

    /// True if the packet is a question to a group, sent from a port that is not the group's own.
    fn asks_a_group(&self) -> bool {
        let [a, b] = self.observation.key.ports;
        self.observation.to_group && !self.is_from_server() && a != b
    }

    fn expectation(&self, by: Announcer, transport: Transport, target: SocketAddr, service: Expected) -> Expectation {
        let server = ServerEnd::Target;
        Expectation { by, transport, target, or_address: None, peer: None, server, lifetime: by.lifetime(), service }
    }
}

impl Listener {
    /// A listener that has heard nothing. The port table says which ports are read.
    pub fn new(registry: Arc<Registry>) -> Listener {
        Listener {
            channels: Channels::for_registry(&registry),
            registry,
            streams: Streams::default(),
            portmapper: Portmapper::default(),
            leases: Leases::default(),
            encrypted: HashSet::default(),
            truncated: HashSet::default(),
            announcements: Announcements::default(),
            names: HostNames::default(),
        }
    }

    /// What was announced, and what hosts are called. Nothing more can be heard until both are [given
    /// back](Listener::take_back).
    pub fn lend(&mut self) -> (Announcements, HostNames) {
        (std::mem::take(&mut self.announcements), std::mem::take(&mut self.names))
    }

    /// A copy of both.
    pub fn copied(&self) -> (Announcements, HostNames) {
        (self.announcements.clone(), self.names.clone())
    }

    /// Goes on with what was lent.
    pub fn take_back(&mut self, announcements: Announcements, names: HostNames) {
        (self.announcements, self.names) = (announcements, names);
    }

    /// Forgets what cannot be about anything to come, and remarks on channels that are not there any more. Of announcements, and of
    /// `clock`, see [`Announcements::forget`].
    pub fn forget(&mut self, clock: (Time, i64), is_used: impl Fn(usize) -> bool, is_there: impl Fn(&FlowKey) -> bool) {
        self.announcements.forget(clock, is_used, &is_there);
        self.encrypted.retain(&is_there);
        self.truncated.retain(&is_there);
    }

    /// The names of hosts, to add those that come from elsewhere.
    pub fn names(&mut self) -> &mut HostNames {
        &mut self.names
    }

    /// True if the packet is worth reading: its ports are those of a channel, and it carries something or opens it.
    #[inline(always)]
    pub fn cares_for(&self, observation: &Observation) -> bool {
        let may_tell = observation.payload_len > 0 || observation.signals.contains(ConnectionFlags::SYN);
        may_tell && self.channels.any(observation.key.protocol, observation.key.ports)
    }

    /// Reads a packet: the `packet`-th of the capture, from 1, with what was captured of its payload.
    #[cold]
    pub fn hear(&mut self, packet: u64, observation: &Observation, payload: &[u8]) {
        let Observation { key, side, signals, payload_len, .. } = *observation;
        if signals.contains(ConnectionFlags::SYN) {
            // Another connection between the same ports is another channel.
            self.encrypted.remove(&key);
            self.truncated.remove(&key);
            for channel in key.ports.into_iter().flat_map(|port| self.channels.at(key.protocol, port)) {
                self.streams.forget(&key, *channel);
            }
        }
        if !payload.is_empty() {
            for server in [side.other(), side] {
                for place in 0..self.channels.at(key.protocol, key.port(server)).len() {
                    let channel = self.channels.at(key.protocol, key.port(server))[place];
                    // Where both ports are the channel's, the receiver's is enough.
                    if server != side || !self.channels.at(key.protocol, key.port(side.other())).contains(&channel) {
                        self.read(Heard { channel, packet, observation, payload, server });
                    }
                }
            }
        }
        if payload.len() < payload_len as usize && self.channels.may_announce(key.protocol, key.ports) {
            self.remark_cut(packet, observation, payload);
        }
    }

    /// Reads what is spoken there. By itself, because most packets that are heard are questions to a name server: together
    /// with the way here, each of them would begin with what only the rarest channels need.
    #[inline(never)]
    fn read(&mut self, heard: Heard<'_>) {
        match heard.channel {
            Channel::Ftp => self.ftp(heard),
            Channel::Tftp => self.tftp(heard),
            Channel::Calls => self.session_descriptions(heard, Announcer::Sdp),
            Channel::Rtsp => self.session_descriptions(heard, Announcer::Rtsp),
            Channel::Irc => self.irc(heard),
            Channel::Portmapper => self.portmapper(heard),
            Channel::EndpointMapper => self.endpoint_mapper(heard),
            Channel::Ssdp => self.ssdp(heard),
            Channel::WsDiscovery => self.group_question(heard, Expected::WS_DISCOVERY, WS_DISCOVERY_WAIT),
            Channel::Mdns => {
                self.name_question(heard, Expected::MDNS);
                dns::answers(heard.payload, true, &mut self.names.recorder());
            }
            Channel::Llmnr => {
                self.name_question(heard, Expected::LLMNR);
                dns::answers(heard.payload, true, &mut self.names.recorder());
            }
            Channel::Dns => self.dns(heard),
            Channel::Dhcp => self.leases.message(heard.payload, &mut self.names.recorder()),
            Channel::NetbiosNames => {
                let sender = heard.sender();
                netbios::name_service(heard.payload, sender, &mut self.names.recorder());
            }
            Channel::NetbiosDatagrams => {
                netbios::datagram(heard.payload, &mut self.names.recorder());
            }
        }
    }

    fn announce(&mut self, heard: Heard<'_>, what: What) {
        let Observation { key, side, time, .. } = *heard.observation;
        self.announcements.add(Announcement { packet: heard.packet, time, channel: key, sender: side, what });
    }

    /// Notes, once for each flow, that the capture kept only a part of what may have announced something.
    fn remark_cut(&mut self, packet: u64, observation: &Observation, payload: &[u8]) {
        let Observation { key, side, .. } = *observation;
        let announces = |port| self.channels.at(key.protocol, port).iter().find(|channel| channel.announces_flows());
        let Some(&channel) = key.ports.into_iter().find_map(announces) else { return };
        if self.truncated.len() == MAX_REMARKS || self.encrypted.contains(&key) {
            return;
        }
        if self.truncated.insert(key) {
            self.announce(Heard { channel, packet, observation, payload, server: side }, What::Truncated);
        }
    }

    /// Reads the lines of a packet: those of a datagram, or those that end in a segment.
    fn lines(&mut self, heard: Heard<'_>, mut tell: impl FnMut(&[u8])) {
        self.described_lines(heard, |line, _| tell(line), &mut |_, _| {});
    }

    /// The same with the session description that is being said; `say` is told what it holds when the packet ends.
    fn described_lines(
        &mut self,
        heard: Heard<'_>,
        mut tell: impl FnMut(&[u8], &mut sdp::Description),
        say: &mut dyn FnMut(sdp::Stream, SocketAddr),
    ) {
        let Observation { key, side, sequence, payload_len, .. } = *heard.observation;
        if key.protocol == ip::TCP {
            let segment = Segment { sequence, payload: heard.payload, wire_len: payload_len };
            self.streams.take_in((key, side, heard.channel), segment, tell);
            self.streams.description((key, side, heard.channel)).finish(say);
        } else {
            let mut description = sdp::Description::default();
            lines(heard.payload).for_each(|line| tell(line, &mut description));
            description.finish(say);
        }
    }

    /// FTP (RFC 959, RFC 2428, RFC 4217).
    fn ftp(&mut self, heard: Heard<'_>) {
        if self.encrypted.contains(&heard.observation.key) {
            return;
        }
        let mut told = Vec::new();
        self.lines(heard, |line| told.extend(ftp::line(line)));
        for line in told {
            match line {
                ftp::Line::Port(target) => self.active_ftp(heard, Announcer::FtpPort, target),
                ftp::Line::ExtendedPort(target) => self.active_ftp(heard, Announcer::FtpEprt, target),
                ftp::Line::Passive(target) => self.passive_ftp(heard, Announcer::FtpPasv, target),
                ftp::Line::ExtendedPassive(port) => {
                    self.passive_ftp(heard, Announcer::FtpEpsv, SocketAddr::new(heard.sender(), port));
                }
                ftp::Line::AuthAsked => {}
                ftp::Line::AuthAccepted => {
                    if self.encrypted.len() < MAX_REMARKS && self.encrypted.insert(heard.observation.key) {
                        self.announce(heard, What::Encrypted);
                    }
                }
            }
        }
    }

    /// The client says where the server shall connect to. Behind a router that translates addresses, the address is not the
    /// one that the server sees.
    fn active_ftp(&mut self, heard: Heard<'_>, by: Announcer, target: SocketAddr) {
        let expectation = Expectation {
            or_address: other_than(target, heard.sender()),
            peer: Some(heard.receiver()),
            server: ServerEnd::Peer,
            ..heard.expectation(by, Transport::Tcp, target, Expected::FTP_DATA)
        };
        self.announce(heard, What::Flow(expectation));
    }

    /// The server says where the client shall connect to, or what it takes for its own address.
    fn passive_ftp(&mut self, heard: Heard<'_>, by: Announcer, target: SocketAddr) {
        let or_address = other_than(target, heard.sender());
        let expectation = heard.expectation(by, Transport::Tcp, target, Expected::FTP_DATA);
        self.announce(heard, What::Flow(Expectation { or_address, ..expectation }));
    }

    /// TFTP (RFC 1350): a read or write request is answered from another port.
    fn tftp(&mut self, heard: Heard<'_>) {
        if heard.is_from_server() || !matches!(heard.payload, [0, 1 | 2, ..]) {
            return;
        }
        let target = SocketAddr::new(heard.sender(), heard.sender_port());
        let expectation = heard.expectation(Announcer::Tftp, Transport::Udp, target, Expected::TFTP);
        let peer = Some(heard.receiver());
        self.announce(heard, What::Flow(Expectation { peer, server: ServerEnd::Peer, ..expectation }));
    }

    /// SIP, MGCP and RTSP: session descriptions, and RTSP's `Transport` headers.
    fn session_descriptions(&mut self, heard: Heard<'_>, by: Announcer) {
        let (streams, mut transports) = (RefCell::new(Vec::new()), Vec::new());
        let read = |line: &[u8], description: &mut sdp::Description| {
            description.line(line, &mut |stream, address| streams.borrow_mut().push((stream, address)));
            if by == Announcer::Rtsp {
                transports.extend(rtsp::transport_header(line));
            }
        };
        self.described_lines(heard, read, &mut |stream, address| streams.borrow_mut().push((stream, address)));
        for (stream, target) in streams.into_inner() {
            self.announce_stream(heard, by, stream, target);
        }
        for transport in transports {
            self.announce_transport(heard, transport);
        }
    }

    fn announce_stream(&mut self, heard: Heard<'_>, by: Announcer, stream: sdp::Stream, target: SocketAddr) {
        let (transport, service) = match (stream, by) {
            (sdp::Stream::Rtp, Announcer::Rtsp) => (Transport::Udp, Expected::STREAM_RTP),
            (sdp::Stream::Rtcp, Announcer::Rtsp) => (Transport::Udp, Expected::STREAM_RTCP),
            (sdp::Stream::Rtp, _) => (Transport::Udp, Expected::CALL_RTP),
            (sdp::Stream::Rtcp, _) => (Transport::Udp, Expected::CALL_RTCP),
            (sdp::Stream::T38, _) => (Transport::Udp, Expected::FAX),
            (sdp::Stream::Msrp, _) => (Transport::Tcp, Expected::MSRP),
        };
        // What a streaming server describes, it sends; a call is between equals.
        let server = if by == Announcer::Rtsp { ServerEnd::Peer } else { ServerEnd::Neither };
        let or_address = other_than(target, heard.sender());
        let expectation = heard.expectation(by, transport, target, service);
        self.announce(heard, What::Flow(Expectation { or_address, server, ..expectation }));
    }

    /// Where a stream that was asked for goes to, and where it comes from (RFC 7826 section 18.54).
    fn announce_transport(&mut self, heard: Heard<'_>, transport: rtsp::Transport) {
        let server = transport.source.unwrap_or(heard.address(heard.server));
        let client = transport.destination.unwrap_or(heard.address(heard.server.other()));
        let pairs = [
            (transport.client_ports, client, ServerEnd::Peer),
            (transport.group_ports, client, ServerEnd::Peer),
            (transport.server_ports, server, ServerEnd::Target),
        ];
        for (ports, address, server) in pairs {
            let Some((rtp, rtcp)) = ports else { continue };
            for (port, service) in [(rtp, Expected::STREAM_RTP), (rtcp, Expected::STREAM_RTCP)] {
                let target = SocketAddr::new(address, port);
                let expectation = heard.expectation(Announcer::Rtsp, Transport::Udp, target, service);
                self.announce(heard, What::Flow(Expectation { server, ..expectation }));
            }
        }
    }

    /// IRC: an offer to connect directly. From a user it may name an address that only the user's own network knows.
    fn irc(&mut self, heard: Heard<'_>) {
        let mut offers = Vec::new();
        self.lines(heard, |line| offers.extend(irc::dcc_offer(line)));
        for offer in offers {
            let target = SocketAddr::new(offer.address, offer.port);
            let or_address = if heard.is_from_server() { None } else { other_than(target, heard.sender()) };
            let expectation = heard.expectation(Announcer::DccOffer, Transport::Tcp, target, Expected::DCC);
            self.announce(heard, What::Flow(Expectation { or_address, ..expectation }));
        }
    }

    fn portmapper(&mut self, heard: Heard<'_>) {
        let is_tcp = heard.observation.key.protocol == ip::TCP;
        let message = if is_tcp { sunrpc::over_tcp(heard.payload) } else { heard.payload };
        let mut bindings = Vec::new();
        self.portmapper.message(heard.observation.key, message, &mut |binding| bindings.push(binding));
        for binding in bindings {
            let Some(transport) = Transport::from_protocol(binding.protocol) else { continue };
            let target = SocketAddr::new(binding.address.unwrap_or(heard.sender()), binding.port);
            let service = Expected::of_rpc_program(binding.program);
            let expectation = heard.expectation(Announcer::RpcBinding, transport, target, service);
            self.announce(heard, What::Flow(Expectation { or_address: other_than(target, heard.sender()), ..expectation }));
        }
    }

    fn endpoint_mapper(&mut self, heard: Heard<'_>) {
        if !heard.is_from_server() {
            return;
        }
        for tower in dcerpc::mapped_endpoints(heard.payload) {
            let Some(transport) = Transport::from_protocol(tower.protocol) else { continue };
            let target = SocketAddr::new(tower.address.map_or(heard.sender(), IpAddr::V4), tower.port);
            let service = Expected::of_dcerpc_interface(&tower.interface);
            let expectation = heard.expectation(Announcer::EpmBinding, transport, target, service);
            self.announce(heard, What::Flow(Expectation { or_address: other_than(target, heard.sender()), ..expectation }));
        }
    }

    /// A UPnP search: its `MX` header says how many seconds the devices may wait with their answers.
    fn ssdp(&mut self, heard: Heard<'_>) {
        if !heard.payload.starts_with(b"M-SEARCH") {
            return;
        }
        let wait = |line: &[u8]| {
            let (key, value) = str::from_utf8(line).ok()?.split_once(':')?;
            key.eq_ignore_ascii_case("MX").then(|| value.trim().parse::<i64>().ok()).flatten()
        };
        let seconds = lines(heard.payload).find_map(wait).unwrap_or(USUAL_SSDP_WAIT).clamp(1, 120);
        self.group_question(heard, Expected::SSDP, (seconds + GRACE) * NANOSECONDS);
    }

    /// A question for a name from a port of its own. The answers come from the group's port, so that the ports alone tell
    /// who serves, unless the questioner's port is as well known.
    fn name_question(&mut self, heard: Heard<'_>, service: Expected) {
        let [asking, group] =
            [heard.server.other(), heard.server].map(|side| self.registry.rank(Transport::Udp, heard.observation.key.port(side)));
        if group - asking < crate::service::registry::STRONG_RANK_GAP {
            self.group_question(heard, service, GRACE * NANOSECONDS);
        }
    }

    /// A question to a group of machines: whoever knows answers the questioner's port.
    fn group_question(&mut self, heard: Heard<'_>, service: Expected, lifetime: i64) {
        if !heard.asks_a_group() {
            return;
        }
        let target = SocketAddr::new(heard.sender(), heard.sender_port());
        let expectation = heard.expectation(Announcer::GroupReply, Transport::Udp, target, service);
        self.announce(heard, What::Flow(Expectation { server: ServerEnd::Peer, lifetime: Some(lifetime), ..expectation }));
    }

    fn dns(&mut self, heard: Heard<'_>) {
        let is_tcp = heard.observation.key.protocol == ip::TCP;
        let message = if is_tcp { dns::over_tcp(heard.payload) } else { Some(heard.payload) };
        if let Some(message) = message {
            dns::answers(message, false, &mut self.names.recorder());
        }
    }
}

/// The address that an announced endpoint may be seen as instead: that of who announced it, if it is another one.
fn other_than(target: SocketAddr, sender: IpAddr) -> Option<IpAddr> {
    (target.ip() != sender).then_some(sender)
}
