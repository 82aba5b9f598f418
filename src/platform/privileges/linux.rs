//! Linux: user and groups, capabilities, `no_new_privs`, Landlock, the system-call filter; and the check that nothing is left.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use caps::{CapSet, Capability};
use nix::fcntl::{AT_FDCWD, OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::prctl;
use nix::sys::stat::fstat;
use nix::unistd::{AccessFlags, Gid, Uid, access, getgid, getuid, setgroups, setresgid, setresuid};

use super::account::{self, TargetUser, UserReason};
use super::status::{ExpectedStatus, ProcessStatus};
use super::{Landlock, PrivilegeReport, RequiredAccess, call_filter, landlocked};
use crate::error::{Error, PrivilegeProblem, PrivilegeStep, RemainingPrivilege, SaveProblem};
use crate::support::paths::folder_of;

/// Drops all privileges, in an order in which each step still has those that it needs.
///
/// # Errors
///
/// See [`drop_all`](super::drop_all).
pub fn drop_all(required: &RequiredAccess<'_>) -> Result<PrivilegeReport, Error> {
    // Opened first, because Landlock refuses it later; its contents are those of the time of reading.
    let mut status = File::open("/proc/self/status").map_err(|_| Error::Privileges(PrivilegeProblem::NoProc))?;
    refuse_threads()?;
    let was_root = getuid().is_root();
    let account = account(required);
    let bounding = clear_bounding_set()?;
    become_user(account, was_root)?;
    clear_capabilities()?;
    prctl::set_no_new_privs().map_err(|error| refused(PrivilegeStep::NoNewPrivs, error))?;
    prctl::set_dumpable(false).map_err(|error| refused(PrivilegeStep::Dumpable, error))?;
    check_writable(required, account)?;
    let landlock = landlocked::restrict(required).map_err(|error| refused(PrivilegeStep::Landlock, error))?;
    let call_filter = call_filter::restrict(&required.captures);
    let filtered = call_filter.is_ok();
    let expected = ExpectedStatus { uid: account.uid, gid: account.gid, no_groups: was_root, no_bounding: bounding, filtered };
    verify(&mut status, expected, landlock)?;
    if filtered {
        call_filter::try_to_break_out(&required.captures).map_err(|call| remaining(RemainingPrivilege::Call(call)))?;
    }
    Ok(PrivilegeReport { user: Some(account), capabilities: true, bounding, no_new_privs: true, landlock, call_filter })
}

fn refused(step: PrivilegeStep, error: impl std::fmt::Display) -> Error {
    Error::Privileges(PrivilegeProblem::Refused { step, error: error.to_string() })
}

fn remaining(privilege: RemainingPrivilege) -> Error {
    Error::Privileges(PrivilegeProblem::Remaining(privilege))
}

/// Refuses to continue with several threads: most privileges belong to a thread, and others would keep theirs.
fn refuse_threads() -> Result<(), Error> {
    let tasks = fs::read_dir("/proc/self/task").map_err(|_| Error::Privileges(PrivilegeProblem::NoProc))?;
    match tasks.count() {
        1 => Ok(()),
        threads => Err(Error::Privileges(PrivilegeProblem::ThreadsRunning { threads })),
    }
}

fn account(required: &RequiredAccess<'_>) -> TargetUser {
    let variable = |name| std::env::var(name).ok();
    let sudo = account::sudo(variable("SUDO_UID").as_deref(), variable("SUDO_GID").as_deref());
    let folders = required.folders.iter().map(PathBuf::as_path).chain(required.files.iter().map(|file| folder_of(file)));
    let owner = folders.filter_map(owner).find(|(uid, _)| !Uid::from_raw(*uid).is_root());
    TargetUser::choose((getuid().as_raw(), getgid().as_raw()), sudo, owner)
}

/// The owner of the folder, if the path to it has no symbolic link.
fn owner(folder: &Path) -> Option<(u32, u32)> {
    let how = OpenHow::new()
        .flags(OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_NO_SYMLINKS | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    let found = fstat(openat2(AT_FDCWD, folder, how).ok()?).ok()?;
    Some((found.st_uid, found.st_gid))
}

/// Empties the bounding set. False if that is not allowed.
fn clear_bounding_set() -> Result<bool, Error> {
    let failed = |error| refused(PrivilegeStep::BoundingSet, error);
    if !caps::has_cap(None, CapSet::Effective, Capability::CAP_SETPCAP).map_err(failed)? {
        return Ok(false);
    }
    caps::clear(None, CapSet::Bounding).map_err(failed)?;
    Ok(true)
}

/// Sets the real, effective and saved ids. These are the C library's functions, which act on all threads.
fn become_user(account: TargetUser, was_root: bool) -> Result<(), Error> {
    let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
    let groups = if was_root { setgroups(&[]) } else { Ok(()) };
    let became = groups.and_then(|()| setresgid(gid, gid, gid)).and_then(|()| setresuid(uid, uid, uid));
    let (uid, gid) = (account.uid, account.gid);
    became.map_err(|error| Error::Privileges(PrivilegeProblem::CannotBecome { uid, gid, error: error.to_string() }))
}

fn clear_capabilities() -> Result<(), Error> {
    let mut sets = vec![CapSet::Effective, CapSet::Permitted, CapSet::Inheritable];
    if caps::runtime::ambient_set_supported().is_ok() {
        sets.insert(0, CapSet::Ambient);
    }
    sets.into_iter().try_for_each(|set| caps::clear(None, set)).map_err(|error| refused(PrivilegeStep::Capabilities, error))
}

/// Creates missing folders and files, and checks that the user may write where the outputs go. The kernel is asked in the user's
/// name, because nobody else knows everything that may forbid it.
fn check_writable(required: &RequiredAccess<'_>, account: TargetUser) -> Result<(), Error> {
    let may = |path: &Path, mode| access(path, mode).map_err(std::io::Error::from);
    let folders = required.folders.iter().map(|folder| {
        let made = fs::create_dir_all(folder).and_then(|()| may(folder, AccessFlags::W_OK | AccessFlags::X_OK));
        (folder, made)
    });
    let files = required.files.iter().map(|file| {
        // An existing file is not opened: a named pipe would wait for its reader.
        let made = if file.exists() { Ok(()) } else { File::create_new(file).map(drop) };
        (file, made.and_then(|()| may(file, AccessFlags::W_OK)))
    });
    for (path, checked) in folders.chain(files) {
        let output = || path.display().to_string();
        checked.map_err(|source| match source.kind() {
            ErrorKind::PermissionDenied if account.why != UserReason::Started => {
                Error::Save { output: output(), reason: SaveProblem::NotWritable { uid: account.uid } }
            }
            _ => Error::writing(output(), source),
        })?;
    }
    Ok(())
}

/// Reads the kernel's present report on this process, and tries an access that Landlock should refuse.
fn verify(status: &mut File, expected: ExpectedStatus, landlock: Landlock) -> Result<(), Error> {
    let mut text = String::new();
    status.read_to_string(&mut text).map_err(|error| refused(PrivilegeStep::Status, error))?;
    let status = ProcessStatus::parse(&text).ok_or(Error::Privileges(PrivilegeProblem::NoProc))?;
    if let Some(left) = status.leftover(expected) {
        return Err(remaining(RemainingPrivilege::Status(left)));
    }
    if !prctl::get_no_new_privs().unwrap_or(false) {
        return Err(remaining(RemainingPrivilege::NewPrivs));
    }
    if prctl::get_dumpable().unwrap_or(true) {
        return Err(remaining(RemainingPrivilege::Dumpable));
    }
    if landlock != Landlock::None && File::open("/").is_ok() {
        return Err(remaining(RemainingPrivilege::RootFolder));
    }
    Ok(())
}
