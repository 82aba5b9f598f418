//! The privilege of this process to capture, which is tried and not guessed, and the privileges that it could be given.

/// The privilege to capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CapturePrivilege {
    /// The process may capture.
    Held,
    /// The process may not capture.
    Denied,
    /// Nobody may capture here.
    Unavailable(CaptureUnavailable),
}

/// The reason why nobody may capture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaptureUnavailable {
    /// The system refuses, in its own words.
    System(String),
    /// There is no device `/dev/bpf`.
    NoBpfDevice,
    /// Portolan cannot capture on this system.
    UnsupportedSystem,
}

/// The privileges of this process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessPrivileges {
    /// The privilege to capture.
    pub capture: CapturePrivilege,
    /// True if the process is root, or has root's number in its container.
    pub is_root: bool,
    /// The user's name, where the system knows one.
    pub user: Option<String>,
    /// False if no program started from here can have more privileges than this one, not even through `sudo` (`no_new_privs`).
    pub can_gain: bool,
    /// False if CAP_NET_RAW can be given to no program here, as in a container that was started without it.
    pub is_grantable: bool,
}

impl ProcessPrivileges {
    /// Inspects this process.
    pub fn detect() -> ProcessPrivileges {
        let (is_root, user) = user();
        ProcessPrivileges { capture: try_to_capture(), is_root, user, can_gain: can_gain(), is_grantable: is_grantable() }
    }
}

#[cfg(unix)]
fn user() -> (bool, Option<String>) {
    let uid = nix::unistd::geteuid();
    (uid.is_root(), nix::unistd::User::from_uid(uid).ok().flatten().map(|user| user.name))
}

#[cfg(not(unix))]
fn user() -> (bool, Option<String>) {
    (false, None)
}

/// Opens a socket of the kind that captures use, bound to no protocol, so that it receives nothing.
#[cfg(target_os = "linux")]
fn try_to_capture() -> CapturePrivilege {
    use nix::errno::Errno;
    use nix::sys::socket::{AddressFamily, SockFlag, SockType, socket};

    match socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, None) {
        Ok(_) => CapturePrivilege::Held,
        Err(Errno::EPERM | Errno::EACCES) => CapturePrivilege::Denied,
        Err(error) => CapturePrivilege::Unavailable(CaptureUnavailable::System(error.desc().to_owned())),
    }
}

/// Opens one of the devices that the BSDs and macOS capture with. A device in use proves nothing, so the next one is tried.
#[cfg(all(unix, not(target_os = "linux")))]
fn try_to_capture() -> CapturePrivilege {
    let devices = std::iter::once("/dev/bpf".to_owned()).chain((0..256).map(|number| format!("/dev/bpf{number}")));
    for device in devices {
        match std::fs::File::open(&device) {
            Ok(_) => return CapturePrivilege::Held,
            Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => return CapturePrivilege::Denied,
            Err(_) => {}
        }
    }
    CapturePrivilege::Unavailable(CaptureUnavailable::NoBpfDevice)
}

#[cfg(not(unix))]
fn try_to_capture() -> CapturePrivilege {
    CapturePrivilege::Unavailable(CaptureUnavailable::UnsupportedSystem)
}

#[cfg(target_os = "linux")]
fn can_gain() -> bool {
    !nix::sys::prctl::get_no_new_privs().unwrap_or(false)
}

#[cfg(target_os = "linux")]
fn is_grantable() -> bool {
    use caps::{CapSet, Capability};
    caps::has_cap(None, CapSet::Bounding, Capability::CAP_NET_RAW).unwrap_or(true)
}

#[cfg(not(target_os = "linux"))]
fn can_gain() -> bool {
    true
}

#[cfg(not(target_os = "linux"))]
fn is_grantable() -> bool {
    true
}
