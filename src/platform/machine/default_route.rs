//! The interface of the default route, through which most computers reach everything else.

#[cfg(target_os = "linux")]
use std::fs;

use super::interfaces::LocalInterface;

/// The route is usable (`RTF_UP` in Linux's `route.h`).
#[cfg(any(target_os = "linux", test))]
const IS_UP: u32 = 1;
/// The route refuses packets (`RTF_REJECT`).
#[cfg(any(target_os = "linux", test))]
const REJECTS: u32 = 0x200;

/// The interface to capture on if the user names none: that of the default route, of IPv4 before IPv6. On systems where Portolan
/// does not read the routes, the first of `interfaces` that may have traffic and leads to others. `None` if there is no such interface.
pub fn default_interface(interfaces: &[LocalInterface]) -> Option<String> {
    #[cfg(target_os = "linux")]
    {
        let _ = interfaces;
        let read = |path| fs::read_to_string(path).unwrap_or_default();
        v4(&read("/proc/net/route")).or_else(|| v6(&read("/proc/net/ipv6_route")))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let leads_to_others = |interface: &&LocalInterface| interface.is_active() && !interface.is_loopback;
        interfaces.iter().find(leads_to_others).map(|interface| interface.name.clone())
    }
}

/// The interface of the default route in `/proc/net/route`: interface, destination, gateway, flags, two counters, metric, mask, in
/// columns after a line of titles.
#[cfg(any(target_os = "linux", test))]
fn v4(routes: &str) -> Option<String> {
    let route = |line: &str| {
        let [interface, destination, _, flags, _, _, metric, mask] = columns(line)?;
        let is_default = destination == "00000000" && mask == "00000000" && is_usable(flags);
        is_default.then_some((metric.parse::<u32>().ok()?, interface.to_owned()))
    };
    lowest_metric(routes.lines().skip(1).filter_map(route))
}

/// The interface of the default route in `/proc/net/ipv6_route`: destination and its length, source and its length, gateway, metric,
/// two counters, flags, interface, in columns. Numbers are hexadecimal.
#[cfg(any(target_os = "linux", test))]
fn v6(routes: &str) -> Option<String> {
    let route = |line: &str| {
        let [destination, length, _, _, _, metric, _, _, flags, interface] = columns(line)?;
        let is_default = destination.bytes().all(|digit| digit == b'0') && length == "00" && is_usable(flags);
        is_default.then_some((u32::from_str_radix(metric, 16).ok()?, interface.to_owned()))
    };
    lowest_metric(routes.lines().filter_map(route))
}

/// The first columns of a line; `None` if it has fewer.
#[cfg(any(target_os = "linux", test))]
fn columns<const N: usize>(line: &str) -> Option<[&str; N]> {
    line.split_whitespace().take(N).collect::<Vec<_>>().try_into().ok()
}

#[cfg(any(target_os = "linux", test))]
fn is_usable(flags: &str) -> bool {
    u32::from_str_radix(flags, 16).is_ok_and(|flags| flags & IS_UP != 0 && flags & REJECTS == 0)
}

/// The interface of the route that the system prefers, the first of several that it likes as much.
#[cfg(any(target_os = "linux", test))]
fn lowest_metric(routes: impl Iterator<Item = (u32, String)>) -> Option<String> {
    routes.min_by_key(|(metric, _)| *metric).map(|(_, interface)| interface)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TITLES: &str = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

    #[test]
    fn the_preferred_default_route_of_ipv4_is_found() {
        let routes = "wlan0\t00000000\t0102A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0\n\
            eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n\
            eth1\t0000A8C0\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n";
        assert_eq!(v4(&format!("{TITLES}{routes}")).as_deref(), Some("eth0"));
        let refused = "lo\t00000000\t00000000\t0201\t0\t0\t0\t00000000\t0\t0\t0\n";
        assert_eq!(v4(&format!("{TITLES}{refused}cut\t00000000")), None);
        assert_eq!(v4(""), None);
    }

    #[test]
    fn the_default_route_of_ipv6_is_found() {
        let zero = "00000000000000000000000000000000";
        let local =
            format!("fe800000000000000000000000000000 40 {zero} 00 {zero} 00000100 00000002 00000000 00000001     eth1\n");
        let refuses = format!("{zero} 00 {zero} 00 {zero} ffffffff 00000001 00000000 00200200       lo\n");
        let default =
            format!("{zero} 00 {zero} 00 fd000000000000000000000000000001 00000400 00000002 00000000 00000003     eth0\n");
        assert_eq!(v6(&format!("{local}{refuses}{default}")).as_deref(), Some("eth0"));
        assert_eq!(v6(&format!("{local}{refuses}")), None);
    }
}
