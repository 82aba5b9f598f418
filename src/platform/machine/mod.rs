//! This computer's means for a live capture, as plain data: libpcap, the privilege to capture, interfaces, and tools to
//! get what is missing. Nothing is changed and nothing is sent.

mod default_route;
mod executable;
mod interfaces;
mod libpcap;
mod privileges;
mod system;

pub use default_route::default_interface;
pub use executable::{Executable, FileLocation};
pub use interfaces::{LocalInterface, interfaces};
pub use libpcap::libpcap;
pub use privileges::{CapturePrivilege, CaptureUnavailable, ProcessPrivileges};
pub use system::{Container, PackageManager, Tools};

/// The state of this computer as far as a live capture needs it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// `Ok` if libpcap can be loaded; otherwise the reason why it cannot.
    pub libpcap: Result<(), String>,
    /// The privileges of this process, and those that it could be given.
    pub privileges: ProcessPrivileges,
    /// The interfaces, in the order of [`interfaces()`].
    pub interfaces: Vec<LocalInterface>,
    /// The file of the running program.
    pub executable: Option<Executable>,
    /// The program that installs software here, if it is known.
    pub package_manager: Option<PackageManager>,
    /// The container that this process runs in, if any.
    pub container: Option<Container>,
    /// Programs that help to fix something.
    pub tools: Tools,
}

/// An obstacle to capturing on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// libpcap is missing.
    Libpcap,
    /// The privilege to capture is missing.
    Privilege,
    /// The interface is down.
    Down,
}

impl Machine {
    /// Inspects this computer.
    pub fn detect() -> Machine {
        let libpcap = libpcap();
        Machine {
            privileges: ProcessPrivileges::detect(),
            interfaces: interfaces(libpcap.is_ok()),
            executable: Executable::detect(),
            package_manager: PackageManager::detect(),
            container: Container::detect(),
            tools: Tools::detect(),
            libpcap,
        }
    }

    /// The first obstacle to capturing on that interface.
    pub fn obstacle(&self, interface: &LocalInterface) -> Option<Obstacle> {
        if self.libpcap.is_err() {
            Some(Obstacle::Libpcap)
        } else if self.privileges.capture != CapturePrivilege::Held {
            Some(Obstacle::Privilege)
        } else if !interface.is_up {
            Some(Obstacle::Down)
        } else {
            None
        }
    }
}
