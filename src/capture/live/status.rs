//! How a capture goes, for everyone who asks, and the word that ends it.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::super::packet::LinkType;
use super::super::saving::{Saved, Saving};
use super::device::Description;
use crate::error::Error;

/// The most trouble of the saving that is kept until somebody takes it.
const MAX_TROUBLES: usize = 10;

/// Why the capture on an interface has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As many packets have come as were asked for.
    Packets,
    /// The time is over.
    Duration,
    /// It was stopped, or nobody reads it any more.
    Stopped,
    /// The interface or the system failed.
    Failed(CaptureFailure),
}

/// The reason why a capture on an interface could not go on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaptureFailure {
    /// The interface was removed.
    InterfaceRemoved,
    /// Something else, in the words of libpcap or the system.
    Libpcap(String),
}

/// An interface and what it has counted so far: packets since the capture began. The system's counts are looked up about once a
/// second, and at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceStatus {
    /// Its name.
    pub name: String,
    /// The link layer of its packets.
    pub link_type: LinkType,
    /// Packets that passed the filter, as the system counts them. What counts here and what passes through an interface differs
    /// among systems: on Linux the loopback has each packet twice.
    pub received: u64,
    /// Packets that were not taken in time.
    pub dropped_kernel: u64,
    /// Packets that the interface dropped.
    pub dropped_interface: u64,
    /// Packets that are in the stream.
    pub delivered: u64,
    /// How often it was switched off since the capture began.
    pub went_down: u64,
    /// Whether it is switched off at present: nothing comes until it is switched on again.
    pub is_down: bool,
    /// Why it has ended, if it has.
    pub ending: Option<Ending>,
}

/// How a capture goes. All clones tell the same.
#[derive(Clone, Debug)]
pub struct Status(Arc<Shared>);

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
    /// How often it was switched off or on again since the capture began: it is off, if that is odd.
    switched: AtomicU64,
    ending: OnceLock<Ending>,
}

#[derive(Debug, Default)]
struct SavingStatus {
    saved: Option<Saved>,
    troubles: Vec<Error>,
}

impl Status {
    pub(super) fn new(descriptions: &[Description], saving: Option<&Saving>) -> Status {
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
        let saving = Mutex::new(SavingStatus { saved: saving.map(Saving::saved), troubles: Vec::new() });
        Status(Arc::new(Shared { interfaces: descriptions.iter().map(counters).collect(), saving }))
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

    /// What has been saved so far; `None` if nothing was to be saved.
    pub fn saved(&self) -> Option<Saved> {
        self.saving().saved
    }

    /// What went wrong with the saving since this was asked last. The capture goes on without it.
    pub fn take_troubles(&self) -> Vec<Error> {
        std::mem::take(&mut self.saving().troubles)
    }

    fn saving(&self) -> MutexGuard<'_, SavingStatus> {
        // Both values are whole at any time.
        self.0.saving.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set_saved(&self, saved: Saved, trouble: Option<Error>) {
        let mut saving = self.saving();
        saving.saved = Some(saved);
        if saving.troubles.len() < MAX_TROUBLES {
            saving.troubles.extend(trouble);
        }
    }

    pub(super) fn set_delivered(&self, interface: usize, packets: u64) {
        self.0.interfaces[interface].delivered.store(packets, Ordering::Relaxed);
    }

    /// Notes that it is switched off, or on again.
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

/// Ends a capture, from any thread. All clones end the same one.
#[derive(Clone, Debug)]
pub struct Stopper(Arc<Order>);

#[derive(Debug)]
struct Order {
    cause: AtomicU8,
    /// Nobody reads the stream any more.
    abandoned: AtomicBool,
    /// Packets that may still come, if there is a limit.
    left: Option<AtomicU64>,
}

/// Nobody has said that it is to end.
const GOES_ON: u8 = 0;
const BY_PACKETS: u8 = 1;
const BY_DURATION: u8 = 2;
const BY_STOPPING: u8 = 3;

impl Stopper {
    pub(super) fn new(packets: Option<u64>) -> Stopper {
        let cause = if packets == Some(0) { BY_PACKETS } else { GOES_ON };
        let left = packets.map(AtomicU64::new);
        Stopper(Arc::new(Order { cause: AtomicU8::new(cause), abandoned: AtomicBool::new(false), left }))
    }

    /// Ends the capture within a quarter of a second or so, with the packets up to this moment. It returns at once; the stream
    /// ends when all is said.
    pub fn stop(&self) {
        self.set(BY_STOPPING);
    }

    pub(super) fn end_of_time(&self) {
        self.set(BY_DURATION);
    }

    /// Nothing more is wanted, not even what is here already.
    pub(super) fn abandon(&self) {
        self.0.abandoned.store(true, Ordering::Relaxed);
        self.stop();
    }

    pub(super) fn is_abandoned(&self) -> bool {
        self.0.abandoned.load(Ordering::Relaxed)
    }

    /// Takes one packet of those that may come. The last one ends the capture.
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

    /// Why it is to end, if it is. The first cause counts.
    pub(super) fn cause(&self) -> Option<Ending> {
        match self.0.cause.load(Ordering::Relaxed) {
            BY_PACKETS => Some(Ending::Packets),
            BY_DURATION => Some(Ending::Duration),
            BY_STOPPING => Some(Ending::Stopped),
            _ => None,
        }
    }

    fn set(&self, cause: u8) {
        // Somebody was faster.
        let _ = self.0.cause.compare_exchange(GOES_ON, cause, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_gives_out_exactly_so_many_packets_and_the_first_cause_counts() {
        let stopper = Stopper::new(Some(1000));
        let taken = || (0..700).filter(|_| stopper.take_packet()).count();
        let both = std::thread::scope(|scope| [scope.spawn(taken), scope.spawn(taken)].map(|thread| thread.join().unwrap()));
        assert_eq!(both.iter().sum::<usize>(), 1000);
        stopper.stop();
        assert_eq!(stopper.cause(), Some(Ending::Packets));
        assert_eq!(Stopper::new(Some(0)).cause(), Some(Ending::Packets));
        assert!(Stopper::new(None).take_packet() && Stopper::new(None).cause().is_none());
    }

    #[test]
    fn an_interface_that_went_down_and_came_back_did_so_once() {
        let description = Description { name: "west".into(), link_type: LinkType::ETHERNET, snaplen: 1, filter: None };
        let status = Status::new(&[description], None);
        let told = |is_down: &[bool]| {
            is_down.iter().for_each(|is_down| status.set_down(0, *is_down));
            let interface = &status.interfaces()[0];
            (interface.went_down, interface.is_down)
        };
        assert_eq!(told(&[false]), (0, false));
        assert_eq!(told(&[true, true]), (1, true));
        assert_eq!(told(&[false, true, false]), (2, false));
    }
}
