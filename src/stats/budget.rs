//! A bound on the keys that sums distinguish, for captures that never end: traffic chooses addresses, and there are many.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

/// The cost of one more machine or server, in members of a set: its sum has sets of its own.
const KEY: usize = 8;

/// The number of further keys that sums may hold. Once it is used up, distinct counts are lower bounds, and keys without a place
/// of their own are counted among others; no packet is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeyBudget {
    /// The members of sets that there is still room for; `None` if there is no bound.
    left: Option<usize>,
}

impl KeyBudget {
    /// No bound: for sums whose keys were bounded before.
    pub const fn unlimited() -> KeyBudget {
        KeyBudget { left: None }
    }

    /// A budget for `members` members of sets, some 30 bytes each.
    pub const fn new(members: usize) -> KeyBudget {
        KeyBudget { left: Some(members) }
    }

    /// Adds a member to a set, if there is room. `insert` returns true if the member is new to the set.
    #[inline]
    pub(super) fn admit(&mut self, insert: impl FnOnce() -> bool) {
        match &mut self.left {
            None => {
                insert();
            }
            Some(0) => {}
            Some(left) => *left -= usize::from(insert()),
        }
    }

    /// True if `key` has a place in the map, or can get one.
    pub(super) fn has_for<K: Eq + Hash, V, S: BuildHasher>(&mut self, map: &HashMap<K, V, S>, key: &K) -> bool {
        let Some(left) = &mut self.left else { return true };
        let is_new = !map.contains_key(key);
        if is_new && *left >= KEY {
            *left -= KEY;
            return true;
        }
        !is_new
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn known_keys_cost_nothing_and_new_ones_are_added_while_there_is_room() {
        let mut room = KeyBudget::new(3);
        let mut set = HashSet::from([1, 2]);
        [1, 2].into_iter().for_each(|member| room.admit(|| set.insert(member)));
        assert_eq!(room, KeyBudget::new(3));
        [1, 3, 4, 5, 6, 7].into_iter().for_each(|member| room.admit(|| set.insert(member)));
        assert_eq!((set.len(), room), (5, KeyBudget::new(0)));
        assert!(set.contains(&5) && !set.contains(&6), "who comes first finds room");
        let mut map = HashMap::from([(1, ())]);
        assert!(room.has_for(&map, &1));
        assert!(!room.has_for(&map, &2));
        map.clear();
        assert!(KeyBudget::new(KEY).has_for(&map, &2));
        let mut all = KeyBudget::unlimited();
        (0..100).for_each(|member| all.admit(|| set.insert(member)));
        assert_eq!((set.len(), all.has_for(&map, &9)), (100, true));
    }
}
