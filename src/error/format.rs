//! Contradictions in capture files and in compressed data.

use super::ForeignFormat;

/// The reason why an input is not a capture that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NotACapture {
    /// It has another format.
    Foreign(ForeignFormat),
    /// It has an unknown format: its first bytes, and their number.
    Unknown {
        /// The bytes.
        bytes: [u8; 4],
        /// The number of these bytes that the file has.
        len: usize,
    },
    /// It ends inside its file header.
    HeaderCutOff {
        /// Bytes that it has.
        len: usize,
    },
    /// It begins with a skippable frame of Zstandard or LZ4, and no frame with data follows.
    NoDataFrame,
    /// It does not begin with a magic number of pcap.
    NoPcapMagic,
    /// It is a pcap file of an unknown version.
    PcapVersion {
        /// The major version.
        major: u16,
        /// The minor version.
        minor: u16,
    },
    /// Bits are set in a pcap file's link-type field that no version uses.
    PcapLinkType {
        /// The field.
        field: u32,
    },
    /// Its first section header cannot be read.
    Section(SectionProblem),
    /// It is a snoop file of an unknown version.
    SnoopVersion {
        /// The version.
        version: u32,
    },
}

/// The reason why a section header of pcapng cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionProblem {
    /// Its byte-order mark is none.
    ByteOrder,
    /// Its version is unknown.
    Version {
        /// The major version.
        major: u16,
        /// The minor version.
        minor: u16,
    },
    /// Its length is impossible.
    Length {
        /// The length that it claims, in bytes.
        length: u32,
    },
}

/// A contradiction inside a capture file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FormatProblem {
    /// A pcap record is longer than any packet.
    PcapRecordTooLong {
        /// Bytes of the packet that it claims to hold.
        stored: usize,
    },
    /// A snoop record is longer than any packet.
    SnoopRecordTooLong {
        /// Bytes that it claims to take.
        length: usize,
    },
    /// A snoop record is shorter than its packet.
    SnoopRecordTooShort {
        /// Bytes that it claims to take.
        length: usize,
        /// Bytes of the packet that it claims to hold.
        stored: usize,
    },
    /// A block is shorter than any can be.
    BlockTooShort {
        /// Its type.
        block_type: u32,
        /// Bytes that it claims to take.
        length: u32,
    },
    /// A block is longer than the limit for blocks.
    BlockTooLong {
        /// Its type.
        block_type: u32,
        /// Bytes that it claims to take.
        length: u32,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The two lengths of a block differ.
    BlockLengthsDiffer {
        /// Its type.
        block_type: u32,
        /// The length before its body.
        first: u32,
        /// The length after its body.
        second: u32,
    },
    /// A later section header cannot be read.
    Section(SectionProblem),
    /// A packet block is shorter than its own fields.
    PacketBlockTooShort,
    /// A simple packet block is shorter than its own fields.
    SimplePacketBlockTooShort,
    /// A packet block is shorter than its packet.
    PacketTooLong {
        /// Bytes of the packet that it claims to hold.
        stored: usize,
        /// Bytes that it has room for.
        room: usize,
    },
    /// A packet names an interface that its section has not described.
    UnknownInterface {
        /// The interface, counted from 0.
        interface: u32,
        /// Interfaces that the section has described.
        described: usize,
    },
    /// An interface description is shorter than its own fields.
    InterfaceTooShort,
    /// There are more interfaces than are kept.
    TooManyInterfaces {
        /// Interfaces that are kept.
        limit: usize,
    },
}

/// A contradiction in compressed data. Decompressors return an [`std::io::Error`] that holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CompressionProblem {
    /// A block or a checksum of gzip is wrong.
    BlockOrChecksum,
    /// Something else follows the compressed data.
    FollowedByOther,
    /// A frame of LZ4 has an unknown version.
    FrameVersion,
    /// A frame of LZ4 needs a dictionary.
    FrameDictionary,
    /// A frame of LZ4 has blocks of an unknown size.
    FrameBlockSize,
    /// The header of a frame of LZ4 has a wrong checksum.
    FrameHeaderChecksum,
    /// A block of LZ4 is longer than its frame allows.
    BlockTooLong,
    /// A block of LZ4 has a wrong checksum.
    BlockChecksum,
    /// A frame of LZ4 holds more than its header states.
    FrameHoldsMore,
    /// A frame of LZ4 holds less than its header states.
    FrameHoldsLess,
    /// A frame of LZ4 has a wrong checksum.
    FrameChecksum,
}

impl CompressionProblem {
    /// The error as decompressors return it.
    pub fn into_io(self) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::InvalidData, self)
    }

    /// The problem that an error of a decompressor holds, if it holds one.
    pub fn from_io(error: &std::io::Error) -> Option<CompressionProblem> {
        error.get_ref()?.downcast_ref().copied()
    }
}
