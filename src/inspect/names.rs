//! Host names: the best name of each address in the capture.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};

use foldhash::fast::RandomState;

/// The most addresses that have a name. The number is bounded because traffic chooses the addresses.
pub const MAX_NAMES: usize = 1 << 16;

/// The longest name in bytes, as DNS limits it on the wire (RFC 1035 section 2.3.4).
const MAX_NAME_LEN: usize = 255;

/// The source of a name, best first: a name that somebody wrote down, one that was looked up to reach a service, one that a
/// machine gives itself, and last one that a provider gives a machine that it rents out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum NameOrigin {
    /// A record of names in the capture file.
    CaptureFile,
    /// The answer to a question for the addresses of a name (A, AAAA; RFC 1035, RFC 3596).
    Dns,
    /// An answer on the local link: multicast DNS (RFC 6762) or LLMNR (RFC 4795).
    MulticastDns,
    /// The name that a DHCP client gave for itself (RFC 2132 section 3.14, RFC 4702).
    Dhcp,
    /// A NetBIOS name (RFC 1002).
    Netbios,
    /// The answer to a question for the name of an address (PTR; RFC 1035 section 3.5).
    ReverseDns,
}

/// An address and a name of its host: untrusted text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedAddress {
    /// The address.
    pub address: IpAddr,
    /// The source of the name.
    pub origin: NameOrigin,
    /// The name.
    pub name: String,
}

/// The best name of each address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostNames {
    names: HashMap<IpAddr, Best, RandomState>,
}

/// The best name of an address so far.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Best {
    origin: NameOrigin,
    /// The number of addresses that had a name before this one.
    place: u32,
    name: Box<str>,
}

impl HostNames {
    /// Records a name. The better origin wins, and among equal ones the first: a later name may be a second one of the same
    /// machine. An address that is not of a single machine has no name, unless the capture file itself gives it one. A name over
    /// 255 bytes is left out, because half of it might be the name of another host. When [`MAX_NAMES`] addresses have a name,
    /// further addresses get none.
    pub fn add(&mut self, address: IpAddr, origin: NameOrigin, name: &str) {
        let may_have_one = is_of_one_machine(address) || origin == NameOrigin::CaptureFile && !is_of_many_machines(address);
        if name.is_empty() || name.len() > MAX_NAME_LEN || !may_have_one {
            return;
        }
        let named = self.names.len();
        match self.names.get_mut(&address) {
            Some(known) if origin < known.origin => (known.origin, known.name) = (origin, name.into()),
            Some(_) => {}
            None if named >= MAX_NAMES => {}
            None => drop(self.names.insert(address, Best { origin, place: named as u32, name: name.into() })),
        }
    }

    /// Adds the names of a later part of the capture, with the same result as adding each of its names. Only a better name of an
    /// address that the later part had no room for may be missed.
    pub fn merge(&mut self, later: &HostNames) {
        let mut names: Vec<(&IpAddr, &Best)> = later.names.iter().collect();
        // If there is not enough room, the first addresses have precedence.
        names.sort_unstable_by_key(|(_, best)| best.place);
        names.into_iter().for_each(|(address, best)| self.add(*address, best.origin, &best.name));
    }

    /// The name of an address: untrusted text.
    pub fn get(&self, address: &IpAddr) -> Option<&str> {
        self.names.get(address).map(|best| &*best.name)
    }

    /// The addresses with a name, in order: the whole name or, if no address has it, the part before its first dot. Case is
    /// ignored.
    pub fn addresses_of(&self, name: &str) -> Vec<IpAddr> {
        let name = name.trim_end_matches('.');
        let find = |is_wanted: &dyn Fn(&str) -> bool| {
            let mut found: Vec<IpAddr> = self.names.iter().filter(|(_, best)| is_wanted(&best.name)).map(|(at, _)| *at).collect();
            found.sort_unstable();
            found
        };
        let whole = find(&|known| known.trim_end_matches('.').eq_ignore_ascii_case(name));
        if !whole.is_empty() {
            return whole;
        }
        find(&|known| known.split('.').next().is_some_and(|first| first.eq_ignore_ascii_case(name)))
    }

    /// The number of addresses that have a name.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// True if no address has a name.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }
}

impl Extend<NamedAddress> for HostNames {
    fn extend<T: IntoIterator<Item = NamedAddress>>(&mut self, names: T) {
        names.into_iter().for_each(|NamedAddress { address, origin, name }| self.add(address, origin, &name));
    }
}

/// True for an address of one machine of a network. False for loopback, which every machine has, and for "this network" (RFC
/// 6890: 0.0.0.0/8, 127.0.0.0/8, ::, ::1): name servers that block a name answer with one of these.
fn is_of_one_machine(address: IpAddr) -> bool {
    let address = address.to_canonical();
    let is_this_network = matches!(address, IpAddr::V4(address) if address.octets()[0] == 0);
    !is_of_many_machines(address) && !address.is_loopback() && !is_this_network
}

