//! The progress bar: on standard error, for inputs that take a while, and only on a terminal.

use std::io::{self, IsTerminal};

use indicatif::{ProgressDrawTarget, ProgressStyle};
use portolan::capture::{InputName, Position};
use portolan::untrusted;

/// Bytes of the smallest input with a bar: a smaller one is read before a bar could be seen.
const MIN_SIZE: u64 = 64 << 20;

/// A progress bar for one input after another.
pub struct ProgressBar {
    visible: bool,
    current: Option<(InputName, indicatif::ProgressBar)>,
}

impl ProgressBar {
    /// A bar that shows nothing yet.
    pub fn new() -> ProgressBar {
        ProgressBar { visible: io::stderr().is_terminal(), current: None }
    }

    /// Shows how far `name` has been read.
    pub fn show(&mut self, name: &InputName, position: &Position) {
        let Some(total) = position.total.filter(|total| self.visible && *total >= MIN_SIZE) else { return };
        if self.current.as_ref().is_none_or(|(current, _)| current != name) {
            self.finish();
            self.current = Some((name.clone(), bar(name, total)));
        }
        if let Some((_, bar)) = &self.current {
            bar.set_position(position.read());
        }
    }

    /// Removes the bar.
    pub fn finish(&mut self) {
        if let Some((_, bar)) = self.current.take() {
            bar.finish_and_clear();
        }
    }
}

fn bar(name: &InputName, total: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}") {
        bar.set_style(style);
    }
    bar.set_message(untrusted::clean(&name.to_string()).into_owned());
    bar
}
