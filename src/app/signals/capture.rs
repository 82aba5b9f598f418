//! The signals of a live capture: the first one that asks for an end ends it in order, and SIGUSR1 asks for the tables so far.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use portolan::capture::live::Stopper;
use portolan::error::{Error, LiveUnavailable};
use signal_hook::consts::SIGUSR1;

use super::Signal;
use super::receiver::Receiver;

/// The signals of a live capture, in three steps, because rights are given up before any thread is started and some things take
/// rights.
pub struct CaptureSignals(Receiver);

impl CaptureSignals {
    /// Prepares to receive them. No thread is started, and until they are [caught](CaptureSignals::catch) they end the program at once.
    ///
    /// # Errors
    ///
    /// If nothing could end the capture in order.
    pub fn prepare() -> Result<CaptureSignals, Error> {
        let signals = Signal::ENDING.map(|signal| signal.0).into_iter().chain([SIGUSR1]);
        Receiver::new(signals).map(CaptureSignals).map_err(|error| Error::NoLive(LiveUnavailable::Signals(error)))
    }

    /// From now on signals wait until they are [followed](CaptureSignals::follow). To be called when nothing lies between but the
    /// beginning of the capture: opening a named pipe for the packets, for example, may take for ever.
    pub fn catch(&self) {
        self.0.catch();
    }

    /// Ends the capture when they ask for it. Where the other requests are is returned.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread: nothing could end the capture in order then.
    pub fn follow(self, stopper: Stopper) -> Result<TablesRequest, Error> {
        let request = TablesRequest::default();
        let asked = request.clone();
        let end = move |_| {
            stopper.stop();
            true
        };
        let followed: io::Result<()> = self.0.follow(end, move || asked.0.store(true, Ordering::SeqCst));
        followed.map(|()| request).map_err(|why| Error::NoLive(LiveUnavailable::Thread(why)))
    }
}

/// Whether the tables so far are asked for.
#[derive(Clone, Debug, Default)]
pub struct TablesRequest(Arc<AtomicBool>);

impl TablesRequest {
    /// True if they were asked for since this was called last, however often.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}
