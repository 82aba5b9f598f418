//! Drops every privilege that capturing needed, before the first packet is parsed.
//!
//! Opening a network interface needs privileges; parsing untrusted packets should have none. The right order is:
//!
//! 1. Load libpcap, open the interfaces, set their filters, read everything else that must be read (port tables, names for
//!    filters).
//! 2. [`drop_all`].
//! 3. Open the outputs.
//! 4. Start threads.
//! 5. Parse the first packet.
//!
//! Outputs come afterwards, not before: they are opened as the user they will belong to, with that user's privileges and no
//! others. Root never creates a file, so none has to be given away, and a link that somebody has put into the output folder leads
//! only to what its owner could write anyway; Landlock refuses even that. Files that are rotated are opened later still and must
//! work in this way in any case.
//!
//! Threads come afterwards, too: capabilities, `no_new_privs` and Landlock belong to a thread and are inherited by those it
//! starts. [`drop_all`] refuses if there is more than one.
//!
//! # The user
//!
//! | started | continues as |
//! |---|---|
//! | by a user, with capabilities or a setuid bit of the file | that user |
//! | through `sudo` | the user who called it (`SUDO_UID`, `SUDO_GID`) |
//! | by root | on Linux the owner of the first output folder that does not belong to root; else `nobody` (65534) |
//!
//! If root writes into a user's folder, the files should belong to that user; `nobody` could not write there. An owner is taken
//! only if no symbolic link is on the path to the folder: whoever may place a link must not choose whose files are written.
//! `SUDO_UID` counts only if root has started the program, because anybody can set a variable.
//!
//! # Remaining possibilities
//!
//! Open descriptors stay open: packets are read from the interfaces, standard output can be written. The files of [`RequiredAccess`] can
//! be written; files can be created, written, renamed and removed in its folders; nothing else can be opened, run or connected
//! to. Other processes of the same user cannot look into this one or take the open interface out of it (`PR_SET_DUMPABLE`), and
//! no core dump contains packets.
//!
//! The kernel refuses all system calls except those of a running capture (seccomp, on 64-bit x86, ARM and RISC-V). Nothing can be
//! sent through an interface, and there are no new sockets, no new processes, no new code, and no signals to others; threads can
//! be started. `docs/sandbox.md` has the list. The filter knows the interfaces by the numbers of their descriptors: those must
//! stay open until the last output is open, because a file with the number of a closed one could not be written.

mod account;
#[cfg(target_os = "linux")]
#[cfg_attr(
    not(all(target_pointer_width = "64", any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))),
    path = "no_call_filter.rs"
)]
mod call_filter;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod landlocked;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
mod status;

pub use account::{TargetUser, UserReason};

use std::os::fd::BorrowedFd;
use std::path::PathBuf;

use crate::error::Error;

/// The resources that the rest of the run still needs.
#[derive(Clone, Debug, Default)]
pub struct RequiredAccess<'a> {
    /// Folders in which files are created and removed, as in rotation. Everything below them can be written, too. A missing
    /// folder is created as the user that the program becomes.
    pub folders: Vec<PathBuf>,
    /// Files that are written; also devices and named pipes. A missing file is created in the same way, so that nothing else in
    /// its folder has to be allowed.
    pub files: Vec<PathBuf>,
    /// Interfaces whose counters are read: libpcap takes from them how many packets an interface has dropped.
    pub interfaces: Vec<String>,
    /// The descriptors of the open interfaces: packets are read from them, and nothing can be sent through them any more.
    pub captures: Vec<BorrowedFd<'a>>,
}

/// The privileges that have been dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrivilegeReport {
    /// The user that the program has become; `None` where the system has no such users.
    pub user: Option<TargetUser>,
    /// True if all capabilities are gone: effective, permitted, inheritable and ambient. False where the system has none.
    pub capabilities: bool,
    /// True if the bounding set is empty, too. Emptying it needs a privilege by itself, which root has.
    pub bounding: bool,
    /// True if no program that is run can gain privileges.
    pub no_new_privs: bool,
    /// The extent to which Landlock restricts the process.
    pub landlock: Landlock,
    /// `Ok` if the kernel refuses system calls that a capture does not make; otherwise the reason why it does not.
    pub call_filter: Result<(), NoCallFilter>,
}

/// The reason why the kernel filters no system calls.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NoCallFilter {
    /// The system has no seccomp.
    NoSeccomp,
    /// There is no filter for this processor.
    Processor,
    /// The filter could not be compiled.
    NotCompiled(String),
    /// The kernel has no filter, or a container forbids it.
    Refused(String),
}

/// The extent to which the kernel restricts the process to its [`RequiredAccess`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landlock {
    /// Everything is restricted: files, TCP connections, signals to others.
    Full,
    /// The kernel restricts what it knows of; it is older than Linux 6.12.
    Partial,
    /// Nothing is restricted: the kernel has no Landlock, or was started without it.
    None,
}

/// Drops all privileges, checks that they are gone, and reports which. They cannot be regained.
///
/// Call this after the interfaces are open, before the outputs are, and before any thread is started; see the module.
///
/// # Errors
///
/// [`Error::Privileges`] if any privilege is left or cannot be checked, [`Error::Save`] or [`Error::Io`] if the user may not
/// write to what is needed. The capture must not continue then.
pub fn drop_all(required: &RequiredAccess<'_>) -> Result<PrivilegeReport, Error> {
    #[cfg(target_os = "linux")]
    return linux::drop_all(required);
    #[cfg(not(target_os = "linux"))]
    return elsewhere::drop_all(required);
}
