//! xz files: any number of streams one after the other.

use std::io::{self, Read};

use lzma_rust2::XzReader as Decompressor;

/// Memory limit of a block, in KiB: enough for `xz -9`.
const MEMORY_KIB: u32 = 160 << 10;
/// Bytes decompressed in a step. The library does not report what it has decompressed in the step that fails, so less than this
/// is lost before damage.
const STEP: usize = 4 << 10;

/// Reads the streams of an xz file.
pub struct XzReader<R: Read>(Decompressor<R>);

impl<R: Read> XzReader<R> {
    /// Reads from `reader`, which begins with a stream.
    pub fn new(reader: R) -> XzReader<R> {
        XzReader(Decompressor::new_mem_limit(reader, true, MEMORY_KIB))
    }
}

impl<R: Read> Read for XzReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = buffer.len().min(STEP);
        self.0.read(&mut buffer[..len])
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use lzma_rust2::{XzOptions, XzWriter};

    use super::*;

    #[test]
    fn damage_loses_at_most_a_step_of_the_data_before_it() {
        let data: Vec<u8> = (0..65_536u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
        let mut writer = XzWriter::new(Vec::new(), XzOptions::with_preset(1)).unwrap();
        writer.write_all(&data).unwrap();
        let mut file = writer.finish().unwrap();
        let mut whole = Vec::new();
        XzReader::new(&file[..]).read_to_end(&mut whole).unwrap();
        assert!(whole == data);
        // The file ends in the middle of its data: what is there can be decompressed.
        file.truncate(file.len() / 2);
        let (mut bytes, mut reader, mut buffer) = (Vec::new(), XzReader::new(&file[..]), vec![0; 1 << 20]);
        while let Ok(count @ 1..) = reader.read(&mut buffer) {
            bytes.extend_from_slice(&buffer[..count]);
        }
        assert!(data.starts_with(&bytes) && bytes.len() + (32 << 10) > data.len() / 2, "{} of {}", bytes.len(), data.len());
    }
}
