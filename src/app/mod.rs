//! The program `portolan`: parses the arguments, reads, writes, reports errors, and returns an exit code.
//!
//! Each command has a file. Code that commands share is in [`cli`] (from arguments to a job), [`setup`] (from a job to the
//! options of an analysis), [`destinations`] (tables to files and pipes), [`columns`] (a check of named columns), [`view`] (the
//! terminal), [`pager`] (text that is longer than the terminal), [`diagnostics`] (standard error) and [`reading_reporter`] (messages about what
//! was read).

mod cli;
mod columns;
mod compare;
mod destinations;
mod diagnostics;
mod explain;
#[cfg(feature = "live")]
mod live;
#[cfg(feature = "live")]
mod machine;
mod pager;
mod progress;
mod read;
mod reading_reporter;
mod selection;
mod services;
mod setup;
mod signals;
mod view;
mod words;

use std::ffi::OsString;

use clap::Parser;
use portolan::messages::{Language, Messages};

use self::cli::{Cli, Command};
use self::diagnostics::{be_quiet, print_error_with_caret, print_problem};

/// The language of the program's messages.
const MESSAGES: &dyn Messages = Language::English.messages();

/// Exit code: everything was read and written.
const COMPLETE: u8 = 0;
/// Exit code: something was read, but not all.
const INCOMPLETE: u8 = 1;
/// Exit code: nothing was read, an output could not be written, or the job could not be done.
const FAILED: u8 = 2;

/// Runs the command that the arguments ask for, and returns the exit code.
pub fn run(arguments: impl Iterator<Item = OsString>) -> u8 {
    let arguments = match cli::with_command(arguments) {
        Ok(arguments) => arguments,
        Err(why) => {
            print_problem(&why);
            return FAILED;
        }
    };
    let command = Cli::parse_from(arguments).command;
    if command.is_quiet() {
        be_quiet();
    }
    let outcome = match command {
        Command::Read(arguments) => read::read(&arguments.into_job()),
        Command::Explain(arguments) => explain::explain(arguments),
        Command::Services(arguments) => services::services(&arguments.into_job()),
        Command::Compare(arguments) => compare::compare(arguments),
        #[cfg(feature = "live")]
        Command::Live(arguments) => live::live(&arguments.into_job()),
        #[cfg(feature = "live")]
        Command::Interfaces(arguments) => machine::interfaces(&arguments.into_job()),
        #[cfg(feature = "live")]
        Command::Doctor => machine::doctor(),
    };
    match outcome {
        Ok(code) => code,
        Err(error) if error.is_closed_pipe() => COMPLETE,
        Err(error) => {
            print_error_with_caret(&error);
            FAILED
        }
    }
}
