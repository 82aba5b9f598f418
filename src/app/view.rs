//! The layout of text for people, by what the terminal reports about itself.

use std::io::{self, IsTerminal};

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
