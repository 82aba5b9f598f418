//! Work on numbered items, divided among threads. Results are in order, for any number of threads.
//!
//! A system may refuse another thread (`RLIMIT_NPROC`, `pids.max` of a control group, no memory for a stack). The calling thread
//! then does the work itself.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crate::support::chunked_vec::{CHUNK, ChunkedVec};

/// Fewer items than this are not worth a thread of their own.
const MIN_SHARE: usize = 1 << 12;
/// The number of items that are turned into text at a time: few enough for the text to stay in the cache until it is taken.
const BLOCK: usize = 1 << 11;
/// The number of blocks by which a thread may be ahead of the one that takes them.
const AHEAD: usize = 2;

/// Hands `thing` over to a thread of its own, which does `work` with it.
///
/// # Errors
///
/// If the system refuses a thread: `thing` as it was, and the system's error.
pub fn hand_over<X: Send + 'static, T: Send + 'static>(
    thing: X,
    work: impl FnOnce(X) -> T + Send + 'static,
) -> Result<JoinHandle<T>, (X, io::Error)> {
    // A place from which the new thread takes the thing or, if there is none, this thread takes it back.
    let place = Arc::new(Mutex::new(Some(thing)));
    let take = |place: &Mutex<Option<X>>| match place.lock().unwrap_or_else(PoisonError::into_inner).take() {
        Some(thing) => thing,
        None => unreachable!("it is taken by the thread or, if there is none, here"),
    };
    let for_thread = Arc::clone(&place);
    let begun = builder().and_then(|builder| builder.spawn(move || work(take(&for_thread))));
    begun.map_err(|why| (take(&place), why))
}

#[cfg(not(test))]
fn builder() -> io::Result<thread::Builder> {
    Ok(thread::Builder::new())
}

#[cfg(test)]
use refusal::builder;

/// A system that refuses threads, for tests.
#[cfg(test)]
pub mod refusal {
    use std::cell::Cell;
    use std::{io, thread};

    thread_local!(static LEFT: Cell<usize> = const { Cell::new(usize::MAX) });

    /// Makes a thread, if one is left.
    pub fn builder() -> io::Result<thread::Builder> {
        let left = LEFT.get();
        LEFT.set(left.saturating_sub(usize::from(left != usize::MAX)));
        if left > 0 { Ok(thread::Builder::new()) } else { Err(io::ErrorKind::WouldBlock.into()) }
    }

    /// Runs `work` while this thread can start only `most` others.
    pub fn with_threads<T>(most: usize, work: impl FnOnce() -> T) -> T {
        LEFT.set(most);
        let done = work();
        LEFT.set(usize::MAX);
        done
    }
}

/// Runs `work` on at most `threads` parts of the numbers below `len`, and returns the results in the order of the numbers.
pub fn parts<T: Send>(len: usize, threads: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    shares(len, threads, |share, of| work(len * share / of..len * (share + 1) / of))
}

/// Runs `work(share, shares)` on at most `threads` threads and returns the results in share order. `work` decides which of the
/// `len` items are its own.
pub fn shares<T: Send>(len: usize, threads: usize, work: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
    let shares = threads.min(len.div_ceil(MIN_SHARE)).max(1);
    let work = &work;
    thread::scope(|scope| {
        let begin = |share| builder().and_then(|builder| builder.spawn_scoped(scope, move || work(share, shares)));
        let others: Vec<_> = (1..shares).map(begin).collect();
        let mut done = vec![work(0, shares)];
        for (share, other) in (1..).zip(others) {
            done.push(match other.map(|thread| thread.join()) {
                Ok(Ok(done)) => done,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => work(share, shares),
            });
        }
        done
    })
}

/// Runs `work` on the numbers below `len`, as many at a time as a chunk of a [`ChunkedVec`] holds, and returns the results in
/// order. `work` must return one item for each number.
pub fn chunks<T: Send>(len: usize, threads: usize, work: impl Fn(Range<usize>) -> Vec<T> + Sync) -> ChunkedVec<T> {
    let chunks = len.div_ceil(CHUNK);
    let next = AtomicUsize::new(0);
    let take_chunks = |_, _| {
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= chunks {
                return done;
            }
            done.push((number, work(number * CHUNK..len.min((number + 1) * CHUNK))));
        }
    };
    let mut done: Vec<_> = shares(len, threads, take_chunks).into_iter().flatten().collect();
    done.sort_unstable_by_key(|(number, _)| *number);
    ChunkedVec::from_chunks(done.into_iter().map(|(_, chunk)| chunk).collect())
}

