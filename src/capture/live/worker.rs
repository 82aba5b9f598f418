//! The thread of one interface: takes packets from libpcap and hands them over as pcapng blocks.

use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use pcap::{Active, Capture, Stat};

use super::super::pcapng_write::Statistics;
use super::block_writer::BlockWriter;
use super::device::{Device, TIMEOUT, words};
use super::link_state::{LinkState, link_state};
use super::status::{CaptureFailure, Ending};

/// Maximum number of packets taken before the next check whether the capture should end.
const BATCH: usize = 1000;
/// Interval at which the system's counts are read.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// The thread of one interface.
pub struct Worker {
    /// The name of the interface.
    name: String,
    capture: Capture<Active>,
    ended: Sender<Capture<Active>>,
    writer: BlockWriter,
    deadline: Option<Instant>,
    /// True while the interface is switched off.
    is_down: bool,
    counts: Counts,
    counted: Instant,
    /// Packets dropped by the kernel and by the interface, as last written to the stream.
    reported: Option<[u64; 2]>,
}

impl Worker {
    /// The worker of `device`, which gives the handle of its interface to `ended` at the end, still open.
    pub fn new(device: Device, writer: BlockWriter, ended: Sender<Capture<Active>>, deadline: Option<Instant>) -> Worker {
        Worker {
            name: device.description.name,
            capture: device.capture,
            ended,
            writer,
            deadline,
            is_down: false,
            counts: Counts::default(),
            counted: Instant::now(),
            reported: None,
        }
    }

    /// Captures until there is a reason to end, and reports it.
    pub fn run(mut self) {
        let ending = loop {
            if let ControlFlow::Break(ending) = self.turn() {
                break ending;
            }
        };
        self.count();
        self.write_statistics(Some(self.writer.delivered()));
        // Set first, so that a reader at the end of the stream finds it.
        self.writer.status.set_ending(self.writer.interface, ending);
        self.writer.hand_over();
        // Without a receiver, the handle is closed.
        let _ = self.ended.send(self.capture);
    }

