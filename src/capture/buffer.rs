//! The reader's window onto an input: large reads into one block of memory, from which packets are borrowed.

use std::io::{self, Read};

use super::read_ahead::{HEADROOM, ReadAhead};

/// Bytes asked for in one read: large enough that the call itself costs nothing, small enough to stay in the cache.
const BLOCK: usize = 256 << 10;

/// Bytes asked for in a first look, which nearly always include the first packet.
const SMALL: usize = 16 << 10;

/// The source of a buffer's bytes.
pub enum Reader {
    /// The input itself.
    Direct(Box<dyn Read + Send>),
    /// A thread that reads ahead, whose blocks are taken as they are.
    Ahead(ReadAhead),
}

/// Bytes that have been read and not yet passed over, at a known offset of the input.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    end: usize,
    offset: u64,
}

impl Buffer {
    /// An empty buffer at the beginning of an input.
    pub fn new() -> Buffer {
        Buffer { bytes: vec![0; BLOCK], start: 0, end: 0, offset: 0 }
    }

    /// An empty buffer with little memory, for a first look: it reads no more of an input than it has to.
    pub fn small() -> Buffer {
        Buffer { bytes: vec![0; SMALL], start: 0, end: 0, offset: 0 }
    }

    /// The bytes that have been read and not yet passed over.
    #[inline]
    pub fn unread(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    /// The bytes at `range`, counted from the start of `unread` before `pass(size)` was called for them; valid until the next
    /// `fill`.
    #[inline]
    pub fn passed(&self, size: usize, range: std::ops::Range<usize>) -> &[u8] {
        let base = self.start - size;
        &self.bytes[base + range.start..base + range.end]
    }

    /// The `length` bytes at `offset` of the input, passed over earlier; `None` if they are not in the buffer. Valid until the
    /// next `fill`.
    pub fn earlier(&self, offset: u64, length: usize) -> Option<&[u8]> {
        let back = usize::try_from(self.offset.checked_sub(offset)?).ok()?;
        let begin = self.start.checked_sub(back)?;
        self.bytes.get(begin..begin.checked_add(length)?)
    }

    /// Offset in the (decompressed) input of the first unread byte.
    #[inline]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Passes over `size` unread bytes.
    #[inline]
    pub fn consume(&mut self, size: usize) {
        self.start += size;
        self.offset += size as u64;
    }

    /// Reads until at least `need` bytes are unread. False if the input ends before.
    ///
    /// Memory grows with the bytes that were read, not with the claim of a length field, and to no more than `need` and two
    /// blocks.
    pub fn fill(&mut self, input: &mut Reader, need: usize) -> io::Result<bool> {
        while self.end - self.start < need {
            let has_more = match input {
                Reader::Direct(reader) => self.fill_from(reader, need)?,
                Reader::Ahead(ahead) => self.take_block(ahead, need)?,
            };
            if !has_more {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Reads once. False at the end of the input.
    fn fill_from(&mut self, reader: &mut dyn Read, need: usize) -> io::Result<bool> {
        if self.bytes.len() - self.end < BLOCK / 2 {
            self.make_room(need);
        }
        match reader.read(&mut self.bytes[self.end..]) {
            Ok(count) => {
                self.end += count;
                Ok(count > 0)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Switches to the next block, and copies the unread bytes in front of it. False at the end of the input.
    fn take_block(&mut self, ahead: &mut ReadAhead, need: usize) -> io::Result<bool> {
        let Some(mut block) = ahead.next_block()? else { return Ok(false) };
        let unread = self.end - self.start;
        if unread <= HEADROOM {
            let front = HEADROOM - unread;
            block[front..HEADROOM].copy_from_slice(self.unread());
            (self.start, self.end) = (front, block.len());
            ahead.give_back(std::mem::replace(&mut self.bytes, block));
        } else {
            // A record that is longer than the room before a block.
            self.bytes.copy_within(self.start..self.end, 0);
            self.bytes.truncate(unread);
            let (more, least) = (block.len() - HEADROOM, need + BLOCK - unread);
            if self.bytes.capacity() < unread + more {
                self.bytes.reserve_exact(least.min(unread).max(more));
            }
            self.bytes.extend_from_slice(&block[HEADROOM..]);
            (self.start, self.end) = (0, self.bytes.len());
            ahead.give_back(block);
        }
        Ok(true)
    }

    /// Moves the unread bytes to the front. If they fill more than half of the memory, doubles it, but to no more than `need` and
    /// a block.
    fn make_room(&mut self, need: usize) {
        self.bytes.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        let (len, enough) = (self.bytes.len(), need + BLOCK);
        if self.end > len / 2 && len < enough {
            let more = len.min(enough - len);
            self.bytes.reserve_exact(more);
            self.bytes.resize(len + more, 0);
        }
    }

    /// Passes over `size` bytes, read or not. False if the input ends before that.
    pub fn skip(&mut self, input: &mut Reader, mut size: u64) -> io::Result<bool> {
        loop {
            let here = size.min(self.unread().len() as u64);
            self.consume(here as usize);
            size -= here;
            if size == 0 {
                return Ok(true);
            }
            if !self.fill(input, 1)? {
                return Ok(false);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stay_in_order(input: &[u8], mut reader: Reader) {
        let mut buffer = Buffer::new();
        assert!(buffer.fill(&mut reader, 10).unwrap());
        buffer.consume(3);
        assert!(buffer.fill(&mut reader, 2 * BLOCK).unwrap());
        assert_eq!(buffer.unread()[..2 * BLOCK], input[3..3 + 2 * BLOCK]);
        assert!(buffer.skip(&mut reader, 7 * BLOCK as u64).unwrap());
        assert_eq!(buffer.offset(), 3 + 7 * BLOCK as u64);
        assert!(buffer.fill(&mut reader, 1).unwrap());
        assert_eq!(buffer.unread()[0], input[3 + 7 * BLOCK]);
        for _ in 0..200 {
            assert!(buffer.fill(&mut reader, 20_001).unwrap());
            let at = buffer.offset() as usize;
            assert_eq!(buffer.unread()[..20_001], input[at..at + 20_001]);
            buffer.consume(10_001);
        }
        assert!(!buffer.skip(&mut reader, u64::MAX).unwrap());
        assert_eq!(buffer.offset(), input.len() as u64);
    }

    #[test]
    fn bytes_stay_in_order_over_refills_and_growth() {
        let input: Vec<u8> = (0..4 * BLOCK as u32 + 77).flat_map(|word| word.to_le_bytes()).collect();
        stay_in_order(&input, Reader::Direct(Box::new(io::Cursor::new(input.clone()))));
        stay_in_order(&input, Reader::Ahead(ReadAhead::new(io::Cursor::new(input.clone()))));
    }
}
