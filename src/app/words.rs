//! `portolan explain WORD`: the meanings of tables, columns and words.

use std::path::Path;

use portolan::capture::near_paths;
use portolan::error::Error;
use portolan::format::glossary as format;
use portolan::glossary::{self, Term};
use portolan::service::book::{Book, PortQuery};
use portolan::service::{OwnCategory, Registry};

use super::cli::Target;
use super::destinations::write_to;
use super::diagnostics::print_problem;
use super::view::view;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// The terms that a word means, by its key or by its word in the program's language.
pub fn look_up(word: &str) -> Vec<Term> {
    glossary::look_up(word, |term| MESSAGES.shown_as(term))
}

/// Explains words, the categories of the user's port table among them, and returns the exit code.
///
/// # Errors
///
/// If the meanings cannot be written.
pub fn explain(words: &[String], registry: &Registry) -> Result<u8, Error> {
    let (mut terms, mut categories, mut missing): (Vec<Term>, Vec<&OwnCategory>, usize) = (Vec::new(), Vec::new(), 0);
    for word in words {
        let found = look_up(word);
        let own = glossary::own_category(word, registry.own_categories());
        if found.is_empty() && own.is_none() {
            report_unknown(word, registry);
            missing += 1;
        }
        categories.extend(own.filter(|own| !categories.contains(own)));
        let new: Vec<Term> = found.into_iter().filter(|term| !terms.contains(term)).collect();
        terms.extend(new);
    }
    if terms.is_empty() && categories.is_empty() {
        return Ok(FAILED);
    }
    write_to(&Target::Stdout, |output| {
        format::write(&terms, view(Some(0)), output)?;
        for (number, category) in categories.iter().enumerate() {
            if number > 0 || !terms.is_empty() {
                writeln!(output)?;
            }
            format::write_own_category(category, view(Some(0)), output)?;
        }
        Ok(())
    })?;
    Ok(if missing == 0 { COMPLETE } else { INCOMPLETE })
}

/// Reports a word that is neither a term nor a file, with what may have been meant.
fn report_unknown(word: &str, registry: &Registry) {
    let near_files: Vec<String> = near_paths(Path::new(word)).iter().map(|path| path.display().to_string()).collect();
    print_problem(&MESSAGES.no_such_term(
        word,
        &glossary::near(word, registry.own_categories()),
        &near_files,
        is_port_name(word, registry),
    ));
}

/// True if the book of ports has exactly this name.
fn is_port_name(word: &str, registry: &Registry) -> bool {
    let Ok(query) = PortQuery::parse(word) else { return false };
    let pages = Book::open(registry).answer(&query);
    pages.iter().any(|page| page.entry.is_some_and(|entry| entry.name.eq_ignore_ascii_case(word)))
}
