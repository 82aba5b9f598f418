//! Floor 10: how a live capture goes, on standard error while it goes on: a summary that is refreshed, or lines.

use std::io::{self, IsTerminal};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use console::{Term, truncate_str};
use portolan::analysis::Decided;
use portolan::output::terminal::{self, View};
use portolan::output::wrap::hanging;
use portolan::summary::TableName;
use portolan::unit::Traffic;

use super::MESSAGES;
use super::diagnostics::print_status;
use super::view::{is_dumb_terminal, view_on_stderr};

/// The most services in the summary.
const MOST_SERVICES: usize = 15;
/// Lines beside the services: how it goes, what was dropped, headings, the row of others, how to end it.
const OTHER_LINES: usize = 9;

/// Where it is shown: on a terminal in place of what it showed before, or in a line now and then, to be kept or piped. All clones
/// are one screen; whoever writes where it is shown has it alone meanwhile.
#[derive(Clone)]
pub struct Screen {
    is_summary: bool,
    /// What is shown at present; without a summary nothing ever is.
    summary: Arc<Mutex<Summary>>,
}

/// How a capture goes.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standing {
    /// Seconds since it began.
    pub seconds: u64,
    /// What came.
    pub traffic: Traffic,
    /// Packets in a second, at present.
    pub rate: u64,
    /// Flows, those that have ended among them.
    pub flows: u64,
    /// Packets that the kernel and the interfaces dropped.
    pub dropped: [u64; 2],
}

impl Screen {
    /// A summary where somebody can see it and does not want lines.
    pub fn new(plain: bool) -> Screen {
        let is_terminal = io::stdout().is_terminal() && io::stderr().is_terminal();
        let is_summary = !plain && is_terminal && !is_dumb_terminal();
        Screen { is_summary, summary: Arc::new(Mutex::new(Summary::new())) }
    }

    /// True if there is a summary, which an analysis [refreshes](Screen::refresh).
    pub fn is_summary(&self) -> bool {
        self.is_summary
    }

    /// How much time should be between two refreshments.
    pub fn every(&self) -> Duration {
        Duration::from_secs(if self.is_summary { 1 } else { 10 })
    }

    /// Shows how it goes. False if somebody else writes at the moment, who may take a long time.
    pub fn show(&self, standing: Standing) -> bool {
        let Some(mut summary) = self.if_free() else { return false };
        if self.is_summary {
            summary.standing = standing;
            summary.draw();
        } else {
            print_status(&line(&standing));
            banner(&standing).iter().for_each(|banner| print_status(banner));
        }
        true
    }

    /// Shows the services of an analysis in the summary, if there is one.
    pub fn refresh(&self, analysis: &Decided<'_>) {
        if self.is_summary {
            let services = services(analysis);
            let mut summary = self.alone();
            summary.services = services;
            summary.draw();
        }
    }

    /// Does something that writes, out of the way of what is shown.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        let mut summary = self.alone();
        let lines = summary.clear();
        let written = write();
        summary.show(lines);
        written
    }

    /// Says something, out of the way of what is shown. It never waits for somebody else who writes.
    pub fn say(&self, sentence: &str) {
        let Some(mut summary) = self.if_free() else { return print_status(sentence) };
        let lines = summary.clear();
        print_status(sentence);
        summary.show(lines);
    }

    /// Takes the summary away.
    pub fn finish(&self) {
        self.alone().clear();
    }

    fn alone(&self) -> MutexGuard<'_, Summary> {
        // What is shown is known at any time.
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn if_free(&self) -> Option<MutexGuard<'_, Summary>> {
        match self.summary.try_lock() {
            Ok(summary) => Some(summary),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }
}

/// The services of an analysis as lines: as many as there is room for.
fn services(analysis: &Decided<'_>) -> Vec<String> {
    let (height, width) = size(&Term::stderr());
    let top = MOST_SERVICES.min(height.saturating_sub(OTHER_LINES)).max(1);
    // What had no room is told where it can be asked for: below the tables at the end.
    let view = View { width, tells_left_out: false, top: Some(top), ..view_on_stderr(Some(0)) };
    let mut services = Vec::new();
    // A vector takes everything.
    let _ = terminal::write(&analysis.table(TableName::Services), view, &mut services);
    String::from_utf8_lossy(&services).lines().map(str::to_owned).collect()
}

