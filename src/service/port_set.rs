//! A set of ports, with a test fast enough for every packet and flow.

/// One bit for each port.
#[derive(Debug)]
pub struct PortSet(Box<[u64; 1 << 10]>);

impl PortSet {
    /// The set of `ports`.
    pub fn from_ports(ports: impl Iterator<Item = u16>) -> PortSet {
        let mut set = Box::new([0; 1 << 10]);
        ports.for_each(|port| set[usize::from(port >> 6)] |= 1 << (port & 63));
        PortSet(set)
    }

    /// True if the port is in the set.
    #[inline]
    pub fn has(&self, port: u16) -> bool {
        self.bit(port) & 1 != 0
    }

    /// True if one of the two ports is in the set.
    #[inline]
    pub fn has_any(&self, [a, b]: [u16; 2]) -> bool {
        (self.bit(a) | self.bit(b)) & 1 != 0
    }

    /// True if both ports are in the set.
    #[inline]
    pub fn has_all(&self, [a, b]: [u16; 2]) -> bool {
        self.bit(a) & self.bit(b) & 1 != 0
    }

    /// The port's bit, as the lowest one.
    #[inline]
    fn bit(&self, port: u16) -> u64 {
        self.0[usize::from(port >> 6)] >> (port & 63)
    }
}
