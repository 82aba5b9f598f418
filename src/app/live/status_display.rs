//! The state of a running live capture on standard error: a summary that is refreshed, or lines.

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use console::{Term, truncate_str};
use portolan::analysis::Decided;
use portolan::format::terminal::{self, View};
use portolan::format::wrap::hanging;
use portolan::report::{Report, TableName};
use portolan::traffic::Traffic;

use super::super::MESSAGES;
use super::super::diagnostics::{is_quiet, print_problem, print_status};
use super::super::view::{is_dumb_terminal, view_on_stderr};

/// The most services in the summary.
const MAX_SERVICES: usize = 15;
/// Lines beside the services: state, dropped packets, headings, the row of others, how to stop.
const OTHER_LINES: usize = 9;

/// A display of a capture's state: on a terminal a summary that replaces the one before, elsewhere a line now and then, to be
/// kept or piped. All clones are one display; only one of them writes at a time.
#[derive(Clone)]
pub struct StatusDisplay {
    is_summary: bool,
    /// The summary on display; empty where lines are printed instead.
    summary: Arc<Mutex<Summary>>,
}

/// The state of a capture.
#[derive(Clone, Copy, Debug, Default)]
pub struct LiveStatus {
    /// Seconds since the capture began.
    pub seconds: u64,
    /// The traffic so far.
    pub traffic: Traffic,
    /// Packets per second, at present.
    pub rate: u64,
    /// Flows, including those that have ended.
    pub flows: u64,
    /// Packets that the kernel and the interfaces dropped.
    pub dropped: [u64; 2],
}

impl StatusDisplay {
    /// Makes a display with a summary if the terminal can show one and the user does not want lines (`plain`).
    pub fn new(plain: bool) -> StatusDisplay {
        let is_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        let is_summary = !plain && !is_quiet() && is_terminal && !is_dumb_terminal();
        StatusDisplay { is_summary, summary: Arc::new(Mutex::new(Summary::new())) }
    }

    /// The least time between two updates of the status.
    pub fn update_interval(&self) -> Duration {
        Duration::from_secs(if self.is_summary { 1 } else { 10 })
    }

    /// The least time between two [refreshes](StatusDisplay::refresh) of the services; `None` if no services are shown.
    pub fn refresh_interval(&self) -> Option<Duration> {
        self.is_summary.then(|| self.update_interval())
    }

    /// Shows the state of the capture. False if another thread is writing at the moment, which may take a long time.
    pub fn show(&self, status: LiveStatus) -> bool {
        let Some(mut summary) = self.try_lock() else { return false };
        if self.is_summary {
            summary.status = status;
            summary.draw();
        } else {
            print_status(&line(&status));
            banner(&status).iter().for_each(|banner| print_status(banner));
        }
        true
    }

    /// Shows the services of an analysis in the summary, if there is one.
    pub fn refresh(&self, decided: &Decided<'_>) {
        if self.is_summary {
            let services = services(decided);
            let mut summary = self.lock();
            summary.services = services;
            summary.draw();
        }
    }

