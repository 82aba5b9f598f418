//! Errors of a live capture: libpcap, interfaces, saved packets, privileges.

use super::errors::known_interfaces;
use super::formats::format_problem;
use super::numbers::number_of;
use crate::error::{
    CaptureProblem, EscapedCall, LiveUnavailable, PrivilegeProblem, PrivilegeStep, RemainingPrivilege, SaveProblem,
};

/// The user `nobody` on every usual system.
const NOBODY: u32 = 65_534;

pub fn live_unavailable(reason: &LiveUnavailable) -> String {
    match reason {
        LiveUnavailable::Libpcap(why) => (*why).into(),
        LiveUnavailable::NotBuilt => "this program was built without libpcap; build it with the Cargo feature live".into(),
        LiveUnavailable::OpenedAsFile => "interfaces cannot be read like files; use portolan live -i NAME".into(),
        LiveUnavailable::Signals(error) => error.to_string(),
        LiveUnavailable::Thread(error) => no_thread(error),
    }
}

fn no_thread(error: &std::io::Error) -> String {
    format!(
        "cannot start another thread ({error}); raise the limit (ulimit -u, pids.max of the control group) or close other programs"
    )
}

pub fn capture(interface: &str, reason: &CaptureProblem) -> String {
    match reason {
        CaptureProblem::Missing { known } => format!("no interface is called {interface}; {}", known_interfaces(known)),
        CaptureProblem::Down => format!(
            "interface {interface} is down; bring it up, for example with: ip link set {interface} \
             up"
        ),
        CaptureProblem::NotPermitted(why) => {
            format!("no permission to capture on {interface} ({why}); portolan doctor shows how to get it")
        }
        CaptureProblem::Filter(why) => format!("the filter cannot be applied to {interface}: {why}"),
        CaptureProblem::Thread(error) => format!("cannot capture on {interface}: {}", no_thread(error)),
        CaptureProblem::Libpcap(why) => format!("cannot capture on {interface}: {why}"),
    }
}

pub fn save(reason: &SaveProblem) -> String {
    match reason {
        SaveProblem::Folder => "it is a folder; name a file in it".into(),
        SaveProblem::RotatedStandardOutput => "standard output cannot be rotated; name a file".into(),
        SaveProblem::KeptWithoutRotation => "--keep needs --rotate-size or --rotate-seconds".into(),
        SaveProblem::ZeroLimit => "--rotate-size, --rotate-seconds and --keep must each be at least 1".into(),
        SaveProblem::NotWholeBlocks => "the packets do not arrive in whole pcapng blocks".into(),
        SaveProblem::TooMuchDescribed => "the descriptions of the interfaces are too long to be repeated in each file".into(),
        SaveProblem::TwoLinkTypes { first, other } => format!(
            "a pcap file holds one link type, but the interfaces have two ({first} and {other}); give the file a name ending in .pcapng"
        ),
        SaveProblem::Format(problem) => format_problem(*problem),
        SaveProblem::NotWritable { uid } => format!(
            "Portolan does not parse packets as root; it continues as uid {uid}{}, which may not write there. Choose a folder that \
             this user may write to, or create one: install -d -o {uid} FOLDER",
            if *uid == NOBODY { " (nobody)" } else { "" }
        ),
    }
}

pub fn privileges(problem: &PrivilegeProblem) -> String {
    match problem {
        PrivilegeProblem::NoProc => "/proc/self does not show which privileges are left, so this cannot be verified".into(),
        PrivilegeProblem::ThreadsRunning { threads } => {
            let threads = number_of(*threads as u64, "thread is", "threads are");
            format!("{threads} running, and each would keep its own privileges; this is a bug in Portolan")
        }
        PrivilegeProblem::CannotBecome { uid, gid, error } => format!(
            "cannot switch to uid {uid}, gid {gid}: {error}. Root needs CAP_SETUID and CAP_SETGID for this: in a container, allow \
             them (--cap-add SETUID --cap-add SETGID) or start it as another user; in a user namespace, map that user"
        ),
        PrivilegeProblem::Refused { step, error } => format!("{}: {error}", privilege_step(*step)),
        PrivilegeProblem::Remaining(privilege) => {
            format!("a privilege is still held: {}", remaining_privilege(privilege))
        }
    }
}

fn privilege_step(step: PrivilegeStep) -> &'static str {
    match step {
        PrivilegeStep::BoundingSet => "bounding set",
        PrivilegeStep::Capabilities => "capabilities",
        PrivilegeStep::NoNewPrivs => "no_new_privs",
        PrivilegeStep::Dumpable => "PR_SET_DUMPABLE",
        PrivilegeStep::Landlock => "Landlock",
        PrivilegeStep::Status => "/proc/self/status",
    }
}

fn remaining_privilege(privilege: &RemainingPrivilege) -> String {
    match privilege {
        RemainingPrivilege::Status(line) => line.clone(),
        RemainingPrivilege::NewPrivs => "no_new_privs 0".into(),
        RemainingPrivilege::Dumpable => "PR_GET_DUMPABLE 1".into(),
        RemainingPrivilege::RootFolder => "reading / despite Landlock".into(),
        RemainingPrivilege::Call(call) => format!("{} despite the system-call filter", escaped_call(*call)),
        RemainingPrivilege::Root => "root".into(),
    }
}

fn escaped_call(call: EscapedCall) -> &'static str {
    match call {
        EscapedCall::Socket => "opening a socket",
        EscapedCall::Program => "running a program",
        EscapedCall::Send => "sending packets",
        EscapedCall::Write => "writing to an interface",
        EscapedCall::Duplicate => "duplicating the descriptor of an interface",
    }
}
