//! Signals: those that end the program in order, those that end it at once, and the one that asks for the tables so
//! far.
//!
//! SIGINT, SIGTERM and SIGHUP end a reading or a capture in order, however often they come: programs such as timeout(1) send two
//! of them within microseconds, and a shell that exits sends SIGTERM and SIGHUP. Only a second SIGINT that comes [`DEBOUNCE`]
//! after the first ends the program at once: that is a person who has pressed Ctrl-C again. A signal that was ignored when the
//! program was started stays ignored: nohup(1) relies on that for SIGHUP, and a shell for SIGINT in its background jobs.

#[cfg(all(unix, feature = "live"))]
mod capture;
#[cfg(not(unix))]
mod elsewhere;
#[cfg(unix)]
mod ignored;
mod pager;
mod reading;
#[cfg(unix)]
mod receiver;

use std::fmt;
use std::time::Duration;

use portolan::support::atomic_write;

#[cfg(all(unix, feature = "live"))]
pub use capture::{CaptureSignals, TablesRequest};
pub use pager::PagerInterrupts;
pub use reading::Reading;

/// A second SIGINT that comes sooner than this after the first counts as the same one.
const DEBOUNCE: Duration = Duration::from_millis(500);

/// A signal that ends the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Signal(i32);

impl Signal {
    // The numbers are those of POSIX (kill, "XSI").
    const HANGUP: Signal = Signal(1);
    const INTERRUPT: Signal = Signal(2);
    const TERMINATE: Signal = Signal(15);

    /// The signals that end a reading or a capture in order.
    #[cfg(unix)]
    const ENDING: [Signal; 3] = [Signal::HANGUP, Signal::INTERRUPT, Signal::TERMINATE];

    /// The exit code that shells report for a program that this signal has ended.
    pub fn exit_code(self) -> u8 {
        128 + self.0 as u8
    }
}

impl fmt::Display for Signal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Signal::HANGUP => f.write_str("SIGHUP"),
            Signal::INTERRUPT => f.write_str("SIGINT"),
            Signal::TERMINATE => f.write_str("SIGTERM"),
            Signal(number) => write!(f, "signal {number}"),
        }
    }
}

/// Ends the program at once, and removes unfinished outputs. Nothing else in the program ends it at once.
fn end_at_once(signal: Signal) -> ! {
    atomic_write::remove_unfinished();
    std::process::exit(i32::from(signal.exit_code()))
}
