//! `portolan explain WORD`: the meanings of tables, columns and words.

use std::path::Path;

use portolan::capture::near_paths;
use portolan::error::Error;
use portolan::format::glossary as format;
use portolan::glossary::{self, Term};
use portolan::service::Registry;
use portolan::service::book::{Book, PortQuery};

use super::cli::Target;
use super::destinations::write_to;
use super::diagnostics::print_problem;
use super::view::view;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// The terms that a word means, by its key or by its word in the program's language.
pub fn look_up(word: &str) -> Vec<Term> {
    glossary::look_up(word, |term| MESSAGES.shown_as(term))
}

/// Explains words, and returns the exit code.
///
/// # Errors
///
/// If the meanings cannot be written.
pub fn explain(words: &[String]) -> Result<u8, Error> {
    let (mut terms, mut missing): (Vec<Term>, usize) = (Vec::new(), 0);
    for word in words {
        let found = look_up(word);
        if found.is_empty() {
            report_unknown(word);
            missing += 1;
        }
        let new: Vec<Term> = found.into_iter().filter(|term| !terms.contains(term)).collect();
        terms.extend(new);
    }
    if terms.is_empty() {
        return Ok(FAILED);
    }
    write_to(&Target::Stdout, |output| format::write(&terms, view(Some(0)), output))?;
    Ok(if missing == 0 { COMPLETE } else { INCOMPLETE })
}

/// Reports a word that is neither a term nor a file, with what may have been meant.
fn report_unknown(word: &str) {
    let near_files: Vec<String> = near_paths(Path::new(word)).iter().map(|path| path.display().to_string()).collect();
    print_problem(&MESSAGES.no_such_term(word, &glossary::near(word), &near_files, is_port_name(word)));
}

/// True if the book of ports has exactly this name.
fn is_port_name(word: &str) -> bool {
    let Ok(query) = PortQuery::parse(word) else { return false };
    let registry = Registry::shared();
    let pages = Book::open(&registry).answer(&query);
    pages.iter().any(|page| page.entry.is_some_and(|entry| entry.name.eq_ignore_ascii_case(word)))
}
