//! The signals of a reading: the first one interrupts it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use portolan::capture::Interrupt;

use super::Signal;

/// In the place of a signal's number: no signal has come yet.
const NONE: i32 = 0;
/// In the place of a signal's number: none has come, and the reading is over.
const OVER: i32 = -1;

/// A reading that signals interrupt. Without a thread or a pipe, which the system may refuse, they end the program at once, as they
/// do by default.
pub struct Reading {
    interrupt: Interrupt,
    /// The number of the signal that has interrupted it, or what else there is to say.
    signal: Arc<AtomicI32>,
}

impl Reading {
    /// Signals interrupt the reading from now on.
    pub fn begin() -> Reading {
        let signal = Arc::new(AtomicI32::new(NONE));
        let interrupt = Interrupt::new().unwrap_or_default();
        let by = (Arc::clone(&signal), interrupt.clone());
        // Without them the reading goes on.
        let _ = follow(move |signal| end(&by.0, &by.1, signal));
        Reading { interrupt, signal }
    }

    /// What the sources have to be opened with.
    pub fn interrupt(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Says that the reading is over: the signal that has interrupted it, if any has. If none has, one that comes now ends the
    /// program at once.
    pub fn end(self) -> Option<Signal> {
        match self.signal.compare_exchange(NONE, OVER, Ordering::SeqCst, Ordering::SeqCst) {
            Ok(_) => None,
            Err(number) => Some(Signal(number)),
        }
    }
}

/// Interrupts the reading, if no signal has done that. False if it is over already.
fn end(first: &AtomicI32, interrupt: &Interrupt, Signal(number): Signal) -> bool {
    let is_over = first.compare_exchange(NONE, number, Ordering::SeqCst, Ordering::SeqCst) == Err(OVER);
    if !is_over {
        interrupt.raise();
    }
    !is_over
}

#[cfg(unix)]
fn follow(end: impl FnMut(Signal) -> bool + Send + 'static) -> io::Result<()> {
    use super::receiver::Receiver;
    Receiver::new(Signal::ENDING.map(|signal| signal.0))?.follow(end, || ())
}

#[cfg(not(unix))]
fn follow(end: impl FnMut(Signal) -> bool + Send + 'static) -> io::Result<()> {
    super::elsewhere::follow(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_interrupts_and_none_does_when_the_reading_is_over() {
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
