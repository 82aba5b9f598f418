//! Which ports are worth reading: those whose service announces flows or names hosts.

use std::sync::{Arc, LazyLock};

use crate::decode::protocol::ip;
use crate::service::{PortSet, Registry, Transport};

/// What is spoken on a port that is worth reading.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Channel {
    /// FTP's control connection.
    Ftp,
    /// TFTP requests.
    Tftp,
    /// SIP and MGCP, which carry session descriptions.
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
    /// Link-local name questions.
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
    /// The channel that a service is, by its name in the book.
    fn of_service(name: &str) -> Option<Channel> {
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

    /// True if the channel exists over that transport: many names are registered for both, and used with one.
    fn is_over(self, transport: Transport) -> bool {
        match self {
            Channel::Ftp | Channel::Irc => transport == Transport::Tcp,
            Channel::Calls | Channel::Rtsp | Channel::Portmapper | Channel::EndpointMapper | Channel::Dns => true,
            _ => transport == Transport::Udp,
        }
    }

    /// True if an announcement of a flow can be lost with a part of what is said there.
    pub const fn announces_flows(self) -> bool {
        matches!(
            self,
            Channel::Ftp | Channel::Calls | Channel::Rtsp | Channel::Irc | Channel::Portmapper | Channel::EndpointMapper
        )
    }
}

/// The channels by port.
#[derive(Debug)]
pub struct Channels {
    tcp: Ports,
    udp: Ports,
}

/// One transport's channels: one bit for each port, which is asked for every packet, and what the few are that are set.
#[derive(Debug)]
struct Ports {
    set: PortSet,
    /// Those of them where flows are announced.
    announcing: PortSet,
    /// By port: the place of its channels, or 0.
    places: Box<[u16]>,
    /// What is spoken on a port; on nearly all of them nothing, which has the first place.
    channels: Vec<Vec<Channel>>,
}

impl Channels {
    /// The channels of a port table. Those of the built-in one are found once and shared, because that takes longer than reading a small
    /// capture.
    pub fn for_registry(registry: &Arc<Registry>) -> Arc<Channels> {
        static BUILT_IN: LazyLock<Arc<Channels>> = LazyLock::new(|| Arc::new(Channels::of(&Registry::shared())));
        if Arc::ptr_eq(registry, &Registry::shared()) { Arc::clone(&BUILT_IN) } else { Arc::new(Channels::of(registry)) }
    }

    /// The channels that the book of ports knows.
    fn of(registry: &Registry) -> Channels {
        Channels { tcp: Ports::of(registry, Transport::Tcp), udp: Ports::of(registry, Transport::Udp) }
    }

    /// True if a packet between these ports may be worth reading.
    #[inline]
    pub fn any(&self, protocol: u8, ports: [u16; 2]) -> bool {
        match protocol {
            ip::TCP => self.tcp.set.has_any(ports),
            ip::UDP => self.udp.set.has_any(ports),
            _ => false,
        }
    }

    /// True if flows may be announced between these ports.
    #[inline]
    pub fn may_announce(&self, protocol: u8, ports: [u16; 2]) -> bool {
        match protocol {
            ip::TCP => self.tcp.announcing.has_any(ports),
            ip::UDP => self.udp.announcing.has_any(ports),
            _ => false,
        }
    }

    /// What is spoken on a port; several things if the user's rules for single machines say so.
    #[inline]
    pub fn at(&self, protocol: u8, port: u16) -> &[Channel] {
        match protocol {
            ip::TCP => self.tcp.at(port),
            ip::UDP => self.udp.at(port),
            _ => &[],
        }
    }
}

impl Ports {
    fn of(registry: &Registry, transport: Transport) -> Ports {
        let channel = |name: &str| Channel::of_service(name).filter(|channel| channel.is_over(transport));
        let mut named = registry.ports_by_name(transport, channel);
        named.sort_unstable_by_key(|(port, channel)| (*port, *channel as u8));
        named.dedup();
        let set = PortSet::from_ports(named.iter().map(|(port, _)| *port));
        let announcing = named.iter().filter(|(_, channel)| channel.announces_flows());
        let announcing = PortSet::from_ports(announcing.map(|(port, _)| *port));
        let (mut places, mut channels) = (vec![0; 1 << 16].into_boxed_slice(), vec![Vec::new()]);
        for of_port in named.chunk_by(|one, other| one.0 == other.0) {
            places[usize::from(of_port[0].0)] = channels.len() as u16;
            channels.push(of_port.iter().map(|(_, channel)| *channel).collect());
        }
        Ports { set, announcing, places, channels }
    }

    #[inline]
    fn at(&self, port: u16) -> &[Channel] {
        // The set stays in the cache, and the places do not.
        if self.set.has(port) { &self.channels[usize::from(self.places[usize::from(port)])] } else { &[] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::user_table;

    fn at(channels: &Channels, protocol: u8, port: u16) -> Vec<Channel> {
        channels.at(protocol, port).to_vec()
    }

    #[test]
    fn the_book_names_the_channels_and_transports_are_told_apart() {
        let channels = Channels::of(&Registry::shared());
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
    fn the_users_own_control_ports_are_read_too() {
        let rules = user_table::parse("tcp/2121 = ftp\n192.0.2.7 tcp/8554 = rtsp\n").unwrap();
        let channels = Channels::of(&Registry::with_rules(&rules));
        assert_eq!(at(&channels, ip::TCP, 2121), [Channel::Ftp]);
        assert!(at(&channels, ip::TCP, 8554).contains(&Channel::Rtsp));
    }
}
