//! LZ4 files: frames one after the other (LZ4 frame format 1.6.4, <https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md>),
//! frames of the legacy format, and skippable frames.
//!
//! Frames and blocks may be empty: a file ends where the input ends, between two frames.

use std::hash::Hasher;
use std::io::{self, BufRead, Read};
use std::ops::Range;

use lz4_flex::block::{decompress_into, decompress_into_with_dict};
use twox_hash::XxHash32;

use super::skippable;
use crate::error::CompressionProblem;

/// The magic number of a frame.
const FRAME: u32 = 0x184d_2204;
/// The magic number of a frame of the legacy format.
const LEGACY_FRAME: u32 = 0x184c_2102;

/// The bits of a frame's first byte of flags ("FLG byte"); the upper two are the version, which is 1.
const VERSION: u8 = 0b1100_0000;
const VERSION_1: u8 = 0b0100_0000;
const INDEPENDENT_BLOCKS: u8 = 0b0010_0000;
const BLOCK_CHECKSUMS: u8 = 0b0001_0000;
const CONTENT_SIZE: u8 = 0b0000_1000;
const CONTENT_CHECKSUM: u8 = 0b0000_0100;
const RESERVED: u8 = 0b0000_0010;
const DICTIONARY: u8 = 0b0000_0001;

/// The bit of a block's size that marks its data as uncompressed.
const STORED: u32 = 1 << 31;
/// Limit of the uncompressed size of a block of the legacy format, in bytes.
const LEGACY_BLOCK: usize = 8 << 20;
/// Number of earlier bytes of a frame that its blocks can refer back to.
const WINDOW: usize = 64 << 10;

/// The frame that is being read.
struct Frame {
    is_legacy: bool,
    /// True if blocks refer to the data of those before them.
    is_linked: bool,
    has_block_checksums: bool,
    /// The checksum of the content so far, if the frame ends with one.
    checksum: Option<XxHash32>,
    /// Bytes of content that are left, if the frame states its size.
    left: Option<u64>,
    /// Limit of the uncompressed size of a block, in bytes.
    largest_block: usize,
}

/// Reads the frames of an LZ4 file.
pub struct Lz4Reader<R> {
    reader: R,
    frame: Option<Frame>,
    /// A block as stored.
    stored: Vec<u8>,
    /// [`WINDOW`] bytes for the end of the content before a block, then the block.
    bytes: Vec<u8>,
    /// Number of bytes of the window that are in use; they are its last ones.
    history: usize,
    /// The range of `bytes` that has not been read yet.
    unread: Range<usize>,
}

impl<R: BufRead> Lz4Reader<R> {
    /// Reads from `reader`, which begins with a frame.
    pub fn new(reader: R) -> Lz4Reader<R> {
        Lz4Reader { reader, frame: None, stored: Vec::new(), bytes: Vec::new(), history: 0, unread: 0..0 }
    }

    /// Reads a block, or the beginning or the end of a frame. False at the end of the input.
    fn advance(&mut self) -> io::Result<bool> {
        let may_end = self.frame.as_ref().is_none_or(|frame| frame.is_legacy);
        if may_end && self.reader.fill_buf()?.is_empty() {
            return Ok(false);
        }
        let word = self.word()?;
        match self.frame.take() {
            None => self.begin(word)?,
            // A frame of the legacy format has no end mark, but these numbers are larger than its blocks.
            Some(frame) if frame.is_legacy && begins_frame(word) => self.begin(word)?,
            Some(frame) if frame.is_legacy => self.frame = Some(self.block(frame, word)?),
            Some(frame) if word == 0 => self.end(frame)?,
            Some(frame) => self.frame = Some(self.block(frame, word)?),
        }
        Ok(true)
    }

    /// Reads the next 32-bit number.
    fn word(&mut self) -> io::Result<u32> {
        let mut word = [0; 4];
        self.reader.read_exact(&mut word)?;
        Ok(u32::from_le_bytes(word))
    }

    /// Begins the frame whose magic number is `magic`.
    fn begin(&mut self, magic: u32) -> io::Result<()> {
        self.history = 0;
        match magic {
            FRAME => self.frame = Some(self.header()?),
            LEGACY_FRAME => self.frame = Some(Frame::LEGACY),
            _ if skippable::is_magic(magic) => skippable::skip_frame(&mut self.reader)?,
            _ => return Err(CompressionProblem::FollowedByOther.into_io()),
        }
        Ok(())
    }

