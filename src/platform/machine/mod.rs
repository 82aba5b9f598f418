//! Floor 1: what this computer has for a live capture, as plain data: libpcap, the right to it, interfaces, and what it takes to
//! get what is missing. Nothing is changed and nothing is sent.

mod executable;
mod interfaces;
mod libpcap;
mod rights;
mod system;

pub use executable::{Executable, FileLocation};
pub use interfaces::{LocalInterface, interfaces};
pub use libpcap::libpcap;
pub use rights::{Impossible, Right, Rights};
pub use system::{Container, PackageManager, Tools};

/// Everything about it.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Whether libpcap is there; if not, why.
    pub libpcap: Result<(), String>,
    /// What this process may do, and what it could be given.
    pub rights: Rights,
    /// The interfaces, in the order of [`interfaces()`].
    pub interfaces: Vec<LocalInterface>,
    /// The program that is running.
    pub executable: Option<Executable>,
    /// How software is installed here, if that is known.
    pub package_manager: Option<PackageManager>,
    /// The container that this is, if it is one.
    pub container: Option<Container>,
    /// Programs that help.
    pub tools: Tools,
}

/// What stands against a capture on an interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// libpcap is missing.
    Libpcap,
    /// The right to it is missing.
    Right,
    /// The interface is down.
    Down,
}

impl Machine {
    /// Looks at the computer that this runs on.
    pub fn look() -> Machine {
        let libpcap = libpcap();
        Machine {
            rights: Rights::look(),
            interfaces: interfaces(libpcap.is_ok()),
            executable: Executable::look(),
            package_manager: PackageManager::look(),
            container: Container::look(),
            tools: Tools::look(),
            libpcap,
        }
    }

    /// What stands against a capture on that interface first.
    pub fn obstacle(&self, interface: &LocalInterface) -> Option<Obstacle> {
        if self.libpcap.is_err() {
            Some(Obstacle::Libpcap)
        } else if self.rights.capture != Right::Held {
            Some(Obstacle::Right)
        } else if !interface.is_up {
            Some(Obstacle::Down)
        } else {
            None
        }
    }
}
