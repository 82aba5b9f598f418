//! The common interface of the format parsers. Parsers do no I/O: they look at a slice and return a [`Step`], so that files,
//! pipes, decompressed streams and tests all use the same code.

use std::ops::Range;

use crate::error::FormatProblem;
use crate::time::Time;

/// Size limit of a packet in bytes: what libpcap allows for the link types with the longest packets. A longer packet is treated
/// as damage.
pub const MAX_PACKET: usize = 128 << 20;

/// The result of parsing the bytes at the current position.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A packet record.
    Packet {
        /// The fields of its header.
        record: PacketRecord,
        /// The range of its bytes.
        data: Range<usize>,
        /// Size of the whole record in bytes.
        size: usize,
    },
    /// No packet: skip this number of bytes, which may exceed the bytes given.
    Skip(u64),
    /// Too few bytes: the step needs at least this number.
    Need(usize),
    /// The bytes contradict the format.
    Problem(ParseProblem),
}

/// The header of a packet record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketRecord {
    /// Time of capture.
    pub time: Time,
    /// Length on the wire.
    pub wire_len: u32,
    /// Index into the parser's interfaces.
    pub interface: usize,
}

/// A contradiction of the format, and the way to continue after it.
#[derive(Debug, PartialEq, Eq)]
pub struct ParseProblem {
    /// The contradiction.
    pub problem: FormatProblem,
    /// Bytes to skip to the next place that can be trusted; `None` if no such place is known.
    pub resume: Option<u64>,
}

impl ParseProblem {
    /// A fault after which reading cannot continue.
    pub fn fatal(problem: FormatProblem) -> Step {
        Step::Problem(ParseProblem { problem, resume: None })
    }

    /// A fault after which reading continues, `size` bytes further on.
    pub fn passing(problem: FormatProblem, size: u64) -> Step {
        Step::Problem(ParseProblem { problem, resume: Some(size) })
    }
}

/// The byte order of a file's numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByteOrder {
    /// Most significant byte first.
    Big,
    /// Least significant byte first.
    Little,
}

impl ByteOrder {
    /// The 16-bit number at `at`; the caller has checked that the bytes exist.
    #[inline]
    pub fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let field = [bytes[at], bytes[at + 1]];
        match self {
            ByteOrder::Big => u16::from_be_bytes(field),
            ByteOrder::Little => u16::from_le_bytes(field),
        }
    }

    /// The 32-bit number at `at`; the caller has checked that the bytes exist.
    #[inline]
    pub fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let field = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        match self {
            ByteOrder::Big => u32::from_be_bytes(field),
            ByteOrder::Little => u32::from_le_bytes(field),
        }
    }

    /// The 64-bit number at `at`; the caller has checked that the bytes exist.
    pub fn u64(self, bytes: &[u8], at: usize) -> u64 {
        let (first, second) = (u64::from(self.u32(bytes, at)), u64::from(self.u32(bytes, at + 4)));
        match self {
            ByteOrder::Big => first << 32 | second,
            ByteOrder::Little => second << 32 | first,
        }
    }
}
