//! Reading ahead: slow work, such as decompressing and hashing, runs on a separate thread, so that neither it nor the analysis
//! waits for the other.
//!
//! If the system refuses a thread, blocks are read on demand.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use crate::support::parallel;

/// Size of a block in bytes: large enough that handing it over costs nothing.
const BLOCK: usize = 256 << 10;
/// Free bytes before those of a block: room for the beginning of a record that ends in it.
pub const HEADROOM: usize = 64 << 10;
/// Maximum number of blocks that are ready at a time.
const READY: usize = 4;

/// A block as the thread hands it over: its bytes, or the failure after the last one.
type Block = io::Result<Vec<u8>>;

/// Reads from another reader ahead of time.
pub struct ReadAhead(ReaderThread);

/// The thread that reads the blocks.
enum ReaderThread {
    /// A separate thread.
    Separate {
        blocks: Receiver<Block>,
        /// Returns blocks that have been read, to be filled again.
        used: Sender<Vec<u8>>,
    },
    /// The thread that asks for the blocks.
    Caller { reader: BlockReader<Box<dyn Read + Send>>, used: Option<Vec<u8>> },
}

impl ReadAhead {
    /// Starts to read from `reader`, until it ends or fails, or until this value is dropped.
    pub fn new(reader: impl Read + Send + 'static) -> ReadAhead {
        let (ready, blocks) = sync_channel(READY);
        let (used, empty) = channel();
        let reader: Box<dyn Read + Send> = Box::new(reader);
        let reader = BlockReader { reader, state: State::Reading };
        ReadAhead(match parallel::hand_over(reader, move |reader| read_all(reader, &ready, &empty)) {
            Ok(_) => ReaderThread::Separate { blocks, used },
            Err((reader, _)) => ReaderThread::Caller { reader, used: None },
        })
    }

    /// The next block, with [`HEADROOM`] free bytes before its own; `None` at the end.
    pub fn next_block(&mut self) -> io::Result<Option<Vec<u8>>> {
        match &mut self.0 {
            // A sender that has been dropped has sent everything.
            ReaderThread::Separate { blocks, .. } => blocks.recv().ok().transpose(),
            ReaderThread::Caller { reader, used } => reader.next_block(used.take().unwrap_or_default()).transpose(),
        }
    }

    /// Takes back a block that is no longer needed.
    pub fn give_back(&mut self, block: Vec<u8>) {
        // A block that grew for a long record is freed: several of them would take too much memory.
        if block.capacity() > HEADROOM + BLOCK {
            return;
        }
        match &mut self.0 {
            // If the thread has ended, the block is simply freed.
            ReaderThread::Separate { used, .. } => drop(used.send(block)),
            ReaderThread::Caller { used, .. } => *used = Some(block),
        }
    }
}

/// A reader of whole blocks.
struct BlockReader<R> {
    reader: R,
    state: State,
}

/// The state of a reader.
enum State {
    Reading,
    /// The reader failed after a block.
    Failed(io::Error),
    Ended,
}

impl<R: Read> BlockReader<R> {
    /// Reads the next block into the memory of `block`. After the last block comes the failure, if any, and then `None`.
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
            // Bytes read before a failure are handed over before it.
            Some(failure) if filled > 0 => self.state = State::Failed(failure),
            Some(failure) => return Some(Err(failure)),
            None if filled == BLOCK => self.state = State::Reading,
            None => {}
        }
        (filled > 0).then_some(Ok(block))
    }
}

fn read_all(mut reader: BlockReader<impl Read>, ready: &SyncSender<Block>, empty: &Receiver<Vec<u8>>) {
    while let Some(block) = reader.next_block(empty.try_recv().unwrap_or_default()) {
        if ready.send(block).is_err() {
            return;
        }
    }
}

/// Fills `block` as far as the reader can. Returns the number of bytes, and the failure that ended them, if any.
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

    /// Returns its bytes a few at a time, and then fails or ends.
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
                    assert!(matches!(ahead.0, ReaderThread::Caller { .. }));
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
