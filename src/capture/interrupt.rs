//! Ends the reading of an input early: between two blocks, and while the reader waits for data.

use std::fs::File;
use std::io::{self, Read};
#[cfg(unix)]
use std::io::{PipeReader, PipeWriter};
#[cfg(unix)]
use std::os::fd::AsFd;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::sync::{Mutex, PoisonError};

/// Ends reading early, from any thread. All clones act on the same sources: those [opened](super::Source::open_interruptible)
/// with one of them. The default cannot be raised.
#[derive(Clone, Debug, Default)]
pub struct Interrupt(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    is_raised: AtomicBool,
    /// A pipe whose writing end is closed when the interrupt is raised. Each wait for an input also waits for that.
    #[cfg(unix)]
    closes: PipeReader,
    #[cfg(unix)]
    open: Mutex<Option<PipeWriter>>,
}

impl Interrupt {
    /// An interrupt that can be raised.
    ///
    /// # Errors
    ///
    /// On Unix, if the system refuses a pipe.
    pub fn new() -> io::Result<Interrupt> {
        #[cfg(unix)]
        let (closes, open) = io::pipe()?;
        Ok(Interrupt(Some(Arc::new(Shared {
            is_raised: AtomicBool::new(false),
            #[cfg(unix)]
            closes,
            #[cfg(unix)]
            open: Mutex::new(Some(open)),
        }))))
    }

    /// Ends reading, and returns at once; each source ends before its next block. On Unix, a source that waits for a pipe, a FIFO
    /// or a device wakes up; elsewhere it ends when the next bytes come.
    pub fn raise(&self) {
        let Some(shared) = &self.0 else { return };
        shared.is_raised.store(true, Ordering::SeqCst);
        #[cfg(unix)]
        drop(shared.open.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// True once the interrupt has been raised.
    pub fn is_raised(&self) -> bool {
        self.0.as_ref().is_some_and(|shared| shared.is_raised.load(Ordering::SeqCst))
    }

    /// Opens a file. Opening a FIFO that has no writer waits no longer than until the interrupt.
    pub(super) fn open(&self, path: &Path) -> io::Result<File> {
        #[cfg(unix)]
        if let Some(shared) = &self.0
            && is_fifo(path)
        {
            return shared.open_fifo(path);
        }
        File::open(path)
    }

    /// A reader of standard input.
    pub(super) fn standard_input(&self) -> io::Result<Box<dyn Read + Send>> {
        #[cfg(unix)]
        if self.0.is_some() {
            // The standard library's own handle buffers bytes, which polling the descriptor does not show.
            return Ok(self.reader(File::from(io::stdin().as_fd().try_clone_to_owned()?)));
        }
        Ok(Box::new(io::stdin()))
    }

    /// A reader of an opened file.
    pub(super) fn reader(&self, file: File) -> Box<dyn Read + Send> {
        // A regular file keeps no reader waiting.
        #[cfg(unix)]
        if let Some(shared) = &self.0
            && !file.metadata().is_ok_and(|metadata| metadata.is_file())
        {
            return Box::new(Waiting { file, interrupt: Arc::clone(shared) });
        }
        Box::new(file)
    }
}

#[cfg(unix)]
fn is_fifo(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    std::fs::metadata(path).is_ok_and(|metadata| metadata.file_type().is_fifo())
}

#[cfg(unix)]
impl Shared {
    /// Opens a FIFO on a separate thread, which is abandoned if the interrupt comes first. If the system refuses the thread, the
    /// FIFO is opened on this one, however long that takes.
    fn open_fifo(&self, path: &Path) -> io::Result<File> {
        let (opened, finished) = io::pipe()?;
        let open = move |path: std::path::PathBuf| {
            let file = File::open(path);
            drop(finished);
            file
        };
        let thread = match crate::support::parallel::hand_over(path.to_owned(), open) {
            Ok(thread) => thread,
            Err((path, _)) => return File::open(path),
        };
        self.wait_for(&opened)?;
        thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Waits until `input` has data or has ended. [`Interrupted`](io::ErrorKind::Interrupted) if the interrupt was raised.
    fn wait_for(&self, input: &impl AsFd) -> io::Result<()> {
        use nix::errno::Errno;
        use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
        let mut waiting = [input.as_fd(), self.closes.as_fd()].map(|descriptor| PollFd::new(descriptor, PollFlags::POLLIN));
        loop {
            match poll(&mut waiting, PollTimeout::NONE) {
                Err(Errno::EINTR) => {}
                // The read then waits without the interrupt.
                Err(_) => return Ok(()),
                Ok(_) if waiting[1].any() == Some(true) => return Err(io::ErrorKind::Interrupted.into()),
                Ok(_) => return Ok(()),
            }
        }
    }
}

/// A file whose reader may have to wait, but no longer than until the interrupt.
#[cfg(unix)]
struct Waiting {
    file: File,
    interrupt: Arc<Shared>,
}

#[cfg(unix)]
impl Read for Waiting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupt.wait_for(&self.file)?;
        self.file.read(buffer)
    }
}

/// The interrupt of one input: once it is raised, it refuses further reads of the input, and records that it did.
#[derive(Clone, Debug, Default)]
pub struct InputInterrupt {
    interrupt: Interrupt,
    has_refused: Arc<AtomicBool>,
}

impl InputInterrupt {
    /// The interrupt of an input that is about to be opened.
    pub fn new(interrupt: &Interrupt) -> InputInterrupt {
        InputInterrupt { interrupt: interrupt.clone(), has_refused: Arc::default() }
    }

