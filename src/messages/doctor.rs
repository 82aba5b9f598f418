//! Sentences of a diagnosis.

#[cfg(feature = "live")]
use crate::platform::doctor::{CheckResult, CheckSubject, Purpose};

/// Sentences of a diagnosis.
#[cfg(feature = "live")]
pub trait DoctorMessages {
    /// The heading, by the number of things that are missing.
    fn live_capture_ready(&self, missing: usize) -> String;

    /// The name of what is checked: at most 9 characters.
    fn check_subject(&self, subject: CheckSubject) -> &'static str;

    /// Whether what is checked is there: at most 7 characters.
    fn check_state(&self, is_met: bool) -> &'static str;

    /// What a check has found.
    fn check_result(&self, result: &CheckResult) -> String;

    /// What commands do, to be read before them.
    fn fix_purpose(&self, purpose: &Purpose) -> String;

    /// The heading of the way that takes no privileges.
    fn without_privileges(&self) -> &'static str;
}

/// Nothing, without live capture.
#[cfg(not(feature = "live"))]
pub trait DoctorMessages {}