/// Lines, and places in a line. The last place of a line stays free: some terminals go on to the next line when it is taken.
fn size(terminal: &Term) -> (usize, usize) {
    let (height, width) = terminal.size();
    (usize::from(height), usize::from(width).saturating_sub(1))
}

fn line(standing: &Standing) -> String {
    let Standing { seconds, traffic, rate, flows, .. } = *standing;
    MESSAGES.capture_status(seconds, traffic.packets, rate, traffic.wire_bytes, flows)
}

/// What is said of dropped packets, if there are any.
fn banner(standing: &Standing) -> Option<String> {
    MESSAGES.packets_dropped(standing.dropped[0], standing.dropped[1])
}

/// Lines that stand above the cursor until others take their place.
struct Summary {
    terminal: Term,
    /// How it goes.
    standing: Standing,
    /// The services as of the latest report.
    services: Vec<String>,
    shown: Vec<String>,
}

impl Summary {
    fn new() -> Summary {
        let terminal = Term::buffered_stderr();
        Summary { terminal, standing: Standing::default(), services: Vec::new(), shown: Vec::new() }
    }

    /// Shows how it goes in the place of what is shown.
    fn draw(&mut self) {
        self.show(self.lines());
    }

    /// What is to be shown. It is no larger than the terminal, or it could not be taken back.
    fn lines(&self) -> Vec<String> {
        let (height, width) = size(&self.terminal);
        let standing = &self.standing;
        let banner = banner(standing).iter().flat_map(|banner| hanging("", 0, banner, width)).collect::<Vec<_>>();
        let above = std::iter::once(line(standing)).chain(banner).chain(self.services.iter().cloned());
        let mut lines: Vec<String> = above.take(height.saturating_sub(2)).collect();
        lines.push(MESSAGES.how_to_stop().into());
        lines.iter().map(|line| truncate_str(line, width, "").into_owned()).collect()
    }

    /// Shows lines in the place of those that are shown.
    fn show(&mut self, lines: Vec<String>) {
        self.erase();
        for line in &lines {
            let _ = self.terminal.write_line(line);
        }
        // If standard error is closed, nobody looks.
        let _ = self.terminal.flush();
        self.shown = lines;
    }

    /// Takes them away, and gives them back.
    fn clear(&mut self) -> Vec<String> {
        self.erase();
        let _ = self.terminal.flush();
        std::mem::take(&mut self.shown)
    }

    fn erase(&self) {
        let shown = self.shown.len();
        if shown > 0 {
            // Keys that were pressed stand in the line below.
            let _ = self.terminal.write_str("\r");
            let _ = self.terminal.move_cursor_up(shown);
            let _ = self.terminal.clear_to_end_of_screen();
        }
    }
}

#[cfg(test)]
mod tests {
    use portolan::analysis::{Options, analyse};
    use portolan::capture::InputName;

    use super::*;

    #[test]
    fn a_summary_is_no_larger_than_the_terminal_and_tells_first_what_matters_most() {
        let office = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/office.pcapng");
        let analysis = analyse(&Options::new(vec![InputName::File(office.into())]), |_, _| ());
        let traffic = Traffic { packets: 2_358, wire_bytes: 450_233 };
        let standing = Standing { seconds: 3_671, traffic, rate: 39, flows: 172, dropped: [5, 1] };
        // What is no terminal counts as one of 24 lines of 80 places.
        let summary = Summary { standing, services: services(&analysis), ..Summary::new() };
        let lines = summary.lines();
        let (height, width) = summary.terminal.size();
        assert!(lines.len() < usize::from(height), "{lines:?}");
        assert!(lines.iter().all(|line| console::measure_text_width(line) < usize::from(width)), "{lines:?}");
        assert_eq!(lines[0], "1:01:11  2,358 packets  39/s  450.2 kB  172 flows");
        assert!(lines[1].starts_with("5 packets dropped by the kernel and 1 by the interface"), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("rtp")) && lines.last().unwrap() == MESSAGES.how_to_stop(), "{lines:?}");
    }

    #[test]
    fn who_writes_has_the_screen_alone_and_nobody_waits_to_say_how_it_goes() {
        let screen = Screen::new(true);
        screen.aside(|| {
            assert!(!screen.show(Standing::default()));
            screen.say("something that cannot wait");
        });
        assert!(screen.clone().show(Standing::default()));
    }
}
