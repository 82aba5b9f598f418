//! The progress bar: on standard error, for inputs that take a while, and only on a terminal.

use std::fs;
use std::io::{self, IsTerminal};

use indicatif::{ProgressDrawTarget, ProgressStyle};
use portolan::capture::{InputName, Position};
use portolan::untrusted;

/// Bytes of the smallest inputs with a bar: smaller ones are read before a bar could be seen.
const MIN_SIZE: u64 = 64 << 20;

/// A progress bar over all inputs, by their bytes as stored.
pub struct ProgressBar {
    /// The bar; `None` if there is nothing to show, or nobody to show it to.
    bar: Option<indicatif::ProgressBar>,
    /// Bytes of the inputs that have been read.
    passed: u64,
    /// The current input, and its size.
    current: Option<(InputName, u64)>,
    /// The text beside the bar, from the name of the current input.
    caption: fn(&str) -> String,
}

impl ProgressBar {
    /// A bar for `inputs`, which shows nothing yet. Inputs whose size is unknown, such as pipes, do not count. `caption` makes the text
    /// beside the bar from the name of the current input.
    pub fn new(inputs: &[InputName], is_wanted: bool, caption: fn(&str) -> String) -> ProgressBar {
        let total: u64 = inputs.iter().filter_map(size).sum();
        let is_shown = is_wanted && total >= MIN_SIZE && io::stderr().is_terminal();
        ProgressBar { bar: is_shown.then(|| bar(total)), passed: 0, current: None, caption }
    }

    /// Shows how far `name` has been read.
    pub fn show(&mut self, name: &InputName, position: &Position) {
        let Some(bar) = &self.bar else { return };
        if self.current.as_ref().is_none_or(|(current, _)| current != name) {
            self.passed += self.current.take().map_or(0, |(_, size)| size);
            self.current = Some((name.clone(), position.total.unwrap_or(0)));
            bar.set_message(untrusted::clean(&(self.caption)(&name.to_string())).into_owned());
        }
        if position.total.is_some() {
            bar.set_position(self.passed + position.read());
        }
    }

    /// Removes the bar.
    pub fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// The size of a regular file.
fn size(name: &InputName) -> Option<u64> {
    let InputName::File(path) = name else { return None };
    fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len())
}

fn bar(total: u64) -> indicatif::ProgressBar {
    let bar = indicatif::ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}") {
        bar.set_style(style);
    }
    bar
}