/// Sorts items in place; equal ones may come in any order.
pub fn sort<T: Ord + Send>(things: &mut [T], threads: usize) {
    // Items are often sorted already, such as the ports of a scan. Finding the middle would undo that.
    if things.is_sorted() {
        return;
    }
    if threads < 2 || things.len() < 2 * MIN_SHARE {
        return things.sort_unstable();
    }
    let of_other = threads / 2;
    let middle = things.len() * of_other / threads;
    let (lower, _, upper) = things.select_nth_unstable(middle);
    // A closure that got no thread is gone, with everything that was moved into it.
    let lower = Mutex::new(lower);
    let sort_lower = || sort(&mut lower.lock().unwrap_or_else(PoisonError::into_inner), of_other);
    let sort_lower = &sort_lower;
    thread::scope(|scope| {
        let begun = builder().and_then(|builder| builder.spawn_scoped(scope, sort_lower));
        sort(upper, threads - of_other);
        if begun.is_err() {
            sort_lower();
        }
    });
}

/// Makes text for each block of the numbers below `len`: `fill` appends the text to a buffer, and `take` receives the buffers in
/// order, on this thread. A buffer is used again as soon as it was taken.
///
/// All blocks together take as long as `work` ordinary items. If that is more than `len`, a block has fewer numbers.
///
/// # Errors
///
/// The first error of `fill` or `take`, in the order of the blocks.
pub fn in_order<E: Send>(
    (len, work): (usize, usize),
    threads: usize,
    fill: impl Fn(Range<usize>, &mut Vec<u8>) -> Result<(), E> + Sync,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let work = work.max(len);
    let size = (BLOCK * len).checked_div(work).unwrap_or(BLOCK).max(1);
    let blocks = len.div_ceil(size);
    let filled = |block: usize, mut text: Vec<u8>| {
        text.clear();
        fill(block * size..len.min((block + 1) * size), &mut text).map(|()| text)
    };
    let threads = threads.min(work / MIN_SHARE);
    if threads < 2 {
        let mut text = Vec::new();
        for block in 0..blocks {
            text = filled(block, text)?;
            take(&text)?;
        }
        return Ok(());
    }
    let filled = &filled;
    thread::scope(|scope| {
        let lane = |first: usize| {
            let (full, to_take): (Sender<Result<Vec<u8>, E>>, Receiver<_>) = mpsc::channel();
            let (give_back, free) = mpsc::channel();
            for _ in 0..AHEAD {
                // The receiver still exists.
                let _ = give_back.send(Vec::new());
            }
            let fill_all = move || {
                // Ends early if nobody takes any more.
                let blocks = (first..blocks).step_by(threads).zip(free);
                blocks.map(|(block, text)| full.send(filled(block, text))).all(|sent| sent.is_ok());
            };
            let begun = builder().and_then(|builder| builder.spawn_scoped(scope, fill_all));
            begun.ok().map(|_| (to_take, give_back))
        };
        let lanes: Vec<_> = (0..threads).map(lane).collect();
        let mut own = Vec::new();
        for block in 0..blocks {
            let Some((to_take, give_back)) = &lanes[block % threads] else {
                own = filled(block, own)?;
                take(&own)?;
                continue;
            };
            // A thread that has panicked sends nothing; its panic continues here when the scope ends.
            let Ok(text) = to_take.recv() else { break };
            let text = text?;
            take(&text)?;
            // A thread that has finished needs no buffer back.
            let _ = give_back.send(text);
        }
        Ok(())
    })
}

