//! The listener: passes the packets of channels to the modules of their protocols, and keeps the announcements and names that
//! these return.

use std::collections::HashSet;
use std::sync::Arc;

use super::announcement::{Announcement, Announcements, ChannelEvent};
use super::channel::{Channel, ChannelTable};
use super::dhcp::ClientNames;
use super::names::HostNames;
use super::packet::ChannelPacket;
use super::stream::TextStreams;
use super::sunrpc::Portmapper;
use super::{dcerpc, dns, ftp, group_query, irc, netbios, rtsp, sdp, tftp};
use crate::decode::{ConnectionFlags, FlowKey, Observation};
use crate::service::{ExpectedService, Registry};
use crate::time::Time;

/// The most flows that are kept as encrypted, and the most that are kept as truncated.
const MAX_MARKED_FLOWS: usize = 1 << 16;

type FlowSet = HashSet<FlowKey, foldhash::fast::RandomState>;

/// Reads the announcements of control channels and the names of hosts.
#[derive(Debug)]
pub struct Inspector {
    channels: Arc<ChannelTable>,
    registry: Arc<Registry>,
    streams: TextStreams,
    portmapper: Portmapper,
    dhcp_clients: ClientNames,
    /// Flows whose encryption has been recorded.
    encrypted: FlowSet,
    /// Flows whose truncation has been recorded.
    truncated: FlowSet,
    announcements: Announcements,
    names: HostNames,
}

impl Inspector {
    /// Creates a listener that has read nothing. The port table determines the ports of the channels.
    pub fn new(registry: Arc<Registry>) -> Inspector {
        Inspector {
            channels: ChannelTable::for_registry(&registry),
            registry,
            streams: TextStreams::default(),
            portmapper: Portmapper::default(),
            dhcp_clients: ClientNames::default(),
            encrypted: HashSet::default(),
            truncated: HashSet::default(),
            announcements: Announcements::default(),
            names: HostNames::default(),
        }
    }

    /// The announcements of control channels so far.
    pub fn announcements(&self) -> &Announcements {
        &self.announcements
    }

    /// The names of hosts so far.
    pub fn names(&self) -> &HostNames {
        &self.names
    }

    /// The names of hosts, for adding names from other sources.
    pub fn names_mut(&mut self) -> &mut HostNames {
        &mut self.names
    }

    /// Returns all announcements, and all names of hosts.
    pub fn finish(self) -> (Announcements, HostNames) {
        (self.announcements, self.names)
    }

    /// Removes announcements that cannot concern a future flow, and marks of channels that are gone. For announcements and for
    /// `clock`, see [`Announcements::forget`].
    pub fn forget(&mut self, clock: (Time, i64), is_used: impl Fn(usize) -> bool, is_there: impl Fn(&FlowKey) -> bool) {
        self.announcements.forget(clock, is_used, &is_there);
        self.encrypted.retain(&is_there);
        self.truncated.retain(&is_there);
    }

    /// The IP protocol and the port of each channel, TCP first, in the order of the ports.
    pub fn ports(&self) -> impl Iterator<Item = (u8, u16)> {
        self.channels.ports()
    }

    /// True if a packet should be inspected: one of its ports has a channel, and the packet has a payload or opens a connection.
    #[inline(always)]
    pub fn wants(&self, observation: &Observation) -> bool {
        let may_matter = observation.payload_len > 0 || observation.flags.contains(ConnectionFlags::SYN);
        may_matter && self.channels.any(observation.key.protocol, observation.key.ports)
    }

