//! A test for ignored signals, which neither the standard library nor a safe crate offers.
//!
//! The `unsafe` code rests on this contract of sigaction(2): without a new action the call changes nothing, and unless it fails,
//! it writes the present action to the address that it is given.

#![allow(unsafe_code)]

use std::mem::MaybeUninit;

/// True if the signal with that number is ignored.
pub fn is_ignored(signal: i32) -> bool {
    let mut action = MaybeUninit::<libc::sigaction>::uninit();
    // SAFETY: no new action is given, and the address is that of a place for the present one.
    let result = unsafe { libc::sigaction(signal, std::ptr::null(), action.as_mut_ptr()) };
    // SAFETY: the call did not fail, so the action was written.
    result == 0 && unsafe { action.assume_init() }.sa_sigaction == libc::SIG_IGN
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signal_of_a_closed_pipe_is_ignored_as_in_every_rust_program() {
        assert!(is_ignored(libc::SIGPIPE) && !is_ignored(libc::SIGCHLD));
        assert!(!is_ignored(-1), "there is no such signal");
    }
}