/// Joins vectors into one. The first stays in place and grows, so only the others are copied.
pub fn joined<T>(parts: Vec<Vec<T>>) -> Vec<T> {
    let mut parts = parts.into_iter();
    let mut all = parts.next().unwrap_or_default();
    all.reserve_exact(parts.as_slice().iter().map(Vec::len).sum());
    parts.for_each(|part| all.extend(part));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_worked_on_once_and_in_order() {
        for (len, threads) in [(0, 1), (0, 4), (10, 4), (10_000, 1), (10_000, 2), (50_000, 7), (200_000, 1), (200_001, 2)] {
            assert!(chunks(len, threads, |part| part.collect()).iter().copied().eq(0..len), "{len}, {threads}");
        }
        assert_eq!(parts(3 * MIN_SHARE, 2, |range| range.len()), [3 * MIN_SHARE / 2; 2]);
    }

    #[test]
    fn work_for_which_there_is_no_thread_is_done_here() {
        for most in 0..4 {
            refusal::with_threads(most, || {
                assert_eq!(parts(3 * MIN_SHARE, 3, |range| range.len()), [MIN_SHARE; 3]);
                let chunks = chunks(5 * CHUNK + 1, 3, |range| range.collect());
                assert!(chunks.iter().copied().eq(0..5 * CHUNK + 1));
            });
            refusal::with_threads(most, || {
                let mut all = Vec::new();
                let fill = |numbers: Range<usize>, text: &mut Vec<u8>| {
                    text.extend(numbers.flat_map(usize::to_le_bytes));
                    Ok::<(), String>(())
                };
                in_order((20 * BLOCK + 1, 0), 3, fill, |text| {
                    all.extend_from_slice(text);
                    Ok(())
                })
                .unwrap();
                assert!(all == (0..20 * BLOCK + 1).flat_map(usize::to_le_bytes).collect::<Vec<_>>(), "{most}");
            });
        }
    }

    #[test]
    fn things_are_sorted_by_as_many_threads_as_there_are() {
        // Every number below a prime, in no order.
        let len = 40_009;
        let mixed: Vec<usize> = (0..len).map(|number| number * 17_389 % len).collect();
        for threads in [1, 2, 3, 8] {
            for most in [usize::MAX, 0, 1] {
                let mut sorted = mixed.clone();
                refusal::with_threads(most, || sort(&mut sorted, threads));
                assert!(sorted.into_iter().eq(0..len), "{threads}, {most}");
            }
        }
    }

    #[test]
    fn a_thing_goes_to_a_thread_or_comes_back() {
        let here = thread::current().id();
        let work = |thing: String| (thing, thread::current().id());
        let (thing, there) = hand_over("thing".to_owned(), work).unwrap().join().unwrap();
        assert!(thing == "thing" && there != here);
        let (thing, why) = refusal::with_threads(0, || hand_over(thing, work)).unwrap_err();
        assert_eq!((thing.as_str(), why.kind()), ("thing", io::ErrorKind::WouldBlock));
    }

    #[test]
    fn text_is_taken_in_order_and_nothing_after_a_failure() {
        let line = |numbers: Range<usize>, text: &mut Vec<u8>| {
            numbers.for_each(|number| text.extend_from_slice(format!("{number}\n").as_bytes()));
            Ok::<(), String>(())
        };
        let few_but_heavy = (100, 100 * BLOCK);
        for (len, threads) in [
            ((0, 0), 2),
            ((10, 0), 4),
            ((20 * BLOCK + 1, 0), 1),
            ((20 * BLOCK + 1, 0), 2),
            ((20 * BLOCK, 0), 7),
            (few_but_heavy, 2),
        ] {
            let mut all = Vec::new();
            in_order(len, threads, line, |text| {
                all.extend_from_slice(text);
                Ok(())
            })
            .unwrap();
            assert!(
                String::from_utf8(all).unwrap().lines().map(|line| line.parse::<usize>().unwrap()).eq(0..len.0),
                "{len:?}, {threads}"
            );
        }
        for threads in [1, 2] {
            let mut taken = 0;
            let take = |_: &[u8]| {
                taken += 1;
                if taken < 5 { Ok(()) } else { Err("the disk is full".to_owned()) }
            };
            assert_eq!(in_order((20 * BLOCK, 0), threads, line, take), Err("the disk is full".to_owned()));
            assert_eq!(taken, 5);
            let fill = |numbers: Range<usize>, _: &mut Vec<u8>| {
                if numbers.start < 3 * BLOCK { Ok(()) } else { Err("no text".to_owned()) }
            };
            assert_eq!(in_order((20 * BLOCK, 0), threads, fill, |_| Ok(())), Err("no text".to_owned()));
        }
    }
}
