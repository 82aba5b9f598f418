//! The channels: services that announce flows or name hosts, and their ports.

use std::sync::{Arc, LazyLock};

use crate::decode::protocol::ip;
use crate::service::{PortSet, Registry, Transport};

/// A service whose packets are inspected.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum Channel {
    /// FTP's control connection.
    Ftp,
    /// TFTP requests.
    Tftp,
    /// SIP or MGCP, which carry session descriptions of calls.
    Calls,
    /// RTSP.
    Rtsp,
    /// IRC.
    Irc,
    /// Sun RPC's portmapper.
    Portmapper,
    /// DCE RPC's endpoint mapper.
    EndpointMapper,
    /// UPnP's search.
    Ssdp,
    /// The search for Web services.
    WsDiscovery,
    /// Multicast DNS.
    Mdns,
    /// Link-local name resolution.
    Llmnr,
    /// DNS.
    Dns,
    /// DHCP.
    Dhcp,
    /// The NetBIOS name service.
    NetbiosNames,
    /// NetBIOS datagrams.
    NetbiosDatagrams,
}

impl Channel {
    /// Returns the channel of a service, by its name in the port table.
    fn from_service(name: &str) -> Option<Channel> {
        Some(match name {
            "ftp" => Channel::Ftp,
            "tftp" => Channel::Tftp,
            "sip" | "mgcp" | "mgcp-gateway" | "mgcp-callagent" => Channel::Calls,
            "rtsp" | "rtsp-alt" => Channel::Rtsp,
            "irc" => Channel::Irc,
            "sunrpc" => Channel::Portmapper,
            "epmap" | "profinet-cm" => Channel::EndpointMapper,
            "ssdp" => Channel::Ssdp,
            "ws-discovery" => Channel::WsDiscovery,
            "mdns" => Channel::Mdns,
            "llmnr" => Channel::Llmnr,
            "dns" => Channel::Dns,
            "dhcp" => Channel::Dhcp,
            "netbios-ns" => Channel::NetbiosNames,
            "netbios-dgm" => Channel::NetbiosDatagrams,
            _ => return None,
        })
    }

    /// True if the channel exists over `transport`: many names are registered for both TCP and UDP, but used with one.
    fn is_over(self, transport: Transport) -> bool {
        match self {
            Channel::Ftp | Channel::Irc => transport == Transport::Tcp,
            Channel::Calls | Channel::Rtsp | Channel::Portmapper | Channel::EndpointMapper | Channel::Dns => true,
            _ => transport == Transport::Udp,
        }
    }

    /// True if a truncated packet can lose an announcement of a flow.
    pub const fn announces_flows(self) -> bool {
        matches!(
            self,
            Channel::Ftp | Channel::Calls | Channel::Rtsp | Channel::Irc | Channel::Portmapper | Channel::EndpointMapper
        )
    }
}

/// The channels by port.
#[derive(Debug)]
pub struct ChannelTable {
    tcp: TransportChannels,
    udp: TransportChannels,
}

/// The channels of one transport.
#[derive(Debug)]
struct TransportChannels {
    /// The ports of channels. Every packet's ports are looked up here.
    ports: PortSet,
    /// The ports of channels that announce flows.
    announcing: PortSet,
    /// An index into `channels`, by port.
    indices: Box<[u16]>,
    /// The lists of channels of ports. The first one is empty, and stands for nearly all ports.
    channels: Vec<Vec<Channel>>,
}

impl ChannelTable {
    /// Returns the channels of a port table. Those of the built-in table are computed once and shared, because computing them
    /// takes longer than reading a small capture.
    pub fn for_registry(registry: &Arc<Registry>) -> Arc<ChannelTable> {
        static BUILT_IN: LazyLock<Arc<ChannelTable>> = LazyLock::new(|| Arc::new(ChannelTable::new(&Registry::shared())));
        if Arc::ptr_eq(registry, &Registry::shared()) { Arc::clone(&BUILT_IN) } else { Arc::new(ChannelTable::new(registry)) }
    }

    fn new(registry: &Registry) -> ChannelTable {
        let [tcp, udp] = [Transport::Tcp, Transport::Udp].map(|transport| TransportChannels::new(registry, transport));
        ChannelTable { tcp, udp }
    }

    /// The IP protocol and the port of each channel, TCP first, in the order of the ports.
    pub fn ports(&self) -> impl Iterator<Item = (u8, u16)> {
        [(ip::TCP, &self.tcp), (ip::UDP, &self.udp)].into_iter().flat_map(|(protocol, channels)| {
            (0..=u16::MAX).filter(|port| channels.ports.has(*port)).map(move |port| (protocol, port))
        })
    }

