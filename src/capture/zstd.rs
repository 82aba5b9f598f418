//! Zstandard files: any number of frames one after the other (RFC 8878).

use std::io::{self, BufRead, Read};

use zstd::stream::raw::{DParameter, Decoder, InBuffer, Operation, OutBuffer};

/// Binary logarithm of the largest window that a frame may ask for: 2^27 bytes, as `zstd -d` allows without `--long`.
const WINDOW_LOG: u32 = 27;
/// Bytes of a block header (RFC 8878 section 3.1.1.2).
const BLOCK_HEADER: usize = 3;
/// Bytes needed to know the length of a frame header: the magic number and the descriptor (section 3.1.1.1.1).
const FRAME_BEGIN: usize = 5;

/// Reads the frames of a Zstandard file. Damage loses none of the data before it: the library does not report what it has
/// decompressed in the step that fails, so no step gets more than one block.
pub struct ZstdReader<R> {
    reader: R,
    decoder: Decoder<'static>,
    /// Maximum number of input bytes for the next step.
    wanted: usize,
    /// True while no byte of the current frame has been read.
    is_between_frames: bool,
    /// True if the last step filled the output buffer, so that there may be more output without any input.
    may_hold_output: bool,
}

impl<R: BufRead> ZstdReader<R> {
    /// Reads from `reader`, which begins with a frame.
    pub fn new(reader: R) -> io::Result<ZstdReader<R>> {
        let mut decoder = Decoder::new()?;
        decoder.set_parameter(DParameter::WindowLogMax(WINDOW_LOG))?;
        Ok(ZstdReader { reader, decoder, wanted: FRAME_BEGIN, is_between_frames: true, may_hold_output: false })
    }
}

impl<R: BufRead> Read for ZstdReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() {
            let input = if std::mem::take(&mut self.may_hold_output) { None } else { Some(self.reader.fill_buf()?) };
            if self.is_between_frames && input.is_some_and(<[u8]>::is_empty) {
                return Ok(0);
            }
            let part = input.map_or(&[][..], |input| &input[..input.len().min(self.wanted)]);
            let is_at_end = input.is_some() && part.is_empty();
            let (mut from, mut to) = (InBuffer::around(part), OutBuffer::around(&mut *buffer));
            // Bytes left of the frame: the rest of a block and the header of the next one, or 0 at the end.
            let left = self.decoder.run(&mut from, &mut to)?;
            let (taken, given) = (from.pos(), to.pos());
            self.reader.consume(taken);
            self.may_hold_output = given == buffer.len();
            self.is_between_frames = left == 0;
            self.wanted = match left {
                0 => FRAME_BEGIN,
                _ if left > BLOCK_HEADER => left - BLOCK_HEADER,
                _ => left,
            };
            if given > 0 {
                return Ok(given);
            }
            if is_at_end {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.include_checksum(true).unwrap();
        io::copy(&mut &bytes[..], &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    /// Half a megabyte that compresses to half its size: several blocks.
    fn data() -> Vec<u8> {
        (0..65_536u32).flat_map(|number| u64::from(number.wrapping_mul(2_654_435_761)).to_le_bytes()).collect()
    }

    /// The content, and the failure that ends it.
    fn read(file: &[u8], capacity: usize, room: usize) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut reader = ZstdReader::new(io::BufReader::with_capacity(capacity, file)).unwrap();
        let (mut bytes, mut buffer) = (Vec::new(), vec![0; room]);
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return (bytes, None),
                Ok(count) => bytes.extend_from_slice(&buffer[..count]),
                Err(error) => return (bytes, Some(error.kind())),
            }
        }
    }

    #[test]
    fn frames_follow_each_other_in_pieces_of_any_size() {
        let data = data();
        let skippable = [&0x184d_2a5au32.to_le_bytes()[..], &3u32.to_le_bytes(), b"abc"].concat();
        let file = [&skippable[..], &frame(&data), &frame(b""), &skippable, &frame(b"end"), &skippable].concat();
        let expected = [&data[..], b"end"].concat();
        for (capacity, room) in [(1, 1 << 20), (7, 1000), (1 << 20, 1 << 20), (1 << 20, 999), (100_000, 131_072)] {
            assert!(read(&file, capacity, room) == (expected.clone(), None), "{capacity}, {room}");
        }
    }

    /// A block as stored (RFC 8878 section 3.1.1.2): kind 0 is raw, 2 is compressed, 3 is reserved.
    fn block(kind: u32, size: u32, content: &[u8]) -> Vec<u8> {
        [&(size << 3 | kind << 1).to_le_bytes()[..BLOCK_HEADER], content].concat()
    }

    #[test]
    fn nothing_before_damage_is_lost() {
        // The magic number, no options, a window of 128 KiB.
        let header = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38];
        let content = vec![7; 5000];
        for damaged in [block(3, 10, b"0123456789"), block(2, 10, &[0xff; 10])] {
            let file = [&header[..], &block(0, 5000, &content), &block(0, 3, b"end"), &damaged].concat();
            let expected = [&content[..], b"end"].concat();
            for (capacity, room) in [(1 << 20, 1 << 20), (1 << 20, 1000), (1 << 20, 5000), (7, 1000), (1, 5003)] {
                let (bytes, failure) = read(&file, capacity, room);
                assert!(bytes == expected && failure.is_some(), "{capacity}, {room}: {} bytes", bytes.len());
            }
        }
        // A wrong checksum comes after all blocks.
        let (data, whole) = (data(), frame(&data()));
        let mut wrong = whole.clone();
        *wrong.last_mut().unwrap() ^= 1;
        let (bytes, failure) = read(&wrong, 1 << 20, 1 << 20);
        assert!(bytes == data && failure.is_some());
        assert!(read(&whole[..whole.len() - 1], 1 << 20, 1 << 20) == (data, Some(io::ErrorKind::UnexpectedEof)));
    }
}
