//! Work on numbered things, divided among threads. What comes out is in order, for any number of threads.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;

use crate::arena::{Arena, CHUNK};

/// Fewer things than this are not worth a thread of their own.
const FEWEST: usize = 1 << 12;
/// How many things are turned into text at a time: few enough for it to stay in the cache until it is taken.
const BLOCK: usize = 1 << 11;
/// How many blocks a thread can be ahead of who takes them.
const AHEAD: usize = 2;

/// `work` for each part of the numbers below `len`, in their order. There are at most `threads` parts.
pub fn parts<T: Send>(len: usize, threads: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    shares(len, threads, |share, of| work(len * share / of..len * (share + 1) / of))
}

/// `work` for each share of `len` things, in order, where which things those are is up to `work`: it is told the number of the
/// share, and of how many. There are at most `threads`.
pub fn shares<T: Send>(len: usize, threads: usize, work: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
    let shares = threads.min(len.div_ceil(FEWEST)).max(1);
    let work = &work;
    thread::scope(|scope| {
        let others: Vec<_> = (1..shares).map(|share| scope.spawn(move || work(share, shares))).collect();
        let mut done = vec![work(0, shares)];
        for other in others {
            match other.join() {
                Ok(share) => done.push(share),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        done
    })
}

/// What `work` makes of each number below `len`, in their order. It is given as many at a time as a chunk of an arena holds,
/// and gives one thing for each.
pub fn chunks<T: Send>(len: usize, threads: usize, work: impl Fn(Range<usize>) -> Vec<T> + Sync) -> Arena<T> {
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
    Arena::from_chunks(done.into_iter().map(|(_, chunk)| chunk).collect())
}

/// Text for each block of the numbers below `len`: `fill` appends them to what it is lent, `take` gets them in order, on this
/// thread. The memory of a block is used again as soon as it was taken.
pub fn in_order<E: Send>(
    len: usize,
    threads: usize,
    fill: impl Fn(Range<usize>, &mut Vec<u8>) -> Result<(), E> + Sync,
    mut take: impl FnMut(&[u8]) -> Result<(), E>,
) -> Result<(), E> {
    let blocks = len.div_ceil(BLOCK);
    let filled = |block: usize, mut text: Vec<u8>| {
        text.clear();
        fill(block * BLOCK..len.min((block + 1) * BLOCK), &mut text).map(|()| text)
    };
    let threads = threads.min(len / FEWEST);
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
                // The other end is still here.
                let _ = give_back.send(Vec::new());
            }
            scope.spawn(move || {
                // It ends early if nobody takes any more.
                let blocks = (first..blocks).step_by(threads).zip(free);
                blocks.map(|(block, text)| full.send(filled(block, text))).all(|sent| sent.is_ok());
            });
            (to_take, give_back)
        };
        let lanes: Vec<_> = (0..threads).map(lane).collect();
        for block in 0..blocks {
            let (to_take, give_back) = &lanes[block % threads];
            // Nothing comes from a thread that has panicked, which goes on here when the scope ends.
            let Ok(text) = to_take.recv() else { break };
            let text = text?;
            take(&text)?;
            // A thread that is through needs nothing back.
            let _ = give_back.send(text);
        }
        Ok(())
    })
}

/// One vector of several. The first stays where it is and grows, so that only the others are copied.
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
        assert_eq!(parts(3 * FEWEST, 2, |range| range.len()), [3 * FEWEST / 2; 2]);
    }

    #[test]
    fn text_is_taken_in_order_and_nothing_behind_a_failure() {
        let line = |numbers: Range<usize>, text: &mut Vec<u8>| {
            numbers.for_each(|number| text.extend_from_slice(format!("{number}\n").as_bytes()));
            Ok::<(), String>(())
        };
        for (len, threads) in [(0, 2), (10, 4), (20 * BLOCK + 1, 1), (20 * BLOCK + 1, 2), (20 * BLOCK, 7)] {
            let mut all = Vec::new();
            in_order(len, threads, line, |text| {
                all.extend_from_slice(text);
                Ok(())
            })
            .unwrap();
            assert!(
                String::from_utf8(all).unwrap().lines().map(|line| line.parse::<usize>().unwrap()).eq(0..len),
                "{len}, {threads}"
            );
        }
        for threads in [1, 2] {
            let mut taken = 0;
            let take = |_: &[u8]| {
                taken += 1;
                if taken < 5 { Ok(()) } else { Err("the disk is full".to_owned()) }
            };
            assert_eq!(in_order(20 * BLOCK, threads, line, take), Err("the disk is full".to_owned()));
            assert_eq!(taken, 5);
            let fill = |numbers: Range<usize>, _: &mut Vec<u8>| {
                if numbers.start < 3 * BLOCK { Ok(()) } else { Err("no text".to_owned()) }
            };
            assert_eq!(in_order(20 * BLOCK, threads, fill, |_| Ok(())), Err("no text".to_owned()));
        }
    }
}
