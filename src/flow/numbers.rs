//! The two numbers of a flow: its place in the flow table, and its number over the whole capture.

use std::fmt;

/// The place of a flow in the flow table, from 0, in the order of first packets. It changes when flows expire or halves are
/// joined.
///
/// It is stored in 32 bits, because there may be one for each flow, and several in its timeline; that is enough for
/// [`MAX_FLOWS`](super::MAX_FLOWS).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct FlowIndex(u32);

impl FlowIndex {
    /// The index of the flow at that place.
    #[inline]
    pub fn new(place: usize) -> FlowIndex {
        FlowIndex(place as u32)
    }

    /// The index of the flow that has these counts in a [`Timeline`](super::Timeline).
    #[inline]
    pub fn from_owner(owner: u32) -> FlowIndex {
        FlowIndex(owner)
    }

    /// The owner of the flow's counts in a [`Timeline`](super::Timeline).
    #[inline]
    pub fn owner(self) -> u32 {
        self.0
    }

    /// The place of the flow in the table.
    #[inline]
    pub fn place(self) -> usize {
        self.0 as usize
    }
}

/// The number of a flow over the whole capture, from 1, as tables show it. It stays the same when other flows expire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FlowId(pub u64);

impl fmt::Display for FlowId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
