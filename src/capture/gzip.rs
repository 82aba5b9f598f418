//! gzip files: any number of members one after the other (RFC 1952 section 2.2), and zeros after them, which are padding.
//!
//! Tapes and other devices that are written in blocks leave such zeros, and gzip(1) ignores them.

use std::io::{self, BufRead, Read};

use flate2::{Decompress, FlushDecompress, Status};

use crate::error::CompressionProblem;

/// The first byte of a member (RFC 1952 section 2.3.1).
const ID1: u8 = 0x1f;
/// Binary logarithm of the window that DEFLATE may refer back to (RFC 1951 section 2).
const WINDOW_BITS: u8 = 15;

/// Reads the members of a gzip file. Damage loses none of the data before it; `flate2`'s own readers discard what they have
/// decompressed in the same step.
pub struct GzipReader<R> {
    reader: R,
    member: Decompress,
    state: State,
}

enum State {
    InMember,
    BetweenMembers,
    Ended,
    /// The next read returns this failure.
    Failed(io::Error),
}

impl<R: BufRead> GzipReader<R> {
    /// Reads from `reader`, which begins with a member.
    pub fn new(reader: R) -> GzipReader<R> {
        GzipReader { reader, member: Decompress::new_gzip(WINDOW_BITS), state: State::InMember }
    }

    /// Decompresses a part of the member, and returns the number of bytes.
    fn read_member(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let input = self.reader.fill_buf()?;
        let is_at_end = input.is_empty();
        let (taken, given) = (self.member.total_in(), self.member.total_out());
        let status = self.member.decompress(input, buffer, FlushDecompress::None);
        let taken = (self.member.total_in() - taken) as usize;
        let given = (self.member.total_out() - given) as usize;
        self.reader.consume(taken);
        let failure = match status {
            Ok(Status::StreamEnd) => {
                self.state = State::BetweenMembers;
                return Ok(given);
            }
            Ok(Status::Ok | Status::BufError) if given > 0 || taken > 0 => return Ok(given),
            Ok(_) if is_at_end => io::ErrorKind::UnexpectedEof.into(),
            // The library's message depends on how many bytes it was given at a time.
            Ok(_) | Err(_) => CompressionProblem::BlockOrChecksum.into_io(),
        };
        self.state = State::Failed(failure);
        Ok(given)
    }

    /// Finds the next member, or the end.
    fn next_member(&mut self) -> io::Result<State> {
        loop {
            let bytes = self.reader.fill_buf()?;
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            match bytes.get(zeros) {
                Some(&ID1) => {
                    self.reader.consume(zeros);
                    self.member.reset(true);
                    return Ok(State::InMember);
                }
                Some(_) => return Err(CompressionProblem::FollowedByOther.into_io()),
                None if bytes.is_empty() => return Ok(State::Ended),
                None => self.reader.consume(zeros),
            }
        }
    }
}

impl<R: BufRead> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !buffer.is_empty() {
            match self.state {
                State::InMember => {
                    let given = self.read_member(buffer)?;
                    if given > 0 {
                        return Ok(given);
                    }
                }
                State::BetweenMembers => self.state = self.next_member()?,
                State::Ended => return Ok(0),
                State::Failed(_) => {
                    let State::Failed(failure) = std::mem::replace(&mut self.state, State::Ended) else { return Ok(0) };
                    return Err(failure);
                }
            }
        }
        Ok(0)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn member(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    /// The content, and the failure that ends it. The input arrives a few bytes at a time.
    fn read(file: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut bytes = Vec::new();
        let reader = io::BufReader::with_capacity(7, file);
        let failure = GzipReader::new(reader).read_to_end(&mut bytes).err().map(|error| error.kind());
        (bytes, failure)
    }

    #[test]
    fn members_follow_each_other_even_after_empty_ones_and_zeros() {
        let (one, two, none) = (member(b"one"), member(b"two"), member(b""));
        let zeros = vec![0; 512];
        let expected = (b"onetwo".to_vec(), None);
        for parts in [
            vec![&one, &two],
            vec![&none, &one, &none, &none, &none, &two, &none],
            vec![&one, &two, &zeros],
            vec![&one, &zeros, &two, &zeros],
        ] {
            assert_eq!(read(&parts.into_iter().flatten().copied().collect::<Vec<_>>()), expected);
        }
    }

    #[test]
    fn other_data_after_a_member_and_a_cut_one_are_reported() {
        let one = member(b"one");
        for tail in [&b"x"[..], &b"\0\0x"[..], &b"words and words"[..]] {
            assert_eq!(read(&[&one[..], tail].concat()), (b"one".to_vec(), Some(io::ErrorKind::InvalidData)));
        }
        let cut = [&one[..], &one[..one.len() - 1]].concat();
        assert_eq!(read(&cut), (b"oneone".to_vec(), Some(io::ErrorKind::UnexpectedEof)));
        assert_eq!(read(&[&one[..], &one[..1]].concat()).1, Some(io::ErrorKind::UnexpectedEof));
    }

    #[test]
    fn nothing_before_damage_is_lost() {
        let lines: Vec<u8> = (0..5_000u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut file = member(&lines);
        let len = file.len();
        file[len - 8] ^= 1;
        for capacity in [7, 1 << 16] {
            let mut bytes = Vec::new();
            let reader = io::BufReader::with_capacity(capacity, &file[..]);
            let failure = GzipReader::new(reader).read_to_end(&mut bytes).unwrap_err();
            assert_eq!((failure.kind(), bytes == lines), (io::ErrorKind::InvalidData, true), "{capacity}");
        }
    }
}
