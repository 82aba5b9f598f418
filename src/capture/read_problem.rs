//! Places of an input that could not be read, as data.

use super::input::Compression;
use crate::error::{CompressionProblem, FormatProblem};

/// A place of an input that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadProblem {
    /// Byte offset, counted from 0, in the input after decompression.
    pub offset: u64,
    /// The reason.
    pub reason: ReadReason,
    /// True if the input is compressed, so that the offset is not one of the file as stored.
    pub is_compressed: bool,
    /// True if reading continued after it.
    pub is_resumed: bool,
}

/// The reason why a place of an input could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReadReason {
    /// The bytes contradict the file's format.
    Format(FormatProblem),
    /// The input ends inside a record.
    EndsInRecord {
        /// Bytes that the record needs, as far as is known.
        needed: usize,
        /// Bytes available.
        available: usize,
    },
    /// The input ends inside a block that is skipped.
    EndsInBlock {
        /// Bytes that the block needs.
        needed: u64,
        /// Bytes available.
        available: u64,
    },
    /// The compressed data ends too early.
    CompressedDataCutOff(Compression),
    /// The compressed data contradicts its format.
    CompressedData(Compression, CompressionProblem),
    /// The compressed data cannot be read, in the words of the decompression library.
    Decompressor(Compression, String),
    /// A read failed, in the words of the operating system.
    System(String),
}
