//! A set of numbers that reads memory in one place per question. With a million members in all sets of a capture, a set does
//! nothing but wait for memory: the standard library's looks into two places, and neither can be prefetched.

use std::hash::{BuildHasher, Hash};

use foldhash::fast::RandomState;

use crate::support::prefetch::prefetch;

/// Slots of a set's first memory.
const MIN_SLOTS: usize = 16;

/// A set by open addressing. The default number stands for an empty slot, so a flag of its own remembers whether it is a member.
#[derive(Clone, Debug)]
pub struct IntSet<K> {
    slots: Vec<K>,
    /// Slots that are not empty.
    used: usize,
    has_default: bool,
    hasher: RandomState,
}

impl<K> Default for IntSet<K> {
    fn default() -> IntSet<K> {
        IntSet { slots: Vec::new(), used: 0, has_default: false, hasher: RandomState::default() }
    }
}

impl<K: Copy + Eq + Default + Hash> IntSet<K> {
    /// The number of members.
    pub fn len(&self) -> usize {
        self.used + usize::from(self.has_default)
    }

    /// True if the set has no members.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// True if `member` is in the set.
    pub fn contains(&self, member: K) -> bool {
        if member == K::default() { self.has_default } else { self.place_of(member).is_some_and(|at| self.slots[at] == member) }
    }

    /// Brings the slot where the search for `member` begins into the cache.
    #[inline]
    pub fn prefetch(&self, member: K) {
        if let Some(home) = self.home(member) {
            prefetch(&self.slots[home]);
        }
    }

    /// Adds a member. False if it was in the set already.
    #[inline]
    pub fn insert(&mut self, member: K) -> bool {
        if member == K::default() {
            return !std::mem::replace(&mut self.has_default, true);
        }
        match self.place_of(member) {
            Some(at) if self.slots[at] == member => false,
            Some(at) if (self.used + 1) * 4 <= self.slots.len() * 3 => {
                self.slots[at] = member;
                self.used += 1;
                true
            }
            _ => {
                self.grow();
                self.insert(member)
            }
        }
    }

    /// Adds all members of another set.
    pub fn extend(&mut self, other: &IntSet<K>) {
        self.has_default |= other.has_default;
        other.iter().for_each(|member| {
            self.insert(member);
        });
    }

    /// The members except the default number.
    fn iter(&self) -> impl Iterator<Item = K> {
        self.slots.iter().copied().filter(|member| *member != K::default())
    }

    /// The slot where the search for a member begins; `None` if there are no slots.
    #[inline]
    fn home(&self, member: K) -> Option<usize> {
        Some(self.hasher.hash_one(member) as usize & self.slots.len().checked_sub(1)?)
    }

    /// The slot that has the member, or the empty one for it. At most three quarters are used, so there is one.
    #[inline]
    fn place_of(&self, member: K) -> Option<usize> {
        let mut at = self.home(member)?;
        while self.slots[at] != member && self.slots[at] != K::default() {
            at = (at + 1) & (self.slots.len() - 1);
        }
        Some(at)
    }

    #[cold]
    fn grow(&mut self) {
        let doubled = vec![K::default(); (self.slots.len() * 2).max(MIN_SLOTS)];
        for member in std::mem::replace(&mut self.slots, doubled).into_iter().filter(|member| *member != K::default()) {
            if let Some(at) = self.place_of(member) {
                self.slots[at] = member;
            }
        }
    }
}

impl<K: Copy + Eq + Default + Hash> PartialEq for IntSet<K> {
    fn eq(&self, other: &IntSet<K>) -> bool {
        self.len() == other.len() && self.has_default == other.has_default && self.iter().all(|member| other.contains(member))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_int_set_agrees_with_a_standard_one(members in prop::collection::vec(0..200u32, 0..400), others in prop::collection::vec(0..200u32, 0..400)) {
            let (mut mine, mut set) = (IntSet::default(), HashSet::new());
            for member in &members {
                prop_assert_eq!(mine.insert(*member), set.insert(*member));
                prop_assert_eq!(mine.len(), set.len());
            }
            (0..200).for_each(|member| assert_eq!(mine.contains(member), set.contains(&member)));
            let mut other = IntSet::default();
            others.iter().for_each(|member| { other.insert(*member); });
            prop_assert_eq!(mine == other, set == others.iter().copied().collect());
            mine.extend(&other);
            set.extend(&others);
            prop_assert_eq!(mine.len(), set.len());
            prop_assert!(set.iter().all(|member| mine.contains(*member)));
        }
    }
}