    /// Runs `write` while the summary is off the screen, so that their outputs do not mix.
    pub fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        let mut summary = self.lock();
        let lines = summary.clear();
        let written = write();
        summary.show(lines);
        written
    }

    /// Prints a message above the summary. Never waits for another thread that is writing.
    pub fn print(&self, sentence: &str) {
        let Some(mut summary) = self.try_lock() else { return print_problem(sentence) };
        let lines = summary.clear();
        print_problem(sentence);
        summary.show(lines);
    }

    /// Removes the summary.
    pub fn finish(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Summary> {
        // A panic leaves the summary consistent: the lines on display are known at any time.
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn try_lock(&self) -> Option<MutexGuard<'_, Summary>> {
        match self.summary.try_lock() {
            Ok(summary) => Some(summary),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// The services of an analysis as lines: as many as fit.
fn services(decided: &Decided<'_>) -> Vec<String> {
    let (height, width) = size(&Term::stderr());
    let top = MAX_SERVICES.min(height.saturating_sub(OTHER_LINES)).max(1);
    // Columns that do not fit are mentioned where the user can ask for them: below the tables at the end.
    let view = View { width, tells_left_out: false, top: Some(top), ..view_on_stderr(Some(0)) };
    let mut services = Vec::new();
    // Writing to a vector cannot fail.
    let _ = terminal::write(&Report::new(decided).table(TableName::Services), view, &mut services);
    String::from_utf8_lossy(&services).lines().map(str::to_owned).collect()
}

/// The height and the width of a terminal in characters. The last column stays free, because some terminals move to the next line
/// when it is filled.
fn size(terminal: &Term) -> (usize, usize) {
    let (height, width) = terminal.size();
    (usize::from(height), usize::from(width).saturating_sub(1))
}

fn line(status: &LiveStatus) -> String {
    let LiveStatus { seconds, traffic, rate, flows, .. } = *status;
    MESSAGES.capture_status(seconds, traffic.packets, rate, traffic.wire_bytes, flows)
}

/// The message about dropped packets, if there are any.
fn banner(status: &LiveStatus) -> Option<String> {
    MESSAGES.packets_dropped(status.dropped[0], status.dropped[1])
}

/// Lines above the cursor that later ones replace.
struct Summary {
    terminal: Term,
    /// The state of the capture.
    status: LiveStatus,
    /// The services as of the latest report.
    services: Vec<String>,
    shown: Vec<String>,
}

impl Summary {
    fn new() -> Summary {
        let terminal = Term::buffered_stderr();
        Summary { terminal, status: LiveStatus::default(), services: Vec::new(), shown: Vec::new() }
    }

    /// Draws the current state in place of the old one.
    fn draw(&mut self) {
        self.show(self.lines());
    }

    /// The lines to be shown. They must fit the terminal, or they could not be erased.
    fn lines(&self) -> Vec<String> {
        let (height, width) = size(&self.terminal);
        let status = &self.status;
        let banner = banner(status).iter().flat_map(|banner| hanging("", 0, banner, width)).collect::<Vec<_>>();
        let above = std::iter::once(line(status)).chain(banner).chain(self.services.iter().cloned());
        let mut lines: Vec<String> = above.take(height.saturating_sub(2)).collect();
        lines.push(MESSAGES.how_to_stop().into());
        lines.iter().map(|line| truncate_str(line, width, "").into_owned()).collect()
    }

    /// Shows lines in place of those on display.
    fn show(&mut self, lines: Vec<String>) {
        self.erase();
        for line in &lines {
            let _ = self.terminal.write_line(line);
        }
        // If standard error is closed, nobody looks.
        let _ = self.terminal.flush();
        self.shown = lines;
    }

    /// Erases the lines on display, and returns them.
    fn clear(&mut self) -> Vec<String> {
        self.erase();
        let _ = self.terminal.flush();
        std::mem::take(&mut self.shown)
    }

    fn erase(&self) {
        let shown = self.shown.len();
        if shown > 0 {
            // The terminal shows keys that were pressed in the line below.
            let _ = self.terminal.write_str("\r");
            let _ = self.terminal.move_cursor_up(shown);
            let _ = self.terminal.clear_to_end_of_screen();
        }
    }
}

#[cfg(test)]
mod tests {
    use portolan::analysis::{Options, analyse};

    use super::*;

    #[test]
    fn a_summary_fits_the_terminal_and_shows_first_what_matters_most() {
        let office = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/office.pcapng");
        let decided = analyse(&Options::for_files([office]));
        let traffic = Traffic { packets: 2_358, wire_bytes: 450_233 };
        let status = LiveStatus { seconds: 3_671, traffic, rate: 39, flows: 172, dropped: [5, 1] };
        // Anything but a terminal counts as one of 24 lines of 80 characters.
        let summary = Summary { status, services: services(&decided), ..Summary::new() };
        let lines = summary.lines();
        let (height, width) = summary.terminal.size();
        assert!(lines.len() < usize::from(height), "{lines:?}");
        assert!(lines.iter().all(|line| console::measure_text_width(line) < usize::from(width)), "{lines:?}");
        assert_eq!(lines[0], "1:01:11  2,358 packets  39/s  450.2 kB  172 flows");
        assert!(lines[1].starts_with("5 packets dropped by the kernel and 1 by the interface"), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("rtp")) && lines.last().unwrap() == MESSAGES.how_to_stop(), "{lines:?}");
    }

    #[test]
    fn one_thread_writes_at_a_time_and_status_lines_do_not_wait() {
        let display = StatusDisplay::new(true);
        display.suspend(|| {
            assert!(!display.show(LiveStatus::default()));
            display.print("something that cannot wait");
        });
        assert!(display.clone().show(LiveStatus::default()));
    }
}
