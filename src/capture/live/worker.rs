//! The thread of one interface: takes packets from libpcap and hands them over as pcapng blocks.

use std::ops::ControlFlow;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use pcap::{Active, Capture, PacketHeader, Stat};

use super::super::pcapng_write::{self, Statistics};
use super::device::{Device, IS_PRECISE, TIMEOUT, words};
use super::link_state::{LinkState, link_state};
use super::status::{CaptureFailure, Ending, Status, Stopper};
use super::stream::{BLOCK, Outlet};
use crate::unit::{NANOSECONDS, Time};

/// Packets that are taken at a time, before it is looked whether all is to end.
const BATCH: usize = 1000;
/// How often the system is asked for what it has counted.
const COUNT_EVERY: Duration = Duration::from_secs(1);

pub struct Worker {
    interface: usize,
    name: String,
    capture: Capture<Active>,
    inbox: Inbox,
    deadline: Option<Instant>,
    /// The interface is switched off.
    is_down: bool,
    counts: Counts,
    counted: Instant,
    /// Packets dropped by the kernel and by the interface, as the stream tells them so far.
    told: Option<[u64; 2]>,
}

impl Worker {
    pub fn new(
        interface: usize,
        device: Device,
        outlet: Outlet,
        stopper: Stopper,
        status: Status,
        deadline: Option<Instant>,
    ) -> Worker {
        let block = Vec::with_capacity(BLOCK);
        let inbox = Inbox { interface, block, delivered: 0, until: None, is_over: false, outlet, stopper, status };
        let counted = Instant::now();
        let (name, capture) = (device.description.name, device.capture);
        Worker { interface, name, capture, inbox, deadline, is_down: false, counts: Counts::default(), counted, told: None }
    }

    /// Captures until there is a reason to end, and says it. The capture is handed back open: nothing can be written any more to a
    /// file that gets the number of its descriptor.
    pub fn run(mut self) -> Capture<Active> {
        let ending = loop {
            if let ControlFlow::Break(ending) = self.turn() {
                break ending;
            }
        };
        self.count();
        self.tell(Some(self.inbox.delivered));
        // Told first: who has read the stream to its end finds it.
        self.inbox.status.set_ending(self.interface, ending);
        self.inbox.hand_over();
        self.capture
    }

    /// Waits for packets, for a moment at most, and takes them.
    fn turn(&mut self) -> ControlFlow<Ending> {
        if self.deadline.is_some_and(|deadline| Instant::now() >= deadline) {
            self.inbox.stopper.end_of_time();
        }
        match self.inbox.stopper.cause() {
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
            self.inbox.hand_over();
        }
        if has_failed || self.is_down {
            self.look_at_interface(has_failed, taken)?;
        }
        if self.counted.elapsed() >= COUNT_EVERY {
            self.count();
            // Once at the beginning, and then only what is new: who captures nothing for days saves nothing.
            if self.told != Some(self.counts.dropped()) {
                self.tell(None);
            }
        }
        ControlFlow::Continue(())
    }

    /// Looks whether the interface is switched on. It is waited for: its socket stays bound to it, and packets come again as soon as
    /// it is on.
    fn look_at_interface(&mut self, has_failed: bool, taken: usize) -> ControlFlow<Ending> {
        let state = link_state(self.capture.as_fd(), &self.name);
        if state == LinkState::Gone {
            return ControlFlow::Break(self.fail(CaptureFailure::InterfaceRemoved));
        }
        if has_failed {
            // Even if it is on again already.
            self.set_down(true);
        }
        if state == LinkState::Up || state == LinkState::Unknown && !has_failed && taken > 0 {
            self.set_down(false);
        } else if has_failed && taken == 0 {
            // Whatever the system says again and again, it is not asked all the time.
            let _ = poll(&mut [], TIMEOUT);
        }
        ControlFlow::Continue(())
    }

    /// What libpcap says, unless it is that the interface is gone. It may know that a moment before the socket does.
    fn reason(&self, why: String) -> CaptureFailure {
        let is_gone = why.contains("disappeared") || link_state(self.capture.as_fd(), &self.name) == LinkState::Gone;
        if is_gone { CaptureFailure::InterfaceRemoved } else { CaptureFailure::Libpcap(why) }
    }

    fn set_down(&mut self, is_down: bool) {
        self.is_down = is_down;
        self.inbox.status.set_down(self.interface, is_down);
    }

    /// Takes what came before the interface failed.
    fn fail(&mut self, failure: CaptureFailure) -> Ending {
        self.drain(Ending::Failed(failure))
    }

    /// Takes what has come up to now and is still in the system's buffer.
    fn drain(&mut self, ending: Ending) -> Ending {
        self.inbox.until = Some((Time::now(), Instant::now()));
        // The system hands over a block that is not full after this time.
        let closed = Instant::now() + 2 * Duration::from_millis(u64::from(TIMEOUT));
        while !self.inbox.is_over && !self.inbox.stopper.is_abandoned() {
            let left = closed.saturating_duration_since(Instant::now());
            match self.wait(left).and_then(|_| self.take()) {
                Ok(taken) if taken < BATCH && left.is_zero() => break,
                Ok(_) => {}
                // Nothing comes any more, and it is known why.
                Err(why) if is_of_interface_down(&why) || matches!(ending, Ending::Failed(_)) => break,
                Err(why) => return Ending::Failed(self.reason(why)),
            }
        }
        ending
    }

