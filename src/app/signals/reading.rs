//! The signals of a reading: the first one interrupts it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use portolan::capture::Interrupt;

use super::Signal;

/// In place of a signal's number: no signal has come yet.
const NONE: i32 = 0;
/// In place of a signal's number: none has come, and the reading is over.
const OVER: i32 = -1;

/// A reading that signals interrupt. If the system refuses the thread or the pipe for that, signals end the program at once, as
/// they do by default.
pub struct Reading {
    interrupt: Interrupt,
    /// The number of the signal that has interrupted the reading, or [`NONE`] or [`OVER`].
    signal: Arc<AtomicI32>,
}

impl Reading {
    /// Begins a reading that signals interrupt.
    pub fn begin() -> Reading {
        let signal = Arc::new(AtomicI32::new(NONE));
        let interrupt = Interrupt::new().unwrap_or_default();
        let by = (Arc::clone(&signal), interrupt.clone());
        // If signals cannot be received, the reading continues without them.
        let _ = follow(move |signal| end(&by.0, &by.1, signal));
        Reading { interrupt, signal }
    }

    /// The interrupt that sources must be opened with.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Ends the reading, and returns the signal that has interrupted it, if any. If none has, a later one ends the program at
    /// once.
    pub fn end(self) -> Option<Signal> {
        match self.signal.compare_exchange(NONE, OVER, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => None,
            Err(number) => Some(Signal(number)),
        }
    }
}

/// Interrupts the reading, if no signal has done so before. False if the reading is over.
fn end(first: &AtomicI32, interrupt: &Interrupt, Signal(number): Signal) -> bool {
    let is_over = first.compare_exchange(NONE, number, Ordering::SeqCst, Ordering::SeqCst) == Err(OVER);
    if !is_over {
        interrupt.raise();
    }
    !is_over
}

/// Calls `end` for each signal that ends the program; it returns whether the program ends in order.
#[cfg(unix)]
pub(super) fn follow(end: impl FnMut(Signal) -> bool + Send + 'static) -> io::Result<()> {
    use super::receiver::Receiver;
    Receiver::new(Signal::ENDING.map(|signal| signal.0))?.follow(end, || ())
}

/// Calls `end` for each signal that ends the program; it returns whether the program ends in order.
#[cfg(not(unix))]
pub(super) fn follow(end: impl FnMut(Signal) -> bool + Send + 'static) -> io::Result<()> {
    super::elsewhere::follow(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_interrupts_unless_the_reading_is_over() {
        let (first, interrupt) = (AtomicI32::new(NONE), Interrupt::new().unwrap());
        assert!(end(&first, &interrupt, Signal::TERMINATE) && interrupt.is_raised());
        assert!(end(&first, &interrupt, Signal::INTERRUPT));
        let reading = Reading { interrupt, signal: Arc::new(first) };
        assert_eq!(reading.end(), Some(Signal::TERMINATE));
        let (first, interrupt) = (Arc::new(AtomicI32::new(NONE)), Interrupt::new().unwrap());
        assert_eq!(Reading { interrupt: interrupt.clone(), signal: Arc::clone(&first) }.end(), None);
        assert!(!end(&first, &interrupt, Signal::INTERRUPT) && !interrupt.is_raised());
    }
}
