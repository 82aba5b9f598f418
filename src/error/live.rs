//! Problems of a live capture: with libpcap, interfaces, saved packets and privileges.

use std::io;

use super::FormatProblem;

/// The reason why nothing can be captured or filtered at all.
#[derive(Debug)]
#[non_exhaustive]
pub enum LiveUnavailable {
    /// libpcap cannot be loaded: the reason and the remedy in the words of the package that loads it, which are English.
    Libpcap(&'static str),
    /// The program was built without libpcap.
    NotBuilt,
    /// Interfaces were to be opened like a file.
    OpenedAsFile,
    /// The signals that end a capture cannot be received.
    Signals(io::Error),
    /// The system refuses another thread.
    Thread(io::Error),
}

/// The reason why an interface cannot be captured on.
#[derive(Debug)]
#[non_exhaustive]
pub enum CaptureProblem {
    /// There is no such interface.
    Missing {
        /// The interfaces that there are.
        known: Vec<String>,
    },
    /// It is switched off.
    Down,
    /// This user is not permitted to capture on it, in libpcap's words.
    NotPermitted(String),
    /// The filter is valid but cannot be used for packets of this interface, in libpcap's words.
    Filter(String),
    /// The system refuses the thread that captures on it.
    Thread(io::Error),
    /// Something else, in libpcap's words.
    Libpcap(String),
}

/// The reason why packets cannot be saved to a file, or not in that way.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SaveProblem {
    /// It is a folder.
    Folder,
    /// Standard output cannot be rotated.
    RotatedStandardOutput,
    /// The number of files to keep is limited, but there is no rotation.
    KeptWithoutRotation,
    /// A limit of the rotation is 0.
    ZeroLimit,
    /// The packets do not come in whole blocks of pcapng.
    NotWholeBlocks,
    /// The descriptions of the interfaces take too much memory to be repeated in each file.
    TooMuchDescribed,
    /// The interfaces have two link types, and the file format holds one.
    TwoLinkTypes {
        /// Number of the link type of the first interface.
        first: u32,
        /// Number of the link type of the other interface.
        other: u32,
    },
    /// The packets come in blocks that contradict their format.
    Format(FormatProblem),
    /// The user that the program has become may not write there.
    NotWritable {
        /// The user's number.
        uid: u32,
    },
}

/// The reason why privileges could not be dropped, or their absence could not be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PrivilegeProblem {
    /// `/proc/self` does not show which privileges are left.
    NoProc,
    /// There is more than one thread.
    ThreadsRunning {
        /// The number of threads.
        threads: usize,
    },
    /// The program cannot become another user.
    CannotBecome {
        /// The user's number.
        uid: u32,
        /// The group's number.
        gid: u32,
        /// The system's reason.
        error: String,
    },
    /// The system refuses a step.
    Refused {
        /// The step.
        step: PrivilegeStep,
        /// The system's reason.
        error: String,
    },
    /// A privilege is left.
    Remaining(RemainingPrivilege),
}

/// A step on the way to no privileges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivilegeStep {
    /// The bounding set is emptied.
    BoundingSet,
    /// The other sets of capabilities are emptied.
    Capabilities,
    /// `no_new_privs` is set.
    NoNewPrivs,
    /// `PR_SET_DUMPABLE` is cleared.
    Dumpable,
    /// Landlock is enforced.
    Landlock,
    /// `/proc/self/status` is read.
    Status,
}

/// A privilege that is left after all were dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RemainingPrivilege {
    /// A line of `/proc/self/status` shows it.
    Status(String),
    /// `no_new_privs` is not set.
    NewPrivs,
    /// Others can look into the process.
    Dumpable,
    /// Landlock does not refuse to open `/`.
    RootFolder,
    /// The system-call filter does not refuse a call.
    Call(EscapedCall),
    /// The program is still root, or can become root again.
    Root,
}

/// A system call that the filter should refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EscapedCall {
    /// A new socket.
    Socket,
    /// A new program.
    Program,
    /// Sending through an interface.
    Send,
    /// Writing to an interface.
    Write,
    /// Another descriptor of an interface.
    Duplicate,
}
