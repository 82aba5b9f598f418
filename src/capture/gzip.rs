//! gzip files: any number of members one behind the other (RFC 1952 section 2.2), and zeros behind them, which are padding.
//!
//! Tapes and other devices that are written in blocks leave such zeros behind, and gzip(1) passes over them.

use std::io::{self, BufRead, Read};

use flate2::bufread::GzDecoder;

/// The first byte of a member (RFC 1952 section 2.3.1).
const ID1: u8 = 0x1f;

/// The input of a member, which goes from one member to the next.
struct Lent<R>(Option<R>);

impl<R: BufRead> Read for Lent<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.as_mut().map_or(Ok(0), |reader| reader.read(buffer))
    }
}

impl<R: BufRead> BufRead for Lent<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.as_mut().map_or(Ok(&[]), |reader| reader.fill_buf())
    }

    fn consume(&mut self, count: usize) {
        if let Some(reader) = &mut self.0 {
            reader.consume(count);
        }
    }
}

/// Reads the members of a gzip file.
pub struct GzipReader<R> {
    member: GzDecoder<Lent<R>>,
    is_over: bool,
}

impl<R: BufRead> GzipReader<R> {
    /// Reads from `reader`, which begins with a member.
    pub fn new(reader: R) -> GzipReader<R> {
        GzipReader { member: GzDecoder::new(Lent(Some(reader))), is_over: false }
    }

    /// Goes over to the next member. False at the end.
    fn next_member(&mut self) -> io::Result<bool> {
        let reader = self.member.get_mut();
        loop {
            let bytes = reader.fill_buf()?;
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            match bytes.get(zeros) {
                Some(&ID1) => {
                    reader.consume(zeros);
                    break;
                }
                Some(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, "it is followed by something else")),
                None if bytes.is_empty() => return Ok(false),
                None => reader.consume(zeros),
            }
        }
        // The decoder keeps its memory for the next member.
        let reader = self.member.reset(Lent(None));
        *self.member.get_mut() = reader;
        Ok(true)
    }
}

impl<R: BufRead> Read for GzipReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while !self.is_over && !buffer.is_empty() {
            let count = self.member.read(buffer)?;
            if count > 0 {
                return Ok(count);
            }
            self.is_over = !self.next_member()?;
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

    /// What comes out, and the failure that ends it. Few bytes come in at a time.
    fn read(file: &[u8]) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut bytes = Vec::new();
        let reader = io::BufReader::with_capacity(7, file);
        let failure = GzipReader::new(reader).read_to_end(&mut bytes).err().map(|error| error.kind());
        (bytes, failure)
    }

    #[test]
    fn members_come_one_behind_the_other_also_behind_empty_ones_and_zeros() {
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
    fn anything_else_behind_a_member_and_a_cut_one_are_told() {
        let one = member(b"one");
        for tail in [&b"x"[..], &b"\0\0x"[..], &b"words and words"[..]] {
            assert_eq!(read(&[&one[..], tail].concat()), (b"one".to_vec(), Some(io::ErrorKind::InvalidData)));
        }
        let cut = [&one[..], &one[..one.len() - 1]].concat();
        assert_eq!(read(&cut), (b"oneone".to_vec(), Some(io::ErrorKind::UnexpectedEof)));
        assert_eq!(read(&[&one[..], &one[..1]].concat()).1, Some(io::ErrorKind::UnexpectedEof));
    }
}
