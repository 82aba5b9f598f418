//! The system-call filter (seccomp): the kernel refuses every call that a running capture does not make.
//!
//! A call that is refused fails with `EPERM` and does not end the process: one that is missing among the allowed ones is an error
//! in one place then, and not a capture that is lost. Calls of another processor's kind (32-bit ones on x86-64) do end it.

mod calls;

use std::collections::BTreeMap;
use std::env::consts::ARCH;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::process::{Command, id};

use nix::errno::Errno;
use nix::fcntl::{FcntlArg, fcntl};
use nix::libc;
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, send, socket};
use nix::unistd::write;
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Operator, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch, apply_filter_all_threads,
};

use super::NoCallFilter;
use crate::error::EscapedCall;
use calls::{ALLOWED, CLONE_DETACHED, NO_SUCH_CALL, THREAD_FLAGS, Test};

/// Puts the filter in force, for all threads and for good. An error says why there is none.
pub fn restrict(interfaces: &[BorrowedFd<'_>]) -> Result<(), NoCallFilter> {
    let compiled =
        TargetArch::try_from(ARCH).and_then(|processor| Ok((no_such_call(processor)?, allowed(processor, interfaces)?)));
    let (no_such_call, allowed) = compiled.map_err(|error| NoCallFilter::NotCompiled(error.to_string()))?;
    // In this order: the second one refuses any further filter.
    for filter in [no_such_call, allowed] {
        apply_filter_all_threads(&filter).map_err(|error| match error {
            seccompiler::Error::Seccomp(error) | seccompiler::Error::Prctl(error) => NoCallFilter::Refused(error.to_string()),
            error => NoCallFilter::Refused(error.to_string()),
        })?;
    }
    Ok(())
}

/// Refuses one call as a kernel does that does not have it.
fn no_such_call(processor: TargetArch) -> Result<BpfProgram, BackendError> {
    let rules = BTreeMap::from([(NO_SUCH_CALL, Vec::new())]);
    SeccompFilter::new(rules, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32), processor)?.try_into()
}

/// Refuses all but the allowed calls. The one that the other filter refuses is among them: of two refusals, the last filter's
/// would count.
fn allowed(processor: TargetArch, interfaces: &[BorrowedFd<'_>]) -> Result<BpfProgram, BackendError> {
    let mut rules = BTreeMap::from([(NO_SUCH_CALL, Vec::new())]);
    for call in ALLOWED {
        let when = call.when.iter().map(|tests| {
            let conditions = tests.iter().map(|test| conditions(*test, interfaces)).collect::<Result<Vec<_>, _>>()?;
            Ok(conditions.concat())
        });
        // A row without conditions holds always.
        let when = when.collect::<Result<Vec<_>, BackendError>>()?;
        let always = when.iter().any(Vec::is_empty);
        let when = if always { Vec::new() } else { when };
        rules.insert(call.number, when.into_iter().map(SeccompRule::new).collect::<Result<_, _>>()?);
    }
    SeccompFilter::new(rules, SeccompAction::Errno(libc::EPERM as u32), SeccompAction::Allow, processor)?.try_into()
}

/// The conditions that all have to hold.
fn conditions(test: Test, interfaces: &[BorrowedFd<'_>]) -> Result<Vec<SeccompCondition>, BackendError> {
    let is = |argument, length, operator, value| Ok(vec![SeccompCondition::new(argument, length, operator, value)?]);
    match test {
        Test::Is(argument, value) => is(argument, Length::Dword, Operator::Eq, value.into()),
        Test::Lacks(argument, bits) => is(argument, Length::Dword, Operator::MaskedEq(bits.into()), 0),
        Test::IsNull(argument) => is(argument, Length::Qword, Operator::Eq, 0),
        Test::IsThisProcess(argument) => is(argument, Length::Dword, Operator::Eq, id().into()),
        Test::IsThread(argument) => is(argument, Length::Qword, Operator::MaskedEq(!CLONE_DETACHED), THREAD_FLAGS),
        Test::IsNoInterface(argument) => {
            let numbers = interfaces.iter().map(|interface| interface.as_raw_fd() as u32);
            numbers.map(|number| SeccompCondition::new(argument, Length::Dword, Operator::Ne, number.into())).collect()
        }
    }
}

/// Tries what the filter should refuse; the first thing that it does not refuse is the error.
pub fn try_to_break_out(interfaces: &[BorrowedFd<'_>]) -> Result<(), EscapedCall> {
    let refused = |call, error: Option<Errno>| if error == Some(Errno::EPERM) { Ok(()) } else { Err(call) };
    let local = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None);
    refused(EscapedCall::Socket, local.err())?;
    // Nothing can be run by that name: without a filter, another error says so.
    let error = Command::new("/").spawn().err().as_ref().and_then(io::Error::raw_os_error);
    refused(EscapedCall::Program, error.map(Errno::from_raw))?;
    for interface in interfaces {
        // Nothing is sent without a filter, either: a frame has a header.
        refused(EscapedCall::Send, send(interface.as_raw_fd(), &[], MsgFlags::MSG_DONTWAIT).err())?;
        refused(EscapedCall::Write, write(interface, &[]).err())?;
        refused(EscapedCall::Duplicate, fcntl(interface, FcntlArg::F_DUPFD_CLOEXEC(0)).err())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_can_be_made_for_every_processor_and_for_many_interfaces() {
        let standard_error = io::stderr();
        let interfaces = vec![std::os::fd::AsFd::as_fd(&standard_error); 200];
        for processor in [TargetArch::x86_64, TargetArch::aarch64, TargetArch::riscv64] {
            // The kernel takes 4096 instructions (BPF_MAXINSNS).
            assert!(allowed(processor, &interfaces).unwrap().len() < 4096);
            assert!(!no_such_call(processor).unwrap().is_empty());
        }
        assert!(matches!(allowed(TargetArch::x86_64, &interfaces.repeat(10)), Err(BackendError::FilterTooLarge(_))));
    }
}