    /// True if one of the two ports has a channel. Every packet is asked about.
    #[inline(always)]
    pub fn any(&self, protocol: u8, ports: [u16; 2]) -> bool {
        match protocol {
            ip::TCP => self.tcp.ports.has_any(ports),
            ip::UDP => self.udp.ports.has_any(ports),
            _ => false,
        }
    }

    /// True if one of the two ports has a channel that announces flows.
    #[inline]
    pub fn may_announce(&self, protocol: u8, ports: [u16; 2]) -> bool {
        match protocol {
            ip::TCP => self.tcp.announcing.has_any(ports),
            ip::UDP => self.udp.announcing.has_any(ports),
            _ => false,
        }
    }

    /// The channels of a port: several, if the user's rules name the port differently on different machines.
    #[inline]
    pub fn at(&self, protocol: u8, port: u16) -> &[Channel] {
        match protocol {
            ip::TCP => self.tcp.at(port),
            ip::UDP => self.udp.at(port),
            _ => &[],
        }
    }
}

impl TransportChannels {
    fn new(registry: &Registry, transport: Transport) -> TransportChannels {
        let channel = |name: &str| Channel::from_service(name).filter(|channel| channel.is_over(transport));
        let mut named = registry.ports_by_name(transport, channel);
        named.sort_unstable_by_key(|(port, channel)| (*port, *channel as u8));
        named.dedup();
        let ports = PortSet::from_ports(named.iter().map(|(port, _)| *port));
        let announcing = named.iter().filter(|(_, channel)| channel.announces_flows());
        let announcing = PortSet::from_ports(announcing.map(|(port, _)| *port));
        let (mut indices, mut channels) = (vec![0; 1 << 16].into_boxed_slice(), vec![Vec::new()]);
        for of_port in named.chunk_by(|one, other| one.0 == other.0) {
            indices[usize::from(of_port[0].0)] = channels.len() as u16;
            channels.push(of_port.iter().map(|(_, channel)| *channel).collect());
        }
        TransportChannels { ports, announcing, indices, channels }
    }

    #[inline]
    fn at(&self, port: u16) -> &[Channel] {
        // The set fits into the cache; the indices do not.
        if self.ports.has(port) { &self.channels[usize::from(self.indices[usize::from(port)])] } else { &[] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::user_table;

    fn at(channels: &ChannelTable, protocol: u8, port: u16) -> Vec<Channel> {
        channels.at(protocol, port).to_vec()
    }

    #[test]
    fn the_port_table_names_the_channels_of_each_transport() {
        let channels = ChannelTable::new(&Registry::shared());
        assert_eq!(at(&channels, ip::TCP, 21), [Channel::Ftp]);
        assert_eq!([2427, 2727, 5060].map(|port| at(&channels, ip::UDP, port)), [[Channel::Calls]; 3]);
        assert_eq!([554, 8554].map(|port| at(&channels, ip::TCP, port)), [[Channel::Rtsp]; 2]);
        for protocol in [ip::TCP, ip::UDP] {
            assert_eq!(at(&channels, protocol, 111), [Channel::Portmapper]);
            assert_eq!(at(&channels, protocol, 135), [Channel::EndpointMapper]);
        }
        assert_eq!(at(&channels, ip::UDP, 21), [], "FTP is registered for UDP, too, and not spoken there");
        assert_eq!(at(&channels, ip::TCP, 80), []);
        assert!(channels.any(ip::UDP, [50_000, 69]) && !channels.any(ip::TCP, [50_000, 69]));
        assert!(channels.any(ip::TCP, [53, 50_000]) && channels.any(ip::UDP, [53, 50_000]));
    }

    #[test]
    fn the_ports_are_those_of_channels() {
        let channels = ChannelTable::new(&Registry::with_table(&user_table::parse("udp/65535 = dns\n").unwrap()));
        let ports: Vec<_> = channels.ports().collect();
        assert!(ports.is_sorted() && ports.iter().all(|(protocol, port)| !channels.at(*protocol, *port).is_empty()));
        assert!([(ip::TCP, 21), (ip::UDP, 69), (ip::UDP, 65535)].iter().all(|port| ports.contains(port)));
        assert!(!ports.contains(&(ip::UDP, 21)));
    }

    #[test]
    fn the_users_own_control_ports_are_read_too() {
        let rules = user_table::parse("tcp/2121 = ftp\n192.0.2.7 tcp/8554 = rtsp\n").unwrap();
        let channels = ChannelTable::new(&Registry::with_table(&rules));
        assert_eq!(at(&channels, ip::TCP, 2121), [Channel::Ftp]);
        assert!(at(&channels, ip::TCP, 8554).contains(&Channel::Rtsp));
    }
}
