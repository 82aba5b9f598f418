//! Live capture.

use super::{English, clock, flows, number_of, packets};
use crate::capture::live::{CaptureFailure, Ending};
use crate::messages::LiveMessages;
use crate::privileges::{Landlock, NoCallFilter, PrivilegeReport, TargetUser, Why};
use crate::text::{bytes, grouped};

impl LiveMessages for English {
    fn privileges_dropped(&self, report: &PrivilegeReport) -> String {
        let mut said = String::new();
        if let Some(user) = report.user {
            said += &format!("goes on as {}, ", target_user(user));
        }
        said += match (report.capabilities, report.bounding) {
            (true, true) => "without capabilities, ",
            (true, false) => "without capabilities (the bounding set stays), ",
            (false, _) => "",
        };
        said += if report.no_new_privs { "with no_new_privs, " } else { "" };
        let is_filtered = report.call_filter.is_ok();
        said += match report.landlock {
            Landlock::Full if is_filtered => "held by landlock and a system-call filter",
            Landlock::Full => "held by landlock",
            Landlock::Partial if is_filtered => {
                "held by a system-call filter and in part by landlock, because this kernel is older than Linux 6.12"
            }
            Landlock::Partial => "held by landlock in part, because this kernel is older than Linux 6.12",
            Landlock::None if is_filtered => {
                "held by a system-call filter and not held by landlock, which this system does not have"
            }
            Landlock::None => "not held by landlock, which this system does not have",
        };
        if let Err(why) = &report.call_filter {
            said += &format!("; without a system-call filter: {}", no_call_filter(why));
        }
        said
    }

    fn capture_started(&self, interfaces: &[(String, String)]) -> String {
        let interfaces: Vec<String> = interfaces.iter().map(|(name, link_type)| format!("{name} ({link_type})")).collect();
        format!("captures on {}", interfaces.join(", "))
    }

    fn capture_status(&self, seconds: u64, captured: u64, rate: u64, wire_bytes: u64, tracked: u64) -> String {
        let (captured, rate, tracked) = (packets(captured), grouped(rate), flows(tracked));
        format!("{}  {captured}  {rate}/s  {}  {tracked}", clock(seconds), bytes(wire_bytes))
    }

    fn how_to_stop(&self) -> &'static str {
        "Ctrl-C ends the capture and shows the tables; once more, it ends at once"
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
        format!("{interface} is down: waiting for it to come back")
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
        let them = if by_kernel.saturating_add(by_interface) == 1 { "it" } else { "them" };
        Some(format!("{dropped}: the tables lack {them}; a larger --buffer, a filter (-f) or a smaller --snaplen helps"))
    }

    fn packets_saved(&self, saved: u64, files: u64, removed: u64) -> String {
        let files = number_of(files, "file", "files");
        let removed = match removed {
            0 => String::new(),
            1 => ", of which the oldest was removed".into(),
            removed => format!(", of which the oldest {} were removed", grouped(removed)),
        };
        format!("saved: {} in {files}{removed}", packets(saved))
    }

    fn tables_after(&self, seconds: u64) -> String {
        format!("After {}", clock(seconds))
    }
}

fn ending(ending: &Ending) -> String {
    match ending {
        Ending::Packets => "all packets that were asked for have come".into(),
        Ending::Duration => "the time is over".into(),
        Ending::Stopped => "it was stopped".into(),
        Ending::Failed(CaptureFailure::InterfaceRemoved) => "it failed: the interface was removed".into(),
        Ending::Failed(CaptureFailure::Libpcap(why)) => format!("it failed: {why}"),
    }
}

fn target_user(TargetUser { uid, gid, why }: TargetUser) -> String {
    let why = match why {
        Why::Started => "who started it",
        Why::Sudo => "who called sudo",
        Why::OwnsFolder => "who owns the output folder",
        Why::Nobody => "nobody",
    };
    format!("user {uid} and group {gid} ({why})")
}

fn no_call_filter(why: &NoCallFilter) -> String {
    match why {
        NoCallFilter::NoSeccomp => "this system has no seccomp".into(),
        NoCallFilter::Processor => "there is one only for 64-bit x86, ARM and RISC-V".into(),
        NoCallFilter::NotCompiled(error) => format!("it could not be made ({error})"),
        NoCallFilter::Refused(error) => format!("the system refuses it ({error})"),
    }
}
