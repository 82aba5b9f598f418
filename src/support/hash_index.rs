//! An index from a key's hash to a flow's number: open addressing over eight-byte slots.
//!
//! A slot is a tag, 32 bits of the hash, and the flow's number plus one. The slot's place follows from the tag alone, so growing
//! rebuilds the index without touching a flow.

use crate::support::prefetch::prefetch;

/// Slots of an empty index.
const MIN_SLOTS: usize = 1 << 10;

/// An open-addressed index.
#[derive(Debug)]
pub struct HashIndex {
    slots: Vec<u64>,
    used: usize,
}

impl Default for HashIndex {
    fn default() -> Self {
        HashIndex::with_capacity(0)
    }
}

#[inline]
fn tag(hash: u64) -> u32 {
    (hash >> 32) as u32
}

impl HashIndex {
    /// Makes an empty index that holds `keys` keys without growing.
    pub fn with_capacity(keys: usize) -> HashIndex {
        let slots = (keys * 4 / 3 + 1).next_power_of_two().max(MIN_SLOTS);
        HashIndex { slots: empty(slots), used: 0 }
    }

    /// The number of slots that there is memory for.
    #[cfg(test)]
    pub fn room(&self) -> usize {
        self.slots.capacity()
    }

    #[inline]
    fn home(&self, tag: u32) -> usize {
        tag as usize & (self.slots.len() - 1)
    }

    /// Brings the slot where the search for `hash` begins into the cache.
    #[inline]
    pub fn prefetch(&self, hash: u64) {
        prefetch(&self.slots[self.home(tag(hash))]);
    }

    /// The first number whose tag is that of `hash`: nearly always the right one, if there is one.
    #[inline]
    pub fn guess(&self, hash: u64) -> Option<usize> {
        let tag = tag(hash);
        let mut at = self.home(tag);
        loop {
            let slot = self.slots[at];
            match number(slot) {
                Some(number) if (slot >> 32) as u32 == tag => return Some(number),
                Some(_) => at = (at + 1) & (self.slots.len() - 1),
                None => return None,
            }
        }
    }

    /// The number for which `is_it` holds, among those with the tag of `hash`, and its slot.
    ///
    /// # Errors
    ///
    /// The slot to insert the key at, if there is no such number.
    #[inline]
    pub fn find(&self, hash: u64, mut is_it: impl FnMut(usize) -> bool) -> Result<(usize, usize), usize> {
        let tag = tag(hash);
        let mut at = self.home(tag);
        // At most three quarters of the slots are used, so an empty one ends the loop.
        loop {
            let slot = self.slots[at];
            match number(slot) {
                None => return Err(at),
                Some(number) if (slot >> 32) as u32 == tag && is_it(number) => return Ok((number, at)),
                Some(_) => at = (at + 1) & (self.slots.len() - 1),
            }
        }
    }

    /// Fills the slot that [`find`](HashIndex::find) returned for a new key.
    pub fn insert(&mut self, at: usize, hash: u64, number: usize) {
        self.slots[at] = slot(tag(hash), number);
        self.used += 1;
        if self.used * 4 > self.slots.len() * 3 {
            self.grow();
        }
    }

    /// Makes a known key's slot lead to another number.
    pub fn replace(&mut self, at: usize, number: usize) {
        self.slots[at] = slot((self.slots[at] >> 32) as u32, number);
    }

    /// Doubles the slots in place: a second index beside the first would be fresh memory, with a page fault for each page.
    #[cold]
    fn grow(&mut self) {
        let old = self.slots.len();
        self.slots.resize(old * 2, 0);
        // No search passes an empty slot. From the first one on, each key therefore finds its place at or before the one it had,
        // or in the new half: never after a key that will still move.
        let start = self.slots[..old].iter().position(|slot| *slot == 0).unwrap_or(0);
        for from in (start..old).chain(0..start) {
            let slot = std::mem::take(&mut self.slots[from]);
            if slot == 0 {
                continue;
            }
            let mut at = self.home((slot >> 32) as u32);
            while self.slots[at] != 0 {
                at = (at + 1) & (self.slots.len() - 1);
            }
            self.slots[at] = slot;
        }
    }
}

/// Makes `slots` empty slots, each written to. Zeroed memory that nobody ever wrote to costs two page faults for each page, one
/// when a slot is read and one when it is filled.
#[expect(clippy::slow_vector_initialization, reason = "it is the writing that counts")]
fn empty(slots: usize) -> Vec<u64> {
    let mut empty = Vec::with_capacity(slots);
    empty.resize(slots, 0);
    empty
}

/// Numbers are stored plus one, so that an empty slot is 0 whatever its tag would be. They stay below 2^32 - 1: as many flows
/// would need half a terabyte of memory.
#[inline]
fn slot(tag: u32, number: usize) -> u64 {
    u64::from(tag) << 32 | (number as u64 + 1)
}

#[inline]
fn number(slot: u64) -> Option<usize> {
    (slot as u32).checked_sub(1).map(|number| number as usize)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_with_one_hash_are_distinguished_and_survive_growth() {
        let mut index = HashIndex::default();
        let keys: Vec<u64> = (0..5000).collect();
        // Only 50 different hashes: long chains, many equal tags.
        let hash = |key: u64| (key % 50) << 40;
        for (number, &key) in keys.iter().enumerate() {
            let at = index.find(hash(key), |other| keys[other] == key).unwrap_err();
            index.insert(at, hash(key), number);
        }
        for (number, &key) in keys.iter().enumerate() {
            assert_eq!(index.find(hash(key), |other| keys[other] == key).unwrap().0, number);
        }
    }

    proptest! {
        /// Homes are close together, and around the end of the slots, where a search continues at their beginning.
        #[test]
        fn every_key_is_found_after_growth(keys in vec((0u64..64, 0u64..64), 1000..4000)) {
            let hash = |(home, more): (u64, u64)| ((home.wrapping_sub(32) & 0x3ff) | more << 10) << 32;
            let mut index = HashIndex::default();
            for (number, key) in keys.iter().enumerate() {
                let at = index.find(hash(*key), |_| false).unwrap_err();
                index.insert(at, hash(*key), number);
            }
            for (number, key) in keys.iter().enumerate() {
                prop_assert_eq!(index.find(hash(*key), |other| other == number).map(|found| found.0), Ok(number));
            }
        }
    }

    #[test]
    fn a_replaced_number_is_found_under_the_old_key() {
        let mut index = HashIndex::default();
        index.insert(index.find(7 << 32, |_| true).unwrap_err(), 7 << 32, 0);
        let (_, at) = index.find(7 << 32, |_| true).unwrap();
        index.replace(at, 9);
        assert_eq!(index.find(7 << 32, |_| true).unwrap().0, 9);
        assert_eq!((index.guess(7 << 32), index.guess(8 << 32)), (Some(9), None));
    }
}
