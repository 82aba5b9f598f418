//! SIGINT while a pager shows the text: it is meant for the pager, which Ctrl-C reaches, too.

use std::sync::atomic::{AtomicBool, Ordering};

use super::reading::follow;

/// True while a pager shows the text.
static IS_PAGING: AtomicBool = AtomicBool::new(false);

/// The time in which a pager takes SIGINT.
pub struct PagerInterrupts;

impl PagerInterrupts {
    /// From now on SIGINT does not end the program.
    pub fn begin() {
        IS_PAGING.store(true, Ordering::SeqCst);
        // Without a receiver of its own, a command that reads nothing would be ended. If signals cannot be received, it is.
        let _ = follow(|_| false);
    }

    /// From now on SIGINT ends the program.
    pub fn end() {
        IS_PAGING.store(false, Ordering::SeqCst);
    }

    /// True while a pager takes SIGINT.
    pub fn is_on() -> bool {
        IS_PAGING.load(Ordering::SeqCst)
    }
}
