//! Packets by size.

use crate::traffic::Traffic;

/// The least size of each class, and its name. The classes are those of RFC 2819 (RMON) with its first one split off.
pub const CLASSES: [(u32, &str); 7] =
    [(0, "0-63"), (64, "64-127"), (128, "128-255"), (256, "256-511"), (512, "512-1023"), (1024, "1024-1518"), (1519, "1519+")];

/// Packets and bytes by class of wire length.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    /// In the order of [`CLASSES`].
    pub classes: [Traffic; CLASSES.len()],
}

impl Sizes {
    /// Counts a packet.
    #[inline]
    pub fn add(&mut self, wire_len: u32) {
        // Each of the first five edges is a power of two and twice the one before; the last one is not.
        let doublings = u32::BITS - (wire_len >> 6).leading_zeros();
        let class = doublings.min(5) + u32::from(wire_len >= CLASSES[6].0);
        self.classes[class as usize].add(wire_len);
    }

    /// Adds another tally.
    pub fn merge(&mut self, other: &Sizes) {
        for (mine, theirs) in self.classes.iter_mut().zip(other.classes) {
            mine.merge(theirs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_edges_of_every_class() {
        for (index, (least, _)) in CLASSES.into_iter().enumerate() {
            let mut sizes = Sizes::default();
            sizes.add(least);
            sizes.add(CLASSES.get(index + 1).map_or(u32::MAX, |(next, _)| next - 1));
            assert_eq!(sizes.classes[index].packets, 2);
        }
    }
}