    /// Reads the header of a frame, after its magic number.
    fn header(&mut self) -> io::Result<Frame> {
        // Two bytes of flags, perhaps a content size, and a checksum; a dictionary's number is not read.
        let mut header = [0; 10];
        self.reader.read_exact(&mut header[..2])?;
        let [flags, blocks, ..] = header;
        if flags & VERSION != VERSION_1 || flags & RESERVED != 0 || blocks & 0b1000_1111 != 0 {
            return Err(CompressionProblem::FrameVersion.into_io());
        }
        if flags & DICTIONARY != 0 {
            return Err(CompressionProblem::FrameDictionary.into_io());
        }
        let largest_block = match blocks >> 4 {
            4 => 64 << 10,
            5 => 256 << 10,
            6 => 1 << 20,
            7 => 4 << 20,
            _ => return Err(CompressionProblem::FrameBlockSize.into_io()),
        };
        let has_size = flags & CONTENT_SIZE != 0;
        let header = if has_size { &mut header[..] } else { &mut header[..2] };
        self.reader.read_exact(&mut header[2..])?;
        let mut checksum = [0];
        self.reader.read_exact(&mut checksum)?;
        if checksum[0] != (XxHash32::oneshot(0, header) >> 8) as u8 {
            return Err(CompressionProblem::FrameHeaderChecksum.into_io());
        }
        Ok(Frame {
            is_legacy: false,
            is_linked: flags & INDEPENDENT_BLOCKS == 0,
            has_block_checksums: flags & BLOCK_CHECKSUMS != 0,
            checksum: (flags & CONTENT_CHECKSUM != 0).then(|| XxHash32::with_seed(0)),
            left: header.get(2..).and_then(|size| size.first_chunk().copied()).map(u64::from_le_bytes),
            largest_block,
        })
    }

    /// Reads the block whose size field is `size`, and decompresses it.
    fn block(&mut self, mut frame: Frame, size: u32) -> io::Result<Frame> {
        let is_stored = !frame.is_legacy && size & STORED != 0;
        let size = if is_stored { size & !STORED } else { size } as usize;
        if size > frame.largest_stored() {
            return Err(CompressionProblem::BlockTooLong.into_io());
        }
        // Memory grows with the bytes that were read, not with the claimed size.
        self.stored.clear();
        if (&mut self.reader).take(size as u64).read_to_end(&mut self.stored)? < size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if frame.has_block_checksums && self.word()? != XxHash32::oneshot(0, &self.stored) {
            return Err(CompressionProblem::BlockChecksum.into_io());
        }
        if self.bytes.len() < WINDOW + frame.largest_block {
            self.bytes.resize(WINDOW + frame.largest_block, 0);
        }
        let (window, block) = self.bytes.split_at_mut(WINDOW);
        let count = if is_stored {
            block[..size].copy_from_slice(&self.stored);
            size
        } else {
            let (block, history) = (&mut block[..frame.largest_block], &window[WINDOW - self.history..]);
            let unpacked = match history {
                // The usual case, which is faster because no match can refer to the history.
                [] => decompress_into(&self.stored, block),
                _ => decompress_into_with_dict(&self.stored, block, history),
            };
            unpacked.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?
        };
        if let Some(checksum) = &mut frame.checksum {
            checksum.write(&block[..count]);
        }
        if let Some(left) = &mut frame.left {
            *left = left.checked_sub(count as u64).ok_or_else(|| CompressionProblem::FrameHoldsMore.into_io())?;
        }
        self.unread = WINDOW..WINDOW + count;
        Ok(frame)
    }

    /// Keeps the end of a block that has been read as the history of the next one.
    fn remember(&mut self) {
        let end = self.unread.end;
        self.unread = 0..0;
        if self.frame.as_ref().is_some_and(|frame| frame.is_linked) && end > WINDOW {
            let history = WINDOW.min(self.history + end - WINDOW);
            self.bytes.copy_within(end - history..end, WINDOW - history);
            self.history = history;
        }
    }

    /// Ends a frame, after its end mark.
    fn end(&mut self, frame: Frame) -> io::Result<()> {
        if frame.left.is_some_and(|left| left > 0) {
            return Err(CompressionProblem::FrameHoldsLess.into_io());
        }
        if let Some(checksum) = frame.checksum
            && self.word()? != checksum.finish_32()
        {
            return Err(CompressionProblem::FrameChecksum.into_io());
        }
        Ok(())
    }
}

impl Frame {
    const LEGACY: Frame = Frame {
        is_legacy: true,
        is_linked: false,
        has_block_checksums: false,
        checksum: None,
        left: None,
        largest_block: LEGACY_BLOCK,
    };

    /// Limit of the stored size of a block, in bytes. A block that would be longer than its data is stored uncompressed, except
    /// in the legacy format, which cannot mark it; its bound is that of LZ4 (`LZ4_COMPRESSBOUND`).
    fn largest_stored(&self) -> usize {
        let data = self.largest_block;
        if self.is_legacy { data + data / 255 + 16 } else { data }
    }
}

impl<R: BufRead> Read for Lz4Reader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        while self.unread.is_empty() {
            self.remember();
            if !self.advance()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.unread.len());
        buffer[..count].copy_from_slice(&self.bytes[self.unread.start..self.unread.start + count]);
        self.unread.start += count;
        Ok(count)
    }
}

