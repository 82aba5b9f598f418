//! An append-only array that never moves its items: growth copies nothing and leaves no half of the memory unused.

use std::ops::Index;

use crate::support::parallel;

/// Items in one chunk. A power of two, so that finding an item is a shift and a mask.
pub const CHUNK: usize = 1 << 14;

/// An append-only array of chunks.
#[derive(Debug)]
pub struct ChunkedVec<T> {
    chunks: Vec<Vec<T>>,
    /// Memory for the next chunk, if it was made ahead.
    next: Option<PreallocatedChunk<T>>,
}

/// Memory for one more chunk, already touched. The first write to a fresh page is a page fault; for millions of new items these
/// are a third of the time, so a thread that waits anyway should take them.
#[derive(Debug)]
pub struct PreallocatedChunk<T>(Vec<T>);

impl<T> PreallocatedChunk<T> {
    /// Makes the memory, and writes to all of it.
    pub fn made(blank: impl Fn() -> T) -> PreallocatedChunk<T> {
        let mut chunk = Vec::with_capacity(CHUNK);
        chunk.resize_with(CHUNK, blank);
        chunk.clear();
        PreallocatedChunk(chunk)
    }
}

impl<T> Default for ChunkedVec<T> {
    fn default() -> Self {
        ChunkedVec { chunks: Vec::new(), next: None }
    }
}

impl<T> ChunkedVec<T> {
    /// Makes an array of these chunks. Each but the last has [`CHUNK`] items.
    pub fn from_chunks(chunks: Vec<Vec<T>>) -> ChunkedVec<T> {
        debug_assert!(chunks.split_last().is_none_or(|(_, whole)| whole.iter().all(|chunk| chunk.len() == CHUNK)));
        ChunkedVec { chunks, next: None }
    }

    /// True if the array has to make the memory for its next chunk itself, unless memory is [given](ChunkedVec::give_spare) to
    /// it.
    #[inline]
    pub fn wants_spare(&self) -> bool {
        self.next.is_none()
    }

    /// Gives the array memory for its next chunk.
    pub fn give_spare(&mut self, spare: PreallocatedChunk<T>) {
        self.next = Some(spare);
    }

    /// True if there are no items.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The number of items.
    #[inline]
    pub fn len(&self) -> usize {
        self.chunks.last().map_or(0, |last| (self.chunks.len() - 1) * CHUNK + last.len())
    }

    /// Appends an item.
    #[inline(always)]
    pub fn push(&mut self, item: T) {
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => chunk.push(item),
            _ => {
                let mut chunk = self.new_chunk();
                chunk.push(item);
                self.chunks.push(chunk);
            }
        }
    }

    /// Makes a chunk. The first one grows like any vector, so that a small capture needs little; the others have their whole size
    /// at once.
    fn new_chunk(&mut self) -> Vec<T> {
        match self.next.take() {
            Some(PreallocatedChunk(chunk)) => chunk,
            None => Vec::with_capacity(if self.chunks.is_empty() { 64 } else { CHUNK }),
        }
    }

    /// The item with that number.
    #[inline]
    pub fn get(&self, number: usize) -> &T {
        &self.chunks[number / CHUNK][number % CHUNK]
    }

    /// The item with that number.
    #[inline]
    pub fn get_mut(&mut self, number: usize) -> &mut T {
        &mut self.chunks[number / CHUNK][number % CHUNK]
    }

    /// The number of items that there is memory for.
    #[cfg(test)]
    pub fn room(&self) -> usize {
        self.chunks.iter().map(Vec::capacity).sum()
    }

    /// All items, in the order in which they were appended.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }
}

impl<T: Clone> Clone for ChunkedVec<T> {
    fn clone(&self) -> Self {
        ChunkedVec::from_chunks(self.chunks.clone())
    }
}

impl<T: Clone> ChunkedVec<T> {
    /// Keeps only the items with these numbers, which ascend, in their order, and frees the memory of the others.
    pub fn keep(&mut self, numbers: impl IntoIterator<Item = usize>) {
        let mut len = 0;
        for number in numbers {
            if number != len {
                let item = self.get(number).clone();
                *self.get_mut(len) = item;
            }
            len += 1;
        }
        self.chunks.truncate(len.div_ceil(CHUNK));
        let before_last = self.chunks.len().saturating_sub(1) * CHUNK;
        self.chunks.iter_mut().last().into_iter().for_each(|last| last.truncate(len - before_last));
        self.next = None;
    }
}

impl<T: Clone + Send + Sync> ChunkedVec<T> {
    /// A copy, made by at most `threads` threads.
    pub fn copied(&self, threads: usize) -> ChunkedVec<T> {
        parallel::chunks(self.len(), threads, |part| self.chunks[part.start / CHUNK].clone())
    }
}

impl<T> Index<usize> for ChunkedVec<T> {
    type Output = T;

    #[inline]
    fn index(&self, number: usize) -> &T {
        self.get(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_the_same_whoever_made_the_memory() {
        let mut arena = ChunkedVec::default();
        for number in 0..2 * CHUNK + 2 {
            // For the first chunk, and for the third; and one more than the array can use.
            if [0, CHUNK + 7, CHUNK + 8].contains(&number) {
                arena.give_spare(PreallocatedChunk::made(|| usize::MAX));
                assert!(!arena.wants_spare());
            }
            arena.push(number);
        }
        assert!(arena.wants_spare() && arena.iter().copied().eq(0..2 * CHUNK + 2));
        assert_eq!((arena.len(), arena[CHUNK], *arena.get(2 * CHUNK + 1)), (2 * CHUNK + 2, CHUNK, 2 * CHUNK + 1));
        assert!([1, 2].iter().all(|threads| arena.copied(*threads).iter().eq(arena.iter())));
        let chunks = vec![(0..CHUNK).collect(), vec![CHUNK]];
        assert!(ChunkedVec::from_chunks(chunks).iter().copied().eq(0..=CHUNK));
    }

    #[test]
    fn items_are_kept_in_their_order() {
        let all = || ChunkedVec::from_chunks(vec![(0..CHUNK).collect(), (CHUNK..2 * CHUNK).collect(), vec![2 * CHUNK]]);
        let every = |step: usize| (0..=2 * CHUNK).step_by(step).collect::<Vec<_>>();
        for kept in [every(1), every(2), every(3), every(CHUNK), vec![2 * CHUNK], vec![5], Vec::new()] {
            let mut some = all();
            some.keep(kept.iter().copied());
            assert!(some.iter().eq(&kept) && some.len() == kept.len() && some.is_empty() == kept.is_empty());
            some.push(7);
            assert_eq!((some.len(), *some.get(kept.len())), (kept.len() + 1, 7));
        }
    }
}
