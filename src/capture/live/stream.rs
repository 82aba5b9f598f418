//! The stream of a capture: blocks of bytes from several threads to one reader.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::super::packet_writer::PacketWriter;
use super::super::pcapng_write;
use super::device::Description;
use super::status::CaptureStatus;
use super::stop_handle::StopHandle;

/// Bytes after which a thread hands over its block: large enough that this costs nothing.
pub const BLOCK: usize = 256 << 10;
/// Maximum number of blocks that are ready at a time, 32 MiB: the reader is busy with other work now and then, for up to a
/// second. More packets wait in the system's buffer, which counts what it drops.
const READY: usize = 128;
/// Maximum number of blocks whose memory is kept for reuse.
const SPARE: usize = 8;

/// A capture's packets as pcapng blocks. The stream ends after the capture, with all counts; a read waits for data, or until
/// the end of [its time slice](Stream::set_time_slice). Dropping the stream ends the capture and waits for its threads.
pub struct Stream {
    /// Blocks of whole pcapng blocks; `None` once the stream has been abandoned.
    blocks: Option<Receiver<Vec<u8>>>,
    spare: Spare,
    current: Vec<u8>,
    /// Number of bytes of the current block that have been read.
    read: usize,
    /// The time after which reads return to the caller; unlimited, if `None`.
    time_slice: Option<TimeSlice>,
    writer: Option<PacketWriter>,
    stop_handle: StopHandle,
    status: CaptureStatus,
    workers: Vec<JoinHandle<()>>,
}

/// The time in which reads may wait and follow each other before they return to the caller.
struct TimeSlice {
    length: Duration,
    began: Instant,
}

impl TimeSlice {
    /// Waits for the next block, but only until the end of the slice. The next slice begins then.
    fn receive(&mut self, blocks: &Receiver<Vec<u8>>) -> Result<Vec<u8>, RecvTimeoutError> {
        let left = self.length.saturating_sub(self.began.elapsed());
        let received = if left.is_zero() { Err(RecvTimeoutError::Timeout) } else { blocks.recv_timeout(left) };
        if let Err(RecvTimeoutError::Timeout) = received {
            self.began = Instant::now();
        }
        received
    }
}

/// Blocks that have been read and can be filled again.
type Spare = Arc<Mutex<Vec<Vec<u8>>>>;

/// The sending end of a stream, for the threads of the interfaces.
#[derive(Clone)]
pub struct BlockSender {
    ready: SyncSender<Vec<u8>>,
    spare: Spare,
}

impl BlockSender {
    /// Hands `block` over as soon as there is room, and replaces it with an empty one. False if the stream is no longer read.
    pub fn hand_over(&self, block: &mut Vec<u8>) -> bool {
        let empty = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        self.ready.send(std::mem::replace(block, empty)).is_ok()
    }
}

/// A stream that begins with a section header and the interfaces, and its sending end.
pub fn stream(
    descriptions: &[Description],
    writer: Option<PacketWriter>,
    stop_handle: StopHandle,
    status: CaptureStatus,
) -> (Stream, BlockSender) {
    let (ready, blocks) = sync_channel(READY);
    let spare = Spare::default();
    let mut stream = Stream {
        blocks: Some(blocks),
        spare: Arc::clone(&spare),
        current: beginning(descriptions),
        read: 0,
        time_slice: None,
        writer,
        stop_handle,
        status,
        workers: Vec::new(),
    };
    stream.save();
    (stream, BlockSender { ready, spare })
}

fn beginning(descriptions: &[Description]) -> Vec<u8> {
    let mut bytes = Vec::new();
    pcapng_write::section_header(&mut bytes);
    for Description { name, link_type, snaplen, filter } in descriptions {
        let (link_type, snaplen, filter) = (*link_type, *snaplen, filter.as_deref());
        pcapng_write::interface(
            &mut bytes,
            &pcapng_write::InterfaceBlock { name, description: None, link_type, snaplen, filter },
        );
    }
    bytes
}

impl Stream {
    /// Adds a thread that fills the stream.
    pub fn add_worker(&mut self, worker: JoinHandle<()>) {
        self.workers.push(worker);
    }

    /// Limits the time that is spent in reading: about every `length`, with or without packets, a read fails with
    /// [`WouldBlock`](io::ErrorKind::WouldBlock), so that the caller can do other work. The read can then be tried again.
    pub fn set_time_slice(&mut self, length: Duration) {
        self.time_slice = Some(TimeSlice { length, began: Instant::now() });
    }

    /// Saves the current block. The status reports a failure, and the capture continues.
    fn save(&mut self) {
        let Some(writer) = &mut self.writer else { return };
        if !writer.is_over() {
            let problem = writer.write_blocks(&self.current).err();
            self.status.set_written(writer.stats(), problem);
        }
    }

    /// Switches to the next block. False at the end.
    fn next_block(&mut self) -> io::Result<bool> {
        let Some(blocks) = &self.blocks else { return Ok(false) };
        let received = match &mut self.time_slice {
            Some(time_slice) => time_slice.receive(blocks),
            None => blocks.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        let block = match received {
            Ok(block) => block,
            Err(RecvTimeoutError::Timeout) => return Err(io::ErrorKind::WouldBlock.into()),
            Err(RecvTimeoutError::Disconnected) => return Ok(false),
        };
        let mut used = std::mem::replace(&mut self.current, block);
        used.clear();
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < SPARE {
            spare.push(used);
        }
        drop(spare);
        self.read = 0;
        self.save();
        Ok(true)
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read == self.current.len() {
            if buffer.is_empty() || !self.next_block()? {
                return Ok(0);
            }
        }
        let count = buffer.len().min(self.current.len() - self.read);
        buffer[..count].copy_from_slice(&self.current[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.stop_handle.abandon();
        // A thread that waits for room learns that there will be none.
        self.blocks = None;
        for worker in self.workers.drain(..) {
            // A thread that has panicked has ended, too.
            let _ = worker.join();
        }
    }
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stream").field("status", &self.status).finish_non_exhaustive()
    }
}