/// True for an address of a group of machines or of none.
fn is_of_many_machines(address: IpAddr) -> bool {
    address.is_unspecified() || address.is_multicast() || address == IpAddr::V4(Ipv4Addr::BROADCAST)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn the_better_origin_wins_and_then_the_first() {
        let (mut names, host) = (HostNames::default(), address("192.0.2.7"));
        assert!(names.is_empty());
        for (origin, name, best) in [
            (NameOrigin::ReverseDns, "host-7.example", "host-7.example"),
            (NameOrigin::Netbios, "PRINTER", "PRINTER"),
            (NameOrigin::Dns, "www.example", "www.example"),
            (NameOrigin::Dns, "mail.example", "www.example"),
            (NameOrigin::MulticastDns, "printer.local", "www.example"),
            (NameOrigin::CaptureFile, "mine", "mine"),
        ] {
            names.add(host, origin, name);
            assert_eq!(names.get(&host), Some(best));
        }
        assert_eq!(names.len(), 1);
    }

    #[test]
    fn addresses_are_found_by_the_whole_name_or_its_first_part() {
        let mut names = HostNames::default();
        for (host, name) in
            [("192.0.2.1", "www.example"), ("192.0.2.2", "WWW.other."), ("192.0.2.3", "desk1"), ("192.0.2.4", "Desk1.lan")]
        {
            names.add(address(host), NameOrigin::Dns, name);
        }
        let found = |name: &str| names.addresses_of(name).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(found("www"), ["192.0.2.1", "192.0.2.2"]);
        assert_eq!(found("www.OTHER"), ["192.0.2.2"]);
        assert_eq!(found("DESK1"), ["192.0.2.3"]);
        assert!(found("desk").is_empty() && found("example").is_empty());
    }

    #[test]
    fn addresses_of_no_machine_and_unusable_names_are_left_out() {
        let mut names = HostNames::default();
        for text in ["0.0.0.0", "::", "224.0.0.251", "ff02::fb", "255.255.255.255"] {
            names.add(address(text), NameOrigin::Dns, "x");
            names.add(address(text), NameOrigin::CaptureFile, "x");
        }
        // Answers of a name server for a blocked name.
        for text in ["127.0.0.1", "127.0.53.53", "::1", "::ffff:127.0.0.1", "::ffff:0.0.0.0", "0.0.0.1"] {
            names.add(address(text), NameOrigin::Dns, "ads.example");
        }
        names.add(address("192.0.2.7"), NameOrigin::Dns, "");
        names.add(address("192.0.2.7"), NameOrigin::Dns, &"x".repeat(256));
        assert!(names.is_empty());
        names.add(address("192.0.2.7"), NameOrigin::Dns, &"x".repeat(255));
        assert_eq!(names.len(), 1);
        names.add(address("127.0.0.1"), NameOrigin::CaptureFile, "localhost");
        assert_eq!(names.get(&address("127.0.0.1")), Some("localhost"));
    }

    #[test]
    fn better_names_are_taken_when_no_further_address_is() {
        let mut names = HostNames::default();
        const FIRST: u32 = 10 << 24;
        for host in 1..=MAX_NAMES as u32 + 1 {
            names.add(Ipv4Addr::from(FIRST + host).into(), NameOrigin::Dhcp, "x");
        }
        assert_eq!(names.len(), MAX_NAMES);
        assert_eq!(names.get(&Ipv4Addr::from(FIRST + MAX_NAMES as u32 + 1).into()), None);
        names.add(address("10.0.0.1"), NameOrigin::Dns, "y");
        assert_eq!(names.get(&address("10.0.0.1")), Some("y"));
    }

    fn any_name() -> impl Strategy<Value = (u8, NameOrigin, &'static str)> {
        use NameOrigin::*;
        let origin = prop::sample::select(vec![CaptureFile, Dns, MulticastDns, Dhcp, Netbios, ReverseDns]);
        (0..4u8, origin, prop::sample::select(vec!["", "a", "b", "c"]))
    }

    fn host_names(names: &[(u8, NameOrigin, &str)]) -> HostNames {
        let mut all = HostNames::default();
        names.iter().for_each(|(host, origin, name)| all.add(Ipv4Addr::new(192, 0, 2, *host).into(), *origin, name));
        all
    }

    proptest! {
        #[test]
        fn names_of_parts_merge_to_the_names_of_all(earlier in vec(any_name(), 0..12), later in vec(any_name(), 0..12)) {
            let mut merged = host_names(&earlier);
            merged.merge(&host_names(&later));
            prop_assert_eq!(merged, host_names(&[earlier, later].concat()));
        }
    }

    #[test]
    fn the_first_addresses_of_a_later_part_have_precedence() {
        let host = |number: u32| IpAddr::from(Ipv4Addr::from(10 << 24 | number));
        let mut earlier = HostNames::default();
        (0..MAX_NAMES as u32 - 3).for_each(|number| earlier.add(host(number), NameOrigin::Dhcp, "x"));
        let of_later = (0..20).map(|number| (host(MAX_NAMES as u32 + number * 7 % 20), NameOrigin::Dhcp));
        let of_later = of_later.chain([(host(5), NameOrigin::Dns)]);
        let (mut merged, mut all, mut later) = (earlier.clone(), earlier, HostNames::default());
        of_later.clone().for_each(|(address, origin)| later.add(address, origin, "y"));
        merged.merge(&later);
        of_later.for_each(|(address, origin)| all.add(address, origin, "y"));
        assert_eq!((merged.len(), merged.get(&host(5))), (MAX_NAMES, Some("y")));
        assert!(merged == all);
    }
}
