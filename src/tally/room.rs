//! A bound on what sums tell apart, for captures that never end: traffic chooses addresses, and there are many.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};

/// What one more machine or server costs, in members of a set: a sum of its own has sets of its own.
const KEY: usize = 8;

/// How much more can be told apart. Counts of different things are least numbers once there is no room, and what has no
/// place of its own is counted among others; no packet is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Room {
    /// IntSet of sets; `None` if there is no bound.
    left: Option<usize>,
}

impl Room {
    /// No bound: what is told apart was told apart before.
    pub const fn unlimited() -> Room {
        Room { left: None }
    }

    /// Room for so many members of sets, some 30 bytes each.
    pub const fn of(members: usize) -> Room {
        Room { left: Some(members) }
    }

    /// Lets a member of a set in, if there is room. `insert` tells whether it is new there.
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

    /// True if `key` has a place in the map, or can have one.
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
    fn what_is_known_costs_nothing_and_what_is_new_is_let_in_while_there_is_room() {
        let mut room = Room::of(3);
        let mut set = HashSet::from([1, 2]);
        [1, 2].into_iter().for_each(|member| room.admit(|| set.insert(member)));
        assert_eq!(room, Room::of(3));
        [1, 3, 4, 5, 6, 7].into_iter().for_each(|member| room.admit(|| set.insert(member)));
        assert_eq!((set.len(), room), (5, Room::of(0)));
        assert!(set.contains(&5) && !set.contains(&6), "who comes first finds room");
        let mut map = HashMap::from([(1, ())]);
        assert!(room.has_for(&map, &1));
        assert!(!room.has_for(&map, &2));
        map.clear();
        assert!(Room::of(KEY).has_for(&map, &2));
        let mut all = Room::unlimited();
        (0..100).for_each(|member| all.admit(|| set.insert(member)));
        assert_eq!((set.len(), all.has_for(&map, &9)), (100, true));
    }
}
