//! Ways to fix what is missing.

use std::path::Path;

use super::command::{as_root, path, portolan, quoted};
use super::{Fix, Purpose};
use crate::platform::machine::{Container, Executable, FileLocation, LocalInterface, Machine, PackageManager};

/// The capability that a capture needs, also for an interface's whole traffic (promiscuous mode).
const CAPABILITY: &str = "cap_net_raw+ep";
/// The place of programs that the administrator has installed.
const INSTALLED: &str = "/usr/local/bin/portolan";
/// The group of users who may capture.
const GROUP: &str = "pcap";
/// The interface named in commands where there is none.
const DEFAULT_INTERFACE: &str = "eth0";

/// True for libpcap's interface that stands for all others.
pub fn is_any(interface: &LocalInterface) -> bool {
    interface.name == LocalInterface::ANY
}

/// The fix that installs libpcap, where its command is known.
pub fn install_libpcap(machine: &Machine) -> Option<Fix> {
    let package = match machine.package_manager? {
        PackageManager::Apt => "libpcap0.8",
        PackageManager::Zypper => "libpcap1",
        PackageManager::Dnf | PackageManager::Pacman | PackageManager::Apk | PackageManager::Brew => "libpcap",
    };
    Some(Fix::new(Purpose::InstallLibpcap, [install(machine, package)?]))
}

fn install(machine: &Machine, package: &str) -> Option<String> {
    let command = match machine.package_manager? {
        PackageManager::Apt => "apt install",
        PackageManager::Dnf => "dnf install",
        PackageManager::Pacman => "pacman -S",
        PackageManager::Apk => "apk add",
        PackageManager::Zypper => "zypper install",
        // Homebrew refuses root.
        PackageManager::Brew => return Some(format!("brew install {package}")),
    };
    Some(as_root(machine, &format!("{command} {package}")))
}

/// The fixes that let this program capture.
pub fn privileges(machine: &Machine) -> Vec<Fix> {
    let live = format!("{} live -i {}", path(machine), interface(machine));
    let mut fixes = Vec::new();
    if !machine.privileges.is_root {
        fixes.push(Fix::new(Purpose::CaptureOnce, [as_root(machine, &live)]));
        fixes.extend(container_as_root(machine));
    }
    if cfg!(target_os = "linux")
        && let Some(executable) = &machine.executable
    {
        fixes.push(capability(machine, executable));
        fixes.push(group(machine, executable));
    }
    fixes
}

/// The fix that gives the program's file a capability.
fn capability(machine: &Machine, executable: &Executable) -> Fix {
    let mut commands = install_setcap(machine);
    let file = fit_place(executable);
    if file != executable.path {
        commands.push(as_root(machine, &format!("install -m 755 {} {INSTALLED}", path(machine))));
    }
    commands.push(set_capability(machine, file));
    Fix::new(Purpose::GrantCapability(executable.place.clone()), commands)
}

/// The fix that gives the program's file a capability, for the members of a group only.
fn group(machine: &Machine, executable: &Executable) -> Fix {
    let mut commands = install_setcap(machine);
    let user = machine.privileges.user.as_deref().map_or_else(|| "USER".into(), quoted);
    let (add_group, add_user) = match machine.package_manager {
        Some(PackageManager::Apk) => (format!("addgroup -S {GROUP}"), format!("addgroup {user} {GROUP}")),
        _ => (format!("groupadd -f {GROUP}"), format!("usermod -aG {GROUP} {user}")),
    };
    commands.extend([&add_group, &add_user].map(|command| as_root(machine, command)));
    let file = fit_place(executable);
    if file == executable.path {
        let own = path(machine);
        commands.extend([format!("chown root:{GROUP} {own}"), format!("chmod 750 {own}")].map(|own| as_root(machine, &own)));
    } else {
        commands.push(as_root(machine, &format!("install -o root -g {GROUP} -m 750 {} {INSTALLED}", path(machine))));
    }
    // A change of owner removes capabilities, so they are set last.
    commands.push(set_capability(machine, file));
    Fix::new(Purpose::GrantGroup, commands)
}

fn set_capability(machine: &Machine, file: &Path) -> String {
    as_root(machine, &format!("setcap {CAPABILITY} {}", quoted(&file.to_string_lossy())))
}

/// The right place for a file with a capability: its own, if that is fit.
fn fit_place(executable: &Executable) -> &Path {
    match executable.place {
        FileLocation::Fit => &executable.path,
        FileLocation::NoSuid | FileLocation::BuildFolder | FileLocation::WorldWritable(_) => Path::new(INSTALLED),
    }
}

fn install_setcap(machine: &Machine) -> Vec<String> {
    let package = match machine.package_manager {
        Some(PackageManager::Apt) => "libcap2-bin",
        Some(PackageManager::Zypper) => "libcap-progs",
        Some(PackageManager::Apk) => "libcap-setcap",
        _ => "libcap",
    };
    if machine.tools.setcap { Vec::new() } else { install(machine, package).into_iter().collect() }
}

/// The fixes for a container that was started without the capability.
pub fn container(machine: &Machine) -> Vec<Fix> {
    let command = match machine.container {
        Some(Container::Docker) => "docker run --cap-add NET_RAW ...",
        Some(Container::Podman) => "podman run --cap-add NET_RAW ...",
        Some(Container::Kubernetes) => "securityContext: { capabilities: { add: [\"NET_RAW\"] } }",
        Some(Container::Other) | None => return Vec::new(),
    };
    vec![Fix::new(Purpose::StartContainerWithRight, [command.into()])]
}

/// The fix for a container that was started as an ordinary user.
fn container_as_root(machine: &Machine) -> Option<Fix> {
    let command = match machine.container? {
        Container::Docker => "docker run --user 0 --cap-add NET_RAW ...",
        Container::Podman => "podman run --user 0 --cap-add NET_RAW ...",
        Container::Kubernetes => "securityContext: { runAsUser: 0, capabilities: { add: [\"NET_RAW\"] } }",
        Container::Other => return None,
    };
    Some(Fix::new(Purpose::StartContainerAsRoot, [command.into()]))
}

/// The fix that switches an interface on.
pub fn switch_on(machine: &Machine, name: Option<&str>) -> Vec<Fix> {
    let command = |name| {
        let name = quoted(name);
        let command =
            if cfg!(target_os = "linux") { format!("ip link set dev {name} up") } else { format!("ifconfig {name} up") };
        as_root(machine, &command)
    };
    name.map(|name| Fix::new(Purpose::SwitchOn, [command(name)])).into_iter().collect()
}

/// The fix that lets another program capture.
pub fn other_way(machine: &Machine) -> Fix {
    let capture = format!("tcpdump -U -w - -i {}", interface(machine));
    let read = format!("{} read -", portolan(machine));
    let privileges = &machine.privileges;
    if !privileges.is_grantable || (!privileges.can_gain && !privileges.is_root) {
        return Fix::new(
            Purpose::CaptureOnAnotherComputer,
            [format!("ssh HOST sudo tcpdump -U -w - -i {DEFAULT_INTERFACE} | {read}")],
        );
    }
    let install = if machine.tools.tcpdump { None } else { install(machine, "tcpdump") };
    let piped = format!("{} | {read}", as_root(machine, &capture));
    Fix::new(Purpose::CaptureWithAnotherProgram, install.into_iter().chain([piped]))
}

/// The interface to capture on, quoted for a shell.
fn interface(machine: &Machine) -> String {
    machine.interfaces.iter().find(|interface| !is_any(interface)).map_or(DEFAULT_INTERFACE.into(), |found| quoted(&found.name))
}
