//! The three ranges of ports (RFC 6335 section 6).

/// A range of ports.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum PortRange {
    /// 0 to 1023.
    System,
    /// 1024 to 49151.
    User,
    /// 49152 to 65535.
    Dynamic,
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

    /// The key in the `range` column.
    pub const fn name(self) -> &'static str {
        match self {
            PortRange::System => "system",
            PortRange::User => "user",
            PortRange::Dynamic => "dynamic",
        }
    }
}
