//! Packets from network interfaces, as a stream of pcapng blocks that is read like a file.
//!
//! ```text
//! interface - libpcap - thread --.                         .- file (Saving)
//! interface - libpcap - thread ---+-- bounded channel -- Stream - Source - analysis
//! ```
//!
//! 1. [`Devices::open`] opens everything that takes rights and checks everything that can be wrong. No thread is started, so
//!    that rights can be given up next.
//! 2. [`Devices::start`] begins to capture: a thread for each interface turns its packets into pcapng blocks and hands them over
//!    when there are many, or when no more have come for a moment.
//! 3. [`Stream`] is read by [`Source::from_reader`](super::Source::from_reader). What it gives out it saves first, if there is
//!    something to save to: the file holds what is analysed, byte by byte.
//! 4. [`Stopper`] ends it from any thread, and so does a limit. The stream then ends with what each interface has counted, and
//!    [`Status`] says why each ended.
//!
//! An interface that is switched off is waited for: the system goes on with the capture when it is switched on again. One that is
//! removed has ended.
//!
//! Nothing is lost uncounted. The channel is bounded: if the reader is slow, the threads wait, the kernel's buffer fills, and the
//! kernel counts what it drops. Who stops gets all packets up to that moment.
//!
//! All threads end when the stream ends or is dropped, be there packets or not.

mod device;
mod link_state;
mod status;
mod stream;
mod worker;

use std::time::{Duration, Instant};

pub use device::Devices;
pub use status::{CaptureFailure, Ending, InterfaceStatus, Status, Stopper};
pub use stream::Stream;

use super::filter::Filter;
use super::saving::Saving;
use crate::error::{CaptureProblem, Error};
use crate::support::parallel;

/// How to capture.
#[derive(Clone, Debug)]
pub struct CaptureSettings {
    /// The interfaces, by the names that the system has for them; `any` is all of them, on Linux.
    pub interfaces: Vec<String>,
    /// Which packets are captured; all, if `None`. The system itself filters, so that others cost nothing.
    pub filter: Option<Filter>,
    /// Whether packets for other machines are wanted too, where the interface sees them.
    pub promiscuous: bool,
    /// The most bytes of a packet that are captured, from 1 to [`MAX_SNAPLEN`]; what is beyond is held in that range.
    pub snaplen: u32,
    /// Bytes of the system's buffer for each interface, where packets wait to be taken.
    pub buffer_bytes: u32,
}

/// The most bytes of a packet that can be captured: libpcap takes no more on most interfaces (`MAXIMUM_SNAPLEN`).
pub const MAX_SNAPLEN: u32 = 262_144;

impl CaptureSettings {
    /// The usual way to capture on these interfaces.
    pub fn new(interfaces: Vec<String>) -> CaptureSettings {
        CaptureSettings { interfaces, filter: None, promiscuous: false, snaplen: MAX_SNAPLEN, buffer_bytes: 32 << 20 }
    }
}

/// When a capture ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// After exactly so many packets of all interfaces together.
    pub packets: Option<u64>,
    /// After that time.
    pub duration: Option<Duration>,
}

/// A capture that goes on.
#[derive(Debug)]
pub struct Live {
    /// Its packets. Dropping it ends the capture.
    pub stream: Stream,
    /// Ends it.
    pub stopper: Stopper,
    /// How it goes, and how it went.
    pub status: Status,
}

impl Devices {
    /// Begins to capture. The stream can be read at once, before the first packet: it begins with what describes the
    /// interfaces.
    ///
    /// # Errors
    ///
    /// [`Error::Capture`] if the system refuses the thread of an interface. Nothing is captured then.
    pub fn start(self, saving: Option<Saving>, limits: Limits) -> Result<Live, Error> {
        let descriptions: Vec<_> = self.0.iter().map(|device| device.description.clone()).collect();
        let status = Status::new(&descriptions, saving.as_ref());
        let stopper = Stopper::new(limits.packets);
        let deadline = limits.duration.and_then(|duration| Instant::now().checked_add(duration));
        let (mut stream, outlet) = stream::stream(&descriptions, saving, stopper.clone(), status.clone());
        for (index, device) in self.0.into_iter().enumerate() {
            let worker = worker::Worker::new(index, device, outlet.clone(), stopper.clone(), status.clone(), deadline);
            let thread = parallel::hand_over(worker, worker::Worker::run).map_err(|(_, why)| Error::Capture {
                interface: descriptions[index].name.clone(),
                reason: CaptureProblem::Thread(why),
            })?;
            stream.add_worker(thread);
        }
        Ok(Live { stream, stopper, status })
    }
}
