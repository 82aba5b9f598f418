//! Windows: Ctrl-C, Ctrl-Break, and the end of the console or of the session, which count as SIGINT.

use std::io;
use std::time::Instant;

use super::{DEBOUNCE, PagerInterrupts, Signal, end_at_once};

/// Calls `end` for each Ctrl-C; `end` returns whether the program ends in order.
///
/// # Errors
///
/// If the system refuses a handler.
pub fn follow(mut end: impl FnMut(Signal) -> bool + Send + 'static) -> io::Result<()> {
    let mut first: Option<Instant> = None;
    let handle = move || {
        if PagerInterrupts::is_on() {
            return;
        }
        if first.is_some_and(|first| first.elapsed() >= DEBOUNCE) || !end(Signal::INTERRUPT) {
            end_at_once(Signal::INTERRUPT);
        }
        first.get_or_insert_with(Instant::now);
    };
    ctrlc::set_handler(handle).map_err(io::Error::other)
}
