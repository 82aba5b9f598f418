//! Text for people on standard output: in a pager, if it is longer than the terminal.
//!
//! The pager is the one that `PORTOLAN_PAGER` or `PAGER` names, or else less(1). It is started only when the text has turned out to be too
//! long. If it cannot be started, the text is printed; if it is left early, the rest of the text is not made.

use std::env;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::process::{Child, Command, Stdio};

use console::strip_ansi_codes;
use portolan::error::Error;
use portolan::format::wrap::width_of;
use terminal_size::{Height, Width, terminal_size_of};

use super::cli::Target;
use super::destinations::{STDOUT, write_to};
use super::signals::PagerInterrupts;
use super::view::is_dumb_terminal;

/// The pager if the environment names none.
const DEFAULT_PAGER: &str = "less";
/// Options of less, unless the user has some: end at once if the text fits, show colours, leave the text on the screen. Those of git.
const LESS_OPTIONS: &str = "FRX";
/// The options of lv, another pager, that show colours. Those of git.
const LV_OPTIONS: &str = "-c";

/// The use of a pager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    /// Text is printed.
    Off,
    /// Text that is longer than the terminal is shown in a pager.
    On,
}

/// Shows a document for people on standard output.
///
/// # Errors
///
/// If the document cannot be written. A reader or a pager that ends early is an error that [is none](Error::is_closed_pipe).
pub fn show(paging: Paging, document: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let Some((screen, command)) = screen().filter(|_| paging == Paging::On).zip(pager_of(|name| env::var(name).ok())) else {
        return write_to(&Target::Stdout, document);
    };
    let mut output = BufWriter::new(PagedOutput::new(screen, command));
    let written = document(&mut output).and_then(|()| output.flush());
    // Nothing is left in the buffer, unless it could not be written.
    let (output, _) = output.into_parts();
    written.and(output.finish()).map_err(|source| Error::writing(STDOUT.into(), source))
}

/// The size of the terminal that standard output is, unless it can only print.
fn screen() -> Option<Screen> {
    let is_terminal = io::stdout().is_terminal() && !is_dumb_terminal();
    let (Width(columns), Height(rows)) = terminal_size_of(io::stdout()).filter(|_| is_terminal)?;
    (columns > 0 && rows > 1).then_some(Screen { columns: columns.into(), rows: rows.into() })
}

/// The words of the pager's command; `None` if the user wants no pager.
fn pager_of(variable: impl Fn(&str) -> Option<String>) -> Option<Vec<String>> {
    let named = variable("PORTOLAN_PAGER").or_else(|| variable("PAGER"));
    let words: Vec<String> = named.as_deref().unwrap_or(DEFAULT_PAGER).split_whitespace().map(str::to_owned).collect();
    words.first().is_some_and(|program| program != "cat").then_some(words)
}

/// The size of a terminal.
#[derive(Clone, Copy, Debug)]
struct Screen {
    columns: usize,
    rows: usize,
}

impl Screen {
    /// The rows that a line takes. Colour and emphasis take no room.
    fn rows_of(self, line: &[u8]) -> usize {
        width_of(&strip_ansi_codes(&String::from_utf8_lossy(line))).div_ceil(self.columns).max(1)
    }
}

/// Standard output, or a pager once the text has become too long for the terminal.
struct PagedOutput {
    screen: Screen,
    command: Vec<String>,
    state: State,
}

enum State {
    /// The text still fits.
    Fits {
        text: Vec<u8>,
        /// The bytes of its complete lines.
        counted: usize,
        /// The rows that these take.
        rows: usize,
    },
    Paged(Child),
    Printed,
}

impl PagedOutput {
    fn new(screen: Screen, command: Vec<String>) -> PagedOutput {
        PagedOutput { screen, command, state: State::Fits { text: Vec::new(), counted: 0, rows: 0 } }
    }

    /// Starts the pager. If that fails, everything is printed.
    fn start(&mut self) {
        let Some((program, arguments)) = self.command.split_first() else { return self.state = State::Printed };
        let mut command = Command::new(program);
        command.args(arguments).stdin(Stdio::piped());
        for (variable, options) in [("LESS", LESS_OPTIONS), ("LV", LV_OPTIONS)] {
            if env::var_os(variable).is_none() {
                command.env(variable, options);
            }
        }
        self.state = command.spawn().map_or(State::Printed, State::Paged);
        if matches!(self.state, State::Paged(_)) {
            PagerInterrupts::begin();
        }
    }

    /// Writes everything that is left, and waits for the user to leave the pager.
    fn finish(self) -> io::Result<()> {
        match self.state {
            State::Fits { text, .. } => {
                let mut output = io::stdout().lock();
                output.write_all(&text)?;
                output.flush()
            }
            State::Paged(mut pager) => {
                drop(pager.stdin.take());
                let waited = pager.wait().map(drop);
                PagerInterrupts::end();
                waited
            }
            State::Printed => io::stdout().flush(),
        }
    }
}

impl Write for PagedOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.state {
            State::Fits { text, counted, rows } => {
                text.extend_from_slice(bytes);
                while let Some(length) = text[*counted..].iter().position(|byte| *byte == b'\n') {
                    *rows += self.screen.rows_of(&text[*counted..*counted + length]);
                    *counted += length + 1;
                }
                // The last row is for the prompt.
                if *rows >= self.screen.rows {
                    let text = std::mem::take(text);
                    self.start();
                    self.write_all(&text)?;
                }
                Ok(bytes.len())
            }
            State::Paged(pager) => match &mut pager.stdin {
                Some(pipe) => pipe.write(bytes),
                None => Err(io::ErrorKind::BrokenPipe.into()),
            },
            State::Printed => io::stdout().write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.state {
            State::Fits { .. } => Ok(()),
            State::Paged(pager) => pager.stdin.as_mut().map_or(Ok(()), Write::flush),
            State::Printed => io::stdout().flush(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_names_the_pager() {
        let pager = |own: Option<&str>, usual: Option<&str>| {
            let variable = |name: &str| if name == "PAGER" { usual } else { own }.map(str::to_owned);
            pager_of(variable).map(|words| words.join("|"))
        };
        assert_eq!(pager(None, None).as_deref(), Some("less"));
        assert_eq!(pager(None, Some("most  -s")).as_deref(), Some("most|-s"));
        assert_eq!(pager(Some("less -S"), Some("more")).as_deref(), Some("less|-S"));
        for (own, usual) in [(None, Some("cat")), (None, Some("")), (Some(" "), Some("more")), (Some("cat"), None)] {
            assert_eq!(pager(own, usual), None, "{own:?} {usual:?}");
        }
    }

    #[test]
    fn long_lines_take_several_rows() {
        let screen = Screen { columns: 10, rows: 5 };
        assert_eq!([&b""[..], b"0123456789", b"0123456789a"].map(|line| screen.rows_of(line)), [1, 1, 2]);
        assert_eq!(screen.rows_of(b"\x1b[1m01234\x1b[0m\x1b[38;5;208m56789\x1b[0m"), 1, "colours take no room");
        let mut output = PagedOutput::new(screen, vec!["/no/such/pager".into()]);
        let rows = |output: &PagedOutput| match output.state {
            State::Fits { rows, .. } => Some(rows),
            _ => None,
        };
        output.write_all("日本語日本語\nab".as_bytes()).unwrap();
        assert_eq!(rows(&output), Some(2), "wide characters take two places; the last line is not complete");
        output.write_all(b"c\n\n").unwrap();
        assert_eq!(rows(&output), Some(4));
    }
}
