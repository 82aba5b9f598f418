//! The system: its package manager, its container, and programs that help.

use std::fs;
use std::path::{Path, PathBuf};

/// A program that installs software.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackageManager {
    /// Debian, Ubuntu and their relatives.
    Apt,
    /// Fedora, Red Hat and their relatives.
    Dnf,
    /// Arch Linux and its relatives.
    Pacman,
    /// Alpine Linux.
    Apk,
    /// SUSE.
    Zypper,
    /// Homebrew, on macOS.
    Brew,
}

impl PackageManager {
    /// The package manager of this system, if it is known.
    pub fn detect() -> Option<PackageManager> {
        if cfg!(target_os = "macos") {
            return Some(PackageManager::Brew);
        }
        let release = ["/etc/os-release", "/usr/lib/os-release"].iter().find_map(|path| fs::read_to_string(path).ok());
        PackageManager::from_os_release(&release?)
    }

    /// The package manager for `ID` and `ID_LIKE` of os-release(5).
    pub fn from_os_release(text: &str) -> Option<PackageManager> {
        let value = |key| text.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("").trim_matches(['"', '\'']);
        let names = value("ID=").split(' ').chain(value("ID_LIKE=").split(' '));
        names.into_iter().find_map(|name| match name {
            "debian" | "ubuntu" => Some(PackageManager::Apt),
            "fedora" | "rhel" | "centos" | "amzn" => Some(PackageManager::Dnf),
            "arch" | "archlinux" => Some(PackageManager::Pacman),
            "alpine" => Some(PackageManager::Apk),
            "suse" | "opensuse" => Some(PackageManager::Zypper),
            name if name.starts_with("opensuse-") => Some(PackageManager::Zypper),
            _ => None,
        })
    }
}

/// The software that runs a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// Docker.
    Docker,
    /// Podman.
    Podman,
    /// A pod of Kubernetes.
    Kubernetes,
    /// Any other software.
    Other,
}

impl Container {
    /// The container that this process runs in, by the marks that container software leaves.
    pub fn detect() -> Option<Container> {
        if std::env::var_os("KUBERNETES_SERVICE_HOST").is_some() {
            Some(Container::Kubernetes)
        } else if Path::new("/.dockerenv").exists() {
            Some(Container::Docker)
        } else if Path::new("/run/.containerenv").exists() {
            Some(Container::Podman)
        } else if std::env::var_os("container").is_some() {
            Some(Container::Other)
        } else {
            None
        }
    }
}

/// Programs that help: true for each that is installed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tools {
    /// `sudo`, which runs a program as root.
    pub sudo: bool,
    /// `setcap`, which gives a file a capability.
    pub setcap: bool,
    /// `tcpdump`, which captures.
    pub tcpdump: bool,
    /// This program, found by its name alone.
    pub portolan: bool,
}

impl Tools {
    /// Looks for the programs where the shell does, and where administrators' programs are.
    pub fn detect() -> Tools {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let users: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let has = |folders: &[PathBuf], name| folders.iter().any(|folder| folder.join(name).is_file());
        let all = [users.as_slice(), &["/usr/sbin", "/sbin"].map(PathBuf::from)].concat();
        Tools {
            sudo: has(&users, "sudo"),
            setcap: has(&all, "setcap"),
            tcpdump: has(&all, "tcpdump"),
            portolan: has(&users, "portolan"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_manager_is_that_of_the_system_or_of_its_relatives() {
        let known = [
            ("NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n", PackageManager::Apt),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", PackageManager::Apt),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", PackageManager::Dnf),
            ("ID=manjaro\nID_LIKE=arch\n", PackageManager::Pacman),
            ("ID=alpine\n", PackageManager::Apk),
            ("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\"\n", PackageManager::Zypper),
            ("ID='sles'\nID_LIKE='suse'\n", PackageManager::Zypper),
        ];
        for (text, manager) in known {
            assert_eq!(PackageManager::from_os_release(text), Some(manager), "{text}");
        }
        assert_eq!(PackageManager::from_os_release("ID=nixos\nBUILD_ID=debian\n"), None);
        assert_eq!(PackageManager::from_os_release(""), None);
    }
}
