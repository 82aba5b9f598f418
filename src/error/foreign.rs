//! Files that are no capture of a kind that is read here.

/// A file format that is recognised and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the names are those of the formats and their programs")]
pub enum ForeignFormat {
    // Captures that editcap converts.
    NetworkMonitor1,
    NetworkMonitor2,
    SnifferDos,
    SnifferWindows,
    EarlyNetXRay,
    Iptrace,
    Nettl,
    Nettl9,
    Observer,
    OmniPeek,
    LanAlyzer,
    VisualNetworks,
    InfoVista5View,
    TektronixK12,
    TektronixK12Text,
    Radcom,
    Capsa,
    EyeSdn,
    VectorBlf,
    NetScaler,
    Erf,
    // Traces and logs.
    WindowsEtl,
    Btsnoop,
    RtpDump,
    Mdf,
    SystemdJournal,
    ProcessMonitor,
    // Archives, and files that stand for others.
    GitLfsPointer,
    Zip,
    EmptyZip,
    SevenZip,
    Rar,
    Cabinet,
    Ar,
    Tar,
    // Compressions that are not read, and what is compressed twice.
    Bzip2,
    Compress,
    Lzip,
    Lzma,
    GzipTwice,
    ZstdTwice,
    Lz4Twice,
    XzTwice,
    /// pcapng after a transfer that has changed its line ends.
    PcapngTransferredAsText,
    // Programs and documents.
    Program,
    Script,
    Pdf,
    Rtf,
    Office,
    Picture,
    Sqlite,
    // Text.
    Utf16Text,
    WebPage,
    Xml,
    Json,
    TcpdumpOutput,
    HexDump,
    Text,
}
