//! Floor 10: how a live capture goes, on standard error while it goes on: a summary that is refreshed, or lines.

use std::io::{self, IsTerminal};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use portolan::analysis::Analysis;
use portolan::output::terminal::{self, View};
use portolan::summary::TableName;
use portolan::text;
use portolan::unit::Traffic;
use terminal_size::{Height, terminal_size_of};

use crate::outputs::view_on_stderr;
use crate::say::complain;

/// The most services in the summary.
const MOST_SERVICES: usize = 15;
/// Lines beside the services: how it goes, what was dropped, headings, the row of others, how to end it.
const OTHER_LINES: usize = 9;
/// The height of a terminal that does not tell its own.
const USUAL_HEIGHT: usize = 24;

/// Where it is shown.
pub enum Screen {
    /// On a terminal, in place of what it showed before.
    Summary(ProgressBar),
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
        let able = std::env::var_os("TERM").is_none_or(|term| term != "dumb");
        if plain || !is_terminal || !able {
            return Screen::Lines;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template("{msg}") {
            bar.set_style(style);
        }
        Screen::Summary(bar)
    }

    /// How much time should be between two refreshments.
    pub fn every(&self) -> Duration {
        Duration::from_secs(match self {
            Screen::Summary(_) => 1,
            Screen::Lines => 10,
        })
    }

    /// Shows how it goes. `services` is asked only where they are shown.
    pub fn show(&self, standing: &Standing, look: impl FnOnce(&mut dyn FnMut(&Analysis))) {
        match self {
            Screen::Summary(bar) => look(&mut |analysis| bar.set_message(summary(standing, analysis))),
            Screen::Lines => {
                complain(&line(standing));
                banner(standing).iter().for_each(complain);
            }
        }
    }

    /// Does something that writes, out of the way of what is shown.
    pub fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match self {
            Screen::Summary(bar) => bar.suspend(write),
            Screen::Lines => write(),
        }
    }

    /// Takes the summary away.
    pub fn finish(&self) {
        if let Screen::Summary(bar) = self {
            bar.finish_and_clear();
        }
    }
}

fn line(standing: &Standing) -> String {
    let Standing { seconds, traffic, rate, flows, .. } = *standing;
    text::capture_goes(seconds, traffic.packets, rate, traffic.wire_bytes, flows)
}

/// What is said of dropped packets, if there are any.
fn banner(standing: &Standing) -> Option<String> {
    let [kernel, interface] = standing.dropped;
    (kernel + interface > 0).then(|| text::packets_dropped(kernel, interface))
}

/// No longer than the terminal is high, or it could not be taken back.
fn summary(standing: &Standing, analysis: &Analysis) -> String {
    let height = match terminal_size_of(io::stderr()) {
        Some((_, Height(height))) if height > 0 => usize::from(height),
        _ => USUAL_HEIGHT,
    };
    let view = View { top: MOST_SERVICES.min(height.saturating_sub(OTHER_LINES)).max(1), ..view_on_stderr(0) };
    let mut services = Vec::new();
    // A vector takes everything.
    let _ = terminal::write(&analysis.table(TableName::Services), view, &mut services);
    let services = String::from_utf8_lossy(&services);
    let lines = std::iter::once(line(standing)).chain(banner(standing)).chain(services.lines().map(str::to_owned));
    let mut shown: Vec<String> = lines.take(height.saturating_sub(2)).collect();
    shown.push(text::HOW_TO_END.into());
    shown.join("\n")
}
