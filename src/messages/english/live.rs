//! Live capture.

use super::English;
use super::numbers::{bytes, clock, flows, grouped, number_of, packets};
use crate::capture::live::{CaptureFailure, Ending};
use crate::messages::LiveMessages;
use crate::platform::privileges::{Landlock, NoCallFilter, PrivilegeReport, TargetUser, UserReason};

impl LiveMessages for English {
    fn privileges_dropped(&self, report: &PrivilegeReport) -> String {
        let user = report.user.map(target_user);
        let capabilities = match (report.capabilities, report.bounding) {
            (true, true) => Some("no capabilities"),
            (true, false) => Some("no capabilities (bounding set kept)"),
            (false, _) => None,
        };
        let landlock = match report.landlock {
            Landlock::Full => "Landlock",
            Landlock::Partial => "Landlock in part (this kernel is older than Linux 6.12)",
            Landlock::None => "no Landlock (this system does not have it)",
        };
        let call_filter = match &report.call_filter {
            Ok(()) => "system-call filter".to_owned(),
            Err(why) => format!("no system-call filter ({})", no_call_filter(why)),
        };
        let parts = [
            user,
            capabilities.map(str::to_owned),
            report.no_new_privs.then(|| "no_new_privs".to_owned()),
            Some(landlock.to_owned()),
            Some(call_filter),
        ];
        format!("dropped privileges: {}", parts.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }

    fn interface_chosen(&self, interface: &str) -> String {
        format!(
            "no interface given; using {interface}, which has the default route (choose another with -i; portolan interfaces lists them)"
        )
    }

    fn capture_started(&self, interfaces: &[(String, String)]) -> String {
        // Names of link types are keys; "Ethernet" is a proper name.
        let link_type = |key: &'_ str| if key == "ethernet" { "Ethernet".to_owned() } else { key.to_owned() };
        let interfaces: Vec<String> = interfaces.iter().map(|(name, key)| format!("{name} ({})", link_type(key))).collect();
        format!("capturing on {}", interfaces.join(", "))
    }

    fn capture_status(&self, seconds: u64, captured: u64, rate: u64, wire_bytes: u64, tracked: u64) -> String {
        let (captured, rate, tracked) = (packets(captured), grouped(rate), flows(tracked));
        format!("{}  {captured}  {rate}/s  {}  {tracked}", clock(seconds), bytes(wire_bytes))
    }

    fn how_to_stop(&self) -> &'static str {
        "Ctrl-C: stop and show the tables; again: quit at once"
    }

    fn capture_ended(&self, interface: &str, captured: u64, dropped: u64, ending: Option<&Ending>) -> String {
        let dropped = if dropped == 0 { "none dropped".to_owned() } else { format!("{} dropped", grouped(dropped)) };
        let ending = ending.map_or_else(String::new, self::ending);
        format!("{interface}: {} captured, {dropped}; {ending}", packets(captured))
    }

    fn interface_failed(&self, interface: &str, ending: &Ending) -> String {
        format!("{interface}: {}", self::ending(ending))
    }

    fn interface_down(&self, interface: &str) -> String {
        format!("{interface} is down; waiting for it to come back")
    }

    fn interface_up_again(&self, interface: &str) -> String {
        format!("{interface} is up again")
    }

    fn packets_dropped(&self, by_kernel: u64, by_interface: u64) -> Option<String> {
        let dropped = match (by_kernel, by_interface) {
            (0, 0) => return None,
            (kernel, 0) => format!("{} dropped by the kernel", packets(kernel)),
            (0, interface) => format!("{} dropped by the interface", packets(interface)),
            (kernel, interface) => {
                format!("{} dropped by the kernel and {} by the interface", packets(kernel), grouped(interface))
            }
        };
        let it_is = if by_kernel.saturating_add(by_interface) == 1 { "it is" } else { "they are" };
        Some(format!(
            "{dropped}: {it_is} missing from the tables; a larger --buffer, a filter (-f) or a smaller --snaplen may help"
        ))
    }

    fn packets_saved(&self, saved: u64, files: u64, removed: u64) -> String {
        let files = number_of(files, "file", "files");
        let removed = match removed {
            0 => String::new(),
            1 => ", of which the oldest was removed".into(),
            removed => format!(", of which the oldest {} were removed", grouped(removed)),
        };
        format!("saved {} in {files}{removed}", packets(saved))
    }

    fn tables_after(&self, seconds: u64) -> String {
        format!("After {}", clock(seconds))
    }
}

fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Packets => "packet limit reached".into(),
        Ending::Duration => "time limit reached".into(),
        Ending::Stopped => "stopped".into(),
        Ending::Failed(CaptureFailure::InterfaceRemoved) => "failed: the interface was removed".into(),
        Ending::Failed(CaptureFailure::Libpcap(why)) => format!("failed: {why}"),
    }
}

fn target_user(TargetUser { uid, gid, why }: TargetUser) -> String {
    let why = match why {
        UserReason::Started => "the user who started Portolan",
        UserReason::Sudo => "the sudo user",
        UserReason::OwnsFolder => "the owner of the output folder",
        UserReason::Nobody => "nobody",
    };
    format!("uid {uid}, gid {gid} ({why})")
}

fn no_call_filter(why: &NoCallFilter) -> String {
    match why {
        NoCallFilter::NoSeccomp => "this system has no seccomp".into(),
        NoCallFilter::Processor => "only for 64-bit x86, ARM and RISC-V".into(),
        NoCallFilter::NotCompiled(error) => format!("it could not be compiled: {error}"),
        NoCallFilter::Refused(error) => format!("the system refuses it: {error}"),
    }
}