    /// Reads a packet: its `number` in the capture, from 1, its headers, and the captured part of its payload.
    #[cold]
    pub fn inspect(&mut self, number: u64, observation: &Observation, payload: &[u8]) {
        let Observation { key, side, flags, payload_len, .. } = *observation;
        if flags.contains(ConnectionFlags::SYN) {
            // A new connection between the same ports is a new channel.
            self.encrypted.remove(&key);
            self.truncated.remove(&key);
            for channel in key.ports.into_iter().flat_map(|port| self.channels.at(key.protocol, port)) {
                self.streams.remove(&key, *channel);
            }
        }
        if !payload.is_empty() {
            for server in [side.other(), side] {
                for index in 0..self.channels.at(key.protocol, key.port(server)).len() {
                    let channel = self.channels.at(key.protocol, key.port(server))[index];
                    // If both ports are the channel's, only the receiver's counts.
                    if server != side || !self.channels.at(key.protocol, key.port(side.other())).contains(&channel) {
                        self.read(&ChannelPacket { channel, number, observation, payload, server });
                    }
                }
            }
        }
        let is_cut = payload.len() < payload_len as usize;
        if is_cut && self.channels.may_announce(key.protocol, key.ports) && !self.encrypted.contains(&key) {
            self.record(number, observation, ChannelEvent::Truncated);
        }
    }

    /// Reads a packet as that of its channel. Not inlined, because most inspected packets are queries to a name server, and each
    /// of them would pay for the set-up that only the rarest channels need.
    #[inline(never)]
    fn read(&mut self, packet: &ChannelPacket<'_>) {
        match packet.channel {
            Channel::Ftp => {
                if !self.encrypted.contains(&packet.observation.key) {
                    let events = ftp::events(packet, self.streams.lines(packet));
                    self.record_all(packet, events);
                }
            }
            Channel::Tftp => self.record_all(packet, tftp::expectation(packet)),
            Channel::Calls => {
                let media = sdp::expectations(packet, self.streams.lines(packet));
                self.record_all(packet, media);
            }
            Channel::Rtsp => {
                let streams = rtsp::expectations(packet, self.streams.lines(packet));
                self.record_all(packet, streams);
            }
            Channel::Irc => {
                let offers = irc::expectations(packet, self.streams.lines(packet));
                self.record_all(packet, offers);
            }
            Channel::Portmapper => {
                let bindings = self.portmapper.expectations(packet);
                self.record_all(packet, bindings);
            }
            Channel::EndpointMapper => self.record_all(packet, dcerpc::expectations(packet)),
            Channel::Ssdp => self.record_all(packet, group_query::ssdp(packet)),
            Channel::WsDiscovery => self.record_all(packet, group_query::ws_discovery(packet)),
            Channel::Mdns => {
                self.record_all(packet, group_query::name_query(packet, &self.registry, ExpectedService::MDNS));
                self.names.extend(dns::answers(packet.payload, true));
            }
            Channel::Llmnr => {
                self.record_all(packet, group_query::name_query(packet, &self.registry, ExpectedService::LLMNR));
                self.names.extend(dns::answers(packet.payload, true));
            }
            Channel::Dns => self.names.extend(dns::names(packet)),
            Channel::Dhcp => self.names.extend(self.dhcp_clients.read(packet.payload)),
            Channel::NetbiosNames => self.names.extend(netbios::name_service(packet.payload, packet.sender())),
            Channel::NetbiosDatagrams => self.names.extend(netbios::datagram(packet.payload)),
        }
    }

    fn record_all(&mut self, packet: &ChannelPacket<'_>, events: impl IntoIterator<Item: Into<ChannelEvent>>) {
        for event in events {
            self.record(packet.number, packet.observation, event.into());
        }
    }

    /// Adds an event to the log; encryption and truncation only once for each flow.
    fn record(&mut self, packet: u64, observation: &Observation, event: ChannelEvent) {
        let Observation { key, side, time, .. } = *observation;
        let is_new = match event {
            ChannelEvent::Flow(_) => true,
            ChannelEvent::Encrypted => insert_bounded(&mut self.encrypted, key),
            ChannelEvent::Truncated => insert_bounded(&mut self.truncated, key),
        };
        if is_new {
            self.announcements.add(Announcement { packet, time, channel: key, sender: side, event });
        }
    }
}

/// Adds a flow. False if the set already contains the flow or is full.
fn insert_bounded(flows: &mut FlowSet, flow: FlowKey) -> bool {
    flows.len() < MAX_MARKED_FLOWS && flows.insert(flow)
}
