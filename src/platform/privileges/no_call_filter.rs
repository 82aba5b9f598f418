//! Linux on processors for which there is no system-call filter.

use std::os::fd::BorrowedFd;

use super::NoCallFilter;
use crate::error::EscapedCall;

/// Reports that there is no filter for this processor.
///
/// # Errors
///
/// Always [`NoCallFilter::Processor`].
pub fn restrict(_: &[BorrowedFd<'_>]) -> Result<(), NoCallFilter> {
    Err(NoCallFilter::Processor)
}

/// Tries nothing, because nothing is refused.
///
/// # Errors
///
/// Never.
pub fn try_to_break_out(_: &[BorrowedFd<'_>]) -> Result<(), EscapedCall> {
    Ok(())
}
