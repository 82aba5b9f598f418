//! The packets of one interface as pcapng blocks, handed over when they are large.

use std::time::{Duration, Instant};

use pcap::PacketHeader;

use super::super::pcapng_write::{self, Statistics};
use super::device::IS_PRECISE;
use super::status::CaptureStatus;
use super::stop_handle::StopHandle;
use super::stream::{BLOCK, BlockSender};
use crate::time::{NANOSECONDS, Time};

/// A writer of the packets of one interface into pcapng blocks.
pub struct BlockWriter {
    /// The number of the interface in the stream.
    pub interface: usize,
    pub status: CaptureStatus,
    pub stop_handle: StopHandle,
    sender: BlockSender,
    /// Packets as pcapng blocks, to be handed over.
    block: Vec<u8>,
    /// Packets written since the beginning.
    delivered: u64,
    /// Packets after this time are discarded, if it is set: the time by the clock, and the moment of reading it.
    until: Option<(Time, Instant)>,
    /// True once no more packets are wanted.
    is_over: bool,
}

impl BlockWriter {
    /// Creates a writer for the interface with this number in the stream.
    pub fn new(interface: usize, sender: BlockSender, stop_handle: StopHandle, status: CaptureStatus) -> BlockWriter {
        let block = Vec::with_capacity(BLOCK);
        BlockWriter { interface, status, stop_handle, sender, block, delivered: 0, until: None, is_over: false }
    }

    /// Packets written since the beginning.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }

    /// True once no more packets are wanted.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Discards packets captured after this moment.
    pub fn discard_later_packets(&mut self) {
        self.until = Some((Time::now(), Instant::now()));
    }

    /// Writes a packet, if packets are wanted.
    #[inline]
    pub fn write(&mut self, header: &PacketHeader, data: &[u8]) {
        if self.is_over {
            return;
        }
        let time = time(header);
        if self.until.is_some_and(|(until, begin)| is_after(time, until, begin.elapsed())) || !self.stop_handle.admit_packet() {
            self.is_over = true;
            return;
        }
        pcapng_write::packet(&mut self.block, self.interface as u32, time, header.len, data);
        self.delivered += 1;
        if self.block.len() >= BLOCK {
            self.hand_over();
        }
    }

    /// Writes the counts of the interface.
    pub fn write_statistics(&mut self, statistics: &Statistics) {
        pcapng_write::statistics(&mut self.block, self.interface as u32, Time::now(), statistics);
    }

    /// Hands over the pending block. That may have to wait for the reader.
    pub fn hand_over(&mut self) {
        if !self.block.is_empty() && !self.sender.hand_over(&mut self.block) {
            self.is_over = true;
        }
    }
}

/// True if a packet captured at `time` came after `moment`, which is `ago` in the past. A later time than possible means that the
/// packet came before and the clock was set back since; this is assumed only for the first ten seconds, so that such packets end,
/// too.
fn is_after(time: Time, moment: Time, ago: Duration) -> bool {
    const AT_MOST: Duration = Duration::from_secs(10);
    // The clocks differ by a little, and one may be adjusted meanwhile.
    const SLACK: Duration = Duration::from_secs(1);
    let later = time.since(moment).unwrap_or(0);
    let by_clock = Duration::from_nanos(later.unsigned_abs());
    later > 0 && (by_clock <= ago + SLACK || ago > AT_MOST)
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
    fn packets_from_before_the_clock_was_set_back_are_wanted_and_later_ones_are_not() {
        let at = |seconds: i64| Time::from_nanoseconds(seconds * NANOSECONDS);
        let ago = Duration::from_secs(2);
        assert_eq!(
            [-3_600, 100, 101, 102, 3_700].map(|second| is_after(at(second), at(100), ago)),
            [false, false, true, true, false]
        );
        assert!(is_after(at(3_700), at(100), Duration::from_secs(11)));
    }
}