    /// Waits for packets, for a moment at most, and takes them.
    fn turn(&mut self) -> ControlFlow<Ending> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.writer.stop_handle.end_at_deadline();
        }
        match self.writer.stop_handle.cause() {
            Some(ending @ (Ending::Duration | Ending::Stopped)) => return ControlFlow::Break(self.drain(ending)),
            Some(ending) => return ControlFlow::Break(ending),
            None => {}
        }
        let wait = Duration::from_millis(u64::from(TIMEOUT));
        let left = self.deadline.map_or(wait, |deadline| deadline.saturating_duration_since(Instant::now()));
        let (has_failed, taken) = match self.wait(left.min(wait)).and_then(|failed| Ok((failed, self.take()?))) {
            Ok(turn) => turn,
            Err(why) if is_of_interface_down(&why) => (true, 0),
            Err(why) => return ControlFlow::Break(self.fail(self.reason(why))),
        };
        if taken < BATCH {
            self.writer.hand_over();
        }
        if has_failed || self.is_down {
            self.check_interface(has_failed, taken)?;
        }
        if self.counted.elapsed() >= COUNT_EVERY {
            self.count();
            // Once at the beginning, and then only changes: a capture without packets for days saves nothing.
            if self.reported != Some(self.counts.dropped()) {
                self.write_statistics(None);
            }
        }
        ControlFlow::Continue(())
    }

    /// Checks whether the interface is switched on. The capture waits for an interface that is off: the socket stays bound to it,
    /// and packets come again as soon as it is on.
    fn check_interface(&mut self, has_failed: bool, taken: usize) -> ControlFlow<Ending> {
        let state = link_state(self.capture.as_fd(), &self.name);
        if state == LinkState::Gone {
            return ControlFlow::Break(self.fail(CaptureFailure::InterfaceRemoved));
        }
        if has_failed {
            // Even if the interface is on again already.
            self.set_down(true);
        }
        if state == LinkState::Up || state == LinkState::Unknown && !has_failed && taken > 0 {
            self.set_down(false);
        } else if has_failed && taken == 0 {
            // A failure that the system repeats must not cause a busy loop.
            let _ = poll(&mut [], TIMEOUT);
        }
        ControlFlow::Continue(())
    }

    /// The failure that libpcap's message `why` means. libpcap may know that the interface is gone a moment before the socket
    /// does.
    fn reason(&self, why: String) -> CaptureFailure {
        let is_gone = why.contains("disappeared") || link_state(self.capture.as_fd(), &self.name) == LinkState::Gone;
        if is_gone { CaptureFailure::InterfaceRemoved } else { CaptureFailure::Libpcap(why) }
    }

    fn set_down(&mut self, is_down: bool) {
        self.is_down = is_down;
        self.writer.status.set_down(self.writer.interface, is_down);
    }

    /// Takes the packets that came before the interface failed.
    fn fail(&mut self, failure: CaptureFailure) -> Ending {
        self.drain(Ending::Failed(failure))
    }

    /// Takes the packets up to now that are still in the system's buffer.
    fn drain(&mut self, ending: Ending) -> Ending {
        self.writer.discard_later_packets();
        // The system hands over a block that is not full after this time.
        let closed = Instant::now() + 2 * Duration::from_millis(u64::from(TIMEOUT));
        while !self.writer.is_over() && !self.writer.stop_handle.is_abandoned() {
            let left = closed.saturating_duration_since(Instant::now());
            match self.wait(left).and_then(|_| self.take()) {
                Ok(taken) if taken < BATCH && left.is_zero() => break,
                Ok(_) => {}
                // No more packets come, and the reason is known.
                Err(why) if is_of_interface_down(&why) || matches!(ending, Ending::Failed(_)) => break,
                Err(why) => return Ending::Failed(self.reason(why)),
            }
        }
        ending
    }

    /// Waits for packets, for `time` at most. True if the interface reports an error.
    fn wait(&self, time: Duration) -> Result<bool, String> {
        let time = PollTimeout::try_from(time).unwrap_or(PollTimeout::ZERO);
        let mut waiting = [PollFd::new(self.capture.as_fd(), PollFlags::POLLIN)];
        match poll(&mut waiting, time) {
            Ok(_) => Ok(waiting[0].revents().is_some_and(|events| events.contains(PollFlags::POLLERR))),
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(error.desc().to_owned()),
        }
    }

    /// Takes the packets that are available, and returns their number.
    fn take(&mut self) -> Result<usize, String> {
        let Worker { capture, writer, .. } = self;
        let taken = capture.dispatch(Some(BATCH), |packet| writer.write(packet.header, packet.data)).map_err(words);
        writer.status.set_delivered(writer.interface, writer.delivered());
        taken
    }

    fn count(&mut self) {
        self.counted = Instant::now();
        // An interface that is gone keeps its last counts.
        if let Ok(stat) = self.capture.stats() {
            self.counts.add(stat);
            self.writer.status.set_counts(self.writer.interface, self.counts.total);
        }
    }

    /// Writes the counts to the stream.
    fn write_statistics(&mut self, delivered: Option<u64>) {
        self.reported = Some(self.counts.dropped());
        let statistics = Statistics { delivered, ..self.counts.statistics() };
        self.writer.write_statistics(&statistics);
    }
}

/// True if libpcap's message `why` means only that the interface is switched off. Before 1.10, libpcap treats that as a failure
/// on Linux, too.
fn is_of_interface_down(why: &str) -> bool {
    let why = why.to_lowercase();
    ["went down", "network is down"].iter().any(|words| why.contains(words))
}

/// The system's counts. Its counters have 32 bits and wrap around.
#[derive(Default)]
struct Counts {
    last: [u32; 3],
    /// Received, dropped by the kernel, dropped by the interface.
    total: [u64; 3],
}

impl Counts {
    fn add(&mut self, Stat { received, dropped, if_dropped }: Stat) {
        for (index, now) in [received, dropped, if_dropped].into_iter().enumerate() {
            self.total[index] += u64::from(now.wrapping_sub(self.last[index]));
            self.last[index] = now;
        }
    }

    fn dropped(&self) -> [u64; 2] {
        [self.total[1], self.total[2]]
    }

    fn statistics(&self) -> Statistics {
        let [received, dropped_kernel, dropped_interface] = self.total;
        Statistics { received, dropped_interface, dropped_kernel, delivered: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_wrap_around_continue() {
        let mut counts = Counts::default();
        for received in [5, u32::MAX, 2] {
            counts.add(Stat { received, dropped: 1, if_dropped: 0 });
        }
        assert_eq!(counts.total, [(1 << 32) + 2, 1, 0]);
    }

    #[test]
    fn an_interface_that_is_switched_off_is_not_a_failure_in_any_wording_of_libpcap() {
        let messages =
            ["The interface went down", "recv failed: Network is down", "The interface disappeared", "Bad file descriptor"];
        assert_eq!(messages.map(is_of_interface_down), [true, true, false, false]);
    }
}
