//! A set of ports that answers fast: a quick "no" for nearly all packets and flows.

/// One bit for each port.
#[derive(Debug)]
pub struct PortSet(Box<[u64; 1 << 10]>);

impl PortSet {
    /// The set of these ports.
    pub fn of(ports: impl Iterator<Item = u16>) -> PortSet {
        let mut set = Box::new([0; 1 << 10]);
        ports.for_each(|port| set[usize::from(port >> 6)] |= 1 << (port & 63));
        PortSet(set)
    }

    /// True if there is no port in the set.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|ports| *ports == 0)
    }

    /// True if one of the two ports is in the set.
    #[inline]
    pub fn has_any(&self, [a, b]: [u16; 2]) -> bool {
        let bit = |port: u16| self.0[usize::from(port >> 6)] >> (port & 63);
        (bit(a) | bit(b)) & 1 != 0
    }
}
