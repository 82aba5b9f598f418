//! The measured silence of flows. Packets carry the time of a clock that may be set back or forward; the age of a capture comes
//! from a clock that cannot be set.
//!
//! The number of a flow's packets shows whether any came between two checks. Without packets, the time since the previous check
//! is silence, whatever the clock says. With packets, the clock gives the time of the last one, unless it was set.

use std::time::Duration;

use crate::flow::Flows;
use crate::time::{NANOSECONDS, Time};

/// The largest change, in nanoseconds, that counts as a gradual adjustment of a clock and not as setting it.
const ADJUSTED: i64 = NANOSECONDS;

/// A moment of a running capture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// The time of the clock that timestamps packets.
    pub clock: Time,
    /// The age of the capture at that moment, by a clock that cannot be set.
    pub running: Duration,
}

impl Moment {
    fn nanoseconds(&self) -> i64 {
        i64::try_from(self.running.as_nanos()).unwrap_or(i64::MAX)
    }
}

/// A flow's state at a check.
#[derive(Clone, Copy, Debug)]
struct Silence {
    /// The number of its packets so far.
    packets: u64,
    /// The time of its last packet, in nanoseconds since the capture began.
    since: i64,
}

/// The state of all flows, by their numbers.
#[derive(Debug, Default)]
pub struct IdleTimes {
    of_flows: Vec<Silence>,
    latest: Option<Moment>,
}

impl IdleTimes {
    /// Checks all flows: for each, true if it has been silent for more than `idle` nanoseconds. Overflow records are never
    /// silent.
    pub fn check(&mut self, flows: &Flows, now: Moment, idle: i64) -> Vec<bool> {
        let (here, most) = (now.nanoseconds(), self.since_latest(now));
        let mut is_silent = Vec::with_capacity(flows.len());
        for (number, flow) in flows.iter().enumerate() {
            let packets = flow.packets[0] + flow.packets[1];
            let since = match self.of_flows.get_mut(number) {
                Some(known) if known.packets == packets => known.since,
                known => {
                    let since = here.saturating_sub(flow.silence_before(now.clock).clamp(0, most));
                    match known {
                        Some(known) => *known = Silence { packets, since },
                        None => self.of_flows.push(Silence { packets, since }),
                    }
                    since
                }
            };
            is_silent.push(!flow.is_overflow() && here.saturating_sub(since) > idle);
        }
        self.latest = Some(now);
        is_silent
    }

    /// Returns the longest possible silence of a flow that has had packets since the previous check: 0 if the clock was set.
    fn since_latest(&self, now: Moment) -> i64 {
        let Some(latest) = self.latest else { return now.nanoseconds() };
        let running = now.nanoseconds().saturating_sub(latest.nanoseconds());
        let by_clock = now.clock.since(latest.clock).unwrap_or(running);
        if by_clock.saturating_sub(running).saturating_abs() > ADJUSTED { 0 } else { running }
    }

    /// Removes the flows for which `is_over` is true. The others are renumbered in the same order.
    pub fn remove(&mut self, is_over: &[bool]) {
        let mut number = 0;
        self.of_flows.retain(|_| {
            number += 1;
            !is_over[number - 1]
        });
        // Frees the memory if most flows were removed.
        self.of_flows.shrink_to(2 * self.of_flows.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::protocol::ip;
    use crate::decode::{Address, EncapsulationId, FlowKey, Fragment, IpVersion, Observation, Side};
    use crate::flow::{FlowTable, TableOptions};

    const IDLE: i64 = 300;
    const HOUR: i64 = 3_600;

    /// A flow table, and a packet clock that is `ahead` seconds ahead of the one that cannot be set.
    struct Watched {
        table: FlowTable,
        idle_times: IdleTimes,
        ahead: i64,
    }

    impl Watched {
        fn new() -> Watched {
            Watched { table: FlowTable::new(TableOptions::default()), idle_times: IdleTimes::default(), ahead: 1_000_000 }
        }

        /// Adds a packet of a flow, `second` seconds after the beginning.
        fn packet(&mut self, flow: u16, second: i64) {
            let (client, server) = ((Address::v4([10, 0, 0, 5]), flow), (Address::v4([192, 0, 2, 53]), 53));
            let (key, side) = FlowKey::with_ports(IpVersion::V4, ip::UDP, EncapsulationId::NONE, client, server);
            let time = Time::from_nanoseconds((self.ahead + second) * NANOSECONDS);
            self.table.push(&[Observation { key, side, time, fragment: Fragment::Whole, ..Observation::BLANK }]);
        }

        /// Returns and removes the flows that are silent `second` seconds after the beginning.
        fn silent(&mut self, second: i64) -> Vec<u16> {
            let clock = Time::from_nanoseconds((self.ahead + second) * NANOSECONDS);
            let now = Moment { clock, running: Duration::from_secs(second as u64) };
            let flows = self.table.flows();
            let is_silent = self.idle_times.check(flows, now, IDLE * NANOSECONDS);
            let ports = flows.iter().map(|flow| flow.key.port(Side::A));
            let silent = ports.zip(&is_silent).filter(|(_, is_silent)| **is_silent).map(|(port, _)| port).collect();
            self.table.remove(&is_silent);
            self.idle_times.remove(&is_silent);
            silent
        }
    }

    #[test]
    fn silence_begins_with_the_last_packet_and_not_with_the_check_that_found_it() {
        let mut watched = Watched::new();
        [(1, 0), (2, 50), (3, 70)].into_iter().for_each(|(flow, second)| watched.packet(flow, second));
        assert_eq!(watched.silent(75), [0_u16; 0]);
        watched.packet(1, 80);
        assert_eq!(watched.silent(350), [0_u16; 0]);
        assert_eq!(watched.silent(351), [2]);
        assert_eq!(watched.silent(371), [3]);
        assert_eq!(watched.silent(381), [1]);
        assert!(watched.idle_times.of_flows.is_empty());
    }

    #[test]
    fn a_clock_that_is_set_back_keeps_no_silent_flow_and_ends_no_active_one() {
        let mut watched = Watched::new();
        watched.packet(1, 0);
        watched.packet(2, 10);
        assert_eq!(watched.silent(75), [0_u16; 0]);
        watched.packet(3, 80);
        watched.ahead -= HOUR;
        watched.packet(2, 90);
        watched.packet(4, 100);
        let silent = [150, 225, 301, 376, 451].map(|second| {
            watched.packet(2, second);
            watched.silent(second)
        });
        // The times of packets since the previous check are not known.
        assert_eq!(silent, [&[0_u16; 0][..], &[], &[1], &[], &[3, 4]]);
    }

    #[test]
    fn a_clock_that_is_set_forward_ends_no_flow() {
        let mut watched = Watched::new();
        watched.packet(1, 0);
        watched.packet(2, 70);
        assert_eq!(watched.silent(75), [0_u16; 0]);
        watched.packet(3, 80);
        watched.ahead += HOUR;
        watched.packet(4, 90);
        let silent = [150, 225, 301, 371, 451].map(|second| watched.silent(second));
        assert_eq!(silent, [&[0_u16; 0][..], &[], &[1], &[2], &[3, 4]]);
    }
}
