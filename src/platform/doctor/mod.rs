//! Finds what is missing for a live capture, and the commands that fix it on this very computer.
//!
//! A diagnosis is made from a [`Machine`], which is plain data, and changes nothing. `portolan doctor` shows it, and so does
//! `portolan live` where it may not capture.

mod command;
mod fixes;

use crate::platform::machine::{CapturePrivilege, CaptureUnavailable, Container, FileLocation, Machine};

/// The state of a computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// A check for each thing that a live capture needs, in the order in which they should be fixed.
    pub checks: Vec<Check>,
    /// The way that needs no privileges in this program: another one captures.
    pub other_way: Fix,
}

impl Diagnosis {
    /// True if nothing is missing.
    pub fn can_capture(&self) -> bool {
        self.checks.iter().all(Check::is_met)
    }
}

/// One thing that a live capture needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The state that was found.
    pub result: CheckResult,
    /// The ways to fix it: any one of these is enough.
    pub fixes: Vec<Fix>,
}

/// A thing that is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckSubject {
    /// libpcap.
    Libpcap,
    /// The privilege to capture.
    Privilege,
    /// An interface to capture on.
    Interface,
}

/// The state of a thing that is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CheckResult {
    /// libpcap can be used.
    LibpcapInstalled,
    /// libpcap is not installed, and the command that installs it is known.
    LibpcapMissing,
    /// libpcap cannot be loaded: the reason in the words of the package that loads it.
    LibpcapUnusable(String),
    /// The program may capture.
    MayCapture {
        /// True if root started the program.
        is_root: bool,
    },
    /// Nobody may capture.
    NobodyMayCapture(CaptureUnavailable),
    /// The program was started in a way that forbids it to gain privileges (`no_new_privs`).
    CannotGainPrivileges,
    /// CAP_NET_RAW can be given to no program here.
    NotGrantable {
        /// True if a container forbids it.
        is_container: bool,
    },
    /// The program lacks CAP_NET_RAW.
    LacksCapability,
    /// The program may not open `/dev/bpf`.
    LacksBpfDevice,
    /// An interface is up.
    InterfaceUp {
        /// The interface's name.
        name: String,
        /// True if the interface is connected.
        is_running: bool,
        /// True in a container, which has interfaces of its own.
        is_in_container: bool,
    },
    /// Only the loopback is up.
    OnlyLoopback {
        /// The interface's name.
        name: String,
        /// True in a container, which has interfaces of its own.
        is_in_container: bool,
    },
    /// No interface is up.
    NoInterfaceUp {
        /// An interface that is down, if there is any.
        down: Option<String>,
    },
}

/// A way to fix something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// The effect of the commands.
    pub purpose: Purpose,
    /// Commands for a shell, to be run one after the other; each is safe to be copied, whatever names are in it.
    pub commands: Vec<String>,
}

/// The effect of commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Installs libpcap.
    InstallLibpcap,
    /// Captures once, as root.
    CaptureOnce,
    /// Starts the container as root, once.
    StartContainerAsRoot,
    /// Starts the container with the privilege to capture.
    StartContainerWithRight,
    /// Gives the program's file a capability. If the place of the file is unfit, the file is installed elsewhere first.
    GrantCapability(FileLocation),
    /// Lets the members of a group capture.
    GrantGroup,
    /// Switches an interface on.
    SwitchOn,
    /// Lets another program capture.
    CaptureWithAnotherProgram,
    /// Lets another computer capture.
    CaptureOnAnotherComputer,
}

impl Check {
    fn met(result: CheckResult) -> Check {
        Check { result, fixes: Vec::new() }
    }

    fn missing(result: CheckResult, fixes: Vec<Fix>) -> Check {
        Check { result, fixes }
    }

