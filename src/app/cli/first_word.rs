//! Command lines without a command. `portolan FILE` means `portolan read FILE`. A first word that is neither a command nor
//! an input is an error, reported with similar commands and files.

use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::Path;
use std::{fs, iter};

use clap::CommandFactory;
use portolan::capture::{near_paths, near_words};

use super::Cli;
use crate::app::MESSAGES;

/// The command that runs if none is given.
const DEFAULT_COMMAND: &str = "read";
/// First words that are neither commands nor inputs, but have a meaning of their own.
const OWN_WORDS: [&str; 5] = ["-h", "--help", "-V", "--version", "help"];

/// Adds the command `read` to arguments without a command. The first argument is the program's name.
///
/// # Errors
///
/// A message about a first word that is neither a command nor an existing file.
pub fn with_command(arguments: impl IntoIterator<Item = OsString>) -> Result<Vec<OsString>, String> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let Some(first) = arguments.get(1) else { return Ok(arguments) };
    let cli = Cli::command();
    let commands: Vec<&str> = cli.get_subcommands().map(|command| command.get_name()).collect();
    if commands.iter().chain(&OWN_WORDS).any(|word| first == word) {
        return Ok(arguments);
    }
    let is_option = first.as_encoded_bytes().starts_with(b"-");
    if !is_option && is_missing(Path::new(first)) {
        let near_files: Vec<String> = near_paths(Path::new(first)).iter().map(|path| path.display().to_string()).collect();
        let word = first.to_string_lossy();
        return Err(MESSAGES.no_such_word(&word, &near_words(&word, commands.iter().copied()), &near_files, &commands));
    }
    arguments.splice(1..1, iter::once(DEFAULT_COMMAND.into()));
    Ok(arguments)
}

/// True if no file has that name. A file that cannot be accessed may exist.
fn is_missing(path: &Path) -> bool {
    fs::metadata(path).is_err_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Result<Vec<OsString>, String> {
        with_command(iter::once("portolan").chain(words.iter().copied()).map(OsString::from))
    }

    #[test]
    fn arguments_without_a_command_are_those_of_read() {
        for rest in [&["-"][..], &["--json", "-", "Cargo.toml"], &["Cargo.toml", "-t", "servers"], &["src"], &["-t", "live"]] {
            assert_eq!(words(rest), words(&[&["read"], rest].concat()), "{rest:?}");
        }
        for own in [&[][..], &["-h"], &["--version"], &["help", "read"], &["read", "x"], &["services"]] {
            assert_eq!(words(own).unwrap().len(), own.len() + 1, "{own:?}");
        }
    }

    #[test]
    fn an_unknown_word_is_reported_with_similar_ones() {
        assert!(words(&["raed", "x"]).unwrap_err().ends_with("did you mean portolan read?"));
        assert!(words(&["Crago.toml"]).unwrap_err().contains("did you mean Cargo.toml"));
        assert!(words(&["xyzzy"]).unwrap_err().contains("the commands are read, explain, services"));
    }
}
