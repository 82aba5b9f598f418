//! The status of a running capture, measured and displayed whenever that is due.

use std::time::Instant;

use portolan::analysis::{Engine, Throttle};
use portolan::capture::live::CaptureStatus;

use super::SNAPSHOT_PART;
use super::status_display::{LiveStatus, StatusDisplay};

/// The schedule of updates of the display.
pub struct StatusUpdates {
    began: Instant,
    /// The status that was displayed last, and when.
    last: (Instant, LiveStatus),
    schedule: Throttle,
}

impl StatusUpdates {
    /// Creates the schedule of a capture that begins now.
    pub fn new(display: &StatusDisplay) -> StatusUpdates {
        let began = Instant::now();
        let schedule = Throttle::new(display.update_interval(), SNAPSHOT_PART);
        StatusUpdates { began, last: (began, LiveStatus::default()), schedule }
    }

    /// Displays the status of the capture, if that is due.
    pub fn show_if_due(&mut self, display: &StatusDisplay, engine: &mut Engine, capture: &CaptureStatus) {
        if !self.schedule.is_due() {
            return;
        }
        let now = Instant::now();
        let status = self.measure(now, engine, capture);
        if display.show(status) {
            self.last = (now, status);
            self.schedule.done(now);
        }
    }

    fn measure(&self, now: Instant, engine: &mut Engine, capture: &CaptureStatus) -> LiveStatus {
        let traffic = engine.traffic();
        let (then, last) = &self.last;
        let seconds = now.duration_since(*then).as_secs_f64();
        let new_packets = traffic.packets.saturating_sub(last.traffic.packets);
        LiveStatus {
            seconds: now.duration_since(self.began).as_secs(),
            traffic,
            rate: if seconds > 0.0 { (new_packets as f64 / seconds).round() as u64 } else { 0 },
            flows: engine.flows() as u64 + engine.closed_flows(),
            dropped: capture.dropped(),
        }
    }
}
