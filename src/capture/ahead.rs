//! Reading ahead: what takes time, such as decompressing and hashing, on a thread of its own, so that the analysis does not wait
//! for it, nor it for the analysis.
//!
//! If the system refuses a thread, blocks are read when they are asked for.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use crate::support::parallel;

/// Bytes of a block: large enough that handing it over costs nothing.
const BLOCK: usize = 256 << 10;
/// Free bytes in front of a block's own: room for the beginning of a record that ends in it.
pub const HEADROOM: usize = 64 << 10;
/// Blocks that may be ready at a time.
const READY: usize = 4;

/// A block as the thread hands it over: its bytes, or why there are no more.
type Block = io::Result<Vec<u8>>;

/// Reads from another reader ahead of time.
pub struct ReadAhead(Site);

enum Site {
    /// On a thread of its own.
    Beside {
        blocks: Receiver<Block>,
        /// Blocks that have been read go back to be filled again.
        used: Sender<Vec<u8>>,
    },
    /// On the thread that asks for the blocks.
    Here { reader: Filler<Box<dyn Read + Send>>, used: Option<Vec<u8>> },
}

impl ReadAhead {
    /// Begins to read from `reader`, and ends when `reader` does, fails, or nobody reads from here any more.
    pub fn new(reader: impl Read + Send + 'static) -> ReadAhead {
        let (ready, blocks) = sync_channel(READY);
        let (used, empty) = channel();
        let reader: Box<dyn Read + Send> = Box::new(reader);
        let filler = Filler { reader, state: State::Reading };
        ReadAhead(match parallel::hand_over(filler, move |filler| read_all(filler, &ready, &empty)) {
            Ok(_) => Site::Beside { blocks, used },
            Err((reader, _)) => Site::Here { reader, used: None },
        })
    }

    /// The next bytes, behind [`HEADROOM`] free ones; `None` at the end.
    pub fn next_block(&mut self) -> io::Result<Option<Vec<u8>>> {
        match &mut self.0 {
            // A sender that is gone has sent everything.
            Site::Beside { blocks, .. } => blocks.recv().ok().transpose(),
            Site::Here { reader, used } => reader.next_block(used.take().unwrap_or_default()).transpose(),
        }
    }

    /// Takes a block back that is not needed any more.
    pub fn give_back(&mut self, block: Vec<u8>) {
        // One that had to grow for a long record is freed: several of them would take too much.
        if block.capacity() > HEADROOM + BLOCK {
            return;
        }
        match &mut self.0 {
            // If the thread has ended, the block is simply freed.
            Site::Beside { used, .. } => drop(used.send(block)),
            Site::Here { used, .. } => *used = Some(block),
        }
    }
}

/// Fills blocks one by one.
struct Filler<R> {
    reader: R,
    state: State,
}

/// How far a reader is.
enum State {
    Reading,
    /// It has failed behind a block.
    Failed(io::Error),
    Ended,
}

impl<R: Read> Filler<R> {
    /// The next block or, behind the last one, why there are no more; nothing at the end. The memory of `block` is used again.
    fn next_block(&mut self, mut block: Vec<u8>) -> Option<Block> {
        match std::mem::replace(&mut self.state, State::Ended) {
            State::Ended => return None,
            State::Failed(error) => return Some(Err(error)),
            State::Reading => {}
        }
        block.resize(HEADROOM + BLOCK, 0);
        let (filled, failure) = fill(&mut self.reader, &mut block[HEADROOM..]);
        block.truncate(HEADROOM + filled);
        match failure {
            // What was read before a failure is handed over before it.
            Some(failure) if filled > 0 => self.state = State::Failed(failure),
            Some(failure) => return Some(Err(failure)),
            None if filled == BLOCK => self.state = State::Reading,
            None => {}
        }
        (filled > 0).then_some(Ok(block))
    }
}

fn read_all(mut filler: Filler<impl Read>, ready: &SyncSender<Block>, empty: &Receiver<Vec<u8>>) {
    while let Some(block) = filler.next_block(empty.try_recv().unwrap_or_default()) {
        if ready.send(block).is_err() {
            return;
        }
    }
}

/// Fills as much of a block as the reader can, and tells why it could not fill more.
fn fill(reader: &mut impl Read, block: &mut [u8]) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while filled < block.len() {
        match reader.read(&mut block[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::parallel::refusal;

    /// Gives its bytes a few at a time, and then fails or ends.
    struct Slow(Vec<u8>, Option<io::ErrorKind>);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let count = self.0.len().min(buffer.len()).min(7777);
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0.drain(..count);
            match self.1 {
                Some(kind) if count == 0 => Err(kind.into()),
                _ => Ok(count),
            }
        }
    }

    /// All bytes, and the failure that ended them.
    fn read(mut ahead: ReadAhead) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut bytes = Vec::new();
        loop {
            match ahead.next_block() {
                Ok(Some(block)) => {
                    bytes.extend_from_slice(&block[HEADROOM..]);
                    ahead.give_back(block);
                }
                Ok(None) => return (bytes, None),
                Err(failure) => return (bytes, Some(failure.kind())),
            }
        }
    }

    #[test]
    fn all_bytes_come_in_order_and_then_the_failure() {
        let bytes: Vec<u8> = (0..2_000_000u32).map(|number| (number * 7) as u8).collect();
        assert!(read(ReadAhead::new(Slow(bytes.clone(), None))) == (bytes.clone(), None));
        let failure = io::ErrorKind::UnexpectedEof;
        assert!(read(ReadAhead::new(Slow(bytes.clone(), Some(failure)))) == (bytes, Some(failure)));
    }

    #[test]
    fn without_a_thread_the_same_bytes_come() {
        refusal::with_threads(0, || {
            for len in [0, 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
                for failure in [None, Some(io::ErrorKind::UnexpectedEof)] {
                    let bytes: Vec<u8> = (0..len).map(|number| (number * 7) as u8).collect();
                    let ahead = ReadAhead::new(Slow(bytes.clone(), failure));
                    assert!(matches!(ahead.0, Site::Here { .. }));
                    assert!(read(ahead) == (bytes, failure), "{len}, {failure:?}");
                }
            }
        });
    }

    #[test]
    fn a_block_that_had_to_grow_is_not_kept() {
        refusal::with_threads(0, || {
            let mut ahead = ReadAhead::new(io::repeat(1));
            let mut block = ahead.next_block().unwrap().unwrap();
            block.reserve(10 * BLOCK);
            ahead.give_back(block);
            assert_eq!(ahead.next_block().unwrap().unwrap().capacity(), HEADROOM + BLOCK);
        });
    }

    #[test]
    fn a_reader_that_nobody_reads_from_is_given_up() {
        let mut ahead = ReadAhead::new(io::repeat(1));
        assert_eq!(ahead.next_block().unwrap().unwrap().len(), HEADROOM + BLOCK);
    }
}
