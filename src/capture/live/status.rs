//! The status of a capture, for any thread, and the switch that stops it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::super::packet_writer::{WriteStats, PacketWriter};
use super::device::Description;
use crate::error::Error;
use crate::link_type::LinkType;

/// Maximum number of saving errors that are kept until they are taken.
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
    saving: Mutex<SavingStatus>,
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
struct SavingStatus {
    saved: Option<WriteStats>,
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
        let saving = Mutex::new(SavingStatus { saved: writer.map(PacketWriter::stats), problems: Vec::new() });
        CaptureStatus(Arc::new(Shared { interfaces: descriptions.iter().map(counters).collect(), saving }))
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
    pub fn saved(&self) -> Option<WriteStats> {
        self.saving().saved
    }

    /// Takes the errors of saving since the last call. The capture continues despite them.
    pub fn take_problems(&self) -> Vec<Error> {
        std::mem::take(&mut self.saving().problems)
    }

    fn saving(&self) -> MutexGuard<'_, SavingStatus> {
        // Both values are valid at any time, even after a panic.
        self.0.saving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_saved(&self, saved: WriteStats, problem: Option<Error>) {
        let mut saving = self.saving();
        saving.saved = Some(saved);
        if saving.problems.len() < MAX_PROBLEMS {
            saving.problems.extend(problem);
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

/// Ends a capture, from any thread. All clones end the same capture.
#[derive(Clone, Debug)]
pub struct StopHandle(Arc<StopState>);

#[derive(Debug)]
struct StopState {
    cause: AtomicU8,
    /// True once the stream is no longer read.
    abandoned: AtomicBool,
    /// Packets left until the limit, if there is one.
    left: Option<AtomicU64>,
}

/// No cause to end yet.
const GOES_ON: u8 = 0;
const BY_PACKETS: u8 = 1;
const BY_DURATION: u8 = 2;
const BY_STOPPING: u8 = 3;

impl StopHandle {
    pub(super) fn new(packets: Option<u64>) -> StopHandle {
        let cause = if packets == Some(0) { BY_PACKETS } else { GOES_ON };
        let left = packets.map(AtomicU64::new);
        StopHandle(Arc::new(StopState { cause: AtomicU8::new(cause), abandoned: AtomicBool::new(false), left }))
    }

    /// Ends the capture within about a quarter of a second, with the packets up to this moment. Returns at once; the stream ends
    /// after the last packets and counts.
    pub fn stop(&self) {
        self.set(BY_STOPPING);
    }

    pub(super) fn end_of_time(&self) {
        self.set(BY_DURATION);
    }

    /// Ends the capture, and discards even the packets that are here already.
    pub(super) fn abandon(&self) {
        self.0.abandoned.store(true, Ordering::Relaxed);
        self.stop();
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.0.abandoned.load(Ordering::Relaxed)
    }

    /// Counts a packet against the limit; false if the limit was reached before. The last packet allowed ends the capture.
    #[inline]
    pub(super) fn take_packet(&self) -> bool {
        let Some(left) = &self.0.left else { return true };
        match left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) {
            Ok(1) => {
                self.set(BY_PACKETS);
                true
            }
            Ok(_) => true,
            Err(_) => false,
        }
    }

    /// The reason to end, if there is one. The first one counts.
    pub(super) fn cause(&self) -> Option<Ending> {
        match self.0.cause.load(Ordering::Relaxed) {
            BY_PACKETS => Some(Ending::Packets),
            BY_DURATION => Some(Ending::Duration),
            BY_STOPPING => Some(Ending::Stopped),
            _ => None,
        }
    }

    fn set(&self, cause: u8) {
        // Another cause came first.
        let _ = self.0.cause.compare_exchange(GOES_ON, cause, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_admits_exactly_its_number_of_packets_and_the_first_cause_counts() {
        let stop_handle = StopHandle::new(Some(1000));
        let taken = || (0..700).filter(|_| stop_handle.take_packet()).count();
        let both = std::thread::scope(|scope| [scope.spawn(taken), scope.spawn(taken)].map(|thread| thread.join().unwrap()));
        assert_eq!(both.iter().sum::<usize>(), 1000);
        stop_handle.stop();
        assert_eq!(stop_handle.cause(), Some(Ending::Packets));
        assert_eq!(StopHandle::new(Some(0)).cause(), Some(Ending::Packets));
        assert!(StopHandle::new(None).take_packet() && StopHandle::new(None).cause().is_none());
    }

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