    /// Waits until there are packets, or for so long. True if something has happened to the interface.
    fn wait(&self, time: Duration) -> Result<bool, String> {
        let time = PollTimeout::try_from(time).unwrap_or(PollTimeout::ZERO);
        let mut waiting = [PollFd::new(self.capture.as_fd(), PollFlags::POLLIN)];
        match poll(&mut waiting, time) {
            Ok(_) => Ok(waiting[0].revents().is_some_and(|events| events.contains(PollFlags::POLLERR))),
            Err(Errno::EINTR) => Ok(false),
            Err(error) => Err(error.desc().to_owned()),
        }
    }

    /// Takes packets that are here, and tells how many.
    fn take(&mut self) -> Result<usize, String> {
        let Worker { capture, inbox, .. } = self;
        let taken = capture.dispatch(Some(BATCH), |packet| inbox.put(packet.header, packet.data)).map_err(words);
        inbox.status.set_delivered(inbox.interface, inbox.delivered);
        taken
    }

    fn count(&mut self) {
        self.counted = Instant::now();
        // An interface that is gone keeps its last counts.
        if let Ok(stat) = self.capture.stats() {
            self.counts.add(stat);
            self.inbox.status.set_counts(self.interface, self.counts.total);
        }
    }

    /// Puts what was counted into the stream.
    fn tell(&mut self, delivered: Option<u64>) {
        self.told = Some(self.counts.dropped());
        let statistics = Statistics { delivered, ..self.counts.statistics() };
        pcapng_write::statistics(&mut self.inbox.block, self.interface as u32, Time::now(), &statistics);
    }
}

/// True if a packet came after a moment that was so long ago. If its time is later than it can be, it came before, and the clock was
/// set back since; of such packets there is an end, too.
fn is_after(time: Time, moment: Time, ago: Duration) -> bool {
    const AT_MOST: Duration = Duration::from_secs(10);
    // The clocks differ by a little, and one may be adjusted meanwhile.
    const SLACK: Duration = Duration::from_secs(1);
    let later = time.since(moment).unwrap_or(0);
    let by_clock = Duration::from_nanos(later.unsigned_abs());
    later > 0 && (by_clock <= ago + SLACK || ago > AT_MOST)
}

/// True if libpcap says no more than that the interface is switched off. Before 1.10 it takes that for a failure on Linux, too.
fn is_of_interface_down(why: &str) -> bool {
    let why = why.to_lowercase();
    ["went down", "network is down"].iter().any(|words| why.contains(words))
}

/// What becomes of packets.
struct Inbox {
    interface: usize,
    /// Packets as pcapng blocks, to be handed over.
    block: Vec<u8>,
    /// Packets that were put in, from the beginning.
    delivered: u64,
    /// Packets after this time are not wanted any more, if it is set: what the clock said, and when.
    until: Option<(Time, Instant)>,
    /// No more packets are wanted.
    is_over: bool,
    outlet: Outlet,
    stopper: Stopper,
    status: Status,
}

impl Inbox {
    /// Puts a packet in, if it is wanted.
    #[inline]
    fn put(&mut self, header: &PacketHeader, data: &[u8]) {
        if self.is_over {
            return;
        }
        let time = time(header);
        if self.until.is_some_and(|(until, begin)| is_after(time, until, begin.elapsed())) || !self.stopper.take_packet() {
            self.is_over = true;
            return;
        }
        pcapng_write::packet(&mut self.block, self.interface as u32, time, header.len, data);
        self.delivered += 1;
        if self.block.len() >= BLOCK {
            self.hand_over();
        }
    }

    /// Hands over what there is. That may take as long as the reader does.
    fn hand_over(&mut self) {
        if !self.block.is_empty() && !self.outlet.hand_over(&mut self.block) {
            self.is_over = true;
        }
    }
}

/// What the system has counted. Its counters have 32 bits and begin anew.
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

fn time(header: &PacketHeader) -> Time {
    let unit = if IS_PRECISE { 1 } else { 1000 };
    let nanoseconds = i128::from(header.ts.tv_sec) * i128::from(NANOSECONDS) + i128::from(header.ts.tv_usec) * unit;
    Time::from_wide_nanoseconds(nanoseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_that_begin_anew_go_on() {
        let mut counts = Counts::default();
        for received in [5, u32::MAX, 2] {
            counts.add(Stat { received, dropped: 1, if_dropped: 0 });
        }
        assert_eq!(counts.total, [(1 << 32) + 2, 1, 0]);
    }

    #[test]
    fn packets_from_before_the_clock_was_set_back_are_wanted_and_later_ones_are_not() {
        let at = |seconds: i64| Time::from_nanoseconds(seconds * NANOSECONDS);
        let ago = Duration::from_secs(2);
        assert_eq!(
            [-3_600, 100, 101, 102, 3_700].map(|second| is_after(at(second), at(100), ago)),
            [false, false, true, true, false]
        );
        assert!(is_after(at(3_700), at(100), Duration::from_secs(11)));
    }

    #[test]
    fn an_interface_that_is_switched_off_is_no_failure_in_any_words_of_libpcap() {
        let told =
            ["The interface went down", "recv failed: Network is down", "The interface disappeared", "Bad file descriptor"];
        assert_eq!(told.map(is_of_interface_down), [true, true, false, false]);
    }
}