    /// Fails if the interrupt has been raised.
    pub fn check(&self) -> io::Result<()> {
        if !self.interrupt.is_raised() {
            return Ok(());
        }
        self.has_refused.store(true, Ordering::SeqCst);
        // Not of the kind Interrupted, which means that the read should be retried.
        Err(io::Error::other("interrupted"))
    }

    /// True if part of the input was left unread because of the interrupt.
    pub fn has_refused(&self) -> bool {
        self.has_refused.load(Ordering::SeqCst)
    }

    /// A reader that checks the interrupt before each read.
    pub fn wrap<R: Read>(&self, reader: R) -> InterruptibleReader<R> {
        InterruptibleReader { input_interrupt: self.clone(), reader }
    }
}

/// A reader that an [`InputInterrupt`] ends.
pub struct InterruptibleReader<R> {
    input_interrupt: InputInterrupt,
    reader: R,
}

impl<R: Read> Read for InterruptibleReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            self.input_interrupt.check()?;
            match self.reader.read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => return read,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_input_refuses_reads_once_the_interrupt_is_raised_and_records_it() {
        let interrupt = Interrupt::new().unwrap();
        let (input_interrupt, other) = (InputInterrupt::new(&interrupt), InputInterrupt::new(&interrupt));
        let mut endless = input_interrupt.wrap(io::repeat(7));
        let mut buffer = [0; 4];
        assert_eq!((endless.read(&mut buffer).unwrap(), input_interrupt.has_refused()), (4, false));
        interrupt.raise();
        interrupt.raise();
        assert_ne!(endless.read(&mut buffer).unwrap_err().kind(), io::ErrorKind::Interrupted);
        assert!(input_interrupt.has_refused() && !other.has_refused());
    }

    #[test]
    fn the_default_cannot_be_raised() {
        let never = Interrupt::default();
        never.raise();
        assert!(!never.is_raised() && InputInterrupt::new(&never).check().is_ok());
    }

    #[cfg(unix)]
    #[test]
    fn a_reader_that_waits_for_a_pipe_wakes_up() {
        use std::io::Write;
        use std::os::fd::OwnedFd;
        let interrupt = Interrupt::new().unwrap();
        let (input, mut open) = io::pipe().unwrap();
        open.write_all(b"ab").unwrap();
        let mut reader = InputInterrupt::new(&interrupt).wrap(interrupt.reader(File::from(OwnedFd::from(input))));
        let mut buffer = [0; 4];
        assert_eq!(reader.read(&mut buffer).unwrap(), 2);
        let raise = std::thread::spawn(move || interrupt.raise());
        assert!(reader.read(&mut buffer).is_err());
        raise.join().unwrap();
        drop(open);
    }
}
