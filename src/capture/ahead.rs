//! Reading ahead: a decompressor on a thread of its own, so that the analysis does not wait for it, nor it for the analysis.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

/// Bytes of a block: large enough that handing it over costs nothing.
const BLOCK: usize = 256 << 10;
/// Free bytes in front of a block's own: room for the beginning of a record that ends in it.
pub const HEADROOM: usize = 64 << 10;
/// Blocks that may be ready at a time.
const READY: usize = 4;

/// A block as the thread hands it over: its bytes, or why there are no more.
type Block = io::Result<Vec<u8>>;

/// Reads from another reader ahead of time.
pub struct ReadAhead {
    blocks: Receiver<Block>,
    /// Blocks that have been read go back to be filled again.
    used: Sender<Vec<u8>>,
}

impl ReadAhead {
    /// Begins to read from `reader`, and ends when `reader` does, fails, or nobody reads from here any more.
    pub fn new(reader: impl Read + Send + 'static) -> ReadAhead {
        let (ready, blocks) = sync_channel(READY);
        let (used, empty) = channel();
        thread::spawn(move || read_all(reader, &ready, &empty));
        ReadAhead { blocks, used }
    }

    /// The next bytes, behind [`HEADROOM`] free ones; `None` at the end.
    pub fn next_block(&mut self) -> io::Result<Option<Vec<u8>>> {
        // A sender that is gone has sent everything.
        self.blocks.recv().ok().transpose()
    }

    /// Takes a block back that is not needed any more.
    pub fn give_back(&mut self, block: Vec<u8>) {
        // If the thread has ended, the block is simply freed.
        let _ = self.used.send(block);
    }
}

fn read_all(mut reader: impl Read, ready: &SyncSender<Block>, empty: &Receiver<Vec<u8>>) {
    loop {
        let mut block = empty.try_recv().unwrap_or_default();
        block.resize(HEADROOM + BLOCK, 0);
        let (filled, failure) = fill(&mut reader, &mut block[HEADROOM..]);
        block.truncate(HEADROOM + filled);
        // What was read before a failure is handed over before it.
        let handed_over =
            (filled == 0 || ready.send(Ok(block)).is_ok()) && failure.is_none_or(|failure| ready.send(Err(failure)).is_ok());
        if filled < BLOCK || !handed_over {
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
    fn a_reader_that_nobody_reads_from_is_given_up() {
        let mut ahead = ReadAhead::new(io::repeat(1));
        assert_eq!(ahead.next_block().unwrap().unwrap().len(), HEADROOM + BLOCK);
    }
}
