//! The status of a capture, for any thread.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::super::packet_writer::{PacketWriter, WriteStats};
use super::device::Description;
use crate::error::Error;
use crate::link_type::LinkType;

/// Maximum number of errors of saving that are kept until they are taken.
const MAX_PROBLEMS: usize = 10;

/// The reason why the capture on an interface has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The packet limit was reached.
    Packets,
    /// The time limit was reached.
    Duration,
    /// The capture was stopped, or its stream is no longer read.
    Stopped,
    /// The interface or the system failed.
    Failed(CaptureFailure),
}

/// The reason why a capture on an interface could not continue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureFailure {
    /// The interface was removed.
    InterfaceRemoved,
    /// Another failure, in the words of libpcap or the system.
    Libpcap(String),
}

/// An interface and its counts: packets since the capture began. The system's counts are read about once a second, and at the
/// end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceStatus {
    /// Its name.
    pub name: String,
    /// The link layer of its packets.
    pub link_type: LinkType,
    /// Packets that passed the filter, as counted by the system. Systems differ in what they count: on Linux, the loopback
    /// interface has each packet twice.
    pub received: u64,
    /// Packets that were dropped because they were not read in time.
    pub dropped_kernel: u64,
    /// Packets that the interface dropped.
    pub dropped_interface: u64,
    /// Packets in the stream.
    pub delivered: u64,
    /// Number of times the interface was switched off since the capture began.
    pub went_down: u64,
    /// True while the interface is switched off: no packets come until it is switched on again.
    pub is_down: bool,
    /// The reason for the end, if the capture has ended.
    pub ending: Option<Ending>,
}

/// The status of a capture. All clones share it.
#[derive(Clone, Debug)]
pub struct CaptureStatus(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    interfaces: Vec<Counters>,
    writing: Mutex<WriteStatus>,
}

#[derive(Debug)]
struct Counters {
    name: String,
    link_type: LinkType,
    received: AtomicU64,
    dropped_kernel: AtomicU64,
    dropped_interface: AtomicU64,
    delivered: AtomicU64,
    /// Number of times the interface was switched off or on again since the capture began; odd while it is off.
    switched: AtomicU64,
    ending: OnceLock<Ending>,
}

#[derive(Debug, Default)]
struct WriteStatus {
    stats: Option<WriteStats>,
    problems: Vec<Error>,
}

impl CaptureStatus {
    pub(super) fn new(descriptions: &[Description], writer: Option<&PacketWriter>) -> CaptureStatus {
        let counters = |description: &Description| Counters {
            name: description.name.clone(),
            link_type: description.link_type,
            received: AtomicU64::new(0),
            dropped_kernel: AtomicU64::new(0),
            dropped_interface: AtomicU64::new(0),
            delivered: AtomicU64::new(0),
            switched: AtomicU64::new(0),
            ending: OnceLock::new(),
        };
        let writing = Mutex::new(WriteStatus { stats: writer.map(PacketWriter::stats), problems: Vec::new() });
        CaptureStatus(Arc::new(Shared { interfaces: descriptions.iter().map(counters).collect(), writing }))
    }

    /// The interfaces, in the order they were named.
    pub fn interfaces(&self) -> Vec<InterfaceStatus> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let status = |counters: &Counters, switched: u64| InterfaceStatus {
            went_down: switched.div_ceil(2),
            is_down: switched % 2 == 1,
            name: counters.name.clone(),
            link_type: counters.link_type,
            received: read(&counters.received),
            dropped_kernel: read(&counters.dropped_kernel),
            dropped_interface: read(&counters.dropped_interface),
            delivered: read(&counters.delivered),
            ending: counters.ending.get().cloned(),
        };
        self.0.interfaces.iter().map(|counters| status(counters, read(&counters.switched))).collect()
    }

    /// Packets that the kernel and the interfaces dropped, of all interfaces together.
    pub fn dropped(&self) -> [u64; 2] {
        let sum = |counter: fn(&Counters) -> &AtomicU64| {
            self.0.interfaces.iter().map(|counters| counter(counters).load(Ordering::Relaxed)).sum()
        };
        [sum(|counters| &counters.dropped_kernel), sum(|counters| &counters.dropped_interface)]
    }

    /// The counts of saved packets, bytes and files so far; `None` if nothing is to be saved.
    pub fn write_stats(&self) -> Option<WriteStats> {
        self.writing().stats
    }

    /// Takes the errors of saving since the last call. The capture continues despite them.
    pub fn take_problems(&self) -> Vec<Error> {
        std::mem::take(&mut self.writing().problems)
    }

    fn writing(&self) -> MutexGuard<'_, WriteStatus> {
        // Both values are valid at any time, even after a panic.
        self.0.writing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_written(&self, stats: WriteStats, problem: Option<Error>) {
        let mut writing = self.writing();
        writing.stats = Some(stats);
        if writing.problems.len() < MAX_PROBLEMS {
            writing.problems.extend(problem);
        }
    }

    pub(super) fn set_delivered(&self, interface: usize, packets: u64) {
        self.0.interfaces[interface].delivered.store(packets, Ordering::Relaxed);
    }

    /// Records that the interface was switched off, or on again.
    pub(super) fn set_down(&self, interface: usize, is_down: bool) {
        let switched = &self.0.interfaces[interface].switched;
        // Only the interface's own thread writes it.
        if (switched.load(Ordering::Relaxed) % 2 == 1) != is_down {
            switched.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn set_counts(&self, interface: usize, [received, dropped_kernel, dropped_interface]: [u64; 3]) {
        let counters = &self.0.interfaces[interface];
        counters.received.store(received, Ordering::Relaxed);
        counters.dropped_kernel.store(dropped_kernel, Ordering::Relaxed);
        counters.dropped_interface.store(dropped_interface, Ordering::Relaxed);
    }

    pub(super) fn set_ending(&self, interface: usize, ending: Ending) {
        let _ = self.0.interfaces[interface].ending.set(ending);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interface_that_went_down_and_came_back_did_so_once() {
        let description = Description { name: "west".into(), link_type: LinkType::ETHERNET, snaplen: 1, filter: None };
        let status = CaptureStatus::new(&[description], None);
        let switched = |is_down: &[bool]| {
            is_down.iter().for_each(|is_down| status.set_down(0, *is_down));
            let interface = &status.interfaces()[0];
            (interface.went_down, interface.is_down)
        };
        assert_eq!(switched(&[false]), (0, false));
        assert_eq!(switched(&[true, true]), (1, true));
        assert_eq!(switched(&[false, true, false]), (2, false));
    }
}
