//! Messages on standard error, where they do not mix with data.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use portolan::analysis::translate_display_filter;
use portolan::error::{Error, FilterProblem};
use portolan::untrusted;

use super::MESSAGES;

/// True if only failures are printed. One for the whole program, as standard error is.
static IS_QUIET: AtomicBool = AtomicBool::new(false);

/// Reports outputs that could not be written, and returns whether there were any. A pipe that its reader has closed does not
/// count.
pub fn report_unwritten(failures: &[Error]) -> bool {
    let failures: Vec<&Error> = failures.iter().filter(|failure| !failure.is_closed_pipe()).collect();
    failures.iter().for_each(|failure| print_error(failure));
    !failures.is_empty()
}

/// Prints an error, and marks the wrong part of the user's input.
pub fn print_error_with_caret(error: &Error) {
    print_error(error);
    print_details(error.source_excerpt().into_iter().flatten());
    // What is only the name of a host in a tcpdump filter may look like a field.
    if let Error::Filter { expression, problem: FilterProblem::Libpcap(_), .. } = error
        && let Some(translation) = translate_display_filter(expression)
    {
        print_details(MESSAGES.display_filter(&translation));
    }
}

/// Prints details of the last message: indented lines of their own.
pub fn print_details(lines: impl IntoIterator<Item = String>) {
    for line in lines {
        let _ = writeln!(io::stderr(), "  {line}");
    }
}

/// Prints an error.
pub fn print_error(error: &Error) {
    print(&MESSAGES.error(error));
}

/// Prints a failure.
pub fn print_problem(sentence: &str) {
    print(sentence);
}

/// Prints a remarkable fact about what was read, unless the program is quiet.
pub fn print_remark(sentence: &str) {
    print_status(sentence);
}

/// Prints what the program has done or is doing, unless the program is quiet.
pub fn print_status(sentence: &str) {
    if !is_quiet() {
        print(sentence);
    }
}

/// Keeps everything but failures off standard error from now on.
pub fn be_quiet() {
    IS_QUIET.store(true, Ordering::Relaxed);
}

/// True if only failures are printed.
pub fn is_quiet() -> bool {
    IS_QUIET.load(Ordering::Relaxed)
}

fn print(sentence: &str) {
    // Sentences contain names of files and interfaces, which are hostile text. If standard error is closed, nobody reads them.
    let _ = writeln!(io::stderr(), "portolan: {}", untrusted::clean(sentence));
}
