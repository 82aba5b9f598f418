//! Receives signals on a thread (Unix): handlers set a flag and wake the thread through a pipe.
//!
//! System calls that a sandbox may refuse are made when a receiver is created: [`Receiver::catch`] only changes a flag.

use std::io::{self, PipeReader, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use portolan::support::parallel;
use signal_hook::consts::SIGUSR1;
use signal_hook::{flag, low_level};

use super::ignored::is_ignored;
use super::{DEBOUNCE, PagerInterrupts, Signal, end_at_once};

/// A receiver of signals.
pub struct Receiver {
    /// The number of each signal, and whether it has come.
    signals: Vec<(i32, Arc<AtomicBool>)>,
    /// A pipe that carries a byte for each signal, unless it is full.
    wakes: PipeReader,
    /// True while signals do what they do by default.
    is_default: Arc<AtomicBool>,
}

impl Receiver {
    /// Receives signals with these `numbers`, except those that are ignored at present. Until they are [caught](Receiver::catch)
    /// they do what they do by default: they end the program.
    ///
    /// # Errors
    ///
    /// If the system refuses a pipe or a handler.
    pub fn new(numbers: impl IntoIterator<Item = i32>) -> io::Result<Receiver> {
        let (wakes, waker) = io::pipe()?;
        let is_default = Arc::new(AtomicBool::new(true));
        let mut signals = Vec::new();
        for number in numbers.into_iter().filter(|number| !is_ignored(*number)) {
            let has_come = Arc::new(AtomicBool::new(false));
            // The handlers run in this order.
            flag::register_conditional_default(number, Arc::clone(&is_default))?;
            flag::register(number, Arc::clone(&has_come))?;
            low_level::pipe::register(number, waker.try_clone()?)?;
            signals.push((number, has_come));
        }
        Ok(Receiver { signals, wakes, is_default })
    }

    /// Keeps signals from ending the program: from now on they wait here.
    #[cfg(any(feature = "live", test))]
    pub fn catch(&self) {
        self.is_default.store(false, Ordering::SeqCst);
    }

    /// Waits for signals and returns their numbers, each once, however often it came.
    ///
    /// # Errors
    ///
    /// If signals can no longer be received; then they do again what they do by default.
    pub fn wait(&mut self) -> io::Result<Vec<i32>> {
        loop {
            match self.wakes.read(&mut [0; 64]) {
                Ok(1..) => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                failed => {
                    self.is_default.store(true, Ordering::SeqCst);
                    return Err(failed.err().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into()));
                }
            }
            let came: Vec<i32> = self
                .signals
                .iter()
                .filter(|(_, has_come)| has_come.swap(false, Ordering::SeqCst))
                .map(|(number, _)| *number)
                .collect();
            if !came.is_empty() {
                return Ok(came);
            }
        }
    }

    /// Forgets that a signal has come since the last wait.
    pub fn forget(&self, number: i32) {
        for (_, has_come) in self.signals.iter().filter(|(signal, _)| *signal == number) {
            has_come.store(false, Ordering::SeqCst);
        }
    }

    /// Catches the signals, and handles them on a thread of its own. `end` is called for those that end the program, and returns
    /// whether it ends in order; `show` is called for SIGUSR1.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread. Then the signals do what they did before.
    pub fn follow(self, end: impl FnMut(Signal) -> bool + Send + 'static, show: impl Fn() + Send + 'static) -> io::Result<()> {
        let is_default = Arc::clone(&self.is_default);
        parallel::hand_over(self, move |receiver| receiver.handle(end, show)).map_err(|(_, why)| why)?;
        is_default.store(false, Ordering::SeqCst);
        Ok(())
    }

    fn handle(mut self, mut end: impl FnMut(Signal) -> bool, show: impl Fn()) {
        let mut was_interrupted = false;
        // Waiting does not fail as long as the pipe exists.
        while let Ok(came) = self.wait() {
            for signal in came.into_iter().map(Signal) {
                if signal == Signal::INTERRUPT && PagerInterrupts::is_on() {
                    continue;
                }
                if signal.0 == SIGUSR1 {
                    show();
                } else if (signal == Signal::INTERRUPT && was_interrupted) || !end(signal) {
                    end_at_once(signal);
                } else if signal == Signal::INTERRUPT {
                    was_interrupted = true;
                    // Any that come meanwhile count as the same one. No clock is compared: however late this thread is, none of
                    // them counts as a second one.
                    thread::sleep(DEBOUNCE);
                    self.forget(signal.0);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use signal_hook::consts::{SIGCONT, SIGUSR2, SIGWINCH};
    use signal_hook::low_level::raise;

    use super::*;

    #[test]
    fn each_signal_is_received_once_however_often_it_came() {
        let mut receiver = Receiver::new([SIGWINCH, SIGUSR2]).unwrap();
        receiver.catch();
        for number in [SIGUSR2, SIGWINCH, SIGUSR2] {
            raise(number).unwrap();
        }
        assert_eq!(receiver.wait().unwrap(), [SIGWINCH, SIGUSR2]);
        raise(SIGUSR2).unwrap();
        receiver.forget(SIGUSR2);
        raise(SIGWINCH).unwrap();
        assert_eq!(receiver.wait().unwrap(), [SIGWINCH]);
    }

    #[test]
    fn more_signals_than_the_pipe_holds_do_not_block() {
        let mut receiver = Receiver::new([SIGCONT]).unwrap();
        receiver.catch();
        (0..100_000).for_each(|_| raise(SIGCONT).unwrap());
        assert_eq!(receiver.wait().unwrap(), [SIGCONT]);
    }
}
