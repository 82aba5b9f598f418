//! What a format parser says about the bytes it is shown. Parsers do no I/O: they look at a slice and answer with a
//! [`Step`], so that files, pipes, decompressed streams and tests all use the same code.

use std::ops::Range;

use crate::error::FormatProblem;
use crate::unit::Time;

/// The largest packet that is believed: what libpcap allows for the link types with the longest packets.
/// A longer one is taken for damage.
pub const MAX_PACKET: usize = 128 << 20;

/// What a parser makes of the bytes from its position on.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// A packet record.
    Packet {
        /// What its header says.
        record: PacketRecord,
        /// Where its bytes are.
        data: Range<usize>,
        /// Bytes that the whole record takes.
        size: usize,
    },
    /// Nothing to count: pass over so many bytes, which may be more than were shown.
    Skip(u64),
    /// At least so many bytes must be shown before anything can be said.
    Need(usize),
    /// The bytes contradict the format.
    Fault(Fault),
}

/// The header of a packet record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PacketRecord {
    /// When the packet was captured.
    pub time: Time,
    /// Length on the wire.
    pub wire_len: u32,
    /// Index into the parser's interfaces.
    pub interface: usize,
}

/// A contradiction, and whether the reading can go on behind it.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault {
    /// The contradiction.
    pub problem: FormatProblem,
    /// Bytes to pass over to get to something that can be trusted again; `None` when there is no telling where that is.
    pub resume: Option<u64>,
}

impl Fault {
    /// A fault behind which nothing can be found again.
    pub fn fatal(problem: FormatProblem) -> Step {
        Step::Fault(Fault { problem, resume: None })
    }

    /// A fault that ends after `size` bytes.
    pub fn passing(problem: FormatProblem, size: u64) -> Step {
        Step::Fault(Fault { problem, resume: Some(size) })
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
    /// The 16-bit number at `at`; the caller has made sure that it is there.
    #[inline]
    pub fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let field = [bytes[at], bytes[at + 1]];
        match self {
            ByteOrder::Big => u16::from_be_bytes(field),
            ByteOrder::Little => u16::from_le_bytes(field),
        }
    }

    /// The 32-bit number at `at`; the caller has made sure that it is there.
    #[inline]
    pub fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let field = [bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]];
        match self {
            ByteOrder::Big => u32::from_be_bytes(field),
            ByteOrder::Little => u32::from_le_bytes(field),
        }
    }

    /// The 64-bit number at `at`, in the file's byte order; the caller has made sure that it is there.
    pub fn u64(self, bytes: &[u8], at: usize) -> u64 {
        let (first, second) = (u64::from(self.u32(bytes, at)), u64::from(self.u32(bytes, at + 4)));
        match self {
            ByteOrder::Big => first << 32 | second,
            ByteOrder::Little => second << 32 | first,
        }
    }
}
