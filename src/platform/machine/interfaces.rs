//! The network interfaces, as the system itself lists them, so that they are known without libpcap.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::link_type::LinkType;

/// A network interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalInterface {
    /// The name. Whoever may rename interfaces may put almost anything into it.
    pub name: String,
    /// The addresses in order: IPv4 before IPv6.
    pub addresses: Vec<IpAddr>,
    /// The link type of a capture on the interface, where that is known.
    pub link_type: Option<LinkType>,
    /// True if the interface is switched on.
    pub is_up: bool,
    /// True if the interface can carry traffic: a cable is plugged in, or a radio is connected.
    pub is_running: bool,
    /// True if the interface only leads back to this computer.
    pub is_loopback: bool,
}

impl LocalInterface {
    /// libpcap's name for all interfaces of Linux at once.
    pub const ANY: &'static str = "any";

    #[cfg(any(unix, test))]
    fn new(name: String) -> LocalInterface {
        let (is_up, is_running, is_loopback) = (false, false, false);
        LocalInterface { name, addresses: Vec::new(), link_type: None, is_up, is_running, is_loopback }
    }

    #[cfg(target_os = "linux")]
    fn any() -> LocalInterface {
        let link_type = Some(LinkType::LINUX_SLL);
        LocalInterface { link_type, is_up: true, is_running: true, ..LocalInterface::new(LocalInterface::ANY.into()) }
    }

    /// True if there is probably traffic to capture.
    pub fn is_active(&self) -> bool {
        self.is_up && self.is_running
    }

    /// Compares two interfaces as guesses for a user who names none. Those with traffic come first, then those that only need a
    /// cable; the loopback and "any" come after the others, and equals are ordered by name.
    fn order(&self, other: &LocalInterface) -> Ordering {
        let key = |interface: &LocalInterface| {
            let is_any = interface.name == LocalInterface::ANY;
            (!interface.is_active(), !interface.is_up, is_any, interface.is_loopback)
        };
        key(self).cmp(&key(other)).then_with(|| self.name.cmp(&other.name))
    }
}

/// All interfaces: those with traffic first, among these the loopback and "any" last, and otherwise by name. Empty if the system
/// does not list them. On Linux, `with_any` adds "any", which libpcap provides.
pub fn interfaces(with_any: bool) -> Vec<LocalInterface> {
    let mut found = from_system();
    #[cfg(target_os = "linux")]
    if with_any {
        found.push(LocalInterface::any());
    }
    #[cfg(not(target_os = "linux"))]
    let _ = with_any;
    found.sort_by(LocalInterface::order);
    found
}

#[cfg(not(unix))]
fn from_system() -> Vec<LocalInterface> {
    Vec::new()
}

/// Reads the system's list, which has a row for each address of each interface.
#[cfg(unix)]
fn from_system() -> Vec<LocalInterface> {
    use nix::net::if_::InterfaceFlags;
    use std::collections::BTreeMap;

    let mut found: BTreeMap<String, LocalInterface> = BTreeMap::new();
    for row in nix::ifaddrs::getifaddrs().into_iter().flatten() {
        let name = row.interface_name;
        let interface = found.entry(name.clone()).or_insert_with(|| LocalInterface::new(name));
        interface.is_up = row.flags.contains(InterfaceFlags::IFF_UP);
        interface.is_running = row.flags.contains(InterfaceFlags::IFF_RUNNING);
        interface.is_loopback = row.flags.contains(InterfaceFlags::IFF_LOOPBACK);
        let Some(address) = row.address else { continue };
        #[cfg(target_os = "linux")]
        if let Some(link) = address.as_link_addr() {
            interface.link_type = link_type(link.hatype());
        }
        let v4 = address.as_sockaddr_in().map(|address| IpAddr::V4(address.ip()));
        let v6 = address.as_sockaddr_in6().map(|address| IpAddr::V6(address.ip()));
        interface.addresses.extend(v4.or(v6));
    }
    let mut found: Vec<LocalInterface> = found.into_values().collect();
    for interface in &mut found {
        interface.addresses.sort_unstable();
        interface.addresses.dedup();
    }
    found
}

/// The link type that libpcap gives for a kind of hardware (`ARPHRD_` in linux/if_arp.h).
#[cfg(target_os = "linux")]
fn link_type(hardware: u16) -> Option<LinkType> {
    match hardware {
        // Ethernet; the loopback, whose packets have Ethernet's frame.
        1 | 772 => Some(LinkType::ETHERNET),
        // Point-to-point protocol: its header differs among drivers, so libpcap uses Linux's own.
        512 => Some(LinkType::LINUX_SLL),
        // Raw IP, IP in IP, IPv6 in IPv4, none.
        519 | 768 | 776 | 65_534 => Some(LinkType::RAW),
        801 => Some(LinkType::IEEE802_11),
        803 => Some(LinkType::IEEE802_11_RADIOTAP),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_is_the_best_guess() {
        let interface = |name: &str, is_up, is_running| LocalInterface { is_up, is_running, ..LocalInterface::new(name.into()) };
        let loopback = LocalInterface { is_loopback: true, ..interface("lo", true, true) };
        let mut all = [
            interface("any", true, true),
            interface("down", false, false),
            interface("wlan0", true, true),
            loopback,
            interface("cable-out", true, false),
            interface("eth0", true, true),
        ];
        all.sort_by(LocalInterface::order);
        let names: Vec<&str> = all.iter().map(|interface| interface.name.as_str()).collect();
        assert_eq!(names, ["eth0", "wlan0", "lo", "any", "cable-out", "down"]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn linux_has_a_loopback_that_is_ethernet_to_captures() {
        let found = interfaces(true);
        let loopback = found.iter().find(|interface| interface.is_loopback).expect("every Linux has one");
        assert_eq!(loopback.link_type, Some(LinkType::ETHERNET));
        assert!(found.iter().any(|interface| interface.name == "any"));
        assert!(interfaces(false).iter().all(|interface| interface.name != "any"));
    }
}
