//! `portolan services`.

use portolan::error::Error;
use portolan::format::{json, port_page, terminal};
use portolan::report::{self, BookRow, Record};
use portolan::service::book::Book;

use super::cli::ServicesJob;
use super::columns::check_row_columns;
use super::destinations::{check_rows, shown_path, write_rows};
use super::diagnostics::{print_problem, report_unwritten};
use super::pager::show;
use super::setup::registry;
use super::view::view;
use super::{COMPLETE, FAILED, INCOMPLETE, MESSAGES};

/// Runs `portolan services` and returns its exit code.
///
/// # Errors
///
/// If the port table cannot be read, or an output cannot be used.
pub fn services(job: &ServicesJob) -> Result<u8, Error> {
    check_row_columns(&job.rows.arrangement.order, BookRow::ID, BookRow::fields())?;
    check_rows(&job.rows, job.services.as_deref())?;
    let registry = registry(job.services.as_deref())?;
    let book = Book::open(&registry);
    let (pages, missing) = match (job.questions.as_slice(), &job.services) {
        ([], None) => (book.pages(), Vec::new()),
        ([], Some(_)) => (book.users_pages(), Vec::new()),
        (questions, _) => book.answers(questions),
    };
    for word in &missing {
        print_problem(&MESSAGES.no_such_name(word, &book.near_names(word)));
    }
    let code = if missing.is_empty() { COMPLETE } else { INCOMPLETE };
    if pages.is_empty() && code == INCOMPLETE {
        return Ok(code);
    }
    let settings = json::Settings { services: shown_path(job.services.as_ref()), ..json::Settings::default() };
    let mut failures = write_rows(&job.rows, &registry, &settings, || report::book(&pages));
    let single_port = match job.questions.as_slice() {
        // A page is no table.
        [question] if job.rows.arrangement.order.is_empty() => question.single_port(),
        _ => None,
    };
    if job.rows.is_shown() {
        let table = || report::book(&pages).arranged(&job.rows.arrangement.order);
        let shown = show(job.rows.paging, |output| match single_port {
            Some(number) => port_page::write(number, &pages, view(Some(0)), output),
            None => terminal::write(&table(), job.rows.arrangement.view(view(Some(0))), output),
        });
        failures.extend(shown.err());
    }
    Ok(if report_unwritten(&failures) { FAILED } else { code })
}