fn begins_frame(word: u32) -> bool {
    word == FRAME || word == LEGACY_FRAME || skippable::is_magic(word)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use lz4_flex::frame::{BlockMode, BlockSize, FrameEncoder, FrameInfo};

    use super::*;

    /// Bytes that repeat themselves from afar, so that linked blocks refer to each other.
    fn data(len: usize) -> Vec<u8> {
        (0..len as u32).map(|at| (at % 50_000).wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect()
    }

    fn frame_of(info: FrameInfo, data: &[u8]) -> Vec<u8> {
        let mut encoder = FrameEncoder::with_frame_info(info, Vec::new());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap()
    }

    fn frame(data: &[u8]) -> Vec<u8> {
        frame_of(FrameInfo::new(), data)
    }

    fn legacy(blocks: &[&[u8]]) -> Vec<u8> {
        let mut frame = LEGACY_FRAME.to_le_bytes().to_vec();
        for block in blocks.iter().map(|block| lz4_flex::block::compress(block)) {
            frame.extend((block.len() as u32).to_le_bytes());
            frame.extend(block);
        }
        frame
    }

    fn skipped(len: u32) -> Vec<u8> {
        [&0x184d_2a5a_u32.to_le_bytes()[..], &len.to_le_bytes(), &vec![b'x'; len as usize]].concat()
    }

    /// The content, and the failure that ends it. The input arrives a few bytes at a time.
    fn read(file: &[u8]) -> (Vec<u8>, Option<String>) {
        let mut bytes = Vec::new();
        let reader = io::BufReader::with_capacity(7, file);
        let failure = Lz4Reader::new(reader).read_to_end(&mut bytes).err().map(|error| error.to_string());
        (bytes, failure)
    }

    #[test]
    fn every_kind_of_frame_gives_what_was_put_in() {
        let data = data(700_000);
        for mode in [BlockMode::Independent, BlockMode::Linked] {
            for size in [BlockSize::Max64KB, BlockSize::Max256KB, BlockSize::Max4MB] {
                let info = FrameInfo::new().block_mode(mode).block_size(size);
                let checked = FrameInfo::new().block_mode(mode).block_size(size).block_checksums(true).content_checksum(true);
                for info in [info, checked.content_size(Some(data.len() as u64))] {
                    assert!(read(&frame_of(info, &data)) == (data.clone(), None));
                }
            }
        }
        assert!(read(&legacy(&[&data, b"more"])).0 == [&data[..], b"more"].concat());
    }

    #[test]
    fn frames_follow_each_other_even_after_empty_and_skippable_ones() {
        let (one, two, none, skipped) = (frame(b"one"), frame(b"two"), frame(b""), skipped(70));
        for parts in [
            vec![&one, &two],
            vec![&one, &none, &none, &none, &two],
            vec![&none, &one, &skipped, &skipped, &two, &skipped],
            vec![&skipped, &legacy(&[b"one"]), &none, &two, &legacy(&[])],
            vec![&legacy(&[b"o", b"ne"]), &legacy(&[b"two"])],
            vec![&legacy(&[b"one"]), &skipped, &two],
        ] {
            assert_eq!(read(&parts.into_iter().flatten().copied().collect::<Vec<_>>()), (b"onetwo".to_vec(), None));
        }
    }

    #[test]
    fn an_empty_block_does_not_end_a_frame() {
        let frame = frame(b"one");
        let header = 7;
        // A block of one byte: a token for no literals.
        let with_empty_blocks = [&frame[..header], &[1, 0, 0, 0, 0].repeat(3), &frame[header..]].concat();
        assert_eq!(read(&with_empty_blocks), (b"one".to_vec(), None));
    }

    #[test]
    fn a_cut_in_any_place_is_reported() {
        let file = [frame(b"one"), skipped(5), frame_of(FrameInfo::new().content_checksum(true), b"two")];
        let between: Vec<usize> = vec![0, file[0].len(), file[0].len() + file[1].len()];
        let file = file.concat();
        for cut in (0..file.len()).filter(|cut| !between.contains(cut)) {
            let failure = Lz4Reader::new(&file[..cut]).read_to_end(&mut Vec::new()).unwrap_err();
            assert_eq!(failure.kind(), io::ErrorKind::UnexpectedEof, "{cut}");
        }
    }

    #[test]
    fn contradictions_of_the_format_are_reported() {
        let info = FrameInfo::new().block_checksums(true).content_checksum(true).content_size(Some(3));
        let whole = frame_of(info, b"one");
        let changed = |at: usize| {
            let mut file = whole.clone();
            file[at] ^= 1;
            read(&file).1.unwrap()
        };
        let end = whole.len();
        assert!(changed(4).contains("dictionary"));
        assert!(changed(5).contains("unknown version"));
        assert!(changed(6).contains("a frame header has a wrong checksum"));
        assert!(changed(end - 1).contains("a frame has a wrong checksum"));
        assert!(changed(end - 9).contains("a block has a wrong checksum"));
        assert!(read(&[&frame(b"one")[..], b"words"].concat()).1.unwrap().contains("other data follows it"));
        let mut long = frame(b"one");
        long[7..11].copy_from_slice(&0x7fff_ffffu32.to_le_bytes());
        assert!(read(&long).1.unwrap().contains("larger than its frame allows"));
    }
}
