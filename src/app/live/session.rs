//! The loop of a running capture: reads packets, and does in between whatever is due.

use portolan::analysis::{Decided, LiveDriver};
use portolan::capture::live::{CaptureStatus, StopHandle};
use portolan::error::Error;

use super::super::MESSAGES;
use super::super::destinations::is_unread;
use super::interface_monitor::{InterfaceEvent, InterfaceMonitor};
use super::periodic_reports::PeriodicReports;
use super::status_display::StatusDisplay;
use super::status_updates::StatusUpdates;

/// A running capture, and the tasks beside it.
pub struct LiveSession {
    driver: LiveDriver,
    status: CaptureStatus,
    stop_handle: StopHandle,
    display: StatusDisplay,
    updates: StatusUpdates,
    reports: PeriodicReports,
    interfaces: InterfaceMonitor,
    /// False if packets could not be saved.
    all_saved: bool,
}

/// The result of a session.
pub struct SessionResult {
    /// The whole capture.
    pub decided: Decided<'static>,
    /// True if no interface has failed and all packets were saved.
    pub is_whole: bool,
}

impl LiveSession {
    /// Creates the session of a capture that begins now.
    pub fn new(
        driver: LiveDriver,
        status: CaptureStatus,
        stop_handle: StopHandle,
        display: StatusDisplay,
        reports: PeriodicReports,
    ) -> LiveSession {
        let updates = StatusUpdates::new(&display);
        let interfaces = InterfaceMonitor::default();
        LiveSession { driver, status, stop_handle, display, updates, reports, interfaces, all_saved: true }
    }

    /// Runs until the capture ends. The display is free for other messages then.
    pub fn run(mut self) -> SessionResult {
        while self.driver.step() && self.driver.position().is_some() {
            self.report_problems();
            self.updates.show_if_due(&self.display, self.driver.engine(), &self.status);
            self.make_reports();
        }
        self.report_problems();
        // A report that ended later would overwrite the files that are written next.
        let failures = self.reports.wait();
        self.report_failed_outputs(&failures);
        let decided = self.driver.finish().decide();
        self.display.finish();
        SessionResult { decided, is_whole: self.all_saved && !self.interfaces.has_failure() }
    }

    /// Reports problems since the last call. The capture continues, unless the reader of the packets has gone away.
    fn report_problems(&mut self) {
        for problem in self.status.take_problems() {
            if problem.is_closed_pipe() {
                self.stop_handle.stop();
            } else {
                self.all_saved = false;
                self.display.print(&MESSAGES.error(&problem));
            }
        }
        for event in self.interfaces.update(&self.status.interfaces()) {
            self.display.print(&match event {
                InterfaceEvent::Down { interface } => MESSAGES.interface_down(&interface),
                InterfaceEvent::UpAgain { interface } => MESSAGES.interface_up_again(&interface),
                InterfaceEvent::Failed { interface, ending } => MESSAGES.interface_failed(&interface, &ending),
            });
        }
    }

    /// Reports the errors of a report that has ended, and begins the next one if it is due.
    fn make_reports(&mut self) {
        if let Some(failures) = self.reports.finished() {
            self.report_failed_outputs(&failures);
        }
        let engine = self.driver.engine();
        let failures = self.reports.begin_if_due(|| engine.snapshot());
        self.report_failed_outputs(&failures);
    }

    /// Reports tables that could not be written; the next attempt may succeed. If nobody reads standard output any more, the
    /// capture is stopped instead: every output is then tried again, and failures are reported at the end.
    fn report_failed_outputs(&self, failures: &[Error]) {
        if is_unread(failures) {
            self.stop_handle.stop();
        } else {
            failures.iter().for_each(|failure| self.display.print(&MESSAGES.error(failure)));
        }
    }
}
