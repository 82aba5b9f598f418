//! Floor 8: what is missing for a live capture, and the commands that mend it on this very computer.
//!
//! A diagnosis is made from a [`Machine`], which is plain data, and changes nothing. `portolan doctor` shows it, and so does
//! whoever was to capture and may not.

mod command;
mod remedies;
pub(crate) mod sentences;
#[cfg(test)]
mod tests;

use crate::machine::{Container, Machine, Right};

/// What is found on a computer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    /// One finding for each thing that a live capture takes, in the order in which they should be mended.
    pub findings: Vec<Finding>,
    /// The way that takes no rights in this program: another one captures.
    pub other_way: Remedy,
}

impl Diagnosis {
    /// True if nothing is missing.
    pub fn can_capture(&self) -> bool {
        self.findings.iter().all(|finding| finding.is_met)
    }
}

/// One thing that a live capture takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Its name: `libpcap`, `right`, `interface`.
    pub name: &'static str,
    /// True if it is there.
    pub is_met: bool,
    /// How it is, in a sentence.
    pub says: String,
    /// What mends it: any one of these is enough.
    pub remedies: Vec<Remedy>,
}

/// A way to mend something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// What it does, in a sentence.
    pub says: String,
    /// Commands for a shell, to be run one after the other; each is safe to be copied, whatever names are in it.
    pub commands: Vec<String>,
}

impl Remedy {
    fn new(says: impl Into<String>, commands: impl IntoIterator<Item = String>) -> Remedy {
        Remedy { says: says.into(), commands: commands.into_iter().collect() }
    }
}

/// Says what is missing.
pub fn diagnose(machine: &Machine) -> Diagnosis {
    Diagnosis { findings: vec![libpcap(machine), right(machine), interface(machine)], other_way: remedies::other_way(machine) }
}

fn met(name: &'static str, says: impl Into<String>) -> Finding {
    Finding { name, is_met: true, says: says.into(), remedies: Vec::new() }
}

fn missing(name: &'static str, says: impl Into<String>, remedies: Vec<Remedy>) -> Finding {
    Finding { name, is_met: false, says: says.into(), remedies }
}

fn libpcap(machine: &Machine) -> Finding {
    match (&machine.libpcap, remedies::install_libpcap(machine)) {
        (Ok(()), _) => met("libpcap", sentences::LIBPCAP_IS_THERE),
        (Err(_), Some(remedy)) => missing("libpcap", sentences::LIBPCAP_IS_MISSING, vec![remedy]),
        // Nobody knows the command here; what libpcap's loader says names those of the best known systems.
        (Err(why), None) => missing("libpcap", why, Vec::new()),
    }
}

fn right(machine: &Machine) -> Finding {
    let rights = &machine.rights;
    match &rights.capture {
        Right::Held if rights.is_root => met("right", sentences::ROOT_MAY_CAPTURE),
        Right::Held => met("right", sentences::MAY_CAPTURE),
        Right::Impossible(why) => missing("right", sentences::nobody_may_capture(why), Vec::new()),
        Right::Denied if !rights.can_gain && !rights.is_root => missing("right", sentences::CANNOT_GAIN_RIGHTS, Vec::new()),
        Right::Denied if !rights.is_grantable => {
            missing("right", sentences::not_grantable(machine.container.is_some()), remedies::container(machine))
        }
        Right::Denied => missing("right", sentences::may_not_capture(cfg!(target_os = "linux")), remedies::rights(machine)),
    }
}

fn interface(machine: &Machine) -> Finding {
    let mut real = machine.interfaces.iter().filter(|interface| !remedies::is_any(interface));
    let says = match real.clone().find(|interface| interface.is_up) {
        Some(interface) if interface.is_loopback => sentences::only_loopback(&interface.name),
        Some(interface) => sentences::interface_is_up(&interface.name, interface.is_running),
        None => {
            let name = real.next().map(|interface| interface.name.as_str());
            return missing("interface", sentences::no_interface_is_up(name), remedies::switch_on(machine, name));
        }
    };
    let others =
        if machine.container.is_some_and(|container| container != Container::Other) { sentences::HOSTS_INTERFACES } else { "" };
    met("interface", says + others)
}
