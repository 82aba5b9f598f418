//! The reports of a running capture: at intervals, and whenever a signal asks for the tables.

use std::time::{Duration, Instant};

use portolan::analysis::{Collected, Throttle};
use portolan::error::Error;

use super::super::signals::TablesRequest;
use super::SNAPSHOT_PART;
use super::reporter::Reporter;

/// Refreshing the summary, on another thread, may take at most 1/4 of the time.
const REFRESH_PART: u32 = 4;

/// The reports of a capture, one at a time.
pub struct PeriodicReports {
    reporter: Reporter,
    began: Instant,
    /// Updates of the tables; none, if `None`.
    updates: Option<Throttle>,
    /// Refreshes of the summary; none without a summary.
    refreshes: Option<Throttle>,
    request: TablesRequest,
    /// True if a signal has asked for the tables, and no report with them has begun since.
    is_requested: bool,
    /// The time when the current report began.
    report_began: Instant,
}

impl PeriodicReports {
    /// Schedules the reports of a capture that begins now: updates of the tables every `update_interval`, and refreshes of the
    /// summary every `refresh_interval`; none, if `None`.
    pub fn new(
        reporter: Reporter,
        update_interval: Option<Duration>,
        refresh_interval: Option<Duration>,
        request: TablesRequest,
    ) -> PeriodicReports {
        let throttle = |interval| Throttle::new(interval, SNAPSHOT_PART);
        let began = Instant::now();
        PeriodicReports {
            reporter,
            began,
            updates: update_interval.map(throttle),
            refreshes: refresh_interval.map(throttle),
            request,
            is_requested: false,
            report_began: began,
        }
    }

    /// The errors of the current report, if it has ended.
    pub fn finished(&mut self) -> Option<Vec<Error>> {
        let failures = self.reporter.finished()?;
        if let Some(refreshes) = &mut self.refreshes {
            refreshes.rest(self.report_began.elapsed().saturating_mul(REFRESH_PART));
        }
        Some(failures)
    }

    /// Begins a report of a `snapshot`, if one is due and none is being made. Returns the errors so far.
    pub fn begin_if_due(&mut self, snapshot: impl FnOnce() -> Collected<'static>) -> Vec<Error> {
        self.is_requested |= self.request.take();
        let has_tables = self.is_requested || self.updates.as_ref().is_some_and(Throttle::is_due);
        let refreshes = self.refreshes.as_ref().is_some_and(Throttle::is_due);
        if self.reporter.is_busy() || !has_tables && !refreshes {
            return Vec::new();
        }
        let begin = Instant::now();
        let snapshot = snapshot();
        self.refreshes.iter_mut().for_each(|refreshes| refreshes.done(begin));
        if has_tables {
            self.is_requested = false;
            self.updates.iter_mut().for_each(|updates| updates.done(begin));
        }
        self.report_began = begin;
        let tables_after = has_tables.then(|| begin.duration_since(self.began).as_secs());
        self.reporter.begin(snapshot, tables_after)
    }

    /// Waits for the current report and returns its errors.
    pub fn wait(&mut self) -> Vec<Error> {
        self.reporter.wait()
    }
}
