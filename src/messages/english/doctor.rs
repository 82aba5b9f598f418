//! The diagnosis of what a live capture needs.

use super::English;
use crate::messages::DoctorMessages;
use crate::platform::doctor::{CheckResult, CheckSubject, Purpose};
use crate::platform::machine::{CaptureUnavailable, FileLocation};

impl DoctorMessages for English {
    fn live_capture_ready(&self, missing: usize) -> String {
        match missing {
            0 => "Live capture: ready".into(),
            1 => "Live capture: one thing is missing".into(),
            number => format!("Live capture: {number} things are missing"),
        }
    }

    fn check_subject(&self, subject: CheckSubject) -> &'static str {
        match subject {
            CheckSubject::Libpcap => "libpcap",
            CheckSubject::Privilege => "privilege",
            CheckSubject::Interface => "interface",
        }
    }

    fn check_state(&self, is_met: bool) -> &'static str {
        if is_met { "yes" } else { "missing" }
    }

    fn check_result(&self, result: &CheckResult) -> String {
        match result {
            CheckResult::LibpcapInstalled => "libpcap, the capture library, is installed.".into(),
            CheckResult::LibpcapMissing => "libpcap, the capture library, is not installed.".into(),
            CheckResult::LibpcapUnusable(why) => why.clone(),
            CheckResult::MayCapture { is_root: false } => "Portolan may capture.".into(),
            CheckResult::MayCapture { is_root: true } => {
                "Portolan runs as root and may capture. It drops root before it reads the first packet.".into()
            }
            CheckResult::NobodyMayCapture(why) => format!("Nobody can capture on this system: {}.", impossible(why)),
            CheckResult::CannotGainPrivileges => {
                "Portolan may not capture, and no program started from here can gain privileges, not even with sudo: this \
                 shell was started with no_new_privs. Start Portolan from another shell."
                    .into()
            }
            CheckResult::NotGrantable { is_container } => {
                let place = if *is_container { "this container" } else { "this shell" };
                format!(
                    "Portolan may not capture and cannot be allowed to: {place} was started without the capability CAP_NET_RAW."
                )
            }
            CheckResult::LacksCapability => {
                "Portolan may not capture: it needs the capability CAP_NET_RAW. Any one of these will do:".into()
            }
            CheckResult::LacksBpfDevice => "Portolan may not capture: it needs access to /dev/bpf.".into(),
            CheckResult::InterfaceUp { name, is_running, is_in_container } => {
                let state = if *is_running { "is up and running" } else { "is up, but not connected" };
                format!("{name} {state}; portolan interfaces lists them all.{}", hosts_interfaces(*is_in_container))
            }
            CheckResult::OnlyLoopback { name, is_in_container } => {
                format!("Only {name} is up, the loopback of this computer.{}", hosts_interfaces(*is_in_container))
            }
            CheckResult::NoInterfaceUp { down: Some(name) } => format!("No interface is up; {name} is down."),
            CheckResult::NoInterfaceUp { down: None } => "The system reports no interfaces.".into(),
        }
    }

    fn fix_purpose(&self, purpose: &Purpose) -> String {
        match purpose {
            Purpose::InstallLibpcap => "To install it:".into(),
            Purpose::CaptureOnce => "Once, as root; Portolan drops root before it reads the first packet:".into(),
            Purpose::StartContainerAsRoot => {
                "Once, in a container: start it as root; Portolan drops root before it reads the first packet:".into()
            }
            Purpose::StartContainerWithRight => "Start it with that capability:".into(),
            Purpose::GrantCapability(place) => {
                format!("Permanently, for everyone who can run this file (repeat after each update){}:", unfit(place))
            }
            Purpose::GrantGroup => {
                "Permanently, only for members of a group; nobody else can run the file then. Log in again afterwards:".into()
            }
            Purpose::SwitchOn => "To bring it up:".into(),
            Purpose::CaptureWithAnotherProgram => "Let another program capture, and have Portolan read its output:".into(),
            Purpose::CaptureOnAnotherComputer => "Let another computer capture, and have Portolan read its output:".into(),
        }
    }

    fn without_privileges(&self) -> &'static str {
        "Without any privileges for Portolan"
    }
}

fn impossible(why: &CaptureUnavailable) -> String {
    match why {
        CaptureUnavailable::System(error) => error.clone(),
        CaptureUnavailable::NoBpfDevice => "there is no device /dev/bpf".into(),
        CaptureUnavailable::UnsupportedSystem => "live capture works on Linux, macOS and the BSDs only".into(),
    }
}

fn hosts_interfaces(is_in_container: bool) -> &'static str {
    if is_in_container { " A container has its own interfaces; started with the host's network, it has the host's." } else { "" }
}

/// The reason why the program's file has to be installed first.
fn unfit(place: &FileLocation) -> String {
    match place {
        FileLocation::Fit => String::new(),
        FileLocation::NoSuid => "; its present file system ignores file capabilities (nosuid)".into(),
        FileLocation::BuildFolder => "; in its present folder, the next build would replace it".into(),
        FileLocation::WorldWritable(folder) => {
            format!("; in its present folder anyone could replace it, because anyone may write to {}", folder.to_string_lossy())
        }
    }
}
