//! The SHA-256 (FIPS 180-4) of an input as stored, computed while it is read: a pipe can be read only once.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

/// Bytes read at a time after those that the analysis has read.
const BLOCK: usize = 256 << 10;

/// A reader that hashes the bytes it reads. Clones share the input: each read, by whichever clone, gets the next bytes.
#[derive(Clone)]
pub struct HashingReader(Arc<Mutex<Hashed>>);

struct Hashed {
    reader: Box<dyn Read + Send>,
    hash: Sha256,
}

impl HashingReader {
    /// Hashes the bytes read from `reader` from now on.
    pub fn new(reader: Box<dyn Read + Send>) -> HashingReader {
        HashingReader(Arc::new(Mutex::new(Hashed { reader, hash: Sha256::new() })))
    }

    /// Reads the rest of the input, and returns the digest of all of it in hexadecimal.
    ///
    /// # Errors
    ///
    /// If the input cannot be read to its end.
    pub fn finish(self) -> io::Result<String> {
        // A thread that still reads ahead gets the rest or the end, and passes it to nobody.
        let mut hashed = self.lock();
        let mut block = vec![0; BLOCK];
        while hashed.read(&mut block)? > 0 {}
        let digest = std::mem::take(&mut hashed.hash).finalize();
        Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Hashed> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.lock().read(buffer)
    }
}

impl Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.reader.read(buffer) {
                Ok(count) => {
                    self.hash.update(&buffer[..count]);
                    return Ok(count);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of "abc" (FIPS 180-2, appendix B.1).
    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    #[test]
    fn the_digest_is_that_of_all_bytes_however_many_were_read() {
        for read in 0..=3 {
            let mut reader = HashingReader::new(Box::new(&b"abc"[..]));
            let digest = reader.clone();
            reader.read_exact(&mut vec![0; read]).unwrap();
            assert_eq!(digest.finish().unwrap(), ABC);
            assert_eq!(reader.read(&mut [0]).unwrap(), 0);
        }
    }

    #[test]
    fn an_input_that_cannot_be_read_to_its_end_has_no_digest() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::ErrorKind::TimedOut.into())
            }
        }
        assert_eq!(HashingReader::new(Box::new(Broken)).finish().unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
