//! The three ranges of ports (RFC 6335 section 6).

use crate::service::keyed_enum::keyed_enum;

keyed_enum! {
    /// A range of ports, by its key in the columns `range`.
    #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
    pub enum PortRange by name {
        /// 0 to 1023.
        System = "system",
        /// 1024 to 49151.
        User = "user",
        /// 49152 to 65535.
        Dynamic = "dynamic",
    }
}

impl PortRange {
    /// The range of a port.
    pub const fn from_port(port: u16) -> PortRange {
        match port {
            0..=1023 => PortRange::System,
            1024..=49151 => PortRange::User,
            49152.. => PortRange::Dynamic,
        }
    }
}
