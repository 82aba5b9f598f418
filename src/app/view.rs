//! The layout of text for people, by what the terminal reports about itself.

use std::io::{self, IsTerminal};

use portolan::format::overview::Screen;
use portolan::format::terminal::View;
use portolan::time::Zone;
use terminal_size::{Height, Width, terminal_size_of};

use super::MESSAGES;

/// The width of a table on a terminal that does not report its own.
const DEFAULT_WIDTH: usize = 100;
/// The width of a pipe: nothing is left out there, unless `COLUMNS` says so.
const UNLIMITED_WIDTH: usize = 1_000;

/// The layout of tables on standard output.
pub fn view(top: Option<usize>) -> View {
    view_on(io::stdout().is_terminal(), terminal_size_of(io::stdout()), top)
}

/// The layout of text on standard error.
pub fn view_on_stderr(top: Option<usize>) -> View {
    view_on(io::stderr().is_terminal(), terminal_size_of(io::stderr()), top)
}

/// The screen of standard output.
pub fn screen() -> Screen {
    let size = terminal_size_of(io::stdout()).filter(|_| io::stdout().is_terminal());
    let rows = size.map(|(_, Height(rows))| usize::from(rows)).filter(|rows| *rows > 0);
    Screen { rows, has_blocks: shows_blocks() }
}

/// True if block characters can be shown: where text is UTF-8, by the first of these variables that is set (POSIX.1-2017, section
/// 8.2). Windows writes Unicode whatever they say.
fn shows_blocks() -> bool {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set).unwrap_or_default().to_lowercase();
    cfg!(windows) || locale.contains("utf-8") || locale.contains("utf8")
}

/// A layout as wide as the terminal, with emphasis unless the user wants none (<https://no-color.org>).
fn view_on(is_terminal: bool, size: Option<(Width, Height)>, top: Option<usize>) -> View {
    let from_environment = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns > 0);
    let width = match size {
        Some((Width(width), _)) if width > 0 => usize::from(width),
        _ => from_environment.unwrap_or(if is_terminal { DEFAULT_WIDTH } else { UNLIMITED_WIDTH }),
    };
    let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    View {
        width,
        wide: false,
        tells_left_out: true,
        top,
        legend: false,
        exact: false,
        zone: Zone::utc(),
        styled: is_terminal && wanted && !is_dumb_terminal(),
        messages: MESSAGES,
    }
}

/// True if the terminal reports that it can do no more than print.
pub fn is_dumb_terminal() -> bool {
    std::env::var_os("TERM").is_some_and(|term| term == "dumb")
}
