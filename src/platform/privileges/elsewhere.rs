//! Systems without capabilities: user and group where the system has them, and nothing else. On macOS, root's supplementary
//! groups stay: no safe function changes them there.

use super::{Landlock, NoCallFilter, PrivilegeReport, RequiredAccess};
use crate::error::Error;

/// Becomes the user, and creates missing folders and files in the user's name.
///
/// # Errors
///
/// See [`drop_all`](super::drop_all).
pub fn drop_all(required: &RequiredAccess<'_>) -> Result<PrivilegeReport, Error> {
    #[cfg(unix)]
    let user = Some(become_user()?);
    #[cfg(not(unix))]
    let user = None;
    for folder in &required.folders {
        std::fs::create_dir_all(folder).map_err(|source| Error::writing(folder.display().to_string(), source))?;
    }
    for file in required.files.iter().filter(|file| !file.exists()) {
        std::fs::File::create_new(file).map_err(|source| Error::writing(file.display().to_string(), source))?;
    }
    let (landlock, call_filter) = (Landlock::None, Err(NoCallFilter::NoSeccomp));
    Ok(PrivilegeReport { user, capabilities: false, bounding: false, no_new_privs: false, landlock, call_filter })
}

/// Sets the real, effective and saved ids, which all change where root sets them.
#[cfg(unix)]
fn become_user() -> Result<super::TargetUser, Error> {
    use nix::unistd::{Gid, Uid, getegid, geteuid, getgid, getuid, setgid, setuid};

    use super::account::{self, TargetUser};
    use crate::error::{PrivilegeProblem, RemainingPrivilege};

    let variable = |name| std::env::var(name).ok();
    let sudo = account::sudo(variable("SUDO_UID").as_deref(), variable("SUDO_GID").as_deref());
    let account = TargetUser::choose((getuid().as_raw(), getgid().as_raw()), sudo, None);
    let (uid, gid) = (Uid::from_raw(account.uid), Gid::from_raw(account.gid));
    #[cfg(not(any(target_vendor = "apple", target_os = "redox", target_os = "haiku")))]
    let groups = if getuid().is_root() { nix::unistd::setgroups(&[gid]) } else { Ok(()) };
    #[cfg(any(target_vendor = "apple", target_os = "redox", target_os = "haiku"))]
    let groups = Ok(());
    let became = groups.and_then(|()| setgid(gid)).and_then(|()| setuid(uid));
    became.map_err(|error| {
        let (uid, gid) = (account.uid, account.gid);
        Error::Privileges(PrivilegeProblem::CannotBecome { uid, gid, error: error.to_string() })
    })?;
    if [getuid(), geteuid()] != [uid; 2] || [getgid(), getegid()] != [gid; 2] || setuid(Uid::from_raw(0)).is_ok() {
        return Err(Error::Privileges(PrivilegeProblem::Remaining(RemainingPrivilege::Root)));
    }
    Ok(account)
}
