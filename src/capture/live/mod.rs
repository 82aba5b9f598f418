//! Packets from network interfaces, as a stream of pcapng blocks that is read like a file.
//!
//! ```text
//! interface - libpcap - thread --.                         .- file (PacketWriter)
//! interface - libpcap - thread ---+-- bounded channel -- Stream - Source - analysis
//! ```
//!
//! 1. [`Devices::open`] opens everything that needs privileges and checks everything that can be wrong. No thread is started, so
//!    that privileges can be dropped next.
//! 2. [`Devices::start`] starts the capture: a thread for each interface turns its packets into pcapng blocks and hands them over
//!    when there are many, or when no more have come for a moment.
//! 3. [`Stream`] is read by [`Source::from_reader`](super::Source::from_reader). It saves its bytes before it gives them out, if
//!    there is a file to save to: the file holds exactly the bytes that are analysed.
//! 4. [`StopHandle`] ends the capture from any thread, and so does a limit. The stream then ends with the counts of each interface,
//!    and [`CaptureStatus`] gives the reason for each end.
//!
//! A capture waits for an interface that is switched off: the system continues the capture when the interface is switched on
//! again. The removal of an interface ends its capture.
//!
//! No packet is lost uncounted. The channel is bounded: if the reader is slow, the threads wait, the kernel's buffer fills, and
//! the kernel counts what it drops. A capture that is stopped delivers all packets up to that moment.
//!
//! All threads end when the stream ends or is dropped, with or without packets.

mod block_writer;
mod descriptor_guard;
mod device;
mod link_state;
mod status;
mod stop_handle;
mod stream;
mod worker;

use std::time::{Duration, Instant};

pub use descriptor_guard::DescriptorGuard;
pub use device::Devices;
pub use status::{CaptureFailure, CaptureStatus, Ending, InterfaceStatus};
pub use stop_handle::StopHandle;
pub use stream::Stream;

use self::block_writer::BlockWriter;
use self::worker::Worker;
use super::filter::Filter;
use super::packet_writer::PacketWriter;
use crate::error::{CaptureProblem, Error};
use crate::support::parallel;

/// The settings of a capture.
#[derive(Clone, Debug)]
pub struct CaptureSettings {
    /// The interfaces, by the system's names for them; `any` is all of them, on Linux.
    pub interfaces: Vec<String>,
    /// The packets to capture; all if `None`. The system itself filters, so that other packets cost nothing.
    pub filter: Option<Filter>,
    /// True to capture packets for other machines, too, where the interface sees them.
    pub promiscuous: bool,
    /// Maximum number of bytes captured of a packet, clamped to the range from 1 to [`MAX_SNAPLEN`].
    pub snaplen: u32,
    /// Size of the system's buffer for each interface, in bytes. Packets wait there until they are read.
    pub buffer_bytes: u32,
}

/// Upper limit of the snapshot length, in bytes: libpcap accepts no more on most interfaces (`MAXIMUM_SNAPLEN`).
pub const MAX_SNAPLEN: u32 = 262_144;

impl CaptureSettings {
    /// The default settings for `interfaces`.
    pub fn new(interfaces: Vec<String>) -> CaptureSettings {
        CaptureSettings { interfaces, filter: None, promiscuous: false, snaplen: MAX_SNAPLEN, buffer_bytes: 32 << 20 }
    }
}

/// Limits at which a capture ends by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Exact number of packets, of all interfaces together.
    pub packets: Option<u64>,
    /// Maximum duration.
    pub duration: Option<Duration>,
}

/// A running capture.
#[derive(Debug)]
pub struct RunningCapture {
    /// Its packets. Dropping the stream ends the capture.
    pub stream: Stream,
    /// Ends the capture.
    pub stop_handle: StopHandle,
    /// Its status, during the capture and after the end.
    pub status: CaptureStatus,
    /// Keeps the interfaces open, even after the end.
    pub descriptors: DescriptorGuard,
}

impl Devices {
    /// Starts the capture. The stream can be read at once, before the first packet: it begins with the descriptions of the
    /// interfaces.
    ///
    /// # Errors
    ///
    /// [`Error::Capture`] if the system refuses the thread of an interface. Nothing is captured then.
    pub fn start(self, writer: Option<PacketWriter>, limits: Limits) -> Result<RunningCapture, Error> {
        let descriptions: Vec<_> = self.0.iter().map(|device| device.description.clone()).collect();
        let status = CaptureStatus::new(&descriptions, writer.as_ref());
        let stop_handle = StopHandle::new(limits.packets);
        let deadline = limits.duration.and_then(|duration| Instant::now().checked_add(duration));
        let (mut stream, sender) = stream::stream(&descriptions, writer, stop_handle.clone(), status.clone());
        let (ended, descriptors) = DescriptorGuard::new();
        for (index, device) in self.0.into_iter().enumerate() {
            let writer = BlockWriter::new(index, sender.clone(), stop_handle.clone(), status.clone());
            let worker = Worker::new(device, writer, ended.clone(), deadline);
            let thread = parallel::hand_over(worker, Worker::run).map_err(|(_, why)| Error::Capture {
                interface: descriptions[index].name.clone(),
                reason: CaptureProblem::Thread(why),
            })?;
            stream.add_worker(thread);
        }
        Ok(RunningCapture { stream, stop_handle, status, descriptors })
    }
}
