//! The worth of a name: who or what gave it to a port.

use super::keyed_enum::keyed_enum;
use super::registry::{Entry, NameSource};

keyed_enum! {
    /// The worth of a service's name, by its key in the columns `named_by`; the most reliable first.
    #[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
    #[non_exhaustive]
    pub enum NamedBy by name {
        /// The user's own table.
        Yours = "yours",
        /// An announcement on a control channel.
        Announced = "announced",
        /// A widely run service, by our reviewed table, whether the port is registered or customary.
        Curated = "curated",
        /// A use that is known, but neither registered nor wide.
        Customary = "customary",
        /// A registration, and nothing else: few run the service, and the port is free for anything.
        Registered = "registered",
    }
}

impl NamedBy {
    /// The worth of an entry's name.
    pub const fn from_entry(entry: &Entry) -> NamedBy {
        match entry.source {
            NameSource::User => NamedBy::Yours,
            NameSource::Expected => NamedBy::Announced,
            NameSource::Iana | NameSource::Overlay if entry.curated => NamedBy::Curated,
            NameSource::Iana => NamedBy::Registered,
            NameSource::Overlay => NamedBy::Customary,
        }
    }

    /// True if little speaks for the name.
    pub const fn is_doubtful(self) -> bool {
        matches!(self, NamedBy::Registered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::{Registry, Transport};

    #[test]
    fn a_name_is_worth_as_much_as_its_source_and_its_use() {
        let registry = Registry::shared();
        let of = |port| registry.look_up(Transport::Tcp, port).map(|id| NamedBy::from_entry(registry.entry(id)));
        assert_eq!(of(443), Some(NamedBy::Curated));
        assert_eq!(of(523), Some(NamedBy::Registered), "ibm-db2");
        assert_eq!(of(42), Some(NamedBy::Customary), "WINS replication, where IANA has the name server");
        assert_eq!(of(60_999), None);
        let doubtful: Vec<NamedBy> = NamedBy::ALL.into_iter().filter(|named_by| named_by.is_doubtful()).collect();
        assert_eq!(doubtful, [NamedBy::Registered]);
    }
}
