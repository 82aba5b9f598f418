//! Files that are no capture of a kind that Portolan reads.

/// A file format that is recognised and not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
// The names are those of the formats and their programs.
#[allow(missing_docs)]
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
    // Compressions that are not read, and files that are compressed twice.
    Bzip2,
    Compress,
    Lzip,
    Lzma,
    GzipTwice,
    ZstdTwice,
    Lz4Twice,
    XzTwice,
    /// pcapng after a transfer that changed its line ends.
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

impl ForeignFormat {
    /// True if a file of this format holds captured packets, and a program can convert or restore them.
    pub fn is_capture(self) -> bool {
        use ForeignFormat::{
            Capsa, EarlyNetXRay, Erf, EyeSdn, InfoVista5View, Iptrace, LanAlyzer, NetScaler, Nettl, Nettl9, NetworkMonitor1,
            NetworkMonitor2, Observer, OmniPeek, PcapngTransferredAsText, Radcom, SnifferDos, SnifferWindows, TektronixK12,
            TektronixK12Text, VectorBlf, VisualNetworks, WindowsEtl,
        };
        matches!(
            self,
            NetworkMonitor1
                | NetworkMonitor2
                | SnifferDos
                | SnifferWindows
                | EarlyNetXRay
                | Iptrace
                | Nettl
                | Nettl9
                | Observer
                | OmniPeek
                | LanAlyzer
                | VisualNetworks
                | InfoVista5View
                | TektronixK12
                | TektronixK12Text
                | Radcom
                | Capsa
                | EyeSdn
                | VectorBlf
                | NetScaler
                | Erf
                | WindowsEtl
                | PcapngTransferredAsText
        )
    }
}
