//! Errors of a live capture: libpcap, interfaces, saved packets, privileges.

use super::errors::known_interfaces;
use super::formats::format_problem;
use super::number_of;
use crate::error::{
    CaptureProblem, EscapedCall, LiveUnavailable, PrivilegeProblem, PrivilegeStep, RemainingPrivilege, SaveProblem,
};

pub fn live_unavailable(reason: &LiveUnavailable) -> String {
    match reason {
        LiveUnavailable::Libpcap(why) => (*why).into(),
        LiveUnavailable::NotBuilt => "this program was built without libpcap; build it with the cargo feature live".into(),
        LiveUnavailable::OpenedAsFile => "interfaces are not read like a file; portolan live -i NAME captures on them".into(),
        LiveUnavailable::Signals(error) => error.to_string(),
        LiveUnavailable::Thread(error) => no_thread(error),
    }
}

fn no_thread(error: &std::io::Error) -> String {
    format!(
        "the system refuses another thread ({error}); raise the limit (ulimit -u, pids.max of the control group) or end other programs"
    )
}

pub fn capture(interface: &str, reason: &CaptureProblem) -> String {
    match reason {
        CaptureProblem::Missing { known } => format!("there is no interface {interface}; {}", known_interfaces(known)),
        CaptureProblem::Down => format!(
            "the interface {interface} is down, and nothing comes through it; switch it on, for example with: ip link set {interface} \
             up"
        ),
        CaptureProblem::NotPermitted(why) => {
            format!("the right to capture on {interface} is missing ({why}); portolan doctor says how to get it")
        }
        CaptureProblem::Filter(why) => format!("the filter cannot be used on {interface}: {why}"),
        CaptureProblem::Thread(error) => format!("cannot capture on {interface}: {}", no_thread(error)),
        CaptureProblem::Libpcap(why) => format!("cannot capture on {interface}: {why}"),
    }
}

pub fn save(reason: &SaveProblem) -> String {
    match reason {
        SaveProblem::Folder => "it is a folder; name the file that is to be in it".into(),
        SaveProblem::RotatedStandardOutput => "standard output is one stream and cannot be rotated; name a file".into(),
        SaveProblem::KeptWithoutRotation => {
            "how many files to keep means something only where files are rotated, by their size or by time".into()
        }
        SaveProblem::ZeroLimit => "the size of a file, its seconds and the number of files to keep are each at least 1".into(),
        SaveProblem::NotWholeBlocks => "the packets do not come in whole pcapng blocks".into(),
        SaveProblem::TooMuchDescribed => "the descriptions of the interfaces are too long to be repeated in each file".into(),
        SaveProblem::TwoLinkTypes { first, other } => format!(
            "a pcap file holds one link type, and the interfaces have two, {first} and {other}; give the file a name that ends in .pcapng"
        ),
        SaveProblem::Format(problem) => format_problem(*problem),
        SaveProblem::NotWritable { uid } => format!(
            "packets are not parsed as root, and user {uid}, who the program goes on as, may not write there. Choose a folder that this \
             user may write to, or make one: install -d -o {uid} FOLDER"
        ),
    }
}

pub fn privileges(problem: &PrivilegeProblem) -> String {
    match problem {
        PrivilegeProblem::NoProc => "/proc/self does not tell which rights are left; it is needed to make sure".into(),
        PrivilegeProblem::ThreadsRunning { threads } => {
            let threads = number_of(*threads as u64, "thread is", "threads are");
            format!("{threads} running, and each would keep its own rights; this is a mistake in the program")
        }
        PrivilegeProblem::CannotBecome { uid, gid, error } => format!(
            "cannot become user {uid} and group {gid}: {error}. Root needs CAP_SETUID and CAP_SETGID for that: in a container, allow \
             them (--cap-add SETUID --cap-add SETGID) or start it as another user; in a user namespace, map that user"
        ),
        PrivilegeProblem::Refused { step, error } => format!("{}: {error}", privilege_step(*step)),
        PrivilegeProblem::Remaining(privilege) => {
            format!("a right is left after all: {}", remaining_privilege(privilege))
        }
    }
}

fn privilege_step(step: PrivilegeStep) -> &'static str {
    match step {
        PrivilegeStep::BoundingSet => "bounding set",
        PrivilegeStep::Capabilities => "capabilities",
        PrivilegeStep::NoNewPrivs => "no_new_privs",
        PrivilegeStep::Dumpable => "PR_SET_DUMPABLE",
        PrivilegeStep::Landlock => "landlock",
        PrivilegeStep::Status => "/proc/self/status",
    }
}

fn remaining_privilege(privilege: &RemainingPrivilege) -> String {
    match privilege {
        RemainingPrivilege::Status(line) => line.clone(),
        RemainingPrivilege::NewPrivs => "no_new_privs 0".into(),
        RemainingPrivilege::Dumpable => "PR_GET_DUMPABLE 1".into(),
        RemainingPrivilege::RootFolder => "reading of /, in spite of landlock".into(),
        RemainingPrivilege::Call(call) => format!("{}, in spite of the system-call filter", escaped_call(*call)),
        RemainingPrivilege::Root => "root".into(),
    }
}

fn escaped_call(call: EscapedCall) -> &'static str {
    match call {
        EscapedCall::Socket => "a new socket",
        EscapedCall::Program => "a new program",
        EscapedCall::Send => "sending",
        EscapedCall::Write => "writing to an interface",
        EscapedCall::Duplicate => "another descriptor of an interface",
    }
}
