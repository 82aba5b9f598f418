//! Contradictions in capture files and compressed data, and files that are no captures.

use super::numbers::exact_bytes;
use crate::error::{CompressionProblem, ForeignFormat, FormatProblem, NotACapture, SectionProblem};

/// True if the reason is one why a capture cannot be read, and not that there is none.
pub fn is_of_a_capture(reason: NotACapture) -> bool {
    match reason {
        NotACapture::Foreign(format) => format.is_capture(),
        NotACapture::HeaderCutOff { .. }
        | NotACapture::PcapVersion { .. }
        | NotACapture::PcapLinkType { .. }
        | NotACapture::Section(_)
        | NotACapture::SnoopVersion { .. } => true,
        NotACapture::Unknown { .. } | NotACapture::NoDataFrame | NotACapture::NoPcapMagic => false,
    }
}

pub fn not_a_capture(reason: NotACapture) -> String {
    match reason {
        NotACapture::Foreign(format) => foreign(format).into(),
        NotACapture::Unknown { bytes, len } => {
            let bytes: Vec<String> = bytes.iter().take(len).map(|byte| format!("{byte:02x}")).collect();
            format!("its first bytes ({}) match no known format (pcap, pcapng, snoop)", bytes.join(" "))
        }
        NotACapture::HeaderCutOff { len } => format!("it ends inside its file header, after {len} bytes"),
        NotACapture::NoDataFrame => "it has a skippable zstd or LZ4 frame, but no data frame after it".into(),
        NotACapture::NoPcapMagic => "it has no pcap magic number".into(),
        NotACapture::PcapVersion { major, minor } => {
            format!("it claims to be pcap version {major}.{minor}; only version 2 is known")
        }
        NotACapture::PcapLinkType { field } => {
            format!("its link-type field ({field:#010x}) has bits set that no version of pcap uses")
        }
        NotACapture::Section(problem) => section_problem(problem),
        NotACapture::SnoopVersion { version } => {
            format!("it claims to be snoop version {version}; only version 2 is known")
        }
    }
}

fn section_problem(problem: SectionProblem) -> String {
    match problem {
        SectionProblem::ByteOrder => "its byte-order mark is neither 1a2b3c4d nor 4d3c2b1a".into(),
        SectionProblem::Version { major, minor } => {
            format!("it claims to be pcapng version {major}.{minor}; only version 1.0 is known")
        }
        SectionProblem::Length { length } => {
            format!("its section header claims to be {} long", exact_bytes(length.into()))
        }
    }
}

pub fn format_problem(problem: FormatProblem) -> String {
    match problem {
        FormatProblem::PcapRecordTooLong { stored } => {
            format!("a packet record claims to hold {stored} bytes, more than any packet has; nothing after it can be trusted")
        }
        FormatProblem::SnoopRecordTooLong { length } => {
            format!("a packet record claims to be {length} bytes long; nothing after it can be trusted")
        }
        FormatProblem::SnoopRecordTooShort { length, stored } => {
            format!("a packet record of {} claims to hold a packet of {stored} bytes", exact_bytes(length as u64))
        }
        FormatProblem::BlockTooShort { block_type, length } => {
            format!("a block of type {block_type:#x} claims to be {} long; the minimum is 12", exact_bytes(length.into()))
        }
        FormatProblem::BlockTooLong { block_type, length, limit } => format!(
            "a block of type {block_type:#x} claims to be {length} bytes long; the limit is {limit}, and nothing after it can be trusted"
        ),
        FormatProblem::BlockLengthsDiffer { block_type, first, second } => {
            format!("the two length fields of a block of type {block_type:#x} differ ({first} and {second})")
        }
        FormatProblem::Section(problem) => format!("a section header cannot be read: {}", section_problem(problem)),
        FormatProblem::PacketBlockTooShort => "a packet block is too short for its own fields".into(),
        FormatProblem::SimplePacketBlockTooShort => "a simple packet block is too short for its own fields".into(),
        FormatProblem::PacketTooLong { stored, room } => {
            format!("a packet block claims to hold {} of a packet, but has room for {room}", exact_bytes(stored as u64))
        }
        FormatProblem::UnknownInterface { interface, described } => {
            format!("a packet refers to interface {interface}, but its section describes {described}")
        }
        FormatProblem::InterfaceTooShort => "an interface description is too short for its own fields".into(),
        FormatProblem::TooManyInterfaces { limit } => {
            format!("more than {limit} interfaces are described (the limit)")
        }
    }
}

