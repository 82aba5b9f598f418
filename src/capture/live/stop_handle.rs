//! The handle that stops a capture, from any thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};

use super::status::Ending;

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
const CONTINUES: u8 = 0;
const BY_PACKETS: u8 = 1;
const BY_DURATION: u8 = 2;
const BY_STOPPING: u8 = 3;

impl StopHandle {
    pub(super) fn new(packets: Option<u64>) -> StopHandle {
        let cause = if packets == Some(0) { BY_PACKETS } else { CONTINUES };
        let left = packets.map(AtomicU64::new);
        StopHandle(Arc::new(StopState { cause: AtomicU8::new(cause), abandoned: AtomicBool::new(false), left }))
    }

    /// Ends the capture within about a quarter of a second, with the packets up to this moment. Returns at once; the stream ends
    /// after the last packets and counts.
    pub fn stop(&self) {
        self.set(BY_STOPPING);
    }

    pub(super) fn end_at_deadline(&self) {
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
    pub(super) fn admit_packet(&self) -> bool {
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
        let _ = self.0.cause.compare_exchange(CONTINUES, cause, Ordering::Relaxed, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_admits_exactly_its_number_of_packets_and_the_first_cause_counts() {
        let handle = StopHandle::new(Some(1000));
        let taken = || (0..700).filter(|_| handle.admit_packet()).count();
        let both = std::thread::scope(|scope| [scope.spawn(taken), scope.spawn(taken)].map(|thread| thread.join().unwrap()));
        assert_eq!(both.iter().sum::<usize>(), 1000);
        handle.stop();
        assert_eq!(handle.cause(), Some(Ending::Packets));
        assert_eq!(StopHandle::new(Some(0)).cause(), Some(Ending::Packets));
        assert!(StopHandle::new(None).admit_packet() && StopHandle::new(None).cause().is_none());
    }
}
