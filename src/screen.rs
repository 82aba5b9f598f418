//! Floor 10: how a live capture goes, on standard error while it goes on: a summary that is refreshed, or lines.

use std::cell::RefCell;
use std::io::{self, IsTerminal};
use std::time::Duration;

use console::{Term, truncate_str};
use portolan::analysis::Analysis;
use portolan::output::prose::wrapped;
use portolan::output::terminal::{self, View};
use portolan::summary::TableName;
use portolan::text;
use portolan::unit::Traffic;

use crate::outputs::{is_dumb_terminal, view_on_stderr};
use crate::say::complain;

/// The most services in the summary.
const MOST_SERVICES: usize = 15;
/// Lines beside the services: how it goes, what was dropped, headings, the row of others, how to end it.
const OTHER_LINES: usize = 9;

/// Where it is shown.
pub enum Screen {
    /// On a terminal, in place of what it showed before.
    Summary(Summary),
    /// A line now and then, to be kept or piped.
    Lines,
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
        if plain || !is_terminal || is_dumb_terminal() {
            return Screen::Lines;
        }
        Screen::Summary(Summary { terminal: Term::buffered_stderr(), shown: RefCell::default() })
    }

    /// How much time should be between two refreshments.
    pub fn every(&self) -> Duration {
        Duration::from_secs(match self {
            Screen::Summary(_) => 1,
            Screen::Lines => 10,
        })
    }

    /// Shows how it goes. The analysis is looked at only where there is room for it.
    pub fn show(&self, standing: &Standing, look: impl FnOnce(&mut dyn FnMut(&Analysis))) {
        match self {
            Screen::Summary(summary) => look(&mut |analysis| summary.show(summary.lines(standing, analysis))),
            Screen::Lines => {
                complain(&line(standing));
                banner(standing).iter().for_each(complain);
            }
        }
    }

    /// Does something that writes, out of the way of what is shown.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match self {
            Screen::Summary(summary) => {
                let lines = summary.clear();
                let written = write();
                summary.show(lines);
                written
            }
            Screen::Lines => write(),
        }
    }

    /// Takes the summary away.
    pub fn finish(&self) {
        if let Screen::Summary(summary) = self {
            summary.clear();
        }
    }
}

fn line(standing: &Standing) -> String {
    let Standing { seconds, traffic, rate, flows, .. } = *standing;
    text::capture_goes(seconds, traffic.packets, rate, traffic.wire_bytes, flows)
}

/// What is said of dropped packets, if there are any.
fn banner(standing: &Standing) -> Option<String> {
    text::packets_dropped(standing.dropped)
}

/// Lines that stand above the cursor until others take their place.
pub struct Summary {
    terminal: Term,
    shown: RefCell<Vec<String>>,
}

impl Summary {
    /// What is to be shown. It is no larger than the terminal, or it could not be taken back.
    fn lines(&self, standing: &Standing, analysis: &Analysis) -> Vec<String> {
        let (height, width) = self.terminal.size();
        let (height, width) = (usize::from(height), usize::from(width));
        // The last place of a line stays free: some terminals go on to the next line when it is taken.
        let width = width.saturating_sub(1);
        let top = MOST_SERVICES.min(height.saturating_sub(OTHER_LINES)).max(1);
        // What had no room is told where it can be asked for: below the tables at the end.
        let view = View { width, tells_left_out: false, top: Some(top), ..view_on_stderr(Some(0)) };
        let mut services = Vec::new();
        // A vector takes everything.
        let _ = terminal::write(&analysis.table(TableName::Services), view, &mut services);
        let services = String::from_utf8_lossy(&services);
        let banner = banner(standing).iter().flat_map(|banner| wrapped(banner, 0, width)).collect::<Vec<_>>();
        let above = std::iter::once(line(standing)).chain(banner).chain(services.lines().map(str::to_owned));
        let mut lines: Vec<String> = above.take(height.saturating_sub(2)).collect();
        lines.push(text::HOW_TO_END.into());
        lines.iter().map(|line| truncate_str(line, width, "").into_owned()).collect()
    }

    /// Shows lines in the place of those that are shown.
    fn show(&self, lines: Vec<String>) {
        self.erase();
        for line in &lines {
            let _ = self.terminal.write_line(line);
        }
        // If standard error is closed, nobody looks.
        let _ = self.terminal.flush();
        self.shown.replace(lines);
    }

    /// Takes them away, and gives them back.
    fn clear(&self) -> Vec<String> {
        self.erase();
        let _ = self.terminal.flush();
        self.shown.take()
    }

    fn erase(&self) {
        let shown = self.shown.borrow().len();
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
        let summary = Summary { terminal: Term::buffered_stderr(), shown: RefCell::default() };
        let lines = summary.lines(&standing, &analysis);
        let (height, width) = summary.terminal.size();
        assert!(lines.len() < usize::from(height), "{lines:?}");
        assert!(lines.iter().all(|line| console::measure_text_width(line) < usize::from(width)), "{lines:?}");
        assert_eq!(lines[0], "1:01:11  2,358 packets  39/s  450.2 kB  172 flows");
        assert!(lines[1].starts_with("5 packets dropped by the kernel and 1 by the interface"), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("rtp")) && lines.last().unwrap() == text::HOW_TO_END, "{lines:?}");
    }
}