pub fn compression_problem(problem: CompressionProblem) -> &'static str {
    match problem {
        CompressionProblem::BlockOrChecksum => "a compressed block or a checksum is wrong",
        CompressionProblem::FollowedByOther => "other data follows it",
        CompressionProblem::FrameVersion => "a frame has an unknown version",
        CompressionProblem::FrameDictionary => "a frame needs an external dictionary",
        CompressionProblem::FrameBlockSize => "a frame has an unknown block size",
        CompressionProblem::FrameHeaderChecksum => "a frame header has a wrong checksum",
        CompressionProblem::BlockTooLong => "a block is larger than its frame allows",
        CompressionProblem::BlockChecksum => "a block has a wrong checksum",
        CompressionProblem::FrameHoldsMore => "a frame holds more than it says",
        CompressionProblem::FrameHoldsLess => "a frame holds less than it says",
        CompressionProblem::FrameChecksum => "a frame has a wrong checksum",
    }
}

/// The kind of a file that is not a capture, and what to do about it.
fn foreign(format: ForeignFormat) -> &'static str {
    match format {
        ForeignFormat::NetworkMonitor1 => {
            "it is a capture of Microsoft Network Monitor 1; editcap, which comes with Wireshark, converts it: editcap FILE \
             FILE.pcapng"
        }
        ForeignFormat::NetworkMonitor2 => {
            "it is a capture of Microsoft Network Monitor 2 or 3; editcap, which comes with Wireshark, converts it: editcap \
             FILE FILE.pcapng"
        }
        ForeignFormat::SnifferDos => {
            "it is a capture of the Sniffer for DOS; editcap, which comes with Wireshark, converts it: editcap FILE \
             FILE.pcapng"
        }
        ForeignFormat::SnifferWindows => {
            "it is a capture of NetXRay or the Sniffer for Windows; editcap, which comes with Wireshark, converts it: editcap \
             FILE FILE.pcapng"
        }
        ForeignFormat::EarlyNetXRay => {
            "it is a capture of an early NetXRay; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::Iptrace => {
            "it is an AIX iptrace capture; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::Nettl => {
            "it is an HP-UX nettl trace; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::Nettl9 => {
            "it is an HP-UX 9 nettl trace; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::Observer => {
            "it is a capture of Network Instruments' Observer; editcap, which comes with Wireshark, converts it: editcap FILE \
             FILE.pcapng"
        }
        ForeignFormat::OmniPeek => {
            "it is a capture of OmniPeek (EtherPeek, AiroPeek); editcap, which comes with Wireshark, converts it: editcap \
             FILE FILE.pcapng"
        }
        ForeignFormat::LanAlyzer => {
            "it is a capture of Novell's LANalyzer; editcap, which comes with Wireshark, converts it: editcap FILE \
             FILE.pcapng"
        }
        ForeignFormat::VisualNetworks => {
            "it is a capture of Visual Networks; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::InfoVista5View => {
            "it is a capture of InfoVista 5View; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::TektronixK12 => {
            "it is a capture of a Tektronix K12; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::TektronixK12Text => {
            "it is a capture of a Tektronix K12, as text; editcap, which comes with Wireshark, converts it: editcap FILE \
             FILE.pcapng"
        }
        ForeignFormat::Radcom => {
            "it is a capture of a RADCOM analyser; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::Capsa => {
            "it is a capture of Colasoft Capsa; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::EyeSdn => {
            "it is an EyeSDN trace; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::VectorBlf => {
            "it is a log from Vector tools (BLF); editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::NetScaler => {
            "it is a Citrix NetScaler trace; editcap, which comes with Wireshark, converts it: editcap FILE FILE.pcapng"
        }
        ForeignFormat::Erf => {
            "it is a file of ERF records from an Endace card; editcap, which comes with Wireshark, converts it: editcap FILE \
             FILE.pcapng"
        }
        ForeignFormat::WindowsEtl => {
            "it is a Windows trace (ETL), as written by netsh and pktmon; etl2pcapng (by Microsoft) converts it: etl2pcapng \
             FILE FILE.pcapng, or: pktmon etl2pcap FILE"
        }
        ForeignFormat::Btsnoop => "it is a btsnoop file: Bluetooth traffic, which has no TCP or UDP ports; Wireshark can show it",
        ForeignFormat::RtpDump => {
            "it is an rtpdump file: the contents of RTP packets without their addresses; Wireshark can show it"
        }
        ForeignFormat::Mdf => "it is a measurement file (MDF): vehicle bus messages, which have no ports",
        ForeignFormat::SystemdJournal => "it is a systemd journal, which holds log messages, not packets; journalctl shows it",
        ForeignFormat::ProcessMonitor => "it is a Process Monitor log, which holds no packets",
        ForeignFormat::GitLfsPointer => "it is a Git LFS pointer, not the file itself; fetch the file first (git lfs pull)",
        ForeignFormat::Zip => "it is a zip archive; unpack it first",
        ForeignFormat::EmptyZip => "it is an empty zip archive",
        ForeignFormat::SevenZip => "it is a 7z archive; unpack it first (7z x)",
        ForeignFormat::Rar => "it is a rar archive; unpack it first (unrar x)",
        ForeignFormat::Cabinet => {
            "it is a Windows cabinet archive; unpack it first (expand, cabextract); etl2pcapng converts the .etl file of a \
             netsh trace"
        }
        ForeignFormat::Ar => "it is an ar archive; unpack it first (ar x)",
        ForeignFormat::Tar => "it is a tar archive; unpack it first (tar -xf)",
        ForeignFormat::Bzip2 => "it is compressed with bzip2, which is not supported; unpack it first (bunzip2 -k)",
        ForeignFormat::Compress => "it is compressed with compress, which is not supported; unpack it first (gunzip -k)",
        ForeignFormat::Lzip => "it is compressed with lzip, which is not supported; unpack it first (lzip -dk)",
        ForeignFormat::Lzma => "it is compressed with lzma, which is not supported; unpack it first (xz -dk --format=lzma)",
        ForeignFormat::GzipTwice => "it is compressed twice; unpack it once first (gunzip -k)",
        ForeignFormat::ZstdTwice => "it is compressed twice; unpack it once first (zstd -d)",
        ForeignFormat::Lz4Twice => "it is compressed twice; unpack it once first (lz4 -d)",
        ForeignFormat::XzTwice => "it is compressed twice; unpack it once first (xz -dk)",
        ForeignFormat::PcapngTransferredAsText => {
            "it is a pcapng file damaged by a transfer in text mode; transfer it again in binary mode"
        }
        ForeignFormat::Program => "it is a program",
        ForeignFormat::Script => "it is a script",
        ForeignFormat::Pdf => "it is a PDF document",
        ForeignFormat::Rtf => "it is a text document (RTF)",
        ForeignFormat::Office => "it is an Office document",
        ForeignFormat::Picture => "it is a picture",
        ForeignFormat::Sqlite => "it is an SQLite database",
        ForeignFormat::Utf16Text => "it is text (UTF-16), not a capture",
        ForeignFormat::WebPage => "it is a web page, perhaps an error page in place of the download",
        ForeignFormat::Xml => "it is XML text; an export from Wireshark (PDML, PSML) is not a capture: save it as pcapng instead",
        ForeignFormat::Json => "it is JSON text; an export from Wireshark is not a capture: save it as pcapng instead",
        ForeignFormat::TcpdumpOutput => {
            "it is printed tcpdump output, which cannot be turned back into packets; save them with: tcpdump -w FILE"
        }
        ForeignFormat::HexDump => {
            "it is a hex dump; text2pcap, which comes with Wireshark, converts it: text2pcap FILE FILE.pcapng"
        }
        ForeignFormat::Text => {
            "it is text, not a capture; printed packets cannot be turned back into a capture, save them with: tcpdump -w FILE"
        }
    }
}
