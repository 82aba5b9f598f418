//! The diagnosis of what a live capture needs.

use super::English;
use crate::doctor::{CheckResult, Purpose, Subject};
use crate::machine::{Impossible, Place};
use crate::messages::DoctorMessages;

impl DoctorMessages for English {
    fn live_capture_ready(&self, missing: usize) -> String {
        match missing {
            0 => "Live capture: all is there".into(),
            1 => "Live capture: one thing is missing".into(),
            number => format!("Live capture: {number} things are missing"),
        }
    }

    fn check_subject(&self, subject: Subject) -> &'static str {
        match subject {
            Subject::Libpcap => "libpcap",
            Subject::Right => "right",
            Subject::Interface => "interface",
        }
    }

    fn check_state(&self, is_met: bool) -> &'static str {
        if is_met { "yes" } else { "missing" }
    }

    fn check_result(&self, result: &CheckResult) -> String {
        match result {
            CheckResult::LibpcapInstalled => "libpcap, the library that captures, is there.".into(),
            CheckResult::LibpcapMissing => "libpcap, the library that captures, is not installed.".into(),
            CheckResult::LibpcapUnusable(why) => why.clone(),
            CheckResult::MayCapture { is_root: false } => "Portolan may capture.".into(),
            CheckResult::MayCapture { is_root: true } => {
                "Portolan runs as root and may capture. It gives that up before it reads the first packet.".into()
            }
            CheckResult::NobodyMayCapture(why) => format!("This system lets nobody capture: {}.", impossible(why)),
            CheckResult::CannotGainPrivileges => {
                "Portolan may not capture, and no program that is started from here can gain rights, by sudo neither: whoever has \
                 started this shell has forbidden it (no_new_privs). Start it from outside."
                    .into()
            }
            CheckResult::NotGrantable { is_container } => {
                let place = if *is_container { "this container" } else { "what has started this shell" };
                format!("Portolan may not capture, and cannot be allowed to: {place} was started without the capability CAP_NET_RAW.")
            }
            CheckResult::LacksCapability => {
                "Portolan may not capture: that takes the capability CAP_NET_RAW. Any one of these helps.".into()
            }
            CheckResult::LacksBpfDevice => "Portolan may not capture: that takes the right to open /dev/bpf.".into(),
            CheckResult::InterfaceUp { name, is_running, is_in_container } => {
                let state = if *is_running { "is up and running" } else { "is up, but not connected" };
                format!("{name} {state}; portolan interfaces lists all.{}", hosts_interfaces(*is_in_container))
            }
            CheckResult::OnlyLoopback { name, is_in_container } => {
                format!("Only {name} is up, which leads back to this computer.{}", hosts_interfaces(*is_in_container))
            }
            CheckResult::NoInterfaceUp { down: Some(name) } => format!("No interface is up; {name} is down."),
            CheckResult::NoInterfaceUp { down: None } => "There is no interface that can be seen.".into(),
        }
    }

    fn fix_purpose(&self, purpose: &Purpose) -> String {
        match purpose {
            Purpose::InstallLibpcap => "To install it:".into(),
            Purpose::CaptureOnce => "For once, as root; Portolan gives that up before it reads the first packet:".into(),
            Purpose::StartContainerAsRoot => {
                "In a container, for once: start it as root; Portolan gives that up before it reads the first packet:".into()
            }
            Purpose::StartContainerWithRight => "Start it with that right:".into(),
            Purpose::GrantCapability(place) => {
                format!("For good, and for everybody who can run that file; again after each update{}:", unfit(place))
            }
            Purpose::GrantGroup => {
                "For good, and only for members of a group; nobody else can run that file then. Log in anew afterwards:".into()
            }
            Purpose::SwitchOn => "To switch it on:".into(),
            Purpose::CaptureWithAnotherProgram => "Another program captures, and Portolan reads what it writes:".into(),
            Purpose::CaptureOnAnotherComputer => "Another computer captures, and Portolan reads what it writes:".into(),
        }
    }

    fn without_privileges(&self) -> &'static str {
        "Without any right for Portolan"
    }
}

fn impossible(why: &Impossible) -> String {
    match why {
        Impossible::System(error) => error.clone(),
        Impossible::NoBpfDevice => "there is no device /dev/bpf".into(),
        Impossible::UnsupportedSystem => "live capture is for Linux, macOS and the BSDs".into(),
    }
}

fn hosts_interfaces(is_in_container: bool) -> &'static str {
    if is_in_container {
        " A container has interfaces of its own; started with the host's network, it has the host's."
    } else {
        ""
    }
}

/// Why the program's file has to be installed first.
fn unfit(place: &Place) -> String {
    match place {
        Place::Fit => String::new(),
        Place::NoSuid => "; where it is now, rights of files have no effect (nosuid)".into(),
        Place::BuildFolder => "; where it is now, the next build would replace it".into(),
        Place::WorldWritable(folder) => {
            format!("; where it is now, everybody may replace it, because everybody may write to {}", folder.to_string_lossy())
        }
    }
}
