//! Skippable frames: a place for data of other programs between the frames of Zstandard (RFC 8878 section 3.1.2) and LZ4 (LZ4
//! frame format, "Skippable Frames").
//!
//! A magic number, a length, and as many bytes, which are not compressed data. `pzstd` writes one before each frame.

use std::io::{self, Read};

use super::format::ByteOrder;

/// Size of a magic number in bytes.
const MAGIC: usize = 4;
/// The lowest of the 16 magic numbers. The low four bits are free for the other program.
const LOWEST: u32 = 0x184d_2a50;

/// True if `magic` begins a skippable frame.
pub fn is_magic(magic: u32) -> bool {
    magic & !0xf == LOWEST
}

/// True if `bytes` begin a skippable frame.
pub fn begins(bytes: &[u8]) -> bool {
    bytes.len() >= MAGIC && is_magic(ByteOrder::Little.u32(bytes, 0))
}

/// Skips the rest of a skippable frame whose magic number has been read. Nothing is stored, because the frame may claim to be 4
/// GiB long.
pub fn skip_frame(reader: &mut impl Read) -> io::Result<()> {
    let mut size = [0; 4];
    reader.read_exact(&mut size)?;
    let size = u64::from(u32::from_le_bytes(size));
    let passed = io::copy(&mut reader.take(size), &mut io::sink())?;
    if passed == size { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sixteen_magic_numbers_begin_a_frame_and_no_others() {
        let begin = |magic: u32| begins(&magic.to_le_bytes());
        assert!((0x184d_2a50..=0x184d_2a5f).all(begin));
        assert!(!begin(0x184d_2a4f) && !begin(0x184d_2a60) && !begins(&[0x50, 0x2a, 0x4d]));
    }

    #[test]
    fn exactly_the_frame_is_skipped_and_a_cut_one_is_reported() {
        let bytes = [&3u32.to_le_bytes()[..], b"abcdef"].concat();
        let mut reader = &bytes[..];
        skip_frame(&mut reader).unwrap();
        assert_eq!(reader, b"def");
        for end in [3, 6] {
            assert_eq!(skip_frame(&mut &bytes[..end]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_frame_that_claims_four_gibibytes_takes_no_memory_and_ends_with_the_input() {
        let claims = u32::MAX.to_le_bytes();
        assert_eq!(skip_frame(&mut &claims[..]).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