    /// True if nothing is missing.
    pub fn is_met(&self) -> bool {
        match self.result {
            CheckResult::LibpcapInstalled
            | CheckResult::MayCapture { .. }
            | CheckResult::InterfaceUp { .. }
            | CheckResult::OnlyLoopback { .. } => true,
            CheckResult::LibpcapMissing
            | CheckResult::LibpcapUnusable(_)
            | CheckResult::NobodyMayCapture(_)
            | CheckResult::CannotGainPrivileges
            | CheckResult::NotGrantable { .. }
            | CheckResult::LacksCapability
            | CheckResult::LacksBpfDevice
            | CheckResult::NoInterfaceUp { .. } => false,
        }
    }

    /// The thing that was checked.
    pub fn subject(&self) -> CheckSubject {
        match self.result {
            CheckResult::LibpcapInstalled | CheckResult::LibpcapMissing | CheckResult::LibpcapUnusable(_) => {
                CheckSubject::Libpcap
            }
            CheckResult::MayCapture { .. }
            | CheckResult::NobodyMayCapture(_)
            | CheckResult::CannotGainPrivileges
            | CheckResult::NotGrantable { .. }
            | CheckResult::LacksCapability
            | CheckResult::LacksBpfDevice => CheckSubject::Privilege,
            CheckResult::InterfaceUp { .. } | CheckResult::OnlyLoopback { .. } | CheckResult::NoInterfaceUp { .. } => {
                CheckSubject::Interface
            }
        }
    }
}

impl Fix {
    fn new(purpose: Purpose, commands: impl IntoIterator<Item = String>) -> Fix {
        Fix { purpose, commands: commands.into_iter().collect() }
    }
}

/// Checks what a live capture needs.
pub fn diagnose(machine: &Machine) -> Diagnosis {
    Diagnosis { checks: vec![libpcap(machine), right(machine), interface(machine)], other_way: fixes::other_way(machine) }
}

fn libpcap(machine: &Machine) -> Check {
    match (&machine.libpcap, fixes::install_libpcap(machine)) {
        (Ok(()), _) => Check::met(CheckResult::LibpcapInstalled),
        (Err(_), Some(fix)) => Check::missing(CheckResult::LibpcapMissing, vec![fix]),
        // The command is unknown here; the message of libpcap's loader names those of the best-known systems.
        (Err(why), None) => Check::missing(CheckResult::LibpcapUnusable(why.clone()), Vec::new()),
    }
}

fn right(machine: &Machine) -> Check {
    let privileges = &machine.privileges;
    match &privileges.capture {
        CapturePrivilege::Held => Check::met(CheckResult::MayCapture { is_root: privileges.is_root }),
        CapturePrivilege::Unavailable(why) => Check::missing(CheckResult::NobodyMayCapture(why.clone()), Vec::new()),
        CapturePrivilege::Denied if !privileges.can_gain && !privileges.is_root => {
            Check::missing(CheckResult::CannotGainPrivileges, Vec::new())
        }
        CapturePrivilege::Denied if !privileges.is_grantable => {
            let is_container = machine.container.is_some();
            Check::missing(CheckResult::NotGrantable { is_container }, fixes::container(machine))
        }
        CapturePrivilege::Denied if cfg!(target_os = "linux") => {
            Check::missing(CheckResult::LacksCapability, fixes::privileges(machine))
        }
        CapturePrivilege::Denied => Check::missing(CheckResult::LacksBpfDevice, fixes::privileges(machine)),
    }
}

fn interface(machine: &Machine) -> Check {
    let is_in_container = machine.container.is_some_and(|container| container != Container::Other);
    let mut real = machine.interfaces.iter().filter(|interface| !fixes::is_any(interface));
    match real.clone().find(|interface| interface.is_up) {
        Some(interface) if interface.is_loopback => {
            Check::met(CheckResult::OnlyLoopback { name: interface.name.clone(), is_in_container })
        }
        Some(interface) => {
            let (name, is_running) = (interface.name.clone(), interface.is_running);
            Check::met(CheckResult::InterfaceUp { name, is_running, is_in_container })
        }
        None => {
            let down = real.next().map(|interface| interface.name.as_str());
            let fixes = fixes::switch_on(machine, down);
            Check::missing(CheckResult::NoInterfaceUp { down: down.map(str::to_owned) }, fixes)
        }
    }
}
