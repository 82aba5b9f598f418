//! The signals of a live capture: the first one that asks for an end ends the capture in order, and SIGUSR1 asks for the tables
//! so far.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use portolan::capture::live::StopHandle;
use portolan::error::{Error, LiveUnavailable};
use signal_hook::consts::SIGUSR1;

use super::Signal;
use super::receiver::Receiver;

/// The signals of a live capture, in three steps, because privileges are dropped before any thread is started and some of the
/// work needs privileges.
pub struct CaptureSignals(Receiver);

impl CaptureSignals {
    /// Prepares to receive signals. No thread is started, and until signals are [caught](CaptureSignals::catch) they end the
    /// program at once.
    ///
    /// # Errors
    ///
    /// [`Error::NoLive`] if the system refuses, so that no signal could end the capture in order.
    pub fn prepare() -> Result<CaptureSignals, Error> {
        let signals = Signal::ENDING.map(|signal| signal.0).into_iter().chain([SIGUSR1]);
        Receiver::new(signals).map(CaptureSignals).map_err(|error| Error::NoLive(LiveUnavailable::Signals(error)))
    }

    /// Holds signals back until they are [followed](CaptureSignals::follow). Call this only when nothing but the start of the
    /// capture lies between: opening a named pipe for the packets, for example, may take forever.
    pub fn catch(&self) {
        self.0.catch();
    }

    /// Ends the capture when a signal asks for it. Returns the requests for tables.
    ///
    /// # Errors
    ///
    /// [`Error::NoLive`] if the system refuses a thread, so that no signal could end the capture in order.
    pub fn follow(self, stop_handle: StopHandle) -> Result<TablesRequest, Error> {
        let request = TablesRequest::default();
        let asked = request.clone();
        let end = move |_| {
            stop_handle.stop();
            true
        };
        let followed: io::Result<()> = self.0.follow(end, move || asked.0.store(true, Ordering::SeqCst));
        followed.map(|()| request).map_err(|why| Error::NoLive(LiveUnavailable::Thread(why)))
    }
}

/// Requests for the tables so far.
#[derive(Clone, Debug, Default)]
pub struct TablesRequest(Arc<AtomicBool>);

impl TablesRequest {
    /// True if the tables were requested since the last call, however often.
    pub fn take(&self) -> bool {
        self.0.swap(false, Ordering::SeqCst)
    }
}
