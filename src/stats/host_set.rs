//! A set of machines. Services, servers and machines have one each, and a capture can have a million members in all: so an IPv4
//! address takes four bytes in the set, and not the twenty that would do for either version.

use super::budget::KeyBudget;
use super::sums::Host;
use crate::decode::{Address, IpVersion};
use crate::support::int_set::IntSet;

/// A set of machines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostSet {
    v4: IntSet<u32>,
    v6: IntSet<Address>,
}

impl HostSet {
    /// The number of machines.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// True if the set is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a machine, if the set has it already or there is room.
    #[inline]
    pub(super) fn insert(&mut self, host: Host, room: &mut KeyBudget) {
        match host.version {
            IpVersion::V4 => room.admit(|| self.v4.insert(host.address.v4_number())),
            IpVersion::V6 => room.admit(|| self.v6.insert(host.address)),
        }
    }

    /// Brings a machine's place into the cache.
    #[inline]
    pub(super) fn prefetch(&self, host: Host) {
        match host.version {
            IpVersion::V4 => self.v4.prefetch(host.address.v4_number()),
            IpVersion::V6 => self.v6.prefetch(host.address),
        }
    }

    /// Adds all machines of another set.
    pub fn extend(&mut self, other: &HostSet) {
        self.v4.extend(&other.v4);
        self.v6.extend(&other.v6);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_both_versions_with_the_same_bytes_are_two_machines() {
        let address = Address::v4([10, 0, 0, 1]);
        let mut set = HostSet::default();
        for version in [IpVersion::V4, IpVersion::V6, IpVersion::V4] {
            set.insert(Host { version, address }, &mut KeyBudget::unlimited());
        }
        assert_eq!(set.len(), 2);
        let mut other = HostSet::default();
        other.insert(Host { version: IpVersion::V4, address: Address::v4([10, 0, 0, 2]) }, &mut KeyBudget::unlimited());
        other.extend(&set);
        assert_eq!(other.len(), 3);
    }
}
